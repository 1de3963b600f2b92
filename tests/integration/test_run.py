"""From an inbox to a release, by the command line: what it prints, what it leaves, what it refuses."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sample import (
    MOST_COMPLEXES,
    Mutation,
    SampleRegistry,
    file_name,
    mutate,
    simulate,
    simulate_status,
    status_file_name,
    write_csv_edition,
    write_meta,
    write_status_workbook,
    write_workbook,
)
from ingestion.sniff import read_content
from pipeline import build_step, gate_step, ingest_step, publishing
from pipeline.schedules import fetch_schedules
from pipeline.settings import Settings
from publication import outputs

from ..conftest import ROOT, SEED, SEEDS
from .conftest import open_to_others
from .conftest import sandan as whole_sandan

#: What a release renders is tested elsewhere; here it is made once, of the whole sample.
sandan = partial(whole_sandan, marts_only=True)


def query(home: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "releases/current/kicox.duckdb"), read_only=True) as c:
        return c.execute(sql, list(parameters)).fetchall()


def current(home: Path) -> str:
    return os.readlink(home / "releases/current")


def test_the_sample_is_released_and_called_simulated(sample_home: Path) -> None:
    printed = (sample_home / "first_run.txt").read_text(encoding="utf-8")
    folder = sample_home / "releases/current"
    for name in ("quality_report.html", "bulletin/bulletin_ko.pdf", "bulletin/bulletin_en.pdf"):
        assert (folder / name).exists() and str(folder / name) in printed
    assert "SIMULATED" in printed and "30 % of national production: held in 2001: 30.4 %" in printed
    assert "43 % of national exports: held in 2001" in printed
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    assert manifest["release_id"] == current(sample_home) == "2026-Q1_v1"
    assert manifest["is_simulated"] and manifest["checks"]["critical"] == 0
    assert query(sample_home, "SELECT bool_and(is_simulated) FROM complex_quarterly") == [(True,)]
    # everything that the sample publisher answers over HTTP was read
    assert "REJECTED" not in printed
    assert not [*(sample_home / "quarantine").glob("*")]
    publications = query(sample_home, "SELECT DISTINCT dataset FROM dim_snapshot")
    fetched = {schedule.dataset for schedule in fetch_schedules()}
    assert fetched <= {dataset for (dataset,) in publications}


def test_of_a_home_others_see_releases_alone(sample_home: Path) -> None:
    # (what the simulated publisher offers, how often it was asked, and what this test keeps beside it)
    assert open_to_others(sample_home) - {"sample", "quota", "first_run.txt"} == {"releases"}


def test_the_sample_is_as_large_as_the_country(sample_home: Path) -> None:
    """200,000 factories with births and deaths, 1,350 complexes, every edition since 2001."""
    assert query(
        sample_home,
        "SELECT count(*) FROM dim_factory WHERE is_current AND dataset = 'kicox__factory_registry'",
    ) == [(200_000,)]
    events = dict(
        query(
            sample_home,
            "SELECT event, count(*) FROM factory_event WHERE dataset = 'kicox__factory_registry' GROUP BY 1",
        )
    )
    assert min(events[kind] for kind in ("opening", "closure", "move")) > 1000, events
    assert query(
        sample_home,
        "SELECT count(*) FROM complex_status_quarterly WHERE is_top_level "
        "AND period = (SELECT max(period) FROM complex_status_quarterly)",
    ) == [(MOST_COMPLEXES,)]
    # What the interfaces gave is in the marts, gross output beside shipments.
    series = query(
        sample_home,
        "SELECT series, count(DISTINCT period) FROM national_series WHERE area = 'KR' GROUP BY 1 ORDER BY 1",
    )
    assert {name for name, count in series if count >= 5} >= {
        "national_manufacturing_shipments", "national_manufacturing_output",
        "national_production_index", "national_exports", "krw_per_usd",
    }, series  # fmt: skip
    shares = query(
        sample_home,
        "SELECT period, share_pct FROM national_share "
        "WHERE definition = 'manufacturing_output' AND length(period) = 4 AND share_pct IS NOT NULL",
    )
    assert {"2020", "2022", "2023", "2024"} <= {period for period, _ in shares}
    assert all(20 < share < 45 for _, share in shares)


def test_the_page_of_what_may_be_relied_on_names_every_mart(sample_home: Path) -> None:
    page = (ROOT / "docs" / "marts.md").read_text(encoding="utf-8")
    heads = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", page, re.M)
    named = {name for head in heads for name in re.findall(r"`(\w+)`", head)}
    published = query(
        sample_home, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"
    )
    assert {name for (name,) in published} == named


def test_a_second_run_publishes_nothing_new_and_says_so(home: Path) -> None:
    before = sorted(p.name for p in (home / "releases").iterdir())
    result = whole_sandan(home, "run")
    assert result.returncode == 0 and "nothing new" in result.stdout, result.stdout + result.stderr
    assert sorted(p.name for p in (home / "releases").iterdir()) == before
    assert not (home / "staging").exists() or not list((home / "staging").iterdir())


def test_marts_hold_what_the_simulated_publisher_printed(sample_home: Path) -> None:
    edition = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))[0]
    for listed, figures in edition.rows("production_by_complex"):
        mart = "national_total_quarterly" if listed.complex_id == "_T" else "complex_quarterly"
        where = "period = '2026-Q1'" + (
            "" if listed.complex_id == "_T" else f" AND complex_id = '{listed.complex_id}'"
        )
        (row,) = query(
            sample_home,
            f"SELECT production_krw_100m, production_krw_100m_status FROM {mart} WHERE {where}",
        )
        assert row == (figures[0].value, figures[0].status), listed


def test_nothing_in_a_release_gives_a_suppressed_value_away(sample_home: Path) -> None:
    """What stands behind every X is in no mart, as a number or as a residual of the total."""
    publication = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))[0]
    hidden = {
        round(float(c.true_value), 6)
        for c in publication.cells()
        if c.status == "Q"
        and c.true_value
        and abs(float(c.true_value)) > 1
        and c.measure in ("production", "exports")
    }
    assert len(hidden) > 10
    residuals: set[float] = set()
    # (employment is left out: a whole number may stand elsewhere by chance)
    for table in ("production_by_complex", "exports_by_complex"):
        rows = list(publication.rows(table))
        visible = sum(
            float(f[0].value) for c, f in rows if c.complex_id != "_T" and f[0].value is not None
        )
        residuals.add(round(float(rows[-1][1][0].value or 0) - visible, 6))
    with duckdb.connect(str(sample_home / "releases/current/kicox.duckdb"), read_only=True) as c:
        columns = c.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'DOUBLE'"
        ).fetchall()
        for table, column in columns:
            values = {
                round(v, 6)
                for (v,) in c.execute(
                    f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
                ).fetchall()
            }
            assert not values & hidden, (table, column, sorted(values & hidden)[:3])
            assert not values & residuals, (table, column)
        suppressed = c.execute(
            "SELECT DISTINCT complex_id FROM complex_quarterly WHERE period = '2026-Q1' AND production_krw_100m_status = 'Q'"
        ).fetchall()
        assert len(suppressed) == 6
        leaking = c.execute(
            "SELECT complex_id, kpi FROM cluster_kpi k JOIN complex_quarterly q USING (complex_id, period) "
            "WHERE q.production_krw_100m_status = 'Q' AND k.value IS NOT NULL "
            # firms are never suppressed; rates by size are printed once and not restated, so that of
            # a quarter whose total was hidden later is still what the publisher printed
            "AND kpi NOT IN ('tenant_count', 'operating_count', 'operating_ratio_pct') "
            "AND (k.size_class = '_T' OR k.period = '2026-Q1') "
            # Jobs are those at the end of a quarter; its production is hidden where one of three
            # months is: each has a status of its own.
            "AND NOT (q.employment_count_status <> 'Q' AND kpi IN ('employment_share_pct', "
            "'hhi_employment', 'krugman_specialisation', 'location_quotient_employment', "
            "'employment_growth_yoy_pct', "
            "'women_share_pct'))"
        ).fetchall()
        assert leaking == []
        unreasoned = c.execute(
            "SELECT count(*) FROM cluster_kpi WHERE value IS NULL AND (reason IS NULL OR reason_ko IS NULL)"
        ).fetchone()
        assert unreasoned == (0,)
    verdict = json.loads(
        (sample_home / "releases/current/verdict.json").read_text(encoding="utf-8")
    )
    (hidden_part,) = [c for c in verdict["checks"] if c["id"] == "hidden_part_is_small"]
    assert hidden_part["success"] and "not told" in hidden_part["observed"]


def test_a_revision_is_a_new_vintage_and_the_old_one_stays(sample_home: Path) -> None:
    rows = query(
        sample_home,
        "SELECT vintage_no, value, published_at::VARCHAR, is_latest FROM fct_observation "
        "WHERE complex_id = '_T' AND measure = 'production_krw_100m' AND period = '2024-Q4' "
        "AND industry_code = '_T' AND vintage_no IS NOT NULL ORDER BY vintage_no, published_at",
    )
    numbers = {r[0] for r in rows}
    assert numbers >= {1, 2} and sum(r[3] for r in rows) == 1
    first = next(r for r in rows if r[0] == 1)
    latest = next(r for r in rows if r[3])
    assert first[2] < latest[2] and first[1] != latest[1]
    assert query(
        sample_home,
        "SELECT production_krw_100m FROM national_total_quarterly WHERE period = '2024-Q4'",
    ) == [(latest[1],)]


def test_trace_leads_to_the_cell_and_reads_it_again(home: Path) -> None:
    result = sandan(home, "trace", "창원", "production_krw_100m", "2026-Q1", "--json")
    assert result.returncode == 0, result.stderr
    cells = json.loads(result.stdout)["cells"]
    latest = next(c for c in cells if c["is_latest"])
    assert (latest["sheet"], latest["cell"]) == ("표4 단지별 생산", "C43")
    assert latest["verified"] is True and (home / latest["raw"]).exists()
    shown = f"{latest['value']:,.1f}"
    by_number = json.loads(sandan(home, "trace", f"{shown} 억원", "--json").stdout)["cells"]
    assert any(c["complex_id"] == "changwon" and c["cell"] == "C43" for c in by_number)
    kpi = json.loads(
        sandan(home, "trace", "구미", "production_growth_yoy_pct", "2026-Q1", "--json").stdout
    )
    assert {c["period"] for c in kpi["cells"]} == {"2026-Q1", "2025-Q1"}
    # the bytes were tampered with: trace says so
    raw = home / latest["raw"]
    raw.chmod(0o644)
    shutil.copyfile(next((home / "raw/kicox/kicox__industrial_trend/2025-Q3").glob("*.xlsx")), raw)
    told = json.loads(
        sandan(home, "trace", "창원", "production_krw_100m", "2026-Q1", "--json").stdout
    )["cells"]
    assert any(c["verified"] is False for c in told)
    for wrong in (
        ["없는단지", "production_krw_100m", "2026-Q1"],
        ["창원", "profit", "2026-Q1"],
        ["창원", "생산액", "1999-Q1"],
    ):
        refused = sandan(home, "trace", *wrong)
        assert refused.returncode == 2 and "sandan:" in refused.stderr


def test_status_tells_what_is_there(home: Path, tmp_path: Path) -> None:
    whole = next((home / "inbox").glob("*산업동향정보_20251231.xlsx")).read_bytes()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "산업동향정보_20251231_재배포.xlsx").write_bytes(whole[: len(whole) * 3 // 5])
    sandan(home, "ingest", "--inbox", inbox)
    found = json.loads(sandan(home, "status", "--json").stdout)
    assert found["current"]["release_id"] == "2026-Q1_v1" and found["to_build"] is None
    assert found["quarantine"] and "재배포" in found["quarantine"][0]["line"]


BAD: list[tuple[str, Mutation, str]] = [
    ("a sheet missing", mutate.remove_sheet("exports_by_industry"), "표7"),
    (
        "a header reworded",
        mutate.reword_header("production_by_complex", "당분기", "금번"),
        "표4 단지별 생산",
    ),
    ("an unknown complex", mutate.insert_complex("가나다라"), "가나다라"),
    (
        "text for a number",
        mutate.text_for_number("production_by_complex", "창원", text="미정"),
        "C43",
    ),
]


@pytest.mark.parametrize(("mutation", "named"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_files_change_no_release_and_the_rest_goes_on(
    mutation: Mutation, named: str, home: Path, edition_file: Callable[..., Path]
) -> None:
    bad = edition_file(mutation, name="나쁨_20260331.xlsx")
    result = sandan(home, "run", "--inbox", bad.parent)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("REJECTED") == 1 and named in result.stdout and "→" in result.stdout
    assert "nothing new" in result.stdout and current(home) == "2026-Q1_v1"
    assert (
        sandan(home, "run", "--inbox", bad.parent, "--strict").returncode == 0
    )  # nothing new is rejected


def test_the_gate_stops_a_cell_that_lost_a_digit_and_a_mended_file_passes(
    home: Path, edition_file: Callable[..., Path]
) -> None:
    bad = edition_file(
        mutate.drop_digit("production_by_complex", "창원", 0), name="정정_20260331.xlsx"
    )
    stopped = sandan(home, "run", "--inbox", bad.parent)
    assert stopped.returncode == 1, stopped.stdout + stopped.stderr
    assert "STOPPED" in stopped.stdout and "Changwon" in stopped.stdout and "창원" in stopped.stdout
    assert current(home) == "2026-Q1_v1"
    again = sandan(home, "run", "--inbox", bad.parent)
    assert again.returncode == 1 and "build " not in again.stdout  # judged once, told again
    published = sandan(home, "publish")
    assert published.returncode == 1 and current(home) == "2026-Q1_v1"


def test_real_and_simulated_are_never_mixed(home: Path, publisher_files: Path) -> None:
    result = sandan(home, "run", "--inbox", publisher_files)
    assert result.returncode == 0, result.stdout + result.stderr
    manifest = json.loads((home / "releases/current/release.json").read_text(encoding="utf-8"))
    assert manifest["release_id"] == "2026-Q1_v2" and not manifest["is_simulated"]
    assert not any(i["is_simulated"] for i in manifest["inputs"])
    assert query(home, "SELECT count(*) FROM fct_observation WHERE is_simulated") == [(0,)]
    back = sandan(home, "run")  # the sample again: it is not built over the real
    assert back.returncode == 0 and "simulated files are not mixed" in back.stdout
    assert current(home) == "2026-Q1_v2"


def test_the_real_files_are_released(real_home: Path) -> None:
    assert current(real_home) == "2026-Q1_v1"
    (total,) = query(
        real_home,
        "SELECT production_krw_100m, exports_usd_m, employment_count, employment_women_count, "
        "tenant_count, operating_count, utilization_pct FROM national_total_quarterly WHERE period = '2026-Q1'",
    )
    assert total == pytest.approx(
        (1767986.24107161, 50664.01487885066, 984829, 197708, 65209, 60074, 82.74947446523664)
    )
    manifest = json.loads((real_home / "releases/current/release.json").read_text(encoding="utf-8"))
    assert not manifest["is_simulated"] and manifest["checks"]["verdict"] == "pass_with_warnings"
    # 남동's true jump passes as a warning that readers see
    assert any(
        "남동 고용인원" in w["message_ko"] and "+15.5%" in w["message_ko"]
        for w in manifest["warnings"]
    )
    assert query(real_home, "SELECT count(*) FROM complex_quarterly WHERE period = '2026-Q1'") == [
        (40,)
    ]
    assert query(
        real_home,
        "SELECT count(*) FROM complex_quarterly WHERE period = '2026-Q1' AND production_krw_100m_status = 'Q'",
    ) == [(6,)]
    claims = {
        (c, p): (v, m, k)
        for c, d, p, v, m, k in query(
            real_home,
            "SELECT claim_id, definition, period, verdict, round(measured_pct, 1), coverage FROM claim_check "
            "WHERE definition IN ('manufacturing_shipments', 'customs_exports') "
            "OR (definition = 'mining_manufacturing_shipments' AND period > '2001')",
        )
    }
    assert claims[("korea_it_times_2005_production_30", "2001")] == ("supported", 30.4, "12/12")
    assert claims[("korea_it_times_2005_exports_43", "2001")] == ("supported", 42.8, "12/12")
    assert claims[("korea_it_times_2005_exports_43", "2002")] == ("contradicted", 43.9, "12/12")
    assert claims[("korea_it_times_2005_production_30", "2004")] == ("indicative", 32.0, "2/12")
    assert claims[("korea_it_times_2005_exports_43", "2004")] == ("indicative", 42.8, "2/12")
    assert claims[("korea_it_times_2005_production_30", "2005")] == ("indicative", 34.4, "2/12")
    assert claims[("korea_it_times_2005_exports_43", "2005")] == ("indicative", 45.7, "2/12")
    assert claims[("korea_it_times_2005_production_30", "2010")] == ("contradicted", 36.9, "12/12")
    assert claims[("korea_it_times_2005_production_30", "2012")] == ("contradicted", 40.8, "12/12")
    assert claims[("korea_it_times_2005_production_30", "2020")] == ("supported", 30.5, "12/12")


def test_the_claims_of_2005_by_real_figures(real_home: Path) -> None:
    """What the article said: held in 2001 and once since, by which definition; two claims that cannot
    both be true are told together though nothing measures them."""
    rows = query(
        real_home,
        "SELECT claim_id, verdict, verdict_period, verdict_period_is_assumed, last_held_period, "
        "last_held_definition, held_periods, contradicts FROM claim_verdict "
        "WHERE claim_id LIKE 'korea_it_times_2005_%' AND stated_value IN (30, 43, 41) ORDER BY claim_id",
    )
    article = "korea_it_times_2005"
    clusters = ("not_evaluable", "none", True, None, None, None)
    assert rows == [
        (f"{article}_exports_43", "indicative", "2005", True, "2009", "customs_exports", "2001, 2009", None),
        (f"{article}_mini_clusters_41", *clusters, f"{article}_mini_clusters_43"),
        (f"{article}_mini_clusters_43", *clusters, f"{article}_mini_clusters_41"),
        (f"{article}_production_30", "indicative", "2005", True, "2020", "mining_manufacturing_shipments", "2001, 2020", None),
    ]  # fmt: skip
    measured = query(
        real_home,
        "SELECT metric, period, definition, round(measured_value, 1), coverage FROM claim_check "
        "WHERE claim_id IN ('korea_it_times_2005_production_30', 'korea_it_times_2005_exports_43') "
        "AND period IN ('2001', '2005') AND definition IN ('manufacturing_shipments', "
        "'mining_manufacturing_shipments', 'customs_exports') ORDER BY ALL",
    )
    production, exports = "national_production_share_pct", "national_export_share_pct"
    assert {row[:3]: row[3:] for row in measured} == {
        (exports, "2001", "customs_exports"): (42.8, "12/12"),
        (exports, "2005", "customs_exports"): (45.7, "2/12"),
        (production, "2001", "manufacturing_shipments"): (30.4, "12/12"),
        (production, "2001", "mining_manufacturing_shipments"): (30.4, "12/12"),
        (production, "2005", "manufacturing_shipments"): (None, "2/12"),
        (production, "2005", "mining_manufacturing_shipments"): (34.4, "2/12"),
    }
    wrong_unit = query(
        real_home,
        "SELECT DISTINCT verdict FROM claim_verdict WHERE claim_id = 'all_complexes_exports_2025_q1'",
    )
    assert wrong_unit == [("not_evaluable",)]


def test_what_the_real_workbook_reveals_is_told_to_the_statistician_alone(real_home: Path) -> None:
    """Its totals include its six suppressed complexes. Which figures that gives away stands in no test."""
    (told,) = (real_home / "builds").glob("*/disclosure_revealed.json")
    for path in (told, told.with_suffix(".html")):
        assert path.stat().st_mode & 0o777 == 0o600
    found = json.loads(told.read_text(encoding="utf-8"))
    assert found["period"] == "2026-Q1"
    assert len({c["complex_id"] for c in found["cells"]}) == 6
    ways = {(c["how"], c["exact"]) for c in found["cells"]}
    # where no firm operates; what is left of a sum for one; what two or more share
    assert ways == {("no_operating_firm", True), ("sums", True), ("sums", False)}
    assert any(len(group["members"]) > 1 for group in found["groups"])
    assert found["alone"] and found["doubt"] == []
    released = [p.name for p in (real_home / "releases").rglob("*")]
    assert not [name for name in released if name.startswith("disclosure_")]


def test_the_real_release_is_made_again_hash_for_hash(real_home: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(real_home, tmp_path / "home", symlinks=True))
    result = whole_sandan(home, "rebuild")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 differ, 0 missing, 0 extra" in result.stdout


def test_the_real_status_of_all_complexes_is_released(real_home: Path) -> None:
    printed = (real_home / "first_run.txt").read_text(encoding="utf-8")
    assert "REJECTED" not in printed and "kicox__complex_status 2025-Q3" in printed
    assert query(
        real_home,
        "SELECT count(*), sum(tenant_count), sum(tenant_count) FILTER (is_top_level), "
        "count(*) FILTER (is_top_level), count(DISTINCT whole_id) FILTER (is_top_level) "
        "FROM complex_status_quarterly WHERE period = '2025-Q3'",
    ) == [(1435, 181945, 129922, 1353, 1349)]
    assert query(
        real_home,
        "SELECT complex_count, tenant_count, operating_count FROM complex_status_total_quarterly "
        "WHERE period = '2025-Q3' AND complex_type = '_T' AND province_code = '_T'",
    ) == [(1349, 129922, 120276)]
    # the release stays that of the trend statistic's newest quarter
    assert current(real_home) == "2026-Q1_v1"
    assert query(
        real_home,
        "SELECT q.status_complex_id, q.name_ko, q.level, p.name_ko, q.tenant_count, q.sheet, q.name_cell, "
        "q.employment_count_status, q.production_krw_100m_status FROM complex_status_quarterly q "
        "JOIN complex_status_quarterly p ON p.status_complex_id = q.parent_id WHERE q.complex_id = 'seoul'",
    ) == [
        ("national-11-77897fb49e", "서울디지털", 1, "한국수출산업", 15232, "전국산업단지현황", "D7", "O", "O")
    ]  # fmt: skip
    assert query(real_home, "SELECT count(DISTINCT complex_id) FROM complex_status_quarterly") == [
        (55,)
    ]
    verdict = json.loads((real_home / "releases/current/verdict.json").read_text(encoding="utf-8"))
    checks = [c for c in verdict["checks"] if c["suite"] == "complex_status"]
    assert len(checks) >= 12 and all(c["success"] for c in checks)
    manifest = json.loads((real_home / "releases/current/release.json").read_text(encoding="utf-8"))
    told = [w for w in manifest["warnings"] if "1,353" in w["message_en"]]
    assert told and any("1,349" in w["message_en"] for w in told)


def test_the_real_designations_are_released(real_home: Path, publisher_files: Path) -> None:
    """As the appendix says, whose areas are in m² under a header that says 천㎡."""
    (path,) = publisher_files.glob("*전국산업단지현황통계_20250930.xlsx")
    sheets = {sheet.name: sheet.rows for sheet in read_content(path.read_bytes()).sheets}
    announced = [
        row for row in sheets["부록1)신규지정 및 해제현황"] if str(row[6]).startswith("20")
    ]
    released = query(
        real_home,
        "SELECT name_ko, designated_on, designated_area_k_m2, change_kind, valid_from, is_current "
        "FROM dim_complex_designation WHERE designated_on IS NOT NULL ORDER BY 1",
    )
    assert [row[:2] for row in released] == sorted((row[3], row[6]) for row in announced)
    areas = {name: area for name, _, area, *_ in released}
    assert all(abs(areas[row[3]] - row[4] / 1000) <= 0.5 for row in announced), areas
    assert ("나주에너지국가산업단지", "2025-07-03", 1240.0) in [row[:3] for row in released]
    assert {row[3:] for row in released} == {("designation", "2025-Q3", True)}
    # 지정해제 현황: 없음
    assert query(real_home, "SELECT count(cancelled_on) FROM dim_complex_designation") == [(0,)]


def test_the_sample_shows_the_status_of_all_complexes(sample_home: Path) -> None:
    # the newest edition that is out when the sample publisher's clock stands still
    edition = simulate_status(SEED, "2025-Q4", SampleRegistry.load(SEEDS), complexes=MOST_COMPLEXES)
    rows = query(
        sample_home,
        "SELECT name_ko, level, tenant_count, designated_area_k_m2, complex_id, is_simulated "
        "FROM complex_status_quarterly WHERE period = '2025-Q4' ORDER BY seq",
    )
    assert len([row for row in rows if row[1] == 0]) >= MOST_COMPLEXES
    assert rows == [
        (r.name, r.level, r.figures[7], r.figures[0], r.complex_id, True) for r in edition.rows
    ]


def test_older_editions_give_quarters_and_the_newest_vintage_holds(
    home: Path, tmp_path: Path
) -> None:
    registry = SampleRegistry.load(SEEDS)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    editions = {
        period: simulate_status(SEED, period, registry, old_form=True)
        for period in ("2024-Q2", "2024-Q4", "2025-Q1", "2025-Q2")
    }
    for edition in editions.values():
        write_status_workbook(edition, inbox / status_file_name(edition.when))
    revised = simulate_status(SEED + 1, "2025-Q1", registry, old_form=True)
    late = write_status_workbook(revised, inbox / "정정_20250331.xlsx")
    late.with_name(late.name + ".meta.json").write_text(
        '{"published_at": "2025-09-01", "simulated": true}', encoding="utf-8"
    )
    # These editions list other complexes than the sample's: the first release of all, or the gate would
    # stop it because complexes vanish.
    shutil.rmtree(home / "releases")
    (home / "release_log.jsonl").unlink()
    result = sandan(home, "run", "--inbox", inbox)
    assert result.returncode == 0, result.stdout + result.stderr
    assert current(home) == "2026-Q1_v1"
    before = {
        period: query(
            home,
            "SELECT name_ko, tenant_count, employment_count, production_krw_100m, "
            "production_krw_100m_status, exports_usd_m FROM complex_status_quarterly "
            "WHERE period = ? ORDER BY seq",
            period,
        )
        for period in editions
    }
    # the first quarter is its own; the re-issue published later holds
    assert [(r[0], r[1], r[3], r[5]) for r in before["2025-Q1"]] == [
        (r.name, r.figures[7], pytest.approx(r.flows[3] / 100), pytest.approx(r.flows[4] / 1000))
        for r in revised.rows
    ]
    # the second is the sum since January less the first (as it holds now)
    for row, later, first in zip(
        before["2025-Q2"], editions["2025-Q2"].rows, revised.rows, strict=True
    ):
        assert row[3] == pytest.approx((later.flows[3] - first.flows[3]) / 100)
        assert row[2] == later.flows[2] and row[4] == "A"
    # without the edition before there is no quarter: 2024-Q3 never came
    assert {r[3:5] for r in before["2024-Q4"]} == {(None, "O")}


def test_the_status_alone_is_nothing_to_build(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    edition = simulate_status(SEED, "2026-Q1", SampleRegistry.load(SEEDS))
    write_status_workbook(edition, inbox / status_file_name(edition.when))
    result = sandan(tmp_path / "home", "run", "--inbox", inbox)
    assert result.returncode == 2 and "no publication has landed" in result.stderr


def test_an_empty_or_missing_inbox_is_told(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    empty = sandan(tmp_path / "home", "run", "--inbox", tmp_path / "inbox")
    assert empty.returncode == 2 and "no publication has landed" in empty.stderr
    missing = sandan(tmp_path / "home", "run", "--inbox", tmp_path / "nowhere")
    assert missing.returncode == 2 and "not a folder" in missing.stderr


def test_monthly_editions_make_a_quarter_and_a_begun_one_waits(tmp_path: Path) -> None:
    """January to April: the release is about the first quarter, whose flows are the three months'."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    months = simulate(SEED, [f"2023-0{m}" for m in range(1, 5)], SampleRegistry.load(SEEDS))
    for month in months:
        write_workbook(month, inbox / file_name(month.when))
    home = tmp_path / "home"
    result = sandan(home, "run", "--inbox", inbox)
    assert result.returncode == 0, result.stdout + result.stderr
    assert current(home) == "2023-Q1_v1"
    three = sum(float(m.figure("production_by_complex", "계").value or 0) for m in months[:3])
    (total,) = query(
        home,
        "SELECT production_krw_100m, employment_count, utilization_pct_status "
        "FROM national_total_quarterly WHERE period = '2023-Q1'",
    )
    last = months[2].figure("employment_by_complex", "계").value
    # flows were revised by the next month's column, stocks are those of the last month
    assert total[0] == pytest.approx(three, rel=0.01) and total[2] == "A"
    assert total[1] == pytest.approx(float(last or 0), rel=0.01)
    assert query(home, "SELECT DISTINCT period FROM complex_latest") == [("2023-Q1",)]


