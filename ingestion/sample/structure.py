"""The invented structure of the simulated nation: sizes of the complexes, and when they are covered.

Every number here is made up. The sizes are plausible in their order (a petrochemical complex
produces much with few people, a digital one houses thousands of small firms) and are not the
publisher's figures. The names, their order and their spelling are those of the real workbook and of
its survey notes. Dates of coverage are the registry's where it has them; the others are simulated
(marked `~`) and chosen so that the number of complexes is the one in print: 25 in 2001 and 2002,
29 in August 2003, 30 in 2004, 29 in December 2005, 30 in 2006, 36 in 2008, 40 in 2010, 38 in 2020.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

from .periods import Period

_LETTERS = {
    "F": "FOOD",
    "X": "TEXTILE",
    "W": "WOOD_PAPER",
    "P": "PETROCHEM",
    "N": "NONMETAL",
    "S": "STEEL",
    "M": "MACHINERY",
    "E": "ELECTRIC",
    "T": "TRANSPORT",
    "O": "OTHER_MFG",
    "V": "NONMFG",
}


@dataclass(frozen=True)
class Shape:
    """The invented size and nature of one complex.

    Attributes:
        production: weight in the nation's production.
        export: how much more of its output than its industries' average it exports.
        employment: weight in the nation's employment.
        tenants: firms at the base date; of them `operating` % operate, `lessee` % rent,
            `services` % are not manufacturers.
        women: share of women among the employed, %.
        scale: firm-size profile: s(mall), m(iddle), l(arge) firms.
        growth: trend of its share in the nation, per mille a quarter at the base date.
        mix: shares of industries in production.
        firms: for complexes with a handful of firms: tenants and operating firms by industry.
    """

    name: str
    production: float
    export: float
    employment: float
    tenants: int
    operating: int
    lessee: int
    women: int
    services: int
    scale: str
    growth: float
    mix: dict[str, float]
    firms: dict[str, tuple[int, int]] | None = None


# name | production | export | employment | tenants | operating % | lessee % | women % |
# services % | scale | growth | mix (letters of _LETTERS)
_SHAPES = """
서울|27|1.0|138|15760|93|24|33|64|s|6|E48 X14 M12 O8 S5 P4 W3 F3 T2 N1
녹산|20|0.9|27|1660|82|37|20|15|m|3|M36 E22 T14 S12 P6 X4 F3 W2 N1
신호|6|0.8|5|240|90|30|16|8|m|0|T52 M20 S14 P8 E6
부산과학|1.6|0.8|2.4|110|88|25|17|10|m|2|M40 T30 E20 S10
화전|2.6|0.7|3.6|250|86|22|14|9|m|4|M34 S30 T22 E8 P6
강서보고(일)|0.5|0.4|0.8|60|80|15|15|8|s|2|M46 S30 T24
모라도시첨단|0.5|0.4|1.6|140|92|45|28|20|s|1|E40 M30 T20 O10
기룡(일)|0.2|0.3|0.3|14|86|10|15|8|s|1|M60 T40
기룡2(일)|0.3|0.3|0.4|17|82|10|14|7|s|3|M50 T30 S20
장안(일)|1.4|0.6|1.8|62|84|10|13|5|m|4|T62 M28 P10
정관(일)|1.1|0.4|2.2|150|90|18|17|6|s|2|M42 T22 P18 E18
정관(농)|0.3|0.3|0.5|36|92|15|24|6|s|0|M34 F30 P20 E16
대구|9|1.4|7|300|72|27|15|15|m|9|E68 T18 M8 S3 P2 N1
남동|48|0.5|88|8310|96|63|24|5|s|2|M34 E24 P16 S13 T6 W3 F2 O2
부평|5|0.9|12|1930|98|36|33|21|s|-2|E32 M24 F14 P13 X9 W4 T2 O1 S1
주안|9|0.9|14|1540|98|32|30|20|s|1|E46 M26 T12 P6 S5 O2 F1 X1 N1
광주첨단|10|1.0|20|2640|88|46|32|60|s|4|E66 M20 T10 P2 S1 N1
빛그린|0.6|0.2|2|150|70|43|10|38|m|9|T38 E30 P18 M10 W4
온산|110|0.7|15|395|63|10|7|12|l|3|P58 S30 T7 W2 M1 E1 N1
울산ㆍ미포|262|1.1|98|900|86|20|8|18|l|3|P47 T41 S5 M3 E2 N1 F1
반월|53|0.6|100|8960|94|58|24|9|s|1|M27 E26 P20 T10 S9 X4 W2 O1 F1
용인첨단시스템반도체|0|0|0|3|0|0|0|0|m|0|E100
시화|46|0.5|96|12310|95|66|22|7|s|1|M43 E20 S12 P11 T7 W3 F2 O1 X1
시화MTV|8|0.5|15|1240|92|48|25|22|s|5|E38 M36 P12 S7 T5 W1 F1
송산그린시티|0.02|0.1|0.05|90|2|1|20|3|s|4|M60 E40
파주탄현|0.12|0.2|0.3|50|92|23|22|2|s|0|P60 M20 T8 E4 F4 W2 S2
파주출판|1.0|0.1|8|330|92|35|45|40|s|2|W88 E6 O6
동두천|0.06|0.1|0.07|4|75|0|30|0|s|0|X60 E40
북평|0.09|0.1|0.9|58|60|70|12|14|s|-2|M66 F20 E8 N4 O2
문막(외)|0.2|1.1|0.1|3|100|33|20|0|m|2|E70 M30
오송생명과학|5.6|0.5|8|120|68|12|33|22|m|6|P72 F16 E8 M4
오송제2생명과학(일)|0.3|0.4|0.5|28|60|10|35|18|m|6|P74 E26
진천산수(외)|0.3|1.1|0.2|3|100|33|18|0|m|2|M60 E40
석문|2.1|0.4|3.4|150|62|8|9|10|m|8|S42 M24 P20 T9 E5
아산|27|0.8|16|340|78|14|11|12|l|1|T52 S22 P14 E6 M4 F2
아산제2테크노밸리(일)|1.6|0.7|2.0|74|82|12|16|6|m|5|T44 E28 M28
아산탕정(외)|5.2|1.6|2.4|9|100|20|16|0|l|2|N78 E22
천안5(외)|1.2|1.3|0.9|26|88|40|20|0|m|4|E58 P22 T20
송산2(외)|0.3|1.2|0.2|3|67|33|12|0|m|2|P100
장항생태|0.7|0.2|1|46|64|6|17|8|m|5|F40 W24 M20 N16
국가식품클러스터|0.8|0.2|2|112|80|34|38|9|s|6|F94 O4 P2
국가식품클러스터(외)|0.03|0.5|0.04|2|100|50|45|0|s|0|F100
군산|5.8|0.6|9|262|76|20|10|12|m|1|T30 P28 S22 F12 M8
군산2|6.4|0.5|11|610|58|16|9|11|m|4|S24 P24 T20 M14 E10 W8
익산|3.1|0.6|6|340|80|28|24|14|m|0|P28 E24 F14 N12 T12 X10
광양|31|0.6|19|140|82|8|4|26|l|-1|S82 P10 N4 M4
대불|3.3|0.8|12|360|85|32|8|8|m|3|T72 M16 S12
대불(외)|0.4|0.5|1.4|36|84|40|9|4|m|1|T58 M30 P12
여수|124|1.0|25|320|72|8|5|30|l|-1|P97 M1 N1 S1
구미|66|1.5|93|2530|86|34|28|14|m|0|E74 M9 P8 X3 S2 N2 T2
구미(외)|2.9|2.0|3.6|28|82|10|15|0|m|-1|E54 P26 N14 T6
포항|22|0.6|12|106|88|9|4|14|l|-1|S88 P6 N4 M2
포항블루밸리|0.1|0.1|0.35|39|49|25|10|23|m|7|N52 E26 M14 S8
경남항공|0.09|0.3|0.06|5|40|0|12|0|m|0|T100
밀양나노|1.5|0.8|0.7|16|50|25|25|25|m|9|F92 P4 M2 E2
안정|0.9|0|1.4|12|92|8|7|16|l|2|T92 M8
진해|0.14|0.6|0.2|4|100|0|6|0|l|0|T100
사천제1(일)|2.6|0.9|2.2|70|86|18|14|8|m|2|T72 M20 E8
사천제2(일)|2.2|0.8|2.0|64|84|18|14|8|m|3|T64 M26 W10
창원|86|0.9|119|3510|89|35|15|19|m|3|M36 T29 E21 S11 P1 F1 O1
"""

# Firms by industry where there is only a handful: letter, tenants/operating.
_HANDFUL = {
    "용인첨단시스템반도체": "E3/0",
    "송산그린시티": "M58/1 E22/0 T13/0",
    "동두천": "X2/2 E2/1",
    "국가식품클러스터(외)": "F2/2",
    "포항블루밸리": "P2/0 N3/2 S6/2 M9/4 E10/5 V9/6",
    "경남항공": "T4/2 M1/0",
    "밀양나노": "F2/1 P5/3 M2/2 E2/1 O1/0 V4/1",
    "안정": "M3/3 T7/6 V2/2",
    "진해": "T4/4",
    "문막(외)": "E2/2 M1/1",
    "진천산수(외)": "M2/2 E1/1",
    "송산2(외)": "P3/2",
    "아산탕정(외)": "N6/6 E3/3",
}

#: Changes of a handful's firms: complex, industry, from, until (None = still), tenants, operating.
#: 밀양나노 falls to five surveyed firms in one quarter only: suppressed there, visible elsewhere.
HANDFUL_CHANGES: tuple[tuple[str, str, Period, Period | None, int, int], ...] = (
    ("밀양나노", "PETROCHEM", Period(2025, "Q", 2), Period(2025, "Q", 2), 0, -2),
    ("송산그린시티", "MACHINERY", Period(2025, "Q", 3), None, 6, 1),
    ("송산그린시티", "ELECTRIC", Period(2026, "Q", 1), None, 4, 1),
    ("포항블루밸리", "ELECTRIC", Period(2025, "Q", 1), None, 1, 1),
    ("안정", "TRANSPORT", Period(2024, "Q", 4), None, 0, -1),
    ("안정", "TRANSPORT", Period(2010, "M", 3), Period(2010, "M", 5), -4, -4),
    ("포항블루밸리", "STEEL", Period(2010, "M", 1), Period(2017, "M", 3), -4, -1),
    ("포항블루밸리", "MACHINERY", Period(2010, "M", 1), Period(2018, "M", 9), -6, -3),
    ("포항블루밸리", "ELECTRIC", Period(2010, "M", 1), Period(2019, "M", 6), -7, -4),
    ("밀양나노", "PETROCHEM", Period(2018, "M", 10), Period(2020, "M", 12), -2, -2),
    ("밀양나노", "MACHINERY", Period(2018, "M", 10), Period(2021, "M", 8), -1, -1),
    ("밀양나노", "MACHINERY", Period(2022, "M", 2), Period(2022, "M", 4), -2, -2),
    ("밀양나노", "PETROCHEM", Period(2022, "M", 2), Period(2022, "M", 4), -1, -1),
)

#: True outliers that a check may question and that are no error: complex, first period, factor.
EMPLOYMENT_STEPS: tuple[tuple[str, Period, float], ...] = (("대불", Period(2025, "Q", 3), 1.142),)

#: The date to which sizes and trends refer.
BASE = Period(2026, "Q", 1)


@dataclass(frozen=True)
class Nature:
    """The invented nature of an industry.

    `export` share of output sold abroad, `labour` people per output, `firms` number of firms per
    output, `utilization` usual operating rate, `growth` per mille a quarter.
    """

    export: float
    labour: float
    firms: float
    utilization: float
    growth: float


NATURE: dict[str, Nature] = {
    "FOOD": Nature(0.12, 1.5, 1.0, 0.80, 4),
    "TEXTILE": Nature(0.32, 2.2, 1.6, 0.70, -6),
    "WOOD_PAPER": Nature(0.14, 1.2, 1.3, 0.76, -2),
    "PETROCHEM": Nature(0.36, 0.35, 0.6, 0.85, -2),
    "NONMETAL": Nature(0.16, 1.1, 0.7, 0.72, -4),
    "STEEL": Nature(0.28, 0.6, 0.7, 0.83, -3),
    "MACHINERY": Nature(0.31, 1.6, 3.0, 0.77, 3),
    "ELECTRIC": Nature(0.52, 1.2, 1.6, 0.74, 6),
    "TRANSPORT": Nature(0.57, 1.1, 0.7, 0.88, 4),
    "OTHER_MFG": Nature(0.22, 1.5, 1.8, 0.73, 0),
}

#: Per scale: shares of firms with 50–299 and with 300 and more people.
SIZE_SHARES = {"s": (0.035, 0.0015), "m": (0.07, 0.012), "l": (0.2, 0.05)}
#: Per scale: weights of the three size classes in capacity.
SIZE_CAPACITY = {"s": (48.0, 34.0, 18.0), "m": (24.0, 31.0, 45.0), "l": (6.0, 19.0, 75.0)}
#: How far idle capacity of a size class lies from the complex's (small firms idle more).
SIZE_IDLENESS = (1.35, 1.0, 0.8)


def _mix(text: str) -> dict[str, float]:
    return {_LETTERS[item[0]]: float(item[1:]) for item in text.split()}


def _handful(text: str) -> dict[str, tuple[int, int]]:
    pairs = ((item[0], item[1:].split("/")) for item in text.split())
    return {_LETTERS[letter]: (int(both[0]), int(both[1])) for letter, both in pairs}


def _shape(line: str) -> Shape:
    f = line.split("|")
    firms = _handful(_HANDFUL[f[0]]) if f[0] in _HANDFUL else None
    counts = (int(f[4]), int(f[5]), int(f[6]), int(f[7]), int(f[8]))
    return Shape(
        f[0], float(f[1]), float(f[2]), float(f[3]), *counts, f[9], float(f[10]), _mix(f[11]), firms
    )


#: Every complex that is ever covered, in the order of the real workbook (those that have left
#: stand with their province).
SHAPES: tuple[Shape, ...] = tuple(_shape(line) for line in _SHAPES.strip().splitlines())


# --- coverage --------------------------------------------------------------------------------

# name | first period | last period; `~` before a date: simulated, because no source gives one (for
# seven of them the registry knows only that they were gone by 2025-Q3). No line: covered throughout.
_COVERED = """
안정||~2005-10
안정|~2006-03|
구미(외)|~2003-01|
대불(외)|~2003-01|
기룡(일)|~2003-04|2016-09
정관(일)|~2003-07|2016-09
모라도시첨단|~2004-01|2017-09
장안(일)|~2007-01|2016-09
기룡2(일)|~2007-07|2016-09
화전|~2008-01|2017-09
오송생명과학|~2008-01|
석문|~2008-01|
시화MTV|~2008-01|
장항생태|~2010-01|
빛그린|~2010-01|
포항블루밸리|~2010-01|
경남항공|~2010-01|
정관(농)||2016-09
대구|2016-08|
국가식품클러스터|2016-08|
아산제2테크노밸리(일)|2016-08|2021-05
오송제2생명과학(일)|2016-08|~2020-08
문막(외)|2016-08|~2018-12
진천산수(외)|2016-08|~2018-12
송산2(외)|2016-08|~2018-12
포항|2016-10|
진해|2016-10|
광양|2016-10|
강서보고(일)|2016-10|2017-09
천안5(외)|2016-10|~2018-12
부산과학||2017-09
신호||2017-09
사천제1(일)|2017-10|~2020-08
사천제2(일)|2017-10|~2020-08
국가식품클러스터(외)|~2018-10|
밀양나노|~2018-10|
파주출판||2020-09
아산탕정(외)|2021-10|~2023-06
동두천|2022-06|
송산그린시티|2025-Q1|
용인첨단시스템반도체|2025-Q4|
"""

#: Complexes that were being built when they came in: they grow into their size over four years.
GROWING = frozenset(
    {
        "석문",
        "시화MTV",
        "장항생태",
        "빛그린",
        "포항블루밸리",
        "대구",
        "국가식품클러스터",
        "밀양나노",
    }
)
GROWING_MONTHS = 48


@dataclass(frozen=True)
class Span:
    """A time in which a complex is covered; None: from before, or until after the simulation.

    `first_simulated` and `last_simulated` say that the date is no published one.
    """

    name: str
    first: Period | None
    last: Period | None
    first_simulated: bool
    last_simulated: bool

    def holds(self, month: int) -> bool:
        """Whether the complex is covered in a month, counted from the year 0."""
        started = self.first is None or self.first.months[0] <= month
        return started and (self.last is None or month <= self.last.last_month)


def _span(line: str) -> Span:
    name, first, last = line.split("|")
    dates = [Period.parse(text.removeprefix("~")) if text else None for text in (first, last)]
    return Span(name, dates[0], dates[1], first.startswith("~"), last.startswith("~"))


#: The dated spans of coverage; a complex without one is covered throughout.
SPANS: tuple[Span, ...] = tuple(_span(line) for line in _COVERED.strip().splitlines())
_SPANS_BY_NAME = {
    shape.name: tuple(span for span in SPANS if span.name == shape.name) for shape in SHAPES
}


@cache
def covered(month: int) -> tuple[Shape, ...]:
    """The complexes covered in a month (counted from the year 0), in the publisher's order."""
    return tuple(
        shape
        for shape in SHAPES
        if not (spans := _SPANS_BY_NAME[shape.name]) or any(span.holds(month) for span in spans)
    )


