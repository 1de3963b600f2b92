"""KPIs printed beside a table of one's own: shares, growth, one figure per another, concentration.

A KPI of published figures says nothing new; so it is printed where its inputs are, and left out
elsewhere. With `keep` it is printed for every cell, and cells give way to it: a quotient is a relation
between two cells, an index of concentration an object of its own (`disclosure.Concentration`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from disclosure import (
    TOTAL,
    Concentration,
    Contributions,
    Dimension,
    DisclosureError,
    Relations,
    Table,
    Tabulation,
    joined,
    ratio,
    relations,
)
from disclosure.table import Bools

Key = tuple[str, ...]
#: How a published table writes a figure that was withheld.
HIDDEN = ("", "X", "x")
#: Kinds that are quotients of two cells of one figure: what they tell is a relation.
LINEAR = ("share", "growth")


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


def stacked(parts: Mapping[str, Tabulation], weight: str) -> Tabulation:
    """Tables of several figures of the same units as one; keys begin with the figure's name."""
    first = next(iter(parts.values()))
    tables = [part.table.with_weight(weight) for part in parts.values()]
    n = first.table.size
    starts = [n * i for i in range(len(tables))]
    several = len(parts) > 1

    def along(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.concatenate([getattr(t, name) for t in tables])

    table = Table(
        names=tuple(
            f"{figure}: {name}" if several else name
            for figure, t in zip(parts, tables, strict=True)
            for name in t.names
        ),
        value=along("value"),
        lower=along("lower"),
        upper=along("upper"),
        weight=along("weight"),
        relations=joined(
            *(
                replace(t.relations, cell=t.relations.cell + start)
                for t, start in zip(tables, starts, strict=True)
            )
        ),
        contributions=Contributions(
            *(
                np.concatenate(
                    [
                        getattr(t.contributions, name) + (start if name == "cell" else 0)
                        for t, start in zip(tables, starts, strict=True)
                    ]
                )
                for name in ("cell", "respondent", "amount")
            )
        ),
        respondents=first.table.respondents,
        fixed=np.concatenate([t.fixed for t in tables]),
    )
    return Tabulation(
        table,
        ("figure", *first.dimensions),
        tuple((figure, *key) for figure in parts for key in first.keys),
        np.concatenate([part.unit_count for part in parts.values()]),
        first.who,
    )


def computed(
    kpi: OwnKpi, figure: str, now: Tabulation, dimensions: Sequence[Dimension]
) -> Iterable[Kpi]:
    """Every value of a KPI that can be computed (a quotient of nothing has none).

    Raises:
        DisclosureError: it speaks of a dimension that the table does not have, or of no total.
    """
    place = {key: i for i, key in enumerate(now.keys)}
    value = now.table.value
    if kpi.kind == "per":
        for key in now.keys:
            if key[0] == figure:
                yield from _quotient(
                    kpi,
                    column_of(kpi, figure),
                    key,
                    place[key],
                    place[(kpi.per or "", *key[1:])],
                    value,
                )
        return
    at, dimension = _dimension(kpi, dimensions)
    at += 1  # (the key begins with the figure)
    if kpi.kind != "growth" and not dimension.with_total:
        raise DisclosureError(
            f"KPI {kpi.kind}: {dimension.name} has no total to be a share of",
            f"지표 {kpi.kind}: {dimension.name}에 합계가 없다",
        )
    for key in now.keys:
        if key[0] != figure:
            continue
        if kpi.kind == "hhi":
            if key[at] == TOTAL:
                yield from _index(kpi, figure, dimension, key, at, place, value)
        elif kpi.kind == "share" and key[at] != TOTAL:
            whole = place.get((*key[:at], TOTAL, *key[at + 1 :]))
            yield from _quotient(kpi, column_of(kpi, figure), key, place[key], whole, value)
        elif kpi.kind == "growth" and key[at] in dimension.codes[1:]:
            before = dimension.codes[dimension.codes.index(key[at]) - 1]
            base = place.get((*key[:at], before, *key[at + 1 :]))
            yield from _quotient(kpi, column_of(kpi, figure), key, place[key], base, value)


def column_of(kpi: OwnKpi, figure: str) -> str:
    """The column of a KPI in the table that is written."""
    if kpi.kind in LINEAR:
        return f"{figure}_{kpi.kind}_{kpi.dimension}_pct"
    return f"{figure}_{kpi.kind}_{kpi.per or kpi.dimension}"


def printed_quotients(
    columns: Mapping[str, OwnKpi],
    rows: Sequence[Mapping[str, str]],
    keys: Sequence[Key],
    dimensions: Sequence[Dimension],
    number: Callable[[str, int], float],
) -> Relations:
    """What shares and growth printed in a table (as texts, by column) tell of its cells.

    Raises:
        DisclosureError: a value is no number, or a KPI speaks of a dimension that there is not.
    """
    place = {key: i for i, key in enumerate(keys)}
    found: list[Mapping[int, float]] = []
    ends: list[tuple[float, float]] = []
    for column, kpi in columns.items():
        at, dimension = _dimension(kpi, dimensions)
        for i, (row, key) in enumerate(zip(rows, keys, strict=True)):
            base = TOTAL
            if kpi.kind == "growth":
                if key[at] not in dimension.codes[1:]:
                    continue
                base = dimension.codes[dimension.codes.index(key[at]) - 1]
            other = place.get((*key[:at], base, *key[at + 1 :]))
            if row[column] in HIDDEN or other is None or other == i:
                continue
            digits = kpi.decimals
            half = 0.0 if digits is None else 0.5 * 10.0**-digits
            part = (number(row[column], i + 2) + (100 if kpi.kind == "growth" else 0)) / 100
            more, bounds = ratio(i, other, part, half / 100)
            found += more
            ends += bounds
    return relations(found, ends)


def _dimension(kpi: OwnKpi, dimensions: Sequence[Dimension]) -> tuple[int, Dimension]:
    names = [d.name for d in dimensions]
    if kpi.dimension not in names:
        raise DisclosureError(
            f"KPI {kpi.kind}: there is no dimension {kpi.dimension}; there are {', '.join(names)}",
            f"지표 {kpi.kind}: 차원 {kpi.dimension}이(가) 없다",
        )
    at = names.index(kpi.dimension)
    return at, dimensions[at]


def _rounded(kpi: OwnKpi, figure: float) -> tuple[float, str, float]:
    """A figure as printed: its value, its text, half of its last digit."""
    if kpi.decimals is None:
        return figure, f"{figure:.15g}", 0.0
    return round(figure, kpi.decimals), f"{figure:.{kpi.decimals}f}", 0.5 * 10.0**-kpi.decimals


def _quotient(
    kpi: OwnKpi,
    column: str,
    key: Key,
    numerator: int,
    denominator: int | None,
    value: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Iterable[Kpi]:
    if denominator is None or value[denominator] <= 0:
        return
    times = 1.0 if kpi.kind == "per" else 100.0
    less = 100.0 if kpi.kind == "growth" else 0.0
    printed, text, half = _rounded(
        kpi, times * float(value[numerator]) / float(value[denominator]) - less
    )
    rows, ends = ratio(numerator, denominator, (printed + less) / times, half / times)
    yield Kpi(
        *(column, key[1:], text, (numerator, denominator), tuple(rows), tuple(ends)),
        keep=kpi.keep,
    )


def _index(
    kpi: OwnKpi,
    figure: str,
    dimension: Dimension,
    key: Key,
    at: int,
    place: Mapping[Key, int],
    value: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> Iterable[Kpi]:
    total = place[key]
    found = [place.get((*key[:at], code, *key[at + 1 :])) for code in dimension.codes]
    parts = tuple(p for p in found if p is not None)
    if len(parts) != len(found) or value[total] <= 0:
        return  # a margin that is in no table with its parts, or nothing to have shares of
    name = column_of(kpi, figure)
    whole = Concentration(f"{name} {'|'.join(key[1:])}", parts, total, 0.0)
    printed, text, half = _rounded(kpi, whole.of(value))
    index = replace(whole, published=printed, half_unit=half, fixed=kpi.keep)
    yield Kpi(name, key[1:], text, (*parts, total), index=index, keep=kpi.keep)


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
