"""The gate on a real candidate: true figures pass, spoiled ones do not."""

from __future__ import annotations

import random
import re
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.gate import Check, Suite, load_accepted, load_suites, run_gate, summary

TODAY = date(2026, 6, 1)
ACCOUNT = {"accepted_exceptions_are_needed", "accepted_exceptions_are_in_time"}


@pytest.fixture
def candidate(small_candidate: Path, tmp_path: Path) -> Path:
    audit = "disclosure_audit.json"
    shutil.copyfile(small_candidate.with_name(audit), tmp_path / audit)
    return Path(shutil.copyfile(small_candidate, tmp_path / "candidate.duckdb"))


def judge(candidate: Path, **options: Any) -> dict[str, Any]:
    return run_gate(
        candidate=candidate,
        build_id="b",
        period="2026-Q1",
        is_simulated=True,
        today=TODAY,
        **options,
    )


def failed(verdict: dict[str, Any], severity: str = "critical") -> set[str]:
    return {c["id"] for c in verdict["checks"] if not c["success"] and c["severity"] == severity}


def spoil(candidate: Path, change: str, *parameters: Any) -> int:
    """Alter observations; returns how many."""
    with duckdb.connect(str(candidate)) as c:
        row = c.execute(f"UPDATE fct_observation {change}", list(parameters)).fetchone()
    return int(row[0]) if row else 0


NEWEST = (
    "snapshot_id = (SELECT snapshot_id FROM dim_snapshot WHERE dataset = 'kicox__industrial_trend' "
    "ORDER BY period DESC, published_at DESC LIMIT 1)"
)


def test_the_untouched_candidate_passes(candidate: Path) -> None:
    verdict = judge(candidate)
    assert failed(verdict) == set() and verdict["verdict"] in ("pass", "pass_with_warnings")
    checked = {c["id"]: c.get("checked_count") for c in verdict["checks"]}
    # every check that has something to look at looked at it
    idle = {k for k, n in checked.items() if n == 0}
    # what the interfaces and registries say may be absent from a home
    absent = {
        c["id"]
        for c in verdict["checks"]
        if c["suite"] in ("national_series", "registries", "last_release", "accepted")
    }
    assert idle - absent <= {
        "no_value_is_missing_from_csv",
        "release_does_not_go_back",
        "other_sources_are_fresh",
    }
    # the sample is the same bytes every time, and its rows are on record
    assert checked["rows_are_as_counted"]


def test_any_cell_that_lost_a_digit_stops_the_release(candidate: Path) -> None:
    """Cells of every table, drawn at random: each loses one digit of its whole part."""
    with duckdb.connect(str(candidate), read_only=True) as c:
        cells = c.execute(
            f"SELECT sheet, cell, value_raw FROM fct_observation WHERE {NEWEST} AND obs_status = 'A' "
            "AND abs(value) >= 10 AND relation <> 'ytd' ORDER BY table_id, cell"
        ).fetchall()
    dice = random.Random(7)
    drawn = dice.sample(cells, 6)  # six hundred: python -m benchmarks gate
    for sheet, cell, raw in drawn:
        whole = re.match(r"-?(\d+)", raw)
        assert whole
        shorter = raw.replace(whole[1], whole[1][0] + whole[1][2:], 1)
        factor = float(shorter) / float(raw)
        spoiled = Path(shutil.copyfile(candidate, candidate.with_name("spoiled.duckdb")))
        where = f"WHERE {NEWEST} AND sheet = ? AND cell = ?"
        assert spoil(spoiled, f"SET value = value * ? {where}", factor, sheet, cell) == 1
        verdict = judge(spoiled)
        assert verdict["verdict"] == "stop", (sheet, cell, raw, shorter)
        lines = summary(verdict)
        assert len(lines) == 3 and all(lines)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (
            "SET value = value * 100 WHERE measure = 'exports_usd_m' AND relation = 'current' AND "
            + NEWEST,
            "units_are_not_off_by_a_factor",
        ),
        (
            "SET value = value / 1000 WHERE measure = 'production_krw_100m' AND relation = 'current' AND "
            + NEWEST,
            "units_are_not_off_by_a_factor",
        ),
        (
            "SET value = value / 10 WHERE complex_id = 'changwon' AND measure = 'employment_count' AND relation = 'current' AND "
            + NEWEST,
            "cells_are_not_off_by_a_factor",
        ),
        (
            "SET value = NULL, obs_status = 'O' WHERE complex_id = 'gumi' AND measure = 'exports_usd_m' AND "
            + NEWEST,
            "no_value_is_missing",
        ),
        (
            # an interface that names no unit, in another one: the workbooks tell
            "SET value = value * 1000 WHERE measure IN ('production_krw_100m', 'exports_usd_m') AND snapshot_id IN "
            "(SELECT snapshot_id FROM dim_snapshot WHERE dataset = 'kicox__industrial_trend_api' AND period = '2023-05')",
            "revision_is_not_a_lost_digit",
        ),
        (
            "SET complex_id = 'gone' WHERE complex_id = 'gumi' AND " + NEWEST,
            "complexes_due_are_there",
        ),
        (
            "SET value = value * 1.2 WHERE complex_id = 'namdong' AND sex = 'M' AND " + NEWEST,
            "men_and_women_add_up",
        ),
        (
            "SET value = value * 2 WHERE table_id = 'operating_rate_by_complex' AND complex_id = 'gumi' AND measure = 'output_krw_100m'",
            "output_equals_production",
        ),
    ],
)
def test_what_each_check_is_for(change: str, check: str, candidate: Path) -> None:
    assert spoil(candidate, change) > 0
    verdict = judge(
        candidate, suites=[s for s in load_suites() if check in {c.id for c in s.checks}]
    )
    assert check in failed(verdict), failed(verdict)
    found = next(c for c in verdict["checks"] if c["id"] == check)
    assert found["failures"] and all(f["message_ko"] and f["message_en"] for f in found["failures"])
    assert found["action_ko"] and found["owner"]


