"""Where releases lie, and how files are written so that a crash leaves the old or the new.

What readers see is `releases/`, and nothing else in a home. A release waits for its sign-off and its
time in `staging/`, and lies in `withdrawn/` after it was taken back: both are closed (0700).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Readable by DuckDB clients from 1.2 on; a small block size keeps a small mart small.
STORAGE_VERSION = "v1.2.0"
BLOCK_SIZE = 16384
DATABASE = "kicox.duckdb"
MANIFEST = "release.json"
CHECKSUMS = "checksums.txt"
SIGNATURE = "release.json.sig"
INDEX = "index.json"
TOMBSTONE = "WITHDRAWN.json"
NAME = re.compile(r"^(\d{4}-Q[1-4])_v(\d+)$")
#: Files that the manifest cannot name: itself, and what is made of it.
OUTSIDE_MANIFEST = frozenset({MANIFEST, CHECKSUMS, SIGNATURE})


class PublishError(Exception):
    """A release cannot be published as asked; the message says why and what to do, in both
    languages."""

    def __init__(self, en: str, ko: str = "") -> None:
        super().__init__(f"{en} / {ko}" if ko else en)


@dataclass(frozen=True)
class Places:
    """The folders and files of releases in one home."""

    home: Path

    @property
    def releases(self) -> Path:
        """What readers see."""
        return self.home / "releases"

    @property
    def staging(self) -> Path:
        """Releases before their time, by build: `staging/<build id>/<release id>/`."""
        return self.home / "staging"

    @property
    def withdrawn(self) -> Path:
        """The bytes of releases that were taken back; readers find the reason in their place."""
        return self.home / "withdrawn"

    @property
    def collected(self) -> Path:
        """Manifest and lock of releases whose bytes were removed: enough to rebuild and prove them."""
        return self.home / "collected"

    @property
    def log(self) -> Path:
        """The append-only log of everything that happened to releases."""
        return self.home / "release_log.jsonl"

    @property
    def index(self) -> Path:
        """The public part of the log."""
        return self.releases / INDEX

    def staged(self, build_id: str) -> Path | None:
        """The folder of the release that is staged for a build, or None."""
        found = [p for p in sorted((self.staging / build_id).glob("*_v*")) if NAME.match(p.name)]
        return found[-1] if found else None


def current_release(releases: Path) -> dict[str, Any] | None:
    """The manifest of the release that readers see, with `published_at` of its publication; or None."""
    try:
        manifest: dict[str, Any] = read_json(releases / "current" / MANIFEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if manifest.get("published_at") is None:
        manifest["published_at"] = published_at(releases, manifest["release_id"])
    return manifest


def published_at(releases: Path, release_id: str) -> str | None:
    """When a release was published, from the public index beside it (ISO 8601, UTC); or None."""
    try:
        index = read_json(releases / INDEX)
    except FileNotFoundError:
        return None
    return next(
        (r["published_at"] for r in index["releases"] if r["release_id"] == release_id), None
    )


def list_releases(releases: Path) -> list[dict[str, Any]]:
    """The manifests of all releases whose bytes are there, oldest first."""
    found = [
        read_json(path)
        for path in releases.glob("*_v*/" + MANIFEST)
        if NAME.match(path.parent.name)
    ]
    return sorted(found, key=lambda m: (m["period"], m["version"]))


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def release_id_of(folder: Path) -> str:
    """The name in the manifest of a release folder."""
    return str(read_json(folder / MANIFEST)["release_id"])


def is_simulated(folder: Path) -> bool:
    """Whether a release folder holds simulated data."""
    return bool(read_json(folder / MANIFEST)["is_simulated"])


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def json_bytes(content: Any) -> bytes:
    """JSON as every file of a release has it: indented, Hangul as it is."""
    return (json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def write_json(path: Path, content: Any) -> None:
    """Write JSON as every file of a release has it."""
    path.write_bytes(json_bytes(content))


def replace_bytes(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put a file in place whole: written beside it, synced, renamed. A full disk leaves the old."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def private_folder(path: Path) -> Path:
    """A folder that nobody but its owner can look into (0700), made where it is not there."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def sync(path: Path) -> None:
    """Make what was written to a file or folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
