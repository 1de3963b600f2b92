"""KOSIS tables by parameters; a request over 40,000 cells is split and its parts are joined.

`LST_CHN_DE`, the day of the last change, is the vintage of an answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from ingestion.fetch.bodies import parse, with_figures
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.errors import NoData, TooMuch, fault, quoted

#: 200 calls a minute, with a little distance.
SERVICE = Service("kosis", "kosis", "kosis", per_second=3.2)
URL = "https://kosis.kr/openapi/Param/statisticsParameterData.do"
MAX_CELLS = 40_000

#: Periods in a year, for the frequencies whose periods can be counted.
_IN_A_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12}
ALL = "ALL"


@dataclass(frozen=True)
class KosisRequest:
    """Cells of one table: items, one tuple of codes for each classification, and periods.

    `("ALL",)` stands for all codes. Periods are written as KOSIS does: Y `2024`, H and Q
    `202401` (half-year or quarter 01), M `202401`; or `newest` of them instead.

    Raises:
        ValueError: neither or both of range and newest, periods of another form, no code.
    """

    dataset: str
    org: str
    table: str
    items: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    frequency: Literal["Y", "H", "Q", "M", "D", "F", "IR"]
    start: str | None = None
    end: str | None = None
    newest: int | None = None

    def __post_init__(self) -> None:
        ranged = self.start is not None and self.end is not None
        if ranged == (self.newest is not None) or (self.start is None) != (self.end is None):
            raise ValueError("either start and end, or newest")
        if not self.items or not 1 <= len(self.classes) <= 8 or not all(self.classes):
            raise ValueError("items and one to eight classifications, each with its codes")
        for text in (self.start, self.end):
            length = 4 if self.frequency == "Y" else 6
            if text is not None and self.frequency in _IN_A_YEAR:
                if not re.fullmatch(rf"\d{{{length}}}", text):
                    raise ValueError(f"not a period of frequency {self.frequency}: {text!r}")
                if length == 6 and not 1 <= int(text[4:]) <= _IN_A_YEAR[self.frequency]:
                    raise ValueError(f"not a period of frequency {self.frequency}: {text!r}")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("the range ends before it begins")

    @property
    def cells(self) -> int | None:
        """How many cells this asks for; None where `ALL` leaves it open."""
        lists = [self.items, *self.classes]
        periods = self.newest if self.newest is not None else self.periods
        if periods is None or any(codes == (ALL,) for codes in lists):
            return None
        return periods * math.prod(len(codes) for codes in lists)

    @property
    def periods(self) -> int | None:
        """How many periods the range holds; None where that cannot be counted."""
        if self.start is None or self.end is None or self.frequency not in _IN_A_YEAR:
            return None
        return self._index(self.end) - self._index(self.start) + 1

    def halves(self) -> tuple[KosisRequest, KosisRequest] | None:
        """The request in two: by period, else by its longest list of codes; None if it cannot be."""
        count = self.periods
        if count is not None and count > 1:
            assert self.start is not None
            first = self._index(self.start) + count // 2
            return (
                replace(self, end=self._period(first - 1)),
                replace(self, start=self._period(first)),
            )
        lists = [self.items, *self.classes]
        longest = max(range(len(lists)), key=lambda i: len(lists[i]))
        codes = lists[longest]
        if len(codes) < 2:
            return None
        middle = len(codes) // 2
        return self._with(longest, codes[:middle]), self._with(longest, codes[middle:])

    def _with(self, place: int, codes: tuple[str, ...]) -> KosisRequest:
        if place == 0:
            return replace(self, items=codes)
        classes = [*self.classes]
        classes[place - 1] = codes
        return replace(self, classes=tuple(classes))

    def _index(self, text: str) -> int:
        size = _IN_A_YEAR[self.frequency]
        return int(text[:4]) * size + (int(text[4:]) - 1 if size > 1 else 0)

    def _period(self, index: int) -> str:
        size = _IN_A_YEAR[self.frequency]
        return str(index) if size == 1 else f"{index // size}{index % size + 1:02d}"


def fetch(fetcher: Fetcher, request: KosisRequest) -> list[Answer]:
    """The answer, or the parts of it where it has more than 40,000 cells.

    Parts without data are left out. `read_all` joins the parts.

    Raises:
        NoData: no part has data.
        TooMuch: still over the limit and not to be split further: name codes instead of ALL.
        FetchError: as `Fetcher.get`.
    """
    nothing: list[NoData] = []
    answers = _fetch(fetcher, request, nothing)
    if not answers:
        raise nothing[0]
    return answers


def _fetch(fetcher: Fetcher, request: KosisRequest, nothing: list[NoData]) -> list[Answer]:
    halves = request.halves()
    call = _call(request)
    is_too_much = (request.cells or 0) > MAX_CELLS or fetcher.was_refused(call)
    if not is_too_much or halves is None:
        try:
            answer = fetcher.get(call)
            return [replace(answer, published_at=vintage(answer.data))]
        except NoData as error:
            nothing.append(error)
            return []
        except TooMuch:
            if halves is None:
                raise
            fetcher.keep_refusal(call)
    return [answer for half in halves for answer in _fetch(fetcher, half, nothing)]


def _call(request: KosisRequest) -> Call:
    def joined(codes: tuple[str, ...]) -> str:
        return ALL if codes == (ALL,) else "".join(f"{code}+" for code in codes)

    params = {
        "method": "getList",
        "orgId": request.org,
        "tblId": request.table,
        "itmId": joined(request.items),
        **{f"objL{n}": joined(codes) for n, codes in enumerate(request.classes, 1)},
        "format": "json",
        "jsonVD": "Y",  # without it the keys come without quotes
        "prdSe": request.frequency,
    }
    if request.newest is not None:
        params["newEstPrdCnt"] = str(request.newest)
        span = f"newest{request.newest}"
    else:
        params |= {"startPrdDe": str(request.start), "endPrdDe": str(request.end)}
        span = f"{request.start}_{request.end}"
    call = Call(
        service=SERVICE,
        dataset=request.dataset,
        url=URL,
        params=params,
        key_param="apiKey",
        expect="json",
        check=read,
        period=request.start,
    )
    name = f"kosis_{request.org}_{request.table}_{span}_{call.fingerprint[:8]}"
    return replace(call, file_name=name)


def read(data: bytes) -> list[dict[str, Any]]:
    """The rows of one answer; `DT` is in the row's `UNIT_NM`, `DT_mark` keeps `-`, `X` and empty.

    Raises:
        FetchError: the error that the answer reports, or NotData.
    """
    return [with_figures(row, {"DT"}) for row in _rows(data)]


def read_all(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """The rows of all parts, joined.

    Raises:
        PagesDisagree: a cell stands in two parts.
    """
    rows = [row for answer in answers for row in read(answer.data)]
    names = ["TBL_ID", "ITM_ID", "PRD_SE", "PRD_DE", *(f"C{n}" for n in range(1, 9))]
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        cell = tuple(row.get(name) for name in names)
        if cell in seen:
            detail = " ".join(str(part) for part in cell if part is not None)
            raise fault("row_twice", publisher="kosis", detail=quoted(detail))
        seen.add(cell)
    return rows


def vintage(data: bytes) -> date | None:
    """The day of the last change (`LST_CHN_DE`), the latest of all rows."""
    days = []
    for row in _rows(data):
        try:
            days.append(date.fromisoformat(str(row.get("LST_CHN_DE"))))
        except ValueError:
            continue
    return max(days, default=None)


def _rows(data: bytes) -> list[dict[str, Any]]:
    document = parse(data, "kosis")
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise fault("shape", publisher="kosis", detail="[…]")
    return document
