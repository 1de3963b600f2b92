"""Unit data → table: every margin and every level of every hierarchy, linked tables in one.

A cell is named by one code a dimension; `_T` stands for the total of a dimension. Two linked tables
that share a margin share its cells, because the cell has the same name in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from disclosure.errors import DisclosureError
from disclosure.table import Bools, Contributions, Floats, Ints, Relations, Table, total

TOTAL = "_T"


@dataclass(frozen=True)
class Dimension:
    """One classification of a table.

    Attributes:
        name: column of the unit data that holds a unit's code.
        codes: the lowest codes, in order; every code of the units must be one of them.
        parents: code → the code above it, where there is a level between; what has none lies below `_T`.
        with_total: whether the sum over the dimension is published.
    """

    name: str
    codes: tuple[str, ...]
    parents: Mapping[str, str] = field(default_factory=dict)
    with_total: bool = True

    def nodes(self) -> tuple[str, ...]:
        """Every code of every level, `_T` last."""
        above: dict[str, None] = {}
        for code in self.codes:
            for node in self.path(code)[1:]:
                if node != TOTAL:
                    above[node] = None
        return (*self.codes, *above, *((TOTAL,) if self.with_total else ()))

    def path(self, code: str) -> list[str]:
        """A code and all above it.

        Raises:
            DisclosureError: the parents go round in a ring.
        """
        path = [code]
        while path[-1] in self.parents:
            path.append(self.parents[path[-1]])
            if len(path) > 64 or path[-1] in path[:-1]:
                raise DisclosureError(
                    f"dimension {self.name}: the codes above {code} go round in a ring",
                    f"차원 {self.name}: {code}의 상위 코드가 순환한다",
                )
        return [*path, TOTAL] if self.with_total else path

    def children(self) -> dict[str, list[str]]:
        """Code → the codes right below it."""
        below: dict[str, dict[str, None]] = {}
        for code in self.codes:
            path = self.path(code)
            for child, parent in zip(path, path[1:], strict=False):
                below.setdefault(parent, {})[child] = None
        return {parent: list(found) for parent, found in below.items()}


@dataclass(frozen=True)
class Tabulation:
    """A table with the codes of its cells.

    Attributes:
        keys: one tuple of codes a cell, in the order of `dimensions`.
        unit_count: units by cell (factories; a respondent may have several).
        who: the respondents by number.
    """

    table: Table
    dimensions: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    unit_count: Ints
    who: tuple[str, ...]


def tabulate(
    columns: Mapping[str, Sequence[str]],
    amount: Sequence[float],
    respondent: Sequence[str],
    dimensions: Sequence[Dimension],
    *,
    tables: Sequence[Sequence[str]] | None = None,
    bounds: tuple[Sequence[float], Sequence[float]] | None = None,
    empty_is_known: bool = True,
) -> Tabulation:
    """Sum unit data to a table with all its margins, hierarchies and respondents.

    Args:
        columns: by dimension the code of every unit.
        amount: the figure of every unit, not negative, weighted where it is a sample.
        respondent: who stands behind every unit; the same in all cells, quarters and tables.
        dimensions: the classifications; a period with its year is one, too.
        tables: the linked tables by the dimensions each has; without it one table of all of them.
        bounds: what everybody knows of every unit's figure (its size class), by unit: low and high.
            The number of units in a cell counts as known then.
        empty_is_known: cells without units are published as zero and hide nothing.

    Raises:
        DisclosureError: codes that are not in a dimension, lengths that differ, no units.
    """
    n = len(amount)
    if n == 0:
        raise DisclosureError("there are no units to tabulate", "집계할 단위 자료가 없다")
    figures = np.asarray(amount, dtype=np.float64)
    coded: dict[str, Ints] = {}
    nodes: dict[str, tuple[str, ...]] = {}
    above: dict[str, list[Ints]] = {}
    for dimension in dimensions:
        values = columns[dimension.name]
        if len(values) != n or len(respondent) != n:
            raise DisclosureError(
                f"{dimension.name}: {len(values)} codes for {n} units",
                f"{dimension.name}: 단위 {n}개에 코드 {len(values)}개",
            )
        names = dimension.nodes()
        place = {code: i for i, code in enumerate(names)}
        known = set(dimension.codes)
        unknown = sorted({str(v) for v in values} - known)
        if unknown:
            raise DisclosureError(
                f"{dimension.name}: codes that are not in the classification: {', '.join(unknown[:5])}",
                f"{dimension.name}: 분류에 없는 코드: {', '.join(unknown[:5])}",
            )
        leaf = np.array([place[str(v)] for v in values], dtype=np.int64)
        paths = {
            place[c]: [place[p] for p in dimension.path(c) if p != TOTAL] for c in dimension.codes
        }
        depth = max(len(p) for p in paths.values())
        levels = []
        for level in range(depth):
            # a code without that many levels is skipped there
            lookup = np.full(len(names), -1, dtype=np.int64)
            for code, path in paths.items():
                if level < len(path):
                    lookup[code] = path[level]
            levels.append(lookup[leaf])
        coded[dimension.name], nodes[dimension.name], above[dimension.name] = leaf, names, levels
    chosen = [list(t) for t in tables] if tables is not None else [[d.name for d in dimensions]]
    keys, index = _cells(dimensions, chosen, nodes)
    who, respondent_of = np.unique(
        np.asarray([str(r) for r in respondent], dtype=object).astype(str), return_inverse=True
    )
    low, high = (
        (np.asarray(b, dtype=np.float64) for b in bounds)
        if bounds is not None
        else (np.zeros(n), np.full(n, np.inf))
    )
    size = len(keys)
    value, lower, upper = np.zeros(size), np.zeros(size), np.zeros(size)
    units = np.zeros(size, dtype=np.int64)
    pairs: list[Ints] = []
    amounts: list[Floats] = []
    shape = [len(nodes[d.name]) for d in dimensions]
    done: set[tuple[int, ...]] = set()
    for table in chosen:
        # The total is level -1, in whichever table it stands: one cell, counted once.
        choices = [
            [
                *(range(len(above[d.name])) if d.name in table else ()),
                *((-1,) if d.with_total else ()),
            ]
            for d in dimensions
        ]
        for combination in product(*choices):
            if combination in done:
                continue
            done.add(combination)
            product_code = np.zeros(n, dtype=np.int64)
            there = np.ones(n, dtype=np.bool_)
            for dimension, level, width in zip(dimensions, combination, shape, strict=True):
                at = (
                    above[dimension.name][level]
                    if level >= 0
                    else np.full(n, nodes[dimension.name].index(TOTAL), dtype=np.int64)
                )
                there &= at >= 0
                product_code = product_code * width + at
            cell = index[product_code[there]]
            value += np.bincount(cell, figures[there], minlength=size)
            lower += np.bincount(cell, low[there], minlength=size)
            # infinities cannot be summed by weight with zero counts around
            unbounded = np.bincount(cell, np.isinf(high[there]), minlength=size) > 0
            finite = np.where(np.isinf(high[there]), 0.0, high[there])
            upper += np.where(unbounded, np.inf, np.bincount(cell, finite, minlength=size))
            units += np.bincount(cell, minlength=size)
            pairs.append(cell * len(who) + respondent_of[there])
            amounts.append(figures[there])
    if bounds is None:
        upper = np.full(size, np.inf)
    pair, inverse = np.unique(np.concatenate(pairs), return_inverse=True)
    contributions = Contributions(
        pair // len(who), pair % len(who), total(inverse, np.concatenate(amounts), len(pair))
    )
    empty: Bools = units == 0
    if empty_is_known:
        upper = np.where(empty, 0.0, upper)
    table_ = Table(
        names=tuple("|".join(k) for k in keys),
        value=value,
        lower=lower,
        upper=np.maximum(upper, value),
        weight=1 + np.log1p(np.abs(value)),
        relations=_relations(dimensions, chosen, keys),
        contributions=contributions,
        respondents=len(who),
        fixed=empty if empty_is_known else np.zeros(size, dtype=np.bool_),
    )
    return Tabulation(
        table_, tuple(d.name for d in dimensions), keys, units, tuple(str(w) for w in who)
    )


def _cells(
    dimensions: Sequence[Dimension],
    tables: Sequence[Sequence[str]],
    nodes: Mapping[str, tuple[str, ...]],
) -> tuple[tuple[tuple[str, ...], ...], Ints]:
    """The cells of all tables, each once, and code of the whole product → cell (-1: no cell)."""
    found: dict[tuple[str, ...], None] = {}
    for table in tables:
        unknown = set(table) - {d.name for d in dimensions}
        if unknown:
            raise DisclosureError(
                f"a table has the dimension {', '.join(sorted(unknown))}, which is none",
                f"표의 차원 {', '.join(sorted(unknown))}이(가) 없다",
            )
        for dimension in dimensions:
            if dimension.name not in table and not dimension.with_total:
                raise DisclosureError(
                    f"{dimension.name} has no total, so every table must have it",
                    f"{dimension.name}에는 합계가 없으므로 모든 표에 있어야 한다",
                )
        for key in product(*(nodes[d.name] if d.name in table else (TOTAL,) for d in dimensions)):
            found[key] = None
    keys = tuple(found)
    place = [{code: i for i, code in enumerate(nodes[d.name])} for d in dimensions]
    width = [len(nodes[d.name]) for d in dimensions]
    index = np.full(int(np.prod(width)), -1, dtype=np.int64)
    for i, key in enumerate(keys):
        code = 0
        for codes, w, part in zip(place, width, key, strict=True):
            code = code * w + codes[part]
        index[code] = i
    return keys, index


def _relations(
    dimensions: Sequence[Dimension],
    tables: Sequence[Sequence[str]],
    keys: Sequence[tuple[str, ...]],
) -> Relations:
    """Parent minus its children, along every dimension, for all codes of the others."""
    place = {key: i for i, key in enumerate(keys)}
    rows: list[int] = []
    cells: list[int] = []
    coefs: list[float] = []
    count = 0
    for position, dimension in enumerate(dimensions):
        if not any(dimension.name in table for table in tables):
            continue
        children = dimension.children()
        for key in keys:
            below = children.get(key[position])
            if not below:
                continue
            found = [place.get((*key[:position], child, *key[position + 1 :])) for child in below]
            parts = [f for f in found if f is not None]
            if len(parts) != len(below):  # a margin that this table has without its parts
                continue
            rows += [count] * (len(parts) + 1)
            cells += [place[key], *parts]
            coefs += [1.0, *([-1.0] * len(parts))]
            count += 1
    zeros = np.zeros(count)
    return Relations(
        np.array(rows, dtype=np.int64),
        np.array(cells, dtype=np.int64),
        np.array(coefs, dtype=np.float64),
        zeros,
        zeros.copy(),
    )
