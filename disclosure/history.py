"""What was published before stays known: earlier editions and releases beside the new table.

A figure that has not changed since an earlier edition is one figure in two tables. Were it published in
one and suppressed in the other, whoever has both would know it, and with it what the pattern of either
hides. So such a figure is one cell here, published if it was published then, suppressed if it was
suppressed; and the earlier table's own relations and sensitive cells are part of the problem. The
attacker is taken to know which figures have not changed, which is more than any attacker does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from disclosure.concentration import Concentration
from disclosure.errors import DisclosureError
from disclosure.lp import Program
from disclosure.rules import Primary
from disclosure.table import (
    RELATION_TOLERANCE,
    Bools,
    Contributions,
    Floats,
    Ints,
    Relations,
    Table,
    joined,
    relations,
)
from disclosure.tabulate import Tabulation


@dataclass(frozen=True)
class Printed:
    """What KPIs printed beside a table tell of its cells: quotients as relations, and indices."""

    quotients: Relations = field(default_factory=lambda: relations([]))
    indices: tuple[Concentration, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """An edition as it was published: its true figures, what was suppressed, what was sensitive, and the
    KPIs that stood beside it."""

    name: str
    tabulation: Tabulation
    suppressed: Bools
    primary: Primary
    printed: Printed = field(default_factory=Printed)


@dataclass(frozen=True)
class Linked:
    """The new table and the earlier ones as one.

    Attributes:
        table: its first cells are those of the new table, and its first `sums` relations that table's own.
        primary: sensitive cells of all of them.
        beside: indices that were printed beside the earlier ones; they cannot be taken back.
    """

    table: Table
    primary: Primary
    sums: int
    beside: tuple[Concentration, ...] = ()


def link(now: Tabulation, sensitive: Primary, earlier: Sequence[Earlier]) -> Linked:
    """Join earlier editions to a new table, so that all are protected as one.

    Args:
        now: the new table.
        sensitive: its sensitive cells.
        earlier: editions that were published. A figure that has not changed is one cell in all of them, so
            the problem grows with what changed.

    A cell that was sensitive in one of them is so here: what it said of its respondents then is still known.
    """
    joint = _Joint(now, sensitive)
    for edition in earlier:
        joint.add(edition)
    return joint.linked()


class _Joint:
    """A new table and earlier ones on the way to one."""

    def __init__(self, now: Tabulation, sensitive: Primary) -> None:
        table = now.table
        self.now = now
        self.names = list(table.names)
        # by cell: value, lower, upper, weight, upper and lower level
        self.figures = np.column_stack(
            [table.value, table.lower, table.upper, table.weight, sensitive.upper, sensitive.lower]
        ).tolist()
        self.fixed, self.forced = table.fixed.tolist(), table.forced.tolist()
        self.sensitive, self.rules = sensitive.sensitive.tolist(), list(sensitive.rule)
        self.place = {
            (key, float(table.value[i])): i
            for i, key in enumerate(now.keys)
            if not table.fixed[i]  # (an empty cell is no figure that could be the same)
        }
        self.people = {name: i for i, name in enumerate(now.who)}
        self.entries = [table.contributions]
        self.told = [table.relations]
        self.seen = set(_rows(table.relations))
        self.beside: list[Concentration] = []

    def add(self, edition: Earlier) -> None:
        """Take one edition in."""
        then, old = edition.tabulation, edition.tabulation.table
        target = np.empty(old.size, dtype=np.int64)
        own = np.zeros(old.size, dtype=np.bool_)  # whose respondents are those of this edition
        for i, key in enumerate(then.keys):
            at = (key, float(old.value[i]))
            j = self.place.get(at) if not old.fixed[i] else None
            is_hidden, is_sensitive = (
                bool(edition.suppressed[i]),
                bool(edition.primary.sensitive[i]),
            )
            level = [float(edition.primary.upper[i]), float(edition.primary.lower[i])]
            if j is None:
                j = len(self.names)
                ends = [float(a[i]) for a in (old.value, old.lower, old.upper, old.weight)]
                self.names.append(f"{edition.name}: {old.names[i]}")
                self.figures.append([*ends, *level])
                self.fixed.append(not is_hidden)
                self.forced.append(is_hidden and not is_sensitive)
                self.sensitive.append(is_sensitive)
                self.rules.append(edition.primary.rule[i])
                own[i] = True
                if not old.fixed[i]:
                    self.place[at] = j
            else:
                self.fixed[j] |= not is_hidden
                self.forced[j] |= is_hidden
                if is_sensitive:
                    own[i] = not self.sensitive[j]
                    self.sensitive[j] = True
                    self.rules[j] = self.rules[j] or edition.primary.rule[i]
                    self.figures[j][4:] = np.maximum(self.figures[j][4:], level).tolist()
            target[i] = j
        self._relate(old.relations, target)
        self.told.append(_over(edition.printed.quotients, target))
        self.beside += [_of_cells(index, target) for index in edition.printed.indices]
        self._answer(then, target, own)

    def _relate(self, given: Relations, target: Ints) -> None:
        """The sums of an edition, but for those that are known already."""
        moved = _over(given, target)
        rows = _rows(moved)
        wanted = np.array([row not in self.seen for row in rows], dtype=np.bool_)
        self.seen.update(rows)
        self.told.append(_only(moved, wanted))

    def _answer(self, then: Tabulation, target: Ints, own: Bools) -> None:
        """The respondents of cells that are new, or were sensitive in this edition alone."""
        number = np.array(
            [self.people.setdefault(name, len(self.people)) for name in then.who], dtype=np.int64
        )
        replaced = target[own]
        self.entries = [
            Contributions(e.cell[keep], e.respondent[keep], e.amount[keep])
            for e in self.entries
            for keep in [~np.isin(e.cell, replaced)]
        ]
        given = then.table.contributions
        mine = own[given.cell]
        self.entries.append(
            Contributions(
                target[given.cell[mine]], number[given.respondent[mine]], given.amount[mine]
            )
        )

    def linked(self) -> Linked:
        """All of it as one table."""
        value, lower, upper, weight, up, down = np.array(self.figures, dtype=np.float64).T.copy()
        sensitive = np.array(self.sensitive, dtype=np.bool_)
        fixed = np.array(self.fixed, dtype=np.bool_)
        forced = np.array(self.forced, dtype=np.bool_) & ~fixed
        table = Table(
            *(tuple(self.names), value, lower, upper, weight, joined(*self.told)),
            contributions=Contributions(
                *(
                    np.concatenate([getattr(e, name) for e in self.entries])
                    for name in ("cell", "respondent", "amount")
                )
            ),
            respondents=len(self.people),
            fixed=fixed,
            forced=forced,
        )
        primary = Primary(sensitive, up, down, tuple(self.rules))
        return Linked(table, primary, self.now.table.relations.count, tuple(self.beside))


def _rows(given: Relations) -> list[bytes]:
    """What tells one relation from another, by row."""
    order = np.lexsort((given.cell, given.row))
    starts = np.searchsorted(given.row[order], np.arange(given.count + 1))
    cell, coef = given.cell[order], given.coef[order]
    return [
        cell[s:e].tobytes() + coef[s:e].tobytes() + given.low[k].tobytes() + given.high[k].tobytes()
        for k, (s, e) in enumerate(zip(starts[:-1], starts[1:], strict=True))
    ]


def _of_cells(index: Concentration, target: Ints) -> Concentration:
    """An index that is out already, over the cells that its own stand for."""
    parts = tuple(int(target[p]) for p in index.parts)
    return replace(index, parts=parts, total=int(target[index.total]), fixed=True)


def with_released(
    linked: Linked,
    keys: Sequence[tuple[str, ...]],
    released: Mapping[tuple[str, ...], float | None],
    name: str = "earlier release",
    printed: Printed | None = None,
    *,
    same_table: bool = True,
    complete: bool = False,
    levels: Mapping[tuple[str, ...], tuple[float, float]] | None = None,
) -> Linked:
    """What an earlier release said of this very table: published figures are known, the others stay hidden.

    Args:
        keys: the keys of the first cells of `linked`.
        released: by key the figure that was published, None where it was withheld.
        name: how it is called; releases are put in one by one, each under its own name.
        printed: the KPIs that stood beside it, over the first cells.
        same_table: False where it is another edition of the table: then only equal figures are the same.
        complete: it said something of every cell that there was, so that what it does not name was zero.
        levels: what it withheld for its own sake, by key: a part of the figure, and the least level in its
            unit. Where the figure has changed since, or its cell is gone, the old one is protected, too, from
            the outsider (who stood behind it is not known here).

    A figure that has been revised since is another figure; but where the old one lies within the
    protection level of the new one, the new one counts as known. What else the old table tells is that its
    withheld figures fit its sums and KPIs: those that have not changed are cells of both.

    Raises:
        DisclosureError: KPIs that do not fit what the old table withheld, as far as that can be known here.
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
            same_table
            and sensitive.sensitive[i]
            and abs(figure - table.value[i]) < sensitive.upper[i]
        ):
            fixed[i] = True
    known = replace(linked, table=replace(table, fixed=fixed, forced=forced & ~fixed))
    absent = 0.0 if complete else np.inf
    said = np.array([released.get(key, absent) for key in keys], dtype=np.float64)  # None: NaN
    old = np.array([(levels or {}).get(key, (np.nan, np.nan)) for key in keys]).reshape(-1, 2)
    return _with_old_sums(known, said, name, printed or Printed(), old)


