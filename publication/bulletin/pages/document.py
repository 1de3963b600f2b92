"""The whole bulletin in one language, chapter by chapter, with its tables and figures numbered."""

from __future__ import annotations

from dataclasses import replace

from publication.bulletin import texts as tx
from publication.bulletin import words as s
from publication.bulletin.charts import WATERMARK
from publication.bulletin.model import Beside, Block, Document, Figure, Section, Table
from publication.bulletin.pages.claims import claims
from publication.bulletin.pages.clusters import clusters
from publication.bulletin.pages.methods import methods
from publication.bulletin.pages.places import places
from publication.bulletin.pages.quality import quality
from publication.bulletin.pages.revisions import revisions
from publication.bulletin.pages.seasonal import seasonal
from publication.bulletin.pages.shares import shares
from publication.bulletin.pages.summary import headline, summary
from publication.bulletin.pages.tables import complexes, industries, national
from publication.bulletin.reading import Release
from publication.bulletin.words import Lang

#: The chapters in their order.
CHAPTERS = (
    summary,
    national,
    complexes,
    industries,
    places,
    shares,
    clusters,
    seasonal,
    revisions,
    claims,
    quality,
    methods,
)


def document(data: Release, lang: Lang) -> Document:
    """Everything the bulletin says, in one language."""
    return Document(
        lang=lang,
        title=f"{tx.t('title', lang)}, {s.period_short(data.period, lang)}",
        series=tx.t("series", lang),
        # Not the day of publication: it is not known yet when the bulletin is made, and a bulletin
        # made again from the published folder must come out the same.
        release=f"{tx.t('release', lang)} {data.release_id}",
        headline=headline(data, lang),
        contents=tx.t("contents", lang),
        skip=tx.t("skip", lang),
        simulated_note=tx.t("simulated", lang) if data.simulated else "",
        watermark=WATERMARK if data.simulated else "",
        table_word=tx.t("table", lang),
        figure_word=tx.t("figure", lang),
        sections=_numbered(tuple(chapter(data, lang) for chapter in CHAPTERS)),
        keywords=(data.release_id, data.period),
    )


def _numbered(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    tables = figures = 0

    def number(block: Block) -> Block:
        nonlocal tables, figures
        if isinstance(block, Table):
            tables += 1
            return replace(block, number=str(tables))
        if isinstance(block, Figure):
            figures += 1
            return replace(block, number=str(figures))
        if isinstance(block, Beside):
            numbered = [number(figure) for figure in block.figures]
            return replace(block, figures=tuple(f for f in numbered if isinstance(f, Figure)))
        return block

    return tuple(
        replace(section, blocks=tuple(number(block) for block in section.blocks))
        for section in sections
    )
