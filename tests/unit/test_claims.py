"""The desk of claims: files read whole or refused, sentences likewise, one rule in SQL and Python."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from ingestion.parsers.claims import parse_claim
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.sniff import Content
from pipeline.claim_judging import held_periods, judge
from pipeline.claim_reading import Unreadable, read_statement
from pipeline.claim_words import EXAMPLES
from pipeline.cli import app

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "dbt_project" / "seeds"
REGISTRY = Registry.load(SEEDS)
FILES = sorted((ROOT / "ingestion" / "claims").glob("*.yml"))


def metrics() -> list[dict[str, Any]]:
    with (SEEDS / "claim_metrics.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def a_claim(**changes: Any) -> Content:
    claim = yaml.safe_load(
        (FILES[0].parent / "korea_it_times_2005_exports_43.yml").read_text("utf-8")
    )
    return Content("yaml", mapping={**claim, **changes})


def is_refused(content: Content, code: str, words: list[str]) -> None:
    """One problem of that code, told in both languages with what to do, and naming the words."""
    with pytest.raises(RejectedFile) as refused:
        parse_claim(content, REGISTRY)
    (problem,) = refused.value.problems
    assert problem.code == code and problem.message_ko and problem.action_ko and problem.action_en
    assert all(word in problem.message_en for word in words)


# --- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_claim_of_the_desk_can_be_read(path: Path) -> None:
    content = Content("yaml", mapping=yaml.safe_load(path.read_text("utf-8")))
    (row,) = parse_claim(content, REGISTRY)
    assert row["claim_id"] == path.stem


def test_a_year_without_quotation_marks_is_a_year() -> None:
    assert parse_claim(a_claim(period=2005), REGISTRY)[0]["period"] == "2005"


@pytest.mark.parametrize(
    "scope", ["국가산업단지", "National  industrial complexes that KICOX manages"]
)
def test_a_scope_is_one_of_those_the_metric_is_measured_for(scope: str) -> None:
    assert parse_claim(a_claim(scope=scope), REGISTRY)[0]["scope"] == scope


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"metric": "happiness"}, "claim_metric_unknown", ["happiness", "mini_cluster_count"]),
        ({"period": "2005-Q5"}, "claim_period_unknown", ["2005-Q5", "2005-Q3"]),
        ({"period": "summer"}, "claim_period_unknown", ["summer"]),
        ({"unit": "조원"}, "claim_unit_unfit", ["조원", "national_export_share_pct"]),
        ({"scope": "창원국가산업단지"}, "claim_scope_unfit", ["창원국가산업단지", "national_export_share_pct", "국가산업단지"]),
        ({"scope": "Korea, customs basis"}, "claim_scope_unfit", ["that KICOX manages"]),
        ({"withdrawn": ""}, "bad_value", ["withdrawn"]),
        ({"withdrawn": "why", "author_mood": "good"}, "claim_key_unknown", ["author_mood"]),
        ({"author_mood": "good"}, "claim_key_unknown", ["author_mood", "claim_id"]),
        ({"tolerance": -1}, "bad_value", ["tolerance"]),
        ({"stated_value": float("nan")}, "bad_value", ["stated_value"]),
        ({"stated_value": "1e400"}, "bad_value", ["stated_value"]),
        ({"stated_value": 1e30}, "bad_value", ["stated_value"]),
        ({"tolerance": float("inf")}, "bad_value", ["tolerance"]),
        ({"comparator": "roughly"}, "bad_value", ["comparator", "at_least"]),
        ({"claim_date": None}, "claim_undated", ["period"]),
    ],
)  # fmt: skip
def test_bad_claims_are_refused_by_name(
    changes: dict[str, Any], code: str, words: list[str]
) -> None:
    is_refused(a_claim(**changes), code, words)


# --- one rule in SQL and in Python -----------------------------------------------------------


def test_python_judges_as_the_warehouse_does() -> None:
    """The cases of the dbt unit tests of int_claims_checked, judged by `judge`."""
    path = ROOT / "dbt_project/models/intermediate/_unit_tests_claims.yml"
    compared = 0
    for test in yaml.safe_load(path.read_text("utf-8"))["unit_tests"]:
        if test["model"] != "int_claims_checked":
            continue
        claims, measures = (given["rows"] for given in test["given"])
        for claim in claims:
            rows = [
                {**m, "reason_ko": None}
                for m in measures
                if m["metric"] == claim["metric"] and m.get("complex_id") == claim.get("complex_id")
            ]
            found = judge(
                Decimal(str(claim["stated_value"])),
                claim["tolerance"],
                claim["comparator"],
                claim["unit_factor"],
                rows,
            )
            expected = {
                (e["definition"], str(e["period"])): e
                for e in test["expect"]["rows"]
                if e["claim_id"] == claim["claim_id"] and e["definition"] != "none"
            }
            assert {(f.definition, f.period) for f in found} == set(expected)
            for finding in found:
                row = expected[(finding.definition, finding.period)]
                assert finding.holds == row["holds"]
                # a new claim has no source of its own
                if not (row["is_own_source"] and row["verdict"] == "not_evaluable"):
                    assert finding.verdict == row["verdict"]
                compared += 1
            if not any(row["is_own_source"] for row in expected.values()) and expected:
                (text,) = {row["held_periods"] for row in expected.values()}
                held = held_periods(found, claim["dimension"], claim["stated_period"])
                assert ", ".join(held) == (text or "")
    assert compared > 30


# --- sentences -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "metric", "value", "unit", "comparator", "period"),
    [
        ("산업단지 수출 비중 43% 2005", "national_export_share_pct", "43", "%", "approx", "2005"),
        ("30 percent of national production", "national_production_share_pct", "30", "%", "approx", None),
        ("2004년 국가산업단지는 전국 생산의 30% 이상을 차지했다", "national_production_share_pct", "30", "%", "at_least", "2004"),
        ("at least 43% of Korea's exports in the first quarter of 2026", "national_export_share_pct", "43", "%", "at_least", "2026-Q1"),
        ("2005년 1월 국가산업단지 생산액 23.24조원", "kicox_production_krw_100m", "23.24", "조원", "approx", "2005-01"),
        ("2020년 생산액은 459조 9,640억원이다", "kicox_production_krw_100m", "4599640", "억원", "approx", "2020"),
        ("2026년 1분기 고용 인원 984,829명", "kicox_employment_count", "984829", "명", "approx", "2026-Q1"),
        ("KICOX manages 29 national complexes", "kicox_complexes_count", "29", "개", "approx", None),
        ("2005년 29개 국가산업단지", "kicox_complexes_count", "29", "개", "approx", "2005"),
        ("110 meetings in June 2005", "network_meeting_count", "110", "회", "approx", "2005-06"),
        ("43 mini-clusters", "mini_cluster_count", "43", "개", "approx", None),
        # units: won, dollars, persons, firms, in words, signs and two scales at once
        ("국가산업단지의 수출은 2001년 643억 5,300만 달러였다", "kicox_exports_usd_m", "6435300", "만달러", "approx", "2001"),
        ("2001년 국가산업단지 수출은 643.53억 달러를 기록했다", "kicox_exports_usd_m", "643.53", "억달러", "approx", "2001"),
        ("exports of the complexes were US$64.4 billion in 2001", "kicox_exports_usd_m", "64.4", "십억달러", "approx", "2001"),
        ("In 2001 the complexes exported US$ 64,353 million", "kicox_exports_usd_m", "64353", "백만달러", "approx", "2001"),
        ("64.353 billion US dollars of exports (2001)", "kicox_exports_usd_m", "64.353", "십억달러", "approx", "2001"),
        ("the complexes produced 177.9 trillion won in 2001", "kicox_production_krw_100m", "177.9", "조원", "approx", "2001"),
        ("₩177.9tn production 2001", "kicox_production_krw_100m", "177.9", "조원", "approx", "2001"),
        ("2002년 고용 51만 8,347명", "kicox_employment_count", "518347", "명", "approx", "2002"),
        ("2002년 고용 약 52만 명", "kicox_employment_count", "52", "만명", "approx", "2002"),
        ("employment of about 985 thousand persons in 1Q 2026", "kicox_employment_count", "985", "천명", "approx", "2026-Q1"),
        ("2026년 1분기 입주업체 65,209개사", "kicox_tenant_count", "65209", "개사", "approx", "2026-Q1"),
        ("60,074 operating firms in the first quarter of 2026", "kicox_operating_count", "60074", "개사", "approx", "2026-Q1"),
        ("수출 비중은 43프로 정도다 (2005년)", "national_export_share_pct", "43", "%", "approx", "2005"),
        ("수출 비중 43퍼센트, 2005년도", "national_export_share_pct", "43", "%", "approx", "2005"),
        ("43 per cent of exports", "national_export_share_pct", "43", "%", "approx", None),
        # as the news agencies write: thousands, and units between the scales
        ("2010년 수출 1천803억9천200만달러", "kicox_exports_usd_m", "18039200", "만달러", "approx", "2010"),
        ("2001년 수출 643억5천만 달러", "kicox_exports_usd_m", "6435", "천만달러", "approx", "2001"),
        ("2001년 생산 177조9천억원", "kicox_production_krw_100m", "1779", "천억원", "approx", "2001"),
        ("2010년 생산 491조857억원", "kicox_production_krw_100m", "4910857", "억원", "approx", "2010"),
        ("2010년 고용 85만7천450명", "kicox_employment_count", "857450", "명", "approx", "2010"),
        ("2010년 고용 85만7천명", "kicox_employment_count", "857", "천명", "approx", "2010"),
        ("2010년 고용 85만7천45명", "kicox_employment_count", "857045", "명", "approx", "2010"),
        ("수출 64,353,000천달러 2001", "kicox_exports_usd_m", "64353000", "천달러", "approx", "2001"),
        ("exports of 64,353,000 thousand dollars in 2001", "kicox_exports_usd_m", "64353000", "천달러", "approx", "2001"),
        ("2001년 수출 643.53억弗", "kicox_exports_usd_m", "643.53", "억달러", "approx", "2001"),
        ("2026년 1분기 입주업체 6만5천개사", "kicox_tenant_count", "65", "천개사", "approx", "2026-Q1"),
        ("수출비중43%2001년", "national_export_share_pct", "43", "%", "approx", "2001"),
        ("the complexes produced 30 percent of the nation's production in 2001", "national_production_share_pct", "30", "%", "approx", "2001"),
        ("우리나라 수출 1조달러", "national_exports_usd_m", "1", "조달러", "approx", None),
        ("65 thousand firms are tenants in 2026-Q1", "kicox_tenant_count", "65", "천개사", "approx", "2026-Q1"),
        ("2026.1/4분기 수출 506.64억달러", "kicox_exports_usd_m", "506.64", "억달러", "approx", "2026-Q1"),
        ("2001년 국가산업단지 생산은 177.9조원이다", "kicox_production_krw_100m", "177.9", "조원", "approx", "2001"),
        # a share that names its numerator beside the nation's
        ("국가산업단지 수출이 2001년 전국 수출의 43퍼센트를 차지했다", "national_export_share_pct", "43", "%", "approx", "2001"),
        ("exports of the complexes made up 43 percent of national exports in 2001", "national_export_share_pct", "43", "%", "approx", "2001"),
        ("the complexes' exports were 43% of Korea's exports in 2001", "national_export_share_pct", "43", "%", "approx", "2001"),
        ("국가산업단지 생산은 우리나라 제조업 생산의 31%", "national_production_share_pct", "31", "%", "approx", None),
        ("13.3 percent of total employments", "national_employment_share_pct", "13.3", "%", "approx", None),
        # periods
        ("2026년 1/4분기 가동률 82.7%", "kicox_utilization_pct", "82.7", "%", "approx", "2026-Q1"),
        ("operating rate of 82.7 percent in 2026-Q1", "kicox_utilization_pct", "82.7", "%", "approx", "2026-Q1"),
        ("Q1 2026 employment 984,829", "kicox_employment_count", "984829", "명", "approx", "2026-Q1"),
        ("2005-01 생산액 23.24조원", "kicox_production_krw_100m", "23.24", "조원", "approx", "2005-01"),
        ("2005.01 수출 107.39억달러", "kicox_exports_usd_m", "107.39", "억달러", "approx", "2005-01"),
        ("exports of US$10.739 billion in Jan. 2005", "kicox_exports_usd_m", "10.739", "십억달러", "approx", "2005-01"),
        ("“2005” 수출 비중 43%", "national_export_share_pct", "43", "%", "approx", "2005"),
        # comparators
        ("more than 30 percent of national production", "national_production_share_pct", "30", "%", "more_than", None),
        ("국가산업단지가 우리나라 수출의 40퍼센트를 넘었다 2010", "national_export_share_pct", "40", "%", "more_than", "2010"),
        ("less than 30% of national exports in 2021", "national_export_share_pct", "30", "%", "less_than", "2021"),
        ("2021년 수출 비중 30% 미만", "national_export_share_pct", "30", "%", "less_than", "2021"),
        ("no more than 30% of national exports in 2021", "national_export_share_pct", "30", "%", "at_most", "2021"),
        # growth, and its direction
        ("2002년 생산액 6.9% 증가", "kicox_production_growth_pct", "6.9", "%", "approx", "2002"),
        ("2002년 수출 전년 대비 10.8% 증가했다", "kicox_exports_growth_pct", "10.8", "%", "approx", "2002"),
        ("exports fell 3 percent in 2020 from a year earlier", "kicox_exports_growth_pct", "-3", "%", "approx", "2020"),
        ("2002년 수출 증감률 -5%", "kicox_exports_growth_pct", "-5", "%", "approx", "2002"),
        # the country, and all of its complexes
        ("2005년 우리나라 수출 2,844억달러", "national_exports_usd_m", "2844", "억달러", "approx", "2005"),
        ("2012년 광업·제조업 출하액 1,511.024조원", "national_mining_manufacturing_shipments_krw_100m", "1511.024", "조원", "approx", "2012"),
        ("2025년 3분기 전국 산업단지 입주업체 129,922개사", "all_complexes_tenant_count", "129922", "개사", "approx", "2025-Q3"),
        # a word for the country asks for the country's figure, in whatever form it stands
        ("한국의 수출은 2002년 1,625억달러였다", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("한국수출 1,625억달러 2002", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("대한민국 수출 1,625억달러 2002", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("나라 수출 1,625억달러 2002", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("국내 수출액 1,625억달러 2002", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("우리나라의 수출은 1,625억달러 2002", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("전국의 수출은 1,625억달러 2002", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("우리나라는 2002년 1,625억달러를 수출했다", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("the nation's exports were US$162.5 billion in 2002", "national_exports_usd_m", "162.5", "십억달러", "approx", "2002"),
        ("Korea exported $162.5 billion in 2002", "national_exports_usd_m", "162.5", "십억달러", "approx", "2002"),
        ("Korea has 1,349 industrial complexes in 2025-Q3", "all_complexes_count", "1349", "개", "approx", "2025-Q3"),
        ("there were 1,349 industrial complexes in Korea in 2025-Q3", "all_complexes_count", "1349", "개", "approx", "2025-Q3"),
        ("우리나라 산업단지는 1,349개 2025-Q3", "all_complexes_count", "1349", "개", "approx", "2025-Q3"),
        ("전국 산업단지 1,349개소 2025-Q3", "all_complexes_count", "1349", "개", "approx", "2025-Q3"),
        ("South Korea's national exports were $162.5 billion in 2002", "national_exports_usd_m", "162.5", "십억달러", "approx", "2002"),
        ("우리나라 수출액은 2002년 1,625억 달러에 달했다", "national_exports_usd_m", "1625", "억달러", "approx", "2002"),
        ("2001년 국가산업단지 수출의 비중은 43%", "national_export_share_pct", "43", "%", "approx", "2001"),
        # beside the complexes that KICOX manages it says nothing
        ("우리나라 국가산업단지의 수출은 2001년 643.53억달러", "kicox_exports_usd_m", "643.53", "억달러", "approx", "2001"),
        ("Korea's national industrial complexes exported US$64.353 billion in 2001", "kicox_exports_usd_m", "64.353", "십억달러", "approx", "2001"),
        ("Korea has 29 national complexes", "kicox_complexes_count", "29", "개", "approx", None),
        ("Korea Industrial Complex Corporation manages 29 industrial complexes", "kicox_complexes_count", "29", "개", "approx", None),
        ("우리나라 미니클러스터 43개", "mini_cluster_count", "43", "개", "approx", None),
        # ten thousand and thousand, of what the metric counts
        ("고용 98만 2026-Q1", "kicox_employment_count", "98", "만명", "approx", "2026-Q1"),
        ("2002년 고용은 52만이었다", "kicox_employment_count", "52", "만명", "approx", "2002"),
        ("2026년 1분기 고용 98만여 명", "kicox_employment_count", "98", "만명", "approx", "2026-Q1"),
        ("2026년 1분기 고용 984천", "kicox_employment_count", "984", "천명", "approx", "2026-Q1"),
        ("입주업체 6만 2026-Q1", "kicox_tenant_count", "6", "만개사", "approx", "2026-Q1"),
        ("입주업체 6.5만 개사 2026-Q1", "kicox_tenant_count", "6.5", "만개사", "approx", "2026-Q1"),
        ("고용 98만 4,829명 2026-Q1", "kicox_employment_count", "984829", "명", "approx", "2026-Q1"),
    ],
)  # fmt: skip
def test_sentences_that_can_be_read(
    text: str, metric: str, value: str, unit: str, comparator: str, period: str | None
) -> None:
    found = read_statement(text, metrics(), REGISTRY)
    assert (found.metric, found.value, found.unit) == (metric, Decimal(value), unit)
    assert (found.comparator, found.period) == (comparator, period)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("창원 수출 비중 43% 2005", "창원"),
        ("국가산업단지 생산이 전국 수출의 43%를 차지했다", "생산"),
        ("production of the complexes is 43 percent of national exports", "production"),
        ("전국 생산 850조원 2001", "전국"),
        (
            "수출 643억엔 2001",
            "no unit is read beside the number; kicox_exports_usd_m is in 백만달러",
        ),
        ("€64 billion exports 2001", "no unit is read"),
        ("수출 5,031,759억 2016", "no unit is read"),
        ("employment of 857 thousand in 2010", "thousand"),
        ("수출 비중이 43%를 넘지 않았다", "않았다"),
        ("1분기 수출 506.64억달러", "'1분기 수출 506.64억달러': it holds more than one number"),
        ("수출 비중 43% 증가", "a change of national_export_share_pct"),
        ("수출 43%", "in which direction"),
        ("2002년 생산액 전분기 대비 6.9% 증가", "전분기"),
        ("2025년 상반기 수출 비중 43%", "상반기"),
        ("2001년 전국 산업단지 생산액 177.9조원", "전국"),
        ("exports fell -3 percent in 2020", "negative fall"),
        ("생산액 -5조원", "negative"),
        ("at least 30% and less than 40% of national exports", "more than one number"),
        ("more than, less than 30% of national exports", "both sides"),
        (
            "2025년 1분기 전국 산업단지 수출 104조 2,878억 원",
            "억원 does not measure all_complexes_exports_usd_m",
        ),
        ("exports are not 43 percent of national exports", "not"),
        ("수출 비중 43%p 2005", "percentage points"),
        ("수출 비중 2005년", "no number"),
        ("수출 비중 43% 44%", "more than one number"),
        ("수출 비중 43% 2005년 2006년", "more than one period"),
        ("전국 생산과 전국 수출의 43%", "more than one metric"),
        ("happiness 5", "no metric"),
        # of the country there is no such figure, and the complexes' is not it
        ("national production was 584 trillion won in 2001", "the country ('national')"),
        ("한국의 생산은 2001년 584조원", "the country ('한국')"),
        ("한국수출은 수출실적 1,625억달러 2002", "what it says: 한국."),
        ("우리나라고용 2,200만명 2010", "the country ('우리나라')"),
        ("우리나라 고용 2,200만명 2010", "the country ('우리나라')"),
        ("Korea's operating rate was 75% in 2026-Q1", "the country"),
        ("대한민국 수출 5% 증가 2002", "the country ('대한민국')"),
        ("Korea's exports grew 8 percent in 2002", "only levels"),
        ("한국 입주업체 65,209개사 2026-Q1", "the country ('한국')"),
        # all complexes, or those that KICOX manages
        ("한국 산업단지 수출 643억달러 2001", "say which complexes"),
        ("Korea's industrial complexes exported US$64.353 billion in 2001", "say which complexes"),
        ("there were 1,349 industrial complexes in 2025-Q3", "say which complexes"),
        (
            "national exports at the complexes of $64 billion in 2001",
            "country and of the complexes",
        ),
        ("KICOX says Korea exported $162.5 billion in 2002", "country and of the complexes"),
        ("공단의 국내 수출 643억달러 2001", "country and of the complexes"),
        ("한국산업단지공단은 우리나라 수출 643억달러 2001", "country and of the complexes"),
        # a scale without what it counts
        ("미니클러스터 43만", "'만' behind the number"),
        ("43만 개 미니클러스터", "'만' behind the number"),
        ("고용 98백 2026-Q1", "'백' behind"),
        ("입주업체 6억 2026-Q1", "'억' behind"),
        ("수출 비중 43만 2005", "no unit is read"),
        # value added is no output
        ("국가산업단지가 국내총생산의 30.4%를 차지한다 2001", "GDP (총생산) is value added"),
        ("국가산업단지가 국내 총생산 대비 30.4% 2001", "GDP (총생산) is value added"),
        ("국민총생산의 30.4% 2001", "GDP (총생산) is value added"),
        ("산업단지 생산이 총생산의 30.4% 2001", "GDP (총생산) is value added"),
        ("30.4 percent of Korea's GDP in 2001", "GDP (총생산) is value added"),
        ("30.4 percent of gross domestic product in 2001", "GDP (총생산) is value added"),
        # of the complexes' own total
        ("산업단지 수출의 43% 2001", "share of the complexes' own"),
        ("국내 국가산업단지 전체 수출액의 43% 2001", "share of the complexes' own"),
        ("국가산단 제조업 생산의 30% 2001", "share of the complexes' own"),
        ("43 percent of exports of industrial complexes in 2001", "share of the complexes' own"),
        ("43% of the complexes' exports in 2001", "of what share"),
        ("43% of total exports from national complexes in 2001", "share of the complexes' own"),
        ("수입 643억달러 2001", "no metric is of imports"),
        ("imports were $64 billion in 2001", "no metric is of imports"),
        ("수출 비중 5조원", "조원 does not measure national_export_share_pct"),
        ("", "no number"),
    ],
)
def test_sentences_that_cannot_be_read_are_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_statement(text, metrics(), REGISTRY)
    said = str(refused.value)
    # what was understood, sentences that can be read, and Korean
    assert why in said and "Understood:" in said and EXAMPLES[0] in said and "문장" in said


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_a_refusal_can_be_read(text: str) -> None:
    read_statement(text, metrics(), REGISTRY)


# --- the command -----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose current release holds a desk with two metrics' figures."""
    folder = tmp_path / "releases" / "2026-Q1_v1"
    folder.mkdir(parents=True)
    (folder / "release.json").write_text(json.dumps({"release_id": "2026-Q1_v1"}), "utf-8")
    with duckdb.connect(str(folder / "kicox.duckdb")) as c:
        c.execute(
            f"CREATE TABLE dim_claim_metric AS FROM read_csv('{SEEDS / 'claim_metrics.csv'}')"
        )
        c.execute(
            """CREATE TABLE claim_measure AS
            SELECT metric, definition, concept, period, value::DOUBLE AS value, covered AS months_covered,
                   12 AS months_in_period, 'print' AS source, false AS is_printed,
                   NULL::VARCHAR AS reason_en, NULL::VARCHAR AS reason_ko, false AS is_simulated
            FROM (VALUES
              ('national_export_share_pct', 'customs_exports', 'customs_exports', '2001', 42.79, 12),
              ('national_export_share_pct', 'customs_exports', 'customs_exports', '2005', 45.72, 2),
              ('national_export_share_pct', 'as_published', 'as_published', '2019', 33.43, 12),
              ('national_export_share_pct', 'as_published__2', 'as_published', '2019', 28.3, 12),
              ('kicox_exports_usd_m', 'as_published', 'total', '2001', 64353.0, 12)
            ) AS t(metric, definition, concept, period, value, covered)"""
        )
        c.execute(
            """CREATE TABLE published_figure AS
            SELECT 'kicox_exports' AS series, '2001' AS period, 643.53 AS value, '억달러' AS unit,
                   'print' AS source, '' AS sheet, 'C26' AS cell, 's' AS snapshot_id, 25 AS complexes_covered"""
        )
        c.execute(
            "CREATE TABLE dim_snapshot AS SELECT 's' AS snapshot_id, 'f.csv' AS file_name, 'ab' AS sha256"
        )
        c.execute("CREATE TABLE national_series (series VARCHAR, name_ko VARCHAR, name_en VARCHAR)")
    (tmp_path / "releases" / "current").symlink_to("2026-Q1_v1")
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    return tmp_path


