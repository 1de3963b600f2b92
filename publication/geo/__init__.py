"""Outlines of the provinces (시도) for maps, from Natural Earth (public domain): see the file's `source`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

OUTLINES = Path(__file__).with_name("provinces.geojson")


def province_outlines() -> dict[str, Any]:
    """A GeoJSON FeatureCollection, one MultiPolygon a province (`province_code`, ISO 3166-2:KR).

    Coordinates are longitude and latitude in degrees (WGS 84), simplified: for orientation, not for
    measuring. Points of complexes are `longitude` and `latitude` of the mart `dim_complex`.
    """
    outlines: dict[str, Any] = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return outlines
