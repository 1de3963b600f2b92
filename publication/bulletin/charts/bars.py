"""Contributions as bars, labelled directly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from publication.bulletin.charts.labels import wrapped
from publication.bulletin.charts.style import (
    BLUE,
    BLUE_TEXT,
    GREY,
    INK,
    SCHEMA,
    VERMILLION,
    VERMILLION_TEXT,
    Spec,
    config,
    values,
    watermark,
)

#: Size of the names and height of a line of them.
_SIZE, _LINE = 7.8, 9.2
#: At most so many lines of a name; what is left out stands in the table of the same figures.
_LINES = 5
#: How much of a row the bar fills.
_BAR = 0.68


def bars_spec(
    rows: Sequence[tuple[str, float]],
    *,
    width: float,
    row_height: float,
    name_width: float,
    simulated: bool,
) -> Spec:
    """Contributions in percentage points, one bar a complex, longest rise to deepest fall.

    A name that is wider than its room runs over several lines, and its row becomes as high as it needs.
    """
    names = [_shortened(wrapped(name, _SIZE, name_width - 8)) for name, _ in rows]
    heights = [max(row_height, _LINE * (len(lines) + 0.8)) for lines in names]
    height = max(row_height, sum(heights))
    data: list[Spec] = [
        {
            "top": round(top + (own - _BAR * row_height) / 2, 2),
            "middle": round(top + own / 2, 2),
            "bottom": round(top + (own + _BAR * row_height) / 2, 2),
            "name": lines,
            "v": value,
            "label": f"{value:+.2f}".replace("-", "\u2212"),
        }
        for top, own, lines, (_, value) in zip(
            accumulate(heights, initial=0.0), heights, names, rows, strict=False
        )
    ]
    low = min([0.0, *(v for _, v in rows)])
    high = max([0.0, *(v for _, v in rows)])
    # Room for the figures beyond the ends of the bars.
    room = (high - low or 1.0) * 0.27
    scale = {
        "domain": [low - room if low < 0 else 0, high + room if high > 0 else 0],
        "nice": False,
    }
    x = {"field": "v", "type": "quantitative", "scale": scale, "axis": None}
    y = {"field": "middle", "type": "quantitative", "scale": None, "axis": None}
    across = {"x": x, "x2": {"datum": 0}, "y": y | {"field": "top"}, "y2": {"field": "bottom"}}
    layers: list[Spec] = [
        {
            "data": values([{"zero": 0}]),
            "mark": {"type": "rule", "stroke": GREY, "strokeWidth": 0.7},
            "encoding": {
                "x": {"field": "zero", "type": "quantitative", "scale": scale, "axis": None}
            },
        }
    ]
    for sign, fill, ink in ((1, BLUE, BLUE_TEXT), (-1, VERMILLION, VERMILLION_TEXT)):
        part = [d for d in data if (d["v"] >= 0) == (sign > 0)]
        if not part:
            continue
        layers.append(
            {
                "data": values(part),
                "mark": {"type": "rect", "fill": fill},
                "encoding": across,
            }
        )
        layers.append(
            {
                "data": values(part),
                "mark": {
                    "type": "text",
                    "align": "left" if sign > 0 else "right",
                    "dx": 4 * sign,
                    "baseline": "middle",
                    "fill": ink,
                    "fontWeight": 600,
                    "fontSize": 7.5,
                },
                "encoding": {"x": x, "y": y, "text": {"field": "label"}},
            }
        )
    for count in sorted({len(lines) for lines in names}):
        layers.append(
            {
                "data": values([d for d in data if len(d["name"]) == count]),
                "mark": {
                    "type": "text",
                    "x": -6,
                    # Vega hangs further lines under the first; centre the block by hand.
                    "dy": -_LINE * (count - 1) / 2,
                    "align": "right",
                    "baseline": "middle",
                    "lineHeight": _LINE,
                    "fontSize": _SIZE,
                    "fill": INK,
                },
                "encoding": {"y": y, "text": {"field": "name"}},
            }
        )
    if simulated:
        layers.append(watermark(width - 16, height, (width - name_width) / 2 - name_width / 2))
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "width": width - name_width - 4,
        "height": height,
        "padding": {"left": name_width, "right": 4, "top": 2, "bottom": 2},
        "autosize": {"type": "none"},
        "layer": layers,
        "config": config(),
    }


def _shortened(lines: list[str]) -> list[str]:
    """The first lines of a name; an ellipsis where there are more."""
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], f"{lines[_LINES - 1][:-1]}…"]
