"""The parser of 전국산업단지현황통계: right values and a right hierarchy, or a clear refusal."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contract import Contract, Contracts
from ingestion.parsers import complex_status as status
from ingestion.problems import RejectedFile
from ingestion.recognise import recognise
from ingestion.registry import Registry
from ingestion.sample import (
    SampleRegistry,
    SheetGrid,
    SimulatedStatus,
    WorkbookGrid,
    build_status_grid,
    simulate_status,
    write_grid,
    write_status_workbook,
)
from ingestion.sample.status import FLOWS, MEASURES
from ingestion.sniff import Content, Sheet, read_content

from ..conftest import SEED, SEEDS

DATASET = "kicox__complex_status"
#: The sheets by table, as the publisher calls them.
LIST, NATIONAL, SUMMARY, PROVINCES = "전국산업단지현황", "국가", "요약", "시도별"
PROVINCE_CODES = {
    "서울": "KR-11", "부산": "KR-26", "대구": "KR-27", "인천": "KR-28", "광주": "KR-29",
    "대전": "KR-30", "울산": "KR-31", "세종": "KR-50", "경기": "KR-41", "강원": "KR-42",
    "충북": "KR-43", "충남": "KR-44", "전북": "KR-45", "전남": "KR-46", "경북": "KR-47",
    "경남": "KR-48", "제주": "KR-49",
}  # fmt: skip

Change = Callable[[WorkbookGrid], None]
Figures = dict[tuple[str, str, tuple[str, ...], str, str], float | None]


@pytest.fixture(scope="module")
def edition() -> SimulatedStatus:
    return simulate_status(SEED, "2026-Q1", SampleRegistry.load(SEEDS))


@pytest.fixture(scope="module")
def old_edition() -> SimulatedStatus:
    return simulate_status(SEED, "2025-Q1", SampleRegistry.load(SEEDS), old_form=True)


@pytest.fixture
def contract(contracts: Contracts) -> Contract:
    return contracts[DATASET]


def as_content(grid: WorkbookGrid) -> Content:
    """A grid as the sniffer would read it, without the detour over a file."""
    sheets = []
    for sheet in grid.sheets:
        width = max((len(row) for row in sheet.rows), default=0)
        rows: list[list[Any]] = [
            [
                "" if v is None else float(v) if isinstance(v, int | float) else v
                for v in [*row, *[None] * (width - len(row))]
            ]
            for row in sheet.rows
        ]
        merges = [((r1, c1), (r2, c2)) for r1, c1, r2, c2 in sheet.merges]
        sheets.append(Sheet(sheet.title, rows, merges))
    return Content("workbook", sheets)


def read(grid: WorkbookGrid, contract: Contract, registry: Registry) -> status.Parsed:
    name = "한국산업단지공단_전국산업단지현황통계.xlsx"
    return status.parse_workbook(as_content(grid), contract, registry, name)


def landed(parsed: status.Parsed) -> Figures:
    """The list as landed: by type, province, names from the top down, measure and sex."""
    rows = [r for r in parsed.rows if r["table_id"] == "all_complexes"]
    names = {r["status_complex_id"]: (r["name_ko"], r["parent_id"]) for r in rows}

    def path(identity: str | None) -> tuple[str, ...]:
        if identity is None:
            return ()
        name, parent = names[identity]
        return (*path(parent), name)

    found: Figures = {}
    for r in rows:
        key = (
            f"{r['complex_type_raw']} {r['sigungu_ko']}",
            r["province_code"],
            path(r["status_complex_id"]),
            r["measure"],
            r["sex"],
        )
        assert key not in found
        found[key] = r["value"]
    return found


def printed(edition: SimulatedStatus) -> Figures:
    found: Figures = {}
    for row in edition.rows:
        whose = (f"{row.complex_type} {row.sigungu}", PROVINCE_CODES[row.province], row.path)
        for measure, value in zip(MEASURES, row.figures, strict=True):
            found[(*whose, measure, "_T")] = value
        for measure, value in zip(FLOWS, row.flows, strict=False):
            name, _, sex = measure.partition("_")
            name, sex = ("employment_count", sex.upper()) if name == "employment" else (measure, "")
            found[(*whose, name, sex or "_T")] = value
    return found


def sheet_of(grid: WorkbookGrid, title: str) -> SheetGrid:
    return next(s for s in grid.sheets if s.title == title)


def find(sheet: SheetGrid, text: str) -> tuple[int, int]:
    return next(
        (r, c)
        for r, row in enumerate(sheet.rows)
        for c, v in enumerate(row)
        if isinstance(v, str) and v.strip("\xa0 ▷").startswith(text)
    )


def put(title: str, text: str, value: Any, right: int = 0) -> Change:
    """Overwrite the cell `right` of the first one that begins with a text."""

    def change(grid: WorkbookGrid) -> None:
        sheet = sheet_of(grid, title)
        r, c = find(sheet, text)
        sheet.rows[r][c + right] = value

    return change


def push(title: str, rows: int, columns: int) -> Change:
    """Move a sheet's content down and to the right, merges with it."""

    def change(grid: WorkbookGrid) -> None:
        sheet = sheet_of(grid, title)
        sheet.rows[:] = [[] for _ in range(rows)] + [[*[None] * columns, *r] for r in sheet.rows]
        sheet.styles[:] = [[] for _ in sheet.rows]
        sheet.merges[:] = [
            (a + rows, b + columns, c + rows, d + columns) for a, b, c, d in sheet.merges
        ]

    return change


