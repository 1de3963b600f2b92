"""Editions that cannot be had today: they keep no other back, and are not forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from ingestion.contract import FactoriesFetch, PortalFetch, TrendFetch, load_contracts
from ingestion.fetch import errors
from ingestion.fetch.client import Answer, Fetcher
from ingestion.ingest import Ingestion, ingest_file
from ingestion.outcomes import read_outcomes
from ingestion.registry import Registry as Complexes
from pipeline import fetching, ways
from pipeline.editions import Editions

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
        (httpx.Response(500, json={}), "odcloud/http_5xx"),
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
    assert taken(site) == [13, 12, 11, 10] and len(result["files"]) == 4
    # Also where it is all that is asked for it is no want of news.
    site.instead[13] = instead
    result = ask(tmp_path, site, dataset=CSV, since="2026-Q1")
    assert (result["status"], result["code"], result["files"]) == ("failed", code, [])


def test_what_is_everybodys_fault_ends_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ways.WAYS, PortalFetch, not_today)
    site = Broken([*OLDER, NEWEST], rows=[{"단지": "창원"}])
    site.instead = {13: httpx.Response(200, json={"code": -401, "msg": "유효하지 않은 인증키"})}
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


def test_a_run_that_dies_after_the_newest_forgets_nothing_that_was_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day of change that tells of a mended edition is told of the newest alone."""
    site = Site([*OLDER, NEWEST])
    ask(tmp_path, site)
    site.changed_on = date(2026, 6, 1)
    download, taken_before = ways.portal.download, len(site.given)

    def killed(*args: Any) -> Any:
        if len(site.given) > taken_before:
            raise KeyboardInterrupt
        return download(*args)

    with monkeypatch.context() as patch:
        patch.setattr(ways.portal, "download", killed)
        with pytest.raises(KeyboardInterrupt):
            ask(tmp_path, site)
    assert taken(site)[taken_before:] == [13]
    assert ask(tmp_path, site)["status"] == "fetched"
    assert taken(site) == list(range(12, 3, -1))
    assert ask(tmp_path, site)["status"] == "no_data"


class BrokenPortal(Site):
    """A portal that gives something else than the file of some editions."""

    instead: dict[int, httpx.Response]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        step = request.url.path.rsplit("/", 1)[1]
        if step in ("selectFileDataDownload.do", "fileDownload.do"):
            form = parse_qs(request.content.decode()) if request.content else {}
            asked = form.get("publicDataDetailPk", [""])[0][5:13]
            number = int(asked, 16) if asked else int(request.url.params["atchFileId"])
            instead = self.instead.get(number)
            if instead is not None and (b"status" in instead.content) is (step[0] == "s"):
                self.given.append(("portal", number))
                return instead
        return super().__call__(request)


NO_FILE = httpx.Response(200, json={"status": False})


@pytest.mark.parametrize(
    ("instead", "status", "code"),
    [
        (NO_FILE, "person_needed", "portal/no_file"),
        (httpx.Response(404, text="x"), "failed", "portal/http_404"),
        (httpx.Response(400, text="x"), "failed", "portal/http_4xx"),
        (httpx.Response(500, text="x"), "failed", "portal/http_5xx"),
        (httpx.Response(200, text="<html>closed</html>"), "failed", "portal/html"),
    ],
)
def test_an_edition_that_the_portal_cannot_give_keeps_no_other_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instead: httpx.Response, status: str, code: str
) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    site = BrokenPortal([*OLDER, NEWEST])
    for bad in (1, 9):
        site.instead = {bad: instead}
        result = ask(tmp_path, site, since="2023-Q1")
        assert (result["status"], result["code"]) == (status, code)
        name = NAME.format(day=OLDER[bad - 1][1])
        assert name in result["message"] and name in result["message_ko"]
        assert set(range(1, 14)) - {bad} <= set(taken(site)) and len(result["files"]) == 12
    # A person is asked for that one alone.
    awaited = [uddi(1), uddi(9)] if status == "person_needed" else []
    assert result["awaited"] == [name for name in awaited if name == uddi(9)]
    assert ask(tmp_path, site)["code"] == code and set(taken(site)) == {9}


