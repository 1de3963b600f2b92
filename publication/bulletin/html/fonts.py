"""The characters of the bundled font that a page uses, as web fonts inside the page."""

from __future__ import annotations

import base64
import io
import logging
from functools import lru_cache

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from publication.bulletin.charts.style import FONTS

#: Weight in CSS → file. Pretendard is a reserved name of its licence (OFL 1.1), which a changed
#: version may not bear: the page calls its subset by another one.
WEIGHTS = {400: "Pretendard-Regular.otf", 600: "Pretendard-SemiBold.otf"}
FAMILY = "Bulletin Sans"


@lru_cache(maxsize=4)
def font_faces(characters: frozenset[str]) -> str:
    """`@font-face` rules with WOFF2 data for the characters; the same ones give the same bytes."""
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
    rules = []
    for weight, name in WEIGHTS.items():
        options = subset.Options()
        options.flavor = "woff2"
        options.layout_features = ["kern", "tnum", "ccmp", "mark", "mkmk"]
        options.hinting = False
        options.name_IDs = []
        options.notdef_outline = True
        options.recalc_timestamp = False
        with TTFont(FONTS / name, lazy=True, recalcTimestamp=False) as font:
            subsetter = subset.Subsetter(options)
            subsetter.populate(text="".join(sorted(characters)))
            subsetter.subset(font)
            out = io.BytesIO()
            subset.save_font(font, out, options)
        data = base64.b64encode(out.getvalue()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{FAMILY}";font-style:normal;font-weight:{weight};'
            f"font-display:swap;src:url(data:font/woff2;base64,{data}) format('woff2')}}"
        )
    return "\n".join(rules)