@cache
def size_at(name: str, month: int) -> float:
    """How far a complex under construction has grown: from 0.15 at its entry to 1."""
    spans = _SPANS_BY_NAME[name]
    if name not in GROWING or spans[0].first is None:
        return 1.0
    return min(1.0, max(0.15, 0.15 + 0.85 * (month - spans[0].first.months[0]) / GROWING_MONTHS))


# --- breaks in method ------------------------------------------------------------------------

#: Since then landlords are no longer counted among tenants and operating firms.
LANDLORDS_REMOVED = Period(2014, "M", 10)
#: Landlords per lessee before that.
LANDLORDS = 0.09
#: Sample replaced and firms reclassified: figures shift from one month to the next.
SAMPLE_REPLACED = (Period(2018, "M", 10), Period(2020, "M", 9))
#: How far the first of them moves a complex's figures, at most.
SAMPLE_SHIFT = 0.05
# Complex, until before which break, industry now, industry before, percent of its output. The notes
# do not say at which of the two dates 창원's largest machine builder moved to 철강: here most at
# the first and the rest at the second.
_RECLASSIFIED = (
    ("창원", SAMPLE_REPLACED[0], "STEEL", "MACHINERY", 6.0),
    ("창원", SAMPLE_REPLACED[1], "STEEL", "MACHINERY", 3.0),
    ("반월", SAMPLE_REPLACED[0], "MACHINERY", "ELECTRIC", 2.0),
    ("남동", SAMPLE_REPLACED[1], "PETROCHEM", "MACHINERY", 2.0),
    ("시화", SAMPLE_REPLACED[1], "STEEL", "MACHINERY", 1.5),
)


