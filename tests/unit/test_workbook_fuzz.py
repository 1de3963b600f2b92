"""Real-format files, mutated: a refusal that names what is wrong, or the right values.

Every outcome of sniffing, recognising and parsing is one of two things:

- `RejectedFile` with at least one problem of the catalog, never `internal`, or
- rows that hold three rules.
  1. *What stands there*: the value and status of every landed cell are those of the content at
     its address in the mutated file (`stands`, a reading of its own).
  2. *Untouched is untouched*: every figure that the mutation did not touch (by what it is about:
     table, complex, measure, …, not by its address) has the value, status and unit it had.
  3. *Nothing is lost or made up in silence*: figures are missing or new only where a problem that
     the untouched file does not have tells it.

Exempt, because no parser can see them, each by name where it is made: a dropped digit that leaves
a plausible number (the gate's identities see it; in 현황통계 the repeated lists tell it), a known
name in the place of another, a CSV edition cut exactly at the end of a line (the gate's
completeness sees it), and a unit of the same kind in the place of the unit (it is landed).
"""

from __future__ import annotations

import csv
import io
import random
import re
import struct
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from xlsxwriter.exceptions import OverlappingRange

from ingestion.contract import Contract, Contracts, load_contracts
from ingestion.ingest import Ingestion, ingest_file
from ingestion.parsers import complex_status, industrial_trend
from ingestion.parsers.cells import Parsed, a1
from ingestion.problems import CATALOG, Problem, RejectedFile
from ingestion.recognise import recognise
from ingestion.registry import Registry
from ingestion.sample import (
    CSV_EDITIONS,
    SampleRegistry,
    simulate,
    simulate_status,
    write_csv_edition,
    write_status_workbook,
    write_workbook,
)
from ingestion.sniff import Content, Sheet, read_content

from ..conftest import SEED, SEEDS, SHARED

pytestmark = pytest.mark.slow


def limited(examples: int) -> Any:
    """The same examples in every run, and so few that the whole file stays below 25 s."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


DICE = st.integers(0, 2**32).map(random.Random)
About = tuple[Any, ...]
Fact = tuple[float | None, str, str]


# --- reading ------------------------------------------------------------------------------------


@lru_cache
def known() -> tuple[Contracts, Registry]:
    return load_contracts(), Registry.load(SEEDS)


@dataclass(frozen=True)
class Reading:
    """What a file says, by address and by what a figure is about."""

    content: Content
    contract: Contract
    parsed: Parsed

    @cached_property
    def facts(self) -> dict[About, Fact]:
        seen: Counter[About] = Counter()
        found: dict[About, Fact] = {}
        for row in self.parsed.rows:
            about = about_of(row)
            seen[about] += 1
            found[(*about, seen[about])] = (row["value"], row["obs_status"], row["unit_raw"])
        return found

    @cached_property
    def told(self) -> Counter[tuple[str, str | None, str]]:
        return Counter((p.code, p.sheet, p.message_en) for p in self.parsed.problems)


def about_of(row: dict[str, Any]) -> About:
    """What a figure is about, wherever it stands."""
    if "complex_id" in row:
        names = ("complex_id", "industry_code", "size_class")
    else:
        names = ("status_complex_id", "row_kind", "complex_type", "province_code")
        if row["status_complex_id"] is None:
            names = (*names, "name_ko")
        if row["table_id"] == "all_complexes":  # the level decides what is added up
            names = (*names, "level")
    return tuple(row[n] for n in ("table_id", *names, "measure", "sex", "relation", "period"))


def read(data: bytes, name: str) -> Reading:
    contracts, registry = known()
    content = read_content(data)
    contract = recognise(content, contracts, registry, name)
    if contract.parser == "complex_status":
        parsed = complex_status.parse_workbook(content, contract, registry, name)
    elif contract.form == "csv":
        parsed = industrial_trend.parse_csv(content, contract, contracts, registry, name)
    else:
        parsed = industrial_trend.parse_workbook(content, contract, registry, name)
    return Reading(content, contract, parsed)


def outcome(data: bytes, name: str) -> Reading | None:
    """Read a mutated file; None where it is refused, and then in plain words."""
    try:
        reading = read(data, name)
    except RejectedFile as refusal:
        assert refusal.problems
        for told in refusal.problems:
            assert_plain(told)
        return None
    for told in reading.parsed.problems:
        assert_plain(told)
        assert told.severity == "warning"
    assert_what_stands_there(reading)
    return reading


def assert_plain(told: Problem) -> None:
    assert told.code in CATALOG and told.code != "internal"
    assert told.message_en and told.message_ko and told.action_en and told.action_ko
    assert "{" not in told.action_en and "Traceback" not in told.message_en


def assert_what_stands_there(reading: Reading) -> None:
    """Rule 1."""
    grids = {sheet.name: sheet.rows for sheet in reading.content.sheets}
    assert len(grids) == len(reading.content.sheets)
    addresses: set[tuple[str, str]] = set()
    for row in reading.parsed.rows:
        r, c = place_of(row["cell"])
        cells = grids[row["sheet"]][r]
        number, statuses = stands(cells[c] if c < len(cells) else "")
        assert row["value"] == number, (row["sheet"], row["cell"], row["value"], number)
        assert row["obs_status"] in statuses, (row["sheet"], row["cell"], row["obs_status"])
        assert (row["sheet"], row["cell"]) not in addresses
        addresses.add((row["sheet"], row["cell"]))


def stands(raw: Any) -> tuple[float | None, str]:
    """What a cell says, read in the plainest way: its number and the statuses it may have."""
    if isinstance(raw, bool | datetime | date):
        return None, ""
    if isinstance(raw, int | float):
        return float(raw), "A"
    text = "" if raw is None else unicodedata.normalize("NFKC", str(raw)).replace("\u200b", "")
    text = text.strip()
    if text in ("X", "x"):
        return None, "Q"
    if text in ("", "-"):
        return None, "OM"
    return float(text.replace(",", "")), "A"


def place_of(cell: str) -> tuple[int, int]:
    """`C43` → (42, 2)."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", cell)
    assert match is not None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


