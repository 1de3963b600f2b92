"""Charts: valid specifications, even axes, labels that do not lie on each other."""

from __future__ import annotations

import pytest

from publication.bulletin import charts
from publication.bulletin.charts.lines import ticks
from publication.geo import province_outlines

SPECS = {
    "shares": charts.share_spec(
        charts.ShareChart(
            tuple(
                charts.SharePoint(str(y), float(y), 30.0 + y % 7, y % 3 > 0, "2/12", kind, True)
                for y, kind in ((2001, "main"), (2002, "main"), (2003, "published"), (2004, "other"))
            ),  # type: ignore[arg-type]
            30.0, "30%", 2026.1, ("2026 Q1", "no"), (2000.0, 2027.0), (25.0, 50.0), True,
        ),
        width=159, height=126,
    ),
    "bars": charts.bars_spec(
        [("a", 1.0), ("b", -1.0)], width=232, row_height=14, name_width=78, simulated=True
    ),
    "lines": charts.line_spec(
        charts.LineChart(
            ((2024.1, 1.0), (2024.4, 3.0)), "3.0", 1, True, ((2024.1, 2.0), (2024.4, 2.9)), ("a", "b")
        ),
        width=160, height=100,
    ),
    "map": charts.map_spec(
        [
            charts.Place("Onsan", 129.3, 35.4, 120.0, "up"),
            charts.Place("Changwon", 128.7, 35.2, 80.0, "down"),
            charts.Place("Jinhae", 128.68, 35.15, None, "none"),
        ],
        province_outlines(), width=238, simulated=True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPECS)
def test_specifications_are_valid_vega_lite(name: str) -> None:
    alt = pytest.importorskip("altair")
    alt.Chart.from_dict(SPECS[name])


@pytest.mark.parametrize("name", SPECS)
def test_every_chart_carries_the_watermark(name: str) -> None:
    assert charts.WATERMARK in charts.draw(SPECS[name])


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.0), (5.0, 5.0), (81.8, 82.49), (970_123.0, 984_829.0), (-3.0, 7.0)]
)
def test_ticks_are_even_and_cover_the_range(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low and found[-1] >= high and len(found) >= 2
    steps = {round(b - a, 9) for a, b in zip(found, found[1:], strict=False)}
    assert len(steps) == 1


def test_the_map_shows_every_complex_with_a_point() -> None:
    svg = charts.draw(SPECS["map"])
    assert "Onsan" in svg and "Changwon" in svg
    assert svg.count('aria-roledescription="geoshape"') + svg.count("mark-shape") >= 1


def test_a_long_name_makes_its_own_row_higher_and_no_other() -> None:
    """43 syllables, and 135 letters: the chart grows by a few lines and nothing is cut off."""
    short = [(f"n{i}", 1.0 - i / 10) for i in range(12)]
    words = "National Industrial Complex of " * 5
    long = [("가나다라마바사아자차" * 4, 1.2), (words[:135], 1.1), *short[2:]]

    def height(rows: list[tuple[str, float]]) -> float:
        spec = charts.bars_spec(rows, width=250, row_height=17, name_width=96, simulated=False)
        return float(spec["height"])

    assert height(short) == 12 * 17
    assert 12 * 17 < height(long) < 12 * 17 * 1.5
    spec = charts.bars_spec(long, width=250, row_height=17, name_width=96, simulated=False)
    drawn = [row for layer in spec["layer"] for row in layer["data"]["values"] if "name" in row]
    bars = {row["middle"]: (row["top"], row["bottom"], row["name"]) for row in drawn}
    assert len(bars) == 12  # rows do not lie on each other, all bars are equally thick
    ends = [bars[middle][:2] for middle in sorted(bars)]
    assert {round(b - a, 1) for a, b in ends} == {round(17 * 0.68, 1)}
    assert all(b < a for (_, b), (a, _) in zip(ends, ends[1:], strict=False))
    assert ends[-1][1] < spec["height"]
    cut = [lines for _, _, lines in bars.values() if lines[-1].endswith("…")]
    assert len(cut) == 1 and len(cut[0]) == 5
