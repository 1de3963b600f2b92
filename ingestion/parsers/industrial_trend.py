"""국가산업단지 산업동향: the workbook's twelve tables and survey notes, and its CSV editions.

Nothing is found by its position. A table is found by its title (`[표4] 2026년 1분기 단지별
생산실적`), its columns by the words of their headers, its unit by the header or the
`(단위 : …)` cell, its end by the total row. Sources: the publisher's 2026-Q1 workbook and CSV.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.contract import Column, Contract, Contracts, Table
from ingestion.periods import Period, date_in_name, period_of_date
from ingestion.problems import Problem, RejectedFile, problem, reject
from ingestion.registry import Registry, name_key, tidy
from ingestion.sniff import Content, Sheet

#: Raised when the same bytes would land otherwise than before: landed files are made anew.
PARSER_VERSION = "1"

TITLE = re.compile(
    r"^[\[<【(〔]?\s*표\s*(?P<number>\d+)\s*[\]>】)〕.:]?\s*(?P<year>\d{4})\s*년도?\s*"
    r"(?:(?P<quarter>[1-4])\s*(?:/\s*4)?\s*분기|(?P<month>1[0-2]|0?[1-9])\s*월(?:분|중)?)\s*(?P<rest>.*)$"
)
TOTALS = {"계", "합계", "총계"}
NAME_HEADERS = {"산업단지", "단지", "단지명", "산업단지명"}
KIND_HEADERS = {"구분", "단지구분"}
_UNIT_CELL = re.compile(r"\(?\s*단위\s*[:：]\s*(?P<units>[^)）]*)[)）]?")
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
_JOINTS = re.compile(r"[\s()（）/_*~∼\-]+")
_YTD = re.compile(r"^(?P<year>\d{4})?년?(?:\d분기|\d{1,2}월)?누계$")
_NUMBER = re.compile(r"^[+\-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+\-]?\d+)?$")
_MAX_LISTED = 12


@dataclass
class Parsed:
    """What one file says: its period, its rows (landed schema), its notes, its faults."""

    period: Period
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: Rows without 구분: (sheet, cell, name).
    kindless: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Title:
    """A table's title where it stands."""

    sheet: Sheet
    row: int
    column: int
    number: int
    period: Period
    rest: str


@dataclass(frozen=True)
class _Header:
    """A column's header: its lowest cell, words as published, comparison key and unit."""

    row: int
    column: int
    raw: str
    key: str
    key_without_brackets: str
    unit: str | None
    odd_brackets: tuple[str, ...]
    year: int | None


def a1(row: int, column: int) -> str:
    """Zero-based row and column as a cell name: (0, 0) → A1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def header_key(text: str) -> str:
    """A header for comparison: no blanks, brackets or joints; months read like quarters."""
    key = _JOINTS.sub("", tidy(text))
    key = key.replace("당월", "당분기").replace("전월", "전분기").replace("금분기", "당분기")
    return "누계" if _YTD.match(key) else key


def find_titles(content: Content) -> list[Title]:
    """Every table title in a workbook, in the order of sheets and rows."""
    found: list[Title] = []
    for sheet in content.sheets:
        for r, row in enumerate(sheet.rows):
            for c, cell in enumerate(row):
                if type(cell) is not str or "표" not in cell[:6]:
                    continue
                match = TITLE.match(tidy(cell))
                if match is None:
                    continue
                year = int(match["year"])
                period = (
                    Period(year, "Q", int(match["quarter"]))
                    if match["quarter"]
                    else Period(year, "M", int(match["month"]))
                )
                found.append(
                    Title(sheet, r, c, int(match["number"]), period, match["rest"].strip())
                )
    return found


def match_table(title: str, tables: tuple[Table, ...]) -> Table | None:
    """The contract's table that bears this title (without its number and period)."""
    key = header_key(title)
    for table in tables:
        if key in {header_key(text) for text in table.title}:
            return table
    return None


