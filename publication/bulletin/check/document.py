"""Everything that is about to be printed goes through here once."""

from __future__ import annotations

from collections.abc import Iterator

from publication.bulletin import texts as tx
from publication.bulletin.charts import WATERMARK
from publication.bulletin.check.alts import figure_faults
from publication.bulletin.check.cells import Cells, amount_fits, fits, kind_of, period_of
from publication.bulletin.check.records import record_faults
from publication.bulletin.check.sentences import Reader
from publication.bulletin.check.tables import grid_faults
from publication.bulletin.check.verbatim import verbatim_faults
from publication.bulletin.model import Cell, Document, Figure, Prose, Section, Table, Tile, Tiles
from publication.bulletin.reading import BulletinError, Release


def check_document(data: Release, document: Document) -> None:
    """Hold everything the bulletin says against the release.

    Raises:
        BulletinError: a number, unit, name or direction does not follow from its cell, or a text can
            be read by no rule; the message names every place.
    """
    faults = list(document_faults(data, document))
    if faults:
        raise BulletinError(
            f"{document.lang}: the text does not follow from the figures, nothing is published: "
            + "; ".join(faults[:20])
        )


def document_faults(data: Release, document: Document) -> Iterator[str]:
    """Every fault of a document, with its place."""
    cells = Cells(data, document.lang)
    fixed = tx.fixed(document.lang)
    title, _, when = document.title.rpartition(", ")
    if title not in fixed or period_of(when) != data.period:
        yield f"title: ‘{document.title}’ is not that of {data.period}"
    word, _, release = document.release.rpartition(" ")
    if word not in fixed or release != data.release_id:
        yield f"‘{document.release}’ is not {data.release_id}"
    note = tx.t("simulated", document.lang) if data.simulated else ""
    if (document.simulated_note, document.watermark) != (note, WATERMARK if data.simulated else ""):
        yield "simulated data must say so, and no other may"
    words = (document.series, document.contents, document.skip)
    for text in (*words, document.table_word, document.figure_word):
        if text not in fixed:
            yield f"‘{text}’ is no fixed text"
    if document.keywords != (data.release_id, data.period):
        yield f"keywords: {document.keywords}"
    yield from Reader(cells).headline(document.headline)
    tables = figures = 0
    for section in document.sections:
        yield from _section_faults(cells, section, fixed)
    for block in document.blocks():
        if isinstance(block, Table):
            tables += 1
            yield from _numbered(block.number, tables, block.title)
        elif isinstance(block, Figure):
            figures += 1
            yield from _numbered(block.number, figures, block.title)


def _numbered(said: str, place: int, title: str) -> Iterator[str]:
    if said != str(place):
        yield f"‘{title}’ is number {place}, not {said}"


def _section_faults(cells: Cells, section: Section, fixed: frozenset[str]) -> Iterator[str]:
    for text in (section.heading, *section.aside):
        if text not in fixed:
            yield f"{section.key}: ‘{text}’ is no fixed text"
    for block in section.flat():
        yield from block_faults(cells, block)


def block_faults(cells: Cells, block: Table | Figure | Prose | Tiles) -> Iterator[str]:
    """What one block says other than the release."""
    fixed = tx.fixed(cells.lang)
    if isinstance(block, Tiles):
        labels = (tx.t("on_quarter", cells.lang), tx.t("on_year", cells.lang))
        if (block.quarter_label, block.year_label) != labels:
            yield f"tiles: ‘{block.quarter_label}’, ‘{block.year_label}’ are not their labels"
        for tile in block.items:
            yield from _tile_faults(cells, tile)
    elif isinstance(block, Prose):
        if block.key in ("warning", "file_notes", "citation"):
            yield from verbatim_faults(cells, block)
        else:
            yield from Reader(cells).paragraph(block, fixed)
    elif isinstance(block, Figure):
        yield from figure_faults(cells, block, fixed)
    else:
        for text in (block.title, *block.notes):
            if text not in fixed:
                yield f"{block.key}: ‘{text}’ is no fixed text"
        read = grid_faults(cells, block)
        yield from record_faults(cells, block) if read is None else read


def _tile_faults(cells: Cells, tile: Tile) -> Iterator[str]:
    """What a headline tile says other than its cells."""
    measure = cells.measures.get(tile.name)
    if measure is None:
        yield f"tile: ‘{tile.name}’ is no measure"
        return
    value = cells.total(measure)
    said = f"{tile.value} {tile.unit}".strip()
    if value is None:
        if tile.value not in ("X", "–") or tile.unit:
            yield f"tile: ‘{said}’ stands for {measure}, which has no figure"
    elif not tile.unit or not amount_fits(said, value, kind_of(cells, measure)):
        yield f"tile: ‘{said}’ is not {measure} of {cells.data.period}"
    points = kind_of(cells, measure) == "percent"
    for comparison, cell in (("qoq", tile.quarter), ("yoy", tile.year)):
        then = cells.total(measure, cells.base(comparison)) if cells.base(comparison) else None
        unit = (" pp" if cells.lang == "en" else "%p") if points else "%"
        if not _moved(cell, value, then, unit, points=points):
            yield f"tile: ‘{cell.text}’ is not the change of {measure} ({comparison})"
        broken = bool(cells.data.growth(measure, comparison).get("break_ids"))
        if (cell.flag == "b") != (broken and cell.text != "–"):
            yield f"tile: flag ‘{cell.flag}’ of {measure} ({comparison})"


def _moved(cell: Cell, now: float | None, then: float | None, unit: str, *, points: bool) -> bool:
    known = now is not None and then is not None and (points or then != 0 or now == 0)
    if not known:
        return cell.text == "–"
    if not cell.text.endswith(unit) or now is None or then is None:
        return False
    figure = cell.text.removesuffix(unit)
    if points:
        return fits(figure, now - then)
    return fits(figure, 100.0 * (now - then) / abs(then) if then else 0.0)
