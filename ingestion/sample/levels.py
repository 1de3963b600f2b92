"""The national levels of the simulated complexes: month by month through the published totals.

A path is found by benchmarking: an indicator (season, working days, what is covered, noise) is bent
so that it adds up to the totals in print and changes as smoothly as it can between them
(proportional first differences, after F. T. Denton 1971, "Adjustment of monthly or quarterly series
to annual totals", JASA 66). It is solved with additions, multiplications and divisions alone and
rounded to whole units, so that no machine's mathematics library shows.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from .periods import Period
from .structure import SAMPLE_REPLACED, Shape, covered, size_at
from .workdays import working_days

Kind = Literal["production", "exports", "employment"]
KINDS: tuple[Kind, ...] = ("production", "exports", "employment")

#: Months (counted from the year 0) of the paths. They begin a quarter before the first edition,
#: whose previous period they give, and run on flatly behind the last anchor.
FIRST_MONTH = 2000 * 12 + 9
LAST_MONTH = 2026 * 12 + 11

#: Years whose figures were revised a second time, a year after the first.
TWICE_REVISED = frozenset({2003, 2009, 2014, 2018, 2022})


_EIGHT = struct.Struct(">8Q")
_SPREAD = math.sqrt(1.5)


class Noise:
    """Numbers that belong to a seed and a key alone, never to the order of drawing."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._normals: dict[tuple[str, int], float] = {}

    def uniform(self, key: str) -> tuple[float, ...]:
        """Eight numbers in [0, 1)."""
        return tuple(word / 2**53 for word in self._words(key))

    def _words(self, key: str) -> list[int]:
        """Eight whole numbers of 53 bits."""
        digest = hashlib.blake2b(f"{self.seed}|{key}".encode()).digest()
        return [word >> 11 for word in _EIGHT.unpack(digest)]

    def normal(self, key: str, at: int) -> float:
        """Roughly standard normal: eight uniforms, summed, centred and scaled."""
        found = self._normals.get((key, at))
        if found is None:
            found = (sum(self._words(f"{key}|{at}")) / 2**53 - 4.0) * _SPREAD
            self._normals[key, at] = found
        return found

    def moving(self, key: str, at: int) -> float:
        """A moving average of shocks: a good month is followed by rather good ones."""
        n = self.normal
        return 0.7 * n(key, at) + 0.5 * n(key, at - 1) + 0.35 * n(key, at - 2)


# --- published totals ------------------------------------------------------------------------


class Anchor(NamedTuple):
    """A total that the path passes through.

    Attributes:
        first, last: its months, counted from the year 0; one month for a stock.
        value: in whole units (백만원, 천달러, persons).
        every_print: holds in every print; otherwise in the first print alone.
    """

    first: int
    last: int
    value: int
    every_print: bool = True


# Figures of the complexes that KICOX manages: period | production, 조원 | exports, 억달러 |
# employment at the end, persons. Sources: DOMAIN §3 and ingestion/reference/published_figures.csv.
# `*`: holds in the first print alone; `?`: no published figure, a simulated level (exports: from
# the published shares in the nation's exports of manufactures).
_PUBLISHED = """
2001|177.9011|643.53|
2002|190.1164|712.78|518347
2002-08|*16.0351||
2003-08|*16.6133||
2004-01|18.94|85.3|
2004-02|*18.7152|*83.07|
2004-12|23.18|95.6|
2005-01|23.24|107.39|
2005-12|25.5629|109.3|
2006-04|25.0102|116.69|660525
2006-06|25.6539|120.63|663488
2006-09|26.9040|130.09|670069
2006-11|*26.5722||
2008-04|34.2470|153.34|728467
2009|397.96|1564.5|805117
2010|491.0857|1803.92|857450
2010-04|*40.0114|*146.86|*819341
2012|616|2294|
2016|503.1759|1739.73|1032594
2017|539|1910|1023385
2018|?545|?1960|
2019|?505|?1670|983006
2020|*451.4799|*1384|*968255
2021|?545|?1680|969797
2022|?635|?1745|976932
2023|?615|?1690|
2024-Q3|*166.8032||
2024-Q4|*168.2930||
2026-Q1|176.7986|506.64|984829
"""
#: Annual totals after the revision where they differ from the first print: 조원, 억달러, persons.
_REVISED = {2020: ("459.9640", "1414.6", "969712")}
_UNITS: dict[Kind, int] = {"production": 10**6, "exports": 10**5, "employment": 1}


