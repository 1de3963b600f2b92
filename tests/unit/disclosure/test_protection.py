"""Protection and its proof, held against an audit that shares no code with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from disclosure import (
    Contributions,
    Dimension,
    DisclosureError,
    Finding,
    Infeasible,
    Primary,
    Rule,
    Table,
    audit,
    joined,
    primary,
    protect,
    ratio,
    relations,
    tabulate,
)

from .oracle import interval, not_hidden

pytestmark = pytest.mark.slow

#: The examples are small; shrinking them would take minutes of solving.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
RULES = [Rule("min_respondents", n=3), Rule("p_percent", p=10), Rule("dominance", n=1, k=85)]


def _dimension(name: str, size: int, **more) -> Dimension:
    return Dimension(name, tuple(f"{name}{i}" for i in range(size)), **more)


def _by_hand(values: dict[str, float], rows: list[dict[str, float]], **more) -> Table:
    names = tuple(values)
    place = {name: i for i, name in enumerate(names)}
    figures = np.array(list(values.values()), dtype=float)
    return Table(
        names=names,
        value=figures,
        lower=np.zeros(len(names)),
        upper=np.full(len(names), np.inf),
        weight=np.ones(len(names)),
        relations=relations([{place[k]: c for k, c in row.items()} for row in rows]),
        **more,
    )


@st.composite
def unit_data(draw):
    """A few dozen units in a small table; few respondents, so that some are alone in several cells."""
    shape = draw(st.sampled_from([(2, 3), (3, 3), (3, 4), (2, 2, 2), (3, 2, 2)]))
    count = draw(st.integers(6, 40))
    dimensions = [_dimension(chr(97 + i), k) for i, k in enumerate(shape)]
    if shape[0] == 3 and draw(st.booleans()):  # a level between
        dimensions[0] = _dimension("a", 3, parents={"a0": "A", "a1": "A"})
    columns = {d.name: [draw(st.sampled_from(d.codes)) for _ in range(count)] for d in dimensions}
    amounts = [draw(st.sampled_from([0, 1, 2, 5, 17, 40, 250, 999.5])) for _ in range(count)]
    people = draw(st.integers(2, 14))
    respondents = [f"r{draw(st.integers(0, people - 1))}" for _ in range(count)]
    return tabulate(columns, amounts, respondents, dimensions)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=PHASES,
)
@given(unit_data(), st.sampled_from(["cells", "value", "log"]), st.booleans())
def test_what_is_protected_is_safe_by_another_audit(tabulation, weight, exact):
    table = tabulation.table.with_weight(weight)
    sensitive = primary(table, RULES, minimum_level=1)
    try:
        protection = protect(table, sensitive, method="exact" if exact else "heuristic", seconds=20)
    except Infeasible as error:
        # Even with all of it suppressed, the other audit finds the named cells open.
        everything = ~table.fixed
        named = {c.cell for c in error.cells}
        open_ = {w.split(" ")[0] for w in not_hidden(table, everything, sensitive, 1e-9)}
        assert named <= open_
        return
    assert (protection.suppressed >= sensitive.sensitive).all()
    assert not (protection.suppressed & table.fixed).any()
    assert not_hidden(table, protection.suppressed, sensitive) == []
    for cell, low, high in zip(
        protection.audit.sensitive, protection.audit.low, protection.audit.high, strict=True
    ):
        expected = interval(table, protection.suppressed, int(cell), None)
        assert low == pytest.approx(expected[0], rel=1e-4, abs=1e-3)
        if np.isfinite(expected[1]):
            assert high == pytest.approx(expected[1], rel=1e-4, abs=1e-3)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    phases=PHASES,
)
@given(unit_data(), st.data())
def test_the_audit_agrees_with_the_other_one_on_any_pattern(tabulation, data):
    table = tabulation.table
    sensitive = primary(table, RULES, minimum_level=1)
    drawn = data.draw(st.lists(st.booleans(), min_size=table.size, max_size=table.size))
    suppressed = (sensitive.sensitive | np.array(drawn)) & ~(table.fixed & ~sensitive.sensitive)
    found = audit(table, suppressed, sensitive)
    strict = not_hidden(table, suppressed, sensitive, 1e-4)
    if found.is_safe:
        assert strict == []
    if not not_hidden(table, suppressed, sensitive, -1e-4):  # safe with room to spare
        assert found.is_safe


@settings(max_examples=8, deadline=None, derandomize=True, phases=PHASES)
@given(unit_data())
def test_the_optimum_loses_no_more_than_any_other_choice(tabulation):
    table = tabulation.table.with_weight("log")
    sensitive = primary(table, RULES, minimum_level=1)
    free = np.flatnonzero(~sensitive.sensitive & ~table.fixed)
    if len(free) > 9:
        free = free[np.argsort(table.weight[free])][:9]  # all others are published
        others = np.ones(table.size, dtype=bool)
        others[free] = False
        table = replace(table, fixed=others & ~sensitive.sensitive)
    try:
        protection = protect(table, sensitive, method="exact", seconds=20)
    except Infeasible:
        return
    assert protection.is_optimal
    for number in range(2 ** len(free)):
        choice = sensitive.sensitive.copy()
        choice[free[[bool(number >> i & 1) for i in range(len(free))]]] = True
        loss = table.weight[choice & ~sensitive.sensitive].sum()
        if loss < protection.loss - 1e-6:
            assert not audit(table, choice, sensitive, intervals=False).is_safe


def test_a_firm_alone_in_several_cells_knows_them_all():
    # Two sensitive cells in a row, both of one firm, hide a third from the outsider, not from the firm.
    dimensions = [_dimension("a", 2), _dimension("b", 3)]
    cells = [
        *(("a0", "b0", 10, "X"), ("a0", "b1", 20, "X"), ("a0", "b2", 30, "Y")),
        *(("a1", "b0", 10, "X"), ("a1", "b1", 20, "X"), ("a1", "b2", 25, "Y")),
    ]
    cells += [("a1", f"b{j}", 50 + i, f"m{i}") for j in range(3) for i in range(5)]
    tabulation = tabulate(
        {"a": [c[0] for c in cells], "b": [c[1] for c in cells]},
        [c[2] for c in cells],
        [c[3] for c in cells],
        dimensions,
    )
    table = tabulation.table
    sensitive = primary(table, [Rule("min_respondents", n=2)], minimum_level=1)
    pattern = sensitive.sensitive.copy()
    for key in (("a1", "b0"), ("a1", "b1"), ("a1", "b2")):
        pattern[tabulation.keys.index(key)] = True
    found = audit(table, pattern, sensitive)
    attackers = {f.respondent for f in found.findings}
    assert None not in attackers  # the outsider is kept out
    assert attackers  # X is not: it knows a0|b0 and a0|b1, so a0|b2 too
    assert {table.names[f.cell] for f in found.findings} >= {"a0|b2"}
    protection = protect(table, sensitive)
    assert not_hidden(table, protection.suppressed, sensitive) == []


def test_quarters_and_their_year_are_protected_together():
    # A cell that is hidden in one quarter only is the year less the other three.
    rng = np.random.default_rng(7)
    dimensions = [_dimension("c", 4), _dimension("i", 3), _dimension("q", 4)]
    columns: dict[str, list[str]] = {"c": [], "i": [], "q": []}
    amounts, who = [], []
    for c in range(4):
        for i in range(3):
            for q in range(4):
                firms = 1 if (c, i, q) in {(0, 0, 0), (2, 1, 3)} else 5
                for f in range(firms):
                    columns["c"].append(f"c{c}")
                    columns["i"].append(f"i{i}")
                    columns["q"].append(f"q{q}")
                    amounts.append(float(rng.integers(20, 200)))
                    who.append(f"{c}-{i}-{f}")
    tabulation = tabulate(columns, amounts, who, dimensions)
    sensitive = primary(tabulation.table, [Rule("min_respondents", n=3)], minimum_level=1)
    alone = sensitive.sensitive.copy()
    key = tabulation.keys.index
    # each quarter for itself: the square around the cell within its quarter
    for q, square in (
        ("q0", [("c0", "i1"), ("c1", "i0"), ("c1", "i1")]),
        ("q3", [("c2", "i0"), ("c1", "i1"), ("c1", "i0")]),
    ):
        for c, i in square:
            alone[key((c, i, q))] = True
    assert not audit(tabulation.table, alone, sensitive).is_safe
    protection = protect(tabulation.table, sensitive)
    assert not_hidden(tabulation.table, protection.suppressed, sensitive) == []


@pytest.mark.parametrize("half_unit", [0.0, 0.05])
def test_a_kpi_beside_the_table_gives_a_cell_away(half_unit):
    # a + b + c = 100 is published, a and b are hidden. A share of a tells it.
    rows = [{"t": 1, "a": -1, "b": -1, "c": -1}]
    table = _by_hand({"t": 100, "a": 30, "b": 25, "c": 45}, rows)
    who = Contributions(
        np.array([1, 2, 3, 3, 3, 0, 0, 0, 0, 0]),
        np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]),
        np.array([30, 25, 15, 15, 15, 30, 25, 15, 15, 15.0]),
    )
    table = replace(table, **{"contributions": who, "respondents": 5})
    sensitive = primary(table, [Rule("min_respondents", n=2)])
    pattern = sensitive.sensitive
    assert {f.respondent for f in audit(table, pattern, sensitive).findings} == {0, 1}
    share, bounds = ratio(1, 0, 0.30, half_unit / 10)
    told = replace(table, **{"relations": joined(table.relations, relations(share, bounds))})
    found = audit(told, pattern, sensitive)
    assert None in {f.respondent for f in found.findings}
    if half_unit:
        assert found.low[0] == pytest.approx(29.5) and found.high[0] == pytest.approx(30.5)
    else:
        assert found.low[0] == pytest.approx(30) and found.high[0] == pytest.approx(30)


def test_growth_beside_last_years_level_and_output_per_worker():
    rows = [{"t": 1, "a": -1, "b": -1, "c": -1}, {"T": 1, "A": -1, "B": -1, "C": -1}]
    values = {"t": 100, "a": 30, "b": 25, "c": 45, "T": 90, "A": 24, "B": 26, "C": 40}
    table = _by_hand(values, rows)
    sensitive = Primary(
        np.array([n in "ab" for n in table.names]),
        np.array([5.0 if n in "ab" else 0.0 for n in table.names]),
        np.array([5.0 if n in "ab" else 0.0 for n in table.names]),
        tuple("" for _ in table.names),
    )
    assert audit(table, sensitive.sensitive, sensitive).is_safe
    growth, ends = ratio(1, 5, 30 / 24)  # a / A as 1 + growth, A of last year is published
    told = replace(table, **{"relations": joined(table.relations, relations(growth, ends))})
    assert not audit(told, sensitive.sensitive, sensitive).is_safe
    protection = protect(told, sensitive)  # so last year's level has to go, and one beside it
    assert protection.suppressed[5] and protection.suppressed[[4, 6, 7]].any()


def two_figures() -> tuple[Table, Primary]:
    """Turnover and persons by branch, each with its total; the first branch's turnover is sensitive."""
    rows = [{"t": 1, "a": -1, "b": -1, "c": -1}, {"T": 1, "A": -1, "B": -1, "C": -1}]
    values = {"t": 100, "a": 30, "b": 25, "c": 45, "T": 90, "A": 24, "B": 26, "C": 40}
    table = _by_hand(values, rows)
    levels = np.array([5.0 if n == "a" else 0.0 for n in table.names])
    return table, Primary(levels > 0, levels, levels, tuple("n<3" if u else "" for u in levels))


