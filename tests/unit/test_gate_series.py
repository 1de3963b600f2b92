"""The gate on national series: what is told of a figure that an answer left out."""

from __future__ import annotations

import duckdb
import pytest

from expectations.gate import load_suites

CHECK = next(c for s in load_suites() for c in s.checks if c.id == "series_lose_no_figure")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1.0], []),
        ([1.0, 2.0], []),
        ([1.0, None], [1.0]),
        # it came back: nothing is missing any more
        ([1.0, None, 1.0], []),
    ],
)
def test_a_figure_is_lost_as_long_as_it_has_not_come_back(
    values: list[float | None], told: list[float]
) -> None:
    with duckdb.connect() as c:
        c.execute(
            "CREATE TABLE national_series AS SELECT 's' AS snapshot_id, 'KR' AS area, 'exports' AS series, "
            "'2025-05' AS period, 's' AS sheet, 'c' AS cell, 'n' AS name_ko, 'n' AS name_en, "
            "unnest($1::DOUBLE[]) AS value, unnest(range(1, len($1) + 1)) AS vintage_no, "
            "unnest(range(1, len($1) + 1)) = len($1) AS is_latest",
            [values],
        )
        rows = c.execute(f"SELECT expected FROM ({CHECK.rows}) WHERE deviation > 0").fetchall()
    assert [row[0] for row in rows] == told
