"""Outcome rows: one for every attempt to fetch or take in a file, good or bad.

One JSON Lines file a run; a line is written in one append, so that parallel workers of a run
may share it. `what happened on Tuesday` is a query: `read_json('outcomes/*.jsonl')`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Status = Literal["landed", "unchanged", "quarantined", "fault"]
FetchStatus = Literal["fetched", "reused", "no_data", "stopped", "person_needed", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one file in one run.

    `landed`: read and landed (anew); `unchanged`: the same bytes as before; `quarantined`: not
    usable; `fault`: usable bytes that the publisher offers under a wrong period.
    """

    run_id: str
    at: str
    status: Status
    file_name: str
    sha256: str
    dataset: str | None = None
    period: str | None = None
    snapshot_id: str | None = None
    kind: Literal["first", "new_vintage", "same_bytes", "reparsed", "none"] = "none"
    rows: int = 0
    message: str = ""
    message_ko: str = ""
    problems: list[dict[str, Any]] = field(default_factory=list)
    is_simulated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """All fields as JSON can hold them."""
        return asdict(self)


@dataclass(frozen=True)
class FetchOutcome:
    """What became of one request to a publisher.

    `fetched`: the data came; `reused`: it had come before on the same day and was not asked for
    again; `no_data`: the publisher has none; `stopped`: not sent, for want of a key or of calls
    left today; `person_needed`: a person has to download it; `failed`: anything else.
    `url` and both messages never hold a key.
    """

    run_id: str
    at: str
    status: FetchStatus
    file_name: str
    dataset: str
    period: str | None
    service: str
    url: str
    method: Literal["GET", "POST"]
    http_status: int | None
    bytes: int
    sha256: str
    attempts: int
    seconds: float
    error_code: str | None
    message: str
    message_ko: str
    kind: Literal["fetch"] = "fetch"

    def as_dict(self) -> dict[str, Any]:
        """All fields as JSON can hold them."""
        return asdict(self)


def append_outcome(folder: Path, outcome: Outcome | FetchOutcome) -> None:
    """Add one row to the run's file."""
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps(outcome.as_dict(), ensure_ascii=False) + "\n"
    descriptor = os.open(
        folder / f"{outcome.run_id}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644
    )
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read_outcomes(folder: Path) -> Iterator[dict[str, Any]]:
    """All rows, oldest run first; a line cut off by a crash is passed over."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue
