"""Protect a table: sensitive cells, the others that must go with them, and the audit of the result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from disclosure.attack import NOISE, Attack, Targets
from disclosure.auditing import Audit, audit
from disclosure.concentration import Concentration, Curved
from disclosure.errors import DisclosureError, Infeasible, Unprotectable
from disclosure.exact import optimum
from disclosure.heuristic import NEARLY_FREE, Cheapest, clean_up, complement
from disclosure.prove import Pool
from disclosure.rules import Primary
from disclosure.table import Bools, Floats, Ints, Table

Method = Literal["auto", "exact", "heuristic"]
#: Up to so many cells that are or may be suppressed, linked tables included, the least loss is looked for.
EXACT_UP_TO = 500
#: A choice of the exact search that leaves so many targets open is cut off by those: to look for more takes
#: longer than the next choice.
ENOUGH = 500
#: Rounds of "protect what the audit found" before it is given up.
ROUNDS = 50
#: Sets of cells that are tried to be published again beside an index.
GIVEN_BACK = 12


@dataclass(frozen=True)
class Protection:
    """A pattern that the audit found safe.

    Attributes:
        suppressed: shape (cells,); the sensitive cells and what must go with them.
        loss: weight of the cells that are suppressed without being sensitive.
        bound: what every safe pattern loses at least (equal to `loss` where it is optimal).
        is_optimal: whether nothing less would do.
        method: `exact` or `heuristic`: what gave the pattern.
        audit: the proof.
        withheld: shape (indices,); the indices of concentration that may not be printed beside it.
    """

    suppressed: Bools
    primary: Primary
    loss: float
    bound: float
    is_optimal: bool
    method: str
    audit: Audit
    withheld: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def status(self) -> list[str]:
        """By cell SDMX CL_CONF_STATUS: `F` free, `C` sensitive (primary), `D` secondary."""
        return [
            "C" if sensitive else "D" if hidden else "F"
            for sensitive, hidden in zip(self.primary.sensitive, self.suppressed, strict=True)
        ]


def protect(
    table: Table,
    primary: Primary,
    *,
    method: Method = "auto",
    seconds: float | None = None,
    beside: Sequence[Concentration] = (),
) -> Protection:
    """Choose what to suppress beside the sensitive cells, with the least loss of information.

    Args:
        table: its weights measure the loss (`Table.with_weight`).
        primary: the sensitive cells and their levels (`rules.primary`).
        method: `auto` looks for the optimum up to EXACT_UP_TO cells, and gives up where that is hard;
            `exact` goes on much longer.
        seconds: for the optimum; the heuristic's pattern is returned where it takes longer. Without it
            the same table gives the same pattern on any machine.
        beside: indices of concentration to be printed beside it. One that is `fixed` is printed, and
            cells give way to it; another is withheld where it would give a cell away. (Quotients, which
            are linear in the cells, are relations of the table: `table.ratio`.)

    Raises:
        DisclosureError: an index does not follow from the figures.
        Infeasible: some cells cannot be protected whatever is suppressed; it says which, and why.
    """
    if method not in ("auto", "exact", "heuristic"):
        raise DisclosureError(
            f"method {method}: expected auto, exact or heuristic",
            f"방법 {method}: auto, exact, heuristic 가운데 하나여야 한다",
        )
    deadline = float("inf") if seconds is None else time.monotonic() + seconds
    _published_already(table, primary)
    for index in beside:
        index.check(table)
    universe = ~table.fixed | primary.sensitive | table.forced
    attack = Attack(table, universe, primary.upper[primary.sensitive])
    targets = attack.targets(primary)
    needed = (primary.sensitive | table.forced)[attack.cells]
    chosen = _heuristic(table, primary, attack, targets, needed)
    suppressed, name, loss, bound, is_optimal = chosen, "heuristic", 0.0, 0.0, False
    weight = table.weight[attack.cells]
    loss = float(weight[chosen & ~needed].sum())
    if loss <= 0:
        bound, is_optimal = loss, True
    elif method == "exact" or (method == "auto" and attack.size <= EXACT_UP_TO):

        def check(choice: Bools) -> tuple[list[tuple[int, int, float, int | None]], int]:
            found = audit(table, _whole(attack, choice), primary, intervals=False, enough=ENOUGH)
            return _open(attack, found), found.programs_for

        thorough = method == "exact"
        best = optimum(attack, targets, chosen, needed, ~needed, check, deadline, thorough=thorough)
        suppressed, loss, bound = best.suppressed, best.loss, best.bound
        is_optimal, name = best.is_optimal, "exact"
        # (given up: to complete what it came to often costs less than the heuristic's choice)
        if best.nearest is not None:
            with suppress(Infeasible, RuntimeError):  # then the choice that is safe stays
                completed = _heuristic(table, primary, attack, targets, best.nearest)
                cost = float(weight[completed & ~needed].sum())
                if cost < loss:
                    suppressed, loss = completed, cost
    withheld = np.zeros(len(beside), dtype=np.bool_)
    hints: Sequence[Floats] = ()
    if beside:
        suppressed, hints = _give_way(attack, primary, suppressed, [b for b in beside if b.fixed])
        loss = float(weight[suppressed & ~needed].sum())
        is_optimal = is_optimal and loss <= bound + 1e-9 * max(1.0, bound)
        withheld, hints = _withheld(table, _whole(attack, suppressed), primary, beside, hints)
    printed = [b for b, gone in zip(beside, withheld, strict=True) if not gone]
    checked = audit(table, _whole(attack, suppressed), primary, beside=printed, hints=hints)
    if not checked.is_safe:
        raise RuntimeError("the audit does not confirm the pattern that protection came to")
    return Protection(
        *(_whole(attack, suppressed), primary, loss, bound, is_optimal, name, checked, withheld)
    )


def _give_way(
    attack: Attack, primary: Primary, chosen: Bools, fixed: Sequence[Concentration]
) -> tuple[Bools, Sequence[Floats]]:
    """Suppress more until indices that are printed whatever happens give no cell away; with what
    shows it."""
    hints: Sequence[Floats] = ()
    if not fixed:
        return chosen, hints
    table, start = attack.table, chosen
    everywhere = Curved(attack, fixed)
    weight = np.maximum(table.weight[attack.cells], 1e-9)
    for _ in range(ROUNDS):
        checked = audit(
            *(table, _whole(attack, chosen), primary),
            intervals=False, beside=fixed, hints=hints, give_up=True, sums_hold=True,
        )  # fmt: skip
        if checked.is_safe:
            return _given_back(attack, primary, chosen, start, fixed, checked.witnesses)
        hints = [*checked.witnesses]
        before = chosen
        for position, sign, level, who in _open(attack, checked):
            price = np.where(chosen, NEARLY_FREE * weight.mean(), weight) / level
            witness = everywhere.witness(position, sign, level, price, who)
            if witness is None:
                raise Infeasible([_given_away(attack, position, sign, who, everywhere)])
            chosen = chosen | (np.abs(witness) > NOISE)
            hints.append(_changes(attack, witness))
        if (chosen == before).all():
            # What moves is suppressed, and yet it is not found again: nothing is left to try.
            position, sign, _, who = _open(attack, checked)[0]
            raise Infeasible([_given_away(attack, position, sign, who, everywhere)])
    raise RuntimeError("protection and audit do not come to an agreement")


def _given_back(
    attack: Attack,
    primary: Primary,
    chosen: Bools,
    start: Bools,
    fixed: Sequence[Concentration],
    hints: Sequence[Floats],
) -> tuple[Bools, Sequence[Floats]]:
    """Publish again what indices turn out not to need, the most informative cells first."""
    more = np.flatnonzero(chosen & ~start)
    waiting = [more[np.argsort(-attack.table.weight[attack.cells[more]], kind="stable")]]
    proofs = GIVEN_BACK
    while waiting and proofs > 0:
        proofs -= 1
        cells = waiting.pop()
        if not len(cells):
            continue
        fewer = chosen.copy()
        fewer[cells] = False
        trial = audit(
            *(attack.table, _whole(attack, fewer), primary),
            intervals=False, beside=fixed, hints=hints, give_up=True, sums_hold=True,
        )  # fmt: skip
        if trial.is_safe:
            chosen, hints = fewer, trial.witnesses
        elif len(cells) > 1:
            half = (len(cells) + 1) // 2
            waiting += [cells[half:], cells[:half]]
    return chosen, hints


def _changes(attack: Attack, deviation: Floats) -> Floats:
    changes = np.zeros(attack.table.size)
    changes[attack.cells] = np.where(np.abs(deviation) > NOISE, deviation, 0.0) * attack.scale
    return changes


def _given_away(
    attack: Attack, position: int, sign: int, who: int | None, curved: Curved
) -> Unprotectable:
    cell = int(attack.cells[position])
    names = [b.name for b in curved.beside if cell in b.parts or cell == b.total]
    names = names or [b.name for b in curved.beside]
    shown = ", ".join(names[:3])
    return Unprotectable(
        attack.table.names[cell],
        "upper" if sign > 0 else "lower",
        "outsider" if who is None else "respondent",
        f"an index of concentration that must be printed gives it away: {shown}",
        f"반드시 공표해야 하는 집중도 지수로 드러난다: {shown}",
    )


def _withheld(
    table: Table,
    suppressed: Bools,
    primary: Primary,
    beside: Sequence[Concentration],
    hints: Sequence[Floats],
) -> tuple[Bools, Sequence[Floats]]:
    """Which indices may not be printed: the others were shown, together, to give nothing away."""
    withheld = np.array([not b.fixed for b in beside], dtype=np.bool_)
    for i in np.flatnonzero(withheld).tolist():
        if not suppressed[[*beside[i].parts, beside[i].total]].any():
            withheld[i] = False
            continue
        printed = [b for b, gone in zip(beside, withheld, strict=True) if not gone]
        trial = audit(
            *(table, suppressed, primary),
            intervals=False, beside=[*printed, beside[i]], hints=hints, give_up=True, sums_hold=True,
        )  # fmt: skip
        if trial.is_safe:
            withheld[i], hints = False, trial.witnesses
    return withheld, hints


def _whole(attack: Attack, choice: Bools) -> Bools:
    """A choice of the universe's cells as one of all cells."""
    suppressed = np.zeros(attack.table.size, dtype=np.bool_)
    suppressed[attack.cells[choice]] = True
    return suppressed


