"""The data dictionary: every table and column of the dbt project, from its manifest.

A release carries it as `dictionary.json`, so that what the site tells of a table is what dbt built
it by. Nothing of the machine goes in: no path, no time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb

from publication.definitions import DefinitionsError, split

NAME = "dictionary.json"
_LAYERS = ("staging", "intermediate", "marts")

Row = dict[str, Any]


def split_languages(text: str) -> tuple[str, str]:
    """Both languages of a description written as `한국어 / English`; a text in one language stands for
    both."""
    try:
        found = split(text, "")
    except DefinitionsError:
        return text, text
    return found.ko, found.en


def write_dictionary(manifest: Path, out: Path, candidate: Path | None = None) -> Path:
    """Write the dictionary of a dbt manifest and return its path.

    Tables on the way to the marts have no columns in the manifest: the build tells which they have, and
    a column of theirs is what the published column of that name is.

    The content is {"tables": [{"name", "layer", "description_ko", "description_en", "columns":
    [{"name", "type", "description_ko", "description_en", "not_null"}], "key", "parents", "tests":
    [{"name", "column", "description"}], "unit_tests": […]}], "exposures": […]}, ordered by layer and
    name. The same nodes, in whatever order, and the same build give the same bytes.

    Args:
        manifest: dbt's manifest.json.
        out: the file to write.
        candidate: the database that dbt built by it; without it, steps on the way have no columns.
    """
    content = json.loads(manifest.read_text(encoding="utf-8"))
    nodes: Row = {**content["nodes"], **content["sources"]}
    names = {key: _name(node) for key, node in nodes.items()}
    tests: dict[str, list[Row]] = defaultdict(list)
    for node in content["nodes"].values():
        if node["resource_type"] != "test":
            continue
        attached = node.get("attached_node")
        for parent in [attached] if attached else node["depends_on"]["nodes"]:
            tests[parent].append(
                {
                    "name": node["name"],
                    "column": node.get("column_name"),
                    **_both(node.get("description") or ""),
                }
            )
    unit_tests: dict[str, list[Row]] = defaultdict(list)
    for test in content.get("unit_tests", {}).values():
        unit_tests[test["model"]].append(
            {"name": test["name"], **_both(test.get("description") or "")}
        )
    tables = [
        {
            "name": names[key],
            "layer": _layer(node),
            **_both(node.get("description") or ""),
            "columns": [_column(column) for column in (node.get("columns") or {}).values()],
            "key": _key(node),
            "parents": sorted(
                names[p] for p in node.get("depends_on", {}).get("nodes", []) if p in names
            ),
            "tests": sorted(tests[key], key=lambda t: (t["name"], t["column"] or "")),
            "unit_tests": sorted(unit_tests[node["name"]], key=lambda t: str(t["name"])),
        }
        for key, node in nodes.items()
        if node["resource_type"] in ("model", "seed", "source")
    ]
    # (a manifest lists the same nodes in another order where dbt read less of the project anew)
    order = {layer: i for i, layer in enumerate(("source", "seed", *_LAYERS))}
    tables.sort(key=lambda t: (order.get(t["layer"], 99), t["name"]))
    if candidate is not None:
        _add_columns(tables, candidate)
    exposures = [
        {
            "name": e["name"],
            "label": dict(zip(("ko", "en"), split_languages(e.get("label") or e["name"]), strict=True)),
            **_both(e.get("description") or ""),
            "parents": sorted(names[p] for p in e["depends_on"]["nodes"] if p in names),
        }
        for e in sorted(content.get("exposures", {}).values(), key=lambda e: str(e["name"]))
    ]  # fmt: skip
    out.write_text(
        json.dumps({"tables": tables, "exposures": exposures}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    return out


def _add_columns(tables: list[Row], candidate: Path) -> None:
    """Columns and types of the tables that the manifest tells none of, as they were built."""
    with duckdb.connect(str(candidate), read_only=True) as connection:
        built: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for table, column, kind in connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
            "ORDER BY table_name, column_index"
        ).fetchall():
            built[table].append((column, kind.lower()))
    told: dict[str, Row] = {}
    for layer in ("seed", "marts"):  # where both tell, the published table does
        for table in tables:
            if table["layer"] == layer:
                told |= {c["name"]: c for c in table["columns"] if c["description_ko"]}
    for table in tables:
        if table["columns"] or table["layer"] in ("marts", "seed", "source"):
            continue
        for column, kind in built.get(table["name"], []):
            known = told.get(column, {})
            table["columns"].append(
                {
                    "name": column, "type": kind, "description_ko": known.get("description_ko", ""),
                    "description_en": known.get("description_en", ""), "not_null": False,
                }
            )  # fmt: skip


def _name(node: Row) -> str:
    if node["resource_type"] == "source":
        return f"{node['source_name']}.{node['name']}"
    return str(node["name"])


def _layer(node: Row) -> str:
    if node["resource_type"] in ("source", "seed"):
        return str(node["resource_type"])
    return next((layer for layer in _LAYERS if layer in node["fqn"]), "models")


def _both(text: str) -> Row:
    ko, en = split_languages(text)
    return {"description_ko": ko, "description_en": en}


def _column(column: Row) -> Row:
    kinds = {c["type"] for c in column.get("constraints") or []}
    return {
        "name": column["name"],
        "type": column.get("data_type"),
        **_both(column.get("description") or ""),
        "not_null": "not_null" in kinds,
    }


def _key(node: Row) -> list[str]:
    """The primary key, from the constraints of the model or of its columns."""
    for constraint in node.get("constraints") or []:
        if constraint["type"] == "primary_key":
            return [str(c) for c in constraint["columns"]]
    return [
        str(column["name"])
        for column in (node.get("columns") or {}).values()
        if any(c["type"] == "primary_key" for c in column.get("constraints") or [])
    ]
