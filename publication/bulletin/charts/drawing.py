"""A plane of points on which marks are put, written as SVG.

Every place in a chart is computed before it is drawn (`labels`), so a chart is a list of lines, shapes
and texts. Handing these to a charting library took more time than everything else in a bulletin.
Sizes are points on paper; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from publication.bulletin.charts.style import FONT, GREY, HAIRLINE, INK, MUTED, WATERMARK

Align = Literal["left", "center", "right"]
_ANCHOR = {"left": "start", "center": "middle", "right": "end"}
#: From the middle of a line of figures or Hangul down to its base line, as a share of its size.
_MIDDLE = 0.3
_AXIS_SIZE = 7.5


def _n(value: float) -> str:
    """A coordinate: hundredths of a point are finer than any printer."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    return "M" + "L".join(f"{_n(x)},{_n(y)}" for x, y in points) + ("Z" if closed else "")


class Drawing:
    """Marks on a plane of `width` × `height` points within margins; what comes later lies above.

    `left`, `right`, `top`, `bottom` are the margins, outside of which nothing is shown on paper.
    """

    def __init__(
        self, width: float, height: float, *, left: float, right: float, top: float, bottom: float
    ) -> None:
        self.width, self.height = width, height
        self._size = (left + width + right, top + height + bottom)
        self._origin = (left, top)
        self._marks: list[str] = []

    def line(
        self,
        points: Sequence[tuple[float, float]],
        stroke: str,
        width: float,
        *,
        opacity: float = 1.0,
        dash: str = "",
    ) -> None:
        """A line through points; `dash` as SVG has it."""
        more = f' stroke-dasharray="{dash}"' if dash else ""
        more += f' opacity="{opacity}"' if opacity < 1 else ""
        self._marks.append(
            f'<path d="{_path(points)}" fill="none" stroke="{stroke}" stroke-width="{width}" '
            f'stroke-linejoin="round"{more}/>'
        )

    def area(
        self, rings: Sequence[Sequence[tuple[float, float]]], fill: str, stroke: str, width: float
    ) -> None:
        """A region of closed rings."""
        outline = "".join(_path(ring, closed=True) for ring in rings)
        self._marks.append(
            f'<path d="{outline}" fill="{fill}" stroke="{stroke}" stroke-width="{width}"/>'
        )

    def bar(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A rectangle from its upper left corner."""
        self._marks.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"/>'
        )

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        fill: str,
        *,
        stroke: str = "none",
        width: float = 0.0,
        fill_opacity: float = 1.0,
    ) -> None:
        """A circle."""
        more = f' fill-opacity="{fill_opacity}"' if fill_opacity < 1 else ""
        more += f' stroke="{stroke}" stroke-width="{width}"' if width else ""
        self._marks.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"{more}/>'
        )

    def polygon(
        self, points: Sequence[tuple[float, float]], fill: str, stroke: str, width: float
    ) -> None:
        """A shape with corners, such as a diamond."""
        self.area([points], fill, stroke, width)

    def text(
        self,
        lines: Sequence[str],
        x: float,
        y: float,
        *,
        align: Align = "left",
        size: float = _AXIS_SIZE,
        leading: float = 0.0,
        fill: str = INK,
        bold: bool = False,
        rim: bool = False,
        turned: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Lines of text whose middle is at (x, y), `leading` apart.

        `rim` puts white under the letters, so that no line runs through them; `turned` is in degrees,
        clockwise.
        """
        self._marks.append(
            _text(lines, x, y, align, size, leading, fill, bold, rim, turned, opacity)
        )

    def watermark(self, centre: float, width: float) -> None:
        """The mark of a simulated release, inside the chart so that a copied chart carries it too."""
        size = round(min(20.0, width / 11.5), 2)
        self.text(
            (WATERMARK,), centre, self.height / 2, align="center", size=size, fill=MUTED,
            bold=True, turned=-20, opacity=0.22,
        )  # fmt: skip

    def years(self, marks: Sequence[tuple[float, str]]) -> None:
        """The axis below: its line, and a label at each place (x, text)."""
        self.line([(0, self.height), (self.width, self.height)], GREY, 0.6)
        self._axis([(x, self.height + 8, text) for x, text in marks], "center")

    def levels(self, marks: Sequence[tuple[float, str]]) -> None:
        """The axis on the left: a thin line across and a label at each place (y, text)."""
        for y, _ in marks:
            self.line([(0, y), (self.width, y)], HAIRLINE, 0.5)
        self._axis([(-4, y, text) for y, text in marks], "right")

    def _axis(self, labels: Sequence[tuple[float, float, str]], align: Align) -> None:
        texts = "".join(
            _text((text,), x, y, align, _AXIS_SIZE, 0, MUTED, False, False, 0, 1)
            for x, y, text in labels
        )
        self._marks.append(f'<g class="axis">{texts}</g>')

    def svg(self) -> str:
        """What was drawn. The same marks always give the same bytes."""
        width, height = map(_n, self._size)
        left, top = map(_n, self._origin)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="{FONT}">'
            f'<g transform="translate({left},{top})">{"".join(self._marks)}</g></svg>'
        )


def _text(
    lines: Sequence[str],
    x: float,
    y: float,
    align: Align,
    size: float,
    leading: float,
    fill: str,
    bold: bool,
    rim: bool,
    turned: float,
    opacity: float,
) -> str:
    base = y + _MIDDLE * size - leading * (len(lines) - 1) / 2
    more = ' font-weight="600"' if bold else ""
    if rim:
        more += ' paint-order="stroke" stroke="white" stroke-width="2.4" stroke-linejoin="round"'
    if turned:
        more += f' transform="rotate({_n(turned)} {_n(x)} {_n(y)})"'
    if opacity < 1:
        more += f' opacity="{opacity}"'
    words = (
        escape(lines[0], quote=False)
        if len(lines) == 1
        else "".join(
            f'<tspan x="{_n(x)}" y="{_n(base + i * leading)}">{escape(line, quote=False)}</tspan>'
            for i, line in enumerate(lines)
        )
    )
    return (
        f'<text x="{_n(x)}" y="{_n(base)}" text-anchor="{_ANCHOR[align]}" font-size="{_n(size)}" '
        f'fill="{fill}"{more}>{words}</text>'
    )
