"""Charts of the bulletin, each as one SVG."""

from publication.bulletin.charts.bars import bars_chart
from publication.bulletin.charts.labels import PointKind, ShareChart, SharePoint
from publication.bulletin.charts.lines import LineChart, line_chart
from publication.bulletin.charts.map import Place, map_chart
from publication.bulletin.charts.shares import share_chart
from publication.bulletin.charts.style import WATERMARK, year_of

__all__ = [
    "WATERMARK",
    "LineChart",
    "Place",
    "PointKind",
    "ShareChart",
    "SharePoint",
    "bars_chart",
    "line_chart",
    "map_chart",
    "share_chart",
    "year_of",
]
