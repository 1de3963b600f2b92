"""The factory registry by complex (`fctryRegistInfo`), page by page.

The answers name persons (representative, telephone, fax). They stay in the raw pages; `read` takes
the fields it knows and no other, so a new field of that kind cannot slip through either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingestion.fetch.bodies import with_figures
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.sources.datagokr import GATEWAY, KEEP_DAYS, KEY, KEY_PARAM, fetch_pages, items

SERVICE = Service("fctryRegistInfo", "data.go.kr", KEY, per_second=5, per_day=1000)
URL = f"{GATEWAY}/B550624/fctryRegistInfo/getFctryListInIrsttService_v2"

#: What is read of a factory.
FIELDS = (
    "fctryManageNo",
    "irsttNm",
    "cmpnyNm",
    "rnAdres",
    "allEmplyCo",
    "frstFctryRegistDe",
    "indutyNm",
    "rprsntvIndutyCode",
    "mainProductCn",
)


@dataclass(frozen=True)
class FactoriesRequest:
    """The registered factories of one complex, by its full name (`남동국가산업단지`).

    Raises:
        ValueError: no name, or a page size out of 1–1000.
    """

    complex_name: str
    per_page: int = 500

    def __post_init__(self) -> None:
        if not self.complex_name.strip():
            raise ValueError("the name of the complex is missing")
        if not 1 <= self.per_page <= 1000:
            raise ValueError("a page holds 1 to 1000 rows")


def fetch(fetcher: Fetcher, request: FactoriesRequest) -> list[Answer]:
    """All pages.

    Raises:
        FetchError: see `paging.pages`.
    """
    call = Call(
        service=SERVICE,
        dataset="kicox__factory_registry_api",
        url=URL,
        params={"irsttNm": request.complex_name, "type": "json"},
        key_param=KEY_PARAM,
        file_name=f"factories_{request.complex_name}",
        keep_days=KEEP_DAYS,
    )
    return fetch_pages(fetcher, call, request.per_page)


def read(data: bytes) -> list[dict[str, Any]]:
    """The factories of one page, without what concerns persons.

    Raises:
        FetchError: the error that the answer reports, or NotData.
    """
    return [
        with_figures({name: row.get(name) for name in FIELDS}, {"allEmplyCo"})
        for row in items(data)
    ]
