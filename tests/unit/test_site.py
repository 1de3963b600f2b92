"""The site without a browser: what is written for the pages, and what happens without a shell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publication.definitions import read_definitions
from publication.dictionary import write_dictionary
from publication.site import render as rendering
from publication.site import shell as shells
from publication.site.data.common import site as common
from publication.site.data.complexes import complexes
from publication.site.data.overview import on_map, overview
from publication.site.data.reader import Marts, write
from publication.site.data.tables import dictionary
from tests.unit.small_release import make_release

NOW = "2026-Q1"


def quarter(complex_id: str, period: str, value: float | None, status: str) -> dict[str, Any]:
    return {
        "complex_id": complex_id,
        "period": period,
        "production_krw_100m": value,
        "production_krw_100m_status": status,
    }


@pytest.fixture
def release(made: Path, tmp_path: Path) -> Path:
    """A copy of the small release, to work in."""
    return shutil.copytree(made, tmp_path / "release")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Changwon grows, gumi is suppressed now and had a figure before, yeosu stands at zero."""
    return make_release(
        tmp_path_factory.mktemp("site") / "release",
        {
            "complex_quarterly": [
                quarter("changwon", "2025-Q4", 100.0, "A"),
                quarter("changwon", NOW, 110.25, "A"),
                quarter("gumi", "2025-Q4", 70.0, "A"),
                quarter("gumi", NOW, None, "Q"),
                quarter("yeosu", NOW, 0.0, "A"),
                quarter("songsan_green_city", NOW, None, "Q"),
            ],
            "national_total_quarterly": [
                {"period": NOW, "production_krw_100m": 1234.5, "production_krw_100m_status": "A"}
            ],
            "growth_quarterly": [
                {
                    "complex_id": c, "industry_code": "_T", "measure": "production_krw_100m",
                    "period": NOW, "comparison": "yoy", "growth_pct": g, "growth_pct_status": s,
                }
                for c, g, s in (("changwon", 10.25, "A"), ("gumi", None, "Q"), ("yeosu", -100.0, "A"))
            ],
            "complex_industry_quarterly": [
                {
                    "complex_id": "changwon", "industry_code": i, "period": p,
                    "production_krw_100m": v, "production_krw_100m_status": s,
                }
                for i, p, v, s in (
                    ("MACHINERY", "2025-Q4", 90.0, "A"), ("MACHINERY", NOW, 99.5, "A"),
                    ("FOOD", "2025-Q4", 10.0, "A"), ("FOOD", NOW, None, "Q"),
                )
            ],
            "cluster_kpi": [
                {
                    "complex_id": "changwon", "industry_code": i, "size_class": "_T", "kpi": k,
                    "period": p, "value": v, "obs_status": s,
                }
                for i, k, p, v, s in (
                    ("_T", "hhi_production", "2025-Q4", 8200.0, "A"),
                    ("_T", "hhi_production", NOW, None, "Q"),
                    ("FOOD", "location_quotient_employment", NOW, 0.4, "A"),
                )
            ],
            "fct_observation": [
                {
                    "snapshot_id": "kicox/2026-Q1", "table_id": "production", "sheet": "표4",
                    "cell": "C44", "complex_id": "changwon", "measure": "production_krw_100m",
                    "industry_code": "_T", "size_class": "_T", "sex": "_T", "period": NOW,
                    "freq": "Q", "value": 110.25, "obs_status": "A",
                }
            ],
            "dim_snapshot": [
                {"snapshot_id": "kicox/2026-Q1", "file_name": "동향.xlsx", "published_at": "2026-05-28"}
            ],
        },
    )  # fmt: skip


def test_a_suppressed_figure_is_a_status_and_no_number(release: Path) -> None:
    with Marts(release) as marts:
        pages = dict(complexes(marts, NOW))
    gumi = pages["gumi"]["history"]
    assert json.loads(gumi["values"]["production_krw_100m"]) == [70.0, None]
    assert gumi["status"]["production_krw_100m"] == "AQ"
    yeosu = pages["yeosu"]["history"]
    assert json.loads(yeosu["values"]["production_krw_100m"]) == [0.0]
    assert yeosu["status"]["production_krw_100m"] == "A"


