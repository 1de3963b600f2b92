"""The candidate against the last release, folded to three small tables for the suites.

    release_schema  mart, column_name, before_type, after_type (null: gone), is_narrower
    release_rows    mart, period, row_count_before, row_count, vanished_count
    release_cells   mart, measure, period, compared_count, changed_count, silent_count
    release_silent  cells of closed periods that changed without a new vintage, the largest first

A period is closed where it ended before the release's quarter and the last release held it. A change
is *silent* where no publication that came since then tells of the cell's period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

#: The publisher's own figures, by the columns that name a row; other columns are compared.
LEVELS = {
    "complex_quarterly": ("complex_id", "period"),
    "complex_industry_quarterly": ("complex_id", "industry_code", "period"),
    "industry_quarterly": ("industry_code", "period"),
    "national_total_quarterly": ("period",),
}
#: Figures computed from them.
DERIVED = {
    "cluster_kpi": ("complex_id", "industry_code", "size_class", "period", "kpi"),
    "growth_quarterly": ("complex_id", "industry_code", "measure", "period", "comparison"),
    "index_quarterly": ("complex_id", "industry_code", "measure", "period"),
    "exports_quarterly": ("complex_id", "period"),
    "national_share": ("metric", "definition", "period"),
}
_MOST_PER_MEASURE = 50
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "UBIGINT"}


def compare(
    connection: duckdb.DuckDBPyConnection,
    keys: Mapping[str, Sequence[str]],
) -> None:
    """Make the tables `release_…`; the connection knows `candidate` and `released`."""
    _schema(connection)
    marts = {
        r[0]
        for r in connection.execute(
            "SELECT DISTINCT mart FROM release_schema WHERE after_type IS NOT NULL"
        ).fetchall()
    }
    _vintages(connection, marts)
    connection.execute(
        "CREATE TEMP TABLE release_rows (mart VARCHAR, period VARCHAR, row_count_before BIGINT, "
        "row_count BIGINT, vanished_count BIGINT);"
        "CREATE TEMP TABLE release_cells (mart VARCHAR, measure VARCHAR, period VARCHAR, "
        "compared_count BIGINT, changed_count BIGINT, silent_count BIGINT);"
        "CREATE TEMP TABLE release_silent (mart VARCHAR, measure VARCHAR, complex_id VARCHAR, "
        "industry_code VARCHAR, period VARCHAR, before DOUBLE, after DOUBLE, is_level BOOLEAN)"
    )
    for mart in sorted(marts & set(keys)):
        _rows(connection, mart, list(keys[mart]))
    for mart, key in {**LEVELS, **DERIVED}.items():
        if mart in marts:
            _cells(connection, mart, key)
    if "fct_observation" in marts:
        _facts(connection)


def told(connection: duckdb.DuckDBPyConnection, release_id: str) -> dict[str, Any]:
    """The comparison in some figures, of the publisher's own figures, for verdict and report."""
    levels = ", ".join(f"'{mart}'" for mart in LEVELS)
    cells = connection.execute(
        "SELECT coalesce(sum(compared_count), 0)::BIGINT, coalesce(sum(changed_count), 0)::BIGINT, "
        f"coalesce(sum(silent_count), 0)::BIGINT FROM release_cells WHERE mart IN ({levels})"
    ).fetchone() or (0, 0, 0)
    came = connection.execute("SELECT publications FROM came_since").fetchone() or (0,)
    return {
        "release_id": release_id,
        "new_publications": int(came[0]),
        "compared_cells": int(cells[0]),
        "changed_cells": int(cells[1]),
        "silent_cells": int(cells[2]),
    }


