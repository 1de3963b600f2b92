"""Errors of the spreadsheet in an .xls: its reader gives them as empty cells, so they are refused by name."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.biff import check_xls_values
from ingestion.problems import RejectedFile
from ingestion.sniff import read_content

SECTOR = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def bool_err(row: int, column: int, value: int, is_error: int) -> bytes:
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, value, is_error))


def formula(row: int, column: int, result: bytes) -> bytes:
    return record(
        0x0006, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, 0)
    )


def workbook(sheets: dict[str, bytes], version: int = 0x0600) -> bytes:
    """The stream of a workbook ([MS-XLS]): globals with the sheets' names and places, then the sheets."""

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", version, kind, 0, 1997, 0, 6))

    def bound(at: int, name: str) -> bytes:
        if version == 0x0600:
            told = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
        else:
            told = struct.pack("<B", len(name.encode("cp949"))) + name.encode("cp949")
        return record(0x0085, struct.pack("<IBB", at, 0, 0) + told)

    code_page = record(0x0042, struct.pack("<H", 1200 if version == 0x0600 else 949))
    end = record(0x000A, b"")
    head = len(begin(5) + code_page + b"".join(bound(0, n) for n in sheets) + end)
    names, bodies, at = b"", b"", head
    for name, cells in sheets.items():
        body = begin(0x10) + cells + end
        names, bodies, at = names + bound(at, name), bodies + body, at + len(body)
    return begin(5) + code_page + names + end + bodies


def container(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file ([MS-CFB], version 3) of one stream, of one sector for the FAT and one for the directory."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // SECTOR)
    fat = [FAT_SECTOR, END, *range(3, 2 + count), END]
    fat += [FREE] * (SECTOR // 4 - len(fat))

    def entry(text: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = (text + "\0").encode("utf-16-le") if text else b""
        return (
            raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, FREE, FREE, child)
            + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)
        )  # fmt: skip

    directory = entry("Root Entry", 5, 1, END, 0) + entry(name, 2, FREE, 2, len(stream))
    directory += entry("", 0, FREE, 0, 0) * 2
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0)
    )  # fmt: skip
    header += struct.pack("<I", FREE) * 108
    return header + struct.pack("<128I", *fat) + directory + stream.ljust(count * SECTOR, b"\0")


FINE = number(0, 0, 1.5) + bool_err(0, 1, 1, 0) + formula(1, 0, struct.pack("<d", 2.5))


def test_an_xls_without_errors_is_read() -> None:
    content = read_content(container(workbook({"생산": FINE})))
    (sheet,) = content.sheets
    assert (sheet.name, sheet.rows[0][0], sheet.rows[1][0]) == ("생산", 1.5, 2.5)


@pytest.mark.parametrize(
    ("cell", "where", "text"),
    [
        pytest.param(bool_err(4, 2, 0x2A, 1), "C5", "#N/A", id="value"),
        pytest.param(bool_err(0, 26, 0x07, 1), "AA1", "#DIV/0!", id="wide"),
        pytest.param(
            formula(9, 255, bytes([2, 0, 0x17, 0, 0, 0, 0xFF, 0xFF])), "IV10", "#REF!", id="formula"
        ),
    ],
)
def test_an_error_in_the_place_of_a_value_is_refused(cell: bytes, where: str, text: str) -> None:
    data = container(workbook({"표지": FINE, "생산": FINE + cell + bool_err(20, 0, 0x24, 1)}))
    with pytest.raises(RejectedFile) as refused:
        read_content(data)
    (problem,) = refused.value.problems
    assert problem.code == "cell_error" and problem.cell == where and problem.sheet == "생산"
    assert text in problem.message_en and "2" in problem.message_en


def test_errors_of_older_workbooks_are_found_too() -> None:
    with pytest.raises(RejectedFile) as refused:
        check_xls_values(workbook({"생산": bool_err(4, 2, 0x2A, 1)}, version=0x0500))
    assert refused.value.problems[0].sheet == "생산"


@pytest.mark.parametrize("first", [0, 1, 3])
def test_texts_truths_and_empty_results_are_no_errors(first: int) -> None:
    check_xls_values(workbook({"a": formula(0, 0, bytes([first, 0, 0x2A, 0, 0, 0, 0xFF, 0xFF]))}))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(min_value=0, max_value=400))
def test_damaged_records_end_in_nothing_or_a_refusal(noise: bytes, at: int) -> None:
    stream = workbook({"a": FINE + bool_err(4, 2, 0x2A, 1)})
    try:
        check_xls_values(stream[:at] + noise + stream[at:])
    except RejectedFile as refused:
        assert {problem.code for problem in refused.problems} == {"cell_error"}
