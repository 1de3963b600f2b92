"""What a publisher gives in the place of a file: a typed error, nothing waits for it, nothing is lost."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.contract import OdcloudFetch
from ingestion.fetch.client import Fetcher
from ingestion.ingest import Ingestion, ingest_file
from ingestion.outcomes import read_outcomes
from pipeline import ways

from .publisher_site import CSV, NEWEST, OLDER, TREND, Site, as_real, ask, taken

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)


NO_FILES = {
    "a page": (b"<!DOCTYPE html><html><body>closed</body></html>", "portal/html"),
    "an error in JSON": (b'{"result": "fail", "message": "\xec\x98\xa4\xeb\xa5\x98"}', "portal/not_the_file"),
    "an error in XML": (b"<?xml version='1.0'?><error><text>closed</text></error>", "portal/not_the_file"),
    "a sentence": ("죄송합니다, 파일을 찾을 수 없습니다.".encode(), "portal/not_the_file"),
    "a sentence in CP949": ("죄송합니다, 다시 시도하십시오.".encode("cp949"), "portal/not_the_file"),
    "two sentences": (b"Error, code 5\nPlease, try again\n", "portal/not_the_file"),
    "a trace": (b"java.lang.NullPointerException\n\tat a.b(c.java:12)\n", "portal/not_the_file"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "portal/not_the_file"),
    "nothing": (b"", "portal/empty"),
    "half a workbook": (b"PK\x03\x04half\nof it", "portal/truncated"),
}  # fmt: skip


@pytest.mark.parametrize("dataset", [TREND, CSV, "kicox__factory_registry"])
@pytest.mark.parametrize("what", NO_FILES)
def test_what_is_no_file_is_a_typed_error_and_is_asked_for_again(
    tmp_path: Path, what: str, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other way has nothing to say here.
    monkeypatch.setitem(ways.WAYS, OdcloudFetch, lambda *_: iter(()))
    data, code = NO_FILES[what]
    site = Site([(13, date(2026, 3, 31), data)])
    for _ in range(2):
        result = ask(tmp_path, site, dataset=dataset)
        assert (result["status"], result.get("code")) == ("failed", code), result
        assert result["files"] == [] and list((tmp_path / "inbox").iterdir()) == []
    rows = [r for r in read_outcomes(tmp_path / "outcomes") if r["status"] == "failed"]
    assert {r["error_code"] for r in rows} == {code}
    if data:
        (kept,) = (tmp_path / "fetched").glob(f"refused_{dataset}/*/*")
        assert kept.read_bytes() == data
        for text in (result["message"], result["message_ko"], rows[-1]["message"]):
            assert str(kept) in text
    else:
        assert not list((tmp_path / "fetched").glob("refused_*"))


def test_an_edition_that_cannot_be_had_keeps_no_other_back(
    room: Ingestion, three: list[bytes]
) -> None:
    days = (date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31))
    hwp = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a document of another kind"
    files = (hwp, b"Error\nTry again, please", three[2])
    site = Site([(n, day, data) for n, (day, data) in enumerate(zip(days, files, strict=True))])
    result = ask(room.home, site)
    assert (result["status"], result["code"]) == ("failed", "portal/not_the_file")
    found = [ingest_file(room, Path(name), run_id="r").status for name in result["files"]]
    assert found == ["landed", "quarantined"]
    # The next run asks for the one that did not come, and for no other.
    taken(site)
    site.editions[1] = (1, days[1], three[1])
    as_real(room)
    assert ask(room.home, site)["status"] == "fetched" and taken(site) == [1]


def test_where_nothing_can_be_had_it_is_not_tried_for_long(tmp_path: Path) -> None:
    site = Site([(n, day, b"<html>closed</html>") for n, day, _ in [*OLDER, NEWEST]])
    assert ask(tmp_path, site)["code"] == "portal/html"
    assert taken(site) == [13, 12, 11]


def test_older_editions_that_cannot_be_had_do_not_keep_the_newest_back(
    room: Ingestion, edition_file: Any
) -> None:
    bad = [(n, day, b"<html>closed</html>") for n, day, _ in OLDER[-5:]]
    newest = edition_file(period="2026-Q1").read_bytes()
    site = Site([*bad, (13, NEWEST[1], newest)])
    result = ask(room.home, site)
    assert (result["status"], result["code"]) == ("failed", "portal/html")
    assert [Path(name).read_bytes() == newest for name in result["files"]] == [True]
    assert taken(site) == [13, 12, 11, 10]
    # The next run asks for all that did not come, first for those that nobody tried.
    mended = edition_file(period="2025-Q4").read_bytes()
    site.editions[:5] = [(n, day, mended) for n, day, _ in bad]
    assert ask(room.home, site)["status"] == "fetched" and taken(site) == [9, 8, 12, 11, 10]


def test_what_names_persons_is_not_quoted(tmp_path: Path) -> None:
    text = "연번,대표자,전화번호\r\n1,홍길동,010-1234-5678\r\n".encode("cp949")
    site = Site([(13, date(2026, 3, 31), text)])
    result = ask(tmp_path, site, dataset="kicox__factory_registry")
    assert result["code"] == "portal/not_the_file"
    told = json.dumps([result, *read_outcomes(tmp_path / "outcomes")], ensure_ascii=False)
    assert "홍길동" not in told and "010-" not in told and "대표자" not in told


def test_what_is_kept_of_refused_files_goes_after_some_days(tmp_path: Path) -> None:
    folder = tmp_path / "fetched" / "refused_x" / "2026-01-01"
    folder.mkdir(parents=True)
    with Fetcher(tmp_path, "r") as fetcher:
        fetcher.clear(before=date(2026, 1, 2))
    assert not folder.exists()
