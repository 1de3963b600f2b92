"""Which cells are sensitive by themselves, and how wide an interval has to hide them.

Sources: A. Hundepool, J. Domingo-Ferrer, L. Franconi, S. Giessing, E. Schulte Nordholt, K. Spicer,
P.-P. de Wolf, Statistical Disclosure Control (Wiley, 2012), chapter 4 (the same text as the ESSNet
Handbook on SDC, section 4.2: minimum frequency rule, (n,k)-dominance rule, p %-rule, and the table of
upper protection levels); tau-ARGUS User's Manual, "Specify tables" (safety range of the frequency
rule, zero safety range). KICOX suppresses complexes with five or fewer surveyed firms (survey notes
of its quarterly workbook, statistic no. 399004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from disclosure.errors import DisclosureError
from disclosure.table import Bools, Floats, Table
from disclosure.table import total as sum_by

Kind = Literal["min_respondents", "dominance", "p_percent"]


@dataclass(frozen=True)
class Rule:
    """One rule of primary suppression.

    `min_respondents`: fewer than `n` respondents. "Five or fewer" is n = 6, "n < 3" is n = 3. How wide
    the interval must be is not told by the rule: `safety_range_pct` of the figure, up and down.
    `dominance`: the largest `n` respondents have more than `k` percent. Upper protection level:
    (100 / k) * (x1 + … + xn) - X.
    `p_percent`: the second largest respondent can estimate the largest to within `p` percent, that is
    X - x1 - x2 < (p / 100) * x1. Upper protection level: (p / 100) * x1 - (X - x1 - x2).
    The lower level is set equal to the upper one, as tau-ARGUS does.
    """

    kind: Kind
    n: int = 0
    k: float = 0.0
    p: float = 0.0
    safety_range_pct: float = 15.0

    def __post_init__(self) -> None:
        wrong = {
            "min_respondents": self.n < 2 or not 0 < self.safety_range_pct <= 100,
            "dominance": self.n < 1 or not 0 < self.k < 100,
            "p_percent": not 0 < self.p <= 100,
        }
        if self.kind not in wrong or wrong[self.kind]:
            raise DisclosureError(
                f"rule {self.kind}: expected min_respondents with n >= 2 and 0 < safety_range_pct <= 100, "
                "dominance with n >= 1 and 0 < k < 100, or p_percent with 0 < p <= 100",
                f"규칙 {self.kind}: min_respondents(n ≥ 2, 0 < safety_range_pct ≤ 100), "
                "dominance(n ≥ 1, 0 < k < 100), p_percent(0 < p ≤ 100) 가운데 하나여야 한다",
            )

    @property
    def code(self) -> str:
        """Its short name in released metadata: `n<6`, `(1,85)`, `p10%`."""
        return {
            "min_respondents": f"n<{self.n}",
            "dominance": f"({self.n},{self.k:g})",
            "p_percent": f"p{self.p:g}%",
        }[self.kind]


@dataclass(frozen=True)
class Primary:
    """Sensitive cells (shape n each): whether, the levels up and down, and the rules they fall under."""

    sensitive: Bools
    upper: Floats
    lower: Floats
    rule: tuple[str, ...]


def primary(
    table: Table, rules: Sequence[Rule], *, minimum_level: float = 0.0, sliding_pct: float = 0.0
) -> Primary:
    """Find the sensitive cells of a table and the protection levels they need.

    A cell without respondents is empty, not sensitive: that nobody is there is no secret.

    Args:
        table: with contributions.
        rules: any of them makes a cell sensitive; the largest level holds.
        minimum_level: no level is smaller, in the unit of the figures. For counts take 1: an interval
            from 2.6 to 3.4 holds one whole number alone. It also covers cells whose figure is zero.
        sliding_pct: the whole interval must be at least this part of the figure, wherever it lies; the
            upper level is raised to that.

    Raises:
        DisclosureError: the table has no contributions, there is no rule, or a sensitive cell has no level:
            a part of a figure that is zero is zero, and what needs no interval is proven by any.
    """
    if not rules:
        raise DisclosureError("no rule of primary suppression", "1차 비공개 규칙이 없다")
    entries = table.contributions
    if table.size and not len(entries.cell):
        raise DisclosureError(
            "primary suppression needs the contributions of the respondents",
            "1차 비공개에는 응답자별 기여가 있어야 한다",
        )
    order = np.lexsort((-entries.amount, entries.cell))
    cell, amount = entries.cell[order], entries.amount[order]
    start = np.searchsorted(cell, np.arange(table.size))
    rank = np.arange(len(cell)) - start[cell]

    def largest(n: int) -> Floats:
        """By cell the sum of the n largest contributions."""
        chosen = rank < n
        return sum_by(cell[chosen], amount[chosen], table.size)

    count = table.respondent_count
    total = sum_by(cell, amount, table.size)
    upper = np.zeros(table.size)
    codes: list[list[str]] = [[] for _ in range(table.size)]
    for rule in rules:
        if rule.kind == "min_respondents":
            hit = (count > 0) & (count < rule.n)
            level = total * rule.safety_range_pct / 100
        elif rule.kind == "dominance":
            level = largest(rule.n) * 100 / rule.k - total
            hit = (level > 0) & (count > 0)
        else:
            first = largest(1)
            level = rule.p / 100 * first - (total - largest(2))
            hit = (level > 0) & (count > 0)
        upper = np.where(hit, np.maximum(upper, level), upper)
        for index in np.flatnonzero(hit):
            codes[int(index)].append(rule.code)
    sensitive = np.array([bool(c) for c in codes], dtype=np.bool_)
    upper = np.where(sensitive, np.maximum(upper, minimum_level), 0.0)
    _refuse_without_level(table, sensitive & (upper <= 0) & ~table.fixed)
    lower = upper.copy()
    wanted = np.where(sensitive, sliding_pct / 100 * total, 0.0)
    # What everybody knows beforehand, no suppression can take back.
    possible_down = np.minimum(lower, table.value - table.lower)
    upper = np.maximum(upper, wanted - possible_down)
    return Primary(sensitive, upper, lower, tuple("|".join(c) for c in codes))


def _refuse_without_level(table: Table, without: Bools) -> None:
    names = [table.names[int(i)] for i in np.flatnonzero(without)]
    if not names:
        return
    shown = ", ".join(names[:5]) + (f" (+{len(names) - 5})" if len(names) > 5 else "")
    raise DisclosureError(
        f"{len(names)} sensitive cells are zero, so that a percentage gives them no protection level: {shown}. "
        "Set minimum_level, in the unit of the figure: how far from zero a withheld figure must be able to "
        "lie (for counts 1)",
        f"민감한 칸 {len(names)}개의 값이 0이라 백분율로는 보호 수준이 정해지지 않는다: {shown}. "
        "minimum_level을 값의 단위로 준다(가린 값이 0에서 적어도 얼마나 떨어져 있을 수 있어야 하는가. 건수이면 1)",
    )
