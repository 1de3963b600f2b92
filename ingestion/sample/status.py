"""A simulated 전국산업단지현황통계 in the publisher's own form: names' hierarchy, sheets, traps.

The names of the national complexes and how they hang together are facts; every figure is invented,
and so are all other complexes. Figures depend on seed, complex and quarter alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from .grid import SheetGrid, Value, WorkbookGrid
from .layout import NBSP, SIMULATED_NOTE
from .periods import Period
from .publication import SampleRegistry
from .structure import SHAPES
from .writer import Mutation, write_grid, write_meta

#: Days from the quarter's end to the publication (the real file of 2025-Q3: 65).
STATUS_LAG = 65
MOST_COMPLEXES = 1350

PROVINCES = (
    "서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "경기", "강원", "충북", "충남",
    "전북", "전남", "경북", "경남", "제주",
)  # fmt: skip
TYPES = ("국가", "일반", "도시첨단", "농공")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨"

# indent | 시도 | 시군 | name | 조성상태 | invented area, 천㎡ | 산업동향 name, or tenants
_NATIONAL = """
0|서울|구로구|한국수출산업|완료|0|0
1|서울|구로구|서울디지털|완료|1900|서울
0|부산|강서구|명지·녹산|완료|0|0
1|부산|강서구|녹산지구(산업단지)|완료|7100|녹산
1|부산|강서구|명지지구|완료|1800|0
0|대구|달성군|대구국가|조성중|8400|대구
0|인천|남동구|남동[재생사업지구]|완료|9500|남동
0|인천|부평구|한국수출산업|완료|0|0
1|인천|부평구|부평|완료|620|부평
1|인천|서구|주안|완료|1150|주안
0|광주|북구|광주첨단과학|완료|0|0
1|광주|북구|광주첨단과학(1단계)|완료|7700|광주첨단
1|광주|북구|광주첨단과학(2단계)|완료|2100|0
0|광주|광산구|빛그린|완료|0|0
1|광주|광산구|빛그린(광주광역시 구역)|완료|1800|빛그린
0|울산|남구|울산ㆍ미포|조성중|47000|울산ㆍ미포
0|울산|울주군|온산|조성중|25000|온산
0|경기|안산시|반월특수지역|조성중|0|0
1|경기|시흥시|시화|조성중|68000|시화
1|경기|시흥시|시화MTV|조성중|9900|시화MTV
1|경기|안산시|반월특수(안산신도시)[재생사업지구]|완료|15200|반월
1|경기|화성시|송산그린시티|조성중|54000|송산그린시티
0|경기|평택시|아산국가|조성중|0|0
1|경기|평택시|원정지구|완료|8400|0
1|경기|평택시|포승지구|완료|8000|255
1|경기|화성시|우정지구|조성중|3400|1
0|경기|파주시|파주탄현|완료|80|파주탄현
0|강원|동해시|북평국가|완료|0|0
1|강원|동해시|북평|완료|4000|북평
1|강원|동해시|동해(자유무역)|완료|250|26
0|충북|청주시|오송생명과학|완료|4700|오송생명과학
0|충남|당진시|아산국가|완료|0|0
1|충남|당진시|고대지구|완료|3000|13
1|충남|당진시|부곡지구|완료|3100|124
0|충남|당진시|석문|완료|11900|석문
0|전북|군산시|군산|완료|13500|군산
0|전북|군산시|군산2(구 군장지구)|완료|0|0
1|전북|군산시|군산2국가산업단지(구 군장)|완료|50000|군산2
1|전북|군산시|군산(자유무역)|완료|1200|55
0|전북|익산시|익산[재생사업지구]|완료|1300|익산
0|전북|익산시|국가식품클러스터|완료|0|0
1|전북|익산시|국가식품클러스터(산업단지)|완료|2200|국가식품클러스터
1|전북|익산시|국가식품클러스터(중소협력외국인)|완료|110|국가식품클러스터(외)
0|전남|여수시|여수|조성중|50500|여수
0|전남|영암군|대불국가산업단지|완료|0|0
1|전남|영암군|대불(산업)|완료|17100|대불
1|전남|영암군|대불(외국인)|완료|1150|대불(외)
1|전남|영암군|대불(자유무역)|완료|1800|28
1|전남|영암군|대불(주거단지)|완료|1750|0
0|전남|함평군|빛그린|조성중|0|0
1|전남|함평군|빛그린(전라남도 구역)|조성중|2200|36
0|전남|광양시|광양국가|조성중|95000|광양
0|경북|구미시|구미국가(1단지)[재생사업지구]|완료|10000|구미
0|경북|구미시|구미국가(2-4단지)|조성중|0|0
1|경북|구미시|구미국가(2-3단지)|완료|7300|0
1|경북|구미시|구미국가(4단지)|완료|0|0
2|경북|구미시|구미4(산업)|완료|5100|0
2|경북|구미시|구미4(구미외국인)|완료|1550|구미(외)
1|경북|구미시|구미(확장단지)|조성중|2400|0
0|경북|포항시|포항국가|조성중|28500|포항
0|경남|창원시 진해구|명지·녹산|완료|0|0
1|경남|창원시 진해구|녹산지구(주거단지)|완료|1650|0
0|경남|창원시|창원[재생사업지구:부분]|조성중|35500|창원
0|경남|사천시|경남항공|조성중|0|0
1|경남|사천시|경남항공(사천지구)|조성중|820|0
1|경남|진주시|경남항공(진주지구)|조성중|830|경남항공
0|제주|제주시|제주첨단과학기술|완료|1080|190
"""
#: Rows of the national list that are a complex of the trend statistic one to one, by the names
#: from the top down. (아산, 빛그린 and 구미 are more than one row.)
_LINKS = {
    "한국수출산업 > 서울디지털": "서울", "명지·녹산 > 녹산지구(산업단지)": "녹산", "대구국가": "대구",
    "남동": "남동", "한국수출산업 > 부평": "부평", "한국수출산업 > 주안": "주안",
    "광주첨단과학": "광주첨단", "울산ㆍ미포": "울산ㆍ미포", "온산": "온산",
    "반월특수지역 > 시화": "시화", "반월특수지역 > 시화MTV": "시화MTV",
    "반월특수지역 > 반월특수(안산신도시)": "반월", "반월특수지역 > 송산그린시티": "송산그린시티",
    "파주탄현": "파주탄현", "북평국가 > 북평": "북평", "오송생명과학": "오송생명과학", "석문": "석문",
    "군산": "군산", "군산2 > 군산2국가산업단지": "군산2", "익산": "익산",
    "국가식품클러스터 > 국가식품클러스터(산업단지)": "국가식품클러스터",
    "국가식품클러스터 > 국가식품클러스터(중소협력외국인)": "국가식품클러스터(외)", "여수": "여수",
    "대불국가산업단지 > 대불(산업)": "대불", "대불국가산업단지 > 대불(외국인)": "대불(외)",
    "광양국가": "광양", "구미국가(2-4단지) > 구미국가(4단지) > 구미4(구미외국인)": "구미(외)",
    "포항국가": "포항", "창원": "창원", "경남항공": "경남항공",
}  # fmt: skip

_CITIES = {
    "서울": "강서구 강동구 구로구", "부산": "강서구 기장군 사하구 해운대구", "대구": "달성군 달서구 동구",
    "인천": "서구 남동구 강화군", "광주": "광산구 북구", "대전": "대덕구 유성구", "울산": "북구 울주군",
    "세종": "세종", "경기": "화성시 평택시 안성시 파주시 김포시", "강원": "원주시 춘천시 강릉시 횡성군",
    "충북": "청주시 충주시 진천군 음성군", "충남": "천안시 아산시 당진시 예산군 서산시",
    "전북": "익산시 김제시 완주군 정읍시", "전남": "순천시 나주시 영암군 영광군 장성군",
    "경북": "구미시 경주시 영천시 칠곡군", "경남": "창원시 김해시 양산시 진주시 사천시",
    "제주": "제주시 서귀포시",
}  # fmt: skip
_HEADS = [
    "가람",
    "누리",
    "다솔",
    "라온",
    "마루",
    "보람",
    "새벽",
    "아람",
    "자람",
    "한빛",
    "해밀",
    "은솔",
    "푸름",
    "새론",
    "미르",
]
_TAILS = ["골", "들", "내", "뫼", "벌", "터", "울", "샘"]


@dataclass(frozen=True)
class StatusRow:
    """One row of the list of all complexes, as the simulated publisher means it.

    `path` are the clean names from the top level down; `figures` in the order of `MEASURES`.
    """

    complex_type: str
    province: str
    sigungu: str
    printed: str
    path: tuple[str, ...]
    level: int
    mark: str
    development: str
    figures: tuple[float, ...]
    flows: tuple[float, ...] = ()
    complex_id: str | None = None
    former: str | None = None

    @property
    def name(self) -> str:
        """The clean name."""
        return self.path[-1]


MEASURES = (
    "designated_area", "managed_area", "industrial_area_total", "for_sale", "sold", "unsold",
    "sold_pct", "tenant_count", "operating_count",
)  # fmt: skip
#: Columns of the editions before mid-2025: persons (men, women, all), 백만원 and 천달러 since January.
FLOWS = ("employment_m", "employment_f", "employment", "production_ytd", "exports_ytd")


@dataclass(frozen=True)
class SimulatedStatus:
    """One edition: its quarter and its rows in the order of the list."""

    period: str
    rows: tuple[StatusRow, ...]
    #: Whether it has the columns of the editions before mid-2025.
    old_form: bool = False

    @property
    def when(self) -> Period:
        """The quarter."""
        return Period.parse(self.period)

    @property
    def published_at(self) -> date:
        """The simulated day of publication."""
        return self.when.end + timedelta(days=STATUS_LAG)

    @property
    def tops(self) -> tuple[StatusRow, ...]:
        """The rows of the top level."""
        return tuple(row for row in self.rows if row.level == 0)


@dataclass
class _Node:
    type: str
    province: str
    sigungu: str
    name: str
    development: str
    area: float
    tenants: int
    children: list[_Node] = field(default_factory=list)
    #: Share of operating firms in the trend statistic, %; None: the complex is not in it.
    operating_pct: float | None = None


def simulate_status(
    seed: int,
    period: str,
    registry: SampleRegistry,
    *,
    complexes: int = 60,
    old_form: bool = False,
) -> SimulatedStatus:
    """Invent one edition of the status of all complexes.

    Args:
        seed: the same seed gives the same figures.
        period: a quarter such as `2026-Q1`.
        registry: identifiers of the complexes that the trend statistic has, too.
        complexes: rows of the top level, at most 1,350; the national ones come first.
        old_form: with employment and cumulative production and exports, as before mid-2025.

    Raises:
        ValueError: not a quarter, or a number of complexes that there are no names for.
    """
    when = Period.parse(period)
    if when.freq != "Q":
        raise ValueError(f"the status of all complexes is quarterly, not {period}")
    nodes = _national()
    if not len(nodes) <= complexes <= MOST_COMPLEXES:
        raise ValueError(f"between {len(nodes)} and {MOST_COMPLEXES} complexes, not {complexes}")
    nodes += _invented(seed, complexes - len(nodes))
    order = {(p, t): (i, j) for i, p in enumerate(PROVINCES) for j, t in enumerate(TYPES)}
    nodes.sort(key=lambda node: order[node.province, node.type])
    rows: list[StatusRow] = []
    for node in nodes:
        rows += _rows_of(node, seed, when, registry, old_form)
    return SimulatedStatus(period, tuple(rows), old_form)


def _national() -> list[_Node]:
    shapes = {shape.name: shape for shape in SHAPES}
    tops: list[_Node] = []
    stack: list[_Node] = []
    for line in _NATIONAL.strip().splitlines():
        level, province, sigungu, name, development, area, tenants = line.split("|")
        firms = int(tenants) if tenants.isdigit() else shapes[tenants].tenants
        node = _Node("국가", province, sigungu, name, development, float(area), firms)
        if tenants in shapes:
            node.operating_pct = float(shapes[tenants].operating)
        del stack[int(level) :]
        (stack[-1].children if stack else tops).append(node)
        stack.append(node)
    return tops


def _invented(seed: int, count: int) -> list[_Node]:
    """Complexes that do not exist; every second province has two of one name in two cities."""
    nodes: list[_Node] = []
    for n in range(count):
        dice = random.Random(f"{seed}/complex/{n}")
        kind = ("일반", "농공", "일반", "도시첨단", "농공", "일반")[n % 6]
        province = PROVINCES[(n * 7 + n // 17) % len(PROVINCES)]
        cities = _CITIES[province].split()
        city = cities[n % len(cities)]
        name = _HEADS[n % len(_HEADS)] + _TAILS[(n // len(_HEADS)) % len(_TAILS)]
        if n >= len(_HEADS) * len(_TAILS):
            name += f"제{n // (len(_HEADS) * len(_TAILS)) + 1}"
        development = ("완료", "완료", "완료", "조성중", "미개발")[n % 5]
        area = {"일반": 900.0, "농공": 160.0, "도시첨단": 240.0}[kind] * dice.uniform(0.3, 2.4)
        tenants = 0 if development == "미개발" else int(area * dice.uniform(0.03, 0.11))
        node = _Node(kind, province, city, name, development, area, tenants)
        if kind == "일반" and n % 12 == 0 and development == "완료":
            # a part that bears its parent's name, and a zone for foreign firms
            node.children = [
                _Node(kind, province, city, name, "완료", area * 0.85, int(tenants * 0.9)),
                _Node(kind, province, city, f"{name}(외국인)", "완료", area * 0.15, tenants // 10),
            ]
        elif n % 11 == 5:
            node.name = f"{name}(구:옛{name})"
        elif n % 13 == 7:
            node.name = f"{name}\n[재생사업지구:부분]"
        nodes.append(node)
    return nodes


def _rows_of(
    node: _Node,
    seed: int,
    when: Period,
    registry: SampleRegistry,
    old_form: bool,
    path: tuple[str, ...] = (),
    marks: Iterator[str] | None = None,
) -> list[StatusRow]:
    """A complex and its parts; the digits count the leaves of one top-level complex."""
    own = (*path, _clean(node.name))
    marks = marks if marks is not None else iter(_CIRCLED)
    level = len(path)
    parts: list[StatusRow] = []
    for child in node.children:
        parts += _rows_of(child, seed, when, registry, old_form, own, marks)
    indent = ("", f"{NBSP}{NBSP} ", f"{NBSP * 4} ▷")[level]
    link = _LINKS.get(" > ".join(own)) if node.type == "국가" else None
    former = re.search(r"\(구[: ]\s*([^)]*)\)", node.name)
    row = StatusRow(
        complex_type=node.type,
        province=node.province,
        sigungu=node.sigungu,
        printed="",
        path=own,
        level=level,
        mark="",
        development=node.development,
        figures=(),
        complex_id=registry.complex_id(link) if link else None,
        former=former[1] if former else None,
    )
    if node.children:
        leaves = [p.mark for p in parts if len(p.mark) == 1]
        mark = "+".join(leaves)
        below = [p for p in parts if p.level == level + 1]
        figures = _summed([p.figures for p in below])
        flows = tuple(sum(column) for column in zip(*(p.flows for p in below), strict=True))
        printed = f"{indent}{node.name} ({' + '.join(leaves)})"
    else:
        mark = next(marks) if level else ""
        figures = _figures(node, seed, when, own)
        flows = _flows(node, seed, when, own, figures[7]) if old_form else ()
        printed = f"{indent}{node.name}" + (f" {mark}" if mark else "")
    return [replace(row, printed=printed, mark=mark, figures=figures, flows=flows), *parts]


def _clean(name: str) -> str:
    name = re.sub(r"\s*\[재생사업지구[^\]]*\]", "", name)
    return " ".join(re.sub(r"\(구[: ][^)]*\)", "", name).split())


def _summed(parts: list[tuple[float, ...]]) -> tuple[float, ...]:
    figures = [sum(column) for column in zip(*parts, strict=True)]
    figures[6] = _pct(figures[4], figures[3])
    return tuple(figures)


def _pct(sold: float, for_sale: float) -> float:
    return round(100 * sold / for_sale, 2) if for_sale else 0.0


def _quarter(when: Period) -> int:
    return when.year * 4 + when.number - (2026 * 4 + 1)


def _figures(node: _Node, seed: int, when: Period, path: tuple[str, ...]) -> tuple[float, ...]:
    dice = random.Random(
        f"{seed}/status/{node.type}/{node.province}/{node.sigungu}/{'/'.join(path)}"
    )
    designated = round(node.area * dice.uniform(0.97, 1.03))
    managed = designated - round(designated * dice.choice((0.0, 0.0, 0.02, 0.3)))
    industrial = round(managed * dice.uniform(0.45, 0.8))
    developed = {"완료": 1.0, "조성중": dice.uniform(0.4, 0.95), "미개발": 0.0}[node.development]
    for_sale = round(industrial * developed)
    share = {"완료": dice.choice((1.0, 1.0, 0.985)), "조성중": dice.uniform(0.3, 0.8)}.get(
        node.development, 0.0
    )
    sold = round(for_sale * min(1.0, share * max(0.1, 1 + 0.01 * _quarter(when))))
    tenants = max(0, round(node.tenants * (1 + 0.004 * _quarter(when))))
    invented = dice.uniform(0.7, 0.98)
    known = node.operating_pct
    operating = round(tenants * (invented if known is None else known / 100))
    return (
        float(designated), float(managed), float(industrial), float(for_sale), float(sold),
        float(for_sale - sold), _pct(sold, for_sale), float(tenants), float(operating),
    )  # fmt: skip


def _flows(
    node: _Node, seed: int, when: Period, path: tuple[str, ...], tenants: float
) -> tuple[float, ...]:
    """Persons, and sums since January: they begin anew in every first quarter."""
    dice = random.Random(
        f"{seed}/flows/{node.type}/{node.province}/{node.sigungu}/{'/'.join(path)}"
    )
    persons = round(tenants * dice.uniform(8, 30))
    women = round(persons * dice.uniform(0.1, 0.4))
    a_quarter = [tenants * dice.uniform(1000, 4000) for _ in range(4)]
    abroad = dice.uniform(0.05, 0.4)
    made = round(sum(a_quarter[: when.number]))
    sold = round(sum(a_quarter[: when.number]) * abroad * 0.7)
    return float(persons - women), float(women), float(persons), float(made), float(sold)


# -- the written form ---------------------------------------------------------------------------

_UNITS = "(단위 : 개, 천㎡, %)"
_OLD_UNITS = "(단위 : 개, 천㎡, %, 명, 백만원, 천달러)"
_BLUE_NOTE = "* 파란색은 상위단지를 의미하며, 들여쓰기 된 단지들은 하위단지를 의미함(상위단지 값은 하위단지 값의 합)"
_ZONE = ("전체면적", "분양대상", "분양", "미분양", "분양률")


def build_status_grid(status: SimulatedStatus) -> WorkbookGrid:
    """Lay an edition out in the publisher's form (fourteen sheets)."""
    when = status.when
    tops = status.tops
    rows = list(status.rows)
    wholes = {
        (r.complex_type, r.name if _straddles(status, r) else (r.province, r.sigungu, r.name))
        for r in tops
    }
    count = f"총 {len(wholes):,}개로 보이지만, 실제 단지개수는 {len(wholes) - 4:,}개임"
    counted_twice = (
        f"두개의 시도에 걸친 산업단지(한국수출, 빛그린, 아산, 명지녹산)는 중복 카운트 되어 {count}"
    )
    sheets = [_summary(status, len(wholes), f" - {counted_twice}")]
    sheets.append(_by_province(status, len(wholes)))
    lists: list[tuple[str, str, list[StatusRow], list[str], str]] = [
        ("전국산업단지현황", "전국산업단지 현황", rows, [_BLUE_NOTE], "full"),
        (
            "전국산업단지현황(상위단지)",
            "전국산업단지 현황(상위단지)",
            list(tops),
            [
                "* 해당 시트는 업무상 편의를 위해 하위단지를 제외한 시트이며, 파란색은 상위단지를 의미함",
                f"* {counted_twice}",
            ],
            "flat",
        ),
    ]
    titles = ("국가산업단지", "일반산업단지", "도시첨단산업단지", "농공단지")
    for kind, title in zip(TYPES, titles, strict=True):
        chosen = [row for row in rows if row.complex_type == kind]
        # the real sheets 도시첨단 and 농공 have no note: they begin two rows earlier
        notes = [_BLUE_NOTE] if kind in ("국가", "일반") else []
        lists.append((kind, f"{title} 현황", chosen, notes, "full"))
    for sheet, title, chosen, notes, form in lists:
        sheets.append(_list(status, sheet, f"{when.label} {title}", chosen, notes, form))
    sheets.append(_designations(status))
    trade = [row for row in rows if "(자유무역)" in row.name]
    sheets.append(
        _list(status, "부록2-1)자유무역", f"{when.label} 자유무역지역 현황", trade, [], "trade")
    )
    foreign = [row for row in rows if "외국인)" in row.name]
    title = f"{when.label} 외국인투자지역 현황"
    sheets.append(_list(status, "부록2-2)외국인투자지역", title, foreign, [], "flat"))
    sheets.append(_two_provinces(status))
    old = [row for row in tops if row.development == "완료"]
    title = f"{when.label} 노후산업단지 현황"
    counts = ", ".join(
        f"{kind} {sum(row.complex_type == kind for row in old):,}개" for kind in TYPES
    )
    notes = [f"* 노후산단 총 {len(old):,} {counts}(구조고도화 기준)"]
    sheets.append(_list(status, "부록4)노후산업단지", title, old, notes, "flat"))
    green = [row for row in rows if row.complex_type == "국가" and row.province in ("경기", "경북")]
    title = f"{when.label} 스마트그린산업단지 현황"
    sheets.append(_list(status, "부록5)스마트그린산단", title, green, [_BLUE_NOTE], "green"))
    return WorkbookGrid(sheets, status.published_at, f"전국산업단지현황통계 {when.label}")


