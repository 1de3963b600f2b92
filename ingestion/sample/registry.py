"""Simulated registries: factories that open, move, change their industry and close, and centres.

Names of provinces, cities and national complexes are facts; every factory, firm, person, number and
address is invented and says so (`모의…`, registry numbers from 99, telephone numbers with 000).
All depends on the seed alone: the same day gives the same edition, and a factory of one edition is
the same factory in the next.

How a population is made: there are as many places as rows, and in each of them one factory follows
another, with a life of 6 to 30 years of its own. So 200,000 are alive on any day, some 13,000 of
them open in a year and as many close.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .status import PROVINCES, _invented
from .writer import write_csv_rows, write_meta

ROWS = 200_000
#: Days from the day an edition is about to its publication (the real one of 2023: some 400).
FACTORY_LAG, CENTRE_LAG = 45, 60

_EPOCH = date(2000, 1, 1).toordinal()
_Ints = np.ndarray[Any, np.dtype[np.int64]]

_FULL = dict(
    zip(
        PROVINCES,
        (
            *("서울특별시", "부산광역시", "대구광역시", "인천광역시", "광주광역시", "대전광역시"),
            *("울산광역시", "세종특별자치시", "경기도", "강원특별자치도", "충청북도", "충청남도"),
            *("전북특별자치도", "전라남도", "경상북도", "경상남도", "제주특별자치도"),
        ),
        strict=True,
    )
)
#: Former names of provinces, and the first day of the present one.
_FORMER = {"강원": ("강원도", date(2023, 6, 11)), "전북": ("전라북도", date(2024, 1, 18))}

#: Factories outside of complexes: where, and an invented weight.
_OUTSIDE = """
경기 화성시 14|경기 시흥시 5|경기 김포시 7|경기 파주시 4|경기 광주시 5|경기 포천시 5|경기 평택시 4
경기 안성시 3|경기 용인시 3|경기 남양주시 3|경남 김해시 7|경남 함안군 3|경남 창원시 3|경남 양산시 2
경북 경산시 3|경북 칠곡군 3|경북 경주시 4|경북 영천시 2|충남 천안시 4|충남 아산시 3|충남 당진시 1
충북 음성군 4|충북 진천군 3|충북 청주시 3|인천 서구 6|인천 남동구 2|인천 강화군 1|서울 성동구 3
서울 금천구 2|서울 중구 1|부산 강서구 4|부산 사상구 5|부산 기장군 2|대구 달성군 3|대구 북구 3
광주 광산구 2|광주 북구 1|대전 대덕구 2|울산 울주군 3|세종 부강면 1|강원 원주시 2|강원 춘천시 1
전북 익산시 2|전북 김제시 2|전북 완주군 1|전남 나주시 1|전남 장성군 1|전남 순천시 1|제주 제주시 1
"""
#: National complexes by the names of the registry: where, and an invented weight.
_NATIONAL = """
서울디지털국가산업단지 서울 구로구 22|명지·녹산국가산업단지 부산 강서구 14|대구국가산업단지 대구 달성군 3
남동국가산업단지 인천 남동구 60|부평국가산업단지 인천 부평구 6|주안국가산업단지 인천 서구 6
광주첨단과학국가산업단지 광주 북구 9|빛그린국가산업단지 광주 광산구 1|온산국가산업단지 울산 울주군 4
울산·미포국가산업단지 울산 남구 8|반월국가산업단지 경기 안산시 50|시화국가산업단지 경기 시흥시 70
시화MTV국가산업단지 경기 시흥시 9|송산그린시티국가산업단지 경기 화성시 1|파주탄현국가산업단지 경기 파주시 1
북평국가산업단지 강원 동해시 1|오송생명과학국가산업단지 충북 청주시 1|석문국가산업단지 충남 당진시 1
아산국가산업단지 경기 평택시 3|장항국가생태산업단지 충남 서천군 1|국가식품클러스터국가산업단지 전북 익산시 1
군산국가산업단지 전북 군산시 5|군산2국가산업단지 전북 군산시 4|익산국가산업단지 전북 익산시 3
광양국가산업단지 전남 광양시 2|대불국가산업단지 전남 영암군 4|여수국가산업단지 전남 여수시 3
구미국가산업단지 경북 구미시 20|포항국가산업단지 경북 포항시 4|포항블루밸리국가산업단지 경북 포항시 1
경남항공국가산업단지 경남 사천시 1|밀양나노융합국가산업단지 경남 밀양시 1|안정국가산업단지 경남 통영시 1
진해국가산업단지 경남 창원시 1|창원국가산업단지 경남 창원시 28
"""
_KIND_SUFFIX = {"일반": "일반산업단지", "농공": "농공단지", "도시첨단": "도시첨단산업단지"}
#: Of a thousand factories: in national complexes, in others.
_IN_NATIONAL, _IN_OTHERS = 150, 237

#: KSIC code (10th revision), its name, and products.
_INDUSTRIES = (
    ("25924", "절삭가공 및 유사 처리업", "정밀가공품|기계부품, 지그|샤프트, 핀"),
    ("29294", "주형 및 금형 제조업", "금형|프레스금형, 사출금형|금형부품"),
    (
        "22299",
        "그 외 기타 플라스틱 제품 제조업",
        "플라스틱 사출품|플라스틱 용기, 뚜껑|합성수지제품",
    ),
    ("30399", "그 외 자동차용 신품 부품 제조업", "자동차부품|브래킷, 하우징|자동차 내장재"),
    ("28123", "배전반 및 전기 자동제어반 제조업", "배전반|배전반, 분전반, 제어반|자동제어반"),
    ("29299", "그 외 기타 특수 목적용 기계 제조업", "자동화설비|산업용기계, 컨베이어|검사장비"),
    ("25113", "육상 금속 골조 구조재 제조업", "철구조물|철골, 데크|금속구조재"),
    ("26224", "전자 부품 실장 기판 제조업", "인쇄회로기판 조립품|SMT, PCB|전자모듈"),
    ("25999", "그 외 기타 분류 안된 금속 가공제품 제조업", "금속가공품|철선, 스프링|금속판"),
    ("23999", "그 외 기타 분류 안된 비금속 광물제품 제조업", "단열재|석재, 골재|비금속제품"),
)
_SYLLABLES = "가나다라마바사아자차카타파하"
_LINES = ("정밀", "산업", "테크", "기공", "금속", "화학", "전자", "엔지니어링", "시스템", "공업사")
_ROADS = (
    "모의가람",
    "모의누리",
    "모의다솔",
    "모의라온",
    "모의마루",
    "모의보람",
    "모의새벽",
    "모의아람",
)


@dataclass(frozen=True)
class _Population:
    """The factories alive on one day; each array has one entry a row."""

    number: _Ints
    complex_: pa.Array
    province: pa.Array
    sigungu: pa.Array
    address: pa.Array
    lot: pa.Array
    industry: _Ints
    product: pa.Array
    employees: _Ints
    registered: _Ints
    person: _Ints
    #: 0: sole trader under the representative's name, 1: other sole trader, from 2: a firm
    form: _Ints
    name: pa.Array

    def only(self, rows: _Ints) -> _Population:
        """The factories in these places."""
        where = pa.array(rows)
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        return _Population(
            **{
                k: a[rows] if isinstance(a, np.ndarray) else a.take(where)
                for k, a in arrays.items()
            }
        )


def factory_file_name(day: date) -> str:
    """The publisher's file name of the edition about a day."""
    return f"한국산업단지공단_전국등록공장현황_등록공장현황자료_{day:%Y%m%d}.csv"


