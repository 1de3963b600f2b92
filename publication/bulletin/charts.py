"""Charts of the bulletin: Vega-Lite specifications as plain dictionaries, drawn to SVG.

The specifications are what altair would write; they are written directly because importing altair
costs more than a second, which is most of the time a bulletin takes. The tests read them back
with altair, whose schema validates them.

Sizes are points on paper: one pixel of the chart is set as one point.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

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

WATERMARK = "SIMULATED / 모의자료"

Spec = dict[str, Any]
_fonts_registered: set[str] = set()


PointKind = Literal["main", "published", "other"]


@dataclass(frozen=True)
class SharePoint:
    """One measured share: x is the year (a quarter sits inside its year).

    `kind`: computed, by the best definition there is for the period; printed as a share by
    somebody; or computed by another definition. Only points of one definition are `joined`.
    """

    period: str
    x: float
    share_pct: float
    full: bool
    coverage: str
    kind: PointKind
    joined: bool


@dataclass(frozen=True)
class ShareChart:
    """What one panel of the share chart shows; texts come in the bulletin's language."""

    points: tuple[SharePoint, ...]
    reference_pct: float | None
    reference_label: str
    now_x: float | None
    now_label: tuple[str, ...]
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]
    simulated: bool


def year_of(period: str) -> float | None:
    """Where a period stands on the axis of years: `2010` -> 2010.0, `2026-Q1` -> 2026.125."""
    if re.fullmatch(r"\d{4}", period):
        return float(period)
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", period):
        return int(found.group(1)) + (int(found.group(2)) - 0.5) / 4
    if found := re.fullmatch(r"(\d{4})-(\d{2})", period):
        return int(found.group(1)) + (int(found.group(2)) - 0.5) / 12
    return None


def _config() -> Spec:
    return {
        "font": "Pretendard",
        "view": {"stroke": None},
        "axis": {
            "labelFont": "Pretendard",
            "titleFont": "Pretendard",
            "labelFontSize": 7.5,
            "labelColor": MUTED,
            "gridColor": HAIRLINE,
            "gridWidth": 0.5,
            "domain": False,
            "ticks": False,
            "labelPadding": 4,
        },
        "text": {"font": "Pretendard", "fontSize": 7.5, "fill": INK},
    }


def _values(rows: Sequence[dict[str, Any]]) -> Spec:
    return {"values": list(rows)}


