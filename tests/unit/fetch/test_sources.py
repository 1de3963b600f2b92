"""Each publisher's interface: what is asked, what is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.client import Fetcher
from ingestion.fetch.sources import (
    customs,
    ecos,
    factories,
    indparkstats,
    kosis,
    odcloud,
    portal,
)

from .conftest import KEYS, FakeTime, gateway, gateway_error, outcomes

Make = Callable[..., Fetcher]


def as_json(value: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(value, ensure_ascii=False).encode())


# indparkstats and factories


@pytest.mark.parametrize("operation", sorted(indparkstats.OPERATIONS))
def test_trend_operations(make: Make, operation: indparkstats.Operation) -> None:
    seen: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(200, content=gateway([{"irsttNm": "창원", "total": "1"}], 1, 1))

    name, takes = indparkstats.OPERATIONS[operation]
    (answer,) = indparkstats.fetch(make(handler), indparkstats.TrendRequest(operation, "2024-01"))
    (url,) = seen
    assert url.path == f"/B550624/indparkstats/{name}" and url.host == "apis.data.go.kr"
    months = {"stdrYm": "202401"}
    if takes == "range":
        months = {"srtStdrYm": "202401", "endStdrYm": "202401"}
    assert dict(url.params) == {
        "serviceKey": KEYS["data.go.kr"],
        **months,
        "type": "json",
        "pageNo": "1",
        "numOfRows": "100",
    }
    assert answer.dataset == f"kicox__trend_api_{operation}"


def test_an_old_month_is_no_new_revision(make: Make) -> None:
    fetcher = make(
        lambda request: httpx.Response(200, content=gateway([{"irsttNm": "창원"}], 1, 1))
    )
    for month, day in (("2024-01", date(2024, 3, 31)), ("2026-05", date(2026, 6, 1))):
        request = indparkstats.TrendRequest("production_by_complex", month)
        (answer,) = indparkstats.fetch(fetcher, request)
        assert answer.published_at == day  # at the latest, or today


def test_trend_rows_from_json_and_xml() -> None:
    row = {
        "irsttTyNm": "국가",
        "irsttNm": "창원",
        "monthPrdAmount": "52,264.81",
        "prevMonthPrdAmount": "X",
        "totalPrdAmount": None,
        "monIncrs": "-",
        "induty131415": "0",
        "total": 12,
    }
    (read,) = indparkstats.read(gateway([row], 1, 1))
    assert read["irsttNm"] == "창원" and read["monthPrdAmount"] == Decimal("52264.81")
    marks = {n: read[f"{n}_mark"] for n in row if f"{n}_mark" in read}
    assert marks == {
        "monthPrdAmount": None,
        "prevMonthPrdAmount": "X",
        "totalPrdAmount": "",
        "monIncrs": "-",
        "induty131415": None,
        "total": None,
    }
    assert (read["induty131415"], read["prevMonthPrdAmount"]) == (0, None)
    fields = "".join(f"<{k}>{'' if v is None else v}</{k}>" for k, v in row.items())
    xml = (
        "<response><header><resultCode>00</resultCode></header><body><items><item>"
        f"{fields}</item></items><totalCount>1</totalCount></body></response>"
    )
    assert indparkstats.read(xml.encode()) == [read]


@pytest.mark.parametrize(
    "arguments",
    [
        ("production_by_complex", "2024-13"),
        ("production_by_complex", "202401"),
        ("production_by_complex", "2024-01", "2024-02"),
        ("production_by_industry", "2024-03", "2024-02"),
        ("sales_by_complex", "2024-01"),
    ],
)
def test_trend_requests_that_cannot_be(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError):
        indparkstats.TrendRequest(*arguments)


def test_factories_are_read_without_persons(make: Make) -> None:
    rows = [
        {
            "fctryManageNo": str(n),
            "irsttNm": "남동국가산업단지",
            "cmpnyNm": "(주)가나",
            "allEmplyCo": "12",
            "rprsntvNm": "홍길동",
            "cmpnyTelno": "032-000-0000",
            "cmpnyFxnum": "032-000-0001",
            "chargerNm": "임꺽정",
        }
        for n in range(3)
    ]

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params["irsttNm"] == "남동국가산업단지"
        number = int(request.url.params["pageNo"])
        return httpx.Response(200, content=gateway(rows[number * 2 - 2 : number * 2], 3, number))

    answers = factories.fetch(make(handler), factories.FactoriesRequest("남동국가산업단지", 2))
    read = [row for answer in answers for row in factories.read(answer.data)]
    assert [row["fctryManageNo"] for row in read] == ["0", "1", "2"]
    assert read[0]["allEmplyCo"] == 12 and read[0]["rnAdres"] is None
    text = repr(read)
    for personal in ("홍길동", "임꺽정", "032-"):
        assert personal not in text
    for wrong in (("",), ("창원", 0), ("창원", 5000)):
        with pytest.raises(ValueError):
            factories.FactoriesRequest(*wrong)


# odcloud


def test_odcloud_pages(make: Make) -> None:
    rows = [
        {"산업단지명": "창원", "당분기(억원)": "1,234.5", "순번": 1},
        {"산업단지명": "진해", "당분기(억원)": None, "순번": 2},
        {"산업단지명": "동두천", "당분기(억원)": "X", "순번": 3},
    ]
    uddi = "uddi:0a1b2c3d-0000-4000-8000-000000000000"

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/api/15085898/v1/{uddi}"
        number = int(request.url.params["page"])
        data = rows[number * 2 - 2 : number * 2]
        return as_json(
            {
                "currentCount": len(data),
                "data": data,
                "matchCount": 3,
                "page": number,
                "perPage": 2,
                "totalCount": 40,
            }
        )

    request = odcloud.OdcloudRequest("kicox__x", "15085898", uddi, 2, {"시도::EQ": "경남"})
    answers = odcloud.fetch(make(handler), request)
    read = [row for answer in answers for row in odcloud.read(answer.data)]
    assert [(r["당분기(억원)"], r["당분기(억원)_mark"]) for r in read] == [
        (Decimal("1234.5"), None),
        (None, ""),
        (None, "X"),
    ]
    assert read[0]["순번"] == 1 and read[0]["산업단지명"] == "창원"
    assert "serviceKey=***" in answers[0].url and "cond%5B" in answers[0].url


def test_odcloud_totals_that_cannot_be(make: Make) -> None:
    uddi = "uddi:0a1b2c3d-0000-4000-8000-000000000000"
    body = {"currentCount": 0, "data": [], "matchCount": 9, "page": 1, "totalCount": 3}
    with pytest.raises(errors.PagesDisagree):
        odcloud.fetch(
            make(lambda request: as_json(body)),
            odcloud.OdcloudRequest("kicox__x", "15085898", uddi),
        )
    with pytest.raises(errors.NotData):
        odcloud.read(b'{"data": {}}')
    with pytest.raises(ValueError):
        odcloud.OdcloudRequest("kicox__x", "15085898", "../../etc")


def test_odcloud_editions_newest_first(make: Make) -> None:
    path = "/15085898/v1/uddi:{}a1b2c3d-0000-4000-8000-000000000000"
    paths = {
        path.format("0"): {"get": {"summary": "생산실적_20251231"}},
        path.format("1"): {"get": {"summary": "생산실적_20260331"}},
        path.format("2"): {"get": {}},
        "/other": {"get": {}},
    }

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params["namespace"] == "15085898/v1"
        return as_json({"paths": paths})

    found = odcloud.editions(make(handler, keys={}), "15085898")  # without a key
    assert [e.day for e in found] == [date(2026, 3, 31), date(2025, 12, 31), None]
    assert found[0].uddi.startswith("uddi:1a1b")


# customs


def trade(*items: str) -> bytes:
    body = "".join(f"<item>{item}</item>" for item in items)
    return (
        "<response><header><resultCode>00</resultCode></header><body><items>"
        f"{body}</items></body></response>"
    ).encode()


def test_trade_is_asked_in_years(make: Make) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, dict(request.url.params)))
        if request.url.params["strtYymm"].startswith("2025"):
            return httpx.Response(200, content=gateway_error("03"))
        item = f"<year>{request.url.params['strtYymm'][:4]}.03</year><expDlr>5</expDlr>"
        return httpx.Response(200, content=trade("<year>총계</year><expDlr>5</expDlr>", item))

    request = customs.TradeRequest("8703", "2024-03", "2026-02")
    answers = customs.fetch(make(handler), request)
    spans = [(p["strtYymm"], p["endYymm"]) for _, p in seen]
    assert spans == [("202403", "202412"), ("202501", "202512"), ("202601", "202602")]
    assert seen[0][0] == "/1220000/Itemtrade/getItemtradeList" and seen[0][1]["hsSgn"] == "8703"
    rows = [row for answer in answers for row in customs.read(answer.data)]
    assert [(r["period"], r["expDlr"], r["unit"]) for r in rows] == [
        ("2024-03", 5, "usd"),
        ("2026-03", 5, "usd"),
    ]


def test_no_year_with_data_is_no_data(make: Make) -> None:
    with pytest.raises(errors.NoData):
        customs.fetch(
            make(lambda request: httpx.Response(200, content=gateway_error("03"))),
            customs.TradeRequest("8703", "2024-03", "2026-02"),
        )


def test_trade_by_area(make: Make) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, dict(request.url.params)))
        item = "<priodTitle>2025.01</priodTitle><sggNm>원주시</sggNm><expUsdAmt>1500</expUsdAmt>"
        total = "<priodTitle>총계</priodTitle><sggNm>-</sggNm><expUsdAmt>1500</expUsdAmt>"
        return httpx.Response(200, content=trade(total, item))

    fetcher = make(handler)
    for area in ("sido", "sigungu"):
        request = customs.TradeRequest("330499", "2025-01", "2025-01", area, "51")  # type: ignore[arg-type]
        (answer,) = customs.fetch(fetcher, request)
        (row,) = customs.read(answer.data)
        assert (row["period"], row["expUsdAmt"], row["unit"]) == ("2025-01", 1500, "usd_thousand")
    assert [path.rsplit("/", 1)[1] for path, _ in seen] == [
        "getSidoitemtradeList",
        "getSigunguPerPrlstPerAcrs",
    ]
    assert seen[1][1]["HsSgn"] == "330499" and seen[1][1]["sidoCd"] == "51"


def test_the_nations_sums_take_no_item(make: Make) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, dict(request.url.params)))
        total = "<year>총계</year><expCnt>2</expCnt><expDlr>7</expDlr><impDlr>6</impDlr>"
        return httpx.Response(200, content=trade(total, total.replace("총계", "2024.01")))

    request = customs.TradeRequest(None, "2023-11", "2024-02", "total")
    answers = customs.fetch(make(handler), request)
    key = {"serviceKey": KEYS["data.go.kr"]}
    path = "/1220000/Newtrade/getNewtradeList"  # minds its case
    assert seen == [
        (path, {**key, "strtYymm": "202311", "endYymm": "202312"}),
        (path, {**key, "strtYymm": "202401", "endYymm": "202402"}),
    ]
    assert dict(answers[0].params) == {"strtYymm": "202311", "endYymm": "202312"}
    (row,) = customs.read(answers[0].data)
    assert (row["expDlr"], row["expCnt"], row["unit"]) == (7, 2, "usd")


def test_the_provinces_are_asked_month_by_month(make: Make) -> None:
    """Their answers name the year alone, whatever the range was."""
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        seen.append((params["strtYymm"], params["endYymm"], params.get("sidoCd")))
        if params["strtYymm"] == "202312":
            return httpx.Response(200, content=gateway_error("03"))
        item = "<priodTitle>2023</priodTitle><sidoNm>울산광역시</sidoNm><expUsdAmt>5</expUsdAmt>"
        return httpx.Response(200, content=trade(item))

    fetcher = make(handler)
    answers = customs.fetch(fetcher, customs.TradeRequest(None, "2023-11", "2024-02", "sido"))
    months = ("202311", "202312", "202401", "202402")
    assert seen == [(month, month, None) for month in months] and len(answers) == 3
    assert answers[0].url.startswith("https://apis.data.go.kr/1220000/sidotrade/getSidotradeList")
    seen.clear()
    customs.fetch(fetcher, customs.TradeRequest("87", "2024-01", "2024-02", "sido", "48"))
    assert seen == [("202401", "202401", "48"), ("202402", "202402", "48")]


def test_a_trade_row_tells_its_table() -> None:
    for row, area, by_item in [
        ({"year": "2024.01", "expDlr": "1", "expCnt": "1"}, "total", False),
        ({"year": "총계", "expDlr": "1", "hsCode": "-"}, "country", True),
        ({"priodTitle": "2024", "expUsdAmt": "1", "sidoNm": "-"}, "sido", False),
        ({"priodTitle": "2024", "expUsdAmt": "1", "hsSgn": "87"}, "sido", True),
        ({"priodTitle": "2024", "expUsdAmt": "1", "sggNm": "원주시"}, "sigungu", False),
        ({"year": "2024.01", "expDlr": "1", "hsCd": "87", "statCd": "US"}, None, False),
        ({"year": "2024.01"}, None, False),
        ({"irsttNm": "창원"}, None, False),
    ]:
        assert (customs.area_of(row), customs.by_item(row)) == (area, by_item), row


@pytest.mark.parametrize(
    "arguments",
    [
        (None, "2024-01", "2024-02"),
        ("87", "2024-01", "2024-02", "total"),
        (None, "2024-01", "2024-02", "total", "48"),
        (None, "2024-01", "2024-02", "sigungu", "48"),
        ("87x", "2024-01", "2024-02"),
        ("8703", "2024-02", "2024-01"),
        ("8703", "2024", "2025"),
        ("8703", "2024-01", "2024-02", "sigungu", "51"),
        ("330499", "2024-01", "2024-02", "sido"),
        ("330499", "2024-01", "2024-02", "country", "51"),
    ],
)
def test_trade_requests_that_cannot_be(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError):
        customs.TradeRequest(*arguments)


def test_the_literal_customs_answers(interfaces: Path) -> None:
    (row,) = customs.read((interfaces / "customs_nitemtrade.xml").read_bytes())
    assert (row["period"], row["expDlr"], row["hsCd"]) == ("2026-01", 39378, "330510")
    assert row["impDlr"] == 0 and row["impDlr_mark"] is None and row["unit"] == "usd"
    (row,) = customs.read((interfaces / "customs_sigungu_item.xml").read_bytes())
    assert (row["sggNm"], row["expUsdAmt"], row["cmtrBlncAmt"]) == ("원주시", 1500, -500)
    assert row["unit"] == "usd_thousand"


# KOSIS


def kosis_request(**changes: Any) -> kosis.KosisRequest:
    known: dict[str, Any] = {
        "dataset": "kosis__test",
        "org": "101",
        "table": "DT_1",
        "items": ("T6",),
        "classes": (("ALL",),),
        "frequency": "M",
        "start": "202001",
        "end": "202012",
    }
    return kosis.KosisRequest(**(known | changes))


def kosis_table(limit: int, classes: dict[str, int]) -> tuple[Any, list[dict[str, str]]]:
    """A table of months: `limit` cells at most, `classes[objL]` codes where ALL is asked."""
    asked: list[dict[str, str]] = []

    def codes(text: str, name: str) -> list[str]:
        if text == "ALL":
            return [f"{name}{n}" for n in range(classes[name])]
        return text.removesuffix("+").split("+")

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        p = request.url.params
        index = [int(p[n][:4]) * 12 + int(p[n][4:]) - 1 for n in ("startPrdDe", "endPrdDe")]
        periods = [f"{i // 12}{i % 12 + 1:02d}" for i in range(index[0], index[1] + 1)]
        rows = [
            {"TBL_ID": "DT_1", "ITM_ID": i, "C1": c, "PRD_SE": "M", "PRD_DE": t, "DT": "1"}
            | {"LST_CHN_DE": f"2026-01-{int(t[4:]):02d}"}
            for i in codes(p["itmId"], "itmId")
            for c in codes(p["objL1"], "objL1")
            for t in periods
        ]
        return as_json({"err": "31", "errMsg": "x"} if len(rows) > limit else rows)

    return handler, asked


def test_kosis_asks_as_documented(make: Make) -> None:
    handler, asked = kosis_table(1000, {"objL1": 3})
    (answer,) = kosis.fetch(make(handler), kosis_request())
    assert asked == [
        {
            "apiKey": KEYS["kosis"],
            "method": "getList",
            "orgId": "101",
            "tblId": "DT_1",
            "itmId": "T6+",
            "objL1": "ALL",
            "format": "json",
            "jsonVD": "Y",
            "prdSe": "M",
            "startPrdDe": "202001",
            "endPrdDe": "202012",
        }
    ]
    assert answer.published_at == date(2026, 1, 12)  # the latest LST_CHN_DE
    assert answer.file_name.startswith("kosis_101_DT_1_202001_202012_")


def test_kosis_splits_by_period_then_by_codes(make: Make, home: Path) -> None:
    handler, asked = kosis_table(5, {"objL1": 3})
    classes = (tuple(f"c{n}" for n in range(8)),)
    request = kosis_request(classes=classes, start="202011", end="202102")
    answers = kosis.fetch(make(handler), request)
    rows = kosis.read_all(answers)
    assert len(rows) == 8 * 4 and len({(r["C1"], r["PRD_DE"]) for r in rows}) == 32
    assert sorted({r["PRD_DE"] for r in rows}) == ["202011", "202012", "202101", "202102"]
    assert len(answers) == 8 and len(asked) == 8 + 7  # each part in halves until it fits
    assert len({a.file_name for a in answers}) == 8


def test_kosis_does_not_ask_for_what_is_surely_too_much(make: Make) -> None:
    handler, asked = kosis_table(40_000, {})
    classes = (tuple(f"c{n}" for n in range(5000)),)
    request = kosis_request(classes=classes)
    assert request.cells == 60_000
    rows = kosis.read_all(kosis.fetch(make(handler), request))
    assert len(rows) == 60_000 and len(asked) == 2


def test_kosis_that_cannot_be_split_says_so(make: Make) -> None:
    handler, _ = kosis_table(5, {"objL1": 9})
    with pytest.raises(errors.TooMuch):
        kosis.fetch(make(handler), kosis_request(start="202001", end="202001"))


def test_kosis_parts_without_data_are_left_out(make: Make) -> None:
    handler, _ = kosis_table(1, {})

    def sometimes(request: httpx.Request) -> httpx.Response:
        if request.url.params["startPrdDe"] == request.url.params["endPrdDe"] == "202001":
            return as_json({"err": "30", "errMsg": "x"})
        return handler(request)

    request = kosis_request(classes=(("c",),), start="202001", end="202002")
    assert len(kosis.read_all(kosis.fetch(make(sometimes), request))) == 1
    with pytest.raises(errors.NoData):
        kosis.fetch(
            make(lambda request: as_json({"err": "30", "errMsg": "x"}), reuse=False),
            kosis_request(),
        )


@pytest.mark.parametrize(
    ("frequency", "start", "end", "periods", "halves"),
    [
        ("Y", "2020", "2024", 5, ("2021", "2022")),
        ("Q", "202003", "202102", 4, ("202004", "202101")),
        ("H", "202001", "202102", 4, ("202002", "202101")),
        ("M", "202012", "202101", 2, ("202012", "202101")),
    ],
)
def test_kosis_periods_are_counted(
    frequency: Any, start: str, end: str, periods: int, halves: tuple[str, str]
) -> None:
    request = kosis_request(frequency=frequency, start=start, end=end)
    assert request.periods == periods
    first, second = request.halves() or (request, request)
    assert (first.start, first.end, second.start, second.end) == (start, *halves, end)


def test_kosis_newest_is_split_by_codes_only() -> None:
    request = kosis_request(newest=3, start=None, end=None, items=("a", "b", "c"))
    first, second = request.halves() or (request, request)
    assert (first.items, second.items, first.newest) == (("a",), ("b", "c"), 3)
    assert kosis_request(newest=3, start=None, end=None).halves() is None


@pytest.mark.parametrize(
    "changes",
    [
        {"newest": 3},
        {"start": None, "end": None},
        {"end": None},
        {"items": ()},
        {"classes": ()},
        {"classes": (("a",), ())},
        {"start": "2020"},
        {"start": "202013"},
        {"frequency": "Q", "start": "202005"},
        {"start": "202101"},
    ],
)
def test_kosis_requests_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        kosis_request(**changes)


def test_kosis_marks_stay_apart_and_joins_are_checked(make: Make) -> None:
    def row(period: str, value: Any) -> dict[str, Any]:
        return {"TBL_ID": "t", "ITM_ID": "i", "C1": "1", "PRD_DE": period, "DT": value}

    data = json.dumps([row("1", "-"), row("2", "X"), row("3", ""), row("4", "0"), row("5", "1.5")])
    read = kosis.read(data.encode())
    assert [(r["DT"], r["DT_mark"]) for r in read] == [
        *[(None, "-"), (None, "X"), (None, "")],
        *[(0, None), (Decimal("1.5"), None)],
    ]
    fetcher = make(lambda request: httpx.Response(200, content=data.encode()))
    answers = kosis.fetch(fetcher, kosis_request())
    with pytest.raises(errors.PagesDisagree, match="stands twice"):
        kosis.read_all([*answers, *answers])
    assert answers[0].published_at is None


def test_the_literal_kosis_row(interfaces: Path) -> None:
    data = (interfaces / "kosis_row.json").read_bytes()
    (row,) = kosis.read(data)
    assert (row["DT"], row["UNIT_NM"], row["PRD_DE"]) == (51_091_769, "명", "202606")
    assert kosis.vintage(data) == date(2026, 7, 2)


def test_kosis_stays_below_200_a_minute() -> None:
    assert kosis.SERVICE.per_second * 60 < 200


# ECOS


def test_ecos_pages_with_the_key_in_the_path(make: Make, home: Path) -> None:
    seen = []
    rows = [{"TIME": f"20240{n}", "DATA_VALUE": str(n), "UNIT_NAME": "연%"} for n in range(1, 6)]

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        first, last = (int(part) for part in request.url.path.split("/")[6:8])
        return as_json({"StatisticSearch": {"list_total_count": 5, "row": rows[first - 1 : last]}})

    request = ecos.EcosRequest("731Y001", ("0000001",), "M", "202401", "202405", per_page=2)
    answers = ecos.fetch(make(handler), request)
    start = f"/api/StatisticSearch/{KEYS['ecos']}/json/kr"
    assert seen[0] == f"{start}/1/2/731Y001/M/202401/202405/0000001"
    assert seen[2] == f"{start}/5/6/731Y001/M/202401/202405/0000001"
    read = [row for answer in answers for row in ecos.read(answer.data)]
    assert [row["DATA_VALUE"] for row in read] == [1, 2, 3, 4, 5]
    for text in (repr(answers), json.dumps(outcomes(home))):
        assert KEYS["ecos"] not in text and "/StatisticSearch/***/json/" in text


@pytest.mark.parametrize(
    ("cycle", "start", "items"),
    [("D", "202401", ("1",)), ("Q", "2024Q5", ("1",)), ("A", "2024", ("../x",))],
)
def test_ecos_requests_that_cannot_be(cycle: Any, start: str, items: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        ecos.EcosRequest("731Y001", items, cycle, start, start)


def test_the_literal_ecos_answer(interfaces: Path) -> None:
    rows = ecos.read((interfaces / "ecos_722Y001.json").read_bytes())
    assert [(r["TIME"], r["DATA_VALUE"]) for r in rows] == [
        ("202404", Decimal("3.5")),
        ("202405", Decimal("3.5")),
        ("202406", Decimal("3.5")),
    ]


# the portal


NEW, OLD = "uddi:11111111-0000-4000-8000-000000000000", "uddi:22222222-0000-4000-8000-000000000000"
PAGE = f"""<!DOCTYPE html><html><head><title>한국산업단지공단_국가산업단지 산업동향정보_20260331 | 공공데이터포털</title></head>
<body><th>수정일</th> <td>2026-05-29</td>
<a onclick="fileDetailObj.fn_fileDataDown('3042071', '{NEW}', '','1', '3')">다운로드</a></body></html>"""
HISTORY = f"""
<div><ul><li><a href="#" onclick="openFileDetailPopup(this)" data-public-pk="{OLD}"
 data-public-detail-sn="1"> 한국산업단지공단_국가산업단지 산업동향정보_20251231 </a></li></ul></div>"""
FILE = b"PK\x03\x04 a workbook"


def portal_site(**changes: Any) -> tuple[Any, list[tuple[str, str, dict[str, str]]]]:
    seen: list[tuple[str, str, dict[str, str]]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        form = {k: v[0] for k, v in parse_qs(request.content.decode(), True).items()}
        seen.append((request.method, path.rsplit("/", 1)[1], form or dict(request.url.params)))
        assert request.headers["referer"] == "https://www.data.go.kr/data/3042071/fileData.do"
        if path.endswith("fileData.do"):
            headers = {"set-cookie": "JSESSIONID=1; Path=/"}
            return httpx.Response(200, text=changes.get("page", PAGE), headers=headers)
        assert request.headers["cookie"] == "JSESSIONID=1"
        if path == "/tcs/dss/selectHistAndCsvData.do":
            return httpx.Response(200, text=changes.get("history", HISTORY))
        if path == "/tcs/dss/selectFileDataDownload.do":
            name = {"orginlFileNm": "산업동향정보_20260331.xlsx"}
            known = {"status": True, "atchFileId": "FILE_1", "fileDetailSn": "1"}
            return as_json(changes.get("handle", known | {"fileDataRegistVO": name}))
        if path == "/cmm/cmm/check-limit.json":
            return as_json({"needCaptcha": changes.get("captcha", False)})
        assert path == "/cmm/cmm/fileDownload.do"
        headers = changes.get("headers", {})
        return httpx.Response(200, content=changes.get("file", FILE), headers=headers)

    return handler, seen


REQUEST = portal.PortalRequest("kicox__industrial_trend", "3042071")


def test_the_portal_in_its_steps(make: Make, home: Path) -> None:
    disposition = "attachment; filename=%EC%82%B0%EB%8B%A8_20260331.xlsx"
    handler, seen = portal_site(headers={"content-disposition": disposition})
    (answer,) = portal.fetch(make(handler, keys={}), REQUEST)
    assert [(method, step) for method, step, _ in seen] == [
        ("GET", "fileData.do"),
        ("POST", "selectHistAndCsvData.do"),
        ("POST", "selectFileDataDownload.do"),
        ("POST", "check-limit.json"),
        ("GET", "fileDownload.do"),
    ]
    assert seen[2][2]["publicDataDetailPk"] == NEW and seen[2][2]["publicDataPk"] == "3042071"
    assert seen[4][2] == {"atchFileId": "FILE_1", "fileDetailSn": "1"}
    assert (answer.data, answer.file_name) == (FILE, "산단_20260331.xlsx")
    assert answer.published_at == date(2026, 5, 29)
    assert [r["status"] for r in outcomes(home)] == ["fetched"] * 5


def test_the_portal_names_the_file_where_the_header_does_not(make: Make) -> None:
    handler, _ = portal_site()
    (answer,) = portal.fetch(make(handler), REQUEST)
    assert answer.file_name == "산업동향정보_20260331.xlsx"


def test_an_earlier_edition(make: Make) -> None:
    handler, seen = portal_site()
    request = portal.PortalRequest("kicox__industrial_trend", "3042071", date(2025, 12, 31))
    (answer,) = portal.fetch(make(handler), request)
    assert seen[2][2]["publicDataDetailPk"] == OLD and answer.published_at is None
    newest = portal.PortalRequest("kicox__industrial_trend", "3042071", date(2026, 3, 31))
    portal.fetch(make(handler), newest)
    assert seen[7][2]["publicDataDetailPk"] == NEW
    with pytest.raises(errors.PersonNeeded):
        portal.fetch(make(handler), portal.PortalRequest("kicox__x", "3042071", date(2020, 1, 1)))


def test_a_captcha_is_for_a_person(make: Make, home: Path, tmp_path: Path) -> None:
    handler, seen = portal_site(captcha=True)
    inbox = tmp_path / "수신"
    with pytest.raises(errors.PersonNeeded):
        portal.fetch(make(handler, inbox=inbox), REQUEST)
    assert len(seen) == 4  # the file is not asked for
    row = outcomes(home)[-1]
    assert row["status"] == "person_needed" and row["dataset"] == "kicox__industrial_trend"
    for message in (row["message"], row["message_ko"]):
        assert REQUEST.page in message and str(inbox) in message


@pytest.mark.parametrize(
    "changes",
    [{"page": "<!DOCTYPE html><html>점검</html>"}, {"handle": {"status": False}}],
)
def test_no_file_is_for_a_person_too(make: Make, changes: dict[str, Any]) -> None:
    handler, _ = portal_site(**changes)
    with pytest.raises(errors.PersonNeeded):
        portal.fetch(make(handler), REQUEST)


@pytest.mark.parametrize(
    "file", [b"", b"<!DOCTYPE html><html>", b'{"resultCode": "99", "resultMsg": "x"}']
)
def test_what_is_no_file_is_an_error(make: Make, file: bytes) -> None:
    handler, _ = portal_site(file=file)
    with pytest.raises(errors.FetchError):
        portal.fetch(make(handler), REQUEST)


def test_a_portal_without_a_list_of_editions(make: Make) -> None:
    handler, _ = portal_site(history="")
    assert portal.fetch(make(handler), REQUEST)[0].data == FILE


def test_editions_in_the_list() -> None:
    assert portal.read(HISTORY.encode()) == [
        {
            "title": "한국산업단지공단_국가산업단지 산업동향정보_20251231",
            "uddi": OLD,
            "day": date(2025, 12, 31),
        }
    ]
    with pytest.raises(ValueError):
        portal.PortalRequest("kicox__x", "../1")


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
