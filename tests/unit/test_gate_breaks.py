"""The gate on shifts of level and departures that are on no register: what a change of coverage looks like
stops, what has been true growth does not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.gate import load_suites
from tests.unit.gates import PERIOD, judge_checks, skeleton

MEASURES = {
    "production_krw_100m": 9000.0, "exports_usd_m": 300.0, "employment_count": 5000.0, "tenant_count": 250.0,
    "operating_count": 230.0,
}  # fmt: skip
COMPLEXES = [f"c{n:02d}" for n in range(12)]
NOW = PERIOD


def quarters(count: int) -> list[str]:
    """So many quarters that end with the newest."""
    last = 2026 * 4
    return [f"{q // 4}-Q{q % 4 + 1}" for q in range(last - count + 1, last + 1)]


def wobble(n: int, i: int, k: int) -> float:
    """What is usual: money moves by some per cent, firms and jobs by less than one."""
    size = (0.06, 0.08, 0.008, 0.006, 0.007)[k]
    return size * math.sin(2.3 * i + 1.7 * n + 0.9 * k)


def candidate(
    folder: Path,
    shifts: dict[tuple[str, str], float],
    since: str = NOW,
    count: int = 14,
    registered: bool = False,
) -> Path:
    """Twelve complexes over `count` quarters; `shifts`: (complex, measure) → factor from `since` on."""
    path = folder / "candidate.duckdb"
    periods = quarters(count)
    with duckdb.connect(str(path)) as c:
        skeleton(c)
        c.execute("INSERT INTO dim_complex SELECT unnest($1), unnest($1) || '단지', unnest($1)", [COMPLEXES])  # fmt: skip
        c.executemany("INSERT INTO dim_period VALUES (?, ?)", [*zip(periods, [None, *periods], strict=False)])  # fmt: skip
        rows = []
        for n, complex_id in enumerate(COMPLEXES):
            for i, period in enumerate(periods):
                values = [
                    base * (1 + n / 4) * math.exp(wobble(n, i, k))
                    * (shifts.get((complex_id, m), 1.0) if period >= since else 1.0)
                    for k, (m, base) in enumerate(MEASURES.items())
                ]  # fmt: skip
                rows.append([complex_id, period, *values])
        marks = ", ".join("?" for _ in rows[0])
        c.executemany(f"INSERT INTO complex_quarterly VALUES ({marks})", rows)
        sums = ", ".join(f"sum({m})" for m in MEASURES)
        c.execute(f"INSERT INTO national_total_quarterly SELECT period, {sums} FROM complex_quarterly GROUP BY 1")  # fmt: skip
        if registered:
            for complex_id, measure in shifts:
                c.execute(
                    "INSERT INTO fct_observation (complex_id, industry_code, size_class, sex, measure, period, "
                    "break_ids) VALUES (?, '_T', '_T', '_T', ?, ?, 'b')",
                    [complex_id, measure, since],
                )
    return path


def released(path: Path, folder: Path) -> Path:
    """A candidate's levels as the release that readers see."""
    (folder / "marts").mkdir(parents=True)
    with duckdb.connect(str(path), read_only=True) as c:
        for mart in ("complex_quarterly", "industry_quarterly", "national_total_quarterly", "dim_snapshot"):  # fmt: skip
            c.execute(f"COPY {mart} TO '{folder}/marts/{mart}.parquet'")
    return folder


def judged(path: Path, check_id: str, last_release: Path | None = None) -> dict[str, Any]:
    """The verdict on one check."""
    verdict, found = judge_checks(path, {check_id}, is_simulated=False, last_release=last_release)
    assert found[check_id]["success"] == (verdict != "stop")
    return found[check_id]


def stopped_for(
    path: Path, check_id: str = "level_shifts_are_registered", last_release: Path | None = None
) -> dict[str, set[str]]:
    """By `complex period` the measures for which the gate stops."""
    check = judged(path, check_id, last_release)
    found: dict[str, set[str]] = {}
    for failure in check.get("failures", []):
        assert "no break is registered" in failure["message_en"]
        assert "등록된 단절이 없다" in failure["message_ko"]
        key = f"{failure['complex_id']} {failure['period']}"
        found.setdefault(key, set()).add(failure["measure"])
    return found


