"""The simulated nation: what "truly" happens in every complex, month by month.

Every figure is a function of the seed and of its own key alone (complex, industry, month, print),
never of the order of drawing: a longer series or another complex changes no figure. Noise comes
from BLAKE2 digests and only from additions, multiplications, divisions and square roots, which
IEEE 754 rounds the same everywhere; sums are `math.fsum`. So the bytes do not depend on a
library's random generator or on the machine's mathematics library.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

from .layout import ALL_INDUSTRIES, ENTRIES, MANUFACTURING
from .periods import Period
from .structure import (
    BASE,
    BASE_EMPLOYMENT,
    BASE_EXPORTS,
    BASE_PRODUCTION,
    EMPLOYMENT_STEPS,
    HANDFUL_CHANGES,
    NATURE,
    SEASON,
    SHAPES,
    SIZE_CAPACITY,
    SIZE_IDLENESS,
    SIZE_SHARES,
    Shape,
)

#: The publisher's rule: complexes with so many surveyed firms or fewer are not shown.
SUPPRESSED_UP_TO = 5
#: Years whose figures were all revised at once (연간보정).
ANNUAL_REVISIONS = frozenset({2024})

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


def print_number(about: Period, edition: Period, published_at: date) -> int:
    """Which print of a period an edition shows: 0 first, 1 revised a period later, 2 annual."""
    if about.year in ANNUAL_REVISIONS and published_at >= about.annual_revision:
        return 2
    return 1 if about.last_month < edition.last_month else 0


def listed(period: Period) -> tuple[Shape, ...]:
    """The complexes that have a row in an edition of this period, in the publisher's order."""
    return tuple(
        shape
        for shape in SHAPES
        if shape.name not in ENTRIES or ENTRIES[shape.name].months[0] <= period.last_month
    )


@dataclass(frozen=True)
class _Structure:
    """Constants that follow from the invented structure alone."""

    production: float
    exports: float
    employment: float


@cache
def _structure() -> _Structure:
    """Factors from weights to levels at the base date."""
    season = math.fsum(SEASON[month % 12] for month in BASE.months)
    weight = math.fsum(shape.production for shape in SHAPES)
    exports = math.fsum(
        shape.production * shape.export * share * NATURE[code].export / sum(shape.mix.values())
        for shape in SHAPES
        for code, share in shape.mix.items()
    )
    people = math.fsum(shape.employment for shape in SHAPES)
    return _Structure(
        production=BASE_PRODUCTION / (weight * season),
        exports=BASE_EXPORTS / (exports * season),
        employment=BASE_EMPLOYMENT / people,
    )


@cache
def _shares(name: str, kind: str) -> dict[str, float]:
    """A complex's shares by industry in output ('output'), jobs ('labour') or firms ('firms')."""
    shape = _BY_NAME[name]
    if kind == "output":
        weights = dict(shape.mix)
    elif kind == "labour":
        weights = {c: math.sqrt(w) * w * NATURE[c].labour / 4 for c, w in shape.mix.items()}
    else:
        weights = {c: math.sqrt(w) * NATURE[c].firms for c, w in shape.mix.items()}
    whole = math.fsum(weights.values())
    return {code: weights[code] / whole for code in MANUFACTURING if code in weights}


