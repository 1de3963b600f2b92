"""The gate on complexes that leave the publication: a date on the register is exact."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

SUITE = Path(__file__).resolve().parents[2] / "expectations" / "suites" / "breaks.yml"


@pytest.mark.parametrize(
    ("complex_id", "left_in", "deviation"),
    [
        ("dated", "2021-Q2", 0),
        # before the quarter that the register gives, though its last quarter is later
        ("dated", "2020-Q4", 1),
        # no source dates it: any quarter up to the last in which it can have been there
        ("undated", "2020-Q4", 0),
        # still published, says the registry
        ("current", "2021-Q2", 1),
    ],
)
def test_a_departure_is_that_of_the_register(complex_id: str, left_in: str, deviation: int) -> None:
    (check,) = (
        c
        for c in yaml.safe_load(SUITE.read_text("utf-8"))["checks"]
        if c["id"] == "coverage_changes_are_registered"
    )
    with duckdb.connect() as c:
        c.execute("CREATE MACRO quarter_of(p) AS p")
        c.execute(
            """CREATE TABLE series_break AS
            SELECT 'dated' AS complex_id, 'coverage_out' AS kind, '2021-Q2' AS quarter"""
        )
        c.execute(
            """CREATE TABLE dim_complex AS FROM (VALUES
              ('dated', '2021-Q1'), ('undated', '2025-Q3'), ('current', NULL), ('stays', NULL)
            ) AS t(complex_id, published_until)"""
        )
        c.execute(
            """CREATE TABLE edition AS
            SELECT p AS snapshot_id, p AS publication_period, x AS complex_id
            FROM unnest(['2020-Q3', '2020-Q4', '2021-Q1', '2021-Q2']) AS q(p), unnest(['stays', $1]) AS u(x)
            WHERE x = 'stays' OR p < $2""",
            [complex_id, left_in],
        )
        found = c.execute(f"SELECT complex_id, period, deviation FROM ({check['rows']})").fetchall()
    assert found == [(complex_id, left_in, deviation)]
