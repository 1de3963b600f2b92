"""What the services behind the gateway of data.go.kr have in common: pages of items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingestion.fetch.bodies import body_of, items_of, parse
from ingestion.fetch.client import Answer, Call, Fetcher
from ingestion.fetch.paging import Page, pages

GATEWAY = "https://apis.data.go.kr"
KEY = "data.go.kr"
KEY_PARAM = "serviceKey"
#: Pages of what does not change from day to day are taken again for so long: more calls than a day
#: has quota for are made over several days, each going on where the one before stopped.
KEEP_DAYS = 7


def page_of(data: bytes, publisher: str = "data.go.kr") -> Page:
    """One page's total, items and number, from JSON or XML alike."""
    document = parse(data, publisher)
    body = body_of(document)
    return Page(body.get("totalCount"), items_of(document), body.get("pageNo"))


def fetch_pages(fetcher: Fetcher, call: Call, per_page: int) -> list[Answer]:
    """All pages of a call, `pageNo` and `numOfRows` added to its parameters."""

    def call_for(number: int) -> Call:
        params: Mapping[str, str] = {
            **call.params,
            "pageNo": str(number),
            "numOfRows": str(per_page),
        }
        return replace(call, params=params, file_name=f"{call.file_name}_p{number:04d}")

    return pages(fetcher, call_for, page_of)


def items(data: bytes, publisher: str = "data.go.kr") -> list[dict[str, Any]]:
    """The items of one answer.

    Raises:
        FetchError: the error that the answer reports, or NotData where it is none.
    """
    return items_of(parse(data, publisher))
