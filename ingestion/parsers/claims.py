"""Claims made with the figures: one YAML file a claim."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from ingestion.periods import Period
from ingestion.problems import RejectedFile, problem
from ingestion.sniff import Content

PARSER_VERSION = "1"


class Claim(BaseModel):
    """One statement in print, as a test can be made of it.

    `stated_value` and `tolerance` are in `unit`; `period` is null where the text names none.
    """

    model_config = ConfigDict(extra="forbid")

    claim_id: str
    text: str
    language: Literal["ko", "en"]
    source: str
    claim_date: date
    metric: Literal[
        "national_production_share_pct",
        "national_export_share_pct",
        "national_employment_share_pct",
    ]
    scope: str
    period: str | None
    comparator: Literal["approx", "at_least", "at_most"]
    stated_value: float
    unit: str
    tolerance: float
    definition: str
    note_ko: str | None = None
    note_en: str | None = None

    @field_validator("period")
    @classmethod
    def _is_period(cls, value: str | None) -> str | None:
        return None if value is None else str(Period.parse(str(value)))


def parse_claim(content: Content) -> list[dict[str, Any]]:
    """Read one claim.

    Raises:
        RejectedFile: a key is missing, unknown, or its value not valid.
    """
    try:
        claim = Claim.model_validate(content.mapping)
    except ValidationError as error:
        raise RejectedFile(
            [
                problem(
                    "bad_value",
                    cell=".".join(str(part) for part in fault["loc"]) or None,
                    found=str(fault.get("input", ""))[:80],
                    header=".".join(str(part) for part in fault["loc"]),
                    detail=fault["msg"],
                )
                for fault in error.errors()
            ]
        ) from error
    return [{**claim.model_dump(), "cell": "stated_value"}]
