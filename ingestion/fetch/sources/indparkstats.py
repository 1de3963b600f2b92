"""KICOX's trend survey through the gateway (`indparkstats`): by complex a month, by industry a range.

Nothing newer than about 2024-03 was found here by others: the files (`portal`) are the live route.
Production is in 억원, exports in US$ million, as in the publisher's files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from ingestion.fetch.bodies import with_figures
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.sources.datagokr import GATEWAY, KEEP_DAYS, KEY, KEY_PARAM, fetch_pages, items
from ingestion.periods import Period

SERVICE = Service("indparkstats", "data.go.kr", KEY, per_second=5, per_day=500)
BASE = f"{GATEWAY}/B550624/indparkstats"

#: The interface does not tell when a figure was published. The survey's months came out within so
#: many days; asked today, the first print of an old month must not pass for its newest revision.
FIRST_PRINT_DAYS = timedelta(days=60)

Operation = Literal[
    "production_by_complex",
    "exports_by_complex",
    "employment_by_complex",
    "operating_rate_by_complex",
    "tenants_by_complex",
    "tenants_by_industry",
    "employment_by_industry",
    "production_by_industry",
    "exports_by_industry",
    "operating_rate_by_industry",
    "operating_by_industry",
    "operating_rate_detail",
]
#: Operation → the service's name and whether it takes one month or a range.
OPERATIONS: dict[Operation, tuple[str, Literal["month", "range"]]] = {
    "production_by_complex": ("kicoxPrdRecByIrsttStatsService", "month"),
    "exports_by_complex": ("kicoxExportRecByIrsttStatsService", "month"),
    "employment_by_complex": ("kicoxEmpByIrsttStatsService", "month"),
    "operating_rate_by_complex": ("kicoxOpRateByIrsttStatsService", "month"),
    "tenants_by_complex": ("kicoxMvnCmpnyStatsService", "month"),
    "production_by_industry": ("kicoxPrdRecByIndustryStatsService", "range"),
    "exports_by_industry": ("kicoxExportRecByIndustryStatsService", "range"),
    "operating_rate_by_industry": ("kicoxOpRateByIndustryStatsService", "range"),
    "operating_by_industry": ("kicoxOpCmpnyByIndustryStatsService", "range"),
    # These three were seen in public clients only.
    "tenants_by_industry": ("kicoxMvnCmpnyByIndustryStatsService", "month"),
    "employment_by_industry": ("kicoxEmpByIndustryStatsService", "month"),
    "operating_rate_detail": ("kicoxDetailOpRateStatsService", "range"),
}

#: The columns of the operations by industry, as the publisher's files name them.
INDUSTRIES = {
    "induty01": "음식료",
    "induty02": "섬유의복",
    "induty03": "목재종이",
    "induty04": "석유화학",
    "induty05": "비금속",
    "induty06": "철강",
    "induty07": "기계",
    "induty08": "전기전자",
    "induty09": "운송장비",
    "induty12": "기타",
    "induty131415": "비제조",
    "total": "계",
}
#: Columns of figures begin like this; the others (type, name, month) are text.
_FIGURES = re.compile(r"^(month|prevMonth|total|monIncrs|hire|induty\d)")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class TrendRequest:
    """One operation for a month, or from a month to a month (`2024-01`).

    Raises:
        ValueError: a month that is none, an unknown operation, or a range where the operation
            takes one month.
    """

    operation: Operation
    month: str
    until: str | None = None

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise ValueError(f"unknown operation: {self.operation}")
        for month in (self.month, self.until or self.month):
            if not _MONTH.fullmatch(month):
                raise ValueError(f"not a month: {month!r} (2024-01)")
        if self.until is not None and OPERATIONS[self.operation][1] == "month":
            raise ValueError(f"{self.operation} takes one month, not a range")
        if (self.until or self.month) < self.month:
            raise ValueError("the range ends before it begins")


def fetch(fetcher: Fetcher, request: TrendRequest) -> list[Answer]:
    """All pages of one operation, dated as a first print (`FIRST_PRINT_DAYS`).

    Raises:
        FetchError: see `paging.pages`.
    """
    name, takes = OPERATIONS[request.operation]
    first, last = request.month.replace("-", ""), (request.until or request.month).replace("-", "")
    period = {"stdrYm": first} if takes == "month" else {"srtStdrYm": first, "endStdrYm": last}
    call = Call(
        service=SERVICE,
        dataset=f"kicox__trend_api_{request.operation}",
        url=f"{BASE}/{name}",
        params={**period, "type": "json"},
        key_param=KEY_PARAM,
        file_name=f"{request.operation}_{first}" + (f"_{last}" if last != first else ""),
        period=request.month,
        keep_days=KEEP_DAYS,
    )
    printed = Period.parse(request.until or request.month).last_day + FIRST_PRINT_DAYS
    day = min(printed, fetcher.meter.today())
    return [replace(a, published_at=day) for a in fetch_pages(fetcher, call, per_page=100)]


def read(data: bytes) -> list[dict[str, Any]]:
    """The rows of one page.

    Raises:
        FetchError: the error that the answer reports, or NotData.
    """
    return [
        with_figures(row, {name for name in row if _FIGURES.match(name)}) for row in items(data)
    ]
