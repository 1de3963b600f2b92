"""What a file is, found by looking inside it: names and endings lie."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, overload

import numpy as np
import olefile
import pyarrow as pa
import yaml
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.answers import MANIFEST, Bundle, Part, unpack
from ingestion.biff import check_xls_values
from ingestion.csv_text import HEAD_BYTES, CsvText
from ingestion.fetch.bodies import kind_of
from ingestion.persons import has_contacts, has_person_words
from ingestion.problems import RejectedFile, reject
from ingestion.sheet_bounds import check_sheets, check_values

#: An archive that unpacks to more than this is not opened (a quarter's workbook unpacks to 1 MB).
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
#: A sheet is read up to this many cells; the real sheets have fewer than 700.
MAX_CELLS = 20_000_000

#: What is looked for in an archive, and what is never meant.
_TABLE_ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv")
_OF_SYSTEMS = re.compile(
    r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)

#: A larger text is not decoded and cut into rows before somebody asks for them.
LARGE_TEXT_BYTES = 1024 * 1024
_REPLACEMENT = "\ufffd".encode()

#: Readings under a wrong code that leave no replacement characters: (read as, was).
_MISREADINGS = (
    ("latin-1", "cp949"),
    ("cp1252", "cp949"),
    ("latin-1", "utf-8"),
    ("cp1252", "utf-8"),
)
_HANGUL = re.compile("[가-힣]{2}")
#: How JSON begins (KOSIS writes names without quotation marks where they are not asked for).
_JSON = re.compile(rb"\s*(\{\s*[\"}\w]|\[\s*(\{|\[|\]|$))")

Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """A grid of cells: `rows[r][c]`, zero-based, and the merged ranges."""

    name: str
    rows: list[list[Any]]
    merges: list[Merge] = field(default_factory=list)


@dataclass(frozen=True)
class Content:
    """The readable content of a file.

    `form` is workbook, csv, yaml or answers; `properties` are a workbook's own document properties
    without any person's name; `csv_text` is a CSV before it is cut into cells.
    """

    form: str
    sheets: Sequence[Sheet] = field(default_factory=list)
    csv_text: CsvText | None = None
    answers: Bundle | None = None
    mapping: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    ending: str = "bin"
    #: Of the one file in an archive: its name there and the hash of its bytes.
    packed_name: str = ""
    packed_sha256: str = ""

    @property
    def first_row(self) -> list[Any]:
        """The first row of the first sheet; of a CSV without building the others."""
        return self.csv_text.header if self.csv_text is not None else self.sheets[0].rows[0]


class _TextSheets(Sequence[Sheet]):
    """The one sheet of a CSV, built when it is looked at."""

    def __init__(self, text: CsvText) -> None:
        self._text = text

    def __len__(self) -> int:
        return 1

    @overload
    def __getitem__(self, index: int) -> Sheet: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sheet]: ...
    def __getitem__(self, index: int | slice) -> Sheet | list[Sheet]:
        return [self._sheet][index]

    @cached_property
    def _sheet(self) -> Sheet:
        return Sheet("", [list(row) for row in self._text.rows])


def read_content(data: bytes) -> Content:
    """Open a file by its bytes.

    Raises:
        RejectedFile: empty, encrypted, truncated, damaged in its text, or no table at all.
    """
    if not data:
        raise reject("empty_file")
    if data[:4] == b"PK\x03\x04":
        return _read_archive(data)
    if data[:8] == olefile.MAGIC:
        return _read_ole(data)
    head = data[:512].lstrip().lower()
    if head.startswith(b"%pdf"):
        raise reject("not_a_table", kind="PDF")
    if head.startswith((b"<!doctype html", b"<html")):
        raise reject("not_a_table", kind="an HTML page")
    ending = _answer_ending(data)
    if ending is not None:
        return Content("answers", answers=Bundle((Part("", data),)), ending=ending)
    return _read_text(data)


def _answer_ending(data: bytes) -> str | None:
    """`json` or `xml` where the bytes are a lone answer of an interface, or pretend to be one."""
    kind = kind_of(data)
    if kind == "html":
        raise reject("not_a_table", kind="an HTML page")
    if kind == "json" and not _JSON.match(data[:512].removeprefix(b"\xef\xbb\xbf")):
        return None  # a CSV may begin with a bracket ([표4] …)
    return kind if kind in ("json", "xml") else None


def _read_archive(data: bytes) -> Content:
    with _damage_told():
        archive = zipfile.ZipFile(io.BytesIO(data))
    with archive:
        names = archive.namelist()
        if MANIFEST in names:
            with _damage_told():
                return Content("answers", answers=unpack(archive), ending="zip")
        if len(set(names)) < len(names):
            raise reject("damaged_archive", detail="two parts of one name")
        size = sum(info.file_size for info in archive.infolist())
        if size > MAX_UNPACKED_BYTES:
            raise reject("too_large", size=size, limit=MAX_UNPACKED_BYTES)
        with _damage_told():
            damaged = archive.testzip()
        if damaged is not None:
            raise reject("damaged_archive", detail=f"bad checksum in {damaged}")
        if not any(name.startswith("xl/") for name in names):
            return _read_packed(archive)
        check_sheets(archive, MAX_CELLS)
        check_values(archive)
        properties = _properties(archive, set(names))
    return Content("workbook", _sheets(data), properties=properties, ending="xlsx")


def _read_packed(archive: zipfile.ZipFile) -> Content:
    """The one workbook or CSV in an archive, read like a file of its own.

    Raises:
        RejectedFile: there is another number of them, or a name leads out of the archive; what is wrong
            with the file itself.
    """
    # What systems leave beside the files of people is nothing of theirs.
    names = {
        _member_name(info): info
        for info in archive.infolist()
        if not info.is_dir() and not _OF_SYSTEMS.search(info.filename)
    }
    for name in names:
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
            raise reject("damaged_archive", detail=f"a name that leads out of it: {name[:80]}")
    tables = [name for name in names if name.lower().endswith(_TABLE_ENDINGS)]
    if len(tables) != 1:
        shown = ", ".join(name[:80] for name in list(names)[:6]) + (" …" if len(names) > 6 else "")
        raise reject("archive_contents", found=shown or "–", count=len(tables))
    data = archive.read(names[tables[0]])
    if data[:2] == b"PK":
        with _damage_told(), zipfile.ZipFile(io.BytesIO(data)) as inner:
            is_workbook = any(name.startswith("xl/") for name in inner.namelist())
        if not is_workbook:
            raise reject("not_a_table", kind="an archive in an archive")
    found = read_content(data)
    return replace(
        found,
        ending="zip",
        packed_name=re.split(r"[/\\]", tables[0])[-1],
        packed_sha256=hashlib.sha256(data).hexdigest(),
    )


def _member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; Korean Windows writes it in CP949 without saying so, which is read as CP437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return info.filename


@contextmanager
def _damage_told() -> Iterator[None]:
    """Whatever zipfile meets in damaged bytes (zlib.error, ValueError, struct.error, …), refused."""
    try:
        yield
    except (RejectedFile, MemoryError):
        raise
    except Exception as error:
        if "encrypted" in str(error):
            raise reject("encrypted") from error
        raise reject("damaged_archive", detail=_first_line(error)) from error


def _read_ole(data: bytes) -> Content:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            listed = {"/".join(parts).lower(): "/".join(parts) for parts in container.listdir()}
            book = listed.get("workbook") or listed.get("book")
            stream = container.openstream(book).read() if book else b""
    except Exception as error:
        raise reject("damaged_archive", detail=_first_line(error)) from error
    if "encryptedpackage" in listed or "encryptioninfo" in listed:
        raise reject("encrypted")
    if not book:
        raise reject("not_a_table", kind="an office document of another kind")
    sheets = _sheets(data)
    # after its reader, which tells an encrypted one
    check_xls_values(stream)
    return Content("workbook", sheets, ending="xls")


def _sheets(data: bytes) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets: list[Sheet] = []
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise reject(
                    "too_large", size=sheet.total_height * sheet.total_width, limit=MAX_CELLS
                )
            rows = sheet.to_python(skip_empty_area=False)
            sheets.append(Sheet(name, rows, list(sheet.merged_cell_ranges or [])))
    except CalamineError as error:
        if "password" in str(error).lower():
            raise reject("encrypted") from error
        raise reject("damaged_archive", detail=_first_line(error)) from error
    return sheets


def _properties(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Document properties that tell a date or a mark; creators' names are never read."""
    import defusedxml.ElementTree as ElementTree

    found: dict[str, str] = {}
    wanted = {"modified", "keywords", "description", "subject"}
    if "docProps/core.xml" in names:
        try:
            root = ElementTree.fromstring(archive.read("docProps/core.xml"))
        except Exception:  # properties are no part of the data: without them the date is unknown
            return found
        for element in root:
            tag = element.tag.rsplit("}", 1)[-1]
            if tag in wanted and element.text:
                found[tag] = element.text
    return found


