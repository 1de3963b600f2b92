"""The audit: is every sensitive cell hidden, from the outsider and from every respondent alone?

Nothing is called safe that was not shown. For the outsider both ends of every sensitive cell's
feasibility interval are solved; for each respondent a witness (see `attack`) must hold, found for the
outsider or solved for that respondent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from disclosure.attack import MARGIN, Attack, Targets
from disclosure.concentration import Concentration, Curved
from disclosure.prove import Pool, extent, prove
from disclosure.rules import Primary
from disclosure.table import Bools, Floats, Ints, Table


@dataclass(frozen=True)
class Finding:
    """A sensitive cell that is not hidden far enough: `reach` of `level` on one `side` (unit of the
    figures). `respondent` is the attacker's number, None for the outsider."""

    cell: int
    side: str
    level: float
    reach: float
    respondent: int | None


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        findings: what is not hidden; empty where the pattern is safe.
        sensitive: the sensitive cells, in order.
        low, high: the outsider's feasibility interval of each, in the unit of the figures.
        attackers: respondents held against the pattern, the outsider not counted.
        programs_for: respondents for whom programs of their own were solved.
        witnesses: changes of all cells, shape (cells,) each, that keep all sums and every printed index
            of concentration: between them they take each sensitive cell beyond its level, for everybody.
    """

    findings: tuple[Finding, ...]
    sensitive: Ints
    low: Floats
    high: Floats
    attackers: int
    programs_for: int
    witnesses: tuple[Floats, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether every sensitive cell is hidden from everybody."""
        return not self.findings


def audit(
    table: Table,
    suppressed: Bools,
    primary: Primary,
    *,
    intervals: bool = True,
    only: Ints | None = None,
    beside: Sequence[Concentration] = (),
    hints: Sequence[Floats] = (),
    give_up: bool = False,
    sums_hold: bool = False,
    enough: int | None = None,
) -> Audit:
    """Hold every attacker against a pattern of suppressed cells.

    Args:
        suppressed: shape (cells,), the sensitive ones among them; otherwise they are findings.
        primary: the sensitive cells with their levels.
        intervals: solve both ends of every interval; without it they stand as far as shown.
        only: the respondents to hold against it; all by default.
        beside: indices of concentration that are printed beside the table. (The intervals are those
            that the sums leave; what an index takes from them is in the findings.)
        hints: witnesses of another audit; those that hold here are not looked for again.
        give_up: stop at the first attacker to whom an index gives a cell away.
        sums_hold: that the sums alone give nothing away was shown before, of this pattern or of one that
            it contains; only the indices are looked at.
        enough: look at no more respondents once there are so many findings.
    """
    published = np.flatnonzero(primary.sensitive & ~suppressed)
    bare = [
        Finding(int(c), "upper", float(primary.upper[c]), 0.0, None)
        for c in published
        if primary.upper[c] > 0
    ]
    hidden = Primary(primary.sensitive & suppressed, primary.upper, primary.lower, primary.rule)
    attack = Attack(table, suppressed, primary.upper[primary.sensitive])
    targets = attack.targets(hidden)
    pool = Pool(attack)
    low = high = table.value[primary.sensitive]
    findings = bare
    if not sums_hold:
        low, high, found = _outsider(attack, targets, primary, suppressed, pool, intervals)
        findings = bare + found
    attackers = programs = 0
    witnesses: tuple[Floats, ...] = ()
    if targets.count:
        if not sums_hold:
            found, attackers, programs = _respondents(attack, targets, pool, only, enough)
            findings += found
        curved = Curved(attack, beside)
        if curved.is_open and not findings:
            curved.take_up(hints)
            findings = _beside(attack, targets, curved, only, give_up)
            witnesses = curved.witnesses()
    return Audit(
        *(tuple(findings), np.flatnonzero(primary.sensitive), low, high, attackers, programs),
        witnesses,
    )


def _finding(
    attack: Attack, targets: Targets, index: int, level: float, reach: float, who: int | None
) -> Finding:
    return Finding(
        int(attack.cells[targets.position[index]]),
        "upper" if targets.sign[index] > 0 else "lower",
        level * attack.scale,
        reach * attack.scale,
        who,
    )


