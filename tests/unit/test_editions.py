"""Editions that are new, mended, awaited from a person, or no editions at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from ingestion.contract import PortalFetch, TrendFetch, load_contracts
from ingestion.fetch.client import Fetcher
from ingestion.ingest import Ingestion, ingest_file
from ingestion.registry import Registry
from ingestion.sample import SimulatedPublication, mutate
from ingestion.sample.writer import csv_rows
from pipeline import fetching, ingest_step, ways
from pipeline.editions import ASK_AGAIN_DAYS
from pipeline.settings import Settings

from ..conftest import SEEDS
from .publisher_site import (
    CSV,
    KEYS,
    NAME,
    NEWEST,
    OLDER,
    TODAY,
    TREND,
    Site,
    as_real,
    ask,
    not_today,
    taken,
    uddi,
)

pytestmark = pytest.mark.usefixtures("no_waiting", "any_bytes")


def test_a_revision_under_a_new_name_is_seen_without_being_asked_for(tmp_path: Path) -> None:
    site = Site([*OLDER, NEWEST])
    assert ask(tmp_path, site, dataset=CSV)["status"] == "fetched"
    assert taken(site) == [13]  # of a table of its own the newest alone
    assert ask(tmp_path, site, dataset=CSV)["status"] == "no_data" and taken(site) == []
    # A year later 2025-Q1 is issued again: beside its first print, or in its place.
    again = (99, date(2025, 3, 31), b"PK\nrevised")
    site.editions = [*OLDER[:9], again, *OLDER[9:], NEWEST]
    assert ask(tmp_path, site, dataset=CSV)["status"] == "fetched" and taken(site) == [99]
    site.editions[9] = (98, OLDER[8][1], b"PK\nrevised once more")
    assert ask(tmp_path, site, dataset=CSV)["status"] == "fetched" and taken(site) == [98]
    assert ask(tmp_path, site, dataset=CSV)["status"] == "no_data"
    # What nobody revises any more is not asked for: 30 months, the contract says.
    site.editions[0] = (97, OLDER[0][1], b"PK\nolder than the contract's months")
    assert ask(tmp_path, site, dataset=CSV)["status"] == "no_data"


def test_odcloud_alone_sees_a_revision_of_an_older_quarter(
    tmp_path: Path, editions: dict[str, SimulatedPublication], monkeypatch: pytest.MonkeyPatch
) -> None:
    header, *rows = csv_rows(editions["2026-Q1"], "production_by_complex")
    site = Site([*OLDER, NEWEST], rows=[dict(zip(header, row, strict=True)) for row in rows])
    monkeypatch.setitem(ways.WAYS, PortalFetch, not_today)
    assert ask(tmp_path, site, dataset=CSV)["status"] == "fetched" and taken(site) == [13]
    assert ask(tmp_path, site, dataset=CSV)["status"] == "failed" and taken(site) == []
    site.editions[8] = (99, OLDER[8][1], b"")
    result = ask(tmp_path, site, dataset=CSV)
    assert result["status"] == "fetched" and taken(site) == [99]
    assert [Path(f).name for f in result["files"]] == [f"{CSV}_2025-Q1.zip"]


def test_editions_that_tell_no_day_are_not_passed_over_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ways.WAYS, PortalFetch, not_today)
    monkeypatch.setattr("tests.unit.publisher_site.NAME", "한국산업단지공단_생산실적")
    result = ask(tmp_path, Site([NEWEST]), dataset=CSV)
    assert (result["status"], result["code"]) == ("failed", "odcloud/shape")
    assert "YYYYMMDD" in result["message"]


def test_what_is_mended_without_a_word_is_asked_for_again_every_four_weeks(tmp_path: Path) -> None:
    site = Site([*OLDER, NEWEST])
    ask(tmp_path, site, since="2025-Q1")
    assert taken(site) == [13, 12, 11, 10, 9]
    soon = TODAY + timedelta(days=ASK_AGAIN_DAYS - 1)
    ask(tmp_path, site, soon)
    assert not {9, 10, 11, 12, 13} & set(taken(site))
    due = TODAY + timedelta(days=ASK_AGAIN_DAYS)
    site.editions[8] = (9, OLDER[8][1], b"PK\nmended")
    assert ask(tmp_path, site, due)["status"] == "fetched"
    # Those that came four weeks ago; of what came later and may still be revised, nothing yet.
    assert taken(site) == [13, 12, 11, 10, 9]
    mended = [p for p in (tmp_path / "inbox").rglob("*.xlsx") if p.read_bytes() == b"PK\nmended"]
    assert len(mended) == 1


def test_another_day_of_change_makes_all_that_may_be_revised_be_asked_for(tmp_path: Path) -> None:
    site = Site([*OLDER, NEWEST])
    ask(tmp_path, site)
    taken(site)
    assert ask(tmp_path, site)["status"] == "no_data" and taken(site) == []
    # The page tells one day, that of its last change, whichever edition was changed.
    site.changed_on = date(2026, 6, 1)
    assert ask(tmp_path, site)["status"] == "fetched"
    assert taken(site) == list(range(13, 3, -1))
    assert ask(tmp_path, site)["status"] == "no_data"


def test_an_edition_is_not_fetched_again_because_it_is_no_longer_the_newest(
    tmp_path: Path,
) -> None:
    site = Site([*OLDER, NEWEST])
    ask(tmp_path, site, dataset=CSV)
    taken(site)
    site.editions.append((14, date(2026, 6, 30), b"PK\nedition 14"))
    site.changed_on = date(2026, 8, 28)
    ask(tmp_path, site, TODAY + timedelta(days=7), dataset=CSV)
    assert taken(site) == [14]


# -- a person ------------------------------------------------------------------------------------


def site_of(three: list[bytes], captcha: int) -> Site:
    days = [date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31)]
    files = [(n, day, data) for n, (day, data) in enumerate(zip(days, three, strict=True))]
    return Site(files, captcha={captcha})


def test_what_came_before_a_captcha_is_not_the_persons_file(
    room: Ingestion, three: list[bytes], tmp_path: Path
) -> None:
    site = site_of(three, captcha=2)
    inbox = tmp_path / "people"
    inbox.mkdir()
    settings = replace(Settings(room.home, inbox), today=TODAY)
    asked_at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="seconds")
    result = ask(room.home, site)
    assert (result["status"], len(result["files"])) == ("person_needed", 2)
    # The message says which file of many is wanted.
    assert NAME.format(day=date(2026, 3, 31)) in result["message"]
    assert NAME.format(day=date(2026, 3, 31)) in result["message_ko"]

    def came() -> str | None:
        return fetching.arrived(settings, TREND, since=asked_at, awaited=result["awaited"])

    assert came() is None  # ours lie in the inbox
    outcomes = [o for o in ingest_step.ingest(settings) if o["dataset"] == TREND]
    assert [o["status"] for o in outcomes] == ["landed", "landed"]
    assert came() is None  # and have landed since
    again = ask(room.home, site)
    assert (again["status"], again["files"]) == ("person_needed", [])
    (inbox / "download.bin").write_bytes(three[2])
    assert came() == "download.bin"
    ingest_step.ingest(settings)
    assert came() == "download.bin"


def test_the_wait_ends_when_the_edition_is_fetched_after_all(
    room: Ingestion, three: list[bytes]
) -> None:
    site = site_of(three, captcha=1)
    site.captcha.add(2)
    asked_at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="seconds")
    result = ask(room.home, site)
    settings = Settings(room.home)
    # Whoever is asked is asked for all that is missing, once; what can be had comes.
    assert sorted(result["awaited"]) == [uddi(1), uddi(2)] and len(result["files"]) == 1
    for language in ("message", "message_ko"):
        for day in (date(2025, 12, 31), date(2026, 3, 31)):
            assert NAME.format(day=day) in result[language]
    told = {"since": asked_at, "awaited": result["awaited"]}
    assert fetching.arrived(settings, TREND, **told) is None
    site.captcha = set()
    assert ask(room.home, site)["status"] == "fetched"
    assert fetching.arrived(settings, TREND, **told) is not None


def test_what_a_person_brings_a_second_time_is_not_asked_for_a_third(
    room: Ingestion, three: list[bytes], tmp_path: Path
) -> None:
    """The publisher's day moved, and the file is what it was."""
    inbox = tmp_path / "people"
    inbox.mkdir()
    settings = replace(Settings(room.home, inbox, keys=KEYS), today=TODAY)
    site = site_of(three, captcha=2)
    assert ask(room.home, site)["awaited"] == [uddi(2)]
    (inbox / "a.xlsx").write_bytes(three[2])
    ingest_step.ingest(settings)
    as_real(room)

    def run(day: date) -> dict[str, Any]:
        later, transport = replace(settings, today=day), httpx.MockTransport(site)
        return fetching.fetch(later, [TREND], run_id="r", transport=transport)[0]

    assert run(TODAY)["awaited"] == []
    site.changed_on = datetime.now(UTC).date() + timedelta(days=3)
    day = site.changed_on + timedelta(days=1)
    assert run(day)["awaited"] == [uddi(2)]
    brought = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(
            fetching, "_came", lambda files: dict.fromkeys(files.values(), brought.isoformat())
        )
        assert run(day + timedelta(days=1))["awaited"] == []


