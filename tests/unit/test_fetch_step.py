"""The fetch step: from the portal's download chain into the inbox, and from there on."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from ingestion.answers import bundle_of, pack
from ingestion.contract import load_contracts
from ingestion.fetch.client import Fetcher
from ingestion.ingest import Ingestion, ingest_file
from ingestion.periods import Period
from ingestion.sample import mutate
from pipeline import fetching, ingest_step, ways
from pipeline.settings import Settings

from .publisher_site import as_real

UDDI = "uddi:11111111-0000-4000-8000-000000000000"
NAME = "한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx"


pytestmark = pytest.mark.usefixtures("no_waiting")


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


def test_a_fetched_workbook_is_ingested_with_its_day(room: Ingestion, edition_file: Any) -> None:
    data = edition_file().read_bytes()
    settings = Settings(room.home)
    (result,) = fetching.fetch(
        settings, ["kicox__industrial_trend"], run_id="r", transport=portal(data)
    )
    assert result["status"] == "fetched"
    path = Path(result["files"][0])
    assert path.name == NAME and path.read_bytes() == data
    outcome = ingest_file(room, path, run_id="r")
    assert outcome.status == "landed" and outcome.period == "2026-Q1"
    (snapshot,) = list(room.store)
    assert (snapshot.published_at, snapshot.published_at_basis) == ("2026-05-29", "sidecar")
    assert snapshot.url and "fileDownload.do" in snapshot.url


def test_a_captcha_asks_for_a_person_and_names_link_and_folder(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home")
    (result,) = fetching.fetch(
        settings, ["kicox__industrial_trend"], run_id="r", transport=portal(b"PK", captcha=True)
    )
    assert result["status"] == "person_needed"
    assert "3042071" in result["message"] and str(tmp_path / "home" / "inbox") in result["message"]
    assert list((tmp_path / "home" / "inbox").iterdir()) == []


def test_an_unknown_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="kicox__nothing"):
        fetching.fetch(Settings(tmp_path), ["kicox__nothing"], run_id="r")


def test_a_dropped_file_is_known_by_its_content(
    room: Ingestion, edition_file: Any, tmp_path: Path
) -> None:
    inbox = tmp_path / "people"
    inbox.mkdir()
    settings = Settings(room.home, inbox)
    trend, since = "kicox__industrial_trend", "2026-06-01T00:00:00+00:00"
    assert fetching.arrived(settings, trend, since=since) is None
    (inbox / "download (3).bin").write_bytes(b"PK half a file")
    assert fetching.arrived(settings, trend, since=since) is None
    (inbox / "download (4).bin").write_bytes(edition_file().read_bytes())
    assert fetching.arrived(settings, trend, since=since) == "download (4).bin"
    assert fetching.arrived(settings, "kicox__complex_status", since=since) is None


def test_a_dropped_file_that_was_taken_in_meanwhile_counts_too(
    room: Ingestion, edition_file: Any
) -> None:
    path = edition_file()
    outcome = ingest_file(room, path, run_id="r")
    settings = Settings(room.home, path.parent)
    trend = "kicox__industrial_trend"
    assert fetching.arrived(settings, trend, since="2026-01-01T00:00:00+00:00") == path.name
    # what was there before the person was asked is not what is waited for
    assert fetching.arrived(settings, trend, since="2999-01-01T00:00:00+00:00") is None
    assert outcome.status == "landed"


def test_a_file_that_a_person_dropped_is_hashed_once(
    room: Ingestion, edition_file: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a file looks every few minutes, and files may be large."""
    inbox = tmp_path / "people"
    inbox.mkdir()
    (inbox / "download.bin").write_bytes(edition_file().read_bytes())
    hashed: list[str] = []
    kept = hashlib.file_digest

    def file_digest(file: Any, name: str) -> Any:
        hashed.append(Path(file.name).name)
        return kept(file, name)

    monkeypatch.setattr(hashlib, "file_digest", file_digest)
    settings, trend = Settings(room.home, inbox), "kicox__industrial_trend"
    since = "2026-06-01T00:00:00+00:00"
    assert fetching.arrived(settings, trend, since=since) == "download.bin"
    assert hashed == ["download.bin"]

    def one(errand: ways.Errand) -> dict[str, Any]:
        assert len(errand.dropped()) == len(errand.dropped()) == 1
        return {}

    hashed.clear()
    monkeypatch.setattr(fetching, "_fetch_one", one)
    fetching.fetch(settings, [trend, "kicox__complex_status"], run_id="r")
    assert hashed == ["download.bin"]


