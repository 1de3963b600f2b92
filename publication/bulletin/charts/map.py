"""A map of the complexes: circles whose area is an amount, on outlines of the provinces."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from publication.bulletin.charts.drawing import Align, Drawing
from publication.bulletin.charts.labels import Box, box_of
from publication.bulletin.charts.style import BLUE, GREY, HAIRLINE, LAND, MUTED, VERMILLION

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


def map_chart(
    places: Sequence[Place], outlines: dict[str, Any], *, width: float, simulated: bool
) -> str:
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

    shown = sorted(places, key=lambda p: (-(p.amount or 0.0), p.name))
    largest = max((p.amount or 0.0 for p in shown), default=0.0) or 1.0
    radius_of = [math.sqrt((p.amount or 0.0) / largest) * width / 15 for p in shown]
    drawing = Drawing(width, height, left=2, right=2, top=2, bottom=2)
    for feature in outlines["features"]:
        rings = [
            [at(x, y) for x, y in polygon[0]]
            for polygon in feature["geometry"]["coordinates"]
            if inside(polygon[0])
        ]
        if rings:
            drawing.area(rings, LAND, HAIRLINE, 0.7)
    if simulated:
        drawing.watermark(width / 2, width)
    for direction, fill in _FILL.items():
        for place, radius in zip(shown, radius_of, strict=True):
            if place.amount is not None and place.direction == direction:
                x, y = at(place.longitude, place.latitude)
                drawing.dot(
                    x, y, max(radius, 1.2), fill, stroke="white", width=0.6, fill_opacity=0.62
                )
    for place in shown:
        if place.amount is None:
            x, y = at(place.longitude, place.latitude)
            square = [(x - 2, y - 2), (x + 2, y - 2), (x + 2, y + 2), (x - 2, y + 2)]
            drawing.polygon(square, "none", MUTED, 0.9)
    _name(drawing, shown, radius_of, at)
    return drawing.svg()


def _name(
    drawing: Drawing,
    shown: Sequence[Place],
    radius_of: Sequence[float],
    at: Callable[[float, float], tuple[float, float]],
) -> None:
    """Names beside the circles, largest first; one that would lie on another is left out."""
    circles = []
    for place, radius in zip(shown, radius_of, strict=True):
        cx, cy = at(place.longitude, place.latitude)
        if radius > 3:
            circles.append(
                Box(cx - radius * 0.8, cy - radius * 0.8, cx + radius * 0.8, cy + radius * 0.8)
            )
    taken: list[Box] = []
    for place, radius in zip(shown[:16], radius_of, strict=False):
        if place.amount is None:
            continue
        cx, cy = at(place.longitude, place.latitude)
        places: tuple[tuple[float, float, Align], ...] = (
            (radius + 2, 0.0, "left"),
            (-radius - 2, 0.0, "right"),
            (0.0, -radius - 5, "center"),
            (0.0, radius + 5, "center"),
        )
        for dx, dy, align in places:
            box = box_of((place.name,), cx + dx, cy + dy, align, _SIZE)
            if box.left < 0 or box.right > drawing.width or box.top < 0:
                continue
            if box.bottom > drawing.height or any(box.overlap(other) > 0 for other in taken):
                continue
            if sum(box.overlap(circle) for circle in circles) > 25:
                continue
            taken.append(box)
            drawing.text(
                (place.name,), cx + dx, cy + dy, align=align, size=_SIZE, bold=True, rim=True
            )
            break