def test_a_true_jump_ships_as_a_warning(candidate: Path) -> None:
    """A jump that all tables tell alike (like 남동's employment in 2026-Q1) is told, not stopped."""
    size = (
        "complex_id IN ('namdong', '_T') AND measure = 'employment_count' AND relation = 'current' "
        f"AND {NEWEST}"
    )
    with duckdb.connect(str(candidate)) as c:
        by = {
            (t, i, s): v
            for t, i, s, v in c.execute(
                f"SELECT table_id, industry_code, sex, value FROM fct_observation WHERE complex_id = 'namdong' AND {size}"
            ).fetchall()
        }
        for (table, industry, sex), value in by.items():
            for whose in ("namdong", "_T"):
                c.execute(
                    f"UPDATE fct_observation SET value = value + ? WHERE complex_id = ? AND table_id = ? "
                    f"AND industry_code = ? AND sex = ? AND measure = 'employment_count' AND relation = 'current' AND {NEWEST}",
                    [round(value * 0.2), whose, table, industry, sex],
                )
        # sums that rounding moved are made to fit, and the published growth with them
        for whose in ("namdong", "_T"):
            c.execute(
                f"UPDATE fct_observation SET value = (SELECT sum(o.value) FROM fct_observation o WHERE o.{NEWEST} "
                "AND o.complex_id = ? AND o.table_id = 'employment_by_industry' AND o.industry_code <> '_T' AND o.measure = 'employment_count') "
                f"WHERE complex_id = ? AND measure = 'employment_count' AND industry_code = '_T' AND sex = '_T' AND relation = 'current' AND {NEWEST}",
                [whose, whose],
            )
            c.execute(
                f"UPDATE fct_observation SET value = (SELECT max(value) FILTER (sex = '_T') - max(value) FILTER (sex = 'F') FROM fct_observation o WHERE o.{NEWEST} "
                "AND o.complex_id = ? AND o.table_id = 'employment_by_complex' AND o.measure = 'employment_count' AND relation = 'current') "
                f"WHERE complex_id = ? AND sex = 'M' AND {NEWEST}",
                [whose, whose],
            )
            c.execute(
                f"UPDATE fct_observation SET value = (SELECT 100 * (max(value) FILTER (relation = 'current') / max(value) FILTER (relation = 'previous') - 1) "
                f"FROM fct_observation o WHERE o.{NEWEST} AND o.complex_id = ? AND o.table_id = 'employment_by_complex' AND o.measure = 'employment_count' AND o.sex = '_T') "
                f"WHERE complex_id = ? AND measure = 'employment_growth_pct' AND {NEWEST}",
                [whose, whose],
            )
        # the marts follow their cells
        for mart, where, whose in (
            ("complex_quarterly", "complex_id = 'namdong' AND", "namdong"),
            ("national_total_quarterly", "", "_T"),
        ):
            c.execute(
                f"UPDATE {mart} SET employment_count = (SELECT value FROM fct_observation o WHERE o.{NEWEST} AND o.complex_id = ? "
                "AND o.table_id = 'employment_by_complex' AND o.measure = 'employment_count' AND o.sex = '_T' AND relation = 'current') "
                f"WHERE {where} period = '2026-Q1'",
                [whose],
            )
        c.execute(
            "UPDATE growth_quarterly g SET contribution_pp = 100 * (n.employment_count - b.employment_count) / t.employment_count "
            "FROM complex_quarterly n, complex_quarterly b, national_total_quarterly t "
            "WHERE g.complex_id = 'namdong' AND g.measure = 'employment_count' AND g.period = '2026-Q1' AND g.industry_code = '_T' "
            "AND n.complex_id = 'namdong' AND n.period = g.period AND b.complex_id = 'namdong' AND b.period = g.base_period AND t.period = g.base_period"
        )
    verdict = judge(candidate)
    assert failed(verdict) == set(), [
        f["message_en"] for ch in verdict["checks"] if not ch["success"] for f in ch["failures"]
    ]
    assert "change_is_usual" in failed(verdict, "warning")
    assert verdict["verdict"] == "pass_with_warnings"


