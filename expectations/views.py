"""What the suites speak of: the candidate, the last release, profiles, and views over them.

candidate.main.*         the marts to judge (bare names find them)
released.*               the marts of the last release; there only where there is one
levels(), closed()       levels of the publisher's series; those among them that the last release held
profile                  the JSON file that a check names, one `record` a row
book, edition, …         temporary views, described below
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from expectations.contacts import MACRO

#: What DuckDB may hold in memory for the gate; beyond it spills to disk, so that ten times the facts
#: take more time and not more memory.
MEMORY_LIMIT = "512MB"

#: Mart → the columns that name one of its series.
_LEVEL_MARTS = {
    "complex_quarterly": "complex_id, '_T' AS industry_code",
    "industry_quarterly": "'_T' AS complex_id, industry_code",
    "national_total_quarterly": "'_T' AS complex_id, '_T' AS industry_code",
}
_LEVEL_MEASURES = (
    "production_krw_100m, exports_usd_m, employment_count, tenant_count, operating_count"
)


def _levels(catalog: str = "") -> str:
    """SQL of the publisher's series in the marts of a catalog: complex_id, industry_code, period, measure, value."""
    parts = " UNION ALL BY NAME ".join(
        f"SELECT {keys}, period, {_LEVEL_MEASURES} FROM {catalog}{mart}"
        for mart, keys in _LEVEL_MARTS.items()
    )
    return f"SELECT * FROM (UNPIVOT ({parts}) ON {_LEVEL_MEASURES} INTO NAME measure VALUE value)"


VIEWS = """
CREATE TEMP MACRO reldev(a, b) AS
  CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN a = b THEN 0
       ELSE (a - b) / greatest(abs(a), abs(b)) END;
CREATE TEMP MACRO quarter_of(p) AS
  CASE WHEN p LIKE '%-Q%' THEN p
       WHEN length(p) = 7 THEN left(p, 4) || '-Q' || ((right(p, 2)::INTEGER + 2) // 3)
       ELSE p || '-Q1' END;
-- the middle of a series and its spread in robust standard deviations: median and 1.4826 x median
-- absolute deviation (Hampel 1974), of values winsorised at the given shares
CREATE TEMP MACRO winsorised(xs, share) AS
  list_transform(xs, lambda x: greatest(least(x, list_aggregate(xs, 'quantile_cont', 1 - share)),
                                        list_aggregate(xs, 'quantile_cont', share)));
CREATE TEMP MACRO middle_of(xs) AS list_aggregate(xs, 'median');
CREATE TEMP MACRO spread_of(xs) AS 1.4826 * list_aggregate(xs, 'mad');
-- a complex's name without the kind that registries add to it, brackets, blanks and dots
CREATE TEMP MACRO name_of(name) AS
  regexp_replace(regexp_replace(name, '\\(.*?\\)|[^0-9A-Za-z가-힣]', '', 'g'),
                 '(국가|일반|도시첨단|농공)?((산업)?단지|산단)$', '');
-- the publisher's series in levels: complexes, industries of the row 계, the row 계
CREATE TEMP MACRO levels() AS TABLE {levels};
-- those that the last release held: nothing where there is none
CREATE TEMP MACRO closed() AS TABLE
  SELECT NULL::VARCHAR AS complex_id, NULL::VARCHAR AS industry_code, NULL::VARCHAR AS period,
         NULL::VARCHAR AS measure, NULL::DOUBLE AS value WHERE false;
-- a quarter and the one before it, as the last release held both
CREATE TEMP MACRO closed_pairs() AS TABLE
  SELECT n.complex_id, n.industry_code, n.measure, n.period, n.value, o.value AS before
  FROM closed() n JOIN dim_period d ON d.period = n.period
  JOIN closed() o ON o.complex_id = n.complex_id AND o.industry_code = n.industry_code
    AND o.measure = n.measure AND o.period = d.previous_period;
CREATE TEMP VIEW observations AS
  SELECT f.*, s.dataset, s.period AS publication_period, m.table_no
  FROM fct_observation f JOIN dim_snapshot s USING (snapshot_id)
  JOIN (VALUES ('tenants_by_complex', 1), ('tenants_by_industry', 2),
               ('operating_by_industry', 3), ('production_by_complex', 4),
               ('production_by_industry', 5), ('exports_by_complex', 6),
               ('exports_by_industry', 7), ('employment_by_complex', 8),
               ('employment_by_industry', 9), ('operating_rate_by_complex', 10),
               ('operating_rate_by_size', 11), ('operating_rate_by_industry', 12))
    AS m(table_id, table_no) USING (table_id);
-- every cell of the workbooks
CREATE TEMP VIEW book AS
  SELECT * FROM observations WHERE dataset NOT LIKE '%_csv';
-- the newest workbook of the newest period
CREATE TEMP VIEW newest_book AS
  SELECT snapshot_id, period AS publication_period FROM dim_snapshot
  WHERE dataset = 'kicox__industrial_trend'
  ORDER BY quarter_of(period) DESC, period DESC, published_at DESC, loaded_at DESC,
           snapshot_id DESC LIMIT 1;
-- what each period's newest workbook said of its own period
CREATE TEMP VIEW edition AS
  SELECT * FROM book
  WHERE relation = 'current' AND snapshot_id IN (
    SELECT arg_max(snapshot_id, (published_at, loaded_at, snapshot_id)) FROM dim_snapshot
    WHERE dataset = 'kicox__industrial_trend' GROUP BY period);
-- one row for each change of a cell's value
CREATE TEMP VIEW vintages AS
  SELECT * FROM observations
  QUALIFY row_number() OVER (
    PARTITION BY complex_id, industry_code, size_class, sex, measure, period, vintage_no
    ORDER BY published_at, loaded_at, table_no, snapshot_id) = 1;
""".replace("{levels}", _levels())


