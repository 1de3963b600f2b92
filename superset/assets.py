"""From the YAML in `assets/` to what Superset imports: one dashboard and its charts in each language.

Names, units and descriptions are not written there: they come from the release, so that Superset calls
things as the bulletin and the site do. Every object keeps its identity (a UUID made from its name), so
importing again replaces and never doubles.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any, Literal

import duckdb
import jinja2
import yaml

from publication.definitions import Definitions, DefinitionsError, read_definitions

ASSETS = Path(__file__).parent / "assets"
LANGUAGES: tuple[Literal["ko"], Literal["en"]] = ("ko", "en")
#: Superset's types of columns, by what DuckDB calls them.
_TYPES = {"VARCHAR": "STRING", "DOUBLE": "FLOAT", "INTEGER": "INT", "BIGINT": "INT"}
_ROWS_HIGH = 8


class AssetError(Exception):
    """An asset names what the release does not have; the message says what."""


def identity(*parts: str) -> str:
    """The lasting identifier of an object."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "sandan:superset:" + ":".join(parts)))


def render(database: Path, folder: Path = ASSETS) -> dict[str, str]:
    """The files of an import, by path.

    Args:
        database: the release's `kicox.duckdb`, by the path that Superset is to open.
        folder: the YAML of the assets.

    Raises:
        AssetError: an asset names a table, column or measure that the release does not have.
    """
    try:
        definitions = read_definitions(database.parent)
    except DefinitionsError as error:
        raise AssetError(str(error)) from error
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)

    def load(path: Path, **names: Any) -> Any:
        source = path.read_text(encoding="utf-8")
        try:
            return yaml.safe_load(environment.from_string(source).render(**names))
        except (DefinitionsError, jinja2.TemplateError, yaml.YAMLError) as error:
            raise AssetError(f"{path.name}: {error}") from error

    files: dict[str, Any] = {"metadata.yaml": load(folder / "metadata.yaml")}
    of_database = identity("database", "sandan")
    files["databases/sandan.yaml"] = load(
        folder / "databases/sandan.yaml", database=json.dumps(str(database))[1:-1], uuid=of_database
    )
    columns: dict[str, set[str]] = {}
    for path in sorted((folder / "datasets").glob("*.yaml")):
        dataset = load(path)
        files[f"datasets/sandan/{path.name}"] = _dataset(
            dataset, database, definitions, of_database
        )
        columns[path.stem] = {
            c["column_name"] for c in files[f"datasets/sandan/{path.name}"]["columns"]
        }
    for language in LANGUAGES:
        words = _words(definitions, language)
        charts: dict[str, str] = {}
        for path in sorted((folder / "charts").glob("*.yaml")):
            chart = load(path, **words)
            if chart["dataset"] not in columns:
                raise AssetError(f"{path.name}: there is no dataset {chart['dataset']!r}")
            files[f"charts/{path.stem}_{language}.yaml"] = _chart(chart, path.stem, language)
            charts[path.stem] = chart["name"]
        for path in sorted((folder / "dashboards").glob("*.yaml")):
            files[f"dashboards/{path.stem}_{language}.yaml"] = _dashboard(
                load(path, **words), path.stem, language, charts
            )
    return {
        f"sandan/{name}": yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        for name, content in files.items()
    }


def _words(definitions: Definitions, language: Literal["ko", "en"]) -> dict[str, Any]:
    def say(ko: str, en: str) -> str:
        return {"ko": ko, "en": en}[language]

    def name(code: str) -> str:
        return definitions.name_of(code, language)

    return {
        "lang": language,
        "say": say,
        "name": name,
        "label": lambda code: _label(definitions, code, language),
    }


def _label(definitions: Definitions, code: str, language: Literal["ko", "en"]) -> str:
    """A name with its unit: `생산액 (억원)`."""
    unit = definitions.unit_of(code).name.of(language)
    return f"{definitions.name_of(code, language)} ({unit})"


def _column(definitions: Definitions, mart: str, column: str) -> tuple[str | None, str | None]:
    """What Superset calls a column (its measure in both languages) and how it describes it."""
    try:
        verbose = " · ".join(_label(definitions, column, language) for language in LANGUAGES)
    except DefinitionsError:  # no measure: its name is clear
        verbose = None
    # A column that a join brought in is described where it comes from.
    for table in (mart, *definitions.tables):
        for found in definitions.tables[table].columns:
            if found.name == column:
                return verbose, f"{found.description.ko} / {found.description.en}"
    return verbose, None


