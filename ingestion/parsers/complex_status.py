"""전국산업단지현황통계: every complex of the country, its parents and parts, area by area.

Nothing is found by its position. A table is found by its title (`2025년 3분기 전국산업단지 현황`),
its columns by the words of their headers, its unit by the `(단위 : …)` cell or the header. The
hierarchy is read from the indents of the names and held against their circled digits: a parent
`(① + ②)` has the parts ① and ②, or the file is not used. Source: the publisher's 2025-Q3 workbook.
"""

from __future__ import annotations

import hashlib
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from ingestion.contract import Column, Contract, Table
from ingestion.parsers.industrial_trend import a1
from ingestion.periods import Period, date_in_name, period_of_date
from ingestion.problems import Problem, RejectedFile, problem
from ingestion.registry import Registry, name_key, tidy
from ingestion.sniff import Content, Merge, Sheet

#: Raised when the same bytes would land otherwise than before: landed files are made anew.
PARSER_VERSION = "1"

TITLE = re.compile(
    r"^(?P<year>\d{4})\s*년도?\s*(?P<quarter>[1-4])\s*(?:/\s*4)?\s*분기\s*(?P<rest>\S.*)$"
)
_UNIT_CELL = re.compile(r"\(?\s*단위\s*[:：]\s*(?P<units>[^)）]*)[)）]?")
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")
_JOINTS = re.compile(r"[\s()（）/_*~∼\-·ㆍ]+")
_YEAR_BEFORE = re.compile(r"^\d{4}년?")
_NUMBER = re.compile(r"^[+\-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:[eE][+\-]?\d+)?$")
_CIRCLED = "①-⑳㉑-㉟㊱-㊿"
_PARTS = re.compile(rf"\s*[(（]\s*([{_CIRCLED}](?:\s*[+,]\s*[{_CIRCLED}])*)\s*[)）]$")
_OWN_MARK = re.compile(rf"\s*([{_CIRCLED}])$")
_RENEWAL = re.compile(r"\[\s*재생사업지구\s*(?P<part>[:：][^\]]*)?\]")
_FORMER = re.compile(r"[\[(]\s*구\s*(?:[:：]|\s)\s*(?P<name>[^\])]*)[\])]")
_UNDER = re.compile(r"\s*\([^()]*\s하위단지\)$")
_SUBTOTAL = re.compile(
    r"^(?P<type>\S+?)(?:산업)?단지\s*합계\s*(?:[:：]\s*(?P<count>[\d,]+)\s*개)?$"
)
_DOTS = re.compile("[·ㆍ‧・･•∙⋅]")
_NOTE_SIGNS = ("*", "＊", "※", "→", "-", "주")
_TOTALS = {"총합", "합계", "총계", "계"}
_SUBTOTALS = {"소계", "계", "합계"}
_MAX_LISTED = 12
_DAY = re.compile(r"^(\d{4})[.\-/]\s*(\d{1,2})[.\-/]\s*(\d{1,2})\.?$")

#: What a text says of the number of complexes: rows at the top level, and complexes (one that
#: straddles two provinces stands in two rows).
_COUNT_CLAIMS = (
    re.compile(r"총\s*(?P<rows>[\d,]+)\s*개로\s*보이지만.*?단지\s*개수는\s*(?P<whole>[\d,]+)\s*개"),
    re.compile(r"합은\s*(?P<rows>[\d,]+)\s*개이나.*?단지\s*개수가\s*(?P<whole>[\d,]+)\s*개"),
)
_TYPE_COUNTS = re.compile(r"총\s*(?P<total>[\d,]+)\s*개?\s*(?P<types>(?:\S+?\s*[\d,]+\s*개,?\s*)+)")
_TYPE_COUNT = re.compile(r"(?P<type>[가-힣]+)\s*(?P<count>[\d,]+)\s*개")


@dataclass
class Parsed:
    """What one file says: its period, its rows (landed schema), its notes, its warnings."""

    period: Period
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Title:
    """A table's title where it stands."""

    sheet: Sheet
    row: int
    column: int
    period: Period
    rest: str


@dataclass(frozen=True)
class Name:
    """What the cell with a complex's name tells."""

    raw: str
    name: str
    indent: int
    mark: str | None
    parts: tuple[str, ...]
    former: str | None
    renewal: str | None


@dataclass
class _Slot:
    """A column of figures that is understood."""

    index: int
    letters: str
    column: Column
    raw: str
    unit: str
    unit_cell: str


@dataclass
class _Row:
    """A row that is understood: what it is about, and where it stands."""

    row: int
    kind: str
    name_cell: str
    attributes: dict[str, Any]
    key: tuple[str, ...] = ()
    cells: list[tuple[float | None, str, Any]] = field(default_factory=list)


@dataclass
class _Block:
    """A header with the rows below it."""

    table: Table
    sheet: Sheet
    slots: list[_Slot]
    rows: list[_Row]


def fold(name: str) -> str:
    """A name for comparison: without blanks, every middle dot alike."""
    return _DOTS.sub("·", name_key(name))


def status_complex_id(
    complex_type: str, province_code: str, sigungu: str, *names: str
) -> tuple[str, tuple[str, ...]]:
    """The identifier of a complex and the key it is made from.

    `<type>-<province>-<first 10 hex digits of SHA-256>` over type, province, city or county (its
    first word) and the clean names from the top-level complex down. The same complex has the same
    identifier in every edition; a renamed or moved one has another. City and names are needed:
    three 일반산업단지 of 경남 are called 가산, and parts bear the name of their parent.
    """
    first = (tidy(sigungu).split() or [""])[0]
    key = (complex_type, province_code, first, *(fold(name) for name in names))
    digest = hashlib.sha256("|".join(key).encode()).hexdigest()[:10]
    return f"{complex_type}-{province_code[-2:]}-{digest}", key


def whole_id(complex_type: str, name: str) -> str:
    """The identifier that the rows of a complex in two provinces share."""
    digest = hashlib.sha256(f"{complex_type}|KR|{fold(name)}".encode()).hexdigest()[:10]
    return f"{complex_type}-kr-{digest}"


