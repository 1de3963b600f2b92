"""The quarterly bulletin: two A4 pages of PDF in each language, made from a release folder."""

from publication.bulletin.build import render_bulletin
from publication.bulletin.reading import BulletinError

__all__ = ["BulletinError", "render_bulletin"]
