"""Titles and headers of 산업동향: their words, for finding and for telling them apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.contract import Table
from ingestion.parsers import cells
from ingestion.parsers.cells import Title, split_unit
from ingestion.registry import Registry, name_key, tidy
from ingestion.sniff import Content, Sheet

NAME_HEADERS = {"산업단지", "단지", "단지명", "산업단지명"}
KIND_HEADERS = {"구분", "단지구분"}
TOTALS = {"계", "합계", "총계"}

_TITLE = re.compile(
    r"^[\[<【(〔]?\s*표\s*(?P<number>\d{1,2})\s*[\]>】)〕.:]?\s*(?P<year>\d{4})\s*년도?\s*"
    r"(?:(?P<quarter>[1-4])\s*(?:/\s*4)?\s*분기|(?P<month>1[0-2]|0?[1-9])\s*월(?:분|중)?)\s*(?P<rest>.*)$"
)
_JOINTS = re.compile(r"[\s()（）/_*~∼\-]+")
_YTD = re.compile(r"^(?P<year>\d{4})?년?(?:\d분기|\d{1,2}월)?누계$")


@dataclass(frozen=True)
class Header:
    """A column's header: its lowest cell, words as published, comparison keys and unit."""

    row: int
    column: int
    raw: str
    key: str
    key_without_brackets: str
    unit: str | None
    #: What stands in brackets and is no unit.
    odd_brackets: tuple[str, ...]
    #: The year that a 누계 header carries.
    year: int | None

    @property
    def is_wording(self) -> bool:
        """Whether odd brackets are words of the header (전분기대비) rather than a unit."""
        return all(re.search(r"대비|[a-z]/[a-z]|^[a-z]$", odd) for odd in self.odd_brackets)


def header_key(text: str) -> str:
    """A header for comparison: no blanks, brackets or joints; months read like quarters."""
    key = _JOINTS.sub("", tidy(text))
    key = key.replace("당월", "당분기").replace("전월", "전분기").replace("금분기", "당분기")
    return "누계" if _YTD.match(key) else key


def make_header(row: int, column: int, texts: Sequence[str], registry: Registry) -> Header:
    """One column's header from its words, top to bottom."""
    said = split_unit(texts, registry.units)
    year = _YTD.match(_JOINTS.sub("", said.words))
    return Header(
        row=row,
        column=column,
        raw=" / ".join(texts),
        key=header_key(said.words),
        key_without_brackets=header_key(said.bare),
        unit=said.unit,
        odd_brackets=said.other_brackets,
        year=int(year["year"]) if year and year["year"] else None,
    )


def find_titles(content: Content) -> list[Title]:
    """Every table title in a workbook, in the order of sheets and rows."""
    return cells.find_titles(content, _TITLE, "표")


def match_table(title: str, tables: Sequence[Table]) -> Table | None:
    """The contract's table that bears this title (without its number and period)."""
    return cells.match_table(title, tables, header_key)


def csv_headers(sheet: Sheet, registry: Registry) -> list[Header]:
    """The headers of a CSV edition without name and kind, for recognition."""
    found = []
    for column, cell in enumerate(sheet.rows[0] if sheet.rows else []):
        if text := tidy(str(cell)):
            header = make_header(0, column, [text], registry)
            if header.key not in NAME_HEADERS | KIND_HEADERS:
                found.append(header)
    return found


def header_dimensions(headers: Sequence[Header], registry: Registry) -> set[str]:
    """The dimensions (krw, usd, firms, persons, …) that the units of headers speak of."""
    return {registry.units[name_key(h.unit)].dimension for h in headers if h.unit}


def header_match(headers: Sequence[Header], table: Table, registry: Registry) -> float:
    """Which part of the headers (0 to 1) this table knows."""
    if not headers:
        return 0.0
    if table.industries is not None:
        known = sum(
            h.key in TOTALS
            or name_key(h.key) in registry.industries
            or h.key_without_brackets in TOTALS
            or h.key_without_brackets in registry.industries
            for h in headers
        )
    else:
        keys = {header_key(text) for column in table.columns for text in column.header}
        known = sum(h.key in keys or h.key_without_brackets in keys for h in headers)
    return known / len(headers)
