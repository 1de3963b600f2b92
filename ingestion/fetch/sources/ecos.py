"""The Bank of Korea's statistics (ECOS): one series, page by page. The key is part of the path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from ingestion.fetch.bodies import parse as parse_body
from ingestion.fetch.bodies import with_figures
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.errors import fault
from ingestion.fetch.paging import Page, pages

#: ECOS holds a key back after about 300 calls in three minutes.
SERVICE = Service("ecos", "ecos", "ecos", per_second=1.5)

_DATES = {"A": r"\d{4}", "S": r"\d{4}S[12]", "Q": r"\d{4}Q[1-4]", "M": r"\d{6}", "D": r"\d{8}"}


@dataclass(frozen=True)
class EcosRequest:
    """A statistic, its items, and the dates from and to, in the form of the cycle.

    Cycle A `2024`, S `2024S1`, Q `2024Q1`, M `202401`, D `20240131`.

    Raises:
        ValueError: dates that do not fit the cycle, or a code that is none.
    """

    stat: str
    items: tuple[str, ...]
    cycle: Literal["A", "S", "Q", "M", "D"]
    start: str
    end: str
    per_page: int = 1000

    def __post_init__(self) -> None:
        for text in (self.start, self.end):
            if not re.fullmatch(_DATES[self.cycle], text):
                raise ValueError(f"not a date of cycle {self.cycle}: {text!r}")
        for code in (self.stat, *self.items):
            if not re.fullmatch(r"[\w*?.\-]{1,40}", code):
                raise ValueError(f"not a code: {code!r}")
        if not 1 <= self.per_page <= 10_000:
            raise ValueError("a page holds 1 to 10000 rows")


def fetch(fetcher: Fetcher, request: EcosRequest) -> list[Answer]:
    """All pages of the series.

    Raises:
        FetchError: see `paging.pages`.
    """

    def call_for(number: int) -> Call:
        last = number * request.per_page
        first = last - request.per_page + 1
        parts = ["json", "kr", str(first), str(last), request.stat, request.cycle]
        tail = "/".join(
            quote(part, safe="") for part in [*parts, request.start, request.end, *request.items]
        )
        return Call(
            service=SERVICE,
            dataset=f"ecos__{request.stat.lower()}",
            url=f"https://ecos.bok.or.kr/api/StatisticSearch/{{key}}/{tail}",
            expect="json",
            file_name="_".join(
                [request.stat, *request.items, request.start, request.end, f"p{number:04d}"]
            ),
            period=request.start,
        )

    return pages(fetcher, call_for, _look)


def _look(data: bytes) -> Page:
    found = _search(data)
    return Page(found.get("list_total_count"), found["row"])


def _search(data: bytes) -> dict[str, Any]:
    document = parse_body(data, "ecos")
    found = document.get("StatisticSearch") if isinstance(document, dict) else None
    if isinstance(found, dict) and isinstance(found.get("row"), dict):
        found = {**found, "row": [found["row"]]}  # one row, in XML
    if not isinstance(found, dict) or not isinstance(found.get("row"), list):
        raise fault("shape", publisher="ecos", detail="StatisticSearch.row")
    return found


def read(data: bytes) -> list[dict[str, Any]]:
    """The rows of one page; `DATA_VALUE` is in the row's `UNIT_NAME`.

    Raises:
        FetchError: the error that the answer reports, or NotData.
    """
    return [with_figures(row, {"DATA_VALUE"}) for row in _search(data)["row"]]
