"""`datapackage.json`: a release as a Frictionless Data Package (https://datapackage.org, version 2).

Every mart is a resource: those that people open in a spreadsheet as CSV, all others as the Parquet
files of the release. Fields carry type, description in both languages, unit, and the codes they may
hold; tables their keys. A foreign key is stated where every value of the release obeys it (`_T` is the
publisher's total and in no table of complexes).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from publication.definitions import DATABASE, Column, Definitions, Table, read_definitions
from publication.dictionary import NAME as DICTIONARY

NAME = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/{}.json"
#: Marts that are written as CSV as well; the others are long lists, kept as Parquet.
AS_CSV = (
    "claim_verdict", "cluster_kpi", "complex_industry_quarterly", "complex_latest",
    "complex_quarterly", "dim_code", "dim_complex", "dim_industry", "dim_kpi", "dim_measure",
    "dim_period", "dim_province", "dim_series", "dim_share_definition", "dim_unit",
    "exports_quarterly", "growth_quarterly", "index_quarterly", "industry_quarterly",
    "national_share", "national_total_quarterly", "revision_summary", "series_break", "survey_note",
)  # fmt: skip
#: Column → the table and column that define it.
_REFERENCES = {
    "complex_id": "dim_complex", "industry_code": "dim_industry", "measure": "dim_measure",
    "kpi": "dim_kpi", "period": "dim_period", "province_code": "dim_province",
    "unit_code": "dim_unit", "metric": "dim_claim_metric", "series": "dim_series",
    "snapshot_id": "dim_snapshot",
}  # fmt: skip
_TYPES = {
    "VARCHAR": "string", "DOUBLE": "number", "INTEGER": "integer", "BIGINT": "integer",
    "HUGEINT": "integer", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}  # fmt: skip


class DataPackageError(Exception):
    """A release cannot be described; the message says which table and column."""


def render_datapackage(folder: Path, target: Path) -> list[Path]:
    """Write `csv/*.csv` and `datapackage.json` of a release folder into `target`, its root.

    Raises:
        DataPackageError: a column is of a type that has no counterpart in Table Schema.
        publication.definitions.DefinitionsError: a definition is not there.
    """
    definitions = read_definitions(folder)
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    keys = _keys(folder)
    written: list[Path] = []
    resources = []
    (target / "csv").mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        connection.execute("SET enable_progress_bar = false")
        for name, table in definitions.tables.items():
            path = folder / "marts" / f"{name}.parquet"
            if name in AS_CSV:
                path = target / "csv" / f"{name}.csv"
                _write_csv(connection, table, path)
                written.append(path)
            schema = _schema(connection, definitions, table, keys.get(name, []))
            resources.append(_resource(path, target, table, schema))
    package = {
        "$schema": _PROFILE.format("datapackage"),
        "name": f"sandan-{manifest['release_id'].lower()}",
        "id": f"urn:sandan:release:{manifest['release_id']}",
        **_titles(manifest),
        "version": f"{manifest['period']}-v{manifest['version']}",
        **_origin(manifest),
        "contributors": [{"title": "sandan", "roles": ["wrangler"]}],
        "keywords": ["Korea", "industrial complexes", "산업단지", "statistics", "통계"],
        "is_simulated": manifest["is_simulated"],
        "resources": resources,
    }  # fmt: skip
    path = target / NAME
    path.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [*written, path]


def _origin(manifest: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Whose data went in, and under which terms they may be used, as the contracts of the release have
    it: `sources`, and `licenses` where terms are known that lie at an address. Simulated data have neither."""
    if manifest["is_simulated"]:
        return {}
    sources, licences = [], []
    for dataset in manifest.get("datasets", {}).values():
        publisher, title, licence = dataset["publisher"], dataset["title"], dataset["licence"]
        source = {
            "title": f"{publisher['en']}: {title['en']}",
            "title_ko": f"{publisher['ko']}: {title['ko']}",
        }
        sources.append(source | ({"path": dataset["page"]} if dataset["page"] else {}))
        if licence["url"]:
            licences.append({"title": licence["name"], "path": licence["url"]})
    unique = [licence for i, licence in enumerate(licences) if licence not in licences[:i]]
    return ({"sources": sources} if sources else {}) | ({"licenses": unique} if unique else {})


def _titles(manifest: Mapping[str, Any]) -> dict[str, str]:
    title_ko, title_en = "산업단지 통계", "Statistics of Korea's industrial complexes"
    marked_ko, marked_en = (
        ("[모의 자료] ", "[SIMULATED DATA] ") if manifest["is_simulated"] else ("", "")
    )
    note = (
        "모의 자료이며 통계가 아님. Simulated data, not a statistic. "
        if manifest["is_simulated"]
        else ""
    )
    return {
        "title": f"{marked_en}{title_en}, {manifest['release_id']}",
        "title_ko": f"{marked_ko}{title_ko}, {manifest['release_id']}",
        "description": f"{note}Marts of release {manifest['release_id']}; an empty field of CSV has "
        "no value, and the status beside it says why (SDMX CL_OBS_STATUS: A figure, Q suppressed, "
        "M cannot exist, O missing). Zero is a figure.",
        "description_ko": f"판 {manifest['release_id']}의 마트. CSV의 빈 칸은 값이 없는 것이며 이유는 옆의 "
        "상태 열에 있음(SDMX CL_OBS_STATUS: A 값, Q 비공개, M 존재할 수 없음, O 결측). 0은 값임.",
    }