def read_name(raw: str) -> Name:
    """A name as published, taken apart: indent, circled digits, former name, renewal."""
    body = raw.lstrip(" \t\xa0\u3000")
    indent = len(raw) - len(body)
    body = tidy(body)
    if body[:1] in ("▷", "▶", "└", "ㄴ") and len(body) > 1:
        body = body[1:].lstrip()
    parts: tuple[str, ...] = ()
    mark: str | None = None
    found = _PARTS.search(body)
    if found:
        parts = tuple(re.findall(rf"[{_CIRCLED}]", found[1]))
        body = body[: found.start()]
    else:
        found = _OWN_MARK.search(body)
        if found:
            mark = found[1]
            body = body[: found.start()]
    renewal = former = None
    found = _RENEWAL.search(body)
    if found:
        renewal = "part" if found["part"] else "whole"
        body = body[: found.start()] + body[found.end() :]
    found = _FORMER.search(body)
    if found and (body[: found.start()] + body[found.end() :]).strip():
        former = tidy(found["name"])
        body = body[: found.start()] + body[found.end() :]
    return Name(raw, tidy(body), indent, mark, parts, former, renewal)


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """A header for comparison: no blanks, brackets or joints, no year before it."""
    return _YEAR_BEFORE.sub("", _JOINTS.sub("", tidy(text)))


def find_titles(content: Content) -> list[Title]:
    """Every text of the form `2025년 3분기 …`, in the order of sheets and rows."""
    found: list[Title] = []
    for sheet in content.sheets:
        for r, row in enumerate(sheet.rows):
            for c, cell in enumerate(row):
                if type(cell) is not str or "분기" not in cell:
                    continue
                match = TITLE.match(tidy(cell))
                if match is not None:
                    period = Period(int(match["year"]), "Q", int(match["quarter"]))
                    found.append(Title(sheet, r, c, period, match["rest"]))
    return found


def match_table(title: str, contract: Contract) -> Table | None:
    """The contract's table that bears this title (without its period)."""
    key = header_key(title)
    for table in contract.tables:
        if key in {header_key(text) for text in table.title}:
            return table
    return None


def looks_like(content: Content, contract: Contract) -> bool:
    """Whether a workbook is this publication: by a title, else by the words of its list's header."""
    if any(match_table(title.rest, contract) for title in find_titles(content)):
        return True
    main = contract.tables[0]
    wanted = {header_key(item.header[0]) for item in main.attributes}
    wanted |= {header_key(column.header[0]) for column in main.columns[:2]}
    for sheet in content.sheets:
        for row in sheet.rows[:20]:
            keys = {header_key(cell) for cell in row if isinstance(cell, str)}
            if wanted <= keys:
                return True
    return False


def parse_workbook(
    content: Content, contract: Contract, registry: Registry, file_name: str
) -> Parsed:
    """Read every table of a workbook.

    Returns the rows of every table; `problems` holds warnings only.

    Raises:
        RejectedFile: with every fault found, each with its sheet and cell.
    """
    return _Reader(content, contract, registry).read(file_name)


