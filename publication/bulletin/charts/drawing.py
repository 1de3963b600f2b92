"""A plane of points on which marks are put, written as SVG.

Every place in a chart is computed before it is drawn (`labels`), so a chart is a list of lines, shapes
and texts, and a charting library would be asked for nothing but their SVG: Vega's engine took more time
for that than everything else in a bulletin. Sizes are points on paper; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from lxml import etree

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


def _mark(parent: etree._Element, tag: str, **attributes: str | float | None) -> etree._Element:
    """An element with what is given of its attributes; `_` stands for `-`."""
    given = {
        name.replace("_", "-"): value if isinstance(value, str) else _n(value)
        for name, value in attributes.items()
        if value is not None
    }
    return etree.SubElement(parent, tag, given)


class Drawing:
    """Marks on a plane of `width` × `height` points within margins; what comes later lies above.

    `left`, `right`, `top`, `bottom` are the margins, outside of which nothing is shown on paper.
    """

    def __init__(
        self, width: float, height: float, *, left: float, right: float, top: float, bottom: float
    ) -> None:
        self.width, self.height = width, height
        whole = (_n(left + width + right), _n(top + height + bottom))
        self._svg = etree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": whole[0],
                "height": whole[1],
                "viewBox": f"0 0 {whole[0]} {whole[1]}",
                "font-family": FONT,
            },
        )
        self._plane = _mark(self._svg, "g", transform=f"translate({_n(left)},{_n(top)})")

    def line(
        self,
        points: Sequence[tuple[float, float]],
        stroke: str,
        width: float,
        *,
        opacity: float = 1.0,
        dash: str | None = None,
    ) -> None:
        """A line through points; `dash` as SVG has it."""
        _mark(
            self._plane, "path", d=_path(points), fill="none", stroke=stroke, stroke_width=width,
            stroke_linejoin="round", stroke_dasharray=dash, opacity=_less(opacity),
        )  # fmt: skip

    def area(
        self, rings: Sequence[Sequence[tuple[float, float]]], fill: str, stroke: str, width: float
    ) -> None:
        """A region of closed rings."""
        outline = "".join(_path(ring, closed=True) for ring in rings)
        _mark(self._plane, "path", d=outline, fill=fill, stroke=stroke, stroke_width=width)

    def bar(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A rectangle from its upper left corner."""
        _mark(self._plane, "rect", x=x, y=y, width=width, height=height, fill=fill)

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        fill: str,
        *,
        stroke: str | None = None,
        width: float | None = None,
        fill_opacity: float = 1.0,
    ) -> None:
        """A circle."""
        _mark(
            self._plane, "circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke,
            stroke_width=width, fill_opacity=_less(fill_opacity),
        )  # fmt: skip

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
        within: etree._Element | None = None,
    ) -> None:
        """Lines of text whose middle is at (x, y), `leading` apart.

        `rim` puts white under the letters, so that no line runs through them; `turned` is in degrees,
        clockwise; `within` is a group of marks.
        """
        base = y + _MIDDLE * size - leading * (len(lines) - 1) / 2
        words = _mark(
            self._plane if within is None else within,
            "text",
            x=x,
            y=base,
            text_anchor=_ANCHOR[align],
            font_size=size,
            fill=fill,
            font_weight="600" if bold else None,
            transform=f"rotate({_n(turned)} {_n(x)} {_n(y)})" if turned else None,
            opacity=_less(opacity),
        )
        if rim:
            under = {"paint-order": "stroke", "stroke": "white", "stroke-width": "2.4"}
            words.attrib.update({**under, "stroke-linejoin": "round"})
        if len(lines) == 1:
            words.text = lines[0]
            return
        for i, line in enumerate(lines):
            _mark(words, "tspan", x=x, y=base + i * leading).text = line

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
        axis = etree.SubElement(self._plane, "g", {"class": "axis"})
        for x, y, text in labels:
            self.text((text,), x, y, align=align, fill=MUTED, within=axis)

    def svg(self) -> str:
        """What was drawn. The same marks always give the same bytes."""
        return str(etree.tostring(self._svg, encoding="unicode"))


def _less(opacity: float) -> float | None:
    return opacity if opacity < 1 else None
