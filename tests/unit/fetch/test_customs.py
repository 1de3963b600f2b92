"""Trade statistics of the customs service: what is asked, what is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.sources import customs

from .conftest import KEYS, Make, gateway_error
from .publishers import trade


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
        request = customs.TradeRequest("330499", "2025-01", "2025-01", area, "51")
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
