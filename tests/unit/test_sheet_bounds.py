"""Archives that lie: a sheet that reaches too far, a part twice, damage of every kind."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from ingestion.problems import RejectedFile
from ingestion.sniff import read_content


def workbook(*figures: tuple[int, int], blank: tuple[int, int] | None = None) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("표")
    sheet.write(0, 0, "산업단지")
    for r, c in figures:
        sheet.write(r, c, 1)
    if blank is not None:
        sheet.write_blank(*blank, None, book.add_format({"bold": True}))
    book.close()
    return target.getvalue()


def altered(data: bytes, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(target, "w") as after:
        for info in before.infolist():
            part = before.read(info)
            after.writestr(
                info.filename, part.replace(old, new) if "sheet1" in info.filename else part
            )
    return target.getvalue()


@pytest.mark.parametrize("address", [b"XFD1048576", b"C99999999999999", b"ABCDEFGH7", b"A1048577"])
def test_a_cell_far_away_is_refused_before_a_grid_is_made(address: bytes) -> None:
    """calamine would ask for rows times columns, and end the process where it gets nothing."""
    data = altered(workbook((4, 2)), b'r="C5"', b'r="' + address + b'"')
    with pytest.raises(RejectedFile) as refusal:
        read_content(data)
    (told,) = refusal.value.problems
    assert (told.code, told.sheet) == ("sheet_too_large", "xl/worksheets/sheet1.xml")


def test_a_row_far_away_counts_for_cells_without_an_address() -> None:
    data = altered(workbook((0, 700), (4, 0)), b'<row r="5"', b'<row r="1048576"')
    data = altered(data, b'<c r="A5"', b"<c")
    with pytest.raises(RejectedFile, match="reaches over 735,051,776 cells"):
        read_content(data)


def test_an_empty_formatted_cell_far_away_does_no_harm() -> None:
    """The publisher's 부록5 has 31,000 of them, as far as column XCW."""
    (sheet,) = read_content(workbook(blank=(75, 16376))).sheets
    assert sheet.rows[0][0] == "산업단지" and len(sheet.rows) < 100


def test_two_parts_of_one_name_are_refused() -> None:
    """Readers differ in which of them they take."""
    target = io.BytesIO(workbook())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    with pytest.raises(RejectedFile, match="two parts of one name"):
        read_content(target.getvalue())


def test_a_directory_that_points_before_the_file_is_damage() -> None:
    """zipfile says ValueError here, not BadZipFile."""
    data = bytearray(workbook())
    end = data.rindex(b"PK\x05\x06")
    del data[end - 4 : end]
    with pytest.raises(RejectedFile) as refusal:
        read_content(bytes(data))
    assert refusal.value.problems[0].code == "damaged_archive"
