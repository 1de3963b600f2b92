"""Where releases lie, and how files are written so that a crash leaves the old or the new."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

#: Readable by DuckDB clients from 1.2 on; a small block size keeps a small mart small.
STORAGE_VERSION = "v1.2.0"
BLOCK_SIZE = 16384
DATABASE = "kicox.duckdb"
MANIFEST = "release.json"
NAME = re.compile(r"^(\d{4}-Q[1-4])_v(\d+)$")


class PublishError(Exception):
    """A release cannot be published as asked; the message says why and what to do."""


def current_release(releases: Path) -> dict[str, Any] | None:
    """The manifest of the release that readers see, or None."""
    link = releases / "current"
    try:
        manifest: dict[str, Any] = json.loads((link / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return manifest


def list_releases(releases: Path) -> list[dict[str, Any]]:
    """The manifests of all complete releases, oldest first."""
    found = []
    for path in releases.glob("*_v*/" + MANIFEST):
        if NAME.match(path.parent.name):
            found.append(json.loads(path.read_text(encoding="utf-8")))
    return sorted(found, key=lambda m: (m["period"], m["version"]))


def next_release_id(releases: Path, period: str) -> tuple[str, int]:
    """The next free name for a period: `2026-Q1_v1`, then `_v2`; names are never used again."""
    versions = [
        int(match[2]) for path in releases.glob(f"{period}_v*") if (match := NAME.match(path.name))
    ]
    version = max(versions, default=0) + 1
    return f"{period}_v{version}", version


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def release_id_of(folder: Path) -> str:
    """The name in the manifest of a release folder."""
    return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["release_id"])


def is_simulated(folder: Path) -> bool:
    """Whether a release folder holds simulated data."""
    return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["is_simulated"])


def write_json(path: Path, content: Any) -> None:
    """Write JSON as every file of a release has it: indented, Hangul as it is."""
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"
    path.write_text(text, encoding="utf-8")


def sync(path: Path) -> None:
    """Make what was written to a file or folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
