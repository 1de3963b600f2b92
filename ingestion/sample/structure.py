"""The invented structure of the simulated nation: rough sizes of the complexes.

Every number here is made up. The sizes are plausible in their order (a petrochemical complex
produces much with few people, a digital one houses thousands of small firms) and are not the
publisher's figures. The names, their order and their spelling are those of the real workbook.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        growth: trend, per mille a quarter.
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
서울|27|1.0|138|14600|91|24|33|64|s|6|E48 X14 M12 O8 S5 P4 W3 F3 T2 N1
녹산|20|0.9|27|1540|82|37|20|15|m|3|M36 E22 T14 S12 P6 X4 F3 W2 N1
대구|9|1.4|7|300|72|27|15|15|m|9|E68 T18 M8 S3 P2 N1
남동|48|0.5|88|7700|95|63|24|5|s|2|M34 E24 P16 S13 T6 W3 F2 O2
부평|5|0.9|12|1790|98|36|33|21|s|-2|E32 M24 F14 P13 X9 W4 T2 O1 S1
주안|9|0.9|14|1430|98|32|30|20|s|1|E46 M26 T12 P6 S5 O2 F1 X1 N1
광주첨단|10|1.0|20|2450|87|46|32|60|s|4|E66 M20 T10 P2 S1 N1
빛그린|0.6|0.2|2|150|70|43|10|38|m|9|T38 E30 P18 M10 W4
온산|110|0.7|15|395|63|10|7|12|l|3|P58 S30 T7 W2 M1 E1 N1
울산ㆍ미포|262|1.1|98|900|86|20|8|18|l|3|P47 T41 S5 M3 E2 N1 F1
반월|53|0.6|100|8300|92|58|24|9|s|1|M27 E26 P20 T10 S9 X4 W2 O1 F1
용인첨단시스템반도체|0|0|0|3|0|0|0|0|m|0|E100
시화|46|0.5|96|11400|93|66|22|7|s|1|M43 E20 S12 P11 T7 W3 F2 O1 X1
시화MTV|8|0.5|15|1150|90|48|25|22|s|5|E38 M36 P12 S7 T5 W1 F1
송산그린시티|0.02|0.1|0.05|90|2|1|20|3|s|4|M60 E40
파주탄현|0.12|0.2|0.3|50|92|23|22|2|s|0|P60 M20 T8 E4 F4 W2 S2
동두천|0.06|0.1|0.07|4|75|0|30|0|s|0|X60 E40
북평|0.09|0.1|0.9|58|60|70|12|14|s|-2|M66 F20 E8 N4 O2
오송생명과학|5.6|0.5|8|120|68|12|33|22|m|6|P72 F16 E8 M4
석문|2.1|0.4|3.4|150|62|8|9|10|m|8|S42 M24 P20 T9 E5
아산|27|0.8|16|340|78|14|11|12|l|1|T52 S22 P14 E6 M4 F2
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
구미|66|1.5|93|2350|84|34|28|14|m|0|E74 M9 P8 X3 S2 N2 T2
구미(외)|2.9|2.0|3.6|28|82|10|15|0|m|-1|E54 P26 N14 T6
포항|22|0.6|12|106|88|9|4|14|l|-1|S88 P6 N4 M2
포항블루밸리|0.1|0.1|0.35|39|49|25|10|23|m|7|N52 E26 M14 S8
경남항공|0.09|0.3|0.06|5|40|0|12|0|m|0|T100
밀양나노|1.5|0.8|0.7|16|50|25|25|25|m|9|F92 P4 M2 E2
안정|0.9|0|1.4|12|92|8|7|16|l|2|T92 M8
진해|0.14|0.6|0.2|4|100|0|6|0|l|0|T100
창원|86|0.9|119|3250|87|35|15|19|m|3|M36 T29 E21 S11 P1 F1 O1
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
}

#: Changes of a handful's firms: complex, industry, from, until (None = still), tenants, operating.
#: 밀양나노 falls to five surveyed firms in one quarter only: suppressed there, visible elsewhere.
HANDFUL_CHANGES: tuple[tuple[str, str, Period, Period | None, int, int], ...] = (
    ("밀양나노", "PETROCHEM", Period(2025, "Q", 2), Period(2025, "Q", 2), 0, -2),
    ("송산그린시티", "MACHINERY", Period(2025, "Q", 3), None, 6, 1),
    ("송산그린시티", "ELECTRIC", Period(2026, "Q", 1), None, 4, 1),
    ("포항블루밸리", "ELECTRIC", Period(2025, "Q", 1), None, 1, 1),
    ("안정", "TRANSPORT", Period(2024, "Q", 4), None, 0, -1),
)

#: True outliers that a check may question and that are no error: complex, first period, factor.
EMPLOYMENT_STEPS: tuple[tuple[str, Period, float], ...] = (("대불", Period(2025, "Q", 3), 1.142),)

#: Levels of the nation at the base date (invented, of the real order of magnitude): production
#: in 억원 and exports in 백만달러 a quarter, employment in persons.
BASE = Period(2026, "Q", 1)
BASE_PRODUCTION = 1_702_000.0
BASE_EXPORTS = 49_300.0
BASE_EMPLOYMENT = 968_000.0

#: By month: production runs low around the lunar new year and high at the year's end.
SEASON = (0.985, 0.945, 1.025, 1.0, 1.0, 1.01, 1.0, 0.985, 0.995, 1.01, 1.015, 1.03)


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


#: The forty complexes in the order of the real workbook.
SHAPES: tuple[Shape, ...] = tuple(_shape(line) for line in _SHAPES.strip().splitlines())
