"""The server itself: where it listens, its control plane, its command; the book of faults."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ingestion.fetch.client import Call, Fetcher
from ingestion.fetch.sources import kosis, portal
from ingestion.sample.server import FAULTS, FaultBook, Publishers, Question, SampleServer
from ingestion.sample.server.app import HOSTS

ROOT = Path(__file__).resolve().parents[3]
CLI = [sys.executable, "-m", "pipeline.cli", "sample", "serve"]
PAGE = "/www.data.go.kr/data/3042071/fileData.do"


def test_every_answer_says_that_it_is_simulated(server: SampleServer) -> None:
    for path in ("/", "/_faults", PAGE, "/nobody.example/x", *(f"/{host}/x" for host in HOSTS)):
        answer = httpx.get(server.url + path)
        assert answer.headers["x-sandan-simulated"] == "true", path
    assert "SIMULATED" in httpx.get(server.url + PAGE).text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "example.org", "::"])
def test_it_listens_on_this_machine_only(host: str) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        SampleServer(host=host)


def test_nothing_is_made_before_it_is_asked_for_and_then_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[object] = []
    publishers = Publishers()
    original = publishers.editions._make

    def counted(edition: object, faults: tuple[str, ...]) -> bytes:
        made.append(edition)
        return original(edition, faults)  # type: ignore[arg-type]

    monkeypatch.setattr(publishers.editions, "_make", counted)
    page = publishers.answer(Question("GET", "www.data.go.kr", "/data/3042071/fileData.do"))
    cookie = page.headers["Set-Cookie"].split(";")[0].split("=")[1]
    assert made == []
    download = Question(
        "GET",
        "www.data.go.kr",
        "/cmm/cmm/fileDownload.do",
        params={"atchFileId": "FILE_3042071_2026-Q1_0"},
        cookies={"JSESSIONID": cookie},
    )
    first, second = publishers.answer(download), publishers.answer(download)
    assert len(made) == 1 and first.body == second.body and first.body.startswith(b"PK")


def test_the_same_seed_gives_the_same_bytes() -> None:
    def workbook(seed: int) -> bytes:
        editions = Publishers(seed=seed).editions
        return editions.file(editions.offered("3042071", Publishers().today)[-1])

    assert workbook(1) == workbook(1) != workbook(2)


def test_the_control_plane(server: SampleServer) -> None:
    url = f"{server.url}/_faults"
    known = httpx.get(url).json()
    assert known["armed"] == [] and known["known"] == FAULTS
    given = {"name": "http_500", "match": "kosis.kr", "times": 2, "seconds": 0}
    armed = httpx.post(url, json=given).json()["armed"]
    assert [(f["name"], f["match"], f["left"]) for f in armed] == [("http_500", "kosis.kr", 2)]
    assert [httpx.get(f"{server.url}/kosis.kr/x").status_code for _ in range(3)] == [500, 500, 404]
    assert httpx.get(url).json()["armed"][0]["fired"] == 2
    for wrong in ({"name": "nonsense"}, {}, {"name": "slow", "times": 0}, [1]):
        assert httpx.post(url, json=wrong).status_code == 400
    assert httpx.delete(url).json()["armed"] == []
    httpx.post(url, json={"name": "captcha"})
    httpx.post(url, json={"name": "slow"})
    assert len(httpx.delete(url, params={"name": "slow"}).json()["armed"]) == 1


@pytest.mark.parametrize(
    ("text", "name", "match", "left"),
    [
        ("slow", "slow", "", None),
        ("http_500:kosis.kr", "http_500", "kosis.kr", None),
        ("http_500:15085898", "http_500", "15085898", None),
        ("http_500:kosis.kr:2", "http_500", "kosis.kr", 2),
        ("cut_off::1", "cut_off", "", 1),
        ("stale_bytes:uddi:ab-cd", "stale_bytes", "uddi:ab-cd", None),
    ],
)
def test_faults_in_a_line(text: str, name: str, match: str, left: int | None) -> None:
    fault = FaultBook().arm_text(text)
    assert (fault.name, fault.match, fault.left) == (name, match, left)


def test_a_fault_reaches_what_it_matches_and_no_more_often_than_said() -> None:
    book = FaultBook()
    book.arm("http_500", "KOSIS.kr", times=2)
    assert book.take("http_500", "ecos.bok.or.kr/x") is None
    assert book.take("http_503", "kosis.kr/x") is None
    assert [book.take("http_500", "kosis.kr/x") is not None for _ in range(3)] == [
        True,
        True,
        False,
    ]
    for wrong in (lambda: book.arm("nothing"), lambda: book.arm("slow", times=-1)):
        with pytest.raises(ValueError):
            wrong()
    assert book.clear() == 1 and book.listing() == []


def test_a_fault_can_name_a_dataset_by_the_contract(server: SampleServer, fetcher: Fetcher) -> None:
    server.faults.arm("html_instead", "kosis__test_annual")
    path = "/openapi/Param/statisticsParameterData.do"

    def said(table: str) -> str:
        answer = httpx.get(f"{server.url}/kosis.kr{path}", params={"tblId": table})
        return answer.headers["content-type"]

    assert said("DT_A").startswith("text/html") and said("DT_B").startswith("application/json")


# the command


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*CLI, *arguments],
            cwd=ROOT,
            env={**os.environ, "SANDAN_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_its_address_first_and_stops_when_told(
    serve: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    process = serve("--fault", "http_503:kosis.kr", "--today", "2010-06-01")
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        assert process.stdout.readline() == "fault http_503 kosis.kr\n"
        assert httpx.get(f"{url}/").json()["today"] == "2010-06-01"
        assert httpx.get(f"{url}/kosis.kr/x").status_code == 503
        assert "_20100331" in httpx.get(url + PAGE).text
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0 and err == ""


@pytest.mark.parametrize(
    "arguments",
    [("--host", "0.0.0.0"), ("--fault", "nonsense"), ("--today", "yesterday"), ("--port", "70000")],
)
def test_the_command_refuses(
    serve: Callable[..., subprocess.Popen[str]], arguments: tuple[str, ...]
) -> None:
    process = serve(*arguments)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2 and out == "" and err


def test_a_stopped_server_is_gone_and_may_be_stopped_again() -> None:
    server = SampleServer().start()
    url = server.url
    assert httpx.get(url).json()["simulated"] is True
    server.stop()
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with pytest.raises(RuntimeError):
        _ = server.url


def test_a_fault_of_its_own_is_told_as_such(
    server: SampleServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(question: Question) -> None:
        raise LookupError("no figure")

    monkeypatch.setattr(server.publishers, "answer", broken)
    answer = httpx.get(server.url + PAGE)
    assert answer.status_code == 500 and "sample publisher: LookupError: no figure" in answer.text


def test_calls_of_the_sources_go_where_they_should(fetcher: Fetcher) -> None:
    call = Call(kosis.SERVICE, "kosis__x", kosis.URL, key_param="apiKey", expect="json")
    with pytest.raises(Exception) as caught:
        fetcher.send(call)
    assert "20" in str(caught.value)
    page = Call(portal.SERVICE, "x", f"{portal.BASE}/data/3042071/fileData.do", expect="html")
    assert fetcher.send(page).is_simulated
    rows = [json.loads(line) for p in (fetcher.home / "outcomes").glob("*") for line in p.open()]
    assert [r["url"].split("/")[2] for r in rows] == ["kosis.kr", "www.data.go.kr"]
