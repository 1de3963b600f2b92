"""The bulletin as one self-contained HTML file: same content as the PDF, no request to anywhere."""

from publication.bulletin.html.render import render_html

__all__ = ["render_html"]
