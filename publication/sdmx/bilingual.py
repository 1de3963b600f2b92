"""Structures of SDMX in two languages.

pysdmx writes one language. Both travel through it as one text, parted by a character that occurs in
no text, and are parted again in what it has written: a second `Name` with `xml:lang="ko"` in XML, a
second entry of `names` in JSON.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lxml import etree
from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.model import MetadataReport
from pysdmx.model.__base import MaintainableArtefact
from pysdmx.model.message import Header

from publication.definitions import Text

#: RECORD SEPARATOR as a picture: neither XML nor JSON escapes it.
_PART = "\u241e"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def both(text: Text) -> str:
    """A text of two languages as one string for pysdmx."""
    return f"{text.en}{_PART}{text.ko}"


def structures_xml(structures: Sequence[MaintainableArtefact], header: Header) -> bytes:
    """Structures as SDMX-ML 3.0, names and descriptions in English and Korean."""
    written = write_sdmx(
        list(structures), Format.STRUCTURE_SDMX_ML_3_0, header=header, prettyprint=True
    )
    return _split_xml(written or "")


def reports_xml(reports: Sequence[MetadataReport], header: Header) -> bytes:
    """Reports of reference metadata as SDMX-ML 3.0, each in one language, named in both."""
    written = write_sdmx(list(reports), Format.REFMETA_SDMX_ML_3_0, header=header, prettyprint=True)
    return _split_xml(written or "")


def structures_json(structures: Sequence[MaintainableArtefact], header: Header) -> bytes:
    """Structures as SDMX-JSON 2.0, names and descriptions in English and Korean."""
    written = write_sdmx(list(structures), Format.STRUCTURE_SDMX_JSON_2_0_0, header=header)
    return _json(_drop_groups(_split_json(json.loads(written or "{}"))))


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _split_xml(written: str) -> bytes:
    root = etree.fromstring(written.encode())
    for element in list(root.iter(etree.Element)):
        if not element.text or _PART not in element.text:
            continue
        english, korean = element.text.split(_PART)
        element.text = english
        element.set(_LANG, "en")
        second = etree.Element(element.tag)
        second.set(_LANG, "ko")
        second.text = korean
        second.tail = element.tail
        element.addnext(second)
    etree.indent(root, "\t")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _split_json(content: Any) -> Any:
    """`name: "en␞ko"` → `name: "en", names: {"en": …, "ko": …}`, wherever it stands."""
    if isinstance(content, list):
        return [_split_json(entry) for entry in content]
    if not isinstance(content, dict):
        if isinstance(content, str) and _PART in content:
            english, korean = content.split(_PART)
            return {"en": english, "ko": korean}
        return content
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, str) and _PART in value and key in _PLURALS:
            english, korean = value.split(_PART)
            found[key] = english
            found[_PLURALS[key]] = {"en": english, "ko": korean}
        elif key not in found:
            found[key] = _split_json(value)
    return found


_PLURALS = {"name": "names", "description": "descriptions", "text": "texts", "title": "title"}


def _drop_groups(content: Any) -> Any:
    """pysdmx writes empty `groups`, which the schema of SDMX-JSON does not allow."""
    if isinstance(content, list):
        return [_drop_groups(entry) for entry in content]
    if isinstance(content, dict):
        return {k: _drop_groups(v) for k, v in content.items() if not (k == "groups" and not v)}
    return content
