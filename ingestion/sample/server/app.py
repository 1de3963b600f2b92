"""All publishers in one place, and the server around them."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

from ingestion.contract import (
    Contracts,
    CustomsFetch,
    EcosFetch,
    FactoriesFetch,
    KosisFetch,
    OdcloudFetch,
    PortalFetch,
    TrendFetch,
    load_contracts,
)
from ingestion.sample.server.editions import Editions
from ingestion.sample.server.faults import FAULTS, FaultBook
from ingestion.sample.server.gateway import Gateway
from ingestion.sample.server.national import National
from ingestion.sample.server.portal import Portal, meant, not_found
from ingestion.sample.server.wire import Question, Reply

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

log = logging.getLogger(__name__)

DEFAULT_SEED = 20260331
#: The day after the first print of 2026-Q1.
DEFAULT_TODAY = date(2026, 5, 28)
#: The fetcher's key where it is rerouted, and one that shows whether a key was encoded once.
DEFAULT_KEYS = ("simulated-key", "simulated+key/with==")
REGISTRY_DIR = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds"
MARK = {"X-Sandan-Simulated": "true"}
HOSTS = (
    "www.data.go.kr",
    "apis.data.go.kr",
    "api.odcloud.kr",
    "infuser.odcloud.kr",
    "kosis.kr",
    "ecos.bok.or.kr",
)
_PIECES = 16


class Publishers:
    """Answers questions as the publishers do; no server is needed.

    Args:
        today: the simulated day; may be set later.
        seed: the same seed gives the same answers.
        registry_dir: folder with the dbt seeds.
        contracts: what they fetch is what is served.
        keys: the keys that are accepted.
        factory_rows, status_complexes: the sizes of the registry and of the status list.
    """

    def __init__(
        self,
        today: date = DEFAULT_TODAY,
        *,
        seed: int = DEFAULT_SEED,
        registry_dir: Path = REGISTRY_DIR,
        contracts: Contracts | None = None,
        keys: Iterable[str] = DEFAULT_KEYS,
        factory_rows: int = 200_000,
        status_complexes: int = 1350,
    ) -> None:
        self.today = today
        self.faults = FaultBook()
        known = contracts or load_contracts()
        self._keys = frozenset(keys)
        self.editions = Editions(
            seed,
            registry_dir,
            known,
            factory_rows=factory_rows,
            status_complexes=status_complexes,
        )
        national = National(seed, known, self.faults)
        portal = Portal(self.editions, self.faults, self._keys)
        gateway = Gateway(self.editions, national, self.faults, self._keys)
        self._topics = _topics(known)
        self._handlers: Mapping[str, Callable[[Question, date], Reply]] = {
            "www.data.go.kr": portal.files,
            "infuser.odcloud.kr": portal.description,
            "api.odcloud.kr": portal.rows,
            "apis.data.go.kr": gateway.answer,
            "kosis.kr": lambda q, day: national.kosis(q, day, self._keys),
            "ecos.bok.or.kr": lambda q, day: national.ecos(q, day, self._keys),
        }

    def answer(self, question: Question) -> Reply:
        """The reply to a question, as the faults leave it; marked as simulated."""
        handler = self._handlers.get(question.host)
        if handler is None:
            return not_found().with_headers(**MARK)
        question = replace(question, topic=self._topic(question))
        reply = self.faults.instead(question, question.subject)
        if reply is None:
            reply = self.faults.upon(handler(question, self.today), question.subject)
        return reply.with_headers(**MARK)

    def _topic(self, question: Question) -> str:
        """The datasets that a question is about, so that faults can name them."""
        dataset_id, period = meant(question.given.get("atchFileId", ""))
        words = [self.editions.topic(dataset_id), period] if dataset_id else []
        words += [name for part, name in self._topics if part in question.subject]
        return " ".join(words)


class SampleServer:
    """The publishers on a port of this machine, in a thread.

    Args:
        today, seed, …: as `Publishers`.
        host: a loopback address; port: 0 takes a free one.

    Raises:
        ValueError: the host is not this machine itself.
        OSError: the port is taken.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, **publishers: Any) -> None:
        if not is_loopback(host):
            raise ValueError(f"the sample publisher listens on this machine only, not on {host}")
        self.publishers = Publishers(**publishers)
        self._host, self._wanted = host, port
        self._server: Any = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    @property
    def faults(self) -> FaultBook:
        """The faults that are armed."""
        return self.publishers.faults

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`; for `Fetcher(publishers=…)`.

        Raises:
            RuntimeError: not started.
        """
        if self._socket is None:
            raise RuntimeError("the sample publisher is not started")
        name = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{name}:{self._socket.getsockname()[1]}"

    def start(self) -> Self:
        """Listen; returns when it answers."""
        import uvicorn

        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # The protocol is named: only then asyncio sends headers and body without waiting (Nagle).
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((self._host, self._wanted))
        except OSError:
            self._socket.close()
            self._socket = None
            raise
        config = uvicorn.Config(
            make_app(self.publishers),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL + 1,  # a connection cut off on purpose is no news
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="sample-publisher", daemon=True
        )
        self._thread.start()
        waiting = threading.Event()
        while not self._server.started:
            if not self._thread.is_alive():
                self.stop()
                raise RuntimeError("the sample publisher did not start")
            waiting.wait(0.005)
        return self

    def stop(self) -> None:
        """Close the port; may be called twice."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=10)
        if self._socket is not None:
            self._socket.close()
        self._server = self._thread = self._socket = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


#: The customs service's address by what a contract asks for.
_AREAS = {
    "total": "Newtrade",
    "country": "Itemtrade",
    "sido": "/sido",
    "sigungu": "sigunguperprlst",
}


def _topics(contracts: Contracts) -> list[tuple[str, str]]:
    """What in a question tells which dataset it is about."""
    found: list[tuple[str, str]] = []
    for contract in contracts.by_dataset.values():
        for way in contract.source.fetch:
            match way:
                case PortalFetch() | OdcloudFetch():
                    part = way.dataset_id
                case KosisFetch():
                    part = way.table
                case EcosFetch():
                    part = way.stat
                case CustomsFetch():
                    part = _AREAS[way.area]
                case TrendFetch():
                    part = "indparkstats"
                case FactoriesFetch():
                    part = "fctryRegistInfo"
            found.append((part, contract.dataset))
    return found


def is_loopback(host: str) -> bool:
    """Whether an address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def make_app(publishers: Publishers) -> Starlette:
    """The publishers as an ASGI application."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def ask(request: Request) -> Response:
        question = await _question(request)
        try:
            # Files are made on a thread of their own, so that other questions are answered.
            reply = await run_in_threadpool(publishers.answer, question)
        except (
            Exception
        ) as error:  # a fault of ours: said as such, so that it is not taken for one on request
            log.exception("the sample publisher failed")
            text = f"sample publisher: {type(error).__name__}: {error}"
            reply = Reply(text.encode(), "text/plain;charset=UTF-8", 500, MARK)
        return _response(reply)

    async def faults(request: Request) -> Response:
        book = publishers.faults
        if request.method == "DELETE":
            book.clear(request.query_params.get("name"))
        elif request.method == "POST":
            try:
                given = await request.json() if await request.body() else {}
                book.arm(
                    str(given.get("name", "")),
                    str(given.get("match", "")),
                    given.get("times"),
                    seconds=given.get("seconds"),
                )
            except (ValueError, TypeError, AttributeError) as error:
                return JSONResponse({"error": str(error)}, 400, MARK)
        return JSONResponse({"armed": book.listing(), "known": FAULTS}, 200, MARK)

    async def home(request: Request) -> Response:
        known = {"simulated": True, "today": publishers.today.isoformat(), "hosts": list(HOSTS)}
        return JSONResponse(known, 200, MARK)

    return Starlette(
        routes=[
            Route("/", home),
            Route("/_faults", faults, methods=["GET", "POST", "DELETE"]),
            Route("/{rest:path}", ask, methods=["GET", "POST"]),
        ]
    )


async def _question(request: Request) -> Question:
    raw = request.scope["path"]
    host, _, path = raw.lstrip("/").partition("/")
    query = request.scope["query_string"].decode("latin-1")
    form: dict[str, str] = {}
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", "replace")
        form = dict(parse_qsl(body, keep_blank_values=True))
    return Question(
        method=request.method,
        host=host,
        path=f"/{path}",
        params=dict(parse_qsl(query, keep_blank_values=True)),
        form=form,
        cookies=dict(request.cookies),
        authorization=request.headers.get("authorization", ""),
        query=query,
    )


def _response(reply: Reply) -> Response:
    from starlette.responses import Response, StreamingResponse

    headers = {"Content-Type": reply.media_type, **reply.headers}
    if reply.announced is None and not reply.pause:
        return Response(reply.body, reply.status, headers)
    headers["Content-Length"] = str(reply.announced or len(reply.body))
    return StreamingResponse(_dripping(reply), reply.status, headers)


async def _dripping(reply: Reply) -> AsyncIterator[bytes]:
    """The body in pieces with pauses; breaks off where more was announced than there is."""
    await asyncio.sleep(reply.pause)
    size = max(1, -(-len(reply.body) // _PIECES))
    for at in range(0, len(reply.body), size):
        yield reply.body[at : at + size]
        await asyncio.sleep(reply.pause)
    if reply.announced is not None:
        raise ConnectionAbortedError("cut off on request")