@cache
def sample_era(month: int) -> int:
    """Which sample was asked in a month: 0, 1 or 2 (the present one)."""
    return sum(month >= replaced.months[0] for replaced in SAMPLE_REPLACED)


@cache
def mix_in(name: str, era: int) -> dict[str, float]:
    """Shares of industries in a complex's production as the sample of that era classified them."""
    mix = dict(next(shape for shape in SHAPES if shape.name == name).mix)
    for complex_name, replaced, now, before, percent in _RECLASSIFIED:
        if complex_name == name and era <= SAMPLE_REPLACED.index(replaced):
            mix[now] = mix.get(now, 0.0) - percent
            mix[before] = mix.get(before, 0.0) + percent
    return mix


@cache
def shares(name: str, kind: Literal["output", "labour", "firms"], era: int) -> dict[str, float]:
    """A complex's shares by industry in output, jobs or firms; they add up to 1."""
    mix = mix_in(name, era)
    if kind == "output":
        weights = dict(mix)
    elif kind == "labour":
        weights = {c: math.sqrt(w) * w * NATURE[c].labour / 4 for c, w in mix.items()}
    else:
        weights = {c: math.sqrt(w) * NATURE[c].firms for c, w in mix.items()}
    whole = math.fsum(weights.values())
    return {code: weights[code] / whole for code in NATURE if code in weights}


def trend(per_mille: float, month: int) -> float:
    """A level relative to the base date, at so many per mille a quarter; never below zero."""
    change = per_mille / 1000 * (month - BASE.last_month) / 3
    return 1 + change if change >= 0 else 1 / (1 - change)
