"""KPIs printed beside a table of one's own: shares, growth, one figure per another, concentration.

A KPI of published figures says nothing new; so it is printed where its inputs are, and left out
elsewhere. With `keep` it is printed for every cell, and cells give way to it: a quotient is a relation
between two cells, an index of concentration an object of its own (`disclosure.Concentration`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from disclosure import (
    TOTAL,
    Concentration,
    Dimension,
    DisclosureError,
    Printed,
    Relations,
    Table,
    Tabulation,
    joined,
    ratio,
    relations,
)
from disclosure.table import Bools, Floats

Key = tuple[str, ...]


class OwnKpi(BaseModel):
    """One KPI of the configuration.

    `share`: in percent of the total over `dimension`. `growth`: in percent on the code before it in
    `dimension` (periods, in the order of `codes` or of their names). `per`: the figure divided by
    another column of the unit data, summed in the same way. `hhi`: the Herfindahl-Hirschman index of
    the shares over `dimension`, between 0 and 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["share", "growth", "per", "hhi"]
    dimension: str | None = None
    per: str | None = None
    #: Digits after the point; without it printed in full.
    decimals: int | None = Field(default=None, ge=0, le=12)
    keep: bool = False

    @model_validator(mode="after")
    def _whole(self) -> OwnKpi:
        wanted, other = ("per", "dimension") if self.kind == "per" else ("dimension", "per")
        if getattr(self, wanted) is None or getattr(self, other) is not None:
            raise ValueError(f"a KPI of kind {self.kind} needs `{wanted}`, and no `{other}`")
        return self


@dataclass(frozen=True)
class Kpi:
    """One value of a KPI.

    Attributes:
        column, key: where it stands in the table that is written.
        text: as printed.
        cells: what it is computed from.
        rows, ends: the relations that it gives where it is printed beside figures that are not.
        index: the index of concentration, which is none.
        keep: it is printed whatever happens.
    """

    column: str
    key: Key
    text: str
    cells: tuple[int, ...]
    rows: tuple[Mapping[int, float], ...] = ()
    ends: tuple[tuple[float, float], ...] = ()
    index: Concentration | None = None
    keep: bool = False


@dataclass(frozen=True)
class Place:
    """Where a value of a KPI stands, and the cells that it is of: numerator and denominator, or the parts of
    an index and their total."""

    column: str
    key: Key
    cells: tuple[int, ...]


def places_of(
    kpi: OwnKpi, figure: str, keys: Sequence[Key], dimensions: Sequence[Dimension]
) -> Iterator[Place]:
    """Every place where a KPI may stand in a table whose keys begin with the figure's name.

    Raises:
        DisclosureError: it speaks of a dimension that the table does not have, or of no total.
    """
    place = {key: i for i, key in enumerate(keys)}
    column = column_of(kpi, figure)
    at, dimension = (0, None) if kpi.kind == "per" else _dimension(kpi, dimensions)
    at += 1  # (the key begins with the figure)
    if kpi.kind in ("share", "hhi") and dimension is not None and not dimension.with_total:
        raise DisclosureError(
            f"KPI {kpi.kind}: {dimension.name} has no total to be a share of",
            f"지표 {kpi.kind}: {dimension.name}에 합계가 없다",
        )
    for key, i in place.items():
        if key[0] != figure:
            continue
        others: list[Key] = []
        if dimension is None:
            others = [(kpi.per or "", *key[1:])]
        elif kpi.kind == "hhi" and key[at] == TOTAL:
            others = [(*key[:at], code, *key[at + 1 :]) for code in dimension.codes]
        elif kpi.kind == "share" and key[at] != TOTAL:
            others = [(*key[:at], TOTAL, *key[at + 1 :])]
        elif kpi.kind == "growth" and key[at] in dimension.codes[1:]:
            before = dimension.codes[dimension.codes.index(key[at]) - 1]
            others = [(*key[:at], before, *key[at + 1 :])]
        # (a margin may be in no table with its parts)
        if others and all(other in place for other in others):
            cells = [place[other] for other in others]
            yield Place(column, key[1:], (*cells, i) if kpi.kind == "hhi" else (i, *cells))


def computed(
    kpi: OwnKpi, figure: str, now: Tabulation, dimensions: Sequence[Dimension]
) -> Iterator[Kpi]:
    """Every value of a KPI that can be computed (a quotient of nothing has none).

    Raises:
        DisclosureError: as `places_of`.
    """
    value = now.table.value
    for at in places_of(kpi, figure, now.keys, dimensions):
        if value[at.cells[-1]] <= 0:
            continue
        exact = _exact(kpi, at, value)
        text = f"{exact:.15g}" if kpi.decimals is None else f"{exact:.{kpi.decimals}f}"
        printed = exact if kpi.decimals is None else round(exact, kpi.decimals)
        rows, ends, index = _told(kpi, at, printed, kpi.decimals or 0, fixed=kpi.keep)
        yield Kpi(*(at.column, at.key, text, at.cells, tuple(rows), tuple(ends)), index, kpi.keep)