# --- the files that are mutated -----------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """An untouched file, and what it says."""

    name: str
    data: bytes = field(repr=False)

    @cached_property
    def reading(self) -> Reading:
        return read(self.data, self.name)

    @cached_property
    def at(self) -> dict[tuple[str, str], About]:
        """Address → what the figure there is about."""
        return {
            (row["sheet"], row["cell"]): about
            for row, about in zip(self.reading.parsed.rows, self.reading.facts, strict=True)
        }

    @cached_property
    def rows(self) -> dict[str, list[int]]:
        """The rows with figures of each sheet."""
        found: dict[str, set[int]] = {}
        for sheet, cell in self.at:
            found.setdefault(sheet, set()).add(place_of(cell)[0])
        return {sheet: sorted(rows) for sheet, rows in found.items()}

    @cached_property
    def rewritten(self) -> Source:
        """The same cells as XlsxWriter stores them (16 digits of each number, not 17)."""
        return Source(self.name, written(self.reading.content))

    def copy(self) -> Content:
        content = self.reading.content
        sheets = [Sheet(s.name, [list(r) for r in s.rows], list(s.merges)) for s in content.sheets]
        return Content("workbook", sheets)


TREND_NAME = "한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """Simulated workbooks, small and in the publisher's form."""
    folder = tmp_path_factory.mktemp("fuzz")
    registry = SampleRegistry.load(SEEDS)
    (quarter,) = simulate(SEED, ["2026-Q1"], registry)
    (month,) = simulate(SEED, ["2023-05"], registry)
    new = simulate_status(SEED, "2026-Q1", registry, complexes=60)
    old = simulate_status(SEED, "2025-Q1", registry, complexes=60, old_form=True)
    written = {
        "trend": (write_workbook(quarter, folder / "a.xlsx"), TREND_NAME),
        "month": (write_workbook(month, folder / "b.xlsx"), "산업동향_20230531.xlsx"),
        "status": (write_status_workbook(new, folder / "c.xlsx"), "현황통계_20260331.xlsx"),
        "old status": (write_status_workbook(old, folder / "d.xlsx"), "현황통계_20250331.xlsx"),
    }
    return {key: Source(name, path.read_bytes()) for key, (path, name) in written.items()}


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """Simulated CSV editions of two forms: columns by period, columns by industry."""
    folder = tmp_path_factory.mktemp("csv")
    (quarter,) = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))
    found = {}
    for table, form in CSV_EDITIONS.items():
        name = f"한국산업단지공단_국가산업단지 산업동향정보_{form.file_part}_20260331.csv"
        found[table] = Source(name, write_csv_edition(quarter, table, folder / name).read_bytes())
    return found


@pytest.fixture(scope="module")
def real() -> dict[str, Source]:
    """The publisher's own files, read in place."""
    folder = SHARED / "kicox"
    if not folder.is_dir():
        pytest.skip("the publisher's real files are not here (../shared/data/kicox)")
    kinds = {"trend": "*산업동향정보_2*.xlsx", "status": "*현황통계_*.xlsx", "csv": "*.csv"}
    paths = {kind: next(folder.glob(pattern)) for kind, pattern in kinds.items()}
    return {kind: Source(path.name, path.read_bytes()) for kind, path in paths.items()}