def grown(factor: float, *measures: str) -> dict[tuple[str, str], float]:
    return {("c05", m): factor for m in measures or MEASURES}


MONEY = ("production_krw_100m", "exports_usd_m")


@pytest.mark.parametrize("since", [NOW, "2025-Q2", "2023-Q4"])
def test_a_neighbour_taken_in_stops_also_where_an_edition_shifts_the_past(
    since: str, tmp_path: Path
) -> None:
    found = stopped_for(candidate(tmp_path, grown(1.4), since))
    assert found.keys() == {f"c05 {since}"}
    assert {"employment_count", "tenant_count"} <= found[f"c05 {since}"]


@pytest.mark.parametrize(
    ("shifts", "options"),
    [
        ({}, {}),
        (grown(1.4), {"registered": True}),
        (grown(0.55, *MONEY), {}),  # a plant that stops: exports are a part of production
        (grown(1.155, "employment_count"), {}),  # true in 2026-Q1
        (grown(1.13), {}),
        (grown(0.55, *MONEY), {"count": 2}),
    ],
    ids=["nothing", "registered", "money", "jobs", "small", "money in a short history"],
)
def test_what_has_been_true_does_not_stop(
    shifts: dict[tuple[str, str], float], options: dict[str, Any], tmp_path: Path
) -> None:
    assert stopped_for(candidate(tmp_path, shifts, **options)) == {}


def test_a_short_history_is_held_against_the_other_complexes(tmp_path: Path) -> None:
    found = stopped_for(candidate(tmp_path, grown(1.4), count=2))
    assert found.keys() == {f"c05 {NOW}"}


def test_one_measure_far_beyond_its_own_history_stops_alone(tmp_path: Path) -> None:
    found = stopped_for(candidate(tmp_path, grown(1.5, "tenant_count")))
    assert found == {f"c05 {NOW}": {"tenant_count"}}


def test_a_total_over_other_complexes_is_for_the_check_of_coverage(tmp_path: Path) -> None:
    """A large complex that leaves takes a third of the total with it: that is told where it left."""
    path = candidate(tmp_path, grown(12.0), since="2000-Q1")
    assert stopped_for(path) == {}
    with duckdb.connect(str(path)) as c:
        c.execute("DELETE FROM complex_quarterly WHERE complex_id = 'c05' AND period = ?", [NOW])
        c.execute("DELETE FROM national_total_quarterly WHERE period = ?", [NOW])
        sums = ", ".join(f"sum({m})" for m in MEASURES)
        c.execute(f"INSERT INTO national_total_quarterly SELECT period, {sums} FROM complex_quarterly WHERE period = ? GROUP BY 1", [NOW])  # fmt: skip
    assert stopped_for(path) == {}
    # the same fall of the total with every complex there is a shift
    with duckdb.connect(str(path)) as c:
        c.execute("INSERT INTO complex_quarterly (complex_id, period) VALUES ('c05', ?)", [NOW])
    assert stopped_for(path).keys() == {f"_T {NOW}"}


def test_a_quarter_is_judged_where_it_is_new_or_was_revised(tmp_path: Path) -> None:
    since = "2024-Q2"
    for name in ("usual", "shifted"):
        (tmp_path / name).mkdir()
    usual = candidate(tmp_path / "usual", {})
    shifted = candidate(tmp_path / "shifted", grown(1.5, "tenant_count"), since)
    stopped = {f"c05 {since}": {"tenant_count"}}
    assert stopped_for(shifted) == stopped
    # the last release told the shift: it was judged then
    its_own = released(shifted, tmp_path / "its_own")
    assert stopped_for(shifted, last_release=its_own) == {}
    # the last release told another level: an edition since has shifted it
    other = released(usual, tmp_path / "other")
    assert stopped_for(shifted, last_release=other) == stopped


ALL_AT_ONCE = "shifts_of_all_complexes_are_registered"


def all_grown(factor: float, *measures: str) -> dict[tuple[str, str], float]:
    return {(c, m): factor for c in COMPLEXES for m in measures}


