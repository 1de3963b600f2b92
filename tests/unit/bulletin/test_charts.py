"""Charts: drawings that can be read back, even axes, labels that do not lie on each other."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from publication.bulletin import charts
from publication.bulletin.charts.drawing import Drawing
from publication.bulletin.charts.lines import ticks
from publication.geo import province_outlines

DRAWN = {
    "shares": charts.share_chart(
        charts.ShareChart(
            tuple(
                charts.SharePoint(str(y), float(y), 30.0 + y % 7, y % 3 > 0, "2/12", kind, True)
                for y, kind in ((2001, "main"), (2002, "main"), (2003, "published"), (2004, "other"))
            ),  # type: ignore[arg-type]
            30.0, "30%", 2026.1, ("2026 Q1", "no"), (2000.0, 2027.0), (25.0, 50.0), True,
        ),
        width=159, height=126,
    ),
    "bars": charts.bars_chart(
        [("a", 1.0), ("b", -1.0)], width=232, row_height=14, name_width=78, simulated=True
    ),
    "lines": charts.line_chart(
        charts.LineChart(
            ((2024.1, 1.0), (2024.4, 3.0)), "3.0", 1, True, ((2024.1, 2.0), (2024.4, 2.9)), ("a", "b")
        ),
        width=160, height=100,
    ),
    "map": charts.map_chart(
        [
            charts.Place("Onsan", 129.3, 35.4, 120.0, "up"),
            charts.Place("Changwon", 128.7, 35.2, 80.0, "down"),
            charts.Place("Jinhae", 128.68, 35.15, None, "none"),
        ],
        province_outlines(), width=238, simulated=True,
    ),
}  # fmt: skip


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", DRAWN)
def test_every_chart_is_svg_whose_marks_lie_inside(name: str) -> None:
    root = ElementTree.fromstring(DRAWN[name])
    assert root.tag == f"{SVG}svg"
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    (plane,) = root
    left, top = map(float, re.findall(r"[\d.]+", plane.attrib["transform"]))
    marks = [mark for mark in plane.iter() if mark.tag != f"{SVG}g"]
    assert {"path", "text"} <= {mark.tag.removeprefix(SVG) for mark in marks}
    for mark in marks:
        for across in ("x", "cx"):
            assert 0 <= left + float(mark.get(across, "0")) <= width, mark.attrib
        for down in ("y", "cy"):
            assert 0 <= top + float(mark.get(down, "0")) <= height, mark.attrib


@pytest.mark.parametrize("name", DRAWN)
def test_every_chart_carries_the_watermark(name: str) -> None:
    assert charts.WATERMARK in DRAWN[name]


def test_a_name_is_written_as_it_is_and_cannot_become_a_mark() -> None:
    drawing = Drawing(100, 50, left=0, right=0, top=0, bottom=0)
    drawing.text(('R&D <b>"x"</b>', "둘째 줄"), 5, 25, leading=9)
    (text,) = ElementTree.fromstring(drawing.svg()).iter(f"{SVG}text")
    assert [line.text for line in text] == ['R&D <b>"x"</b>', "둘째 줄"]
    first, second = (float(line.attrib["y"]) for line in text)
    assert second - first == 9 and first < 25 + 0.3 * 7.5 < second  # about the middle asked for


def test_bars_are_as_long_as_their_figures_and_begin_at_nought() -> None:
    found = ElementTree.fromstring(DRAWN["bars"]).iter(f"{SVG}rect")
    up, down = ({k: float(v) for k, v in bar.attrib.items() if k != "fill"} for bar in found)
    assert up["width"] == pytest.approx(down["width"], abs=0.02)
    assert up["x"] == pytest.approx(down["x"] + down["width"], abs=0.02)
    assert up["y"] + up["height"] < down["y"]


def test_a_wide_scale_of_shares_keeps_its_labels_apart() -> None:
    chart = charts.ShareChart((), None, "", None, (), (2000.0, 2027.0), (0.0, 100.0), False)
    (axis, _) = re.findall(
        r'<g class="axis">(.*?)</g>', charts.share_chart(chart, width=218, height=150)
    )
    heights = [float(y) for y in re.findall(r' y="([-\d.]+)"', axis)]
    assert len(heights) > 5
    assert all(a - b >= 9 for a, b in zip(heights, heights[1:], strict=False))


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.0), (5.0, 5.0), (81.8, 82.49), (970_123.0, 984_829.0), (-3.0, 7.0)]
)
def test_ticks_are_even_and_cover_the_range(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low and found[-1] >= high and len(found) >= 2
    steps = {round(b - a, 9) for a, b in zip(found, found[1:], strict=False)}
    assert len(steps) == 1


def test_the_map_shows_every_complex_with_a_point() -> None:
    root = ElementTree.fromstring(DRAWN["map"])
    assert {"Onsan", "Changwon"} <= {text.text for text in root.iter(f"{SVG}text")}
    areas = [float(dot.attrib["r"]) ** 2 for dot in root.iter(f"{SVG}circle")]
    assert areas[0] / areas[1] == pytest.approx(120 / 80, rel=0.01)  # area, not radius
    land = [p for p in root.iter(f"{SVG}path") if p.attrib["fill"] == charts.style.LAND]
    squares = [p for p in root.iter(f"{SVG}path") if p.attrib["fill"] == "none"]
    assert len(land) >= 15 and len(squares) == 1  # the provinces, and the one that is suppressed


def test_a_long_name_makes_its_own_row_higher_and_no_other() -> None:
    """43 syllables, and 135 letters: the chart grows by a few lines and nothing is cut off."""
    short = [(f"n{i}", 1.0 - i / 10) for i in range(12)]
    words = "National Industrial Complex of " * 5
    long = [("가나다라마바사아자차" * 4, 1.2), (words[:135], 1.1), *short[2:]]

    def drawn(rows: list[tuple[str, float]]) -> ElementTree.Element:
        svg = charts.bars_chart(rows, width=250, row_height=17, name_width=96, simulated=False)
        return ElementTree.fromstring(svg)

    def height(root: ElementTree.Element) -> float:
        return float(root.attrib["height"]) - 4

    assert height(drawn(short)) == 12 * 17
    root = drawn(long)
    assert 12 * 17 < height(root) < 12 * 17 * 1.5
    bars = [(float(b.attrib["y"]), float(b.attrib["height"])) for b in root.iter(f"{SVG}rect")]
    assert len(bars) == 12  # rows do not lie on each other, all bars are equally thick
    assert {round(thick, 1) for _, thick in bars} == {round(17 * 0.68, 1)}
    assert all(a + thick < b for (a, thick), (b, _) in zip(bars, bars[1:], strict=False))
    assert sum(bars[-1]) < height(root)
    names = [t for t in root.iter(f"{SVG}text") if t.get("font-size") == "7.8"]
    lines = [[line.text or "" for line in name] or [name.text or ""] for name in names]
    assert len(lines) == 12
    cut = [name for name in lines if name[-1].endswith("…")]
    assert len(cut) == 1 and len(cut[0]) == 5
