"""The rules by which a claim is held against figures.

Those of dbt_project/models/intermediate/int_claims_checked.sql; a test holds the two together over the
cases of its dbt unit tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ingestion.periods import Period

COMPARATORS = ("approx", "at_least", "at_most", "more_than", "less_than")
#: Dimensions of flows, which a longer period adds up.
FLOWS = ("krw", "usd")


@dataclass(frozen=True)
class Finding:
    """A claim against one definition and one period; values in the claim's unit."""

    definition: str
    concept: str
    period: str
    measured: float | None
    coverage: str
    holds: bool | None
    verdict: str
    source: str | None
    reason: str | None
    reason_ko: str | None
    break_ids: str | None
    is_simulated: bool


def judge(
    stated: Decimal,
    tolerance: float,
    comparator: str,
    factor: float,
    measures: list[dict[str, Any]],
) -> list[Finding]:
    """Hold a stated value against rows of claim_measure.

    Args:
        stated: the value as printed; for 'approx', measured ones are rounded to one decimal more.
        tolerance: in the unit of `stated`.
        comparator: one of COMPARATORS.
        factor: from that unit to the metric's canonical one.
        measures: rows of claim_measure (one metric).
    """
    # what two doubles may differ by at the edge itself
    edge = 1e-9 + 1e-12 * abs(float(stated))
    places = min(max(-int(stated.normalize().as_tuple().exponent), 0), 4) + 1
    found: list[tuple[dict[str, Any], float | None, bool | None]] = []
    for row in measures:
        if row["value"] is None:
            found.append((row, None, None))
            continue
        measured = row["value"] / factor
        rounded = Decimal(repr(measured)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        # one side is a matter of the figure itself: 43.04 is more than 43
        gap = measured - float(stated)
        holds = {
            "at_least": gap >= -tolerance - edge,
            "at_most": gap <= tolerance + edge,
            "more_than": gap > edge,
            "less_than": gap < -edge,
        }.get(comparator, abs(float(rounded) - float(stated)) <= tolerance + edge)
        found.append((row, measured, holds))
    answers: dict[tuple[str, str], set[bool]] = {}
    for row, _, held in found:
        if held is not None and row["months_covered"] >= row["months_in_period"]:
            answers.setdefault((row["concept"], row["period"]), set()).add(held)
    return [
        Finding(
            definition=row["definition"],
            concept=row["concept"],
            period=row["period"],
            measured=measured,
            coverage=f"{row['months_covered']}/{row['months_in_period']}",
            holds=held,
            verdict=_verdict(row, held, answers),
            source=row["source"],
            reason=row["reason_en"],
            reason_ko=row["reason_ko"],
            break_ids=row.get("break_ids"),
            is_simulated=row["is_simulated"],
        )
        for row, measured, held in found
    ]


def _verdict(
    row: dict[str, Any], held: bool | None, answers: dict[tuple[str, str], set[bool]]
) -> str:
    if held is None:
        return "not_evaluable"
    if row["months_covered"] < row["months_in_period"]:
        return "indicative"
    if len(answers[(row["concept"], row["period"])]) == 2:
        return "disputed"
    return "supported" if held else "contradicted"


def overall(findings: list[Finding]) -> str:
    """One verdict over definitions: disputed where they lead to opposite answers."""
    verdicts = {finding.verdict for finding in findings}
    if "disputed" in verdicts or {"supported", "contradicted"} <= verdicts:
        return "disputed"
    for verdict in ("supported", "contradicted", "indicative"):
        if verdict in verdicts:
            return verdict
    return "not_evaluable"


def held_periods(findings: list[Finding], dimension: str, period: str | None) -> list[str]:
    """The periods in which a claim held, oldest first.

    A claim about a flow (a dimension of money) that names its period can have held only in periods
    of that length: a year's exports are not a quarter's. Shares, rates and stocks in any.
    """
    return sorted(
        {
            f.period
            for f in findings
            if f.verdict == "supported"
            and (dimension not in FLOWS or period is None or _freq(f.period) == _freq(period))
        },
        key=in_order,
    )


def _freq(period: str) -> str | None:
    try:
        return Period.parse(period).freq
    except ValueError:
        return None


def in_order(period: str) -> tuple[str, int]:
    """Periods by the day on which they end; the longer one last."""
    try:
        parsed = Period.parse(period)
    except ValueError:
        return (period, 0)
    return (parsed.last_day.isoformat(), {"M": 0, "Q": 1, "A": 2}[parsed.freq])