@pytest.mark.parametrize(
    ("measure", "factor", "since"),
    [
        ("employment_count", 0.92, NOW),
        ("operating_count", 1.08, "2024-Q2"),
        ("production_krw_100m", 0.7, "2024-Q2"),
        ("exports_usd_m", 1.5, NOW),
    ],
)
def test_all_complexes_at_once_stop_where_none_would_alone(
    measure: str, factor: float, since: str, tmp_path: Path
) -> None:
    """A new sample or method: each complex moves by less than what has been true of one."""
    path = candidate(tmp_path, all_grown(factor, measure), since)
    _, checks = judge_checks(path, {"level_shifts_are_registered", ALL_AT_ONCE})
    assert checks["level_shifts_are_registered"]["success"]
    failures = checks[ALL_AT_ONCE]["failures"]
    # the row 계, the matched sum, the middle
    assert [(f["measure"], f["period"]) for f in failures] == 3 * [(measure, since)]
    assert all("no break is registered" in f["message_en"] for f in failures)


def test_what_all_complexes_did_in_a_released_quarter_was_judged_then(tmp_path: Path) -> None:
    path = candidate(tmp_path, all_grown(0.92, "employment_count"))
    assert stopped_for(path, ALL_AT_ONCE, released(path, tmp_path / "last")) == {}


def test_a_newcomer_does_not_hide_that_all_others_moved(tmp_path: Path) -> None:
    path = candidate(tmp_path, all_grown(1.08, "employment_count"))
    with duckdb.connect(str(path)) as c:
        c.execute("INSERT INTO complex_quarterly (complex_id, period, employment_count) VALUES ('new', ?, 9000)", [NOW])  # fmt: skip
    # the row 계 is over other complexes: the matched sum and the middle tell
    assert judged(path, ALL_AT_ONCE)["unexpected_count"] == 2


@pytest.mark.parametrize(
    ("shifts", "options"),
    [
        ({}, {}),
        (all_grown(1.08, "employment_count"), {"registered": True}),
        (all_grown(1.022, "employment_count"), {}),  # true in 2026-Q1
        (all_grown(0.85, *MONEY), {"count": 2}),  # as in 2020-Q2
        (grown(1.4), {}),  # one complex
    ],
    ids=["nothing", "registered", "jobs", "slump in a short history", "one complex"],
)
def test_what_has_been_true_of_the_nation_does_not_stop(
    shifts: dict[tuple[str, str], float], options: dict[str, Any], tmp_path: Path
) -> None:
    path = candidate(tmp_path, shifts, **options)
    if options.get("registered"):
        with duckdb.connect(str(path)) as c:
            c.execute(
                "INSERT INTO fct_observation (complex_id, industry_code, size_class, sex, measure, period, break_ids) "
                "SELECT DISTINCT '_T', '_T', '_T', '_T', measure, period, 'b' FROM fct_observation"
            )
    assert stopped_for(path, ALL_AT_ONCE) == {}


def test_contributions_that_do_not_add_up_stop(tmp_path: Path) -> None:
    path = candidate(tmp_path, {}, count=5)
    before, now = quarters(2)
    with duckdb.connect(str(path)) as c:
        c.execute(
            "CREATE TABLE growth_quarterly AS "
            "SELECT n.complex_id, '_T' AS industry_code, 'production_krw_100m' AS measure, n.period, 'qoq' AS comparison, "
            "$1 AS base_period, 0.0 AS growth_pct, 100 * (n.production_krw_100m - b.production_krw_100m) / "
            "t.production_krw_100m AS contribution_pp, NULL::DOUBLE AS unallocated_pp, NULL::DOUBLE AS unallocated_complexes_pp "
            "FROM complex_quarterly n "
            "JOIN complex_quarterly b ON b.complex_id = n.complex_id AND b.period = $1 "
            "JOIN national_total_quarterly t ON t.period = $1 WHERE n.period = $2 "
            # 5 % on the row 계: 3 and 1.5 by industry, half a point in none
            "UNION ALL SELECT '_T', i, 'production_krw_100m', $2, 'qoq', $1, g, p, u, NULL FROM (VALUES "
            "('_T', 5.0, 5.0, 0.5), ('STEEL', 6.0, 3.0, NULL), ('FOOD', 3.0, 1.5, NULL)) v(i, g, p, u)",
            [before, now],
        )
        # what the complexes leave open is the rest to 5 %
        c.execute(
            "UPDATE growth_quarterly SET unallocated_complexes_pp = 5.0 - (SELECT sum(contribution_pp) "
            "FROM growth_quarterly WHERE complex_id <> '_T') WHERE complex_id = '_T' AND industry_code = '_T'"
        )
    assert judged(path, "contributions_add_up")["checked_count"] == 14
    for column, where, named in (
        ("contribution_pp", "complex_id = 'c03'", ["_T", "c03"]),
        ("contribution_pp", "industry_code = 'STEEL'", ["_T"]),
        ("unallocated_complexes_pp", "complex_id = '_T' AND industry_code = '_T'", ["_T"]),
    ):
        with duckdb.connect(str(path)) as c:
            c.execute(f"UPDATE growth_quarterly SET {column} = {column} + 0.01 WHERE {where}")
        failures = judged(path, "contributions_add_up")["failures"]
        assert sorted(f["complex_id"] for f in failures) == named
        with duckdb.connect(str(path)) as c:
            c.execute(f"UPDATE growth_quarterly SET {column} = {column} - 0.01 WHERE {where}")
    assert judged(path, "contributions_add_up")["success"]