def write_status_workbook(status: SimulatedStatus, path: Path, *mutations: Mutation) -> Path:
    """Write one edition as the publisher's workbook, altered by the mutations given.

    As with `write_workbook`, the bytes depend on edition and mutations alone, and the file is
    marked as simulated in its properties and in the notes of its summary.
    """
    grid = build_status_grid(status)
    for mutation in mutations:
        mutation(grid)
    return write_grid(grid, path)


def status_file_name(period: Period) -> str:
    """The publisher's file name for an edition."""
    return f"한국산업단지공단_전국산업단지현황통계_{period.end:%Y%m%d}.xlsx"


def write_status_sample(
    folder: Path, seed: int, period: str, registry: SampleRegistry
) -> tuple[Path, date]:
    """Write one edition with its sidecar; returns the file and its day of publication."""
    status = simulate_status(seed, period, registry)
    path = write_status_workbook(status, folder / status_file_name(status.when))
    write_meta(path, status.published_at)
    return path, status.published_at


def _straddles(status: SimulatedStatus, row: StatusRow) -> bool:
    return row.complex_type == "국가" and any(
        other.name == row.name and other.province != row.province
        for other in status.tops
        if other.complex_type == "국가"
    )


def _sheet(title: str, table_id: str) -> SheetGrid:
    return SheetGrid(title, table_id)


