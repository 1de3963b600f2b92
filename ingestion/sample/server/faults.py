"""Faults on request: which there are, where each is armed, how often it still happens.

A fault is armed for every request whose subject (host, path, parameters, dataset) holds `match`,
for `times` requests or until it is taken away. `NAME[:match][:times]` writes one in a line:
`http_500`, `http_500:kosis.kr`, `cut_off::1`, `values_gone:3042071:1`.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.sample.server import wire
from ingestion.sample.server.wire import HTML, XML, Item, Question, Reply

#: Every fault and what it does.
FAULTS: dict[str, str] = {
    "slow": "waits `seconds` before the first byte and between parts",
    "cut_off": "the connection is closed in the middle of the body",
    "http_429": "HTTP 429 with Retry-After (`seconds`)",
    "http_500": "HTTP 500 with an error page",
    "http_503": "HTTP 503 with an error page",
    "quota_spent": "the day's calls are used up, in the publisher's words",
    "quota_429": 'HTTP 429 "API token quota exceeded"',
    "key_expired": "the key has expired, in the publisher's words",
    "html_instead": "a page about maintenance instead of the answer",
    "xml_for_json": "XML where JSON was asked for",
    "captcha": "the portal asks for a captcha before the download",
    "stale_bytes": "the bytes of the edition before under this edition's name",
    "values_gone": "one complex's (one row's) values are missing",
    "header_changed": "a header is worded otherwise",
    "name_unknown": "a complex (a code) that nobody knows",
    "unit_changed": "the unit is another one; where none is named, figures are 1,000 times as large",
    "revision": "an edition of a year ago is issued again with revised figures, while armed",
    "uddi_changed": "all editions have new uddis and the old ones are unknown, while armed",
    "empty_body": "no bytes at all",
    "redirect_loop": "sends on to itself",
    "wrong_content_type": "the right bytes announced as something else",
    "truncated_json": "half of the JSON, announced as whole",
}
#: These alter what is in an answer; whoever makes the answer asks for them.
CONTENT = ("values_gone", "header_changed", "name_unknown", "unit_changed")
#: These are states, not events: `times` does not count them.
STATES = ("revision", "uddi_changed")
#: Made instead of the answer, which need not be made at all.
_INSTEAD = (
    "http_429", "http_500", "http_503", "quota_spent", "quota_429", "key_expired", "html_instead",
    "empty_body", "redirect_loop",
)  # fmt: skip
#: The hosts that say so.
_QUOTA_429 = ("apis.data.go.kr", "api.odcloud.kr")
#: Made of the answer.
_UPON = ("xml_for_json", "truncated_json", "wrong_content_type", "slow", "cut_off")

_SECONDS = {"slow": 5.0, "http_429": 1.0}
UNKNOWN_NAME = "모의미등록단지"


@dataclass
class Fault:
    """One armed fault; `left` is None while it has no end, `fired` counts what it did."""

    name: str
    match: str = ""
    left: int | None = None
    seconds: float = 0.0
    fired: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For the control plane."""
        return {
            "name": self.name,
            "match": self.match,
            "left": self.left,
            "seconds": self.seconds,
            "fired": self.fired,
        }