def _schema(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        CREATE TEMP TABLE release_schema AS
        WITH before AS (SELECT table_name AS mart, column_name, data_type FROM duckdb_columns()
                        WHERE database_name = 'released' AND schema_name = 'main'),
        after AS (SELECT table_name AS mart, column_name, data_type FROM duckdb_columns()
                  WHERE database_name = 'candidate' AND schema_name = 'main')
        SELECT b.mart, b.column_name, b.data_type AS before_type, a.data_type AS after_type,
               a.data_type IS DISTINCT FROM b.data_type
               -- an integer that became wider still holds what it held
               AND NOT coalesce(list_position($1, b.data_type) > 0
                                AND list_position($1, a.data_type) > list_position($1, b.data_type), false) AS is_narrower
        FROM before b LEFT JOIN after a USING (mart, column_name)
        """,
        [["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"]],
    )


def _vintages(connection: duckdb.DuckDBPyConnection, marts: set[str]) -> None:
    """Periods of which a publication tells that the last release did not know."""
    if {"fct_observation", "dim_snapshot"} <= marts:
        connection.execute(
            """
            CREATE TEMP TABLE told_since AS
            SELECT DISTINCT quarter_of(period) AS quarter FROM fct_observation
            WHERE snapshot_id NOT IN (SELECT snapshot_id FROM released.dim_snapshot);
            CREATE TEMP TABLE came_since AS
            SELECT count(*) AS publications FROM dim_snapshot
            WHERE snapshot_id NOT IN (SELECT snapshot_id FROM released.dim_snapshot)
            """
        )
    else:
        connection.execute(
            "CREATE TEMP TABLE told_since (quarter VARCHAR);"
            "CREATE TEMP TABLE came_since AS SELECT 0 AS publications"
        )


def _rows(connection: duckdb.DuckDBPyConnection, mart: str, key: list[str]) -> None:
    after = _columns(connection, "candidate", mart)
    before = _columns(connection, "released", mart)
    if not set(key) <= set(after) & set(before):
        return
    period = "b.period::VARCHAR" if "period" in key else "'all'"
    on = " AND ".join(f'b."{k}" IS NOT DISTINCT FROM a."{k}"' for k in key)
    if mart == "dim_snapshot":
        # a list of the project's own (claims, figures in print) is replaced by a newer file of its name
        on += (
            " OR (starts_with(b.dataset, 'sandan__') AND a.dataset = b.dataset "
            "AND a.file_name = b.file_name)"
        )
    connection.execute(
        f"""
        INSERT INTO release_rows
        SELECT '{mart}', coalesce(b.period, a.period), coalesce(b.n, 0), coalesce(a.n, 0), coalesce(v.n, 0)
        FROM (SELECT {period} AS period, count(*) AS n FROM released.main."{mart}" b GROUP BY ALL) b
        FULL JOIN (SELECT {period} AS period, count(*) AS n FROM candidate.main."{mart}" b GROUP BY ALL) a
          USING (period)
        LEFT JOIN (SELECT {period} AS period, count(*) AS n FROM released.main."{mart}" b
                   ANTI JOIN candidate.main."{mart}" a ON {on} GROUP BY ALL) v
          ON v.period = coalesce(b.period, a.period)
        """
    )


def _cells(connection: duckdb.DuckDBPyConnection, mart: str, key: tuple[str, ...]) -> None:
    after = _columns(connection, "candidate", mart)
    before = _columns(connection, "released", mart)
    if not set(key) <= set(after) & set(before):
        return
    numeric = {"DOUBLE", *_INTEGERS}
    measures = [
        c for c, t in after.items() if t in numeric and before.get(c) in numeric and c not in key
    ]
    if not measures:
        return
    by = ", ".join(f'"{k}"' for k in key)
    on = " AND ".join(f'b."{k}" IS NOT DISTINCT FROM a."{k}"' for k in (*key, "column_"))
    code = next((k for k in ("measure", "kpi", "metric") if k in key), None)

    def long(catalog: str) -> str:
        values = ", ".join(f'"{m}"::DOUBLE AS "{m}"' for m in measures)
        columns = ", ".join(f'"{m}"' for m in measures)
        return (
            f'(SELECT * FROM (SELECT {by}, {values} FROM {catalog}.main."{mart}") '
            f"UNPIVOT INCLUDE NULLS (value_ FOR column_ IN ({columns})))"
        )

    name = f"b.\"{code}\" || ' ' || b.column_" if code else "b.column_"
    if code in ("kpi", "metric"):
        name = f'b."{code}"'
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE compared AS
        SELECT {name} AS measure, {"b.complex_id" if "complex_id" in key else "'_T'"} AS complex_id,
               {"b.industry_code" if "industry_code" in key else "'_T'"} AS industry_code,
               b.period, b.value_ AS before, a.value_ AS after,
               CASE WHEN b.value_ IS NULL OR a.value_ IS NULL THEN (b.value_ IS NULL) <> (a.value_ IS NULL)
                    -- sums in another order differ in the last digits
                    ELSE abs(b.value_ - a.value_) > 1e-9 * greatest(abs(b.value_), abs(a.value_)) END AS is_changed
        FROM {long("released")} b JOIN {long("candidate")} a ON {on}
        WHERE quarter_of(b.period) < getvariable('period') AND (b.value_ IS NOT NULL OR a.value_ IS NOT NULL)
        """
    )
    is_level = mart in LEVELS
    # A level is explained by a publication that tells of its quarter; what is computed also by one
    # that tells of any other, because growth, shares and chains reach over periods.
    silent = (
        "is_changed AND quarter_of(period) NOT IN (SELECT quarter FROM told_since)"
        if is_level
        else "is_changed AND (SELECT publications FROM came_since) = 0"
    )
    connection.execute(
        f"""
        INSERT INTO release_cells
        SELECT '{mart}', measure, period, count(*), count(*) FILTER (is_changed),
               count(*) FILTER ({silent})
        FROM compared GROUP BY ALL;
        INSERT INTO release_silent
        SELECT '{mart}', measure, complex_id, industry_code, period, before, after, {is_level}
        FROM compared WHERE {silent}
        QUALIFY row_number() OVER (PARTITION BY measure ORDER BY period DESC, complex_id) <= {_MOST_PER_MEASURE}
        """
    )


def _facts(connection: duckdb.DuckDBPyConnection) -> None:
    """A cell of a publication never changes: the same file, read otherwise, is no new vintage."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE compared AS
        SELECT b.measure, b.complex_id, b.industry_code, b.period, b.value AS before, a.value AS after,
               b.value IS DISTINCT FROM a.value OR b.obs_status IS DISTINCT FROM a.obs_status AS is_changed
        FROM released.fct_observation b JOIN fct_observation a
          USING (snapshot_id, table_id, sheet, cell, complex_id, industry_code, size_class, sex, measure, period);
        INSERT INTO release_cells
        SELECT 'fct_observation', measure, period, count(*), count(*) FILTER (is_changed),
               count(*) FILTER (is_changed) FROM compared GROUP BY ALL;
        INSERT INTO release_silent
        SELECT 'fct_observation', measure, complex_id, industry_code, period, before, after, true
        FROM compared WHERE is_changed
        QUALIFY row_number() OVER (PARTITION BY measure ORDER BY period DESC, complex_id) <= {_MOST_PER_MEASURE};
        DROP TABLE compared
        """
    )


def _columns(connection: duckdb.DuckDBPyConnection, catalog: str, mart: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = $1 AND schema_name = 'main' AND table_name = $2",
            [catalog, mart],
        ).fetchall()
    )