def test_of_the_same_bytes_those_that_came_last_count() -> None:
    class File:
        def __init__(self, at: float) -> None:
            self.at = at

        def stat(self) -> SimpleNamespace:
            return SimpleNamespace(st_ctime=self.at)

    files: Any = {File(86_400.0): "a", File(0.0): "a"}
    assert fetching._came(files) == {"a": "1970-01-02T00:00:00+00:00"}


def test_a_person_may_bring_the_very_bytes_that_were_fetched_before(
    room: Ingestion, three: list[bytes], tmp_path: Path
) -> None:
    """All editions got new names: what is behind them only a person can see."""
    inbox = tmp_path / "people"
    inbox.mkdir()
    settings = replace(Settings(room.home, inbox, keys=KEYS), today=TODAY)
    site = site_of(three, captcha=9)
    assert ask(room.home, site)["status"] == "fetched"
    ingest_step.ingest(settings)
    as_real(room)
    site.editions[2], site.changed_on = (
        (9, date(2026, 3, 31), three[2]),
        TODAY + timedelta(days=999),
    )

    def run() -> dict[str, Any]:
        transport = httpx.MockTransport(site)
        return fetching.fetch(settings, [TREND], run_id="r", transport=transport)[0]

    asked_at = datetime.now(UTC).isoformat(timespec="seconds")
    asked = run()
    told = {"since": asked_at, "awaited": asked["awaited"]}
    assert asked["awaited"] == [uddi(9)] and fetching.arrived(settings, TREND, **told) is None
    assert run()["status"] == "person_needed"
    (inbox / "again.xlsx").write_bytes(three[2])
    assert fetching.arrived(settings, TREND, **told) == "again.xlsx"
    ingest_step.ingest(settings)
    assert fetching.arrived(settings, TREND, **told) == "again.xlsx"
    assert (run()["status"], run()["awaited"]) == ("no_data", [])


