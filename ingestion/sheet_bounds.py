"""What in an xlsx would mislead its reader, found before its sheets are laid out as grids.

A grid reaches from A1 to the last cell that holds something, so one cell at XFD1048576 asks for
half a terabyte, and the reader ends the whole process where it does not get it. The declared
`<dimension>` tells nothing: the publisher's 부록5 says A1:XCW76 over fifteen columns.

The reader passes over what it does not expect in the XML. It leaves out a figure that is written with an
entity, a reference or CDATA, reads `1<!-- -->2` as 1, and finds nothing in a part in UTF-16. No
programme writes figures so, and document types are forbidden there (ECMA-376 part 2, the rules on XML
use): refused, they cost nobody anything.

It reads an error of the spreadsheet (#REF!, #DIV/0!), and a formula whose result was never stored, as an
empty cell: a figure that was there would pass for one that is missing.
"""

from __future__ import annotations

import html
import re
import zipfile

from ingestion.problems import RejectedFile, problem, reject

#: What the format knows: XFD1048576 is its last cell.
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
#: An address beyond column ZZ or row 9,999; without one, no sheet has over 7 million cells.
_FAR = re.compile(rb"""r=["'](?:[A-Za-z]{3,}[0-9]|[A-Za-z]{0,2}[0-9]{5})""")
#: Cells that hold something, and all of them with their rows.
_FILLED = re.compile(rb"<(?:\w+:)?c(?=[\s>])([^>]*)(?<!/)>")
_TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*)>")
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]*)["']""")
#: A cell's value with something else than characters in it, references included.
_ODD_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<&]*(&|<[^/])")
#: Cells with what is in them, errors, formulas, and values that are stored.
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_ERROR_CELL = re.compile(rb"""\st\s*=\s*["']e["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?(/?)>([^<]*)")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_NAMED = re.compile(rb"""\s(?:\w+:)?(\w+)\s*=\s*["']([^"']*)["']""")
_TEXT_CELL = re.compile(rb"""\st\s*=\s*["'](?:str|inlineStr)["']""")


def check_sheets(archive: zipfile.ZipFile, limit: int) -> None:
    """Refuse a workbook with a sheet of more than `limit` cells, or in XML that no programme writes.

    Raises:
        RejectedFile: `sheet_too_large`, with the part and the number of cells; `workbook_markup`, with
            the part and what stands there; `cell_error`, `formula_without_value`, with sheet and cell.
    """
    for info in archive.infolist():
        if not info.filename.endswith((".xml", ".rels")):
            continue
        data = archive.read(info)
        odd = _odd_markup(data)
        if odd is not None:
            raise reject("workbook_markup", sheet=info.filename, what=odd)
        # Blanks around a sign of equality are allowed, and no programme writes them.
        if b"sheetData" in data and (_FAR.search(data) or b" =" in data or b"= " in data):
            rows, columns = _reach(data)
            cells = rows * columns
            if cells > limit or rows > _MOST_ROWS or columns > _MOST_COLUMNS:
                raise reject("sheet_too_large", sheet=info.filename, size=cells, limit=limit)


def check_values(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook with errors in the place of values, or formulas without a stored one.

    Raises:
        RejectedFile: `cell_error`, `formula_without_value`, one a sheet, with its first cell.
    """
    problems = []
    names = _sheet_names(archive)
    for part in archive.namelist():
        if not part.startswith("xl/worksheets/") or not part.endswith(".xml"):
            continue
        data = archive.read(part)
        found: dict[str, list[tuple[str, str]]] = {}
        # The tag before a formula, or around the mark of an error, is that of its cell.
        marks = (*_ERROR_CELL.finditer(data), *_FORMULA.finditer(data))
        for start in sorted({data.rfind(b"<", 0, mark.start()) for mark in marks}):
            cell = _CELL.match(data, max(start, 0))
            if cell is None:
                continue
            value = _VALUE.search(cell[2])
            address = _ADDRESS.search(cell[1])
            where = b"".join(address.groups()).decode() if address else ""
            if _ERROR_CELL.search(cell[1]):
                text = value[2].decode("ascii", "replace") if value else ""
                found.setdefault("cell_error", []).append((where, text))
            elif _FORMULA.search(cell[2]) and not (
                # The result of a formula may be an empty text; no other is empty.
                value is not None and (value[2] or _TEXT_CELL.search(cell[1]))
            ):
                found.setdefault("formula_without_value", []).append((where, ""))
        for code, cells in found.items():
            where, text = cells[0]
            sheet = names.get(part, part)
            problems.append(
                problem(code, sheet=sheet, cell=where or None, found=text or "–", count=len(cells))
            )
    if problems:
        raise RejectedFile(problems)


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part → the name on its sheet's tab, where the workbook tells it."""
    try:
        book = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    targets = {}
    for tag in _RELATION.finditer(relations):
        told = dict(_NAMED.findall(tag[0]))
        target = told.get(b"Target", b"").decode("utf-8", "replace").lstrip("/")
        targets[told.get(b"Id")] = target if target.startswith("xl/") else f"xl/{target}"
    found = {}
    for tag in _SHEET.finditer(book):
        told = dict(_NAMED.findall(tag[0]))
        name = html.unescape(told.get(b"name", b"").decode("utf-8", "replace"))
        found[targets.get(told.get(b"id"), "")] = name
    return found


def _odd_markup(data: bytes) -> str | None:
    """What stands in a part that its reader would pass over, or None."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    if b"<!DOCTYPE" in data:
        return "<!DOCTYPE"
    for found in _ODD_VALUE.finditer(data):
        cell = data[max(data.rfind(b"<c ", 0, found.start()), 0) : found.start()]
        # The result of a formula that is a text is read with its references.
        if found[1] != b"&" or not _TEXT_CELL.search(cell):
            return bytes(data[found.start() : found.end() + 8]).decode("ascii", "replace")
    return None


def _reach(data: bytes) -> tuple[int, int]:
    """Rows and columns up to the last ones that hold something."""
    rows = columns = 0
    for tag in _FILLED.finditer(data):
        address = _ADDRESS.search(tag[1])
        if address is None or not (address[1] and address[2]):
            return _counted_reach(data)
        rows = max(rows, int(address[2][:12]))
        columns = max(columns, _column(address[1]))
    return rows, columns


def _counted_reach(data: bytes) -> tuple[int, int]:
    """The same where cells have no addresses: each stands behind the one before it."""
    row = column = rows = columns = 0
    for tag in _TAG.finditer(data):
        address = _ADDRESS.search(tag[2])
        letters, digits = (address[1], address[2]) if address else (b"", b"")
        if tag[1] == b"row":
            row, column = int(digits[:12] or row + 1), 0
            continue
        column = _column(letters) if letters else column + 1
        if not tag[2].endswith(b"/"):
            rows = max(rows, int(digits[:12] or row))
            columns = max(columns, column)
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:12].upper():
        number = number * 26 + letter - 64
    return number
