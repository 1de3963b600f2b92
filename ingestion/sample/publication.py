"""One edition as the publisher would print it: every cell of the twelve tables."""

from __future__ import annotations

import csv
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from .layout import INDUSTRIES, MANUFACTURING, SIZE_CLASSES, TABLE, TABLES, TOTAL, Column
from .nation import ANNUAL_REVISIONS, Nation, listed, print_number
from .periods import Period
from .structure import SHAPES


class Figure(NamedTuple):
    """One printed cell.

    `status` is SDMX CL_OBS_STATUS: A normal, Q suppressed (printed `X`), M cannot exist and O
    missing (both printed as an empty cell). `true_value` is what stands behind it, also where it
    is suppressed: for tests that attack the suppression; it is never written to a file.
    """

    value: float | int | None
    status: str
    true_value: float | int | None


class SimulatedCell(NamedTuple):
    """One printed cell with all that it is about; `period` is the period of the value."""

    table_id: str
    complex_name: str
    complex_id: str
    industry_code: str
    size_class: str
    sex: str
    measure: str
    relation: str
    period: str
    unit: str
    value: float | int | None
    status: str
    true_value: float | int | None


class ListedComplex(NamedTuple):
    """One row of an edition."""

    name: str
    complex_id: str


@dataclass(frozen=True)
class SampleRegistry:
    """Spelling to code, read from the seeds apart from the parser (which this sample tests)."""

    complexes: Mapping[str, str]
    industries: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path) -> SampleRegistry:
        """Read `complex_spellings.csv` and `industries.csv`.

        Raises:
            FileNotFoundError: a file is missing.
            ValueError: a name of the real workbook is in neither file.
        """
        complexes = {
            _tidy(row["spelling"]): row["complex_id"]
            for row in _rows(folder / "complex_spellings.csv")
        }
        industries = {
            _tidy(spelling): row["industry_code"]
            for row in _rows(folder / "industries.csv")
            for spelling in [row["name_ko"], *row["spellings"].split(";")]
        }
        lacking = [shape.name for shape in SHAPES if _tidy(shape.name) not in complexes]
        lacking += [name for code, name in INDUSTRIES if industries.get(_tidy(name)) != code]
        if lacking:
            raise ValueError(f"{folder}: not in the registry: {', '.join(lacking)}")
        return cls(complexes, industries)

    def complex_id(self, name: str) -> str:
        """The code of a complex by the workbook's spelling."""
        return self.complexes[_tidy(name)]


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class SimulatedPublication:
    """One edition: its cells by table, rows in the publisher's order and the total last.

    Attributes:
        period: the edition's period, `2026-Q1` or `2023-05`.
        published_at: the simulated day of publication.
        revised: whether it is the re-issue after the annual revision (연간보정).
        complexes: the rows but the total.
        tables: table_id → rows → figures in the order of the table's columns.
        surveyed, answered, cv: the survey's own figures, told in the notes.
    """

    seed: int
    period: str
    published_at: date
    revised: bool
    complexes: tuple[ListedComplex, ...]
    tables: Mapping[str, tuple[tuple[Figure, ...], ...]]
    surveyed: int
    answered: int
    cv: tuple[float, float]

    @property
    def when(self) -> Period:
        """The period, parsed."""
        return Period.parse(self.period)

    def rows(self, table_id: str) -> Iterator[tuple[ListedComplex, tuple[Figure, ...]]]:
        """The rows of one table with their complex; the last is the total (`_T`)."""
        names = (*self.complexes, ListedComplex(TOTAL, "_T"))
        return zip(names, self.tables[table_id], strict=True)

    def cells(self, table_id: str | None = None) -> Iterator[SimulatedCell]:
        """Every printed cell, of one table or of all: what a parser must find."""
        periods = {"current": self.period, "ytd": self.period}
        periods["previous"] = str(self.when.previous())
        for table in TABLES if table_id is None else (TABLE[table_id],):
            for row, figures in self.rows(table.table_id):
                for column, figure in zip(table.columns, figures, strict=True):
                    yield SimulatedCell(
                        table.table_id,
                        row.name,
                        row.complex_id,
                        column.industry,
                        column.size_class,
                        column.sex,
                        column.measure,
                        column.relation,
                        periods[column.relation],
                        column.unit,
                        *figure,
                    )

    def figure(
        self,
        table_id: str,
        name: str,
        measure: str | None = None,
        *,
        relation: str = "current",
        industry: str = "_T",
        size_class: str = "_T",
        sex: str = "_T",
    ) -> Figure:
        """One cell by what it is about; `measure` defaults to the table's first.

        Raises:
            KeyError: there is no such cell.
        """
        table = TABLE[table_id]
        wanted = (measure or table.columns[0].measure, relation, industry, size_class, sex)
        for index, c in enumerate(table.columns):
            if (c.measure, c.relation, c.industry, c.size_class, c.sex) == wanted:
                for row, figures in self.rows(table_id):
                    if row.name == name:
                        return figures[index]
        raise KeyError((table_id, name, wanted))


