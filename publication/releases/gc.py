"""Garbage collection by policy: what is not needed any more, and never what readers or an as-of need.

Kept always: `raw/` and `landed/` (an as-of is rebuilt from them), the release in force and the one
that readers would fall back to, what waits for its sign-off or time, the log, tombstones, and of every
release that is removed its manifest and lock, so that it can be rebuilt and proven, and its protected marts,
because what they said stays known.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publication.releases.calendar import Policy
from publication.releases.index import write_index
from publication.releases.layout import (
    CHECKSUMS,
    MANIFEST,
    NAME,
    SIGNATURE,
    Places,
    private_folder,
    read_json,
)
from publication.releases.log import History
from publication.releases.switching import publisher

_KEPT_FILES = (
    MANIFEST, CHECKSUMS, SIGNATURE, "inputs.lock.json",
    "verdict.json", "quality_report.html",  # what the gate said then, and is not asked again
)  # fmt: skip


@dataclass(frozen=True)
class Removal:
    """One thing to remove: where, how many bytes, and why (in both languages)."""

    path: Path
    bytes: int
    release_id: str | None
    reason_en: str
    reason_ko: str


def collect(
    places: Places, policy: Policy, *, dry_run: bool = False, now: datetime | None = None
) -> list[Removal]:
    """Remove what the policy does not keep; with `dry_run` only say what that is.

    Raises:
        PublishError: a publisher is at work.
    """
    with publisher(places) as log:
        history = log.history()
        found = [
            *_releases(places, policy, history),
            *_withdrawn(places, policy, history, now or datetime.now(UTC)),
            *_builds(places, policy, history),
            *_staging(places, history, now or datetime.now(UTC)),
            *_unfinished(places, history),
        ]
        if dry_run:
            return found
        for removal in found:
            if removal.release_id is not None:
                _keep_proof(places, removal)
                # Logged first: a release that is half gone must not be taken for damaged.
                log.append("collected", removal.release_id, reason=removal.reason_en)
            # Out of sight in one step, then removed.
            bin_ = private_folder(places.home / ".bin")
            target = bin_ / removal.path.name
            shutil.rmtree(target, ignore_errors=True)
            removal.path.rename(target)
            shutil.rmtree(target)
        shutil.rmtree(places.home / ".bin", ignore_errors=True)
        write_index(places, log, log.history())
    return found


def _size(path: Path) -> int:
    return sum(p.lstat().st_size for p in path.rglob("*") if not p.is_dir())


def _releases(places: Places, policy: Policy, history: History) -> list[Removal]:
    published = [
        s
        for s in history.states.values()
        if s.state in ("published", "superseded") and not s.is_collected
    ]
    by_quarter: dict[str, list[tuple[int, str]]] = {}
    for state in published:
        match = NAME.match(state.release_id)
        if match:
            by_quarter.setdefault(match[1], []).append((int(match[2]), state.release_id))
    kept = {history.current, history.before_current}
    for quarter in sorted(by_quarter, reverse=True)[: policy.keep.quarters]:
        versions = sorted(by_quarter[quarter], reverse=True)
        kept |= {name for _, name in versions[: policy.keep.versions]}
    return [
        Removal(
            places.releases / state.release_id,
            _size(places.releases / state.release_id),
            state.release_id,
            f"superseded, and beyond {policy.keep.versions} versions of {policy.keep.quarters} quarters",
            f"대체됨. 보존 한도(분기 {policy.keep.quarters}개, 판 {policy.keep.versions}개) 밖",
        )
        for state in published
        if state.release_id not in kept and (places.releases / state.release_id).is_dir()
    ]


def _withdrawn(places: Places, policy: Policy, history: History, now: datetime) -> list[Removal]:
    limit = now - timedelta(days=policy.keep.withdrawn_days)
    return [
        Removal(
            places.withdrawn / state.release_id,
            _size(places.withdrawn / state.release_id),
            state.release_id,
            f"withdrawn more than {policy.keep.withdrawn_days} days ago",
            f"철회 후 {policy.keep.withdrawn_days}일이 지남",
        )
        for state in history.states.values()
        if state.state == "withdrawn"
        and not state.is_collected
        and datetime.fromisoformat(state.events["withdrawn"].at) < limit
        and (places.withdrawn / state.release_id).is_dir()
    ]


def _builds(places: Places, policy: Policy, history: History) -> list[Removal]:
    folder = places.home / "builds"
    needed = {s.build_id for s in history.waiting()}
    needed |= {s.build_id for s in history.states.values() if s.release_id == history.current}
    builds = sorted((p for p in folder.glob("*_*") if p.is_dir()), key=lambda p: -p.stat().st_mtime)
    return [
        Removal(
            path,
            _size(path),
            None,
            f"older than the newest {policy.keep.builds} builds; can be built again",
            f"최근 빌드 {policy.keep.builds}개보다 오래됨. 다시 만들 수 있음",
        )
        for path in builds[policy.keep.builds :]
        if path.name not in needed
    ]


def _staging(places: Places, history: History, now: datetime) -> list[Removal]:
    # What is a day old is no publication under way: its steps follow each other in minutes.
    limit = (now - timedelta(days=1)).timestamp()
    needed = {s.build_id for s in history.waiting()}
    return [
        Removal(
            path, _size(path), None, "staged, and waits for nothing", "대기 중이 아닌 준비 폴더"
        )
        for path in sorted(places.staging.glob("*"))
        if path.is_dir() and path.name not in needed and path.stat().st_mtime < limit
    ]


def _unfinished(places: Places, history: History) -> list[Removal]:
    """What an earlier collection logged and did not come to remove."""
    return [
        Removal(path, _size(path), None, "left by an earlier collection", "이전 정리에서 남음")
        for state in history.states.values()
        if state.is_collected
        for path in (
            (places.withdrawn if state.state == "withdrawn" else places.releases)
            / state.release_id,
        )
        if path.is_dir()
    ]


def _keep_proof(places: Places, removal: Removal) -> None:
    target = private_folder(places.collected) / str(removal.release_id)
    target.mkdir(exist_ok=True)
    path = removal.path / MANIFEST
    manifest = read_json(path) if path.is_file() else {}
    # What a protected mart said stays known to its readers, so disclosure control must know it, too.
    protected = {f"marts/{table['mart']}.parquet" for table in manifest.get("disclosure", [])}
    for name in (*_KEPT_FILES, *sorted(protected)):
        if (removal.path / name).is_file():
            (target / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(removal.path / name, target / name)
