"""What comes in and what goes out, apart from any server: questions, replies, the publishers' forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ingestion.sample.layout import SIMULATED_MARK

JSON, XML, HTML = (
    "application/json;charset=UTF-8",
    "application/xml;charset=UTF-8",
    "text/html;charset=UTF-8",
)

_NAME = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)

Item = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One request as the publisher sees it.

    `path` begins with a slash and lacks the host; `params` are the query's, decoded once; `form` is
    a POST's; `topic` names the dataset where the path does not (for the scope of faults).
    """

    method: str
    host: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    authorization: str = ""
    query: str = ""
    topic: str = ""

    @property
    def given(self) -> Mapping[str, str]:
        """Form and query together; the form goes first."""
        return {**self.params, **self.form}

    @property
    def subject(self) -> str:
        """What a fault's `match` is looked for in: host, path, all values, the dataset."""
        values = " ".join(f"{name}={value}" for name, value in self.given.items())
        return f"{self.host}{self.path} {values} {self.topic}"


@dataclass(frozen=True)
class Reply:
    """One answer: whole, and how it is to be sent.

    Attributes:
        pause: seconds before the first byte and again between the parts of a dripping body.
        announced: a Content-Length beyond the body's: the connection is closed in the middle.
    """

    body: bytes = field(repr=False)
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    announced: int | None = None

    @property
    def is_json(self) -> bool:
        """Whether JSON was meant."""
        return self.media_type == JSON

    def with_headers(self, **headers: str) -> Reply:
        """The reply with more headers; `_` in a name stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})


def json_reply(document: Any, status: int = 200) -> Reply:
    """JSON as the interfaces write it: UTF-8, no blanks."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Reply(text.encode(), JSON, status)


def xml_reply(text: str, status: int = 200, *, declared: bool = True) -> Reply:
    """XML; a comment says that it is simulated.

    Errors of the gateway come without a declaration. They hold no data, and no comment either, so
    that they are the publisher's to the byte.
    """
    if declared:
        head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        text = f"{head}{text}\n<!-- {SIMULATED_MARK} -->\n"
    return Reply(text.encode(), XML, status)


def html_reply(title: str, body: str, status: int = 200) -> Reply:
    """A page; every one says that it is simulated."""
    page = (
        f'<!DOCTYPE html>\n<html lang="ko"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"</head>\n<body>{body}\n<p>모의자료(SIMULATED) · sandan sample publisher</p></body></html>\n"
    )
    return Reply(page.encode(), HTML, status)


def elements(value: Any, name: str) -> str:
    """Plain data as XML elements; a list repeats its name.

    A name that cannot be one in XML (a Korean header with its unit) stands in an attribute, as
    odcloud does it.
    """
    if isinstance(value, Mapping):
        inner = "".join(elements(part, key) for key, part in value.items())
        return f"<{name}>{inner}</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(elements(part, name) for part in value)
    text = "" if value is None else escape(str(value))
    if not _NAME.fullmatch(name):
        return f"<col name={quoteattr(name)}>{text}</col>"
    return f"<{name}>{text}</{name}>"


def gateway_error(code: str, message: str, status: int = 200) -> Reply:
    """An error of data.go.kr's gateway: XML whatever was asked."""
    return xml_reply(
        "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
        f"<returnAuthMsg>{message}</returnAuthMsg><returnReasonCode>{code}</returnReasonCode>"
        "</cmmMsgHeader></OpenAPI_ServiceResponse>",
        status,
        declared=False,
    )


def missing_parameter() -> Reply:
    """What a service behind the gateway says where a parameter it needs is missing."""
    return xml_reply(
        "<response><header><resultCode>11</resultCode>"
        "<resultMsg>NO_MANDATORY_REQUEST_PARAMETERS_ERROR</resultMsg></header></response>",
        declared=False,
    )


def kosis_error(code: str, message: str) -> Reply:
    """An error of KOSIS: HTTP 200."""
    return json_reply({"err": code, "errMsg": message})


def ecos_error(code: str, message: str) -> Reply:
    """An error of ECOS: HTTP 200."""
    return json_reply({"RESULT": {"CODE": code, "MESSAGE": message}})
