"""The rows of a table: which complex or sum each one is about, and its figures."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any

from ingestion.contract import Table
from ingestion.parsers.cells import (
    Title,
    a1,
    as_published,
    is_filled,
    listed,
    read_figure,
    text_at,
    texts_between,
    unheaded,
)
from ingestion.registry import name_key, tidy
from ingestion.sniff import Sheet

from .book import Block, Book, Row, Slot
from .columns import Columns, read_columns, unit_row
from .hierarchy import read_levels
from .names import read_name
from .titles import is_header, row_words

_SUBTOTAL = re.compile(
    r"^(?P<type>\S+?)(?:산업)?단지\s*합계\s*(?:[:：]\s*(?P<count>[\d,]+)\s*개)?$"
)
_TOTALS = {"총합", "합계", "총계", "계"}
_SUBTOTALS = {"소계", "계", "합계"}
#: Numbers that may be days of 1960 to 2100: as the office programme counts them, and as 20250703.
_SERIAL_DAYS = (21_916, 73_415)
_WRITTEN_DAYS = (19_600_101, 21_001_231)
_DAY = re.compile(r"^(\d{4})[.\-/]\s*(\d{1,2})[.\-/]\s*(\d{1,2})\.?$")


def read_table(book: Book, table: Table, title: Title, titles: list[Title]) -> None:
    """Read the blocks of a table: from its title to the next one of the sheet, or the end.

    A table of sums may have a header again for each group; a list has one.
    """
    sheet = title.sheet
    last = min(
        (t.row for t in titles if t.sheet is sheet and t.row > title.row),
        default=len(sheet.rows),
    )
    words = row_words(table)
    starts = [r for r in range(title.row + 1, last) if is_header(sheet.rows[r], words)]
    if "name" in {item.attribute for item in table.attributes}:
        starts = starts[:1]
    if not starts:
        book.tell(
            "header_missing",
            sheet,
            title.cell,
            expected=next(
                i.header[0] for i in table.attributes if i.attribute in ("name", "group")
            ),
            found=listed(texts_between(sheet, title.row + 1, min(title.row + 8, last))),
            contract=book.file,
        )
        return
    seen: dict[Any, str] = {}
    for number, start in enumerate(starts):
        end = last
        if number + 1 < len(starts):
            # the heading of the next block stands with its unit above its header
            following = starts[number + 1]
            end = unit_row(sheet, start + 1, following) or following
        above = starts[number - 1] + 1 if number else title.row
        columns = read_columns(book, table, sheet, above, start, end, seen)
        block = Block(table, sheet, columns.slots)
        book.blocks.append(block)
        if "name" in columns.attributes:
            _read_complexes(book, block, columns, end)
        elif "group" in columns.attributes:
            _read_groups(book, block, columns, end)
        _tell_headless(book, block, columns.headed)
    for column in table.columns:
        if not column.optional and (column.measure, column.relation, column.sex) not in seen:
            book.tell(
                "header_missing",
                sheet,
                a1(starts[0], 0),
                expected=column.header[0],
                found=listed(list(seen.values())),
                contract=book.file,
            )
    if table.required and not any(b.complexes for b in book.blocks if b.table is table):
        book.tell("no_rows", sheet, a1(starts[0], 0))


def _read_complexes(book: Book, block: Block, columns: Columns, last: int) -> None:
    """Rows that are complexes, with the sums of a type among them."""
    sheet, attributes = block.sheet, columns.attributes
    names = attributes["name"]
    places = [attributes[kind] for kind in ("complex_type", "province") if kind in attributes]
    texts: list[str] = []
    subtotals: dict[str, str] = {}
    carried: str | None = None
    for r in range(columns.body, last):
        cells = sheet.rows[r]
        filled = next((s for s in block.slots if is_filled(cells, s.index)), None)
        raw = cells[names] if names < len(cells) else ""
        text = tidy(raw) if isinstance(raw, str) else ""
        placed = any(text_at(sheet, r, c) for c in places)
        if not text or (filled is None and not placed):
            # a note stands in one of the columns; what says type and province is a complex
            both = len(places) > 1 and all(text_at(sheet, r, c) for c in places)
            if filled is not None or (not text and both):
                column = filled.index if filled is not None else names
                book.tell("row_without_name", sheet, a1(r, column))
            else:
                _note(book, sheet, r)
            continue
        name_cell = a1(r, names)
        subtotal = _SUBTOTAL.match(text) if not placed else None
        if subtotal is not None:
            said_before = subtotals.setdefault(subtotal["type"], name_cell)
            if said_before != name_cell:
                book.tell("row_repeated", sheet, name_cell, count=1, name=text, other=said_before)
            row = Row(r, "total", name_cell, _subtotal(book, sheet, name_cell, text, subtotal))
        else:
            said = _said(book, block.table, sheet, r, attributes)
            if "parent_name" in attributes:
                carried = said.get("parent_name") or carried
                said["parent_name"] = carried
            row = Row(r, "complex", name_cell, {**said, "name": read_name(raw)})
        row.cells = _figures(book, block, r, texts)
        block.rows.append(row)
    if texts:
        book.tell("number_as_text", sheet, texts[0], count=len(texts))
    read_levels(book, block)


def _note(book: Book, sheet: Sheet, r: int) -> None:
    for c, value in enumerate(sheet.rows[r]):
        if isinstance(value, str) and tidy(value):
            book.notes.append((sheet, r, c, tidy(value)))


def _subtotal(
    book: Book, sheet: Sheet, cell: str, text: str, match: re.Match[str]
) -> dict[str, Any]:
    code = book.contract.complex_types.get(match["type"])
    if code is None and match["type"] not in ("전체", "총", "전국"):
        _tell_type_unknown(book, sheet, cell, match["type"])
    return {"name": read_name(text), "complex_type": code or "_T", "province_code": "_T"}


def _tell_type_unknown(book: Book, sheet: Sheet, cell: str, found: str) -> None:
    book.tell(
        "unknown_complex_type",
        sheet,
        cell,
        found=found,
        expected=", ".join(book.contract.complex_types),
        contract=book.file,
    )


def _said(
    book: Book, table: Table, sheet: Sheet, r: int, attributes: dict[str, int]
) -> dict[str, Any]:
    """The columns of text of a row, mapped to codes; what has no code is a fault."""
    said: dict[str, Any] = {}
    for kind, column in attributes.items():
        if kind == "name":
            continue
        text = text_at(sheet, r, column)
        cell = a1(r, column)
        if kind == "complex_type":
            said["complex_type_raw"] = text
            said["complex_type"] = book.contract.complex_types.get(name_key(text))
            if said["complex_type"] is None:
                _tell_type_unknown(book, sheet, cell, text)
        elif kind == "province":
            said["province_raw"] = text
            said["province_code"] = book.registry.provinces.get(name_key(text))
            if said["province_code"] is None:
                book.tell("unknown_province", sheet, cell, found=text)
        elif kind == "development_status":
            said["development_raw"] = text
            said[kind] = book.contract.development_statuses.get(name_key(text))
            if said[kind] is None:
                book.tell(
                    "unknown_development",
                    sheet,
                    cell,
                    found=text,
                    expected=", ".join(book.contract.development_statuses),
                    contract=book.file,
                )
        elif kind == "sigungu":
            said["sigungu_ko"] = text
        elif kind.endswith("_on"):
            raw = sheet.rows[r][column] if column < len(sheet.rows[r]) else None
            said[kind] = _day(raw)
            odd = _odd_day(raw)
            if odd is not None:
                header = next(i.header[0] for i in table.attributes if i.attribute == kind)
                book.tell(odd, sheet, cell, found=as_published(raw), header=header)
        else:
            said[kind] = text or None
    return said


def _day(value: Any) -> str | None:
    """A date as ISO 8601; a text that is none stays as it is."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    text = tidy(str(value)) if value is not None else ""
    match = _DAY.match(text)
    if match:
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return text or None