def test_a_revision_behind_a_captcha_is_asked_for_though_its_period_has_landed(
    room: Ingestion, three: list[bytes], edition_file: Any
) -> None:
    """The first print of the period, also if it is taken in later, is not what the person is to bring."""
    site = site_of(three, captcha=7)
    revised = edition_file(mutate.add_footnote("production_by_complex", "* 정정"), period="2025-Q3")
    site.editions.insert(1, (7, date(2025, 9, 30), revised.read_bytes()))
    for _ in range(2):
        result = ask(room.home, site)
        assert result["status"] == "person_needed"
        assert result["awaited"] == [uddi(7)]
        for path in map(Path, result["files"]):
            assert ingest_file(room, path, run_id="r").status == "landed"
        as_real(room)
    assert ingest_file(room, revised, run_id="r").status == "landed"
    as_real(room)
    site.captcha = set()
    assert taken(site) == [2, 1, 0]
    assert (ask(room.home, site)["awaited"], taken(site)) == ([], [])


def test_a_month_of_the_interface_that_was_revised_is_not_dated_as_its_first_print(
    tmp_path: Path,
) -> None:
    """The interface tells no day of publication; until the months of revision are over it is asked."""
    figures, asked = ["52,264.81"], []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("stdrYm"))
        row = {"irsttTyNm": "국가", "irsttNm": "창원", "monthPrdAmount": figures[-1]}
        body = {"items": {"item": [row]}, "totalCount": 1, "pageNo": 1, "numOfRows": 1000}
        head = {"resultCode": "00", "resultMsg": "OK"}
        return httpx.Response(200, json={"response": {"header": head, "body": body}})

    def run(day: date, landed: set[str]) -> list[dict[str, Any]]:
        contract = load_contracts()["kicox__industrial_trend_api"]
        way = TrendFetch(way="indparkstats", first="2024-01", last="2024-01")
        source = contract.source.model_copy(update={"fetch": (way,)})
        room = Ingestion(tmp_path, load_contracts(), Registry.load(SEEDS))
        asked.clear()
        with Fetcher(tmp_path, "r", keys=KEYS, transport=httpx.MockTransport(answer)) as fetcher:
            errand = ways.Errand(
                fetcher,
                contract.model_copy(update={"source": source}),
                room,
                tmp_path / "inbox",
                landed,
                day,
            )
            files = map(Path, fetching._fetch_one(errand)["files"])
            return [json.loads(f.with_name(f.name + ".meta.json").read_bytes()) for f in files]

    (first,) = run(date(2024, 5, 1), set())
    assert first["published_at"] == "2024-03-31"
    assert run(date(2024, 5, 27), {"2024-01"}) == [] and not asked
    figures.append("52,300.00")
    (again,) = run(date(2024, 5, 29), {"2024-01"})
    assert again["published_at"] == "2024-05-29"
    assert run(date(2026, 8, 1), {"2024-01"}) == [] and not asked
