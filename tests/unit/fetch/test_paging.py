"""Pages: complete or not at all, and never asked for twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.fetch import errors
from ingestion.fetch.client import Answer, Call, Fetcher
from ingestion.fetch.sources.datagokr import fetch_pages, items

from .conftest import FakeTime, Make, gateway, gateway_error, outcomes

ROWS = [{"n": str(n)} for n in range(25)]


def publisher(
    rows: list[dict[str, Any]] = ROWS, cap: int = 10, **faults: Any
) -> tuple[Callable[[httpx.Request], httpx.Response], list[int]]:
    """A service with pages of at most `cap` rows; `faults` change single pages."""
    asked: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["pageNo"])
        size = min(cap, int(request.url.params["numOfRows"]))
        asked.append(number)
        told: dict[str, Any] = {
            "rows": rows[(number - 1) * size : number * size],
            "total": len(rows),
            "page": number,
        }
        told |= faults.get(f"page{number}", {})
        if "answer" in told:
            answer: httpx.Response = told["answer"]
            return answer
        return httpx.Response(200, content=gateway(told["rows"], told["total"], told["page"]))

    return handler, asked


def numbers(answers: list[Answer]) -> list[str]:
    return [row["n"] for answer in answers for row in items(answer.data)]


def test_all_pages_come_as_they_are(make: Make, call: Call, home: Path) -> None:
    handler, asked = publisher()
    answers = fetch_pages(make(handler), call, 10)
    assert asked == [1, 2, 3] and numbers(answers) == [row["n"] for row in ROWS]
    assert answers[0].data == gateway(ROWS[:10], 25, 1)
    assert [a.file_name for a in answers] == [f"test_202401_p000{n}.json" for n in (1, 2, 3)]
    assert [r["status"] for r in outcomes(home)] == ["fetched"] * 3


def test_a_publisher_may_give_fewer_rows_than_asked_for(make: Make, call: Call) -> None:
    handler, asked = publisher(cap=7)
    assert len(numbers(fetch_pages(make(handler), call, 1000))) == 25 and asked == [1, 2, 3, 4]


@given(total=st.integers(1, 60), cap=st.integers(1, 20), size=st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_any_number_of_rows_in_any_pages(total: int, cap: int, size: int) -> None:
    import tempfile

    rows = [{"n": str(n)} for n in range(total)]
    handler, asked = publisher(rows, cap)
    with tempfile.TemporaryDirectory() as folder:
        fetcher = Fetcher(
            Path(folder), "run", transport=httpx.MockTransport(handler), sleep=lambda _: None
        )
        from ingestion.fetch.client import Service

        call = Call(Service("t", "data.go.kr"), "x__y", "https://h.kr/x")
        with fetcher:
            answers = fetch_pages(fetcher, call, size)
    assert numbers(answers) == [row["n"] for row in rows]
    assert len(asked) == -(-total // min(cap, size))


def test_it_goes_on_where_it_stopped(make: Make, call: Call, home: Path) -> None:
    handler, asked = publisher()
    with pytest.raises(errors.QuotaSpent):
        fetch_pages(make(handler, quotas={"test": 2}), call, 10)
    assert asked == [1, 2]
    answers = fetch_pages(make(handler), call, 10)
    assert asked == [1, 2, 3] and len(numbers(answers)) == 25
    assert [r["status"] for r in outcomes(home)] == [
        *["fetched", "fetched", "stopped"],
        *["reused", "reused", "fetched"],
    ]


def test_another_request_does_not_take_these_pages(make: Make, call: Call) -> None:
    handler, asked = publisher()
    fetch_pages(make(handler), call, 10)
    fetch_pages(make(handler), replace(call, params={"stdrYm": "202402"}), 10)
    assert asked == [1, 2, 3, 1, 2, 3]


def test_a_new_day_asks_again(make: Make, call: Call, time: FakeTime) -> None:
    handler, asked = publisher()
    fetch_pages(make(handler), call, 10)
    time.sleep(86400)
    fetch_pages(make(handler), call, 10)
    assert asked == [1, 2, 3, 1, 2, 3]


@pytest.mark.parametrize(
    ("faults", "code", "asks"),
    [
        ({"page1": {"total": -1}}, "total_impossible", [1]),
        ({"page1": {"total": 10**9}}, "total_impossible", [1]),
        ({"page1": {"total": None}}, "total_impossible", [1]),
        ({"page1": {"total": "many"}}, "total_impossible", [1]),
        ({"page1": {"total": 3}}, "rows_too_many", [1]),
        ({"page2": {"rows": ROWS[:10]}}, "page_repeated", [1, 2]),
        ({"page2": {"page": 1}}, "page_other", [1, 2]),
        ({"page2": {"rows": []}}, "page_empty", [1, 2]),
        ({"page3": {"rows": ROWS[:9]}}, "rows_too_many", [1, 2, 3]),
        ({"page2": {"total": 26}}, "total_changed", [1, 2, 1, 2]),
    ],
)
def test_pages_that_do_not_fit_are_thrown_away(
    make: Make, call: Call, home: Path, faults: dict[str, Any], code: str, asks: list[int]
) -> None:
    handler, asked = publisher(**faults)
    with pytest.raises(errors.PagesDisagree) as caught:
        fetch_pages(make(handler), call, 10)
    assert caught.value.code == code and asked == asks
    assert not [p for p in (home / "fetched").rglob("*") if p.is_file()]
    last = outcomes(home)[-1]
    assert last["status"] == "failed" and last["error_code"].endswith(code)


def test_a_total_that_changes_once_is_read_anew(make: Make, call: Call) -> None:
    """A row is added while the pages are read; the second time they agree."""
    asked: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["pageNo"])
        asked.append(number)
        total = 15 if len(asked) == 1 else 16
        rows = [{"n": str(n)} for n in range(total)][(number - 1) * 10 : number * 10]
        return httpx.Response(200, content=gateway(rows, total, number))

    answers = fetch_pages(make(handler), call, 10)
    assert len(numbers(answers)) == 16 and asked == [1, 2, 1, 2]


def test_no_rows_is_no_data(make: Make, call: Call) -> None:
    handler, _ = publisher(rows=[])
    with pytest.raises(errors.NoData):
        fetch_pages(make(handler), call, 10)
    handler, _ = publisher(page1={"answer": httpx.Response(200, content=gateway_error("03"))})
    with pytest.raises(errors.NoData):
        fetch_pages(make(handler), call, 10)


def test_a_page_that_cannot_be_read_is_not_kept(make: Make, call: Call, home: Path) -> None:
    handler, asked = publisher(page2={"answer": httpx.Response(200, content=b'{"response": []}')})
    with pytest.raises(errors.NotData):
        fetch_pages(make(handler), call, 10)
    assert outcomes(home)[-1]["error_code"].endswith("shape")
    handler, asked = publisher()
    fetch_pages(make(handler), call, 10)
    assert asked == [2, 3]
