"""Archives that lie: a sheet that reaches too far, a part twice, damage of every kind."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from ingestion import sniff
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


SHEET, STRINGS, PROPERTIES = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "docProps/core.xml",
)


def altered(data: bytes, old: bytes, new: bytes, part: str = SHEET) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(target, "w") as after:
        for info in before.infolist():
            found = before.read(info)
            if info.filename == part:
                assert old in found
                found = found.replace(old, new, 1)
            after.writestr(info.filename, found)
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


def test_an_archive_that_unpacks_to_more_than_the_limit_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = workbook((4, 2))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(info.file_size for info in archive.infolist())
    monkeypatch.setattr(sniff, "MAX_UNPACKED_BYTES", size)
    assert read_content(data).form == "workbook"
    monkeypatch.setattr(sniff, "MAX_UNPACKED_BYTES", size - 1)
    monkeypatch.setattr(zipfile.ZipFile, "testzip", lambda _: pytest.fail("it was unpacked"))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(RejectedFile) as refusal:
        read_content(data)
    (told,) = refusal.value.problems
    assert told.code == "too_large" and f"{size} bytes" in told.message_en


def test_a_part_that_is_larger_than_it_says_is_damage() -> None:
    """What the directory tells is what the limit is held against."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * 4_000_000)
    data = target.getvalue()
    told, lie = (size.to_bytes(4, "little") for size in (4_000_000, 4_000))
    assert data.count(told) == 2  # before the part, and in the directory
    with pytest.raises(RejectedFile) as refusal:
        read_content(data.replace(told, lie))
    assert refusal.value.problems[0].code == "damaged_archive"


@pytest.mark.parametrize("part", [SHEET, STRINGS, PROPERTIES, "xl/workbook.xml"])
@pytest.mark.parametrize(
    "entity", ['<!ENTITY a "9">', '<!ENTITY a "9"><!ENTITY b "&a;&a;">', '<!ENTITY a SYSTEM "x">']
)
def test_entities_are_not_expanded(part: str, entity: str) -> None:
    start = b'standalone="yes"?>'
    data = altered(workbook((4, 2)), start, start + f"<!DOCTYPE x [{entity}]>".encode(), part)
    with pytest.raises(RejectedFile) as refusal:
        read_content(data)
    (told,) = refusal.value.problems
    assert (told.code, told.sheet) == ("workbook_markup", part)
    assert "<!DOCTYPE" in told.message_en and "<!DOCTYPE" in told.message_ko


@pytest.mark.parametrize(
    "written",
    [b"<v>&a;1</v>", b"<v>&#49;2</v>", b"<v><![CDATA[12]]></v>", b"<v>1<!-- x -->2</v>"]
    + [b"<v>1<?x?>2</v>", b"<v><x>1</x></v>", b'<v xml:space="preserve">1&amp;2</v>'],
)
def test_a_figure_in_other_markup_is_refused_and_not_left_out(written: bytes) -> None:
    """calamine would leave the cell out, or read a part of the figure."""
    data = altered(workbook((4, 2)), b"<v>1</v>", written)
    with pytest.raises(RejectedFile) as refusal:
        read_content(data)
    assert refusal.value.problems[0].code == "workbook_markup"


def test_texts_may_hold_references() -> None:
    data = workbook((4, 2))
    formula = b'<c r="C5" t="str"><f>A1&amp;"x"</f><v>a&amp;b</v></c>'
    (sheet,) = read_content(altered(data, b'<c r="C5"><v>1</v></c>', formula)).sheets
    assert sheet.rows[4][2] == "a&b"
    text = altered(data, "산업".encode(), b"a&amp;b", STRINGS)
    assert read_content(text).sheets[0].rows[0][0] == "a&b단지"


def test_a_part_in_another_encoding_is_refused_and_not_taken_for_empty() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook((4, 2)))) as archive:
        whole = archive.read(SHEET)
    other = whole.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    with pytest.raises(RejectedFile, match="UTF-16"):
        read_content(altered(workbook((4, 2)), whole, other))


CELL = b'<c r="C5"><v>1</v></c>'


@pytest.mark.parametrize(
    ("written", "code", "shown"),
    [
        (b'<c r="C5" t="e"><v>#REF!</v></c>', "cell_error", "#REF!"),
        (b'<c r="C5" s="3" t=\'e\'><f>1/0</f><v>#DIV/0!</v></c>', "cell_error", "#DIV/0!"),
        (b'<c r="C5"><f>SUM(A1:B2)</f></c>', "formula_without_value", "1"),
        (b'<c r="C5"><f>SUM(A1:B2)</f><v></v></c>', "formula_without_value", "1"),
        (b'<c r="C5"><f>SUM(A1:B2)</f><v/></c>', "formula_without_value", "1"),
        (b'<c r="C5"><f t="shared" si="0"/></c>', "formula_without_value", "1"),
        (b'<c r="C5" t="str"><f>A1</f></c>', "formula_without_value", "1"),
    ],
)
def test_a_value_that_was_lost_is_not_taken_for_a_missing_one(
    written: bytes, code: str, shown: str
) -> None:
    """calamine reads an empty cell there."""
    with pytest.raises(RejectedFile) as refusal:
        read_content(altered(workbook((4, 2)), CELL, written))
    (told,) = refusal.value.problems
    assert (told.code, told.sheet, told.cell) == (code, "표", "C5")
    assert shown in told.message_en and shown in told.message_ko


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b'<c r="C5"><f>1+1</f><v>2</v></c>', 2),
        (b'<c r="C5" t="str"><f>""</f><v></v></c>', ""),
        (b'<c r="C5" t="b"><f>TRUE()</f><v>1</v></c>', True),
        (b'<c r="C5" t="inlineStr"><is><t>#REF!</t></is></c>', "#REF!"),
    ],
)
def test_a_formula_with_its_result_is_read(written: bytes, value: object) -> None:
    (sheet,) = read_content(altered(workbook((4, 2)), CELL, written)).sheets
    assert (sheet.rows[4][2] if len(sheet.rows) > 4 else "") == value