@pytest.mark.parametrize(("decimals", "gives_away"), [(None, True), (2, True), (0, False)])
def test_output_per_worker_beside_the_persons_gives_a_cell_away(decimals, gives_away):
    table, sensitive = two_figures()
    pattern = np.isin(table.names, ["a", "b"])
    assert audit(table, pattern, sensitive).is_safe
    half = 0.0 if decimals is None else 0.5 * 10.0**-decimals
    per = 30 / 24 if decimals is None else round(30 / 24, decimals)
    rows, ends = ratio(1, 5, per, half)  # a per A, beside A
    told = replace(table, relations=joined(table.relations, relations(rows, ends)))
    found = audit(told, pattern, sensitive)
    assert found.is_safe is not gives_away
    protection = protect(told, sensitive)
    # the persons of that branch have to go, and others beside them, where the quotient tells enough
    assert bool(protection.suppressed[5]) is gives_away
    assert not_hidden(told, protection.suppressed, sensitive) == []


def test_a_quotient_that_lies_at_the_end_of_its_rounding():
    # 30 / 24 is 1.25: printed as 1.2 it is the very end, and no noise of the solver may count there.
    table, sensitive = two_figures()
    rows, ends = ratio(1, 5, 1.2, 0.05)
    told = replace(table, relations=joined(table.relations, relations(rows, ends)))
    for method in ("heuristic", "exact"):
        protection = protect(told, sensitive, method=method)
        assert not_hidden(told, protection.suppressed, sensitive) == []


