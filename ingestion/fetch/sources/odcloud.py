"""File datasets of data.go.kr through odcloud, page by page.

An edition has its own `uddi`; `editions` looks up which there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.fetch.bodies import figure, parse
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.errors import fault
from ingestion.fetch.paging import Page, pages
from ingestion.fetch.sources.datagokr import KEEP_DAYS, KEY, KEY_PARAM
from ingestion.periods import date_in_name

SERVICE = Service("odcloud", "odcloud", KEY, per_second=5, per_day=10_000)
#: The description of a dataset's interface; it needs no key.
DESCRIPTION = Service("odcloud-description", "odcloud", per_second=1)

#: A column holds figures if its header ends in a unit.
_UNIT = re.compile(
    r"\((?:억원|백만원|천원|원|백만달러|천달러|달러|명|개사|개|%|퍼센트|㎡|천㎡)\)\s*$"
)
_EDITION = re.compile(r"^/(\d+)/v1/(uddi:[0-9a-f\-]+(?:_\d+)?)$")


@dataclass(frozen=True)
class OdcloudRequest:
    """One edition of a dataset; `day` is the date in its title, which its rows do not tell.

    Raises:
        ValueError: a dataset number or uddi that is none, or a page size out of 1–1000.
    """

    dataset: str
    dataset_id: str
    uddi: str
    per_page: int = 1000
    conditions: Mapping[str, str] = field(default_factory=dict)
    day: date | None = None

    def __post_init__(self) -> None:
        if not _EDITION.match(f"/{self.dataset_id}/v1/{self.uddi}"):
            raise ValueError(f"not a dataset and edition: {self.dataset_id} {self.uddi}")
        if not 1 <= self.per_page <= 1000:
            raise ValueError("a page holds 1 to 1000 rows")


@dataclass(frozen=True)
class Edition:
    """One edition that odcloud offers; `day` is the date in its title, if there is one."""

    uddi: str
    title: str
    day: date | None
    is_newest: bool = False

    @property
    def changed_on(self) -> date | None:
        """The day of the last change: it is not told here."""
        return None


def editions(fetcher: Fetcher, dataset_id: str) -> list[Edition]:
    """The editions of a dataset, newest first (those without a date in their title last).

    Raises:
        FetchError: as `Fetcher.send`.
    """
    call = Call(
        service=DESCRIPTION,
        dataset="odcloud__editions",
        url="https://infuser.odcloud.kr/oas/docs",
        params={"namespace": f"{dataset_id}/v1"},
        expect="json",
        file_name=f"editions_{dataset_id}",
    )
    return read_editions(fetcher.send(call).data)


def read_editions(data: bytes) -> list[Edition]:
    """The editions in odcloud's description of a dataset (its paths)."""
    document = parse(data, "odcloud")
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        raise fault("shape", publisher="odcloud", detail="paths")
    found = []
    for path, operations in paths.items():
        match = _EDITION.match(path)
        if match is None:
            continue
        get = operations.get("get", {}) if isinstance(operations, dict) else {}
        title = str(get.get("summary") or "")
        found.append(Edition(match[2], title, date_in_name(title)))
    found.sort(key=lambda e: e.day or date.min, reverse=True)
    return [replace(edition, is_newest=edition.day == found[0].day) for edition in found]


def fetch(fetcher: Fetcher, request: OdcloudRequest) -> list[Answer]:
    """All pages of an edition.

    Raises:
        FetchError: see `paging.pages`.
    """
    conditions = {f"cond[{name}]": value for name, value in request.conditions.items()}

    def call_for(number: int) -> Call:
        return Call(
            service=SERVICE,
            dataset=request.dataset,
            url=f"https://api.odcloud.kr/api/{request.dataset_id}/v1/{request.uddi}",
            params={
                **conditions,
                "page": str(number),
                "perPage": str(request.per_page),
                "returnType": "JSON",
            },
            key_param=KEY_PARAM,
            expect="json",
            file_name=f"odcloud_{request.dataset_id}_{request.uddi[5:13]}_p{number:04d}",
            period=request.day.isoformat() if request.day else None,
            keep_days=KEEP_DAYS,
        )

    return pages(fetcher, call_for, _look)


def _look(data: bytes) -> Page:
    document = _document(data)
    # With conditions only the matching rows come; `totalCount` stays that of the whole edition.
    total, match = document.get("totalCount"), document.get("matchCount")
    if isinstance(total, int) and isinstance(match, int) and match > total:
        raise fault("total_impossible", publisher="odcloud", total=f"{match} > {total}")
    return Page(total if match is None else match, document["data"], document.get("page"))


def _document(data: bytes) -> dict[str, Any]:
    document = parse(data, "odcloud")
    if not isinstance(document, dict) or not isinstance(document.get("data"), list):
        raise fault("shape", publisher="odcloud", detail="data")
    return document


def read(data: bytes) -> list[dict[str, Any]]:
    """The rows of one page. Columns whose header ends in a unit are figures.

    Raises:
        FetchError: the error that the answer reports, or NotData.
    """
    rows = []
    for row in _document(data)["data"]:
        found: dict[str, Any] = {}
        for name, value in row.items():
            if _UNIT.search(name):
                found[name], found[f"{name}_mark"] = figure(name, value)
            else:
                found[name] = Decimal(value) if type(value) is int else value
        rows.append(found)
    return rows