def parse_workbook(
    content: Content, contract: Contract, registry: Registry, file_name: str
) -> Parsed:
    """Read all tables and the survey notes of a workbook.

    Returns the rows of every table; `problems` holds warnings only.

    Raises:
        RejectedFile: with every fault found, each with its sheet and cell.
    """
    problems: list[Problem] = []
    titles = find_titles(content)
    placed: dict[str, Title] = {}
    for title in titles:
        table = match_table(title.rest, contract.tables)
        where = {"sheet": title.sheet.name, "cell": a1(title.row, title.column)}
        if table is None:
            problems.append(
                problem("title_unknown", found=title.rest, contract=_file(contract), **where)
            )
        elif table.id in placed:
            problems.append(
                problem(
                    "table_twice",
                    number=table.number,
                    title=table.title[0],
                    other=placed[table.id].sheet.name,
                    **where,
                )
            )
        else:
            placed[table.id] = title
    for table in contract.tables:
        if table.id not in placed:
            problems.append(
                problem(
                    "table_missing",
                    number=table.number,
                    title=table.title[0],
                    contract=_file(contract),
                    **_likely_sheet(content, table),
                )
            )
    if not placed:
        raise RejectedFile(problems)
    period = _agreed_period(list(placed.values()), problems)
    parsed = Parsed(period, problems=problems)
    named = date_in_name(file_name)
    if named is not None and period_of_date(named, period.freq) != period:
        problems.append(
            problem("name_disagrees", found=period_of_date(named, period.freq), expected=period)
        )
    for table in contract.tables:
        title_of = placed.get(table.id)
        if title_of is None:
            continue
        if title_of.number != table.number:
            problems.append(
                problem(
                    "number_disagrees",
                    sheet=title_of.sheet.name,
                    cell=a1(title_of.row, title_of.column),
                    found=title_of.number,
                    expected=table.number,
                )
            )
        if (title_of.row, title_of.column) != (0, 0):
            problems.append(
                problem(
                    "moved_table",
                    sheet=title_of.sheet.name,
                    cell=a1(title_of.row, title_of.column),
                )
            )
        later = [t.row for t in titles if t.sheet is title_of.sheet and t.row > title_of.row]
        last = min(later) if later else len(title_of.sheet.rows)
        reader = _TableReader(title_of.sheet, table, contract, registry, parsed)
        reader.read(title_of.row + 1, last)
    parsed.notes = list(_survey_notes(content, period))
    if parsed.kindless:
        sheet, cell, name = parsed.kindless[0]
        sheets = len({place[0] for place in parsed.kindless})
        problems.append(
            problem(
                "kind_missing",
                sheet=sheet,
                cell=cell,
                count=len(parsed.kindless),
                sheets=sheets,
                found=name,
            )
        )
    if any(p.severity == "error" for p in problems):
        raise RejectedFile(problems)
    return parsed


def parse_csv(
    content: Content, contract: Contract, contracts: Contracts, registry: Registry, file_name: str
) -> Parsed:
    """Read a CSV edition: one table, its header in the first row, its period in its name only.

    Raises:
        RejectedFile: with every fault found.
    """
    sheet = content.sheets[0]
    period = csv_period(sheet, file_name)
    parsed = Parsed(period)
    table = contracts.table_of(contract)
    reader = _TableReader(sheet, table, contract, registry, parsed)
    reader.read(0, len(sheet.rows))
    if any(p.severity == "error" for p in parsed.problems):
        raise RejectedFile(parsed.problems)
    return parsed


def csv_period(sheet: Sheet, file_name: str) -> Period:
    """The period of a CSV edition: from its name, monthly where the headers say 당월.

    Raises:
        RejectedFile: the name carries no date.
    """
    day = date_in_name(file_name)
    if day is None:
        raise reject("period_unknown")
    monthly = any("당월" in str(cell) for row in sheet.rows[:3] for cell in row)
    return period_of_date(day, "M" if monthly else "Q")


