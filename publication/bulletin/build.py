"""From a release folder to bulletin_ko.pdf and bulletin_en.pdf.

Reads `marts/*.parquet`, `release.json` and `verdict.json` of one release and nothing else. The same
folder gives the same bytes: the time in the PDF comes from the inputs, never from the clock.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst

from publication.bulletin import back, charts, front
from publication.bulletin import reading as rd
from publication.bulletin import sentences as s
from publication.bulletin import texts as tx
from publication.bulletin.back import Density
from publication.bulletin.check import check_content
from publication.bulletin.front import FONTS
from publication.bulletin.reading import BulletinError, Release, Row
from publication.bulletin.sentences import Lang

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "template.typ"

_DENSITIES = (
    Density(20, 5, 99, 99, 400, 4, 1.15),
    Density(18, 5, 99, 99, 400, 4, 1.1),
    Density(15, 5, 99, 99, 400, 4, 1.1),
    Density(15, 5, 99, 4, 300, 3, 1.0),
    Density(15, 5, 10, 3, 300, 3, 1.0),
    Density(12, 5, 10, 2, 240, 2, 1.0),
    Density(12, 4, 8, 2, 200, 2, 0.9),
    Density(10, 4, 6, 1, 160, 2, 0.9, named=5),
    Density(8, 3, 5, 1, 120, 1, 0.9, named=4),
    Density(6, 3, 4, 1, 100, 1, 0.8, named=3),
    Density(4, 2, 3, 1, 80, 1, 0.7, named=2, name=20),
)

#: How much page 1 may say: (sentences a topic beyond the level, characters of a name).
_DETAILS = ((4, 60), (3, 60), (2, 60), (1, 60), (1, 24), (0, 24))


def _content(
    data: Release, lang: Lang, density: Density, detail: tuple[int, int], shares: Row, movers: Row
) -> Row:
    """Everything the template prints, in one language."""
    tiles, has_sparks = front.tiles(data, lang)
    production_q, _ = rd.changes(data, "production_krw_100m")
    exports_q, _ = rd.changes(data, "exports_usd_m")
    period = s.period_short(data.period, lang)
    doc_title = f"{tx.t('doc', lang)}, {period}"
    # Not the day of publication: it is not known yet when the bulletin is made, and a bulletin
    # made again from the published folder must come out the same.
    release_line = f"{tx.t('release', lang)} {data.release_id}"
    suppressed = [tx.shorten(name, density.name) for name in back.suppressed(data, lang)]
    notes = [
        [
            {
                "heading": tx.t("suppression", lang),
                "paragraphs": [s.suppression_sentence(suppressed, lang, density.named)],
            },
            {
                "heading": tx.t("breaks", lang),
                "paragraphs": back.break_notes(data, lang, density),
            },
        ],
        [{"heading": tx.t("sources", lang), "paragraphs": back.sources(data, lang, density)}],
        [
            {"heading": tx.t("cite", lang), "paragraphs": back.cite(data, lang)},
            {"heading": tx.t("trace", lang), "paragraphs": [tx.t("trace_text", lang)]},
        ],
    ]
    return {
        "lang": lang,
        "doc_title": doc_title,
        "author": "sandan",
        "description": s.headline(
            data.period,
            rd.total(data, data.period, "production_krw_100m"),
            production_q,
            rd.total(data, data.period, "exports_usd_m"),
            exports_q,
            lang,
        ),
        "keywords": [data.release_id, data.period],
        "simulated": data.simulated,
        "watermark": charts.WATERMARK,
        "simulated_note": tx.t("simulated", lang),
        "masthead": {
            "series": tx.t("series", lang),
            "release": release_line,
            "title": f"{tx.t('title', lang)}{period}",
        },
        "headline": s.headline(
            data.period,
            rd.total(data, data.period, "production_krw_100m"),
            production_q,
            rd.total(data, data.period, "exports_usd_m"),
            exports_q,
            lang,
        ),
        "labels": {"quarter": tx.t("on_quarter", lang), "year": tx.t("on_year", lang)},
        "tiles": tiles,
        "has_sparks": has_sparks,
        "developments": {
            "heading": tx.t("developments", lang),
            "aside": tx.t("developments_aside", lang)
            + (
                tx.t("flag_aside", lang)
                if any(isinstance(tile[k], dict) for tile in tiles for k in ("quarter", "year"))
                else ""
            ),
            "rows": front.developments(data, lang, *detail),
        },
        "shares": shares,
        "complexes": back.complexes(data, lang, density),
        "row_inset": density.row_inset,
        "movers": movers,
        "warnings": back.warnings(data, lang, density),
        "notes": notes,
        "footer": f"{doc_title} · {release_line}",
    }


# --- setting -------------------------------------------------------------------------------


@cache
def _font_characters() -> frozenset[int]:
    """The characters of the bundled font, from the format 12 table of its `cmap`."""
    raw = (FONTS / "Pretendard-Regular.otf").read_bytes()
    tables = struct.unpack(">H", raw[4:6])[0]
    characters: set[int] = set()
    for i in range(tables):
        tag, _, offset, _ = struct.unpack(">4sIII", raw[12 + 16 * i : 28 + 16 * i])
        if tag != b"cmap":
            continue
        count = struct.unpack(">H", raw[offset + 2 : offset + 4])[0]
        for k in range(count):
            entry = offset + 4 + 8 * k
            start = offset + struct.unpack(">I", raw[entry + 4 : entry + 8])[0]
            if struct.unpack(">H", raw[start : start + 2])[0] != 12:
                continue
            groups = struct.unpack(">I", raw[start + 12 : start + 16])[0]
            for g in range(groups):
                at = start + 16 + 12 * g
                first, last, _ = struct.unpack(">III", raw[at : at + 12])
                characters.update(range(first, last + 1))
    return frozenset(characters)


def _printable(value: Any) -> Any:
    """Replace characters the font lacks by □ (PDF/UA refuses a glyph that is not there)."""
    known = _font_characters()
    if isinstance(value, str):
        return "".join(c if ord(c) in known or c in "\n\u00a0" else "□" for c in value)
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return value


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _compiler(content: Row) -> typst.Compiler:
    return typst.Compiler(
        input=str(TEMPLATE),
        root=str(HERE),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
    )


def _set_in_type(data: Release, lang: Lang, epoch: int) -> bytes:
    """The PDF in one language: the fullest text of each page that fits on it."""
    shares = front.shares(data, lang)
    movers: dict[int, Row] = {}
    level, detail = 0, 0
    while True:
        density = _DENSITIES[level]
        if density.movers not in movers:
            movers[density.movers] = back.movers(data, lang, density)
        content = _content(data, lang, density, _DETAILS[detail], shares, movers[density.movers])
        compiler = _compiler(content)
        first_end = int(compiler.query("<first-end>", field="value", one=True))
        last_end = int(compiler.query("<last-end>", field="value", one=True))
        if first_end == 1 and last_end == 2:
            break
        # Page 2 begins after a break of its own, so each page is judged by itself.
        grow_first, grow_second = first_end > 1, last_end - first_end > 1
        if (grow_first and detail + 1 == len(_DETAILS)) or (
            grow_second and level + 1 == len(_DENSITIES)
        ):
            raise BulletinError(f"{lang}: the bulletin does not fit two pages however short")
        detail += grow_first
        level += grow_second
    check_content(data, content, lang)
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=epoch)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise BulletinError(f"{lang}: {error}") from error
        pdf = _compiler(_printable(content)).compile(
            format="pdf", pdf_standards=["ua-1"], timestamp=epoch
        )
    if not isinstance(pdf, bytes):
        raise BulletinError(f"{lang}: typst returned no document")
    return pdf


def render_bulletin(
    release_dir: Path,
    out_dir: Path,
    *,
    languages: Sequence[Lang] = ("ko", "en"),
    source_date_epoch: int | None = None,
) -> list[Path]:
    """Write `bulletin_<language>.pdf` for a release folder and return the paths, in order.

    `release_dir` holds `marts/*.parquet`, `release.json` (without `files` yet) and `verdict.json`.
    Each PDF has exactly two A4 pages, conforms to PDF/UA-1 and is byte-identical when rendered
    again: its timestamp is the latest `published_at` of the inputs, or `source_date_epoch`
    (seconds); the release's own day of publication, set later, is not printed. What does not fit
    is folded, and the page says how much and where it can be read.

    Raises BulletinError where the folder lacks what is needed, or where a number, unit or direction
    in the text does not follow from the marts (`check`).
    """
    data = rd.load(Path(release_dir))
    epoch = rd.epoch(data.release, data.marts["dim_snapshot"])
    if source_date_epoch is not None:
        epoch = source_date_epoch
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for lang in languages:
        pdf = _set_in_type(data, lang, epoch)
        path = out_dir / f"bulletin_{lang}.pdf"
        path.write_bytes(pdf)
        written.append(path)
    return written