def say(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["claim", *arguments])
    return result.exit_code, result.output


def asked(*arguments: str) -> dict[str, Any]:
    code, output = say(*arguments, "--json")
    assert code == 0, output
    answer: dict[str, Any] = json.loads(output)
    return answer


@pytest.mark.usefixtures("home")
def test_a_new_claim_is_checked_against_the_release() -> None:
    code, output = say("산업단지 수출 비중 43% 2001")
    assert code == 0
    for words in ("supported", "42.79 %", "12/12", "f.csv C26", "last     2001"):
        assert words in output
    assert asked("수출 비중 43% 2005")["verdict"] == "indicative"
    found = asked("--metric", "national_export_share_pct", "--value", "28.3", "--period", "2019")
    assert found["verdict"] == "disputed" and len(found["findings"]) == 2
    assert asked("43% of exports")["verdict"] == "depends_on_period"
    total = asked("2001년 수출액 643.5억달러")
    assert (total["verdict"], total["tolerance"]) == ("supported", 0.05)
    options = ("--metric", "national_export_share_pct", "--value", "50", "--period", "2001")
    assert asked(*options)["verdict"] == "contradicted"
    assert asked(*options, "--comparator", "at_most")["verdict"] == "supported"
    assert asked(*options, "--tolerance", "8")["verdict"] == "supported"
    assert "date" in asked("43 mini-clusters")["reason"]
    # one side without the tolerance: 42.79 is not more than 42.8, to the digits that are printed
    shares = ("--metric", "national_export_share_pct", "--period", "2001", "--comparator")
    assert asked(*shares, "more_than", "--value", "42.7")["verdict"] == "supported"
    assert asked(*shares, "more_than", "--value", "42.79")["verdict"] == "contradicted"
    assert asked(*shares, "less_than", "--value", "43")["verdict"] == "supported"
    assert asked(*shares, "more_than", "--value", "42.789")["verdict"] == "supported"
    # the figure itself is compared, not what it rounds to: 42.79 reads 42.8
    assert asked("2001년 수출 비중 42.8% 이상", "--tolerance", "0")["verdict"] == "contradicted"
    # rounded figures have the tolerance of their last digit, in whatever unit
    assert asked("2001년 수출 643억달러")["tolerance"] == 0.5


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--metric", "happiness", "--value", "1"], ["happiness", "national_export_share_pct"]),
        (["수출 비중 43% 1950"], ["1950", "2001, 2005, 2019"]),
        (["--metric", "kicox_exports_usd_m", "--value", "1", "--period", "Q1"], ["not a period"]),
        (["--metric", "kicox_exports_usd_m", "--value", "1", "--unit", "명"], ["명", "억달러"]),
        (["--metric", "kicox_exports_usd_m", "--value", "much"], ["much"]),
        (["--metric", "kicox_exports_usd_m", "--value", "1e400"], ["1e+400", "10^20"]),
        (["--metric", "kicox_exports_usd_m", "--value", "inf"], ["inf"]),
        (["9" * 400 + "명 고용 2001"], ["10^20"]),
        (["수출 비중 43% 2001", "--tolerance", "nan"], ["a tolerance is", "nan"]),
        (["수출 비중 43% 2001", "--tolerance", "inf"], ["a tolerance is", "inf"]),
        (["--metric", "kicox_exports_usd_m"], ["say a claim"]),
        (["창원 수출 비중 43%"], ["창원", "Understood"]),
        (["43 mini-clusters", "--period", "2005"], ["a text says"]),
    ],
)
def test_what_cannot_be_checked_is_told(arguments: list[str], words: list[str]) -> None:
    code, output = say(*arguments)
    assert code == 2
    assert all(word in output for word in words), output


