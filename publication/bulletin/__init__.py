"""The quarterly bulletin in Korean and English, made from a release folder."""

from publication.bulletin.build import render_bulletin
from publication.bulletin.reading import BulletinError

__all__ = ["BulletinError", "render_bulletin"]
