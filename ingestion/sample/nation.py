"""The simulated nation: what "truly" happens in every complex, month by month.

Every figure is a function of the seed and of its own key alone (complex, industry, month, print)
and of the months' national levels (`levels.py`), never of the order of drawing: a longer series
changes no figure. Noise comes from BLAKE2 digests and only from additions, multiplications,
divisions and square roots, which IEEE 754 rounds the same everywhere; sums are `math.fsum`. So the
bytes do not depend on a library's random generator or on the machine's mathematics library.

A month's cells (complex by industry) are drawn, then scaled so that all covered complexes,
suppressed ones included, add up to the nation's level. A later print moves some complexes only, by
as much as takes the nation to the level of that print.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from .firms import firm_counts
from .layout import ALL_INDUSTRIES, MANUFACTURING
from .levels import TWICE_REVISED, Kind, Noise, levels, shared_out
from .periods import Period
from .structure import (
    BASE,
    EMPLOYMENT_STEPS,
    NATURE,
    SAMPLE_REPLACED,
    SAMPLE_SHIFT,
    SHAPES,
    SIZE_CAPACITY,
    SIZE_IDLENESS,
    SIZE_SHARES,
    Shape,
    covered,
    sample_era,
    shares,
    size_at,
    trend,
)

#: Operating rate of all complexes at the base date, as in the publisher's workbook (DOMAIN §3).
OPERATING_RATE_PCT = 82.7
#: The publisher's rule: complexes with so many surveyed firms or fewer are not shown.
SUPPRESSED_UP_TO = 5
#: Years whose figures were all revised at once (연간보정), in the year after.
ANNUAL_REVISIONS = frozenset(range(2001, 2026))
#: The largest complexes are always among those that a later print revises.
_ALWAYS_REVISED = frozenset({"울산ㆍ미포", "창원"})

_BY_NAME = {shape.name: shape for shape in SHAPES}


class Flow(NamedTuple):
    """One industry of one complex in one period: production and capacity in 억원, 백만달러."""

    production: float = 0.0
    exports: float = 0.0
    capacity: float = 0.0


class SizeClasses(NamedTuple):
    """Manufacturers, capacity and output by size class (LT50, 50_299, GE300); 억원."""

    firms: tuple[int, int, int]
    capacity: tuple[float, float, float]
    output: tuple[float, float, float]


class _Cell(NamedTuple):
    """One industry of one complex in the first print: 억원, 백만달러, 억원.

    `able` is what capacity is measured by (production, also where the cell stood still);
    `weighted` says that a sample speaks for the firms: only such cells are ever revised.
    """

    production: float
    exports: float
    able: float
    weighted: bool


def print_number(about: Period, edition: Period, published_at: date) -> int:
    """Which print of a period an edition shows.

    0 the first, 1 the second (a period later), 2 after the annual revision of its year, 3 after
    that of the year following, where that went two years back.
    """
    if about.year in ANNUAL_REVISIONS and published_at >= about.annual_revision:
        again = Period(about.year + 1, about.freq, 1).annual_revision
        return 3 if about.year in TWICE_REVISED and published_at >= again else 2
    return 1 if about.last_month < edition.last_month else 0


def listed(period: Period) -> tuple[Shape, ...]:
    """The complexes that have a row in an edition of this period, in the publisher's order."""
    return covered(period.last_month)


