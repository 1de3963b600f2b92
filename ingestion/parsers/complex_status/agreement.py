"""What the tables of one workbook say of each other: units, figures, rows, counts.

The list of all complexes is believed. Where another table differs, that is told; where nothing
tells which of two units is right, the file is not used.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from typing import Any

from ingestion.parsers.cells import COUNT, MAX_LISTED, a1, as_published
from ingestion.registry import tidy
from ingestion.sniff import Sheet

from .book import Block, Book, Row, Slot, SlotKey

#: What a text says of the number of complexes: rows at the top level, and complexes (one that
#: straddles two provinces stands in two rows).
_COUNT_CLAIMS = (
    re.compile(
        rf"총\s*(?P<rows>{COUNT})\s*개로\s*보이지만.*?단지\s*개수는\s*(?P<whole>{COUNT})\s*개"
    ),
    re.compile(rf"합은\s*(?P<rows>{COUNT})\s*개이나.*?단지\s*개수가\s*(?P<whole>{COUNT})\s*개"),
)
_TYPE_COUNTS = re.compile(
    rf"총\s*(?P<total>{COUNT})\s*개?\s*(?P<types>(?:[가-힣]+\s*{COUNT}\s*개,?\s*)+)"
)
_TYPE_COUNT = re.compile(rf"(?P<type>[가-힣]+)\s*(?P<count>{COUNT})\s*개")
#: What is counted, in English and Korean.
_COUNTED = {
    "rows": ("top-level rows", "상위단지 행"),
    "whole": (
        "complexes, counting those in two provinces once",
        "두 시도에 걸친 단지를 한 번 센 단지",
    ),
}


def settle_units(book: Book) -> None:
    """A table whose areas are 1,000 times those of the list is in another unit than it says."""
    for block in book.blocks:
        if block.table is book.main or not block.complexes:
            continue
        areas = [(i, s) for i, s in enumerate(block.slots) if s.column.dimension == "area"]
        if areas:
            _settle_unit(book, block, *areas[0], [slot for _, slot in areas])


def _settle_unit(book: Book, block: Block, index: int, first: Slot, areas: list[Slot]) -> None:
    powers: list[float] = []
    looked_at = 0
    for row in block.complexes:
        value = row.cells[index][0]
        looked_at += bool(value)
        there = _listed_figure(book, row, first.key)
        if value and there:
            powers.append(math.log10(value * book.factor(first.unit) / there))
    if not powers:
        if looked_at:
            book.tell("unit_unverified", block.sheet, first.unit_cell, found=first.unit)
        return
    middle = statistics.median(powers)
    power = round(middle)
    if power == 0 or abs(middle - power) > 0.05:
        return
    right = book.factor(first.unit) / 10**power
    unit = next(
        (
            u.name
            for u in book.registry.units.values()
            if u.dimension == "area" and math.isclose(u.factor_to_canonical, right)
        ),
        None,
    )
    if unit is None:
        return
    book.tell(
        "unit_contradicted",
        block.sheet,
        first.unit_cell,
        found=first.unit,
        expected=unit,
        count=len(powers),
    )
    for slot in areas:
        slot.unit = unit


def _listed_figure(book: Book, row: Row, key: SlotKey) -> float | None:
    """What the list says of the same complex and measure, in the canonical unit."""
    identity = row.attributes.get("status_complex_id")
    if identity is None:
        return None
    there, block = book.listed[identity]
    for i, slot in enumerate(block.slots):
        if slot.key == key:
            value = there.cells[i][0]
            return None if value is None else value * book.factor(slot.unit)
    return None


def hold_units_against_totals(book: Book) -> None:
    """The list and the published totals must be of one size: else a unit is wrong."""
    sums: dict[SlotKey, tuple[float, Slot]] = {}
    for row, block in book.listed.values():
        if row.attributes["level"]:
            continue
        for slot, (value, _, _) in zip(block.slots, row.cells, strict=True):
            if slot.column.dimension in ("area", "krw", "usd"):
                before = sums.get(slot.key, (0.0, slot))[0]
                sums[slot.key] = (before + (value or 0.0), slot)
    for block in book.blocks:
        for row in block.rows:
            if row.attributes.get("group") != ("_T", "_T"):
                continue
            for slot, (value, _, _) in zip(block.slots, row.cells, strict=True):
                total, summed = sums.get(slot.key, (0.0, slot))
                if not value or not total:
                    continue
                factors = book.factor(slot.unit) / book.factor(summed.unit)
                if abs(math.log10(value * factors / total)) > 0.5:
                    book.tell(
                        "unit_off",
                        block.sheet,
                        f"{slot.letters}{row.row + 1}",
                        found=f"{value:,.0f} {slot.unit}",
                        expected=f"{total:,.0f} {summed.unit}",
                        header=slot.raw,
                        other=summed.unit_cell,
                    )
                    return


def hold_against_list(book: Book) -> None:
    """Figures and rows of the other lists against the list of all complexes."""
    (source,) = [b for b in book.blocks if b.table is book.main]
    slots = {s.key: (i, s) for i, s in enumerate(source.slots)}
    for block in book.blocks:
        if block.table is book.main:
            continue
        pairs = [
            (i, slot, *slots[slot.key])
            for i, slot in enumerate(block.slots)
            # the tables of designations have more digits than the list
            if slot.key in slots and slot.unit == slots[slot.key][1].unit
        ]
        told = 0
        for row in block.rows:
            identity = row.attributes.get("status_complex_id")
            if identity is None:
                continue
            there = book.listed[identity][0]
            for i, slot, j, other in pairs:
                if row.cells[i][0] == there.cells[j][0] or told >= MAX_LISTED:
                    continue
                told += 1
                _tell_disagreement(
                    book,
                    (block.sheet, f"{slot.letters}{row.row + 1}", row.cells[i][2]),
                    (source.sheet, f"{other.letters}{there.row + 1}", there.cells[j][2]),
                    slot.raw,
                    there.attributes["name"].name,
                )
        if block.table.repeats is not None:
            _hold_rows(book, block, source, block.table.repeats)


def hold_sums_together(book: Book) -> None:
    """The same sum in two tables (요약 and 시도별) is one figure."""
    said: dict[Any, tuple[str, Block, float | None, Any]] = {}
    for block in book.blocks:
        for row in block.rows:
            if "group" not in row.attributes:
                continue
            for slot, (value, _, raw) in zip(block.slots, row.cells, strict=True):
                key = (row.attributes["group"], slot.key)
                cell = f"{slot.letters}{row.row + 1}"
                where, other, there, there_raw = said.setdefault(key, (cell, block, value, raw))
                if other is not block and there != value:
                    _tell_disagreement(
                        book,
                        (block.sheet, cell, raw),
                        (other.sheet, where, there_raw),
                        slot.raw,
                        row.attributes["name"].name,
                    )


def _tell_disagreement(
    book: Book,
    here: tuple[Sheet, str, Any],
    there: tuple[Sheet, str, Any],
    header: str,
    name: str,
) -> None:
    """Two cells (sheet, address, content) that should say the same."""
    book.tell(
        "disagrees_with_list",
        here[0],
        here[1],
        found=as_published(here[2]) or "–",
        expected=as_published(there[2]) or "–",
        header=header,
        name=name,
        other=f"{there[0].name} › {there[1]}",
    )


def _hold_rows(book: Book, block: Block, source: Block, repeats: str) -> None:
    due = {
        identity
        for identity, (row, _) in book.listed.items()
        if repeats in ("all", row.attributes["complex_type"])
        or (repeats == "top" and row.attributes["level"] == 0)
    }
    here = block.complexes
    found = {row.attributes.get("status_complex_id") for row in here}
    extra = [row for row in here if row.attributes.get("status_complex_id") not in due]
    missing = sorted(due - found)
    if extra or missing:
        name = extra[0] if extra else book.listed[missing[0]][0]
        book.tell(
            "rows_differ_from_list",
            block.sheet,
            extra[0].name_cell if extra else None,
            extra=len(extra),
            missing=len(missing),
            other=source.sheet.name,
            name=name.attributes["name"].name,
        )


def count(book: Book, straddling: dict[str, str]) -> None:
    """What texts say of the number of complexes, against the list."""
    tops = [i for i, (row, _) in book.listed.items() if row.attributes["level"] == 0]
    wholes = {straddling.get(identity, identity) for identity in tops}
    counted = {"rows": len(tops), "whole": len(wholes)}
    for sheet in book.content.sheets:
        for r, row in enumerate(sheet.rows):
            for c, value in enumerate(row):
                if type(value) is not str or "개" not in value or len(value) < 12:
                    continue
                text = tidy(value)
                for pattern in _COUNT_CLAIMS:
                    match = pattern.search(text)
                    if match is None:
                        continue
                    for name, number in counted.items():
                        said = int(match[name].replace(",", ""))
                        if said != number:
                            _tell_count(book, sheet, a1(r, c), said, number, *_COUNTED[name])
                _count_types(book, sheet, a1(r, c), text)


def _count_types(book: Book, sheet: Sheet, cell: str, text: str) -> None:
    """`총 516 국가 38개, 일반 161개 …` of a list against its own rows."""
    match = _TYPE_COUNTS.search(text)
    blocks = [b for b in book.blocks if b.sheet is sheet and b.complexes]
    if match is None or not blocks:
        return
    said = {
        m["type"]: int(m["count"].replace(",", ""))
        for m in _TYPE_COUNT.finditer(match["types"])
        if m["type"] in book.contract.complex_types
    }
    if not said:
        return
    rows = [r for r in blocks[0].complexes if r.attributes["level"] == 0]
    counted = Counter(r.attributes.get("complex_type_raw") for r in rows)
    for kind, number in said.items():
        if number != counted[kind]:
            what = f"complexes of type {kind}"
            _tell_count(book, sheet, cell, number, counted[kind], what, kind)
    total = int(match["total"].replace(",", ""))
    if total != len(rows):
        _tell_count(book, sheet, cell, total, len(rows), "rows of this list", "이 목록의 행")


def _tell_count(
    book: Book, sheet: Sheet, cell: str, said: int, counted: int, what: str, what_ko: str
) -> None:
    book.tell(
        "count_contradicts",
        sheet,
        cell,
        found=f"{said:,}",
        expected=f"{counted:,}",
        what=what,
        what_ko=what_ko,
    )
