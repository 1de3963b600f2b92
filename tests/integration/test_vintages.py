"""Vintages as they really come: late, twice on a day, without a complex, monthly and then quarterly;
and claims that nothing can measure. Each says what it is, loses nothing, and changes no release."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingestion.sample import (
    SampleRegistry,
    SimulatedPublication,
    file_name,
    mutate,
    simulate,
    simulate_annual_revision,
    write_meta,
    write_workbook,
)

from ..conftest import ROOT, SEED, SEEDS
from .conftest import sandan


def query(home: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "releases/current/kicox.duckdb"), read_only=True) as c:
        return c.execute(sql, list(parameters)).fetchall()


def current(home: Path) -> str:
    return os.readlink(home / "releases/current")


def fingerprint(release: Path) -> dict[str, str]:
    """Every file of a release with its hash."""
    return {
        str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(release.rglob("*"))
        if path.is_file()
    }


def drop(edition: SimulatedPublication, folder: Path, suffix: str, day: date) -> Path:
    """An edition with another day of publication, as a file with its sidecar."""
    folder.mkdir(exist_ok=True)
    given = replace(edition, published_at=day)
    path = write_workbook(given, folder / file_name(edition.when, suffix=suffix))
    write_meta(path, day)
    return path


def first_print(home: Path, period: str) -> date:
    (row,) = query(
        home,
        "SELECT min(published_at) FROM dim_snapshot WHERE dataset = 'kicox__industrial_trend' "
        "AND period = ?",
        period,
    )
    day: date = row[0]
    return day


def test_a_vintage_that_is_late_and_one_of_the_same_day_take_their_places(
    home: Path, tmp_path: Path
) -> None:
    """Two re-issues with other figures: one older than what is loaded, one of its very day."""
    registry = SampleRegistry.load(SEEDS)
    before = fingerprint(home / "releases/2026-Q1_v1")
    # to the digits in which two editions may differ by their float tails
    held = (
        "SELECT complex_id, production_krw_100m_status, tenant_count, employment_count, "
        "round(production_krw_100m, 6), round(exports_usd_m, 6), round(utilization_pct, 9) "
        "FROM complex_quarterly WHERE period = '2024-Q3' ORDER BY complex_id"
    )
    stood = query(home, held)
    late, twin = first_print(home, "2024-Q3"), first_print(home, "2025-Q3")
    inbox = tmp_path / "inbox"
    # 2024-Q3 is revised figures dated before the first print; 2025-Q3 is issued twice on one day
    older = date.fromordinal(late.toordinal() - 5)
    drop(simulate_annual_revision(SEED, "2024-Q3", registry), inbox, "먼저", older)
    (again,) = simulate(SEED + 1, ["2025-Q3"], registry)
    drop(again, inbox, "같은날", twin)
    result = sandan(home, "run", "--inbox", inbox, marts_only=True)
    assert f"published on {older}, before what is loaded already of 2024-Q3" in result.stdout
    assert f"another edition of 2025-Q3 bears the same day of publication, {twin}" in result.stdout
    # loses nothing, and readers of the release that was there see what they saw
    assert fingerprint(home / "releases/2026-Q1_v1") == before
    assert current(home).startswith("2026-Q1_v")
    (built,) = [
        lock.parent
        for lock in (home / "builds").glob("*/inputs.lock.json")
        if "먼저" in lock.read_text(encoding="utf-8")
    ]
    with duckdb.connect(str(built / "candidate.duckdb"), read_only=True) as c:
        # the late one is the first vintage, and what held holds
        assert c.execute(held).fetchall() == stood
        first = c.execute(
            "SELECT count(*), count(*) FILTER (vintage_no = 1), count(*) FILTER (superseded_at = ?) "
            "FROM fct_observation WHERE period = '2024-Q3' AND begins_vintage AND vintage = ?",
            [late, older],
        ).fetchone()
        assert first and first[0] == first[1] and first[2] > 100
        # of two with one day the one received last holds, and the other for no day at all
        rows = c.execute(
            "SELECT count(*) FROM fct_observation WHERE period = '2025-Q3' AND begins_vintage "
            "AND vintage = ? AND superseded_at = ?",
            [twin, twin],
        ).fetchone()
        assert rows and rows[0] > 100
        shown = c.execute(
            "SELECT count(*) FROM (SELECT 1 FROM as_of(?) WHERE period = '2025-Q3' AND freq = 'Q' GROUP BY complex_id, "
            "industry_code, size_class, sex, measure HAVING count(*) > 1)",
            [twin],
        ).fetchone()
        assert shown == (0,)
        # the causes of the revisions and the age of each figure are told
        ages = c.execute(
            "SELECT first_published_at, vintage_count FROM revision_triangle "
            "WHERE complex_id = '_T' AND measure = 'production_krw_100m' AND period = '2024-Q3'"
        ).fetchone()
        assert ages and ages[0] == older and ages[1] >= 2


def test_a_revision_that_drops_a_complex_stops_and_keeps_its_figures(
    home: Path, tmp_path: Path
) -> None:
    before = fingerprint(home / "releases/2026-Q1_v1")
    (edition,) = simulate(SEED, ["2025-Q4"], SampleRegistry.load(SEEDS))
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    path = write_workbook(
        edition, inbox / file_name(edition.when, suffix="정정"), mutate.remove_row("구미")
    )
    write_meta(path, date(2026, 6, 10))
    stopped = sandan(home, "run", "--inbox", inbox, marts_only=True)
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    report = json.loads(next((home / "builds").glob("*/verdict.json")).read_text(encoding="utf-8"))
    for verdict in (home / "builds").glob("*/verdict.json"):
        found = json.loads(verdict.read_text(encoding="utf-8"))
        report = found if found["verdict"] == "stop" else report
    (check,) = [c for c in report["checks"] if c["id"] == "a_reissue_keeps_its_complexes"]
    assert not check["success"] and len(check["failures"]) == 1
    assert "Gumi: missing from 2025-Q4 as issued again" in check["failures"][0]["message_en"]
    assert "구미" in check["failures"][0]["message_ko"]
    assert current(home) == "2026-Q1_v1" and fingerprint(home / "releases/2026-Q1_v1") == before
    # and the figures of the edition before are still there
    with duckdb.connect(
        str(home / "builds" / report["build_id"] / "candidate.duckdb"), read_only=True
    ) as c:
        kept = c.execute(
            "SELECT production_krw_100m_status FROM complex_quarterly "
            "WHERE complex_id = 'gumi' AND period = '2025-Q4'"
        ).fetchall()
        assert kept == [("A",)]


def test_months_become_quarters_and_nothing_is_counted_twice(tmp_path: Path) -> None:
    """The last monthly editions, and the first quarterly one, which restates the quarter before."""
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    inbox.mkdir()
    periods = ["2024-01", "2024-02", "2024-03", "2024-Q2"]
    editions = simulate(SEED, periods, SampleRegistry.load(SEEDS))
    for month in editions[:3]:
        write_workbook(month, inbox / file_name(month.when))
    result = sandan(home, "run", "--inbox", inbox, marts_only=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert current(home) == "2024-Q1_v1"
    before = fingerprint(home / "releases/2024-Q1_v1")
    total = "SELECT production_krw_100m, employment_count FROM national_total_quarterly WHERE period = '2024-Q1'"
    (from_months,) = query(home, total)
    write_workbook(editions[3], inbox / file_name(editions[3].when))
    result = sandan(home, "run", "--inbox", inbox, marts_only=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert current(home) == "2024-Q2_v1"
    assert fingerprint(home / "releases/2024-Q1_v1") == before
    # one quarter once: what the quarterly edition says of it, close to the sum of its months
    (stated,) = query(home, total)
    assert stated == pytest.approx(from_months, rel=0.02)
    once = "SELECT period, count(*) FROM complex_quarterly WHERE complex_id = 'gumi' AND period >= '2024' GROUP BY period ORDER BY period"
    assert query(home, once) == [("2024-Q1", 1), ("2024-Q2", 1)]
    # the months stay, and the difference between the two is told and explained
    assert (
        query(home, "SELECT count(DISTINCT period) FROM fct_observation WHERE freq = 'M'")[0][0]
        >= 3
    )
    results = query(
        home,
        "SELECT DISTINCT result FROM reconciliation WHERE reconciliation_kind = 'quarter_vs_months' "
        "AND period = '2024-Q1' AND complex_id = '_T' AND series = 'production_krw_100m'",
    )
    assert results and results[0][0] in ("agrees", "explained")
    # the change of frequency stands on the register, and marks no shift of level
    assert query(
        home, "SELECT quarter FROM series_break WHERE kind = 'frequency' AND what_en <> ''"
    ) == [("2024-Q2",)]
    marked = "SELECT count(*) FROM fct_observation WHERE period = '2024-Q2' AND break_ids LIKE '%quarterly%'"
    assert query(home, marked) == [(0,)]


def test_claims_that_nothing_can_measure_are_refused_and_the_rest_goes_on(
    home: Path, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    good = yaml.safe_load(
        (ROOT / "ingestion/claims/korea_it_times_2005_exports_43.yml").read_text("utf-8")
    )
    for name, changes in (
        ("metric", {"metric": "happiness"}),
        ("period", {"period": "2005-Q5"}),
        ("fine", {"claim_id": "fine", "period": "2001"}),
    ):
        text = yaml.safe_dump({**good, **changes}, allow_unicode=True)
        (inbox / f"{name}.yml").write_text(text, encoding="utf-8")
    before = fingerprint(home / "releases/2026-Q1_v1")
    result = sandan(home, "ingest", "--inbox", inbox, marts_only=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("REJECTED") == 2
    assert "no metric 'happiness'" in result.stdout and "'2005-Q5' is not a period" in result.stdout
    # both are kept, and the third one is taken in; the release is as it was
    assert len(list((home / "quarantine").iterdir())) >= 2
    assert re.search(r"landed +fine\.yml: landed, sandan__claims all, 1 rows", result.stdout)
    assert current(home) == "2026-Q1_v1"
    assert fingerprint(home / "releases/2026-Q1_v1") == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["수출 비중 43% 1950"], ["no figure of national_export_share_pct for 1950", "2001"]),
        (["--metric", "happiness", "--value", "1"], ["no metric 'happiness'"]),
        (["산업단지는 참 크다"], ["cannot read", "읽을 수 없는", "984,829명"]),
        (["2025년 1분기 전국 산업단지 수출 104조 2,878억 원"], ["does not measure", "백만달러"]),
    ],
)
def test_what_cannot_be_asked_is_told_and_changes_nothing(
    arguments: list[str], words: list[str], sample_home: Path
) -> None:
    before = fingerprint(sample_home / "releases/2026-Q1_v1")
    asked = sandan(sample_home, "claim", *arguments)
    assert asked.returncode == 2
    assert all(word in asked.stderr + asked.stdout for word in words), asked.stderr
    assert fingerprint(sample_home / "releases/2026-Q1_v1") == before


def test_a_new_claim_is_read_and_checked_against_the_release(sample_home: Path) -> None:
    for text, verdict in (
        ("2001년 국가산업단지 수출 비중 약 43%", "supported"),
        ("more than 30 percent of national production in 2001", "supported"),
        ("2026년 1분기 고용 984,829명", "supported"),
        ("exports of US$64.4 billion in 2001", "supported"),
        ("2002년 수출 10.8% 증가", "supported"),
        ("2019 수출 비중 28.3%", "disputed"),
        ("2004년 생산 비중 32%", "indicative"),
        ("진해국가산단 2026년 1분기 생산액 500억원", "not_evaluable"),
        ("동두천국가산단 2020년 입주업체 20개사", "not_evaluable"),
    ):
        found = json.loads(sandan(sample_home, "claim", text, "--json").stdout)
        assert found["verdict"] == verdict, (text, found["findings"])
        assert found["release"] == "2026-Q1_v1"


def test_a_metric_is_one_row_with_its_sql(sample_home: Path) -> None:
    """Every figure that `query_sql` finds in the release is that of claim_measure."""
    compared = 0
    with duckdb.connect(str(sample_home / "releases/current/kicox.duckdb"), read_only=True) as c:
        for metric, sql in c.execute(
            "SELECT metric, query_sql FROM dim_claim_metric WHERE query_sql IS NOT NULL "
            "AND model NOT LIKE 'one_complex%'"
        ).fetchall():
            rows = c.execute(sql).fetchall()
            measured = {
                (definition, period): value
                for definition, period, value in c.execute(
                    "SELECT definition, period, value FROM claim_measure WHERE metric = ?", [metric]
                ).fetchall()
            }
            for definition, period, value, *unit in rows:
                if unit:  # in the units of print: claim_measure has the canonical one
                    continue
                assert measured[(definition, period)] == pytest.approx(value), (metric, period)
                compared += 1
        assert compared > 100
        # of one complex: `sandan claim` reads the SQL for any, claim_measure has the claimed ones
        of_one = 0
        for metric, sql in c.execute(
            "SELECT metric, query_sql FROM dim_claim_metric WHERE model LIKE 'one_complex%'"
        ).fetchall():
            found = {row[:3]: row for row in c.execute(sql).fetchall()}
            assert len({row[0] for row in found.values()}) >= 40, metric
            for complex_id, definition, period, value, breaks in c.execute(
                "SELECT complex_id, definition, period, value, break_ids FROM claim_measure WHERE metric = ?",
                [metric],
            ).fetchall():
                row = found[(complex_id, definition, period)]
                assert value == (pytest.approx(row[3]) if row[4] == "A" else None), (metric, period)
                assert breaks == row[5]
                of_one += 1
        assert of_one > 20
