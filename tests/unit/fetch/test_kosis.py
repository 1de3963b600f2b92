"""KOSIS: what is asked, how it is split and joined, what is read."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.sources import kosis

from .conftest import KEYS, Make
from .publishers import as_json, kosis_request, kosis_table


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
