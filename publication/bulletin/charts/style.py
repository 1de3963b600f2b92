"""What all charts share: colours, type, the watermark, and how they are drawn to SVG.

Specifications are Vega-Lite, written directly because importing altair costs more than a second,
which is most of the time a bulletin takes. The tests read them back with altair, whose schema
validates them. Sizes are points on paper: one pixel of the chart is set as one point.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any

# Okabe and Ito's blue and vermillion (Color Universal Design, 2008): told apart by colour-blind
# readers and by lightness in grey print. Small text in vermillion uses the darker tone, which
# keeps a contrast of 5.6 to 1 on white.
BLUE = "#0072B2"
BLUE_TEXT = "#005A8E"
VERMILLION = "#D55E00"
VERMILLION_TEXT = "#B04A00"
INK = "#17202A"
MUTED = "#5B6673"
GREY = "#9AA4AE"
HAIRLINE = "#DDE2E7"

#: A white rim under a text, so that no line runs through it (`_drawn` puts it under the letters).
RIM = {"stroke": "white", "strokeWidth": 2.4, "strokeJoin": "round"}

WATERMARK = "SIMULATED / 모의자료"

Spec = dict[str, Any]
FONTS = Path(__file__).resolve().parents[2] / "fonts"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: Every place in a chart is computed here (`labels`), none follows from the width of a text. Measuring
#: texts would take half of the time, so Vega is given a font that no machine has.
_FONT, _NO_FONT = "Pretendard", "no font"
_starting, _drawing = Lock(), Lock()


def year_of(period: str) -> float | None:
    """Where a period stands on the axis of years: `2010` -> 2010.0, `2026-Q1` -> 2026.125."""
    if re.fullmatch(r"\d{4}", period):
        return float(period)
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", period):
        return int(found.group(1)) + (int(found.group(2)) - 0.5) / 4
    if found := re.fullmatch(r"(\d{4})-(\d{2})", period):
        return int(found.group(1)) + (int(found.group(2)) - 0.5) / 12
    return None


def config() -> Spec:
    """Type and axes of every chart."""
    return {
        "font": _NO_FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFont": _NO_FONT,
            "titleFont": _NO_FONT,
            "labelFontSize": 7.5,
            "labelColor": MUTED,
            "gridColor": HAIRLINE,
            "gridWidth": 0.5,
            "domain": False,
            "ticks": False,
            "labelPadding": 4,
            "labelLimit": 0,  # nothing is cut
        },
        "text": {"font": _NO_FONT, "fontSize": 7.5, "fill": INK},
    }


def values(rows: Sequence[dict[str, Any]]) -> Spec:
    """Rows as inline data of a specification."""
    return {"values": list(rows)}


def watermark(width: float, height: float, centre: float | None = None) -> Spec:
    """The mark of a simulated release, inside the chart so that a copied chart carries it too."""
    return {
        "data": values([{}]),
        "mark": {
            "type": "text",
            "text": WATERMARK,
            "x": width / 2 if centre is None else centre,
            "y": height / 2,
            "angle": 340,
            "fontSize": min(20.0, width / 11.5),
            "fontWeight": 600,
            "fill": MUTED,
            "opacity": 0.22,
        },
    }


#: Texts with a rim. Vega strokes letters after it has filled them, SVG can do it the other way round.
_RIMMED = re.compile(r'(<text [^>]*?)stroke="white"')
_COUNTED_ID = re.compile(r"(clip|gradient_|pattern_)(\d+)")


def draw(spec: Spec) -> str:
    """A specification as SVG.

    Ids that the renderer numbers through the life of a process are numbered anew, so that the
    same specification always gives the same bytes. A chart without words is the same in both
    languages and drawn once.
    """
    asked = json.dumps(spec, ensure_ascii=False, sort_keys=True)
    # The engine takes one at a time, and what one language waits for the other may need.
    with _drawing:
        return _drawn(asked)


def start_drawing() -> None:
    """Start the JavaScript engine that draws, beside other work: it takes as long as eight charts."""
    Thread(target=_engine, name="charts").start()


def _engine() -> Any:
    """The engine, started; the first to ask waits for it, and so does all else."""
    with _starting:
        return _started()


@cache
def _started() -> Any:
    import vl_convert

    vl_convert.vegalite_to_svg('{"data": {"values": []}, "mark": "point"}')
    return vl_convert


@lru_cache(maxsize=32)
def _drawn(spec: str) -> str:
    svg: str = _engine().vegalite_to_svg(spec)
    svg = svg.replace(f'font-family="{_NO_FONT}"', f'font-family="{_FONT}"')
    svg = _RIMMED.sub(r'\1paint-order="stroke" stroke="white"', svg)
    seen: dict[str, str] = {}

    def renumber(found: re.Match[str]) -> str:
        return seen.setdefault(found.group(0), f"{found.group(1)}{len(seen)}")

    return _COUNTED_ID.sub(renumber, svg)