def _add(sheet: SheetGrid, values: list[Value], style: str = "plain") -> None:
    sheet.add(values, [style] * len(values))


def _head(
    sheet: SheetGrid, before: list[str], after: list[str], old_form: bool, group: bool = True
) -> None:
    """The header of two rows: what stands alone is merged downwards, the zone across."""
    top = len(sheet.rows)
    alone = [*before, "지정면적", "관리면적"]
    first: list[Value] = [*alone, "산업시설구역", None, None, None, None, *after]
    second: list[Value] = [*[None] * len(alone), *_ZONE, *[None] * len(after)]
    if old_form and group:
        start = len(first)
        first += ["고용현황", None, None, "누계생산", "누계수출"]
        second += ["남", "여", "계", None, None]
        sheet.merges.append((top, start, top, start + 2))
        sheet.merges += [(top, c, top + 1, c) for c in (start + 3, start + 4)]
    _add(sheet, first, "header")
    _add(sheet, second, "header")
    sheet.merges.append((top, len(alone), top, len(alone) + 4))
    sheet.merges += [(top, c, top + 1, c) for c in range(len(alone))]
    sheet.merges += [
        (top, c, top + 1, c) for c in range(len(alone) + 5, len(alone) + 5 + len(after))
    ]


_IDS = {
    "전국산업단지현황": "all_complexes", "전국산업단지현황(상위단지)": "top_level", "국가": "national",
    "일반": "general", "도시첨단": "urban_hitech", "농공": "agro", "부록2-1)자유무역": "free_trade_zones",
    "부록2-2)외국인투자지역": "foreign_investment_zones", "부록4)노후산업단지": "ageing",
    "부록5)스마트그린산단": "smart_green",
}  # fmt: skip