def csv_headers(sheet: Sheet, registry: Registry) -> list[_Header]:
    """The headers of a CSV edition without name and kind, for recognition."""
    found = []
    for column, cell in enumerate(sheet.rows[0] if sheet.rows else []):
        header = _make_header(0, column, [str(cell)], registry)
        if header is not None and header.key not in NAME_HEADERS | KIND_HEADERS:
            found.append(header)
    return found


def header_dimensions(headers: list[_Header], registry: Registry) -> set[str]:
    """The dimensions (krw, usd, firms, persons, …) that the units of headers speak of."""
    return {registry.units[name_key(h.unit)].dimension for h in headers if h.unit}


def header_match(headers: list[_Header], table: Table, registry: Registry) -> float:
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


def _make_header(row: int, column: int, parts: list[str], registry: Registry) -> _Header | None:
    """One column's header from its parts, top to bottom."""
    texts = [tidy(part) for part in parts if tidy(part)]
    if not texts:
        return None
    unit: str | None = None
    odd: list[str] = []
    kept: list[str] = []
    bare: list[str] = []
    for text in texts:
        rest = text
        for inner in _BRACKETS.findall(text):
            known = name_key(inner.replace("단위", "").lstrip(" :："))
            if known in registry.units:
                unit = registry.units[known].name
                rest = rest.replace(f"({inner})", "").replace(f"（{inner}）", "")
            else:
                odd.append(inner)
        kept.append(rest)
        bare.append(_BRACKETS.sub("", rest))
    raw = " / ".join(texts)
    year = _YTD.match(_JOINTS.sub("", "".join(kept)))
    return _Header(
        row=row,
        column=column,
        raw=raw,
        key=header_key("".join(kept)),
        key_without_brackets=header_key("".join(bare)),
        unit=unit,
        odd_brackets=tuple(odd),
        year=int(year["year"]) if year and year["year"] else None,
    )


@dataclass(frozen=True)
class _Slot:
    """A column that is understood: its meaning, and what all its rows have in common."""

    header: _Header
    column: Column
    letters: str
    signed: bool
    common: dict[str, Any]