def _with_old_sums(
    linked: Linked, said: Floats, name: str, printed: Printed, levels: Floats
) -> Linked:
    """Give the sums of the released table, and what was printed beside it, to the attacker, too.

    Args:
        said: by cell (of the new table) what was released: a figure, NaN where it was withheld, infinity
            where there was no such cell.
        levels: shape (cells, 2): of what was withheld for its own sake the level, as part of the figure and
            at least; else NaN.

    The old withheld figures are not at hand. The attacker is taken to know which have not changed, so as
    many as can be are taken for the same: those whose least relative change makes the old sums fit.
    """
    table = linked.table
    n = len(said)
    withheld, value = np.isnan(said), table.value[:n]
    if not withheld.any():
        return linked
    own = _only(table.relations, np.arange(table.relations.count) < linked.sums)
    rows = joined(own, printed.quotients)
    is_quotient = np.arange(rows.count) >= own.count
    whole = np.ones(rows.count, dtype=np.bool_)
    # Sums with a cell that it did not have are not its own; what its quotients tell of one holds, as far as
    # the figures of today stand for it.
    whole[rows.row[np.isposinf(said[rows.cell]) & ~is_quotient[rows.row]]] = False
    rows = _only(rows, whole)
    is_quotient = is_quotient[whole]
    # (what was withheld is not known to be the nothing that stands in its place now)
    gone = withheld & (table.upper[:n] <= 0)
    then = _least_changed(rows, np.where(np.isfinite(said), said, value), withheld, value, gone)
    if then is None and printed.quotients.count:
        raise _does_not_fit(name)
    if then is None:  # the old table had other sums: it tells nothing in this way
        return linked
    changed = np.flatnonzero(np.isin(np.arange(n), rows.cell) & ((then != value) | gone))
    touched = np.zeros(rows.count, dtype=np.bool_)  # the other sums are the new table's own
    touched[rows.row[np.isin(rows.cell, changed)]] = True
    rows = _only(rows, touched | is_quotient)
    target = np.arange(n)
    target[changed] = table.size + np.arange(len(changed))
    sums = rows.sums(then)  # what rounding left
    told = Relations(
        *(rows.row, target[rows.cell], rows.coef),
        np.where(rows.low == rows.high, sums, np.minimum(rows.low, sums)),
        np.where(rows.low == rows.high, sums, np.maximum(rows.high, sums)),
    )
    for index in printed.indices:
        if abs(index.of(then) - index.published) > index.half_unit * (1 + 1e-6) + 1e-9:
            raise _does_not_fit(name)
    more = len(changed)
    zeros = np.zeros(more)
    part, least = levels[changed].T
    secret = withheld[changed] & ~np.isnan(part)
    level = np.where(secret, np.maximum(part * np.abs(then[changed]), least), 0.0)
    extended = replace(
        table,
        names=(*table.names, *(f"{name}: {table.names[i]}" for i in changed)),
        value=np.append(table.value, then[changed]),
        lower=np.append(table.lower, zeros),
        upper=np.append(table.upper, np.full(more, np.inf)),
        weight=np.append(table.weight, zeros),
        relations=joined(table.relations, told),
        fixed=np.append(table.fixed, ~withheld[changed]),
        forced=np.append(table.forced, withheld[changed]),
    )
    primary = linked.primary
    joint = Primary(
        np.append(primary.sensitive, secret),
        np.append(primary.upper, level),
        np.append(primary.lower, level),
        (*primary.rule, *("withheld before" if s else "" for s in secret)),
    )
    beside = (*linked.beside, *(_of_cells(index, target) for index in printed.indices))
    return Linked(extended, joint, linked.sums, beside)


