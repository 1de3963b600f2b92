"""What counts as gone since the last release: a publication does, an older version of our own list does not."""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.last_release import compare

CLAIMS, TREND = "sandan__claims", "kicox__industrial_trend"


def vanished(
    folder: Path, before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> int:
    """How many rows of dim_snapshot (snapshot_id, dataset, file_name) are told as gone."""
    with duckdb.connect() as c:
        for name, rows in (("released", before), ("candidate", after)):
            c.execute(f"ATTACH '{folder / name}.duckdb' AS {name}")
            c.execute(
                f"CREATE TABLE {name}.main.dim_snapshot (snapshot_id VARCHAR, dataset VARCHAR, file_name VARCHAR)"
            )
            c.executemany(f"INSERT INTO {name}.main.dim_snapshot VALUES (?, ?, ?)", rows)
        compare(c, {"dim_snapshot": ["snapshot_id"]})
        (row,) = c.execute("SELECT vanished_count FROM release_rows").fetchall()
    return int(row[0])


def test_a_claim_whose_file_was_replaced_is_not_gone(tmp_path: Path) -> None:
    before = [("c/1", CLAIMS, "a.yml"), ("t/1", TREND, "q.xlsx")]
    after = [("c/2", CLAIMS, "a.yml"), ("t/1", TREND, "q.xlsx")]
    assert vanished(tmp_path, before, after) == 0


def test_a_publication_is_gone_though_another_bears_its_name(tmp_path: Path) -> None:
    before = [("c/1", CLAIMS, "a.yml"), ("c/9", CLAIMS, "b.yml"), ("t/1", TREND, "q.xlsx")]
    # an edition was lost beside its re-issue, and a list is in no file any more
    after = [("c/1", CLAIMS, "a.yml"), ("t/2", TREND, "q.xlsx")]
    assert vanished(tmp_path, before, after) == 2
