"""A table as mathematics sees it: cells, linear relations between them, and who is in them.

A margin, a hierarchy, a year and its quarters, two tables that share a margin and a KPI that is
printed beside its denominator are all the same thing here: a relation `low <= sum(coef * cell) <= high`.
Cells of several tables (linked tables, earlier releases) stand in one `Table`; what is the same figure
is one cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from disclosure.errors import DisclosureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Relative to the largest figure of a relation: how far it may miss before it counts as false.
RELATION_TOLERANCE = 1e-9


def total(index: Ints, amounts: Floats, size: int) -> Floats:
    """Sums of amounts by index, shape (size,)."""
    return np.bincount(index, amounts, minlength=size).astype(np.float64)


@dataclass(frozen=True)
class Relations:
    """Linear relations in coordinate form: `row[k], cell[k], coef[k]`, with `low`, `high` by row."""

    row: Ints
    cell: Ints
    coef: Floats
    low: Floats
    high: Floats

    @property
    def count(self) -> int:
        """How many relations there are."""
        return len(self.low)

    def sums(self, figures: Floats) -> Floats:
        """`sum(coef * figure)` of every relation; `figures` has one entry a cell."""
        return total(self.row, self.coef * figures[self.cell], self.count)


@dataclass(frozen=True)
class Contributions:
    """Who is in which cell, and with how much: one entry for every respondent of every cell."""

    cell: Ints
    respondent: Ints
    amount: Floats

    @classmethod
    def none(cls) -> Contributions:
        """No respondents: only the outside attacker can be held against such a table."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, np.zeros(0))


@dataclass(frozen=True)
class Table:
    """Cells (shape n), relations and contributions; figures in one unit, whichever it is.

    Attributes:
        names: how a cell is called in messages; each once.
        value: true figures, not negative where the bounds do not say otherwise.
        lower, upper: what everybody knows of a cell before anything is published.
        weight: loss of information where a cell is suppressed that need not be, not negative.
        fixed: must not be suppressed: it is known anyway (published before, empty).
        forced: must be suppressed (it was in an earlier release), sensitive or not.
        respondents: how many there are; contributions name them by number.
    """

    names: tuple[str, ...]
    value: Floats
    lower: Floats
    upper: Floats
    weight: Floats
    relations: Relations
    contributions: Contributions = field(default_factory=Contributions.none)
    respondents: int = 0
    fixed: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    forced: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def __post_init__(self) -> None:
        n = len(self.names)
        for name in ("fixed", "forced"):
            if len(getattr(self, name)) == 0 and n:
                object.__setattr__(self, name, np.zeros(n, dtype=np.bool_))
        for name in ("value", "lower", "upper", "weight", "fixed", "forced"):
            if len(getattr(self, name)) != n:
                raise DisclosureError(
                    f"{name} has {len(getattr(self, name))} entries for {n} cells",
                    f"{name}의 길이 {len(getattr(self, name))}이 칸 수 {n}과 다르다",
                )
        if len(set(self.names)) != n:
            raise DisclosureError("a cell's name stands twice", "같은 이름의 칸이 둘 있다")
        self._check_figures()
        self._check_relations()

    def _check_figures(self) -> None:
        self._refuse(~np.isfinite(self.value), "is no finite number", "유한한 수가 아니다")
        self._refuse(
            (self.value < self.lower) | (self.value > self.upper),
            "lies outside of its own bounds (negative figures need a lower bound below zero)",
            "자신의 한계를 벗어난다(음수는 0보다 작은 하한이 있어야 한다)",
        )
        self._refuse(
            ~(np.isfinite(self.weight) & (self.weight >= 0)),
            "has a weight that is negative or no number",
            "가중치가 음수이거나 수가 아니다",
        )
        self._refuse(
            self.fixed & self.forced,
            "cannot be kept and suppressed at once",
            "공개와 비공개를 동시에 요구한다",
        )
        negative = self.contributions.amount < 0
        if negative.any():
            cell = self.names[int(self.contributions.cell[np.argmax(negative)])]
            raise DisclosureError(
                f"{cell}: a contribution is negative; concentration rules need figures that are not "
                "(publish inflow and outflow as two tables)",
                f"{cell}: 음수 기여가 있다. 집중도 규칙은 음수를 다루지 않는다(유입과 유출을 나누어 표로 만든다)",
            )

    def _refuse(self, wrong: Bools, en: str, ko: str) -> None:
        if wrong.any():
            cell = self.names[int(np.argmax(wrong))]
            raise DisclosureError(f"cell {cell} {en}", f"칸 {cell}: {ko}")

    def _check_relations(self) -> None:
        relations = self.relations
        sums = relations.sums(self.value)
        size = np.zeros(relations.count)
        np.maximum.at(size, relations.row, np.abs(relations.coef * self.value[relations.cell]))
        slack = RELATION_TOLERANCE * np.maximum(size, 1.0) * 10
        wrong = (sums < relations.low - slack) | (sums > relations.high + slack)
        if wrong.any():
            row = int(np.argmax(wrong))
            cells = [self.names[int(c)] for c in relations.cell[relations.row == row][:4]]
            raise DisclosureError(
                f"the figures do not add up: {', '.join(cells)} … miss by {sums[row]:.6g}",
                f"수치가 서로 맞지 않는다: {', '.join(cells)} … 차이 {sums[row]:.6g}",
            )

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.names)

    @cached_property
    def respondent_count(self) -> Ints:
        """By cell the number of its respondents."""
        return np.bincount(self.contributions.cell, minlength=self.size).astype(np.int64)

    def with_weight(self, choice: str) -> Table:
        """The same table with another measure of lost information.

        Args:
            choice: `cells` (each counts 1), `value` (its figure), `log` (1 + its logarithm),
                `respondents` (how many stand behind it).

        Raises:
            DisclosureError: there is no such choice.
        """
        figures = np.abs(self.value)
        choices: dict[str, Floats] = {
            "cells": np.ones(self.size),
            "value": figures,
            "log": 1 + np.log1p(figures),
            "respondents": self.respondent_count.astype(np.float64),
        }
        if choice not in choices:
            raise DisclosureError(
                f"weight {choice}: expected one of {', '.join(choices)}",
                f"가중치 {choice}: {', '.join(choices)} 가운데 하나여야 한다",
            )
        return replace(self, weight=choices[choice])