def _least_changed(
    rows: Relations, then: Floats, withheld: Bools, value: Floats, gone: Bools
) -> Floats | None:
    """Figures of the old table that fit its sums and KPIs, with the least relative change of what it
    withheld; None where none do. What is gone since has changed for certain: that costs nothing."""
    now = rows.sums(then)
    size = np.ones(rows.count)
    np.maximum.at(size, rows.row, np.abs(rows.coef * then[rows.cell]))
    slack = RELATION_TOLERANCE * size
    fits = (now >= rows.low - 10 * slack) & (now <= rows.high + 10 * slack)
    if fits.all():
        return then
    free = np.flatnonzero(withheld)
    place = np.full(len(then), -1, dtype=np.int64)
    place[free] = np.arange(len(free))
    there = place[rows.cell] >= 0
    at, col, by = rows.row[there], place[rows.cell[there]], rows.coef[there]
    # (in the size of the figures: the solver takes what is very small for nothing)
    scale = float(np.median(np.maximum(np.abs(value[free]), 1.0))) if len(free) else 1.0
    program = Program(
        2 * len(free),
        np.concatenate([at, at]),
        np.concatenate([col, col + len(free)]),
        np.concatenate([by, -by]),
        (rows.low - now - slack) / scale,
        (rows.high - now + slack) / scale,
        np.zeros(2 * len(free)),
        np.concatenate([np.full(len(free), np.inf), np.maximum(value[free], 0.0) / scale]),
        warm=False,
    )
    dear = np.where(gone[free], 1e-6, scale / np.maximum(np.abs(value[free]), 1.0))
    solution = program.attempt(-np.concatenate([dear, dear]))
    if solution is None:
        return None
    steps = (solution.deviation[: len(free)] - solution.deviation[len(free) :]) * scale
    found = then.copy()
    found[free] += np.where(np.abs(steps) > 1e-6 * np.maximum(value[free], 1.0), steps, 0.0)
    return found


def _does_not_fit(name: str) -> DisclosureError:
    return DisclosureError(
        f"{name}: the KPIs printed beside it do not follow from what is withheld now, so withheld figures "
        "have changed since and cannot be held against it: give the unit data it was made of (`units`)",
        f"{name}: 함께 실린 지표가 지금의 비공개 값과 맞지 않아 대조할 수 없다. 그 표의 단위 자료(units)를 준다",
    )


def _over(given: Relations, target: Ints) -> Relations:
    """The same relations over other cells: `target` by cell."""
    return Relations(given.row, target[given.cell], given.coef, given.low, given.high)


def _only(given: Relations, wanted: Bools) -> Relations:
    """Some of the relations, in the same order."""
    number = np.cumsum(wanted) - 1
    keep = wanted[given.row]
    return Relations(
        *(number[given.row[keep]].astype(np.int64), given.cell[keep], given.coef[keep]),
        *(given.low[wanted], given.high[wanted]),
    )