def _list(
    status: SimulatedStatus,
    name: str,
    title: str,
    rows: list[StatusRow],
    notes: list[str],
    form: str,
) -> SheetGrid:
    sheet = _sheet(name, _IDS[name])
    _add(sheet, [title], "title")
    if form != "full":
        _add(sheet, [None])
    for note in notes:
        _add(sheet, [note], "footnote")
    before = [] if form == "trade" else ["유형"]
    before += ["시도", "시군", "단지명"]
    if form == "green":
        before.append("스마트그린 산단\n지정일자")
    before.append("조성상태")
    unit = _OLD_UNITS if status.old_form else _UNITS
    _add(sheet, [*[None] * (len(before) + 7), unit], "unit")
    _head(sheet, before, ["입주업체", "가동업체"], status.old_form)
    for row in rows:
        printed = row.printed
        if form != "full":
            printed = re.sub(rf" \(?[{_CIRCLED}][{_CIRCLED} +]*\)?$", "", printed)
        if form in ("flat", "trade"):
            printed = printed.lstrip(f" {NBSP}▷")
        words: list[Value] = [row.complex_type, row.province, row.sigungu, printed]
        if form == "trade":
            words = words[1:]
        if form == "green":
            words.append("2019.02.19")
        _add(sheet, [*words, row.development, *row.figures, *row.flows], "count")
    return sheet