@pytest.mark.parametrize("instead", [NO_FILE, httpx.Response(404, text="x")])
def test_many_editions_that_cannot_be_had_leave_the_others_their_turn(
    tmp_path: Path, instead: httpx.Response
) -> None:
    """What was tried longest ago comes first, after what never failed; no run tries for long."""
    site = BrokenPortal([*OLDER, NEWEST])
    site.instead = dict.fromkeys((5, 6, 7, 8, 9), instead)
    asked = []
    for day in range(4):
        ask(tmp_path, site, TODAY + timedelta(days=day))
        asked.append(list(dict.fromkeys(taken(site))))
    assert asked[0] == [13, 12, 11, 10, 9, 8, 7]
    assert asked[1] == [6, 5, 4, 3, 2, 1, 9, 8, 7]
    assert asked[2:] == [[9, 8, 7], [6, 5, 9]]
    site.instead = {}
    assert ask(tmp_path, site, TODAY + timedelta(days=4))["awaited"] == []
    assert sorted(taken(site)) == [5, 6, 7, 8, 9]


def test_a_person_is_told_of_all_editions_without_a_file(tmp_path: Path) -> None:
    site = BrokenPortal([*OLDER, NEWEST])
    site.instead = {8: NO_FILE, 10: NO_FILE}
    result = ask(tmp_path, site)
    assert sorted(result["awaited"]) == [uddi(8), uddi(10)]
    for n in (8, 10):
        name = NAME.format(day=OLDER[n - 1][1])
        assert name in result["message"] and name in result["message_ko"]
    # Three captchas in a row are the portal's: all that is missing is asked for with them.
    site.captcha = {5, 6, 7}
    result = ask(tmp_path, site, since="2023-Q1")
    assert NAME.format(day=OLDER[0][1]) in result["message"]
    assert len(result["files"]) == 4 and len(result["awaited"]) == 9


def test_an_old_file_of_editions_is_read(tmp_path: Path) -> None:
    """It tells nothing of what could not be had."""
    known = Editions(tmp_path, TREND, is_simulated=False)
    known.add(uddi(1))
    (path,) = (tmp_path / "fetched").glob("*.editions.json")
    told = json.loads(path.read_bytes())
    del told["failed_on"]
    path.write_text(json.dumps(told))
    again = Editions(tmp_path, TREND, is_simulated=False)
    again.ask(OfferedEdition(uddi(2)), datetime(2026, 6, 1, tzinfo=UTC))
    assert json.loads(path.read_bytes())["editions"].keys() == {uddi(1), uddi(2)}


@dataclass
class OfferedEdition:
    uddi: str
    day: date | None = None
    is_newest: bool = False
    changed_on: date | None = None


# -- operations of the trend interface ---------------------------------------------------------

SIZES, PRODUCTION = "kicoxDetailOpRateStatsService", "kicoxPrdRecByIrsttStatsService"
EXPORTS = "kicoxExportRecByIrsttStatsService"


class Gateway:
    """The trend interface: production alone has rows; some operations answer something else."""

    def __init__(self, **instead: httpx.Response) -> None:
        self.instead = instead
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        operation, params = request.url.path.rsplit("/", 1)[1], request.url.params
        self.asked.append((operation, params.get("stdrYm") or params["srtStdrYm"]))
        if operation in self.instead:
            return self.instead[operation]
        head = {"resultCode": "00", "resultMsg": "OK"}
        fields = {
            PRODUCTION: ("monthPrdAmount", "prevMonthPrdAmount", "totalPrdAmount", "monIncrs"),
            EXPORTS: ("monthXportactAmount",),
        }.get(operation)
        if fields is None:
            head = {"resultCode": "03", "resultMsg": "NODATA"}
            return httpx.Response(200, json={"response": {"header": head}})
        row = {"irsttTyNm": "국가", "irsttNm": "창원", **dict.fromkeys(fields, self.asked[-1][1])}
        body = {"items": {"item": [row]}, "totalCount": 1, "pageNo": 1, "numOfRows": 100}
        return httpx.Response(200, json={"response": {"header": head, "body": body}})

    def months(self, operation: str) -> list[str]:
        """For which months an operation was asked since this was last asked for."""
        return [month for name, month in self.asked if name == operation]


