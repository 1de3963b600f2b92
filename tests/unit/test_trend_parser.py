"""The parser of 국가산업단지 산업동향: right values, or a clear refusal; never a wrong number."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contract import Contract, Contracts, Table
from ingestion.parsers import industrial_trend as trend
from ingestion.periods import Period
from ingestion.persons import mask_notes
from ingestion.problems import RejectedFile
from ingestion.recognise import recognise
from ingestion.registry import Registry, tidy
from ingestion.sample import (
    CSV_EDITIONS,
    Mutation,
    SampleRegistry,
    SimulatedPublication,
    mutate,
    simulate_annual_revision,
    write_csv_edition,
    write_workbook,
)
from ingestion.sniff import Content, Sheet, read_content

from ..conftest import SEED, SEEDS

TREND = "kicox__industrial_trend"
Key = tuple[str, str, str, str, str, str, str, str]


def parse(path: Path, contracts: Contracts, registry: Registry) -> trend.Parsed:
    content = read_content(path.read_bytes())
    contract = recognise(content, contracts, registry, path.name)
    if contract.form == "csv":
        return trend.parse_csv(content, contract, contracts, registry, path.name)
    return trend.parse_workbook(content, contract, registry, path.name)


def landed(parsed: trend.Parsed) -> dict[Key, tuple[float | None, str, str]]:
    return {
        (
            r["table_id"],
            r["complex_id"],
            r["industry_code"],
            r["size_class"],
            r["sex"],
            r["measure"],
            r["relation"],
            r["period"],
        ): (r["value"], r["obs_status"], r["unit_raw"])
        for r in parsed.rows
    }


def printed(publication: SimulatedPublication, table: str | None = None) -> dict[Key, Any]:
    return {
        (
            c.table_id,
            c.complex_id,
            c.industry_code,
            c.size_class,
            c.sex,
            c.measure,
            c.relation,
            c.period,
        ): (None if c.value is None else float(c.value), c.status, c.unit)
        for c in publication.cells(table)
    }


@pytest.mark.parametrize("period", ["2025-Q3", "2025-Q4", "2026-Q1", "2023-05"])
def test_every_cell_of_an_edition_is_read_as_printed(
    period: str,
    editions: dict[str, SimulatedPublication],
    edition_file: Callable[..., Path],
    contracts: Contracts,
    registry: Registry,
) -> None:
    parsed = parse(edition_file(period=period), contracts, registry)
    assert str(parsed.period) == period
    assert landed(parsed) == printed(editions[period])


def test_the_re_issue_after_the_annual_revision_is_read(
    tmp_path: Path, contracts: Contracts, registry: Registry
) -> None:
    revised = simulate_annual_revision(SEED, "2024-Q4", SampleRegistry.load(SEEDS))
    path = write_workbook(revised, tmp_path / "산업동향_20241231_연간보정.xlsx")
    assert landed(parse(path, contracts, registry)) == printed(revised)


@pytest.mark.parametrize("table", sorted(CSV_EDITIONS))
def test_csv_editions_are_recognised_and_read(
    table: str,
    tmp_path: Path,
    editions: dict[str, SimulatedPublication],
    contracts: Contracts,
    registry: Registry,
) -> None:
    name = (
        f"한국산업단지공단_국가산업단지 산업동향정보_{CSV_EDITIONS[table].file_part}_20260331.csv"
    )
    path = write_csv_edition(editions["2026-Q1"], table, tmp_path / name)
    parsed = parse(path, contracts, registry)
    found = landed(parsed)
    expected = {k: v for k, v in printed(editions["2026-Q1"], table).items() if k[1] != "_T"}
    assert found.keys() == expected.keys()
    for key, (value, status, unit) in expected.items():
        if status == "Q":  # the CSV edition writes X as an empty string: never a zero
            assert found[key][:2] == (None, "O"), key
        elif value is None:
            assert found[key][0] is None
        else:
            # ten significant digits, as the publisher writes them
            assert found[key][0] == pytest.approx(value, rel=1e-9, abs=1e-9), key
            assert found[key][1] == status
        # the CSV spells 퍼센트 out
        assert (
            registry.units[unit.replace(" ", "")].dimension
            == registry.units[found[key][2]].dimension
        )
    assert {p.code for p in parsed.problems} >= {"no_total_row"}


def test_the_real_workbook(real_workbook: Path, contracts: Contracts, registry: Registry) -> None:
    parsed = parse(real_workbook, contracts, registry)
    cells = landed(parsed)
    assert str(parsed.period) == "2026-Q1"
    assert len({k[1] for k in cells}) == 41  # 40 complexes and the total

    def total(table: str, measure: str, sex: str = "_T") -> float | None:
        return cells[(table, "_T", "_T", "_T", sex, measure, "current", "2026-Q1")][0]

    assert total("production_by_complex", "production") == pytest.approx(1_767_986.24107161)
    assert total("exports_by_complex", "exports") == pytest.approx(50_664.01487885066)
    assert total("employment_by_complex", "employment_count") == 984_829
    assert total("employment_by_complex", "employment_count", "F") == 197_708
    assert total("tenants_by_complex", "tenant_count") == 65_209
    assert total("tenants_by_complex", "operating_count") == 60_074
    assert total("operating_rate_by_complex", "utilization_pct") == pytest.approx(82.74947446523664)
    suppressed = {
        k[1] for k, (_, status, _) in cells.items() if status == "Q" and k[5] == "production"
    }
    assert len(suppressed) == 6
    # a zero, an absent industry and a suppressed cell are three things
    zero = ("exports_by_complex", "anjeong", "_T", "_T", "_T", "exports", "current", "2026-Q1")
    assert cells[zero][:2] == (0.0, "A")
    absent = (
        "operating_rate_by_industry",
        "anjeong",
        "FOOD",
        "_T",
        "_T",
        "utilization_pct",
        "current",
        "2026-Q1",
    )
    assert cells[absent][:2] == (None, "M")
    hidden = (
        "production_by_complex",
        "jinhae",
        "_T",
        "_T",
        "_T",
        "production",
        "current",
        "2026-Q1",
    )
    assert cells[hidden][:2] == (None, "Q")
    # firms are never suppressed
    firms = ("tenants_by_complex", "jinhae", "_T", "_T", "_T", "tenant_count", "current", "2026-Q1")
    assert cells[firms][:2] == (3.0, "A")
    codes = [p.code for p in parsed.problems]
    assert codes.count("stale_header_year") == 2 and "kind_missing" in codes
    changwon = next(
        r
        for r in parsed.rows
        if r["complex_id"] == "changwon"
        and r["table_id"] == "production_by_complex"
        and r["relation"] == "current"
        and r["measure"] == "production"
    )
    assert (changwon["sheet"], changwon["cell"]) == ("표4 단지별 생산", "C43")
    assert changwon["value"] == 157499.02140808082 and changwon["unit_raw"] == "억원"
    notes = {n["item"]: n["value"] for n in parsed.notes}
    assert notes["response_rate_pct"] == 75.0 and notes["cv_production_pct"] == 8.9
    assert notes["cv_exports_pct"] == 12.1 and notes["surveyed_count"] == 4891


def test_the_real_csv_edition_equals_the_workbook(
    publisher_files: Path, real_workbook: Path, contracts: Contracts, registry: Registry
) -> None:
    book = landed(parse(real_workbook, contracts, registry))
    path = next(publisher_files.glob("*생산실적*.csv"))
    for key, (value, status, _) in landed(parse(path, contracts, registry)).items():
        expected, expected_status, _ = book[key]
        if expected is None:
            assert value is None and status in ("O", "M")
        else:
            assert (
                value == pytest.approx(expected, rel=1e-9, abs=1e-9) and status == expected_status
            )


PROD, RATE, EMP = "production_by_complex", "operating_rate_by_complex", "employment_by_complex"

REFUSED: list[tuple[str, Mutation, str, str]] = [
    (
        "a sheet is missing",
        mutate.remove_sheet("exports_by_industry"),
        "table_missing",
        "업종별 수출실적",
    ),
    (
        "a header is reworded",
        mutate.reword_header(PROD, "당분기", "이번분기"),
        "header_unknown",
        "이번분기",
    ),
    ("a header is gone", mutate.reword_header(PROD, "전분기", None), "header_missing", "전분기"),
    ("an unknown complex", mutate.insert_complex("가나다라"), "unknown_complex", "가나다라"),
    (
        "an unknown industry",
        mutate.insert_column("production_by_industry", "우주항공"),
        "unknown_industry",
        "우주항공",
    ),
    ("an unknown unit", mutate.set_unit(PROD, "(단위 : 만량, %)"), "unit_unknown", "만량"),
    ("no unit", mutate.set_unit(PROD, None), "unit_missing", "krw"),
    ("a unit of another kind", mutate.set_unit(PROD, "(단위 : 명, %)"), "unit_missing", "krw"),
    (
        "text for a number",
        mutate.text_for_number(PROD, "창원", text="약 15만"),
        "not_a_number",
        "약 15만",
    ),
    ("an error value", mutate.text_for_number(PROD, "창원", text="#REF!"), "not_a_number", "#REF!"),
    (
        "another quarter's sheet",
        mutate.retitle("exports_by_complex", "2026년 1분기", "2025년 4분기"),
        "period_disagrees",
        "2025-Q4",
    ),
    (
        "an unknown title",
        mutate.retitle(PROD, "단지별 생산실적", "단지별 매출"),
        "title_unknown",
        "단지별 매출",
    ),
    ("a complex twice", mutate.duplicate_row(EMP, "창원"), "complex_twice", "창원"),
    ("the total is gone", mutate.remove_row("계", PROD), "total_missing", "계"),
    ("a negative count", mutate.set_value(EMP, "창원", 0, -5), "negative_number", "-5"),
    ("a column twice", mutate.reword_header(PROD, "전분기", "당분기"), "header_twice", "당분기"),
]


@pytest.mark.parametrize(
    ("mutation", "code", "named"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_cannot_be_trusted_is_refused_with_sheet_and_cell(
    mutation: Mutation,
    code: str,
    named: str,
    edition_file: Callable[..., Path],
    contracts: Contracts,
    registry: Registry,
) -> None:
    path = edition_file(mutation)
    with pytest.raises(RejectedFile) as refusal:
        parse(path, contracts, registry)
    found = {p.code: p for p in reversed(refusal.value.problems)}
    assert code in found, [p.message_en for p in refusal.value.problems]
    problem = found[code]
    assert named in problem.message_en and problem.action_en and problem.action_ko
    for language in ("en", "ko"):
        line = problem.line(path.name, language)
        assert line.startswith(path.name) and "\n" not in line
    if code != "table_missing":
        assert problem.sheet and problem.cell


TOLERATED: list[tuple[str, Mutation, str | None]] = [
    ("a table moved", mutate.shift_table(PROD, rows=3, columns=2), "moved_table"),
    ("a two-row header moved", mutate.shift_table(EMP, rows=2, columns=1), "moved_table"),
    ("merges lost", mutate.unmerge(EMP), None),
    ("merges lost in 표1", mutate.unmerge("tenants_by_complex"), None),
    ("merges lost in 표10", mutate.unmerge(RATE), None),
    ("merges lost in 표11", mutate.unmerge("operating_rate_by_size"), None),
    ("sheets in another order", mutate.reverse_sheets(), None),
    ("a sheet renamed", mutate.rename_sheet(PROD, "Sheet4"), None),
    ("rows in another order", mutate.sort_rows(PROD), None),
    ("columns in another order", mutate.swap_columns("production_by_industry", 0, 3), None),
    ("names padded with NBSP", mutate.pad_names(), None),
    ("numbers stored as text", mutate.text_for_number(PROD, "창원"), "number_as_text"),
    ("another spelling", mutate.rename_complex("울산ㆍ미포", "울산·미포"), None),
    ("one more footnote", mutate.add_footnote(PROD, "* 잠정치"), None),
]


@pytest.mark.parametrize(
    ("mutation", "warning"), [t[1:] for t in TOLERATED], ids=[t[0] for t in TOLERATED]
)
def test_what_only_looks_different_is_read_all_the_same(
    mutation: Mutation,
    warning: str | None,
    editions: dict[str, SimulatedPublication],
    edition_file: Callable[..., Path],
    contracts: Contracts,
    registry: Registry,
) -> None:
    parsed = parse(edition_file(mutation), contracts, registry)
    found = landed(parsed)
    for key, expected in printed(editions["2026-Q1"]).items():
        assert (
            found[key] == pytest.approx(expected)
            if expected[0] is None
            else (
                found[key][0] == pytest.approx(expected[0], rel=1e-15)
                and found[key][1:] == expected[1:]
            )
        )
    assert warning is None or warning in {p.code for p in parsed.problems}


def test_another_unit_of_the_same_kind_is_told_with_the_figures(
    edition_file: Callable[..., Path], contracts: Contracts, registry: Registry
) -> None:
    """표4 in 백만원: landed as published with its unit; the warehouse converts it."""
    parsed = parse(edition_file(mutate.set_unit(PROD, "(단위 : 백만원, %)")), contracts, registry)
    units = {
        r["unit_raw"] for r in parsed.rows if r["table_id"] == PROD and r["measure"] == "production"
    }
    assert units == {"백만원"}


@given(
    rows=st.integers(0, 6),
    columns=st.integers(0, 5),
    table=st.sampled_from(
        ["tenants_by_complex", PROD, EMP, RATE, "operating_rate_by_size", "employment_by_industry"]
    ),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_position_is_trusted(
    rows: int,
    columns: int,
    table: str,
    editions: dict[str, SimulatedPublication],
    tmp_path: Path,
    contracts: Contracts,
    registry: Registry,
) -> None:
    path = write_workbook(
        editions["2026-Q1"],
        tmp_path / "산업동향_20260331.xlsx",
        mutate.shift_table(table, rows, columns),
    )
    assert landed(parse(path, contracts, registry)) == printed(editions["2026-Q1"])


@pytest.mark.parametrize(
    ("text", "number", "period"),
    [
        ("[표4] 2026년 1분기 단지별 생산실적 ", 4, "2026-Q1"),
        ("[표 10] 2026년 1/4분기 단지별 가동률", 10, "2026-Q1"),
        ("<표4> 2023년 5월 단지별 생산실적", 4, "2023-05"),
        ("[표12]\xa02024년\xa0 12월중 업종별 가동률", 12, "2024-12"),
        (unicodedata.normalize("NFD", "[표4] 2026년 1분기 단지별 생산실적"), 4, "2026-Q1"),
    ],
)
def test_titles(text: str, number: int, period: str) -> None:
    (title,) = trend.find_titles(Content("workbook", [Sheet("s", [["", text]])]))
    assert (title.number, str(title.period), title.column) == (number, period, 1)


@pytest.mark.parametrize(
    "text",
    [
        "표4 단지별 생산",
        "[표4] 단지별 생산실적",
        "[표4] 2026년 5분기 생산",
        "2026년 1분기 단지별 생산실적",
        "[표4] 0026년 1분기 단지별 생산실적",
        "[표" + "4" * 5000 + "] 2026년 1분기 단지별 생산실적",
    ],
)
def test_other_texts_are_no_titles(text: str) -> None:
    assert trend.find_titles(Content("workbook", [Sheet("s", [[text]])])) == []


BY_INDUSTRY = {
    "tenants_by_industry": ("업종별입주업체", "개사", True),
    "operating_by_industry": ("업종별 가동업체", "개사", True),
    "exports_by_industry": ("업종별 수출실적", "백만달러", False),
    "employment_by_industry": ("업종별고용현황", "명", True),
    "operating_rate_by_industry": ("업종별가동률", "퍼센트", False),
}


@pytest.mark.parametrize("table", sorted(BY_INDUSTRY))
def test_csv_editions_by_industry(
    table: str,
    tmp_path: Path,
    editions: dict[str, SimulatedPublication],
    contracts: Contracts,
    registry: Registry,
) -> None:
    """The other tables in the form `음식료(백만달러)` that the publisher's industry files have."""
    part, unit, with_services = BY_INDUSTRY[table]
    industries = [
        "음식료",
        "섬유의복",
        "목재종이",
        "석유화학",
        "비금속",
        "철강",
        "기계",
        "전기전자",
        "운송장비",
        "기타",
    ]
    heads = [*industries, *(["비제조"] if with_services else []), "계"]
    lines = [["산업단지", "구분", *(f"{name}({unit})" for name in heads)]]
    for listed, figures in editions["2026-Q1"].rows(table):
        if listed.complex_id != "_T":
            lines.append(
                [listed.name, "국가", *("" if f.value is None else str(f.value) for f in figures)]
            )
    path = tmp_path / f"한국산업단지공단_국가산업단지 산업동향정보_{part}_20260331.csv"
    path.write_bytes("\r\n".join(",".join(line) for line in lines).encode("cp949"))
    found = landed(parse(path, contracts, registry))
    expected = {k: v for k, v in printed(editions["2026-Q1"], table).items() if k[1] != "_T"}
    assert found.keys() == expected.keys()
    for key, (value, status, _) in expected.items():
        assert found[key][0] == (None if status != "A" else value), key


