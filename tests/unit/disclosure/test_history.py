"""What was published before stays known."""

from __future__ import annotations

import numpy as np
import pytest

from disclosure import (
    Dimension,
    Earlier,
    Infeasible,
    Rule,
    audit,
    link,
    primary,
    protect,
    tabulate,
    with_released,
)

from .oracle import not_hidden

RULES = [Rule("min_respondents", n=3)]


def edition(changes: dict[tuple[int, int], int] | None = None):
    """Four complexes by four industries, five firms a cell but for one firm in two of them."""
    columns: dict[str, list[str]] = {"c": [], "i": []}
    amounts, who = [], []
    for c in range(4):
        for i in range(4):
            firms = (changes or {}).get((c, i), 1 if (c, i) in {(0, 0), (2, 3)} else 5)
            for f in range(firms):
                columns["c"].append(f"c{c}")
                columns["i"].append(f"i{i}")
                amounts.append(float(30 + (7 * c + 5 * i + 11 * f) % 40))
                who.append(f"{c}-{i}-{f}")
    dimensions = [Dimension(n, tuple(f"{n}{k}" for k in range(4))) for n in "ci"]
    tabulation = tabulate(columns, amounts, who, dimensions)
    return tabulation, primary(tabulation.table, RULES, minimum_level=1)


def test_the_same_figures_keep_the_same_pattern():
    then, sensitive = edition()
    first = protect(then.table, sensitive)
    now, again = edition()
    linked = link(now, again, [Earlier("before", then, first.suppressed, sensitive)])
    second = protect(linked.table, linked.primary)
    assert second.suppressed[: now.table.size].tolist() == first.suppressed.tolist()


def test_a_new_sensitive_cell_is_not_hidden_behind_what_is_known():
    then, sensitive = edition()
    first = protect(then.table, sensitive)
    changed, more = edition({(1, 1): 2})
    # Protected for itself it may hide (1,1) behind figures that the edition before shows.
    linked = link(changed, more, [Earlier("before", then, first.suppressed, sensitive)])
    both = protect(linked.table, linked.primary)
    assert both.audit.is_safe
    assert not_hidden(linked.table, both.suppressed, linked.primary) == []
    size = changed.table.size
    for i, key in enumerate(changed.keys):
        j = then.keys.index(key)
        if changed.table.value[i] == then.table.value[j] and not changed.table.fixed[i]:
            assert both.suppressed[:size][i] == first.suppressed[j]


def test_patterns_that_differ_over_unchanged_figures_are_found_unsafe():
    then, sensitive = edition()
    first = protect(then.table, sensitive)
    # another safe pattern for the very same figures
    others = then.table
    costly = np.where(first.suppressed, 50.0, 1.0)
    second = protect(type(others)(**{**_fields(others), "weight": costly}), sensitive)
    assert (second.suppressed != first.suppressed).any()
    assert audit(then.table, second.suppressed, sensitive).is_safe
    union = first.suppressed & second.suppressed  # what is published in neither
    assert not audit(then.table, union, sensitive).is_safe


def _fields(table):
    names = ("names", "value", "lower", "upper", "weight", "relations", "contributions")
    return {n: getattr(table, n) for n in (*names, "respondents", "fixed", "forced")}


def test_a_released_figure_cannot_be_taken_back():
    now, sensitive = edition()
    linked = link(now, sensitive, [])
    hidden = ("c0", "i0")
    figure = float(now.table.value[now.keys.index(hidden)])
    for said in (figure, figure + 1):  # the very figure, or one within its protection level
        known = with_released(linked, now.keys, {hidden: said})
        with pytest.raises(Infeasible, match="known already"):
            protect(known.table, known.primary)
    far = with_released(linked, now.keys, {hidden: figure * 3})
    assert protect(far.table, far.primary).audit.is_safe


def test_what_was_withheld_stays_withheld():
    now, sensitive = edition()
    linked = with_released(link(now, sensitive, []), now.keys, {("c3", "i2"): None})
    assert protect(linked.table, linked.primary).suppressed[now.keys.index(("c3", "i2"))]


def flat(**firms: list[int]):
    """One row of cells by the figures of their firms."""
    cells = [(c, f"{c}{i}", amount) for c in firms for i, amount in enumerate(firms[c])]
    made = tabulate(
        {"c": [c for c, _, _ in cells]},
        [float(a) for _, _, a in cells],
        [who for _, who, _ in cells],
        [Dimension("c", ("a", "b", "e", "f"))],
    )
    return made, primary(made.table, RULES, minimum_level=1)


def test_a_reissue_is_held_against_the_sums_of_the_release_before_it():
    # Then: a and b withheld, e and the total published, so a + b is known. Now e has lost most of its
    # firms; a and b are as they were. Were the new total published, e would be the rest.
    now, sensitive = flat(a=[14, 16], b=[11] * 5, e=[15, 16], f=[20] * 6)
    released = {("a",): None, ("b",): None, ("e",): 100.0, ("f",): 120.0, ("_T",): 305.0}
    place = {key[0]: i for i, key in enumerate(now.keys)}
    alone = protect(now.table, sensitive)
    assert {k for k, i in place.items() if alone.suppressed[i]} == {"a", "e"}
    linked = with_released(link(now, sensitive, []), now.keys, released)
    # (what readers have is part of the problem: a + b = 85 and a + b + e = the new total less f)
    pattern = np.zeros(linked.table.size, dtype=bool)
    pattern[[place["a"], place["b"], place["e"]]] = True
    found = audit(linked.table, pattern, linked.primary)
    assert place["e"] in {f.cell for f in found.findings if f.respondent is None}
    protection = protect(linked.table, linked.primary)
    assert protection.suppressed[place["_T"]]
    assert not_hidden(linked.table, protection.suppressed, linked.primary) == []