def _odd_day(value: Any) -> str | None:
    """What to tell of a cell that should be a date: a text, a number that may be one, a figure."""
    if value is None or isinstance(value, datetime | date):
        return None
    if isinstance(value, float) and not (
        _SERIAL_DAYS[0] <= value <= _SERIAL_DAYS[1] or _WRITTEN_DAYS[0] <= value <= _WRITTEN_DAYS[1]
    ):
        return "figure_for_word"
    text = tidy(str(value))
    return None if not text or _DAY.match(text) else "date_unclear"


def _read_groups(book: Book, block: Block, columns: Columns, last: int) -> None:
    """Rows that are sums: 국가 … 총합, or 서울국가 … 서울소계."""
    sheet, names = block.sheet, columns.attributes["group"]
    texts: list[str] = []
    for r in range(columns.body, last):
        cells = sheet.rows[r]
        text = text_at(sheet, r, names)
        filled = next((s for s in block.slots if is_filled(cells, s.index)), None)
        if filled is None:
            _note(book, sheet, r)
            continue
        if not text:
            book.tell("row_without_name", sheet, a1(r, filled.index))
            continue
        about = _group(book, sheet, a1(r, names), text)
        if about is None:
            continue
        row = Row(r, "total", a1(r, names), {**about, "name": read_name(text)})
        other = next((o for o in block.rows if o.attributes["group"] == about["group"]), None)
        if other is not None:
            book.tell("complex_twice", sheet, row.name_cell, found=text, other=other.name_cell)
            continue
        row.cells = _figures(book, block, r, texts)
        block.rows.append(row)
    if texts:
        book.tell("number_as_text", sheet, texts[0], count=len(texts))


