"""One edition of a protected table, with all that readers have beside it, as one problem, and its solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ingestion.contract import Disclosure
from pipeline.disclosure_released import Said, whole_of


def held_against(
    tabulation: Any,
    sensitive: Any,
    others: Sequence[Any],
    said: Sequence[tuple[str, Said, bool]],
    policy: Disclosure,
) -> dict[str, Any]:
    """Protect an edition together with all others and with what earlier releases said of it."""
    import disclosure as dc

    linked = dc.link(tabulation, sensitive, others)
    # The figures of then are not at hand, so of the rules the safety range alone can be taken.
    part = max((r.safety_range_pct for r in policy.rules if r.kind == "min_respondents"), default=0)
    place = {key: i for i, key in enumerate(tabulation.keys)}
    problem: tuple[str, str] | None = None
    for name, release, is_same in said:
        if release.unknown:
            columns = ", ".join(release.unknown)
            problem = (
                f"{name} printed {columns} beside the table, and nothing here says what that is computed "
                "from: enter it in pipeline/disclosure_released.py",
                f"앞선 배포판({name})에 실린 {columns}의 계산 근거를 알 수 없다. "
                "pipeline/disclosure_released.py에 적는다",
            )
        quotients = [
            dc.ratio(place[key], place[whole_of(key)], share)
            for key, share in sorted(release.shares.items())
            if key != whole_of(key)
        ]
        printed = dc.Printed(
            dc.relations(
                [row for rows, _ in quotients for row in rows],
                [e for _, ends in quotients for e in ends],
            )
        )
        try:
            linked = dc.with_released(
                *(linked, tabulation.keys, release.figures, name, printed),
                same_table=is_same,
                complete=release.is_whole,
                levels=dict.fromkeys(release.sensitive, (part / 100, policy.minimum_level)),
            )
        except dc.DisclosureError as error:
            problem = (error.en, error.ko)
    return _solve(linked, tabulation.table.size, problem)


def _solve(linked: Any, size: int, problem: tuple[str, str] | None) -> dict[str, Any]:
    """Protect, and say how it went; where it cannot be done, everything that may be is withheld.

    `problem`: why nothing can be proven, in both languages.
    """
    import disclosure as dc

    everything = ~linked.table.fixed | linked.primary.sensitive
    failed: dict[str, Any] = {
        "suppressed": np.flatnonzero(everything[:size]).tolist(),
        "is_safe": False,
        "method": "none",
        "is_optimal": False,
        "respondents": linked.table.respondents,
    }
    if problem is not None:
        return {**failed, "open": [_unproven(*problem)]}
    primary, given_away = linked.primary, []
    while True:
        try:
            found = dc.protect(linked.table, primary)
            break
        except dc.Infeasible as error:
            lost = {cell.cell for cell in error.cells}
            old = [name in lost and i >= size for i, name in enumerate(linked.table.names)]
            if sum(old) < len(lost):
                return {**failed, "open": [_open(cell) for cell in error.cells]}
            # What readers have gives figures of an earlier release away, and nothing that can be withheld
            # now would take that back.
            given_away += sorted(lost)
            keep = ~np.array(old)
            up, down = (np.where(keep, level, 0.0) for level in (primary.upper, primary.lower))
            primary = dc.Primary(primary.sensitive & keep, up, down, primary.rule)
        except RuntimeError as error:  # the solver came to nothing: then nothing is proven
            words = (f"the proof could not be made: {error}", "증명하지 못했다(풀이기 오류)")
            return {**failed, "open": [_unproven(*words)]}
    return {
        "suppressed": np.flatnonzero(found.suppressed[:size]).tolist(),
        "is_safe": found.audit.is_safe,
        "method": found.method,
        "is_optimal": found.is_optimal,
        "respondents": linked.table.respondents,
        "given_away_before": given_away,
        "open": [],
    }


def _open(cell: Any) -> dict[str, str]:
    return {
        "cell": cell.cell,
        "attacker": cell.attacker,
        "reason_en": cell.reason_en,
        "reason_ko": cell.reason_ko,
    }


def _unproven(en: str, ko: str) -> dict[str, str]:
    return {"cell": "*", "attacker": "outsider", "reason_en": en, "reason_ko": ko}