def test_industries_and_indicators_have_a_past_and_a_suppressed_one_a_gap(release: Path) -> None:
    with Marts(release) as marts:
        pages = dict(complexes(marts, NOW))
    past = pages["changwon"]["industry_history"]
    assert list(past) == ["FOOD", "MACHINERY"]
    assert json.loads(past["FOOD"]["values"]["production_krw_100m"]) == [10.0, None]
    assert past["FOOD"]["status"]["production_krw_100m"] == "AQ"
    indicators = pages["changwon"]["kpi_history"]
    assert list(indicators) == ["hhi_production"]
    assert json.loads(indicators["hhi_production"]["periods"]) == ["2025-Q4", NOW]
    assert indicators["hhi_production"]["status"] == {"value": "AQ"}
    assert pages["gumi"]["industry_history"] is None and pages["gumi"]["kpi_history"] is None


def test_every_complex_has_a_page_even_without_figures(release: Path) -> None:
    with Marts(release) as marts:
        pages = dict(complexes(marts, NOW))
        known = {row[0] for row in marts.tuples("SELECT complex_id FROM dim_complex")}
    assert set(pages) == known
    assert pages["seoul"]["history"] is None


def test_a_figure_leads_to_its_cell(release: Path) -> None:
    with Marts(release) as marts:
        cells = dict(complexes(marts, NOW))["changwon"]["cells"]
    ((measure, industry, period, sheet, cell, snapshot),) = json.loads(cells["rows"])
    assert (measure, industry, period) == ("production_krw_100m", "_T", NOW)
    assert (cells["sheets"][int(sheet)], cell) == ("표4", "C44")
    assert cells["files"][snapshot]["file_name"] == "동향.xlsx"


def test_adjusted_series_stand_beside_their_originals_and_others_say_why(release: Path) -> None:
    common = {"complex_id": "onsan", "measure": "production_krw_100m", "freq": "Q"}
    tested = [
        common | {"series_id": "a", "status": "adjusted"},
        common | {"series_id": "b", "freq": "M", "status": "not_adjusted", "reason_ko": "짧음", "reason_en": "short"},
        common | {"series_id": "c", "complex_id": "_T", "status": "not_adjusted", "reason_en": "short"},
    ]  # fmt: skip
    series = [
        common | {"series_id": "a", "status": "adjusted", "period": p, "original": o, "seasonally_adjusted": s}
        for p, o, s in ((NOW, 12.0, 11.5), ("2025-Q4", 10.0, 10.25))
    ]  # fmt: skip
    for name, rows in (("seasonal_diagnostics", tested), ("seasonal_adjusted", series)):
        columns = list(dict.fromkeys(key for row in rows for key in row))
        full = [{key: row.get(key) for key in columns} for row in rows]
        pq.write_table(pa.Table.from_pylist(full), release / "marts" / f"{name}.parquet")
    with Marts(release) as marts:
        page = dict(complexes(marts, NOW))
        totals = overview(marts, NOW)["seasonal"]
    adjusted, left = page["onsan"]["seasonal"]
    assert json.loads(adjusted["periods"]) == ["2025-Q4", NOW]
    assert json.loads(adjusted["adjusted"]) == [10.25, 11.5]
    assert json.loads(adjusted["original"]) == [10.0, 12.0]
    assert (adjusted["name_en"], adjusted["unit_ko"]) == ("Production", "억원")
    assert (left["freq"], left["reason_ko"], left["adjusted"]) == ("M", "짧음", None)
    assert page["changwon"]["seasonal"] is None
    assert [row["reason_en"] for row in totals] == ["short"]


def test_neighbours_are_the_nearest_by_great_circle(release: Path) -> None:
    with Marts(release) as marts:
        near = dict(complexes(marts, NOW))["onsan"]["neighbours"]
    # 35.430910 N 129.345361 E to 35.523052 N 129.440384 E on a sphere of 6,371.0088 km
    assert {n["complex_id"]: n["km"] for n in near}["ulsan_mipo"] == pytest.approx(13.4, abs=0.05)
    assert [n["km"] for n in near] == sorted(n["km"] for n in near)


