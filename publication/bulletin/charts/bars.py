"""Contributions as bars, labelled directly."""

from __future__ import annotations

from collections.abc import Sequence

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


def bars_spec(
    rows: Sequence[tuple[str, float]],
    *,
    width: float,
    row_height: float,
    name_width: float,
    simulated: bool,
) -> Spec:
    """Contributions in percentage points, one bar a complex, longest rise to deepest fall."""
    height = row_height * max(1, len(rows))
    data: list[Spec] = [
        {"name": name, "v": value, "label": f"{value:+.2f}".replace("-", "\u2212")}
        for name, value in rows
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
    y = {
        "field": "name",
        "type": "nominal",
        "sort": [name for name, _ in rows],
        "axis": {
            "title": None,
            "labelLimit": name_width - 8,
            "labelFontSize": 7.8,
            "labelColor": INK,
            "labelPadding": 6,
        },
        "scale": {"paddingInner": 0.32, "paddingOuter": 0.16},
    }
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
                "mark": {"type": "bar", "fill": fill},
                "encoding": {"x": x, "y": y},
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