def _total(rows: list[StatusRow]) -> list[float]:
    if not rows:
        return [0.0] * len(MEASURES)
    return list(_summed([row.figures for row in rows]))


def _summary(status: SimulatedStatus, wholes: int, note: str) -> SheetGrid:
    sheet = _sheet("요약", "summary")
    tops = status.tops
    _add(sheet, [None, f"{status.when.label} 전국산업단지 현황통계 요약"], "title")
    _add(sheet, [None])
    _add(sheet, ["(1) 조성 및 분양(천㎡)", *[None] * 7, _UNITS])
    top = len(sheet.rows)
    _add(
        sheet,
        ["단지유형", "산업단지수", "지정면적", "관리면적", "산업시설구역", *[None] * 4],
        "header",
    )
    _add(sheet, [*[None] * 4, *_ZONE[:4], "분양률(%)"], "header")
    sheet.merges += [(top, c, top + 1, c) for c in range(4)]
    sheet.merges.append((top, 4, top, 8))
    groups: list[tuple[str, list[StatusRow], int]] = [
        (kind, [r for r in tops if r.complex_type == kind], 0) for kind in TYPES
    ]
    groups = [(kind, rows, len(rows) - (4 if kind == "국가" else 0)) for kind, rows, _ in groups]
    groups.append(("총합", list(tops), wholes))
    for kind, rows, number in groups:
        _add(sheet, [kind, number, *_total(rows)[:7]], "count")
    _add(sheet, ["주1) 전체면적은 미개발면적을 포함한 산업시설구역 총 면적을 의미함"], "footnote")
    _add(sheet, [None])
    _add(sheet, ["(2) 입주 및 고용", None, "(단위 : 개사)"])
    _add(sheet, ["단지유형", "입주계약\n업체", "가동업체"], "header")
    for kind, rows, _ in groups:
        _add(sheet, [kind, *_total(rows)[7:]], "count")
    _add(sheet, ["* 유의사항"], "footnote")
    _add(sheet, [note], "footnote")
    _add(sheet, [SIMULATED_NOTE], "footnote")
    return sheet


