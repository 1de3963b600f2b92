"""The gate on national series: what is told of a figure that an answer left out."""

from __future__ import annotations

import duckdb
import pytest

from expectations.gate import load_suites

CHECK = next(c for s in load_suites() for c in s.checks if c.id == "series_lose_no_figure")


@pytest.mark.parametrize(
    ("values", "status", "told"),
    [
        ([1.0], "A", []),
        ([1.0, 2.0], "A", []),
        ([1.0, None], "O", [1.0]),
        # what the publisher suppresses is not gone
        ([1.0, None], "Q", []),
        # it came back: nothing is missing any more
        ([1.0, None, 1.0], "A", []),
    ],
)
def test_a_figure_is_lost_as_long_as_it_has_not_come_back(
    values: list[float | None], status: str, told: list[float]
) -> None:
    assert CHECK.severity == "critical"
    with duckdb.connect() as c:
        c.execute(
            "CREATE TABLE national_series AS SELECT 's' AS snapshot_id, 'KR' AS area, 'exports' AS series, "
            "'2025-05' AS period, 's' AS sheet, 'c' AS cell, 'n' AS name_ko, 'n' AS name_en, "
            "$2 AS obs_status, unnest($1::DOUBLE[]) AS value, unnest(range(1, len($1) + 1)) AS vintage_no, "
            "unnest(range(1, len($1) + 1)) = len($1) AS is_latest",
            [values, status],
        )
        rows = c.execute(f"SELECT expected FROM ({CHECK.rows}) WHERE deviation > 0").fetchall()
    assert [row[0] for row in rows] == told