def simulate(
    seed: int, periods: Sequence[str], registry: SampleRegistry
) -> list[SimulatedPublication]:
    """The first print of every period, in the order given.

    Raises:
        ValueError: a text is no period.
    """
    nation = Nation(seed)
    return [_publish(nation, Period.parse(period), registry) for period in periods]


def simulate_annual_revision(
    seed: int, period: str, registry: SampleRegistry, *, years_later: int = 1
) -> SimulatedPublication:
    """The re-issue of a period with the revised figures of its year (연간보정).

    The publisher re-issues the last period of a year (December, the fourth quarter), whose year to
    date is then the revised year; any other period can be had, too.

    Args:
        seed, registry: as for `simulate`.
        period: the period to re-issue.
        years_later: 2 for the revision of the year after that (see `levels.TWICE_REVISED`: in other
            years it repeats the figures of the first).

    Raises:
        ValueError: the text is no period, or one that was never revised, or another number of years.
    """
    when = Period.parse(period)
    if when.year not in ANNUAL_REVISIONS:
        raise ValueError(
            f"{period} was never revised: {min(ANNUAL_REVISIONS)} to {max(ANNUAL_REVISIONS)} were"
        )
    if years_later not in (1, 2):
        raise ValueError(f"revised one or two years later, not {years_later}")
    day = Period(when.year + years_later - 1, when.freq, 1).annual_revision
    return _publish(Nation(seed), when, registry, revised_on=day)


# A row before it is printed: true values by column, in the order of the table's columns.
_Value = float | int | None


class _Edition:
    """What one edition knows of the nation: the prints that hold on its day."""

    def __init__(self, nation: Nation, period: Period, published_at: date) -> None:
        self.nation = nation
        self.period = period
        self.before = period.previous()
        self.published_at = published_at
        self.shapes = listed(period)
        self.names = tuple(shape.name for shape in self.shapes)
        covered_before = {shape.name for shape in listed(self.before)}
        self.new = {name for name in self.names if name not in covered_before}
        self._lifts: dict[tuple[Period, str], float] = {}

    def print_of(self, about: Period) -> int:
        return print_number(about, self.period, self.published_at)

    def flow(self, name: str, about: Period, kind: str) -> float:
        """A complex's production, exports or capacity; zero before it was covered."""
        flows = self.nation.flows(name, about, self.print_of(about)).values()
        return math.fsum(getattr(flow, kind) for flow in flows) * self._lift(about, kind)

    def by_industry(self, name: str, kind: str) -> list[float]:
        flows = self.nation.flows(name, self.period, self.print_of(self.period))
        lift = self._lift(self.period, kind)
        return [getattr(flows[c], kind) * lift if c in flows else 0.0 for c in MANUFACTURING]

    def _lift(self, about: Period, kind: str) -> float:
        """Takes the rows back to the nation's level where a complex has left since.

        The simulated publisher keeps a year's totals when a complex leaves in it: the earlier
        periods are shared out among those that stay. (What the real one does is not known.)
        """
        kind = "production" if kind == "capacity" else kind
        found = self._lifts.get((about, kind))
        if found is None:
            number, found = self.print_of(about), 1.0
            everyone = self.nation.covered_in(about)
            if not set(everyone) <= set(self.names):
                sums = {
                    name: math.fsum(
                        getattr(flow, kind)
                        for flow in self.nation.flows(name, about, number).values()
                    )
                    for name in everyone
                }
                here = math.fsum(sums[name] for name in everyone if name in set(self.names))
                found = math.fsum(sums.values()) / here
            self._lifts[about, kind] = found
        return found

    def year_to_date(self, name: str, kind: str) -> float:
        return math.fsum(self.flow(name, part, kind) for part in self.period.year_to_date())

    def people(self, name: str, about: Period) -> int:
        if name in self.new and about == self.before:
            return 0
        return sum(self.nation.employment(name, about, self.print_of(about)).values())

    def hidden(self, name: str) -> bool:
        return self.nation.suppressed(name, self.period)

    def hidden_before(self, name: str) -> bool:
        return self.nation.suppressed(name, self.before)

    def hidden_this_year(self, name: str) -> bool:
        return any(self.nation.suppressed(name, part) for part in self.period.year_to_date())


