"""Fetching over a real connection, from a server on this machine."""

from __future__ import annotations

import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import tenacity.nap

from ingestion.fetch import errors
from ingestion.fetch.client import Call, Fetcher, Retries, Service, Timeouts
from ingestion.outcomes import read_outcomes

KEY = "Ab+cd/EFghIJ1234567890=="
DATA = b'{"fine": true}'

#: What the server does with request 1, 2, …: the last one again and again.
Behaviour = Callable[[BaseHTTPRequestHandler], None]


class ToThisMachine(httpx.BaseTransport):
    """A real connection, but to the test's server: what is above it speaks https as always."""

    def __init__(self, port: int) -> None:
        self._inner, self._port = httpx.HTTPTransport(), port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class Server:
    """A server whose answers are functions."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.behaviours: list[Behaviour] = [answer(200, DATA)]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.paths.append(self.path)
                at = min(len(outer.paths), len(outer.behaviours)) - 1
                outer.behaviours[at](self)

            def log_message(self, *arguments: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.port = int(self.http.server_address[1])
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


def answer(status: int, data: bytes, **headers: str) -> Behaviour:
    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    return behave


def late(request: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)
    answer(200, DATA)(request)


def dripping(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(30):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.1)


def cut(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"fine": ')
    request.wfile.flush()
    request.connection.close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, which nobody waits for."""
    waits: list[float] = []
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=waits.append))
    return waits


@pytest.fixture
def fetcher(server: Server, tmp_path: Path, slept: list[float]) -> Iterator[Fetcher]:
    with Fetcher(
        tmp_path / "home",
        "run",
        keys={"data.go.kr": KEY},
        timeouts=Timeouts(connect=2, read=0.4, total=1),
        transport=ToThisMachine(server.port),
    ) as made:
        yield made


CALL = Call(
    Service("test", "data.go.kr", "data.go.kr", per_second=1000, per_day=100),
    "kicox__test",
    "https://apis.data.go.kr/B550624/test",
    key_param="serviceKey",
    expect="json",
)


def test_an_answer_arrives_and_the_key_was_encoded_once(fetcher: Fetcher, server: Server) -> None:
    assert fetcher.send(CALL).data == DATA
    assert server.paths == ["/B550624/test?serviceKey=Ab%2Bcd%2FEFghIJ1234567890%3D%3D"]


@pytest.mark.parametrize("behaviour", [late, dripping])
def test_a_slow_answer_runs_into_the_time_limit(
    fetcher: Fetcher, server: Server, slept: list[float], behaviour: Behaviour
) -> None:
    server.behaviours = [behaviour]
    fetcher.retries = Retries(attempts=2)
    with pytest.raises(errors.Unreachable) as caught:
        fetcher.send(CALL)
    assert caught.value.code == "timeout" and len(server.paths) == 2 and len(slept) == 1


def test_a_connection_cut_in_the_middle_is_tried_again(fetcher: Fetcher, server: Server) -> None:
    server.behaviours = [cut, answer(200, DATA)]
    assert fetcher.send(CALL).data == DATA
    server.behaviours = [cut]
    with pytest.raises(errors.Unreachable) as caught:
        fetcher.send(CALL)
    assert caught.value.code == "connection"


def test_nobody_there(fetcher: Fetcher, server: Server, slept: list[float]) -> None:
    server.stop()
    with pytest.raises(errors.Unreachable) as caught:
        fetcher.send(CALL)
    assert caught.value.code == "connection" and len(slept) == 3


def test_too_many_requests_then_success(
    fetcher: Fetcher, server: Server, slept: list[float]
) -> None:
    server.behaviours = [answer(429, b"", Retry_After="7"), answer(200, DATA)]
    assert fetcher.send(CALL).data == DATA and slept == [7.0]


def test_a_server_error_then_success(fetcher: Fetcher, server: Server) -> None:
    server.behaviours = [answer(500, b"<html>"), answer(200, DATA)]
    assert fetcher.send(CALL).data == DATA
    (row,) = read_outcomes(fetcher.home / "outcomes")
    assert (row["status"], row["attempts"]) == ("fetched", 2)


def test_a_page_instead_of_data(fetcher: Fetcher, server: Server, slept: list[float]) -> None:
    server.behaviours = [answer(200, b"<!DOCTYPE html><html>closed</html>")]
    with pytest.raises(errors.NotData) as caught:
        fetcher.send(CALL)
    assert caught.value.code == "html" and slept == []


def test_an_answer_beyond_the_size_is_cut_off(fetcher: Fetcher, server: Server) -> None:
    server.behaviours = [answer(200, b"[" + b" " * 5_000_000)]
    fetcher.max_bytes = 100_000
    with pytest.raises(errors.Refused):
        fetcher.send(CALL)


_ASK = """
import sys
from dataclasses import replace
from pathlib import Path
from ingestion.fetch.client import Fetcher
from ingestion.fetch.errors import QuotaSpent
from tests.integration.test_fetch import CALL, KEY, ToThisMachine

home, port, run = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
transport = ToThisMachine(port)
with Fetcher(home, run, keys={"data.go.kr": KEY}, quotas={"test": 12}, transport=transport) as f:
    for n in range(10):
        try:
            f.send(CALL)
        except QuotaSpent:
            print("spent")
        else:
            print("sent")
"""


def test_two_processes_share_one_quota(server: Server, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _ASK, str(tmp_path / "home"), str(server.port), f"run{n}"],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(2)
    ]
    said = [process.communicate(timeout=60)[0].split() for process in processes]
    assert all(process.returncode == 0 for process in processes)
    assert sorted(said[0] + said[1]) == ["sent"] * 12 + ["spent"] * 8
    assert len(server.paths) == 12
    rows = list(read_outcomes(tmp_path / "home" / "outcomes"))
    assert [r["status"] for r in rows].count("stopped") == 8 and len(rows) == 20


def test_a_certificate_that_nobody_signed_is_refused(
    server: Server, tmp_path: Path, slept: list[float]
) -> None:
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "self-signed.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    call = Call(CALL.service, "kicox__test", f"https://127.0.0.1:{server.port}/x")
    with (
        Fetcher(tmp_path / "home", "run", keys={"data.go.kr": KEY}) as fetcher,
        pytest.raises(errors.Refused) as caught,
    ):
        fetcher.send(call)
    assert caught.value.code == "tls" and slept == [] and server.paths == []
