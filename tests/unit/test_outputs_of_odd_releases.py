"""Releases that are odd but true: every file for machines still renders, and says what is so."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from frictionless import Package
from lxml import etree
from pysdmx.io import read_sdmx

from publication.datapackage import render_datapackage
from publication.sdmx import render_sdmx

from .small_release import make_release
from .test_datapackage import dictionary, statuses
from .test_sdmx import observation

LONG_KO = "가나다라마바사아자차" * 4
LONG_EN = "Ganadara-" * 18


def quarter(complex_id: str, period: str, **given: Any) -> dict[str, Any]:
    return {"complex_id": complex_id, "period": period, **given}


SUPPRESSED = {
    "complex_quarterly": [
        quarter("jinhae", "2026-Q1", **{f"{m}_status": "Q" for m in (
            "production_krw_100m", "exports_usd_m", "employment_count", "utilization_pct")}),
    ],
    "fct_observation": [
        observation(complex_id="jinhae", measure=measure, unit=unit, value=None, obs_status="Q")
        for measure, unit in (("employment_count", "persons"), ("exports_usd_m", "usd_m"),
                              ("production_krw_100m", "krw_100m"))
    ],
    "cluster_kpi": [
        {"complex_id": "jinhae", "industry_code": "_T", "size_class": "_T", "period": "2026-Q1",
         "kpi": "production_share_pct", "obs_status": "Q", "reason": "suppressed: production",
         "reason_ko": "비공개: 생산"},
    ],
}  # fmt: skip
ONE_PERIOD = {
    "fct_observation": [observation(complex_id="changwon", value=4100.5)],
    "cluster_kpi": [
        {"complex_id": "changwon", "industry_code": "_T", "size_class": "_T", "period": "2026-Q1",
         "kpi": "exports_growth_qoq_pct", "obs_status": "O", "reason": "no observation for 2025-Q4",
         "reason_ko": "2025-Q4 관측값 없음"},
    ],
}  # fmt: skip
NO_DENOMINATOR = {
    "national_share": [
        {"metric": "national_export_share_pct", "definition": "customs_exports",
         "period": "2026-Q1", "numerator": 50664.0, "numerator_unit": "백만달러", "obs_status": "O",
         "reason_ko": "2026-Q1 전국 분모 없음", "reason_en": "no national denominator for 2026-Q1"},
    ],
}  # fmt: skip
FROM_ZERO = {
    "fct_observation": [
        observation(complex_id="changwon", period="2025-Q4", value=0.0),
        observation(complex_id="changwon", period="2026-Q1", value=12.5),
        observation(complex_id="changwon", measure="exports_growth_pct", unit="pct", value=None,
                    obs_status="M"),
    ],
    "cluster_kpi": [
        {"complex_id": "changwon", "industry_code": "_T", "size_class": "_T", "period": "2026-Q1",
         "kpi": "exports_growth_qoq_pct", "obs_status": "M", "reason": "2025-Q4 is zero",
         "reason_ko": "2025-Q4가 0"},
        {"complex_id": "changwon", "industry_code": "_T", "size_class": "_T", "period": "2026-Q1",
         "kpi": "production_growth_qoq_pct", "value": -100.0},
    ],
}  # fmt: skip


def render(folder: Path) -> Path:
    """Both kinds of files, checked by the schemas of their standards."""
    dictionary(folder)
    render_sdmx(folder, folder / "sdmx")
    render_datapackage(folder, folder)
    for name in ("structures", "trend", "kpi", "national_share", "quality"):
        read_sdmx(folder / "sdmx" / f"{name}.xml", validate=True)
    content = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert list(Package.metadata_validate(content)) == []
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_complex_all_suppressed(tmp_path: Path) -> None:
    folder = render(make_release(tmp_path / "release", statuses(SUPPRESSED)))
    for row in rows(folder / "sdmx/trend.csv"):
        assert (row["OBS_VALUE"], row["OBS_STATUS"], row["CONF_STATUS"]) == ("NaN", "Q", "A")
    (kpi,) = rows(folder / "sdmx/kpi.csv")
    assert (kpi["OBS_VALUE"], kpi["OBS_STATUS"], kpi["CONF_STATUS"]) == ("NaN", "Q", "C")
    assert kpi["COMMENT_KO"] == "비공개: 생산"
    (quarterly,) = rows(folder / "csv/complex_quarterly.csv")
    assert (quarterly["production_krw_100m"], quarterly["production_krw_100m_status"]) == ("", "Q")
    assert "3 suppressed observations (OBS_STATUS Q) in 1 complexes" in (
        folder / "sdmx/quality.xml"
    ).read_text(encoding="utf-8")


def test_one_period_only(tmp_path: Path) -> None:
    folder = render(make_release(tmp_path / "release", ONE_PERIOD))
    (row,) = rows(folder / "sdmx/trend.csv")
    assert (row["TIME_PERIOD"], row["OBS_VALUE"]) == ("2026-Q1", "4100.5")
    (kpi,) = rows(folder / "sdmx/kpi.csv")
    assert (kpi["OBS_STATUS"], kpi["COMMENT_EN"]) == ("O", "no observation for 2025-Q4")
    quality = (folder / "sdmx/quality.xml").read_text(encoding="utf-8")
    assert "no earlier publication in this release to measure revisions by" in quality


def test_a_quarter_without_national_denominator(tmp_path: Path) -> None:
    folder = render(make_release(tmp_path / "release", NO_DENOMINATOR))
    (share,) = rows(folder / "sdmx/national_share.csv")
    assert (share["OBS_VALUE"], share["OBS_STATUS"]) == ("NaN", "O")
    assert (share["NUMERATOR"], share["DENOMINATOR"]) == ("50664.0", "")
    assert share["COMMENT_EN"] == "no national denominator for 2026-Q1"
    (plain,) = rows(folder / "csv/national_share.csv")
    assert (plain["share_pct"], plain["obs_status"]) == ("", "O")


def test_growth_from_zero_and_to_nothing(tmp_path: Path) -> None:
    folder = render(make_release(tmp_path / "release", FROM_ZERO))
    growth = {row["KPI"]: row for row in rows(folder / "sdmx/kpi.csv")}
    assert growth["exports_growth_qoq_pct"]["OBS_VALUE"] == "NaN"
    assert growth["exports_growth_qoq_pct"]["OBS_STATUS"] == "M"
    assert growth["production_growth_qoq_pct"]["OBS_VALUE"] == "-100.0"
    values = [(r["MEASURE"], r["OBS_VALUE"]) for r in rows(folder / "sdmx/trend.csv")]
    assert ("exports_usd_m", "0.0") in values and ("exports_growth_pct", "NaN") in values


@pytest.mark.parametrize("name", [LONG_KO, "산단 <A&B> \"제1\" '특구' ㆍ · \u00a0끝"])
def test_a_name_of_forty_syllables_and_one_of_odd_marks(tmp_path: Path, name: str) -> None:
    folder = make_release(tmp_path / "release", ONE_PERIOD)
    with duckdb.connect(str(folder / "kicox.duckdb")) as connection:
        connection.execute(
            "UPDATE dim_complex SET name_ko = ?, name_en = ? WHERE complex_id = 'changwon'",
            [name, LONG_EN],
        )
    render(folder)
    root = etree.parse(str(folder / "sdmx/structures.xml")).getroot()
    names = {e.text for e in root.iter("{*}Name")}
    assert name in names and LONG_EN in names
    content = json.loads((folder / "sdmx/structures.json").read_text(encoding="utf-8"))
    (codes,) = [c for c in content["data"]["codelists"] if c["id"] == "CL_COMPLEX"]
    assert name in {code["names"]["ko"] for code in codes["codes"]}
    assert name in {row["name_ko"] for row in rows(folder / "csv/dim_complex.csv")}