def test_a_quarter_known_from_csv_editions_only_waits_for_its_workbook(
    home: Path, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (next_quarter,) = simulate(SEED, ["2026-Q2"], SampleRegistry.load(SEEDS))
    edition = write_csv_edition(
        next_quarter,
        "production_by_complex",
        inbox / file_name(next_quarter.when, "생산실적", extension="csv"),
    )
    write_meta(edition, next_quarter.published_at)  # a CSV edition cannot carry the mark itself
    stopped = sandan(home, "run", "--inbox", inbox)
    assert stopped.returncode == 1 and "Drop the workbook" in stopped.stdout
    assert current(home) == "2026-Q1_v1"
    write_workbook(next_quarter, inbox / file_name(next_quarter.when))
    passed = sandan(home, "run", "--inbox", inbox)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert current(home) == "2026-Q2_v1"


def test_a_reissue_makes_the_next_version_also_where_the_switch_died_half_way(
    home: Path, edition_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow tries the same step again with what the step before had told it."""
    path = edition_file(
        mutate.add_footnote("production_by_complex", "* 재배포"), name="재발행_20260331.xlsx"
    )
    settings = Settings(home, path.parent)
    ingest_step.ingest(settings)
    built = build_step.build(settings)
    gate_step.gate(settings, built["build_id"])
    monkeypatch.setattr(outputs, "render_outputs", lambda folder: [])
    staged = publishing.render(settings, publishing.assemble(settings, built["build_id"]))
    sealed = publishing.seal(settings, staged)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("publication.releases.switching.point_current", die)
    with pytest.raises(KeyboardInterrupt):
        publishing.switch(settings, sealed)
    monkeypatch.undo()
    assert current(home) == "2026-Q1_v1" and (home / "releases/2026-Q1_v2").is_dir()
    assert publishing.switch(settings, sealed) == {
        "release_id": "2026-Q1_v2",
        "status": "published",
    }
    assert current(home) == "2026-Q1_v2"
    assert publishing.switch(settings, sealed) == {
        "release_id": "2026-Q1_v2",
        "status": "unchanged",
    }
    assert not (home / "staging" / built["build_id"]).exists()
    difference = json.loads((home / "releases/current/diff.json").read_text(encoding="utf-8"))
    assert difference["before"] == "2026-Q1_v1"
    # nothing but the origin changed: no figure did
    changed = difference["marts"].get("complex_quarterly", {})
    assert not changed.get("values")