def _publish(
    nation: Nation, period: Period, registry: SampleRegistry, *, revised_on: date | None = None
) -> SimulatedPublication:
    published_at = revised_on or period.first_print
    edition = _Edition(nation, period, published_at)
    makers: dict[str, Callable[[_Edition], list[list[_Value]]]] = {
        "tenants_by_complex": _tenants,
        "tenants_by_industry": lambda e: _firms(e, 0),
        "operating_by_industry": lambda e: _firms(e, 1),
        "production_by_complex": lambda e: _flows(e, "production"),
        "production_by_industry": lambda e: _flows_by_industry(e, "production"),
        "exports_by_complex": lambda e: _flows(e, "exports"),
        "exports_by_industry": lambda e: _flows_by_industry(e, "exports"),
        "employment_by_complex": _employment,
        "employment_by_industry": _employment_by_industry,
        "operating_rate_by_complex": _rates,
        "operating_rate_by_size": _rates_by_size,
        "operating_rate_by_industry": _rates_by_industry,
    }
    surveyed, answered, cv = nation.survey(period)
    return SimulatedPublication(
        seed=nation.seed,
        period=str(period),
        published_at=published_at,
        revised=revised_on is not None,
        complexes=tuple(ListedComplex(name, registry.complex_id(name)) for name in edition.names),
        tables={
            t.table_id: _printed(edition, t.columns, makers[t.table_id](edition)) for t in TABLES
        },
        surveyed=surveyed,
        answered=answered,
        cv=cv,
    )


def _printed(
    edition: _Edition, columns: tuple[Column, ...], values: list[list[_Value]]
) -> tuple[tuple[Figure, ...], ...]:
    """Apply the publisher's rule of suppression and say why a cell is empty."""
    rows: list[tuple[Figure, ...]] = []
    for name, row in zip((*edition.names, None), values, strict=True):
        figures: list[Figure] = []
        for column, exact in zip(columns, row, strict=True):
            # As many digits as the workbook's writer keeps: then a cell read back is equal.
            value = float(f"{exact:.16G}") if isinstance(exact, float) else exact
            if name is not None and _is_hidden(edition, name, column):
                figures.append(Figure(None, "Q", value))
            elif value is not None:
                figures.append(Figure(value, "A", value))
            else:
                # Only rates cannot exist; a count that is not there is missing (a new complex).
                figures.append(Figure(None, "M" if column.style == "rate" else "O", None))
        rows.append(tuple(figures))
    return tuple(rows)


def _is_hidden(edition: _Edition, name: str, column: Column) -> bool:
    """Whether the publisher's rule puts an X into this column of this complex.

    A row is hidden as a whole where the complex has five or fewer surveyed firms now (that is
    how the real file looks). Where it had so few only in a period before, the cells that tell
    something of that period are hidden too: otherwise the next edition would give the X away.
    """
    if column.unit == "개사":
        return False
    if edition.hidden(name):
        return True
    if column.relation == "previous" or column.measure.endswith(("_growth_pct", "_change_pp")):
        return edition.hidden_before(name)
    return column.relation == "ytd" and edition.hidden_this_year(name)


def _with_total(rows: list[list[_Value]]) -> list[list[_Value]]:
    """Add 계: the sum over all rows, suppressed ones included."""
    total: list[_Value] = []
    for column in zip(*rows, strict=True):
        known = [value for value in column if value is not None]
        whole = all(isinstance(value, int) for value in known)
        total.append(sum(known) if whole else math.fsum(known))
    return [*rows, total]


def _growth(now: _Value, before: _Value) -> float | None:
    """Percent; none from a zero base. The base stands first so that 306 after 300 gives 2."""
    if now is None or not before:
        return None
    return (now - before) / before * 100


def _rate(output: float, capacity: float) -> float | None:
    return output / capacity * 100 if capacity > 0 else None


def _tenants(e: _Edition) -> list[list[_Value]]:
    rows: list[list[_Value]] = []
    for name in e.names:
        now = e.nation.firms.by_industry(name, e.period.last_month).values()
        then = e.nation.firms.by_industry(name, e.before.last_month).values()
        new = name in e.new
        rows.append(
            [
                sum(both[0] for both in now),
                None if new else sum(both[0] for both in then),
                sum(both[1] for both in now),
                None if new else sum(both[1] for both in then),
                e.nation.firms.lessees(name, e.period.last_month),
            ]
        )
    return _with_total(rows)