def _read_text(data: bytes) -> Content:
    source, text = _open_text(data)
    damaged = source.data.count(_REPLACEMENT) if source.encoding == "utf-8" else 0
    if damaged:
        line = source.data.count(b"\n", 0, source.data.index(_REPLACEMENT)) + 1
        raise reject("damaged_text", count=damaged, line=line)
    if b"\x00" in source.data:
        raise reject("not_a_table", kind="binary data")
    for wrong, right in _MISREADINGS:
        try:
            meant = text[:2000].encode(wrong).decode(right, errors="ignore")
        except UnicodeEncodeError:
            continue
        # A publication in Korean has Hangul somewhere near its head; these readings had none.
        if _HANGUL.search(meant) and not _HANGUL.search(text[:2000]):
            raise reject("mojibake", right=right.upper(), wrong=wrong.upper())
    first = text.lstrip().split("\n", 1)[0]
    if ":" in first and "," not in first.split(":", 1)[0]:
        try:
            mapping = yaml.safe_load(source.text)
        except (yaml.YAMLError, RecursionError):
            mapping = None
        if isinstance(mapping, dict):
            return Content("yaml", mapping=mapping, ending="yml")
    if len(source.data) <= LARGE_TEXT_BYTES or not text.strip():
        _ = source.rows  # says at once whether there is a table at all
    return Content("csv", _TextSheets(source), csv_text=source, ending="csv")