@contextmanager
def opened(
    candidate: Path, period: str, last_release: Path | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with everything the suites speak of; the candidate is opened read-only.

    Args:
        candidate: the database to judge.
        period: the release's quarter, `$period` in the suites.
        last_release: folder of the release before, with `marts/*.parquet`; None for the first.
    """
    with (
        tempfile.TemporaryDirectory(prefix="sandan-gate-") as spill,
        duckdb.connect() as connection,
    ):
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"SET temp_directory = '{quoted(Path(spill))}'")
        connection.execute(f"ATTACH '{quoted(candidate)}' AS candidate (READ_ONLY)")
        if last_release is not None:
            connection.execute("ATTACH ':memory:' AS released")
            for path in sorted((last_release / "marts").glob("*.parquet")):
                connection.execute(
                    f'CREATE VIEW released.main."{path.stem}" AS '
                    f"FROM read_parquet('{quoted(path)}')"
                )
        connection.execute("USE candidate.main")
        connection.execute("SET VARIABLE period = $1", [period])
        connection.execute(VIEWS + MACRO)
        if (
            last_release is not None
            and {path.stem for path in (last_release / "marts").glob("*.parquet")}
            >= _LEVEL_MARTS.keys()
        ):
            levels = _levels("released.main.")
            connection.execute(f"CREATE OR REPLACE TEMP MACRO closed() AS TABLE {levels}")
        yield connection


def read_profile(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Give the suites a JSON file as the table `profile(record JSON)`.

    A list gives one row an element, an object with a list `rows` one row an element of that, any other
    object one row. So an empty list has a column all the same.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: it is not JSON.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} is not JSON: {error}") from error
    if isinstance(content, dict) and isinstance(content.get("rows"), list):
        content = content["rows"]
    records = content if isinstance(content, list) else [content]
    connection.execute("CREATE OR REPLACE TEMP TABLE profile (record JSON)")
    if records:
        connection.executemany(
            "INSERT INTO profile VALUES (?)", [[json.dumps(r, ensure_ascii=False)] for r in records]
        )


def quoted(path: Path) -> str:
    """A path for a SQL string."""
    return str(path).replace("'", "''")