def test_what_was_fetched_lies_in_raw_alone_and_what_people_dropped_stays(
    room: Ingestion, edition_file: Any, tmp_path: Path
) -> None:
    data = edition_file().read_bytes()
    settings = Settings(room.home)
    fetching.fetch(settings, ["kicox__industrial_trend"], run_id="r", transport=portal(data))
    (settings.drops / "by hand.xlsx").write_bytes(b"PK no workbook")
    (fetched,) = settings.drops.glob("*_20260331.xlsx")
    outcomes = ingest_step.ingest(settings)
    assert {o["status"] for o in outcomes if o["file_name"] == fetched.name} == {"landed"}
    assert [p.name for p in settings.drops.iterdir()] == ["by hand.xlsx"]
    # the same bytes under a sidecar once more: known, and tidied up as well
    fetching.fetch(
        settings,
        ["kicox__industrial_trend"],
        run_id="r",
        since=Period.parse("2026-Q1"),
        transport=portal(data),
    )
    ingest_step.ingest(settings)
    assert [p.name for p in settings.drops.iterdir()] == ["by hand.xlsx"]
    (kept,) = [
        s
        for s in Ingestion(room.home, room.contracts, room.registry).store
        if s.dataset == "kicox__industrial_trend"
    ]
    assert room.store.read(kept) == data


def test_two_editions_of_one_name_both_land(room: Ingestion, edition_file: Any) -> None:
    """The older one is still waiting when the portal offers another file under its name."""
    settings, since = Settings(room.home), Period.parse("2026-Q1")
    footnote = mutate.add_footnote("production_by_complex", "* 정정")
    both = [edition_file().read_bytes(), edition_file(footnote).read_bytes()]
    for data in both:
        fetching.fetch(
            settings,
            ["kicox__industrial_trend"],
            run_id="r",
            since=since,
            transport=portal(data),
        )
    outcomes = [o for o in ingest_step.ingest(settings) if o["file_name"] == NAME]
    assert [o["status"] for o in outcomes] == ["landed", "landed"]
    assert {o["sha256"] for o in outcomes} == {hashlib.sha256(data).hexdigest() for data in both}
    assert list(settings.drops.iterdir()) == []


def test_of_two_waiting_files_of_one_name_the_later_is_taken_in_last(
    room: Ingestion, edition_file: Any
) -> None:
    """The later one lies in a folder named by its content, which comes first by name."""
    settings, since = Settings(room.home), Period.parse("2026-Q1")
    footnote = mutate.add_footnote("production_by_complex", "* 정정")
    both = [edition_file().read_bytes(), edition_file(footnote).read_bytes()]
    waiting: list[str] = []
    for number, data in enumerate(both):
        (result,) = fetching.fetch(
            settings,
            ["kicox__industrial_trend"],
            run_id="r",
            since=since,
            transport=portal(data),
        )
        waiting += result["files"]
        os.utime(waiting[-1], (1_780_000_000 + number,) * 2)
    assert sorted(waiting) == waiting[::-1]
    found = [path for item in ingest_step.discover(settings) for path in item["paths"]]
    assert [path for path in found if path in waiting] == waiting


def test_a_year_that_runs_is_asked_for_until_it_is_over(room: Ingestion) -> None:
    """Also where a contract does not say how long its figures are revised."""
    contract = load_contracts()["ecos__exchange_rate"]
    silent = contract.cadence.model_copy(update={"revised_for_months": 0})
    landed = {"2023", "2024", "2025", "2026"}
    with Fetcher(room.home, "r") as fetcher:
        errand = ways.Errand(
            fetcher,
            contract.model_copy(update={"cadence": silent}),
            room,
            room.home / "inbox",
            landed,
            date(2026, 6, 1),
        )
        years = [str(year) for year in range(2022, 2027)]
        assert [year for year in years if ways._due_year(errand, year)] == ["2022", "2025", "2026"]


def test_an_edition_is_fetched_once(room: Ingestion, edition_file: Any) -> None:
    settings, calls = Settings(room.home), []
    site = portal(edition_file().read_bytes())

    def count(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path.rsplit("/", 1)[1])
        return site.handle_request(request)

    for expected in ("fetched", "no_data"):
        (result,) = fetching.fetch(
            settings,
            ["kicox__industrial_trend"],
            run_id="r",
            transport=httpx.MockTransport(count),
        )
        assert result["status"] == expected
    assert calls.count("fileDownload.do") == 1
    # asked for by its period it comes again
    (result,) = fetching.fetch(
        settings,
        ["kicox__industrial_trend"],
        run_id="r",
        since=Period.parse("2026-Q1"),
        transport=httpx.MockTransport(count),
    )
    assert result["status"] == "fetched" and calls.count("fileDownload.do") == 2


