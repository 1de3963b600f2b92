"""Finding witnesses: for one attacker and many targets at once, with what was found before first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from disclosure.attack import MARGIN, RESIDUAL, Attack, Targets
from disclosure.table import Bools, Floats, Ints

#: A target that is asked for together with others is asked for this much beyond its level.
BEYOND = 1 + 10 * MARGIN


class Pool:
    """Directions found so far, each agreeing with the relations, and the mirror image of each."""

    def __init__(self, attack: Attack) -> None:
        self.attack = attack
        #: Grown by doubling: one more direction must not cost a copy of all.
        self._found: Floats = np.zeros((0, attack.size))
        self._count = 0
        self._row_step: list[float] = []
        self._step: list[float] = []
        self._residual: list[float] = []

    def add(self, direction: Floats) -> None:
        """Keep a direction and its mirror image."""
        residual = self.attack.residual(direction)
        if self._count + 2 > len(self._found):
            more = np.zeros((max(16, len(self._found)), self.attack.size))
            self._found = np.concatenate([self._found, more])
        for way in (direction, -direction):
            self._found[self._count] = way
            self._count += 1
            self._row_step.append(self.attack.row_step(way))
            self._step.append(
                min(
                    float(_room(way, self.attack.down, self.attack.up).min(initial=np.inf)),
                    self._row_step[-1],
                )
            )
            self._residual.append(residual)

    @property
    def directions(self) -> Floats:
        """All of them, shape (k, suppressed cells)."""
        return self._found[: self._count]

    def without(self, cells: Ints) -> Pool:
        """Those that do not move any of these cells."""
        rest = Pool(self.attack)
        keep = np.flatnonzero(~self.directions[:, cells].any(axis=1))
        rest._found, rest._count = self.directions[keep], len(keep)
        rest._row_step = [self._row_step[i] for i in keep]
        rest._step = [self._step[i] for i in keep]
        rest._residual = [self._residual[i] for i in keep]
        return rest

    def reached(
        self,
        targets: Targets,
        down: Floats,
        up: Floats,
        *,
        since: int = 0,
        narrowed: Ints | None = None,
    ) -> Floats:
        """How far beyond its figure each direction takes each target within an attacker's bounds,
        shape (k, t); 0 where it goes the other way, or misses the relations. With `narrowed`, only those
        directions that can be followed at all.

        Args:
            since: the number of the first direction to look at.
            narrowed: the cells whose bounds are not the outsider's; all of them where not given.
        """
        directions = self.directions[since:]
        if not len(directions):
            return np.zeros((0, targets.count))
        if narrowed is None:
            step = np.array(self._row_step[since:])
            room = _room(directions, down, up)
        else:
            step = np.array(self._step[since:])
            room = _room(directions[:, narrowed], down[narrowed], up[narrowed])
        step = np.minimum(step, room.min(axis=1, initial=np.inf))
        residuals = np.array(self._residual[since:])
        if narrowed is not None:
            live = step > 0
            directions, step, residuals = directions[live], step[live], residuals[live]
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = directions[:, targets.position] * targets.sign
            # Only as far as the level: what is missed of a relation grows with the step.
            enough = np.minimum(step[:, None], targets.level * BEYOND / gain)
            good = (gain > 0) & (enough * residuals[:, None] <= RESIDUAL * targets.level)
            return np.where(good & np.isfinite(step)[:, None], gain * step[:, None], 0.0)


def _room(directions: Floats, down: Floats, up: Floats) -> Floats:
    """How far each cell can follow a direction."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(directions > 0, up / directions, np.inf)
        return np.asarray(np.where(directions < 0, down / -directions, room))


def prove(
    attack: Attack,
    targets: Targets,
    pool: Pool,
    respondent: int | None = None,
    within: Bools | None = None,
    give_up: bool = False,
) -> tuple[Bools, Floats]:
    """Show for as many targets as possible that one attacker cannot come closer than their levels.

    Args:
        targets: with levels as this attacker must see them; level 0 needs no proof.
        pool: directions to try first; what is found is added.
        respondent: the attacker, None for the outsider.
        within: the cells (of the attack) that may move; all by default.
        give_up: stop at the first target that cannot be shown.

    Returns: by target whether it is shown, and how far the cell is known to reach.
    """
    down, up = attack.bounds_of(respondent)
    narrowed: Ints | None = np.zeros(0, dtype=np.int64)
    if respondent is not None:
        narrowed = attack.entry_cell[attack.entries_of(respondent)]
    reach = np.zeros(targets.count)
    done = targets.level <= 0
    if within is not None:
        down, up = np.where(within, down, 0.0), np.where(within, up, 0.0)
        narrowed = None

    def look(since: int) -> int:
        nonlocal reach, done
        before = int(done.sum())
        found = pool.reached(targets, down, up, since=since, narrowed=narrowed)
        reach = np.maximum(reach, found.max(axis=0, initial=0.0))
        done = done | (reach * (1 - MARGIN) >= targets.level)
        return int(done.sum()) - before

    def keep(direction: Floats) -> int:
        pool.add(direction)
        return look(len(pool.directions) - 2)

    look(0)
    if done.all():
        return done, reach
    attack.program.set_bounds(down, up)
    stuck = False
    while not done.all() and not stuck:
        stuck = True
        for sign in (1, -1):
            open_ = np.flatnonzero(~done & (targets.sign == sign))
            if len(open_) and _together(attack, targets, open_, down, up, keep):
                stuck = False
    attack.program.set_bounds(down, up)
    for index in np.flatnonzero(~done):
        if not done[index]:
            objective = np.zeros(attack.size)
            objective[targets.position[index]] = targets.sign[index]
            keep(attack.cleaned(attack.program.maximise(objective).deviation))
            if give_up and not done[index]:
                break
    return done, reach


def _together(
    attack: Attack,
    targets: Targets,
    open_: Ints,
    down: Floats,
    up: Floats,
    keep: Callable[[Floats], int],
) -> bool:
    """One program for all open targets of one side: each may go just beyond its level, and counts the
    more the more of its level it reaches. Whether it showed anything."""
    objective = np.zeros(attack.size)
    capped_down, capped_up = down.copy(), up.copy()
    for index in open_:
        position, level = targets.position[index], targets.level[index]
        objective[position] = targets.sign[index] / level
        if targets.sign[index] > 0:
            capped_up[position] = min(up[position], level * BEYOND)
        else:
            capped_down[position] = min(down[position], level * BEYOND)
    attack.program.set_bounds(capped_down, capped_up)
    return keep(attack.cleaned(attack.program.maximise(objective).deviation)) > 0


def extent(attack: Attack, position: int, sign: int, respondent: int | None = None) -> float:
    """How far a suppressed cell can lie from its figure, at most, for an attacker (scaled)."""
    down, up = attack.bounds_of(respondent)
    attack.program.set_bounds(down, up)
    objective = np.zeros(attack.size)
    objective[position] = sign
    return max(0.0, sign * float(attack.program.maximise(objective).deviation[position]))
