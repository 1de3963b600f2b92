"""From the content to a page: semantic HTML, charts inline with title and description."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from publication.bulletin.html.fonts import font_faces
from publication.bulletin.model import Column, Document, Figure, Table

HERE = Path(__file__).resolve().parent


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["chart"] = chart
    environment.filters["heads"] = heads
    return environment


def render_html(document: Document, characters: frozenset[str]) -> str:
    """The page of a bulletin whose text has been checked.

    `characters` are those the embedded font must have; pages that share them share its making.
    """
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            d=document,
            style=Markup((HERE / "style.css").read_text(encoding="utf-8")),
            fonts=Markup(font_faces(characters)),
        )
    )


def characters_of(documents: Sequence[Document]) -> frozenset[str]:
    """Every character that is printed in some documents."""
    found: set[str] = set(" 0123456789.,%+−–()")

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.update(value)
        elif isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, list | tuple):
            for item in value:
                walk(item)

    for document in documents:
        walk(document.as_dict())
    return frozenset(c for c in found if c.isprintable())


_ROOT = re.compile(r"<svg([^>]*)>", re.S)
_SIZE = re.compile(r'\b(width|height)="([\d.]+)"')


def chart(figure: Figure) -> Markup:
    """The drawing, named and described as a whole."""
    prefix = f"f{figure.number}-"
    svg = figure.svg
    root = _ROOT.search(svg)
    if root is None:
        raise ValueError(f"{figure.key}: not an SVG")
    sizes = dict(_SIZE.findall(root[1]))
    attributes = _SIZE.sub("", root[1])
    opening = (
        f'<svg{attributes} role="img" aria-labelledby="{prefix}t {prefix}d" '
        f'style="max-width:{float(sizes["width"]) * 1.75:.0f}px">'
        f'<title id="{prefix}t">{escape(figure.title)}</title>'
        f'<desc id="{prefix}d">{escape(" ".join(figure.alt))}</desc>'
    )
    return Markup(svg[: root.start()] + opening + svg[root.end() :])


def heads(table: Table) -> list[list[tuple[Column, int, int, bool]]]:
    """The header rows of a table: (column, columns spanned, rows spanned, is a group)."""
    two = any(column.group for column in table.columns)
    first: list[tuple[Column, int, int, bool]] = []
    second: list[tuple[Column, int, int, bool]] = []
    at = 0
    while at < len(table.columns):
        column = table.columns[at]
        if not column.group:
            first.append((column, 1, 2 if two else 1, False))
            at += 1
            continue
        width = 1
        while at + width < len(table.columns) and table.columns[at + width].group == column.group:
            width += 1
        first.append((column, width, 1, True))
        second += [(own, 1, 1, False) for own in table.columns[at : at + width]]
        at += width
    return [first, second] if two else [first]