class _TableReader:
    """Reads one table of one sheet into the rows and problems of a file."""

    def __init__(
        self, sheet: Sheet, table: Table, contract: Contract, registry: Registry, parsed: Parsed
    ) -> None:
        self.sheet = sheet
        self.table = table
        self.contract = contract
        self.registry = registry
        self.parsed = parsed
        self.is_csv = contract.form == "csv"
        self.text_numbers: list[str] = []

    def read(self, first: int, last: int) -> None:
        """Read the rows `first` to `last` (exclusive)."""
        place = self._find_name_header(first, last)
        if place is None:
            self._problem(
                "header_missing",
                a1(first, 0),
                expected="산업단지",
                found=self._listed(self._texts(first, min(first + 4, last))),
                contract=_file(self.contract),
            )
            return
        header_row, name_column = place
        body = header_row + 1
        while body < last and not self._text(body, name_column):
            body += 1
        headers = self._headers(header_row, body, name_column)
        units = self._sheet_units(first, header_row, last)
        kind_column = next((h.column for h in headers if h.key in KIND_HEADERS), None)
        slots = self._resolve([h for h in headers if h.key not in KIND_HEADERS], header_row, units)
        if not slots:
            return  # nothing is understood of this table, and why has been said
        self._rows(body, last, name_column, kind_column, slots)

    # -- where things stand -------------------------------------------------------------

    @property
    def _sheet_name(self) -> str | None:
        return self.sheet.name or None

    def _cell(self, row: int, column: int) -> Any:
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else []
        return cells[column] if column < len(cells) else ""

    def _text(self, row: int, column: int) -> str:
        cell = self._cell(row, column)
        return tidy(cell) if isinstance(cell, str) else ("" if cell is None else str(cell))

    def _texts(self, first: int, last: int) -> list[str]:
        return [
            tidy(cell)
            for row in self.sheet.rows[first:last]
            for cell in row
            if isinstance(cell, str) and tidy(cell)
        ]

    def _problem(self, code: str, cell: str | None, **detail: Any) -> None:
        self.parsed.problems.append(problem(code, sheet=self._sheet_name, cell=cell, **detail))

    @staticmethod
    def _listed(texts: list[str]) -> str:
        shown = ", ".join(dict.fromkeys(texts[:_MAX_LISTED]))
        return shown + (" …" if len(texts) > _MAX_LISTED else "") or "–"

    def _find_name_header(self, first: int, last: int) -> tuple[int, int] | None:
        for row in range(first, last):
            for column in range(len(self.sheet.rows[row])):
                if name_key(self._text(row, column)) in NAME_HEADERS:
                    return row, column
        return None

    def _headers(self, top: int, body: int, name_column: int) -> list[_Header]:
        """Headers of all columns right of the names, over one or more header rows."""
        width = max((len(row) for row in self.sheet.rows[top:body]), default=0)
        merges = [m for m in self.sheet.merges if m[0][0] < body and m[1][0] >= top]
        found: list[_Header] = []
        for column in range(name_column + 1, width):
            parts: list[str] = []
            lowest = top
            seen: set[tuple[int, int]] = set()
            for row in range(top, body):
                origin = self._origin(row, column, top, body, name_column, merges)
                if origin in seen:
                    continue
                seen.add(origin)
                parts.append(self._text(*origin))
                if parts[-1]:
                    lowest = origin[0]
            header = _make_header(lowest, column, parts, self.registry)
            if header is not None:
                found.append(header)
        return found

    def _origin(
        self, row: int, column: int, top: int, body: int, name_column: int, merges: list[Any]
    ) -> tuple[int, int]:
        """The cell whose text holds for a header cell: the corner of its merged range.

        Where a file has lost its merges, an empty upper cell belongs to the next text on its
        left, as long as there is a text below it.
        """
        for (r1, c1), (r2, c2) in merges:
            if r1 <= row <= r2 and c1 <= column <= c2:
                return r1, c1
        if merges or self._text(row, column) or row == body - 1:
            return row, column
        if not any(self._text(below, column) for below in range(row + 1, body)):
            return row, column
        if any(name_key(self._text(below, column)) in KIND_HEADERS for below in range(row, body)):
            return row, column
        for left in range(column - 1, name_column, -1):
            if self._text(row, left):
                return row, left
        return row, column

    def _sheet_units(self, first: int, header_row: int, last: int) -> list[tuple[str, str]]:
        """Units named by `(단위 : …)` between title and header: (unit text, cell)."""
        for row in range(max(first - 1, 0), min(header_row + 1, last)):
            for column in range(len(self.sheet.rows[row])):
                match = _UNIT_CELL.search(self._text(row, column))
                if match:
                    cell = a1(row, column)
                    return [
                        (tidy(u), cell) for u in re.split(r"[,，·/]", match["units"]) if tidy(u)
                    ]
        return []

    # -- what the columns mean -----------------------------------------------------------

    def _resolve(
        self, headers: list[_Header], header_row: int, units: list[tuple[str, str]]
    ) -> list[_Slot]:
        """The columns that are understood; every other one is a fault."""
        resolved: list[_Slot] = []
        expected = self._expected_headers()
        used: dict[tuple[Any, ...], _Header] = {}
        for unit, cell in units:
            if name_key(unit) not in self.registry.units:
                self._problem("unit_unknown", cell, found=unit)
                return []
        for header in headers:
            cell = a1(header.row, header.column)
            match = self._match(header.key)
            if match is None and header.odd_brackets:
                match = self._match(header.key_without_brackets)
                if match is not None and not self._is_wording(header):
                    self._problem("unit_unknown", cell, found=header.odd_brackets[-1])
                    continue
            if match is None:
                if self.table.industries is not None:
                    self._problem("unknown_industry", cell, found=header.raw)
                else:
                    self._problem(
                        "header_unknown",
                        cell,
                        found=header.raw,
                        expected=self._listed(expected),
                        contract=_file(self.contract),
                    )
                continue
            column, industry = match
            slot = (column.measure, column.relation, column.sex, column.size_class, industry)
            if slot in used:
                self._problem(
                    "header_twice",
                    cell,
                    found=header.raw,
                    other=a1(used[slot].row, used[slot].column),
                    contract=_file(self.contract),
                )
                continue
            used[slot] = header
            if header.year is not None and header.year != self.parsed.period.year:
                self._problem(
                    "stale_header_year", cell, found=header.raw, period=str(self.parsed.period)
                )
            known_unit = self._unit(header, column, units, cell)
            if known_unit is not None:
                resolved.append(self._slot(header, column, industry, known_unit))
        for slot, text in self._required():
            if slot not in used:
                self._problem(
                    "header_missing",
                    a1(header_row, 0),
                    expected=text,
                    found=self._listed([h.raw for h in headers]),
                    contract=_file(self.contract),
                )
        return resolved

    def _slot(self, header: _Header, column: Column, industry: str, unit: str) -> _Slot:
        period = self.parsed.period
        about = period.shift(-1) if column.relation == "previous" else period
        return _Slot(
            header=header,
            column=column,
            letters=a1(0, header.column)[:-1],
            signed=column.dimension == "percentage_point" or column.measure.endswith("growth_pct"),
            common={
                "table_id": self.table.id,
                "table_no": self.table.number,
                "sheet": self.sheet.name,
                "industry_raw": header.raw if self.table.industries is not None else None,
                "industry_code": industry,
                "size_class": column.size_class,
                "sex": column.sex,
                "measure": column.measure,
                "relation": column.relation,
                "freq": period.freq,
                "period": str(about),
                "publication_period": str(period),
                "unit_raw": unit,
                "header_raw": header.raw,
            },
        )

    def _match(self, key: str) -> tuple[Column, str] | None:
        """The meaning of a header: the contract's column and an industry code."""
        if self.table.industries is not None:
            if key in TOTALS:
                return self.table.industries, "_T"
            code = self.registry.industries.get(name_key(key))
            if code is None or (code == "NONMFG" and not self.table.with_non_manufacturing):
                return None
            return self.table.industries, code
        for column in self.table.columns:
            if key in {header_key(text) for text in column.header}:
                return column, "_T"
        return None

    @staticmethod
    def _is_wording(header: _Header) -> bool:
        """Whether odd brackets are words of the header (전분기대비) rather than a unit."""
        return all(re.search(r"대비|[a-z]/[a-z]|^[a-z]$", odd) for odd in header.odd_brackets)

    def _expected_headers(self) -> list[str]:
        if self.table.industries is not None:
            return [*self.registry.industries, *TOTALS]
        return [column.header[0] for column in self.table.columns]

    def _required(self) -> Iterator[tuple[tuple[Any, ...], str]]:
        """Columns that must be there: all in a workbook, the figures themselves in a CSV."""
        if self.table.industries is not None:
            c = self.table.industries
            names: dict[str, str] = {"_T": "계"}
            for name, code in self.registry.industries.items():
                names.setdefault(code, name)
            for code, name in names.items():
                if code != "NONMFG" or self.table.with_non_manufacturing:
                    yield (c.measure, c.relation, c.sex, c.size_class, code), name
            return
        for c in self.table.columns:
            if self.is_csv and (c.relation != "current" or c.dimension.startswith("percent")):
                continue
            yield (c.measure, c.relation, c.sex, c.size_class, "_T"), c.header[0]

    def _unit(
        self, header: _Header, column: Column, units: list[tuple[str, str]], cell: str
    ) -> str | None:
        """The unit of a column: its own, else the sheet's unit of the same dimension."""
        candidates = [(header.unit, cell)] if header.unit else units
        for unit, _ in candidates:
            known = self.registry.units[name_key(unit)]
            if known.dimension == column.dimension:
                return known.name
            if header.unit and column.measure.endswith("_pp") and known.dimension == "percent":
                return known.name
        if column.dimension == "percentage_point" and not header.unit:
            # 전분기대비 of a rate under one heading (가동률(%)) is a difference of rates.
            return "%p"
        self._problem("unit_missing", cell, found=header.raw, dimension=column.dimension)
        return None

    # -- the figures ---------------------------------------------------------------------

    def _rows(
        self,
        first: int,
        last: int,
        name_column: int,
        kind_column: int | None,
        slots: list[_Slot],
    ) -> None:
        total_row: int | None = None
        seen: dict[str, int] = {}
        count = 0
        for row in range(first, last):
            name = self._text(row, name_column)
            cells = self.sheet.rows[row]
            filled = [s for s in slots if _is_filled(cells, s.header.column)]
            if not name:
                if filled:
                    self._problem("row_without_name", a1(row, filled[0].header.column))
                continue
            if name.startswith(("*", "※", "주)", "주 :", "자료")) and not filled:
                continue
            cell = a1(row, name_column)
            if total_row is not None:
                if filled:
                    self._problem("row_after_total", cell, found=name)
                continue
            if name_key(name) in TOTALS:
                total_row, complex_id = row, "_T"
            else:
                known = self.registry.complexes.get(name_key(name))
                if known is None:
                    near = self.registry.nearest_complex(name)
                    hint = f" (nearest: {near})" if near else ""
                    self._problem("unknown_complex", cell, found=name, hint=hint)
                    continue
                if known in seen:
                    other = a1(seen[known], name_column)
                    self._problem("complex_twice", cell, found=name, other=other)
                    continue
                complex_id = known
                seen[known] = row
                count += 1
            kind = self._text(row, kind_column) if kind_column is not None else ""
            if kind_column is not None and not kind and complex_id != "_T":
                self.parsed.kindless.append((self.sheet.name, a1(row, kind_column), name))
            # Counts of firms are never suppressed: only other figures show that a row is open.
            is_open = any(slot.column.dimension != "firms" for slot in filled)
            whose = {"complex_raw": name, "complex_id": complex_id, "kind_raw": kind or None}
            self._observations(row, whose, slots, is_open)
        if count == 0:
            self._problem("no_rows", a1(max(first - 1, 0), name_column))
        elif total_row is None:
            if self.is_csv:
                self._problem("no_total_row", None)
            else:
                self._problem("total_missing", a1(max(seen.values()) + 1, name_column))
        if self.text_numbers and not self.is_csv:
            self._problem("number_as_text", self.text_numbers[0], count=len(self.text_numbers))

    def _observations(
        self, row: int, whose: dict[str, Any], slots: list[_Slot], is_open: bool
    ) -> None:
        cells = self.sheet.rows[row]
        number = str(row + 1)
        for slot in slots:
            raw = cells[slot.header.column] if slot.header.column < len(cells) else ""
            cell = slot.letters + number
            if type(raw) is float and 0 <= raw < math.inf:  # nearly every cell
                value: float | None = raw
                status = "A"
            else:
                value, status, failed = self._value(raw, slot, cell)
                if failed:
                    continue
                if status == "M" and self.is_csv and not is_open:
                    # a row of empty cells: suppressed or missing, the CSV does not tell
                    status = "O"
            self.parsed.rows.append(
                {
                    **slot.common,
                    **whose,
                    "cell": cell,
                    "value": value,
                    "value_raw": _as_published(raw),
                    "obs_status": status,
                    "conf_status": "A" if status == "Q" else "F",
                }
            )

    def _value(self, raw: Any, slot: _Slot, cell: str) -> tuple[float | None, str, bool]:
        """A cell's value and status; zero, missing, impossible and suppressed stay apart."""
        text = tidy(raw) if isinstance(raw, str) else raw
        if text is None or text == "":
            return None, "M" if slot.column.empty_is_not_applicable else "O", False
        number: float | None = None
        if isinstance(text, str):
            mark = self.contract.marks.get(text)
            if mark is not None:
                return None, {"suppressed": "Q", "missing": "O", "not_applicable": "M"}[mark], False
            if _NUMBER.match(text):
                number = float(text.replace(",", ""))
                self.text_numbers.append(cell)
        elif isinstance(text, int | float) and not isinstance(text, bool):
            number = float(text)
        if number is None or not math.isfinite(number):
            self._problem(
                "not_a_number",
                cell,
                found=_as_published(raw),
                header=slot.header.raw,
                contract=_file(self.contract),
            )
            return None, "O", True
        if number < 0 and not slot.signed:
            self._problem("negative_number", cell, found=_as_published(raw), header=slot.header.raw)
            return None, "O", True
        return number, "A", False


