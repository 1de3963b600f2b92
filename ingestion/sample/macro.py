"""The simulated nation as a whole: what the shares of the complexes are measured by.

Annual totals pass through the figures in print (DOMAIN §3, `ingestion/reference/`) in the print in
which they were published; where none was found the level is simulated (`?` in the tables). Months
come from the same benchmarking as the complexes' (`levels.py`). Every figure is one of a day: it is
None before its simulated publication and changes with each later print.

Calendar of the simulated publishers: surveys of mining and manufacturing (shipments and gross output)
in late November of the year after, final a year later; the production index
on the last day of the month after, revised a month later and each April; trade on the 15th of the
month after, some months revised a month later, all of a year final on 15 February after it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from .levels import (
    FIRST_MONTH,
    LAST_MONTH,
    Anchor,
    Noise,
    benchmark,
    calendar_factor,
    pulse,
    shared_out,
    whole,
)
from .periods import Period
from .workdays import days_of, is_business_day

#: Names that `NationalAccounts.changed_on` knows.
SERIES = (
    "manufacturing_shipments",
    "manufacturing_output",
    "mining_manufacturing_shipments",
    "production_index",
    "exports",
    "imports",
    "krw_per_usd",
)

FIRST_YEAR, LAST_YEAR = 2001, 2026

# Year | first print | final: 조원. `?` simulated; an empty final is the first print again.
_MINING_MANUFACTURING = """
2000|564.205|560.9
2001|586.105|
2002|?634.9|?635.6
2003|?676.1|674.8
2004|?792.4|790.9
2005|851.011|
2006|913.383|
2007|?950.2|946.808
2008|1121|?1118.6
2009|?1124.5|?1122.9
2010|?1332.1|1329.4
2011|?1498.0|1494.2
2012|1511.024|?1510.1
2013|1495.422|?1496.3
2014|1490.391|?1489.2
2015|?1433.4|?1432.2
2016|1418.5|?1417.6
2017|1516.4|1515.6
2018|1567.1|?1565.8
2019|?1545.5|?1544.1
2020|?1509.0|1507.3
2021|1769.1|?1770.4
2022|?2045.2|2043.9
2023|1992.1|1992.5
2024|2090.2|?2091.6
2025|?2152.4|?2150.9
2026|?2236.0|?2234.0
"""
#: Manufacturing alone where it is in print (first prints); elsewhere a simulated 99.7 to 99.9 %.
_MANUFACTURING = {2001: "584.355", 2016: "1415.3", 2023: "1988.5", 2024: "2086.9"}

# Year (or month) | first print | final: 억달러, customs basis. Preliminary figures are the sum of
# the year's months on the day on which December appears. 2025's and 2026's months as first told.
_EXPORTS = """
2001|1506.53|1504
2002|1628|1625
2003|1943|1938
2004|2542.2|2538
2005|2847|2844
2006|?3259.9|?3254.6
2007|?3717.8|?3714.9
2008|?4224|4220
2009|?3638|3635
2010|?4668|4664
2011|?5565|?5552
2012|?5482|5479
2013|?5600|5596
2014|?5731|?5727
2015|?5272|?5268
2016|?4955|?4954
2017|?5739|5737
2018|?6056|6054.7
2019|?5424|?5422
2020|?5128|?5125
2021|?6445|?6444
2022|?6839|6835.8
2023|?6327|?6322
2024|?6838|6836.1
2025|7097|7093.3
2025-01|492
2025-02|523
2025-03|581
2025-04|581
2025-05|573
2025-06|598
2025-07|607
2025-08|583
2025-09|659
2025-10|595
2025-11|610
2026-01|658.5
2026-02|674.5
2026-03|?712
"""
# Year and imports as a percentage of exports (simulated, of the real order of magnitude).
_IMPORTS = {
    2001: 93.8, 2002: 93.6, 2003: 92.3, 2004: 88.4, 2005: 91.9, 2006: 95.1, 2007: 96.1,
    2008: 103.1, 2009: 88.9, 2010: 91.2, 2011: 94.5, 2012: 94.8, 2013: 92.1, 2014: 91.8,
    2015: 82.9, 2016: 82.0, 2017: 83.4, 2018: 88.4, 2019: 92.8, 2020: 91.2, 2021: 95.5,
    2022: 107.0, 2023: 101.6, 2024: 92.4, 2025: 89.0, 2026: 86.5,
}  # fmt: skip
# Production index of manufacturing, annual means, 2020 = 100 (simulated but for the base).
_INDEX = {
    2001: 44.1, 2002: 47.6, 2003: 50.2, 2004: 55.5, 2005: 59.0, 2006: 64.0, 2007: 68.4, 2008: 70.7,
    2009: 70.6, 2010: 82.3, 2011: 87.2, 2012: 88.4, 2013: 89.0, 2014: 89.2, 2015: 89.0, 2016: 91.0,
    2017: 93.5, 2018: 94.9, 2019: 99.6, 2020: 100.0, 2021: 108.4, 2022: 110.0, 2023: 107.2,
    2024: 111.4, 2025: 113.0, 2026: 116.4,
}  # fmt: skip
# Won per US dollar, means of years and quarters: in print (Bank of Korea, see published_figures.csv)
# for 2001–2006, 2024 and 2025; else simulated.
_KRW = {
    "2001": 1291.0, "2002": 1250.7, "2003": 1191.9, "2004": 1143.7, "2005": 1024.1, "2006": 955.1,
    "2007": 929.0, "2008": 1102.0, "2009": 1276.0, "2010": 1156.0, "2011": 1108.0, "2012": 1127.0,
    "2013": 1095.0, "2014": 1053.0, "2015": 1131.0, "2016": 1160.0, "2017": 1130.0, "2018": 1100.0,
    "2019": 1166.0, "2020": 1180.0, "2021": 1144.0, "2022": 1292.0, "2023": 1305.0,
    "2024-Q1": 1329.4, "2024-Q2": 1371.24, "2024-Q3": 1358.35, "2024-Q4": 1398.75,
    "2025-Q1": 1452.91, "2025-Q2": 1401.0, "2025-Q3": 1386.0, "2025-Q4": 1452.6, "2026-Q1": 1455.0,
}  # fmt: skip
# Persons employed in manufacturing, thousand, annual means: in print for 2004–2010, else simulated.
_EMPLOYED = {
    2001: 4267, 2002: 4241, 2003: 4205, 2004: 4290, 2005: 4234, 2006: 4167, 2007: 4014, 2008: 3963,
    2009: 3836, 2010: 4028, 2011: 4091, 2012: 4105, 2013: 4184, 2014: 4330, 2015: 4486, 2016: 4481,
    2017: 4566, 2018: 4510, 2019: 4429, 2020: 4376, 2021: 4368, 2022: 4503, 2023: 4461, 2024: 4456,
    2025: 4390, 2026: 4372,
}  # fmt: skip

# HS chapter: weight in 2001 and in 2026 (simulated). Chapters 77 and 98 to 99 are not in use.
_HS_LEADING = {
    "85": (30.0, 33.5), "84": (15.5, 14.0), "87": (12.5, 13.0), "27": (5.5, 7.0), "39": (5.5, 5.4),
    "89": (6.0, 4.2), "72": (4.2, 3.8), "90": (2.5, 3.2), "29": (3.6, 3.0), "73": (1.6, 1.4),
    "33": (0.2, 1.3), "30": (0.3, 1.2), "38": (0.6, 1.3), "40": (1.2, 1.0), "71": (0.8, 0.9),
    "74": (0.5, 0.8), "76": (0.5, 0.8), "28": (0.3, 0.9), "88": (0.4, 0.5), "54": (2.4, 0.3),
    "60": (1.8, 0.3), "61": (1.4, 0.2), "62": (1.5, 0.2), "48": (1.0, 0.5), "59": (0.6, 0.3),
    "32": (0.5, 0.6), "70": (0.4, 0.5), "94": (0.4, 0.4), "82": (0.5, 0.4), "83": (0.4, 0.3),
    "03": (0.8, 0.4), "21": (0.2, 0.5), "19": (0.1, 0.4), "22": (0.2, 0.2), "24": (0.1, 0.2),
    "55": (1.2, 0.2), "41": (0.6, 0.1), "52": (0.6, 0.1), "56": (0.3, 0.2), "34": (0.2, 0.2),
    "68": (0.1, 0.2), "37": (0.3, 0.2), "95": (0.4, 0.1), "96": (0.3, 0.2), "35": (0.1, 0.2),
}  # fmt: skip
_HS_OTHERS = 0.03
HS_CHAPTERS = tuple(f"{n:02}" for n in range(1, 98) if n != 77)
# Province by the administrative code of the customs tables: weight in 2001 and in 2026 (simulated).
_PROVINCES = {
    "11": (11.0, 9.5), "26": (3.4, 2.2), "27": (2.2, 1.4), "28": (5.4, 8.2), "29": (2.6, 2.5),
    "30": (0.8, 0.8), "31": (13.5, 12.8), "36": (0.0, 0.2), "41": (22.0, 24.0), "42": (0.4, 0.4),
    "43": (3.6, 4.6), "44": (7.6, 14.5), "45": (2.4, 1.1), "46": (6.2, 6.4), "47": (12.4, 5.9),
    "48": (12.0, 6.0), "50": (0.05, 0.04),
}  # fmt: skip
PROVINCE_CODES = tuple(_PROVINCES)
#: Sejong was founded in July 2012: nothing before.
_SEJONG = 2012 * 12 + 6

_TRILLION = 10**6  # 조원 in 백만원
_HUNDRED_MILLION = 10**8  # 억달러 in US$


@dataclass(frozen=True)
class _Print:
    """One print of a figure: the day it appeared and its value."""

    published_at: date
    value: float


class NationalAccounts:
    """National denominators, simulated from the seed; every figure as of a day.

    All methods give None (or {}) for what had not appeared on `as_of`, and for years outside 2001
    to 2026 (2000 for the survey of mining and manufacturing).
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._noise = Noise(seed)

    # --- annual -----------------------------------------------------------------------------

    def mining_manufacturing_shipments_krw_m(self, year: int, as_of: date) -> float | None:
        """Shipments of mining and manufacturing, 백만원 (annual survey: provisional, then final)."""
        return _held(self._mining_manufacturing(year), as_of)

    def manufacturing_shipments_krw_m(self, year: int, as_of: date) -> float | None:
        """Shipments of manufacturing alone, 백만원, from the same survey."""
        return _held(self._manufacturing(year), as_of)

    def manufacturing_output_krw_m(self, year: int, as_of: date) -> float | None:
        """Gross output of manufacturing, 백만원, from the same survey: shipments and what was stocked."""
        return _held(self._output(year), as_of)

    def _mining_manufacturing(self, year: int) -> list[_Print]:
        if year not in _SURVEYS:
            return []
        first, final = _SURVEYS[year]
        return [_Print(_survey_day(year, 1), first), _Print(_survey_day(year, 2), final)]

    def _manufacturing(self, year: int) -> list[_Print]:
        both = self._mining_manufacturing(year)
        share = 0.997 + 0.002 * self._noise.uniform(f"macro|manufacturing|{year}")[0]
        if both and year in _MANUFACTURING:
            share = whole(_MANUFACTURING[year], _TRILLION) / both[0].value
        return [_Print(p.published_at, float(math.floor(p.value * share + 0.5))) for p in both]

    def _output(self, year: int) -> list[_Print]:
        shipments = self._manufacturing(year)
        if not shipments or year < FIRST_YEAR:
            return []
        u = self._noise.uniform(f"macro|output|{year}")
        value = shipments[-1].value * (1.035 + 0.01 * u[0])
        first = value * (1 + 0.008 * (u[1] - 0.5))
        return [
            _Print(told.published_at, float(math.floor(amount + 0.5)))
            for told, amount in zip(shipments, (first, value), strict=True)
        ]

    # --- monthly ----------------------------------------------------------------------------

    def production_index(self, year: int, month: int, as_of: date) -> float | None:
        """Index of manufacturing production, 2020 = 100, one decimal; not seasonally adjusted."""
        return _held(self._index_prints(_month(year, month)), as_of)

    def exports_usd(self, year: int, month: int, as_of: date) -> int | None:
        """The nation's exports on customs basis, US$."""
        value = _held(self._trade_prints("exports", _month(year, month)), as_of)
        return None if value is None else int(value)

    def imports_usd(self, year: int, month: int, as_of: date) -> int | None:
        """The nation's imports on customs basis, US$."""
        value = _held(self._trade_prints("imports", _month(year, month)), as_of)
        return None if value is None else int(value)

    def exports_usd_by_hs(self, year: int, month: int, as_of: date) -> dict[str, int]:
        """US$ by two-digit HS chapter (`01` to `97` without `77`), adding up to `exports_usd`."""
        total = self.exports_usd(year, month, as_of)
        if total is None:
            return {}
        at = _month(year, month)
        weights = [
            _between(_HS_LEADING.get(chapter, (_HS_OTHERS, _HS_OTHERS)), at)
            * max(0.3, 1 + 0.05 * self._noise.moving(f"macro|hs|{chapter}", at))
            for chapter in HS_CHAPTERS
        ]
        return dict(zip(HS_CHAPTERS, shared_out(total, weights), strict=True))

    def exports_usd_thousand_by_province(
        self, year: int, month: int, as_of: date
    ) -> dict[str, int]:
        """Thousand US$ by two-digit 시도 code (`11` 서울 …, `36` 세종 since 2012-07).

        They add up to `exports_usd`, rounded to thousands.
        """
        total = self.exports_usd(year, month, as_of)
        if total is None:
            return {}
        at = _month(year, month)
        codes = [code for code in PROVINCE_CODES if code != "36" or at >= _SEJONG]
        weights = [
            (0.12 if code == "36" else _between(_PROVINCES[code], at))
            * max(0.3, 1 + 0.03 * self._noise.moving(f"macro|province|{code}", at))
            for code in codes
        ]
        return dict(zip(codes, shared_out((total + 500) // 1000, weights), strict=True))

    def _index_prints(self, month: int) -> list[_Print]:
        if not self._known(month):
            return []
        final = self._index[month - FIRST_MONTH]
        u = self._noise.uniform(f"macro|index|{month}")
        # Tenths of a point; the revision of April brings the final figure.
        first = final + math.floor(9 * u[0]) - 4
        second = first if u[1] < 0.5 else first + (1 if u[2] < 0.5 else -1)
        april = date(month // 12 + 1, 4, 30)
        prints = [
            _Print(_end_of(month + 1), first / 10),
            _Print(_end_of(month + 2), second / 10),
            _Print(april, final / 10),
        ]
        return sorted(prints, key=lambda p: p.published_at)

    def _trade_prints(self, flow: str, month: int) -> list[_Print]:
        if not self._known(month):
            return []
        at = month - FIRST_MONTH
        prelim, final = self._trade[flow]
        days = [date(m // 12, m % 12 + 1, 15) for m in (month + 1, month + 2)]
        return [
            _Print(days[0], float(prelim[at])),
            _Print(days[1], float(prelim[at] + self._trade_step(flow, month))),
            _Print(date(month // 12 + 1, 2, 15), float(final[at])),
        ]

    def _trade_step(self, flow: str, month: int) -> int:
        """What the second print adds to some months; two neighbours cancel within the year."""
        year, number = divmod(month, 12)
        if number >= 10 or (flow == "exports" and year >= 2025):
            return 0  # the months of 2025 and 2026 are in print as they first came
        pair = number // 2
        u = self._noise.uniform(f"macro|trade step|{flow}|{year}|{pair}")
        if u[0] < 0.4:
            return 0
        base = self._trade[flow][0][year * 12 + 2 * pair - FIRST_MONTH]
        step = math.floor(base * (0.0005 + 0.002 * u[1]))
        return step if (number % 2 == 0) == (u[2] < 0.5) else -step

    @staticmethod
    def _known(month: int) -> bool:
        return FIRST_YEAR * 12 <= month <= LAST_MONTH

    @cached_property
    def _trade(self) -> dict[str, tuple[list[int], list[int]]]:
        """Exports and imports by month: as first published and final, US$."""
        firsts: list[Anchor] = []
        finals: dict[int, int] = {}
        for line in _EXPORTS.strip().splitlines():
            about, first, *final = line.split("|")
            months = _months_of(about)
            value = whole(first.removeprefix("?"), _HUNDRED_MILLION)
            firsts.append(Anchor(months[0], months[-1], value))
            if final:
                finals[int(about)] = whole(final[0].removeprefix("?"), _HUNDRED_MILLION)
        shape = [
            pulse(m, 0.6) * (1.015 if m % 3 == 2 else 0.9925) * self._shock("exports", m, 0.012)
            for m in range(FIRST_MONTH, LAST_MONTH + 1)
        ]
        exports = benchmark(shape, firsts, FIRST_MONTH)
        bought = [
            whole(
                f"{_sum_of(exports, year) * percent / 100 / _HUNDRED_MILLION:.1f}", _HUNDRED_MILLION
            )
            for year, percent in _IMPORTS.items()
        ]
        shape = [
            calendar_factor(m, 0.5) * self._shock("imports", m, 0.012)
            for m in range(FIRST_MONTH, LAST_MONTH + 1)
        ]
        imports = benchmark(
            shape,
            [
                Anchor(year * 12, year * 12 + 11, value)
                for year, value in zip(_IMPORTS, bought, strict=True)
            ],
            FIRST_MONTH,
        )
        found: dict[str, tuple[list[int], list[int]]] = {}
        for flow, path in (("exports", exports), ("imports", imports)):
            final_path = list(path)
            for year in range(FIRST_YEAR, LAST_YEAR + 1):
                at = year * 12 - FIRST_MONTH
                total = sum(path[at : at + 12])
                if flow == "exports":
                    total = finals.get(year, total)
                else:
                    total += math.floor(
                        total
                        * 0.001
                        * (self._noise.uniform(f"macro|final imports|{year}")[0] - 0.6)
                    )
                weights = [
                    value * (1 + 0.001 * self._noise.normal(f"macro|final|{flow}", year * 12 + n))
                    for n, value in enumerate(path[at : at + 12])
                ]
                final_path[at : at + 12] = shared_out(total, weights)
            found[flow] = (path, final_path)
        return found

    @cached_property
    def _index(self) -> list[int]:
        """The final index in tenths of a point; the months of 2020 have the mean 100 exactly."""
        shape = [
            pulse(m, 0.6) * self._shock("index", m, 0.006)
            for m in range(FIRST_MONTH, LAST_MONTH + 1)
        ]
        totals = [
            Anchor(year * 12, year * 12 + 11, math.floor(mean * 120 + 0.5))
            for year, mean in _INDEX.items()
        ]
        return benchmark(shape, totals, FIRST_MONTH)

    def _shock(self, name: str, month: int, size: float) -> float:
        return 1 + size * self._noise.moving(f"macro|{name}", month)

    # --- exchange rate ----------------------------------------------------------------------

    def krw_per_usd(self, day: date) -> float | None:
        """원/달러 on a business day, one decimal; None on others and outside 2001 to 2026."""
        month = day.year * 12 + day.month - 1
        if not self._known(month) or not is_business_day(day):
            return None
        rates = self._krw
        # A line through the months' middles, and a week's mood on top.
        at = month - FIRST_MONTH + (day.day - 15.5) / 31
        low = min(max(math.floor(at), 0), len(rates) - 2)
        level = rates[low] + (rates[low + 1] - rates[low]) * (at - low)
        mood = 0.0022 * self._noise.moving("macro|krw", day.toordinal())
        return round(level * (1 + mood) / 1000, 1)

    @cached_property
    def _krw(self) -> list[int]:
        """Monthly levels in thousandths of a won."""
        totals = []
        for about, mean in _KRW.items():
            months = _months_of(about)
            value = math.floor(mean * 1000 * len(months) + 0.5)
            totals.append(Anchor(months[0], months[-1], value))
        shape = [self._shock("krw months", m, 0.006) for m in range(FIRST_MONTH, LAST_MONTH + 1)]
        return benchmark(shape, totals, FIRST_MONTH)

    # --- for the reference figures ------------------------------------------------------------

    def shipments_krw_m_in(self, period: Period) -> float:
        """Manufacturing shipments of a month or quarter, 백만원: the final year, by month."""
        return float(sum(self._by_month[m - FIRST_MONTH] for m in period.months))

    def output_krw_m_in(self, period: Period) -> float:
        """Gross manufacturing output of a month or quarter, 백만원."""
        year = self._output(period.year)[-1].value / self._manufacturing(period.year)[-1].value
        return self.shipments_krw_m_in(period) * year

    def exports_usd_in(self, period: Period, as_of: date) -> int | None:
        """Exports of a month or quarter as known on a day, US$; None where a month is missing."""
        months = [self.exports_usd(m // 12, m % 12 + 1, as_of) for m in period.months]
        known = [value for value in months if value is not None]
        return sum(known) if len(known) == len(months) else None

    def manufacturing_employment_in(self, period: Period) -> int:
        """Persons employed in manufacturing at a period's end (labour force survey)."""
        return self._employed[period.last_month - FIRST_MONTH]

    def krw_per_usd_in(self, period: Period) -> float:
        """The mean of a period's business days."""
        days = [day for month in period.months for day in days_of(month)]
        rates = [rate for day in days if (rate := self.krw_per_usd(day)) is not None]
        return math.fsum(rates) / len(rates)

    @cached_property
    def _by_month(self) -> list[int]:
        shape = [
            pulse(m, 0.5) * self._shock("shipments", m, 0.006)
            for m in range(FIRST_MONTH, LAST_MONTH + 1)
        ]
        totals = [
            Anchor(year * 12, year * 12 + 11, int(self._manufacturing(year)[-1].value))
            for year in range(FIRST_YEAR, LAST_YEAR + 1)
        ]
        return benchmark(shape, totals, FIRST_MONTH)

    @cached_property
    def _employed(self) -> list[int]:
        shape = [self._shock("employed", m, 0.001) for m in range(FIRST_MONTH, LAST_MONTH + 1)]
        totals = [
            Anchor(year * 12, year * 12 + 11, thousand * 12_000)
            for year, thousand in _EMPLOYED.items()
        ]
        return benchmark(shape, totals, FIRST_MONTH)

    # --- vintages -----------------------------------------------------------------------------

    def changed_on(self, series: str, period: str, as_of: date) -> date:
        """The day on which the figure that holds on `as_of` was published (the vintage).

        A print that repeats the figure of the print before is no change.

        Args:
            series: one of `SERIES`.
            period: a year (`2024`), a month (`2024-03`) or, for krw_per_usd, a day (`2024-03-15`).
            as_of: the day on which somebody looks.

        Raises:
            LookupError: no such series or period, or nothing published by then.
        """
        prints = [p for p in self._prints(series, period) if p.published_at <= as_of]
        if not prints:
            raise LookupError(f"{series}, {period}: nothing published by {as_of}")
        held = prints[-1]
        for earlier in reversed(prints[:-1]):
            if earlier.value != held.value:
                break
            held = earlier
        return held.published_at

    def _prints(self, series: str, period: str) -> list[_Print]:
        annual = {
            "manufacturing_shipments": self._manufacturing,
            "manufacturing_output": self._output,
            "mining_manufacturing_shipments": self._mining_manufacturing,
        }
        try:
            if series in annual:
                return annual[series](int(period))
            if series == "production_index":
                return self._index_prints(Period.parse(period).last_month)
            if series in ("exports", "imports"):
                return self._trade_prints(series, Period.parse(period).last_month)
            if series == "krw_per_usd":
                day = date.fromisoformat(period)
                rate = self.krw_per_usd(day)
                return [] if rate is None else [_Print(day, rate)]
        except ValueError as error:
            raise LookupError(f"{series} has no figure of {period}") from error
        raise LookupError(f"no series {series}; there are {', '.join(SERIES)}")


def _held(prints: list[_Print], as_of: date) -> float | None:
    known = [p.value for p in prints if p.published_at <= as_of]
    return known[-1] if known else None


def _surveys() -> dict[int, tuple[float, float]]:
    found: dict[int, tuple[float, float]] = {}
    for line in _MINING_MANUFACTURING.strip().splitlines():
        year, first, final = line.split("|")
        texts = [text.removeprefix("?") for text in (first, final or first)]
        found[int(year)] = (float(whole(texts[0], _TRILLION)), float(whole(texts[1], _TRILLION)))
    return found


_SURVEYS = _surveys()


def _survey_day(year: int, later: int) -> date:
    """The last Wednesday of November, so many years after the year."""
    day = date(year + later, 11, 30)
    return day - timedelta(days=(day.weekday() - 2) % 7)


def _month(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(f"no month {month}")
    return year * 12 + month - 1


def _months_of(text: str) -> range:
    return (
        range(int(text) * 12, int(text) * 12 + 12) if len(text) == 4 else Period.parse(text).months
    )


def _sum_of(path: list[int], year: int) -> int:
    at = year * 12 - FIRST_MONTH
    return sum(path[at : at + 12])


def _end_of(month: int) -> date:
    return date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)


def _between(weights: tuple[float, float], month: int) -> float:
    """A weight on the line from January 2001 to December 2026."""
    passed = (month - FIRST_YEAR * 12) / (LAST_MONTH - FIRST_YEAR * 12)
    return weights[0] + (weights[1] - weights[0]) * passed


@lru_cache(maxsize=8)
def national_accounts(seed: int) -> NationalAccounts:
    """The accounts of a seed, computed once."""
    return NationalAccounts(seed)
