"""The site of a release: a shell built once by Observable Framework, data written from the marts."""

from publication.site.render import render_site

__all__ = ["render_site"]