def _dataset(
    dataset: dict[str, Any], database: Path, definitions: Definitions, of_database: str
) -> dict[str, Any]:
    name = dataset["table_name"]
    mart = dataset.pop("describes", name)
    told = dataset.pop("columns", {})
    table = definitions.tables.get(mart)
    if table is None:
        raise AssetError(f"dataset {name}: the release has no table {mart!r}")
    query = dataset.get("sql") or f'SELECT * FROM "{name}"'
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            described = connection.execute(f"DESCRIBE {query}").fetchall()
    except duckdb.Error as error:
        raise AssetError(f"dataset {name}: {error}") from error
    columns = []
    for column, kind, *_ in described:
        verbose, comment = _column(definitions, mart, column)
        comment = told.get(column, comment)
        if not comment:
            raise AssetError(f"dataset {name}: say under `columns` what {column} is")
        columns.append(
            {
                "column_name": column,
                "verbose_name": verbose,
                "description": comment,
                "type": _TYPES.get(kind, kind),
                "is_dttm": kind in ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
                "is_active": True,
                "groupby": True,
                "filterable": True,
            }
        )
    return {
        **dataset,
        "schema": "main",
        "description": f"{table.description.ko} / {table.description.en}",
        "columns": columns,
        # No sums: suppressed complexes are not in them, and two sums apart would give one away.
        "metrics": [
            {"metric_name": "count", "verbose_name": "행 · rows", "expression": "count(*)"}
        ],
        "uuid": identity("dataset", name),
        "database_uuid": of_database,
        "version": "1.0.0",
    }


def _chart(chart: dict[str, Any], stem: str, language: str) -> dict[str, Any]:
    viz = chart["viz"]
    return {
        "slice_name": chart["name"],
        "description": chart.get("description"),
        "viz_type": viz,
        "params": {
            "viz_type": viz,
            **({} if "linear_color_scheme" in chart["params"] else {"color_scheme": "sandan"}),
            **chart["params"],
        },
        "query_context": None,
        "cache_timeout": None,
        "uuid": identity("chart", stem, language),
        "dataset_uuid": identity("dataset", chart["dataset"]),
        "version": "1.0.0",
    }


def _dashboard(
    dashboard: dict[str, Any], stem: str, language: str, charts: dict[str, str]
) -> dict[str, Any]:
    """Rows of charts (`[chart, columns of twelve]`) become Superset's grid."""
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "GRID_ID": {"id": "GRID_ID", "type": "GRID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": dashboard["title"]}},
    }
    for number, row in enumerate(dashboard["rows"]):
        row_id = f"ROW-{number}"
        parents = ["ROOT_ID", "GRID_ID"]
        position["GRID_ID"]["children"].append(row_id)
        position[row_id] = {
            "id": row_id,
            "type": "ROW",
            "children": [],
            "parents": parents,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for item in row["items"]:
            if "text" in item:
                key = f"MARKDOWN-{number}-{len(position[row_id]['children'])}"
                entry = {"type": "MARKDOWN", "meta": {"code": item["text"]}}
            else:
                if item["chart"] not in charts:
                    raise AssetError(f"dashboard {stem}: there is no chart {item['chart']!r}")
                key = f"CHART-{item['chart']}"
                entry = {
                    "type": "CHART",
                    "meta": {
                        "uuid": identity("chart", item["chart"], language),
                        # Superset puts its own number in the place of this one.
                        "chartId": 1 + sorted(charts).index(item["chart"]),
                        "sliceName": charts[item["chart"]],
                    },
                }
            entry["meta"].update(width=item["columns"], height=row["height"] * _ROWS_HIGH)
            position[row_id]["children"].append(key)
            position[key] = {"id": key, "children": [], "parents": [*parents, row_id], **entry}
    return {
        "dashboard_title": dashboard["title"],
        "description": dashboard.get("description"),
        "slug": f"{stem}-{language}",
        "css": "",
        "published": True,
        "uuid": identity("dashboard", stem, language),
        "position": position,
        "metadata": {
            # No scheme for the whole: it would colour the map by name, not by figure.
            "cross_filters_enabled": True,
            "timed_refresh_immune_slices": [],
            "native_filter_configuration": [],
        },
        "version": "1.0.0",
    }
