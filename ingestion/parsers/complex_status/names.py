"""Names of complexes taken apart, and the identifiers made from them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from ingestion.registry import name_key, tidy

_CIRCLED = "①-⑳㉑-㉟㊱-㊿"
_PARTS = re.compile(rf"\s*[(（]\s*([{_CIRCLED}](?:\s*[+,]\s*[{_CIRCLED}])*)\s*[)）]$")
_OWN_MARK = re.compile(rf"\s*([{_CIRCLED}])$")
_RENEWAL = re.compile(r"\[\s*재생사업지구\s*(?P<part>[:：][^\]]*)?\]")
_FORMER = re.compile(r"[\[(]\s*구\s*(?:[:：]|\s)\s*(?P<name>[^\])]*)[\])]")
_DOTS = re.compile("[·ㆍ‧・･•∙⋅]")


@dataclass(frozen=True)
class Name:
    """What the cell with a complex's name tells."""

    raw: str
    name: str
    indent: int
    #: The circled digit of a part, and the digits of the parts that a parent counts.
    mark: str | None
    parts: tuple[str, ...]
    former: str | None
    #: `whole` or `part` of it is a 재생사업지구.
    renewal: str | None


def read_name(raw: str) -> Name:
    """A name as published, taken apart: indent, circled digits, former name, renewal."""
    body = raw.lstrip(" \t\xa0\u3000")
    indent = len(raw) - len(body)
    body = tidy(body)
    if body[:1] in ("▷", "▶", "└", "ㄴ") and len(body) > 1:
        body = body[1:].lstrip()
    parts: tuple[str, ...] = ()
    mark: str | None = None
    found = _PARTS.search(body)
    if found:
        parts = tuple(re.findall(rf"[{_CIRCLED}]", found[1]))
        body = body[: found.start()]
    else:
        found = _OWN_MARK.search(body)
        if found:
            mark = found[1]
            body = body[: found.start()]
    renewal = former = None
    found = _RENEWAL.search(body)
    if found:
        renewal = "part" if found["part"] else "whole"
        body = body[: found.start()] + body[found.end() :]
    found = _FORMER.search(body)
    if found and (body[: found.start()] + body[found.end() :]).strip():
        former = tidy(found["name"])
        body = body[: found.start()] + body[found.end() :]
    return Name(raw, tidy(body), indent, mark, parts, former, renewal)


def fold(name: str) -> str:
    """A name for comparison: without blanks, every middle dot alike."""
    return _DOTS.sub("·", name_key(name))


def first_word(sigungu: str) -> str:
    """The city or county without a district within it: 창원시 진해구 → 창원시."""
    return (tidy(sigungu).split() or [""])[0]


def status_complex_id(
    complex_type: str, province_code: str, sigungu: str, *names: str
) -> tuple[str, tuple[str, ...]]:
    """The identifier of a complex and the key it is made from.

    `<type>-<province>-<first 10 hex digits of SHA-256>` over type, province, city or county (its
    first word) and the clean names from the top-level complex down. The same complex has the same
    identifier in every edition; a renamed or moved one has another. City and names are needed:
    three 일반산업단지 of 경남 are called 가산, and parts bear the name of their parent.
    """
    key = (complex_type, province_code, first_word(sigungu), *(fold(name) for name in names))
    digest = hashlib.sha256("|".join(key).encode()).hexdigest()[:10]
    return f"{complex_type}-{province_code[-2:]}-{digest}", key


def whole_id(complex_type: str, name: str) -> str:
    """The identifier that the rows of a complex in two provinces share."""
    digest = hashlib.sha256(f"{complex_type}|KR|{fold(name)}".encode()).hexdigest()[:10]
    return f"{complex_type}-kr-{digest}"