def written(content: Content) -> bytes:
    """A grid as xlsx, cell by cell: what is altered is the grid and nothing else."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in content.sheets:
        page = book.add_worksheet(sheet.name)
        for (r1, c1), (r2, c2) in sheet.merges:
            try:
                page.merge_range(r1, c1, r2, c2, "")
            except OverlappingRange:  # no office programme would have saved that
                continue
        for r, row in enumerate(sheet.rows):
            for c, value in enumerate(row):
                if isinstance(value, bool):
                    page.write_boolean(r, c, value)
                elif isinstance(value, int | float):
                    page.write_number(r, c, value)
                elif isinstance(value, datetime | date):
                    page.write_datetime(r, c, value, day)
                elif value:
                    page.write_string(r, c, value)
    book.close()
    return target.getvalue()


# --- mutations of cells -------------------------------------------------------------------------


@dataclass
class Change:
    """What a mutation did: a name for messages, and what it touched."""

    what: str
    touched: set[About] = field(default_factory=set)
    #: The file must be refused; with one of these codes where any is named.
    refused: bool = False
    codes: tuple[str, ...] = ()
    #: A problem that the untouched file does not have must tell it, where it is not refused.
    told: bool = False
    #: The file must be read.
    read: bool = False
    #: Units may differ by this change (they are landed with the figures).
    units: bool = False


Mutate = Callable[[Source, Content, random.Random], Change | None]


def sheet_of(source: Source, content: Content, dice: random.Random) -> Sheet:
    return dice.choice([sheet for sheet in content.sheets if sheet.name in source.rows])


def figure(
    source: Source, content: Content, dice: random.Random, least: float = -1e300
) -> tuple[Sheet, int, int, float] | None:
    """A random number that was read as a figure."""
    sheet = sheet_of(source, content, dice)
    for _ in range(50):
        r = dice.choice(source.rows[sheet.name])
        c = dice.randrange(len(sheet.rows[r]))
        value = sheet.rows[r][c]
        if (sheet.name, a1(r, c)) in source.at and type(value) is float and value >= least:
            return sheet, r, c, value
    return None


def touch(source: Source, sheet: Sheet, r: int, c: int) -> set[About]:
    about = source.at.get((sheet.name, a1(r, c)))
    return {about} if about is not None else set()


def row_of(source: Source, sheet: Sheet, *rows: int) -> set[About]:
    return {
        about
        for (name, cell), about in source.at.items()
        if name == sheet.name and place_of(cell)[0] in rows
    }


def sheet_facts(source: Source, sheet: Sheet) -> set[About]:
    return {about for (name, _), about in source.at.items() if name == sheet.name}


def text_of(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def drop_digit(source: Source, content: Content, dice: random.Random) -> Change | None:
    """Exempt: 157499 → 17499 is as plausible a number. It is read as what stands there.

    In the list of all complexes, and in the lists that repeat it, the other list tells it.
    """
    found = figure(source, content, dice, least=10)
    if found is None:
        return None
    sheet, r, c, value = found
    text = text_of(value)
    at = dice.randrange(len(text.split(".")[0]))
    shorter = float(text[:at] + text[at + 1 :])
    if shorter == value:
        return None
    sheet.rows[r][c] = shorter
    touched = touch(source, sheet, r, c)
    return Change("a digit dropped", touched, told=is_repeated(touched))


def blank_inside(source: Source, content: Content, dice: random.Random) -> Change | None:
    found = figure(source, content, dice, least=10)
    if found is None:
        return None
    sheet, r, c, value = found
    text = text_of(value)
    at = dice.randrange(1, len(text))
    blank = dice.choice([" ", "\xa0", "\u2009", "\u3000", "\n", "\t"])
    sheet.rows[r][c] = text[:at] + blank + text[at:]
    return Change("a blank inside a number", refused=True, codes=("not_a_number",))


def full_width(source: Source, content: Content, dice: random.Random) -> Change | None:
    found = figure(source, content, dice, least=0)
    if found is None:
        return None
    sheet, r, c, value = found
    wide = {ord("0") + i: chr(0xFF10 + i) for i in range(10)}
    sheet.rows[r][c] = text_of(value).translate(wide)
    return Change("full-width digits", told=True)


def number_as_text(source: Source, content: Content, dice: random.Random) -> Change | None:
    found = figure(source, content, dice)
    if found is None:
        return None
    sheet, r, c, value = found
    blank = dice.choice(["", " ", "\xa0", "\u200b", "\u3000"])
    whole, point, rest = text_of(value).partition(".")
    if "e" not in rest:
        whole = dice.choice([whole, f"{int(whole):,}"]) if whole.lstrip("-") != "0" else whole
    sheet.rows[r][c] = blank + whole + point + rest + blank
    return Change("a number as text", told=True)


MARKS = (
    "X", "x", "-", "–", "—", "…", "...", "⋯", "*", "Ｘ", "X*", "N/A", "#REF!", "#DIV/0!", "비공개", "·", "0*", "1,23",
    "1.2.3", "12.5%", "△3", "▲3.1", "(5)", "약 3", "3개", "1e999", "nan", "inf", "1_000", "0x1F", "True", "①", "½", "٫5",
)  # fmt: skip


def mark(source: Source, content: Content, dice: random.Random) -> Change | None:
    """A text for a number: a mark of the contract is its status, any other is refused."""
    found = figure(source, content, dice)
    if found is None:
        return None
    sheet, r, c, _ = found
    text = dice.choice(MARKS)
    sheet.rows[r][c] = text
    if text in source.reading.contract.marks:
        # in 현황통계 the repeated lists say otherwise, in 산업동향 the status tells
        return Change(f"the mark {text}", touch(source, sheet, r, c))
    return Change(f"the text {text}", refused=True, codes=("not_a_number",))


def odd_value(source: Source, content: Content, dice: random.Random) -> Change | None:
    found = figure(source, content, dice)
    if found is None:
        return None
    sheet, r, c, _ = found
    value: Any = dice.choice([True, False, datetime(2026, 3, 31), -12345.5])
    signed = type(value) is float and _is_signed(source, sheet, r, c)
    sheet.rows[r][c] = value
    if signed:
        return Change("a negative rate", touch(source, sheet, r, c))
    return Change(f"the value {value!r}", refused=True, codes=("not_a_number", "negative_number"))


def _is_signed(source: Source, sheet: Sheet, r: int, c: int) -> bool:
    measure = source.at[(sheet.name, a1(r, c))][-5]
    return str(measure).endswith(("_growth_pct", "_pp"))


def emptied(source: Source, content: Content, dice: random.Random) -> Change | None:
    found = figure(source, content, dice)
    if found is None:
        return None
    sheet, r, c, _ = found
    sheet.rows[r][c] = dice.choice(["", " ", "\xa0"])
    return Change("an emptied cell", touch(source, sheet, r, c))


def shifted_row(source: Source, content: Content, dice: random.Random) -> Change | None:
    """Cells of a row one column further left or right, from some column on.

    Exempt: from the first figure on to the left, every figure is a plausible one of the column
    beside it and the last is empty. The gate sees it (industries and sexes that do not add up,
    growth that does not follow), and in 현황통계 the repeated lists tell it.
    """
    sheet = sheet_of(source, content, dice)
    r = dice.choice(source.rows[sheet.name])
    row = sheet.rows[r]
    places = [place_of(cell) for name, cell in source.at if name == sheet.name]
    first, last = min(c for _, c in places), max(c for _, c in places)
    if not any(type(v) is float for v in row[first : last + 1]):
        return None  # a row of marks
    start = dice.randrange(first + 1)
    touched = row_of(source, sheet, r)
    if dice.random() < 0.5:
        if row[last] in ("", None):
            return None
        row.insert(start, "")
    else:
        del row[start]
        row.insert(last, "")
        if start == first:
            return Change("figures shifted to the left", touched, told=is_repeated(touched))
    # the sum of a type (일반단지 합계) has no columns of text that could say so
    if not any(isinstance(v, str) and v.strip() for v in row[:first]):
        return None
    return Change(f"a row shifted at column {start}", touched, refused=True)


def is_repeated(touched: set[About]) -> bool:
    """Whether another list of 현황통계 says the same, so that a difference is told."""
    repeated = {"all_complexes", "top_level", "national", "general", "urban_hitech", "agro"}
    return any(about[0] in repeated and about[2] == "complex" for about in touched)


def duplicated_row(source: Source, content: Content, dice: random.Random) -> Change | None:
    sheet = sheet_of(source, content, dice)
    r = dice.choice(source.rows[sheet.name])
    sheet.rows.insert(r, list(sheet.rows[r]))
    sheet.merges[:] = [((a + (a >= r), b), (c + (c >= r), d)) for (a, b), (c, d) in sheet.merges]
    return Change("a row twice", told=True)


def swapped_rows(source: Source, content: Content, dice: random.Random) -> Change | None:
    """Whole rows exchanged; a hierarchy may be broken by it, and then says so."""
    sheet = sheet_of(source, content, dice)
    rows = source.rows[sheet.name]
    totals = {r for r in rows if any(str(v).strip() in ("계", "합계") for v in sheet.rows[r][:1])}
    one, other = dice.choice(rows), dice.choice(rows)
    if totals & {one, other}:
        return None
    sheet.rows[one], sheet.rows[other] = sheet.rows[other], sheet.rows[one]
    # a cell merged over several rows (부록3) names the rows it spans, whichever they are
    touched = row_of(source, sheet, one, other) if "2개시도" in sheet.name else set()
    return Change("two rows exchanged", touched)


def header_rows(source: Source, sheet: Sheet) -> tuple[int, int]:
    """The rows of a sheet's first header: from the word for names to the first figures."""
    words = {"산업단지", "단지명", "단지유형", "구분"}
    first = source.rows[sheet.name][0]
    top = next(
        r
        for r in range(first)
        if any(isinstance(v, str) and v.replace(" ", "") in words for v in sheet.rows[r])
    )
    return top, first