# -- complexes that leave: a date on the register is exact, an upper bound is believed once and told

EDITIONS = ["2020-Q3", "2020-Q4", "2021-Q1", "2021-Q2", "2021-Q3"]


@pytest.mark.parametrize(
    ("complex_id", "absent_from", "found"),
    [
        ("dated", ["2021-Q2", "2021-Q3"], [("2021-Q2", 0)]),
        # before the quarter that the register gives, though its last quarter is later
        ("dated", EDITIONS[1:], [("2020-Q4", 2)]),
        # no source dates it: any quarter up to the last in which it can have been there, and it is told
        ("undated", EDITIONS[1:], [("2020-Q4", 1)]),
        ("undated", EDITIONS[4:], [("2021-Q3", 1)]),
        # left out of an edition: it comes back, so that it had not left; the last time may be true
        ("undated", ["2020-Q4"], [("2020-Q4", 2), ("2021-Q1", 2)]),
        ("undated", ["2020-Q4", "2021-Q2", "2021-Q3"], [("2020-Q4", 2), ("2021-Q1", 2), ("2021-Q2", 1)]),
        # there beyond the bound, which is wrong then
        ("bounded", ["2021-Q2", "2021-Q3"], [("2021-Q2", 2)]),
        # still published, says the registry
        ("current", ["2021-Q2", "2021-Q3"], [("2021-Q2", 2)]),
    ],
)  # fmt: skip
def test_a_departure_is_that_of_the_register(
    complex_id: str, absent_from: list[str], found: list[tuple[str, int]]
) -> None:
    checks = {c.id: c for s in load_suites() for c in s.checks}
    stops, tells = checks["coverage_changes_are_registered"], checks["departures_are_dated"]
    assert (stops.severity, stops.limit) == ("critical", 1)
    assert (tells.severity, tells.limit) == ("warning", 0) and tells.rows == stops.rows
    with duckdb.connect() as c:
        c.execute("CREATE MACRO quarter_of(p) AS p")
        c.execute(
            """CREATE TABLE series_break AS
            SELECT 'dated' AS complex_id, 'coverage_out' AS kind, '2021-Q2' AS quarter"""
        )
        c.execute(
            """CREATE TABLE dim_complex AS FROM (VALUES
              ('dated', '2021-Q1'), ('undated', '2025-Q3'), ('bounded', '2020-Q4'), ('current', NULL),
              ('stays', NULL)) AS t(complex_id, published_until)"""
        )
        c.execute(
            """CREATE TABLE edition AS
            SELECT p AS snapshot_id, p AS publication_period, x AS complex_id
            FROM unnest($1) AS q(p), unnest(['stays', $2]) AS u(x)
            WHERE x = 'stays' OR NOT list_contains($3, p)""",
            [EDITIONS, complex_id, absent_from],
        )
        rows = c.execute(
            f"SELECT complex_id, period, deviation, register_en FROM ({stops.rows}) ORDER BY period"
        ).fetchall()
    assert [row[:3] for row in rows] == [(complex_id, *one) for one in found]
    assert all("upper bound only (2025-Q3)" in row[3] for row in rows if row[2] == 1)