def test_nothing_is_called_safe_that_the_audit_does_not_confirm(monkeypatch):
    table, sensitive = two_figures()

    def strict(*arguments, **options):
        found = audit(*arguments, **options)
        return found if not options.get("intervals", True) else replace(found, findings=(None,))

    monkeypatch.setattr("disclosure.protection.audit", strict)
    with pytest.raises(RuntimeError, match="does not confirm"):
        protect(table, sensitive)
    monkeypatch.setattr(
        "disclosure.protection.audit",
        lambda *a, **o: replace(audit(*a, **o), findings=(Finding(1, "upper", 5.0, 0.0, None),)),
    )
    with pytest.raises(RuntimeError, match="do not come to an agreement"):
        protect(table, sensitive)
    with pytest.raises(DisclosureError, match="expected auto, exact or heuristic"):
        protect(table, sensitive, method="guess")


def test_linked_tables_share_their_margin():
    rng = np.random.default_rng(3)
    n = 150
    columns = {
        "c": [f"c{i}" for i in rng.integers(0, 4, n)],
        "i": [f"i{i}" for i in rng.integers(0, 5, n)],
        "s": [f"s{i}" for i in rng.integers(0, 3, n)],
    }
    dimensions = [_dimension("c", 4), _dimension("i", 5), _dimension("s", 3)]
    tabulation = tabulate(
        columns,
        rng.lognormal(3, 1, n).round(),
        [f"r{i}" for i in range(n)],
        dimensions,
        tables=[("c", "i"), ("c", "s")],
    )
    assert len(tabulation.keys) == 5 * 6 + 5 * 4 - 5
    sensitive = primary(tabulation.table, [Rule("min_respondents", n=6)], minimum_level=1)
    protection = protect(tabulation.table, sensitive)
    assert not_hidden(tabulation.table, protection.suppressed, sensitive) == []