def centre_file_name(day: date) -> str:
    """The publisher's file name of the knowledge-industry centres as of a day."""
    return f"한국산업단지공단_전국지식산업센터현황_{day:%Y%m%d}.csv"


def write_factory_csv(
    path: Path, day: date, *, seed: int, rows: int = ROWS, detailed: bool = False
) -> Path:
    """Write the factories of a day as the publisher's CSV: CP949, CRLF, quotes where needed.

    Args:
        rows: how many there are.
        detailed: the long form of the monthly editions, with registry numbers, industries and
            (invented) persons; otherwise the five columns of the annual one.
    """
    people = _population(day, seed, rows)
    columns: dict[str, Any]
    if detailed:
        columns = _detailed(people, day)
    else:
        columns = {
            "순번": np.arange(1, rows + 1),
            "회사명": _firm(people, with_person=False),
            "단지명": people.complex_,
            "생산품": people.product,
            "공장주소": people.address,
        }
    path.write_bytes(_csv(columns))
    return path


def factory_items(
    complex_full_name: str, day: date, *, seed: int, rows: int = ROWS
) -> list[dict[str, Any]]:
    """The factories of one complex on a day, as items of `fctryRegistInfo`; none if it has none.

    The persons in them (`rprsntvNm`, `cmpnyTelno`, `cmpnyFxnum`, `hmpadr`) are invented.
    """
    people = _population(day, seed, rows)
    chosen = np.flatnonzero(
        pc.equal(people.complex_, complex_full_name).to_numpy(zero_copy_only=False)
    )
    people = people.only(chosen)
    texts = {
        "cmpnyNm": _firm(people, with_person=True),
        "rnAdres": people.address,
        "mainProductCn": people.product,
        "rprsntvNm": _person(people.person),
        "cmpnyTelno": _telephone(people.person, "032-000-"),
        "cmpnyFxnum": _telephone(people.person, "032-001-"),
    }
    found = {name: column.to_pylist() for name, column in texts.items()}
    items = []
    for row in range(len(chosen)):
        code, industry, _ = _INDUSTRIES[people.industry[row]]
        items.append(
            {
                "fctryManageNo": str(people.number[row]),
                "irsttNm": complex_full_name,
                **{name: column[row] for name, column in found.items()},
                "hmpadr": "",
                "allEmplyCo": int(people.employees[row]),
                "frstFctryRegistDe": f"{date.fromordinal(int(people.registered[row])):%Y%m%d}",
                "indutyNm": industry,
                "rprsntvIndutyCode": code,
                "indutyCodes": code,
                "cvplChrgOrgnztNm": "모의관리기관",
            }
        )
    return items


