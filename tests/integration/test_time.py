"""Breaks, growth and revisions of the sample's warehouse; the gate on what is on no register."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest

from .test_gate import failed, judge

SERIES = "industry_code = '_T' AND size_class = '_T' AND sex = '_T' AND freq = 'Q'"


@pytest.fixture
def candidate(sample_home: Path, tmp_path: Path) -> Path:
    (built,) = (sample_home / "builds").glob("2026-Q1_*/candidate.duckdb")
    return Path(shutil.copyfile(built, tmp_path / "candidate.duckdb"))


# ---------------------------------------------------------------- breaks


def message_of(candidate: Path, check: str) -> str:
    verdict = judge(candidate)
    assert check in failed(verdict), failed(verdict)
    (found,) = (c for c in verdict["checks"] if c["id"] == check)
    assert found["failures"] and all(f["message_ko"] for f in found["failures"])
    return str(found["failures"][0]["message_en"])


@pytest.mark.parametrize(
    ("break_id", "message"),
    [
        ("2025-q4-yongin_semiconductor", "entered the publication in 2025-Q4"),
        ("2025-q1-songsan_green_city", "entered the publication in 2025-Q1"),
    ],
)
def test_a_complex_that_enters_without_an_entry_stops_the_release(
    break_id: str, message: str, candidate: Path
) -> None:
    with duckdb.connect(str(candidate)) as c:
        c.execute("DELETE FROM series_break WHERE break_id = ?", [break_id])
    assert message in message_of(candidate, "coverage_changes_are_registered")


def test_a_complex_that_leaves_without_an_entry_stops_the_release(candidate: Path) -> None:
    with duckdb.connect(str(candidate)) as c:
        c.execute(
            "DELETE FROM fct_observation WHERE complex_id = 'gumi' AND snapshot_id IN "
            "(SELECT snapshot_id FROM dim_snapshot WHERE period = '2026-Q1')"
        )
    found = message_of(candidate, "coverage_changes_are_registered")
    assert "left the publication in 2026-Q1" in found and "complex_breaks.csv" in found


@pytest.mark.parametrize("measure", ["production_krw_100m", "employment_count"])
def test_a_shift_of_level_without_an_entry_stops_the_release(measure: str, candidate: Path) -> None:
    with duckdb.connect(str(candidate)) as c:
        c.execute(
            f"UPDATE complex_quarterly SET {measure} = {measure} * 2.2 "
            "WHERE complex_id = 'changwon' AND period = '2026-Q1'"
        )
    found = message_of(candidate, "level_shifts_are_registered")
    assert "Changwon" in found and "no break is registered" in found
    # with an entry on the register it is a break, and no fault
    with duckdb.connect(str(candidate)) as c:
        c.execute(
            "UPDATE fct_observation SET break_ids = 'x' WHERE complex_id = 'changwon' "
            f"AND measure = '{measure}' AND period = '2026-Q1' AND industry_code = '_T'"
        )
    assert "level_shifts_are_registered" not in failed(judge(candidate))


def test_a_true_jump_is_no_shift_of_level(candidate: Path) -> None:
    """남동's employment rose 15.5 % in 2026-Q1."""
    with duckdb.connect(str(candidate)) as c:
        c.execute(
            "UPDATE complex_quarterly SET employment_count = 1.155 * (SELECT employment_count "
            "FROM complex_quarterly WHERE complex_id = 'namdong' AND period = '2025-Q4') "
            "WHERE complex_id = 'namdong' AND period = '2026-Q1'"
        )
    assert "level_shifts_are_registered" not in failed(judge(candidate))


def test_affected_observations_carry_b(candidate: Path) -> None:
    with duckdb.connect(str(candidate), read_only=True) as c:
        marked = c.execute(
            "SELECT DISTINCT complex_id, period FROM fct_observation "
            "WHERE sdmx_obs_status = 'B' AND freq = 'Q' AND period >= '2025-Q1' ORDER BY ALL"
        ).fetchall()
        # the row 계, whose coverage changed, and the complexes that came in
        assert ("_T", "2025-Q1") in marked and ("_T", "2025-Q4") in marked
        assert {c for c, _ in marked} <= {"_T", "songsan_green_city", "yongin_semiconductor"}
        wrong = c.execute(
            "SELECT count(*) FROM fct_observation WHERE (sdmx_obs_status = 'B') <> "
            "(obs_status = 'A' AND break_ids IS NOT NULL) "
            "OR (sdmx_obs_status <> 'B' AND sdmx_obs_status <> obs_status)"
        ).fetchone()
        assert wrong == (0,)
        shown = c.execute(
            "SELECT breaks_en FROM dim_complex WHERE complex_id = 'songsan_green_city'"
        ).fetchone()
        assert shown and "2025-Q1" in shown[0]