STATUS_SPOILED: list[tuple[str, str, str]] = [
    (
        "UPDATE complex_status_quarterly SET tenant_count = floor(tenant_count / 10) WHERE name_ko = '남동'",
        "status_totals_are_the_sum_of_the_top_level",
        "critical",
    ),
    (
        # a hierarchy misread: parts would be counted twice
        "UPDATE complex_status_quarterly SET is_top_level = true WHERE level = 1",
        "status_totals_are_the_sum_of_the_top_level",
        "critical",
    ),
    (
        "DELETE FROM complex_status_total_quarterly WHERE complex_type = '_T'",
        "status_total_is_there",
        "critical",
    ),
    (
        "UPDATE complex_status_quarterly SET sold_k_m2 = sold_k_m2 + 7 WHERE name_ko = '시화'",
        "status_parent_is_the_sum_of_its_parts",
        "warning",
    ),
    (
        "UPDATE complex_status_quarterly SET unsold_k_m2 = unsold_k_m2 + 2 WHERE name_ko = '시화'",
        "status_sold_and_unsold_add_up",
        "warning",
    ),
    (
        "UPDATE complex_status_quarterly SET sold_pct = 10 WHERE name_ko = '시화'",
        "status_sold_pct_is_sold_by_for_sale",
        "warning",
    ),
    (
        "UPDATE complex_status_quarterly SET operating_count = tenant_count + 1 WHERE name_ko = '시화'",
        "status_operating_firms_are_among_tenants",
        "warning",
    ),
    (
        "UPDATE complex_status_quarterly SET sold_k_m2 = NULL, sold_k_m2_status = 'O' WHERE name_ko = '시화'",
        "status_no_figure_is_missing",
        "warning",
    ),
    (
        "UPDATE complex_status_total_quarterly SET complex_count = complex_count - 4 WHERE province_code = '_T'",
        "status_number_of_complexes",
        "warning",
    ),
    (
        "UPDATE complex_status_quarterly SET for_sale_k_m2 = industrial_area_k_m2 + 5 WHERE name_ko = '시화'",
        "status_areas_lie_within_each_other",
        "warning",
    ),
    (
        "UPDATE complex_status_quarterly SET production_krw_100m = -1 WHERE name_ko = '시화'",
        "status_flows_are_not_negative",
        "warning",
    ),
]


@pytest.mark.parametrize(("change", "check", "severity"), STATUS_SPOILED)
def test_what_each_check_of_the_status_is_for(
    change: str, check: str, severity: str, candidate: Path
) -> None:
    with duckdb.connect(str(candidate)) as c:
        row = c.execute(change).fetchone()
        assert row and row[0]
    suites = [s for s in load_suites() if s.suite == "complex_status"]
    verdict = judge(candidate, suites=suites)
    assert check in failed(verdict, severity)
    found = next(c for c in verdict["checks"] if c["id"] == check)
    assert found["failures"] and all(f["message_ko"] and f["message_en"] for f in found["failures"])
    assert (verdict["verdict"] == "stop") == (severity == "critical")


def test_without_a_status_publication_there_is_nothing_to_hold_against_it(candidate: Path) -> None:
    with duckdb.connect(str(candidate)) as c:
        c.execute("DELETE FROM complex_status_quarterly")
        c.execute("DELETE FROM complex_status_total_quarterly")
    suites = [s for s in load_suites() if s.suite == "complex_status"]
    verdict = judge(candidate, suites=suites)
    assert verdict["verdict"] == "pass", [c for c in verdict["checks"] if not c["success"]]


