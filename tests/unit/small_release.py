"""A release folder without a pipeline: every mart of the contracts, the `dim_` marts from the seeds,
and whatever facts a test puts in. Types, comments and columns are those of the dbt project's YAML.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
#: mart → the seed it repeats (and the unit's names where it names a unit)
FROM_SEEDS = {
    "dim_unit": "canonical_units",
    "dim_code": "codes",
    "dim_province": "provinces",
    "dim_share_definition": "share_definitions",
    "dim_series": "series",
    "dim_measure": "measures",
    "dim_kpi": "kpis",
    "dim_industry": "industries",
    "dim_complex": "complexes",
    "dim_claim_metric": "claim_metrics",
}


@cache
def empty_database() -> bytes:
    """A database with every mart, and rows in those that repeat a seed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kicox.duckdb"
        with duckdb.connect(str(path)) as connection:
            for name, model in contracts().items():
                columns = ", ".join(f'"{c["name"]}" {c["data_type"]}' for c in model["columns"])
                connection.execute(f'CREATE TABLE "{name}" ({columns})')
                comment(connection, f'TABLE "{name}"', model["description"])
                for column in model["columns"]:
                    comment(
                        connection, f'COLUMN "{name}"."{column["name"]}"', column["description"]
                    )
            for name, seed in FROM_SEEDS.items():
                model = contracts()[name]
                insert(connection, name, model, seed_rows(seed, model))
        return path.read_bytes()


@cache
def contracts() -> dict[str, dict[str, Any]]:
    """Mart → its entry in the YAML of the dbt project."""
    found = {}
    for path in sorted((PROJECT / "models" / "marts").glob("_marts*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            found[model["name"]] = model
    return found


def make_release(
    folder: Path,
    facts: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    *,
    is_simulated: bool = False,
    period: str = "2026-Q1",
    release_id: str = "2026-Q1_v1",
) -> Path:
    """Write `kicox.duckdb`, `marts/*.parquet` and a draft `release.json` into a folder.

    `facts`: mart → rows; columns that a row leaves out are NULL, and where a contract says that a
    column is never NULL, a plain value of its type (`is_simulated`, '_T' …).
    """
    (folder / "marts").mkdir(parents=True)
    marts = contracts()
    (folder / "kicox.duckdb").write_bytes(empty_database())
    with duckdb.connect(str(folder / "kicox.duckdb")) as connection:
        given = {"dim_period": periods(period), **(facts or {})}
        for name, rows in given.items():
            insert(connection, name, marts[name], rows, is_simulated=is_simulated)
        for name, model in marts.items():
            order = ", ".join(f'"{c}"' for c in model["config"]["meta"]["order_by"])
            connection.execute(
                f"COPY (FROM \"{name}\" ORDER BY {order}) TO '{folder}/marts/{name}.parquet'"
            )
    manifest = {
        "release_id": release_id,
        "period": period,
        "version": 1,
        "status": "staged",
        "published_at": None,
        "is_simulated": is_simulated,
        "previous": None,
        "code": "0" * 12,
        "build_id": f"{period}_test",
        "inputs": [],
        "row_counts": {},
        "checks": {"verdict": "pass", "passed": 1},
        "warnings": [],
        "headline": {},
    }
    (folder / "release.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "verdict.json").write_text(
        json.dumps(
            {
                "build_id": manifest["build_id"],
                "period": period,
                "verdict": "pass",
                "counts": {"passed": 1, "critical": 0, "warning": 0, "accepted": 0},
                "checks": [],
            }
        ),
        encoding="utf-8",
    )
    return folder


def comment(connection: duckdb.DuckDBPyConnection, what: str, words: str) -> None:
    words = words.replace("'", "''")
    connection.execute(f"COMMENT ON {what} IS '{words}'")


def seed_rows(seed: str, model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a seed with the columns of a mart; empty fields are NULL."""
    rows = read_seed(seed)
    units = {row["unit_code"]: row for row in read_seed("canonical_units")}
    names = [column["name"] for column in model["columns"]]
    found = []
    for row in rows:
        full = {key: value or None for key, value in row.items()}
        if "unit_code" in full and "unit_ko" in names:
            full["unit_ko"] = units[row["unit_code"]]["name_ko"]
            full["unit_en"] = units[row["unit_code"]]["name_en"]
        found.append({key: full.get(key) for key in names})
    return found


def read_seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    model: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    is_simulated: bool = False,
) -> None:
    if not rows:
        return
    columns = model["columns"]
    unknown = {key for row in rows for key in row} - {c["name"] for c in columns}
    assert not unknown, f"{table} has no {unknown}"

    def value(row: Mapping[str, Any], column: Mapping[str, Any]) -> Any:
        name = column["name"]
        if name in row:
            return row[name]
        if {"type": "not_null"} not in column.get("constraints", []):
            return None
        return {
            "is_simulated": is_simulated,
            "is_latest": True,
            "begins_vintage": True,
            "obs_status": "A",
            "sdmx_obs_status": row.get("obs_status", "A"),
            "conf_status": "A" if row.get("obs_status") == "Q" else "F",
        }.get(name, PLAIN[column["data_type"]])

    connection.executemany(
        f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(columns))})',
        [[value(row, column) for column in columns] for row in rows],
    )


#: A value of each type, where a contract wants one and a test does not care.
PLAIN = {
    "varchar": "_T",
    "double": 0.0,
    "integer": 1,
    "bigint": 1,
    "boolean": True,
    "date": "2026-05-28",
    "timestamp": "2026-05-28 00:00:00",
}


def periods(last: str) -> list[dict[str, Any]]:
    """The quarters of two years up to one, and their years."""
    year = int(last[:4])
    found = []
    for y in (year - 1, year):
        found.append({"period": str(y), "freq": "A", "year": y})
        found += [
            {"period": f"{y}-Q{q}", "freq": "Q", "year": y, "quarter": q} for q in (1, 2, 3, 4)
        ]
    return found
