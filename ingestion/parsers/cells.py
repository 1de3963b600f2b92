"""What the parsers of workbooks have in common: addresses, texts, titles, headers, units, numbers.

Pure functions over a sheet's grid (`Sheet.rows[r][c]`, zero-based). Nothing here knows a
publication: its words come in as arguments.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.contract import Contract, Table
from ingestion.periods import Period
from ingestion.problems import Problem, problem
from ingestion.registry import Unit, name_key, tidy
from ingestion.sniff import Content, Merge, Sheet

#: So many headers or names are shown in a message.
MAX_LISTED = 12
#: `(단위 : 억원, %)`, in brackets or without.
UNIT_CELL = re.compile(r"\(?\s*단위\s*[:：]\s*(?P<units>[^)）]*)[)）]?")
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
#: A title of another year is none: its year is damaged.
_YEARS = (1960, 2100)
_NUMBER = re.compile(r"^[+\-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+\-]?\d+)?$")
#: A number of things in a sentence, of a length that can be meant: 1,353.
COUNT = r"\d[\d,]{0,11}"
#: What a mark in the place of a number means, as SDMX CL_OBS_STATUS.
_STATUS = {"suppressed": "Q", "missing": "O", "not_applicable": "M"}


@dataclass
class Parsed:
    """What one file says: its period, its rows (landed schema), its notes, its faults."""

    period: Period
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Title:
    """A table's title where it stands; `number` is 0 where the publication numbers none."""

    sheet: Sheet
    row: int
    column: int
    period: Period
    rest: str
    number: int = 0

    @property
    def cell(self) -> str:
        """Its address."""
        return a1(self.row, self.column)


# -- single cells ------------------------------------------------------------------------------


def a1(row: int, column: int) -> str:
    """Zero-based row and column as a cell name: (0, 0) → A1."""
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """A zero-based column as letters: 0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def text_at(sheet: Sheet, row: int, column: int) -> str:
    """What stands in a cell, tidied; beyond the grid and in empty cells nothing."""
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    value = cells[column] if column < len(cells) else ""
    return tidy(value) if isinstance(value, str) else ("" if value is None else str(value))


def texts_between(sheet: Sheet, first: int, last: int) -> list[str]:
    """Every text of the rows `first` to `last` (exclusive)."""
    return [
        tidy(cell)
        for row in sheet.rows[first:last]
        for cell in row
        if isinstance(cell, str) and tidy(cell)
    ]


def is_filled(cells: Sequence[Any], column: int) -> bool:
    """Whether anything but blanks stands in a column of a row."""
    cell = cells[column] if column < len(cells) else ""
    return type(cell) is float or (bool(tidy(cell)) if isinstance(cell, str) else cell is not None)


def as_published(raw: Any) -> str:
    """A cell's content as text: whole numbers without a point, others with all their digits."""
    if type(raw) is float:
        text = repr(raw)
        return text[:-2] if text.endswith(".0") else text
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return "" if raw is None else str(raw)
    return str(int(raw)) if float(raw).is_integer() and abs(raw) < 2**53 else repr(float(raw))


def listed(texts: Sequence[str], most: int = MAX_LISTED) -> str:
    """Texts for a message: the first ones, each once."""
    shown = ", ".join(dict.fromkeys(texts[:most]))
    return shown + (" …" if len(texts) > most else "") or "–"


def read_figure(
    raw: Any, marks: Mapping[str, str], *, empty: str = "O", signed: bool = False
) -> tuple[float | None, str, str | None]:
    """A cell's value, its status (SDMX CL_OBS_STATUS) and the code of what is odd about it.

    Zero, missing (O), impossible (M) and suppressed (Q) stay apart. `number_as_text` is told of a
    value that holds; after `not_a_number` and `negative_number` there is none.

    Args:
        raw: the cell.
        marks: the contract's marks and their meanings.
        empty: the status of an empty cell.
        signed: whether a negative number is possible.
    """
    text = tidy(raw) if isinstance(raw, str) else raw
    if text is None or text == "":
        return None, empty, None
    number: float | None = None
    odd: str | None = None
    if isinstance(text, str):
        mark = marks.get(text)
        if mark is not None:
            return None, _STATUS[mark], None
        if _NUMBER.match(text):
            number, odd = float(text.replace(",", "")), "number_as_text"
    elif isinstance(text, int | float) and not isinstance(text, bool):
        number = float(text)
    if number is None or not math.isfinite(number):
        return None, "O", "not_a_number"
    if number < 0 and not signed:
        return None, "O", "negative_number"
    return number, "A", odd


# -- headers and units -------------------------------------------------------------------------


def header_texts(
    sheet: Sheet, top: int, body: int, *, names: int | None = None, alone: Collection[str] = ()
) -> list[tuple[int, int, list[str]]]:
    """The words above every column of a header that takes the rows `top` to `body` (exclusive).

    A merged range speaks for every cell in it. Where a sheet has lost its merges, an empty upper
    cell with a text below it belongs to the next text on its left, but for the words in `alone`.

    Args:
        sheet: where.
        top, body: the rows of the header.
        names: a column that is known already: it is left out, and speaks for no other one.
        alone: words (without blanks) that never stand below another one.

    Returns:
        For each column that has any: column, row of the lowest words, the words from top to bottom.
    """
    merges = [m for m in sheet.merges if m[0][0] < body and m[1][0] >= top]
    width = max((len(row) for row in sheet.rows[top:body]), default=0)
    found = []
    for column in range(width):
        if column == names:
            continue
        words: list[str] = []
        lowest = top
        origins: set[tuple[int, int]] = set()
        for row in range(top, body):
            origin = _origin(sheet, row, column, body, names, merges, alone)
            if origin in origins:
                continue
            origins.add(origin)
            text = text_at(sheet, *origin)
            if text:
                words.append(text)
                lowest = origin[0]
        if words:
            found.append((column, lowest, words))
    return found