def test_after_a_captcha_what_a_person_dropped_is_not_asked_for_again(
    room: Ingestion, edition_file: Any
) -> None:
    settings, calls = Settings(room.home), []
    site = portal(edition_file().read_bytes(), captcha=True)

    def count(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path.rsplit("/", 1)[1])
        return site.handle_request(request)

    def ask() -> str:
        (result,) = fetching.fetch(
            settings,
            ["kicox__industrial_trend"],
            run_id="r",
            transport=httpx.MockTransport(count),
        )
        return str(result["status"])

    assert [ask(), ask()] == ["person_needed", "person_needed"]
    assert ingest_file(room, edition_file(), run_id="r").status == "landed"
    # The sample's own files are marked as simulated: this one stands for the publisher's.
    as_real(room)
    assert [ask(), ask()] == ["no_data", "no_data"]
    assert calls.count("check-limit.json") == 2


def test_an_edition_changed_since_it_landed_is_asked_for(
    room: Ingestion, edition_file: Any
) -> None:
    assert ingest_file(room, edition_file(), run_id="r").status == "landed"
    as_real(room, loaded_at="2026-05-28T14:59:00+00:00")  # 28 May in Seoul, changed on the 29th
    for _ in range(2):
        (result,) = fetching.fetch(
            Settings(room.home),
            ["kicox__industrial_trend"],
            run_id="r",
            transport=portal(b"", captcha=True),
        )
        assert result["status"] == "person_needed"


def test_what_is_in_quarantine_has_not_landed(
    room: Ingestion, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known: list[set[str]] = []

    def one(errand: ways.Errand) -> dict[str, Any]:
        known.append(set(errand.landed))
        return {}

    monkeypatch.setattr(fetching, "_fetch_one", one)
    api, url = "kicox__industrial_trend_api", "https://apis.data.go.kr/B550624/indparkstats"
    item = {"irsttNm": "없는단지", "monthPrdAmount": "1"}
    body = {"items": {"item": [item]}, "totalCount": 1, "pageNo": 1, "numOfRows": 100}
    page = {"response": {"header": {"resultCode": "00", "resultMsg": "ok"}, "body": body}}
    asked = (f"{url}/kicoxPrdRecByIrsttStatsService", {"stdrYm": "202305"}, "2023-05")
    bundle = bundle_of([(json.dumps(page).encode(), *asked)], dataset=api, period="2023-05")
    path = tmp_path / f"{api}_2023-05.zip"
    path.write_bytes(pack(bundle))
    outcome = ingest_file(room, path, run_id="r")
    (snapshot,) = room.store
    assert outcome.status == "quarantined"
    assert (snapshot.dataset, snapshot.period) == (api, "2023-05")
    fetching.fetch(Settings(room.home), [api], run_id="r")
    (room.quarantine_folder(snapshot.sha256) / "reason.json").unlink()
    fetching.fetch(Settings(room.home), [api], run_id="r")
    assert known == [set(), {"2023-05"}]


def test_the_folders_of_a_new_home_are_closed_before_anything_is_fetched(tmp_path: Path) -> None:
    home = tmp_path / "home"
    fetching.fetch(
        Settings(home, publishers="http://127.0.0.1:9"), ["kicox__knowledge_centres"], run_id="r"
    )
    for name in ("fetched", "outcomes", "raw", "sample"):
        assert (home / name).stat().st_mode & 0o077 == 0, name


def test_an_edition_is_about_its_month_until_march_2024() -> None:
    contract = load_contracts()["kicox__industrial_trend"]
    days = [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 6, 30)]
    assert [str(ways.period_of(contract, day)) for day in days] == [
        "2024-01",
        "2024-02",
        "2024-03",
        "2024-Q2",
    ]


def test_without_a_key_nothing_is_sent_and_the_key_is_named(tmp_path: Path) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    (result,) = fetching.fetch(
        Settings(tmp_path),
        ["ecos__exchange_rate"],
        run_id="r",
        transport=httpx.MockTransport(never),
    )
    assert result["status"] == "stopped" and result["code"].endswith("/no_key")
    assert "ecos" in result["message"]


def test_keys_come_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("file-key-0123456789\n", encoding="utf-8")
    monkeypatch.setenv("SANDAN_KEY_KOSIS", "plain-key-0123456789")
    monkeypatch.setenv("SANDAN_KEY_ECOS_FILE", str(tmp_path / "key"))
    monkeypatch.delenv("SANDAN_KEY_DATA_GO_KR", raising=False)
    settings = Settings.from_env()
    assert settings.keys == {"kosis": "plain-key-0123456789", "ecos": "file-key-0123456789"}
    assert "0123456789" not in repr(settings)
    monkeypatch.setenv("SANDAN_KEY_ECOS_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ValueError, match="SANDAN_KEY_ECOS_FILE"):
        Settings.from_env()