def swapped_columns(source: Source, content: Content, dice: random.Random) -> Change | None:
    """Two columns exchanged with their headers: the headers decide, and all reads right."""
    sheet = sheet_of(source, content, dice)
    top, first = header_rows(source, sheet)
    if sheet.name == "시도별" or "부록" in sheet.name:
        return None  # several headers in one sheet, or names merged over rows
    # What a merged range says is written over every column of it, so that it can move.
    for (r1, c1), (r2, c2) in sheet.merges:
        if r1 >= top and r2 < first:
            for c in range(c1, c2 + 1):
                sheet.rows[r1][c] = sheet.rows[r1][c1]
    sheet.merges[:] = [m for m in sheet.merges if m[1][0] < top]
    width = max(place_of(cell)[1] for name, cell in source.at if name == sheet.name) + 1
    one, other = dice.sample(range(width), 2)
    for row in sheet.rows[top:]:
        row += [""] * (width - len(row))
        row[one], row[other] = row[other], row[one]
    return Change(f"columns {one} and {other} exchanged", read=True)


def other_unit(source: Source, content: Content, dice: random.Random) -> Change | None:
    sheet = sheet_of(source, content, dice)
    cells = [
        (r, c)
        for r, row in enumerate(sheet.rows)
        for c, v in enumerate(row)
        if isinstance(v, str) and re.search(r"단위|\((?:억원|개사|명|%|%p|백만원|백만달러)\)", v)
    ]
    if not cells:
        return None
    r, c = dice.choice(cells)
    text = sheet.rows[r][c]
    units = [
        u
        for u in ("억원", "백만원", "백만달러", "천㎡", "개사", "명", "%p", "%", "개")
        if u in text
    ]
    if not units:
        return None
    old = dice.choice(units)
    new = dice.choice(
        ["냥", "천마지기", "", "명", "㎡", "천원", "백만원", "천달러", "만명", "퍼센트", "EA"]
    )
    sheet.rows[r][c] = text.replace(old, new, 1)
    return Change(f"{old} → {new or 'nothing'}", sheet_facts(source, sheet), units=True)


WORDS = (
    "당분기", "전분기", "누계", "전분기대비", "계", "남", "여", "입주", "가동", "음식료", "비제조", "지정면적", "분양", "입주업체",
    "우주항공", "이번분기", "", "\xa0", "전 분 기", "단지명", "산업단지", "구분", "시도", "조성상태", "고용", "유형", "비고", "가동률(%)", "가동률",
)  # fmt: skip


def renamed_header(source: Source, content: Content, dice: random.Random) -> Change | None:
    sheet = sheet_of(source, content, dice)
    top, first = header_rows(source, sheet)
    r = dice.randrange(top, first)
    c = dice.randrange(len(sheet.rows[r]))
    sheet.rows[r][c] = dice.choice(WORDS)
    return Change(f"{a1(r, c)} is now {sheet.rows[r][c]!r}")


