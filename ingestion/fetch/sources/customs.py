"""Trade statistics of the customs service: the nation's sums, by item, by province, by city.

The country's tables are in US$; the tables by 시도 and 시군구 are in thousand US$, though labelled
달러: `unit` in every row says which. Figures of month M come about the 15th of M+1 and are revised.
The tables by 시도 sum up whatever is asked under the year alone, so they are asked month by month.

Services: Newtrade (portal 15102108), Itemtrade (15101609), sidotrade (15101643), sidoitemtrade
(15101641), sigunguperprlstperacrs (15134343); paths and names mind their case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ingestion.fetch.bodies import with_figures
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.errors import NoData
from ingestion.fetch.sources.datagokr import GATEWAY, KEY, KEY_PARAM, items

Area = Literal["total", "country", "sido", "sigungu"]


def _service(name: str) -> Service:
    """Each is a service of its own, with its own quota."""
    return Service(f"customs-{name}", "customs", KEY, per_second=5, per_day=10_000)


#: Area and whether by item → service, path, and the parameter that takes the HS code.
_SERVICES: dict[tuple[Area, bool], tuple[Service, str, str]] = {
    ("total", False): (_service("total"), "Newtrade/getNewtradeList", ""),
    ("country", True): (_service("item"), "Itemtrade/getItemtradeList", "hsSgn"),
    ("sido", False): (_service("sido"), "sidotrade/getSidotradeList", ""),
    ("sido", True): (_service("sido-item"), "sidoitemtrade/getSidoitemtradeList", "hsSgn"),
    ("sigungu", True): (
        _service("sigungu-item"),
        "sigunguperprlstperacrs/getSigunguPerPrlstPerAcrs",
        "HsSgn",
    ),
}
_COUNTRY_FIGURES = {"expDlr", "expWgt", "expCnt", "impDlr", "impWgt", "impCnt", "balPayments"}
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
    """Exports and imports from a month to a month (`2024-01`), of an HS code or of all goods.

    The nation's sums (`total`) take no HS code, its items (`country`) and the cities (`sigungu`)
    need one, provinces (`sido`) may have one. `sido` is the two-digit code of a province: the
    tables by item need it, the sums by province give all provinces without it.

    Raises:
        ValueError: a month, HS code or area that the service would not take.
    """

    hs: str | None
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
        if self.hs is not None and not re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{10}", self.hs):
            raise ValueError(f"not an HS code: {self.hs!r}")
        if (self.area, self.hs is not None) not in _SERVICES:
            raise ValueError(
                f"no table of {self.area} " + ("by item" if self.hs else "for all goods")
            )
        if self.area == "sigungu" and len(self.hs or "") != 6:
            raise ValueError("the table by 시군구 takes HS codes of six digits only")
        below = self.area in ("sido", "sigungu")
        if (self.sido is not None and not below) or (self.sido is None and below and self.hs):
            raise ValueError(
                "a province's code belongs to the tables by 시도 and 시군구, and only there"
            )

    @property
    def spans(self) -> list[tuple[str, str]]:
        """From which month to which each call asks."""
        years = list(windows(self.start, self.end))
        if self.area != "sido":
            return years
        months = [f"{first[:4]}-{m:02d}" for first, _ in years for m in range(1, 13)]
        return [(month, month) for month in months if self.start <= month <= self.end]


def windows(start: str, end: str) -> Iterator[tuple[str, str]]:
    """The calendar years (or parts of them) from month to month: at most twelve months each."""
    for year in range(int(start[:4]), int(end[:4]) + 1):
        yield max(start, f"{year}-01"), min(end, f"{year}-12")


def fetch(fetcher: Fetcher, request: TradeRequest) -> list[Answer]:
    """One answer a calendar year (a month, by province); what has no data is left out.

    Raises:
        NoData: there is none at all.
        FetchError: as `Fetcher.get`.
    """
    service, path, hs_name = _SERVICES[request.area, request.hs is not None]
    answers: list[Answer] = []
    nothing: NoData | None = None
    for first, last in request.spans:
        begin, until = first.replace("-", ""), last.replace("-", "")
        place = {"sidoCd": request.sido} if request.sido else {}
        goods = {hs_name: request.hs} if request.hs else {}
        call = Call(
            service=service,
            dataset=f"customs__trade_by_item_{request.area}",
            url=f"{GATEWAY}/1220000/{path}",
            params={"strtYymm": begin, "endYymm": until, **goods, **place},
            key_param=KEY_PARAM,
            expect="xml",
            check=read,
            file_name="_".join(
                ["trade", request.area, request.sido or "kr", request.hs or "all", begin, until]
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


def area_of(row: Mapping[str, Any]) -> Area | None:
    """Which of these tables a row is of, by its fields; None for none of them (by country, too)."""
    if "statCd" in row or not ("year" in row or "priodTitle" in row):
        return None
    if "sggNm" in row:
        return "sigungu"
    if "expUsdAmt" in row:
        return "sido"
    if "expDlr" not in row:
        return None
    return "country" if by_item(row) else "total"


def by_item(row: Mapping[str, Any]) -> bool:
    """Whether a row is about an item (an HS code)."""
    return "hsCode" in row or "hsSgn" in row


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