def test_csv_editions_with_the_same_headers_and_no_telling_name_are_not_guessed(
    tmp_path: Path, contracts: Contracts, registry: Registry
) -> None:
    heads = [
        "음식료",
        "섬유의복",
        "목재종이",
        "석유화학",
        "비금속",
        "철강",
        "기계",
        "전기전자",
        "운송장비",
        "기타",
        "비제조",
        "계",
    ]
    text = (
        "산업단지,구분,"
        + ",".join(f"{h}(개사)" for h in heads)
        + "\r\n창원,국가,"
        + ",".join("1" * 12)
    )
    path = tmp_path / "download_20260331.csv"
    path.write_bytes(text.encode("cp949"))
    with pytest.raises(RejectedFile) as refusal:
        parse(path, contracts, registry)
    assert "more than one table" in refusal.value.problems[0].message_en


# --- what the fuzzing found ---------------------------------------------------------------------

PRODUCTION_CSV = "생산실적_20260331.csv"


@pytest.fixture
def production_lines(tmp_path: Path, editions: dict[str, SimulatedPublication]) -> list[str]:
    path = write_csv_edition(editions["2026-Q1"], PROD, tmp_path / PRODUCTION_CSV)
    return path.read_bytes().decode("cp949").split("\r\n")


def parse_lines(
    lines: list[str], contracts: Contracts, registry: Registry, folder: Path
) -> trend.Parsed:
    path = folder / PRODUCTION_CSV
    path.write_bytes("\r\n".join(lines).encode("cp949"))
    return parse(path, contracts, registry)


