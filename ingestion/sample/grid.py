"""The written form of an edition before it becomes a file: sheets as grids of plain values.

A grid is what `mutate` works on: rows of values, a style for each cell, and merged ranges. It
knows nothing of the figures' meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .layout import (
    KIND_MISSING,
    KIND_MISSING_BY_TABLE,
    NOTES_SHEET,
    TABLES,
    TOTAL,
    Table,
    survey_notes,
    title_of,
    words,
)
from .publication import Figure, SimulatedPublication

Value = str | int | float | None
#: First row, first column, last row, last column; zero-based and inclusive.
Range = tuple[int, int, int, int]


@dataclass
class SheetGrid:
    """One sheet: `rows[r][c]` zero-based, `styles` of the same shape, merged ranges.

    `table_id` is None for the survey notes. Column `hidden` (구분) is hidden, as in the real file.
    """

    title: str
    table_id: str | None
    rows: list[list[Value]] = field(default_factory=list)
    styles: list[list[str]] = field(default_factory=list)
    merges: list[Range] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    hidden: int | None = None

    def add(self, values: list[Value], styles: list[str]) -> None:
        """Append a row."""
        self.rows.append(values)
        self.styles.append(styles)


@dataclass
class WorkbookGrid:
    """All sheets in their order, and what the file's properties will say."""

    sheets: list[SheetGrid]
    published_at: date
    title: str

    def sheet(self, table_id: str) -> SheetGrid:
        """The sheet of a table.

        Raises:
            KeyError: there is none (any more).
        """
        for sheet in self.sheets:
            if sheet.table_id == table_id:
                return sheet
        raise KeyError(table_id)


def build_grid(publication: SimulatedPublication) -> WorkbookGrid:
    """Lay an edition out in the publisher's form (thirteen sheets)."""
    sheets = [_notes(publication)]
    sheets += [_sheet(publication, table) for table in TABLES]
    return WorkbookGrid(
        sheets, publication.published_at, f"국가산업단지 산업동향 {publication.when.label}"
    )


def parse_range(text: str) -> Range:
    """`A1:G1` to zero-based numbers (columns up to Z, which is enough here)."""
    first, last = text.split(":")
    return int(first[1:]) - 1, ord(first[0]) - 65, int(last[1:]) - 1, ord(last[0]) - 65


def _notes(publication: SimulatedPublication) -> SheetGrid:
    sheet = SheetGrid(NOTES_SHEET, None, widths=[9.14] * 9 + [16.14])
    sheet.add([None, "< 국가산업단지 산업동향 조사 개요 >", *[None] * 8], ["notes_title"] * 10)
    lines = survey_notes(
        publication.when,
        surveyed=publication.surveyed,
        answered=publication.answered,
        cv=publication.cv,
        revised=publication.revised,
    )
    sheet.merges.append((0, 1, 0, 9))
    for number, line in enumerate(lines, start=1):
        heading = line is not None and line[:1].isdigit()
        style = "note_heading" if heading or number == 1 else "note"
        sheet.add([line, *[None] * 9], [style] * 10)
        if line is not None and line.strip():
            sheet.merges.append((number, 0, number, 9))
    return sheet


def _sheet(publication: SimulatedPublication, table: Table) -> SheetGrid:
    period = publication.when
    figures = 2 + len(table.columns)
    width = max(figures, table.width)
    place = words(period)
    sheet = SheetGrid(table.sheet, table.table_id, widths=list(table.widths), hidden=1)
    sheet.merges = [parse_range(text) for text in table.merges]

    def pad(values: list[Value], styles: list[str], beyond: str = "plain") -> None:
        sheet.add(
            values + [None] * (width - len(values)), styles + [beyond] * (width - len(styles))
        )

    pad([title_of(table, period)], ["title"] * figures)
    if table.unit_cell is not None:
        column, text = table.unit_cell
        pad([*[None] * column, text], ["unit"] * figures)
    for template in table.header:
        cells: list[Value] = [None if t is None else t.format(**place) for t in template]
        pad(cells, ["header"] * figures)
    no_kind = KIND_MISSING_BY_TABLE.get(table.number, KIND_MISSING)
    for row, printed in publication.rows(table.table_id):
        total = row.name == TOTAL
        kind = None if total or row.name in no_kind else "국가"
        number_styles = [c.style.removesuffix("_bold") if total else c.style for c in table.columns]
        pad(
            [row.name, kind, *(_shown(figure) for figure in printed)],
            [
                "name",
                "name" if total else "kind",
                *(f"{style}_bold" if total else style for style in number_styles),
            ],
            "rate" if table.number == 10 else "plain",
        )
    for note in table.footnotes:
        if table.footnote_merged:
            sheet.merges.append((len(sheet.rows), 0, len(sheet.rows), 2))
        pad([note], ["footnote"])
    if table.number in (6, 10):  # the real sheets span one formatted row more
        pad([], [])
    return sheet


def _shown(figure: Figure) -> Value:
    return "X" if figure.status == "Q" else figure.value
