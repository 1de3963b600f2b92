"""What a stop leaves is not asked for again: by the next run of the day, or of the days after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.client import Answer, Fetcher, Retries
from ingestion.fetch.sources import customs, ecos, factories, indparkstats, kosis, odcloud

from .conftest import FakeTime, Handler, Make, gateway
from .publishers import as_json, kosis_request, kosis_table, trade

# over several days


def one_page(number: int) -> list[dict[str, Any]]:
    return [{"irsttNm": f"모의{number}", "total": str(number), "단지": f"모의{number}"}]


PAGED: dict[str, tuple[str, str, Callable[[Fetcher], Any]]] = {
    "factories": (
        "fctryRegistInfo",
        "pageNo",
        lambda f: factories.fetch(f, factories.FactoriesRequest("남동국가산업단지", 1)),
    ),
    "indparkstats": (
        "indparkstats",
        "pageNo",
        lambda f: indparkstats.fetch(f, indparkstats.TrendRequest("tenants_by_complex", "2024-01")),
    ),
    "odcloud": (
        "odcloud",
        "page",
        lambda f: odcloud.fetch(
            f,
            odcloud.OdcloudRequest(
                "kicox__x",
                "15085898",
                "uddi:0a1b2c3d-0000-4000-8000-000000000000",
                1,
                day=date(2026, 3, 31),
            ),
        ),
    ),
}


@pytest.mark.parametrize("source", sorted(PAGED))
def test_a_spent_quota_goes_on_at_the_same_page_the_next_day(
    source: str, make: Make, time: FakeTime
) -> None:
    service, page_name, fetch = PAGED[source]
    asked: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params[page_name])
        asked.append(number)
        if source == "odcloud":
            body = {"data": one_page(number), "matchCount": 5, "page": number, "totalCount": 5}
            return as_json(body)
        return httpx.Response(200, content=gateway(one_page(number), 5, number))

    with pytest.raises(errors.QuotaSpent):
        fetch(make(handler, quotas={service: 2}))
    with pytest.raises(errors.QuotaSpent):
        fetch(make(handler, quotas={service: 2}))  # the same day: nothing is sent
    assert asked == [1, 2]
    time.moment += timedelta(days=1)
    with pytest.raises(errors.QuotaSpent):
        fetch(make(handler, quotas={service: 2}))
    assert asked == [1, 2, 3, 4]
    time.moment += timedelta(days=1)
    answers = fetch(make(handler, quotas={service: 2}))
    assert asked == [1, 2, 3, 4, 5] and len(answers) == 5
    if source == "odcloud":
        assert {answer.period for answer in answers} == {"2026-03-31"}
    time.moment += timedelta(days=8)  # by then it may have changed
    with pytest.raises(errors.QuotaSpent):
        fetch(make(handler, quotas={service: 2}))
    assert asked[5:] == [1, 2]


# the same day


def _ecos(request: httpx.Request) -> httpx.Response:
    first, last = (int(part) for part in request.url.path.split("/")[6:8])
    rows = [{"TIME": f"20240{n}", "DATA_VALUE": str(n)} for n in range(1, 6)]
    return as_json({"StatisticSearch": {"list_total_count": 5, "row": rows[first - 1 : last]}})


def _kosis(request: httpx.Request) -> httpx.Response:
    """Eight months of three codes, six cells at most: eight calls, of which three are refused."""
    answer: httpx.Response = kosis_table(6, {"objL1": 3})[0](request)
    return answer


def _customs(request: httpx.Request) -> httpx.Response:
    year = request.url.params["strtYymm"][:4]
    return httpx.Response(200, content=trade(f"<year>{year}.03</year><expDlr>5</expDlr>"))


#: Its quota's name, how it answers, what is asked of it.
PARTS: dict[str, tuple[str, Handler, Callable[[Fetcher], list[Answer]]]] = {
    "pages of ecos": (
        "ecos",
        _ecos,
        lambda f: ecos.fetch(
            f, ecos.EcosRequest("731Y001", ("1",), "M", "202401", "202405", per_page=1)
        ),
    ),
    "parts of kosis": (
        "kosis",
        _kosis,
        lambda f: kosis.fetch(f, kosis_request(start="202001", end="202008")),
    ),
    "years of customs": (
        "customs-total",
        _customs,
        lambda f: customs.fetch(f, customs.TradeRequest(None, "2020-01", "2026-05", "total")),
    ),
}


@pytest.mark.parametrize("stop", ["quota", "connection"])
@pytest.mark.parametrize("source", PARTS)
def test_a_stop_on_the_way_costs_no_call_twice(
    source: str, stop: str, make: Make, tmp_path: Path, time: FakeTime
) -> None:
    service, publisher, fetch = PARTS[source]
    asked: list[str] = []
    cut: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        if len(asked) in cut:
            raise httpx.ConnectError("cut off")
        asked.append(str(request.url))
        return publisher(request)

    def count(fetcher: Fetcher) -> list[Answer]:
        """Fetch whole, with a memory of its own."""
        fetcher.home = tmp_path / "another home"
        return fetch(fetcher)

    whole = count(make(handler, run_id="whole"))
    order, asked[:] = [*asked], []
    assert len(order) >= 5 and len(set(order)) == len(order)
    for number in (1, 3, 4):  # where it stops; the same day each time
        known: dict[str, Any] = {"quotas": {service: number + len(order)}}
        if stop == "connection":
            known, cut[:] = {"retries": Retries(attempts=1)}, [number]
        with pytest.raises((errors.QuotaSpent, errors.Unreachable)):
            fetch(make(handler, **known))
        assert asked == order[:number]
    cut.clear()
    answers = fetch(make(handler))
    assert asked == order
    assert [(a.file_name, a.data) for a in answers] == [(a.file_name, a.data) for a in whole]


# what must not be kept


def test_what_is_revised_is_asked_for_every_day(make: Make, time: FakeTime) -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.split("/")[2])
        row = {"STAT_CODE": "731Y001", "TIME": "20240102", "DATA_VALUE": "1289.4"}
        if request.url.host.startswith("ecos"):
            return as_json({"StatisticSearch": {"list_total_count": 1, "row": [row]}})
        return httpx.Response(200, content=trade("<year>2024.01</year><expDlr>5</expDlr>"))

    fetcher = make(handler)
    rate = ecos.EcosRequest("731Y001", ("0000001",), "D", "20240101", "20241231")
    nation = customs.TradeRequest(None, "2024-01", "2024-12", "total")
    for _ in range(2):
        ecos.fetch(fetcher, rate)
        customs.fetch(fetcher, nation)
        time.moment += timedelta(days=1)
    assert asked == ["StatisticSearch", "Newtrade"] * 2
