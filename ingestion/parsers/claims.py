"""Claims made with the figures: one YAML file a claim."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.complex_names import ComplexNameError, ComplexNames
from ingestion.periods import Period
from ingestion.problems import Problem, RejectedFile, problem
from ingestion.registry import Registry, name_key, tidy
from ingestion.sniff import Content

PARSER_VERSION = "5"
#: What no figure of these statistics comes near, in any unit.
LARGEST = 1e20


class Claim(BaseModel):
    """One statement in print, as a test can be made of it.

    `stated_value` and `tolerance` are in `unit`; `period` is null where the text names none,
    `claim_date` where nobody knows the day. `metric` is one of dbt_project/seeds/claim_metrics.csv.
    `scope`: of what the text speaks, one of those for which the metric is measured (same file); of a
    metric that is measured for one complex, that complex: 구미, 구미국가산업단지, Gumi.
    `source_ko`: how a Korean reader is told the source, where it is described; a title stays as it is.
    `printed_as`: the figure as printed, where its unit was misprinted and `unit` is the right one.
    `withdrawn`: why the claim is taken off the desk; it needs no other key but `claim_id`.
    """

    model_config = ConfigDict(extra="forbid")

    claim_id: str = Field(pattern=r"^[a-z0-9_]+$")
    text: str
    language: Literal["ko", "en"]
    source: str = Field(min_length=1)
    source_ko: str | None = Field(default=None, min_length=1)
    claim_date: date | None
    metric: str
    scope: str
    period: str | None
    comparator: Literal["approx", "at_least", "at_most", "more_than", "less_than"]
    stated_value: float = Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)
    unit: str
    tolerance: float = Field(ge=0, le=LARGEST, allow_inf_nan=False)
    definition: str
    note_ko: str | None = None
    note_en: str | None = None
    printed_as: str | None = Field(default=None, min_length=1)
    withdrawn: str | None = Field(default=None, min_length=1)


class Withdrawal(BaseModel):
    """A claim taken off the desk: a file of the same name, with the reason."""

    model_config = ConfigDict(extra="forbid")

    claim_id: str = Field(pattern=r"^[a-z0-9_]+$")
    withdrawn: str = Field(min_length=1)


def parse_claim(content: Content, registry: Registry) -> list[dict[str, Any]]:
    """Read one claim; of a withdrawn one no row is left.

    Raises:
        RejectedFile: a key is missing, unknown, or its value not valid; the metric is not known,
            the period is none, the metric is not measured in the unit or for the scope, or the scope names
            no complex, or two. Every fault is listed.
    """
    mapping = dict(content.mapping)
    if isinstance(mapping.get("period"), int):  # a year without quotation marks
        mapping["period"] = str(mapping["period"])
    try:
        if mapping.get("withdrawn") is not None:
            # whatever else the file still says of the claim need not be right any more
            moot = Claim.model_fields.keys() - Withdrawal.model_fields.keys()
            Withdrawal.model_validate({k: v for k, v in mapping.items() if k not in moot})
            return []
        claim = Claim.model_validate(mapping)
    except ValidationError as error:
        raise RejectedFile([_fault(dict(fault)) for fault in error.errors()]) from error
    problems: list[Problem] = []
    if claim.period is None and claim.claim_date is None:
        problems.append(problem("claim_undated", cell="period"))
    if claim.period is not None:
        try:
            Period.parse(claim.period)
        except ValueError:
            problems.append(problem("claim_period_unknown", cell="period", found=claim.period))
    metric = registry.metrics.get(claim.metric)
    if metric is None:
        known = ", ".join(sorted(registry.metrics))
        problems.append(
            problem("claim_metric_unknown", cell="metric", found=claim.metric, known=known)
        )
    elif claim.unit != metric.name:
        unit = registry.units.get(name_key(claim.unit))
        if unit is None or unit.dimension != metric.dimension:
            problems.append(
                problem(
                    "claim_unit_unfit",
                    cell="unit",
                    found=claim.unit,
                    metric=claim.metric,
                    unit=metric.name,
                )
            )
    complex_id: str | None = None
    if claim.metric in registry.complex_metrics:
        try:
            complex_id = ComplexNames(registry).resolve(claim.scope)
        except ComplexNameError as error:
            problems.append(_no_complex(error))
    elif metric is not None:
        problems += _unfit_scope(claim, registry)
    if problems:
        raise RejectedFile(problems)
    said = claim.model_dump(exclude={"withdrawn"})
    return [{**said, "complex_id": complex_id, "cell": "stated_value"}]


def _no_complex(error: ComplexNameError) -> Problem:
    return problem(
        "claim_complex_ambiguous" if error.is_ambiguous else "claim_complex_unknown",
        cell="scope",
        found=error.name,
        known="; ".join(error.known) or "–",
    )


def _unfit_scope(claim: Claim, registry: Registry) -> list[Problem]:
    scopes = registry.scopes.get(claim.metric, ())
    if _folded(claim.scope) in map(_folded, scopes):
        return []
    return [
        problem(
            "claim_scope_unfit",
            cell="scope",
            found=claim.scope,
            metric=claim.metric,
            known="; ".join(scopes),
        )
    ]


def _folded(text: str) -> str:
    return tidy(text).casefold()


def _fault(fault: dict[str, Any]) -> Problem:
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = ", ".join(Claim.model_fields)
        return problem("claim_key_unknown", cell=where, found=where, known=known)
    return problem(
        "bad_value",
        cell=where or None,
        found=str(fault.get("input", ""))[:80],
        header=where,
        detail=fault["msg"],
    )
