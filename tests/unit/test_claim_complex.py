"""Claims about one complex: whose name it is, what a sentence says of it, and what is never told of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingestion.complex_names import ComplexNameError, ComplexNames
from ingestion.parsers.claims import parse_claim
from ingestion.registry import Registry
from ingestion.sniff import Content
from pipeline.claim_figures import figures_of, of_that_name, outside_the_statistic
from pipeline.claim_judging import held_periods, judge
from pipeline.claim_reading import Unreadable, read_statement
from tests.unit.test_claims import is_refused, metrics

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = Registry.load(ROOT / "dbt_project" / "seeds")
NAMES = ComplexNames(REGISTRY)


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "complex_id"),
    [
        ("구미", "gumi"), ("구미국가산단", "gumi"), ("구미 국가산업단지", "gumi"), ("구미산업단지", "gumi"), ("구미공단", "gumi"),
        ("Gumi", "gumi"), ("GUMI National Industrial Complex", "gumi"), ("Gumi complex", "gumi"),
        ("(주)구미산단", "gumi"), ("㈜구미", "gumi"), ("구미(주)", "gumi"),
        ("구미(외)", "gumi_foreign"), ("구미외국인투자지역", "gumi_foreign"), ("Gumi (foreign zone)", "gumi_foreign"),
        ("울산ㆍ미포", "ulsan_mipo"), ("울산·미포국가산단", "ulsan_mipo"), ("울산미포산단", "ulsan_mipo"), ("Ulsan Mipo", "ulsan_mipo"),
        ("정관농공단지", "jeonggwan_agro"), ("정관일반산업단지", "jeonggwan"), ("군산2국가산단", "gunsan2"), ("사천제1일반산업단지", "sacheon1"),
        ("시화MTV", "sihwa_mtv"), ("시화", "sihwa"), ("서울디지털", "seoul"), ("기룡", "giryong"),
        ("국가식품클러스터", "food_cluster"), ("Korea National Food Cluster", "food_cluster"), ("동두천단지", "dongducheon"),
    ],
)  # fmt: skip
def test_a_complex_is_known_by_every_name_it_bears(name: str, complex_id: str) -> None:
    assert NAMES.resolve(name) == complex_id


def test_every_registered_spelling_is_its_complex() -> None:
    for spelling, complex_id in REGISTRY.complexes.items():
        assert NAMES.resolve(spelling) == complex_id
    for complex_id, names in REGISTRY.complex_names.items():
        assert {NAMES.resolve(name) for name in names} == {complex_id}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("정관산단", ["정관(일) (Jeonggwan)", "정관(농) (Jeonggwan (agro))"]),
        ("사천", ["사천제1", "사천제2"]),
        ("파주산업단지", ["파주출판", "파주탄현"]),
        ("오송", ["오송생명과학", "오송제2생명과학"]),
    ],
)
def test_a_name_of_two_complexes_is_refused_with_both(name: str, meant: list[str]) -> None:
    with pytest.raises(ComplexNameError) as refused:
        NAMES.resolve(name)
    assert refused.value.is_ambiguous and name in str(refused.value)
    assert all(known in str(refused.value) for known in meant)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("창언국가산단", "창원 (Changwon)"), ("Changwan", "Changwon"), ("용인산단", "용인첨단시스템반도체"), ("구미일반산업단지", "구미 (Gumi)"),
        ("구미시", "구미 (Gumi)"), ("", ""), ("세종", ""), ("국가산업단지", ""),
    ],
)  # fmt: skip
def test_a_name_of_none_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ComplexNameError) as refused:
        NAMES.resolve(name)
    assert not refused.value.is_ambiguous and nearest in str(refused.value)


def test_a_name_that_only_the_status_statistic_knows_says_where() -> None:
    with duckdb.connect() as c:
        c.execute(
            """CREATE TABLE complex_status_quarterly AS FROM (VALUES
            ('군서', '전라남도', '영암군', NULL, '2025-Q3'), ('군서', '충청북도', '옥천군', NULL, '2025-Q3'),
            ('군서', '옛 도', '옛 군', NULL, '2020-Q1'), ('구미', '경상북도', '구미시', 'gumi', '2025-Q3'))
            AS t(name_ko, province_ko, sigungu_ko, complex_id, period)"""
        )
        query = querying(c)
        names = ComplexNames(REGISTRY, lambda name: of_that_name(query, name))
        with pytest.raises(ComplexNameError) as refused:
            names.resolve("군서농공단지")
        said = str(refused.value)
        assert (
            "군서(전라남도 영암군)" in said and "군서(충청북도 옥천군)" in said and "옛" not in said
        )
        assert refused.value.is_ambiguous
        with pytest.raises(Unreadable, match="영암군"):
            read_statement(
                "군서농공단지 고용 20명", metrics(), REGISTRY, lambda n: of_that_name(query, n)
            )


# --- files -----------------------------------------------------------------------------------


def a_claim(**changes: Any) -> Content:
    path = ROOT / "ingestion/claims/kicox_workbook_changwon_production_2026_q1.yml"
    return Content("yaml", mapping={**yaml.safe_load(path.read_text("utf-8")), **changes})


@pytest.mark.parametrize("scope", ["창원", "창원국가산업단지", "Changwon", "창원 산단"])
def test_the_scope_of_a_file_is_a_complex(scope: str) -> None:
    (row,) = parse_claim(a_claim(scope=scope), REGISTRY)
    assert (row["complex_id"], row["scope"]) == ("changwon", scope)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"scope": "정관산단"}, "claim_complex_ambiguous", ["정관(일)", "정관(농)"]),
        ({"scope": "창언"}, "claim_complex_unknown", ["창언", "창원"]),
        ({"scope": "국가산업단지"}, "claim_complex_unknown", ["국가산업단지"]),
        (
            {"metric": "kicox_production_krw_100m"},
            "claim_scope_unfit",
            ["창원국가산업단지", "that KICOX manages"],
        ),
    ],
)
def test_a_scope_that_is_no_complex_is_refused(
    changes: dict[str, Any], code: str, words: list[str]
) -> None:
    is_refused(a_claim(**changes), code, words)


def test_a_claim_about_all_complexes_is_about_no_one_complex() -> None:
    path = ROOT / "ingestion/claims/kicox_workbook_production_2026_q1.yml"
    content = Content("yaml", mapping=yaml.safe_load(path.read_text("utf-8")))
    assert parse_claim(content, REGISTRY)[0]["complex_id"] is None


# --- sentences -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "complex_id", "metric", "value", "unit", "period"),
    [
        ("구미국가산단의 2026년 1분기 수출은 44.6억달러", "gumi", "complex_exports_usd_m", "44.6", "억달러", "2026-Q1"),
        ("구미의 2026년 1분기 수출은 44.6억달러다", "gumi", "complex_exports_usd_m", "44.6", "억달러", "2026-Q1"),
        ("2025년 울산ㆍ미포국가산업단지 생산액은 180조원", "ulsan_mipo", "complex_production_krw_100m", "180", "조원", "2025"),
        ("울산·미포 산단 2025년 생산 180조원", "ulsan_mipo", "complex_production_krw_100m", "180", "조원", "2025"),
        ("군산2국가산단 2025년 고용 3,000명", "gunsan2", "complex_employment_count", "3000", "명", "2025"),
        ("구미산단 고용 7만5천명 2026-Q1", "gumi", "complex_employment_count", "75", "천명", "2026-Q1"),
        ("창원 가동률 80% 이상", "changwon", "complex_utilization_pct", "80", "%", None),
        ("남동국가산단 입주업체 8천개사", "namdong", "complex_tenant_count", "8", "천개사", None),
        ("2026년 1분기 남동국가산단 고용 15.5% 증가", "namdong", "complex_employment_growth_pct", "15.5", "%", "2026-Q1"),
        ("창원 수출이 전년동기대비 3% 감소 2026-Q1", "changwon", "complex_exports_growth_pct", "-3", "%", "2026-Q1"),
        ("구미산단은 2026년 1분기 국가산업단지 전체 수출의 8.8%를 차지했다", "gumi", "complex_exports_share_pct", "8.8", "%", "2026-Q1"),
        ("구미국가산업단지가 국가산업단지 수출에서 차지하는 비중은 8.8%", "gumi", "complex_exports_share_pct", "8.8", "%", None),
        ("exports of the Gumi complex were US$4.5 billion in Q1 2026", "gumi", "complex_exports_usd_m", "4.5", "십억달러", "2026-Q1"),
        ("Changwon's employment grew 1.2% in the first quarter of 2026", "changwon", "complex_employment_growth_pct", "1.2", "%", "2026-Q1"),
        ("in 2025 the Ulsan-Mipo National Industrial Complex produced 180 trillion won", "ulsan_mipo", "complex_production_krw_100m", "180", "조원", "2025"),
        ("Gumi accounts for 8.8% of the complexes' exports in 2026-Q1", "gumi", "complex_exports_share_pct", "8.8", "%", "2026-Q1"),
        ("서울디지털산단 2025년 생산 18조원", "seoul", "complex_production_krw_100m", "18", "조원", "2025"),
    ],
)  # fmt: skip
def test_a_sentence_about_one_complex_is_read(
    text: str, complex_id: str, metric: str, value: str, unit: str, period: str | None
) -> None:
    said = read_statement(text, metrics(), REGISTRY)
    assert (said.complex_id, said.metric, said.unit, said.period) == (
        complex_id,
        metric,
        unit,
        period,
    )
    assert said.value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("정관산단 고용 300명", "정관(농)"),
        ("창언국가산단 생산 10조원", "the nearest: 창원 (Changwon)"),
        ("구미와 창원의 2025년 수출 100억달러", "more than one complex"),
        ("반월·시화산단 생산 10조원", "more than one complex"),
        ("서울 생산 3조원", "'서울' alone is a province"),
        ("구미시 수출 40억달러", "구미시"),
        ("구미산단 수출 비중 8.8%", "a percentage of what?"),
        ("구미산단은 우리나라 수출의 3%를 담당", "no share of the country's"),
        ("구미산단과 우리나라의 수출 40억달러", "beside the complex"),
        ("구미산단 수출 40조원", "조원"),
        ("구미산단 수입 40억달러", "no metric is of imports"),
        ("구미 전자 업종 수출 40억달러", "전자"),
        ("구미산단의 가동률 3%p 상승", "percentage points"),
        ("구미산단 43개 단지", "no"),
    ],
)
def test_what_a_sentence_cannot_say_of_one_complex_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match="Understood:") as refused:
        read_statement(text, metrics(), REGISTRY)
    assert why in str(refused.value)


def test_a_sentence_about_all_complexes_is_still_about_all() -> None:
    said = read_statement("2005년 국가산업단지 수출 비중 43%", metrics(), REGISTRY)
    assert (said.complex_id, said.metric) == (None, "national_export_share_pct")
    said = read_statement(
        "한국산업단지공단 관할 국가산업단지의 2026년 1분기 고용 984,829명", metrics(), REGISTRY
    )
    assert (said.complex_id, said.metric) == (None, "kicox_employment_count")


# --- figures ---------------------------------------------------------------------------------


def querying(c: duckdb.DuckDBPyConnection) -> Any:
    def query(sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
        cursor = c.execute(sql, parameters)
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return query


#: As dim_claim_metric has it.
SQL = (
    "SELECT complex_id, 'complex_row' AS definition, period, value, obs_status, break_ids, why_en, why_ko, "
    "false AS is_simulated FROM figures"
)


def test_what_is_withheld_is_never_told() -> None:
    """No value, no difference, no period in which it held, whatever is claimed."""
    with duckdb.connect() as c:
        # a value beside a status that withholds it would be a fault upstream: still it is not told
        c.execute(
            """CREATE TABLE figures AS FROM (VALUES
            ('jinhae', '2025-Q4', 10.0::DOUBLE, 'A', NULL, NULL, NULL), ('jinhae', '2026-Q1', 77.0, 'Q', 'b1', 'near 77', '77 가까이'),
            ('jinhae', '2026-Q2', NULL, 'O', NULL, NULL, NULL), ('jinhae', '2026-Q3', NULL, 'M', NULL, 'zero base', '기준값 0'),
            ('other', '2026-Q1', 5.0, 'A', NULL, NULL, NULL))
            AS t(complex_id, period, value, obs_status, break_ids, why_en, why_ko)"""
        )
        rows = figures_of(querying(c), {"metric": "m", "query_sql": SQL}, "jinhae")
    assert [row["value"] for row in rows] == [10.0, None, None, None]
    found = judge(Decimal(77), 1000.0, "at_most", 1.0, rows)
    withheld = found[1]
    assert (withheld.measured, withheld.holds, withheld.verdict) == (None, None, "not_evaluable")
    assert "withheld" in str(withheld.reason) and "비공개" in str(withheld.reason_ko)
    assert "77" not in f"{withheld.reason}{withheld.reason_ko}"
    assert held_periods(found, "krw", "2026-Q1") == ["2025-Q4"]
    assert found[2].reason and found[3].reason == "zero base" and withheld.break_ids == "b1"


def test_reasons_are_those_of_the_warehouse() -> None:
    said = (ROOT / "dbt_project/macros/claims.sql").read_text("utf-8")
    with duckdb.connect() as c:
        c.execute(
            """CREATE TABLE figures AS SELECT 'x' AS complex_id, s AS period, NULL::DOUBLE AS value, s AS obs_status,
            NULL AS break_ids, NULL AS why_en, NULL AS why_ko FROM unnest(['Q', 'O', 'M']) AS t(s)"""
        )
        rows = figures_of(querying(c), {"metric": "m", "query_sql": SQL}, "x")
    reasons = {row[key] for row in rows for key in ("reason_en", "reason_ko")}
    assert len(reasons) == 6 and all(reason in said for reason in reasons)


@pytest.mark.parametrize(
    ("complex_id", "period", "words"),
    [
        ("late", "2022-Q1", "since 2022-06"), ("late", "2022", "since 2022-06"), ("late", "2022-05", "since 2022-06"),
        ("late", "2022-06", None), ("late", "2023-Q4", None), ("late", "2024-01", "after 2023-Q4"), ("late", "2024", "after 2023-Q4"),
        ("always", "1990", None), ("late", None, None),
    ],
)  # fmt: skip
def test_before_it_joined_and_after_it_left_it_is_said_so(
    complex_id: str, period: str | None, words: str | None
) -> None:
    with duckdb.connect() as c:
        c.execute(
            """CREATE TABLE dim_complex AS FROM (VALUES ('late', '2022-06', '2023-Q4'), ('always', NULL, NULL))
            AS t(complex_id, published_from, published_until)"""
        )
        said = outside_the_statistic(querying(c), complex_id, period)
    assert (words in said[1] and said[0]) if words and said else said is words