def insert(connection: duckdb.DuckDBPyConnection, mart: str, rows: list[dict[str, Any]]) -> None:
    """Rows into a mart; columns that are not given and must not be null get a harmless value."""
    harmless = {"BOOLEAN": False, "BIGINT": 0, "DATE": date(2026, 4, 1)}
    columns = connection.execute(
        "SELECT column_name, data_type, is_nullable = 'NO' FROM information_schema.columns "
        "WHERE table_name = $1 AND table_schema = 'main'",
        [mart],
    ).fetchall()
    assert columns
    for row in rows:
        assert set(row) <= {name for name, _, _ in columns}
        filled = {
            name: row.get(name, harmless.get(kind, "x") if needed else None)
            for name, kind, needed in columns
        }
        marks = ", ".join("?" for _ in filled)
        connection.execute(f"INSERT INTO {mart} VALUES ({marks})", list(filled.values()))


def national_figures(candidate: Path) -> None:
    """Two and a quarter years of exports by month, a survey by year, rates by day: nothing odd."""
    with duckdb.connect(str(candidate)) as c:
        c.execute("DELETE FROM national_series")

        def figure(
            series: str, freq: str, period: str, value: float, **more: Any
        ) -> dict[str, Any]:
            named = {"name_ko": series, "name_en": series, "area": "KR", "obs_status": "A"}
            dimension = "usd" if series == "national_exports" else "krw"
            return {"series": series, "freq": freq, "period": period, "value": value, **named,
                    "dimension": dimension, "vintage_no": 1, "is_latest": True, **more}  # fmt: skip

        months = [f"{y}-{m:02d}" for y in (2024, 2025) for m in range(1, 13)]
        months += ["2026-01", "2026-02", "2026-03"]
        rows = [
            figure("national_exports", "M", p, 56000.0 + 100 * i)
            for i, p in enumerate(months)
            if p != "2025-05"
        ]
        # a month that was revised by 1 %
        rows += [
            figure("national_exports", "M", "2025-05", 57300.0, is_latest=False),
            figure("national_exports", "M", "2025-05", 57900.0, vintage_no=2),
        ]
        rows += [
            figure("national_manufacturing_shipments", "A", "2023", 19885000.0),
            figure("national_manufacturing_shipments", "A", "2024", 20869000.0),
        ]
        # by province: a small one jumps tenfold for a month, as one with a shipyard may
        rows += [
            figure("exports_by_province", "M", p, value, area=f"KR-{11 + n}", dimension="usd")
            for n in range(16)
            for p, value in (
                ("2026-01", 3500.0),
                ("2026-02", 35000.0 if n == 15 else 1200.0),
                ("2026-03", 3500.0),
            )
        ]
        # the longest holidays: eleven days without a rate
        days = ["2017-09-29", "2017-10-10", "2017-10-11", "2017-10-13"]
        rows += [figure("krw_per_usd", "D", p, 1140.0, dimension="krw_per_usd") for p in days]
        insert(c, "national_series", rows)


SERIES_SPOILED: list[tuple[str, str, str]] = [
    (
        "UPDATE national_series SET value = value / 1000 WHERE period = '2026-03'",
        "series_are_not_off_by_a_factor",
        "critical",
    ),
    (
        # a province's month in dollars; the sum of all hides it
        "UPDATE national_series SET value = value * 1000 WHERE area = 'KR-11' AND period = '2026-03'",
        "series_are_not_off_by_a_factor",
        "critical",
    ),
    (
        # all provinces in dollars, as they are labelled: neighbours agree
        "UPDATE national_series SET value = value * 1000 WHERE area <> 'KR'",
        "provinces_have_the_size_of_the_nation",
        "critical",
    ),
    (
        # a later answer in another unit
        "UPDATE national_series SET value = value * 1000 WHERE period = '2025-05' AND vintage_no = 2",
        "series_are_not_off_by_a_factor",
        "critical",
    ),
    (
        # a whole series in another unit: only print tells
        "UPDATE national_series SET value = value * 1000 WHERE series = 'national_manufacturing_shipments'",
        "series_agree_with_print",
        "critical",
    ),
    (
        "UPDATE national_series SET value = value * 2 WHERE period BETWEEN '2025-01' AND '2025-12'",
        "a_year_is_not_counted_twice",
        "critical",
    ),
    (
        "UPDATE national_series SET value = value * 2 WHERE period LIKE '2026-%'",
        "a_year_is_not_counted_twice",
        "critical",
    ),
    ("DELETE FROM national_series WHERE period = '2025-07'", "series_have_no_gap", "warning"),
    (
        "DELETE FROM national_series WHERE period IN ('2017-10-10', '2017-10-11')",
        "series_have_no_gap",
        "warning",
    ),
    (
        "UPDATE national_series SET value = value * 1.1 WHERE period = '2025-05' AND vintage_no = 2",
        "series_revision_is_small",
        "warning",
    ),
    (
        "UPDATE national_series SET value = NULL, obs_status = 'O' WHERE period = '2025-05' AND is_latest",
        "series_lose_no_figure",
        "critical",
    ),
]