def write_knowledge_centres_csv(path: Path, day: date, *, seed: int) -> Path:
    """Write the knowledge-industry centres of a day as the publisher's CSV (22 columns, CP949)."""
    header = (
        *(
            "시도",
            "시군구",
            "지식산업센터명",
            "입지구분",
            "회사명",
            "등록구분",
            "단지명",
            "관할기관",
        ),
        *(
            "산단구분",
            "상태",
            "지목",
            "용지면적(제곱미터)",
            "건축면적(제곱미터)",
            "제조면적(제곱미터)",
        ),
        *(
            "부대면적(제곱미터)",
            "공장대표주소(도로명)",
            "공장대표주소(지번)",
            "분양형태",
            "건축상태",
        ),
        *("용도지역1", "용도지역2", "설치자"),
    )
    places = [line.split() for line in _parts(_OUTSIDE)]
    national = [line.split() for line in _parts(_NATIONAL)]
    age = (day.year - 1995) + day.timetuple().tm_yday / 366
    count = max(0, min(1600, round(48 * age)))
    numbers = np.arange(count)
    dice = {
        name: _draw(seed, numbers, salt)
        for salt, name in enumerate(("place", "kind", "land", "state", "sale", "road", "who"), 101)
    }
    rows = [list(header)]
    for n in range(count):
        inside = dice["kind"][n] % 3 == 0
        if inside:
            complex_, province, city, _ = national[dice["place"][n] % len(national)]
        else:
            complex_ = ""
            province, city, _ = places[dice["place"][n] % len(places)]
        named = _province(province, day)
        road = f"{_ROADS[dice['road'][n] % len(_ROADS)]}로 {1 + n % 280} (모의동)"
        land = 1000 + int(dice["land"][n] % 24000)
        # The newest are not built yet: a centre takes some five years.
        built = n < count - 180
        state = ("완료신고", "변경승인", "완료신고")[dice["state"][n] % 3] if built else "신설승인"
        rows.append(
            [
                *(named, city, f"모의{_syllables(n)}지식산업센터"),
                "계획입지" if inside else "개별입지",
                *(
                    f"(주)모의{_syllables(int(dice['who'][n] % 600))}개발",
                    "등록",
                    complex_,
                    "모의관리기관",
                ),
                *("국가산업단지" if inside else "", state, "공장용지"),
                *(str(land), str(land * 4), str(land * 2), str(land)),
                *(f"{named} {city} {road}", f"{named} {city} 모의동 {1 + n % 900}-{n % 40}"),
                ("분양", "임대", "분양/임대", "분양")[dice["sale"][n] % 4],
                "건축완료" if built else ("건축중" if n % 2 else "미착공"),
                *("준공업지역", "", "민간" if n % 9 else "공공"),
            ]
        )
    return write_csv_rows(rows, path)


def write_registry_sample(folder: Path, day: date, *, seed: int, rows: int = ROWS) -> list[Path]:
    """Write the factories and the centres as of a day, each with its sidecar (marked simulated)."""
    factories = write_factory_csv(folder / factory_file_name(day), day, seed=seed, rows=rows)
    centres = write_knowledge_centres_csv(folder / centre_file_name(day), day, seed=seed)
    for path, lag in ((factories, FACTORY_LAG), (centres, CENTRE_LAG)):
        write_meta(path, date.fromordinal(day.toordinal() + lag))
    return [factories, centres]


# ---------------------------------------------------------------- the population


