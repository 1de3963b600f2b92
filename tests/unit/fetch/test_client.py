"""The fetcher: what is sent, how often, what is kept, what is written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from ingestion.fetch import errors
from ingestion.fetch.client import Call, Fetcher, Retries, Timeouts, _name_in
from ingestion.fetch.quota import Meter
from ingestion.ingest import Sidecar

from .conftest import CODED_KEY, PLAIN_KEY, FakeTime, Make, gateway, gateway_error, outcomes

DATA = gateway([{"a": "1"}], 1, 1)


def replies(*answers: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    """Answers one after the other, the last one again and again."""
    waiting = list(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler


@pytest.mark.parametrize("key", [PLAIN_KEY, CODED_KEY])
def test_the_key_is_encoded_exactly_once(make: Make, call: Call, key: str) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        return httpx.Response(200, content=DATA)

    fetcher = make(handler, keys={"data.go.kr": key})
    answer = fetcher.send(call)
    fetcher.send(replace(call, url="https://ecos.example.kr/api/{key}/json", key_param=None))
    assert seen[0] == f"/B550624/test?serviceKey={CODED_KEY}&stdrYm=202401"
    assert seen[1] == f"/api/{CODED_KEY}/json?stdrYm=202401"
    assert answer.url == "https://apis.data.go.kr/B550624/test?serviceKey=***&stdrYm=202401"


def test_bytes_come_back_as_they_came(make: Make, call: Call, home: Path) -> None:
    data = '{"값": "창원"}   \r\n'.encode()
    media = {"content-type": "application/json;charset=UTF-8"}
    answer = make(replies(httpx.Response(200, content=data, headers=media))).send(call)
    assert (answer.data, answer.media_type) == (data, "application/json")
    assert (answer.file_name, answer.dataset) == ("test_202401.json", "kicox__test")
    (row,) = outcomes(home)
    assert (row["status"], row["bytes"], row["attempts"]) == ("fetched", len(data), 1)
    assert (row["http_status"], row["kind"], row["error_code"]) == (200, "fetch", None)
    assert row["url"] == answer.url and "받음" in row["message_ko"]


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500),
        httpx.Response(503, content=b"<html>"),
        httpx.Response(429),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b'{"a": ['),
        httpx.Response(200, content=gateway_error("04")),
        httpx.Response(403, content=gateway_error("23")),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
    ],
)
def test_what_may_pass_is_tried_again(
    make: Make, call: Call, home: Path, time: FakeTime, trouble: httpx.Response | Exception
) -> None:
    answer = make(replies(trouble, trouble, httpx.Response(200, content=DATA))).send(call)
    assert answer.data == DATA
    assert [(r["status"], r["attempts"]) for r in outcomes(home)] == [("fetched", 3)]
    waits = [s for s in time.slept if s >= 1]
    assert len(waits) == 2 and 1 <= waits[0] <= 2 <= waits[1] <= 3  # exponential, with jitter


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(200, content=gateway_error("30")), errors.KeyRejected),
        (httpx.Response(403, content=gateway_error("31")), errors.KeyRejected),
        (httpx.Response(200, content=gateway_error("22")), errors.QuotaSpent),
        (httpx.Response(200, content=gateway_error("10")), errors.BadRequest),
        (httpx.Response(200, content=gateway_error("11")), errors.BadRequest),
        (httpx.Response(200, content=gateway_error("03")), errors.NoData),
        (httpx.Response(200, content=b"<html>"), errors.NotData),
        (httpx.Response(404), errors.BadRequest),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"), errors.Refused),
    ],
)
def test_what_stays_is_not_tried_again(
    make: Make, call: Call, home: Path, answer: httpx.Response | Exception, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        make(replies(answer)).send(call)
    (row,) = outcomes(home)
    assert row["attempts"] == 1
    assert row["status"] == {
        errors.NoData: "no_data",
        errors.QuotaSpent: "stopped",
    }.get(kind, "failed")
    assert row["error_code"] and "→" in row["message"] and "→" in row["message_ko"]


def test_it_gives_up_in_the_end(
    make: Make,
    call: Call,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(errors.PublisherFault) as caught:
        make(replies(httpx.Response(500))).send(call)
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    assert outcomes(home)[0]["attempts"] == 4
    assert capsys.readouterr().out == "" and len(caplog.records) == 4  # 3 retries, 1 failure


@pytest.mark.parametrize("asked", ["17", "Mon, 01 Jun 2026 03:00:17 GMT"])
def test_retry_after_is_heeded(make: Make, call: Call, time: FakeTime, asked: str) -> None:
    busy = httpx.Response(429, headers={"retry-after": asked})
    make(replies(busy, httpx.Response(200, content=DATA))).send(call)
    assert time.slept == [17.0]


def test_too_long_a_retry_after_is_not_waited_for(
    make: Make, call: Call, time: FakeTime, home: Path
) -> None:
    busy = httpx.Response(429, headers={"retry-after": "86400"})
    with pytest.raises(errors.TooFast):
        make(replies(busy)).send(call)
    assert time.slept == [] and outcomes(home)[0]["attempts"] == 1


def test_requests_are_spaced_by_host(make: Make, call: Call, time: FakeTime) -> None:
    fetcher = make(replies(httpx.Response(200, content=DATA)))
    for _ in range(4):
        fetcher.send(call)
    other = make(replies(httpx.Response(200, content=DATA)))  # shares the home, so the host too
    other.send(call)
    assert time.slept == pytest.approx([0.2] * 4, abs=1e-3)
    other.send(replace(call, url="https://kosis.kr/x"))
    assert len(time.slept) == 4


def test_a_clock_set_back_does_not_stop_it(home: Path, time: FakeTime) -> None:
    (home / "quota").mkdir(parents=True)
    (home / "quota" / "host-h.json").write_text('{"next": 99999999999}')
    Meter(home / "quota", time.now, time.sleep).wait_turn("h", 5)
    assert time.slept == []


def test_the_quota_is_counted_kept_and_stops_before_sending(
    make: Make, call: Call, home: Path, time: FakeTime
) -> None:
    sent = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(500 if len(sent) == 1 else 200, content=DATA)

    make(handler, quotas={"test": 3}).send(call)  # two attempts, each counts
    again = make(handler, quotas={"test": 3})
    again.send(call)
    with pytest.raises(errors.QuotaSpent, match="today's 3 calls of test"):
        again.send(call)
    assert len(sent) == 3 and again.meter.used("test") == 3
    assert [r["status"] for r in outcomes(home)] == ["fetched", "fetched", "stopped"]
    time.moment = datetime(2026, 6, 1, 14, 59, tzinfo=UTC)  # 23:59 in Seoul
    with pytest.raises(errors.QuotaSpent):
        again.send(call)
    time.moment = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)  # midnight in Seoul
    again.send(call)
    assert again.meter.used("test") == 1


def test_when_the_publisher_says_spent_nothing_more_is_sent_today(
    make: Make, call: Call, time: FakeTime
) -> None:
    sent = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=gateway_error("22"))

    for _ in range(3):
        with pytest.raises(errors.QuotaSpent):
            make(handler).send(call)
    assert len(sent) == 1
    time.moment = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)
    with pytest.raises(errors.QuotaSpent):
        make(handler).send(call)
    assert len(sent) == 2


@pytest.mark.parametrize(
    ("publisher", "said"),
    [
        ("kosis", b'{"err": "40", "errMsg": "x"}'),
        ("ecos", b'{"RESULT": {"CODE": "ERROR-602", "MESSAGE": "x"}}'),
    ],
)
def test_a_limit_that_is_not_of_the_day_is_remembered_for_half_an_hour(
    make: Make, call: Call, time: FakeTime, home: Path, publisher: str, said: bytes
) -> None:
    sent = []
    asked = replace(call, service=replace(call.service, publisher=publisher), expect="json")

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=said)

    for minute in (50, 55):
        time.moment = datetime(2026, 6, 1, 14, minute, tzinfo=UTC)
        with pytest.raises(errors.QuotaSpent):
            make(handler).send(asked)
    time.moment = datetime(2026, 6, 1, 15, 15, tzinfo=UTC)  # another day in Seoul
    with pytest.raises(errors.QuotaSpent, match="half an hour") as caught:
        make(handler).send(asked)
    assert len(sent) == 1 and caught.value.code == "held"
    assert {r["status"] for r in outcomes(home)} == {"stopped"}
    time.moment = datetime(2026, 6, 1, 15, 25, tzinfo=UTC)
    with pytest.raises(errors.QuotaSpent):
        make(handler).send(asked)
    assert len(sent) == 2


def test_a_quota_file_that_stays_locked_is_a_typed_error(
    make: Make, call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.fetch.quota._PATIENCE", 0.05)
    (home / "quota").mkdir(parents=True)
    with FileLock(home / "quota" / "test.lock"), pytest.raises(errors.FetchError, match="locked"):
        make(replies(httpx.Response(200, content=DATA))).send(call)
    assert outcomes(home)[0]["status"] == "failed"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"day": "2026-06-01", "used": "many"}'])
def test_a_damaged_quota_file_begins_anew(home: Path, time: FakeTime, text: str) -> None:
    (home / "quota").mkdir(parents=True)
    (home / "quota" / "s.json").write_text(text)
    meter = Meter(home / "quota", time.now, time.sleep)
    meter.take("s", 1)
    with pytest.raises(errors.QuotaSpent):
        meter.take("s", 1)


def test_without_a_key_nothing_is_sent(make: Make, call: Call, home: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("sent")

    for keys in ({}, {"data.go.kr": "  "}, {"kosis": "abcdefgh"}):
        with pytest.raises(errors.KeyRejected, match="no key is set"):
            make(handler, keys=keys).send(call)
    assert {r["status"] for r in outcomes(home)} == {"stopped"}


def test_only_https_is_spoken(make: Make, call: Call) -> None:
    with pytest.raises(errors.Refused) as caught:
        make(replies(httpx.Response(200))).send(replace(call, url="http://apis.data.go.kr/x"))
    assert caught.value.code == "not_https"


def test_certificates_are_verified(make: Make, call: Call, home: Path) -> None:
    import ssl

    fetcher = Fetcher(home, "run", keys={"data.go.kr": PLAIN_KEY})
    with fetcher:
        client = fetcher._client(call.service)
        transport = client._transport
        assert isinstance(transport, httpx.HTTPTransport)
        context = transport._pool._ssl_context
        assert context is not None and context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("announced", [True, False])
def test_answers_beyond_the_size_are_cut_off(make: Make, call: Call, announced: bool) -> None:
    given = []

    def stream() -> Iterator[bytes]:
        for _ in range(1000):
            given.append(1)
            yield b"x" * 1024

    def handler(request: httpx.Request) -> httpx.Response:
        headers = {"content-length": str(1000 * 1024)} if announced else {}
        return httpx.Response(200, content=stream(), headers=headers)

    with pytest.raises(errors.Refused, match="larger than 10000 bytes") as caught:
        make(handler, max_bytes=10_000).send(call)
    assert caught.value.code == "too_large" and len(given) <= (0 if announced else 10)


def test_an_answer_that_drips_is_cut_off(make: Make, call: Call, time: FakeTime) -> None:
    def stream() -> Iterator[bytes]:
        while True:
            time.moment = datetime.fromtimestamp(time.clock() + 1, UTC)
            yield b"x"

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=stream())

    with pytest.raises(errors.Unreachable, match="5 s") as caught:
        make(handler, timeouts=Timeouts(total=5), retries=Retries(attempts=1)).send(call)
    assert caught.value.code == "timeout"


def test_a_compressed_bomb_is_cut_off(make: Make, call: Call) -> None:
    import gzip

    data = gzip.compress(b"0" * 20_000_000)
    bomb = httpx.Response(200, content=data, headers={"content-encoding": "gzip"})
    with pytest.raises(errors.Refused) as caught:
        make(replies(bomb), max_bytes=1_000_000).send(call)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("/elsewhere", True),
        ("https://www.data.go.kr/x", True),
        ("http://apis.data.go.kr/x", False),
        ("https://data.go.kr.example.org/x", False),
        ("https://example.org/x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_redirects_stay_with_the_publisher(
    make: Make, call: Call, target: str, allowed: bool
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/B550624/test":
            return httpx.Response(302, headers={"location": target})
        assert allowed
        return httpx.Response(200, content=DATA)

    fetcher = make(handler)
    if allowed:
        assert fetcher.send(call).data == DATA
        return
    with pytest.raises(errors.FetchError) as caught:
        fetcher.send(call)
    assert not caught.value.retriable or target.startswith("file")


def test_redirects_do_not_go_in_circles(make: Make, call: Call) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"location": "/again"})

    with pytest.raises(errors.Refused) as caught:
        make(handler).send(call)
    assert caught.value.code == "redirect" and len(seen) == 4


def test_each_service_has_its_own_cookies(make: Make, call: Call) -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, request.headers.get("cookie")))
        headers = {"set-cookie": f"JSESSIONID={len(seen)}; Path=/; Secure"}
        return httpx.Response(200, content=DATA, headers=headers)

    fetcher = make(handler)
    fetcher.send(call)
    fetcher.send(call)
    fetcher.send(replace(call, service=replace(call.service, name="other")))
    assert [cookie for _, cookie in seen] == [None, "JSESSIONID=1", None]


def test_the_same_question_is_asked_once_a_day(
    make: Make, call: Call, home: Path, time: FakeTime
) -> None:
    sent = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=DATA)

    first = make(handler).get(call)
    again = make(handler).get(call)
    assert (again.data, again.file_name, again.url) == (first.data, first.file_name, first.url)
    assert len(sent) == 1 and [r["status"] for r in outcomes(home)] == ["fetched", "reused"]
    make(handler).get(replace(call, params={"stdrYm": "202402"}))
    make(handler, reuse=False).get(call)
    assert len(sent) == 3
    time.moment = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)
    fetcher = make(handler)
    fetcher.get(call)
    assert len(sent) == 4
    assert fetcher.clear(date(2026, 6, 2)) == 1
    assert [p.name for p in (home / "fetched" / "kicox__test").iterdir()] == ["2026-06-02"]


def test_an_answer_that_cannot_be_read_is_not_kept(make: Make, call: Call, home: Path) -> None:
    def check(data: bytes) -> None:
        raise KeyError("new shape")

    fetcher = make(replies(httpx.Response(200, content=DATA)))
    with pytest.raises(errors.NotData) as caught:
        fetcher.get(replace(call, check=check))
    assert caught.value.code == "shape" and not (home / "fetched").exists()
    assert outcomes(home)[0]["status"] == "failed"


def test_an_answer_drops_into_an_inbox_with_its_sidecar(
    make: Make, call: Call, tmp_path: Path
) -> None:
    answer = make(replies(httpx.Response(200, content=DATA))).send(call)
    path = replace(answer, published_at=date(2026, 5, 29)).drop(tmp_path / "inbox")
    assert path.read_bytes() == DATA
    sidecar = json.loads(path.with_name(path.name + ".meta.json").read_text())
    assert Sidecar.model_validate(sidecar).published_at == date(2026, 5, 29)
    assert sidecar["url"] == answer.url


def test_files_of_one_name_do_not_write_over_each_other(
    make: Make, call: Call, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    answer = make(replies(httpx.Response(200, content=DATA))).send(call)
    days = [date(2026, 5, 29), date(2026, 6, 1)]
    older, newer = (
        replace(answer, data=data, published_at=day).drop(inbox)
        for data, day in zip((b"older", b"newer"), days, strict=True)
    )
    assert (older.read_bytes(), newer.read_bytes()) == (b"older", b"newer")
    assert older.name == newer.name and older.parent == inbox
    for path, day in zip((older, newer), days, strict=True):
        told = path.with_name(path.name + ".meta.json").read_bytes()
        assert Sidecar.model_validate_json(told).published_at == day
    # The same once more changes nothing, nor does what a person dropped give way.
    before = sorted(inbox.rglob("*"))
    for data, path in ((b"older", older), (b"newer", newer)):
        assert replace(answer, data=data, published_at=days[1]).drop(inbox) == path
    assert sorted(inbox.rglob("*")) == before
    by_hand = inbox / "by hand.json"
    by_hand.write_bytes(b"a person's")
    ours = replace(answer, file_name=by_hand.name).drop(inbox)
    assert (by_hand.read_bytes(), ours.read_bytes()) == (b"a person's", DATA)
    assert not by_hand.with_name("by hand.json.meta.json").exists()


def test_a_name_that_another_process_is_just_taking_is_not_taken(
    make: Make, call: Call, tmp_path: Path
) -> None:
    answer = make(replies(httpx.Response(200, content=DATA))).send(call)
    sidecar = tmp_path / (answer.file_name + ".meta.json")
    sidecar.write_bytes(b'{"url": "https://example.org/other"}')
    assert answer.drop(tmp_path).parent != tmp_path
    assert b"other" in sidecar.read_bytes() and not (tmp_path / answer.file_name).exists()


def test_a_long_name_fits_into_a_file_system(make: Make, call: Call, tmp_path: Path) -> None:
    answer = make(replies(httpx.Response(200, content=DATA))).send(call)
    name = "산업단지" * 60 + "_20260331.xlsx"
    path = replace(answer, file_name=name).drop(tmp_path)
    assert path.read_bytes() == DATA and path.name.endswith("_20260331.xlsx")
    assert path.name.startswith("산업단지") and path.with_name(path.name + ".meta.json").exists()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.csv"', "a b.csv"),
        ("attachment; filename*=UTF-8''%EC%82%B0%EB%8B%A8.xlsx", "산단.xlsx"),
        ('attachment; filename="%EC%82%B0%EB%8B%A8.xlsx"', "산단.xlsx"),
        ("attachment; filename=" + "산단.xlsx".encode().decode("latin-1"), "산단.xlsx"),
        ("attachment; filename=" + "산단.xlsx".encode("cp949").decode("latin-1"), "산단.xlsx"),
        ("attachment; filename=산단.xlsx", "산단.xlsx"),
        ("inline", ""),
        ("", ""),
    ],
)
def test_file_names_in_all_their_encodings(header: str, name: str) -> None:
    assert _name_in(header) == name


@pytest.mark.parametrize("location", ["uddi:abc?page=1", "mailto:a@b.example", "ftp://kosis.kr/x"])
def test_a_redirect_to_no_address_of_the_web_is_refused_as_one(
    make: Make, call: Call, location: str
) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": location})

    with pytest.raises(errors.Refused) as caught:
        make(away).send(call)
    assert caught.value.code == "redirect" and not caught.value.retriable