class Nation:
    """The simulated truth for one seed, and what each print says of it.

    `capacity_factor`: what the drawn capacities are multiplied by; by default so that the operating
    rate of the base date is the one in print.
    """

    def __init__(self, seed: int, capacity_factor: float | None = None) -> None:
        self.seed = seed
        self.levels = levels(seed)
        self._capacity_factor = capacity_factor or _capacity_factor(seed)
        self._noise: Noise = self.levels.noise
        self.firms = firm_counts(seed)
        self._uniforms: dict[str, tuple[float, ...]] = {}
        self._months: dict[int, dict[str, dict[str, _Cell]]] = {}
        self._cells: dict[Period, dict[str, dict[str, _Cell]]] = {}
        self._factors: dict[tuple[Period, int], dict[str, tuple[float, float]]] = {}
        self._flows: dict[tuple[str, Period, int], dict[str, Flow]] = {}
        self._jobs: dict[int, dict[str, dict[str, int]]] = {}
        self._people: dict[tuple[Period, int], dict[str, dict[str, int]]] = {}

    # --- noise ---------------------------------------------------------------------------

    def _uniform(self, key: str) -> tuple[float, ...]:
        """Eight numbers in [0, 1) that belong to the key; for keys that are asked for often."""
        found = self._uniforms.get(key)
        if found is None:
            found = self._uniforms[key] = self._noise.uniform(key)
        return found

    def _revised(
        self, names: Iterable[str], period: Period, print_no: int, kind: str
    ) -> dict[str, float]:
        """The complexes that a later print revises, and by how much at first: 0.1 to 1 %.

        The second print draws by period, a year's revision by year.
        """
        found: dict[str, float] = {}
        rounds = [(str(period), 1, 0.35)] if print_no == 1 else [(str(period.year), 2, 0.7)]
        if print_no == 3:
            rounds.append((str(period.year), 3, 0.3))
        for name in names:
            for about, number, share in rounds:
                u = self._noise.uniform(f"revision|{kind}|{name}|{about}|{number}")
                if u[0] < share or (name in _ALWAYS_REVISED and number < 3):
                    step = 0.001 + 0.009 * u[1]
                    found[name] = found.get(name, 0.0) + (step if u[2] < 0.6 else -step)
        return found

    # --- who is asked ----------------------------------------------------------------------

    def suppressed(self, name: str, period: Period) -> bool:
        """The publisher's rule: five or fewer surveyed manufacturers."""
        return self.firms.manufacturers(name, period.last_month) <= SUPPRESSED_UP_TO

    def _answers(self, name: str, code: str, month: int) -> bool:
        """Whether a firm of the industry answers; one or two firms may be missed altogether."""
        operating = self.firms.by_industry(name, month)[code][1]
        if operating == 0 or code not in _BY_NAME[name].mix:
            return False
        parts = shares(name, "output", sample_era(month))
        minor = parts[code] < max(parts.values())
        missed = operating <= 2 and minor and self._uniform(f"missed|{name}|{code}")[0] < 0.25
        return not missed

    def _sample(self, name: str, month: int) -> float:
        """What another sample makes of a complex; 1 for the present one."""
        era = sample_era(month)
        if era == len(SAMPLE_REPLACED):
            return 1.0
        return 1 + SAMPLE_SHIFT * (2 * self._uniform(f"sample|{name}|{era}")[0] - 1)

    # --- production, exports, capacity ----------------------------------------------------

    def _month(self, month: int) -> dict[str, dict[str, _Cell]]:
        """All covered complexes in one month, scaled to the nation's level."""
        found = self._months.get(month)
        if found is not None:
            return found
        period = Period(month // 12, "M", month % 12 + 1)
        drawn = {
            (shape.name, code): self._draw(shape, code, month)
            for shape in covered(month)
            for code in MANUFACTURING
            if self._answers(shape.name, code, month)
        }
        made, sold = (
            self._scaled(
                [cell[i] for cell in drawn.values()], [c[3] for c in drawn.values()], total
            )
            for i, total in (
                (0, self.levels.total("production", period, 0) / 100),
                (1, self.levels.total("exports", period, 0) / 1000),
            )
        )
        scale = math.fsum(made) / math.fsum(cell[0] for cell in drawn.values())
        found = {shape.name: {} for shape in covered(month)}
        for ((name, code), cell), output, abroad in zip(drawn.items(), made, sold, strict=True):
            weighted = cell[3]
            able = cell[2] * scale if cell[0] == 0 else output
            found[name][code] = _Cell(output, abroad, able, weighted)
        self._months[month] = found
        return found

    @staticmethod
    def _scaled(amounts: list[float], weighted: list[bool], total: float) -> list[float]:
        """Amounts that add up to the total; what was asked in full has no long tail."""
        scale = total / math.fsum(amounts)
        small = {
            i: round(amount * scale, 3)
            for i, (amount, sampled) in enumerate(zip(amounts, weighted, strict=True))
            if not sampled
        }
        large = math.fsum(a for a, sampled in zip(amounts, weighted, strict=True) if sampled)
        scale = (total - math.fsum(small.values())) / large
        return [small[i] if i in small else amount * scale for i, amount in enumerate(amounts)]

    def _draw(self, shape: Shape, code: str, month: int) -> tuple[float, float, float, bool]:
        """One cell before scaling: production, exports, what it could have made, whether weighted."""
        name, nature = shape.name, NATURE[code]
        cell = f"{name}|{code}"
        firms = self.firms.by_industry(name, month)[code][1]
        # Few firms: a bumpy series; many: a smooth one. Counted at the base date.
        usual = self.firms.by_industry(name, BASE.last_month)[code][1]
        amplitude = min(0.09, 0.016 + 0.15 / math.sqrt(usual + 2.0))
        shock = 0.007 * self._noise.moving(f"industry|{code}", month)
        shock += amplitude * self._noise.moving(f"cell|{cell}", month)
        made = shape.production * shares(name, "output", sample_era(month))[code]
        made *= trend(shape.growth + nature.growth, month) * max(0.4, 1 + shock)
        made *= size_at(name, month) * self._sample(name, month)
        abroad = max(0.3, 1 + 1.3 * amplitude * self._noise.moving(f"abroad|{cell}", month))
        sold = made * nature.export * shape.export * abroad
        if not self._exports(cell, month, firms):
            sold = 0.0
        able = made
        # The smallest cells stand still now and then: surveyed, and nothing made.
        if firms <= 3 and self._uniform(f"idle|{cell}|{month // 3}")[0] < 0.03:
            made = sold = 0.0
        return made, sold, able, firms > 3

    def _exports(self, cell: str, month: int, firms: int) -> bool:
        """Small cells may never export, or only in some quarters."""
        never = 0.4 if firms <= 3 else 0.15 if firms <= 10 else 0.0
        if self._uniform(f"exporter|{cell}")[0] < never:
            return False
        return firms > 3 or self._uniform(f"exporter|{cell}|{month // 3}")[0] < 0.6

    def _first(self, period: Period) -> dict[str, dict[str, _Cell]]:
        """The first print of a period: the sum of its months, in the publisher's order."""
        found = self._cells.get(period)
        if found is None:
            found = {}
            for month in period.months:
                for name, cells in self._month(month).items():
                    mine = found.setdefault(name, {})
                    for code, cell in cells.items():
                        mine[code] = _added(mine[code], cell) if code in mine else cell
            self._cells[period] = found
        return found

    def covered_in(self, period: Period) -> tuple[str, ...]:
        """The complexes covered in any month of a period."""
        return tuple(self._first(period))

    def _later(self, period: Period, print_no: int) -> dict[str, tuple[float, float]]:
        """The factors of a later print for production and exports of the complexes it revises."""
        key = (period, print_no)
        found = self._factors.get(key)
        if found is not None:
            return found
        first = self._first(period)
        weighted = {
            name: [cell for cell in cells.values() if cell.weighted]
            for name, cells in first.items()
        }
        steps = self._revised(
            (name for name, cells in weighted.items() if cells), period, print_no, "flow"
        )
        shifts: list[float] = []
        kinds: tuple[tuple[Kind, int, int], ...] = (("production", 0, 100), ("exports", 1, 1000))
        for kind, place, unit in kinds:
            amounts = {n: math.fsum(cell[place] for cell in weighted[n]) for n in steps}
            all_of_it = math.fsum(c[place] for cells in first.values() for c in cells.values())
            wanted = self.levels.total(kind, period, print_no) / unit - all_of_it
            wanted -= math.fsum(amount * steps[name] for name, amount in amounts.items())
            shifts.append(wanted / math.fsum(amounts.values()))
        found = {name: (1 + s + shifts[0], 1 + s + shifts[1]) for name, s in steps.items()}
        self._factors[key] = found
        return found

    def flows(self, name: str, period: Period, print_no: int) -> dict[str, Flow]:
        """Production, exports and capacity by industry; an absent industry has no entry."""
        key = (name, period, print_no)
        found = self._flows.get(key)
        if found is None:
            cells = self._first(period).get(name, {})
            factors = (1.0, 1.0)
            if print_no > 0:
                factors = self._later(period, print_no).get(name, factors)
            found = self._flows[key] = {
                code: self._flow(f"{name}|{code}", cells[code], period, factors)
                for code in MANUFACTURING
                if code in cells
            }
        return found

    def _flow(self, cell: str, first: _Cell, period: Period, factors: tuple[float, float]) -> Flow:
        quarter = period.last_month // 3
        steady = self._uniform(f"utilization|{cell}")[0] - 0.5
        used = NATURE[cell.split("|")[1]].utilization + 0.16 * steady
        used += 0.015 * self._noise.moving(f"used|{cell}", quarter)
        used = min(0.96, max(0.4, used))
        if not first.weighted:
            able = round(first.able / used, 3)
            return Flow(first.production, first.exports, max(able, first.production))
        made, sold = first.production * factors[0], first.exports * factors[1]
        able = first.able * factors[0] / used * self._capacity_factor
        return Flow(made, sold, max(able, made))

    def size_classes(self, name: str, period: Period, print_no: int) -> SizeClasses:
        """The complex's firms, capacity and output split by size class, adding up exactly enough.

        Idle capacity is spread over the classes (small firms idle more) so that the classes'
        weighted mean is the complex's rate and no class exceeds 100 %.
        """
        shape = _BY_NAME[name]
        total = self.firms.manufacturers(name, period.last_month)
        middle = math.floor(total * SIZE_SHARES[shape.scale][0] + 0.5)
        large = math.floor(total * SIZE_SHARES[shape.scale][1] + 0.5)
        firms = (total - middle - large, middle, large)
        flows = self.flows(name, period, print_no).values()
        capacity = math.fsum(flow.capacity for flow in flows)
        output = math.fsum(flow.production for flow in flows)
        if capacity <= 0:
            return SizeClasses(firms, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
        quarter = period.last_month // 3
        weights, idleness = [], []
        for index in range(3):
            present = SIZE_CAPACITY[shape.scale][index] if firms[index] else 0.0
            u = self._uniform(f"size|{name}|{index}|{quarter}")
            weights.append(present * (0.9 + 0.2 * u[0]))
            idleness.append(SIZE_IDLENESS[index] * (0.9 + 0.2 * u[1]))
        whole = math.fsum(weights)
        weights = [weight / whole for weight in weights]
        mean = math.fsum(w * d for w, d in zip(weights, idleness, strict=True))
        idle = 1 - output / capacity
        capacities = [capacity * weight for weight in weights]
        outputs = [
            part * (1 - min(1.0, idle * d / mean))
            for part, d in zip(capacities, idleness, strict=True)
        ]
        return SizeClasses(
            firms,
            (capacities[0], capacities[1], capacities[2]),
            (outputs[0], outputs[1], outputs[2]),
        )

    # --- employment ------------------------------------------------------------------------

    def employment(self, name: str, period: Period, print_no: int) -> dict[str, int]:
        """People employed at the period's end by industry, 비제조 included."""
        first = self._at_work(period.last_month)
        if print_no == 0:
            return first[name]
        key = (period, print_no)
        if key not in self._people:
            steps = self._revised(first, period, print_no, "people")
            rest = sum(n for other in first if other not in steps for n in first[other].values())
            cells = [(other, code) for other in steps for code in ALL_INDUSTRIES]
            counts = shared_out(
                self.levels.total("employment", period, print_no) - rest,
                [first[other][code] * (1 + steps[other]) for other, code in cells],
            )
            people = {other: dict(cell) for other, cell in first.items()}
            for (other, code), count in zip(cells, counts, strict=True):
                people[other][code] = count
            self._people[key] = people
        return self._people[key][name]

    def _at_work(self, month: int) -> dict[str, dict[str, int]]:
        """The first print of a month's end, all complexes; adds up to the nation's level."""
        found = self._jobs.get(month)
        if found is None:
            cells = [(shape, code) for shape in covered(month) for code in ALL_INDUSTRIES]
            counts = shared_out(
                self.levels.total("employment", Period(month // 12, "M", month % 12 + 1), 0),
                [self._workers(shape, code, month) for shape, code in cells],
            )
            found = {shape.name: {} for shape in covered(month)}
            for (shape, code), count in zip(cells, counts, strict=True):
                found[shape.name][code] = count
            self._jobs[month] = found
        return found

    def _workers(self, shape: Shape, code: str, month: int) -> float:
        """One cell before scaling; the weights of all complexes come to about 1,000."""
        firms = self.firms.by_industry(shape.name, month)[code][1]
        services = 0.9 * shape.services / 100
        if code == "NONMFG":
            share, growth = services, 1.0
        elif self._answers(shape.name, code, month):
            share = (1 - services) * shares(shape.name, "labour", sample_era(month))[code]
            growth = 0.4 * (shape.growth + NATURE[code].growth)
        else:
            return 0.0
        if firms == 0:
            return 0.0
        shock = 0.004 * self._noise.moving(f"people|{shape.name}|{code}", month // 3)
        people = shape.employment * share * trend(growth, month) * (1 + shock)
        people *= size_at(shape.name, month) * self._sample(shape.name, month)
        for name, since, factor in EMPLOYMENT_STEPS:
            if name == shape.name and month >= since.months[0]:
                people *= factor
        return max(firms * 0.002, people)

    def women(self, name: str, period: Period, people: int) -> int:
        """Women among the employed."""
        sway = 0.004 * self._noise.normal(f"women|{name}", period.last_month // 3)
        return min(people, math.floor(people * max(0.0, _BY_NAME[name].women / 100 + sway) + 0.5))

    # --- the survey's own figures ------------------------------------------------------------

    def survey(self, period: Period) -> tuple[int, int, tuple[float, float]]:
        """Firms asked, firms that answered, and the two coefficients of variation (percent)."""
        u = self._uniform(f"survey|{period}")
        asked = 4860 + math.floor(40 * u[0])
        answered = math.floor(asked * (0.72 + 0.05 * u[1]))
        return asked, answered, (round(8.4 + 1.6 * u[2], 1), round(11.2 + 2.0 * u[3], 1))


def _added(one: _Cell, other: _Cell) -> _Cell:
    sums = [a + b for a, b in zip(one[:3], other[:3], strict=True)]
    if not (one.weighted and other.weighted):
        sums = [round(amount, 3) for amount in sums]
    return _Cell(sums[0], sums[1], sums[2], one.weighted and other.weighted)


@lru_cache(maxsize=8)
def _capacity_factor(seed: int) -> float:
    """What takes a seed's drawn capacity to the published operating rate of the base date."""
    nation = Nation(seed, capacity_factor=1.0)
    first = nation._first(BASE)
    flows = [
        (flow, first[name][code].weighted)
        for name in nation.covered_in(BASE)
        for code, flow in nation.flows(name, BASE, 0).items()
    ]
    wanted = math.fsum(flow.production for flow, _ in flows) / OPERATING_RATE_PCT * 100
    wanted -= math.fsum(flow.capacity for flow, weighted in flows if not weighted)
    return wanted / math.fsum(flow.capacity for flow, weighted in flows if weighted)