class _Reader:
    """Reads one workbook: all tables first, then what they say of each other."""

    def __init__(self, content: Content, contract: Contract, registry: Registry) -> None:
        self.content = content
        self.contract = contract
        self.registry = registry
        self.problems: list[Problem] = []
        self.notes: list[tuple[Sheet, int, int, str]] = []
        self.blocks: list[_Block] = []
        #: Rows of the list of all complexes by identifier, and where names lead.
        self.listed: dict[str, tuple[_Row, _Block]] = {}
        self.by_place: dict[tuple[str, str, str], list[str]] = {}

    def read(self, file_name: str) -> Parsed:
        titles = [t for t in find_titles(self.content) if self._is_title(t)]
        placed = self._place(titles)
        if not placed:
            raise RejectedFile(self.problems)
        period = self._agreed_period(list(placed.values()))
        named = date_in_name(file_name)
        if named is not None and period_of_date(named, "Q") != period:
            self._tell("name_disagrees", found=period_of_date(named, "Q"), expected=period)
        self._untitled(titles)
        for table in self.contract.tables:
            if table.id in placed:
                self._table(table, placed[table.id], titles)
        if any(p.severity == "error" for p in self.problems):
            raise RejectedFile(self.problems)
        self._identify()
        if any(p.severity == "error" for p in self.problems):
            raise RejectedFile(self.problems)
        straddling = self._straddling()
        self._settle_units()
        self._hold_unit_against_totals()
        if any(p.severity == "error" for p in self.problems):
            raise RejectedFile(self.problems)
        self._hold_against_list()
        self._hold_sums_together()
        self._count(straddling)
        return Parsed(
            period,
            rows=list(self._landed(period, straddling)),
            notes=[
                {
                    "sheet": sheet.name,
                    "cell": a1(r, c),
                    "publication_period": str(period),
                    "item": "text",
                    "value": None,
                    "text": text,
                }
                for sheet, r, c, text in self.notes
            ],
            problems=self.problems,
        )

    # -- which tables there are, and where ------------------------------------------------

    def _tell(
        self, code: str, sheet: Sheet | None = None, cell: str | None = None, **detail: Any
    ) -> None:
        self.problems.append(
            problem(code, sheet=sheet.name if sheet else None, cell=cell, **detail)
        )

    @property
    def _file(self) -> str:
        return f"ingestion/contracts/{self.contract.dataset}.yml"

    def _is_title(self, title: Title) -> bool:
        """A known title, or a text of that form with a header close below it."""
        if match_table(title.rest, self.contract) is not None:
            return True
        rows = title.sheet.rows[title.row + 1 : title.row + 9]
        return any(_is_header(row, _NAME_WORDS) for row in rows)

    def _place(self, titles: list[Title]) -> dict[str, Title]:
        placed: dict[str, Title] = {}
        for title in titles:
            table = match_table(title.rest, self.contract)
            cell = a1(title.row, title.column)
            if table is None:
                self._tell(
                    "title_unknown", title.sheet, cell, found=title.rest, contract=self._file
                )
            elif table.id in placed:
                self._tell(
                    "table_twice",
                    title.sheet,
                    cell,
                    number=table.number,
                    title=table.title[0],
                    other=placed[table.id].sheet.name,
                )
            else:
                placed[table.id] = title
        for table in self.contract.tables:
            if table.id not in placed:
                code = "list_missing" if table.required else "list_not_there"
                self._tell(code, title=table.title[0], contract=self._file)
        return placed

    def _agreed_period(self, titles: list[Title]) -> Period:
        periods = [title.period for title in titles]
        agreed = max(set(periods), key=lambda p: (periods.count(p), p))
        for title in titles:
            if title.period != agreed:
                cell = a1(title.row, title.column)
                self._tell(
                    "period_disagrees",
                    title.sheet,
                    cell,
                    found=str(title.period),
                    expected=str(agreed),
                )
        return agreed

    def _untitled(self, titles: list[Title]) -> None:
        """Tables above which no title stands are not passed over in silence."""
        for sheet in self.content.sheets:
            first = min((t.row for t in titles if t.sheet is sheet), default=len(sheet.rows))
            for r in range(first):
                if _is_header(sheet.rows[r], _NAME_WORDS):
                    c, text = next(
                        (i, v) for i, v in enumerate(sheet.rows[r]) if isinstance(v, str) and v
                    )
                    self._tell(
                        "sheet_unknown", sheet, a1(r, c), found=tidy(text), contract=self._file
                    )
                    break

    def _table(self, table: Table, title: Title, titles: list[Title]) -> None:
        sheet = title.sheet
        last = min(
            (t.row for t in titles if t.sheet is sheet and t.row > title.row),
            default=len(sheet.rows),
        )
        words = {
            header_key(word)
            for item in table.attributes
            if item.attribute in ("name", "group")
            for word in item.header
        }
        starts = [r for r in range(title.row + 1, last) if _is_header(sheet.rows[r], words)]
        if not starts or "name" in {item.attribute for item in table.attributes}:
            starts = starts[:1]
        if not starts:
            self._tell(
                "header_missing",
                sheet,
                a1(title.row, title.column),
                expected=next(
                    i.header[0] for i in table.attributes if i.attribute in ("name", "group")
                ),
                found=_listed(_texts(sheet, title.row + 1, min(title.row + 8, last))),
                contract=self._file,
            )
            return
        seen: dict[Any, str] = {}
        for number, start in enumerate(starts):
            end = last
            if number + 1 < len(starts):
                # the heading of the next block stands with its unit above its header
                following = starts[number + 1]
                end = _unit_row(sheet, start + 1, following) or following
            above = starts[number - 1] + 1 if number else title.row
            self._block(table, sheet, above, start, end, seen)
        for column in table.columns:
            if not column.optional and _slot_key(column) not in seen:
                self._tell(
                    "header_missing",
                    sheet,
                    a1(starts[0], 0),
                    expected=column.header[0],
                    found=_listed(list(seen.values())),
                    contract=self._file,
                )
        if table.required and not any(
            row.kind == "complex" for b in self.blocks if b.table is table for row in b.rows
        ):
            self._tell("no_rows", sheet, a1(starts[0], 0))

    # -- columns ---------------------------------------------------------------------------

    def _block(
        self, table: Table, sheet: Sheet, above: int, top: int, last: int, seen: dict[Any, str]
    ) -> None:
        headers, body = self._headers(table, sheet, top, last)
        units = self._units(sheet, above, top)
        attributes: dict[str, int] = {}
        slots: list[_Slot] = []
        for index, raw, key, bare, unit in headers:
            cell = a1(top, index)
            kind = next(
                (i.attribute for i in table.attributes if _known(i.header, key, bare)), None
            )
            column = next((c for c in table.columns if _known(c.header, key, bare)), None)
            if kind is None and column is None:
                self._tell(
                    "header_unknown",
                    sheet,
                    cell,
                    found=raw,
                    expected=_listed(
                        [i.header[0] for i in table.attributes]
                        + [c.header[0] for c in table.columns],
                        20,
                    ),
                    contract=self._file,
                )
                continue
            slot_key: Any = kind if column is None else _slot_key(column)
            if slot_key in seen and (column is not None or kind in attributes):
                self._tell(
                    "header_twice",
                    sheet,
                    cell,
                    found=raw,
                    other=f"'{seen[slot_key]}'",
                    contract=self._file,
                )
                continue
            seen[slot_key] = raw
            if column is None:
                attributes[str(kind)] = index
                continue
            known = self._unit(sheet, raw, column, unit, units, cell)
            if known is not None:
                slots.append(_Slot(index, a1(0, index)[:-1], column, raw, *known))
        needed = {"name", "complex_type", "province", "sigungu", "development_status"}
        if table is self.contract.tables[0]:
            for missing in sorted(needed - attributes.keys()):
                word = next(i.header[0] for i in table.attributes if i.attribute == missing)
                self._tell(
                    "header_missing",
                    sheet,
                    a1(top, 0),
                    expected=word,
                    found=_listed([h[1] for h in headers]),
                    contract=self._file,
                )
        block = _Block(table, sheet, slots, [])
        self.blocks.append(block)
        if "name" in attributes:
            self._complexes(block, body, last, attributes)
        elif "group" in attributes:
            self._groups(block, body, last, attributes["group"])
        self._headless(block, headers, body, attributes)

    def _headers(
        self, table: Table, sheet: Sheet, top: int, last: int
    ) -> tuple[list[tuple[int, str, str, str, str | None]], int]:
        """Headers over one or more rows: column, words, keys without unit and brackets, unit."""
        words = {
            header_key(word)
            for item in table.attributes
            if item.attribute in ("name", "group")
            for word in item.header
        }
        names = next(c for c, v in enumerate(sheet.rows[top]) if _is_word(v, words))
        body = top + 1
        while body < last and not _text(sheet, body, names):
            # A row with a number is no header, whatever its name.
            if any(type(v) is float for v in sheet.rows[body]):
                break
            body += 1
        merges = [m for m in sheet.merges if m[0][0] < body and m[1][0] >= top]
        width = max((len(row) for row in sheet.rows[top:body]), default=0)
        found = []
        for column in range(width):
            parts: list[str] = []
            origins: set[tuple[int, int]] = set()
            for row in range(top, body):
                origin = _origin(sheet, row, column, body, merges)
                if origin not in origins:
                    origins.add(origin)
                    parts.append(_text(sheet, *origin))
            texts = [part for part in parts if part]
            if texts:
                found.append((column, *self._header(texts)))
        return found, body

    def _header(self, texts: list[str]) -> tuple[str, str, str, str | None]:
        unit: str | None = None
        kept: list[str] = []
        for text in texts:
            rest = text
            for inner in _BRACKETS.findall(text):
                known = name_key(inner.replace("단위", "").lstrip(" :："))
                if known in self.registry.units:
                    unit = self.registry.units[known].name
                    rest = rest.replace(f"({inner})", "").replace(f"（{inner}）", "")
            kept.append(rest)
        bare = "".join(_BRACKETS.sub("", text) for text in kept)
        return " / ".join(texts), header_key("".join(kept)), header_key(bare), unit

    def _units(self, sheet: Sheet, above: int, top: int) -> list[tuple[str, str]]:
        """Units of the nearest `(단위 : …)` above a header: (unit, cell)."""
        for row in range(top, above - 1, -1):
            for column, value in enumerate(sheet.rows[row]):
                match = _UNIT_CELL.search(tidy(value)) if isinstance(value, str) else None
                if match is None:
                    continue
                cell = a1(row, column)
                found = []
                for unit in re.split(r"[,，/]", match["units"]):
                    if not tidy(unit):
                        continue
                    if name_key(unit) not in self.registry.units:
                        self._tell("unit_unknown", sheet, cell, found=tidy(unit))
                        continue
                    found.append((self.registry.units[name_key(unit)].name, cell))
                return found
        return []

    def _unit(
        self,
        sheet: Sheet,
        raw: str,
        column: Column,
        own: str | None,
        units: list[tuple[str, str]],
        cell: str,
    ) -> tuple[str, str] | None:
        for unit, where in [(own, cell)] if own else units:
            if self.registry.units[name_key(unit)].dimension == column.dimension:
                return unit, where
        self._tell("unit_missing", sheet, cell, found=raw, dimension=column.dimension)
        return None

    # -- rows ------------------------------------------------------------------------------

    def _complexes(self, block: _Block, body: int, last: int, attributes: dict[str, int]) -> None:
        sheet = block.sheet
        names = attributes["name"]
        numbers: list[str] = []
        carried: str | None = None
        for r in range(body, last):
            cells = sheet.rows[r]
            filled = next((s for s in block.slots if _is_filled(cells, s.index)), None)
            raw = cells[names] if names < len(cells) else ""
            text = tidy(raw) if isinstance(raw, str) else ""
            placed = any(
                _text(sheet, r, attributes[kind])
                for kind in ("complex_type", "province")
                if kind in attributes
            )
            if not text or (filled is None and not placed):
                if filled is not None or (raw not in ("", None) and not text and placed):
                    column = filled.index if filled is not None else names
                    self._tell("row_without_name", sheet, a1(r, column))
                else:
                    self._note(sheet, r)
                continue
            name_cell = a1(r, names)
            subtotal = _SUBTOTAL.match(text) if not placed else None
            if subtotal is not None:
                row = _Row(r, "total", name_cell, self._subtotal(sheet, name_cell, text, subtotal))
            else:
                said = self._said(sheet, r, attributes)
                if "parent_name" in attributes:
                    carried = said.get("parent_name") or carried
                    said["parent_name"] = carried
                name = read_name(raw)
                row = _Row(r, "complex", name_cell, {**said, "name": name})
            row.cells = self._figures(block, r, numbers)
            block.rows.append(row)
        if numbers:
            self._tell("number_as_text", sheet, numbers[0], count=len(numbers))
        self._hierarchy(block)

    def _note(self, sheet: Sheet, r: int) -> None:
        for c, value in enumerate(sheet.rows[r]):
            if isinstance(value, str) and tidy(value):
                self.notes.append((sheet, r, c, tidy(value)))

    def _subtotal(self, sheet: Sheet, cell: str, text: str, match: re.Match[str]) -> dict[str, Any]:
        code = self.contract.complex_types.get(match["type"])
        if code is None and match["type"] not in ("전체", "총", "전국"):
            self._type_unknown(sheet, cell, match["type"])
        return {"name": read_name(text), "complex_type": code or "_T", "province_code": "_T"}

    def _type_unknown(self, sheet: Sheet, cell: str, found: str) -> None:
        self._tell(
            "unknown_complex_type",
            sheet,
            cell,
            found=found,
            expected=", ".join(self.contract.complex_types),
            contract=self._file,
        )

    def _said(self, sheet: Sheet, r: int, attributes: dict[str, int]) -> dict[str, Any]:
        """The columns of text of a row, mapped to codes; what has no code is a fault."""
        said: dict[str, Any] = {}
        for kind, column in attributes.items():
            if kind == "name":
                continue
            text = _text(sheet, r, column)
            cell = a1(r, column)
            if kind == "complex_type":
                said["complex_type_raw"] = text
                said["complex_type"] = self.contract.complex_types.get(name_key(text))
                if said["complex_type"] is None:
                    self._type_unknown(sheet, cell, text)
            elif kind == "province":
                said["province_raw"] = text
                said["province_code"] = self.registry.provinces.get(name_key(text))
                if said["province_code"] is None:
                    self._tell("unknown_province", sheet, cell, found=text)
            elif kind == "development_status":
                said["development_raw"] = text
                said[kind] = self.contract.development_statuses.get(name_key(text))
                if said[kind] is None:
                    self._tell(
                        "unknown_development",
                        sheet,
                        cell,
                        found=text,
                        expected=", ".join(self.contract.development_statuses),
                        contract=self._file,
                    )
            elif kind == "sigungu":
                said["sigungu_ko"] = text
            elif kind.endswith("_on"):
                said[kind] = _day(sheet.rows[r][column]) if column < len(sheet.rows[r]) else None
            else:
                said[kind] = text or None
        return said

    def _groups(self, block: _Block, body: int, last: int, names: int) -> None:
        """Rows that are sums: 국가 … 총합, or 서울국가 … 서울소계."""
        sheet = block.sheet
        numbers: list[str] = []
        for r in range(body, last):
            cells = sheet.rows[r]
            text = _text(sheet, r, names)
            filled = next((s for s in block.slots if _is_filled(cells, s.index)), None)
            if filled is None:
                self._note(sheet, r)
                continue
            if not text:
                self._tell("row_without_name", sheet, a1(r, filled.index))
                continue
            about = self._group(sheet, a1(r, names), text)
            if about is None:
                continue
            row = _Row(r, "total", a1(r, names), {**about, "name": read_name(text)})
            other = next((o for o in block.rows if o.attributes["group"] == about["group"]), None)
            if other is not None:
                self._tell("complex_twice", sheet, row.name_cell, found=text, other=other.name_cell)
                continue
            row.cells = self._figures(block, r, numbers)
            block.rows.append(row)
        if numbers:
            self._tell("number_as_text", sheet, numbers[0], count=len(numbers))

    def _group(self, sheet: Sheet, cell: str, text: str) -> dict[str, Any] | None:
        key = name_key(text)
        types = self.contract.complex_types
        province, rest = "_T", key
        if key not in types and key not in _TOTALS:
            known = [p for p in self.registry.provinces if key.startswith(p)]
            if not known:
                self._tell("unknown_province", sheet, cell, found=text)
                return None
            # 경기도시첨단 is 경기 + 도시첨단, not 경기도 + 시첨단.
            known.sort(key=lambda p: (key[len(p) :] in {*types, *_SUBTOTALS}, len(p)))
            province, rest = self.registry.provinces[known[-1]], key[len(known[-1]) :]
        if rest in types:
            code: str = types[rest]
        elif rest in (_TOTALS if province == "_T" else _SUBTOTALS):
            code = "_T"
        else:
            self._type_unknown(sheet, cell, rest)
            return None
        return {"complex_type": code, "province_code": province, "group": (code, province)}

    def _figures(
        self, block: _Block, r: int, numbers: list[str]
    ) -> list[tuple[float | None, str, Any]]:
        cells = block.sheet.rows[r]
        width = len(cells)
        found: list[tuple[float | None, str, Any]] = []
        for slot in block.slots:
            raw = cells[slot.index] if slot.index < width else ""
            if type(raw) is float and 0 <= raw < math.inf:  # nearly every cell
                found.append((raw, "A", raw))
            else:
                found.append(self._value(block.sheet, slot, r, raw, numbers))
        return found

    def _value(
        self, sheet: Sheet, slot: _Slot, r: int, raw: Any, numbers: list[str]
    ) -> tuple[float | None, str, Any]:
        cell = a1(r, slot.index)
        text = tidy(raw) if isinstance(raw, str) else raw
        if text is None or text == "":
            return None, "O", raw
        number: float | None = None
        if isinstance(text, str):
            mark = self.contract.marks.get(text)
            if mark is not None:
                return None, {"suppressed": "Q", "missing": "O", "not_applicable": "M"}[mark], raw
            if _NUMBER.match(text):
                number = float(text.replace(",", ""))
                numbers.append(cell)
        elif isinstance(text, int | float) and not isinstance(text, bool):
            number = float(text)
        if number is None or not math.isfinite(number):
            self._tell(
                "not_a_number",
                sheet,
                cell,
                found=_as_published(raw),
                header=slot.raw,
                contract=self._file,
            )
            return None, "O", raw
        if number < 0:
            self._tell("negative_number", sheet, cell, found=_as_published(raw), header=slot.raw)
            return None, "O", raw
        return number, "A", raw

    def _headless(
        self,
        block: _Block,
        headers: list[tuple[int, str, str, str, str | None]],
        body: int,
        attributes: dict[str, int],
    ) -> None:
        """A column without a header that holds something beside a row of figures is a fault."""
        known = {h[0] for h in headers}
        told: set[int] = set()
        for row in block.rows:
            for c, value in enumerate(block.sheet.rows[row.row]):
                if c in known or c in told or value is None or value == "":
                    continue
                shown = _as_published(value).strip()
                if shown:
                    told.add(c)
                    self._tell(
                        "column_without_header",
                        block.sheet,
                        a1(row.row, c),
                        found=shown[:40],
                        contract=self._file,
                    )

    # -- parents and parts -------------------------------------------------------------------

    def _hierarchy(self, block: _Block) -> None:
        """Levels from the indents, held against the circled digits where a list has any."""
        rows = [row for row in block.rows if row.kind == "complex"]
        stack: list[_Row] = []
        children: dict[int, list[_Row]] = {}
        for row in rows:
            name: Name = row.attributes["name"]
            while stack and stack[-1].attributes["name"].indent >= name.indent:
                stack.pop()
            if name.indent and not stack:
                self._unclear(
                    block,
                    row,
                    "it is indented and nothing stands above it",
                    "위에 상위단지 없이 들여쓰기됨",
                )
            row.attributes["level"] = len(stack)
            row.attributes["chain"] = [*(s.attributes["name"].name for s in stack), name.name]
            if stack:
                children.setdefault(stack[-1].row, []).append(row)
            stack.append(row)
        if not any(r.attributes["name"].parts or r.attributes["name"].mark for r in rows):
            return
        for row in rows:
            name = row.attributes["name"]
            below = [c.attributes["name"] for c in children.get(row.row, [])]
            marks = [m for n in below for m in (n.parts or ((n.mark,) if n.mark else ("?",)))]
            if sorted(name.parts) != sorted(marks):
                said = "+".join(name.parts) or "–"
                found = "+".join(marks) or "–"
                self._unclear(
                    block,
                    row,
                    f"its name counts the parts {said}, the rows indented below it are {found}",
                    f"이름의 하위단지는 {said}인데 아래에 들여쓴 행은 {found}임",
                )
            if row.attributes["level"] == 0 and name.mark:
                self._unclear(
                    block,
                    row,
                    f"it has the digit {name.mark} of a part and is not indented",
                    f"하위단지 번호 {name.mark}이(가) 있는데 들여쓰지 않음",
                )

    def _unclear(self, block: _Block, row: _Row, detail: str, detail_ko: str) -> None:
        self._tell(
            "hierarchy_unclear",
            block.sheet,
            row.name_cell,
            found=row.attributes["name"].name,
            detail=detail,
            detail_ko=detail_ko,
        )

    def _identify(self) -> None:
        """Identifiers from the list of all complexes; the other tables look theirs up there."""
        main = self.contract.tables[0]
        for block in self.blocks:
            if block.table is not main:
                continue
            parents: list[str] = []
            for seq, row in enumerate((r for r in block.rows if r.kind == "complex"), start=1):
                about = row.attributes
                identity, key = status_complex_id(
                    about["complex_type"],
                    about["province_code"],
                    about["sigungu_ko"],
                    *about["chain"],
                )
                if identity in self.listed:
                    self._tell(
                        "complex_twice",
                        block.sheet,
                        row.name_cell,
                        found=about["name"].name,
                        other=self.listed[identity][0].name_cell,
                    )
                    continue
                del parents[about["level"] :]
                about["parent_id"] = parents[-1] if parents else None
                parents.append(identity)
                about["status_complex_id"] = identity
                about["seq"] = seq
                row.key = key
                self.listed[identity] = (row, block)
                place = (about["province_code"], key[2], key[-1])
                self.by_place.setdefault(place, []).append(identity)
        for block in self.blocks:
            if block.table is main:
                continue
            unknown: list[_Row] = []
            for seq, row in enumerate((r for r in block.rows if r.kind == "complex"), start=1):
                row.attributes["seq"] = seq
                found = self._look_up(row.attributes)
                if found is None:
                    unknown.append(row)
                    continue
                row.attributes["status_complex_id"] = found
                row.attributes["parent_id"] = self.listed[found][0].attributes["parent_id"]
            if unknown:
                self._tell(
                    "names_not_in_list",
                    block.sheet,
                    unknown[0].name_cell,
                    count=len(unknown),
                    other=self._main_sheet,
                    name=unknown[0].attributes["name"].name,
                )

    @property
    def _main_sheet(self) -> str:
        main = self.contract.tables[0]
        return next((b.sheet.name for b in self.blocks if b.table is main), main.title[0])

    def _look_up(self, about: dict[str, Any]) -> str | None:
        """A row of another table in the list: by its own key, else the one of its name and place."""
        kind, province = about.get("complex_type"), about.get("province_code")
        sigungu = about.get("sigungu_ko") or ""
        if province is None:
            return None
        if kind is not None:
            identity, _ = status_complex_id(kind, province, sigungu, *about["chain"])
            if identity in self.listed:
                return identity
        name = _UNDER.sub("", about["name"].name)
        first = (tidy(sigungu).split() or [""])[0]
        found = self.by_place.get((province, first, fold(name)), [])
        if kind is not None:
            found = [i for i in found if self.listed[i][0].attributes["complex_type"] == kind]
        return found[0] if len(found) == 1 else None

    def _straddling(self) -> dict[str, str]:
        """Top-level rows of complexes that lie in two provinces: identifier → what they share."""
        parents = {
            fold(row.attributes["parent_name"])
            for block in self.blocks
            if block.table.id == "two_provinces"
            for row in block.rows
            if row.attributes.get("parent_name")
        }
        found: dict[tuple[str, str], list[str]] = {}
        for identity, (row, _) in self.listed.items():
            about = row.attributes
            if about["level"] == 0 and fold(about["name"].name) in parents:
                pair = (about["complex_type"], fold(about["name"].name))
                found.setdefault(pair, []).append(identity)
        return {
            identity: whole_id(*pair)
            for pair, identities in found.items()
            if len({self.listed[i][0].attributes["province_code"] for i in identities}) > 1
            for identity in identities
        }

    # -- what the tables say of each other ----------------------------------------------------

    def _settle_units(self) -> None:
        """A table whose areas are 1,000 times those of the list is in another unit than it says."""
        main = self.contract.tables[0]
        for block in self.blocks:
            if block.table is main or not any(r.kind == "complex" for r in block.rows):
                continue
            areas = [(i, s) for i, s in enumerate(block.slots) if s.column.dimension == "area"]
            if not areas:
                continue
            powers: list[float] = []
            looked_at = 0
            for row in block.rows:
                value = row.cells[areas[0][0]][0]
                looked_at += row.kind == "complex" and bool(value)
                listed = self._figure(row, areas[0][1].column)
                if value and listed and row.kind == "complex":
                    powers.append(math.log10(value * self._factor(areas[0][1].unit) / listed))
            if not powers:
                if looked_at:
                    self._tell(
                        "unit_unverified",
                        block.sheet,
                        areas[0][1].unit_cell,
                        found=areas[0][1].unit,
                    )
                continue
            power = round(statistics.median(powers))
            if power == 0 or abs(statistics.median(powers) - power) > 0.05:
                continue
            said = areas[0][1].unit
            right = self._factor(said) / 10**power
            unit = next(
                (
                    u.name
                    for u in self.registry.units.values()
                    if u.dimension == "area" and math.isclose(u.factor_to_canonical, right)
                ),
                None,
            )
            if unit is None:
                continue
            self._tell(
                "unit_contradicted",
                block.sheet,
                areas[0][1].unit_cell,
                found=said,
                expected=unit,
                count=len(powers),
            )
            for _, slot in areas:
                slot.unit = unit

    def _hold_unit_against_totals(self) -> None:
        """The list and the published totals must be of one size: else a unit is wrong."""
        sums: dict[Any, tuple[float, _Slot]] = {}
        for identity in self.listed:
            row, block = self.listed[identity]
            if row.attributes["level"]:
                continue
            for slot, (value, _, _) in zip(block.slots, row.cells, strict=True):
                if slot.column.dimension in ("area", "krw", "usd"):
                    before = sums.get(_slot_key(slot.column), (0.0, slot))[0]
                    sums[_slot_key(slot.column)] = (before + (value or 0.0), slot)
        for block in self.blocks:
            for row in block.rows:
                if row.attributes.get("group") != ("_T", "_T"):
                    continue
                for slot, (value, _, _) in zip(block.slots, row.cells, strict=True):
                    total, listed = sums.get(_slot_key(slot.column), (0.0, slot))
                    if not value or not total:
                        continue
                    factors = self._factor(slot.unit) / self._factor(listed.unit)
                    power = math.log10(value * factors / total)
                    if abs(power) > 0.5:
                        self._tell(
                            "unit_off",
                            block.sheet,
                            f"{slot.letters}{row.row + 1}",
                            found=f"{value:,.0f} {slot.unit}",
                            expected=f"{total:,.0f} {listed.unit}",
                            header=slot.raw,
                            other=listed.unit_cell,
                        )
                        return

    def _factor(self, unit: str) -> float:
        return self.registry.units[name_key(unit)].factor_to_canonical

    def _figure(self, row: _Row, column: Column) -> float | None:
        """What the list says of the same complex and measure, in the canonical unit."""
        identity = row.attributes.get("status_complex_id")
        if identity is None:
            return None
        listed, block = self.listed[identity]
        for i, slot in enumerate(block.slots):
            if _slot_key(slot.column) == _slot_key(column):
                value = listed.cells[i][0]
                return None if value is None else value * self._factor(slot.unit)
        return None

    def _hold_against_list(self) -> None:
        """Figures and rows of the other lists against the list of all complexes."""
        main = self.contract.tables[0]
        (source,) = [b for b in self.blocks if b.table is main]
        slots = {_slot_key(s.column): (i, s) for i, s in enumerate(source.slots)}
        for block in self.blocks:
            if block.table is main:
                continue
            pairs = [
                (i, slot, *slots[_slot_key(slot.column)])
                for i, slot in enumerate(block.slots)
                # the tables of designations have more digits than the list
                if _slot_key(slot.column) in slots
                and slot.unit == slots[_slot_key(slot.column)][1].unit
            ]
            told = 0
            for row in block.rows:
                identity = row.attributes.get("status_complex_id")
                if identity is None:
                    continue
                listed = self.listed[identity][0]
                for i, slot, j, other in pairs:
                    here, there = row.cells[i][0], listed.cells[j][0]
                    if here == there or told >= _MAX_LISTED:
                        continue
                    told += 1
                    self._tell(
                        "disagrees_with_list",
                        block.sheet,
                        f"{slot.letters}{row.row + 1}",
                        found=_as_published(row.cells[i][2]) or "–",
                        expected=_as_published(listed.cells[j][2]) or "–",
                        header=slot.raw,
                        name=listed.attributes["name"].name,
                        other=f"{source.sheet.name} › {other.letters}{listed.row + 1}",
                    )
            if block.table.repeats is not None:
                self._same_rows(block, source, block.table.repeats)

    def _hold_sums_together(self) -> None:
        """The same sum in two tables (요약 and 시도별) is one figure."""
        said: dict[Any, tuple[str, _Block, _Row, Any]] = {}
        for block in self.blocks:
            for row in block.rows:
                if "group" not in row.attributes:
                    continue
                for slot, (value, _, raw) in zip(block.slots, row.cells, strict=True):
                    key = (row.attributes["group"], _slot_key(slot.column))
                    cell = f"{slot.letters}{row.row + 1}"
                    if key not in said:
                        said[key] = (cell, block, row, (value, raw))
                        continue
                    where, other, _, (there, there_raw) = said[key]
                    if other is not block and there != value:
                        self._tell(
                            "disagrees_with_list",
                            block.sheet,
                            cell,
                            found=_as_published(raw) or "–",
                            expected=_as_published(there_raw) or "–",
                            header=slot.raw,
                            name=row.attributes["name"].name,
                            other=f"{other.sheet.name} › {where}",
                        )

    def _same_rows(self, block: _Block, source: _Block, repeats: str) -> None:
        due = {
            identity
            for identity, (row, _) in self.listed.items()
            if repeats in ("all", row.attributes["complex_type"])
            or (repeats == "top" and row.attributes["level"] == 0)
        }
        here = [row for row in block.rows if row.kind == "complex"]
        found = {row.attributes.get("status_complex_id") for row in here}
        extra = [row for row in here if row.attributes.get("status_complex_id") not in due]
        missing = sorted(due - found)
        if extra or missing:
            name = extra[0] if extra else self.listed[missing[0]][0]
            self._tell(
                "rows_differ_from_list",
                block.sheet,
                extra[0].name_cell if extra else None,
                extra=len(extra),
                missing=len(missing),
                other=source.sheet.name,
                name=name.attributes["name"].name,
            )

    def _count(self, straddling: dict[str, str]) -> None:
        """What texts say of the number of complexes, against the list."""
        tops = [i for i, (row, _) in self.listed.items() if row.attributes["level"] == 0]
        wholes = {straddling.get(identity, identity) for identity in tops}
        counted = {"rows": len(tops), "whole": len(wholes)}
        what = {
            "rows": ("top-level rows", "상위단지 행"),
            "whole": (
                "complexes, counting those in two provinces once",
                "두 시도에 걸친 단지를 한 번 센 단지",
            ),
        }
        for sheet in self.content.sheets:
            for r, row in enumerate(sheet.rows):
                for c, value in enumerate(row):
                    if type(value) is not str or "개" not in value or len(value) < 12:
                        continue
                    text = tidy(value)
                    for pattern in _COUNT_CLAIMS:
                        match = pattern.search(text)
                        for name in ("rows", "whole") if match else ():
                            said = int(str(match[name]).replace(",", "")) if match else 0
                            if said != counted[name]:
                                self._count_differs(
                                    sheet, a1(r, c), said, counted[name], *what[name]
                                )
                    self._count_types(sheet, a1(r, c), text)

    def _count_types(self, sheet: Sheet, cell: str, text: str) -> None:
        """`총 516 국가 38개, 일반 161개 …` of a list against its own rows."""
        match = _TYPE_COUNTS.search(text)
        blocks = [
            b for b in self.blocks if b.sheet is sheet and any(r.kind == "complex" for r in b.rows)
        ]
        if match is None or not blocks:
            return
        said = {
            m["type"]: int(m["count"].replace(",", ""))
            for m in _TYPE_COUNT.finditer(match["types"])
            if m["type"] in self.contract.complex_types
        }
        if not said:
            return
        rows = [r for r in blocks[0].rows if r.kind == "complex" and r.attributes["level"] == 0]
        counted = Counter(r.attributes.get("complex_type_raw") for r in rows)
        for kind, number in said.items():
            if number != counted[kind]:
                self._count_differs(
                    sheet, cell, number, counted[kind], f"complexes of type {kind}", kind
                )
        total = int(match["total"].replace(",", ""))
        if total != len(rows):
            self._count_differs(sheet, cell, total, len(rows), "rows of this list", "이 목록의 행")

    def _count_differs(
        self, sheet: Sheet, cell: str, said: int, counted: int, what: str, what_ko: str
    ) -> None:
        self._tell(
            "count_contradicts",
            sheet,
            cell,
            found=f"{said:,}",
            expected=f"{counted:,}",
            what=what,
            what_ko=what_ko,
        )

    # -- landing -----------------------------------------------------------------------------

    def _landed(self, period: Period, straddling: dict[str, str]) -> Iterator[dict[str, Any]]:
        about_period = {"freq": "Q", "period": str(period), "publication_period": str(period)}
        for block in self.blocks:
            whose = {
                "table_id": block.table.id,
                "table_no": block.table.number,
                "sheet": block.sheet.name,
                **about_period,
            }
            heads = [
                (
                    slot.letters,
                    {
                        "sex": slot.column.sex,
                        "measure": slot.column.measure,
                        "relation": slot.column.relation,
                        "unit_raw": slot.unit,
                        "header_raw": slot.raw,
                    },
                )
                for slot in block.slots
            ]
            for row in block.rows:
                name: Name = row.attributes["name"]
                identity = row.attributes.get("status_complex_id")
                about = {
                    **_SAID_NOTHING,
                    **whose,
                    **{k: v for k, v in row.attributes.items() if k not in _INNER},
                    "sheet_row": row.row + 1,
                    "name_cell": row.name_cell,
                    "row_kind": row.kind,
                    "whole_id": straddling.get(identity, identity) if identity else None,
                    "is_straddling": identity in straddling if identity else None,
                    "mark": name.mark or "+".join(name.parts) or None,
                    "name_raw": name.raw,
                    "name_ko": name.name,
                    "former_name_ko": name.former,
                    "renewal": name.renewal,
                }
                number = str(row.row + 1)
                for (letters, head), (value, status, raw) in zip(heads, row.cells, strict=True):
                    yield {
                        **about,
                        **head,
                        "cell": letters + number,
                        "value": value,
                        "value_raw": _as_published(raw),
                        "obs_status": status,
                        "conf_status": "A" if status == "Q" else "F",
                    }


