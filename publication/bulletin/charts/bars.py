"""Contributions as bars, labelled directly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from publication.bulletin.charts.drawing import Drawing
from publication.bulletin.charts.labels import wrapped
from publication.bulletin.charts.style import (
    BLUE,
    BLUE_TEXT,
    GREY,
    VERMILLION,
    VERMILLION_TEXT,
)

#: Size of the names and height of a line of them.
_SIZE, _LINE = 7.8, 9.2
#: At most so many lines of a name; what is left out stands in the table of the same figures.
_LINES = 5
#: How much of a row the bar fills.
_BAR = 0.68


def bars_chart(
    rows: Sequence[tuple[str, float]],
    *,
    width: float,
    row_height: float,
    name_width: float,
    simulated: bool,
) -> str:
    """Contributions in percentage points, one bar a complex, longest rise to deepest fall.

    A name that is wider than its room runs over several lines, and its row becomes as high as it needs.
    """
    names = [_shortened(wrapped(name, _SIZE, name_width - 8)) for name, _ in rows]
    heights = [max(row_height, _LINE * (len(lines) + 0.8)) for lines in names]
    height = max(row_height, sum(heights))
    low = min([0.0, *(v for _, v in rows)])
    high = max([0.0, *(v for _, v in rows)])
    # Room for the figures beyond the ends of the bars.
    room = (high - low or 1.0) * 0.27
    left, right = (low - room if low < 0 else 0.0), (high + room if high > 0 else 0.0)
    inner = width - name_width - 4

    def at(value: float) -> float:
        return inner * (value - left) / ((right - left) or 1.0)

    drawing = Drawing(inner, height, left=name_width, right=4, top=2, bottom=2)
    drawing.line([(at(0), 0), (at(0), height)], GREY, 0.7)
    thick = _BAR * row_height
    for top, own, lines, (_, value) in zip(
        accumulate(heights, initial=0.0), heights, names, rows, strict=False
    ):
        middle, end, rises = top + own / 2, at(value), value >= 0
        drawing.bar(
            min(at(0), end),
            middle - thick / 2,
            abs(end - at(0)),
            thick,
            BLUE if rises else VERMILLION,
        )
        drawing.text(
            (f"{value:+.2f}".replace("-", "\u2212"),),
            end + (4 if rises else -4),
            middle,
            align="left" if rises else "right",
            fill=BLUE_TEXT if rises else VERMILLION_TEXT,
            bold=True,
        )
        drawing.text(lines, -6, middle, align="right", size=_SIZE, leading=_LINE)
    if simulated:
        drawing.watermark((width - name_width) / 2 - name_width / 2, width - 16)
    return drawing.svg()


def _shortened(lines: list[str]) -> list[str]:
    """The first lines of a name; an ellipsis where there are more."""
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], f"{lines[_LINES - 1][:-1]}…"]
