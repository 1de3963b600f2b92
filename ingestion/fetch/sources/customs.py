"""Trade statistics of the customs service: by item for the country, by item for a province or city.

The country's table is in US$; the tables by 시도 and 시군구 are in thousand US$, though labelled
달러: `unit` in every row says which. Figures of month M come about the 15th of M+1 and are revised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ingestion.fetch.bodies import with_figures
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.errors import NoData
from ingestion.fetch.sources.datagokr import GATEWAY, KEY, KEY_PARAM, items

Area = Literal["country", "sido", "sigungu"]

#: Each is a service of its own, with its own quota.
_SERVICES: dict[Area, tuple[Service, str, str]] = {
    "country": (
        Service("customs-item", "customs", KEY, per_second=5, per_day=10_000),
        f"{GATEWAY}/1220000/Itemtrade/getItemtradeList",
        "hsSgn",
    ),
    "sido": (
        Service("customs-sido-item", "customs", KEY, per_second=5, per_day=10_000),
        f"{GATEWAY}/1220000/sidoitemtrade/getSidoitemtradeList",
        "hsSgn",
    ),
    "sigungu": (
        Service("customs-sigungu-item", "customs", KEY, per_second=5, per_day=10_000),
        f"{GATEWAY}/1220000/sigunguperprlstperacrs/getSigunguPerPrlstPerAcrs",
        "HsSgn",
    ),
}
_COUNTRY_FIGURES = {"expDlr", "expWgt", "impDlr", "impWgt", "balPayments"}
_AREA_FIGURES = {
    "expUsdAmt",
    "impUsdAmt",
    "cmtrBlncAmt",
    "expCnt",
    "impCnt",
    "expLnCnt",
    "impLnCnt",
}
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
#: The item that holds the sum of all others.
TOTAL = "총계"


@dataclass(frozen=True)
class TradeRequest:
    """Exports and imports of an HS code from a month to a month (`2024-01`).

    `sido` is the two-digit code of the province, for the tables below the country.

    Raises:
        ValueError: a month, HS code or area that the service would not take.
    """

    hs: str
    start: str
    end: str
    area: Area = "country"
    sido: str | None = None

    def __post_init__(self) -> None:
        for month in (self.start, self.end):
            if not _MONTH.fullmatch(month):
                raise ValueError(f"not a month: {month!r} (2024-01)")
        if self.end < self.start:
            raise ValueError("the range ends before it begins")
        if not re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{10}", self.hs):
            raise ValueError(f"not an HS code: {self.hs!r}")
        if self.area == "sigungu" and len(self.hs) != 6:
            raise ValueError("the table by 시군구 takes HS codes of six digits only")
        if (self.area == "country") != (self.sido is None):
            raise ValueError(
                "a province's code belongs to the tables by 시도 and 시군구, and only there"
            )


def windows(start: str, end: str) -> Iterator[tuple[str, str]]:
    """The calendar years (or parts of them) from month to month: at most twelve months each."""
    for year in range(int(start[:4]), int(end[:4]) + 1):
        yield max(start, f"{year}-01"), min(end, f"{year}-12")


def fetch(fetcher: Fetcher, request: TradeRequest) -> list[Answer]:
    """One answer a calendar year; years without data are left out.

    Raises:
        NoData: no year has data.
        FetchError: as `Fetcher.get`.
    """
    service, url, hs_name = _SERVICES[request.area]
    answers: list[Answer] = []
    nothing: NoData | None = None
    for first, last in windows(request.start, request.end):
        begin, until = first.replace("-", ""), last.replace("-", "")
        place = {"sidoCd": request.sido} if request.sido else {}
        call = Call(
            service=service,
            dataset=f"customs__trade_by_item_{request.area}",
            url=url,
            params={"strtYymm": begin, "endYymm": until, hs_name: request.hs, **place},
            key_param=KEY_PARAM,
            expect="xml",
            check=read,
            file_name="_".join(
                ["trade", request.area, request.sido or "kr", request.hs, begin, until]
            ),
            period=first[:4],
        )
        try:
            answers.append(fetcher.get(call))
        except NoData as error:
            nothing = error
    if not answers and nothing is not None:
        raise nothing
    return answers


def read(data: bytes) -> list[dict[str, Any]]:
    """The rows of one answer, without the total; `period` is `2026-01`, `unit` usd or usd_thousand.

    Raises:
        FetchError: the error that the answer reports, or NotData.
    """
    rows = []
    for item in items(data, "customs"):
        by_area = "priodTitle" in item
        printed = str(item.get("priodTitle" if by_area else "year") or "")
        # `총계` is the sum of the others and would double them; a year alone is a sum of months.
        if TOTAL in printed:
            continue
        row = with_figures(item, _AREA_FIGURES if by_area else _COUNTRY_FIGURES)
        row["period"] = printed.replace(".", "-")
        row["unit"] = "usd_thousand" if by_area else "usd"
        rows.append(row)
    return rows