@pytest.mark.parametrize(
    ("line", "fields"),
    [("서울,국가,47,626.79336,47556.89,47626.79,0.14", 7), ("서울,국가,47626.79,47556.89", 4)],
    ids=["a thousands separator without quotes", "cut off"],
)
def test_a_csv_row_has_as_many_fields_as_the_header(
    line: str,
    fields: int,
    production_lines: list[str],
    tmp_path: Path,
    contracts: Contracts,
    registry: Registry,
) -> None:
    """Read by position, 47,626.79 was 47, and 626.79 the quarter before."""
    production_lines[1] = line
    with pytest.raises(RejectedFile) as refusal:
        parse_lines(production_lines, contracts, registry, tmp_path)
    told = {p.code: p for p in refusal.value.problems}["row_fields"]
    assert told.cell == "A2" and f"has {fields} fields, the header has 6" in told.message_en


def test_a_csv_whose_last_line_has_no_end_is_told(
    production_lines: list[str], tmp_path: Path, contracts: Contracts, registry: Registry
) -> None:
    assert production_lines[-1] == ""
    whole = parse_lines(production_lines, contracts, registry, tmp_path)
    cut = parse_lines(production_lines[:-1], contracts, registry, tmp_path)
    assert "csv_unended" in {p.code for p in cut.problems} - {p.code for p in whole.problems}


