"""Colours that tell things apart do so for colour-blind readers, too, and text can be read.

Vision is simulated by the matrices for full protanopia, deuteranopia and tritanopia of Machado, Oliveira
and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
Transactions on Visualization and Computer Graphics 15(6), on linear RGB; distances are CIE 1976 ΔE*ab.
"""

from __future__ import annotations

import ast
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from publication.bulletin.charts import style

ROOT = Path(__file__).resolve().parents[2]
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
#: Two areas of a chart are told apart at a glance from about this distance on (2.3 is just noticeable).
FAR = 20.0


def linear(colour: str) -> np.ndarray:
    """Linear RGB of `#rrggbb` (IEC 61966-2-1)."""
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB, white point D65."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )  # fmt: skip
    scaled = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(scaled > (6 / 29) ** 3, np.cbrt(scaled), scaled / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, vision: str) -> float:
    seen = [lab(VISION[vision] @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2."""
    light = sorted(
        (linear(c) @ np.array([0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True
    )
    return float((light[0] + 0.05) / (light[1] + 0.05))


def theme(selector: str) -> dict[str, str]:
    """The colours of a theme of the site."""
    css = (ROOT / "publication/site/src/style.css").read_text(encoding="utf-8")
    block = css.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def site_marks(found: dict[str, str]) -> list[str]:
    """The colours of lines, in the order in which the charts of the site use them."""
    js = (ROOT / "publication/site/src/lib/charts.js").read_text(encoding="utf-8")
    order = re.search(r"export const colours = \[(.*?)\]", js)
    assert order
    return [found[name] for name in re.findall(r"var\(--([\w-]+)\)", order[1])]


def superset_colours() -> list[str]:
    tree = ast.parse((ROOT / "superset/superset_config.py").read_text(encoding="utf-8"))
    lists = [
        ast.literal_eval(value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "colors"
    ]
    assert len(lists) == 1
    return list(lists[0])


LIGHT, DARK = theme(":root"), theme(':root[data-theme="dark"]')
PALETTES = {
    "bulletin": [style.BLUE, style.VERMILLION],
    "site, light": site_marks(LIGHT),
    "site, dark": site_marks(DARK),
    "superset, four series": superset_colours()[:4],
}


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", PALETTES)
def test_series_are_told_apart(name: str, vision: str) -> None:
    assert len(PALETTES[name]) > 1
    near = {
        pair: round(distance(*pair, vision), 1)
        for pair in combinations(PALETTES[name], 2)
        if distance(*pair, vision) < FAR
    }
    assert near == {}


def test_red_and_green_would_be_found() -> None:
    assert distance("#2ca02c", "#d62728", "normal") > 100
    assert distance("#8c8c3c", "#a08040", "deuteranopia") < FAR


@pytest.mark.parametrize("found", [LIGHT, DARK], ids=["light", "dark"])
def test_words_in_colour_can_be_read(found: dict[str, str]) -> None:
    """WCAG 2.2 AA: 4.5 for text, 3 for marks that carry meaning."""
    for name in ("ink", "soft", "blue", "orange", "green", "purple", "amber"):
        assert contrast(found[name], found["paper"]) >= 4.5, name
    for colour in site_marks(found):
        assert contrast(colour, found["paper"]) >= 3, colour


def test_words_of_the_bulletin_can_be_read() -> None:
    for colour in (style.BLUE_TEXT, style.VERMILLION_TEXT, style.INK, style.MUTED):
        assert contrast(colour, "#ffffff") >= 4.5, colour