def moved_merge(source: Source, content: Content, dice: random.Random) -> Change | None:
    sheet = sheet_of(source, content, dice)
    if not sheet.merges:
        return None
    i = dice.randrange(len(sheet.merges))
    (r1, c1), (r2, c2) = sheet.merges[i]
    down, right = dice.choice([(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1)])
    grown = dice.random() < 0.3
    if min(r1 + down, c1 + right) < 0:
        return None
    corner = (r1, c1) if grown else (r1 + down, c1 + right)
    if grown and (down < 0 or right < 0):
        return None
    sheet.merges[i] = (corner, (r2 + down, c2 + right))
    touched = sheet_facts(source, sheet) if "2개시도" in sheet.name else set()
    return Change(f"merge {(r1, c1, r2, c2)} → {sheet.merges[i]}", touched)


BLANKS = ("\xa0", "\u2003", "\u3000", "\u200b", "  ", "\t", "\n")


def other_blanks(source: Source, content: Content, dice: random.Random) -> Change | None:
    """Blanks of other kinds, before, behind and for blanks: nothing else is read."""
    sheet = sheet_of(source, content, dice)
    indented = source.reading.contract.parser == "complex_status"
    blank = dice.choice(BLANKS)
    for row in sheet.rows:
        for c, value in enumerate(row):
            if isinstance(value, str) and value.strip() and dice.random() < 0.5:
                # the blanks before a name of 현황통계 are its level
                row[c] = (value if indented else blank + value.strip()) + blank
                if not indented:
                    row[c] = row[c].replace(" ", blank if blank != "\u200b" else " ")
    return Change(f"blanks {blank!r}", read=True)


def decomposed(source: Source, content: Content, dice: random.Random) -> Change | None:
    """Hangul in single letters (NFD), as macOS writes names."""
    sheet = sheet_of(source, content, dice)
    for row in sheet.rows:
        row[:] = [unicodedata.normalize("NFD", v) if isinstance(v, str) else v for v in row]
    return Change("decomposed Hangul", read=True)


JUNK = (
    None, "", " ", "\xa0", "X", "-", "계", "합계", "총합", "소계", "산업단지", "단지명", "유형", "구분", "국가", "서울", "창원",
    "완료", "(단위 : 명)", "(단위 : 백만원, %)", "(단위 : ㎡)", "0", "1,234", "12 34", "１２", "\xa0\xa0 가", "가 ①", "가 (① + ②)",
    "[표4] 2026년 1분기 단지별 생산실적", "[표4] 2025년 4분기 단지별 생산실적", "2026년 1분기 일반산업단지 현황", "0000년 1분기 현황",
    "표1 0000년 1분기 단지별 입주업체 현황", "2025년 3분기 국가산업단지 현황", "총 ,개로 보이지만 단지 개수는 ,개", "총 , 국가 ,개, 일반 161개 농공",
    "조사대상업체 , 개사 중 , 개사 응답", "회수율 : ... %", "변동계수 생산 : . 수출 : .", "업체 9개 이하", "* 잠정치", "※", "국가단지 합계",
    "합계: ,개", "서울소계", "①", "▷", "9" * 5000, "표" + "1" * 5000 + " 2026년 1분기 현황", "총 " + "9" * 5000 + " 국가 3개 일반 4개", True, -5.0, 3.5, 1e300,
)  # fmt: skip


def junk(source: Source, content: Content, dice: random.Random) -> Change | None:
    """Any one cell may hold anything."""
    sheet = dice.choice(content.sheets)
    near = dice.random() < 0.5
    r = dice.randrange(min(9, len(sheet.rows)) if near else len(sheet.rows))
    if not sheet.rows[r]:
        return None
    c = dice.randrange(len(sheet.rows[r]))
    before = sheet.rows[r][c]
    sheet.rows[r][c] = dice.choice(JUNK)
    what = f"{sheet.name} {a1(r, c)} {before!r} → {sheet.rows[r][c]!r:.60}"
    rows = source.rows.get(sheet.name, [])
    touched = touch(source, sheet, r, c)
    if not touched and r in rows:
        touched = row_of(source, sheet, r)  # what the row is about: a known name for another
    elif not touched and rows:
        # above the figures: a header or unit of the same kind; below: a note
        touched = sheet_facts(source, sheet) if r < rows[-1] else set()
    return Change(what, touched, units=True)


CELLS: list[Mutate] = [
    drop_digit, blank_inside, full_width, number_as_text, mark, odd_value, emptied, shifted_row, duplicated_row,
    swapped_rows, swapped_columns, other_unit, renamed_header, moved_merge, other_blanks, decomposed, junk,
]  # fmt: skip


def try_cells(source: Source, mutate: Mutate, dice: random.Random) -> None:
    source = source.rewritten
    content = source.copy()
    change = mutate(source, content, dice)
    if change is None:
        return
    judge(source, written(content), change)


def judge(source: Source, data: bytes, change: Change) -> None:
    """Rules 1 to 3, and what the mutation itself demands."""
    try:
        reading = outcome(data, source.name)
    except AssertionError as error:
        raise AssertionError(f"{source.name}: {change.what}: {error}") from error
    if reading is None:
        if change.read or change.codes:
            with pytest.raises(RejectedFile) as refusal:
                read(data, source.name)
            codes = {p.code for p in refusal.value.problems}
            assert not change.read, (change.what, [p.message_en for p in refusal.value.problems])
            assert codes & set(change.codes), (change.what, codes)
        return
    assert not change.refused, f"{source.name}: {change.what} was read"
    before, after = source.reading.facts, reading.facts
    new_words = reading.told - source.reading.told
    wrong = {
        about: (before[about], after.get(about))
        for about in before.keys() - change.touched
        if after.get(about) != before[about]
    }
    if new_words:  # rule 3: figures may be missing where it is told
        wrong = {about: (b, a) for about, (b, a) in wrong.items() if a is not None}
    assert not wrong, (source.name, change.what, len(wrong), list(wrong.items())[:2])
    for about in change.touched & before.keys() & after.keys():
        if not change.units:
            assert after[about][2] == before[about][2], (change.what, about)
    made_up = after.keys() - before.keys()
    if made_up and not change.touched:
        assert new_words, (source.name, change.what, list(made_up)[:2])
    if change.told:
        assert new_words, (source.name, change.what)