def whole(text: str, unit: int) -> int:
    """A decimal number in whole units, exactly.

    Raises:
        ValueError: it has more digits than the unit.
    """
    head, _, tail = text.partition(".")
    digits = len(str(unit)) - 1
    if len(tail) > digits:
        raise ValueError(f"{text} has more than {digits} digits behind the point")
    return int(head + tail.ljust(digits, "0"))


def _months(text: str) -> range:
    if len(text) == 4:
        return range(int(text) * 12, int(text) * 12 + 12)
    return Period.parse(text).months


@cache
def anchors(kind: Kind) -> tuple[Anchor, ...]:
    """The totals that the first prints of a kind pass through."""
    found: list[Anchor] = []
    for line in _PUBLISHED.strip().splitlines():
        about, *figures = line.split("|")
        text = figures[KINDS.index(kind)]
        if text:
            months = _months(about)
            first = months[-1] if kind == "employment" else months[0]
            value = whole(text.lstrip("*?"), _UNITS[kind])
            found.append(Anchor(first, months[-1], value, text[0] not in "*?"))
    return tuple(found)


# --- benchmarking ----------------------------------------------------------------------------


def benchmark(indicator: Sequence[float], totals: Sequence[Anchor], start: int) -> list[int]:
    """Bend an indicator through totals.

    Args:
        indicator: one positive number a month.
        totals: sums to hit; single months may lie inside longer ones, which do not overlap.
        start: the month (counted from the year 0) of the indicator's first number.

    Returns:
        One whole number a month; the totals are hit exactly.
    """
    length = len(indicator)
    spans = [range(total.first - start, total.last - start + 1) for total in totals]
    sums = [math.fsum(indicator[t] for t in span) for span in spans]
    ratios = [total.value / whole for total, whole in zip(totals, sums, strict=True)]
    # The ratio of path to indicator is c + Σ λ_k h_k: the h_k solve -Δ²h = the k-th mean's weights.
    curves: list[list[float]] = []
    for span, whole_sum in zip(spans, sums, strict=True):
        height = passed = 0.0
        curve: list[float] = []
        for t in range(length):
            curve.append(height)
            if t in span:
                passed += indicator[t] / whole_sum
            height -= passed
        curves.append(curve)
    matrix: list[list[float]] = []
    for span, whole_sum, ratio in zip(spans, sums, ratios, strict=True):
        weights = [indicator[t] / whole_sum for t in span]
        matrix.append(
            [
                math.fsum(w * curve[t] for w, t in zip(weights, span, strict=True))
                for curve in curves
            ]
            + [1.0, ratio]
        )
    matrix.append([1.0] * len(curves) + [0.0, 0.0])
    *factors, level = _solve(matrix)
    path = [
        math.floor(
            indicator[t]
            * (level + math.fsum(f * c[t] for f, c in zip(factors, curves, strict=True)))
            + 0.5
        )
        for t in range(length)
    ]
    fixed: set[int] = set()
    for total, span in sorted(zip(totals, spans, strict=True), key=lambda pair: len(pair[1])):
        free = [t for t in span if t not in fixed]
        rest = total.value - sum(path[t] for t in span)
        for number, t in enumerate(free):  # the remainder of rounding, in even parts
            path[t] += rest * (number + 1) // len(free) - rest * number // len(free)
        fixed |= set(span)
    return path


