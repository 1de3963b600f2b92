"""One module a form of publication. A parser gives a `Reading` or raises `RejectedFile`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ingestion.landing import LandedDraft
from ingestion.problems import Problem


@dataclass(frozen=True)
class Reading:
    """What a file says: its period, its rows in the landed schema (a table where they are many),
    its survey notes, and what was odd but no reason to refuse it."""

    period: str
    rows: list[dict[str, Any]] | pa.Table
    notes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: The same rows, where they were written while they were read.
    draft: LandedDraft | None = None
