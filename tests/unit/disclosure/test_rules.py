"""Primary suppression: figures worked out by hand, and bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from disclosure import (
    Contributions,
    Dimension,
    DisclosureError,
    Rule,
    Table,
    primary,
    relations,
    tabulate,
)


def one_cell(*amounts: float) -> Table:
    n = len(amounts)
    return Table(
        names=("x",),
        value=np.array([float(sum(amounts))]),
        lower=np.zeros(1),
        upper=np.full(1, np.inf),
        weight=np.ones(1),
        relations=relations([]),
        contributions=Contributions(np.zeros(n, dtype=int), np.arange(n), np.array(amounts, float)),
        respondents=n,
    )


@pytest.mark.parametrize(
    ("amounts", "rule", "level"),
    [
        # five or fewer, as the publisher does: 15 % of 100
        ((20, 20, 20, 20, 20), Rule("min_respondents", n=6), 15),
        ((20, 20, 20, 20, 10, 10), Rule("min_respondents", n=6), None),
        ((60, 40), Rule("min_respondents", n=3, safety_range_pct=20), 20),
        ((50, 30, 20), Rule("min_respondents", n=3), None),
        # (1, 85): 100/85 * 90 - 100
        ((90, 6, 4), Rule("dominance", n=1, k=85), 100 / 85 * 90 - 100),
        ((80, 12, 8), Rule("dominance", n=1, k=85), None),
        # (2, 85): 100/85 * (60 + 30) - 100
        ((60, 30, 6, 4), Rule("dominance", n=2, k=85), 100 / 85 * 90 - 100),
        # 10 %: 0.1 * 80 - (100 - 80 - 15)
        ((80, 15, 5), Rule("p_percent", p=10), 3),
        ((80, 10, 10), Rule("p_percent", p=10), None),
        ((100,), Rule("p_percent", p=10), 10),
    ],
)
def test_a_rule_and_its_level(amounts, rule, level):
    found = primary(one_cell(*amounts), [rule])
    assert bool(found.sensitive[0]) is (level is not None)
    assert found.upper[0] == pytest.approx(level or 0)
    assert found.lower[0] == pytest.approx(level or 0)
    assert found.rule[0] == (rule.code if level is not None else "")


def test_the_largest_level_of_several_rules_holds():
    found = primary(one_cell(95, 5), [Rule("min_respondents", n=3), Rule("p_percent", p=20)])
    assert found.upper[0] == pytest.approx(max(15, 0.2 * 95))
    assert found.rule[0] == "n<3|p20%"


def test_small_counts_need_more_than_a_percentage():
    # 15 % of 3 leaves 2.55 to 3.45, which holds one whole number
    found = primary(one_cell(3), [Rule("min_respondents", n=3)], minimum_level=1)
    assert found.upper[0] == 1


def test_a_zero_with_respondents_is_sensitive():
    found = primary(one_cell(0, 0), [Rule("min_respondents", n=3)], minimum_level=1)
    assert found.sensitive[0] and found.upper[0] == 1


def test_a_zero_without_a_level_is_refused():
    # 15 % of nothing is nothing: any interval would do, the figure itself included
    with pytest.raises(DisclosureError, match=r"minimum_level.*minimum_level") as error:
        primary(one_cell(0), [Rule("min_respondents", n=3)])
    assert "1 sensitive cells" in error.value.en and "cell" in error.value.en
    assert "0이라" in error.value.ko
    known = replace(one_cell(0), fixed=np.array([True]))  # it is out: that is told elsewhere
    assert primary(known, [Rule("min_respondents", n=3)]).sensitive[0]


def test_a_sliding_level_widens_the_upper_side():
    table = one_cell(60, 40)
    table = replace(table, lower=np.array([95.0]))
    found = primary(table, [Rule("min_respondents", n=3)], sliding_pct=40)
    assert found.upper[0] == pytest.approx(35)  # only 5 are possible below


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "min_respondents", "n": 1},
        {"kind": "dominance", "n": 1, "k": 100},
        {"kind": "p_percent", "p": 0},
        {"kind": "guess"},
    ],
)
def test_a_rule_that_is_none(values):
    with pytest.raises(DisclosureError, match="min_respondents"):
        Rule(**values)


def test_negative_contributions_are_refused():
    with pytest.raises(DisclosureError, match="negative"):
        one_cell(10, -3)


def test_figures_that_do_not_add_up_are_refused():
    with pytest.raises(DisclosureError, match="do not add up"):
        Table(
            names=("t", "a", "b"),
            value=np.array([10.0, 4, 5]),
            lower=np.zeros(3),
            upper=np.full(3, np.inf),
            weight=np.ones(3),
            relations=relations([{0: 1, 1: -1, 2: -1}]),
        )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_number_is_refused(value):
    with pytest.raises(DisclosureError, match="finite"):
        Table(("x",), np.array([value]), np.zeros(1), np.full(1, np.inf), np.ones(1), relations([]))


def test_unknown_codes_and_rings_are_refused():
    with pytest.raises(DisclosureError, match="not in the classification: z"):
        tabulate({"a": ["z"]}, [1], ["r"], [Dimension("a", ("x",))])
    ring = Dimension("a", ("x",), parents={"x": "y", "y": "x"})
    with pytest.raises(DisclosureError, match="ring"):
        tabulate({"a": ["x"]}, [1], ["r"], [ring])
    with pytest.raises(DisclosureError, match="no units"):
        tabulate({"a": []}, [], [], [Dimension("a", ("x",))])


def test_a_hierarchy_and_its_respondents():
    tabulation = tabulate(
        {"a": ["x", "y", "z", "x"], "b": ["u", "u", "v", "v"]},
        [1, 2, 4, 8],
        ["r", "r", "s", "t"],
        [
            Dimension("a", ("x", "y", "z"), parents={"x": "XY", "y": "XY"}),
            Dimension("b", ("u", "v")),
        ],
    )
    value = dict(zip(tabulation.keys, tabulation.table.value, strict=True))
    assert value["XY", "u"] == 3 and value["_T", "v"] == 12 and value["_T", "_T"] == 15
    count = dict(zip(tabulation.keys, tabulation.table.respondent_count, strict=True))
    assert count["XY", "u"] == 1  # two units of one respondent
    assert count["_T", "_T"] == 3
    fixed = dict(zip(tabulation.keys, tabulation.table.fixed, strict=True))
    assert fixed["z", "u"] and not fixed["x", "u"]