def _is_filled(cells: list[Any], column: int) -> bool:
    cell = cells[column] if column < len(cells) else ""
    return type(cell) is float or (bool(tidy(cell)) if isinstance(cell, str) else cell is not None)


def _as_published(raw: Any) -> str:
    """A cell's content as text: whole numbers without a point, others with all their digits."""
    if type(raw) is float:
        text = repr(raw)
        return text[:-2] if text.endswith(".0") else text
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return "" if raw is None else str(raw)
    return str(int(raw)) if float(raw).is_integer() and abs(raw) < 2**53 else repr(float(raw))


def _agreed_period(titles: list[Title], problems: list[Problem]) -> Period:
    """The period most titles tell; every other one is a fault."""
    periods = [title.period for title in titles]
    agreed = max(set(periods), key=lambda p: (periods.count(p), p))
    for title in titles:
        if title.period != agreed:
            problems.append(
                problem(
                    "period_disagrees",
                    sheet=title.sheet.name,
                    cell=a1(title.row, title.column),
                    found=str(title.period),
                    expected=str(agreed),
                )
            )
    return agreed


def _likely_sheet(content: Content, table: Table) -> dict[str, Any]:
    """The sheet whose name begins with the table's number, for the message only."""
    for sheet in content.sheets:
        if re.match(rf"^표\s*{table.number}(?!\d)", tidy(sheet.name)):
            return {"sheet": sheet.name, "cell": "A1"}
    return {}