def by_suite(candidate: Path, suite: str) -> dict[str, Any]:
    return judge(candidate, suites=[s for s in load_suites() if s.suite == suite])


def test_good_national_series_pass_every_check(candidate: Path) -> None:
    national_figures(candidate)
    verdict = by_suite(candidate, "national_series")
    assert verdict["verdict"] == "pass", [c for c in verdict["checks"] if not c["success"]]
    idle = {c["id"] for c in verdict["checks"] if c["checked_count"] == 0}
    assert idle == ACCOUNT


@pytest.mark.parametrize(("change", "check", "severity"), SERIES_SPOILED)
def test_what_each_check_of_the_series_is_for(
    change: str, check: str, severity: str, candidate: Path
) -> None:
    national_figures(candidate)
    with duckdb.connect(str(candidate)) as c:
        row = c.execute(change).fetchone()
        assert row and row[0]
    verdict = by_suite(candidate, "national_series")
    assert check in failed(verdict, severity)
    found = next(c for c in verdict["checks"] if c["id"] == check)
    assert found["failures"] and all(f["message_ko"] and f["message_en"] for f in found["failures"])
    assert (verdict["verdict"] == "stop") == (severity == "critical")


REGISTRY = "kicox__factory_registry"


def registry_editions(candidate: Path) -> None:
    """Two editions of a small registry: one factory moved, addresses full of numbers."""
    with duckdb.connect(str(candidate)) as c:
        for mart in ("registry_edition", "dim_factory", "factory_event", "dim_knowledge_centre"):
            c.execute(f"DELETE FROM {mart}")
        c.execute("DELETE FROM dim_snapshot WHERE dataset = $1", [REGISTRY])
        snapshots = {p: f"{REGISTRY}/{p}/20260101_abcdef{p[2:4]}" for p in ("2023-12", "2024-12")}
        for period, snapshot in snapshots.items():
            insert(
                c,
                "dim_snapshot",
                [{"snapshot_id": snapshot, "dataset": REGISTRY, "period": period,
                  "published_at": date(2026, 1, 1), "loaded_at": datetime(2026, 1, 2)}],
            )  # fmt: skip
        common = {"dataset": REGISTRY, "scope": "_T", "registry": "factories"}
        insert(
            c,
            "registry_edition",
            [
                {**common, "period": "2023-12", "row_count": 1000, "snapshot_id": snapshots["2023-12"]},
                {**common, "period": "2024-12", "row_count": 1020, "snapshot_id": snapshots["2024-12"],
                 "previous_period": "2023-12", "previous_row_count": 1000, "is_latest": True},
            ],
        )  # fmt: skip
        factory = {
            "dataset": REGISTRY, "factory_key": "1", "company_name": "모의제조(주)2공장", "complex_raw": "가람일반산업단지",
            "address": "경기도 안산시 단원구 산단로 02-1234, 1동 031호 (원시동, 123-4567)",
            "product": "M8-1.25 볼트 010-12", "registered_on": date(1999, 5, 1),
        }  # fmt: skip
        insert(
            c,
            "dim_factory",
            [
                {**factory, "valid_from": p, "snapshot_id": s, "cell": "B2", "sheet": ""}
                for p, s in snapshots.items()
            ],
        )
        insert(
            c,
            "dim_knowledge_centre",
            [{"dataset": "kicox__knowledge_centres", "centre_key": "1", "valid_from": "2024-12",
              "name_ko": "모의센터", "snapshot_id": snapshots["2024-12"], "approved_on": date(2019, 1, 1)}],
        )  # fmt: skip


