"""The desk of claims on the command line: a new claim against the current release."""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.complex_names import ComplexNameError, ComplexNames
from ingestion.periods import Period
from ingestion.registry import Registry, name_key
from pipeline.claim_complex import of_one_complex
from pipeline.claim_figures import figures_of, of_that_name, outside_the_statistic
from pipeline.claim_judging import (
    COMPARATORS,
    FLOWS,
    Finding,
    held_periods,
    in_order,
    judge,
    overall,
)
from pipeline.claim_reading import Statement, Unreadable, read_statement
from pipeline.settings import Settings
from pipeline.trace import NotFound, Tracer

_TREND = "kicox__industrial_trend"
#: Dimensions of things that are counted.
COUNTED = ("count", "firms", "persons")
#: What no figure of these statistics comes near, in any unit; the parser of claims has it too.
LARGEST = 10**20


class ClaimError(Exception):
    """The claim cannot be checked as it is said; the message says why and what there is."""


class Desk:
    """Checks claims against one release and nothing else."""

    def __init__(self, settings: Settings, release: str = "current") -> None:
        try:
            self.tracer = Tracer(settings, release)
        except NotFound as error:
            raise ClaimError(str(error)) from error
        self.settings = settings
        self.registry = Registry.load(settings.seeds)
        self.units = self.registry.units
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
            return read_statement(text, list(self.metrics.values()), self.registry, self._elsewhere)
        except Unreadable as error:
            raise ClaimError(str(error)) from error

    def statement(
        self,
        metric: str,
        value: str,
        period: str | None = None,
        unit: str | None = None,
        comparator: str = "approx",
        complex_name: str | None = None,
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
        complex_id = self._complex(metric, complex_name)
        unit = unit or self.metrics[metric]["unit"]
        return Statement(metric, number, unit, comparator, period, complex_id)

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
            self._measures(statement),
        )
        result: dict[str, Any] = {
            "release": self.tracer.release_id,
            "metric": statement.metric,
            "metric_name": {"ko": metric["name_ko"], "en": metric["name_en"]},
            "complex_id": statement.complex_id,
            "complex_name": self._complex_name(statement.complex_id),
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
        own = [f for f in findings if statement.period in (None, f.period)]
        if not own and statement.complex_id is not None:
            why = outside_the_statistic(self._rows, statement.complex_id, statement.period)
            if why is not None:
                said = {"verdict": "not_evaluable", "reason": why[1], "reason_ko": why[0]}
                return {**result, **said, "findings": []}
        if not findings:
            return {
                **result,
                "verdict": "not_evaluable",
                "reason": f"no source of this warehouse measures it; needed: {metric['needs_en']}",
                "reason_ko": f"이 웨어하우스의 어느 자료에도 없음. 필요한 자료: {metric['needs_ko']}",
                "findings": [],
            }
        if not own:
            known = sorted({f.period for f in findings if f.measured is not None}, key=in_order)
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
                vars(f) | {"cells": self._cells(statement, f) if statement.period else []}
                for f in shown
            ],
        }

    # -- inside --------------------------------------------------------------------------

    def _complex(self, metric: str, name: str | None) -> str | None:
        of_one = of_one_complex(self.metrics[metric])
        if name is None and of_one:
            raise ClaimError(f"{metric} is measured for one complex: say which with --complex")
        if name is None:
            return None
        if not of_one:
            known = ", ".join(m for m, row in self.metrics.items() if of_one_complex(row))
            raise ClaimError(f"{metric} is not measured for one complex; there are: {known}")
        try:
            return ComplexNames(self.registry, self._elsewhere).resolve(name)
        except ComplexNameError as error:
            raise ClaimError(str(error)) from error

    def _elsewhere(self, name: str) -> list[str]:
        tables = {row["table_name"] for row in self._rows("SELECT table_name FROM duckdb_tables()")}
        return of_that_name(self._rows, name) if "complex_status_quarterly" in tables else []

    def _complex_name(self, complex_id: str | None) -> dict[str, str] | None:
        if complex_id is None:
            return None
        ko, en = self.registry.complex_names[complex_id]
        return {"ko": ko, "en": en}

    def _measures(self, statement: Statement) -> list[dict[str, Any]]:
        if statement.complex_id is not None:
            metric = self.metrics[statement.metric]
            return figures_of(self._rows, metric, statement.complex_id)
        return self._rows(
            "SELECT * FROM claim_measure WHERE metric = $1 ORDER BY period, definition",
            [statement.metric],
        )

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

    def _complex_cells(self, statement: Statement, finding: Finding) -> list[dict[str, Any]]:
        """The cells of a complex behind a figure: of both years for growth, of the row 계 for a share."""
        metric, year = self.metrics[statement.metric], finding.period[:4]
        periods = [finding.period]
        if metric.get("growth_of"):
            periods.append(f"{int(year) - 1}{finding.period[4:]}")
        elif len(finding.period) == 4:
            flow = metric["dimension"] in FLOWS
            periods = [f"{year}-Q{n}" for n in ((1, 2, 3, 4) if flow else (4,))]
        subjects = [statement.complex_id or ""]
        if metric["model"] == "one_complex_share":
            subjects.append("_T")
        return [
            cell
            for subject in subjects
            for period in periods
            for cell in self._traced(subject, metric["trend_measure"], period)
        ]

    def _cells(self, statement: Statement, finding: Finding) -> list[dict[str, Any]]:
        """The cells behind a figure: rows of the list of print, cells of the publisher's files."""
        if finding.measured is None:
            return []
        if statement.complex_id is not None:
            return self._complex_cells(statement, finding)
        metric = self.metrics[statement.metric]
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
            and all(
                cell.get(part) in (None, "_T") for part in ("industry_code", "size_class", "sex")
            )
        ]

    def _rows(self, query: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        cursor = self.tracer.connection.execute(query, parameters or [])
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
