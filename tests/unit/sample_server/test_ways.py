"""The ways of a contract in their order, and loops that go on another day, against the sample publisher."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ingestion.contract import (
    FactoriesFetch,
    Fetch,
    OdcloudFetch,
    PortalFetch,
    TrendFetch,
    load_contracts,
)
from ingestion.fetch.client import Fetcher, Retries
from ingestion.fetch.sources import indparkstats
from ingestion.ingest import Ingestion, ingest_file
from ingestion.outcomes import read_outcomes
from ingestion.periods import Period
from ingestion.registry import Registry
from ingestion.sample.server import SampleServer
from pipeline import fetching
from pipeline.settings import Settings
from pipeline.ways import Errand

from ...conftest import SEEDS
from .conftest import in_ways

PRODUCTION = "kicox__industrial_trend_production_by_industry_csv"
FIRST_DAY = date(2026, 5, 28)


@pytest.fixture
def settings(server: SampleServer, home: Path) -> Iterator[Settings]:
    server.publishers.today = FIRST_DAY
    yield Settings(home, publishers=server.url, today=FIRST_DAY)
    server.publishers.today = FIRST_DAY


def fetched(settings: Settings, dataset: str, **how: Any) -> dict[str, Any]:
    (result,) = fetching.fetch(settings, [dataset], run_id="r", **how)
    return result


def attempts(home: Path) -> list[tuple[str, str]]:
    return [(row["service"], row["status"]) for row in read_outcomes(home / "outcomes")]


def test_where_one_way_fails_the_next_gives_it(
    settings: Settings, server: SampleServer, room: Ingestion
) -> None:
    server.faults.arm("captcha")
    result = fetched(settings, PRODUCTION)
    assert result["status"] == "fetched" and "code" not in result
    (path,) = map(Path, result["files"])
    assert path.name == f"{PRODUCTION}_2026-Q1.zip"
    # What the first way met is on record all the same.
    tried = attempts(settings.home)
    assert ("portal", "person_needed") in tried and tried[-1] == ("odcloud", "fetched")
    outcome = ingest_file(room, path, run_id="r")
    assert (outcome.status, outcome.dataset, outcome.period) == ("landed", PRODUCTION, "2026-Q1")


def test_where_the_first_way_gives_it_the_next_is_not_asked(settings: Settings) -> None:
    result = fetched(settings, PRODUCTION)
    assert result["status"] == "fetched" and result["files"][0].endswith("_20260331.csv")
    assert {service for service, _ in attempts(settings.home)} == {"portal"}
    # Nothing new at the first is no reason to ask the second.
    again = fetched(settings, PRODUCTION)
    assert again["status"] == "no_data"
    assert {service for service, _ in attempts(settings.home)} == {"portal"}


@pytest.mark.parametrize("fault", ["key_expired", "http_503"])
def test_where_no_way_gives_it_a_person_is_asked(
    settings: Settings, server: SampleServer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = partial(Fetcher, retries=Retries(attempts=2, initial=0.01, most=0.01, jitter=0.0))
    monkeypatch.setattr(fetching, "Fetcher", quick)
    server.faults.arm("captcha")
    server.faults.arm(fault, "api.odcloud.kr")
    result = fetched(settings, PRODUCTION)
    assert (result["status"], result["code"]) == ("person_needed", "portal/captcha")
    for message in (result["message"], result["message_ko"]):
        assert "https://www.data.go.kr/data/15085898/fileData.do" in message
        assert str(settings.drops) in message
    assert result["files"] == [] and list(settings.drops.iterdir()) == []


def test_without_a_person_the_last_failure_is_told(
    settings: Settings, server: SampleServer
) -> None:
    server.faults.arm("html_instead", "fileDownload")
    server.faults.arm("key_expired", "api.odcloud.kr")
    result = fetched(settings, PRODUCTION)
    assert (result["status"], result["code"]) == ("failed", "odcloud/-401")
    assert result["retriable"] is False


def test_a_way_that_broke_off_keeps_what_came_and_no_other_is_asked(
    server: SampleServer, home: Path
) -> None:
    """Half of the editions by one way and half by another would be two publications."""
    ways = (
        PortalFetch(way="portal", dataset_id="15085898", first="2025-Q3"),
        OdcloudFetch(way="odcloud", dataset_id="15085898"),
    )
    server.publishers.today = FIRST_DAY
    server.faults.arm("html_instead", "FILE_15085898_2025-Q4")
    result = asked(home, server, PRODUCTION, *ways)
    assert (result["status"], result["code"]) == ("failed", "portal/html")
    assert [Path(f).name[-12:] for f in result["files"]] == ["20260331.csv", "20250930.csv"]
    assert {service for service, _ in attempts(home)} == {"portal"}
    server.faults.clear()
    # The next run asks for what is missing, and not again for what came.
    rest = asked(home, server, PRODUCTION, *ways)
    assert rest["status"] == "fetched", rest["message"]
    assert [Path(f).name[-12:] for f in rest["files"]] == ["20251231.csv"]


def asked(
    home: Path,
    server: SampleServer,
    dataset: str,
    *ways: Fetch,
    landed: Iterable[str] = (),
    since: str | None = None,
) -> dict[str, Any]:
    """One dataset asked in these ways alone."""
    contract = in_ways(dataset, *ways)
    room = Ingestion(home, load_contracts(), Registry.load(SEEDS))
    drops = home / "inbox"
    drops.mkdir(parents=True, exist_ok=True)
    with Fetcher(home, "r", publishers=server.url) as fetcher:
        period = Period.parse(since) if since else None
        return fetching._fetch_one(
            Errand(fetcher, contract, room, drops, set(landed), FIRST_DAY, period)
        )


def test_odcloud_gives_the_newest_edition_and_from_a_period_on_all(
    server: SampleServer, home: Path
) -> None:
    way = OdcloudFetch(way="odcloud", dataset_id="15085898")

    def ask(landed: Iterable[str], since: str | None) -> list[str]:
        result = asked(home, server, PRODUCTION, way, landed=landed, since=since)
        return [Path(f).stem.rsplit("_", 1)[1] for f in result["files"]]

    assert ask((), None) == ["2026-Q1"]
    assert ask(["2026-Q1"], None) == []
    # Asked for from a period on, what is known comes again: it may have been revised.
    assert ask(["2026-Q1"], "2025-Q3") == ["2026-Q1", "2025-Q4", "2025-Q3"]
    # And from the publisher, not from pages that were kept of it.
    assert "reused" not in {status for _, status in attempts(home)}


def test_a_quota_spent_today_is_gone_on_with_tomorrow(
    server: SampleServer, home: Path, room: Ingestion
) -> None:
    """Months and operations that came are kept; the loop goes on at the call that was refused."""
    way = TrendFetch(way="indparkstats", first="2023-01", last="2023-03")
    contract, drops = in_ways("kicox__industrial_trend_api", way), home / "inbox"
    drops.mkdir(parents=True)
    moment = datetime(2026, 5, 28, 3, 0, tzinfo=UTC)
    per_month = len(indparkstats.OPERATIONS)

    def run(run_id: str, now: datetime, quota: int) -> dict[str, Any]:
        with Fetcher(
            home,
            run_id,
            publishers=server.url,
            quotas={"indparkstats": quota},
            now=lambda: now,
        ) as fetcher:
            errand = Errand(fetcher, contract, room, drops, landed, now.date())
            return fetching._fetch_one(errand)

    def calls(run_id: str, status: str) -> int:
        rows = [r for r in read_outcomes(home / "outcomes") if r["run_id"] == run_id]
        return sum(r["status"] == status for r in rows)

    landed: set[str] = set()
    first = run("monday", moment, per_month + 4)
    assert (first["status"], first["code"].rsplit("/", 1)[1]) == ("stopped", "quota")
    assert [Path(f).stem[-7:] for f in first["files"]] == ["2023-01"]
    assert "tomorrow" in first["message"] and "내일" in first["message_ko"]
    sent = calls("monday", "fetched")
    assert sent >= per_month and calls("monday", "stopped") == 1
    landed.add("2023-01")

    # The same day again: nothing is sent, and what came is still there.
    second = run("monday evening", moment + timedelta(hours=5), per_month + 4)
    assert second["status"] == "stopped" and second["files"] == []
    assert calls("monday evening", "fetched") == 0

    third = run("tuesday", moment + timedelta(days=1), 500)
    assert third["status"] == "fetched", third["message"]
    assert [Path(f).stem[-7:] for f in third["files"]] == ["2023-02", "2023-03"]
    reused = calls("tuesday", "reused")
    assert reused == sent + calls("monday", "reused") - _pages(home, "monday", "2023-01")
    assert reused > 0
    for name in (*first["files"], *third["files"]):
        outcome = ingest_file(room, Path(name), run_id="r")
        assert outcome.status == "landed", outcome.message


def _pages(home: Path, run_id: str, month: str) -> int:
    """How many answers about a month came in a run."""
    rows = [r for r in read_outcomes(home / "outcomes") if r["run_id"] == run_id]
    return sum(r["period"] == month and r["status"] in ("fetched", "reused") for r in rows)


def test_pages_that_name_persons_are_gone_once_they_are_one_file(
    server: SampleServer, home: Path, room: Ingestion
) -> None:
    """They wait for the rest of their loop overnight, and no longer than that."""
    way = FactoriesFetch(way="factories", complexes=("남동국가산업단지", "반월국가산업단지"))
    contract = in_ways("kicox__factory_registry_api", way)
    drops, pages = home / "inbox", home / "fetched" / f"simulated_{contract.dataset}"
    drops.mkdir(parents=True)
    moment = datetime(2026, 5, 28, 3, 0, tzinfo=UTC)

    def run(now: datetime, quota: int) -> dict[str, Any]:
        with Fetcher(
            home, "r", publishers=server.url, quotas={"fctryRegistInfo": quota}, now=lambda: now
        ) as fetcher:
            errand = Errand(fetcher, contract, room, drops, (), now.date())
            return fetching._fetch_one(errand)

    stopped = run(moment, 1)
    assert stopped["status"] == "stopped" and stopped["files"] == []
    assert any("모의인" in path.read_text() for path in pages.rglob("*") if path.is_file())
    result = run(moment + timedelta(days=1), 50)
    assert result["status"] == "fetched", result["message"]
    assert not pages.exists()
    outcome = ingest_file(room, Path(result["files"][0]), run_id="r")
    assert outcome.status == "landed" and outcome.rows > 50, outcome.message
