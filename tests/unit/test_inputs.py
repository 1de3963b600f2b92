"""What a build is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion import ingest
from ingestion.periods import Period
from ingestion.sample import SampleRegistry, simulate_status, write_status_workbook
from ingestion.sniff import Content, read_content
from pipeline.inputs import _release_period, code_fingerprint, collect_inputs, ingestion_room
from pipeline.settings import Settings

from ..conftest import SEED, SEEDS


@pytest.mark.parametrize(
    ("editions", "expected"),
    [
        (["2025-Q4", "2026-Q1"], "2026-Q1"),
        (["2023-01", "2023-02", "2023-03", "2023-04"], "2023-Q1"),
        (["2023-04"], "2023-Q2"),  # nothing whole yet: the gate will say what is missing
        (["2024-01", "2024-02", "2024-03", "2024-Q2"], "2024-Q2"),
        (["2023-03", "2023-03", "2023-02"], "2023-Q1"),
    ],
)
def test_the_release_is_about_the_newest_whole_quarter(editions: list[str], expected: str) -> None:
    found = _release_period([("workbook", Period.parse(e)) for e in editions])
    assert str(found) == expected


def test_months_known_from_csv_editions_only_make_no_whole_quarter() -> None:
    editions = [("workbook", Period.parse("2023-Q4"))] + [
        ("csv", Period.parse(m)) for m in ("2024-01", "2024-02", "2024-03")
    ]
    assert str(_release_period(editions)) == "2023-Q4"


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("publication/site/src/lib/charts.js", True),
        ("publication/bulletin/html/style.css", True),
        ("dbt_project/models/marts/a.sql", True),
        ("publication/site/dist/0f/index.html", False),
        ("publication/site/dist/0f/_import/charts.js", False),
        ("publication/site/node_modules/d3/index.js", False),
        ("publication/site/src/.observablehq/cache/en/index.md", False),
        ("dbt_project/target/manifest.json", False),
    ],
)
def test_the_code_is_what_is_written_not_what_is_made_of_it(
    tmp_path: Path, changed: str, counts: bool
) -> None:
    path = tmp_path / changed
    path.parent.mkdir(parents=True)
    path.write_text("one", encoding="utf-8")
    before = code_fingerprint.__wrapped__(tmp_path)
    path.write_text("two", encoding="utf-8")
    assert (code_fingerprint.__wrapped__(tmp_path) != before) is counts


def _unmarked(data: bytes) -> Content:
    return replace(read_content(data), properties={})


@pytest.mark.parametrize(
    ("trend_is_real", "status_is_real", "status_is_used"),
    [(False, False, True), (True, True, True), (False, True, False), (True, False, False)],
)
def test_the_status_comes_along_and_is_never_mixed(
    trend_is_real: bool,
    status_is_real: bool,
    status_is_used: bool,
    tmp_path: Path,
    edition_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The newest quarter of the trend is the release's, whatever the status is about."""
    settings = Settings(tmp_path / "home")
    status = simulate_status(SEED, "2026-Q3", SampleRegistry.load(SEEDS))
    paths = {
        write_status_workbook(status, tmp_path / "현황.xlsx"): status_is_real,
        edition_file(): trend_is_real,
    }
    for number, (path, is_real) in enumerate(paths.items()):
        room = ingestion_room(settings)
        with monkeypatch.context() as patch:
            if is_real:  # without the mark in its properties a file passes for real
                patch.setattr(ingest, "read_content", _unmarked)
            outcome = ingest.ingest_file(room, path, run_id="r")
        assert outcome.status == "landed" and outcome.is_simulated != is_real
        if number == 0:
            assert collect_inputs(settings) is None  # the status alone is nothing to build
    inputs = collect_inputs(settings)
    assert inputs is not None and inputs.period == "2026-Q1"
    assert inputs.is_simulated != trend_is_real
    used = {s["dataset"] for s in inputs.snapshots}
    assert ("kicox__complex_status" in used) == status_is_used
    assert len(inputs.left_out) == (0 if status_is_used else 1)
