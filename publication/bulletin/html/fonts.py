"""The characters of the bundled font that a page uses, as web fonts inside the page."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import uharfbuzz as hb  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from publication.bulletin.charts.style import FONTS

#: Weight in CSS → file. Pretendard is a reserved name of its licence (OFL 1.1), which a changed
#: version may not bear: the page calls its subset by another one.
WEIGHTS = {400: "Pretendard-Regular.otf", 600: "Pretendard-SemiBold.otf"}
FAMILY = "Bulletin Sans"


#: OpenType features that a page uses: kerning, figures of one width, composed and placed marks.
FEATURES = ("kern", "tnum", "ccmp", "mark", "mkmk")


@lru_cache(maxsize=4)
def font_faces(characters: frozenset[str]) -> str:
    """`@font-face` rules with WOFF2 data for the characters; the same ones give the same bytes."""
    rules = []
    for weight, name in WEIGHTS.items():
        data = base64.b64encode(_subset(name, characters)).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{FAMILY}";font-style:normal;font-weight:{weight};'
            f"font-display:swap;src:url(data:font/woff2;base64,{data}) format('woff2')}}"
        )
    return "\n".join(rules)


def _subset(name: str, characters: frozenset[str]) -> bytes:
    """The characters of a font as WOFF2, without hints and without its names."""
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(map(ord, characters))
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.name_id_set.clear()
    tags = wanted.layout_feature_tag_set
    tags.clear()
    tags.update(int.from_bytes(tag.encode("ascii"), "big") for tag in FEATURES)
    face = hb.Face(hb.Blob.from_file_path(str(FONTS / name)))
    with TTFont(
        io.BytesIO(hb.subset(face, wanted).blob.data), lazy=True, recalcTimestamp=False
    ) as font:
        font.flavor = "woff2"
        out = io.BytesIO()
        font.save(out, reorderTables=None)
    return out.getvalue()