@pytest.mark.parametrize("mutate", CELLS, ids=lambda m: m.__name__)
@given(dice=DICE)
@limited(7)
def test_cells_of_simulated_workbooks(
    sources: dict[str, Source], mutate: Mutate, dice: random.Random
) -> None:
    try_cells(sources[dice.choice(list(sources))], mutate, dice)


@given(dice=DICE)
@limited(25)
def test_cells_of_the_real_trend_workbook(real: dict[str, Source], dice: random.Random) -> None:
    try_cells(real["trend"], dice.choice(CELLS), dice)


@given(dice=DICE)
@limited(6)
def test_cells_of_the_real_status_workbook(real: dict[str, Source], dice: random.Random) -> None:
    try_cells(real["status"], dice.choice(CELLS), dice)


# --- mutations of the archive -------------------------------------------------------------------

Entries = list[tuple[str, bytes]]


def entries_of(data: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def archived(entries: Entries) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as archive:
        warnings.simplefilter("ignore")  # a part twice
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def damaged(data: bytes, dice: random.Random) -> tuple[bytes, str]:
    """Bytes flipped, cut off, cut out, inserted or exchanged, often near the end (the directory)."""
    raw = bytearray(data)
    near = dice.random() < 0.5
    at = len(raw) - 1 - dice.randrange(min(len(raw), 3000)) if near else dice.randrange(len(raw))
    match dice.randrange(6):
        case 0:
            raw[at] ^= 1 << dice.randrange(8)
            return bytes(raw), f"bit flipped at {at}"
        case 1:
            raw[at] = dice.randrange(256)
            return bytes(raw), f"byte {at} overwritten"
        case 2:
            return bytes(raw[:at]), f"cut off at {at}"
        case 3:
            size = dice.choice([1, 2, 4, 100, 1000])
            del raw[at : at + size]
            return bytes(raw), f"{size} bytes cut out at {at}"
        case 4:
            raw[at:at] = dice.randbytes(dice.choice([1, 4, 50]))
            return bytes(raw), f"bytes inserted at {at}"
        case _:
            for i in range(at, min(at + dice.choice([2, 4, 8]), len(raw))):
                raw[i] = dice.choice([0, 255])
            return bytes(raw), f"bytes from {at} overwritten"


@given(dice=DICE)
@limited(100)
def test_bytes_of_a_workbook(sources: dict[str, Source], dice: random.Random) -> None:
    """Damage is refused, or it is in what does not matter: no figure changes."""
    source = sources[dice.choice(["trend", "month", "status"])]
    data, what = damaged(source.data, dice)
    reading = outcome(data, source.name)
    if reading is not None:
        assert reading.facts == source.reading.facts, (source.name, what)


@given(dice=DICE)
@limited(5)
def test_bytes_of_the_real_workbooks(real: dict[str, Source], dice: random.Random) -> None:
    source = real[dice.choice(["trend", "trend", "status"])]
    data, what = damaged(source.data, dice)
    reading = outcome(data, source.name)
    if reading is not None:
        assert reading.facts == source.reading.facts, (source.name, what)


def exchanged_entries(entries: Entries, dice: random.Random) -> str:
    """The contents of two parts exchanged: of two sheets, their names change and nothing else."""
    one, other = dice.sample(range(len(entries)), 2)
    (a, x), (b, y) = entries[one], entries[other]
    entries[one], entries[other] = (a, y), (b, x)
    return f"{a} and {b} exchanged"


def missing_entry(entries: Entries, dice: random.Random) -> str:
    return f"{entries.pop(dice.randrange(len(entries)))[0]} missing"


def entry_twice(entries: Entries, dice: random.Random) -> str:
    name, _ = dice.choice(entries)
    entries.append((name, dice.choice(entries)[1]))
    return f"{name} twice"


def odd_path(entries: Entries, dice: random.Random) -> str:
    """A part with a path that leads out of the archive: nothing is ever written to it."""
    paths = [
        "../../../tmp/sandan_fuzz",
        "/tmp/sandan_fuzz",
        "C:\\sandan_fuzz",
        "xl/../../x",
        "a" * 60000,
        "\ufffd",
        "xl/",
    ]
    name = dice.choice(paths)
    if dice.random() < 0.5:
        entries.append((name, b"x"))
    else:
        at = dice.randrange(len(entries))
        entries[at] = (name, entries[at][1])
    return f"a part called {name:.40}"


def renamed_entry(entries: Entries, dice: random.Random) -> str:
    at = dice.randrange(len(entries))
    name, data = entries[at]
    entries[at] = (name.upper() if dice.random() < 0.5 else name + "x", data)
    return f"{name} is {entries[at][0]}"


def damaged_part(entries: Entries, dice: random.Random) -> str:
    """Bytes within a part, with the right checksum: as if a faulty programme had written it."""
    at = dice.randrange(len(entries))
    name, data = entries[at]
    if not data:
        return "nothing"
    changed, what = damaged(data, dice)
    entries[at] = (name, changed)
    return f"{name}: {what}"


def far_cell(entries: Entries, dice: random.Random) -> str:
    """An address far away: a reader that believes it asks for half a terabyte."""
    sheets = [i for i, (name, _) in enumerate(entries) if name.startswith("xl/worksheets/sheet")]
    at = dice.choice(sheets)
    name, data = entries[at]
    address = dice.choice(
        [b"XFD1048576", b"C99999999999999", b"ABCDEFGHIJ7", b"ZZZ99999", b"A1048577"]
    )
    cells = list(re.finditer(rb'<c r="([A-Z]+\d+)"', data))
    start, end = dice.choice(cells).span(1)
    entries[at] = (name, data[:start] + address + data[end:])
    return f"{name}: a cell at {address.decode()}"


PARTS = [
    exchanged_entries,
    missing_entry,
    entry_twice,
    odd_path,
    renamed_entry,
    damaged_part,
    far_cell,
]


@pytest.mark.parametrize("mutate", PARTS, ids=lambda m: m.__name__)
@given(dice=DICE)
@limited(14)
def test_parts_of_a_workbook(
    sources: dict[str, Source], mutate: Callable[[Entries, random.Random], str], dice: random.Random
) -> None:
    """Another part is another file: what is read must stand there (rule 1), nothing else breaks.

    Parts that hold no figure leave every figure as it was.
    """
    source = sources[dice.choice(list(sources))]
    entries = entries_of(source.data)
    what = mutate(entries, dice)
    reading = outcome(archived(entries), source.name)
    if reading is None:
        return
    same = {name for name, data in entries_of(source.data) if (name, data) in entries}
    held = {name for name, _ in entries_of(source.data) if "sheet" in name or "Strings" in name}
    if held <= same and mutate is not entry_twice:
        assert reading.facts.keys() == source.reading.facts.keys(), what
        # without its styles a workbook has no dates; no figure is one
        assert reading.facts == source.reading.facts, what
    assert mutate is not entry_twice, what


@pytest.mark.parametrize("size", [0, 5, 2**31, 2**32 - 2])
def test_parts_that_lie_about_their_size(sources: dict[str, Source], size: int) -> None:
    source = sources["month"]
    for at in (m.start() for m in re.finditer(b"PK\x01\x02", source.data)):
        raw = bytearray(source.data)
        if struct.unpack_from("<I", raw, at + 24)[0] == size:
            continue
        struct.pack_into("<I", raw, at + 24, size)
        assert outcome(bytes(raw), source.name) is None


# --- CSV editions -------------------------------------------------------------------------------


def lines_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("cp949"), newline="")))


