"""The gate against history: accepted exceptions, the last release, row counts, distributions."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from expectations.accepted import Accepted
from expectations.gate import Check, Suite, load_suites, run_gate
from expectations.row_counts import refresh
from pipeline.cli import app
from pipeline.release_home import mart_order

TODAY = date(2026, 6, 1)
NEWEST = (
    "snapshot_id = (SELECT snapshot_id FROM dim_snapshot WHERE dataset = 'kicox__industrial_trend' "
    "ORDER BY period DESC, published_at DESC LIMIT 1)"
)
EMPTY_CELL = (
    "UPDATE fct_observation SET value = NULL, obs_status = 'O' WHERE complex_id = 'gumi' AND "
    "measure = 'exports_usd_m' AND table_id = 'exports_by_industry' AND industry_code = 'FOOD' "
    f"AND {NEWEST}"
)


@pytest.fixture
def candidate(small_candidate: Path, tmp_path: Path) -> Path:
    audit = "disclosure_audit.json"
    shutil.copyfile(small_candidate.with_name(audit), tmp_path / audit)
    return Path(shutil.copyfile(small_candidate, tmp_path / "candidate.duckdb"))


@pytest.fixture
def released(sample_home: Path) -> Path:
    return sample_home / "releases" / "current"


@pytest.fixture
def keys(sample_home: Path) -> dict[str, list[str]]:
    (manifest,) = (sample_home / "builds").glob("2026-Q1_*/manifest.json")
    return mart_order(manifest)


def judge(candidate: Path, *suites: str, **options: Any) -> dict[str, Any]:
    chosen = [s for s in load_suites() if not suites or s.suite in suites]
    settings = {"suites": chosen, "accepted": [], **options}
    return run_gate(
        candidate=candidate, build_id="b", period="2026-Q1", is_simulated=True, today=TODAY, **settings
    )  # fmt: skip


def plain(candidate: Path, *tables: str) -> None:
    """Tables without their keys and checks, which DuckDB would enforce, as a faulty model makes them."""
    with duckdb.connect(str(candidate)) as connection:
        for table in tables:
            connection.execute(f"CREATE TABLE plain AS FROM {table}")
            connection.execute(f"DROP TABLE {table}")
            connection.execute(f"ALTER TABLE plain RENAME TO {table}")


def change(candidate: Path, *statements: str) -> None:
    with duckdb.connect(str(candidate)) as connection:
        for statement in statements:
            row = connection.execute(statement).fetchone()
            assert row and row[0], statement


def failed(verdict: dict[str, Any], severity: str = "critical") -> set[str]:
    return {c["id"] for c in verdict["checks"] if not c["success"] and c["severity"] == severity}


def told(verdict: dict[str, Any], check: str, language: str = "en") -> str:
    found = next(c for c in verdict["checks"] if c["id"] == check)
    return " | ".join(f[f"message_{language}"] for f in found["failures"])


# -- accepted exceptions ------------------------------------------------------------------------


def exception(**changes: Any) -> Accepted:
    entry = {
        "check": "no_value_is_missing",
        "complex_id": "gumi",
        "measure": "exports_usd_m",
        "period": "2026-Q1",
        "reason": "told by the publisher",
        "owner": "statistics",
        "simulated": True,
        "until": "2026-12-31",
        **changes,
    }
    return Accepted.model_validate({k: v for k, v in entry.items() if v is not ...})


ACCOUNT, IN_TIME = "accepted_exceptions_are_needed", "accepted_exceptions_are_in_time"


def test_an_exception_holds_for_its_cell_and_until_its_day(candidate: Path) -> None:
    change(candidate, EMPTY_CELL)
    assert "no_value_is_missing" in failed(judge(candidate, "completeness"))
    verdict = judge(candidate, "completeness", accepted=[exception(industry_code="FOOD")])
    assert failed(verdict) == set() and not failed(verdict, "warning")
    assert verdict["holds_until"] == "2026-12-31"
    # another cell of the same complex is not meant
    other = judge(candidate, "completeness", accepted=[exception(industry_code="STEEL")])
    assert "no_value_is_missing" in failed(other)
    over = judge(candidate, "completeness", accepted=[exception(until="2026-05-31")])
    assert "no_value_is_missing" in failed(over) and over["holds_until"] is None
    assert "ended on 2026-05-31; the check fails again" in told(over, IN_TIME)


def test_an_exception_whose_cause_is_gone_stops_the_gate(candidate: Path) -> None:
    verdict = judge(candidate, "completeness", accepted=[exception(until=..., expect="missing")])
    assert verdict["verdict"] == "stop" and failed(verdict) == {ACCOUNT}
    assert "the cause is gone" in told(verdict, ACCOUNT)
    assert "원인이 없어졌다" in told(verdict, ACCOUNT, "ko")


def test_an_exception_holds_for_the_value_it_was_made_for(candidate: Path) -> None:
    factor = f"UPDATE fct_observation SET value = value * 10 WHERE complex_id = 'changwon' AND measure = 'employment_count' AND relation = 'current' AND sex = '_T' AND industry_code = '_T' AND {NEWEST}"
    change(candidate, factor)
    cell: dict[str, Any] = {
        "check": "cells_are_not_off_by_a_factor",
        "complex_id": "changwon",
        "measure": "employment_count",
        "until": ...,
    }
    with duckdb.connect(str(candidate), read_only=True) as connection:
        row = connection.execute(
            "SELECT max(value) FROM fct_observation WHERE complex_id = 'changwon' AND measure = "
            f"'employment_count' AND relation = 'current' AND {NEWEST}"
        ).fetchone()
    assert row
    good = judge(candidate, "history", accepted=[exception(**cell, expect=row[0])])
    assert "cells_are_not_off_by_a_factor" not in failed(good) and ACCOUNT not in failed(good)
    mended = judge(candidate, "history", accepted=[exception(**cell, expect=row[0] + 1)])
    assert {"cells_are_not_off_by_a_factor", ACCOUNT} <= failed(mended)
    assert "accepted for" in told(mended, ACCOUNT) and "now" in told(mended, ACCOUNT)


def test_exceptions_that_name_no_check_or_other_data(candidate: Path) -> None:
    unknown = judge(candidate, "completeness", accepted=[exception(check="no_value_is_mising")])
    assert "is no_value_is_missing meant?" in told(unknown, ACCOUNT)
    tells_no_cells = judge(candidate, "integrity", accepted=[exception(check="keys_stand_once")])
    assert "takes no exceptions" in told(tells_no_cells, ACCOUNT)
    # one about real figures says nothing of simulated ones; one about another quarter waits for it
    for entry in (exception(simulated=False), exception(period="2031-Q1")):
        assert judge(candidate, "completeness", accepted=[entry])["verdict"] == "pass"


def test_an_exception_in_a_mart(candidate: Path) -> None:
    plain(candidate, "complex_quarterly")
    change(
        candidate,
        "UPDATE complex_quarterly SET utilization_pct = 160 WHERE complex_id = 'gumi' AND period = '2026-Q1'",
    )
    assert "utilization_is_possible" in failed(judge(candidate, "marts"))
    entry = {"check": "utilization_is_possible", "measure": "utilization_pct", "until": ...}
    good = judge(candidate, "marts", accepted=[exception(**entry, expect=160)])
    assert failed(good) == set()
    assert ACCOUNT in failed(judge(candidate, "marts", accepted=[exception(**entry, expect=150)]))


# -- the last release ---------------------------------------------------------------------------

AGAINST = ("last_release", "timeliness")


def test_the_same_again_is_no_change(candidate: Path, released: Path, keys: Any) -> None:
    verdict = judge(candidate, *AGAINST, last_release=released, keys=keys)
    assert verdict["verdict"] == "pass", [c for c in verdict["checks"] if not c["success"]]
    looked = {
        c["id"]: c["checked_count"] for c in verdict["checks"] if c["suite"] == "last_release"
    }
    assert all(looked.values()), looked


def test_a_first_release_is_held_against_nothing(candidate: Path) -> None:
    verdict = judge(candidate, *AGAINST)
    assert verdict["verdict"] == "pass" and verdict["last_release"] is None
    assert all(not c["checked_count"] for c in verdict["checks"] if c["suite"] == "last_release")


@pytest.mark.parametrize(
    ("statement", "check", "severity"),
    [
        ("ALTER TABLE exports_quarterly DROP COLUMN krw_per_usd_source", "schema_is_not_narrower", "critical"),
        ("ALTER TABLE national_share ALTER months_covered TYPE SMALLINT", "schema_is_not_narrower", "critical"),
        ("DROP TABLE national_share", "schema_is_not_narrower", "critical"),
        ("DELETE FROM complex_industry_quarterly WHERE period = '2024-Q2' AND complex_id = 'gumi'", "rows_of_closed_quarters_have_not_vanished", "critical"),
        ("DELETE FROM fct_observation WHERE period = '2025-Q2' AND complex_id = 'gumi'", "rows_of_closed_quarters_have_not_vanished", "critical"),
        ("DELETE FROM cluster_kpi WHERE period = '2024-Q2' AND complex_id = 'gumi'", "computed_rows_have_not_vanished", "warning"),
        ("UPDATE complex_quarterly SET production_krw_100m = production_krw_100m + 1 WHERE period = '2024-Q2' AND complex_id = 'gumi'", "closed_figures_change_by_a_new_vintage_only", "critical"),
        ("UPDATE complex_quarterly SET production_krw_100m = NULL WHERE period = '2024-Q2' AND complex_id = 'gumi'", "closed_figures_change_by_a_new_vintage_only", "critical"),
        ("UPDATE fct_observation SET value = value * 1.01 WHERE period = '2025-Q1' AND complex_id = 'gumi' AND measure = 'exports_usd_m'", "closed_figures_change_by_a_new_vintage_only", "critical"),
        ("UPDATE cluster_kpi SET value = value + 0.1 WHERE period = '2024-Q2' AND complex_id = 'gumi' AND kpi = 'women_share_pct'", "computed_figures_change_by_a_new_publication_only", "warning"),
        ("UPDATE complex_quarterly SET exports_usd_m = exports_usd_m * 1.001 WHERE period < '2024-Q1'", "old_figures_do_not_change_at_once", "critical"),
        ("UPDATE complex_quarterly SET exports_usd_m = exports_usd_m * 1.001 WHERE period < '2026-Q1'", "revised_share_is_usual", "warning"),
        ("UPDATE national_total_quarterly SET period = '2025-Q0' WHERE period = '2026-Q1'", "release_does_not_go_back", "critical"),
    ],
)  # fmt: skip
def test_what_differs_from_the_last_release(
    statement: str, check: str, severity: str, candidate: Path, released: Path, keys: Any
) -> None:
    options: dict[str, Any] = {"last_release": released, "keys": keys}
    if check == "release_does_not_go_back":
        options["period"] = "2025-Q4"
        verdict = run_gate(
            candidate=candidate,
            build_id="b",
            is_simulated=True,
            today=TODAY,
            accepted=[],
            suites=[s for s in load_suites() if s.suite == "timeliness"],
            **options,
        )
    else:
        plain(
            candidate,
            statement.split()[2 if statement.startswith(("ALTER", "DROP", "DELETE")) else 1],
        )
        with duckdb.connect(str(candidate)) as connection:
            connection.execute(statement)
        verdict = judge(candidate, "last_release", **options)
    assert check in failed(verdict, severity), failed(verdict) | failed(verdict, "warning")
    assert told(verdict, check) and told(verdict, check, "ko")


def test_a_revision_that_was_published_is_no_silent_change(
    candidate: Path, released: Path, keys: Any, tmp_path: Path
) -> None:
    """The release before did not know the newest publication: what that tells may change."""
    before = tmp_path / "before"
    shutil.copytree(released / "marts", before / "marts")
    with duckdb.connect() as c:
        for mart in ("dim_snapshot", "fct_observation", "complex_quarterly"):
            source = released / "marts" / f"{mart}.parquet"
            where = "period = '2025-Q4' AND complex_id = 'gumi'"
            query = {
                "dim_snapshot": f"FROM '{source}' WHERE period <> '2026-Q1'",
                "fct_observation": f"FROM '{source}' WHERE snapshot_id NOT LIKE '%/2026-Q1/%'",
                "complex_quarterly": f"SELECT * REPLACE (CASE WHEN {where} THEN 1.0 ELSE exports_usd_m END AS exports_usd_m) FROM '{source}'",
            }[mart]
            target = before / "marts" / f"{mart}.parquet"
            target.unlink()
            c.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
    verdict = judge(candidate, "last_release", last_release=before, keys=keys)
    assert failed(verdict) == set(), told(verdict, "closed_figures_change_by_a_new_vintage_only")


def test_a_last_release_that_cannot_be_read_does_not_pass(candidate: Path, tmp_path: Path) -> None:
    (tmp_path / "before" / "marts").mkdir(parents=True)
    with duckdb.connect() as c:
        c.execute(f"COPY (SELECT 1 AS x) TO '{tmp_path}/before/marts/complex_quarterly.parquet'")
    verdict = judge(candidate, "last_release", last_release=tmp_path / "before")
    assert "schema_is_not_narrower" in failed(verdict)


# -- row counts, keys, references ---------------------------------------------------------------


def test_rows_are_counted_and_refreshed_by_a_command(candidate: Path, tmp_path: Path) -> None:
    counts = tmp_path / "row_counts.csv"
    changed, counted = refresh(candidate, "2026-Q1", is_simulated=True, path=counts)
    assert changed == counted > 100
    assert refresh(candidate, "2026-Q1", is_simulated=True, path=counts) == (0, counted)
    lines = counts.read_text(encoding="utf-8").splitlines()
    assert not any(",2026-Q1," in line for line in lines)
    good = judge(candidate, "integrity", counts=counts)
    assert failed(good) == set()
    # real data have a record of their own
    assert refresh(candidate, "2026-Q1", is_simulated=False, path=counts) == (counted, counted)
    change(
        candidate,
        "DELETE FROM complex_industry_quarterly WHERE period = '2023-Q3' AND industry_code = 'FOOD'",
    )
    verdict = judge(candidate, "integrity", counts=counts)
    assert "rows_are_as_counted" in failed(verdict)
    assert "complex_industry_quarterly, 2023-Q3" in told(verdict, "rows_are_as_counted")
    changed, _ = refresh(candidate, "2026-Q1", is_simulated=True, path=counts)
    assert changed == 1
    assert failed(judge(candidate, "integrity", counts=counts)) == set()


def test_the_command_that_counts_rows_anew(
    few_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = tmp_path / "row_counts.csv"
    kept = "real,complex_quarterly,2024-Q1,000000000000,7"
    counts.write_text(f"kind,mart,period,publications,row_count\n{kept}\n", encoding="utf-8")
    monkeypatch.setattr("expectations.row_counts.ROW_COUNTS", counts)

    def sandan(*arguments: str) -> Any:
        environment = {"SANDAN_HOME": str(few_home), "COLUMNS": "200"}
        return CliRunner().invoke(app, list(arguments), env=environment)

    first = sandan("gate", "--refresh-counts")
    assert first.exit_code == 0, first.output
    lines = counts.read_text(encoding="utf-8").splitlines()
    number = len(lines) - 2
    assert f"{number} partitions counted, {number} new or changed" in first.stdout
    assert kept in lines and str(counts) in first.stdout
    again = sandan("gate", "--refresh-counts")
    assert f"{number} partitions counted, 0 new or changed" in again.stdout
    assert counts.read_text(encoding="utf-8").splitlines() == lines
    wrong = sandan("gate", "2026-Q1_nothing", "--refresh-counts")
    assert wrong.exit_code != 0 and "is not a complete build" in wrong.output
    counts.write_text("mart,rows\n", encoding="utf-8")
    spoiled = sandan("gate", "--refresh-counts")
    assert spoiled.exit_code != 0 and "row_counts.csv: the first line must be" in spoiled.output
    assert counts.read_text(encoding="utf-8") == "mart,rows\n"


def test_other_publications_than_were_counted_are_no_fault(candidate: Path, tmp_path: Path) -> None:
    counts = tmp_path / "row_counts.csv"
    text = "kind,mart,period,publications,row_count\nsimulated,complex_quarterly,2024-Q1,000000000000,7\n"
    counts.write_text(text, encoding="utf-8")
    assert failed(judge(candidate, "integrity", counts=counts)) == set()
    counts.write_text(text.replace(",7", ",many"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"row_counts\.csv, line 2"):
        judge(candidate, "integrity", counts=counts)


def test_an_open_quarter_with_few_rows_stops(candidate: Path) -> None:
    change(
        candidate,
        "DELETE FROM complex_quarterly WHERE period = '2026-Q1' AND complex_id > 'h'",
    )
    assert "rows_of_the_open_quarter_are_usual" in failed(judge(candidate, "integrity"))


def test_keys_and_references(candidate: Path) -> None:
    plain(candidate, "complex_quarterly")
    with duckdb.connect(str(candidate)) as c:
        c.execute("INSERT INTO complex_quarterly FROM complex_quarterly LIMIT 3")
        c.execute("UPDATE complex_quarterly SET complex_id = 'nowhere' WHERE complex_id = 'gumi'")
    verdict = judge(candidate, "integrity", keys={"complex_quarterly": ["complex_id", "period"]})
    assert "3 rows repeat a key" in told(verdict, "keys_stand_once")
    assert "complex_quarterly.complex_id = nowhere" in told(verdict, "references_lead_somewhere")
    assert "marts_carry_the_newest_figures" in failed(verdict)


# -- distribution, units, bytes -----------------------------------------------------------------


def test_names_shifted_against_their_figures_are_seen(candidate: Path) -> None:
    """Every table alike, so that all sums hold."""
    plain(candidate, "complex_quarterly")
    change(
        candidate,
        """UPDATE complex_quarterly AS q SET production_krw_100m = o.production_krw_100m,
             exports_usd_m = o.exports_usd_m, employment_count = o.employment_count
           FROM (SELECT complex_id, lead(production_krw_100m) OVER w AS production_krw_100m,
                   lead(exports_usd_m) OVER w AS exports_usd_m, lead(employment_count) OVER w AS employment_count
                 FROM complex_quarterly WHERE period = '2026-Q1' WINDOW w AS (ORDER BY complex_id)) o
           WHERE q.period = '2026-Q1' AND q.complex_id = o.complex_id""",
    )
    assert "the_quarter_as_a_whole_is_usual" in failed(judge(candidate, "distribution"))


def test_a_quiet_series_that_jumps_is_told(candidate: Path) -> None:
    change(
        candidate,
        "UPDATE complex_quarterly SET employment_count = employment_count * 1.25 WHERE complex_id = 'changwon' AND period = '2026-Q1'",
        "UPDATE complex_quarterly SET utilization_pct = utilization_pct - 45 WHERE complex_id = 'changwon' AND period = '2026-Q1'",
    )
    verdict = judge(candidate, "distribution")
    assert {"growth_is_usual_for_the_series", "rates_are_usual_for_the_series"} <= failed(
        verdict, "warning"
    )
    assert "robust standard deviations" in told(verdict, "growth_is_usual_for_the_series")


def test_a_table_pasted_from_another_quarter_is_seen(candidate: Path) -> None:
    change(
        candidate,
        f"""UPDATE fct_observation AS f SET value = o.value
           FROM (SELECT complex_id, industry_code, measure, value FROM fct_observation
                 WHERE snapshot_id LIKE 'kicox__industrial_trend/2025-Q3/%' AND table_id = 'production_by_industry') o
           WHERE f.{NEWEST} AND f.table_id = 'production_by_industry' AND f.complex_id = o.complex_id
             AND f.industry_code = o.industry_code AND f.measure = o.measure AND f.value IS NOT NULL""",
    )
    assert "this_quarter_is_not_an_earlier_one" in failed(judge(candidate, "distribution"))


@pytest.mark.parametrize("factor", [10, 100, 1000, 1_000_000, 0.001])
def test_units_off_in_every_table_at_once(factor: float, candidate: Path) -> None:
    """Tables agree with each other and growth is that of the file: only size tells."""
    measures = (
        "('production_krw_100m', 'production_ytd_krw_100m', 'output_krw_100m', 'capacity_krw_100m')"
    )
    change(
        candidate,
        f"UPDATE fct_observation SET value = value * {factor} WHERE measure IN {measures} AND {NEWEST}",
        f"UPDATE national_total_quarterly SET production_krw_100m = production_krw_100m * {factor} WHERE period = '2026-Q1'",
    )
    verdict = judge(candidate, "history", "ranges")
    assert {"units_are_not_off_by_a_factor", "levels_a_worker_are_possible"} <= failed(verdict)


def test_missing_tables_industries_and_lines(candidate: Path) -> None:
    change(
        candidate,
        f"DELETE FROM fct_observation WHERE {NEWEST} AND table_id = 'exports_by_industry'",
    )
    assert "tables_due_are_there" in failed(judge(candidate, "completeness"))
    change(
        candidate,
        f"DELETE FROM fct_observation WHERE {NEWEST} AND table_id = 'employment_by_industry' AND industry_code = 'NONMFG'",
        f"DELETE FROM fct_observation WHERE {NEWEST} AND table_id = 'production_by_complex' AND complex_id = 'gumi'",
    )
    verdict = judge(candidate, "completeness")
    assert {"industries_due_are_there", "complexes_of_all_tables_are_the_same"} <= failed(verdict)


# -- profiles -----------------------------------------------------------------------------------


def profiled(rows: str) -> Suite:
    text = {"ko": "가", "en": "a"}
    check = {
        "id": "cells_are_protected", "severity": "critical", "title": text, "reason": text, "action": text,
        "message": {"ko": "{complex_ko}", "en": "{complex_en}"}, "limit": 0, "profile": "audit.json",
        "rows": rows,
    }  # fmt: skip
    return Suite.model_validate(
        {"suite": "s", "title": text, "theme": "confidentiality", "owner": "disclosure_control", "checks": [check]}
    )  # fmt: skip


def test_a_suite_reads_a_profile_beside_the_candidate(candidate: Path) -> None:
    suite = profiled(
        "SELECT record->>'cell' AS complex_id, 'x' AS measure, '2026-Q1' AS period, "
        "(record->>'open')::INT AS value, 0 AS expected, value AS deviation FROM profile"
    )
    profile = candidate.with_name("audit.json")
    missing = judge(candidate, suites=[suite])
    assert missing["verdict"] == "stop" and "audit.json" in told(missing, "cells_are_protected")
    for content, verdict in (
        ([{"cell": "gumi", "open": 1}], "stop"),
        ({"rows": [{"cell": "gumi", "open": 0}]}, "pass"),
        ({"cell": "gumi", "open": 1}, "stop"),
        ([], "pass"),
    ):
        profile.write_text(json.dumps(content), encoding="utf-8")
        assert judge(candidate, suites=[suite])["verdict"] == verdict, content
    profile.write_text("{", encoding="utf-8")
    assert "is not JSON" in told(judge(candidate, suites=[suite]), "cells_are_protected")


def test_a_deviation_that_is_no_number_does_not_pass(candidate: Path) -> None:
    candidate.with_name("audit.json").write_text("[{}]", encoding="utf-8")
    suite = profiled("SELECT 'gumi' AS complex_id, 'x' AS measure, '2026-Q1' AS period, 'nan'::DOUBLE AS value, 0 AS expected, 'nan'::DOUBLE AS deviation")  # fmt: skip
    assert judge(candidate, suites=[suite])["verdict"] == "stop"
    assert isinstance(suite.checks[0], Check)


# -- the publisher's own workbook ---------------------------------------------------------------


def test_single_digits_changed_in_the_real_workbook_are_stopped(real_home: Path) -> None:
    """A small fixed draw; the share of many is measured by `python -m benchmarks gate`."""
    from benchmarks.gate import caught, digits

    (candidate,) = (real_home / "builds").glob("2026-Q1_*/candidate.duckdb")
    drawn = digits(candidate, 6, seed=1)
    stopped = caught(candidate, drawn, is_simulated=False, period="2026-Q1")
    assert stopped == [True] * 6, drawn
