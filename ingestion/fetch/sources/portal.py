"""File datasets of data.go.kr, downloaded as a browser does; no key is needed.

Four steps: the list of editions, the file's number, whether a captcha is asked for, the file.
Where a captcha is asked for, a person downloads the file and drops it into the inbox: the outcome
says which link and which folder.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ingestion.fetch.bodies import parse
from ingestion.fetch.client import Answer, Call, Fetcher, Service
from ingestion.fetch.errors import FetchError, NotData, fault
from ingestion.periods import date_in_name

SERVICE = Service("portal", "portal", per_second=0.5)
BASE = "https://www.data.go.kr"

_BUTTON = re.compile(r"fn_fileDataDown\(\s*'(\d+)'\s*,\s*'(uddi:[^']+)'")
_ANCHOR = re.compile(r"<a\b([^>]*data-public-pk\s*=\s*\"(uddi:[^\"]+)\"[^>]*)>(.*?)</a>", re.S)
_UPDATED = re.compile(r"수정일\s*</(?:th|strong|dt)>\s*<(?:td|div|dd)[^>]*>\s*(\d{4}-\d{2}-\d{2})")
_TITLE = re.compile(r"<title>([^<]*)")
_WHOLE_PAGE = re.compile(rb"\s*<(!doctype\s+html|html)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class PortalRequest:
    """A file dataset: the newest edition, or that of the date in its name (`_20251231`).

    Raises:
        ValueError: the dataset's number is none.
    """

    dataset: str
    dataset_id: str
    edition: date | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{4,12}", self.dataset_id):
            raise ValueError(f"not the number of a dataset: {self.dataset_id!r}")

    @property
    def page(self) -> str:
        """The dataset's page, for people."""
        return f"{BASE}/data/{self.dataset_id}/fileData.do"


@dataclass(frozen=True)
class Edition:
    """One edition of a file dataset: `day` is the date in its title, `changed_on` the portal's day
    of the last change, which it tells of the newest only."""

    uddi: str
    title: str
    day: date | None
    is_newest: bool
    changed_on: date | None = None


def fetch(fetcher: Fetcher, request: PortalRequest) -> list[Answer]:
    """The newest edition, or that of the request's date, as one answer.

    Raises:
        PersonNeeded: a captcha is asked for, or the portal offers no file there.
        FetchError: as `Fetcher.send`.
    """
    found = editions(fetcher, request)
    if request.edition is None:
        chosen = [e for e in found if e.is_newest]
    else:
        # The newest first: its title may stand in the list of earlier editions too.
        chosen = [e for e in reversed(found) if e.day == request.edition]
    if not chosen:
        raise _give_up(fetcher, request, "no_file", f"no edition of {request.edition}")
    return [download(fetcher, request, chosen[0])]


def editions(fetcher: Fetcher, request: PortalRequest) -> list[Edition]:
    """The editions that the portal offers, in the order of their dates, the newest last.

    The page tells the newest; a list behind it the earlier ones. The session's cookies come with
    the page, so `download` follows on this.

    Raises:
        PersonNeeded: the page offers no file.
        FetchError: as `Fetcher.send`.
    """
    page = fetcher.send(_step(request)).data.decode("utf-8", "replace")
    button = _BUTTON.search(page)
    if button is None:
        raise _give_up(fetcher, request, "no_file", "the page has no download button")
    changed = _UPDATED.search(page)
    title = _TITLE.search(page)
    words = " ".join(html.unescape(title[1]).split()).split(" | ")[0] if title else ""
    newest = Edition(
        uddi=button[2],
        title=words,
        day=date_in_name(words),
        is_newest=True,
        changed_on=_day(changed[1]) if changed else None,
    )
    numbers = {"publicDataPk": request.dataset_id, "publicDataDetailPk": newest.uddi}
    url = f"{BASE}/tcs/dss/selectHistAndCsvData.do"
    listed = replace(_asked(request), url=url, form=numbers, check=_must_be_a_list)
    try:
        earlier = read(fetcher.send(listed).data)
    except NotData as error:
        if error.code != "empty":  # without earlier editions there may be nothing to list
            raise
        earlier = []
    found = [Edition(**e, is_newest=False) for e in earlier if e["uddi"] != newest.uddi]
    return [*sorted(found, key=lambda e: e.day or date.min), newest]