def as_csv(rows: list[list[str]], encoding: str = "cp949", end: str = "\r\n", **form: Any) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator=end, **form).writerows(rows)
    return target.getvalue().encode(encoding)


def judge_csv(source: Source, data: bytes, what: str, name: str | None = None) -> Reading | None:
    """A complex whose line is untouched has its figures; a touched line says what stands there."""
    reading = outcome(data, name or source.name)
    if reading is None:
        return None
    before, after = source.reading, reading
    lines = {tuple(row) for row in after.content.sheets[0].rows[1:]}
    same = {
        row["complex_id"]
        for row in before.parsed.rows
        if tuple(before.content.sheets[0].rows[place_of(row["cell"])[0]]) in lines
    }
    if before.content.first_row != after.content.first_row:
        # A header that differs may be the same in other blanks; then it means the same columns.
        assert {k for k in after.facts if k[1] in same} <= before.facts.keys(), what
    for about, fact in after.facts.items():
        if about[1] in same:
            assert fact == before.facts[about], (what, about, fact)
    assert {a[1] for a in after.facts} >= same, what
    return reading


@given(dice=DICE)
@limited(250)
def test_bytes_of_csv_editions(editions: dict[str, Source], dice: random.Random) -> None:
    source = editions[dice.choice(list(editions))]
    data, what = damaged(source.data, dice)
    judge_csv(source, data, what)


@given(dice=DICE)
@limited(40)
def test_bytes_of_the_real_csv_edition(real: dict[str, Source], dice: random.Random) -> None:
    data, what = damaged(real["csv"].data, dice)
    judge_csv(real["csv"], data, what)


@given(dice=DICE)
@limited(40)
def test_a_csv_cut_off_is_refused_or_told(editions: dict[str, Source], dice: random.Random) -> None:
    """Exempt: cut exactly at the end of a line, it is a shorter list; the gate misses complexes."""
    source = editions[dice.choice(list(editions))]
    cut = source.data[: dice.randrange(len(source.data))]
    reading = judge_csv(source, cut, "cut off")
    if reading is not None and not cut.endswith((b"\n", b"\r")):
        assert "csv_unended" in {p.code for p in reading.parsed.problems}


SAME_FORMS: dict[str, dict[str, Any]] = {
    "UTF-8": {"encoding": "utf-8"},
    "UTF-8 with a mark": {"encoding": "utf-8-sig"},
    "line ends of Unix": {"end": "\n"},
    "line ends of old Macs": {"end": "\r"},
    "all quoted": {"quoting": csv.QUOTE_ALL},
    "words quoted": {"quoting": csv.QUOTE_NONNUMERIC},
}


@pytest.mark.parametrize("form", SAME_FORMS, ids=list(SAME_FORMS))
def test_other_forms_of_the_same_csv_read_the_same(editions: dict[str, Source], form: str) -> None:
    for source in editions.values():
        reading = outcome(as_csv(lines_of(source.data), **SAME_FORMS[form]), source.name)
        assert reading is not None and reading.facts == source.reading.facts


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-32", "johab", "iso2022_kr", "utf-7"]
)
def test_other_codes_are_refused_or_right(editions: dict[str, Source], encoding: str) -> None:
    for source in editions.values():
        text = source.data.decode("cp949")
        assert outcome(text.encode(encoding), source.name) is None


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " "])
def test_other_delimiters_are_refused(editions: dict[str, Source], delimiter: str) -> None:
    for source in editions.values():
        data = as_csv(lines_of(source.data), delimiter=delimiter)
        assert outcome(data, source.name) is None