def gateway_says(code: str) -> httpx.Response:
    return httpx.Response(
        200,
        text="<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>X"
        f"</returnAuthMsg><returnReasonCode>{code}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>",
    )


API = "kicox__industrial_trend_api"


def ask_api(
    room: Ingestion, site: Gateway, months: int = 4, take_in: bool = True
) -> dict[str, Any]:
    """What a run gets; what came has landed after it, as the publisher's own."""
    contract = load_contracts()[API]
    way = TrendFetch(way="indparkstats", first="2023-01", last=f"2023-{months:02d}")
    source = contract.source.model_copy(update={"fetch": (way,)})
    site.asked.clear()
    here = tuple(s for s in room.store if s.dataset == API)
    with Fetcher(room.home, "r", keys=KEYS, transport=httpx.MockTransport(site)) as fetcher:
        errand = ways.Errand(
            fetcher,
            contract.model_copy(update={"source": source}),
            room,
            room.home / "inbox",
            {snapshot.period for snapshot in here},
            TODAY,
            None,
            here,
        )
        result = fetching._fetch_one(errand)
    for path in map(Path, result["files"]) if take_in else ():
        outcome = ingest_file(room, path, run_id="r")
        assert outcome.status == "landed", outcome.message
    return result


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        (gateway_says("12"), "data.go.kr/12"),
        (httpx.Response(404, text="x"), "data.go.kr/http_404"),
        (httpx.Response(500, text="x"), "data.go.kr/http_5xx"),
        (httpx.Response(200, text="<html>closed</html>"), "data.go.kr/html"),
    ],
)
def test_an_operation_that_cannot_be_had_keeps_no_other_back(
    room: Ingestion, monkeypatch: pytest.MonkeyPatch, instead: httpx.Response, code: str
) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    site = Gateway(**{SIZES: instead})
    result = ask_api(room, site, take_in=False)
    assert (result["status"], result["code"], len(result["files"])) == ("failed", code, 4)
    assert SIZES in result["message"] and SIZES in result["message_ko"]
    # After two months of nothing it is left for this run.
    assert set(site.months(SIZES)) == {"202301", "202302"}
    assert site.months(PRODUCTION) == ["202301", "202302", "202303", "202304"]


def test_what_a_month_lacks_is_asked_for_again_and_nothing_else(room: Ingestion) -> None:
    site = Gateway(**{EXPORTS: gateway_says("12")})
    assert ask_api(room, site)["status"] == "failed"
    # The next run asks for it again, and while it cannot be had costs two calls.
    assert (ask_api(room, site)["status"], len(site.asked)) == ("failed", 2)
    site.instead = {}
    result = ask_api(room, site)
    assert (result["status"], len(result["files"])) == ("fetched", 4)
    assert {name for name, _ in site.asked} == {EXPORTS}
    # It is the first print of those months, and what landed before stays.
    told = [json.loads(Path(f"{f}.meta.json").read_bytes()) for f in result["files"]]
    assert [t["published_at"] for t in told] == [
        "2023-04-01",
        "2023-04-29",
        "2023-05-30",
        "2023-06-29",
    ]
    assert len([s for s in room.store if s.period == "2023-01"]) == 2
    assert (ask_api(room, site)["status"], site.asked) == ("no_data", [])


