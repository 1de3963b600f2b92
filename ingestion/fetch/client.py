"""The fetcher: sends a call, gives back the publisher's bytes or raises a typed error.

    with Fetcher(home, run_id, keys={"data.go.kr": …}) as fetcher:
        answer = fetcher.get(call)

`get` asks once a day for the same thing: what came is kept in `fetched/<dataset>/<day>/`, so a run
that was stopped goes on where it stopped. `send` always asks. Every call leaves one row in `outcomes/<run>.jsonl`. A `Call` never holds a key, so that it may be
printed, hashed and stored; the key joins the address only where it goes out.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, unquote, urlencode

import httpx
import stamina
from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

from ingestion.fetch.bodies import Expect, examine, kind_of
from ingestion.fetch.errors import (
    FetchError,
    KeyRejected,
    NoData,
    NotData,
    PersonNeeded,
    QuotaSpent,
    fault,
)
from ingestion.fetch.masking import MASK, Masker, plain_key
from ingestion.fetch.quota import Meter, Now, now_utc
from ingestion.fetch.reroute import SampleTransport
from ingestion.outcomes import FetchOutcome, FetchStatus, append_outcome
from ingestion.snapshots import clean_file_name, replace_file, write_once

log = logging.getLogger(__name__)
# Where structlog is installed, stamina would write to stdout, among a command's results.
set_on_retry_hooks([LoggingOnRetryHook])

#: The portal turns away clients that do not begin like a browser; the rest says who we are.
USER_AGENT = "Mozilla/5.0 (compatible; sandan; statistics of industrial complexes)"
MAX_REDIRECTS = 3
#: The keys there are, and what is sent in their place to the sample publisher.
KEY_NAMES = ("data.go.kr", "kosis", "ecos")
SAMPLE_KEY = "simulated-key"
#: The endings that may follow a suggested file name, by what the bytes are.
_ENDINGS = {"json": "json", "xml": "xml", "html": "html"}
_MEDIA_TYPES = {"json": "application/json", "xml": "application/xml", "html": "text/html"}


@dataclass(frozen=True)
class Service:
    """What a publisher allows.

    Attributes:
        name: names the quota file and the cookie session.
        publisher: whose error table holds.
        key: name of the key among the fetcher's keys; None where none is needed.
        per_second: requests a second that its host takes.
        per_day: calls a day, None where no number is known.
    """

    name: str
    publisher: str
    key: str | None = None
    per_second: float = 5.0
    per_day: int | None = None


@dataclass(frozen=True)
class Call:
    """One request, without its key.

    Attributes:
        service: whose limits hold.
        dataset: `<publisher>__<name>`.
        url: https address; `{key}` in it is where the key goes, if it is part of the path.
        params: query parameters, not encoded.
        key_param: query parameter that carries the key.
        form: a POST's form; None for GET.
        headers: besides the usual ones.
        expect: what the answer should be.
        check: reads an answer and raises where it cannot be read: such an answer is not kept.
        file_name: suggested name, without ending where the answer decides it.
        period: period asked for, for the outcome row.
        keep_days: what came is taken again for so many days (1: today only), so that a loop which
            a spent quota stopped goes on the next day.
    """

    service: Service
    dataset: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    key_param: str | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: Expect = "data"
    check: Callable[[bytes], Any] | None = field(default=None, compare=False)
    file_name: str = "answer"
    period: str | None = None
    keep_days: int = 1

    def address(self, key: str = MASK) -> str:
        """The address with a key in it, encoded exactly once; without one it is the masked one."""
        # The mask stands as it is: it is for people, not for sending.
        coded = key if key == MASK else quote(key, safe="")
        url = self.url.replace("{key}", coded)
        parts = [urlencode(dict(self.params), quote_via=quote, safe="")] if self.params else []
        if self.key_param is not None:
            parts.insert(0, f"{self.key_param}={coded}")
        return f"{url}?{'&'.join(parts)}" if parts else url

    @property
    def fingerprint(self) -> str:
        """Names the request: the same question has the same one."""
        parts = [self.url, sorted(self.params.items()), sorted((self.form or {}).items())]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Answer:
    """The publisher's bytes and what is known of them. `url` is masked, `params` hold no key."""

    data: bytes = field(repr=False)
    file_name: str
    dataset: str
    url: str
    media_type: str
    published_at: date | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    period: str | None = None
    is_simulated: bool = False

    def drop(self, folder: Path) -> Path:
        """Write the file and its sidecar into a folder (an inbox); the sidecar comes first.

        Nothing that waits there is written over: where another file has the name, this one lies in a
        folder named by its content. The same bytes once more change nothing.
        """
        name = clean_file_name(self.file_name)
        path = folder / name
        known: dict[str, Any] = {"url": self.url}
        if self.is_simulated:
            known["simulated"] = True
        if self.published_at is not None:
            known["published_at"] = self.published_at.isoformat()
        sidecar = json.dumps(known, ensure_ascii=False).encode()
        beside = path.with_name(name + ".meta.json")
        is_there = path.exists()
        if is_there and path.read_bytes() == self.data:
            write_once(beside, sidecar)
            return path
        # Whoever makes the sidecar has the name, also where two processes want it at once.
        if not is_there and write_once(beside, sidecar):
            replace_file(path, self.data)
            return path
        path = folder / hashlib.sha256(self.data).hexdigest()[:16] / name
        replace_file(path.with_name(name + ".meta.json"), sidecar)
        replace_file(path, self.data)
        return path