def test_without_a_release_there_is_nothing_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    code, output = say("수출 비중 43% 2001")
    assert code == 2 and "no release" in output


def test_two_files_with_one_claim_id_stop_the_gate() -> None:
    """The gate's own check: it names the claim, and lets single files pass."""
    suite = yaml.safe_load((ROOT / "expectations/suites/marts.yml").read_text("utf-8"))
    (check,) = [c for c in suite["checks"] if c["id"] == "claims_have_one_file"]
    assert check["severity"] == "critical"
    with duckdb.connect() as c:
        c.execute(
            """CREATE TABLE claim_verdict AS FROM (VALUES ('a', 2, '2005', 's', 'r; s'), ('b', 1, '2005', 's', 's'))
            AS t(claim_id, file_count, verdict_period, snapshot_id, snapshot_ids)"""
        )
        c.execute(
            """CREATE TABLE dim_snapshot AS FROM (VALUES ('s', 'a.yml', 'ab'), ('r', 'b.yml', 'cd'), ('q', 'c.yml', 'ef'))
            AS t(snapshot_id, file_name, sha256)"""
        )
        rows = c.execute(
            f"SELECT claim_id, deviation, file_names FROM ({check['rows']})"
        ).fetchall()
    # both are named, and no other
    assert sorted(rows) == [
        ("a", 1, "a.yml (sha256 ab), b.yml (sha256 cd)"),
        ("b", 0, "a.yml (sha256 ab)"),
    ]
    # what the action tells to do is what the parser reads
    assert all("withdrawn" in check["action"][lang] for lang in ("ko", "en"))
    assert "{claim_id}" in check["message"]["ko"] and "{claim_id}" in check["message"]["en"]
