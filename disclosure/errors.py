"""Errors of this room; each says in both languages what was expected and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DisclosureError(ValueError):
    """A table, a rule or a configuration that cannot be used."""

    def __init__(self, en: str, ko: str) -> None:
        super().__init__(f"{en} / {ko}")
        self.en = en
        self.ko = ko


@dataclass(frozen=True)
class Unprotectable:
    """A sensitive cell that no choice of suppressed cells can protect.

    `attacker` is `outsider` or `respondent`; respondents are not named. `side` is `upper` or `lower`.
    """

    cell: str
    side: str
    attacker: str
    reason_en: str
    reason_ko: str


class Infeasible(DisclosureError):
    """The protection problem has no solution; `cells` says which cells, and why."""

    def __init__(self, cells: Sequence[Unprotectable]) -> None:
        self.cells = tuple(cells)
        names = list(dict.fromkeys(c.cell for c in cells))
        shown = ", ".join(names[:5]) + (f" (+{len(names) - 5})" if len(names) > 5 else "")
        first = cells[0]
        super().__init__(
            f"{len(names)} cells cannot be protected by suppressing others: {shown}; "
            f"{first.cell}: {first.reason_en}. Join categories, or lower the level of detail",
            f"다른 칸을 가려도 보호할 수 없는 칸 {len(names)}개: {shown}; "
            f"{first.cell}: {first.reason_ko}. 범주를 합치거나 세분 수준을 낮춘다",
        )
