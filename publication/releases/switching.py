"""The one commit point: the directory symlink `current`, swapped by rename."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from publication.releases.layout import (
    MANIFEST,
    PublishError,
    current_release,
    file_sha256,
    list_releases,
    sync,
    write_json,
)


def switch(*, staged: Path, releases: Path, now: datetime | None = None) -> dict[str, Any]:
    """Publish a staged folder: finish its manifest, move it into place, swap `current`.

    Raises:
        PublishError: somebody else is publishing, or has published under this name meanwhile.
    """
    with _publishing(releases):
        return _switch(staged, releases, now or datetime.now(UTC))


def take_up(releases: Path, build_id: str) -> str | None:
    """Switch to a release of this build that stands complete but was never switched to.

    Returns its name, or None where there is none: a crash came earlier, or not at all.

    Raises:
        PublishError: somebody else is publishing.
    """
    with _publishing(releases):
        release_id = unswitched_release(releases, build_id)
        if release_id is not None:
            point_current(releases, release_id)
    return release_id


@contextmanager
def _publishing(releases: Path) -> Iterator[None]:
    """One publisher at a time; a second one is told, not kept waiting."""
    releases.mkdir(parents=True, exist_ok=True)
    lock = FileLock(releases.parent / ".publish.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise PublishError(
            "another publication is going on; run again when it has ended"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _switch(staged: Path, releases: Path, now: datetime) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((staged / MANIFEST).read_text(encoding="utf-8"))
    target = releases / manifest["release_id"]
    previous = current_release(releases)
    if target.exists():
        raise PublishError(
            f"{manifest['release_id']} has been published meanwhile by another run; run again"
        )
    if (previous["release_id"] if previous else None) != manifest["previous"]:
        raise PublishError(
            f"{manifest['release_id']} was compared with {manifest['previous']}, but current is "
            f"{previous['release_id'] if previous else None} now; run again"
        )
    manifest["status"] = "published"
    manifest["published_at"] = now.astimezone(UTC).isoformat(timespec="seconds")
    manifest["files"] = {
        str(path.relative_to(staged)): file_sha256(path)
        for path in sorted(staged.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    write_json(staged / MANIFEST, manifest)
    for path in staged.rglob("*"):
        if path.is_file():
            sync(path)
            path.chmod(0o444)
    os.rename(staged, target)
    point_current(releases, manifest["release_id"])
    return manifest


def point_current(releases: Path, release_id: str) -> None:
    """Swap the symlink `current` in one rename; it is relative, so the folder may be mounted."""
    temporary = releases / f".current-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(release_id, target_is_directory=True)
    os.replace(temporary, releases / "current")
    descriptor = os.open(releases, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unswitched_release(releases: Path, build_id: str) -> str | None:
    """A release of this build that stands complete but was never switched to (a crash)."""
    shown = current_release(releases)
    for manifest in list_releases(releases):
        if manifest["build_id"] != build_id or manifest.get("status") != "published":
            continue
        if shown is None or (manifest["period"], manifest["version"]) > (
            shown["period"],
            shown["version"],
        ):
            return str(manifest["release_id"])
    return None