def _firms(e: _Edition, which: int) -> list[list[_Value]]:
    rows: list[list[_Value]] = []
    for name in e.names:
        counts = [
            both[which] for both in e.nation.firms.by_industry(name, e.period.last_month).values()
        ]
        rows.append([*counts, sum(counts)])
    return _with_total(rows)


def _flows(e: _Edition, kind: str) -> list[list[_Value]]:
    rows: list[list[_Value]] = [
        [e.flow(n, e.period, kind), e.flow(n, e.before, kind), e.year_to_date(n, kind)]
        for n in e.names
    ]
    return [[*row, _growth(row[0], row[1])] for row in _with_total(rows)]


def _flows_by_industry(e: _Edition, kind: str) -> list[list[_Value]]:
    rows: list[list[_Value]] = []
    for name in e.names:
        values = e.by_industry(name, kind)
        total = 0.0
        for value in values:  # added one by one: the real file's last digits differ from 표4's too
            total += value
        rows.append([*values, total])
    return _with_total(rows)


def _employment(e: _Edition) -> list[list[_Value]]:
    rows: list[list[_Value]] = []
    for name in e.names:
        people = e.people(name, e.period)
        women = e.nation.women(name, e.period, people)
        rows.append([people, people - women, women, e.people(name, e.before)])
    return [[*row, _growth(row[0], row[3])] for row in _with_total(rows)]


def _employment_by_industry(e: _Edition) -> list[list[_Value]]:
    rows: list[list[_Value]] = []
    for name in e.names:
        now = e.nation.employment(name, e.period, e.print_of(e.period))
        rows.append([*now.values(), sum(now.values())])
    return _with_total(rows)


def _rates(e: _Edition) -> list[list[_Value]]:
    sums = _with_total(
        [
            [
                e.nation.firms.manufacturers(name, e.period.last_month),
                e.flow(name, e.period, "capacity"),
                e.flow(name, e.period, "production"),
                e.flow(name, e.before, "capacity"),
                e.flow(name, e.before, "production"),
            ]
            for name in e.names
        ]
    )
    rows: list[list[_Value]] = []
    for firms, *flows in sums:
        capacity, output, capacity_before, output_before = (value or 0.0 for value in flows)
        now, before = _rate(output, capacity), _rate(output_before, capacity_before)
        change = now - before if now is not None and before is not None else None
        # 표10 is in 백만원, the other tables in 억원.
        rows.append([firms, capacity * 100, output * 100, now, before, change])
    return rows


def _rates_by_size(e: _Edition) -> list[list[_Value]]:
    classes = [e.nation.size_classes(n, e.period, e.print_of(e.period)) for n in e.names]
    rows: list[list[_Value]] = []
    for name, split in zip(e.names, classes, strict=True):
        rates = [_rate(o, c) for o, c in zip(split.output, split.capacity, strict=True)]
        whole = _rate(e.flow(name, e.period, "production"), e.flow(name, e.period, "capacity"))
        rows.append([*rates, whole, *split.firms, sum(split.firms)])
    total: list[_Value] = []
    for index in range(len(SIZE_CLASSES)):
        output = math.fsum(split.output[index] for split in classes)
        total.append(_rate(output, math.fsum(split.capacity[index] for split in classes)))
    production = math.fsum(e.flow(name, e.period, "production") for name in e.names)
    capacity = math.fsum(e.flow(name, e.period, "capacity") for name in e.names)
    counts = [sum(split.firms[index] for split in classes) for index in range(len(SIZE_CLASSES))]
    return [*rows, [*total, _rate(production, capacity), *counts, sum(counts)]]


def _rates_by_industry(e: _Edition) -> list[list[_Value]]:
    output = _with_total([[*e.by_industry(n, "production")] for n in e.names])
    capacity = _with_total([[*e.by_industry(n, "capacity")] for n in e.names])
    rows: list[list[_Value]] = []
    for made, able in zip(output, capacity, strict=True):
        pairs = [(m or 0.0, a or 0.0) for m, a in zip(made, able, strict=True)]
        whole = _rate(math.fsum(m for m, _ in pairs), math.fsum(a for _, a in pairs))
        rows.append([*(_rate(m, a) for m, a in pairs), whole])
    return rows
