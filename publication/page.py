"""What our offline pages have in common: one file, both languages, no script and no request."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_HERE = Path(__file__).resolve().parent


def both(ko: str, en: str) -> Markup:
    """Both languages of one text, escaped, each marked with its language."""
    return Markup('<span lang="ko">{}</span><span lang="en">{}</span>').format(ko, en)


def page_environment() -> Environment:
    """Templates of this folder: everything escaped, unknown names refused, `t(ko, en)` at hand."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=both)
    return environment
