"""What a publication whose cells somebody else suppressed gives away: for each of them, the interval
that its sums and everything else printed leave.

There is no true figure to start from, so this works on the figures themselves: unknown cells between
their bounds, relations with what is known put in. Figures are printed with rounding; a relation holds to
within `tolerance` of the largest figure in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from disclosure.errors import DisclosureError
from disclosure.lp import UNBOUNDED, Program
from disclosure.table import Bools, Floats, Relations

#: An interval narrower than this part of its upper end counts as exact.
EXACT = 1e-6


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
) -> Revealed:
    """Solve what can be worked out of every cell that is not printed.

    Args:
        value: figures, NaN where suppressed.
        lower, upper: what everybody knows of each.
        relations: sums between them.
        tolerance: how far printed sums may miss, relative to the largest figure of each.

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
        found_low[k] = max(ends[0] * scale, float(lower[cells[k]]))
        found_high[k] = np.inf if ends[1] >= UNBOUNDED * (1 - 1e-9) else ends[1] * scale
    width = found_high - found_low
    near = float(slack[rows].max(initial=0.0))
    bounded = np.isfinite(found_high)
    end = np.where(bounded, np.abs(found_high), 0.0)
    exact = bounded & (width <= np.maximum(4 * near, EXACT * end))
    return Revealed(cells, found_low, found_high, exact)
