"""The rules of the dbt project's layers, read from its files (no dbt run).

staging reads landed files and nothing else; intermediate reads staging, intermediate and seeds;
marts read intermediate, marts and seeds. Names tell the layer. Marts are contracts: every column
typed and described in Korean and English, the key declared, the order of rows written down.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = PROJECT / "models"
LAYERS = ("staging", "intermediate", "marts")

NAMES = {
    "staging": re.compile(r"stg_[a-z0-9]+__[a-z0-9_]+"),
    # int_<noun>_<verb>ed
    "intermediate": re.compile(r"int_[a-z0-9_]+_[a-z]+ed"),
    "marts": re.compile(r"(dim_|fct_)?(?!stg_|int_)[a-z0-9_]+"),
}

# What a release promises its readers. A mart more or less is a change of the interface.
MARTS = {
    "claim_check",
    "claim_measure",
    "claim_verdict",
    "cluster_kpi",
    "complex_industry_quarterly",
    "complex_latest",
    "complex_quarterly",
    "complex_status_quarterly",
    "complex_status_total_quarterly",
    "complex_status_vintage",
    "dim_claim_metric",
    "dim_code",
    "dim_complex",
    "dim_complex_designation",
    "dim_factory",
    "dim_industry",
    "dim_knowledge_centre",
    "dim_kpi",
    "dim_measure",
    "dim_period",
    "dim_province",
    "dim_series",
    "dim_share_definition",
    "dim_snapshot",
    "dim_unit",
    "exports_quarterly",
    "factory_event",
    "fct_observation",
    "growth_quarterly",
    "index_quarterly",
    "industry_quarterly",
    "national_series",
    "national_share",
    "national_total_quarterly",
    "published_figure",
    "registry_edition",
    "reconciliation",
    "registry_employment",
    "revision",
    "revision_summary",
    "revision_triangle",
    "series_break",
    "survey_note",
}

_REF = re.compile(r"\bref\(\s*(.*?)\s*\)")
_COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[A-Za-z]")


def sql_of(layer: str) -> dict[str, str]:
    """Model name → SQL without comments."""
    return {
        path.stem: _COMMENT.sub("", path.read_text(encoding="utf-8"))
        for path in sorted((MODELS / layer).glob("**/*.sql"))
    }


def yaml_of(key: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Entries of `key` (models, seeds, exposures, unit_tests …) in the YAML files of a folder."""
    for path in sorted(folder.glob("**/*.yml")):
        yield from content_of(path).get(key, [])