def _outsider(
    attack: Attack,
    targets: Targets,
    primary: Primary,
    suppressed: Bools,
    pool: Pool,
    intervals: bool,
) -> tuple[Floats, Floats, list[Finding]]:
    """Both ends of the interval of every sensitive cell, and where they do not reach far enough."""
    done, reach = prove(attack, targets, pool)
    findings = [
        _finding(attack, targets, int(i), float(targets.level[i]), float(reach[i]), None)
        for i in np.flatnonzero(~done)
    ]
    cells = np.flatnonzero(primary.sensitive)
    low, high = attack.table.value[cells].copy(), attack.table.value[cells].copy()
    for k, cell in enumerate(cells if intervals else ()):
        if not suppressed[cell]:  # it is printed
            continue
        position = int(attack.place[cell])
        low[k] -= extent(attack, position, -1) * attack.scale
        above = extent(attack, position, 1)
        high[k] += np.inf if above >= attack.unbounded * (1 - MARGIN) else above * attack.scale
    return low, high, findings


def _respondents(
    attack: Attack, targets: Targets, pool: Pool, only: Ints | None, enough: int | None
) -> tuple[list[Finding], int, int]:
    """Every respondent alone: first by the outsider's witnesses, then by programs of its own.

    Returns the findings, how many respondents there are, and for how many programs were solved.
    """
    everybody = np.unique(attack.entry_respondent)
    open_ = _not_covered(attack, targets, pool) if only is None else only
    findings: list[Finding] = []
    solved = 0
    for respondent in open_:
        if enough is not None and len(findings) >= enough:
            break
        solved += 1
        levels = attack.levels_for(targets, int(respondent))
        own = Targets(targets.position, targets.sign, levels)
        done, reach = prove(attack, own, pool, int(respondent))
        findings += [
            _finding(attack, targets, int(i), float(levels[i]), float(reach[i]), int(respondent))
            for i in np.flatnonzero(~done)
        ]
    return findings, len(everybody), solved


def _beside(
    attack: Attack, targets: Targets, curved: Curved, only: Ints | None, give_up: bool
) -> list[Finding]:
    """Everybody again, with the printed indices in hand."""
    everybody = np.unique(attack.entry_respondent) if only is None else only
    findings: list[Finding] = []
    for who in (None, *(int(r) for r in everybody)):
        levels = targets.level if who is None else attack.levels_for(targets, who)
        own = Targets(targets.position, targets.sign, levels)
        done, reach = curved.prove(own, who, give_up)
        findings += [
            _finding(attack, targets, int(i), float(levels[i]), float(reach[i]), who)
            for i in np.flatnonzero(~done)
        ]
        if findings and give_up:
            break
    return findings


def _not_covered(attack: Attack, targets: Targets, pool: Pool) -> Ints:
    """The respondents for whom some target's witness of the outsider does not hold.

    Each target takes the direction that needs the smallest part of it; a respondent is covered where it
    can follow all of them so far. Its own levels are never larger than the outsider's.
    """
    covered = np.ones(attack.table.respondents, dtype=np.bool_)
    directions = pool.directions
    if len(directions):
        moved = directions[:, targets.position] * targets.sign
        far = pool.reached(targets, attack.down, attack.up)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(
                far * (1 - MARGIN) >= targets.level, targets.level * (1 + MARGIN) / moved, np.inf
            )
        # How much all cells move together at that part of the direction.
        cost = part * np.maximum(np.abs(directions).sum(axis=1), 1e-300)[:, None]
        choice = cost.argmin(axis=0)
        if not np.isfinite(cost.min(axis=0)).all():
            covered[:] = False
        for k in np.unique(choice):
            need = float(part[k, choice == k].max())
            if np.isfinite(need):
                covered &= attack.steps(directions[k]) >= need
    else:
        covered[:] = targets.count == 0
    everybody = np.unique(attack.entry_respondent)
    return everybody[~covered[everybody]].astype(np.int64)