_INNER = {"name", "chain", "group"}
#: Columns that most tables fill: rows of one shape are landed faster.
_SAID_NOTHING: dict[str, Any] = dict.fromkeys(
    (
        *("seq", "status_complex_id", "parent_id", "level", "complex_type_raw", "complex_type"),
        *("province_raw", "province_code", "sigungu_ko", "development_raw", "development_status"),
    )
)
_NAME_WORDS = {"단지명", "산업단지명", "단지유형"}


def _slot_key(column: Column) -> tuple[str, str, str]:
    return column.measure, column.relation, column.sex


def _known(words: tuple[str, ...], key: str, bare: str) -> bool:
    keys = {header_key(word) for word in words}
    return key in keys or bare in keys


def _is_word(value: Any, words: set[str]) -> bool:
    return type(value) is str and header_key(value) in words


def _is_header(row: list[Any], words: set[str]) -> bool:
    """A row of words, one of which is the name of the column of names."""
    if not any(
        type(value) is str and len(value) < 12 and header_key(value) in words for value in row
    ):
        return False
    texts = [value for value in row if type(value) is str and tidy(value)]
    return len(texts) > 1 and not any(type(value) is float for value in row)


def _unit_row(sheet: Sheet, first: int, last: int) -> int | None:
    """The last row with a `(단위 : …)` cell between two rows."""
    for row in range(last - 1, first - 1, -1):
        if any(isinstance(v, str) and _UNIT_CELL.search(tidy(v)) for v in sheet.rows[row]):
            return row
    return None