# ---------------------------------------------------------------- growth


def test_contributions_make_the_published_growth(candidate: Path) -> None:
    with duckdb.connect(str(candidate), read_only=True) as c:
        rows = c.execute(
            """
            SELECT max(growth_pct) FILTER (industry_code = '_T'),
                   sum(contribution_pp) FILTER (industry_code <> '_T')
                     + max(unallocated_pp) FILTER (industry_code = '_T')
            FROM growth_quarterly WHERE complex_id = '_T'
            GROUP BY measure, period, comparison HAVING max(unallocated_pp) IS NOT NULL
            """
        ).fetchall()
        assert len(rows) > 100
        assert all(abs(total - parts) < 1e-9 for total, parts in rows)


def test_matched_growth_is_that_of_the_matched_complexes(candidate: Path) -> None:
    """Worked again from the wide mart: complexes with a figure in both quarters, 2025-Q4's newcomer out."""
    with duckdb.connect(str(candidate), read_only=True) as c:
        ours = c.execute(
            "SELECT growth_lfl_pct, matched_complexes FROM growth_quarterly WHERE complex_id = '_T' "
            "AND industry_code = '_T' AND measure = 'tenant_count' AND period = '2025-Q4' AND comparison = 'qoq'"
        ).fetchone()
        again = c.execute(
            "SELECT 100 * (sum(n.tenant_count) / sum(b.tenant_count) - 1), count(*) FROM complex_quarterly n "
            "JOIN complex_quarterly b USING (complex_id) WHERE n.period = '2025-Q4' AND b.period = '2025-Q3' "
            "AND complex_id <> 'yongin_semiconductor' AND n.tenant_count_status = 'A' AND b.tenant_count_status = 'A'"
        ).fetchone()
        assert ours and again
        assert ours[0] == pytest.approx(again[0], abs=1e-9) and ours[1] == again[1]
        # a number or a reason, in both languages
        bare = c.execute(
            "SELECT count(*) FROM growth_quarterly WHERE (growth_lfl_pct IS NULL) <> (lfl_reason IS NOT NULL) "
            "OR (lfl_reason IS NULL) <> (lfl_reason_ko IS NULL) "
            "OR (growth_lfl_pct IS NULL) <> (growth_lfl_pct_status <> 'A')"
        ).fetchone()
        assert bare == (0,)


def test_an_index_grows_like_its_links(candidate: Path) -> None:
    with duckdb.connect(str(candidate), read_only=True) as c:
        wrong = c.execute(
            """
            SELECT count(*), count(*) FILTER (abs(n.index_value / b.index_value - 1 - g.growth_lfl_pct / 100) > 1e-9)
            FROM growth_quarterly g
            JOIN index_quarterly n USING (complex_id, industry_code, measure, period)
            JOIN index_quarterly b ON b.complex_id = n.complex_id AND b.industry_code = n.industry_code
              AND b.measure = n.measure AND b.chain_no = n.chain_no AND b.period = g.base_period
            WHERE g.comparison = 'qoq'
            """
        ).fetchone()
        assert wrong and wrong[0] > 1000 and wrong[1] == 0
        means = c.execute(
            "SELECT avg(index_value) FROM index_quarterly WHERE left(period, 4) = reference_period "
            "GROUP BY complex_id, industry_code, measure, chain_no"
        ).fetchall()
        assert means and all(mean == pytest.approx(100) for (mean,) in means)