@given(dice=DICE)
@limited(40)
def test_columns_of_a_csv_in_another_order(
    editions: dict[str, Source], dice: random.Random
) -> None:
    """The headers decide."""
    source = editions[dice.choice(list(editions))]
    rows = lines_of(source.data)
    order = list(range(len(rows[0])))
    dice.shuffle(order)
    reading = outcome(as_csv([[row[i] for i in order] for row in rows]), source.name)
    assert reading is not None and reading.facts == source.reading.facts, order


@given(dice=DICE)
@limited(30)
def test_a_column_of_a_csv_missing(editions: dict[str, Source], dice: random.Random) -> None:
    """With its header: refused, or the other columns read right. Its header alone: refused."""
    source = editions[dice.choice(list(editions))]
    rows = lines_of(source.data)
    gone = dice.randrange(len(rows[0]))
    reading = outcome(as_csv([row[:gone] + row[gone + 1 :] for row in rows]), source.name)
    if reading is not None:
        assert reading.facts.items() < source.reading.facts.items() or gone == 1
    rows[0] = rows[0][:gone] + rows[0][gone + 1 :]
    assert outcome(as_csv(rows), source.name) is None
    rows[0].insert(gone, "")
    assert outcome(as_csv(rows), source.name) is None


@given(dice=DICE)
@limited(30)
def test_a_thousands_separator(editions: dict[str, Source], dice: random.Random) -> None:
    """In quotes it reads right; without, the row has a field too many and is refused."""
    source = editions[dice.choice(list(editions))]
    rows = lines_of(source.data)
    large = [
        (r, c)
        for r, row in enumerate(rows)
        for c, v in enumerate(row)
        if re.fullmatch(r"\d{4,}(\.\d+)?", v)
    ]
    r, c = dice.choice(large)
    whole, point, rest = rows[r][c].partition(".")
    rows[r][c] = f"{int(whole):,}{point}{rest}"
    reading = outcome(as_csv(rows), source.name)
    assert reading is not None and reading.facts == source.reading.facts
    bare = "".join(",".join(row) + "\r\n" for row in rows).encode("cp949")
    assert outcome(bare, source.name) is None
    # the other way round: a comma for the point, in quotes or not
    rows[r][c] = rows[r][c].replace(",", "").replace(".", ",")
    if not re.fullmatch(r"\d{1,3},\d{3}", rows[r][c]) and "," in rows[r][c]:
        assert outcome(as_csv(rows), source.name) is None


@given(dice=DICE)
@limited(60)
def test_fields_of_a_csv(editions: dict[str, Source], dice: random.Random) -> None:
    """A field lost, added, emptied, overwritten; a row twice, cut, or moved."""
    source = editions[dice.choice(list(editions))]
    rows = lines_of(source.data)
    r = dice.randrange(len(rows))
    c = dice.randrange(len(rows[r]))
    match dice.randrange(7):
        case 0:
            del rows[r][c]
            assert outcome(as_csv(rows), source.name) is None
        case 1:
            rows[r].insert(c, "7")
            assert outcome(as_csv(rows), source.name) is None
        case 2:
            rows[r] = rows[r][:c]
            assert not rows[r] or outcome(as_csv(rows), source.name) is None
        case 3:
            rows.insert(r, list(rows[r]))
            assert outcome(as_csv(rows), source.name) is None
        case 4:
            rows.insert(r, ["", "", ""])
            assert r == 0 or judge_csv(source, as_csv(rows), "an empty row") is not None
        case 5:
            rows[r][c] = dice.choice(
                ["X", "-", "…", "12 34", "１２", "1.2.3", "#REF!", '7"7', "계", "", "\n"]
            )
            judge_csv(source, as_csv(rows), f"row {r}, column {c}: {rows[r][c]!r}")
        case _:
            rows[1:] = dice.sample(rows[1:], len(rows) - 1)
            reading = outcome(as_csv(rows), source.name)
            assert reading is not None and reading.facts == source.reading.facts


# --- through the whole of taking in -------------------------------------------------------------


@given(dice=DICE)
@limited(10)
def test_taking_in_a_mutated_file_never_fails_of_itself(
    sources: dict[str, Source],
    editions: dict[str, Source],
    tmp_path_factory: pytest.TempPathFactory,
    dice: random.Random,
) -> None:
    """`ingest_file` lands it or keeps it in quarantine with a reason, and never says `internal`."""
    contracts, registry = known()
    folder = tmp_path_factory.mktemp("home")
    room = Ingestion(folder / "home", contracts, registry)
    everything = {**sources, **editions}
    source = everything[dice.choice(list(everything))]
    if dice.random() < 0.4 or source.name.endswith(".csv"):
        data, _ = damaged(source.data, dice)
    elif dice.random() < 0.5:
        entries = entries_of(source.data)
        dice.choice(PARTS)(entries, dice)
        data = archived(entries)
    else:
        content = source.rewritten.copy()
        dice.choice(CELLS)(source.rewritten, content, dice)
        data = written(content)
    path = folder / source.name
    path.write_bytes(data)
    taken = ingest_file(room, path, run_id="fuzz")
    assert taken.status in ("landed", "quarantined")
    assert "internal" not in {told["code"] for told in taken.problems}
    assert taken.message and taken.message_ko
    assert [s.sha256 for s in room.store] == [taken.sha256]
    if taken.status == "landed":
        assert taken.rows == len(read(data, source.name).parsed.rows)
