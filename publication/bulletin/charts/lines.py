"""A series over time as a line, labelled at its end; a second one in grey behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from publication.bulletin.charts.drawing import Drawing
from publication.bulletin.charts.labels import text_width
from publication.bulletin.charts.style import BLUE, BLUE_TEXT, GREY, MUTED

_SIZE = 7.5


@dataclass(frozen=True)
class LineChart:
    """Points as (year as a number, value in the unit of the chart); `end` labels the last one.

    `behind` is drawn in grey; `names` are the words at the ends of the two lines, if there are two.
    """

    points: tuple[tuple[float, float], ...]
    end: str
    decimals: int
    simulated: bool
    behind: tuple[tuple[float, float], ...] = ()
    names: tuple[str, str] | None = None


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round values that cover a range: steps of 1, 2, 2.5 or 5 times a power of ten."""
    span = (high - low) or abs(high) or 1.0
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9))
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, max(last, first + 1) + 1)]


def _format(value: float, step: float) -> str:
    decimals = next(d for d in range(10) if abs(round(step, d) - step) < step * 1e-6)
    return f"{value:,.{decimals}f}".replace("-", "\u2212")


def line_chart(chart: LineChart, *, width: float, height: float) -> str:
    """A line chart of `width` × `height` points, axis and labels included."""
    every = [*chart.points, *chart.behind]
    ys = [y for _, y in every]
    marks = ticks(min(ys), max(ys), 3 if height < 100 else 4)
    texts = {y: _format(y, marks[1] - marks[0]) for y in marks}
    left = max(text_width(text, _SIZE) for text in texts.values()) + 6
    lines = [chart.end] if chart.names is None else list(chart.names)
    right = max(text_width(text, _SIZE) for text in lines) + 8
    inner_width, inner_height = width - left - right, height - 20
    first, last = min(x for x, _ in every), max(x for x, _ in every)
    years = list(range(math.ceil(first), math.floor(last) + 1))
    step = max(1, math.ceil(len(years) / max(1, inner_width / 26)))
    years = years[::-1][::step][::-1]
    low, high = marks[0], marks[-1]

    def across(year: float) -> float:
        return inner_width * (year - first) / ((last - first) or 1.0)

    def at(value: float) -> float:
        return inner_height * (1 - (value - low) / (high - low))

    def placed(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(across(x), at(y)) for x, y in points]

    drawing = Drawing(inner_width, inner_height, left=left, right=right, top=5, bottom=15)
    drawing.levels([(at(y), text) for y, text in texts.items()])
    drawing.years([(across(year), str(year)) for year in years])
    if chart.simulated:
        drawing.watermark(inner_width / 2, inner_width)
    if chart.behind:
        drawing.line(placed(chart.behind), GREY, 0.8)
    own_line = placed(chart.points)
    drawing.line(own_line, BLUE, 1.5)
    drawing.dot(*own_line[-1], 2.35, BLUE)
    ends = [(chart.end, own_line[-1][1], BLUE_TEXT)]
    if chart.names is not None and chart.behind:
        own, other = own_line[-1][1], at(chart.behind[-1][1])
        if abs(own - other) < 9:  # keep the two names apart
            middle = (own + other) / 2
            own, other = (
                (middle - 4.5, middle + 4.5) if own <= other else (middle + 4.5, middle - 4.5)
            )
        ends = [(chart.names[0], own, BLUE_TEXT), (chart.names[1], other, MUTED)]
    for text, height_at, ink in ends:
        drawing.text((text,), inner_width + 5, height_at, size=_SIZE, fill=ink, bold=True)
    return drawing.svg()