def test_a_reissue_that_changes_what_was_withheld():
    # b was withheld and has grown since: only the sum of both is known, of then.
    now, sensitive = flat(a=[14, 16], b=[21] * 5, e=[15, 16], f=[20] * 6)
    released = {("a",): None, ("b",): None, ("e",): 100.0, ("f",): 120.0, ("_T",): 305.0}
    linked = with_released(link(now, sensitive, []), now.keys, released)
    old = dict(zip(linked.table.names, linked.table.value, strict=True))
    assert {k: v for k, v in old.items() if k.startswith("earlier")} == {
        "earlier release: b": pytest.approx(
            55.0
        ),  # 85 less the 30 of a, which need not have changed
        "earlier release: e": 100.0,
        "earlier release: _T": 305.0,
    }
    protection = protect(linked.table, linked.primary)
    assert not_hidden(linked.table, protection.suppressed, linked.primary) == []


def test_what_a_release_does_not_name_was_nothing_where_it_named_everything():
    # Then there was no e, and a + b is known. Were the new total published, e would be the difference.
    now, sensitive = flat(a=[14, 16], b=[11] * 5, e=[15, 16], f=[20] * 6)
    released = {("a",): None, ("b",): None, ("f",): 120.0, ("_T",): 205.0}
    place = {key[0]: i for i, key in enumerate(now.keys)}
    linked = with_released(link(now, sensitive, []), now.keys, released, complete=True)
    protection = protect(linked.table, linked.primary)
    assert protection.suppressed[place["_T"]]
    assert not_hidden(linked.table, protection.suppressed, linked.primary) == []


def test_what_is_gone_is_not_the_difference_of_two_totals():
    # Then e was withheld beside a; now it is gone. All else is as it was.
    now, sensitive = flat(a=[14, 16], b=[11] * 5, f=[20] * 6)
    released = {("a",): None, ("b",): 55.0, ("e",): None, ("f",): 120.0, ("_T",): 230.0}
    then = {"levels": {("e",): (0.15, 1.0)}, "complete": True}
    linked = with_released(link(now, sensitive, []), now.keys, released, **then)
    old = dict(zip(linked.table.names, linked.table.value, strict=True))
    assert old["earlier release: e"] == pytest.approx(25.0)
    protection = protect(linked.table, linked.primary)
    assert protection.suppressed[[key == ("_T",) for key in now.keys].index(True)]
    assert not_hidden(linked.table, protection.suppressed, linked.primary) == []


def test_the_same_table_released_again_is_the_same_problem():
    now, sensitive = edition()
    first = protect(now.table, sensitive)
    released = {
        key: None if first.suppressed[i] else float(now.table.value[i])
        for i, key in enumerate(now.keys)
    }
    linked = with_released(link(now, sensitive, []), now.keys, released)
    assert linked.table.size == now.table.size
    assert protect(linked.table, linked.primary).suppressed.tolist() == first.suppressed.tolist()


def test_each_earlier_release_adds_the_sums_that_changed_and_no_others():
    """What a release repeats is the table's own: the problem grows by what is new, not by what there is."""
    now, sensitive = edition()
    place = {key: i for i, key in enumerate(now.keys)}
    pattern = protect(now.table, sensitive).suppressed
    linked, counts = link(now, sensitive, []), []
    for n in range(5):  # each said another figure of one published cell, and its margins with it
        figures = now.table.value.copy()
        for key in (("c1", "i1"), ("c1", "_T"), ("_T", "i1"), ("_T", "_T")):
            assert not pattern[place["c1", "i1"]]
            figures[place[key]] += 10.0 * (n + 1)
        said = {key: None if pattern[i] else float(figures[i]) for key, i in place.items()}
        linked = with_released(linked, now.keys, said, f"release {n}")
        counts.append(linked.table.relations.count)
    # the rows and columns of the margins that changed: two by the cell, two by the total
    assert {b - a for a, b in zip(counts[:-1], counts[1:], strict=True)} == {4}


def test_a_cell_that_was_sensitive_then_is_protected_though_it_is_not_now():
    # The figure of a is that of two firms then, and of five now: alone behind an X it would be the rest.
    then, level = flat(a=[14, 16], b=[11] * 5, e=[25] * 4, f=[20] * 6)
    first = protect(then.table, level)
    now, sensitive = flat(a=[6] * 5, b=[12] * 5, e=[26] * 4, f=[21] * 6)
    assert not sensitive.sensitive.any()
    linked = link(now, sensitive, [Earlier("then", then, first.suppressed, level)])
    found = protect(linked.table, linked.primary)
    hidden = {key[0] for i, key in enumerate(now.keys) if found.suppressed[i]}
    assert "a" in hidden and len(hidden) > 1
    assert not_hidden(linked.table, found.suppressed, linked.primary) == []


def test_a_figure_of_several_editions_is_one_cell():
    """Also where the newest has another: who has all of them holds their sums together."""
    now, sensitive = edition({(1, 1): 6})
    then, level = edition()
    pattern = protect(then.table, level).suppressed
    once = link(now, sensitive, [Earlier("1", then, pattern, level)]).table
    thrice = link(now, sensitive, [Earlier(str(n), then, pattern, level) for n in range(3)]).table
    assert (thrice.size, thrice.relations.count) == (once.size, once.relations.count)
    assert thrice.size == now.table.size + 4  # the cell that changed, and its margins
    # One edition published what another withheld: it is known in both.
    shown = pattern & False
    mixed = [Earlier("1", then, pattern, level), Earlier("2", then, shown, level)]
    with pytest.raises(Infeasible, match="known already"):
        both = link(now, sensitive, mixed)
        protect(both.table, both.primary)