def _watermark(width: float, height: float, centre: float | None = None) -> Spec:
    """The mark of a simulated release, inside the chart so that a copied chart carries it too."""
    return {
        "data": _values([{}]),
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


# --- labels ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: _Box) -> float:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0


LabelRole = Literal["point", "published", "coverage", "reference", "now"]


@dataclass(frozen=True)
class _Label:
    text: tuple[str, ...]
    x: float
    y: float
    align: Literal["left", "center", "right"]
    role: LabelRole


def _text_width(text: str, size: float) -> float:
    """Width of a line, near enough to keep labels apart: Hangul is twice as wide as a figure."""
    return size * sum(0.92 if ord(c) > 0x1100 else (0.3 if c in " .,()/:" else 0.58) for c in text)


def _box(lines: Sequence[str], x: float, y: float, align: str, size: float) -> _Box:
    """The box of lines whose middle is at height y."""
    width = max(_text_width(line, size) for line in lines)
    height = size * 1.05 * len(lines)
    left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
    return _Box(left, y - height / 2, left + width, y + height / 2)


def _place(chart: ShareChart, width: float, height: float) -> list[_Label]:
    """Find room for the labels: the claim's line, the release's period, then the points.

    Greedy and deterministic. Every label tries the places around its anchor and takes the one
    that covers least; a point's label that would cover another label is left out, the less
    telling points (not at an end, not an extreme, not near the claim) being tried last.
    """
    (x0, x1), (y0, y1) = chart.x_domain, chart.y_domain

    def at(point: SharePoint) -> tuple[float, float]:
        return (
            width * (point.x - x0) / (x1 - x0),
            height * (1 - (point.share_pct - y0) / (y1 - y0)),
        )

    size = 7.5
    marks = [(_Box(x - 3, y - 3, x + 3, y + 3), 6.0) for x, y in map(at, chart.points)]
    joined = [p for p in chart.points if p.joined and p.full]
    for before, after in pairwise(joined):
        (ax, ay), (bx, by) = at(before), at(after)
        steps = max(2, int(abs(bx - ax) / 2))
        for i in range(steps + 1):
            x, y = ax + (bx - ax) * i / steps, ay + (by - ay) * i / steps
            marks.append((_Box(x - 1, y - 1, x + 1, y + 1), 2.0))
    if chart.now_x is not None:
        x = width * (chart.now_x - x0) / (x1 - x0)
        marks.append((_Box(x - 0.8, 0, x + 0.8, height), 1.5))
    line_y = None
    if chart.reference_pct is not None:
        line_y = height * (1 - (chart.reference_pct - y0) / (y1 - y0))
        marks.append((_Box(0, line_y - 0.8, width, line_y + 0.8), 2.5))

    placed: list[_Box] = []
    labels: list[_Label] = []

    def cost(box: _Box) -> float:
        total = sum(box.overlap(mark) * weight for mark, weight in marks)
        total += sum(box.overlap(other) for other in placed) * 40
        total += 60 * (max(0.0, -box.left - 1) + max(0.0, box.right - width - 2))
        return total + 60 * (max(0.0, -box.top - 2) + max(0.0, box.bottom - height + 1))

    def put(
        lines: tuple[str, ...],
        places: Sequence[tuple[float, float, Literal["left", "center", "right"]]],
        role: LabelRole,
        required: bool,
    ) -> None:
        options = [
            (cost(_box(lines, x, y, align, size)) + 0.6 * rank, rank, (x, y, align))
            for rank, (x, y, align) in enumerate(places)
        ]
        _, _, (x, y, align) = min(options, key=lambda option: (option[0], option[1]))
        box = _box(lines, x, y, align, size)
        if not required and any(box.overlap(other) > 3 for other in placed):
            return
        placed.append(box)
        labels.append(_Label(lines, x, y, align, role))

    if line_y is not None:
        put(
            (chart.reference_label,),
            [
                (width, line_y - 6.5, "right"),
                (width, line_y + 6.5, "right"),
                (2, line_y - 6.5, "left"),
                (2, line_y + 6.5, "left"),
            ],
            "reference",
            True,
        )
    if chart.now_x is not None and chart.now_label:
        x = width * (chart.now_x - x0) / (x1 - x0)
        put(
            chart.now_label,
            [(x - 3, y, "right") for y in (height - 11, 11.0, height * 0.7, height * 0.5)],
            "now",
            True,
        )

    labelled = [p for p in chart.points if p.kind != "other"]
    if labelled:
        highest = max(labelled, key=lambda p: p.share_pct)
        lowest = min(labelled, key=lambda p: p.share_pct)
        first, last = labelled[0], max(labelled, key=lambda p: p.x)

        def rank(point: SharePoint) -> int:
            if point in (first, last, highest, lowest):
                return 0
            ref = chart.reference_pct
            if point.full and ref is not None and abs(point.share_pct - ref) < 1.0:
                return 1
            if not point.full:
                return 2
            return 3 if point.kind == "main" else 4

        done: set[tuple[float, str]] = set()
        few = sum(1 for p in labelled if p.full) <= 8
        for point in sorted(labelled, key=lambda p: (rank(p), p.x)):
            if rank(point) > 2 and not few:
                continue  # the table under the chart has every figure
            text = point.coverage
            role: LabelRole = "coverage"
            if point.full:
                text = f"{math.floor(point.share_pct * 10 + 0.5) / 10:.1f}"
                role = "published" if point.kind == "published" else "point"
            if (point.x, text) in done:  # the same figure by another road
                continue
            done.add((point.x, text))
            x, y = at(point)
            places: list[tuple[float, float, Literal["left", "center", "right"]]] = [
                (x, y - 8.5, "center"),
                (x, y + 8.5, "center"),
                (x + 5, y, "left"),
                (x - 5, y, "right"),
                (x + 2, y - 8.5, "left"),
                (x - 2, y - 8.5, "right"),
                (x + 2, y + 8.5, "left"),
                (x - 2, y + 8.5, "right"),
            ]
            put((text,), places, role, False)
    return labels


_LABEL_INK: dict[LabelRole, str] = {
    "point": BLUE_TEXT,
    "published": VERMILLION_TEXT,
    "coverage": MUTED,
    "reference": INK,
    "now": MUTED,
}


# --- the share chart ------------------------------------------------------------------------


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
            "data": _values([{"x": first, "y": chart.y_domain[0]}]),
            "mark": {"type": "point", "opacity": 0},
            "encoding": {"x": x, "y": y},
        }
    ]
    if chart.simulated:
        layers.append(_watermark(width, height))
    if chart.now_x is not None:
        layers.append(
            {
                "data": _values([{"x": chart.now_x}]),
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
                "data": _values([{"y": chart.reference_pct}]),
                "mark": {"type": "rule", "stroke": INK, "strokeWidth": 0.8, "strokeDash": [4, 2.5]},
                "encoding": {"y": y},
            }
        )

    def points(chosen: Sequence[SharePoint], mark: Spec) -> None:
        if chosen:
            layers.append(
                {
                    "data": _values([{"x": p.x, "y": p.share_pct} for p in chosen]),
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
                "data": _values([{"x": p.x, "y": p.share_pct} for p in joined]),
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

    labels = _place(chart, width, height)
    for halo in (True, False):  # a white rim under the text, so that no line runs through it
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
            if halo:
                mark.update(stroke="white", strokeWidth=2.4, fill="white")
            layers.append({"data": _values([{}]), "mark": mark})
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "transparent",
        "width": width,
        "height": height,
        "padding": {"left": 24, "right": 3, "top": 4, "bottom": 16},
        "autosize": {"type": "none"},
        "layer": layers,
        "config": _config(),
    }


# --- contributions --------------------------------------------------------------------------


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
            "data": _values([{"zero": 0}]),
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
                "data": _values(part),
                "mark": {"type": "bar", "fill": fill},
                "encoding": {"x": x, "y": y},
            }
        )
        layers.append(
            {
                "data": _values(part),
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
        layers.append(_watermark(width - 16, height, (width - name_width) / 2 - name_width / 2))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "transparent",
        "width": width - name_width - 4,
        "height": height,
        "padding": {"left": name_width, "right": 4, "top": 2, "bottom": 2},
        "autosize": {"type": "none"},
        "layer": layers,
        "config": _config(),
    }


_COUNTED_ID = re.compile(r"(clip|gradient_|pattern_)(\d+)")


def draw(spec: Spec, fonts: Path) -> str:
    """A specification as SVG. `fonts` is a folder with the fonts to measure text with.

    Ids that the renderer numbers through the life of a process are numbered anew, so that the
    same specification always gives the same bytes.
    """
    import vl_convert  # starts a JavaScript engine on first use

    if str(fonts) not in _fonts_registered:
        vl_convert.register_font_directory(str(fonts))
        _fonts_registered.add(str(fonts))
    svg = vl_convert.vegalite_to_svg(spec)
    seen: dict[str, str] = {}

    def renumber(found: re.Match[str]) -> str:
        return seen.setdefault(found.group(0), f"{found.group(1)}{len(seen)}")

    return _COUNTED_ID.sub(renumber, svg)