def _open_text(data: bytes) -> tuple[CsvText, str]:
    """A text in UTF-8 (with or without a mark) or CP949, and its head; a small text is its head.

    Of a large one only the head is decoded here, the rest block by block where it is parsed:
    decoding alone takes a third of the time that DuckDB needs for the whole file.

    Raises:
        RejectedFile: it is neither.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if len(data) > LARGE_TEXT_BYTES and _is_utf8(data):
        source = CsvText(data, "utf-8")
        return source, data[: source.head_end].decode()
    try:
        # The head first: an error holds a copy of all the bytes that were given.
        codecs.getincrementaldecoder("utf-8")().decode(data[:HEAD_BYTES])
        text = data.decode()
    except UnicodeDecodeError as error:
        readable = error.start
    else:
        return CsvText(data, "utf-8"), text
    source = CsvText(data, "cp949")
    # UTF-8 with a broken place further down is not CP949, though it may pass for it up to there.
    if len(data) <= LARGE_TEXT_BYTES or readable > HEAD_BYTES:
        return source, source.text
    return source, CsvText(data[: source.head_end], "cp949").text


def _is_utf8(data: bytes) -> bool:
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def may_name_persons(data: bytes) -> bool:
    """Whether a file that nobody recognised may hold what concerns natural persons.

    Told by the words of its headers, by telephone numbers and the like near its head, and, for a
    text without a header, by a first line that holds values. Answers of an interface that cannot
    be read count as such; a damaged workbook does not, because nothing of it can be seen.
    """
    if data[:2] == b"PK" or data[:8] == olefile.MAGIC:
        try:
            content = read_content(data)
        except RejectedFile as rejected:
            # Of several files in an archive nobody looked at any.
            packed = rejected.problems[0].code == "archive_contents" or _holds_text(data)
            return packed or MANIFEST.encode() in data
        rows = [row for sheet in content.sheets for row in sheet.rows[:50]]
        return content.form == "answers" or _speaks_of_persons(
            "\n".join("\t".join(map(str, row)) for row in rows)
        )
    head = data[: 16 * HEAD_BYTES]
    odd = sum(byte < 0x20 and byte not in b"\t\r\n\x1a\x00" for byte in head[:HEAD_BYTES])
    if odd > 0.02 * len(head[:HEAD_BYTES]):
        return False  # no text at all
    texts = [head.decode(code, "replace") for code in ("utf-8", "cp949", "utf-16-le", "utf-16-be")]
    first = texts[0][:HEAD_BYTES].split("\n", 1)[0].split(",")
    values = sum(sum(c.isdigit() for c in cell) > 1 for cell in first)
    return (len(first) > 2 and values > 1) or any(map(_speaks_of_persons, texts))


def _holds_text(data: bytes) -> bool:
    """Whether an archive that could not be read has a CSV in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower().endswith(".csv") for name in archive.namelist())
    except Exception:  # half an archive: its names can be seen nevertheless
        return b".csv" in data.lower()


def _speaks_of_persons(text: str) -> bool:
    return has_person_words([text]) or has_contacts(text)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
