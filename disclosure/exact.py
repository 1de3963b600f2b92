"""Complementary suppression with the least loss of information, by cutting planes.

M. Fischetti, J. J. Salazar, "Solving the cell suppression problem on tabular data with linear
constraints", Management Science 47 (2001). The master problem chooses the suppressed cells (binary);
an attacker whose interval is too narrow gives, from the multipliers of its linear program, a capacity
inequality that the next choice must satisfy. With `r = e_p - M'y` for any multipliers `y`,

    max d_p <= sum_i max(r_i * up_i, -r_i * down_i) * x_i + sum_j max(y_j * high_j, y_j * low_j)

so that the inequality is valid whatever the rounding of the solver; its coefficients are cut off at what
is still missing of the level, because x is binary. Respondents give the same inequalities with their own
bounds, and only where they succeed. The master is solved first without integrality, then with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from disclosure.attack import MARGIN, Attack, Targets
from disclosure.lp import solver
from disclosure.table import Bools, Floats, Ints

_VIOLATED = 1e-3
#: Masters solved with and without integrality, and nodes of each, before the optimum is given up. No
#: time, so that the same table gives the same pattern everywhere.
ROUNDS, NODES = 60, 5000
#: Attackers' programs that are solved to check choices and for cuts at most. A table of 340 cells takes
#: about 600, but up to some 3,500 where every firm stands in several cells.
PROGRAMS = 4000
#: Where the optimum was not asked for: steps of the simplex method in all masters together, and nodes of
#: each. Tables of 340 cells whose optimum was found took up to 1,000 steps and 8 nodes in all, those for
#: which it was not found 30,000 steps and more.
STEPS, FEW_NODES = 2_000, 10


@dataclass(frozen=True)
class Optimum:
    """The best choice found: `is_optimal` where nothing less loses less; `bound` is what every choice
    loses at least (weights of the cells that are suppressed without being sensitive). Where the search was
    given up, `nearest` is the last choice of the master: not safe yet, but close to the bound."""

    suppressed: Bools
    loss: float
    bound: float
    is_optimal: bool
    cuts: int
    nearest: Bools | None = None


@dataclass
class Master:
    """The master problem: minimise the weight of what is suppressed, subject to the cuts so far; `steps` of
    the simplex method were made for it."""

    weight: Floats
    fixed_on: Bools
    allowed: Bools
    rows: list[tuple[npt.NDArray[np.int32], Floats, float]] = field(default_factory=list)
    most_nodes: int = NODES
    steps: int = 0
    _seen: set[bytes] = field(default_factory=set)

    def add(self, cells: Ints, coefficients: Floats, right: float) -> bool:
        """`sum(coefficient * x) >= right`; False where it is there already."""
        indices = np.asarray(cells, dtype=np.int32)
        key = (
            indices.tobytes() + np.round(coefficients, 9).tobytes() + str(round(right, 9)).encode()
        )
        if key in self._seen:
            return False
        self._seen.add(key)
        self.rows.append((indices, coefficients, right))
        return True

    def solve(self, *, integral: bool, seconds: float) -> tuple[Floats, float, bool] | None:
        """The best x, the bound, and whether it is proven; None where no choice satisfies the cuts.

        HiGHS 1.16 is given no solution to start from: with one it has been seen to return that very
        solution as optimal while its own bound lay far below. So the bound is looked at, too.
        """
        n = len(self.weight)
        highs = solver({"mip_rel_gap": 1e-9, "mip_abs_gap": 1e-9, "mip_max_nodes": self.most_nodes})
        if np.isfinite(seconds):
            highs.setOptionValue("time_limit", max(0.1, seconds))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, len(self.rows)
        model.col_cost_ = np.where(self.fixed_on, 0.0, self.weight)
        model.col_lower_ = self.fixed_on.astype(np.float64)
        model.col_upper_ = (self.fixed_on | self.allowed).astype(np.float64)
        model.row_lower_ = np.array([right for _, _, right in self.rows])
        model.row_upper_ = np.full(len(self.rows), highspy.kHighsInf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(i) for i, _, _ in self.rows)], dtype=np.int32)
        nothing: list[Any] = [np.zeros(0)]
        model.a_matrix_.index_ = np.concatenate([i for i, _, _ in self.rows] or nothing).astype(
            np.int32
        )
        model.a_matrix_.value_ = np.concatenate([c for _, c, _ in self.rows] or nothing)
        if integral:
            model.integrality_ = [highspy.HighsVarType.kInteger] * n
        highs.passModel(model)
        highs.run()
        status = highs.getModelStatus()
        info = highs.getInfo()
        self.steps += max(0, int(info.simplex_iteration_count))
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        bound = float(info.mip_dual_bound if integral else info.objective_function_value)
        value = float(info.objective_function_value)
        proven = status == highspy.HighsModelStatus.kOptimal and value - bound <= 1e-6 * max(
            1.0, abs(value)
        )
        return np.array(highs.getSolution().col_value), bound, proven


def _capacity_cut(
    attack: Attack,
    master: Master,
    position: int,
    sign: int,
    level: float,
    respondent: int | None,
    x: Floats,
    *,
    clipped: bool,
) -> bool:
    """Solve one attacker's program within the choice `x` and, where it comes too close, add the cut."""
    down, up = attack.bounds_of(respondent)
    low, high = (np.minimum(b, level) if clipped else b for b in (down, up))
    attack.program.set_bounds(low * x, high * x)
    objective = np.zeros(attack.size)
    objective[position] = sign
    solution = attack.program.maximise(objective)
    reach = sign * float(solution.deviation[position])
    if reach * (1 - MARGIN) >= level:
        return False
    multipliers = solution.dual
    # Any multipliers give a valid inequality; those that count an end which is not there, a useless one.
    endless = ((multipliers > 0) & np.isinf(attack.high)) | (
        (multipliers < 0) & np.isinf(attack.low)
    )
    multipliers = np.where(endless, 0.0, multipliers)
    reduced = objective - np.bincount(
        attack.col, attack.coef * multipliers[attack.row], minlength=attack.size
    )
    reduced[np.abs(reduced) < 1e-11] = 0.0
    capacity = np.maximum(reduced * up, -reduced * down)
    ends = np.where(multipliers > 0, attack.high, attack.low)
    counted = multipliers != 0
    constant = float((multipliers[counted] * ends[counted]).sum())
    on = master.fixed_on
    missing = level * (1 + MARGIN) - constant - float(capacity[on].sum())
    if missing <= level * 1e-9:
        return False
    free = np.flatnonzero(~on & master.allowed & (capacity > 0))
    coefficients = np.minimum(capacity[free] / missing, 1.0)
    if float((coefficients * x[free]).sum()) >= 1 - _VIOLATED:
        return False
    keep = coefficients > 1e-6
    # What is left out is made good on the right side, so that the inequality stays valid.
    right = 1.0 - float(coefficients[~keep].sum())
    return master.add(free[keep], coefficients[keep], right)