def test_the_overview_has_the_totals_and_no_mover_without_a_figure(release: Path) -> None:
    with Marts(release) as marts:
        found = overview(marts, NOW)
    assert found["totals"][-1]["production_krw_100m"] == 1234.5
    assert [m["complex_id"] for m in found["movers"]] == ["changwon", "yeosu"]


def test_the_map_tells_absent_suppressed_and_zero_apart(release: Path) -> None:
    with Marts(release) as marts:
        found = on_map(marts, NOW)
    assert found["periods"] == ["2025-Q4", NOW]
    assert found["status"]["production_krw_100m"]["gumi"] == "AQ"
    assert found["status"]["production_krw_100m"]["yeosu"] == " A"
    assert found["values"]["production_krw_100m"]["yeosu"] == [None, 0.0]
    # One without coordinates is there for the table.
    assert found["status"]["production_krw_100m"]["songsan_green_city"] == " Q"


def test_names_and_units_are_those_of_the_definitions(release: Path) -> None:
    manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
    with Marts(release) as marts:
        found = common(release, marts, manifest)
    definitions = read_definitions(release)
    for code, measure in definitions.measures.items():
        assert found["measures"][code]["name_ko"] == measure.name.ko
        assert found["measures"][code]["unit_en"] == measure.unit.name.en
    assert set(found["kpis"]) == set(definitions.kpis)


def test_the_dictionary_has_every_published_table_and_column(release: Path) -> None:
    found = {t["name"]: t for t in dictionary(release)["tables"]}
    for name, table in read_definitions(release).tables.items():
        assert [c["name"] for c in found[name]["columns"]] == [c.name for c in table.columns]
        for column in found[name]["columns"]:
            assert column["description_ko"] and column["description_en"]
    unit = {c["name"]: c.get("unit_en") for c in found["complex_quarterly"]["columns"]}
    assert unit["production_krw_100m"] == "KRW 100 million"
    assert unit["production_krw_100m_status"] is None


def test_the_dictionary_tells_lineage_key_and_tests(tmp_path: Path) -> None:
    node: dict[str, Any] = {
        "resource_type": "model",
        "fqn": ["sandan", "marts", "m"],
        "columns": {},
    }
    manifest = {
        "nodes": {
            "model.m": {
                **node, "name": "m", "description": "표 / Table",
                "constraints": [{"type": "primary_key", "columns": ["id"]}],
                "depends_on": {"nodes": ["source.s", "macro.x"]},
                "columns": {"id": {"name": "id", "data_type": "varchar", "description": "번호 / Number",
                                   "constraints": [{"type": "not_null"}]}},
            },
            "test.t": {"resource_type": "test", "name": "t", "attached_node": "model.m",
                       "column_name": "id", "description": "", "depends_on": {"nodes": []}},
        },
        "sources": {"source.s": {"resource_type": "source", "source_name": "landed", "name": "s",
                                 "description": "한 언어"}},
        "unit_tests": {"u": {"name": "u", "model": "m", "description": "가 / a"}},
        "exposures": {},
    }  # fmt: skip
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    write_dictionary(path, tmp_path / "dictionary.json")
    tables = json.loads((tmp_path / "dictionary.json").read_text(encoding="utf-8"))["tables"]
    source, model = tables
    assert (source["name"], source["layer"]) == ("landed.s", "source")
    assert source["description_en"] == "한 언어"
    assert model["parents"] == ["landed.s"] and model["key"] == ["id"]
    assert model["columns"][0]["not_null"] and model["columns"][0]["description_en"] == "Number"
    assert [t["name"] for t in model["tests"]] == ["t"]
    assert [t["name"] for t in model["unit_tests"]] == ["u"]