def test_the_months_of_a_csv_are_known_in_single_letters(
    tmp_path: Path, contracts: Contracts, registry: Registry
) -> None:
    heads = "산업단지,구분,당월(억원),전월(억원),누계(억원),증감률(퍼센트)"
    path = tmp_path / "생산실적_20230531.csv"
    path.write_bytes(f"{unicodedata.normalize('NFD', heads)}\n창원,국가,1,2,3,4\n".encode())
    assert str(parse(path, contracts, registry).period) == "2023-05"


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("20231130", "2023-11"),
        ("20231231", "2023-12"),
        ("20240331", "2024-03"),
        ("20240630", "2024-Q2"),
        ("20240531", None),
    ],
)
def test_where_the_headers_of_a_csv_do_not_tell_its_date_does(
    day: str, period: str | None, tmp_path: Path, contracts: Contracts, registry: Registry
) -> None:
    words = "음식료,섬유의복,목재종이,석유화학,비금속,철강,기계,전기전자,운송장비,기타,계"
    heads = ",".join(f"{word}(억원)" for word in words.split(","))
    path = tmp_path / f"한국산업단지공단_국가산업단지 산업동향정보_업종별생산실적_{day}.csv"
    path.write_bytes(f"산업단지,구분,{heads}\n창원,국가,{'1,' * 10}10\n".encode())
    if period is not None:
        assert str(parse(path, contracts, registry).period) == period
        return
    with pytest.raises(RejectedFile) as caught:
        parse(path, contracts, registry)
    assert [p.code for p in caught.value.problems] == ["period_no_quarter"]


