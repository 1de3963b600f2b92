"""What lies in an inbox, and the name of the run that looks at it: what fetching and ingestion share."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

from ingestion.ingest import SIDECAR_SUFFIX


def new_run_id() -> str:
    """A name for a run that sorts by time: `20260527T001500Z-1a2b3c`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


def inbox_files(inbox: Path) -> list[Path]:
    """The files of an inbox; no sidecars, no leftovers of a download."""
    return [
        path
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
        and not any(part.startswith((".", "~$")) for part in path.relative_to(inbox).parts)
        and not path.name.endswith((SIDECAR_SUFFIX, ".part", ".crdownload", ".tmp"))
    ]


def is_fetched(path: Path) -> bool:
    """Whether a file of an inbox was fetched, not dropped by a person: its sidecar names an address."""
    try:
        known = json.loads(path.with_name(path.name + SIDECAR_SUFFIX).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return isinstance(known, dict) and bool(known.get("url"))
