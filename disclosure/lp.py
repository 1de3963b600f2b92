"""The attacker's linear program, on HiGHS (highspy), kept warm between questions.

Variables are deviations from the true figures, so that zero is always a solution and every solution
can be scaled down: `low <= M d <= high`, `-down <= d <= up`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import highspy
import numpy as np

from disclosure.table import Floats, Ints

#: How far anything is followed, in the size of the levels: a witness need not go further, and numbers
#: of very different size do the solver no good.
UNBOUNDED = 1e5
FEASIBILITY = 1e-9


_LOCK = threading.Lock()


@cache
def _greeted() -> None:
    """HiGHS writes its name and licence to file descriptor 1 when the first solver of a process is made,
    before any option can be set; who asked for JSON on standard output has no use for it."""
    sys.stdout.flush()
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def solver(options: Mapping[str, Any]) -> Any:
    """A silent solver on one thread, with options by name."""
    with _LOCK:
        _greeted()
    highs = highspy.Highs()
    for option, setting in {"output_flag": False, "threads": 1, **options}.items():
        highs.setOptionValue(option, setting)
    return highs


@dataclass(frozen=True)
class Solution:
    """An optimum: the deviations and the multipliers of the relations."""

    deviation: Floats
    dual: Floats
    objective: float


class Program:
    """Linear programs over one set of relations, whose bounds and objective change.

    Args:
        columns: number of variables.
        row, col, coef: the relations in coordinate form.
        low, high: bounds of the relations, zero among them.
        down, up: how far each variable may go below and above zero.
        warm: begin at the last basis (many questions, little changed between them); else anew, with
            presolve.
    """

    def __init__(
        self,
        columns: int,
        row: Ints,
        col: Ints,
        coef: Floats,
        low: Floats,
        high: Floats,
        down: Floats,
        up: Floats,
        *,
        warm: bool = True,
    ) -> None:
        self.warm = warm
        self.columns = columns
        self._indices = np.arange(columns, dtype=np.int32)
        order = np.lexsort((row, col))
        starts = np.searchsorted(col[order], np.arange(columns + 1))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = columns, len(low)
        model.col_cost_ = np.zeros(columns)
        model.col_lower_, model.col_upper_ = -down, up
        model.row_lower_, model.row_upper_ = low, high
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = row[order].astype(np.int32)
        model.a_matrix_.value_ = coef[order]
        model.sense_ = highspy.ObjSense.kMaximize
        self._highs = solver(
            {
                "presolve": "off" if warm else "on",
                "primal_feasibility_tolerance": FEASIBILITY,
                "dual_feasibility_tolerance": 1e-8,
            }
        )
        self._highs.passModel(model)

    def set_bounds(self, down: Floats, up: Floats) -> None:
        """Other bounds for all variables."""
        self._highs.changeColsBounds(self.columns, self._indices, -down, up)

    def maximise(self, objective: Floats) -> Solution:
        """Solve for an objective (one coefficient a variable).

        Raises:
            RuntimeError: HiGHS came to no optimum, which zero being a solution and every variable
                bounded should not happen; nothing may be concluded then.
        """
        solution = self.attempt(objective)
        if solution is None:
            raise RuntimeError("the attacker's program has no solution")
        return solution

    def attempt(self, objective: Floats) -> Solution | None:
        """As `maximise`, for bounds without zero among them: None where nothing satisfies them."""
        self._highs.changeColsCost(self.columns, self._indices, objective)
        if self.warm:  # the primal simplex is right where only the objective has changed
            self._highs.setOptionValue("simplex_strategy", 4)
        else:
            self._highs.clearSolver()
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            self._highs.clearSolver()
            self._highs.setOptionValue("simplex_strategy", 1)
            self._highs.run()
            status = self._highs.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
            if status != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(f"the attacker's program has no optimum: {status}")
        solution = self._highs.getSolution()
        return Solution(
            np.array(solution.col_value),
            np.array(solution.row_dual),
            float(self._highs.getInfo().objective_function_value),
        )