@pytest.mark.parametrize("order", [[5, 2, 0, 4, 1, 3], [1, 0, 2, 3, 4, 5]])
def test_the_headers_of_a_csv_decide_also_left_of_the_names(
    order: list[int],
    production_lines: list[str],
    tmp_path: Path,
    contracts: Contracts,
    registry: Registry,
) -> None:
    expected = landed(parse_lines(production_lines, contracts, registry, tmp_path))
    cells = [line.split(",") for line in production_lines[:-1]]
    lines = [",".join(row[i] for i in order) for row in cells]
    assert landed(parse_lines([*lines, ""], contracts, registry, tmp_path)) == expected


def _content(path: Path) -> Content:
    return read_content(path.read_bytes())


def sheet(content: Content, table: str) -> Sheet:
    return next(s for s in content.sheets if s.name.startswith(f"{table} "))


@pytest.mark.parametrize(
    ("change", "code", "cell"),
    [
        (lambda row: row.insert(2, ""), "column_without_header", "G8"),
        (lambda row: row.pop(1), "figure_for_word", "B8"),
        (lambda row: row.__setitem__(0, ""), "row_without_name", "C8"),
        (
            lambda row: row.__setitem__(slice(None), ["", "국가", "", "", "", ""]),
            "row_without_name",
            "B8",
        ),
    ],
    ids=["shifted right", "shifted left", "no name", "no name, nothing but 구분"],
)
def test_a_damaged_row_is_refused(
    change: Callable[[list[Any]], Any],
    code: str,
    cell: str,
    edition_file: Callable[..., Path],
    contracts: Contracts,
    registry: Registry,
) -> None:
    content = _content(edition_file())
    change(sheet(content, "표4").rows[7])
    with pytest.raises(RejectedFile) as refusal:
        trend.parse_workbook(content, contracts[TREND], registry, "x.xlsx")
    told = {p.code: p for p in refusal.value.problems}
    assert code in told and told[code].cell == cell