def drop_sheet(title: str) -> Change:
    def change(grid: WorkbookGrid) -> None:
        grid.sheets.remove(sheet_of(grid, title))

    return change


def add_column(title: str, header: str, value: Any) -> Change:
    def change(grid: WorkbookGrid) -> None:
        sheet = sheet_of(grid, title)
        top, _ = find(sheet, "단지명")
        for r, row in enumerate(sheet.rows):
            if r == top:
                row.append(header)
            elif r > top + 1:
                row.append(value)

    return change


def swap_columns(title: str, a: str, b: str) -> Change:
    def change(grid: WorkbookGrid) -> None:
        sheet = sheet_of(grid, title)
        (top, i), (_, j) = find(sheet, a), find(sheet, b)
        for row in sheet.rows[top:]:
            if len(row) > max(i, j):
                row[i], row[j] = row[j], row[i]

    return change


def each(*changes: Change) -> Change:
    def change(grid: WorkbookGrid) -> None:
        for one in changes:
            one(grid)

    return change


# --- what is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("complexes", [60, 200])
def test_every_figure_is_read_as_printed(
    complexes: int, tmp_path: Path, contracts: Contracts, registry: Registry
) -> None:
    edition = simulate_status(SEED, "2025-Q4", SampleRegistry.load(SEEDS), complexes=complexes)
    path = write_status_workbook(edition, tmp_path / "download.xlsx")  # the name tells nothing
    content = read_content(path.read_bytes())
    contract = recognise(content, contracts, registry, path.name)
    assert contract.dataset == DATASET
    parsed = status.parse_workbook(content, contract, registry, path.name)
    assert str(parsed.period) == "2025-Q4"
    assert landed(parsed) == printed(edition)
    for row in parsed.rows:
        assert row["sheet"] and row["cell"] and row["name_cell"]
        assert row["table_id"] == "newly_designated" or row["unit_raw"] in (
            "천㎡",
            "%",
            "개",
            "개사",
        )