def _write_csv(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> None:
    """UTF-8, a comma, a header, LF; rows in the order of the mart."""
    columns = ", ".join(
        f'strftime("{c.name}", \'%Y-%m-%dT%H:%M:%SZ\') AS "{c.name}"'
        if _TYPES.get(c.type) == "datetime"
        else f'"{c.name}"'
        for c in table.columns
    )
    quoted = str(path).replace("'", "''")
    connection.execute(
        f"COPY (SELECT {columns} FROM \"{table.name}\") TO '{quoted}' (FORMAT csv, HEADER)"
    )


def _resource(path: Path, target: Path, table: Table, schema: dict[str, Any]) -> dict[str, Any]:
    is_csv = path.suffix == ".csv"
    size: dict[str, Any] = {}
    if is_csv:  # of Parquet, frictionless counts no bytes; the release's manifest has its hash
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = {"bytes": path.stat().st_size, "hash": f"sha256:{digest}"}
    return {
        "name": table.name.replace("_", "-"),
        "type": "table",
        "path": f"{path.parent.name}/{path.name}",
        "description": table.description.en,
        "description_ko": table.description.ko,
        "format": "csv" if is_csv else "parquet",
        "mediatype": "text/csv" if is_csv else "application/vnd.apache.parquet",
        **({"encoding": "utf-8", "dialect": {"$schema": _PROFILE.format("tabledialect"),
                                             "delimiter": ",", "lineTerminator": "\n"}}
           if is_csv else {}),
        **size,
        "schema": schema,
    }  # fmt: skip


def _schema(
    connection: duckdb.DuckDBPyConnection, d: Definitions, table: Table, key: list[str]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "$schema": _PROFILE.format("tableschema"),
        "fields": [_field(d, table, column, key) for column in table.columns],
        "missingValues": [""],
    }
    if key:
        found["primaryKey"] = key
    foreign = list(_foreign_keys(connection, d, table))
    if foreign:
        found["foreignKeys"] = foreign
    return found


def _field(d: Definitions, table: Table, column: Column, key: list[str]) -> dict[str, Any]:
    if column.type not in _TYPES:
        raise DataPackageError(
            f"{table.name}.{column.name} is a {column.type}, which Table Schema does not have"
        )
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.type],
        "description": column.description.en,
        "description_ko": column.description.ko,
    }
    unit = d.unit_of_column(table.name, column.name)
    if unit is not None and unit.code != "number":
        field["unit"] = {"code": unit.code, **unit.name.as_dict()}
    elif told := d.unit_column(table.name, column.name):
        field["unit_column"] = told
    constraints: dict[str, Any] = {}
    if column.name in key:
        constraints["required"] = True
    codes = _codes(d, table, column)
    if codes:
        constraints["enum"] = codes
    if constraints:
        field["constraints"] = constraints
    return field


def _codes(d: Definitions, table: Table, column: Column) -> list[str]:
    """The codes of a status or coded dimension, where a code list names all of them."""
    if column.name in ("freq", "sex", "size_class", "comparison"):
        return list(d.codelists[column.name])
    if column.name in ("obs_status", "sdmx_obs_status", "conf_status"):
        return list(d.codelists[column.name.removeprefix("sdmx_")])
    value = column.name.removesuffix("_status")
    if value != column.name and any(c.name == value for c in table.columns):
        return list(d.codelists["obs_status"])
    return []


def _foreign_keys(
    connection: duckdb.DuckDBPyConnection, d: Definitions, table: Table
) -> Iterator[dict[str, Any]]:
    for column in table.columns:
        target = _REFERENCES.get(column.name)
        if target is None or target not in d.tables or target == table.name:
            continue
        row = connection.execute(
            f'SELECT count(*) FROM "{table.name}" AS f WHERE f."{column.name}" IS NOT NULL '
            f'AND f."{column.name}" NOT IN (SELECT "{column.name}" FROM "{target}")'
        ).fetchone()
        if row and not row[0]:
            yield {
                "fields": [column.name],
                "reference": {"resource": target.replace("_", "-"), "fields": [column.name]},
            }


def _keys(folder: Path) -> dict[str, list[str]]:
    """Mart → its key, from the dictionary of the release."""
    path = folder / DICTIONARY
    if not path.is_file():
        return {}
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return {table["name"]: table["key"] for table in tables if table["layer"] == "marts"}
