"""The header of a table: what its columns are, and in which units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.contract import Column, Table
from ingestion.parsers.cells import (
    a1,
    column_letters,
    header_texts,
    listed,
    split_unit,
    text_at,
    units_in,
)
from ingestion.registry import name_key, tidy
from ingestion.sniff import Sheet

from .book import Book, Slot, slot_key
from .titles import header_key, is_word, row_words

#: Without these the list of all complexes does not say which complex a row is.
_NEEDED = {"name", "complex_type", "province", "sigungu", "development_status"}


@dataclass
class Columns:
    """The columns of a block: figures, texts by their meaning, and where its rows begin."""

    slots: list[Slot] = field(default_factory=list)
    attributes: dict[str, int] = field(default_factory=dict)
    body: int = 0
    #: Every column that has a header, understood or not.
    headed: set[int] = field(default_factory=set)


def read_columns(
    book: Book, table: Table, sheet: Sheet, above: int, top: int, last: int, seen: dict[Any, str]
) -> Columns:
    """Understand the header that begins in row `top`; what is not understood is told.

    Args:
        book: the workbook.
        table: which table it is.
        sheet: where.
        above: the first row in which its `(단위 : …)` may stand.
        top: the row with the header of the column of names.
        last: the row behind the block.
        seen: headers of the table's blocks so far, by what they measure; added to.
    """
    body = _first_row(table, sheet, top, last)
    columns = Columns(body=body)
    units = _units_above(book, sheet, above, top)
    headers = []
    for index, _, texts in header_texts(sheet, top, body):
        words = split_unit(texts, book.registry.units)
        headers.append((index, " / ".join(texts), words))
        columns.headed.add(index)
    for index, raw, words in headers:
        cell = a1(top, index)
        key, bare = header_key(words.words), header_key(words.bare)
        kind = next((i.attribute for i in table.attributes if _known(i.header, key, bare)), None)
        column = next((c for c in table.columns if _known(c.header, key, bare)), None)
        if kind is None and column is None:
            expected = [i.header[0] for i in table.attributes]
            expected += [c.header[0] for c in table.columns]
            book.tell(
                "header_unknown",
                sheet,
                cell,
                found=raw,
                expected=listed(expected, 20),
                contract=book.file,
            )
            continue
        meaning: Any = kind if column is None else slot_key(column)
        if meaning in seen and (column is not None or kind in columns.attributes):
            book.tell(
                "header_twice",
                sheet,
                cell,
                found=raw,
                other=f"'{seen[meaning]}'",
                contract=book.file,
            )
            continue
        seen[meaning] = raw
        if column is None:
            columns.attributes[str(kind)] = index
            continue
        own = [(words.unit, cell)] if words.unit else units
        known = _unit_of(book, column, own)
        if known is None:
            book.tell("unit_missing", sheet, cell, found=raw, dimension=column.dimension)
        else:
            columns.slots.append(Slot(index, column_letters(index), column, raw, *known))
    if table is book.main:
        for missing in sorted(_NEEDED - columns.attributes.keys()):
            book.tell(
                "header_missing",
                sheet,
                a1(top, 0),
                expected=next(i.header[0] for i in table.attributes if i.attribute == missing),
                found=listed([raw for _, raw, _ in headers]),
                contract=book.file,
            )
    return columns


def unit_row(sheet: Sheet, first: int, last: int) -> int | None:
    """The last row with a `(단위 : …)` cell between two rows."""
    for row in range(last - 1, first - 1, -1):
        if next(_unit_cells(sheet, row), None) is not None:
            return row
    return None


def _first_row(table: Table, sheet: Sheet, top: int, last: int) -> int:
    """The row below a header of one or more rows: the first that has a name or a number."""
    words = row_words(table)
    names = next(c for c, v in enumerate(sheet.rows[top]) if is_word(v, words))
    body = top + 1
    while body < last and not text_at(sheet, body, names):
        # A row with a number is no header, whatever its name.
        if any(type(v) is float for v in sheet.rows[body]):
            break
        body += 1
    return body


def _unit_cells(sheet: Sheet, row: int) -> Iterator[tuple[int, list[str]]]:
    for column, value in enumerate(sheet.rows[row]):
        units = units_in(tidy(value), ",，/") if isinstance(value, str) else None
        if units is not None:
            yield column, units


def _units_above(book: Book, sheet: Sheet, above: int, top: int) -> list[tuple[str, str]]:
    """Units of the nearest `(단위 : …)` above a header: (unit, cell)."""
    for row in range(top, above - 1, -1):
        for column, units in _unit_cells(sheet, row):
            cell = a1(row, column)
            found = []
            for unit in units:
                known = book.registry.units.get(name_key(unit))
                if known is None:
                    book.tell("unit_unknown", sheet, cell, found=unit)
                else:
                    found.append((known.name, cell))
            return found
    return []


def _unit_of(book: Book, column: Column, units: list[tuple[str, str]]) -> tuple[str, str] | None:
    for unit, where in units:
        if book.registry.units[name_key(unit)].dimension == column.dimension:
            return unit, where
    return None


def _known(words: tuple[str, ...], key: str, bare: str) -> bool:
    keys = {header_key(word) for word in words}
    return key in keys or bare in keys