def _group(book: Book, sheet: Sheet, cell: str, text: str) -> dict[str, Any] | None:
    """Type and province of a sum: 총합, 국가, 서울국가, 서울소계."""
    key = name_key(text)
    types, provinces = book.contract.complex_types, book.registry.provinces
    province, rest = "_T", key
    if key not in types and key not in _TOTALS:
        known = [p for p in provinces if key.startswith(p)]
        if not known:
            book.tell("unknown_province", sheet, cell, found=text)
            return None
        # 경기도시첨단 is 경기 + 도시첨단, not 경기도 + 시첨단.
        known.sort(key=lambda p: (key[len(p) :] in {*types, *_SUBTOTALS}, len(p)))
        province, rest = provinces[known[-1]], key[len(known[-1]) :]
    if rest in types:
        code: str = types[rest]
    elif rest in (_TOTALS if province == "_T" else _SUBTOTALS):
        code = "_T"
    else:
        _tell_type_unknown(book, sheet, cell, rest)
        return None
    return {"complex_type": code, "province_code": province, "group": (code, province)}


def _figures(
    book: Book, block: Block, r: int, texts: list[str]
) -> list[tuple[float | None, str, Any]]:
    """Value, status and raw cell of every slot; addresses of numbers in texts go to `texts`."""
    cells = block.sheet.rows[r]
    width = len(cells)
    found: list[tuple[float | None, str, Any]] = []
    for slot in block.slots:
        raw = cells[slot.index] if slot.index < width else ""
        if type(raw) is float and 0 <= raw < math.inf:  # nearly every cell
            found.append((raw, "A", raw))
            continue
        value, status, odd = read_figure(raw, book.contract.marks)
        if odd == "number_as_text":
            texts.append(a1(r, slot.index))
        elif odd is not None:
            _tell_odd(book, block.sheet, slot, r, odd, raw)
        found.append((value, status, raw))
    return found


def _tell_odd(book: Book, sheet: Sheet, slot: Slot, r: int, odd: str, raw: Any) -> None:
    book.tell(
        odd,
        sheet,
        a1(r, slot.index),
        found=as_published(raw),
        header=slot.raw,
        contract=book.file,
    )


def _tell_headless(book: Book, block: Block, headed: set[int]) -> None:
    """A column without a header that holds something beside a row of figures is a fault."""
    for r, c, shown in unheaded(block.sheet, (row.row for row in block.rows), headed):
        book.tell("column_without_header", block.sheet, a1(r, c), found=shown, contract=book.file)
