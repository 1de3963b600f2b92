"""`datapackage.json`: valid for frictionless, true to the marts, in both languages."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from frictionless import Package, Resource

from publication.datapackage import AS_CSV, DataPackageError, render_datapackage
from publication.definitions import read_definitions

from .bulletin.releases import DATASETS
from .small_release import contracts, make_release
from .test_sdmx import FACTS

QUARTERS = {
    **FACTS,
    "complex_quarterly": [
        {"complex_id": "changwon", "period": "2026-Q1", "production_krw_100m": 0.0,
         "production_krw_100m_status": "A", "exports_usd_m": None, "exports_usd_m_status": "Q"},
        {"complex_id": "jinhae", "period": "2026-Q1", "production_krw_100m": None,
         "production_krw_100m_status": "Q"},
    ],
}  # fmt: skip


def dictionary(folder: Path) -> None:
    """The keys of the marts, as the release's dictionary has them."""
    tables = [
        {
            "name": name,
            "layer": "marts",
            "key": next(c["columns"] for c in model["constraints"] if c["type"] == "primary_key"),
        }
        for name, model in contracts().items()
    ]
    (folder / "dictionary.json").write_text(json.dumps({"tables": tables}), encoding="utf-8")


def statuses(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Whatever status a row leaves out is O, missing."""
    marts = contracts()
    return {
        mart: [
            {
                **{c["name"]: "O" for c in marts[mart]["columns"] if c["name"].endswith("_status")
                   and mart == "complex_quarterly"},
                **row,
            }
            for row in found
        ]
        for mart, found in rows.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_release(tmp_path_factory.mktemp("package") / "release", statuses(QUARTERS))
    dictionary(folder)
    written = render_datapackage(folder, folder)
    assert [path.name for path in written] == [f"{n}.csv" for n in sorted(AS_CSV)] + [
        "datapackage.json"
    ]
    return folder


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return content


def test_sources_and_terms_are_those_of_the_contracts(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release")
    dictionary(folder)
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    for is_simulated in (False, True):
        told = manifest | {"datasets": DATASETS, "is_simulated": is_simulated}
        (folder / "release.json").write_text(json.dumps(told), encoding="utf-8")
        render_datapackage(folder, folder)
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        assert list(Package.metadata_validate(package)) == []
        if is_simulated:  # made by a programme, under nobody's terms
            assert "sources" not in package and "licenses" not in package
            continue
        titles = [source["title"] for source in package["sources"]]
        assert "Korea Customs Service: Exports and imports of the nation" in titles
        assert len(titles) == len(DATASETS)
        # terms without an address cannot be stated in this form
        assert [licence["path"] for licence in package["licenses"]] == [
            "https://www.data.go.kr/data/15102108/openapi.do"
        ]


def test_it_is_valid(folder: Path, package: dict[str, Any]) -> None:
    """Metadata, bytes, hashes, types, keys, codes: everything frictionless checks in the CSV."""
    assert Package.metadata_validate(package) is not None
    assert list(Package.metadata_validate(package)) == []
    checked = {
        **package,
        "resources": [r for r in package["resources"] if r["format"] == "csv"],
    }
    names = {r["name"] for r in checked["resources"]}
    for resource in checked["resources"]:
        foreign = resource["schema"].get("foreignKeys", [])
        kept = [key for key in foreign if key["reference"]["resource"] in names]
        resource["schema"] = {**resource["schema"], "foreignKeys": kept}
    report = Package.from_descriptor(checked, basepath=str(folder)).validate()
    assert report.flatten(["name", "fieldName", "message"]) == []
    assert report.valid


def test_every_mart_is_there_with_every_column(folder: Path, package: dict[str, Any]) -> None:
    marts = contracts()
    assert {r["name"] for r in package["resources"]} == {n.replace("_", "-") for n in marts}
    for resource in package["resources"]:
        model = marts[resource["name"].replace("-", "_")]
        assert (folder / resource["path"]).is_file()
        fields = resource["schema"]["fields"]
        assert [f["name"] for f in fields] == [c["name"] for c in model["columns"]]
        assert all(f["description"] and f["description_ko"] for f in fields)
        assert resource["description"] and resource["description_ko"]
        (key,) = [c["columns"] for c in model["constraints"] if c["type"] == "primary_key"]
        assert resource["schema"]["primaryKey"] == key


def field(package: dict[str, Any], mart: str, name: str) -> dict[str, Any]:
    (resource,) = [r for r in package["resources"] if r["name"] == mart]
    (found,) = [f for f in resource["schema"]["fields"] if f["name"] == name]
    return dict(found)


def test_units_stand_beside_the_figures(package: dict[str, Any]) -> None:
    assert field(package, "complex-quarterly", "exports_usd_m")["unit"] == {
        "code": "usd_m", "ko": "백만달러", "en": "US$ million",
    }  # fmt: skip
    assert field(package, "complex-quarterly", "employment_men_count")["unit"]["code"] == "persons"
    assert field(package, "complex-quarterly", "tenant_count")["unit"]["code"] == "firms"
    assert field(package, "dim-complex", "longitude")["unit"]["code"] == "degrees"
    assert field(package, "fct-observation", "value")["unit_column"] == "unit"
    assert field(package, "national-share", "numerator")["unit_column"] == "numerator_unit"
    assert "unit" not in field(package, "dim-period", "year")


def test_every_number_of_every_mart_has_a_unit_or_says_where(folder: Path) -> None:
    d = read_definitions(folder)
    for name, table in d.tables.items():
        for column in table.columns:
            if column.type == "DOUBLE":
                assert d.unit_of_column(name, column.name) or d.unit_column(name, column.name), (
                    name,
                    column.name,
                )


def test_zero_suppressed_and_missing_stay_apart_in_csv(folder: Path) -> None:
    with (folder / "csv/complex_quarterly.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["production_krw_100m"], first["production_krw_100m_status"]) == ("0.0", "A")
    assert (first["exports_usd_m"], first["exports_usd_m_status"]) == ("", "Q")
    assert (second["employment_count"], second["employment_count_status"]) == ("", "O")


def test_a_foreign_key_is_stated_where_it_holds(package: dict[str, Any]) -> None:
    (quarterly,) = [r for r in package["resources"] if r["name"] == "complex-quarterly"]
    assert {
        "fields": ["complex_id"],
        "reference": {"resource": "dim-complex", "fields": ["complex_id"]},
    } in quarterly["schema"]["foreignKeys"]


def test_simulated_data_are_marked(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release", is_simulated=True)
    render_datapackage(folder, folder)
    content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert content["title"].startswith("[SIMULATED DATA]") and content["is_simulated"] is True
    assert content["title_ko"].startswith("[모의 자료]")
    assert "not a statistic" in content["description"]


def test_made_again_it_is_the_same_to_the_byte(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "marts").symlink_to(folder / "marts")
    before = {
        p.name: p.read_bytes() for p in [*(folder / "csv").iterdir(), folder / "datapackage.json"]
    }
    for path in render_datapackage(folder, folder):
        assert path.read_bytes() == before[path.name]


def test_a_type_without_counterpart_stops(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release")
    with duckdb.connect(str(folder / "kicox.duckdb")) as connection:
        connection.execute("ALTER TABLE dim_unit ADD COLUMN shape INTEGER[]")
        connection.execute("COMMENT ON COLUMN dim_unit.shape IS '모양 / Shape'")
    with pytest.raises(DataPackageError, match=r"dim_unit.shape is a INTEGER\[\]"):
        render_datapackage(folder, folder)


def test_a_resource_can_be_read_by_itself(folder: Path, package: dict[str, Any]) -> None:
    (descriptor,) = [r for r in package["resources"] if r["name"] == "national-share"]
    rows = Resource.from_descriptor(descriptor, basepath=str(folder)).read_rows()
    assert [row["obs_status"] for row in rows] == ["A", "A", "O"]