def test_bounds_that_everybody_knows_narrow_the_interval():
    # Two firms of fewer than 50 employees cannot have 120 together.
    columns = {"s": ["small", "small", "large", "large", "large"], "c": ["x", "y", "x", "y", "y"]}
    amounts = [40, 45, 900, 700, 400]
    tabulation = tabulate(
        columns,
        amounts,
        list("abcde"),
        [Dimension("s", ("small", "large")), Dimension("c", ("x", "y"))],
        bounds=([0, 0, 300, 300, 300], [49, 49, np.inf, np.inf, np.inf]),
    )
    sensitive = primary(tabulation.table, [Rule("min_respondents", n=3, safety_range_pct=50)])
    everything = ~tabulation.table.fixed
    found = audit(tabulation.table, everything, sensitive)
    cell = tabulation.keys.index(("small", "x"))
    place = list(found.sensitive).index(cell)
    assert found.high[place] == pytest.approx(49)
    assert found.low[place] == pytest.approx(0)
    # What the class itself tells is not asked of the pattern: 49 is as far as it can be.
    assert cell not in {f.cell for f in found.findings}


def test_what_cannot_be_protected_is_named():
    table = _by_hand({"t": 7, "a": 7, "b": 0}, [{"t": 1, "a": -1, "b": -1}])
    table = replace(
        table,
        **{
            "fixed": np.array([True, False, True]),
            "upper": np.array([np.inf, np.inf, 0.0]),
            "contributions": Contributions(
                np.array([0, 1]), np.array([0, 0]), np.array([7.0, 7.0])
            ),
            "respondents": 1,
        },
    )
    levels = np.array([0.0, 1.0, 0.0])
    sensitive = Primary(levels > 0, levels, levels, ("", "n<3", ""))
    with pytest.raises(Infeasible) as error:
        protect(table, sensitive)
    assert {c.cell for c in error.value.cells} == {"a"}
    assert "known or empty" in error.value.en and "비어 있다" in error.value.ko


