"""Another audit, written from the definitions alone: whole figures instead of deviations, scipy's
interior point method instead of the simplex, every attacker and every cell one by one."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from disclosure import Primary, Table

#: Answers by table: the same question is asked at several tolerances.
_ANSWERS: dict[int, tuple[Table, dict[tuple[bytes, int, int | None], tuple[float, float]]]] = {}


def interval(table: Table, suppressed, cell: int, respondent: int | None) -> tuple[float, float]:
    """What an attacker can narrow a suppressed cell to."""
    answers = _ANSWERS.setdefault(id(table), (table, {}))[1]
    question = (suppressed.tobytes(), cell, respondent)
    if question not in answers:
        answers[question] = _solved(table, suppressed, cell, respondent)
    return answers[question]


def _solved(table: Table, suppressed, cell: int, respondent: int | None) -> tuple[float, float]:
    n = table.size
    low, high = table.value.copy(), table.value.copy()
    low[suppressed] = table.lower[suppressed]
    high[suppressed] = table.upper[suppressed]
    if respondent is not None:
        for c, r, amount in zip(
            table.contributions.cell,
            table.contributions.respondent,
            table.contributions.amount,
            strict=True,
        ):
            if r == respondent and suppressed[c]:
                alone = sum(1 for x in table.contributions.cell if x == c) == 1
                low[c] = max(low[c], amount)
                if alone:
                    high[c] = min(high[c], amount)
    matrix = np.zeros((table.relations.count, n))
    for row, c, k in zip(
        table.relations.row, table.relations.cell, table.relations.coef, strict=True
    ):
        matrix[row, c] += k
    equal = table.relations.low == table.relations.high
    upper_rows = ~equal & np.isfinite(table.relations.high)
    lower_rows = ~equal & np.isfinite(table.relations.low)
    a_ub = np.concatenate([matrix[upper_rows], -matrix[lower_rows]])
    b_ub = np.concatenate([table.relations.high[upper_rows], -table.relations.low[lower_rows]])
    # What is published is put in, so that the solver cannot let it drift.
    known = np.where(suppressed, 0.0, table.value)
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(n)
        cost[cell] = sign
        outcome = linprog(
            cost[suppressed],
            A_ub=a_ub[:, suppressed] if len(a_ub) else None,
            b_ub=b_ub - a_ub @ known if len(a_ub) else None,
            A_eq=matrix[equal][:, suppressed],
            b_eq=table.relations.low[equal] - matrix[equal] @ known,
            bounds=list(zip(low[suppressed], high[suppressed], strict=True)),
            method="highs-ipm",
        )
        if outcome.status == 3:
            ends.append(-sign * np.inf)
        else:
            assert outcome.status == 0, outcome.message
            ends.append(float(outcome.x[np.flatnonzero(suppressed).tolist().index(cell)]))
    return ends[0], ends[1]


def not_hidden(table: Table, suppressed, primary: Primary, tolerance: float = 1e-4) -> list[str]:
    """Every (attacker, cell) whose interval is narrower than the cell's protection level."""
    wrong = []
    attackers: list[int | None] = [None, *range(table.respondents)]
    total = np.bincount(table.contributions.cell, table.contributions.amount, minlength=table.size)
    for cell in np.flatnonzero(primary.sensitive):
        if not suppressed[cell]:
            if primary.upper[cell] > 0:
                wrong.append(f"{table.names[cell]} is published")
            continue
        for attacker in attackers:
            mine = (table.contributions.cell == cell) & (table.contributions.respondent == attacker)
            own = float(table.contributions.amount[mine].sum()) if attacker is not None else 0.0
            alone = attacker is not None and mine.any() and table.respondent_count[cell] == 1
            if alone:
                continue
            value = table.value[cell]
            share = own / total[cell] if total[cell] > 0 and attacker is not None else 0.0
            if attacker is not None and share >= 1:
                continue
            up = min(primary.upper[cell], table.upper[cell] - value)
            down = min(primary.lower[cell], value - table.lower[cell]) * (1 - share)
            low, high = interval(table, suppressed, int(cell), attacker)
            slack = tolerance * max(1.0, up, down)
            if high < value + up - slack:
                wrong.append(f"{table.names[cell]} from above by {attacker}: {high} < {value + up}")
            if low > value - down + slack:
                wrong.append(
                    f"{table.names[cell]} from below by {attacker}: {low} > {value - down}"
                )
    return wrong
