"""Each publisher's interface: what is asked, what is read."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.sources import ecos, factories, indparkstats, odcloud

from .conftest import KEYS, Make, gateway, outcomes
from .publishers import as_json

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
