"""Freshness: expected, seen, late by; as a table and as a page."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion.ingest import Ingestion, ingest_file
from pipeline.freshness import freshness, write_freshness
from pipeline.settings import Settings

TREND = "kicox__industrial_trend"


@pytest.fixture
def settings(room: Ingestion, edition_file: Any) -> Settings:
    """A home in which 2026-Q1 of the trend statistic has landed."""
    assert ingest_file(room, edition_file(), run_id="r").status == "landed"
    return Settings(room.home)


def row(settings: Settings, today: str, dataset: str = TREND) -> Any:
    return next(r for r in freshness(settings, date.fromisoformat(today)) if r.dataset == dataset)


@pytest.mark.parametrize(
    ("today", "status", "expected", "days_late"),
    [
        ("2026-05-31", "on_time", "2026-Q1", None),
        ("2026-08-28", "on_time", "2026-Q1", None),
        # 2026-Q2 is due by 29 August and late after 13 September
        ("2026-08-29", "due", "2026-Q2", 0),
        ("2026-09-13", "due", "2026-Q2", 15),
        ("2026-09-14", "late", "2026-Q2", 16),
        # two are missing: it is late by the older one
        ("2026-12-31", "late", "2026-Q3", 124),
    ],
)
def test_expected_seen_and_late_by(
    settings: Settings, today: str, status: str, expected: str, days_late: int | None
) -> None:
    found = row(settings, today)
    assert (found.status, found.expected_period, found.seen_period) == (status, expected, "2026-Q1")
    assert found.days_late == days_late


def test_what_was_never_seen_says_so(settings: Settings) -> None:
    found = row(settings, "2026-05-31", "kicox__complex_status")
    assert (found.status, found.seen_period) == ("never_seen", None)


def test_a_quarantined_file_was_not_seen(
    tmp_path: Path, room: Ingestion, edition_file: Any
) -> None:
    path = edition_file()
    path.write_bytes(path.read_bytes()[:20_000])
    assert ingest_file(room, path, run_id="r").status == "quarantined"
    assert row(Settings(room.home), "2026-05-31").status == "never_seen"


def test_a_simulated_home_is_judged_by_its_own_day(settings: Settings) -> None:
    rows = freshness(settings)
    assert all(r.is_simulated for r in rows)
    newest = max(r.seen_published_at for r in rows if r.seen_published_at)
    assert {r.as_of for r in rows} == {newest}


def test_table_and_page(settings: Settings) -> None:
    rows, page = write_freshness(settings, date(2026, 9, 20))
    table = pq.read_table(settings.home / "freshness/freshness.parquet").to_pylist()
    assert [r["dataset"] for r in table] == [r.dataset for r in rows]
    assert next(r for r in table if r["dataset"] == TREND)["days_late"] == 22
    told = json.loads((settings.home / "freshness/freshness.json").read_text(encoding="utf-8"))
    assert told[0]["as_of"] == "2026-09-20"
    text = page.read_text(encoding="utf-8")
    for word in ("국가산업단지 산업동향", "지연", "SIMULATED", "late", "2026-Q2", "22"):
        assert word in text
    assert "://" not in text and "<script" not in text