def _by_province(status: SimulatedStatus, wholes: int) -> SheetGrid:
    sheet = _sheet("시도별", "by_province")
    tops = status.tops
    _add(sheet, [f"{status.when.label} 전국산업단지 시도별 현황"], "title")
    _add(sheet, [None])
    note = (
        f"* 각 시도별 단지 개수의 합은 {len(tops):,}개이나, 전체 산업단지 개수가 {wholes:,}개 인 것은 "
        "두개 지역에 걸쳐있는 산업단지 때문(중복되는 4개단지를 제외함)"
    )
    _add(sheet, [note], "footnote")
    _add(sheet, [*[None] * 9, _UNITS], "unit")
    _head(sheet, ["구분", "단지수"], ["입주업체", "가동업체"], status.old_form, group=False)
    for kind in TYPES:
        rows = [row for row in tops if row.complex_type == kind]
        _add(sheet, [kind, len(rows) - (4 if kind == "국가" else 0), *_total(rows)], "count")
    _add(sheet, ["총합", wholes, *_total(list(tops))], "count")
    for province in PROVINCES:
        here = [row for row in tops if row.province == province]
        for kind in TYPES:
            rows = [row for row in here if row.complex_type == kind]
            if rows:
                _add(sheet, [f"{province}{kind}", len(rows), *_total(rows)], "count")
        if here:
            _add(sheet, [f"{province}소계", len(here), *_total(here)], "count")
    return sheet