def relations(
    rows: Iterable[Mapping[int, float]],
    bounds: Sequence[tuple[float, float]] | None = None,
) -> Relations:
    """Relations from `{cell: coefficient}` mappings; without `bounds` each sums to zero."""
    row: list[int] = []
    cell: list[int] = []
    coef: list[float] = []
    count = 0
    for terms in rows:
        for c, k in terms.items():
            row.append(count)
            cell.append(c)
            coef.append(k)
        count += 1
    ends = np.array(bounds if bounds is not None else [(0.0, 0.0)] * count, dtype=np.float64)
    ends = ends.reshape(count, 2)
    return Relations(
        np.array(row, dtype=np.int64),
        np.array(cell, dtype=np.int64),
        np.array(coef, dtype=np.float64),
        ends[:, 0].copy(),
        ends[:, 1].copy(),
    )


def joined(*parts: Relations) -> Relations:
    """Several sets of relations over the same cells, one after the other."""
    starts = np.cumsum([0, *(p.count for p in parts)])
    arrays: list[Any] = [
        np.concatenate([p.row + s for p, s in zip(parts, starts, strict=False)]),
        np.concatenate([p.cell for p in parts]),
        np.concatenate([p.coef for p in parts]),
        np.concatenate([p.low for p in parts]),
        np.concatenate([p.high for p in parts]),
    ]
    return Relations(*arrays)


def ratio(
    numerator: int, denominator: int, published: float, half_unit: float = 0.0
) -> tuple[list[dict[int, float]], list[tuple[float, float]]]:
    """What a published quotient tells: a share of a total, growth on last year's level (1 + g), output
    per worker. `published` is numerator / denominator as printed, `half_unit` half of its last digit.

    Returns rows and bounds for `relations`. A quotient that was rounded gives two inequalities.
    """
    if half_unit <= 0:
        return [{numerator: 1.0, denominator: -published}], [(0.0, 0.0)]
    return (
        [
            {numerator: 1.0, denominator: -(published - half_unit)},
            {numerator: 1.0, denominator: -(published + half_unit)},
        ],
        [(0.0, np.inf), (-np.inf, 0.0)],
    )
