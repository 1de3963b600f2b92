"""How many rows each mart has by period: exact where the period is closed, a band where it is open.

`row_counts.csv` holds what was counted, refreshed by `sandan gate --refresh-counts` and reviewed in the
diff. A partition is *closed* for the gate where the publications that tell of it and of every earlier
period are those it was counted on (their hashes stand in `publications`): then its count must be the
same, whatever changed in parsers and models. It is *open* where a publication came or is not there:
then its count must lie in a band around the middle of the partitions before it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb

from expectations.suite import HERE

ROW_COUNTS = HERE / "row_counts.csv"
_COLUMNS = ("kind", "mart", "period", "publications", "row_count")
#: Marts by period, and what feeds them.
PARTITIONED = {
    "fct_observation": "trend",
    "complex_quarterly": "trend",
    "complex_industry_quarterly": "trend",
    "industry_quarterly": "trend",
    "national_total_quarterly": "trend",
    "growth_quarterly": "trend",
    "index_quarterly": "trend",
    "exports_quarterly": "trend",
    "cluster_kpi": "trend",
    "complex_status_quarterly": "status",
    "complex_status_total_quarterly": "status",
}
#: An open partition has at least and at most so many times the middle of the four before it.
BAND = (0.8, 1.25)


def count(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `partitions(mart, period, publications, row_count)`.

    `publications` is a hash over the publications that tell of the period or of an earlier one.
    """
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE fed AS
        SELECT DISTINCT 'trend' AS feed, quarter_of(f.period) AS period, s.sha256
        FROM fct_observation f JOIN dim_snapshot s USING (snapshot_id)
        UNION
        SELECT DISTINCT 'status', quarter_of(period), sha256 FROM dim_snapshot
        WHERE dataset = 'kicox__complex_status';
        CREATE OR REPLACE TEMP TABLE publications AS
        SELECT p.feed, p.period, left(md5(string_agg(DISTINCT f.sha256, ',' ORDER BY f.sha256)), 12) AS publications
        FROM (SELECT DISTINCT feed, period FROM fed) p
        JOIN fed f ON f.feed = p.feed AND f.period <= p.period
        GROUP BY ALL
        """
    )
    # A mart that is not there fails the checks that read it, not the gate as a whole.
    there = {
        row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    } | {row[0] for row in connection.execute("SELECT view_name FROM duckdb_views()").fetchall()}
    union = " UNION ALL ".join(
        f"SELECT '{mart}' AS mart, '{feed}' AS feed, quarter_of(period) AS period, count(*) AS row_count "
        f'FROM "{mart}" GROUP BY ALL'
        for mart, feed in PARTITIONED.items()
        if mart in there
    )
    union = union or "SELECT '' AS mart, '' AS feed, '' AS period, 0::BIGINT AS row_count"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE partitions AS SELECT c.mart, c.period, p.publications, c.row_count "
        f"FROM ({union}) c JOIN publications p USING (feed, period)"
    )


def load(
    connection: duckdb.DuckDBPyConnection, *, is_simulated: bool, path: Path = ROW_COUNTS
) -> None:
    """Make the table `counted` of what is on record for real or simulated data, beside `partitions`.

    Raises:
        ValueError: the file is not in order; the message names the line.
    """
    count(connection)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE counted (mart VARCHAR, period VARCHAR, publications VARCHAR, "
        "row_count BIGINT)"
    )
    kind = _kind(is_simulated)
    rows = [row[1:] for row in _read(path) if row[0] == kind]
    if rows:
        connection.executemany("INSERT INTO counted VALUES (?, ?, ?, ?)", rows)


def refresh(
    candidate: Path, period: str, *, is_simulated: bool, path: Path = ROW_COUNTS
) -> tuple[int, int]:
    """Count a candidate's closed partitions anew and write them; returns how many are new or changed,
    and how many there are.

    The open period, that of the release, is left out: it is counted once a later one has come.
    """
    from expectations.views import opened

    with opened(candidate, period, None) as connection:
        count(connection)
        found = connection.execute(
            "SELECT mart, period, publications, row_count FROM partitions "
            "WHERE period < getvariable('period') ORDER BY ALL"
        ).fetchall()
    kind = _kind(is_simulated)
    before = _read(path)
    rows = [tuple(map(str, (kind, *row))) for row in found]
    marts = {(row[1], row[2]) for row in rows}
    # What this candidate does not hold (another span of years) stays on record.
    kept = [row for row in before if row[0] != kind or (row[1], row[2]) not in marts]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(sorted([*kept, *rows]))
    path.write_text(text.getvalue(), encoding="utf-8")
    return len(set(rows) - set(before)), len(rows)


def _kind(is_simulated: bool) -> str:
    return "simulated" if is_simulated else "real"


def _read(path: Path) -> list[tuple[str, ...]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        if tuple(next(reader, ())) != _COLUMNS:
            raise ValueError(f"{path.name}: the first line must be {','.join(_COLUMNS)}")
        rows = []
        for row in reader:
            if len(row) != len(_COLUMNS) or not row[-1].isdigit():
                raise ValueError(
                    f"{path.name}, line {reader.line_num}: expected {','.join(_COLUMNS)}; run "
                    "`sandan gate --refresh-counts`"
                )
            rows.append(tuple(row))
    return rows
