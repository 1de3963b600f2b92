"""Every check of every suite is seen to fail: what it is for is broken in the marts, and it says so.

The sample's marts are in memory once; each case breaks them in a transaction that is rolled back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations import row_counts
from expectations.accepted import Ledger
from expectations.checks import Bench
from expectations.disclosure_audit import attach_audit
from expectations.evidence import Names
from expectations.gate import load_suites, primary_keys
from expectations.judge import Judge
from expectations.suite import Check
from expectations.views import VIEWS

CHECKS = {check.id: check for suite in load_suites() for check in suite.checks}
TESTS = Path(__file__).resolve().parents[1]
PERIOD = "2026-Q1"
BOOK = "snapshot_id = (SELECT snapshot_id FROM newest_book)"
GUMI = f"complex_id = 'gumi' AND {BOOK}"
CSV = "snapshot_id IN (SELECT snapshot_id FROM dim_snapshot WHERE dataset LIKE '%_csv')"
TREND = "dataset = 'kicox__industrial_trend'"


def facts(change: str, where: str) -> str:
    return f"UPDATE fct_observation SET {change} WHERE {where}"


#: check → what breaks the marts (statements after one another); further files beside the candidate below
CASES: dict[str, list[str]] = {
    # completeness
    "no_complex_came_unregistered": ["UPDATE dim_complex SET published_until = '2020-Q1' WHERE complex_id = 'gumi'"],
    "totals_of_the_release_are_there": ["UPDATE national_total_quarterly SET utilization_pct = NULL WHERE period = '2026-Q1'"],
    "complexes_without_suppression_before": ["UPDATE complex_quarterly SET production_krw_100m_status = 'Q' WHERE complex_id = 'gumi' AND period = '2026-Q1'"],
    "quarters_due_are_there": ["DELETE FROM dim_snapshot WHERE quarter_of(period) = '2025-Q2'"],
    "no_value_is_missing_from_csv": [
        facts("obs_status = 'O'", f"{CSV} AND relation = 'current' AND complex_id = 'gumi'"),
        f"DELETE FROM dim_snapshot WHERE {TREND}",
    ],
    # status of all complexes
    "status_totals_by_type_and_province_add_up": ["UPDATE complex_status_total_quarterly SET tenant_count = tenant_count + 5 WHERE complex_type <> '_T'"],
    "status_units_are_not_off_by_a_factor": ["UPDATE complex_status_quarterly SET designated_area_k_m2 = 1000 * designated_area_k_m2 WHERE period = (SELECT max(period) FROM complex_status_quarterly)"],
    # disclosure (what each mart may not derive: see below)
    "no_mart_isolates_what_is_suppressed": ["INSERT INTO disclosure_isolated VALUES ('industry_quarterly', 'others')"],
    # distribution and history
    "no_bytes_stand_for_two_periods": [f"UPDATE dim_snapshot SET sha256 = 'same' WHERE {TREND} AND period IN ('2025-Q3', '2025-Q4')"],
    "revision_is_not_a_lost_digit": [facts("value = 10 * value", "measure = 'production_krw_100m' AND vintage_no = 2")],
    "revision_is_small": [facts("value = 1.2 * value", "measure = 'production_krw_100m' AND vintage_no = 2")],
    "csv_edition_agrees": [facts("value = 1.001 * value", f"{CSV} AND complex_id = 'gumi'")],
    "csv_edition_has_all_complexes": [f"DELETE FROM fct_observation WHERE {CSV} AND complex_id = 'gumi'"],
    # the marts as readers see them
    "statuses_are_known": ["UPDATE complex_quarterly SET production_krw_100m_status = 'Z' WHERE complex_id = 'gumi'"],
    "utilization_is_usual": ["UPDATE complex_quarterly SET utilization_pct = 120 WHERE complex_id = 'gumi'"],
    "utilization_is_possible": ["UPDATE complex_quarterly SET utilization_pct = 200 WHERE complex_id = 'gumi'"],
    "shares_are_possible": ["UPDATE national_share SET share_pct = 101 WHERE share_pct IS NOT NULL"],
    "totals_are_positive": ["UPDATE national_total_quarterly SET production_krw_100m = 0 WHERE period = '2026-Q1'"],
    "verdicts_are_known": ["UPDATE claim_check SET verdict = 'perhaps' WHERE verdict = 'supported'"],
    # identities of one publication
    "complex_and_industry_tables_agree": [facts("value = 1.1 * value", f"{GUMI} AND table_id = 'production_by_industry' AND industry_code = '_T'")],
    "industries_add_up": [facts("value = 1.1 * value", f"{GUMI} AND table_id = 'production_by_industry' AND industry_code <> '_T'")],
    "utilization_is_output_over_capacity": [facts("value = value + 5", f"{GUMI} AND table_id = 'operating_rate_by_complex' AND measure = 'utilization_pct' AND relation = 'current'")],
    "capacity_follows_from_industries": [facts("value = 1.1 * value", f"{GUMI} AND measure = 'capacity_krw_100m'")],
    "rate_lies_between_its_parts": [facts("value = 149", f"{GUMI} AND table_id = 'operating_rate_by_industry' AND industry_code = '_T'")],
    "rate_of_a_size_class_is_plausible": [facts("value = value / 10", f"{BOOK} AND table_id = 'operating_rate_by_size' AND measure = 'utilization_pct' AND size_class = 'LT50'")],
    "size_classes_add_up": [facts("value = value + 3", f"{BOOK} AND measure = 'manufacturing_operating_count' AND size_class = '_T'")],
    "published_growth_follows_from_its_columns": [facts("value = value + 2", f"{GUMI} AND measure = 'production_growth_pct'")],
    "utilization_change_follows_from_its_columns": [facts("value = value + 1", f"{GUMI} AND measure = 'utilization_change_pp'")],
    "complexes_add_up": [facts("value = 0.5 * value", f"{BOOK} AND complex_id = '_T' AND measure = 'tenant_count'")],
    "year_to_date_holds_the_quarter": [facts("value = 2 * value", f"{GUMI} AND relation = 'ytd'")],
    "year_to_date_adds_up": [facts("value = 3 * value", "complex_id = 'gumi' AND relation = 'ytd' AND period = '2025-Q3'")],
    "firms_are_among_tenants": [facts("value = 10 * value", f"{GUMI} AND table_id = 'tenants_by_complex' AND measure = 'operating_count'")],
    "suppression_is_the_same_in_all_tables": [facts("obs_status = 'Q', value = NULL", f"{GUMI} AND measure = 'exports_usd_m'")],
    # ranges
    "levels_are_not_negative": [facts("value = -1", f"{GUMI} AND measure = 'employment_count'")],
    "counts_are_whole": [facts("value = value + 0.5", f"{GUMI} AND table_id = 'tenants_by_complex'")],
    "kpis_are_possible": ["UPDATE cluster_kpi SET value = 120 WHERE kpi = 'women_share_pct' AND period = '2026-Q1'"],
    # reconciliation
    "reconciliation_key": ["INSERT INTO reconciliation FROM reconciliation LIMIT 1"],
    "no_sum_stands_beside_suppressed_parts": ["UPDATE reconciliation SET suppressed_count = 1 WHERE difference IS NOT NULL"],
    # timeliness
    "publication_came_in_its_usual_time": [f"UPDATE dim_snapshot SET published_at = published_at + INTERVAL 90 DAY, published_at_basis = 'publisher' WHERE {BOOK}"],
    "release_is_about_the_newest_quarter": [f"UPDATE dim_snapshot SET period = '2026-Q2' WHERE {TREND} AND period = '2025-Q4'"],
    "other_sources_are_fresh": [],
}  # fmt: skip
#: Files of earlier steps beside the candidate.
FILES = {
    "other_sources_are_fresh": {
        "freshness.json": [{"dataset": "kosis__x", "expected_period": "2025", "title_ko": "가",
                            "title_en": "a", "as_of": "2026-06-01", "days_late": 9, "status": "late"}]
    }
}  # fmt: skip
#: Seen to fail below; all others by the modules that name them.
HERE_TOO = {"nothing_is_derived_from_suppressed_cells"}


@pytest.fixture(scope="module")
def marts(small_candidate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The sample's marts in memory, without the keys that would refuse to be broken."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{small_candidate}' AS source (READ_ONLY)")
        connection.execute("ATTACH ':memory:' AS candidate")
        for (table,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'source' AND schema_name = 'main'"
        ).fetchall():
            connection.execute(f"CREATE TABLE candidate.main.{table} AS FROM source.main.{table}")
        connection.execute("USE candidate.main")
        connection.execute("SET VARIABLE period = $1", [PERIOD])
        connection.execute(VIEWS)
        attach_audit(connection, small_candidate)
        row_counts.load(connection, is_simulated=True)
        with duckdb.connect(str(small_candidate), read_only=True) as source:
            keys = primary_keys(source)
        yield Bench(
            connection=connection,
            judge=Judge(),
            names=Names.of(connection),
            ledger=Ledger([], date(2026, 6, 1), is_simulated=True, period=PERIOD),
            keys=keys,
            folder=tmp_path_factory.mktemp("beside"),
            has_last_release=False,
        )


def result(bench: Bench, check: Check) -> dict[str, Any]:
    found = bench.run(check)
    assert found["expectation"] != "the check runs", found  # it could not run
    return found


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_check_fails_where_what_it_is_for_is_broken(name: str, marts: Bench) -> None:
    check, connection = CHECKS[name], marts.connection
    before = result(marts, check)
    assert before["success"] or check.severity == "warning", before["failures"]
    files = [(marts.folder / file, content) for file, content in FILES.get(name, {}).items()]
    if check.mart is None:  # (a mart is read by a connection that sees what is committed)
        connection.execute("BEGIN")
    try:
        for statement in CASES[name]:
            changed = connection.execute(statement).fetchone()
            assert changed and changed[0], statement
        for path, content in files:
            path.write_text(json.dumps(content), encoding="utf-8")
        found = result(marts, check)
    finally:
        if check.mart is None:
            connection.execute("ROLLBACK")
        else:
            connection.execute(
                f"CREATE OR REPLACE TABLE candidate.main.{check.mart} AS FROM source.main.{check.mart}"
            )
        for path, _ in files:
            path.unlink(missing_ok=True)
    assert not found["success"] and found["unexpected_count"] > before["unexpected_count"]
    assert found["failures"]
    assert all(f["message_ko"] and f["message_en"] for f in found["failures"])


def test_no_mart_derives_a_figure_from_a_suppressed_one(marts: Bench) -> None:
    """Gumi's figures of a quarter are called suppressed in the mart of levels: every other mart that
    tells something of them is found."""
    check, connection = CHECKS["nothing_is_derived_from_suppressed_cells"], marts.connection
    assert result(marts, check)["success"]
    connection.execute("BEGIN")
    try:
        for column in (
            "production_krw_100m",
            "exports_usd_m",
            "employment_count",
            "utilization_pct",
        ):
            connection.execute(
                f"UPDATE complex_quarterly SET {column}_status = 'Q' WHERE complex_id = 'gumi' AND period = '{PERIOD}'"
            )
        connection.execute(
            f"UPDATE complex_industry_quarterly SET production_krw_100m_status = 'Q' WHERE complex_id = 'gumi' AND period = '{PERIOD}'"
        )
        found = result(marts, check)
        told = connection.execute("SELECT DISTINCT mart FROM judged WHERE deviation > 0").fetchall()
    finally:
        connection.execute("ROLLBACK")
    assert not found["success"]
    assert {mart for (mart,) in told} == {
        *("growth_quarterly", "index_quarterly", "exports_quarterly", "seasonal_adjusted"),
        *("cluster_kpi", "complex_industry_quarterly"),
    }


def test_every_check_has_a_case() -> None:
    others = [p for p in TESTS.rglob("test_*.py") if p.name != Path(__file__).name]
    texts = "".join(p.read_text(encoding="utf-8") for p in others)
    named = {name for name in CHECKS if re.search(rf'"{name}"', texts)}
    assert set(CASES) | HERE_TOO <= set(CHECKS)
    assert set(CHECKS) - set(CASES) - HERE_TOO - named == set()
