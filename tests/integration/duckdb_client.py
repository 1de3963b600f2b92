"""What a DuckDB client sees in a release: run in an environment of its own, with that client.

    python duckdb_client.py kicox.duckdb 2026-05-28

Prints JSON: tables with row counts and comments, columns with types and comments, figures by queries
as BI tools write them, and what the table macros give as of a day.
"""

import json
import sys

import duckdb

#: As BI tools ask: a sub-query, a window, a join, a filter on text in Korean.
QUERIES = {
    "sub-query": "SELECT count(*) FROM (SELECT * FROM complex_quarterly) AS t WHERE period = "
    "(SELECT max(period) FROM complex_quarterly)",
    "latest": "SELECT complex_id, name_ko, name_en, province_code, production_krw_100m, "
    "production_krw_100m_status FROM complex_latest ORDER BY complex_id",
    "join": "SELECT c.name_en, k.value FROM cluster_kpi k JOIN dim_complex c USING (complex_id) "
    "WHERE k.kpi = 'utilization_pct' AND k.obs_status = 'A' ORDER BY c.name_en, k.period LIMIT 50",
    "window": "SELECT period, sum(exports_usd_m) OVER (ORDER BY period) FROM national_total_quarterly ORDER BY period",
    "korean": "SELECT complex_id FROM dim_complex WHERE name_ko = '창원'",
    "statuses": "SELECT obs_status, count(*) FROM fct_observation GROUP BY ALL ORDER BY 1",
}
MACROS = (
    "as_of", "complex_quarterly_as_of", "national_total_quarterly_as_of",
    "industry_quarterly_as_of", "complex_industry_quarterly_as_of", "national_series_as_of",
)  # fmt: skip


def see(path: str, day: str) -> dict:
    connection = duckdb.connect(path, read_only=True)
    tables = connection.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    columns = connection.execute(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY table_name, column_index"
    ).fetchall()
    counts = {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name, _ in tables
    }
    return {
        "version": duckdb.__version__,
        "tables": tables,
        "columns": columns,
        "counts": counts,
        "queries": {name: connection.execute(sql).fetchall() for name, sql in QUERIES.items()},
        "macros": {
            name: connection.execute(f"SELECT count(*) FROM {name}(DATE '{day}')").fetchone()[0]
            for name in MACROS
        },
        "as_of": connection.execute(
            f"SELECT * FROM national_total_quarterly_as_of(DATE '{day}') ORDER BY period"
        ).fetchall(),
    }


if __name__ == "__main__":
    print(json.dumps(see(sys.argv[1], sys.argv[2]), ensure_ascii=False, default=str))
