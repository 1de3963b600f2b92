"""The fetch step: from the portal's download chain into the inbox, and from there on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from ingestion.ingest import Ingestion, ingest_file
from pipeline import steps
from pipeline.settings import Settings

UDDI = "uddi:11111111-0000-4000-8000-000000000000"
NAME = "한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx"


def portal(data: bytes, *, captcha: bool = False) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        step = request.url.path.rsplit("/", 1)[1]
        if step == "fileData.do":
            number = request.url.path.split("/")[2]
            page = (
                f"<html><title>{NAME}</title><th>수정일</th><td>2026-05-29</td>"
                f"<a onclick=\"fn_fileDataDown('{number}', '{UDDI}')\">다운로드</a></html>"
            )
            return httpx.Response(200, text=page)
        known: dict[str, Any] = {
            "selectHistAndCsvData.do": "<div></div>",
            "selectFileDataDownload.do": {
                "status": True,
                "atchFileId": "FILE_1",
                "fileDetailSn": "1",
                "fileDataRegistVO": {"orginlFileNm": NAME},
            },
            "check-limit.json": {"needCaptcha": captcha},
        }
        if step in known:
            body = known[step]
            text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            return httpx.Response(200, text=text)
        assert step == "fileDownload.do" and parse_qs(request.url.query.decode())
        return httpx.Response(200, content=data)

    return httpx.MockTransport(answer)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def test_a_fetched_workbook_is_ingested_with_its_day(room: Ingestion, edition_file: Any) -> None:
    data = edition_file().read_bytes()
    settings = Settings(room.home)
    (result,) = steps.fetch(settings, ["kicox__industrial_trend"], transport=portal(data))
    assert result["status"] == "fetched"
    path = Path(result["file"])
    assert path.name == NAME and path.read_bytes() == data
    outcome = ingest_file(room, path, run_id="r")
    assert outcome.status == "landed" and outcome.period == "2026-Q1"
    (snapshot,) = list(room.store)
    assert (snapshot.published_at, snapshot.published_at_basis) == ("2026-05-29", "sidecar")
    assert snapshot.url and "fileDownload.do" in snapshot.url


def test_a_captcha_asks_for_a_person_and_names_link_and_folder(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home")
    (result,) = steps.fetch(
        settings, ["kicox__industrial_trend"], transport=portal(b"PK", captcha=True)
    )
    assert result["status"] == "person_needed"
    assert "3042071" in result["message"] and str(tmp_path / "home" / "inbox") in result["message"]
    assert list((tmp_path / "home" / "inbox").iterdir()) == []


def test_an_unknown_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="kicox__nothing"):
        steps.fetch(Settings(tmp_path), ["kicox__nothing"])