def test_indices_and_adjusted_series_carry_b_where_growth_and_observations_do(
    candidate: Path,
) -> None:
    with duckdb.connect(str(candidate), read_only=True) as c:
        linked = c.execute(
            """
            SELECT count(*), count(*) FILTER (
                n.break_ids IS DISTINCT FROM g.break_ids OR n.sdmx_obs_status <> 'B')
            FROM intermediate.int_growth_computed g
            JOIN index_quarterly n USING (complex_id, industry_code, measure, period)
            WHERE g.comparison = 'qoq' AND g.break_ids IS NOT NULL
            """
        ).fetchone()
        assert linked and linked[0] > 100 and linked[1] == 0
        plain = c.execute(
            "SELECT count(*) FROM index_quarterly WHERE sdmx_obs_status = 'B' AND break_ids IS NULL "
            "AND chain_from <> period"
        ).fetchone()
        assert plain == (0,)
        adjusted = c.execute(
            """
            SELECT count(*), count(*) FILTER (
                a.break_ids IS DISTINCT FROM o.break_ids OR a.sdmx_obs_status <> o.sdmx_obs_status)
            FROM seasonal_adjusted a
            JOIN fct_observation o USING (complex_id, measure, period, freq)
            WHERE o.is_latest AND o.industry_code = '_T' AND o.size_class = '_T' AND o.sex = '_T'
                AND o.break_ids IS NOT NULL AND a.freq = 'M'
            """
        ).fetchone()
        assert adjusted and adjusted[0] > 10 and adjusted[1] == 0


def test_exports_in_won_say_at_which_rate(candidate: Path) -> None:
    with duckdb.connect(str(candidate), read_only=True) as c:
        rows = c.execute(
            "SELECT exports_usd_m * krw_per_usd / 100, exports_krw_100m, krw_per_usd_source "
            "FROM exports_quarterly WHERE exports_krw_100m IS NOT NULL"
        ).fetchall()
        assert rows and all(a == pytest.approx(b) and source for a, b, source in rows)


# ---------------------------------------------------------------- revisions


def test_revision_statistics_agree_with_statsmodels(candidate: Path) -> None:
    import statsmodels.api as sm

    with duckdb.connect(str(candidate), read_only=True) as c:
        for measure in ("production_krw_100m", "exports_usd_m", "employment_count"):
            rows = c.execute(
                f"SELECT f.value, l.value FROM fct_observation f JOIN fct_observation l USING (complex_id, "
                f"industry_code, size_class, sex, measure, period, freq) WHERE f.vintage_no = 1 AND f.begins_vintage "
                f"AND f.relation <> 'previous' "
                f"AND l.is_latest AND complex_id = '_T' AND measure = '{measure}' AND {SERIES} ORDER BY period"
            ).fetchall()
            first, last = np.array(rows).T
            found = c.execute(
                "SELECT observations, mean_revision, mean_absolute_revision, relative_mar_pct, "
                "hac_standard_error, bias_t, hac_lags FROM revision_summary WHERE complex_id = '_T' "
                "AND measure = ? AND freq = 'Q' AND horizon = 'latest'",
                [measure],
            ).fetchone()
            assert found is not None and found[0] == len(rows)
            fit = sm.OLS(last - first, np.ones(len(rows))).fit(
                cov_type="HAC", cov_kwds={"maxlags": found[6]}
            )
            expected = (
                fit.params[0],
                np.abs(last - first).mean(),
                100 * np.abs(last - first).sum() / np.abs(last).sum(),
                fit.bse[0],
                fit.tvalues[0],
            )
            assert found[1:6] == pytest.approx(expected)


def test_every_later_vintage_has_its_revision_and_cause(candidate: Path) -> None:
    with duckdb.connect(str(candidate), read_only=True) as c:
        counts = c.execute(
            "SELECT (SELECT count(*) FROM revision), "
            "(SELECT count(*) FROM fct_observation WHERE begins_vintage AND vintage_no > 1)"
        ).fetchone()
        assert counts and counts[0] == counts[1] > 100
        causes = dict(c.execute("SELECT cause, count(*) FROM revision GROUP BY 1").fetchall())
        # the sample issues 2024-Q4 again as 연간보정, and complexes are shown or suppressed anew
        assert causes["annual_revision"] > 100 and causes["suppression"] > 0
        assert causes.get("unexplained", 0) < counts[0] / 20