def _solve(matrix: list[list[float]]) -> list[float]:
    """Gaussian elimination with row exchanges; the last column is the right-hand side."""
    size = len(matrix)
    rows = [list(row) for row in matrix]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, size):
            factor = rows[r][i] / rows[i][i]
            if factor:
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        known = math.fsum(rows[i][j] * found[j] for j in range(i + 1, size))
        found[i] = (rows[i][size] - known) / rows[i][i]
    return found


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """Split a whole number in proportion to weights: largest remainders, the first of equal ones.

    Raises:
        ValueError: the weights add up to nothing.
    """
    whole_sum = math.fsum(weights)
    if whole_sum <= 0:
        raise ValueError("nothing to share out by")
    exact = [total * weight / whole_sum for weight in weights]
    found = [math.floor(part) for part in exact]
    order = sorted(range(len(found)), key=lambda i: (found[i] - exact[i], i))
    for i in order[: total - sum(found)]:
        found[i] += 1
    return found


# --- indicators ------------------------------------------------------------------------------

#: By month of the year, apart from working days.
SEASON = (0.995, 0.99, 1.02, 1.005, 1.0, 1.01, 0.995, 0.975, 1.0, 1.01, 1.005, 1.02)
#: How much of a lost working day is lost to production, and to exports (ships leave later).
_WORK = {"production": 0.5, "exports": 0.6}
_USUAL_DAYS = 20.6
#: What the world did to demand (invented depths of real slumps): year-month and factor.
_EVENTS = {
    2008 * 12 + 9: 0.97, 2008 * 12 + 10: 0.87, 2008 * 12 + 11: 0.82, 2009 * 12: 0.80,
    2009 * 12 + 1: 0.84, 2009 * 12 + 2: 0.88, 2009 * 12 + 3: 0.93, 2009 * 12 + 4: 0.96,
    2020 * 12 + 2: 0.98, 2020 * 12 + 3: 0.90, 2020 * 12 + 4: 0.87, 2020 * 12 + 5: 0.93,
    2020 * 12 + 6: 0.97,
}  # fmt: skip


def calendar_factor(month: int, work: float) -> float:
    """What a month's working days do to it: below 1 where Seollal or Chuseok falls in it."""
    return 1 + work * (working_days(month) / _USUAL_DAYS - 1)


def pulse(month: int, work: float) -> float:
    """Season, working days and slumps of a month together."""
    return SEASON[month % 12] * calendar_factor(month, work) * _EVENTS.get(month, 1.0)


def _size(shape: Shape, kind: Kind) -> float:
    return shape.employment if kind == "employment" else shape.production


@cache
def _coverage(kind: Kind, month: int) -> float:
    """The size of all complexes covered: the national figures jump where some come or go."""
    return math.fsum(_size(shape, kind) * size_at(shape.name, month) for shape in covered(month))


def _indicator(kind: Kind, noise: Noise) -> list[float]:
    found: list[float] = []
    for month in range(FIRST_MONTH, LAST_MONTH + 1):
        value = _coverage(kind, month)
        # The new samples each counted a little less than the old ones.
        value *= 1 + 0.006 * sum(month < replaced.months[0] for replaced in SAMPLE_REPLACED)
        if kind == "employment":
            value *= 1 + 0.0012 * noise.moving("nation|employment", month)
        else:
            value *= pulse(month, _WORK[kind])
            value *= 1 + 0.005 * noise.moving("nation", month)
        if kind == "exports":
            value *= 1 + 0.012 * noise.moving("nation|exports", month)
            value *= 1.015 if month % 3 == 2 else 0.9925
        found.append(value)
    return found


# --- the paths -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Year:
    """What a year's revision made of its months: by kind, month → value."""

    values: dict[Kind, dict[int, int]]


