"""The desk of claims on the command line: a new claim against the current release.

The rules are those of dbt_project/models/intermediate/int_claims_checked.sql; a test holds the two
together over the cases of its dbt unit tests.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from ingestion.periods import Period
from ingestion.registry import Registry, name_key
from pipeline.claim_reading import Statement, Unreadable, read_statement
from pipeline.settings import Settings
from pipeline.trace import NotFound, Tracer

COMPARATORS = ("approx", "at_least", "at_most", "more_than", "less_than")
_TREND = "kicox__industrial_trend"
#: Dimensions of things that are counted.
COUNTED = ("count", "firms", "persons")
#: What no figure of these statistics comes near, in any unit; the parser of claims has it too.
LARGEST = 10**20
#: Dimensions of flows, which a longer period adds up.
FLOWS = ("krw", "usd")


class ClaimError(Exception):
    """The claim cannot be checked as it is said; the message says why and what there is."""


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
        key=_order,
    )


class Desk:
    """Checks claims against one release and nothing else."""

    def __init__(self, settings: Settings, release: str = "current") -> None:
        try:
            self.tracer = Tracer(settings, release)
        except NotFound as error:
            raise ClaimError(str(error)) from error
        self.settings = settings
        self.units = Registry.load(settings.seeds).units
        tables = {row["table_name"] for row in self._rows("SELECT table_name FROM duckdb_tables()")}
        if "claim_measure" not in tables:
            raise ClaimError(
                f"{self.tracer.release_id} was made before claims had a desk: run `sandan run` again"
            )
        self.metrics = {
            row["metric"]: row
            for row in self._rows("SELECT * FROM dim_claim_metric ORDER BY sort_order")
        }

    def read(self, text: str) -> Statement:
        """Read a sentence in Korean or English.

        Raises:
            ClaimError: no rule can read it whole.
        """
        try:
            return read_statement(text, list(self.metrics.values()), self.units)
        except Unreadable as error:
            raise ClaimError(str(error)) from error

    def statement(
        self,
        metric: str,
        value: str,
        period: str | None = None,
        unit: str | None = None,
        comparator: str = "approx",
    ) -> Statement:
        """A claim out of its parts.

        Raises:
            ClaimError: a part is not known; the message lists what is.
        """
        if metric not in self.metrics:
            known = "\n".join(
                f"  {m['metric']} ({m['name_ko']}, {m['name_en']}; {m['unit']})"
                for m in self.metrics.values()
            )
            raise ClaimError(f"no metric '{metric}'; there are:\n{known}")
        if comparator not in COMPARATORS:
            raise ClaimError(f"no comparator '{comparator}'; there are: {', '.join(COMPARATORS)}")
        try:
            number = Decimal(value.replace(",", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise ClaimError(f"'{value}' is not a number")
        return Statement(metric, number, unit or self.metrics[metric]["unit"], comparator, period)

    def check(self, statement: Statement, tolerance: float | None = None) -> dict[str, Any]:
        """The verdict on a claim, the figures behind it, their cells, and when it last held.

        `tolerance` is in the claim's unit; default: half a unit of the last printed digit, nothing
        for things counted.

        Raises:
            ClaimError: the unit does not measure the metric; the period is none, or the release
                has no figure of the metric for it (the message lists those it has).
        """
        if abs(statement.value) > LARGEST:
            raise ClaimError(
                f"{statement.value:.6g} is beyond every figure: a value is at most 10^20"
            )
        metric = self.metrics[statement.metric]
        factor = self._factor(statement.unit, metric)
        if tolerance is None:
            exponent = int(statement.value.as_tuple().exponent)
            # things counted one by one; "52만 명" is rounded like any other figure
            exact = metric["dimension"] in COUNTED and factor == 1.0 and exponent >= 0
            tolerance = 0.0 if exact else float(Decimal(5).scaleb(min(exponent, 0) - 1))
        if not 0 <= tolerance <= LARGEST:
            raise ClaimError(f"a tolerance is a number from 0 to 10^20, not {tolerance:g}")
        if statement.period is not None:
            try:
                Period.parse(statement.period)
            except ValueError as error:
                raise ClaimError(str(error)) from None
        findings = judge(
            statement.value,
            tolerance,
            statement.comparator,
            factor,
            self._rows(
                "SELECT * FROM claim_measure WHERE metric = $1 ORDER BY period, definition",
                [statement.metric],
            ),
        )
        result: dict[str, Any] = {
            "release": self.tracer.release_id,
            "metric": statement.metric,
            "metric_name": {"ko": metric["name_ko"], "en": metric["name_en"]},
            "comparator": statement.comparator,
            "stated_value": float(statement.value),
            "tolerance": tolerance,
            "unit": statement.unit,
            "period": statement.period,
        }
        held = held_periods(findings, metric["dimension"], statement.period)
        result["held_periods"] = held
        result["last_held"] = [
            vars(f) for f in findings if held and f.period == held[-1] and f.verdict == "supported"
        ]
        if not findings:
            return {
                **result,
                "verdict": "not_evaluable",
                "reason": f"no source of this warehouse measures it; needed: {metric['needs_en']}",
                "reason_ko": f"이 웨어하우스의 어느 자료에도 없음. 필요한 자료: {metric['needs_ko']}",
                "findings": [],
            }
        own = [f for f in findings if statement.period in (None, f.period)]
        if not own:
            known = sorted({f.period for f in findings if f.measured is not None}, key=_order)
            raise ClaimError(
                f"{self.tracer.release_id} has no figure of {statement.metric} for "
                f"{statement.period}; it has {', '.join(known)}"
            )
        shown = [f for f in own if f.measured is not None] or own
        # Of a claim that names no period only this can be said: in which periods it held.
        verdict = overall(shown) if statement.period else "depends_on_period"
        return {
            **result,
            "verdict": verdict,
            "findings": [
                vars(f) | {"cells": self._cells(statement.metric, f) if statement.period else []}
                for f in shown
            ],
        }

    # -- inside --------------------------------------------------------------------------

    def _factor(self, unit: str, metric: dict[str, Any]) -> float:
        if unit == metric["unit"]:
            return 1.0
        known = self.units.get(name_key(unit))
        if known is None or known.dimension != metric["dimension"]:
            fitting = sorted(
                u.name for u in self.units.values() if u.dimension == metric["dimension"]
            ) or [metric["unit"]]
            raise ClaimError(
                f"the unit '{unit}' does not measure {metric['metric']}; there are: "
                + ", ".join(fitting)
            )
        return known.factor_to_canonical

    def _parts(
        self, metric: dict[str, Any], definition: str
    ) -> list[tuple[str | None, str | None]]:
        """What a figure is made of: series of print or of an interface, measure of the row 계."""
        measures = {m["series"]: m.get("trend_measure") for m in self.metrics.values()}
        base = definition.split("__")[0]
        path = self.settings.seeds / "share_definitions.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if (row["metric"], row["definition"]) == (metric["metric"], base):
                    named = (row["numerator_series"], row["denominator_series"])
                    return [(series, measures.get(series)) for series in named if series]
        metric = self.metrics.get(metric.get("growth_of") or "", metric)
        return [(metric["series"] or None, metric.get("trend_measure") or None)]

    def _cells(self, name: str, finding: Finding) -> list[dict[str, Any]]:
        """The cells behind a figure: rows of the list of print, cells of the publisher's files."""
        if finding.measured is None:
            return []
        metric = self.metrics[name]
        parts = self._parts(metric, finding.definition)
        year = finding.period[:4]
        periods = [finding.period]
        if metric.get("growth_of"):
            periods.append(f"{int(year) - 1}{finding.period[4:]}")
        cells: list[dict[str, Any]] = []
        for period in periods:
            cells += self._rows(
                "SELECT p.series, p.period, p.value, p.unit, p.source, s.file_name, p.sheet, p.cell, "
                "s.sha256, p.snapshot_id FROM published_figure p JOIN dim_snapshot s USING (snapshot_id) "
                "WHERE (list_contains($1, p.series) OR ($4 AND p.complexes_covered IS NOT NULL)) "
                "AND (p.period = $2 OR starts_with(p.period, $2 || '-')) AND instr($3, p.source) > 0 "
                "ORDER BY ALL",
                [
                    [series for series, _ in parts if series],
                    period,
                    finding.source or "",
                    metric["model"] == "complex_list",
                ],
            )
            quarters = [f"{period}-Q{n}" for n in (1, 2, 3, 4)] if len(period) == 4 else [period]
            for series, measure in parts:
                if measure and _TREND in (finding.source or ""):
                    for quarter in quarters:
                        cells += self._traced("_T", measure, quarter)
                elif series and not measure:
                    cells += self._traced("nation", series, period)
        return cells

    def _traced(self, subject: str, measure: str, period: str) -> list[dict[str, Any]]:
        try:
            found = self.tracer.trace(subject, measure, period)
        except NotFound:
            return []
        return [
            {
                "series": cell["measure"],
                "period": cell["period"],
                "value": cell["value"],
                "unit": cell["unit"],
                "source": None,
                **{k: cell[k] for k in ("file_name", "sheet", "cell", "sha256", "snapshot_id")},
            }
            for cell in found["cells"]
            if cell["is_latest"]
        ]

    def _rows(self, query: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        cursor = self.tracer.connection.execute(query, parameters or [])
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _freq(period: str) -> str | None:
    try:
        return Period.parse(period).freq
    except ValueError:
        return None


def _order(period: str) -> tuple[str, int]:
    """Periods by the day on which they end; the longer one last."""
    try:
        parsed = Period.parse(period)
    except ValueError:
        return (period, 0)
    return (parsed.last_day.isoformat(), {"M": 0, "Q": 1, "A": 2}[parsed.freq])