@dataclass(frozen=True)
class Timeouts:
    """Seconds: for the connection, between two parts of an answer, for one attempt as a whole."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 300.0


@dataclass(frozen=True)
class Retries:
    """Attempts in all, and the waits between them (seconds), exponential with jitter.

    `longest` bounds a `Retry-After`: where the publisher asks for more, it is not tried again.
    """

    attempts: int = 4
    timeout: float = 900.0
    initial: float = 1.0
    most: float = 30.0
    jitter: float = 1.0
    longest: float = 120.0


@dataclass(frozen=True)
class _Raw:
    """What came over the wire."""

    status: int
    data: bytes = field(repr=False)
    media_type: str
    disposition: str
    retry_after: float | None


class Fetcher:
    """Sends calls. For one thread; any number of processes may share a home.

    Args:
        home: below it lie `quota/`, `fetched/` and `outcomes/`.
        run_id: the run whose outcome file gets the rows.
        reuse: whether `get` takes what came earlier on the same day.
        keys: key by name (`data.go.kr`, `kosis`, `ecos`), plain or percent-encoded.
        inbox: the folder a person is told to drop files into.
        timeouts: time limits.
        retries: how often, how long between.
        max_bytes: an answer is cut off beyond this size.
        quotas: calls a day by service name, where they differ from the service's own.
        publishers: address on this machine (`http://127.0.0.1:8990`) of a sample publisher that
            answers in the place of all publishers; what it says is marked as simulated.
        transport: carries the requests; for tests. Certificates are verified always.
        now: the time with its zone; clock: seconds that only grow; sleep: waits (seconds).

    Raises:
        ValueError: a key is too short to be one.
    """

    def __init__(
        self,
        home: Path,
        run_id: str,
        *,
        keys: Mapping[str, str] | None = None,
        inbox: Path | None = None,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
        max_bytes: int = 256 * 1024 * 1024,
        reuse: bool = True,
        quotas: Mapping[str, int] | None = None,
        publishers: str | None = None,
        transport: httpx.BaseTransport | None = None,
        now: Now = now_utc,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.home, self.run_id = home, run_id
        self.inbox = inbox or home / "inbox"
        self.timeouts, self.retries = timeouts or Timeouts(), retries or Retries()
        self.max_bytes, self.quotas = max_bytes, dict(quotas or {})
        self.rerouted = publishers is not None
        if self.rerouted and not keys:
            keys = dict.fromkeys(KEY_NAMES, SAMPLE_KEY)
        self.masker = Masker((keys or {}).values())
        quota = home / "quota"
        self.meter = Meter(quota / "simulated" if self.rerouted else quota, now, sleep)
        self.now, self._clock, self._reuse = now, clock, reuse
        self._keys = {name: plain_key(key) for name, key in (keys or {}).items() if key.strip()}
        self._transport = SampleTransport(publishers) if publishers is not None else transport
        self._clients: dict[str, httpx.Client] = {}
        self.masker.guard_logs()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections; forget cookies."""
        for client in self._clients.values():
            client.close()
        self._clients = {}
        self.masker.release_logs()

    def get(self, call: Call) -> Answer:
        """The answer of today: as it was kept, or else sent for and kept (days of Seoul).

        Raises:
            FetchError: as `send`; nothing is kept then.
        """
        path = self._kept(call)
        found = next((p for p in self._kept_lately(call) if p.exists()), None)
        if self._reuse and found is not None:
            data = found.read_bytes()
            answer = self._answer(
                call, _Raw(200, data, _MEDIA_TYPES.get(kind_of(data), ""), "", None)
            )
            self.record(call, answer=answer, reused=True)
            return answer
        answer = self.send(call)
        replace_file(path, answer.data)
        return answer

    def forget(self, call: Call) -> None:
        """Remove what was kept of a call, so that it is asked again."""
        for path in self._kept_lately(call):
            path.unlink(missing_ok=True)
        self._refused(call).unlink(missing_ok=True)

    def keep_refusal(self, call: Call) -> None:
        """Remember for today that a call asks for too much, so that its parts alone are asked for."""
        replace_file(self._refused(call), b"")

    def was_refused(self, call: Call) -> bool:
        """Whether a call was refused today as asking for too much."""
        return self._reuse and self._refused(call).exists()

    def forget_dataset(self, dataset: str) -> None:
        """Remove everything that was kept of a dataset."""
        name = f"simulated_{dataset}" if self.rerouted else dataset
        shutil.rmtree(self.home / "fetched" / clean_file_name(name), ignore_errors=True)

    def clear(self, before: date) -> int:
        """Remove what was kept before a day; returns the number of days removed.

        Some answers name persons, so they are not kept longer than a run may need them.
        """
        old = [p for p in (self.home / "fetched").glob("*/*") if p.name < before.isoformat()]
        for folder in old:
            # Another process may be clearing, too.
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)

    def send(self, call: Call) -> Answer:
        """Send a call, again where that may help, and record what became of it.

        Raises:
            FetchError: of the kind that the table tells; no key is in it.
        """
        started = self._clock()
        attempts, raw, failure = 0, None, None
        try:
            for attempt in stamina.retry_context(
                on=self._wait,
                attempts=self.retries.attempts,
                timeout=self.retries.timeout,
                wait_initial=self.retries.initial,
                wait_max=self.retries.most,
                wait_jitter=self.retries.jitter,
            ):
                with attempt:
                    attempts = attempt.num
                    raw = self._attempt(call)
        except FetchError as error:
            failure = error
        seconds = self._clock() - started
        if raw is None:
            assert failure is not None
            failure.redact(self.masker.mask).__context__ = failure.__cause__ = None
            self.record(call, error=failure, attempts=attempts, seconds=seconds)
            raise failure
        answer = self._answer(call, raw)
        self.record(call, answer=answer, status=raw.status, attempts=attempts, seconds=seconds)
        return answer

    def record(
        self,
        call: Call,
        *,
        answer: Answer | None = None,
        error: FetchError | None = None,
        reused: bool = False,
        status: int | None = None,
        attempts: int = 0,
        seconds: float = 0.0,
    ) -> FetchOutcome:
        """Write the outcome row of a call (sources use it for what is no fault of the transport)."""
        data = answer.data if answer else b""
        size = f"{len(data):,}"
        name = answer.file_name if answer else call.file_name
        what: FetchStatus
        if error is None:
            what = "reused" if reused else "fetched"
            english = f"{name}: {'already here' if reused else 'fetched'}, {size} bytes"
            korean = f"{name}: {'이미 받음' if reused else '받음'}, {size}바이트"
        else:
            what = status_of(error)
            english = f"{name}: {error.line('en')}"
            korean = f"{name}: {error.line('ko')}"
        outcome = FetchOutcome(
            run_id=self.run_id,
            at=self.now().astimezone(UTC).isoformat(timespec="seconds"),
            status=what,
            file_name=self.masker.mask(name),
            dataset=call.dataset,
            period=call.period,
            service=call.service.name,
            url=self.masked_url(call),
            method="GET" if call.form is None else "POST",
            http_status=error.http_status if error else status,
            bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest() if answer else "",
            attempts=attempts,
            seconds=round(seconds, 3),
            error_code=f"{error.publisher}/{error.code}" if error else None,
            message=self.masker.mask(english),
            message_ko=self.masker.mask(korean),
        )
        append_outcome(self.home / "outcomes", outcome)
        log.log(logging.INFO if error is None else logging.WARNING, "%s", outcome.message)
        return outcome

    def _kept(self, call: Call, days_ago: int = 0, prefix: str = "") -> Path:
        day = (self.meter.today() - timedelta(days=days_ago)).isoformat()
        # What the sample publisher said is never taken for the publisher's own word.
        dataset = prefix + (f"simulated_{call.dataset}" if self.rerouted else call.dataset)
        return self.home / "fetched" / clean_file_name(dataset) / day / call.fingerprint

    def _kept_lately(self, call: Call) -> list[Path]:
        return [self._kept(call, days) for days in range(call.keep_days)]

    def _refused(self, call: Call) -> Path:
        return self._kept(call).with_suffix(".refused")

    def masked_url(self, call: Call) -> str:
        """The address without the key, for logs, outcomes and sidecars."""
        return self.masker.mask(call.address())

    def _wait(self, error: Exception) -> bool | float:
        """Whether to try again, and after how many seconds where the publisher said so."""
        if not isinstance(error, FetchError) or not error.retriable:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= self.retries.longest else False

    def _attempt(self, call: Call) -> _Raw:
        service = call.service
        if service.key is not None and service.key not in self._keys:
            raise fault("no_key", publisher=service.publisher, name=service.key)
        if not call.url.startswith("https://"):
            raise fault("not_https", publisher=service.publisher)
        self.meter.take(service.name, self.quotas.get(service.name, service.per_day))
        if not self.rerouted:
            self.meter.wait_turn(call.url.split("/")[2], service.per_second)
        raw = self._exchange(call)
        if isinstance(raw, FetchError):
            raise raw
        failure = examine(
            raw.data,
            status=raw.status,
            expect=call.expect,
            publisher=service.publisher,
            mask=self.masker.mask,
            retry_after=raw.retry_after,
        )
        if isinstance(failure, QuotaSpent):
            self.meter.mark_spent(service.name, failure.hold)
        if failure is None and call.check is not None:
            failure = _checked(call.check, raw)
        if failure is not None:
            if call.expect == "file" and isinstance(failure, NotData) and raw.data:
                self._keep_refused(call, raw.data, failure)
            raise failure
        return raw

    def _keep_refused(self, call: Call, data: bytes, failure: FetchError) -> None:
        """Keep for some days what came in the place of a file, so that somebody can look at it.

        Of files alone: they are fetched without a key, so none can stand in what comes.
        """
        if call.service.key is not None:
            return
        path = self._kept(call, prefix="refused_")
        replace_file(path, data)
        failure.action_en += f" What came is kept in {path}."
        failure.action_ko += f" 받은 내용은 {path}에 있습니다."

    def _exchange(self, call: Call) -> _Raw | FetchError:
        """Send and receive. Returns its errors: no frame with the key in it is ever raised from."""
        publisher, detail, code = call.service.publisher, "", "connection"
        try:
            client = self._client(call.service)
            deadline = self._clock() + self.timeouts.total
            key = self._keys[call.service.key] if call.service.key else MASK
            request = client.build_request(
                "GET" if call.form is None else "POST",
                call.address(key),
                data=dict(call.form) if call.form is not None else None,
                headers=dict(call.headers),
            )
            home = request.url.host
            for _ in range(MAX_REDIRECTS + 1):
                try:
                    response = client.send(request, stream=True)
                except httpx.InvalidURL:  # where it sends on to is no address
                    return fault("redirect", publisher=publisher)
                try:
                    following = response.next_request
                    if following is None:
                        return self._drain(response, deadline, publisher)
                finally:
                    response.close()
                if following.url.scheme != "https" or not _same_house(home, following.url.host):
                    break
                request = following
            return fault("redirect", publisher=publisher)
        except httpx.TimeoutException as error:
            code, detail = "timeout", type(error).__name__
        except httpx.RequestError as error:
            code = "tls" if "CERTIFICATE_VERIFY" in str(error).upper() else "connection"
            detail = f"{type(error).__name__}: {error}"
        except Exception as error:  # whatever it is, it may hold the address and so the key
            code, detail = "unexpected", f"{type(error).__name__}: {error}"
        detail = " ".join(self.masker.mask(detail).split())
        return fault(code, publisher=publisher, detail=detail[:200])

    def _drain(
        self, response: httpx.Response, deadline: float, publisher: str
    ) -> _Raw | FetchError:
        """The whole answer, within its limits of size and time."""
        headers = response.headers
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self.max_bytes:
            return fault("too_large", publisher=publisher, limit=self.max_bytes)
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self.max_bytes:
                return fault("too_large", publisher=publisher, limit=self.max_bytes)
            if self._clock() > deadline:
                detail = f"{self.timeouts.total:g} s"
                return fault("timeout", publisher=publisher, detail=detail)
            parts.append(part)
        return _Raw(
            status=response.status_code,
            data=b"".join(parts),
            media_type=headers.get("content-type", "").split(";")[0].strip().lower(),
            disposition=headers.get("content-disposition", ""),
            retry_after=self._retry_after(headers.get("retry-after", "")),
        )

    def _retry_after(self, text: str) -> float | None:
        """Seconds to wait, from a `Retry-After` in seconds or as a date."""
        text = text.strip()
        if re.fullmatch(r"\d{1,9}", text):
            return float(text)
        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - self.now()).total_seconds())

    def _client(self, service: Service) -> httpx.Client:
        """One client, and so one jar of cookies, a service."""
        if service.name not in self._clients:
            limits = httpx.Timeout(self.timeouts.read, connect=self.timeouts.connect)
            self._clients[service.name] = httpx.Client(
                transport=self._transport,
                timeout=limits,
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
            )
        return self._clients[service.name]

    def _answer(self, call: Call, raw: _Raw) -> Answer:
        name = _name_in(raw.disposition) if call.expect == "file" else ""
        name = name or call.file_name
        ending = _ENDINGS.get(kind_of(raw.data))
        if call.expect != "file" and ending and not name.endswith(f".{ending}"):
            name = f"{name}.{ending}"
        return Answer(
            data=raw.data,
            file_name=clean_file_name(self.masker.mask(name)),
            dataset=call.dataset,
            url=self.masked_url(call),
            media_type=raw.media_type,
            params=dict(call.params),
            period=call.period,
            is_simulated=self.rerouted,
        )


