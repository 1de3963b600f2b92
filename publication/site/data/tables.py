"""The data dictionary of the site: dbt's tables, and the types and comments of the database."""

from __future__ import annotations

import json
from pathlib import Path

from publication.definitions import Definitions, read_definitions
from publication.dictionary import NAME
from publication.site.data.reader import Row


def dictionary(release: Path) -> Row:
    """The content of `data/dictionary.json`.

    Tables of dbt come from the release's `dictionary.json`; what stands in the database beside them
    (macros aside) comes from its comments, so every published table and column is there. A release
    without `dictionary.json` has the published tables alone.
    """
    path = release / NAME
    content: Row = {"tables": [], "exposures": []}
    if path.is_file():
        content = json.loads(path.read_text(encoding="utf-8"))
    tables = {str(t["name"]): t for t in content["tables"]}
    definitions = read_definitions(release)
    for name, published in definitions.tables.items():
        table = tables.setdefault(
            name,
            {
                "name": name, "layer": "marts", "columns": [], "key": [], "parents": [],
                "tests": [], "unit_tests": [],
            },
        )  # fmt: skip
        table["description_ko"] = published.description.ko
        table["description_en"] = published.description.en
        known = {str(c["name"]): c for c in table["columns"]}
        table["is_published"] = True
        table["columns"] = [
            {
                "not_null": False, **known.get(column.name, {}), "name": column.name,
                "type": column.type.lower(), "description_ko": column.description.ko,
                "description_en": column.description.en, **_unit(definitions, name, column.name),
            }
            for column in published.columns
        ]  # fmt: skip
    return {"tables": list(tables.values()), "exposures": content["exposures"]}


def _unit(definitions: Definitions, table: str, column: str) -> Row:
    """The unit of a column, and the source of the measure, indicator or series that it is."""
    unit = definitions.unit_of_column(table, column)
    found: Row = {"unit_ko": unit.name.ko, "unit_en": unit.name.en} if unit else {}
    for known in (definitions.measures, definitions.kpis, definitions.series):
        if column in known:
            found["source"] = known[column].source
            break
    return found
