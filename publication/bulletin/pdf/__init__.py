"""The bulletin as a tagged PDF (PDF/UA-1), set by typst."""

from publication.bulletin.pdf.typeset import typeset

__all__ = ["typeset"]