class Levels:
    """The national totals of one seed, by month and print.

    Units: production in 백만원, exports in 천달러, employment in persons at the month's end.
    Prints: 0 the first, 1 a period later, 2 after the annual revision, 3 after a second one.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.noise = Noise(seed)
        self._first: dict[Kind, list[int]] = {}
        self._years: dict[tuple[int, int], _Year] = {}

    def total(self, kind: Kind, period: Period, print_no: int) -> int:
        """The nation in a period: the sum of its months, for employment its last month.

        Raises:
            ValueError: the period lies outside the simulated years.
        """
        months = [period.last_month] if kind == "employment" else list(period.months)
        if months[0] < FIRST_MONTH or months[-1] > LAST_MONTH:
            raise ValueError(f"{period}: the simulated nation runs from 2000-10 to 2026-12")
        if print_no >= 2:
            values = self._revised(period.year, print_no).values[kind]
            return sum(values[month] for month in months)
        path = self._path(kind)
        found = sum(path[month - FIRST_MONTH] for month in months)
        return found + (self._later(kind, period) if print_no == 1 else 0)

    def _path(self, kind: Kind) -> list[int]:
        if kind not in self._first:
            self._first[kind] = benchmark(_indicator(kind, self.noise), anchors(kind), FIRST_MONTH)
        return self._first[kind]

    def _later(self, kind: Kind, period: Period) -> int:
        """What the second print adds: nothing where a total is in print.

        In years whose total is in print two neighbours cancel, and the last two periods stay: so
        the year to date of the year's last edition is that total.
        """
        parts, sign_of = [period], period
        if any(a.last - a.first == 11 and a.first // 12 == period.year for a in anchors(kind)):
            if period.number > (10 if period.freq == "M" else 2):
                return 0
            first = period.number - (period.number - 1) % 2
            parts = [Period(period.year, period.freq, first + n) for n in (0, 1)]
            sign_of = parts[0]
        months = [month for part in parts for month in part.months]
        fixed = [a for a in anchors(kind) if a.last - a.first < 11]
        if any(a.first <= month <= a.last for a in fixed for month in months):
            return 0
        u = self.noise.uniform(f"second print|{kind}|{sign_of}")
        share = (0.0002 if kind == "employment" else 0.0004) * (1 + 3 * u[0])
        step = math.floor(share * self.total(kind, sign_of, 0) + 0.5)
        return step if (period == sign_of) == (u[1] < 0.5) else -step

    def _revised(self, year: int, print_no: int) -> _Year:
        key = (year, print_no)
        if key not in self._years:
            self._years[key] = _Year(
                {kind: self._revised_year(kind, year, print_no) for kind in KINDS}
            )
        return self._years[key]

    def _revised_year(self, kind: Kind, year: int, print_no: int) -> dict[int, int]:
        """The months of a year after a revision; what is in print stays what it is."""
        path = self._path(kind)
        months = [m for m in range(year * 12, year * 12 + 12) if FIRST_MONTH <= m <= LAST_MONTH]
        before = {month: path[month - FIRST_MONTH] for month in months}
        if print_no > 2:
            before = dict(self._revised(year, print_no - 1).values[kind])
        held = [a for a in anchors(kind) if a.every_print and a.first // 12 == year]
        fixed = {m for a in held if a.last - a.first < 11 for m in range(a.first, a.last + 1)}
        free = [month for month in months if month not in fixed]
        noise = self.noise
        if kind == "employment":
            after = {m: before[m] for m in fixed}
            for month in free:
                u = noise.uniform(f"revised|{kind}|{month}|{print_no}")
                after[month] = math.floor(before[month] * (1 + 0.004 * (u[0] - 0.4)) + 0.5)
            if year in _REVISED and year * 12 + 11 in after:
                after[year * 12 + 11] = int(_REVISED[year][2])
            return after
        u = noise.uniform(f"revised|{kind}|{year}|{print_no}")
        step = (0.001 + 0.006 * u[0]) * (1 if u[1] < 0.65 else -1) / (1 if print_no == 2 else 3)
        total = math.floor(sum(before.values()) * (1 + step) + 0.5)
        total = next((a.value for a in held if a.last - a.first == 11), total)
        if year in _REVISED:
            total = whole(_REVISED[year][KINDS.index(kind)], _UNITS[kind])
        weights = [
            before[m] * (1 + 0.003 * noise.normal(f"revised|{kind}|{print_no}", m)) for m in free
        ]
        rest = total - sum(before[m] for m in fixed)
        if not free:
            return before
        return {m: before[m] for m in fixed} | dict(
            zip(free, shared_out(rest, weights), strict=True)
        )


@lru_cache(maxsize=8)
def levels(seed: int) -> Levels:
    """The levels of a seed, computed once."""
    return Levels(seed)