def _origin(
    sheet: Sheet,
    row: int,
    column: int,
    body: int,
    names: int | None,
    merges: list[Merge],
    alone: Collection[str],
) -> tuple[int, int]:
    """The cell whose text holds for a header cell."""
    for (r1, c1), (r2, c2) in merges:
        if r1 <= row <= r2 and c1 <= column <= c2:
            return r1, c1
    if merges or text_at(sheet, row, column) or row == body - 1:
        return row, column
    below = [text_at(sheet, r, column) for r in range(row + 1, body)]
    if not any(below) or any(name_key(text) in alone for text in below):
        return row, column
    for left in range(column - 1, -1, -1):
        if left == names:
            break
        if text_at(sheet, row, left):
            return row, left
    return row, column


def unheaded(
    sheet: Sheet, rows: Iterable[int], headed: Collection[int]
) -> Iterator[tuple[int, int, str]]:
    """What stands beside rows of figures in columns without a header: the first of each column.

    Yields:
        Row, column, and the content as a short text.
    """
    told: set[int] = set()
    for row in rows:
        for column, value in enumerate(sheet.rows[row]):
            if column in headed or column in told or value is None or value == "":
                continue
            if shown := as_published(value).strip():
                told.add(column)
                yield row, column, shown[:40]


@dataclass(frozen=True)
class HeaderWords:
    """A header taken apart: words without the unit, words without any bracket, and the brackets."""

    words: str
    bare: str
    unit: str | None
    other_brackets: tuple[str, ...]


def split_unit(texts: Sequence[str], units: Mapping[str, Unit]) -> HeaderWords:
    """Tell a unit in brackets (`당분기(억원)`) from the words of a header."""
    unit: str | None = None
    other: list[str] = []
    kept: list[str] = []
    for text in texts:
        rest = text
        for inner in _BRACKETS.findall(text):
            known = name_key(inner.replace("단위", "").lstrip(" :："))
            if known in units:
                unit = units[known].name
                rest = rest.replace(f"({inner})", "").replace(f"（{inner}）", "")
            else:
                other.append(inner)
        kept.append(rest)
    bare = "".join(_BRACKETS.sub("", text) for text in kept)
    return HeaderWords("".join(kept), bare, unit, tuple(other))


def units_in(text: str, separators: str) -> list[str] | None:
    """The units that `(단위 : …)` names; None where the text is no such cell."""
    match = UNIT_CELL.search(text)
    if match is None:
        return None
    return [tidy(unit) for unit in re.split(f"[{separators}]", match["units"]) if tidy(unit)]


# -- titles ------------------------------------------------------------------------------------


def find_titles(content: Content, pattern: re.Pattern[str], sign: str) -> list[Title]:
    """Every text that a pattern reads as a title, in the order of sheets and rows.

    Args:
        content: the workbook.
        pattern: with the groups `year`, `quarter`, `rest`, and perhaps `month` and `number`.
        sign: a word that every title has; it spares most cells the pattern.
    """
    letters = unicodedata.normalize("NFD", sign)  # as macOS writes it
    found: list[Title] = []
    for sheet in content.sheets:
        for r, row in enumerate(sheet.rows):
            for c, cell in enumerate(row):
                if type(cell) is not str or (sign not in cell and letters not in cell):
                    continue
                match = pattern.match(tidy(cell))
                if match is None:
                    continue
                said = match.groupdict()
                year = int(said["year"])
                if not _YEARS[0] <= year <= _YEARS[1]:
                    continue
                period = (
                    Period(year, "Q", int(said["quarter"]))
                    if said["quarter"]
                    else Period(year, "M", int(said["month"]))
                )
                number = int(said.get("number", 0))
                found.append(Title(sheet, r, c, period, said["rest"].strip(), number))
    return found


def match_table(
    title: str, tables: Sequence[Table], header_key: Callable[[str], str]
) -> Table | None:
    """The table that bears this title (without its number and period)."""
    key = header_key(title)
    for table in tables:
        if key in {header_key(text) for text in table.title}:
            return table
    return None


def agreed_period(titles: Sequence[Title], problems: list[Problem]) -> Period:
    """The period most titles tell; every other one is a fault."""
    periods = [title.period for title in titles]
    agreed = max(set(periods), key=lambda p: (periods.count(p), p))
    problems += [
        problem(
            "period_disagrees",
            sheet=title.sheet.name,
            cell=title.cell,
            found=str(title.period),
            expected=str(agreed),
        )
        for title in titles
        if title.period != agreed
    ]
    return agreed


def contract_file(contract: Contract) -> str:
    """Where a contract stands, as a person would look for it."""
    return f"ingestion/contracts/{contract.table_of or contract.dataset}.yml"
