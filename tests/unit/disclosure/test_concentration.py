"""An index of concentration beside a table, as its attackers see it: held against formulas of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from disclosure import (
    Concentration,
    Contributions,
    Dimension,
    DisclosureError,
    Infeasible,
    Primary,
    Protection,
    Rule,
    Table,
    audit,
    primary,
    protect,
    relations,
    tabulate,
)


def row(*values: float, people: tuple[int, ...] = ()) -> Table:
    """Parts and their total, the last cell; five respondents a part where no number is given."""
    n = len(values)
    figures = np.array([*values, sum(values)], dtype=float)
    cell, who, amount = [], [], []
    for i, value in enumerate(values):
        count = people[i] if people else 5
        for j in range(count):
            for c in (i, n):
                cell.append(c)
                who.append(100 * i + j)
                amount.append(value / count)
    numbers = {w: k for k, w in enumerate(sorted(set(who)))}
    return Table(
        names=(*(f"part {i}" for i in range(n)), "total"),
        value=figures,
        lower=np.zeros(n + 1),
        upper=np.full(n + 1, np.inf),
        weight=np.array([*(1 + np.log1p(values)), 100.0]),
        relations=relations([{n: 1.0, **dict.fromkeys(range(n), -1.0)}]),
        contributions=Contributions(
            np.array(cell), np.array([numbers[w] for w in who]), np.array(amount)
        ),
        respondents=len(numbers),
    )


def level(table: Table, up: float, down: float | None = None, cell: int = 0) -> Primary:
    upper, lower = np.zeros(table.size), np.zeros(table.size)
    upper[cell], lower[cell] = up, up if down is None else down
    return Primary(upper > 0, upper, lower, tuple("n<3" if u else "" for u in upper))


def index(table: Table, **more) -> Concentration:
    n = table.size - 1
    made = Concentration("HHI", tuple(range(n)), n, 0.0, **more)
    return replace(made, published=made.of(table.value))


def suppressed(table: Table, *cells: int) -> np.ndarray:
    return np.isin(np.arange(table.size), cells)


def circle(a: float, b: float, c: float) -> tuple[float, float]:
    """Least and greatest first figure of three with the same sum and the same sum of squares."""
    s, q = a + b + c, a * a + b * b + c * c
    root = (2 * (3 * q - s * s)) ** 0.5
    return (s - root) / 3, (s + root) / 3


def test_an_index_gives_two_hidden_parts_away_and_is_withheld():
    table = row(30, 20, 25, 45)
    sensitive = level(table, 4)
    pattern = suppressed(table, 0, 1)
    assert audit(table, pattern, sensitive).is_safe
    found = audit(table, pattern, sensitive, beside=[index(table)])
    assert None in {f.respondent for f in found.findings}
    assert {table.names[f.cell] for f in found.findings} == {"part 0"}
    protection = protect(table, sensitive, beside=[index(table)])
    assert int(protection.suppressed.sum()) == 2
    assert protection.withheld.tolist() == [True]


def test_cells_give_way_to_an_index_that_must_be_printed():
    table = row(30, 20, 45, 26, 60)
    sensitive = level(table, 4)
    without = protect(table, sensitive)
    with_ = protect(table, sensitive, beside=[index(table, fixed=True)])
    assert with_.withheld.tolist() == [False]
    assert with_.suppressed.sum() > without.suppressed.sum() == 2
    assert with_.loss > without.loss == with_.bound and not with_.is_optimal
    assert not with_.suppressed[-1]
    assert not_proven(table, with_, [index(table)]) == []


def test_an_index_of_published_figures_says_nothing_new():
    table = row(30, 20, 45, 26, 60)
    two = [
        Concentration("of all", (0, 1, 2, 3, 4), 5, index(table).published),
        Concentration("of the last", (2, 3, 4), 5, (45**2 + 26**2 + 60**2) / 181**2),
    ]
    protection = protect(
        replace(table, fixed=suppressed(table, 2, 3, 4, 5)), level(table, 4), beside=two
    )
    assert protection.withheld.tolist() == [True, False]


@pytest.mark.parametrize(
    ("decimals", "wide", "is_safe"), [(1, 4, True), (2, 4, False), (2, 0.4, True), (5, 0.4, False)]
)
def test_rounding_leaves_room(decimals, wide, is_safe):
    table = row(30, 20, 25, 45)
    sensitive = level(table, wide)
    printed = index(table, half_unit=0.5 * 10**-decimals)
    printed = replace(printed, published=round(printed.published, decimals))
    found = audit(table, suppressed(table, 0, 1), sensitive, beside=[printed])
    # The index is 0.2743; w more of the one and less of the other adds (20 w + 2 w^2) / 120^2 to it.
    assert found.is_safe is is_safe


def test_an_index_that_must_be_printed_may_leave_no_way():
    table = row(30, 20, 25, 45)
    table = replace(table, fixed=suppressed(table, 2, 3, 4))
    with pytest.raises(Infeasible, match="index of concentration") as error:
        protect(table, level(table, 4), beside=[index(table, fixed=True)])
    assert [c.cell for c in error.value.cells] == ["part 0"]
    assert "집중도 지수" in error.value.ko


def test_a_jump_between_two_figures_is_no_interval():
    # 10 and 40 hidden: with the index, the first is 10 or it is 40, and nothing in between.
    table = row(10, 40, 25, 45)
    upwards = level(table, 5, down=0.0)
    assert audit(table, suppressed(table, 0, 1), upwards).is_safe
    assert not audit(table, suppressed(table, 0, 1), upwards, beside=[index(table)]).is_safe


def test_a_firm_that_is_alone_in_a_hidden_part_knows_more():
    # Three are hidden: a circle for the outsider, two for the firm whose own figure is one of them.
    table = row(30, 20, 45, 60, people=(5, 5, 1, 5))
    sensitive = level(table, 4)
    pattern = suppressed(table, 0, 1, 2)
    assert audit(table, pattern, sensitive).is_safe
    found = audit(table, pattern, sensitive, beside=[index(table)])
    alone = 10  # of 16 respondents, in the order of their numbers
    assert {f.respondent for f in found.findings} == {alone}
    protection = protect(table, sensitive, beside=[index(table, fixed=True)])
    assert not (protection.suppressed == pattern).all()
    assert not_proven(table, protection, [index(table)]) == []


def test_an_index_that_does_not_follow_from_the_figures_is_refused():
    table = row(30, 20, 25, 45)
    wrong = replace(index(table), published=0.5)
    with pytest.raises(DisclosureError, match=r"printed as 0\.5, but the figures give"):
        protect(table, level(table, 4), beside=[wrong])
    with pytest.raises(DisclosureError, match="above zero"):
        protect(row(0, 0), level(row(0, 0), 4), beside=[Concentration("HHI", (0, 1), 2, 0.5)])


def test_levels_of_very_different_size_are_all_demanded():
    # Were a figure followed only so far as the others' levels are wide, the last would count as hidden.
    table = row(30, 20, 25, 45, 4e9, 1e6, 5e9)
    table = replace(table, contributions=Contributions.none(), respondents=0)
    sensitive = level(table, 4)
    upper = sensitive.upper.copy()
    upper[[1, 2, 4]] = 4, 4, 1e9
    sensitive = replace(sensitive, sensitive=upper > 0, upper=upper, lower=upper)
    assert not audit(table, suppressed(table, 0, 1, 2, 4, 5), sensitive).is_safe
    assert audit(table, suppressed(table, 0, 1, 2, 4, 6), sensitive).is_safe


def square(seed: int) -> tuple[Table, list[Concentration]]:
    """Four by four with margins, and the index of every row; drawn."""
    dice = np.random.default_rng(seed)
    columns: dict[str, list[str]] = {"a": [], "b": []}
    amounts, who = [], []
    for a in range(4):
        for b in range(4):
            for f in range(int(dice.choice([2, 6, 6, 6]))):
                columns["a"].append(f"a{a}")
                columns["b"].append(f"b{b}")
                amounts.append(float(dice.integers(5, 60)))
                who.append(f"{a}{b}{f}")
    made = tabulate(
        columns, amounts, who, [Dimension(d, tuple(f"{d}{i}" for i in range(4))) for d in "ab"]
    )
    place = {key: i for i, key in enumerate(made.keys)}
    rows = []
    for a in range(4):
        parts = tuple(place[f"a{a}", f"b{b}"] for b in range(4))
        one = Concentration(f"a{a}", parts, place[f"a{a}", "_T"], 0.0, fixed=a < 2)
        rows.append(replace(one, published=one.of(made.table.value)))
    return made.table, rows


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_what_is_protected_is_safe_by_another_search(seed):
    table, rows = square(seed)
    sensitive = primary(table, [Rule("min_respondents", n=3)], minimum_level=1)
    assert sensitive.sensitive.any()
    protection = protect(table, sensitive, beside=rows)
    assert not protection.withheld[:2].any()
    printed = [r for r, gone in zip(rows, protection.withheld, strict=True) if not gone]
    assert any(protection.suppressed[list(r.parts)].any() for r in printed)
    assert not_proven(table, protection, printed) == []


def not_proven(table: Table, found: Protection, printed: list[Concentration]) -> list[str]:
    """Every attacker and side for which no witness of the audit holds, by arithmetic on whole figures."""
    matrix = np.zeros((table.relations.count, table.size))
    np.add.at(matrix, (table.relations.row, table.relations.cell), table.relations.coef)
    others = []
    for change in found.audit.witnesses:
        figures = table.value + change
        assert not change[~found.suppressed].any()
        assert (figures >= table.lower - 1e-6).all() and (figures <= table.upper + 1e-6).all()
        assert matrix @ figures == pytest.approx(matrix @ table.value, abs=1e-4)
        for p in printed:
            whole = figures[p.total]
            of = sum((figures[part] / whole) ** 2 for part in p.parts)
            assert of == pytest.approx(p.published, abs=p.half_unit + 1e-9)
        others.append(figures)
    open_ = []
    given = table.contributions
    for who in (None, *range(table.respondents)):
        mine = given.respondent == who
        own = np.zeros(table.size)
        np.add.at(own, given.cell[mine], given.amount[mine])
        alone = (own > 0) & (table.respondent_count == 1)
        fits = [
            f
            for f in others
            if (f >= own - 1e-6).all() and np.allclose(f[alone], own[alone], atol=1e-6)
        ]
        for cell in np.flatnonzero(found.primary.sensitive):
            rest = table.value[cell] - own[cell]
            if rest <= 0:
                continue
            up = table.value[cell] + found.primary.upper[cell]
            down = table.value[cell] - found.primary.lower[cell] * rest / table.value[cell]
            ends = [f[cell] for f in fits]
            if max(ends, default=0.0) < up - 1e-4:
                open_.append(f"{table.names[cell]} from above by {who}")
            if min(ends, default=np.inf) > max(down, 0.0) + 1e-4:
                open_.append(f"{table.names[cell]} from below by {who}")
    return open_


@pytest.mark.parametrize("figures", [(30, 20, 25), (35, 40, 45), (100, 101, 99), (44, 44, 50)])
@pytest.mark.parametrize("side", ["upper", "lower"])
def test_of_three_hidden_parts_it_leaves_a_circle(figures, side):
    table = replace(row(*figures, 60), contributions=Contributions.none(), respondents=0)
    pattern = suppressed(table, 0, 1, 2)
    low, high = circle(*figures)
    assert low > 0  # nowhere on the circle is a figure negative, so the formula holds
    up, down = high - figures[0], figures[0] - low
    for part, is_safe in ((0.98, True), (1.02, False)):
        ends = (part * up, down / 5) if side == "upper" else (up / 5, part * down)
        assert (
            audit(table, pattern, level(table, *ends), beside=[index(table)]).is_safe is is_safe
        ), (part, ends)
