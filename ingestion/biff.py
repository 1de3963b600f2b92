"""Errors of the spreadsheet in an .xls (#N/A, #DIV/0!), which its reader gives as empty cells.

The stream of records is read as [MS-XLS] lays it out: BoundSheet8 (2.4.28) names the sheets and where they
begin, BoolErr (2.4.24) and Formula (2.4.127, result as FormulaValue 2.5.133) hold errors. BIFF5 has the same
records. Unlike in .xlsx, a formula whose result was never stored cannot be told: its place holds a zero.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingestion.problems import RejectedFile, problem

_BOF, _EOF, _BOUND_SHEET, _BOOL_ERR, _FILE_PASS = 0x0809, 0x000A, 0x0085, 0x0205, 0x002F
_FORMULAS = (0x0006, 0x0206, 0x0406)
_BIFF8 = 0x0600
#: BErr (2.5.10).
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip


def check_xls_values(stream: bytes) -> None:
    """Refuse a workbook with errors in the place of values.

    Args:
        stream: the whole stream `Workbook` (BIFF8) or `Book` (BIFF5) of the file.

    Raises:
        RejectedFile: `cell_error`, one a sheet, with its first cell.
    """
    names: dict[int, str] = {}
    found: dict[str, list[tuple[str, str]]] = {}
    sheet, is_biff8 = "", True
    for at, kind, data in _records(stream):
        if kind == _FILE_PASS:
            return  # its reader has said that it is encrypted
        if kind == _BOF and len(data) >= 2:
            is_biff8 = int.from_bytes(data[:2], "little") == _BIFF8
            sheet = names.get(at, sheet)
        elif kind == _BOUND_SHEET and len(data) >= 8:
            names[int.from_bytes(data[:4], "little")] = _sheet_name(data[6:], is_biff8)
        else:
            code = _error_of(kind, data)
            if code is not None:
                row, column = struct.unpack_from("<HH", data)
                text = _ERRORS.get(code, f"#{code}")
                found.setdefault(sheet, []).append((f"{_letters(column)}{row + 1}", text))
    if found:
        raise RejectedFile(
            [
                problem("cell_error", sheet=name, cell=cells[0][0], found=cells[0][1], count=len(cells))
                for name, cells in found.items()
            ]
        )  # fmt: skip


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Offset, type and data of every record; one that is cut off ends it."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _error_of(kind: int, data: bytes) -> int | None:
    """The code of the error that a cell's record holds, if it does."""
    if kind == _BOOL_ERR and len(data) >= 8 and data[7]:
        return data[6]
    # a result that is no number has FFFF at its end and says what it is at its beginning
    if kind in _FORMULAS and len(data) >= 14 and data[12:14] == b"\xff\xff" and data[6] == 2:
        return data[8]
    return None


def _sheet_name(data: bytes, is_biff8: bool) -> str:
    length = data[0]
    if not is_biff8:
        return data[1 : 1 + length].decode("cp949", "replace")
    if data[1] & 1:
        return data[2 : 2 + 2 * length].decode("utf-16-le", "replace")
    return data[2 : 2 + length].decode("latin-1")


def _letters(column: int) -> str:
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
