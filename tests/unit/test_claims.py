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
from pipeline.claim_reading import Unreadable, read_statement
from pipeline.claims import judge
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


# --- files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_claim_of_the_desk_can_be_read(path: Path) -> None:
    content = Content("yaml", mapping=yaml.safe_load(path.read_text("utf-8")))
    (row,) = parse_claim(content, REGISTRY)
    assert row["claim_id"] == path.stem


def test_a_year_without_quotation_marks_is_a_year() -> None:
    assert parse_claim(a_claim(period=2005), REGISTRY)[0]["period"] == "2005"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"metric": "happiness"}, "claim_metric_unknown", ["happiness", "mini_cluster_count"]),
        ({"period": "2005-Q5"}, "claim_period_unknown", ["2005-Q5", "2005-Q3"]),
        ({"period": "summer"}, "claim_period_unknown", ["summer"]),
        ({"unit": "조원"}, "claim_unit_unfit", ["조원", "national_export_share_pct"]),
        ({"author_mood": "good"}, "claim_key_unknown", ["author_mood", "claim_id"]),
        ({"tolerance": -1}, "bad_value", ["tolerance"]),
        ({"stated_value": float("nan")}, "bad_value", ["stated_value"]),
        ({"comparator": "roughly"}, "bad_value", ["comparator", "at_least"]),
    ],
)
def test_bad_claims_are_refused_by_name(
    changes: dict[str, Any], code: str, words: list[str]
) -> None:
    with pytest.raises(RejectedFile) as refused:
        parse_claim(a_claim(**changes), REGISTRY)
    (problem,) = refused.value.problems
    assert problem.code == code and problem.message_ko and problem.action_ko
    assert all(word in problem.message_en for word in words)


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
            rows = [{**m, "reason_ko": None} for m in measures if m["metric"] == claim["metric"]]
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
    assert compared > 15


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
    ],
)  # fmt: skip
def test_sentences_that_can_be_read(
    text: str, metric: str, value: str, unit: str, comparator: str, period: str | None
) -> None:
    found = read_statement(text, metrics(), REGISTRY.units)
    assert (found.metric, found.value, found.unit) == (metric, Decimal(value), unit)
    assert (found.comparator, found.period) == (comparator, period)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("창원 수출 비중 43% 2005", "창원"),
        ("수출 비중 43% 증가", "증가"),
        ("exports are not 43 percent of national exports", "not"),
        ("more than 43 percent of national exports", "more"),
        ("수출 비중 43%p 2005", "percentage points"),
        ("수출 비중 2005년", "no number"),
        ("수출 비중 43% 44%", "more than one number"),
        ("수출 비중 43% 2005년 2006년", "more than one period"),
        ("전국 생산과 전국 수출의 43%", "more than one metric"),
        ("happiness 5", "no metric"),
        ("수출 비중 5조원", "no metric"),
        ("", "no number"),
    ],
)
def test_sentences_that_cannot_be_read_are_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_statement(text, metrics(), REGISTRY.units)
    assert why in str(refused.value) and "Understood:" in str(refused.value)


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


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--metric", "happiness", "--value", "1"], ["happiness", "national_export_share_pct"]),
        (["수출 비중 43% 1950"], ["1950", "2001, 2005, 2019"]),
        (["--metric", "kicox_exports_usd_m", "--value", "1", "--period", "Q1"], ["not a period"]),
        (["--metric", "kicox_exports_usd_m", "--value", "1", "--unit", "명"], ["명", "억달러"]),
        (["--metric", "kicox_exports_usd_m", "--value", "much"], ["much"]),
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
            """CREATE TABLE claim_verdict AS FROM (VALUES ('a', 2, '2005', 's'), ('b', 1, '2005', 's'))
            AS t(claim_id, file_count, verdict_period, snapshot_id)"""
        )
        c.execute("CREATE TABLE dim_snapshot AS SELECT 's' AS snapshot_id, 'a.yml' AS file_name")
        rows = c.execute(f"SELECT claim_id, deviation FROM ({check['rows']})").fetchall()
    assert sorted(rows) == [("a", 1), ("b", 0)]
    assert "{claim_id}" in check["message"]["ko"] and "{claim_id}" in check["message"]["en"]