def _checked(check: Callable[[bytes], Any], raw: _Raw) -> FetchError | None:
    try:
        check(raw.data)
    except FetchError as error:
        error.http_status = raw.status
        return error.with_traceback(None)
    except Exception as error:  # a shape that the reader did not think of
        return fault("shape", detail=type(error).__name__, http_status=raw.status)
    return None


def status_of(error: FetchError) -> FetchStatus:
    """What an error makes of an attempt, in the words of the outcome rows."""
    if isinstance(error, NoData):
        return "no_data"
    if isinstance(error, PersonNeeded):
        return "person_needed"
    if isinstance(error, QuotaSpent) or (isinstance(error, KeyRejected) and error.code == "no_key"):
        return "stopped"
    return "failed"


def _same_house(home: str, other: str) -> bool:
    """Whether a redirect stays with the publisher: the same host, or one beside it."""
    labels = home.split(".")
    base = home if len(labels) <= 2 else ".".join(labels[1:])
    return other in (home, base) or other.endswith(f".{base}")


def _name_in(disposition: str) -> str:
    """The file name in a Content-Disposition header, in any of the ways it is written here.

    The portal sends UTF-8 or CP949 bytes as they are, or percent-encoded.
    """
    extended = re.search(r"filename\*\s*=\s*([\w\-]+)'[^']*'([^;\s]+)", disposition, re.I)
    if extended:
        try:
            return unquote(extended[2], encoding=extended[1], errors="replace")
        except LookupError:  # an encoding that nobody knows
            pass
    found = re.search(r'filename\s*=\s*"?([^";]+)', disposition, re.I)
    if not found:
        return ""
    name = unquote(found[1].strip())
    for encoding in ("utf-8", "cp949"):
        try:
            return name.encode("latin-1").decode(encoding)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return name
