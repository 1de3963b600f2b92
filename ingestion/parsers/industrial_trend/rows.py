"""The rows of a table: a complex each, the total row at their end, and their figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.parsers.cells import (
    a1,
    as_published,
    contract_file,
    is_filled,
    listed,
    read_figure,
    text_at,
    texts_between,
    unheaded,
)
from ingestion.registry import name_key

from .columns import Reading, Slot, read_headers, sheet_units, understand
from .headers import KIND_HEADERS, NAME_HEADERS, TOTALS

#: A row without 구분: sheet, cell, name.
Kindless = tuple[str, str, str]


def read_table(on: Reading, first: int, last: int) -> list[Kindless]:
    """Read the rows `first` to `last` (exclusive) of a sheet: header, complexes, total.

    Returns:
        The rows without 구분.
    """
    place = _find_name_header(on, first, last)
    if place is None:
        on.tell(
            "header_missing",
            a1(first, 0),
            expected="산업단지",
            found=listed(texts_between(on.sheet, first, min(first + 4, last))),
            contract=contract_file(on.contract),
        )
        return []
    header_row, name_column = place
    body = header_row + 1
    while body < last and not text_at(on.sheet, body, name_column):
        body += 1
    headers = read_headers(on, header_row, body, name_column)
    units = sheet_units(on, max(first - 1, 0), min(header_row + 1, last))
    kind_column = next((h.column for h in headers if h.key in KIND_HEADERS), None)
    figures = [h for h in headers if h.key not in KIND_HEADERS]
    slots = understand(on, figures, header_row, units)
    if not slots:
        return []  # nothing is understood of this table, and why has been said
    rows, kindless = _read_rows(on, body, last, name_column, kind_column, slots)
    for r, c, shown in unheaded(on.sheet, rows, {name_column, *(h.column for h in headers)}):
        file = contract_file(on.contract)
        on.tell("column_without_header", a1(r, c), found=shown, contract=file)
    return kindless


def _find_name_header(on: Reading, first: int, last: int) -> tuple[int, int] | None:
    for row in range(first, last):
        for column in range(len(on.sheet.rows[row])):
            if name_key(text_at(on.sheet, row, column)) in NAME_HEADERS:
                return row, column
    return None


def _read_rows(
    on: Reading,
    first: int,
    last: int,
    name_column: int,
    kind_column: int | None,
    slots: Sequence[Slot],
) -> tuple[list[int], list[Kindless]]:
    """Land the rows; returns those that were read, and those without 구분."""
    rows: list[int] = []
    total_row: int | None = None
    seen: dict[str, int] = {}
    kindless: list[Kindless] = []
    texts: list[str] = []
    for row in range(first, last):
        name = text_at(on.sheet, row, name_column)
        cells = on.sheet.rows[row]
        filled = [s for s in slots if is_filled(cells, s.header.column)]
        kind = text_at(on.sheet, row, kind_column) if kind_column is not None else ""
        if not name:
            if filled:
                on.tell("row_without_name", a1(row, filled[0].header.column))
            elif kind and kind_column is not None and total_row is None:
                on.tell("row_without_name", a1(row, kind_column))
            continue
        if name.startswith(("*", "※", "주)", "주 :", "자료")) and not filled:
            continue
        cell = a1(row, name_column)
        if total_row is not None:
            if filled:
                on.tell("row_after_total", cell, found=name)
            continue
        if name_key(name) in TOTALS:
            total_row, complex_id = row, "_T"
        else:
            known = on.registry.complexes.get(name_key(name))
            if known is None:
                near = on.registry.nearest_complex(name)
                hint = f" (nearest: {near})" if near else ""
                on.tell("unknown_complex", cell, found=name, hint=hint)
                continue
            if known in seen:
                other = a1(seen[known], name_column)
                on.tell("complex_twice", cell, found=name, other=other)
                continue
            complex_id = known
            seen[known] = row
        if kind_column is not None and not kind and complex_id != "_T":
            kindless.append((on.sheet.name, a1(row, kind_column), name))
        if kind_column is not None and _is_figure(kind, on.contract.marks):
            on.tell("figure_for_word", a1(row, kind_column), found=kind, header="구분")
        rows.append(row)
        # Counts of firms are never suppressed: only other figures show that a row is open.
        is_open = any(slot.column.dimension != "firms" for slot in filled)
        whose = {"complex_raw": name, "complex_id": complex_id, "kind_raw": kind or None}
        _read_figures(on, row, whose, slots, is_open, texts)
    if not seen:
        on.tell("no_rows", a1(max(first - 1, 0), name_column))
    elif total_row is None:
        if on.is_csv:
            on.tell("no_total_row", None)
        else:
            on.tell("total_missing", a1(max(seen.values()) + 1, name_column))
    if texts and not on.is_csv:
        on.tell("number_as_text", texts[0], count=len(texts))
    return rows, kindless


def _is_figure(text: str, marks: Mapping[str, str]) -> bool:
    """Whether a text is a number, or one of the marks that stand for one."""
    value, status, _ = read_figure(text, marks, signed=True)
    return value is not None or status == "Q"


def _read_figures(
    on: Reading,
    row: int,
    whose: dict[str, Any],
    slots: Sequence[Slot],
    is_open: bool,
    texts: list[str],
) -> None:
    """Land the figures of a row; addresses of numbers in texts go to `texts`."""
    cells = on.sheet.rows[row]
    number = str(row + 1)
    for slot in slots:
        raw = cells[slot.header.column] if slot.header.column < len(cells) else ""
        cell = slot.letters + number
        if type(raw) is float and 0 <= raw < math.inf:  # nearly every cell
            value: float | None = raw
            status = "A"
        else:
            empty = "M" if slot.column.empty_is_not_applicable else "O"
            value, status, odd = read_figure(
                raw, on.contract.marks, empty=empty, signed=slot.signed
            )
            if odd == "number_as_text":
                texts.append(cell)
            elif odd is not None:
                on.tell(
                    odd,
                    cell,
                    found=as_published(raw),
                    header=slot.header.raw,
                    contract=contract_file(on.contract),
                )
                continue
            if status == "M" and on.is_csv and not is_open:
                # a row of empty cells: suppressed or missing, the CSV does not tell
                status = "O"
        on.parsed.rows.append(
            {
                **slot.common,
                **whose,
                "cell": cell,
                "value": value,
                "value_raw": as_published(raw),
                "obs_status": status,
                "conf_status": "A" if status == "Q" else "F",
            }
        )
