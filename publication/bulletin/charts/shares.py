"""The share chart: shares of the nation by year against the share that was reported."""

from __future__ import annotations

import math

from publication.bulletin.charts.drawing import Drawing
from publication.bulletin.charts.labels import LabelRole, ShareChart, place
from publication.bulletin.charts.style import (
    BLUE,
    BLUE_TEXT,
    GREY,
    INK,
    MUTED,
    VERMILLION,
    VERMILLION_TEXT,
)

_LABEL_INK: dict[LabelRole, str] = {
    "point": BLUE_TEXT,
    "published": VERMILLION_TEXT,
    "coverage": MUTED,
    "reference": INK,
    "now": MUTED,
}


def share_chart(chart: ShareChart, *, width: float, height: float) -> str:
    """One panel: the shares by year against the dashed line of the claim, labelled directly.

    Full periods are solid and joined by a line where one definition gives them, indicative points
    hollow with their coverage, shares that somebody printed are diamonds, other definitions small and
    grey.
    """
    (first, last), (low, high) = chart.x_domain, chart.y_domain
    # On a wide scale fewer lines, so that their labels stay apart.
    step = next(s for s in (5, 10, 20, 50) if height * s / (high - low) >= 9 or s == 50)

    def across(year: float) -> float:
        return width * (year - first) / (last - first)

    def at(share: float) -> float:
        return height * (1 - (share - low) / (high - low))

    drawing = Drawing(width, height, left=24, right=3, top=4, bottom=16)
    levels = range(math.ceil(low / step) * step, int(high) + 1, step)
    drawing.levels([(at(level), f"{level}%") for level in levels])
    years = range(math.ceil(first), math.floor(last) + 1)
    drawing.years([(across(year), str(year)) for year in years if year % 5 == 0])
    if chart.simulated:
        drawing.watermark(width / 2, width)
    if chart.now_x is not None:
        now = across(chart.now_x)
        drawing.line([(now, 0), (now, height)], GREY, 0.7, dash="1.2 2")
    if chart.reference_pct is not None:
        level = at(chart.reference_pct)
        drawing.line([(0, level), (width, level)], INK, 0.8, dash="4 2.5")
    placed = [(p, across(p.x), at(p.share_pct)) for p in chart.points]
    joined = [(x, y) for p, x, y in placed if p.kind == "main" and p.full and p.joined]
    if len(joined) > 1:
        drawing.line(joined, BLUE, 1, opacity=0.45)
    for p, x, y in placed:
        if p.kind == "other":
            drawing.dot(x, y, 1.5, GREY)
    for p, x, y in placed:
        if p.kind == "published":
            corners = [(x, y - 3.9), (x + 3.9, y), (x, y + 3.9), (x - 3.9, y)]
            drawing.polygon(corners, VERMILLION, "white", 0.6)
    for p, x, y in placed:
        if p.kind == "main" and p.full:
            drawing.dot(x, y, 2.83, BLUE, stroke="white", width=0.8)
    for p, x, y in placed:
        if p.kind == "main" and not p.full:
            drawing.dot(x, y, 2.65, "white", stroke=BLUE, width=1.1)
    for label in place(chart, width, height):
        drawing.text(
            label.text,
            label.x,
            label.y,
            align=label.align,
            size=6.5 if label.role == "coverage" else 7.5,
            leading=8.5,
            fill=_LABEL_INK[label.role],
            bold=label.role not in ("now", "coverage"),
            rim=True,
        )
    return drawing.svg()