class FaultBook:
    """The faults that are armed; may be altered while requests are answered."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()

    def arm(
        self, name: str, match: str = "", times: int | None = None, *, seconds: float | None = None
    ) -> Fault:
        """Arm a fault.

        Args:
            name: one of `FAULTS`.
            match: part of the subject (`kosis.kr`, `15085898`, a dataset), in any case of letters.
            times: for so many requests; None: until `clear`.
            seconds: how slow, or what Retry-After says.

        Raises:
            ValueError: no such fault, or a number that is not positive.
        """
        if name not in FAULTS:
            raise ValueError(f"no fault '{name}'; there are: {', '.join(FAULTS)}")
        if times is not None and times < 1:
            raise ValueError(f"{name}: times is 1 or more, not {times}")
        if seconds is not None and seconds < 0:
            raise ValueError(f"{name}: seconds is 0 or more, not {seconds}")
        given = _SECONDS.get(name, 0.0) if seconds is None else seconds
        fault = Fault(name, match.lower(), times, given)
        with self._lock:
            self._armed.append(fault)
        return fault

    def arm_text(self, text: str) -> Fault:
        """Arm a fault written as `NAME[:match][:times]`.

        Raises:
            ValueError: as `arm`, or times that are no number.
        """
        name, _, rest = text.partition(":")
        match, _, times = rest.rpartition(":") if ":" in rest else (rest, "", "")
        if times and not times.isdigit():
            match, times = rest, ""
        return self.arm(name.strip(), match, int(times) if times else None)

    def clear(self, name: str | None = None) -> int:
        """Take away all faults, or all of a name; returns how many."""
        with self._lock:
            before = len(self._armed)
            self._armed = [f for f in self._armed if name is not None and f.name != name]
            return before - len(self._armed)

    def listing(self) -> list[dict[str, Any]]:
        """All that were armed and not taken away, also those that have no times left."""
        with self._lock:
            return [fault.as_dict() for fault in self._armed]

    def take(self, name: str, subject: str) -> Fault | None:
        """Whether a fault happens now; counts it."""
        if not self._armed:
            return None
        with self._lock:
            for fault in self._armed:
                if fault.name == name and fault.left != 0 and fault.match in subject.lower():
                    fault.fired += 1
                    if fault.left is not None and name not in STATES:
                        fault.left -= 1
                    return fault
        return None

    def content(self, subject: str) -> list[str]:
        """The faults inside an answer that happen now."""
        return [name for name in CONTENT if self.take(name, subject)]

    def instead(self, question: Question, subject: str) -> Reply | None:
        """What is said instead of the answer, if a fault wants so."""
        for name in _INSTEAD:
            if name in ("quota_spent", "key_expired") and _own_words(name, question) is None:
                continue  # the portal's files need neither key nor quota
            if name == "quota_429" and question.host not in _QUOTA_429:
                continue
            fault = self.take(name, subject)
            if fault is not None:
                return _said(fault, question)
        return None

    def upon(self, reply: Reply, subject: str) -> Reply:
        """The answer as the faults leave it."""
        for name in _UPON:
            if name in ("xml_for_json", "truncated_json") and not reply.is_json:
                continue
            fault = self.take(name, subject)
            if fault is not None:
                reply = _spoilt(fault, reply)
        return reply


def _said(fault: Fault, question: Question) -> Reply:
    match fault.name:
        case "http_429":
            reply = wire.Reply(b"Too Many Requests", "text/plain", 429)
            return reply.with_headers(Retry_After=f"{fault.seconds:.0f}")
        case "quota_429":
            return wire.Reply(b"API token quota exceeded", "text/plain", 429)
        case "http_500" | "http_503":
            status = int(fault.name[-3:])
            words = "Service Unavailable" if status == 503 else "Internal Server Error"
            return wire.html_reply(f"{status} {words}", f"<h1>{status} {words}</h1>", status)
        case "html_instead":
            return wire.html_reply("시스템 점검 안내", "<h1>시스템 점검 중입니다.</h1>")
        case "empty_body":
            return wire.Reply(b"", "application/octet-stream")
        case "redirect_loop":
            # Relative, so that it leads in circles for a browser here as well.
            # `./`, because a name with a colon (`uddi:…`) would be taken for a scheme.
            query = f"?{question.query}" if question.query else ""
            here = f"./{question.path.rsplit('/', 1)[-1]}{query}"
            return wire.Reply(b"", "text/plain", 302).with_headers(Location=here)
    own = _own_words(fault.name, question)
    assert own is not None
    return own


def _own_words(name: str, question: Question) -> Reply | None:
    """How each publisher says that the quota is spent or the key expired; None: it cannot."""
    spent = name == "quota_spent"
    match question.host:
        case "apis.data.go.kr":
            if spent:
                words = "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR"
                return wire.gateway_error("22", words)
            return wire.gateway_error("31", "DEADLINE_HAS_EXPIRED_ERROR")
        case "api.odcloud.kr":
            if spent:
                return wire.json_reply({"code": -10, "msg": "트래픽을 초과하였습니다."}, 429)
            return wire.json_reply({"code": -401, "msg": "유효하지 않은 인증키 입니다."}, 401)
        case "kosis.kr":
            if spent:
                return wire.kosis_error("40", "호출가능건수 제한")
            return wire.kosis_error("11", "유효하지 않은 인증KEY입니다.")
        case "ecos.bok.or.kr":
            if spent:
                words = "과도한 OpenAPI호출로 이용이 제한되었습니다."
                return wire.ecos_error("ERROR-602", words)
            return wire.ecos_error("INFO-100", "인증키가 유효하지 않습니다.")
    return None


def _spoilt(fault: Fault, reply: Reply) -> Reply:
    match fault.name:
        case "slow":
            return replace(reply, pause=fault.seconds)
        case "cut_off":
            return replace(
                reply, announced=len(reply.body), body=reply.body[: len(reply.body) // 2]
            )
        case "truncated_json":
            return replace(reply, body=reply.body[: max(1, len(reply.body) // 2)])
        case "wrong_content_type":
            return replace(reply, media_type="image/gif" if reply.media_type == HTML else HTML)
    document = json.loads(reply.body)
    wrapped = {"row": document} if isinstance(document, list) else document
    # A body of one root stands as it is, as a service does that has both forms.
    if isinstance(wrapped, dict) and list(wrapped) == ["response"]:
        text = wire.elements(wrapped["response"], "response")
    else:
        text = wire.elements(wrapped, "results")
    return replace(reply, body=wire.xml_reply(text).body, media_type=XML)


def alter_items(
    items: list[Item], faults: list[str], *, name: str, figures: list[str]
) -> list[Item]:
    """Rows of an interface as the faults leave them.

    Args:
        items: rows by field.
        faults: from `FaultBook.content`.
        name: the field that says what a row is about.
        figures: the fields that hold its figures.
    """
    if not items or not faults:
        return items
    rows = [dict(item) for item in items]
    if "values_gone" in faults:
        rows[0] |= dict.fromkeys((f for f in figures if f in rows[0]), "")
    if "name_unknown" in faults and name in rows[0]:
        rows[0][name] = UNKNOWN_NAME
    if "unit_changed" in faults:
        for row in rows:
            named = [key for key in ("UNIT_NM", "UNIT_NAME") if key in row]
            row |= dict.fromkeys(named, "척") or {
                key: _thousandfold(row[key]) for key in figures if key in row
            }
    if "header_changed" in faults:
        old = figures[0]
        rows = [{f"new_{k}" if k == old else k: v for k, v in row.items()} for row in rows]
    return rows


def _thousandfold(value: Any) -> Any:
    """A figure in a unit that is a thousandth of the one before; text and marks as they are."""
    if isinstance(value, int | float):
        return value * 1000
    try:
        return f"{Decimal(str(value)) * 1000:f}"
    except InvalidOperation:
        return value
