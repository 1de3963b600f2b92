"""What was published before stays known: earlier editions and releases beside the new table.

A figure that has not changed since an earlier edition is one figure in two tables. Were it published in
one and suppressed in the other, whoever has both would know it, and with it what the pattern of either
hides. So such a figure is one cell here, published if it was published then, suppressed if it was
suppressed; and the earlier table's own relations and sensitive cells are part of the problem. The
attacker is taken to know which figures have not changed, which is more than any attacker does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from disclosure.lp import Program
from disclosure.rules import Primary
from disclosure.table import (
    RELATION_TOLERANCE,
    Bools,
    Contributions,
    Floats,
    Relations,
    Table,
    joined,
)
from disclosure.tabulate import Tabulation


@dataclass(frozen=True)
class Earlier:
    """An edition as it was published: its true figures, what was suppressed, what was sensitive."""

    name: str
    tabulation: Tabulation
    suppressed: Bools
    primary: Primary


@dataclass(frozen=True)
class Linked:
    """The new table and the earlier ones as one; the first cells are those of the new table."""

    table: Table
    primary: Primary


def link(now: Tabulation, sensitive: Primary, earlier: Sequence[Earlier]) -> Linked:
    """Join earlier editions to a new table, so that both are protected as one.

    Args:
        now: the new table.
        sensitive: its sensitive cells.
        earlier: editions that were published; usually the ones right before and after.
    """
    table = now.table
    names = list(table.names)
    parts = [
        [table.value, table.lower, table.upper, table.weight],
    ]
    fixed, forced = [table.fixed.copy()], [table.forced.copy()]
    levels = [[sensitive.sensitive, sensitive.upper, sensitive.lower]]
    rules = list(sensitive.rule)
    relations = [table.relations]
    people = {name: i for i, name in enumerate(now.who)}
    entries = [table.contributions]
    for edition in earlier:
        then = edition.tabulation
        place = {key: i for i, key in enumerate(now.keys)}
        same = np.full(then.table.size, -1, dtype=np.int64)
        for i, key in enumerate(then.keys):
            j = place.get(key)
            if j is not None and then.table.value[i] == table.value[j] and not table.fixed[j]:
                same[i] = j
                if not edition.suppressed[i]:
                    fixed[0][j] = True
                else:
                    forced[0][j] = True
        extra = np.flatnonzero(same < 0)
        target = same.copy()
        target[extra] = len(names) + np.arange(len(extra))
        names += [f"{edition.name}: {then.table.names[int(i)]}" for i in extra]
        old = then.table
        parts.append([old.value[extra], old.lower[extra], old.upper[extra], old.weight[extra]])
        fixed.append(~edition.suppressed[extra])
        forced.append(edition.suppressed[extra] & ~edition.primary.sensitive[extra])
        levels.append(
            [
                edition.primary.sensitive[extra],
                edition.primary.upper[extra],
                edition.primary.lower[extra],
            ]
        )
        rules += [edition.primary.rule[int(i)] for i in extra]
        given = old.relations
        relations.append(
            Relations(given.row, target[given.cell], given.coef, given.low, given.high)
        )
        number = np.array(
            [people.setdefault(name, len(people)) for name in then.who], dtype=np.int64
        )
        own = old.contributions
        kept = same[own.cell] < 0
        entries.append(
            Contributions(target[own.cell[kept]], number[own.respondent[kept]], own.amount[kept])
        )
    value, lower, upper, weight = (np.concatenate([part[i] for part in parts]) for i in range(4))
    known = np.concatenate(fixed)
    whole = Table(
        names=tuple(names),
        value=value,
        lower=lower,
        upper=upper,
        weight=weight,
        relations=joined(*relations),
        contributions=Contributions(
            np.concatenate([e.cell for e in entries]),
            np.concatenate([e.respondent for e in entries]),
            np.concatenate([e.amount for e in entries]),
        ),
        respondents=len(people),
        fixed=known,
        forced=np.concatenate(forced) & ~known,
    )
    joint = Primary(
        np.concatenate([part[0] for part in levels]).astype(np.bool_),
        np.concatenate([part[1] for part in levels]),
        np.concatenate([part[2] for part in levels]),
        tuple(rules),
    )
    return Linked(whole, joint)


def with_released(
    linked: Linked,
    keys: Sequence[tuple[str, ...]],
    released: Mapping[tuple[str, ...], float | None],
    name: str = "earlier release",
) -> Linked:
    """What an earlier release said of this very table: published figures are known, the others stay hidden.

    Args:
        keys: the keys of the first cells of `linked`.
        released: by key the figure that was published, None where it was withheld.
        name: how it is called; releases are put in one by one, each under its own name.

    A figure that has been revised since is another figure; but where the old one lies within the
    protection level of the new one, the new one counts as known. What else the old table tells is that its
    withheld figures fit its sums: those that have not changed are cells of both.
    """
    table, sensitive = linked.table, linked.primary
    fixed, forced = table.fixed.copy(), table.forced.copy()
    for i, key in enumerate(keys):
        if key not in released:
            continue
        figure = released[key]
        if figure is None:
            forced[i] = True
        elif figure == table.value[i] or (
            sensitive.sensitive[i] and abs(figure - table.value[i]) < sensitive.upper[i]
        ):
            fixed[i] = True
    known = Linked(replace(table, fixed=fixed, forced=forced & ~fixed), sensitive)
    said = np.array([released.get(key, np.inf) for key in keys], dtype=np.float64)  # None: NaN
    return _with_old_sums(known, said, name)


def _with_old_sums(linked: Linked, said: Floats, name: str) -> Linked:
    """Give the sums of the released table to the attacker, too.

    Args:
        said: by cell (of the new table) what was released: a figure, NaN where it was withheld, infinity
            where there was no such cell.

    The old withheld figures are not at hand. The attacker is taken to know which have not changed, so as
    many as can be are taken for the same: those whose least relative change makes the old sums fit.
    """
    table = linked.table
    n = len(said)
    rows = table.relations
    whole = np.ones(rows.count, dtype=np.bool_)
    whole[rows.row[rows.cell >= n]] = False
    inside = rows.cell < n
    whole[rows.row[inside][np.isposinf(said[rows.cell[inside]])]] = False
    withheld, value = np.isnan(said), table.value[:n]
    then = np.where(np.isfinite(said), said, value)
    told = whole[rows.row]
    row, cell, coef = rows.row[told], rows.cell[told], rows.coef[told]
    missing = -np.bincount(row, coef * then[cell], minlength=rows.count)
    size = np.ones(rows.count)
    np.maximum.at(size, row, np.abs(coef * then[cell]))
    if (np.abs(missing) <= RELATION_TOLERANCE * 10 * size).all() and (then == value).all():
        return linked  # nothing has changed: the sums are those of the new table
    free = np.flatnonzero(withheld)
    if not len(free):
        return linked
    place = np.full(n, -1, dtype=np.int64)
    place[free] = np.arange(len(free))
    there = place[cell] >= 0
    at, col, by = row[there], place[cell[there]], coef[there]
    slack = RELATION_TOLERANCE * size
    program = Program(
        2 * len(free),
        np.concatenate([at, at]),
        np.concatenate([col, col + len(free)]),
        np.concatenate([by, -by]),
        np.where(whole, missing - slack, -np.inf),
        np.where(whole, missing + slack, np.inf),
        np.zeros(2 * len(free)),
        np.concatenate([np.full(len(free), np.inf), np.maximum(value[free], 0.0)]),
        warm=False,
    )
    dear = 1 / np.maximum(np.abs(value[free]), 1.0)
    solution = program.attempt(-np.concatenate([dear, dear]))
    if solution is None:  # the old table had other sums: it tells nothing in this way
        return linked
    steps = solution.deviation[: len(free)] - solution.deviation[len(free) :]
    then[free] += np.where(np.abs(steps) > 1e-6 * np.maximum(value[free], 1.0), steps, 0.0)
    changed = np.flatnonzero(np.isin(np.arange(n), cell) & (then != value))
    touched = np.isin(row, row[np.isin(cell, changed)])  # the other sums are the new table's own
    row, cell, coef = row[touched], cell[touched], coef[touched]
    target = np.arange(n)
    target[changed] = table.size + np.arange(len(changed))
    old = np.unique(row)
    sums_then = np.bincount(row, coef * then[cell], minlength=rows.count).astype(np.float64)
    ends = sums_then[old]  # what rounding left
    number = np.zeros(rows.count, dtype=np.int64)
    number[old] = np.arange(len(old))
    sums = Relations(number[row], target[cell], coef, ends, ends)
    more = len(changed)
    zeros, nobody = np.zeros(more), np.zeros(more, dtype=np.bool_)
    extended = replace(
        table,
        names=(*table.names, *(f"{name}: {table.names[i]}" for i in changed)),
        value=np.append(table.value, then[changed]),
        lower=np.append(table.lower, zeros),
        upper=np.append(table.upper, np.full(more, np.inf)),
        weight=np.append(table.weight, zeros),
        relations=joined(rows, sums),
        fixed=np.append(table.fixed, ~withheld[changed]),
        forced=np.append(table.forced, withheld[changed]),
    )
    primary = linked.primary
    joint = Primary(
        np.append(primary.sensitive, nobody),
        np.append(primary.upper, zeros),
        np.append(primary.lower, zeros),
        (*primary.rule, *("" for _ in changed)),
    )
    return Linked(extended, joint)
