"""Complementary suppression for large linked tables: cheapest witnesses, one target after another.

For each side of each sensitive cell the cheapest set of deviations is solved that takes the cell to its
level; what it moves is suppressed. Cells that are suppressed already move free of charge. Then whatever
is not needed is published again. After J. P. Kelly, B. L. Golden, A. A. Assad, "Cell suppression:
disclosure protection for sensitive tabular data", Networks 22 (1992), and J. Castro, "A shortest-paths
heuristic for statistical data protection in positive tables", INFORMS J. on Computing 19 (2007); here as
a linear program, so that any relations will do. Whether the result is safe is for the audit to say.
"""

from __future__ import annotations

import numpy as np

from disclosure.attack import MARGIN, Attack, Targets
from disclosure.lp import Program
from disclosure.prove import BEYOND, Pool, prove
from disclosure.table import Bools, Floats, Ints

#: Cells that are suppressed already: nearly free, so that short witnesses are preferred.
NEARLY_FREE = 1e-4
#: What reaching a level is worth, in the largest weight.
REWARD = 30.0
#: With fewer targets than this at once, each is solved for itself: that costs fewer cells.
TOGETHER = 4
#: So many targets at most are solved together: more of them need larger steps, and so more cells.
BATCH = 8
#: How many sets of cells the clean-up tries to publish again: fewer in a large table, where each costs more.
CLEAN_UP_WORK, CLEAN_UP_LEAST, CLEAN_UP_MOST = 40_000, 20, 120


class Cheapest:
    """The cheapest witness of a target, over all cells that may be suppressed.

    Args:
        attack: over the universe: every cell that is suppressed or may be.
    """

    def __init__(self, attack: Attack) -> None:
        self.attack = attack
        n = attack.size
        # Each deviation is a step up less a step down, so that both can have a price.
        self._program = Program(
            2 * n,
            np.concatenate([attack.row, attack.row]),
            np.concatenate([attack.col, attack.col + n]),
            np.concatenate([attack.coef, -attack.coef]),
            attack.low,
            attack.high,
            np.zeros(2 * n),
            np.concatenate([attack.up, attack.down]),
            warm=False,
        )
        self.weight = np.maximum(attack.table.weight[attack.cells], 1e-9)

    def witness(
        self, position: int, sign: int, level: float, suppressed: Bools, respondent: int | None
    ) -> Floats | None:
        """Deviations that take one cell just beyond its level, or None where nothing does."""
        n = self.attack.size
        upper, price = self._prices(level, suppressed, respondent)
        lower = np.zeros(2 * n)
        wanted = position + (0 if sign > 0 else n)
        lower[wanted] = min(level * BEYOND, float(upper[wanted]))
        upper[position + (n if sign > 0 else 0)] = 0.0
        self._program.set_bounds(-lower, upper)
        solution = self._program.attempt(-price)
        return None if solution is None else self._deviation(solution.deviation)

    def together(self, targets: Targets, open_: Ints, suppressed: Bools) -> Floats:
        """Deviations that take as many of the open targets as can be to their levels at once.

        Two sides of one cell exclude each other. Reaching a level is worth more than what it costs in
        cells, so a target is left aside only where others stand in its way.
        """
        n = self.attack.size
        levels = targets.level[open_]
        upper, price = self._prices(float(np.median(levels)), suppressed, None)
        wanted = targets.position[open_] + np.where(targets.sign[open_] > 0, 0, n)
        against = targets.position[open_] + np.where(targets.sign[open_] > 0, n, 0)
        upper[wanted] = np.minimum(upper[wanted], levels * BEYOND)
        upper[against] = 0.0
        price[wanted] = -REWARD * self.weight.max() / levels
        self._program.set_bounds(np.zeros(2 * n), upper)
        solution = self._program.attempt(-price)
        if solution is None:
            raise RuntimeError("no deviation at all is no solution")
        return self._deviation(solution.deviation)

    def _prices(
        self, level: float, suppressed: Bools, respondent: int | None
    ) -> tuple[Floats, Floats]:
        down, up = self.attack.bounds_of(respondent)
        upper = np.concatenate([up, down])
        price = np.where(suppressed, NEARLY_FREE * self.weight.mean(), self.weight)
        # A cell too small to carry the level makes others necessary, which cost, too.
        carried = np.clip(np.minimum(upper, level), level * 1e-3, None)
        return upper, np.concatenate([price, price]) / carried

    def _deviation(self, steps: Floats) -> Floats:
        n = self.attack.size
        steps = np.clip(steps, 0, None)
        return self.attack.cleaned(steps[:n] - steps[n:])


def complement(
    attack: Attack,
    targets: Targets,
    suppressed: Bools,
    pool: Pool,
    *,
    cheapest: Cheapest,
) -> tuple[Bools, list[int]]:
    """Suppress until the outsider cannot come closer than the levels.

    Args:
        attack: over the universe.
        suppressed: of the universe, what is suppressed to begin with.
        pool: is filled with the witnesses.

    Returns: the suppressed cells, and the targets that nothing can protect.
    """
    suppressed = suppressed.copy()
    impossible: list[int] = []
    done = np.zeros(targets.count, dtype=np.bool_)

    def use(witness: Floats) -> int:
        nonlocal suppressed, done
        before = int(done.sum())
        suppressed = suppressed | (witness != 0)
        pool.add(witness)
        far = pool.reached(targets, attack.down, attack.up, since=len(pool.directions) - 2)
        done = done | (far.max(axis=0) * (1 - MARGIN) >= targets.level)
        return int(done.sum()) - before

    while targets.count > TOGETHER:
        shown = 0
        for sign in (1, -1):
            open_ = np.flatnonzero(~done & (targets.sign == sign))
            open_ = open_[np.argsort(-targets.level[open_], kind="stable")][:BATCH]
            if len(open_):
                shown += use(cheapest.together(targets, open_, suppressed))
        if shown < TOGETHER:
            break
    for index in np.argsort(-targets.level, kind="stable"):
        if done[index]:
            continue
        witness = cheapest.witness(
            int(targets.position[index]),
            int(targets.sign[index]),
            float(targets.level[index]),
            suppressed,
            None,
        )
        if witness is None:
            impossible.append(int(index))
            continue
        use(witness)
        done[index] = True
    return suppressed, impossible


def clean_up(
    attack: Attack,
    targets: Targets,
    suppressed: Bools,
    needed: Bools,
    pool: Pool,
) -> tuple[Bools, Pool]:
    """Publish again what is not needed against the outsider, the most informative cells first.

    Args:
        needed: cells that stay suppressed in any case.

    How much is tried follows from the size of the table, not from time, so that the same table gives the
    same pattern on a slower machine.
    """
    proofs = min(max(CLEAN_UP_WORK // attack.size, CLEAN_UP_LEAST), CLEAN_UP_MOST)
    weight = attack.table.weight[attack.cells]
    order = np.flatnonzero(suppressed & ~needed)
    # Several at once first: mostly many are not needed, and then one question answers for all.
    waiting = [order[np.argsort(-weight[order], kind="stable")]]
    while waiting and proofs > 0:
        proofs -= 1
        cells = waiting.pop()
        fewer = suppressed.copy()
        fewer[cells] = False
        trial = pool.without(cells)
        done, _ = prove(attack, targets, trial, within=fewer, give_up=True)
        if done.all():
            suppressed, pool = fewer, trial
        elif len(cells) > 1:
            half = (len(cells) + 1) // 2
            waiting += [cells[half:], cells[:half]]
    return suppressed, pool