def test_a_spent_quota_ends_the_run_at_once(room: Ingestion) -> None:
    site = Gateway(**{EXPORTS: gateway_says("22")})
    result = ask_api(room, site, take_in=False)
    assert (result["status"], result["files"]) == ("stopped", [])
    assert site.months(EXPORTS) == ["202301"] and SIZES not in dict(site.asked)


def test_where_no_operation_can_be_had_it_is_not_tried_for_long(room: Ingestion) -> None:
    class Closed(dict[str, httpx.Response]):
        def __contains__(self, _: object) -> bool:
            return True

        def __missing__(self, _: str) -> httpx.Response:
            return gateway_says("12")

    site = Gateway()
    site.instead = Closed()
    assert ask_api(room, site)["code"] == "data.go.kr/12"
    assert len(site.asked) == 6


# -- complexes of the registry's interface ------------------------------------------------------

COMPLEXES = ("남동국가산업단지", "반월국가산업단지", "시화국가산업단지")


class Registry(Gateway):
    """The interface to the registry, by the name of the complex."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.params["irsttNm"]
        self.asked.append((name, ""))
        if name in self.instead:
            return self.instead[name]
        row = {"fctryManageNo": f"no {name}", "irsttNm": name, "cmpnyNm": "(주)모의"}
        body = {"items": {"item": [row]}, "totalCount": 1, "pageNo": 1, "numOfRows": 500}
        head = {"resultCode": "00", "resultMsg": "OK"}
        return httpx.Response(200, json={"response": {"header": head, "body": body}})


def ask_registry(home: Path, site: Registry, landed: set[str]) -> dict[str, Any]:
    contract = load_contracts()["kicox__factory_registry_api"]
    way = FactoriesFetch(way="factories", complexes=COMPLEXES)
    source = contract.source.model_copy(update={"fetch": (way,)})
    site.asked.clear()
    with Fetcher(home, "r", keys=KEYS, transport=httpx.MockTransport(site)) as fetcher:
        known = contract.model_copy(update={"source": source})
        room = Ingestion(home, load_contracts(), Complexes.load(SEEDS))
        return fetching._fetch_one(ways.Errand(fetcher, known, room, home / "inbox", landed, TODAY))


def test_a_complex_without_factories_is_told(tmp_path: Path) -> None:
    site = Registry(**{COMPLEXES[1]: gateway_says("03")})
    result = ask_registry(tmp_path, site, set())
    assert (result["status"], len(result["files"])) == ("fetched", 1)
    assert f"complexes without data (1/3): {COMPLEXES[1]}" in result["message"]
    assert f"자료 없는 단지(1/3): {COMPLEXES[1]}" in result["message_ko"]
    rows = [r for r in read_outcomes(tmp_path / "outcomes") if r["status"] == "no_data"]
    assert len(rows) == 1 and COMPLEXES[1] in rows[0]["message"]
    site.instead = dict.fromkeys(COMPLEXES, gateway_says("03"))
    result = ask_registry(tmp_path / "other", site, set())
    assert result["status"] == "no_data" and all(name in result["message"] for name in COMPLEXES)


def test_a_year_that_cannot_be_had_keeps_no_other_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is asked for by calendar years, the newest first."""
    asked: list[str] = []

    def fetch(year: str) -> list[Answer]:
        asked.append(year)
        if year == "2024":
            raise errors.fault("http_5xx", publisher="ecos", status=503)
        page = b"{}"
        return [Answer(page, f"{year}.json", "d", "https://x.example/", "application/json")]

    monkeypatch.setattr(ways, "_due_year", lambda errand, year: year != "2023")
    errand: Any = SimpleNamespace(drop=lambda answers, year: tmp_path / year)
    came = ways._years(errand, ["2022", "2023", "2024", "2025"], fetch)
    found = []
    with pytest.raises(errors.FetchError) as caught:
        for path in came:
            found.append(path.name)
    assert (found, asked) == (["2025", "2022"], ["2025", "2024", "2022"])
    assert "'2024'" in caught.value.action_en