@cache
def content_of(path: Path) -> dict[str, Any]:
    """A YAML file, read once; nobody changes what comes out."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader) or {}


def refs(sql: str) -> list[str]:
    """Names that a model refers to; each must be one plain literal, so that lineage can be read."""
    found = []
    for argument in _REF.findall(sql):
        literal = re.fullmatch(r"'([a-z0-9_]+)'", argument)
        assert literal, f"ref({argument}) is no plain name"
        found.append(literal.group(1))
    return found


SEEDS = {path.stem for path in (PROJECT / "seeds").glob("*.csv")}
SQL = {layer: sql_of(layer) for layer in LAYERS}
ALL_MODELS = [(layer, name) for layer in LAYERS for name in SQL[layer]]
MART_YAML = {model["name"]: model for model in yaml_of("models", MODELS / "marts")}


def in_both_languages(text: str) -> bool:
    """'한국어 / English', where neither half is empty."""
    korean, slash, english = text.partition(" / ")
    return bool(slash and _HANGUL.search(korean) and _LATIN.search(english))


@pytest.mark.parametrize(("layer", "name"), ALL_MODELS)
def test_name_tells_the_layer(layer: str, name: str) -> None:
    assert NAMES[layer].fullmatch(name)


def test_model_names_are_unique() -> None:
    names = [name for _, name in ALL_MODELS] + sorted(SEEDS)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(SQL["staging"]))
def test_staging_reads_landed_files_only(name: str) -> None:
    sql = SQL["staging"][name]
    assert refs(sql) == []
    assert len(re.findall(r"\blanded\(\s*'[a-z_]+'\s*\)", sql)) == 1
    assert "join" not in sql.lower()


@pytest.mark.parametrize("name", sorted(SQL["intermediate"]))
def test_intermediate_reads_staging_intermediate_and_seeds(name: str) -> None:
    allowed = set(SQL["staging"]) | set(SQL["intermediate"]) | SEEDS
    assert set(refs(SQL["intermediate"][name])) <= allowed


@pytest.mark.parametrize("name", sorted(SQL["marts"]))
def test_marts_read_neither_staging_nor_landed_files(name: str) -> None:
    allowed = set(SQL["intermediate"]) | set(SQL["marts"]) | SEEDS
    assert set(refs(SQL["marts"][name])) <= allowed


@pytest.mark.parametrize(
    ("layer", "name"), [(layer, name) for layer, name in ALL_MODELS if layer != "staging"]
)
def test_only_staging_touches_files(layer: str, name: str) -> None:
    sql = SQL[layer][name]
    assert not re.search(r"\b(landed|source|read_\w+|parquet_scan)\s*\(", sql)


@pytest.mark.parametrize(("layer", "name"), ALL_MODELS)
def test_every_table_is_reached_through_ref(layer: str, name: str) -> None:
    sql = SQL[layer][name]
    named = set(re.findall(r"\b(?:from|join)\s+([a-z0-9_]+)\b(?!\s*\()", sql))
    assert not named & (SEEDS | {model for _, model in ALL_MODELS})
    assert not re.search(r"\b(?:from|join)\s+[a-z0-9_]+\.[a-z0-9_]+", sql)


def test_marts_are_those_promised() -> None:
    assert set(SQL["marts"]) == MARTS
    assert set(MART_YAML) == MARTS


def test_contracts_are_enforced() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    marts = project["models"]["sandan"]["marts"]
    assert marts["+contract"] == {"enforced": True}
    assert marts["+persist_docs"] == {"relation": True, "columns": True}


@pytest.mark.parametrize("name", sorted(MART_YAML))
def test_mart_is_a_contract(name: str) -> None:
    model = MART_YAML[name]
    columns = {column["name"]: column for column in model["columns"]}
    keys = [c["columns"] for c in model["constraints"] if c["type"] == "primary_key"]
    assert len(keys) == 1
    key = keys[0]
    assert set(key) <= set(columns)
    for column in key:
        constraints = columns[column].get("constraints", [])
        assert {"type": "not_null"} in constraints, column
    # the release writes rows in this order: it must put them all in one order
    order_by = model["config"]["meta"]["order_by"]
    assert set(key) <= set(order_by) <= set(columns)
    for column in columns.values():
        assert column["data_type"]
        assert in_both_languages(column["description"]), column["name"]
    # a number that may be missing has its status beside it
    for column in columns:
        words = ("obs_status", "sdmx_obs_status", "conf_status", "development_status")
        if column.endswith("_status") and column not in words:
            assert column.removesuffix("_status") in columns


@pytest.mark.parametrize("key", ["sources", "models", "seeds", "exposures", "unit_tests"])
def test_descriptions_are_in_both_languages(key: str) -> None:
    entries = list(yaml_of(key, PROJECT / ("seeds" if key == "seeds" else "models")))
    assert entries
    for entry in entries:
        assert in_both_languages(entry["description"]), entry["name"]


def test_every_model_and_seed_is_described() -> None:
    described = {entry["name"] for entry in yaml_of("models", MODELS)}
    assert described == {name for _, name in ALL_MODELS}
    assert {entry["name"] for entry in yaml_of("seeds", PROJECT / "seeds")} == SEEDS


@pytest.mark.parametrize("seed", sorted(SEEDS))
def test_seed_columns_are_those_described(seed: str) -> None:
    (entry,) = [e for e in yaml_of("seeds", PROJECT / "seeds") if e["name"] == seed]
    with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert [column["name"] for column in entry["columns"]] == header
    assert list(entry["config"]["column_types"]) == header
    assert all(in_both_languages(column["description"]) for column in entry["columns"])


def test_exposures_read_marts() -> None:
    for exposure in yaml_of("exposures", MODELS):
        for dependency in exposure["depends_on"]:
            assert refs(dependency)[0] in MARTS


def test_every_kpi_formula_has_a_unit_test() -> None:
    with (PROJECT / "seeds" / "kpis.csv").open(encoding="utf-8", newline="") as file:
        kpis = {row["kpi"] for row in csv.DictReader(file)}
    numbers: set[str] = set()
    refusals: set[str] = set()
    for test in yaml_of("unit_tests", MODELS / "intermediate"):
        rows = test["expect"]["rows"]
        for row in rows if isinstance(rows, list) else []:
            if row.get("kpi") and row.get("obs_status") == "A":
                numbers.add(row["kpi"])
            elif row.get("kpi"):
                refusals.add(row["kpi"])
    assert numbers >= kpis
    # and one with an input that is suppressed, missing or zero (tenants: a zero is a number)
    assert refusals >= kpis - {"tenant_count"}
