"""What a file is, found by looking inside it: names and endings lie."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any

import olefile
import yaml
from python_calamine import CalamineError, CalamineWorkbook

from ingestion.problems import reject

#: An archive that unpacks to more than this is not opened (a quarter's workbook unpacks to 1 MB).
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
#: A sheet is read up to this many cells; the real sheets have fewer than 700.
MAX_CELLS = 20_000_000

#: Readings under a wrong code that leave no replacement characters: (read as, was).
_MISREADINGS = (
    ("latin-1", "cp949"),
    ("cp1252", "cp949"),
    ("latin-1", "utf-8"),
    ("cp1252", "utf-8"),
)
_HANGUL = re.compile("[가-힣]{2}")

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

    `form` is workbook, csv or yaml; `properties` are a workbook's own document properties
    without any person's name.
    """

    form: str
    sheets: list[Sheet] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    ending: str = "bin"


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
    if head.startswith((b"<?xml", b"<openapi", b"<response")):
        raise reject("not_a_table", kind="an XML answer")
    return _read_text(data)


def _read_archive(data: bytes) -> Content:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            size = sum(info.file_size for info in archive.infolist())
            if size > MAX_UNPACKED_BYTES:
                raise reject("too_large", size=size, limit=MAX_UNPACKED_BYTES)
            damaged = archive.testzip()
            properties = _properties(archive, names)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        if "encrypted" in str(error):
            raise reject("encrypted") from error
        raise reject("damaged_archive", detail=_first_line(error)) from error
    except Exception as error:  # zlib reports damage in its own error type
        if type(error).__module__ != "zlib":
            raise
        raise reject("damaged_archive", detail=_first_line(error)) from error
    if damaged is not None:
        raise reject("damaged_archive", detail=f"bad checksum in {damaged}")
    if not any(name.startswith("xl/") for name in names):
        raise reject("not_a_table", kind="an archive without a workbook")
    return Content("workbook", _sheets(data), properties=properties, ending="xlsx")


def _read_ole(data: bytes) -> Content:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            streams = {"/".join(parts).lower() for parts in container.listdir()}
    except Exception as error:
        raise reject("damaged_archive", detail=_first_line(error)) from error
    if "encryptedpackage" in streams or "encryptioninfo" in streams:
        raise reject("encrypted")
    if not streams & {"workbook", "book"}:
        raise reject("not_a_table", kind="an office document of another kind")
    return Content("workbook", _sheets(data), ending="xls")


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
    text = decode(data)
    if text.count("\ufffd"):
        line = text[: text.index("\ufffd")].count("\n") + 1
        raise reject("damaged_text", count=text.count("\ufffd"), line=line)
    if "\x00" in text:
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
    if first.lstrip().startswith(("{", "[")) and "," not in first.split(":", 1)[0]:
        raise reject("not_a_table", kind="a JSON answer")
    if ":" in first and "," not in first.split(":", 1)[0]:
        try:
            mapping = yaml.safe_load(text)
        except yaml.YAMLError:
            mapping = None
        if isinstance(mapping, dict):
            return Content("yaml", mapping=mapping, ending="yml")
    rows: list[list[Any]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise reject("empty_file")
    return Content("csv", [Sheet("", rows)], ending="csv")


def decode(data: bytes) -> str:
    """Decode UTF-8 (with or without a mark) or CP949, strictly.

    Raises:
        RejectedFile: it is neither.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp949")
    except UnicodeDecodeError as error:
        raise reject("undecodable_text", position=error.start) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
