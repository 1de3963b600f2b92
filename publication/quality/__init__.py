"""The quality report: an account of a release to its readers, as one offline HTML page.

`facts` reads the figures, `chapters` tells them, `report` sets the page.
"""

from publication.quality.facts import Facts, read_facts
from publication.quality.report import render_quality_report

__all__ = ["Facts", "read_facts", "render_quality_report"]
