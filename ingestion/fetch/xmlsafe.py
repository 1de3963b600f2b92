"""XML read safely: no document type, no entities, nothing from outside, limits on everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ingestion.fetch.errors import fault


@dataclass(frozen=True)
class XmlLimits:
    """What an answer may have at most; the real ones stay far below."""

    bytes: int = 64 * 1024 * 1024
    depth: int = 32
    elements: int = 2_000_000


class _TooBig(Exception):
    pass


class _Counting(TreeBuilder):
    """Builds the tree and stops while building it, before a bomb has grown."""

    def __init__(self, limits: XmlLimits) -> None:
        super().__init__()
        self._limits, self._depth, self._elements = limits, 0, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > self._limits.depth:
            raise _TooBig(f"nested deeper than {self._limits.depth}")
        if self._elements > self._limits.elements:
            raise _TooBig(f"more than {self._limits.elements} elements")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(data: bytes, limits: XmlLimits | None = None) -> Element:
    """The root element.

    Raises:
        Refused: a document type, an entity, or over a limit (size in bytes, depth, elements).
        NotData: not well-formed, or broken off.
    """
    limits = limits or XmlLimits()
    if len(data) > limits.bytes:
        raise fault("too_large", limit=limits.bytes)
    parser: Any = DefusedXMLParser(target=_Counting(limits), forbid_dtd=True)
    failure = None
    try:
        parser.feed(data)
        root = parser.close()
    except _TooBig as error:
        failure = fault("unsafe_xml", detail=str(error))
    except DefusedXmlException as error:
        failure = fault("unsafe_xml", detail=type(error).__name__)
    except ParseError as error:
        # 3: no element found, 5: unclosed token: the document ends too early.
        failure = fault("truncated" if error.code in (3, 5) else "broken", form="XML")
    except (ValueError, LookupError):  # an encoding that the parser does not know
        failure = fault("broken", form="XML")
    if failure is not None:
        raise failure  # outside the handler: the parser's own words are not ours to pass on
    assert isinstance(root, Element)
    return root


def plain(element: Element) -> Any:
    """An element as plain data, as the JSON of the same answer would be.

    A leaf is its text (`None` if empty), anything else a mapping; a repeated tag is a list.
    """
    if len(element) == 0:
        return (element.text or "").strip() or None
    found: dict[str, Any] = {}
    repeated: set[str] = set()
    for child in element:
        tag, value = child.tag.rsplit("}", 1)[-1], plain(child)
        if tag not in found:
            found[tag] = value
        elif tag in repeated:
            found[tag].append(value)
        else:
            found[tag] = [found[tag], value]
            repeated.add(tag)
    return found
