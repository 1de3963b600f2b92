"""What the tests of fetching share: a clock that nobody waits for, and a fetcher without network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import tenacity.nap

from ingestion.fetch.client import Call, Fetcher, Service
from ingestion.outcomes import read_outcomes

#: A data.go.kr key as given in its two forms.
PLAIN_KEY = "Ab+cd/EFghIJ1234567890=="
CODED_KEY = "Ab%2Bcd%2FEFghIJ1234567890%3D%3D"
KEYS = {"data.go.kr": PLAIN_KEY, "kosis": "S09TSVMtdGVzdC1rZXk=", "ecos": "ECOSKEY1234567890"}

Handler = Callable[[httpx.Request], httpx.Response]
Make = Callable[..., Fetcher]


class FakeTime:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)  # noon in Seoul
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def clock(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    fake = FakeTime()
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=fake.sleep))
    return fake


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def make(home: Path, time: FakeTime) -> Iterator[Callable[..., Fetcher]]:
    """A fetcher whose requests go to a function."""
    made: list[Fetcher] = []

    def build(handler: Handler, **settings: Any) -> Fetcher:
        fetcher = Fetcher(
            home,
            settings.pop("run_id", "run"),
            keys=settings.pop("keys", KEYS),
            transport=httpx.MockTransport(handler),
            now=time.now,
            clock=time.clock,
            sleep=time.sleep,
            **settings,
        )
        made.append(fetcher)
        return fetcher

    yield build
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def call() -> Call:
    """A call with a key in its query, JSON or XML expected."""
    service = Service("test", "data.go.kr", "data.go.kr", per_second=5, per_day=100)
    return Call(
        service,
        "kicox__test",
        "https://apis.data.go.kr/B550624/test",
        params={"stdrYm": "202401"},
        key_param="serviceKey",
        file_name="test_202401",
    )


def outcomes(home: Path) -> list[dict[str, Any]]:
    return list(read_outcomes(home / "outcomes"))


def gateway(rows: list[dict[str, Any]], total: int, page: int, size: int = 100) -> bytes:
    """A page as the gateway's services write it in JSON."""
    body = {"items": {"item": rows}, "totalCount": total, "pageNo": page, "numOfRows": size}
    return json.dumps(
        {"response": {"header": {"resultCode": "00", "resultMsg": "OK"}, "body": body}},
        ensure_ascii=False,
    ).encode()


def gateway_error(code: str, message: str = "SERVICE ERROR") -> bytes:
    return (
        f"<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
        f"<returnAuthMsg>{message}</returnAuthMsg>"
        f"<returnReasonCode>{code}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
    ).encode()