def test_steps_on_the_way_have_the_columns_they_were_built_with(tmp_path: Path) -> None:
    def model(name: str, layer: str, columns: dict[str, Any]) -> dict[str, Any]:
        return {
            "resource_type": "model", "name": name, "fqn": ["sandan", layer, name], "columns": columns,
            "description": "표 / Table",
        }  # fmt: skip

    known = {"value": {"name": "value", "data_type": "double", "description": "값 / Figure"}}
    manifest = {
        "nodes": {"m": model("m", "marts", known), "i": model("i", "intermediate", {}),
                  "e": model("e", "intermediate", {})},
        "sources": {}, "unit_tests": {}, "exposures": {},
    }  # fmt: skip
    path, database = tmp_path / "manifest.json", tmp_path / "candidate.duckdb"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE SCHEMA steps")
        connection.execute("CREATE TABLE steps.i (value DOUBLE, helper BOOLEAN)")
        connection.execute("CREATE TABLE m (value DOUBLE)")
    write_dictionary(path, tmp_path / "dictionary.json", database)
    content = json.loads((tmp_path / "dictionary.json").read_text(encoding="utf-8"))
    tables = {t["name"]: t["columns"] for t in content["tables"]}
    assert [(c["name"], c["type"], c["description_en"]) for c in tables["i"]] == [
        ("value", "double", "Figure"), ("helper", "boolean", ""),
    ]  # fmt: skip
    assert tables["e"] == [] and len(tables["m"]) == 1
    # Two marts tell of one column, in whatever order dbt lists them: the same bytes.
    other = {"value": {"name": "value", "data_type": "double", "description": "다른 값 / Other"}}
    nodes = {**manifest["nodes"], "n": model("n", "marts", other)}
    written = []
    for items in (list(nodes.items()), list(reversed(nodes.items()))):
        path.write_text(json.dumps({**manifest, "nodes": dict(items)}), encoding="utf-8")
        written.append(write_dictionary(path, tmp_path / "dictionary.json", database).read_bytes())
    assert written[0] == written[1]


def test_figures_are_written_without_noise_and_the_same_each_time(tmp_path: Path) -> None:
    content = {"a": 0.1 + 0.2, "b": 3.0, "c": float("nan"), "d": [None, 1e15]}
    first = write(tmp_path, "x", content, "r").read_bytes()
    assert first == write(tmp_path, "x", content, "r").read_bytes()
    assert json.loads(first) == {
        "release_id": "r",
        "a": 0.3,
        "b": 3,
        "c": None,
        "d": [None, 10**15],
    }


def test_without_a_shell_the_release_says_so_once(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> Path:
        raise shells.ShellMissing("no packages")

    monkeypatch.setattr(rendering, "shell", none)
    for _ in range(2):
        assert rendering.render_site(release, release / "site") == []
    manifest = json.loads((release / "release.json").read_text(encoding="utf-8"))
    (warning,) = manifest["warnings"]
    assert warning["source"] == "site" and "no packages" in warning["message_en"]
    assert not (release / "site").exists()


def test_a_name_cannot_leave_its_title(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "shell"
    for language in ("ko", "en"):
        (source / language / "complex").mkdir(parents=True)
        page = '<html><meta charset="utf-8"><title>x</title><a href="../../en/complex/_.html">'
        (source / language / "complex" / "_.html").write_text(
            shells.finished(page, Path(language, "complex", "_.html")), encoding="utf-8"
        )
    monkeypatch.setattr(rendering, "shell", lambda: source)
    monkeypatch.setattr(rendering, "quality", lambda _: {})
    rendering.render_site(release, release / "site")
    page = (release / "site" / "ko" / "complex" / "changwon.html").read_text(encoding="utf-8")
    assert "<title>창원 | sandan</title>" in page and 'content="2026-Q1_v1"' in page
    assert "en/complex/changwon.html" in page
    assert not (release / "site" / "ko" / "complex" / "_.html").exists()


def test_a_page_has_a_language_and_lets_the_browser_ask_nobody_else() -> None:
    page = shells.finished(
        '<html>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, '
        'initial-scale=1, maximum-scale=1">',
        Path("en", "complex", "x.html"),
    )
    assert '<html lang="en">' in page and "maximum-scale" not in page
    assert "default-src 'self'" in page and "http" not in page.replace("http-equiv", "")
    assert 'href="../../fonts/pretendard.css"' in page


def test_the_npm_lock_names_no_registry_and_every_hash() -> None:
    lock = json.loads((shells.ROOM / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert "resolved" not in entry, name
        # What a package brings along inside itself has no archive of its own.
        assert entry.get("inBundle") or entry["integrity"].startswith("sha512-"), name