def _open(attack: Attack, found: Audit) -> list[tuple[int, int, float, int | None]]:
    return [
        (
            int(attack.place[f.cell]),
            1 if f.side == "upper" else -1,
            f.level / attack.scale,
            f.respondent,
        )
        for f in found.findings
    ]


def _heuristic(
    table: Table,
    primary: Primary,
    attack: Attack,
    targets: Targets,
    needed: Bools,
) -> Bools:
    """Suppress against the outsider, publish again what is not needed, then against respondents."""
    cheapest = Cheapest(attack)
    pool = Pool(attack)
    chosen, impossible = complement(attack, targets, needed, pool, cheapest=cheapest)
    if impossible:
        raise Infeasible(_reasons(attack, targets, impossible))
    chosen, pool = clean_up(attack, targets, chosen, needed, pool)
    only: Ints | None = None
    for _ in range(ROUNDS):
        checked = audit(table, _whole(attack, chosen), primary, intervals=False, only=only)
        if checked.is_safe:
            return chosen
        hopeless: list[Unprotectable] = []
        for position, sign, level, who in _open(attack, checked):
            witness = cheapest.witness(position, sign, level, chosen, who)
            if witness is None:
                hopeless.append(_reason(attack, position, sign, who))
            else:
                chosen = chosen | (witness != 0)
        if hopeless:
            raise Infeasible(hopeless)
        # Whatever more is suppressed leaves every attacker less: only these have to be asked again.
        found = {f.respondent for f in checked.findings if f.respondent is not None}
        only = np.array(sorted(found), dtype=np.int64)
    raise RuntimeError("protection and audit do not come to an agreement")


