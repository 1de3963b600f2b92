"""Some checks of the gate on a small candidate."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from expectations.gate import load_suites, run_gate

PERIOD = "2026-Q1"


def judge_checks(
    candidate: Path, wanted: Collection[str], *, is_simulated: bool = True
) -> tuple[str, dict[str, dict[str, Any]]]:
    """The verdict (`pass`, `pass_with_warnings`, `stop`) of these checks alone, and each one's result by
    its identifier. No exception is accepted."""
    suites = [
        suite.model_copy(update={"checks": checks})
        for suite in load_suites()
        if (checks := tuple(c for c in suite.checks if c.id in wanted))
    ]
    verdict = run_gate(
        candidate=candidate,
        build_id="b",
        period=PERIOD,
        is_simulated=is_simulated,
        today=date(2026, 6, 1),
        suites=suites,
        accepted=[],
    )
    found = {c["id"]: dict(c) for c in verdict["checks"] if c["id"] in wanted}
    assert found.keys() == set(wanted)
    return str(verdict["verdict"]), found