_NOTE_ITEMS: dict[str, re.Pattern[str]] = {
    "sample_size": re.compile(r"표본\)?\s*약?\s*([\d,]+)\s*개사"),
    "surveyed_count": re.compile(r"조사대상업체\s*([\d,]+)\s*개사"),
    "responded_count": re.compile(r"중\s*([\d,]+)\s*개사\s*응답"),
    "response_rate_pct": re.compile(r"회수율\s*[:：]\s*([\d.]+)\s*%"),
    "cv_production_pct": re.compile(r"변동계수\s*생산\s*[:：]\s*([\d.]+)"),
    "cv_exports_pct": re.compile(r"변동계수.*수출\s*[:：]\s*([\d.]+)"),
    "suppression_max_respondents": re.compile(r"업체\s*(\d+)개\s*이하"),
}


def _survey_notes(content: Content, period: Period) -> Iterator[dict[str, Any]]:
    """The survey notes (조사 개요): every line, and the figures on quality among them."""
    for sheet in content.sheets:
        head = "".join(str(c) for row in sheet.rows[:3] for c in row)
        if "조사 개요" not in tidy(sheet.name) and "조사 개요" not in tidy(head):
            continue
        for r, row in enumerate(sheet.rows):
            for c, cell in enumerate(row):
                text = tidy(cell) if isinstance(cell, str) else ""
                if not text:
                    continue
                base = {
                    "sheet": sheet.name,
                    "cell": a1(r, c),
                    "publication_period": str(period),
                    "text": text,
                }
                found = False
                for item, pattern in _NOTE_ITEMS.items():
                    match = pattern.search(text)
                    if match:
                        found = True
                        yield {**base, "item": item, "value": float(match[1].replace(",", ""))}
                if not found:
                    yield {**base, "item": "text", "value": None}


def _file(contract: Contract) -> str:
    """Where a contract stands, as a person would look for it."""
    return f"ingestion/contracts/{contract.table_of or contract.dataset}.yml"