def download(
    fetcher: Fetcher,
    request: PortalRequest,
    edition: Edition,
    check: Callable[[bytes], Any] | None = None,
) -> Answer:
    """The file of an edition; its day of publication where the portal tells it.

    Args:
        fetcher: asks; request: what for; edition: one of `editions`.
        check: looks at the bytes and raises where they are not the file that was meant.

    Raises:
        PersonNeeded: a captcha is asked for, or there is no file.
        FetchError: as `Fetcher.send`.
    """
    asked = _asked(request)
    form = {
        "publicDataPk": request.dataset_id,
        "publicDataDetailPk": edition.uddi,
        "atchFileId": "",
        "fileDetailSn": "1",
        "publicDataTyCode": "PR0051",
    }
    url = f"{BASE}/tcs/dss/selectFileDataDownload.do"
    handle = _mapping(fetcher.send(replace(asked, url=url, form=form, expect="json")).data)
    number = str(handle.get("atchFileId") or "")
    if not handle.get("status") or not number:
        raise _give_up(fetcher, request, "no_file", "no file number", edition.title)
    file = {"atchFileId": number, "fileDetailSn": str(handle.get("fileDetailSn") or "1")}

    url = f"{BASE}/cmm/cmm/check-limit.json"
    limit = _mapping(fetcher.send(replace(asked, url=url, form=file, expect="json")).data)
    if str(limit.get("needCaptcha", False)).lower() in ("true", "y", "1"):
        raise _give_up(fetcher, request, "captcha", title=edition.title)

    step = _step(request)
    answer = fetcher.send(
        replace(
            step,
            url=f"{BASE}/cmm/cmm/fileDownload.do",
            params=file,
            expect="file",
            check=check,
            file_name=_name(handle) or step.file_name,
        )
    )
    return replace(answer, published_at=edition.changed_on)


def _step(request: PortalRequest) -> Call:
    return Call(
        service=SERVICE,
        dataset=request.dataset,
        url=request.page,
        headers={"Referer": request.page},
        expect="html",
        file_name=f"portal_{request.dataset_id}",
        period=request.edition.isoformat() if request.edition else None,
    )


def _asked(request: PortalRequest) -> Call:
    """A step as the page's own script asks it."""
    headers = {"Referer": request.page, "X-Requested-With": "XMLHttpRequest"}
    return replace(_step(request), headers=headers)


def _give_up(
    fetcher: Fetcher, request: PortalRequest, code: str, detail: str = "", title: str = ""
) -> FetchError:
    """What only a person can do now: recorded, with the link, the edition and the folder."""
    error = fault(
        code,
        publisher="portal",
        detail=detail,
        link=request.page,
        what=f" '{title}'" if title else "",
        folder=fetcher.inbox,
    )
    fetcher.record(_step(request), error=error)
    return error


def read(data: bytes) -> list[dict[str, Any]]:
    """The editions in the portal's list: `title`, `uddi`, `day` (the date in the title, or None).

    The files themselves are read by the contracts of the ingestion.
    """
    found, seen = [], set()
    for match in _ANCHOR.finditer(data.decode("utf-8", "replace")):
        title = " ".join(html.unescape(_TAG.sub(" ", match[3])).split())
        if match[2] not in seen:
            seen.add(match[2])
            found.append({"title": title, "uddi": match[2], "day": date_in_name(title)})
    return found


def _must_be_a_list(data: bytes) -> None:
    """The list is a part of a page. A whole page without one is about something else (maintenance, no
    session), and says nothing of earlier editions."""
    if _WHOLE_PAGE.match(data) and not read(data):
        raise fault("html", publisher="portal")


def _mapping(data: bytes) -> dict[str, Any]:
    document = parse(data, "portal")
    if not isinstance(document, dict):
        raise fault("shape", publisher="portal", detail="{…}")
    return document


def _name(handle: dict[str, Any]) -> str:
    """The file's name as the portal tells it beside its number."""
    for part, key in (("fileDataRegistVO", "orginlFileNm"), ("dataSetFileDetailInfo", "dataNm")):
        known = handle.get(part)
        if isinstance(known, dict) and known.get(key):
            name = str(known[key])
            ending = str(known.get("atchFileExtsn") or "").lstrip(".")
            return f"{name}.{ending}" if ending and not name.endswith(f".{ending}") else name
    return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
