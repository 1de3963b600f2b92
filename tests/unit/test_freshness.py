"""Freshness: expected, seen, late by; as a table and as a page."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion.answers import Bundle, Part, pack
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


RATES, INDEX, EXPORTS = "ecos__exchange_rate", "kosis__production_index", "customs__exports"


def rates(*days: str) -> list[bytes]:
    known = {"STAT_CODE": "731Y001", "ITEM_CODE1": "0000001", "UNIT_NAME": "원"}
    rows = [known | {"TIME": day, "DATA_VALUE": "1378.2"} for day in days]
    return [as_json({"StatisticSearch": {"list_total_count": len(rows), "row": rows}})]


def index(*months: str, without: str = "") -> list[bytes]:
    known = {
        "ORG_ID": "101",
        "TBL_ID": "DT_1F02001",
        "ITM_ID": "T10",
        "C1": "00",
        "C2": "C",
        "PRD_SE": "M",
        "UNIT_NM": "2020=100",
        "LST_CHN_DE": "2026-03-31",
    }
    figures = {month: "-" if month == without else "101.5" for month in months}
    return [as_json([known | {"PRD_DE": month, "DT": text} for month, text in figures.items()])]


def exports(*months: str) -> list[bytes]:
    def item(label: str, count: int) -> str:
        amounts = "".join(f"<{name}>{count}</{name}>" for name in ("expDlr", "impDlr"))
        return f"<item>{amounts}<expCnt>1</expCnt><year>{label}</year></item>"

    rows = item("총계", len(months)) + "".join(item(month, 1) for month in months)
    return [
        f"<response><header><resultCode>00</resultCode></header><body><items>{rows}</items></body>"
        "</response>".encode()
    ]


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("dataset", "period", "parts", "today", "status", "days_late", "missing", "seen"),
    [
        # A bundle of a year tells by its rows how far it goes. The rate of Thursday, 28 May, is there
        # on Friday, and late after 2 June.
        (RATES, "2026", rates("20260526", "20260527"), "2026-05-28", "on_time", None, None, "2026-05-27"),
        (RATES, "2026", rates("20260526", "20260527"), "2026-06-02", "due", 4, "2026-05-29", "2026-05-27"),
        (RATES, "2026", rates("20260526", "20260527"), "2026-06-03", "late", 5, "2026-05-29", "2026-05-27"),
        (EXPORTS, "2026", exports("2026.03", "2026.04"), "2026-06-01", "on_time", None, None, "2026-04"),
        # asked for early in May, it has only March: April is due by 17 May and late after 22 May
        (EXPORTS, "2026", exports("2026.02", "2026.03"), "2026-05-22", "due", 5, "2026-05-17", "2026-03"),
        (EXPORTS, "2026", exports("2026.02", "2026.03"), "2026-05-23", "late", 6, "2026-05-17", "2026-03"),
        (INDEX, "all", index("202603", "202604"), "2026-06-01", "on_time", None, None, "2026-04"),
        # a month that is listed without its figure was not seen
        (INDEX, "all", index("202603", "202604", without="202604"), "2026-12-31", "late", None, None, "2026-03"),
        (INDEX, "all", index("202604", without="202604"), "2026-12-31", "late", None, None, None),
    ],
)  # fmt: skip
def test_how_far_a_national_series_goes_stands_in_its_rows(
    room: Ingestion,
    tmp_path: Path,
    dataset: str,
    period: str,
    parts: list[bytes],
    today: str,
    status: str,
    days_late: int | None,
    missing: str | None,
    seen: str | None,
) -> None:
    path = tmp_path / f"{dataset}_{period}.zip"
    whole = Bundle(tuple(Part(f"{n}", data) for n, data in enumerate(parts)), dataset, period)
    path.write_bytes(pack(whole))
    outcome = ingest_file(room, path, run_id="r")
    assert (outcome.status, outcome.dataset) == ("landed", dataset), outcome
    found = row(Settings(room.home), today, dataset)
    assert (found.status, found.seen_period) == (status, seen)
    if days_late is not None:
        assert found.days_late == days_late and str(found.expected_by) == missing


@pytest.mark.parametrize(
    ("month", "status", "missing", "days_late"),
    [("2024-03", "ended", "2024-05-30", None), ("2024-02", "late", "2024-05-30", 731)],
)
def test_after_the_last_month_of_the_interface_nothing_is_waited_for(
    room: Ingestion, tmp_path: Path, month: str, status: str, missing: str, days_late: int | None
) -> None:
    dataset = "kicox__industrial_trend_api"
    amounts = ("monthPrdAmount", "prevMonthPrdAmount", "totalPrdAmount", "monIncrs")
    item = {"irsttTyNm": "국가", "irsttNm": "창원"} | dict.fromkeys(amounts, "12.5")
    body = {"items": {"item": [item]}, "numOfRows": 100, "pageNo": 1, "totalCount": 1}
    head = {"resultCode": "00", "resultMsg": "OK"}
    address = "https://apis.data.go.kr/B550624/indparkstats/kicoxPrdRecByIrsttStatsService"
    asked = {"stdrYm": month.replace("-", ""), "pageNo": "1"}
    part = Part("1", as_json({"response": {"header": head, "body": body}}), address, asked, month)
    path = tmp_path / f"{dataset}_{month}.zip"
    path.write_bytes(pack(Bundle((part,), dataset, month)))
    outcome = ingest_file(room, path, run_id="r")
    assert (outcome.status, outcome.period) == ("landed", month), outcome
    found = row(Settings(room.home), "2026-05-31", dataset)
    assert (found.status, found.days_late, found.seen_period) == (status, days_late, month)
    assert (found.expected_period, str(found.expected_by)) == ("2024-03", missing)
    assert found.next_period is None


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


def test_what_is_simulated_says_nothing_once_a_real_trend_publication_is_here(
    settings: Settings, room: Ingestion, tmp_path: Path
) -> None:
    """A release leaves it out, too."""
    bundles = {(RATES, "2026"): rates("20260527"), (EXPORTS, "2026"): exports("2026.03", "2026.04")}
    for (dataset, period), parts in bundles.items():
        path = tmp_path / f"{dataset}_{period}.zip"
        whole = Bundle(tuple(Part(f"{n}", data) for n, data in enumerate(parts)), dataset, period)
        path.write_bytes(pack(whole))
        sidecar = path.with_name(path.name + ".meta.json")
        sidecar.write_text(json.dumps({"simulated": dataset == RATES}), encoding="utf-8")
        assert ingest_file(room, path, run_id="r").status == "landed"
    # Real exports say nothing of a simulated publisher's.
    seen = {r.dataset: (r.status, r.is_simulated) for r in freshness(settings, date(2026, 5, 28))}
    assert seen[TREND] == seen[RATES] == ("on_time", True) and seen[EXPORTS] == ("never_seen", True)
    for path in (room.home / "raw").glob(f"kicox/{TREND}/*/*.json"):
        path.chmod(0o644)
        told = json.loads(path.read_text(encoding="utf-8")) | {"is_simulated": False}
        path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    seen = {r.dataset: (r.status, r.is_simulated) for r in freshness(settings, date(2026, 5, 28))}
    assert seen[TREND] == seen[EXPORTS] == ("on_time", False)
    assert seen[RATES] == ("never_seen", False)


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