def test_what_was_published_before_cannot_be_hidden():
    table = _by_hand({"t": 9, "a": 4, "b": 5}, [{"t": 1, "a": -1, "b": -1}])
    levels = np.array([0.0, 1.0, 0.0])
    table = replace(table, fixed=np.array([False, True, False]))
    with pytest.raises(Infeasible, match="known already"):
        protect(table, Primary(levels > 0, levels, levels, ("", "n<3", "")))


def in_four_cells(seed):
    """Firms in four cells each: the optimum is far from the heuristic's choice."""
    rng = np.random.default_rng(seed)
    columns: dict[str, list[str]] = {"row": [], "column": []}
    amounts, firms = [], []
    for firm in range(120):
        for cell in rng.choice(64, 4, replace=False):
            columns["row"].append(f"r{cell // 8}")
            columns["column"].append(f"c{cell % 8}")
            amounts.append(float(np.ceil(rng.lognormal(3, 1.5))))
            firms.append(str(firm))
    dimensions = [Dimension(d, tuple(f"{d[0]}{i}" for i in range(8))) for d in columns]
    table = tabulate(columns, amounts, firms, dimensions).table.with_weight("log")
    rules = [Rule("min_respondents", n=5), Rule("dominance", n=1, k=60)]
    return table, primary(table, rules, minimum_level=1)


@pytest.mark.parametrize("seed", [2, 8])
def test_a_search_that_is_given_up_completes_what_it_came_to(seed, monkeypatch):
    table, sensitive = in_four_cells(seed)
    begun = protect(table, sensitive, method="heuristic").loss
    optimum = protect(table, sensitive, method="exact").loss
    monkeypatch.setattr("disclosure.exact.PROGRAMS", 1)
    found = protect(table, sensitive, method="exact")
    assert not found.is_optimal and found.audit.is_safe
    assert found.bound <= optimum <= found.loss < begun


def test_what_is_hard_is_given_up_where_the_optimum_was_not_asked_for(monkeypatch):
    table, sensitive = in_four_cells(2)
    monkeypatch.setattr("disclosure.exact.STEPS", 0)
    quick = protect(table, sensitive)
    assert not quick.is_optimal and quick.audit.is_safe and quick.bound < quick.loss
    best = protect(table, sensitive, method="exact")
    assert best.is_optimal and quick.bound <= best.loss <= quick.loss