def _designations(status: SimulatedStatus) -> SheetGrid:
    """New designations, in ㎡ under a header that says 천㎡, as in the real file."""
    sheet = _sheet("부록1)신규지정 및 해제현황", "newly_designated")
    _add(sheet, [f"{status.when.label} 산업단지 신규지정 현황"], "title")
    _add(sheet, [*[None] * 7, "(단위 : 천㎡)"], "unit")
    words: list[Value] = ["유형", "시도", "시군구", "단지명", "지정면적", "산업용지"]
    _add(sheet, [*words, "지정일자", "비고"], "header")
    new = [row for row in status.tops if row.complex_type == "일반"][:3]
    if new:
        land = [(row.figures[0] * 1000 + 137, row.figures[2] * 1000 - 212) for row in new]
        sums = [sum(column) for column in zip(*land, strict=True)]
        _add(sheet, [None, None, None, f"일반산업단지 합계 : {len(new)}개", *sums], "count")
        day = f"{status.when.end:%Y-%m}-01"
        for row, areas in zip(new, land, strict=True):
            about: list[Value] = [row.complex_type, row.province, row.sigungu, row.name]
            _add(sheet, [*about, *areas, day], "count")
    _add(sheet, [None])
    _add(sheet, [f"{status.when.label} 산업단지 지정해제 현황"], "title")
    _add(sheet, [*[None] * 7, "(단위 : 천㎡)"], "unit")
    _add(sheet, [*words, "지정일자", "해제일자"], "header")
    _add(sheet, [None, None, None, "없음"])
    return sheet


def _two_provinces(status: SimulatedStatus) -> SheetGrid:
    sheet = _sheet("부록3)2개시도에 걸친 산단", "two_provinces")
    _add(sheet, [f"{status.when.label} 2개 시도에 걸친 산업단지 현황"], "title")
    _add(sheet, [None])
    _add(sheet, [*[None] * 13, _OLD_UNITS if status.old_form else _UNITS], "unit")
    before = ["상위단지", "시도", "시군", "단지명", "조성상태"]
    _head(sheet, before, ["입주계약", "가동업체"], status.old_form)
    found: dict[str, list[StatusRow]] = {}
    for row in status.rows:
        top = next(r for r in status.tops if r.path == row.path[:1] and r.province == row.province)
        if row.level == 1 and row.complex_type == "국가" and _straddles(status, top):
            found.setdefault(row.path[0].replace("·", "ㆍ"), []).append(row)
    for name, rows in found.items():
        for number, row in enumerate(rows):
            about: list[Value] = [None if number else name, row.province, row.sigungu, row.name]
            _add(sheet, [*about, row.development, *row.figures, *row.flows], "count")
    return sheet