def test_the_hierarchy_is_recovered_from_indents_and_digits(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    parsed = read(build_status_grid(edition), contract, registry)
    rows = [
        r
        for r in parsed.rows
        if r["table_id"] == "all_complexes" and r["measure"] == "tenant_count"
    ]
    assert [(r["name_ko"], r["level"], r["mark"] or "", r["name_raw"]) for r in rows] == [
        (r.name, r.level, r.mark, r.printed) for r in edition.rows
    ]
    assert {r["level"] for r in rows} == {0, 1, 2}
    top = sum(r["value"] for r in rows if r["level"] == 0)
    assert top == sum(r.figures[7] for r in edition.tops) < sum(r["value"] for r in rows)
    said = {
        (r["table_id"], r["complex_type"], r["province_code"], r["measure"]): r["value"]
        for r in parsed.rows
        if r["row_kind"] == "total"
    }
    assert said["by_province", "_T", "_T", "tenant_count"] == top
    assert said["summary", "_T", "_T", "tenant_count"] == top
    # four complexes stand twice, each half with its own identifier and one for the whole
    straddling = [r for r in rows if r["is_straddling"]]
    assert Counter(r["name_ko"] for r in straddling) == {
        "한국수출산업": 2, "명지·녹산": 2, "빛그린": 2, "아산국가": 2,
    }  # fmt: skip
    assert len({r["status_complex_id"] for r in straddling}) == 8
    assert len({r["whole_id"] for r in straddling}) == 4
    wholes = {r["whole_id"] for r in rows if r["level"] == 0}
    assert len(wholes) == said["summary", "_T", "_T", "complex_count"]


def test_names_come_apart_and_nothing_of_them_is_lost(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    rows = read(build_status_grid(edition), contract, registry).rows
    formers = {r.name: r.former for r in edition.rows if r.former}
    assert len(formers) > 2
    for row in rows:
        if row["row_kind"] == "complex":
            assert not set("①②▷\xa0\n[]") & set(row["name_ko"])
    listed = [r for r in rows if r["table_id"] == "all_complexes"]
    assert {r["name_ko"]: r["former_name_ko"] for r in listed if r["former_name_ko"]} == formers
    assert {r["renewal"] for r in listed} == {None, "whole", "part"}


@pytest.mark.parametrize(
    ("raw", "name", "indent", "mark", "parts", "former", "renewal"),
    [
        ("한국수출산업 (①)", "한국수출산업", 0, None, ("①",), None, None),
        ("\xa0\xa0 서울디지털 ①", "서울디지털", 3, "①", (), None, None),
        ("\xa0\xa0\xa0\xa0 ▷구미4(산업) ②", "구미4(산업)", 5, "②", (), None, None),
        ("\xa0\xa0 구미국가(4단지) (② + ③)", "구미국가(4단지)", 3, None, ("②", "③"), None, None),
        ("군산2(구 군장지구) (① + ②)", "군산2", 0, None, ("①", "②"), "군장지구", None),
        ("하남[재생사업지구:부분]", "하남", 0, None, (), None, "part"),
        (
            "대성하이스코(구: 달성대성하이스코)",
            "대성하이스코",
            0,
            None,
            (),
            "달성대성하이스코",
            None,
        ),
        ("자동차일반산업단지[구:남목]", "자동차일반산업단지", 0, None, (), "남목", None),
        ("성남\n[재생사업지구]", "성남", 0, None, (), None, "whole"),
        ("구미4(구미외국인)", "구미4(구미외국인)", 0, None, (), None, None),
        ("달천", "달천", 0, None, (), None, None),
    ],
)
def test_names(
    raw: str,
    name: str,
    indent: int,
    mark: str | None,
    parts: tuple[str, ...],
    former: str | None,
    renewal: str | None,
) -> None:
    found = status.read_name(raw)
    assert (found.name, found.indent, found.mark, found.parts) == (name, indent, mark, parts)
    assert (found.former, found.renewal) == (former, renewal)


def test_identifiers_stay_and_tell_homonyms_apart() -> None:
    def identity(*key: str) -> str:
        return status.status_complex_id(*key)[0]

    once = identity("general", "KR-48", "진주시", "가산")
    assert once == identity("general", "KR-48", "진주시", "가산") and once.startswith("general-48-")
    # three 가산 in 경남, and a part that bears its parent's name
    others = [
        identity("general", "KR-48", "김해시", "가산"),
        identity("general", "KR-48", "진주시", "가산", "가산"),
        identity("agro", "KR-48", "진주시", "가산"),
    ]
    assert len({once, *others}) == 4
    # a district within the city, and the kind of dot, do not matter
    assert identity("national", "KR-48", "창원시 진해구", "명지·녹산") == identity(
        "national", "KR-48", "창원시", "명지ㆍ녹산"
    )


def test_older_editions_have_persons_and_sums_since_january(
    old_edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    parsed = read(build_status_grid(old_edition), contract, registry)
    assert landed(parsed) == printed(old_edition)
    units = {(r["measure"], r["relation"]): r["unit_raw"] for r in parsed.rows}
    assert units["production_ytd", "ytd"] == "백만원" and units["exports_ytd", "ytd"] == "천달러"
    assert units["employment_count", "current"] == "명"
    assert {r["sex"] for r in parsed.rows if r["measure"] == "employment_count"} == {"_T", "M", "F"}


@pytest.mark.parametrize(
    ("words", "measure"),
    [
        ("누계 생산액(백만원)", "production_ytd"),
        ("2024년 누계생산(백만원)", "production_ytd"),
        ("누계수출\n(천달러)", "exports_ytd"),
        ("고용인원(명)", "employment_count"),
    ],
)
def test_columns_of_older_editions_are_known_by_their_words(
    words: str, measure: str, edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    grid = build_status_grid(edition)
    add_column(LIST, words, 7)(grid)
    found = [r for r in read(grid, contract, registry).rows if r["measure"] == measure]
    assert len(found) == len(edition.rows) and {r["value"] for r in found} == {7.0}


def test_a_unit_that_the_figures_contradict_is_told_and_set_right(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    parsed = read(build_status_grid(edition), contract, registry)
    (told,) = [p for p in parsed.problems if p.code == "unit_contradicted"]
    assert (told.sheet, told.cell) == ("부록1)신규지정 및 해제현황", "H2")
    assert "천㎡" in told.message_en and "in ㎡" in told.message_en
    rows = [r for r in parsed.rows if r["table_id"] == "newly_designated"]
    assert {r["unit_raw"] for r in rows} == {"㎡"}
    assert {r["designated_on"] for r in rows if r["row_kind"] == "complex"} == {"2026-03-01"}
    # a table that nothing can be held against says so
    grid = build_status_grid(edition)
    sheet = sheet_of(grid, "부록1)신규지정 및 해제현황")
    for row in sheet.rows[4:7]:
        row[3] = f"새{row[3]}"
    codes = {p.code: p for p in read(grid, contract, registry).problems}
    assert "unit_unverified" in codes and "unit_contradicted" not in codes


def test_what_the_file_says_against_itself_is_told_with_its_cells(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    grid = build_status_grid(edition)
    put("전국산업단지현황(상위단지)", "온산", 1.0, right=2)(grid)
    put("부록4)노후산업단지", "* 노후산단", "* 노후산단 총 9 국가 1개, 일반 8개(구조고도화 기준)")(
        grid
    )
    put(PROVINCES, "국가", 3, right=9)(grid)
    sheet_of(grid, "농공").rows.pop()
    problems = read(grid, contract, registry).problems
    told = {(p.code, p.sheet) for p in problems}
    assert ("disagrees_with_list", "전국산업단지현황(상위단지)") in told
    assert ("disagrees_with_list", PROVINCES) in told
    assert ("rows_differ_from_list", "농공") in told
    assert ("count_contradicts", "부록4)노후산업단지") in told
    counts = [p for p in problems if p.code == "count_contradicts" and p.sheet == SUMMARY]
    tops = len(edition.tops)
    # "seems 56, is 52": the list has 60 rows of 56 complexes
    assert {(str(tops - 4) in p.message_en, str(tops) in p.message_en) for p in counts} >= {
        (True, True)
    }
    assert len(counts) == 2 and all(p.cell and p.cell.startswith("A") for p in counts)
    assert all(p.severity == "warning" and p.message_ko and p.action_ko for p in problems)


# --- what is refused, and what only looks different ---------------------------------------------


REFUSED: list[tuple[str, Change, str, str]] = [
    ("the list is missing", drop_sheet(LIST), "list_missing", "전국산업단지 현황"),
    ("a header reworded", put(LIST, "관리면적", "운영면적"), "header_unknown", "운영면적"),
    ("a sub-header reworded", put(LIST, "미분양", "잔여"), "header_unknown", "잔여"),
    ("a header is gone", put(LIST, "가동업체", None), "column_without_header", ""),
    ("an unknown column", add_column(LIST, "매출액(억원)", 5), "header_unknown", "매출액"),
    ("a column without header", add_column(LIST, "", 5), "column_without_header", "5"),
    ("a column twice", put(LIST, "관리면적", "지정면적"), "header_twice", "지정면적"),
    ("text for a number", put(LIST, "온산", "약 2만", right=2), "not_a_number", "약 2만"),
    ("an error value", put(NATIONAL, "온산", "#REF!", right=3), "not_a_number", "#REF!"),
    ("a negative area", put(LIST, "온산", -5, right=2), "negative_number", "-5"),
    ("an unknown type", put(LIST, "온산", "특별", right=-3), "unknown_complex_type", "특별"),
    ("an unknown province", put(LIST, "온산", "간도", right=-2), "unknown_province", "간도"),
    ("an unknown state", put(LIST, "온산", "중단", right=1), "unknown_development", "중단"),
    ("an unknown unit", put(LIST, "(단위", "(단위 : 개, 천마지기, %)"), "unit_unknown", "천마지기"),
    ("no unit", put(LIST, "(단위", None), "unit_missing", "area"),
    ("another quarter", put(NATIONAL, "2026년", "2025년 4분기 국가산업단지 현황"), "period_disagrees", "2025-Q4"),
    ("an unknown title", put(NATIONAL, "2026년", "2026년 1분기 국가산단 목록"), "title_unknown", "국가산단 목록"),
    ("no title", put(NATIONAL, "2026년", None), "sheet_unknown", "유형"),
    ("a row without name", put(LIST, "온산", None), "row_without_name", ""),
    ("another unit", put(LIST, "(단위", "(단위 : 개, ㎡, %)"), "unit_off", "천㎡"),
    ("another unit in the totals", put(PROVINCES, "(단위", "(단위 : 개, ㎡, %)"), "unit_off", "㎡"),
    ("a part not indented", put(LIST, "주안", "주안 ②"), "hierarchy_unclear", "②"),
    ("a part without digit", put(LIST, "주안", "\xa0\xa0 주안"), "hierarchy_unclear", "①+②"),
    ("a parent without digits", put(LIST, "반월특수지역", "반월특수지역"), "hierarchy_unclear", "반월특수지역"),
    ("an orphan at the top", put(LIST, "한국수출산업", "\xa0\xa0 한국수출산업 (①)"), "hierarchy_unclear", "indented"),
    ("an unknown group", put(PROVINCES, "서울소계", "서울기타"), "unknown_complex_type", "기타"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [r[1:] for r in REFUSED],
    ids=[r[0] for r in REFUSED],
)
def test_what_cannot_be_trusted_is_refused_with_sheet_and_cell(
    change: Change,
    code: str,
    named: str,
    edition: SimulatedStatus,
    contract: Contract,
    registry: Registry,
) -> None:
    grid = build_status_grid(edition)
    change(grid)
    with pytest.raises(RejectedFile) as refusal:
        read(grid, contract, registry)
    found = {p.code: p for p in reversed(refusal.value.problems)}
    assert code in found, [p.message_en for p in refusal.value.problems]
    problem = found[code]
    assert named in problem.message_en and problem.action_en and problem.action_ko
    if code != "list_missing":
        assert problem.sheet and problem.cell
        line = problem.line("f.xlsx", "ko")
        assert problem.sheet in line and problem.cell in line and "→" in line


def test_one_complex_in_two_rows_is_refused(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    grid = build_status_grid(edition)
    sheet = sheet_of(grid, LIST)
    r, _ = find(sheet, "온산")
    sheet.rows.insert(r, list(sheet.rows[r]))
    with pytest.raises(RejectedFile, match="stands twice"):
        read(grid, contract, registry)


def unmerge(title: str) -> Change:
    def change(grid: WorkbookGrid) -> None:
        sheet_of(grid, title).merges.clear()

    return change


TOLERATED: list[tuple[str, Change, str | None]] = [
    ("a sheet moved", push(LIST, 4, 3), None),
    ("a sheet moved up to its title", each(push(NATIONAL, 0, 2), push(SUMMARY, 5, 1)), None),
    ("merges lost", each(unmerge(LIST), unmerge(PROVINCES), unmerge(SUMMARY)), None),
    ("sheets in another order", lambda grid: grid.sheets.reverse(), None),
    ("a sheet renamed", lambda grid: setattr(sheet_of(grid, LIST), "title", "Sheet3"), None),
    ("columns in another order", swap_columns(LIST, "지정면적", "관리면적"), None),
    ("texts in another order", swap_columns(LIST, "시도", "조성상태"), None),
    ("header in one more bracket", put(LIST, "입주업체", "입주업체\n(개)"), None),
    ("a number as text", put(LIST, "온산", "24,250", right=2), "number_as_text"),
    ("an appendix is missing", drop_sheet("부록2-1)자유무역"), "list_not_there"),
    ("one more note", lambda grid: sheet_of(grid, LIST).add(["* 잠정치"], ["plain"]), None),
    ("a wide empty tail", lambda grid: [r.extend([None] * 50) for r in sheet_of(grid, LIST).rows] and None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "warning"), [t[1:] for t in TOLERATED], ids=[t[0] for t in TOLERATED]
)
def test_what_only_looks_different_is_read_all_the_same(
    change: Change,
    warning: str | None,
    edition: SimulatedStatus,
    contract: Contract,
    registry: Registry,
) -> None:
    grid = build_status_grid(edition)
    change(grid)
    parsed = read(grid, contract, registry)
    expected = printed(edition)
    found = landed(parsed)
    assert found.keys() == expected.keys()
    differing = {k for k in found if found[k] != expected[k]}
    assert len(differing) == (1 if warning == "number_as_text" else 0)
    assert warning is None or warning in {p.code for p in parsed.problems}


@given(
    rows=st.integers(0, 6),
    columns=st.integers(0, 5),
    title=st.sampled_from(
        [LIST, NATIONAL, SUMMARY, PROVINCES, "도시첨단", "부록3)2개시도에 걸친 산단"]
    ),
    seed=st.integers(0, 2**16),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_position_is_trusted(
    rows: int,
    columns: int,
    title: str,
    seed: int,
    edition: SimulatedStatus,
    contract: Contract,
    registry: Registry,
) -> None:
    before = read(build_status_grid(edition), contract, registry)
    grid = build_status_grid(edition)
    push(title, rows, columns)(grid)
    random.Random(seed).shuffle(grid.sheets)
    parsed = read(grid, contract, registry)
    assert landed(parsed) == printed(edition)
    assert Counter(
        (r["table_id"], r["name_ko"], r["measure"], r["value"]) for r in parsed.rows
    ) == Counter((r["table_id"], r["name_ko"], r["measure"], r["value"]) for r in before.rows)


# --- what the fuzzing found ---------------------------------------------------------------------


def repeat(title: str, text: str) -> Change:
    def change(grid: WorkbookGrid) -> None:
        sheet = sheet_of(grid, title)
        r, _ = find(sheet, text)
        sheet.rows.insert(r, list(sheet.rows[r]))

    return change


NEW = "부록1)신규지정 및 해제현황"


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        (repeat(NATIONAL, "온산"), "row_repeated", "온산"),
        (repeat(NEW, "일반산업단지 합계"), "row_repeated", "일반산업단지 합계"),
        (put("부록3)2개시도에 걸친 산단", "빛그린", "빗그린"), "parent_not_in_list", "빗그린"),
        (put(NEW, "2026-03-01", "3월 초"), "date_unclear", "3월 초"),
        (put(NEW, "2026-03-01", 46082.0), "date_unclear", "46082"),
    ],
)
def test_what_is_odd_in_the_other_lists_is_told(
    change: Change,
    code: str,
    named: str,
    edition: SimulatedStatus,
    contract: Contract,
    registry: Registry,
) -> None:
    grid = build_status_grid(edition)
    assert code not in {p.code for p in read(grid, contract, registry).problems}
    change(grid)
    parsed = read(grid, contract, registry)
    (told,) = [p for p in parsed.problems if p.code == code]
    assert named in told.message_en and told.sheet and told.cell
    assert landed(parsed) == printed(edition)


def test_a_row_without_name_and_figures_is_refused_and_a_shifted_date_too(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    grid = build_status_grid(edition)
    sheet = sheet_of(grid, LIST)
    r, c = find(sheet, "온산")
    sheet.rows[r][c] = None
    sheet.rows[r][c + 2 :] = [None] * len(sheet.rows[r][c + 2 :])
    with pytest.raises(RejectedFile, match="no complex in its first column"):
        read(grid, contract, registry)
    grid = build_status_grid(edition)
    put(NEW, "2026-03-01", 664788.0)(grid)
    with pytest.raises(RejectedFile, match="664788 stands where a word is expected"):
        read(grid, contract, registry)


@pytest.mark.parametrize(
    "text",
    [
        "총 ,개로 보이지만 실제 단지 개수는 ,개임",
        "* 노후산단 총 , 국가 ,개, 일반 8개(구조고도화 기준)",
        "총 " + "9" * 5000 + "개 국가 3개, 일반 " + "9" * 5000 + "개",
    ],
)
def test_counts_without_a_number_are_no_counts(
    text: str, edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    grid = build_status_grid(edition)
    sheet_of(grid, LIST).add([text], ["plain"])
    parsed = read(grid, contract, registry)
    assert landed(parsed) == printed(edition)


def test_titles_and_headers_in_single_letters_are_read(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    grid = build_status_grid(edition)
    for sheet in grid.sheets:
        for row in sheet.rows:
            row[:] = [unicodedata.normalize("NFD", v) if isinstance(v, str) else v for v in row]
    assert landed(read(grid, contract, registry)) == printed(edition)


# --- recognition, and the real file -------------------------------------------------------------


def test_a_list_without_its_titles_is_recognised_and_refused(
    edition: SimulatedStatus, contracts: Contracts, registry: Registry
) -> None:
    content = as_content(build_status_grid(edition))
    for sheet in content.sheets:
        for row in sheet.rows:
            row[:] = ["" if isinstance(v, str) and "2026년" in v else v for v in row]
    contract = recognise(content, contracts, registry, "x.xlsx")
    assert contract.dataset == DATASET
    with pytest.raises(RejectedFile) as refusal:
        status.parse_workbook(content, contract, registry, "x.xlsx")
    assert refusal.value.problems[0].code == "list_missing"


def test_a_name_that_tells_another_quarter_is_told(
    edition: SimulatedStatus, contract: Contract, registry: Registry
) -> None:
    content = as_content(build_status_grid(edition))
    parsed = status.parse_workbook(content, contract, registry, "현황_20250930.xlsx")
    assert str(parsed.period) == "2026-Q1"
    assert "name_disagrees" in {p.code for p in parsed.problems}


def test_the_sample_is_marked_and_dated(edition: SimulatedStatus, tmp_path: Path) -> None:
    path = write_status_workbook(edition, tmp_path / "a.xlsx")
    again = write_grid(build_status_grid(edition), tmp_path / "b.xlsx")
    assert path.read_bytes() == again.read_bytes()
    content = read_content(path.read_bytes())
    assert "SIMULATED" in content.properties["keywords"]
    assert edition.published_at == date(2026, 6, 4)


def test_sizes_that_there_are_no_names_for_are_refused() -> None:
    registry = SampleRegistry.load(SEEDS)
    for wrong in (3, 1400):
        with pytest.raises(ValueError, match="complexes"):
            simulate_status(SEED, "2026-Q1", registry, complexes=wrong)
    with pytest.raises(ValueError, match="quarterly"):
        simulate_status(SEED, "2023-05", registry)
    big = simulate_status(SEED, "2026-Q1", registry, complexes=1350)
    assert len(big.tops) == 1350
    keys = {(r.complex_type, r.province, r.sigungu, r.path) for r in big.rows}
    assert len(keys) == len(big.rows)


@pytest.fixture(scope="module")
def real_status(publisher_files: Path) -> Path:
    found = next(iter(publisher_files.glob("*전국산업단지현황통계_20250930.xlsx")), None)
    if found is None:
        pytest.skip("the publisher's status workbook is not here")
    return found


def test_the_real_status_workbook(
    real_status: Path, contracts: Contracts, registry: Registry
) -> None:
    data = real_status.read_bytes()
    content = read_content(data)
    contract = recognise(content, contracts, registry, "download.xlsx")
    parsed = status.parse_workbook(content, contract, registry, real_status.name)
    assert contract.dataset == DATASET and str(parsed.period) == "2025-Q3"
    listed = [r for r in parsed.rows if r["table_id"] == "all_complexes"]
    tenants = [r for r in listed if r["measure"] == "tenant_count"]
    assert len(tenants) == 1435 == len({r["status_complex_id"] for r in tenants})
    assert sum(r["value"] for r in tenants if r["level"] == 0) == 129_922
    assert sum(r["value"] for r in tenants) == 181_945
    assert Counter(r["level"] for r in tenants) == {0: 1353, 1: 80, 2: 2}
    assert len({r["whole_id"] for r in tenants if r["level"] == 0}) == 1349
    assert len([r for r in tenants if r["is_straddling"]]) == 8
    # the publisher's totals, of every measure, are the sums of the top level
    totals = {
        r["measure"]: r["value"]
        for r in parsed.rows
        if r["table_id"] == "by_province"
        and (r["complex_type"], r["province_code"]) == ("_T", "_T")
    }
    assert totals["tenant_count"] == 129_922 and totals["complex_count"] == 1349
    for measure in set(MEASURES) - {"sold_pct"}:
        found = sum(r["value"] for r in listed if r["measure"] == measure and r["level"] == 0)
        assert found == totals[measure], measure
    # every parent is the sum of its parts
    by_id = {(r["status_complex_id"], r["measure"]): r for r in listed}
    sums: Counter[tuple[str, str]] = Counter()
    for r in listed:
        if r["parent_id"]:
            sums[r["parent_id"], r["measure"]] += r["value"]
    assert len({parent for parent, _ in sums}) == 39
    for (parent, measure), value in sums.items():
        assert measure == "sold_pct" or by_id[parent, measure]["value"] == value
    # a part of a part
    gumi = next(r for r in tenants if r["name_ko"] == "구미4(구미외국인)")
    four = by_id[gumi["parent_id"], "tenant_count"]
    assert (gumi["value"], gumi["level"], four["name_ko"]) == (24.0, 2, "구미국가(4단지)")
    assert (gumi["sheet"], gumi["cell"], gumi["name_cell"]) == (LIST, "M1057", "D1057")
    # every sheet was read, and nothing contradicts the list but what is told
    assert {r["sheet"] for r in parsed.rows} == {s.name for s in content.sheets}
    assert Counter(r["table_id"] for r in parsed.rows)["top_level"] == 1353 * 9
    told = Counter((p.code, p.sheet, p.cell) for p in parsed.problems)
    assert told == {
        ("count_contradicts", "요약", "A24"): 2,
        ("count_contradicts", "전국산업단지현황(상위단지)", "A3"): 2,
        ("count_contradicts", "부록4)노후산업단지", "A3"): 2,
        ("unit_contradicted", "부록1)신규지정 및 해제현황", "H2"): 1,
        ("names_not_in_list", "부록4)노후산업단지", "D524"): 1,
    }
    new = [r for r in parsed.rows if r["table_id"] == "newly_designated"]
    assert {r["unit_raw"] for r in new} == {"㎡"} and len(new) == 24
    assert {r["designated_on"] for r in new if r["name_ko"].startswith("나주")} == {"2025-07-03"}


def test_the_real_hierarchy_is_that_of_the_reference(
    real_status: Path, contract: Contract, registry: Registry
) -> None:
    reference = real_status.parents[1] / "reference" / "national_complexes_2025Q3.csv"
    if not reference.exists():
        pytest.skip("the reference list is not here")
    with reference.open(encoding="utf-8-sig", newline="") as file:
        expected = [
            (int(r["level"]), r["sido"], r["name_raw"].strip("\xa0 ")) for r in csv.DictReader(file)
        ]
    content = read_content(real_status.read_bytes())
    parsed = status.parse_workbook(content, contract, registry, real_status.name)
    found = [
        (r["level"], r["province_raw"], r["name_raw"].strip("\xa0 "))
        for r in parsed.rows
        if r["table_id"] == "national" and r["measure"] == "tenant_count"
    ]
    assert [(p, n) for _, p, n in found] == [(p, n) for _, p, n in expected]
    # the reference has two levels: parts of parts (▷) stand beside the parts
    assert [min(level, 1) for level, _, _ in found] == [level for level, _, _ in expected]
