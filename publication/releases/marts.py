"""The marts of a candidate as ordered Parquet and as the database that readers open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from publication.releases.layout import BLOCK_SIZE, DATABASE, STORAGE_VERSION, PublishError


def export_marts(
    candidate: Path, folder: Path, order_by: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Write every mart as ordered Parquet and into the reader's database; returns row counts."""
    counts: dict[str, int] = {}
    with (
        _opened(candidate) as connection,
        _opened(candidate) as sorting,
        ThreadPoolExecutor(1) as beside,
    ):
        connection.execute(
            f"ATTACH '{quoted(folder / DATABASE)}' AS kicox "
            f"(STORAGE_VERSION '{STORAGE_VERSION}', BLOCK_SIZE {BLOCK_SIZE})"
        )
        tables = connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() "
            "WHERE database_name = 'candidate' AND schema_name = 'main' ORDER BY table_name"
        ).fetchall()
        for table, _ in tables:
            if not order_by.get(table):
                raise PublishError(f"mart {table} names no order (meta.order_by in its model)")
        paths = {table: folder / "marts" / f"{table}.parquet" for table, _ in tables}
        # Rows are sorted once: while one mart goes from its Parquet into the database, the next is written.
        written = {
            table: beside.submit(_write_parquet, sorting, table, order_by[table], path)
            for table, path in paths.items()
        }
        for table, comment in tables:
            written[table].result()
            connection.execute(
                f'CREATE TABLE kicox.main."{table}" AS FROM candidate.main."{table}" WITH NO DATA'
            )
            connection.execute(
                f"INSERT INTO kicox.main.\"{table}\" FROM read_parquet('{quoted(paths[table])}')"
            )
            if comment:
                connection.execute(f'COMMENT ON TABLE kicox.main."{table}" IS {literal(comment)}')
            row = connection.execute(f'SELECT count(*) FROM kicox.main."{table}"').fetchone()
            counts[table] = int(row[0]) if row else 0
        columns = connection.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() "
            "WHERE database_name = 'candidate' AND schema_name = 'main' AND comment IS NOT NULL "
            "ORDER BY table_name, column_index"
        ).fetchall()
        for table, column, comment in columns:
            if table in counts:
                connection.execute(
                    f'COMMENT ON COLUMN kicox.main."{table}"."{column}" IS {literal(comment)}'
                )
        _copy_macros(connection)
        connection.execute("CHECKPOINT kicox")
        connection.execute("DETACH kicox")
    return counts


def _opened(candidate: Path) -> duckdb.DuckDBPyConnection:
    """A database of its own that reads the candidate; one thread, so the same rows give the same bytes."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1; SET preserve_insertion_order = true")
    connection.execute(f"ATTACH '{quoted(candidate)}' AS candidate (READ_ONLY)")
    return connection


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, table: str, keys: Sequence[str], path: Path
) -> None:
    order = ", ".join(f'"{key}"' for key in keys)
    connection.execute(
        f'COPY (FROM candidate.main."{table}" ORDER BY {order}) '
        f"TO '{quoted(path)}' (FORMAT parquet, COMPRESSION zstd)"
    )


def _copy_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the reader's database the candidate's table macros (`as_of` and its kin).

    They speak of marts by their bare names, so they are made with the reader's database in use.
    """
    macros = connection.execute(
        "SELECT function_name, parameters, macro_definition, comment FROM duckdb_functions() "
        "WHERE database_name = 'candidate' AND schema_name = 'main' AND function_type = 'table_macro' "
        "ORDER BY function_name"
    ).fetchall()
    connection.execute("USE kicox.main")
    # A macro is bound where it is made, so it has to come after those it calls.
    waiting = {name: (parameters, sql, comment) for name, parameters, sql, comment in macros}
    while waiting:
        ready = [
            name
            for name, (_, sql, _) in waiting.items()
            if not any(re.search(rf"\b{other}\(", sql) for other in waiting if other != name)
        ]
        if not ready:
            raise PublishError(f"table macros call each other in a ring: {', '.join(waiting)}")
        for name in ready:
            parameters, sql, comment = waiting.pop(name)
            connection.execute(f'CREATE MACRO "{name}"({", ".join(parameters)}) AS TABLE {sql}')
            if comment:
                connection.execute(f'COMMENT ON MACRO TABLE "{name}" IS {literal(comment)}')
    connection.execute("USE memory")


def quoted(path: Path) -> str:
    """A path for a literal in SQL."""
    return str(path).replace("'", "''")


def literal(text: str) -> str:
    """A text as a literal in SQL."""
    return "'" + text.replace("'", "''") + "'"
