"""Editions that cannot be had today: they keep no other back, and are not forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.contract import PortalFetch
from ingestion.fetch import errors
from pipeline import ways

from .publisher_site import (
    CSV,
    NEWEST,
    OLDER,
    TODAY,
    TREND,
    Site,
    ask,
    not_today,
    taken,
    uddi,
)

pytestmark = pytest.mark.usefixtures("no_waiting", "any_bytes")


class Broken(Site):
    """A site whose interface has something else to say of some editions."""

    instead: dict[int, httpx.Response]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.odcloud.kr":
            number = int(request.url.path.rsplit("/", 1)[1][5:13], 16)
            if number in self.instead:
                return self.instead[number]
        return super().__call__(request)


def page(*rows: dict[str, Any], total: int | None = None) -> httpx.Response:
    count = len(rows) if total is None else total
    told = {"page": 1, "perPage": 1000, "currentCount": len(rows)}
    return httpx.Response(
        200, json={"data": [*rows], **told, "totalCount": count, "matchCount": count}
    )


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        (page(), "odcloud/empty"),
        (page({"단지": "창원"}, total=0), "any/rows_too_many"),
        (httpx.Response(200, json={"rows": []}), "odcloud/shape"),
        (httpx.Response(404, json={}), "odcloud/http_404"),
        (httpx.Response(200, json={"code": -3, "msg": "등록되지 않은 서비스"}), "odcloud/-3"),
    ],
)
def test_an_edition_that_the_interface_cannot_give_keeps_no_other_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instead: httpx.Response, code: str
) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    monkeypatch.setitem(ways.WAYS, PortalFetch, not_today)
    site = Broken([*OLDER, NEWEST], rows=[{"단지": "창원"}])
    site.instead = {9: instead}
    result = ask(tmp_path, site, dataset=CSV, since="2025-Q1")
    assert (result["status"], result["code"]) == ("failed", code)
    assert taken(site) == [10, 11, 12, 13] and len(result["files"]) == 4
    # Also where it is all that is asked for it is no want of news.
    site.instead[13] = instead
    result = ask(tmp_path, site, dataset=CSV, since="2026-Q1")
    assert (result["status"], result["code"], result["files"]) == ("failed", code, [])


def test_what_is_everybodys_fault_ends_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ways.WAYS, PortalFetch, not_today)
    site = Broken([*OLDER, NEWEST], rows=[{"단지": "창원"}])
    site.instead = {9: httpx.Response(200, json={"code": -401, "msg": "유효하지 않은 인증키"})}
    result = ask(tmp_path, site, dataset=CSV, since="2025-Q1")
    assert result["code"] == "odcloud/-401" and taken(site) == []


def test_a_mended_edition_that_could_not_be_had_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day of change that told of it is known once the newest edition has come."""
    site = Site([*OLDER, NEWEST])
    ask(tmp_path, site, since="2025-Q1")
    ask(tmp_path, site)
    taken(site)
    site.changed_on = TODAY
    broken = {OLDER[8][2]}

    def must_be(_: ways.Errand, title: str, data: bytes) -> None:
        if data in broken:
            raise errors.fault("truncated", publisher="portal")

    monkeypatch.setattr(ways, "must_be", must_be)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    tomorrow = TODAY + timedelta(days=1)
    assert ask(tmp_path, site, tomorrow)["code"] == "portal/truncated"
    assert {9, 13} <= set(taken(site))
    broken.clear()
    assert ask(tmp_path, site, tomorrow + timedelta(days=1))["status"] == "fetched"
    assert taken(site) == [9]
    assert ask(tmp_path, site, tomorrow + timedelta(days=2))["status"] == "no_data"


def test_what_the_interface_gave_the_portal_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interface tells no day of change: what the portal changed before that day is here."""
    site = Site([*OLDER, NEWEST], rows=[{"단지": "창원"}])
    with monkeypatch.context() as patch:
        patch.setitem(ways.WAYS, PortalFetch, not_today)
        assert ask(tmp_path, site, dataset=CSV)["status"] == "fetched" and taken(site) == [13]
    assert ask(tmp_path, site, dataset=CSV)["status"] == "no_data" and taken(site) == []
    site.changed_on = TODAY + timedelta(days=1)
    assert ask(tmp_path, site, TODAY + timedelta(days=2), dataset=CSV)["status"] == "fetched"
    assert taken(site) == [13]


def test_an_edition_nobody_fetched_is_not_missed(tmp_path: Path) -> None:
    from pipeline.editions import Editions

    memory = Editions(tmp_path, TREND, is_simulated=False)

    class Edition:
        uddi, day, is_newest, changed_on = uddi(1), TODAY, True, None

    memory.missed(Edition())
    assert memory.awaited == [] and not memory.was_asked(Edition())
