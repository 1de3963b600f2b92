"""Charts of the bulletin: Vega-Lite specifications as plain dictionaries, drawn to SVG."""

from publication.bulletin.charts.bars import bars_spec
from publication.bulletin.charts.labels import PointKind, ShareChart, SharePoint
from publication.bulletin.charts.lines import LineChart, line_spec
from publication.bulletin.charts.map import Place, map_spec
from publication.bulletin.charts.shares import share_spec
from publication.bulletin.charts.style import WATERMARK, draw, year_of

__all__ = [
    "WATERMARK",
    "LineChart",
    "Place",
    "PointKind",
    "ShareChart",
    "SharePoint",
    "bars_spec",
    "draw",
    "line_spec",
    "map_spec",
    "share_spec",
    "year_of",
]
