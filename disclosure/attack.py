"""What an attacker can work out of a pattern of suppressed cells.

The outside attacker knows every published figure, the relations and the bounds that everybody knows.
A respondent knows besides what it contributed: a cell in which it is alone is known to it whole, and a
cell in which it is one of several is at least its own contribution. So the respondent is modelled, not
the cell: one firm that is alone in five cells knows five.

A proof that a cell is hidden far enough is a *witness*: another set of figures for the suppressed cells
that agrees with everything the attacker knows, and in which the cell lies beyond its protection level.
A witness is checked by arithmetic, whoever found it. The figures that agree with what is known are
convex, so a witness may be moved towards the truth until it just reaches the level; then it changes
other cells less, and holds against respondents who know some of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from disclosure.lp import FEASIBILITY, UNBOUNDED, Program
from disclosure.rules import Primary
from disclosure.table import Bools, Floats, Ints, Table

#: What a witness reaches counts this much less; a bound that everybody knows this much more. Both keep
#: the rounding of the solver from calling a cell hidden that is not.
MARGIN = 1e-6
#: A (scaled) deviation smaller than this is the solver's noise.
NOISE = 5 * FEASIBILITY
#: A witness may miss a relation by this part of the level.
RESIDUAL = 1e-6


@dataclass(frozen=True)
class Targets:
    """What has to be shown: that cell `position` (among the suppressed) can lie `level` away from its
    figure, up (`sign` 1) or down (-1). Shape (t,) each; levels are scaled."""

    position: Ints
    sign: Ints
    level: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.position)


class Attack:
    """The suppressed cells of a table as its attackers see them.

    Attributes:
        cells: indexes of the suppressed cells; everything here is about these, in this order.
        scale: what 1 in here is in the unit of the figures.
        unbounded: how far anything is followed (scaled): UNBOUNDED, or farther where a level is.
        down, up: how far each may deviate by what everybody knows (scaled, at most `unbounded`).
    """

    def __init__(self, table: Table, suppressed: Bools, levels: Floats) -> None:
        self.table = table
        self.cells: Ints = np.flatnonzero(suppressed).astype(np.int64)
        self.place = np.full(table.size, -1, dtype=np.int64)
        self.place[self.cells] = np.arange(len(self.cells))
        positive = levels[levels > 0]
        self.scale = float(np.median(positive)) if len(positive) else 1.0
        value = table.value[self.cells]
        self.value = value / self.scale
        widest = float(levels.max(initial=0.0)) / self.scale
        self.unbounded = max(UNBOUNDED, 10 * widest)
        self.down = np.minimum((value - table.lower[self.cells]) / self.scale, self.unbounded)
        self.up = np.minimum((table.upper[self.cells] - value) / self.scale, self.unbounded)
        self._relations(table, suppressed)
        self._respondents(table)
        self._program: Program | None = None

    def _relations(self, table: Table, suppressed: Bools) -> None:
        relations = table.relations
        there = suppressed[relations.cell]
        rows, row = np.unique(relations.row[there], return_inverse=True)
        self.row = row.astype(np.int64)
        self.col = self.place[relations.cell[there]]
        self.coef = relations.coef[there]
        sums = relations.sums(table.value)[rows]
        exact = relations.low[rows] == relations.high[rows]
        self.low = np.where(exact, 0.0, np.minimum((relations.low[rows] - sums) / self.scale, 0.0))
        self.high = np.where(
            exact, 0.0, np.maximum((relations.high[rows] - sums) / self.scale, 0.0)
        )
        self.relation_index: Ints = rows.astype(np.int64)

    def _respondents(self, table: Table) -> None:
        entries = table.contributions
        there = self.place[entries.cell] >= 0
        self.entry_cell: Ints = self.place[entries.cell[there]]
        self.entry_respondent: Ints = entries.respondent[there]
        amount = entries.amount[there] / self.scale
        self.entry_amount = amount
        self.entry_alone: Bools = table.respondent_count[entries.cell[there]] == 1
        rest = np.maximum(self.value[self.entry_cell] - amount, 0.0)
        self.entry_down = np.where(
            self.entry_alone, 0.0, np.minimum(rest, self.down[self.entry_cell])
        )
        order = np.argsort(self.entry_respondent, kind="stable")
        self._entry_order = order
        self._entry_start = np.searchsorted(
            self.entry_respondent[order], np.arange(table.respondents + 1)
        )

    @property
    def size(self) -> int:
        """How many cells are suppressed."""
        return len(self.cells)

    @property
    def program(self) -> Program:
        """The linear program over the suppressed cells, made once."""
        if self._program is None:
            self._program = Program(
                *(self.size, self.row, self.col, self.coef, self.low, self.high),
                *(self.down, self.up),
            )
        return self._program

    def entries_of(self, respondent: int) -> Ints:
        """The entries (cells and amounts) of one respondent."""
        start, end = self._entry_start[respondent], self._entry_start[respondent + 1]
        return np.asarray(self._entry_order[start:end], dtype=np.int64)

    def bounds_of(self, respondent: int | None) -> tuple[Floats, Floats]:
        """How far each suppressed cell may deviate by what an attacker knows (None: the outsider)."""
        if respondent is None:
            return self.down, self.up
        down, up = self.down.copy(), self.up.copy()
        entries = self.entries_of(respondent)
        down[self.entry_cell[entries]] = self.entry_down[entries]
        up[self.entry_cell[entries[self.entry_alone[entries]]]] = 0.0
        return down, up

    def targets(self, primary: Primary) -> Targets:
        """What the outsider must not find out: both sides of every sensitive cell."""
        cells = np.flatnonzero(primary.sensitive)
        position = self.place[cells]
        if (position < 0).any():
            raise ValueError("a sensitive cell is not suppressed")
        up = np.minimum(primary.upper[cells] / self.scale, self.up[position] * (1 - 3 * MARGIN))
        down = np.minimum(primary.lower[cells] / self.scale, self.down[position] * (1 - 3 * MARGIN))
        position = np.concatenate([position, position])
        sign = np.repeat(np.array([1, -1], dtype=np.int64), len(cells))
        level = np.concatenate([up, down])
        wanted = level > 0
        return Targets(position[wanted], sign[wanted], level[wanted])

    def levels_for(self, targets: Targets, respondent: int) -> Floats:
        """The levels a respondent must not undercut; 0 where the cell is its own alone.

        Below the figure the level is taken of what is not its own: whoever has 90 of 100 knows that the
        cell is at least 90, and the other 10 are what is to be hidden.
        """
        level = targets.level.copy()
        entries = self.entries_of(respondent)
        share = np.zeros(self.size)
        cells = self.entry_cell[entries]
        share[cells] = np.where(
            self.entry_alone[entries],
            1.0,
            self.entry_amount[entries] / np.maximum(self.value[cells], 1e-300),
        )
        own = share[targets.position]
        level = np.where(targets.sign < 0, level * np.maximum(1 - own, 0.0), level)
        return np.where(own >= 1.0, 0.0, level)

    def cleaned(self, deviation: Floats) -> Floats:
        """A solver's deviations without its noise."""
        return np.where(np.abs(deviation) <= NOISE, 0.0, deviation)

    def row_step(self, deviation: Floats) -> float:
        """How far a direction can be followed within the relations that leave room (1: as it is)."""
        open_ = self.low < self.high
        if not open_.any():
            return float("inf")
        sums = np.bincount(self.row, self.coef * deviation[self.col], minlength=len(self.low))
        with np.errstate(divide="ignore", invalid="ignore"):
            # (where the truth lies at the end of its rounding, the solver's noise must not count)
            rows = np.where(open_ & (sums > 0), (self.high + NOISE) / sums, np.inf)
            rows = np.where(open_ & (sums < 0), (self.low - NOISE) / sums, rows)
        return float(rows.min(initial=np.inf))

    def residual(self, deviation: Floats) -> float:
        """By how much a direction misses the relations that hold exactly."""
        sums = np.bincount(self.row, self.coef * deviation[self.col], minlength=len(self.low))
        return float(np.abs(sums[self.low == self.high]).max(initial=0.0))

    def steps(self, deviation: Floats) -> Floats:
        """By respondent, how far a direction can be followed by what it alone knows (inf: all the way)."""
        moved = deviation[self.entry_cell]
        limits = np.full(self.table.respondents, np.inf)
        touched = moved != 0
        alone = touched & self.entry_alone
        limits[self.entry_respondent[alone]] = 0.0
        falling = touched & ~self.entry_alone & (moved < 0)
        np.minimum.at(
            limits,
            self.entry_respondent[falling],
            self.entry_down[falling] / -moved[falling],
        )
        return limits