@pytest.mark.parametrize(
    "text",
    [
        "조사대상업체 , 개사 중 , 개사 응답",
        "(회수율 : ..%)",
        "변동계수 생산 : 1.2.3 수출 : .",
        "표본) 약 " + "9" * 400 + " 개사, 업체 " + "9" * 5000 + "개 이하",
    ],
)
def test_notes_without_a_number_are_texts(
    text: str, edition_file: Callable[..., Path], contracts: Contracts, registry: Registry
) -> None:
    content = _content(edition_file())
    content.sheets[0].rows[5][0] = text
    notes = trend.parse_workbook(content, contracts[TREND], registry, "x.xlsx").notes
    assert [(n["item"], n["value"]) for n in notes if n["cell"] == "A6"] == [("text", None)]


@pytest.mark.parametrize(
    ("cells", "left"),
    [
        (
            ["ㅇ 문의 : 산업동향팀 모의홍길동 차장 (070-1357-2468, gildong@mo.example)"],
            ["ㅇ 문의 : […]"],
        ),
        (["7. 담당자 모의홍길동"], ["7. 담당자 […]"]),
        (["통계 작성자(모의홍길동), TEL 753-2468"], ["통계 작성자([…]"]),
        (["담당자", "모의홍길동", "753-2468"], ["담당자", "[…]", "[…]"]),
        (["ㅇ 조사책임자 : 산업동향팀", "모의홍길동"], ["ㅇ 조사책임자 : […]", "[…]"]),
        (["Contact: Hong Gildong"], ["Contact: […]"]),
        (["회수율 : 75.0% 문의 753-2468"], ["회수율 : 75.0% […]"]),
        # what the notes say of the survey stays
        *(
            ([text], [text])
            for text in (
                "ㅇ 조사방법 : 이메일, 팩스, 전화, 웹기반 조사 병행",
                "입주기업 담당자를 대상으로 조사",
                "담당자 및 관리자 대상 조사",
                "ㅇ 문의사항은 통계정보 참조",
            )
        ),
    ],
)
def test_notes_name_nobody(
    cells: list[str],
    left: list[str],
    edition_file: Callable[..., Path],
    contracts: Contracts,
    registry: Registry,
) -> None:
    content = _content(edition_file())
    content.sheets[0].rows[5][: len(cells)] = cells
    notes = trend.parse_workbook(content, contracts[TREND], registry, "x.xlsx").notes
    assert [n["text"] for n in notes if n["cell"] in ("A6", "B6", "C6")] == left
    rate = [n["value"] for n in notes if n["cell"] == "A6" and n["item"] == "response_rate_pct"]
    assert rate == ([75.0] if "회수율" in cells[0] else [])


