"""The quality report of a release: valid, in both languages, from the release's own facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pysdmx.io import read_sdmx

from publication.sdmx import render_sdmx
from publication.sdmx.quality import items

from .small_release import make_release

NOTE = {"snapshot_id": "kicox__industrial_trend/2026-Q1/2026-05-28_0", "sheet": "조사 개요"}


def said(folder: Path, tmp_path: Path) -> dict[str, dict[str, str]]:
    """Language → concept → what the report says, read by pysdmx and checked against the schema."""
    render_sdmx(folder, tmp_path / "sdmx")
    message = read_sdmx(tmp_path / "sdmx/quality.xml", validate=True)
    found: dict[str, dict[str, str]] = {}

    def take(attributes: Any, into: dict[str, str]) -> None:
        for attribute in attributes:
            if attribute.value is not None:
                into[attribute.id] = attribute.value
            take(attribute.attributes, into)

    for report in message.reports:
        take(report.attributes, found.setdefault(report.id, {}))
    return found


def test_a_release_with_everything(tmp_path: Path) -> None:
    facts = {
        "survey_note": [
            {**NOTE, "cell": "A17", "item": item, "value": value, "period": "2026-Q1"}
            for item, value in {
                "surveyed_count": 4891.0, "responded_count": 3669.0, "response_rate_pct": 75.0,
                "cv_production_pct": 8.9, "cv_exports_pct": 12.1, "suppression_max_respondents": 5.0,
            }.items()
        ],
        "dim_snapshot": [
            {"snapshot_id": "s", "dataset": "kicox__industrial_trend", "period": "2026-Q1",
             "published_at": "2026-06-10", "published_at_basis": "portal"},
        ],
        "dim_period": [
            {"period": "2026-Q1", "freq": "Q", "year": 2026, "start_date": "2026-01-01",
             "end_date": "2026-03-31"},
        ],
        "revision_summary": [
            {"complex_id": "_T", "measure": "production_krw_100m", "freq": "Q",
             "horizon": "latest",
             "observations": 8, "relative_mar_pct": 0.448},
        ],
        "series_break": [
            {"break_id": "b", "effective": "2022-06", "what_ko": "동두천 추가", "what_en": "Dongducheon added"},
        ],
        "fct_observation": [
            {"complex_id": "jinhae", "industry_code": "_T", "measure": "exports_usd_m", "cell": "B1",
             "unit": "usd_m", "period": "2026-Q1", "freq": "Q", "obs_status": "Q", "vintage_no": 1},
        ],
    }  # fmt: skip
    found = said(make_release(tmp_path / "release", facts), tmp_path)
    ko, en = found["QUALITY_KO"], found["QUALITY_EN"]
    assert set(ko) == set(en)
    assert "생산 8.9%" in ko["SAMPLING_ERR"] and "12.1 %" in en["SAMPLING_ERR"]
    assert "3,669 of 4,891 firms" in en["NONSAMPLING_ERR"]
    assert "5개 이하" in ko["CONF_POLICY"]
    assert "1 suppressed observations (OBS_STATUS Q) in 1 complexes" in en["CONF_DATA_TR"]
    assert "71 days" in en["TIMELINESS"] and "2026-06-10" in ko["TIMELINESS"]
    assert "11 days late" in en["PUNCTUALITY"]
    assert "생산액 0.45 %" in ko["REV_PRACTICE"] and "(8 quarters)" in en["REV_PRACTICE"]
    assert "Dongducheon added" in en["COMPAR_TIME"]
    assert "2026-01 to 2026-03" in en["COVERAGE_TIME"]


def test_what_a_release_does_not_know_is_said(tmp_path: Path) -> None:
    found = said(make_release(tmp_path / "release"), tmp_path)["QUALITY_EN"]
    for concept in (
        "CONF_POLICY", "SAMPLING_ERR", "NONSAMPLING_ERR", "TIMELINESS", "PUNCTUALITY", "REV_PRACTICE",
        "COVERAGE_TIME",
    ):  # fmt: skip
        (item,) = [i for i in flat() if i["id"] == concept]
        assert found[concept] == item["unknown"]["en"].format(period="2026-Q1")
    assert not [text for text in found.values() if "None" in text or "{" in text]


def test_simulated_data_and_warnings_are_told(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "release", is_simulated=True)
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    manifest["warnings"] = [{"message_ko": "남동 고용 +15.5%", "message_en": "Namdong <+15.5 %>."}]
    (folder / "release.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = said(folder, tmp_path)
    assert "not a statistic" in found["QUALITY_EN"]["COMMENT_DSET"]
    assert "Namdong <+15.5 %>." in found["QUALITY_EN"]["QUALITY_ASSMNT"]
    assert "남동 고용 +15.5%." in found["QUALITY_KO"]["QUALITY_ASSMNT"]


def flat() -> list[dict[str, Any]]:
    return [part for item in items() for part in (item, *item.get("parts", ()))]


@pytest.mark.parametrize("item", flat(), ids=lambda item: item["id"])
def test_every_concept_is_written_in_both_languages(item: dict[str, Any]) -> None:
    assert ("text" in item) != ("parts" in item)
    assert ("facts" in item) == ("unknown" in item)
    for key in ("title", "text", "unknown"):
        assert set(item.get(key, {"ko": 1, "en": 1})) == {"ko", "en"}
    identifiers = [entry["id"] for entry in flat()]
    assert identifiers.count(item["id"]) == 1
