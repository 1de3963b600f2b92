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

from disclosure.rules import Primary
from disclosure.table import Bools, Contributions, Relations, Table, joined
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
) -> Linked:
    """What an earlier release said of this very table: published figures are known, the others stay hidden.

    Args:
        keys: the keys of the first cells of `linked`.
        released: by key the figure that was published, None where it was withheld.

    A figure that has been revised since is another figure; but where the old one lies within the
    protection level of the new one, the new one counts as known.
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
    return Linked(replace(table, fixed=fixed, forced=forced & ~fixed), sensitive)