def test_names_below_their_word_are_masked_to_the_next_gap() -> None:
    cells = {
        (1, 0): "담당자",
        (1, 1): "연락처",
        (2, 0): "모의홍길동",
        (2, 1): "753-2468",
        (4, 0): "끝",
    }
    told = mask_notes(cells)
    assert told == {**cells, (2, 0): "[…]", (2, 1): "[…]"}


def test_the_real_notes_stay_word_for_word(
    real_workbook: Path, contracts: Contracts, registry: Registry
) -> None:
    content = _content(real_workbook)
    told = {
        n["text"]
        for n in trend.parse_workbook(content, contracts[TREND], registry, real_workbook.name).notes
    }
    (sheet_,) = [s for s in content.sheets if "조사 개요" in tidy(s.name)]
    assert told == {tidy(c) for row in sheet_.rows for c in row if isinstance(c, str) and tidy(c)}


def with_table(contracts: Contracts, **known: object) -> Contract:
    """The contract with a thirteenth table, which no edition that we know has."""
    contract = contracts[TREND]
    new = {"id": "loans_by_complex", "number": 13, "title": ["단지별 융자실적"]}
    columns = [{"header": ["당분기"], "measure": "production", "dimension": "krw"}]
    table = Table.model_validate({**new, "columns": columns, **known})
    return contract.model_copy(update={"tables": (*contract.tables, table)})


@pytest.mark.parametrize(
    ("known", "code", "severity"),
    [
        ({}, "table_missing", "error"),
        ({"required": False}, "table_not_there", "warning"),
        ({"first": "2026-Q1"}, "table_missing", "error"),
        ({"first": "2026-Q2"}, None, None),
        ({"first": "2026-Q2", "required": False}, None, None),
    ],
)
def test_a_table_that_older_editions_have_not_keeps_none_of_them_out(
    known: dict[str, object],
    code: str | None,
    severity: str | None,
    edition_file: Callable[..., Path],
    contracts: Contracts,
    registry: Registry,
) -> None:
    contract, content = with_table(contracts, **known), _content(edition_file())
    try:
        parsed = trend.parse_workbook(content, contract, registry, "x.xlsx")
    except RejectedFile as refusal:
        problems = refusal.problems
    else:
        problems = parsed.problems
        assert parsed.period == Period.parse("2026-Q1") and parsed.rows
    told = [(p.code, p.severity) for p in problems if "융자실적" in p.message_en]
    assert told == ([] if code is None else [(code, severity)])


def test_the_first_period_of_a_table_is_a_period(contracts: Contracts) -> None:
    with pytest.raises(ValueError, match="2026-Q5"):
        with_table(contracts, first="2026-Q5")
