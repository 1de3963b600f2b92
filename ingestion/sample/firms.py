"""The firms of the simulated complexes: tenants, operating firms and lessees of every industry.

Counts of all complexes together pass through what is in print for the base date (DOMAIN §3): the
drawn counts of every month are scaled by the one factor that does so, for tenants and for the firms
among them that do not operate.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from .layout import ALL_INDUSTRIES
from .levels import Noise, levels, shared_out
from .structure import (
    BASE,
    HANDFUL_CHANGES,
    LANDLORDS,
    LANDLORDS_REMOVED,
    SHAPES,
    Shape,
    covered,
    sample_era,
    shares,
    size_at,
    trend,
)

#: Tenants and operating firms of all covered complexes at the base date (the publisher's workbook).
PUBLISHED = (65_209, 60_074)

#: Firms in the nation, by year (simulated): the base date's number is 1.
_LEVEL = ((2000, 0.22), (2004, 0.38), (2010, 0.68), (2016, 0.86), (2020, 0.93), (2026, 1.0))

_BY_NAME = {shape.name: shape for shape in SHAPES}
#: Tenants and operating firms by industry.
_Counts = dict[str, tuple[int, int]]


class Firms:
    """The counts of one seed, by complex and month's end (counted from the year 0)."""

    def __init__(self, seed: int) -> None:
        self._noise: Noise = levels(seed).noise
        self._idle: dict[tuple[str, str], float] = {}
        self._months: dict[int, dict[str, _Counts]] = {}
        self._manufacturers: dict[tuple[str, int], int] = {}

    def by_industry(self, name: str, month: int) -> _Counts:
        """Tenants and operating firms of each industry at a month's end.

        Of a complex that is not covered then: what it would have, rounded by itself.
        """
        found = self._month(month)
        if name not in found:
            found[name] = self._counts((_BY_NAME[name],), month)[name]
        return found[name]

    def manufacturers(self, name: str, month: int) -> int:
        """Operating firms without 비제조: what the survey can ask."""
        found = self._manufacturers.get((name, month))
        if found is None:
            counts = self.by_industry(name, month)
            found = sum(both[1] for code, both in counts.items() if code != "NONMFG")
            self._manufacturers[name, month] = found
        return found

    def lessees(self, name: str, month: int) -> int:
        """Firms that rent; part of the tenants."""
        tenants = sum(both[0] for both in self.by_industry(name, month).values())
        return math.floor(tenants * _BY_NAME[name].lessee / 100)

    def _month(self, month: int) -> dict[str, _Counts]:
        found = self._months.get(month)
        if found is None:
            found = self._months[month] = self._counts(covered(month), month)
        return found

    def _counts(self, shapes: Sequence[Shape], month: int) -> dict[str, _Counts]:
        of_tenants, of_idle = self._factors
        found = {shape.name: _handful(shape, month) if shape.firms else {} for shape in shapes}
        drawn = self._drawn(shapes, month)
        if drawn:
            tenants = _scaled(list(drawn.values()), of_tenants)
            idle = _scaled(self._idle_among(drawn, tenants), of_idle)
            for (name, code), count, still in zip(drawn, tenants, idle, strict=True):
                found[name][code] = (count, count - still)
        return found

    @cached_property
    def _factors(self) -> tuple[float, float]:
        """What the drawn tenants, and the idle among them, are multiplied by to be as in print."""
        month = BASE.last_month
        shapes = covered(month)
        few = [both for s in shapes if s.firms for both in _handful(s, month).values()]
        drawn = self._drawn(shapes, month)
        tenants = PUBLISHED[0] - sum(both[0] for both in few)
        of_tenants = tenants / math.fsum(drawn.values())
        idle = PUBLISHED[0] - PUBLISHED[1] - sum(both[0] - both[1] for both in few)
        counts = shared_out(tenants, list(drawn.values()))
        return of_tenants, idle / math.fsum(self._idle_among(drawn, counts))

    def _drawn(self, shapes: Sequence[Shape], month: int) -> dict[tuple[str, str], float]:
        """Tenants by complex and industry before scaling, where there is more than a handful."""
        return {
            (shape.name, code): count
            for shape in shapes
            if not shape.firms
            for code, count in self._draw(shape, month)
        }

    def _draw(self, shape: Shape, month: int) -> list[tuple[str, float]]:
        wobble = 0.0015 * self._noise.normal(f"tenants|{shape.name}", month // 3)
        total = shape.tenants * (trend(0.6 * shape.growth, month) + wobble)
        total *= _level(month) * size_at(shape.name, month)
        services = total * shape.services / 100
        landlords = total * shape.lessee / 100 * LANDLORDS
        if month >= LANDLORDS_REMOVED.months[0]:
            landlords = 0.0
        weights = shares(shape.name, "firms", sample_era(month))
        return [
            (
                code,
                services + landlords
                if code == "NONMFG"
                else (total - services) * weights.get(code, 0.0),
            )
            for code in ALL_INDUSTRIES
        ]

    def _idle_among(self, cells: Iterable[tuple[str, str]], tenants: Sequence[int]) -> list[float]:
        return [n * self._idle_share(*cell) for cell, n in zip(cells, tenants, strict=True)]

    def _idle_share(self, name: str, code: str) -> float:
        """The share of an industry's tenants that do not operate."""
        found = self._idle.get((name, code))
        if found is None:
            bias = 0.06 * (self._noise.uniform(f"operating|{name}|{code}")[0] - 0.5)
            operating = min(1.0, max(0.0, _BY_NAME[name].operating / 100 + bias))
            found = self._idle[name, code] = 1 - operating
        return found


def _scaled(counts: list[float], factor: float) -> list[int]:
    """Whole counts that add up to their scaled sum."""
    if not any(counts):
        return [0] * len(counts)
    return shared_out(math.floor(math.fsum(counts) * factor + 0.5), counts)


def _handful(shape: Shape, month: int) -> _Counts:
    assert shape.firms is not None
    found = dict(shape.firms)
    for name, code, start, until, tenants, operating in HANDFUL_CHANGES:
        after = until is not None and month > until.last_month
        if name == shape.name and month >= start.months[0] and not after:
            before = found[code]
            found[code] = (before[0] + tenants, before[1] + operating)
    return {code: found.get(code, (0, 0)) for code in ALL_INDUSTRIES}


def _level(month: int) -> float:
    """Number of firms relative to the base date, between the years of `_LEVEL` in a line."""
    year = min(month / 12, BASE.last_month / 12)
    for (start, low), (stop, high) in zip(_LEVEL, _LEVEL[1:], strict=False):
        end = BASE.last_month / 12 if stop == 2026 else float(stop)
        if year <= end:
            return low + (high - low) * max(0.0, year - start) / (end - start)
    return 1.0


@lru_cache(maxsize=8)
def firm_counts(seed: int) -> Firms:
    """The counts of a seed, computed once."""
    return Firms(seed)