REGISTRY_SPOILED: list[tuple[str, str, str]] = [
    (
        "UPDATE registry_edition SET repeated_key_count = 1 WHERE period = '2024-12'",
        "registry_keys_are_unique",
        "critical",
    ),
    (
        "UPDATE registry_edition SET row_count = 700 WHERE period = '2024-12'",
        "registry_is_not_cut_short",
        "critical",
    ),
    (
        "UPDATE registry_edition SET row_count = 850 WHERE period = '2024-12'",
        "registry_count_is_usual",
        "warning",
    ),
    (
        "UPDATE registry_edition SET row_count = 1500 WHERE period = '2024-12'",
        "registry_count_is_usual",
        "warning",
    ),
    *(
        (f"UPDATE {mart} SET {column} = '{text}'", "registry_holds_no_contacts", "critical")
        for mart, column, text in [
            ("dim_factory", "product", "볼트 (문의 031-123-4567)"),
            ("dim_factory", "company_name", "모의제조 010-0000-0000"),
            ("dim_factory", "address", "모의로 1 01000000000"),
            ("dim_factory", "product", "금형 ☎ 123-4567"),
            ("dim_factory", "industry_name", "someone@example.org"),
            ("dim_factory", "address", "모의로 1 000000-1000000"),
            ("dim_knowledge_centre", "name_ko", "모의센터 070-0000-0000"),
            ("survey_note", "text", "문의 : 070-0000-0000"),
        ]
    ),
    (
        "UPDATE dim_factory SET registered_on = DATE '2099-01-01'",
        "registry_dates_are_sane",
        "warning",
    ),
    (
        "UPDATE dim_knowledge_centre SET approved_on = DATE '0201-01-01'",
        "registry_dates_are_sane",
        "warning",
    ),
    (
        "INSERT INTO factory_event (dataset, factory_key, event, edition_after, is_inferred, is_simulated) "
        f"SELECT '{REGISTRY}', i::VARCHAR, 'industry_change', '2024-12', false, true FROM range(150) t(i)",
        "industries_are_not_reclassified",
        "warning",
    ),
]


def test_good_registries_pass_every_check(candidate: Path) -> None:
    registry_editions(candidate)
    verdict = by_suite(candidate, "registries")
    assert verdict["verdict"] == "pass", [c for c in verdict["checks"] if not c["success"]]
    idle = {c["id"] for c in verdict["checks"] if c["checked_count"] == 0}
    assert idle == ACCOUNT


@pytest.mark.parametrize(("change", "check", "severity"), REGISTRY_SPOILED)
def test_what_each_check_of_the_registries_is_for(
    change: str, check: str, severity: str, candidate: Path
) -> None:
    registry_editions(candidate)
    with duckdb.connect(str(candidate)) as c:
        row = c.execute(change).fetchone()
        assert row and row[0]
    verdict = by_suite(candidate, "registries")
    assert check in failed(verdict, severity)
    found = next(c for c in verdict["checks"] if c["id"] == check)
    assert found["failures"] and all(f["message_ko"] and f["message_en"] for f in found["failures"])
    assert (verdict["verdict"] == "stop") == (severity == "critical")
    if check == "registry_holds_no_contacts":  # the verdict does not repeat what it stops
        told = str(found["failures"])
        assert "0000" not in told and "123-4567" not in told and "example.org" not in told


@pytest.mark.parametrize("suite", ["national_series", "registries"])
def test_without_interfaces_and_registries_there_is_nothing_to_check(
    suite: str, candidate: Path
) -> None:
    with duckdb.connect(str(candidate)) as c:
        for mart in (
            "national_series",
            "registry_edition",
            "dim_factory",
            "factory_event",
            "dim_knowledge_centre",
        ):
            c.execute(f"DELETE FROM {mart}")
    assert by_suite(candidate, suite)["verdict"] == "pass"


def test_a_check_that_cannot_run_does_not_pass(candidate: Path) -> None:
    text = {"ko": "가", "en": "a"}
    broken = Suite(
        suite="s", title=text, theme="accuracy", owner="statistics",
        checks=(
            Check(
                id="broken", severity="critical", title=text, reason=text, action=text, message=text,
                limit=0, rows="SELECT * FROM no_such_table",
            ),
        ),
    )  # fmt: skip
    verdict = judge(candidate, suites=[broken])
    assert verdict["verdict"] == "stop" and failed(verdict) == {"broken"}


def test_the_suites_are_whole(candidate: Path) -> None:
    suites = load_suites()
    assert load_accepted() == []
    identities = {c.id for s in suites for c in s.checks}
    assert len(identities) == sum(len(s.checks) for s in suites) >= 30
