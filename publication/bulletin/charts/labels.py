"""Finding room for the labels of the share chart, so that it needs no legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

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


@dataclass(frozen=True)
class Box:
    """A rectangle on the chart, in points; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """The area that two boxes share."""
        if self.right <= other.left or other.right <= self.left:
            return 0.0
        if self.bottom <= other.top or other.bottom <= self.top:
            return 0.0
        width = min(self.right, other.right) - max(self.left, other.left)
        return width * (min(self.bottom, other.bottom) - max(self.top, other.top))


LabelRole = Literal["point", "published", "coverage", "reference", "now"]


@dataclass(frozen=True)
class Label:
    """Lines of text at a place; `align` says which side of them is at x."""

    text: tuple[str, ...]
    x: float
    y: float
    align: Literal["left", "center", "right"]
    role: LabelRole


def text_width(text: str, size: float) -> float:
    """Width of a line, near enough to keep labels apart: Hangul is twice as wide as a figure."""
    return size * sum(0.92 if ord(c) > 0x1100 else (0.3 if c in " .,()/:" else 0.58) for c in text)


def wrapped(text: str, size: float, width: float) -> list[str]:
    """The lines of a text that has so much room, broken between words, in a word only where it must be."""
    lines: list[str] = []
    for word in text.split():
        whole = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(whole, size) <= width:
            lines[-1] = whole
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and text_width(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    return lines or [""]


def box_of(lines: Sequence[str], x: float, y: float, align: str, size: float) -> Box:
    """The box of lines whose middle is at height y."""
    width = max(text_width(line, size) for line in lines)
    height = size * 1.05 * len(lines)
    left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
    return Box(left, y - height / 2, left + width, y + height / 2)


def place(chart: ShareChart, width: float, height: float) -> list[Label]:
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
    marks = [(Box(x - 3, y - 3, x + 3, y + 3), 6.0) for x, y in map(at, chart.points)]
    joined = [p for p in chart.points if p.joined and p.full]
    for before, after in pairwise(joined):
        (ax, ay), (bx, by) = at(before), at(after)
        steps = max(2, int(abs(bx - ax) / 2))
        for i in range(steps + 1):
            x, y = ax + (bx - ax) * i / steps, ay + (by - ay) * i / steps
            marks.append((Box(x - 1, y - 1, x + 1, y + 1), 2.0))
    if chart.now_x is not None:
        x = width * (chart.now_x - x0) / (x1 - x0)
        marks.append((Box(x - 0.8, 0, x + 0.8, height), 1.5))
    line_y = None
    if chart.reference_pct is not None:
        line_y = height * (1 - (chart.reference_pct - y0) / (y1 - y0))
        marks.append((Box(0, line_y - 0.8, width, line_y + 0.8), 2.5))

    placed: list[Box] = []
    labels: list[Label] = []

    def cost(box: Box) -> float:
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
            (cost(box_of(lines, x, y, align, size)) + 0.6 * rank, rank, (x, y, align))
            for rank, (x, y, align) in enumerate(places)
        ]
        _, _, (x, y, align) = min(options, key=lambda option: (option[0], option[1]))
        box = box_of(lines, x, y, align, size)
        if not required and any(box.overlap(other) > 3 for other in placed):
            return
        placed.append(box)
        labels.append(Label(lines, x, y, align, role))

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
