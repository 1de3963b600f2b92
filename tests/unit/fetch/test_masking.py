"""No spelling of a key survives, wherever it stood."""

from __future__ import annotations

import html
import json
import logging
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingestion.fetch.bodies import figure
from ingestion.fetch.client import Call, Fetcher, Retries, Service
from ingestion.fetch.errors import FetchError
from ingestion.fetch.masking import Masker, plain_key

from .conftest import CODED_KEY, PLAIN_KEY, gateway_error

_SPECIAL = st.text(alphabet="aZ0+/=%&?#;:'\"\\<> ~-_é가힣😀\u200b", min_size=12, max_size=40)
_ANY = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="*"),
    min_size=12,
    max_size=40,
)
_BASE64 = st.binary(min_size=16, max_size=64).map(
    lambda data: __import__("base64").b64encode(data).decode()
)
KEYS = st.one_of(_SPECIAL, _ANY, _BASE64).map(str.strip).filter(lambda key: len(key) >= 12)


def spellings(given: str) -> set[str]:
    """The ways in which a key comes back, made independently of the masker."""
    found: set[str] = set()
    for key in {given, plain_key(given)}:
        once, plus = quote(key, safe=""), quote_plus(key)
        found |= {key, once, plus, quote(key), quote(once, safe=""), quote(quote(once))}
        found |= {once.lower() if key.isascii() and key.islower() else once}
        found |= {html.escape(key), json.dumps(key)[1:-1], repr(key)[1:-1], repr(once)[1:-1]}
        found |= {json.dumps(key, ensure_ascii=False)[1:-1], repr(key.encode())[2:-1]}
        found |= {"".join(f"&#{ord(c)};" for c in key), "".join(f"&#x{ord(c):X};" for c in key)}
        found |= {key.encode().decode("latin-1"), key.replace("+", " ")}
    return found


@given(KEYS, st.text(alphabet="xyz \n=&", max_size=10))
@settings(max_examples=150, deadline=None)
def test_every_spelling_is_masked(key: str, around: str) -> None:
    masker = Masker([key])
    for spelling in spellings(key):
        masked = masker.mask(f"{around}{spelling}{around}")
        assert not any(s in masked for s in spellings(key)), (spelling, masked)
        assert "***" in masked
    assert not any(s in repr(masker) for s in spellings(key))


@given(KEYS, st.data())
@settings(max_examples=100, deadline=None)
def test_mixed_spellings_are_masked(key: str, data: st.DataObject) -> None:
    """A proxy may encode one character and not the next, with small digits or large."""
    plain, parts = plain_key(key), []
    for char in plain:
        coded = "".join(f"%{byte:02X}" for byte in char.encode())
        parts.append(data.draw(st.sampled_from([char, coded, coded.lower()])))
    assert Masker([key]).mask("".join(parts)) == "***"


def test_other_text_stays() -> None:
    assert Masker([PLAIN_KEY]).mask("stdrYm=202401, 창원 Ab+cd") == "stdrYm=202401, 창원 Ab+cd"
    assert Masker([]).mask("anything") == "anything"


def test_a_key_that_is_none_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match="fewer than 4") as caught:
        Masker(["qz"])
    assert "qz" not in str(caught.value)


@pytest.mark.parametrize("given", [PLAIN_KEY, CODED_KEY, f" {CODED_KEY}\n"])
def test_a_key_is_the_same_in_both_forms(given: str) -> None:
    assert plain_key(given) == PLAIN_KEY


def test_a_percent_sign_that_encodes_nothing_stays() -> None:
    assert plain_key("100%zz+%2B") == "100%zz+%2B"
    assert plain_key("abc%FFdef") == "abc%FFdef"


def _raise(error: type[Exception]) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(f"failed: {request.url} {request.url!r} {request.url.raw_path!r}")

    return handler


def _echo(status: int, media: str, wrap: Callable[[str], bytes]) -> Callable[..., httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, content=wrap(str(request.url)), headers={"content-type": media}
        )

    return handler


def _echo_key(key: str) -> list[Callable[[httpx.Request], httpx.Response]]:
    def redirect(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": f"https://other.example/{quote(key)}"})

    escaped = html.escape(key)
    return [
        _raise(httpx.ConnectError),
        _raise(httpx.ReadTimeout),
        _raise(httpx.RemoteProtocolError),
        _raise(RuntimeError),
        redirect,
        _echo(500, "text/plain", lambda url: f"cannot {url}".encode()),
        _echo(403, "text/xml", lambda url: gateway_error("30", escaped)),
        _echo(200, "text/xml", lambda url: gateway_error("77", html.escape(url))),
        _echo(200, "text/json", lambda url: json.dumps({"err": "11", "errMsg": key}).encode()),
        _echo(200, "text/json", lambda url: json.dumps({"RESULT": {"CODE": "INFO-100", "MESSAGE": url}}).encode()),
        _echo(200, "text/plain", lambda url: f"Unauthorized {key} {url}".encode()),
        _echo(200, "text/html", lambda url: f"<html>{url}</html>".encode()),
        _echo(200, "text/json", lambda url: b'{"fine": 1}'),
        _echo(200, "text/json", lambda url: json.dumps({"fine": key}).encode()),
    ]  # fmt: skip


@given(KEYS, st.booleans(), st.integers(0, 13))
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_that_comes_out_holds_the_key(
    caplog: pytest.LogCaptureFixture, key: str, in_path: bool, scenario: int
) -> None:
    # What a text says anyway (`stdrYm`, a time) is no leak, even if a key happens to be it.
    assume(not any(s in "failed cannot Unauthorized 0000000000000" for s in spellings(key)))
    service = Service("test", "ecos" if in_path else "data.go.kr", "the key", per_second=1000)
    path = "/api/{key}/json" if in_path else "/api"
    call = Call(
        service,
        "x__y",
        f"https://api.example.or.kr{path}",
        params={"a": "b"},
        key_param=None if in_path else "serviceKey",
        check=lambda data: figure("f", json.loads(data)["fine"]),
    )
    caplog.clear()
    texts = []
    with tempfile.TemporaryDirectory() as folder, caplog.at_level(logging.DEBUG):
        home = Path(folder)
        fetcher = Fetcher(
            home,
            "run",
            keys={"the key": key},
            retries=Retries(attempts=1),
            transport=httpx.MockTransport(_echo_key(key)[scenario]),
        )
        with fetcher:
            try:
                answer = fetcher.get(call)
                texts += [repr(answer), str(answer), answer.url, answer.file_name]
            except FetchError as error:
                seen = traceback.TracebackException.from_exception(error, capture_locals=True)
                ours = [f for f in seen.stack if f.filename != __file__]  # this frame knows the key
                seen.stack = traceback.StackSummary.from_list(ours)
                texts += ["".join(seen.format()), "".join(traceback.format_exception(error))]
                texts += [str(error), repr(error), error.line("ko"), error.said]
                texts += [repr(error.__context__), repr(error.__cause__)]
            texts += [repr(fetcher), repr(call), call.address(), call.fingerprint]
        texts += [p.read_text() for p in home.rglob("*.json*")]
        texts += [str(p.relative_to(home)) for p in home.rglob("*")]
    texts += [caplog.text, *(repr(vars(record)) for record in caplog.records)]
    for text in texts:
        for spelling in spellings(key):
            assert spelling not in text, (spelling, text)