def stated(
    kpis: Sequence[OwnKpi],
    figure: str,
    keys: Sequence[Key],
    dimensions: Sequence[Dimension],
    texts: Mapping[tuple[str, Key], str],
    hidden: Bools,
    value: Floats | None = None,
) -> Printed:
    """What the KPIs that a table prints tell of its withheld cells.

    Args:
        keys: of its cells, each with the figure's name in front.
        texts: the numbers that are printed, by column and key (without the figure's name).
        hidden: by cell whether it is withheld.
        value: the true figures, where they are known: what is printed is held against them.

    Raises:
        DisclosureError: as `places_of`, or a value that does not follow from the figures.
    """
    rows: list[Mapping[int, float]] = []
    ends: list[tuple[float, float]] = []
    indices = []
    # A column has the digits of its longest number: a spreadsheet leaves noughts at the end out.
    digits: dict[str, int] = {}
    for (column, _), written in texts.items():
        digits[column] = max(digits.get(column, 0), len(written.partition(".")[2]))
    for kpi in kpis:
        for at in places_of(kpi, figure, keys, dimensions):
            text = texts.get((at.column, at.key))
            if text is None or not hidden[list(at.cells)].any():
                continue
            printed = float(text.replace(",", ""))
            if value is not None and value[at.cells[-1]] > 0:
                is_ = _exact(kpi, at, value)
                half = _half(kpi, digits[at.column])
                if abs(is_ - printed) > half * (1 + 1e-6) + 1e-9 * max(1.0, abs(is_)):
                    where = "|".join(at.key)
                    raise DisclosureError(
                        f"{at.column} of {where} is {text}, but the units give {is_:.10g}",
                        f"{where}의 {at.column} {text}이(가) 단위 자료에서 나온 {is_:.10g}과 다르다",
                    )
            more, bounds, index = _told(kpi, at, printed, digits[at.column], fixed=True)
            rows += more
            ends += bounds
            indices += [index] if index is not None else []
    return Printed(relations(rows, ends), tuple(indices))


def without_place(
    kpis: Sequence[OwnKpi],
    figure: str,
    keys: Sequence[Key],
    dimensions: Sequence[Dimension],
    texts: Mapping[tuple[str, Key], str],
) -> list[tuple[str, Key]]:
    """Shares and indices that are printed though the table lacks a cell that they are of: what they tell cannot
    be found out from it.

    Args, errors: as `stated`.
    """
    lost = []
    for kpi in kpis:
        if kpi.kind not in ("share", "hhi"):
            continue
        at, _ = _dimension(kpi, dimensions)
        known = {(p.column, p.key) for p in places_of(kpi, figure, keys, dimensions)}
        column = column_of(kpi, figure)
        of_itself = kpi.kind == "share"  # the total's share of the total is 100
        lost += [
            (c, key)
            for c, key in texts
            if c == column and (c, key) not in known and not (of_itself and key[at] == TOTAL)
        ]
    return lost


def _half(kpi: OwnKpi, digits: int) -> float:
    """Half of the last digit of a value as printed; 0 where it is printed in full."""
    return 0.0 if kpi.decimals is None else 0.5 * 10.0**-digits


def _exact(kpi: OwnKpi, at: Place, value: Floats) -> float:
    """A value of a KPI before it is rounded."""
    if kpi.kind == "hhi":
        return _concentration(at).of(value)
    times, less = _scale(kpi)
    return times * float(value[at.cells[0]]) / float(value[at.cells[1]]) - less


def _scale(kpi: OwnKpi) -> tuple[float, float]:
    """A quotient is printed times the first, less the second."""
    return 1.0 if kpi.kind == "per" else 100.0, 100.0 if kpi.kind == "growth" else 0.0


def _concentration(at: Place) -> Concentration:
    return Concentration(f"{at.column} {'|'.join(at.key)}", at.cells[:-1], at.cells[-1], 0.0)


def _told(
    kpi: OwnKpi, at: Place, printed: float, digits: int, *, fixed: bool
) -> tuple[list[dict[int, float]], list[tuple[float, float]], Concentration | None]:
    """What a printed value tells: relations with their ends, or an index."""
    half = _half(kpi, digits)
    if kpi.kind == "hhi":
        index = replace(_concentration(at), published=printed, half_unit=half, fixed=fixed)
        return [], [], index
    times, less = _scale(kpi)
    rows, ends = ratio(at.cells[0], at.cells[1], (printed + less) / times, half / times)
    return rows, ends, None


def column_of(kpi: OwnKpi, figure: str) -> str:
    """The column of a KPI in the table that is written."""
    if kpi.kind in ("share", "growth"):
        return f"{figure}_{kpi.kind}_{kpi.dimension}_pct"
    return f"{figure}_{kpi.kind}_{kpi.per or kpi.dimension}"


def _dimension(kpi: OwnKpi, dimensions: Sequence[Dimension]) -> tuple[int, Dimension]:
    names = [d.name for d in dimensions]
    if kpi.dimension not in names:
        raise DisclosureError(
            f"KPI {kpi.kind}: there is no dimension {kpi.dimension}; there are {', '.join(names)}",
            f"지표 {kpi.kind}: 차원 {kpi.dimension}이(가) 없다",
        )
    at = names.index(kpi.dimension)
    return at, dimensions[at]


def attached(table: Table, kpis: Sequence[Kpi]) -> tuple[Table, list[Concentration]]:
    """The table with the quotients that are printed whatever happens as relations, and the indices."""
    kept = [k for k in kpis if k.keep and k.index is None]
    rows = [row for k in kept for row in k.rows]
    more: Relations = relations(rows, [end for k in kept for end in k.ends])
    told = replace(table, relations=joined(table.relations, more)) if rows else table
    return told, [k.index for k in kpis if k.index is not None]


def printable(kpis: Sequence[Kpi], suppressed: Bools, withheld: Bools) -> list[bool]:
    """By KPI value whether it may be printed beside what is published.

    Args:
        withheld: by index of concentration, in the order of `attached`.
    """
    gone = iter(withheld.tolist())
    return [
        not next(gone) if k.index is not None else k.keep or not suppressed[list(k.cells)].any()
        for k in kpis
    ]
