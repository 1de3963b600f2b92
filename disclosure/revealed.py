"""What a publication whose cells somebody else suppressed gives away: for each of them, the interval
that its sums and everything else printed leave.

There is no true figure to start from, so this works on the figures themselves: unknown cells between
their bounds, relations with what is known put in. Figures are printed with rounding; a relation holds to
within `tolerance` of the largest figure in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from disclosure.attack import Attack
from disclosure.concentration import Concentration, Curved
from disclosure.errors import DisclosureError
from disclosure.lp import UNBOUNDED, Program
from disclosure.table import Bools, Floats, Ints, Relations, Table

#: An interval narrower than this part of its upper end counts as exact.
EXACT = 1e-6
#: Beside an index, parts of the interval of the sums that a witness is looked for at, the farthest first.
PARTS = (1.0, 0.5, 0.2, 0.05, 0.01, 1e-3, 1e-4)
#: and how often the way to the next of them is halved.
HALVINGS = 3
#: How far a figure without an end is followed, in its own size.
FAR = 10.0


@dataclass(frozen=True)
class Revealed:
    """By unknown cell (shape (unknown,)) its index, what it is at least and at most (inf: nothing said),
    and whether that is one figure."""

    cell: np.ndarray[tuple[int], np.dtype[np.int64]]
    low: Floats
    high: Floats
    exact: Bools


def revealed(
    value: Floats,
    lower: Floats,
    upper: Floats,
    relations: Relations,
    *,
    tolerance: float = 1e-9,
    beside: Sequence[Concentration] = (),
) -> Revealed:
    """Solve what can be worked out of every cell that is not printed.

    Args:
        value: figures, NaN where suppressed.
        lower, upper: what everybody knows of each.
        relations: sums between them.
        tolerance: how far printed sums may miss, relative to the largest figure of each.
        beside: indices of concentration printed beside them.

    Raises:
        DisclosureError: the printed figures contradict each other, so that nothing can be concluded.
    """
    unknown = np.isnan(value)
    cells = np.flatnonzero(unknown).astype(np.int64)
    n = len(cells)
    if n == 0:
        empty = np.zeros(0)
        return Revealed(cells, empty, empty.copy(), np.zeros(0, dtype=np.bool_))
    place = np.full(len(value), -1, dtype=np.int64)
    place[cells] = np.arange(n)
    known = np.where(unknown, 0.0, value)
    sums = relations.sums(known)
    size = np.ones(relations.count)
    np.maximum.at(size, relations.row, np.abs(relations.coef * known[relations.cell]))
    slack = tolerance * size
    there = unknown[relations.cell]
    rows, row = np.unique(relations.row[there], return_inverse=True)
    low = relations.low[rows] - sums[rows] - slack[rows]
    high = relations.high[rows] - sums[rows] + slack[rows]
    # What is left of printed sums by their rounding alone says nothing about how large the figures are.
    magnitude = np.maximum(np.abs(low), np.abs(high))
    telling = magnitude[np.isfinite(magnitude) & (magnitude > 2 * slack[rows])]
    scale = float(np.median(telling)) if len(telling) else 1.0
    program = Program(
        n,
        row.astype(np.int64),
        place[relations.cell[there]],
        relations.coef[there],
        low / scale,
        high / scale,
        -lower[cells] / scale,
        np.minimum(upper[cells] / scale, UNBOUNDED),
    )
    found_low, found_high = np.zeros(n), np.zeros(n)
    middle = np.zeros(n)
    for k in range(n):
        objective = np.zeros(n)
        ends = []
        for sign in (-1.0, 1.0):
            objective[k] = sign
            solution = program.attempt(objective)
            if solution is None:
                raise DisclosureError(
                    "the published figures contradict each other: no figures of the suppressed cells "
                    "fit the printed sums",
                    "공표된 수치가 서로 모순된다: 인쇄된 합계에 맞는 값이 없다",
                )
            ends.append(float(solution.deviation[k]))
            middle += solution.deviation / (2 * n)
        found_low[k] = max(ends[0] * scale, float(lower[cells[k]]))
        found_high[k] = np.inf if ends[1] >= UNBOUNDED * (1 - 1e-9) else ends[1] * scale
    beside = [b for b in beside if unknown[[*b.parts, b.total]].any()]
    if beside:
        return _narrowed(
            *(value, cells, found_low, found_high, middle * scale),
            replace(relations, low=relations.low - slack, high=relations.high + slack),
            beside,
        )
    width = found_high - found_low
    near = float(slack[rows].max(initial=0.0))
    bounded = np.isfinite(found_high)
    end = np.where(bounded, np.abs(found_high), 0.0)
    exact = bounded & (width <= np.maximum(4 * near, EXACT * end))
    return Revealed(cells, found_low, found_high, exact)


def _narrowed(
    value: Floats,
    cells: Ints,
    low: Floats,
    high: Floats,
    start: Floats,
    relations: Relations,
    beside: Sequence[Concentration],
) -> Revealed:
    """The intervals that are left where indices of concentration are printed, too: as far as figures were
    found that agree with everything (see `concentration`). What is not found counts as given away, and so
    does a cell that is one of a few figures: `exact`, with the least and the greatest of them.

    Args:
        low, high: by unknown cell what the sums leave; `start`: figures that agree with the sums.
        relations: with the room that the rounding of the sums leaves.
    """
    size = len(value)
    whole_low, whole_high = value.copy(), value.copy()
    whole_low[cells], whole_high[cells] = low, np.maximum(high, low)

    def around(figures: Floats) -> Curved:
        now = value.copy()
        now[cells] = np.clip(figures, low, high)
        table = Table(
            *(tuple(map(str, range(size))), now, whole_low, whole_high, np.ones(size), relations)
        )
        width = np.where(np.isfinite(high), high, FAR * np.maximum(figures, 1.0)) - low
        return Curved(Attack(table, np.isnan(value), width), beside)

    curved = around(start)
    step = curved.agreeing()
    if step is None:
        names = ", ".join(b.name for b in beside[:3])
        raise DisclosureError(
            f"no figures were found that fit the printed sums and {names}: they contradict each other, or "
            "give everything away",
            f"인쇄된 합계와 {names}에 함께 맞는 값을 찾지 못했다. 서로 모순되거나 모든 값이 드러난다",
        )
    truth = start + step * curved.attack.scale
    curved = around(truth)
    scale = curved.attack.scale
    found = [np.zeros(len(cells))]
    for k in range(len(cells)):
        for sign, end in ((1, high[k]), (-1, low[k])):
            room = min(abs(end - truth[k]), FAR * max(abs(truth[k]), scale)) / scale
            known = max(sign * float(f[k]) for f in found)
            found += _followed(curved, k, sign, room, EXACT * abs(truth[k]) / scale, known)
    reach = np.array(found) * scale
    least, most = truth + reach.min(axis=0), truth + reach.max(axis=0)
    # One without an end that was followed as far as anything is.
    most = np.where(np.isinf(high) & (most >= truth + 0.99 * FAR * np.abs(truth)), np.inf, most)
    exact = np.isfinite(most) & (most - least <= EXACT * np.maximum(np.abs(most), 1e-300))
    return Revealed(cells, np.maximum(least, low), np.minimum(most, high), exact)


def _followed(
    curved: Curved, position: int, sign: int, room: float, least: float, known: float
) -> list[Floats]:
    """Witnesses that take one figure to one side as far as they are found, within `room`; nothing is looked
    for below `least`, nor nearer than what is `known`."""
    found: list[Floats] = []
    price = np.ones(curved.attack.size)
    far, failed = known, None
    for part in PARTS:
        level = part * room
        if level <= max(far, least):
            break
        witness = curved.witness(position, sign, level, price, None)
        if witness is not None:
            found.append(witness)
            far = sign * float(witness[position])
            break
        failed = level
    for _ in range(HALVINGS if far > least and failed is not None else 0):
        level = (far + (failed or far)) / 2
        witness = curved.witness(position, sign, level, price, None)
        if witness is None:
            failed = level
        else:
            found.append(witness)
            far = max(far, sign * float(witness[position]))
    return found