def _text(sheet: Sheet, row: int, column: int) -> str:
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    value = cells[column] if column < len(cells) else ""
    return tidy(value) if isinstance(value, str) else ("" if value is None else str(value))


def _texts(sheet: Sheet, first: int, last: int) -> list[str]:
    return [
        tidy(cell)
        for row in sheet.rows[first:last]
        for cell in row
        if isinstance(cell, str) and tidy(cell)
    ]


def _listed(texts: list[str], most: int = _MAX_LISTED) -> str:
    shown = ", ".join(dict.fromkeys(texts[:most]))
    return shown + (" …" if len(texts) > most else "") or "–"


def _origin(sheet: Sheet, row: int, column: int, body: int, merges: list[Merge]) -> tuple[int, int]:
    """The cell whose text holds for a header cell: the corner of its merged range.

    Where a sheet has lost its merges, an empty upper cell with a text below it belongs to the
    next text on its left.
    """
    for (r1, c1), (r2, c2) in merges:
        if r1 <= row <= r2 and c1 <= column <= c2:
            return r1, c1
    if merges or _text(sheet, row, column) or row == body - 1:
        return row, column
    if not any(_text(sheet, below, column) for below in range(row + 1, body)):
        return row, column
    for left in range(column - 1, -1, -1):
        if _text(sheet, row, left):
            return row, left
    return row, column


def _is_filled(cells: list[Any], column: int) -> bool:
    cell = cells[column] if column < len(cells) else ""
    return type(cell) is float or (bool(tidy(cell)) if isinstance(cell, str) else cell is not None)


def _day(value: Any) -> str | None:
    """A date as ISO 8601; a text that is none stays as it is."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    text = tidy(str(value)) if value is not None else ""
    match = _DAY.match(text)
    if match:
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return text or None


def _as_published(raw: Any) -> str:
    """A cell's content as text: whole numbers without a point, others with all their digits."""
    if type(raw) is float:
        text = repr(raw)
        return text[:-2] if text.endswith(".0") else text
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return "" if raw is None else str(raw)
    return str(int(raw)) if float(raw).is_integer() and abs(raw) < 2**53 else repr(float(raw))
