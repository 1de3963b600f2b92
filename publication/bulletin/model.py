"""What the bulletin says, apart from how it is set: one content, from which PDF and HTML are made.

Everything is text that is ready to print; the check (`check/`) reads this content again before
anything is set, so no renderer may add a word, a number or a unit of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from publication.bulletin.words import Lang


@dataclass(frozen=True)
class Column:
    """A column: `head` is printed over it, `group` over all neighbours that share it."""

    head: str
    group: str = ""
    align: Literal["text", "number", "prose"] = "number"
    #: Share of the width, relative to the other columns.
    weight: float = 1.0


@dataclass(frozen=True)
class Cell:
    """A printed cell; `flag` is a mark set high behind it (`b`: break in series)."""

    text: str
    flag: str = ""


@dataclass(frozen=True)
class Line:
    """A row of a table; its first cell names it. `strong` for totals."""

    cells: tuple[Cell, ...]
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table: `key` says by which rule it is read again; `notes` stand under it."""

    key: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    number: str = ""
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Figure:
    """A chart as SVG with its alternative text, and where its figures stand (`data`)."""

    key: str
    title: str
    svg: str
    alt: tuple[str, ...]
    notes: tuple[str, ...] = ()
    number: str = ""
    width: float = 1.0
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True)
class Prose:
    """Sentences of one paragraph; `lead` is the word printed before it."""

    key: str
    sentences: tuple[str, ...]
    lead: str = ""
    kind: Literal["prose"] = "prose"


@dataclass(frozen=True)
class Tile:
    """A headline figure with its growth as published on the quarter and on the year."""

    measure: str
    name: str
    value: str
    unit: str
    quarter: Cell
    year: Cell


@dataclass(frozen=True)
class Tiles:
    """The headline figures side by side, with the words for the two comparisons."""

    items: tuple[Tile, ...]
    quarter_label: str
    year_label: str
    kind: Literal["tiles"] = "tiles"


@dataclass(frozen=True)
class Beside:
    """Figures that stand side by side where there is room."""

    figures: tuple[Figure, ...]
    columns: int = 2
    kind: Literal["beside"] = "beside"


Block = Table | Figure | Prose | Tiles | Beside


@dataclass(frozen=True)
class Section:
    """A chapter: an entry of the contents and a bookmark. `new_page`: starts one in print."""

    key: str
    heading: str
    aside: tuple[str, ...]
    blocks: tuple[Block, ...]
    new_page: bool = True

    def flat(self) -> Iterator[Table | Figure | Prose | Tiles]:
        """Every block in order, figures that stand side by side one by one."""
        for block in self.blocks:
            if isinstance(block, Beside):
                yield from block.figures
            else:
                yield block


@dataclass(frozen=True)
class Document:
    """The bulletin in one language."""

    lang: Lang
    title: str
    series: str
    release: str
    headline: str
    contents: str
    skip: str
    simulated_note: str
    watermark: str
    table_word: str
    figure_word: str
    sections: tuple[Section, ...]
    keywords: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The content as plain data, for a template."""
        return asdict(self)

    def blocks(self) -> Iterator[Table | Figure | Prose | Tiles]:
        """Every block of every chapter in order."""
        for section in self.sections:
            yield from section.flat()