def _lonely_cells(attack: Attack, master: Master, targets: Targets) -> None:
    """In a relation, a suppressed cell needs another: it is known at once where it is alone."""
    exact = attack.low == attack.high
    movable = (attack.up > 0) | (attack.down > 0)
    order = np.argsort(attack.row, kind="stable")
    starts = np.searchsorted(attack.row[order], np.arange(len(attack.low) + 1))
    sensitive = np.zeros(attack.size, dtype=np.bool_)
    sensitive[targets.position] = True
    for row in np.flatnonzero(exact):
        cells = attack.col[order[starts[row] : starts[row + 1]]]
        cells = cells[movable[cells]]
        for cell in cells:
            others = cells[cells != cell]
            if master.fixed_on[others].any() or (master.fixed_on[cell] and not sensitive[cell]):
                continue
            others = others[master.allowed[others]]
            if master.fixed_on[cell]:
                master.add(others, np.ones(len(others)), 1.0)
            elif master.allowed[cell]:
                master.add(
                    np.append(others, cell),
                    np.append(np.ones(len(others)), -1.0),
                    0.0,
                )


def optimum(
    attack: Attack,
    targets: Targets,
    start: Bools,
    fixed_on: Bools,
    allowed: Bools,
    check: Callable[[Bools], tuple[list[tuple[int, int, float, int | None]], int]],
    deadline: float,
    *,
    thorough: bool = True,
) -> Optimum:
    """The choice of least weight that hides every target from everybody.

    Args:
        attack: over the universe of cells that are suppressed or may be.
        start: a choice that is known to be safe.
        fixed_on: what is suppressed in any case.
        allowed: what may be suppressed besides.
        check: `(choice) -> ([(position, sign, level, respondent)], programs)`: what is not hidden, and
            for how many respondents programs of their own were solved.
        deadline: `time.monotonic()` at which `start` is returned instead; so it is after ROUNDS rounds,
            after PROGRAMS programs, or where a master needs more than NODES nodes.
        thorough: else it is given up after STEPS steps, or at a master that needs more than FEW_NODES nodes.
    """
    weight = attack.table.weight[attack.cells]
    master = Master(weight, fixed_on, allowed, most_nodes=NODES if thorough else FEW_NODES)
    most_steps = np.inf if thorough else STEPS
    _lonely_cells(attack, master, targets)
    best = start.copy()
    best_loss = float(weight[best & ~fixed_on].sum())
    bound = 0.0
    outsider = [
        (int(p), int(s), float(level), None)
        for p, s, level in zip(targets.position, targets.sign, targets.level, strict=True)
    ]

    def left() -> float:
        return deadline - time.monotonic()

    # Without integrality first: many cuts, cheap programs.
    for _ in range(ROUNDS):
        if left() <= 0:
            break
        solved = master.solve(integral=False, seconds=left())
        if solved is None:
            break
        x, bound, _ = solved
        added = 0
        for position, sign, level, who in outsider:
            if left() <= 0:
                break
            added += _capacity_cut(
                attack, master, position, sign, level, who, np.clip(x, 0, 1), clipped=True
            )
        if not added:
            break
    rounds = programs = 0
    nearest: Bools | None = None
    while left() > 0 and rounds < ROUNDS and programs < PROGRAMS and master.steps < most_steps:
        rounds += 1
        solved = master.solve(integral=True, seconds=left())
        if solved is None:
            break
        x, found, proven = solved
        bound = max(bound, found)
        if bound >= best_loss - 1e-7 * max(1.0, best_loss):
            return Optimum(best, best_loss, best_loss, True, len(master.rows))
        if not proven:
            break
        nearest = choice = (x > 0.5) | fixed_on
        open_, solved_for = check(choice)
        programs += solved_for + len(open_)
        if not open_:
            loss = float(weight[choice & ~fixed_on].sum())
            return Optimum(choice, loss, loss, True, len(master.rows))
        added = 0
        for position, sign, level, who in open_:
            added += _capacity_cut(
                attack, master, position, sign, level, who, choice.astype(np.float64), clipped=False
            )
        if not added:  # the solver's rounding hides the violation: forbid this very choice
            off = np.flatnonzero(~choice & allowed)
            master.add(off, np.ones(len(off)), 1.0)
    return Optimum(best, best_loss, min(bound, best_loss), False, len(master.rows), nearest)
