"""An index of concentration printed beside a table: what it gives away, and what it leaves open.

The Herfindahl-Hirschman index of a total is the sum of its parts' squared shares. Whoever knows the sum
of two hidden parts and the index knows both, but for which is which; of three, the index leaves a
circle. What agrees with an index is not convex, so nothing here is scaled or mixed: a cell is called
hidden only where a *witness* was found, other figures that agree with all sums, with every index as
printed and with what the attacker knows, checked by arithmetic. It is looked for by successive linear
programs (the index replaced by its tangent, within a region that shrinks where that is no good;
J. Nocedal, S. J. Wright, Numerical Optimization, 2nd ed., section 18.5). What is not found counts as
given away, so that more is withheld then, never less. So does a cell that could only jump: one that
cannot move at all along the tangent of the indices is one of a few figures, which is no interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from disclosure.attack import MARGIN, RESIDUAL, Attack, Targets
from disclosure.errors import DisclosureError
from disclosure.lp import Program
from disclosure.prove import BEYOND
from disclosure.table import Bools, Floats, Ints, Table

#: How far a witness may miss a printed index (which lies between 0 and 1) beyond its rounding.
INDEX_TOLERANCE = 1e-10
#: Programs of one search, and searches from other beginnings, before a witness is given up.
STEPS, STARTS = 40, 6
#: A region so small, beside what has moved, is not made smaller.
NEAREST = 1e-4
#: Missing an index is this much dearer than moving every cell.
ELASTIC = 1e4


@dataclass(frozen=True)
class Concentration:
    """A Herfindahl-Hirschman index as printed: `sum((part / total) ** 2)`, between 0 and 1.

    Attributes:
        name: how it is called in messages.
        parts: the cells whose shares are squared.
        total: the cell that they are shares of.
        published: as printed (divided by 10,000 where it is printed in points).
        half_unit: half of its last digit; 0 where it is printed in full.
        fixed: it must be printed (or was printed before): cells give way to it. Otherwise it gives way.
    """

    name: str
    parts: tuple[int, ...]
    total: int
    published: float
    half_unit: float = 0.0
    fixed: bool = False

    def of(self, figures: Floats) -> float:
        """The index of figures (shape (cells,))."""
        total = float(figures[self.total])
        return float(np.square(figures[list(self.parts)]).sum()) / total**2 if total else 0.0

    def check(self, table: Table) -> None:
        """Hold what is printed against the figures.

        Raises:
            DisclosureError: it does not follow from them, or its total is nothing.
        """
        if table.value[self.total] <= 0:
            raise DisclosureError(
                f"{self.name}: an index of concentration needs a total above zero",
                f"{self.name}: 집중도 지수의 합계는 0보다 커야 한다",
            )
        is_ = self.of(table.value)
        if abs(is_ - self.published) > self.half_unit * (1 + 1e-6) + 1e-9:
            raise DisclosureError(
                f"{self.name}: printed as {self.published:.10g}, but the figures give {is_:.10g}",
                f"{self.name}: 인쇄된 지수 {self.published:.10g}이(가) 수치에서 나온 {is_:.10g}과 다르다",
            )


class Curved:
    """An attack whose attackers know printed indices besides: those that a suppressed cell is in."""

    def __init__(self, attack: Attack, beside: Sequence[Concentration]) -> None:
        self.attack = attack
        self._figures = attack.table.value / attack.scale
        self.beside = [
            b for b in beside if (attack.place[np.array([*b.parts, b.total])] >= 0).any()
        ]
        #: Witnesses found so far, for whoever can follow them; each reaches its level as it is.
        self.found: list[Floats] = []
        #: Found elsewhere, and not holding here: good to begin a search with.
        self._near: list[Floats] = []

    @property
    def is_open(self) -> bool:
        """Whether an index speaks of a suppressed cell at all."""
        return bool(self.beside)

    def take_up(self, hints: Sequence[Floats]) -> None:
        """Take changes of all cells that were found elsewhere, where they are witnesses here."""
        attack = self.attack
        for hint in hints:
            deviation = hint[attack.cells] / attack.scale
            if np.count_nonzero(hint) != np.count_nonzero(deviation):
                continue
            holds = self.is_witness(deviation, attack.down, attack.up, 1.0)
            (self.found if holds else self._near).append(deviation)

    def witnesses(self) -> tuple[Floats, ...]:
        """What was found, as changes of all cells in the unit of the figures."""
        found = []
        for deviation in self.found:
            whole = np.zeros(self.attack.table.size)
            whole[self.attack.cells] = deviation * self.attack.scale
            found.append(whole)
        return tuple(found)

    def misses(self, deviation: Floats) -> float:
        """By how much figures so changed miss the printed indices, beyond their rounding (0: not)."""
        figures = self._moved(deviation)
        return max(
            (max(abs(b.of(figures) - b.published) - b.half_unit, 0.0) for b in self.beside),
            default=0.0,
        )

    def is_witness(self, deviation: Floats, down: Floats, up: Floats, level: float) -> bool:
        """Whether figures so changed agree with everything that is printed and within bounds."""
        attack = self.attack
        slack = MARGIN * level
        sums = np.bincount(
            attack.row, attack.coef * deviation[attack.col], minlength=len(attack.low)
        )
        missed = np.maximum(attack.low - sums, sums - attack.high).max(initial=0.0)
        return bool(
            (deviation >= -down - slack * 1e-3).all()
            and (deviation <= up + slack * 1e-3).all()
            and missed <= RESIDUAL * level
            and self.misses(deviation) <= INDEX_TOLERANCE
        )

    def prove(
        self, targets: Targets, respondent: int | None, give_up: bool = False
    ) -> tuple[Bools, Floats]:
        """As `prove.prove`: by target whether it is shown, and how far a witness takes it."""
        down, up = self.attack.bounds_of(respondent)
        reach = np.zeros(targets.count)
        if self.found:
            # (the outsider can follow all of them: a respondent knows more of its own cells alone)
            known = np.array(self.found)
            own: Ints = np.zeros(0, dtype=np.int64)
            if respondent is not None:
                own = self.attack.entry_cell[self.attack.entries_of(respondent)]
            moved = known[:, own]
            holds = ((moved >= -down[own]) & (moved <= up[own])).all(axis=1)
            gains = known[holds][:, targets.position] * targets.sign
            reach = gains.max(axis=0, initial=0.0)
        done = (targets.level <= 0) | (reach * (1 - MARGIN) >= targets.level)
        price = np.ones(self.attack.size)
        # What the last index speaks of comes first: where it gives a cell away, that is one of them.
        last = self.beside[-1]
        spoken = self.attack.place[np.array([*last.parts, last.total])]
        open_ = np.flatnonzero(~done)
        for i in open_[np.argsort(~np.isin(targets.position[open_], spoken), kind="stable")]:
            if done[i]:
                continue
            wanted = (int(targets.position[i]), int(targets.sign[i]), float(targets.level[i]))
            found = self.witness(*wanted, price, respondent)
            if found is None:
                if give_up:
                    break
                continue
            self.found.append(found)
            reach = np.maximum(reach, found[targets.position] * targets.sign)
            done = done | (reach * (1 - MARGIN) >= targets.level)
        return done, reach

    def witness(
        self, position: int, sign: int, level: float, price: Floats, respondent: int | None
    ) -> Floats | None:
        """Deviations that take one cell just beyond its level and keep every index, or None.

        Args:
            price: by cell what moving it costs; the cheapest is looked for, and not always found.
        """
        down, up = self.attack.bounds_of(respondent)
        reach = min(level * BEYOND, float(up[position] if sign > 0 else down[position]))
        if reach * (1 - MARGIN) < level or not self._moves(position, sign, level, down, up):
            return None
        low, high = -down, up.copy()
        if sign > 0:
            low[position] = reach
        else:
            high[position] = -reach
        return self._found(price, low, high, down, up, reach, level)

    def agreeing(self) -> Floats | None:
        """Deviations that agree with sums and indices, where the figures themselves agree with the sums
        alone; None where none are found."""
        low, high = -self.attack.down, self.attack.up
        price = np.ones(self.attack.size)
        return self._found(price, low, high, -low, high, float(np.median(high - low)), 1.0)

    def _found(
        self,
        price: Floats,
        low: Floats,
        high: Floats,
        down: Floats,
        up: Floats,
        reach: float,
        level: float,
    ) -> Floats | None:
        """The first deviations from one of the starts that are a witness."""
        for start in self._starts(price, low, high, reach):
            deviation = self._search(start, price, low, high)
            if deviation is not None and self.is_witness(deviation, down, up, level):
                return deviation
        return None

    def _moved(self, deviation: Floats) -> Floats:
        figures = self._figures.copy()
        figures[self.attack.cells] += deviation
        return figures

    def _moves(self, position: int, sign: int, level: float, down: Floats, up: Floats) -> bool:
        """Whether the cell can leave the truth along the tangent of sums and indices, by half of its
        level at least."""
        program = self._program(*self._tangents(np.zeros(self.attack.size)), -down, up, 0)
        objective = np.zeros(program.columns)
        objective[position], objective[self.attack.size + position] = sign, -sign
        solution = program.attempt(objective)
        return solution is not None and solution.objective >= level / 2

    def _tangents(self, deviation: Floats) -> tuple[Floats, Floats, Floats]:
        """The indices around figures so changed, two rows an index: coefficients (2m, cells), and the
        least and the greatest that `coefficients @ d` may be.

        From `sum(x_i^2) - c X^2 <= 0` with c the upper end of the printed index, and `>= 0` with the
        lower; divided by the true total, so that coefficients are of the size of shares.
        """
        attack, figures = self.attack, self._moved(deviation)
        rows = np.zeros((2 * len(self.beside), attack.size))
        low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
        for j, b in enumerate(self.beside):
            parts = np.array(b.parts, dtype=np.int64)
            total, scale = figures[b.total], self._figures[b.total]
            for k, c in enumerate((b.published + b.half_unit, b.published - b.half_unit)):
                value = (np.square(figures[parts]).sum() - c * total**2) / scale
                row = rows[2 * j + k]
                there = attack.place[parts] >= 0
                np.add.at(row, attack.place[parts[there]], 2 * figures[parts[there]] / scale)
                if attack.place[b.total] >= 0:
                    row[attack.place[b.total]] -= 2 * c * total / scale
                end = float(row @ deviation) - value
                if k == 0:
                    high[2 * j] = end
                else:
                    low[2 * j + 1] = end
        return rows, low, high

    def _program(
        self, rows: Floats, least: Floats, most: Floats, low: Floats, high: Floats, elastic: int
    ) -> Program:
        """Relations and tangents over steps up (n), steps down (n) and what the tangents are missed
        by (`elastic`: one a row, or none)."""
        attack, n, m = self.attack, self.attack.size, len(self.attack.low)
        at, cell = np.nonzero(rows)
        coef = rows[at, cell]
        extra = np.arange(elastic)
        # an upper end may be missed upwards, a lower one downwards
        way = np.where(np.isfinite(most), -1.0, 1.0)[:elastic]
        return Program(
            2 * n + elastic,
            np.concatenate([attack.row, attack.row, m + at, m + at, m + extra]),
            np.concatenate([attack.col, attack.col + n, cell, cell + n, 2 * n + extra]),
            np.concatenate([attack.coef, -attack.coef, coef, -coef, way]),
            np.concatenate([attack.low, least]),
            np.concatenate([attack.high, most]),
            -np.concatenate([np.maximum(low, 0), np.maximum(-high, 0), np.zeros(elastic)]),
            np.concatenate([np.maximum(high, 0), np.maximum(-low, 0), np.full(elastic, np.inf)]),
            warm=False,
        )

    def _starts(self, price: Floats, low: Floats, high: Floats, reach: float) -> Iterator[Floats]:
        """Where to begin: at what was a witness elsewhere, at the truth (whose tangent gives the first
        step), and at figures that agree with the sums but not yet with the indices, nearer and farther."""
        n = self.attack.size
        slack = 1e-6 * reach
        for near in self._near:
            if (near >= low - slack).all() and (near <= high + slack).all():
                yield np.clip(near, low, high)
                break
        yield np.zeros(n)
        nothing = (np.zeros((0, n)), np.zeros(0), np.zeros(0))
        dice = np.random.default_rng(1)
        for number in range(STARTS):
            far = reach * 4**number
            program = self._program(*nothing, np.maximum(low, -far), np.minimum(high, far), 0)
            wish = price * dice.uniform(-1, 1, n)
            solution = program.attempt(np.concatenate([wish, -wish]))
            if solution is not None:
                yield self._deviation(solution.deviation)
        # Where all figures change in proportion, sums of nothing but them keep, and shares do.
        figures = self._figures[self.attack.cells]
        for end in (low, high):
            part = np.divide(end, figures, out=np.zeros(n), where=figures > 0)
            wanted = part[(low > 0) | (high < 0)]
            if len(wanted):
                yield figures * float(wanted[0])

    def _search(self, start: Floats, price: Floats, low: Floats, high: Floats) -> Floats | None:
        """Successive linear programs from one beginning."""
        now, missed = start, np.inf
        is_inside = bool((now >= low - 1e-12).all() and (now <= high + 1e-12).all())
        if is_inside:
            missed = self.misses(now)
        region = np.inf
        for _ in range(STEPS):
            if missed <= INDEX_TOLERANCE:
                return now
            rows, least, most = self._tangents(now)
            around_low = np.maximum(low, now - region) if np.isfinite(region) else low
            around_high = np.minimum(high, now + region) if np.isfinite(region) else high
            program = self._program(rows, least, most, around_low, around_high, len(rows))
            dear = ELASTIC * float(price.max()) * np.ones(len(rows))
            solution = program.attempt(-np.concatenate([price, price, dear]))
            if solution is None:
                return None
            step = self._deviation(solution.deviation)
            there = self.misses(step)
            far = float(np.abs(step - now).max())
            if there < 0.95 * missed:
                region = max(2 * far, 1e-6) if not np.isfinite(region) else 2 * region
                now, missed = step, there
            else:
                region = (region if np.isfinite(region) else far) / 4
                if region < NEAREST * float(np.abs(step).max()):
                    return None  # however near, the tangent leads no nearer: a valley of its own
        return None

    def _deviation(self, steps: Floats) -> Floats:
        n = self.attack.size
        steps = np.clip(steps, 0, None)
        return np.asarray(steps[:n] - steps[n : 2 * n])