class Nation:
    """The simulated truth for one seed, and what each print says of it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._normals: dict[tuple[str, int], float] = {}
        self._uniforms: dict[str, tuple[float, ...]] = {}
        self._flows: dict[tuple[str, Period, int], dict[str, Flow]] = {}
        self._firms: dict[tuple[str, int], dict[str, tuple[int, int]]] = {}
        self._people: dict[tuple[str, int, int], dict[str, int]] = {}

    # --- noise ---------------------------------------------------------------------------

    def _uniform(self, key: str) -> tuple[float, ...]:
        """Eight numbers in [0, 1) that belong to the key."""
        found = self._uniforms.get(key)
        if found is None:
            digest = hashlib.blake2b(f"{self.seed}|{key}".encode()).digest()
            words = [int.from_bytes(digest[i : i + 8], "big") >> 11 for i in range(0, 64, 8)]
            found = self._uniforms[key] = tuple(word / 2**53 for word in words)
        return found

    def _normal(self, key: str, at: int) -> float:
        """Roughly standard normal: eight uniforms, summed, centred and scaled."""
        found = self._normals.get((key, at))
        if found is None:
            found = (math.fsum(self._uniform(f"{key}|{at}")) - 4.0) * math.sqrt(1.5)
            self._normals[key, at] = found
        return found

    def _noise(self, key: str, at: int) -> float:
        """A moving average of shocks: a good month is followed by rather good ones."""
        n = self._normal
        return 0.7 * n(key, at) + 0.5 * n(key, at - 1) + 0.35 * n(key, at - 2)

    def _revision(self, what: str, name: str, about: object, print_no: int) -> float:
        """The factor of a later print: 0.1 to 1 %, up or down, for some complexes."""
        if print_no == 0:
            return 1.0
        share = 0.35 if print_no == 1 else 0.7
        u = self._uniform(f"revision|{what}|{name}|{about}|{print_no}")
        if u[0] >= share:
            return 1.0
        step = 0.001 + 0.009 * u[1]
        return 1.0 + step if u[2] < 0.6 else 1.0 - step

    # --- firms ---------------------------------------------------------------------------

    def firms(self, name: str, month: int) -> dict[str, tuple[int, int]]:
        """Tenants and operating firms of each industry at a month's end."""
        key = (name, month)
        found = self._firms.get(key)
        if found is None:
            shape = _BY_NAME[name]
            found = self._handful(shape, month) if shape.firms else self._many(shape, month)
            self._firms[key] = found
        return found

    def _handful(self, shape: Shape, month: int) -> dict[str, tuple[int, int]]:
        assert shape.firms is not None
        found = dict(shape.firms)
        for name, code, start, until, tenants, operating in HANDFUL_CHANGES:
            after = until is not None and month > until.last_month
            if name == shape.name and month >= start.months[0] and not after:
                before = found[code]
                found[code] = (before[0] + tenants, before[1] + operating)
        return {code: found.get(code, (0, 0)) for code in ALL_INDUSTRIES}

    def _many(self, shape: Shape, month: int) -> dict[str, tuple[int, int]]:
        quarters = (month - BASE.last_month) / 3
        wobble = 0.0015 * self._normal(f"tenants|{shape.name}", month // 3)
        trend = (2.0 + 0.6 * shape.growth) / 1000
        total = shape.tenants * (1 + trend * quarters + wobble)
        services = total * shape.services / 100
        weights = _shares(shape.name, "firms")
        found: dict[str, tuple[int, int]] = {}
        for code in ALL_INDUSTRIES:
            at_home = services if code == "NONMFG" else (total - services) * weights.get(code, 0.0)
            tenants = math.floor(at_home + 0.5)
            bias = 0.06 * (self._uniform(f"operating|{shape.name}|{code}")[0] - 0.5)
            share = min(1.0, max(0.0, shape.operating / 100 + bias))
            found[code] = (tenants, math.floor(tenants * share + 0.5))
        return found

    def manufacturers(self, name: str, month: int) -> int:
        """Operating firms without 비제조: what the survey can ask."""
        return sum(both[1] for code, both in self.firms(name, month).items() if code != "NONMFG")

    def lessees(self, name: str, month: int) -> int:
        """Firms that rent; part of the tenants."""
        tenants = sum(both[0] for both in self.firms(name, month).values())
        return math.floor(tenants * _BY_NAME[name].lessee / 100)

    def suppressed(self, name: str, period: Period) -> bool:
        """The publisher's rule: five or fewer surveyed manufacturers."""
        return self.manufacturers(name, period.last_month) <= SUPPRESSED_UP_TO

    def _answers(self, name: str, code: str, month: int) -> bool:
        """Whether a firm of the industry answers; one or two firms may be missed altogether."""
        operating = self.firms(name, month)[code][1]
        if operating == 0 or code not in _BY_NAME[name].mix:
            return False
        leading = max(_shares(name, "output").values())
        minor = _shares(name, "output")[code] < leading
        missed = operating <= 2 and minor and self._uniform(f"missed|{name}|{code}")[0] < 0.25
        return not missed

    # --- production, exports, capacity ----------------------------------------------------

    def flows(self, name: str, period: Period, print_no: int) -> dict[str, Flow]:
        """Production, exports and capacity by industry; an absent industry has no entry."""
        key = (name, period, print_no)
        found = self._flows.get(key)
        if found is None:
            found = {}
            for code in MANUFACTURING:
                if self._answers(name, code, period.last_month):
                    found[code] = self._flow(_BY_NAME[name], code, period, print_no)
            self._flows[key] = found
        return found

    def _flow(self, shape: Shape, code: str, period: Period, print_no: int) -> Flow:
        name, nature, scaled = shape.name, NATURE[code], _structure()
        cell = f"{name}|{code}"
        firms = self.firms(name, period.last_month)[code][1]
        # Few firms: a bumpy series; many: a smooth one. Counted at the base date, so that a
        # quarter is the sum of its months.
        usual = self.firms(name, BASE.last_month)[code][1]
        amplitude = min(0.09, 0.016 + 0.15 / math.sqrt(usual + 2.0))
        rate = (shape.growth + nature.growth) / 1000
        base = scaled.production * shape.production * _shares(name, "output")[code]
        sold_abroad = nature.export * shape.export * scaled.exports / scaled.production
        production: list[float] = []
        exports: list[float] = []
        for month in period.months:
            quarters = (month - BASE.last_month) / 3
            shock = (
                0.004 * self._noise("nation", month)
                + 0.007 * self._noise(f"industry|{code}", month)
                + amplitude * self._noise(f"cell|{cell}", month)
            )
            made = base * max(0.3, 1 + rate * quarters) * SEASON[month % 12] * max(0.4, 1 + shock)
            abroad = max(0.3, 1 + 1.3 * amplitude * self._noise(f"abroad|{cell}", month))
            production.append(made)
            exports.append(made * sold_abroad * abroad)
        revised = self._revision("flow", name, period, print_no)
        made_all = math.fsum(production) * revised
        sold = math.fsum(exports) * revised if self._exports(cell, period, firms) else 0.0
        quarter = period.last_month // 3
        steady = self._uniform(f"utilization|{cell}")[0] - 0.5
        used = nature.utilization + 0.16 * steady + 0.015 * self._noise(f"used|{cell}", quarter)
        capacity = made_all / min(0.96, max(0.4, used))
        capacity *= self._revision("capacity", name, period, print_no)
        # The smallest cells stand still now and then: surveyed, and nothing made.
        if firms <= 3 and self._uniform(f"idle|{cell}|{quarter}")[0] < 0.03:
            made_all, sold = 0.0, 0.0
        if firms <= 3:  # asked in full: no weights, so no long tails
            made_all, sold, capacity = round(made_all, 3), round(sold, 3), round(capacity, 3)
        return Flow(made_all, sold, max(capacity, made_all))

    def _exports(self, cell: str, period: Period, firms: int) -> bool:
        """Small cells may never export, or only in some quarters."""
        never = 0.4 if firms <= 3 else 0.15 if firms <= 10 else 0.0
        if self._uniform(f"exporter|{cell}")[0] < never:
            return False
        now = self._uniform(f"exporter|{cell}|{period.last_month // 3}")[0]
        return firms > 3 or now < 0.6

    def size_classes(self, name: str, period: Period, print_no: int) -> SizeClasses:
        """The complex's firms, capacity and output split by size class, adding up exactly enough.

        Idle capacity is spread over the classes (small firms idle more) so that the classes'
        weighted mean is the complex's rate and no class exceeds 100 %.
        """
        shape = _BY_NAME[name]
        total = self.manufacturers(name, period.last_month)
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
        key = (name, period.last_month, print_no)
        found = self._people.get(key)
        if found is None:
            shape, month = _BY_NAME[name], period.last_month
            revised = self._revision("people", name, period, print_no)
            found = {code: self._jobs(shape, code, month, revised) for code in ALL_INDUSTRIES}
            self._people[key] = found
        return found

    def _jobs(self, shape: Shape, code: str, month: int, revised: float) -> int:
        firms = self.firms(shape.name, month)[code][1]
        services = 0.9 * shape.services / 100
        if code == "NONMFG":
            share, growth = services, 1.0
        elif self._answers(shape.name, code, month):
            share = (1 - services) * _shares(shape.name, "labour")[code]
            growth = 0.4 * (shape.growth + NATURE[code].growth)
        else:
            return 0
        if firms == 0:
            return 0
        quarters = (month - BASE.last_month) / 3
        shock = 0.004 * self._noise(f"people|{shape.name}|{code}", month // 3)
        people = _structure().employment * shape.employment * share
        people *= (1 + growth / 1000 * quarters) * (1 + shock) * revised
        for name, since, factor in EMPLOYMENT_STEPS:
            if name == shape.name and month >= since.months[0]:
                people *= factor
        return max(firms * 2, math.floor(people + 0.5))

    def women(self, name: str, period: Period, people: int) -> int:
        """Women among the employed."""
        sway = 0.004 * self._normal(f"women|{name}", period.last_month // 3)
        return min(people, math.floor(people * max(0.0, _BY_NAME[name].women / 100 + sway) + 0.5))

    # --- the survey's own figures ------------------------------------------------------------

    def survey(self, period: Period) -> tuple[int, int, tuple[float, float]]:
        """Firms asked, firms that answered, and the two coefficients of variation (percent)."""
        u = self._uniform(f"survey|{period}")
        asked = 4860 + math.floor(40 * u[0])
        answered = math.floor(asked * (0.72 + 0.05 * u[1]))
        return asked, answered, (round(8.4 + 1.6 * u[2], 1), round(11.2 + 2.0 * u[3], 1))
