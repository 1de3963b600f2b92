"""The share chart: shares of the nation by year against the share that was reported."""

from __future__ import annotations

import math
from collections.abc import Sequence

from publication.bulletin.charts.labels import LabelRole, ShareChart, SharePoint, place
from publication.bulletin.charts.style import (
    BLUE,
    BLUE_TEXT,
    GREY,
    INK,
    MUTED,
    RIM,
    SCHEMA,
    VERMILLION,
    VERMILLION_TEXT,
    Spec,
    config,
    values,
    watermark,
)

_LABEL_INK: dict[LabelRole, str] = {
    "point": BLUE_TEXT,
    "published": VERMILLION_TEXT,
    "coverage": MUTED,
    "reference": INK,
    "now": MUTED,
}


def share_spec(chart: ShareChart, *, width: float, height: float) -> Spec:
    """One panel: the shares by year against the dashed line of the claim, labelled directly.

    Full periods are solid and joined by a line where one definition gives them, indicative points hollow with their coverage,
    shares that somebody printed are diamonds, other definitions small and grey.
    """
    x_scale = {"domain": list(chart.x_domain), "nice": False, "zero": False}
    y_scale = {"domain": list(chart.y_domain), "nice": False, "zero": False}
    first, last = chart.x_domain
    ticks = [y for y in range(math.ceil(first), math.floor(last) + 1) if y % 5 == 0]
    y_values = list(range(int(chart.y_domain[0]), int(chart.y_domain[1]) + 1, 5))
    x = {
        "field": "x",
        "type": "quantitative",
        "scale": x_scale,
        "axis": {
            "values": ticks,
            "format": "d",
            "title": None,
            "grid": False,
            "domain": True,
            "domainColor": GREY,
            "domainWidth": 0.6,
        },
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "scale": y_scale,
        "axis": {"values": y_values, "title": None, "labelExpr": "datum.value + '%'"},
    }
    # An invisible point holds the axes, whatever else there is to draw.
    layers: list[Spec] = [
        {
            "data": values([{"x": first, "y": chart.y_domain[0]}]),
            "mark": {"type": "point", "opacity": 0},
            "encoding": {"x": x, "y": y},
        }
    ]
    if chart.simulated:
        layers.append(watermark(width, height))
    if chart.now_x is not None:
        layers.append(
            {
                "data": values([{"x": chart.now_x}]),
                "mark": {
                    "type": "rule",
                    "stroke": GREY,
                    "strokeWidth": 0.7,
                    "strokeDash": [1.2, 2],
                },
                "encoding": {"x": x},
            }
        )
    if chart.reference_pct is not None:
        layers.append(
            {
                "data": values([{"y": chart.reference_pct}]),
                "mark": {"type": "rule", "stroke": INK, "strokeWidth": 0.8, "strokeDash": [4, 2.5]},
                "encoding": {"y": y},
            }
        )

    def points(chosen: Sequence[SharePoint], mark: Spec) -> None:
        if chosen:
            layers.append(
                {
                    "data": values([{"x": p.x, "y": p.share_pct} for p in chosen]),
                    "mark": {"type": "point", "filled": True, "opacity": 1} | mark,
                    "encoding": {"x": x, "y": y},
                }
            )

    main = [p for p in chart.points if p.kind == "main"]
    full = [p for p in main if p.full]
    joined = [p for p in full if p.joined]
    if len(joined) > 1:
        layers.append(
            {
                "data": values([{"x": p.x, "y": p.share_pct} for p in joined]),
                "mark": {"type": "line", "stroke": BLUE, "strokeWidth": 1, "opacity": 0.45},
                "encoding": {"x": x, "y": y},
            }
        )
    points([p for p in chart.points if p.kind == "other"], {"size": 9, "fill": GREY})
    points(
        [p for p in chart.points if p.kind == "published"],
        {"shape": "diamond", "size": 30, "fill": VERMILLION, "stroke": "white", "strokeWidth": 0.6},
    )
    points(full, {"size": 32, "fill": BLUE, "stroke": "white", "strokeWidth": 0.8})
    points(
        [p for p in main if not p.full],
        {"size": 28, "fill": "white", "stroke": BLUE, "strokeWidth": 1.1},
    )

    labels = place(chart, width, height)
    for label in labels:
        mark: Spec = {
            "type": "text",
            "text": list(label.text) if len(label.text) > 1 else label.text[0],
            "x": round(label.x, 2),
            # Vega hangs further lines under the first; centre the block by hand.
            "y": round(label.y - 4.25 * (len(label.text) - 1), 2),
            "align": label.align,
            "baseline": "middle",
            "lineHeight": 8.5,
            "fontSize": 6.5 if label.role == "coverage" else 7.5,
            "fontWeight": 400 if label.role in ("now", "coverage") else 600,
            "fill": _LABEL_INK[label.role],
        }
        layers.append({"data": values([{}]), "mark": mark | RIM})
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "width": width,
        "height": height,
        "padding": {"left": 24, "right": 3, "top": 4, "bottom": 16},
        "autosize": {"type": "none"},
        "layer": layers,
        "config": config(),
    }
