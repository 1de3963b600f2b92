"""A map of the complexes: circles whose area is an amount, on outlines of the provinces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from publication.bulletin.charts.labels import Box, box_of
from publication.bulletin.charts.style import (
    BLUE,
    GREY,
    HAIRLINE,
    INK,
    MUTED,
    RIM,
    SCHEMA,
    VERMILLION,
    Spec,
    config,
    values,
    watermark,
)

_SIZE = 7.2
#: Longitude and latitude of what is shown: the mainland and Jeju, without the far islands.
_WEST, _EAST, _SOUTH, _NORTH = 125.7, 129.75, 33.05, 38.65

_FILL = {"up": BLUE, "down": VERMILLION, "none": GREY}


@dataclass(frozen=True)
class Place:
    """A complex: its point, its amount (None: suppressed or not published), its direction."""

    name: str
    longitude: float
    latitude: float
    amount: float | None
    direction: Literal["up", "down", "none"]


def map_spec(
    places: Sequence[Place], outlines: dict[str, Any], *, width: float, simulated: bool
) -> Spec:
    """Circles over the provinces; the largest bear their names, as many as find room."""
    # Equirectangular, true at 36° north: distances in both directions alike in mid-country.
    scale = width / ((_EAST - _WEST) * math.cos(math.radians(36)))
    height = (_NORTH - _SOUTH) * scale

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return (
            round((longitude - _WEST) * math.cos(math.radians(36)) * scale, 1),
            round((_NORTH - latitude) * scale, 1),
        )

    def inside(ring: Sequence[Sequence[float]]) -> bool:
        return any(_WEST <= x <= _EAST and _SOUTH <= y <= _NORTH for x, y in ring)

    shapes = []
    for feature in outlines["features"]:
        rings = [
            [list(at(x, y)) for x, y in polygon[0]]
            for polygon in feature["geometry"]["coordinates"]
            if inside(polygon[0])
        ]
        if rings:
            shapes.append(
                {
                    "type": "Feature",
                    "properties": {},
                    "geometry": {"type": "MultiPolygon", "coordinates": [[r] for r in rings]},
                }
            )
    shown = sorted(places, key=lambda p: (-(p.amount or 0.0), p.name))
    largest = max((p.amount or 0.0 for p in shown), default=0.0) or 1.0
    radius_of = [math.sqrt((p.amount or 0.0) / largest) * width / 15 for p in shown]
    layers: list[Spec] = [
        {
            "data": values(shapes),
            "mark": {
                "type": "geoshape",
                "fill": "#F3F5F7",
                "stroke": HAIRLINE,
                "strokeWidth": 0.7,
            },
        }
    ]
    if simulated:
        layers.append(watermark(width, height))
    x = {"field": "x", "type": "quantitative", "scale": None, "axis": None}
    y = {"field": "y", "type": "quantitative", "scale": None, "axis": None}
    for direction, fill in _FILL.items():
        rows = [
            {"x": at(p.longitude, p.latitude)[0], "y": at(p.longitude, p.latitude)[1],
             "size": round(math.pi * max(radius, 1.2) ** 2, 2)}
            for p, radius in zip(shown, radius_of, strict=True)
            if p.amount is not None and p.direction == direction
        ]  # fmt: skip
        if rows:
            layers.append(
                {
                    "data": values(rows),
                    "mark": {
                        "type": "point",
                        "filled": True,
                        "fill": fill,
                        "fillOpacity": 0.62,
                        "stroke": "white",
                        "strokeWidth": 0.6,
                        "opacity": 1,
                    },
                    "encoding": {
                        "x": x,
                        "y": y,
                        "size": {
                            "field": "size",
                            "type": "quantitative",
                            "scale": None,
                            "legend": None,
                        },
                    },
                }
            )
    hidden = [
        dict(zip("xy", at(p.longitude, p.latitude), strict=True)) for p in shown if p.amount is None
    ]
    if hidden:
        layers.append(
            {
                "data": values(hidden),
                "mark": {
                    "type": "point",
                    "shape": "square",
                    "size": 16,
                    "filled": False,
                    "stroke": MUTED,
                    "strokeWidth": 0.9,
                    "opacity": 1,
                },
                "encoding": {"x": x, "y": y},
            }
        )
    layers += _names(shown, radius_of, at, width, height)
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "width": width,
        "height": round(height, 1),
        "padding": 2,
        "autosize": {"type": "none"},
        "projection": {"type": "identity"},
        "layer": layers,
        "config": config(),
    }


def _names(
    shown: Sequence[Place], radius_of: Sequence[float], at: Any, width: float, height: float
) -> list[Spec]:
    """Names beside the circles, largest first; one that would lie on another is left out."""
    circles = []
    for place, radius in zip(shown, radius_of, strict=True):
        cx, cy = at(place.longitude, place.latitude)
        if radius > 3:
            circles.append(
                Box(cx - radius * 0.8, cy - radius * 0.8, cx + radius * 0.8, cy + radius * 0.8)
            )
    taken: list[Box] = []
    layers: list[Spec] = []
    for place, radius in zip(shown[:16], radius_of, strict=False):
        if place.amount is None:
            continue
        cx, cy = at(place.longitude, place.latitude)
        for dx, dy, align in (
            (radius + 2, 0.0, "left"),
            (-radius - 2, 0.0, "right"),
            (0.0, -radius - 5, "center"),
            (0.0, radius + 5, "center"),
        ):
            box = box_of((place.name,), cx + dx, cy + dy, align, _SIZE)
            if box.left < 0 or box.right > width or box.top < 0 or box.bottom > height:
                continue
            if any(box.overlap(other) > 0 for other in taken):
                continue
            if sum(box.overlap(circle) for circle in circles) > 25:
                continue
            taken.append(box)
            mark: Spec = {
                "type": "text",
                "text": place.name,
                "x": round(cx + dx, 1),
                "y": round(cy + dy, 1),
                "align": align,
                "baseline": "middle",
                "fontSize": _SIZE,
                "fontWeight": 600,
                "fill": INK,
            }
            layers.append({"data": values([{}]), "mark": mark | RIM})
            break
    return layers
