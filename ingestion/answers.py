"""A bundle: the answers of one fetch, verbatim, in one archive with a list of what was asked.

Interfaces answer page by page and year by year, and most answers do not say what they are about
(the month, the operation, the edition were in the question). A bundle keeps the publisher's bytes
as they came and, beside each, the question without its key. The same answers give the same bytes,
so that "nothing new" is told by the hash as for any file.

    answers.json          {"dataset", "period", "parts": [{"file", "url", "params", "period"}]}
    0001.json, 0002.xml   the answers
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ingestion.fetch.bodies import body_of, items_of, kind_of, parse
from ingestion.fetch.errors import FetchError, fault
from ingestion.periods import Period
from ingestion.problems import RejectedFile, reject

MANIFEST = "answers.json"
#: A bundle holds at most so many answers, and unpacks to at most so many bytes.
MAX_PARTS = 20_000
MAX_BYTES = 512 * 1024 * 1024
#: One answer is read up to this size (KOSIS gives 40,000 cells in 20 MB at most).
MAX_ANSWER_BYTES = 64 * 1024 * 1024
#: Archives carry a time for every file; one that never changes keeps the bytes the same.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Part:
    """One answer: its bytes, and the question (address without key, parameters, period).

    A lone answer that somebody dropped is a part without a name.
    """

    file: str
    data: bytes = field(repr=False)
    url: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    period: str | None = None

    @property
    def asked(self) -> Mapping[str, str]:
        """The parameters of the question; of a lone answer those in its address, if it is known."""
        return self.params or dict(parse_qsl(urlsplit(self.url or "").query))


@dataclass(frozen=True)
class Bundle:
    """The answers of one fetch. A lone answer that somebody dropped has no dataset and period."""

    parts: tuple[Part, ...]
    dataset: str | None = None
    period: str | None = None

    @property
    def answers_sha256(self) -> str:
        """Hash of the answers in their order, whatever was asked: the same answers have the same one."""
        found = hashlib.sha256()
        for part in self.parts:
            found.update(hashlib.sha256(part.data).digest())
        return found.hexdigest()


def pack(bundle: Bundle) -> bytes:
    """The archive of a bundle; the same bundle gives the same bytes.

    Raises:
        ValueError: two parts have one name.
    """
    if len({part.file for part in bundle.parts}) != len(bundle.parts):
        raise ValueError("two answers of a bundle have one name")
    manifest = {
        "dataset": bundle.dataset,
        "period": bundle.period,
        "parts": [
            {"file": p.file, "url": p.url, "params": dict(p.params), "period": p.period}
            for p in bundle.parts
        ],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in [(MANIFEST, text), *((p.file, p.data) for p in bundle.parts)]:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()


def unpack(archive: zipfile.ZipFile) -> Bundle:
    """Read a bundle. Names in it are names only: nothing is written anywhere.

    Raises:
        RejectedFile: the list does not fit the archive, or it unpacks to too much.
    """
    infos = archive.infolist()
    size = sum(info.file_size for info in infos)
    if len(infos) > MAX_PARTS + 1 or size > MAX_BYTES:
        raise reject("too_large", size=size, limit=MAX_BYTES)
    names = [info.filename for info in infos]
    try:
        manifest = json.loads(archive.read(MANIFEST))
        listed = [dict(part) for part in manifest["parts"]]
        about = [manifest.get("dataset"), manifest.get("period")]
        about += [part.get(name) for part in listed for name in ("url", "period")]
        if any(text is not None and not isinstance(text, str) for text in about):
            raise TypeError("dataset, period and url are texts")
        parts = tuple(
            Part(
                file=str(part["file"]),
                data=archive.read(str(part["file"])),
                url=part.get("url"),
                params={str(k): str(v) for k, v in (part.get("params") or {}).items()},
                period=part.get("period"),
            )
            for part in listed
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise reject("damaged_archive", detail=f"{MANIFEST}: {error}"[:120]) from error
    except (zlib.error, lzma.LZMAError) as error:
        raise reject("damaged_archive", detail=f"{error}"[:120]) from error
    if not parts or sorted(names) != sorted([MANIFEST, *(part.file for part in parts)]):
        raise reject("damaged_archive", detail=f"{MANIFEST} does not list what is in the archive")
    return Bundle(parts, manifest.get("dataset"), manifest.get("period"))


def bundle_of(
    answers: Sequence[tuple[bytes, str | None, Mapping[str, str], str | None]],
    *,
    dataset: str,
    period: str,
) -> Bundle:
    """A bundle of answers in the order they came: (bytes, address without key, params, period)."""
    parts = []
    for number, (data, url, params, about) in enumerate(answers, start=1):
        head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
        ending = "xml" if head.startswith(b"<") else "json"
        parts.append(Part(f"{number:04d}.{ending}", data, url, params, about))
    return Bundle(tuple(parts), dataset, period)


# -- what the answers say -------------------------------------------------------------------

#: How an error report looks, by publisher; the gateway's forms are what is left.
_ERROR_FORMS = (
    ("kosis", re.compile(rb"[\"{<\s]err\"?\s*[:>]")),
    ("ecos", re.compile(rb"[\"<]RESULT[\">]")),
    ("odcloud", re.compile(rb"\"code\"\s*:")),
)
_HOSTS = (
    ("kosis.kr", "kosis"),
    ("ecos.bok.or.kr", "ecos"),
    ("odcloud.kr", "odcloud"),
    ("apis.data.go.kr/1220000/", "customs"),
)


def document(part: Part) -> Any:
    """The JSON or XML of an answer as plain data, as `fetch.bodies.parse` gives it.

    Raises:
        RejectedFile: `answer_error` with the publisher's error, or because it cannot be read.
    """
    if len(part.data) > MAX_ANSWER_BYTES:
        raise reject("too_large", sheet=_name(part), size=len(part.data), limit=MAX_ANSWER_BYTES)
    try:
        return parse(part.data, publisher_of(part))
    except FetchError as error:
        raise no_data(error, part) from None


def rows_of(part: Part) -> tuple[Any, list[dict[str, Any]]]:
    """An answer as plain data, and its rows: KOSIS's list, ECOS's `row`, odcloud's `data`, `items`.

    Raises:
        RejectedFile: as `document`; also where the rows are none.
    """
    found = document(part)
    rows: Any = None
    if isinstance(found, list):
        rows = found
    elif isinstance(found, dict) and isinstance(found.get("StatisticSearch"), dict):
        rows = found["StatisticSearch"].get("row")
        rows = [rows] if isinstance(rows, dict) else rows
    elif isinstance(found, dict) and "data" in found and "response" not in found:
        rows = found["data"]
    else:
        try:
            return found, items_of(found)
        except FetchError as error:
            raise no_data(error, part) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise no_data(fault("shape", detail="[{…}]"), part)
    return found, rows


def total_of(found: Any) -> str:
    """How many rows an answer announces over all its pages, as printed; `""` where it does not."""
    if not isinstance(found, dict):
        return ""
    search = found.get("StatisticSearch")
    if isinstance(search, dict):
        return printed(search.get("list_total_count"))
    if (
        "data" in found and "response" not in found
    ):  # odcloud: of the whole edition, or what matches
        return printed(found.get("matchCount", found.get("totalCount")))
    try:
        return printed(body_of(found).get("totalCount"))
    except FetchError:
        return ""


def address(row: int, field_name: str) -> str:
    """Where a figure stands in an answer: `row 12 DT` (rows count from 1)."""
    return f"row {row} {field_name}"


def value_at(bundle: Bundle, file: str, cell: str) -> Any:
    """What stands at an `address` in a part of a bundle (numbers as they were, text as printed).

    Raises:
        KeyError: there is no such part, row or field.
        RejectedFile: the part cannot be read.
    """
    match = re.fullmatch(r"row (\d+) (.+)", cell)
    part = next((p for p in bundle.parts if p.file == file), None)
    if match is None or part is None:
        raise KeyError(f"{file} {cell}")
    rows = rows_of(part)[1]
    if not 1 <= int(match[1]) <= len(rows):
        raise KeyError(f"{file} {cell}")
    return rows[int(match[1]) - 1][match[2]]


def publisher_of(part: Part) -> str:
    """Whose table of errors holds for an answer: by its address, else by the form of the error."""
    for host, publisher in _HOSTS:
        if host in (part.url or ""):
            return publisher
    head = part.data[:400]
    return next((p for p, form in _ERROR_FORMS if form.search(head)), "data.go.kr")


def no_data(error: FetchError, part: Part) -> RejectedFile:
    """A rejection that says what a fetcher would have said of this answer."""
    who = error.code if error.publisher == "any" else f"{error.publisher} {error.code}"
    return reject(
        "answer_error",
        sheet=_name(part),
        form="XML" if kind_of(part.data) == "xml" else "JSON",
        what=f"{who}: {error.message_en}",
        what_ko=f"{who}: {error.message_ko}",
        todo=error.action_en,
        todo_ko=error.action_ko,
    )


def lone(bundle: Bundle) -> Part | None:
    """The one answer of what somebody dropped without a list of questions."""
    return bundle.parts[0] if not bundle.parts[0].file else None


def period_told(bundle: Bundle) -> str | None:
    """The period that a bundle is filed under (`2024`, `2024-Q1`, `2024-01`, `all`), if it is one."""
    if bundle.period is None or bundle.period == "all":
        return bundle.period
    try:
        return str(Period.parse(bundle.period))
    except ValueError:
        return None


def printed(value: Any) -> str:
    """A value of an answer as text: nothing is `""`, blanks around it are gone."""
    if value is None:
        return ""
    return value.replace("\xa0", " ").strip() if isinstance(value, str) else str(value)


def _name(part: Part) -> str | None:
    return part.file or None