def _draw(seed: int, of: _Ints, salt: int) -> _Ints:
    """A random number from 0 to 2^40 for each of some numbers: the same for the same (splitmix64)."""
    with np.errstate(over="ignore"):
        x = of.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x += np.uint64((seed * 1_000_003 + salt * 7_919) % 2**64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(24)).astype(np.int64)


@lru_cache(maxsize=2)
def _population(day: date, seed: int, rows: int) -> _Population:
    place = np.arange(rows)
    life = 365 * 6 + _draw(seed, place, 1) % (365 * 24)
    generation, age = np.divmod(day.toordinal() - _EPOCH + _draw(seed, place, 2) % life, life)
    who = place * 100 + generation
    moved = (_draw(seed, who, 3) % 100 < 12) & (age > life * (20 + _draw(seed, who, 4) % 60) / 100)
    changed = (_draw(seed, who, 5) % 100 < 8) & (age > life * (20 + _draw(seed, who, 6) % 60) / 100)
    at = who * 2 + moved
    complexes, names, provinces, cities = _places(seed)
    spot = complexes[_draw(seed, at, 7) % len(complexes)]
    industry = _draw(seed, who * 2 + changed, 8) % len(_INDUSTRIES)
    province = pa.array([_province(p, day) for p in provinces]).take(pa.array(spot))
    city = pa.array(cities).take(pa.array(spot))
    road = pa.array(_ROADS).take(pa.array(_draw(seed, at, 9) % len(_ROADS)))
    street = _text(1 + _draw(seed, at, 10) % 480)
    house = _text(1 + _draw(seed, at, 11) % 290)
    start = pc.binary_join_element_wise(province, city, " ")
    products = [product.split("|") for _, _, product in _INDUSTRIES]
    which = industry * 3 + _draw(seed, who, 12) % 3
    # One in twenty thousand prints a telephone number among its products.
    extra = pa.array(_draw(seed, who, 13) % 20_000 == 0)
    plain = pa.array([p for three in products for p in three]).take(pa.array(which))
    called = pc.binary_join_element_wise(
        plain, _telephone(who, " (문의 010-0000-"), pa.scalar(")"), ""
    )
    serial = _draw(seed, who, 14) % len(_SYLLABLES) ** 4
    digits = [
        pa.array(list(_SYLLABLES)).take(pa.array(serial // len(_SYLLABLES) ** k % len(_SYLLABLES)))
        for k in range(4)
    ]
    line = pa.array(_LINES).take(pa.array(_draw(seed, who, 15) % len(_LINES)))
    form = _draw(seed, who, 16) % 12
    return _Population(
        number=990_000_000_000_000 + who,
        complex_=pa.array(names).take(pa.array(spot)),
        province=province,
        sigungu=city,
        address=pc.binary_join_element_wise(
            start,
            pa.scalar(" "),
            road,
            pa.scalar("로"),
            street,
            pa.scalar("번길 "),
            house,
            pa.scalar(" (모의동)"),
            "",
        ),
        lot=pc.binary_join_element_wise(
            start, pa.scalar(" 모의동 "), street, pa.scalar("-"), house, ""
        ),
        industry=industry,
        product=pc.if_else(extra, called, plain),
        employees=1 + (_draw(seed, who, 17) % 1000) ** 3 // 4_000_000,
        registered=day.toordinal() - age,
        person=who,
        form=form,
        name=pc.binary_join_element_wise(pa.scalar("모의"), *digits, line, ""),
    )


def _places(seed: int) -> tuple[_Ints, list[str], list[str], list[str]]:
    """A wheel of 1,000s of stops, each a place, and the places: complex (or none), province, city."""
    outside = [part.split() for part in _parts(_OUTSIDE)]
    national = [part.split() for part in _parts(_NATIONAL)]
    # The invented complexes of the status list that have tenants; former names stay out of theirs.
    others = [node for node in _invented(seed, 1200) if node.development != "미개발"]
    names = ["" for _ in outside] + [n[0] for n in national]
    provinces = [o[0] for o in outside] + [n[1] for n in national]
    cities = [o[1] for o in outside] + [n[2] for n in national]
    shares = [
        *_shares([int(o[2]) for o in outside], 1000 - _IN_NATIONAL - _IN_OTHERS),
        *_shares([int(n[3]) for n in national], _IN_NATIONAL),
        *_shares([1] * len(others), _IN_OTHERS),
    ]
    for node in others:
        name = node.name.split("\n")[0].split("(")[0]
        names.append(f"{name}{_KIND_SUFFIX[node.type]}")
        provinces.append(node.province)
        # Sejong has no cities: below it are towns.
        cities.append("연동면" if node.sigungu == "세종" else node.sigungu)
    return np.repeat(np.arange(len(names)), shares), names, provinces, cities


def _shares(weights: Sequence[int], of_thousand: int) -> list[int]:
    total = sum(weights)
    return [max(1, round(of_thousand * 100 * weight / total)) for weight in weights]


def _parts(table: str) -> list[str]:
    return [part for line in table.split("\n") for part in line.split("|") if part.strip()]


def _province(short: str, day: date) -> str:
    former = _FORMER.get(short)
    return former[0] if former is not None and day < former[1] else _FULL[short]


def _text(numbers: _Ints) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _syllables(number: int) -> str:
    size = len(_SYLLABLES)
    return "".join(_SYLLABLES[number // size**k % size] for k in range(3))


def _person(who: _Ints) -> pa.Array:
    return pc.binary_join_element_wise(pa.scalar("모의인"), _padded(who, 8), "")


def _padded(numbers: _Ints, digits: int) -> pa.Array:
    return pc.utf8_lpad(_text(numbers % 10**digits), width=digits, padding="0")


def _telephone(who: _Ints, start: str) -> pa.Array:
    return pc.binary_join_element_wise(pa.scalar(start), _padded(who // 7, 4), "")


def _firm(people: _Population, *, with_person: bool) -> pa.Array:
    """Names of firms, with the forms of the law as they are printed; a few bear a person's name."""
    before = pa.array(["", "", "(주)", "(주)", "(주)", "(주)", "주식회사 ", "㈜", "", "", "", ""])
    after = pa.array(["", "", "", "", "", "", "", "", "(주)", "(주)", "주식회사", " 주식회사"])
    form = pa.array(people.form)
    name = people.name
    if with_person:
        own = pc.binary_join_element_wise(_person(people.person), pa.scalar("상사"), "")
        name = pc.if_else(pa.array(people.form == 0), own, name)
    return pc.binary_join_element_wise(before.take(form), name, after.take(form), "")


def _detailed(people: _Population, day: date) -> dict[str, Any]:
    """The long form, persons included."""
    codes = pa.array([code for code, _, _ in _INDUSTRIES]).take(pa.array(people.industry))
    names = pa.array([name for _, name, _ in _INDUSTRIES]).take(pa.array(people.industry))
    days = pa.array(
        (people.registered - date(1970, 1, 1).toordinal()).astype(np.int32), pa.date32()
    )
    women = people.employees // 3
    return {
        "순번": np.arange(1, len(people.number) + 1),
        "회사명": _firm(people, with_person=True),
        "단지명": people.complex_,
        "공장관리번호": people.number,
        "공장대표주소(도로명)": people.address,
        "공장대표주소(지번)": people.lot,
        "대표업종번호": codes,
        "업종번호": codes,
        "업종명": names,
        "시도": people.province,
        "시군구": people.sigungu,
        "설립구분": "일반",
        "입주형태": "단독",
        "보유구분": "자가",
        "등록구분": "등록변경",
        "최초승인일": days.cast(pa.string()),
        "최초등록일": days.cast(pa.string()),
        "등록일": day.isoformat(),
        "종업원수(남)": people.employees - women,
        "종업원수(여)": women,
        "종업원수(외국인)": "0",
        "종업원수(합계)": people.employees,
        "용지면적": people.employees * 55 + 200,
        "건축면적": people.employees * 30 + 90,
        "생산품": people.product,
        "사업자등록번호": pc.binary_join_element_wise(
            pa.scalar("999-00-"), _padded(people.person, 5), ""
        ),
        "대표자": _person(people.person),
        "전화번호": _telephone(people.person, "031-000-"),
        "팩스번호": _telephone(people.person, "031-001-"),
        "홈페이지": "",
    }


def _csv(columns: dict[str, Any]) -> bytes:
    """Columns (arrays, or one text for all rows) as CP949 with CRLF, quoted where needed."""
    cells = []
    for column in columns.values():
        if isinstance(column, str):
            cells.append(pa.scalar(column))
            continue
        text = (column if isinstance(column, pa.Array) else pa.array(column)).cast(pa.string())
        if pc.any(pc.match_substring(text, ",")).as_py():
            quoted = pc.binary_join_element_wise(pa.scalar('"'), text, pa.scalar('"'), "")
            text = pc.if_else(pc.match_substring(text, ","), quoted, text)
        cells.append(text)
    lines = pc.binary_join_element_wise(*cells, ",")
    target = io.StringIO()
    target.write(",".join(columns) + "\r\n")
    if len(lines):
        everything = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
        target.write(pc.binary_join(everything, "\r\n")[0].as_py() + "\r\n")
    return target.getvalue().encode("cp949")
