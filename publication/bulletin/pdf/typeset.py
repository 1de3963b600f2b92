"""From the content to a PDF: typst sets it, this hands it over and answers for the font."""

from __future__ import annotations

import json
import struct
from functools import cache
from pathlib import Path
from typing import Any

import typst

from publication.bulletin.charts.style import FONTS
from publication.bulletin.model import Document
from publication.bulletin.reading import BulletinError

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "template.typ"


@cache
def font_characters() -> frozenset[int]:
    """The characters of the bundled font, from the format 12 table of its `cmap`."""
    raw = (FONTS / "Pretendard-Regular.otf").read_bytes()
    tables = struct.unpack(">H", raw[4:6])[0]
    characters: set[int] = set()
    for i in range(tables):
        tag, _, offset, _ = struct.unpack(">4sIII", raw[12 + 16 * i : 28 + 16 * i])
        if tag != b"cmap":
            continue
        count = struct.unpack(">H", raw[offset + 2 : offset + 4])[0]
        for k in range(count):
            entry = offset + 4 + 8 * k
            start = offset + struct.unpack(">I", raw[entry + 4 : entry + 8])[0]
            if struct.unpack(">H", raw[start : start + 2])[0] != 12:
                continue
            groups = struct.unpack(">I", raw[start + 12 : start + 16])[0]
            for g in range(groups):
                at = start + 16 + 12 * g
                first, last, _ = struct.unpack(">III", raw[at : at + 12])
                characters.update(range(first, last + 1))
    return frozenset(characters)


def printable(value: Any) -> Any:
    """Replace characters the font lacks by □ (PDF/UA refuses a glyph that is not there)."""
    known = font_characters()
    if isinstance(value, str):
        return "".join(c if ord(c) in known or c in "\n\u00a0" else "□" for c in value)
    if isinstance(value, list | tuple):
        return [printable(item) for item in value]
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    return value


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _compile(content: dict[str, Any], epoch: int) -> bytes:
    compiler = typst.Compiler(
        input=str(TEMPLATE),
        root=str(HERE),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
    )
    pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=epoch)
    if not isinstance(pdf, bytes):
        raise BulletinError("typst returned no document")
    return pdf


def typeset(document: Document, epoch: int) -> bytes:
    """The PDF of a bulletin whose text has been checked.

    `epoch` (seconds) is the time written into the file: the same content gives the same bytes.

    Raises:
        BulletinError: typst refuses the document, e.g. one that would not conform to PDF/UA-1.
    """
    content = document.as_dict()
    try:
        return _compile(content, epoch)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise BulletinError(f"{document.lang}: {error}") from error
    try:
        return _compile(printable(content), epoch)
    except typst.TypstError as error:
        raise BulletinError(f"{document.lang}: {error}") from error