def _published_already(table: Table, primary: Primary) -> None:
    """A sensitive cell that is public already cannot be hidden any more."""
    known = primary.sensitive & table.fixed & (primary.upper > 0)
    if known.any():
        raise Infeasible(
            [
                Unprotectable(
                    table.names[int(c)],
                    "upper",
                    "outsider",
                    "it is known already (published earlier, or fixed as known)",
                    "이미 알려져 있다(앞서 공표되었거나 공개로 고정됨)",
                )
                for c in np.flatnonzero(known)
            ]
        )


def _reasons(attack: Attack, targets: Targets, impossible: list[int]) -> list[Unprotectable]:
    return [
        _reason(attack, int(targets.position[i]), int(targets.sign[i]), None) for i in impossible
    ]


def _reason(attack: Attack, position: int, sign: int, who: int | None) -> Unprotectable:
    """Why a cell cannot be hidden though everything is suppressed that may be."""
    table = attack.table
    cell = int(attack.cells[position])
    rows = attack.row[attack.col == position]
    lonely = None
    down, up = attack.bounds_of(who)
    for row in rows:
        if attack.low[row] < attack.high[row]:  # rounding leaves it room
            continue
        others = attack.col[attack.row == row]
        others = others[others != position]
        if not ((down[others] > 0) | (up[others] > 0)).any():
            lonely = int(attack.relation_index[row])
            break
    side = "upper" if sign > 0 else "lower"
    attacker = "outsider" if who is None else "respondent"
    if lonely is not None:
        relations = table.relations
        names = [table.names[int(c)] for c in relations.cell[relations.row == lonely] if c != cell]
        shown = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
        known_en = "known or empty" if who is None else "known to one respondent, or empty"
        known_ko = "알려져 있거나 비어 있다" if who is None else "한 응답자가 알거나 비어 있다"
        return Unprotectable(
            *(table.names[cell], side, attacker),
            f"all others of a sum or KPI it belongs to are {known_en}: {shown}",
            f"같은 합계나 지표의 다른 칸이 모두 {known_ko}: {shown}",
        )
    return Unprotectable(
        *(table.names[cell], side, attacker),
        "even with every cell suppressed that may be, its interval stays narrower than its level",
        "가릴 수 있는 칸을 모두 가려도 구간이 보호 수준보다 좁다",
    )
