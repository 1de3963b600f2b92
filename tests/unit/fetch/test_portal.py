"""The portal's download in four steps."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.sources import portal

from .conftest import Make, outcomes
from .publishers import as_json

NEW, OLD = "uddi:11111111-0000-4000-8000-000000000000", "uddi:22222222-0000-4000-8000-000000000000"
PAGE = f"""<!DOCTYPE html><html><head><title>한국산업단지공단_국가산업단지 산업동향정보_20260331 | 공공데이터포털</title></head>
<body><th>수정일</th> <td>2026-05-29</td>
<a onclick="fileDetailObj.fn_fileDataDown('3042071', '{NEW}', '','1', '3')">다운로드</a></body></html>"""
HISTORY = f"""
<div><ul><li><a href="#" onclick="openFileDetailPopup(this)" data-public-pk="{OLD}"
 data-public-detail-sn="1"> 한국산업단지공단_국가산업단지 산업동향정보_20251231 </a></li></ul></div>"""
FILE = b"PK\x03\x04 a workbook"


def portal_site(**changes: Any) -> tuple[Any, list[tuple[str, str, dict[str, str]]]]:
    seen: list[tuple[str, str, dict[str, str]]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        form = {k: v[0] for k, v in parse_qs(request.content.decode(), True).items()}
        seen.append((request.method, path.rsplit("/", 1)[1], form or dict(request.url.params)))
        assert request.headers["referer"] == "https://www.data.go.kr/data/3042071/fileData.do"
        if path.endswith("fileData.do"):
            headers = {"set-cookie": "JSESSIONID=1; Path=/"}
            return httpx.Response(200, text=changes.get("page", PAGE), headers=headers)
        assert request.headers["cookie"] == "JSESSIONID=1"
        if path == "/tcs/dss/selectHistAndCsvData.do":
            return httpx.Response(200, text=changes.get("history", HISTORY))
        if path == "/tcs/dss/selectFileDataDownload.do":
            name = {"orginlFileNm": "산업동향정보_20260331.xlsx"}
            known = {"status": True, "atchFileId": "FILE_1", "fileDetailSn": "1"}
            return as_json(changes.get("handle", known | {"fileDataRegistVO": name}))
        if path == "/cmm/cmm/check-limit.json":
            return as_json({"needCaptcha": changes.get("captcha", False)})
        assert path == "/cmm/cmm/fileDownload.do"
        headers = changes.get("headers", {})
        return httpx.Response(200, content=changes.get("file", FILE), headers=headers)

    return handler, seen


REQUEST = portal.PortalRequest("kicox__industrial_trend", "3042071")


def test_the_portal_in_its_steps(make: Make, home: Path) -> None:
    disposition = "attachment; filename=%EC%82%B0%EB%8B%A8_20260331.xlsx"
    handler, seen = portal_site(headers={"content-disposition": disposition})
    (answer,) = portal.fetch(make(handler, keys={}), REQUEST)
    assert [(method, step) for method, step, _ in seen] == [
        ("GET", "fileData.do"),
        ("POST", "selectHistAndCsvData.do"),
        ("POST", "selectFileDataDownload.do"),
        ("POST", "check-limit.json"),
        ("GET", "fileDownload.do"),
    ]
    assert seen[2][2]["publicDataDetailPk"] == NEW and seen[2][2]["publicDataPk"] == "3042071"
    assert seen[4][2] == {"atchFileId": "FILE_1", "fileDetailSn": "1"}
    assert (answer.data, answer.file_name) == (FILE, "산단_20260331.xlsx")
    assert answer.published_at == date(2026, 5, 29)
    assert [r["status"] for r in outcomes(home)] == ["fetched"] * 5


def test_the_portal_names_the_file_where_the_header_does_not(make: Make) -> None:
    handler, _ = portal_site()
    (answer,) = portal.fetch(make(handler), REQUEST)
    assert answer.file_name == "산업동향정보_20260331.xlsx"


def test_an_earlier_edition(make: Make) -> None:
    handler, seen = portal_site()
    request = portal.PortalRequest("kicox__industrial_trend", "3042071", date(2025, 12, 31))
    (answer,) = portal.fetch(make(handler), request)
    assert seen[2][2]["publicDataDetailPk"] == OLD and answer.published_at is None
    newest = portal.PortalRequest("kicox__industrial_trend", "3042071", date(2026, 3, 31))
    portal.fetch(make(handler), newest)
    assert seen[7][2]["publicDataDetailPk"] == NEW
    with pytest.raises(errors.PersonNeeded):
        portal.fetch(make(handler), portal.PortalRequest("kicox__x", "3042071", date(2020, 1, 1)))


def test_a_page_in_the_place_of_the_list_is_no_empty_list(make: Make, home: Path) -> None:
    """Maintenance, or no session: taken for an empty list it would hide every earlier edition."""
    handler, seen = portal_site(history="<!DOCTYPE html><html><body>점검 중</body></html>")
    with pytest.raises(errors.NotData) as caught:
        portal.editions(make(handler), REQUEST)
    assert caught.value.code == "html" and len(seen) == 2
    assert (outcomes(home)[-1]["status"], outcomes(home)[-1]["error_code"]) == (
        "failed",
        "portal/html",
    )
    for none in ("<div></div>", ""):  # of one edition there is nothing to list
        handler, _ = portal_site(history=none)
        (edition,) = portal.editions(make(handler), REQUEST)
        assert edition.uddi == NEW
    # A whole page with a list in it is one.
    handler, _ = portal_site(history=f"<html><body>{HISTORY}</body></html>")
    assert [e.uddi for e in portal.editions(make(handler), REQUEST)] == [OLD, NEW]


def test_a_captcha_is_for_a_person(make: Make, home: Path, tmp_path: Path) -> None:
    handler, seen = portal_site(captcha=True)
    inbox = tmp_path / "수신"
    with pytest.raises(errors.PersonNeeded):
        portal.fetch(make(handler, inbox=inbox), REQUEST)
    assert len(seen) == 4  # the file is not asked for
    row = outcomes(home)[-1]
    assert row["status"] == "person_needed" and row["dataset"] == "kicox__industrial_trend"
    for message in (row["message"], row["message_ko"]):
        assert REQUEST.page in message and str(inbox) in message


@pytest.mark.parametrize(
    "changes",
    [{"page": "<!DOCTYPE html><html>점검</html>"}, {"handle": {"status": False}}],
)
def test_no_file_is_for_a_person_too(make: Make, changes: dict[str, Any]) -> None:
    handler, _ = portal_site(**changes)
    with pytest.raises(errors.PersonNeeded):
        portal.fetch(make(handler), REQUEST)


@pytest.mark.parametrize(
    "file", [b"", b"<!DOCTYPE html><html>", b'{"resultCode": "99", "resultMsg": "x"}']
)
def test_what_is_no_file_is_an_error(make: Make, file: bytes) -> None:
    handler, _ = portal_site(file=file)
    with pytest.raises(errors.FetchError):
        portal.fetch(make(handler), REQUEST)


def test_a_portal_without_a_list_of_editions(make: Make) -> None:
    handler, _ = portal_site(history="")
    assert portal.fetch(make(handler), REQUEST)[0].data == FILE


def test_editions_in_the_list() -> None:
    assert portal.read(HISTORY.encode()) == [
        {
            "title": "한국산업단지공단_국가산업단지 산업동향정보_20251231",
            "uddi": OLD,
            "day": date(2025, 12, 31),
        }
    ]
    with pytest.raises(ValueError):
        portal.PortalRequest("kicox__x", "../1")
