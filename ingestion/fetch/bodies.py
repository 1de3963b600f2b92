"""What came: told by its bytes, parsed to plain data, its figures and marks kept apart."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NoReturn

from ingestion.fetch.errors import FetchError, Mask, error_in, fault, quoted
from ingestion.fetch.xmlsafe import parse_xml, plain

Kind = Literal["empty", "json", "xml", "html", "other"]
#: What a call expects: `data` is JSON or XML, whichever the service likes today.
Expect = Literal["json", "xml", "data", "html", "file"]

#: Marks that publishers write in place of a number: suppressed, none, missing, not available.
MARKS = {"", "-", "X", "x", "…", "...", "*"}


#: KOSIS writes its errors with or without quotation marks around the names, as the question has it.
_UNQUOTED_ERROR = re.compile(
    rb'\s*\[?\s*\{\s*err\s*:\s*"?(\d+)"?\s*,\s*errMsg\s*:\s*"([^"]*)"\s*\}'
)


def kind_of(data: bytes) -> Kind:
    """What the bytes are, whatever was announced."""
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not head:
        return "empty"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<body", b"<div")):
        return "html"
    if head.startswith(b"<?xml"):
        return "html" if b"<html" in head else "xml"
    if head.startswith(b"<"):
        return "html" if b"<!--" in head[:4] and b"<html" in head else "xml"
    return "json" if head.startswith((b"{", b"[")) else "other"


def parse(data: bytes, publisher: str, mask: Mask | None = None) -> Any:
    """An answer's JSON or XML as plain data; numbers with a point are Decimal.

    The root of an XML document stands as a key, as it does in the JSON of the same service.

    Raises:
        FetchError: the error that the answer reports, or NotData or Refused where it is no
            readable JSON or XML.
    """
    kind = kind_of(data)
    if kind == "xml":
        root = parse_xml(data)
        document: Any = {root.tag.rsplit("}", 1)[-1]: plain(root)}
    elif kind == "json":
        document = _json(data)
    elif kind in ("empty", "html"):
        raise fault(kind, publisher=publisher)
    else:
        raise fault("broken", publisher=publisher, form="JSON/XML")
    error = error_in(document, publisher, mask)
    if error is not None:
        raise error
    return document


def _json(data: bytes) -> Any:
    code = ""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        unquoted = _UNQUOTED_ERROR.match(data.removeprefix(b"\xef\xbb\xbf"))
        if unquoted is not None:
            return {"err": unquoted[1].decode(), "errMsg": unquoted[2].decode("utf-8", "replace")}
        code = "broken" if data.rstrip().endswith((b"}", b"]")) else "truncated"
    raise fault(code, form="JSON")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def examine(
    data: bytes,
    *,
    status: int,
    expect: Expect,
    publisher: str,
    mask: Mask,
    retry_after: float | None = None,
) -> FetchError | None:
    """Why an answer is not what was asked for; None if it is.

    The publisher's own code goes before the HTTP status: the gateway sends its codes with 200,
    401, 403 and 500 alike. Which form a file must have, and what must be in it, its contract says:
    see `Call.check`.
    """
    found: FetchError | None = None
    kind = kind_of(data)
    # A downloaded file may itself be any XML or JSON: only a small one can be an error report.
    if kind in ("json", "xml") and (expect != "file" or status >= 400 or len(data) < 4096):
        try:
            parse(data, publisher, mask)
        except FetchError as error:
            found = error
        if found is not None and found.publisher != "any":
            found.http_status, found.retry_after = status, retry_after
            return found.with_traceback(None)
    if status >= 400:
        words = data[:2000].decode("utf-8", "replace") if kind == "other" else ""
        code = f"http_{status}"
        if status == 429 and "quota" in words.lower():
            code, publisher = (
                "22",
                "data.go.kr",
            )  # "API token quota exceeded": the day's, not the second's
        elif status not in (401, 403, 404, 429):
            code = "http_5xx" if status >= 500 else "http_4xx"
        return fault(
            code,
            publisher=publisher,
            said=mask(words),
            http_status=status,
            retry_after=retry_after,
            status=status,
        )
    if kind == "empty":
        return fault("empty", publisher=publisher, http_status=status)
    if kind == "html" and expect != "html":
        return fault("html", publisher=publisher, http_status=status)
    if expect in ("file", "html"):
        return None
    if found is not None:
        found.publisher, found.http_status = publisher, status
        return found.with_traceback(None)
    if kind == "other" or (expect != "data" and kind != expect):
        wanted = "JSON/XML" if expect == "data" else expect.upper()
        names = {"other": "text"}
        return fault(
            "wrong_form",
            publisher=publisher,
            http_status=status,
            found=names.get(kind, kind.upper()),
            expected=wanted,
        )
    return None


def items_of(document: Any) -> list[dict[str, Any]]:
    """The rows of a data.go.kr answer: one, several or none, wrapped or bare, JSON or XML."""
    body = body_of(document)
    if "item" in body and "items" not in body:
        items: Any = body["item"]
    else:
        items = body.get("items")
        if isinstance(items, dict):
            items = items.get("item")
    if items in (None, "", []):
        return []
    rows = items if isinstance(items, list) else [items]
    if not all(isinstance(row, dict) for row in rows):
        raise fault("shape", detail="items.item")
    return rows


def body_of(document: Any) -> dict[str, Any]:
    """The `body` of a data.go.kr answer, with or without the `response` around it."""
    if not isinstance(document, dict):
        raise fault("shape", detail="response.body")
    inner = document.get("response", document)
    body = inner.get("body", inner) if isinstance(inner, dict) else None
    if not isinstance(body, dict):
        raise fault("shape", detail="response.body")
    return body


def figure(field: str, value: Any) -> tuple[Decimal | None, str | None]:
    """A figure and its mark: `(Decimal, None)`, or `(None, mark)` with the mark as printed.

    An absent or empty value has the mark `""`. Suppressed, missing and zero stay three things.

    Raises:
        NotData: neither a number nor a known mark.
    """
    if isinstance(value, Decimal):
        return value, None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value), None
    text = "" if value is None else str(value).replace("\xa0", " ").strip()
    if text in MARKS:
        return None, text
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise fault("number", field=field, found=quoted(text))
    return number, None


def with_figures(row: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    """The row with its figures read: `field` is Decimal or None, `field_mark` says why None."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in fields:
            found[name], found[f"{name}_mark"] = figure(name, value)
        else:
            found[name] = value.strip() if isinstance(value, str) else value
    return found
