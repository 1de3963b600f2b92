"""Pages of one answer, fetched one after the other until the rows are all there.

Every page is kept as it came, so a loop that was stopped (quota, network) goes on at the page it
stopped at. Pages that contradict each other are thrown away together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ingestion.fetch.client import Answer, Call, Fetcher
from ingestion.fetch.errors import PagesDisagree, fault, quoted

#: No table of ours comes near this; a larger total is nonsense.
MAX_ROWS = 5_000_000


@dataclass(frozen=True)
class Page:
    """What one page says: the total as printed, its rows, its own number if it tells one."""

    total: Any
    rows: list[Any]
    number: Any = None


def pages(
    fetcher: Fetcher, call_for: Callable[[int], Call], look: Callable[[bytes], Page]
) -> list[Answer]:
    """All pages, in order.

    How many rows a page holds is the publisher's affair (some give fewer than asked for): the
    loop ends when as many rows have come as the total says. If the total changes on the way,
    everything is asked for once more from the first page.

    Args:
        fetcher: sends and keeps.
        call_for: the call for page 1, 2, …
        look: reads a page; raises what the sources' `read` raises.

    Raises:
        NoData: there are no rows.
        PagesDisagree: the total is impossible or keeps changing, a page is repeated, empty before
            the end or not the one asked for, or there are more rows than the total.
        FetchError: whatever `Fetcher.get` raises; the pages that came stay for the next run.
    """
    for last_try in (False, True):
        asked: list[Call] = []
        try:
            return _walk(fetcher, call_for, look, asked)
        except PagesDisagree as error:
            for call in asked:
                fetcher.forget(call)
            if last_try or error.code != "total_changed":
                fetcher.record(asked[0], error=error.redact(fetcher.masker.mask))
                raise
    raise AssertionError("unreachable")


def _walk(
    fetcher: Fetcher,
    call_for: Callable[[int], Call],
    look: Callable[[bytes], Page],
    asked: list[Call],
) -> list[Answer]:
    answers: list[Answer] = []
    seen: dict[str, int] = {}
    total, got, number = 0, 0, 0
    while number == 0 or got < total:
        number += 1
        asked.append(replace(call_for(number), check=look))
        answer = fetcher.get(asked[-1])
        page = look(answer.data)
        said = _whole(page.total)
        if number == 1:
            total = said
        elif said != total:
            raise fault("total_changed", before=total, after=said)
        if page.number is not None and str(page.number) != str(number):
            raise fault("page_other", page=number, found=quoted(page.number))
        if not page.rows and got < total:
            raise fault("page_empty", page=number, got=got, total=total)
        rows = json.dumps(page.rows, default=str, sort_keys=True).encode()
        before = seen.setdefault(hashlib.sha256(rows).hexdigest(), number)
        if before != number:
            raise fault("page_repeated", page=number, before=before)
        got += len(page.rows)
        if got > total:
            raise fault("rows_too_many", got=got, total=total)
        answers.append(answer)
    if total == 0:
        raise fault("no_rows")
    return answers


def _whole(total: Any) -> int:
    text = str(total).strip()
    if not (text.isascii() and text.isdigit()) or int(text) > MAX_ROWS:
        raise fault("total_impossible", total=quoted(text))
    return int(text)
