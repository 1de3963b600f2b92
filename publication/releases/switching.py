"""The one commit point: the directory symlink `current`, swapped by rename.

What a crash leaves is put right by the next step of anybody: `recover` holds the folders against the
log. A publication counts from the swap, a withdrawal or rollback from its line in the log.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from publication.releases import grounds
from publication.releases.calendar import Policy, record_announcements
from publication.releases.index import write_index
from publication.releases.layout import (
    MANIFEST,
    NAME,
    TOMBSTONE,
    Places,
    PublishError,
    private_folder,
    read_json,
    sync,
)
from publication.releases.log import Event, History, LogError, ReleaseLog, fold
from publication.releases.manifest import manifest_sha256
from publication.releases.signing import PublicKey
from publication.releases.tombstone import write_tombstone
from publication.releases.verify import verify


class NotYet(PublishError):
    """A release may not be published yet; `until` says from when on, if time is all it waits for."""

    def __init__(self, en: str, ko: str, until: datetime | None = None) -> None:
        super().__init__(en, ko)
        self.until = until


@contextmanager
def publisher(places: Places, patience_seconds: float = 0) -> Iterator[ReleaseLog]:
    """One publisher at a time; a second one is told, not kept waiting (a person's decision may wait for
    some seconds). What a crash left is put right first.

    Raises:
        PublishError: somebody else is publishing, or the log was edited.
    """
    places.releases.mkdir(parents=True, exist_ok=True)
    lock = FileLock(places.home / ".publish.lock", timeout=patience_seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise PublishError(
            "another publication is going on; run again when it has ended",
            "다른 공표가 진행 중입니다. 끝난 뒤 다시 실행하십시오",
        ) from error
    try:
        log = ReleaseLog(places.log)
        recover(places, log)
        yield log
    finally:
        lock.release()


def switch(
    places: Places,
    release_id: str,
    *,
    manifest: str,
    policy: Policy,
    trusted: Sequence[PublicKey] = (),
    now: datetime | None = None,
) -> dict[str, Any]:
    """Publish a sealed release: check everything once more, move it into place, swap `current`.

    Args:
        release_id: the release.
        manifest: the SHA-256 of the manifest that is to be published, and no other.
        policy: whether it has to be signed off, and when it is due.
        trusted: keys of which one must have signed it; none where releases are not signed.
        now: the time, for tests.

    Returns the manifest.

    Raises:
        NotYet: it waits for a sign-off or for its time.
        PublishError: it changed since it was sealed or signed off, it was compared with a release
            that is no longer current, what it rests on holds no longer (an accepted exception has
            ended, another release came out), or somebody else is publishing.
    """
    with publisher(places) as log:
        moment = now or datetime.now(UTC)
        record_announcements(policy, log, moment)
        folder = checked(places, log.history(), release_id, manifest)
        history = log.history()
        state = history.states[release_id]
        if state.state == "rejected":
            raise PublishError(
                f"{release_id} was rejected: {state.events['rejected'].reason or 'no reason given'}",
                f"{release_id}은(는) 반려되었습니다",
            )
        approval = state.approval
        if policy.sign_off_required and approval is None:
            raise NotYet(
                f"{release_id} waits for its sign-off: sandan approve {release_id} "
                f"--manifest {manifest[:16]} --as ROLE",
                f"{release_id}은(는) 승인을 기다립니다: sandan approve {release_id} "
                f"--manifest {manifest[:16]} --as 역할",
            )
        due = policy.due(release_id)
        if due is not None and due > moment:
            local = f"{due.astimezone(policy.zone):%Y-%m-%d %H:%M %Z}"
            raise NotYet(
                f"{release_id} is under embargo until {local}: `sandan publish --due` publishes it",
                f"{release_id}은(는) {local}까지 공표가 제한됩니다(sandan publish --due)",
                due,
            )
        content: dict[str, Any] = read_json(folder / MANIFEST)
        if content["previous"] != history.current:
            raise PublishError(
                f"{release_id} was compared with {content['previous']}, but current is "
                f"{history.current} now: its sign-off is void; assemble it again",
                f"{release_id}은(는) {content['previous']}과(와) 비교되었으나 현재 배포판은 "
                f"{history.current}입니다. 승인은 무효이므로 다시 조립하십시오",
            )
        check_grounds(folder, history, moment.astimezone(policy.zone).date())
        found = verify(folder, trusted=trusted, expected_sha256=manifest)
        if not found.is_intact:
            raise PublishError(
                f"{release_id} changed since it was sealed: its sign-off is void. "
                + "; ".join(f"{f.path}: {f.message_en}" for f in found.findings[:3]),
                f"{release_id}이(가) 봉인된 뒤 바뀌어 승인이 무효입니다. "
                + "; ".join(f"{f.path}: {f.message_ko}" for f in found.findings[:3]),
            )
        os.rename(folder, places.releases / release_id)
        sync(places.releases)
        point_current(places.releases, release_id)
        _log_publication(log, places, release_id, moment, due)
        recover(places, log)
    return content


def check_grounds(folder: Path, history: History, day: date) -> None:
    """Refuse a sealed candidate whose verdict or disclosure control holds no longer on a day.

    Raises:
        PublishError: it says which, and what to do.
    """
    verdict = read_json(folder / "verdict.json")
    words = grounds.lost(read_json(folder / MANIFEST), verdict, history, day)
    if words is not None:
        raise PublishError(f"{folder.name}: {words[0]}", f"{folder.name}: {words[1]}")


def checked(places: Places, history: History, release_id: str, manifest: str) -> Path:
    """The staged folder of a release, if its manifest is still the one that is named.

    Raises:
        PublishError: it is not there, was published, or changed.
    """
    state = history.states.get(release_id)
    if state is None or state.build_id is None:
        raise PublishError(
            f"there is no candidate {release_id}; `sandan releases` lists what there is",
            f"후보 {release_id}이(가) 없습니다. sandan releases로 확인하십시오",
        )
    if state.was_published:
        raise PublishError(
            f"{release_id} has been published meanwhile by another run",
            f"{release_id}은(는) 그 사이 다른 실행이 공표했습니다",
        )
    if state.state == "voided":
        raise PublishError(
            f"{release_id} (manifest {manifest[:16]}) is void: {state.events['voided'].reason}",
            f"{release_id}(매니페스트 {manifest[:16]})은(는) 무효입니다",
        )
    folder = places.staging / state.build_id / release_id
    actual = manifest_sha256(folder) if (folder / MANIFEST).is_file() else None
    if state.manifest_sha256 != manifest or actual != manifest:
        raise PublishError(
            f"the candidate {release_id} changed: manifest {manifest[:16]} is no longer what is "
            f"staged ({(actual or 'nothing')[:16]}), so its sign-off is void; look at it again",
            f"후보 {release_id}이(가) 바뀌었습니다. 매니페스트 {manifest[:16]}의 승인은 무효이므로 "
            "다시 검토하십시오",
        )
    return folder


def _log_publication(
    log: ReleaseLog, places: Places, release_id: str, at: datetime, due: datetime | None
) -> None:
    history = log.history()
    state = history.states[release_id]
    content = read_json(places.releases / release_id / MANIFEST)
    approval = state.approval
    notes = []
    if approval is None:
        notes.append("published without sign-off")
    if due is None:
        notes.append("not announced: published at once")
    log.append(
        "published",
        release_id,
        manifest_sha256=state.manifest_sha256,
        reason="; ".join(notes) or None,
        at=at,
        due=due.astimezone(UTC).isoformat(timespec="seconds") if due else None,
        signed_off=approval.role if approval else None,
        signed_by=content.get("signed_by"),
        is_simulated=content["is_simulated"],
    )


def point_current(releases: Path, release_id: str) -> None:
    """Swap the symlink `current` in one rename; it is relative, so the folder may be mounted."""
    temporary = releases / f".current-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(release_id, target_is_directory=True)
    try:
        os.replace(temporary, releases / "current")
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync(releases)


def recover(places: Places, log: ReleaseLog) -> None:
    """Hold folders against the log and finish or undo what a crash left. Call it as publisher.

    - `current` points at a release that the log does not know as published: the crash came after the
      swap, so the publication is logged with the time of the link.
    - A complete folder that was never switched to goes back to staging.
    - `current` differs otherwise: a withdrawal or rollback is carried out.
    - Withdrawn bytes leave the readers' folder; leftovers of writing are removed.
    """
    events = log.read()
    _check_anchor(places, events)
    if not events:
        _adopt(places, log)
    history = log.history()
    link = places.releases / "current"
    shown = os.readlink(link) if link.is_symlink() else None
    state = history.states.get(shown or "")
    if shown is not None and shown != history.current and state is not None and (
        not state.was_published and (places.releases / shown / MANIFEST).is_file()
    ):  # fmt: skip
        at = datetime.fromtimestamp(link.lstat().st_mtime, UTC)
        due = next(
            (
                e.details["due"]
                for e in reversed(history.events)
                if e.event == "announced" and e.details["for"] == shown
            ),
            None,
        )
        _log_publication(log, places, shown, at, datetime.fromisoformat(due) if due else None)
        history = log.history()
    _account(log, history)
    history = log.history()
    for path in sorted(places.releases.glob("*_v*")):
        state = history.states.get(path.name)
        if NAME.match(path.name) and state is not None and not state.was_published:
            if state.build_id is not None and state.state != "voided":
                target = private_folder(places.staging) / state.build_id / path.name
                target.parent.mkdir(mode=0o700, exist_ok=True)
                shutil.rmtree(target, ignore_errors=True)
                os.rename(path, target)
            else:
                shutil.rmtree(path)
    if history.current is not None and shown != history.current:
        point_current(places.releases, history.current)
    # (Where nothing is left to fall back to, `current` stays and leads to the reason.)
    for state in history.states.values():
        if state.state == "withdrawn":
            _take_away(places, state.release_id, history)
        if state.was_published and state.build_id:
            staged = places.staging / state.build_id
            shutil.rmtree(staged / state.release_id, ignore_errors=True)
            # (the same build may be on its way again, as another version)
            if places.staged(state.build_id) is None:
                shutil.rmtree(staged, ignore_errors=True)
    for pattern in (".current-*", ".index.json.tmp", ".tombstone-*"):
        for leftover in places.releases.glob(pattern):
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()
    if history.events:
        write_index(places, log, history)


def _account(log: ReleaseLog, history: History) -> None:
    """Write the lines that follow from others: who is superseded by whom, who is in force again."""
    for older, newer in pairwise(history.in_force):
        if history.states[older].superseded_by != newer:
            log.append("superseded", older, by=newer)
    turns = [
        number
        for number, event in enumerate(history.events)
        if event.event in ("published", "adopted", "reinstated", "withdrawn", "rolled_back")
    ]
    if not turns or history.current is None:
        return
    last = history.events[turns[-1]]
    was_in_force = fold(history.events[: turns[-1]]).current
    if last.event in ("withdrawn", "rolled_back") and was_in_force != history.current:
        log.append(
            "reinstated",
            history.current,
            reason=f"{last.release_id} was {last.event.replace('_', ' ')}: {last.reason or '–'}",
        )


def _check_anchor(places: Places, events: list[Event]) -> None:
    """Hold the log against what the public index was made from: a log cut at its end has no broken
    link."""
    try:
        anchor = read_json(places.index)["log"]
    except FileNotFoundError:
        return
    if anchor and (len(events) < anchor["seq"] or events[anchor["seq"] - 1].hash != anchor["hash"]):
        raise LogError(
            f"{places.log.name} ends at line {len(events)}, but readers were told of line "
            f"{anchor['seq']}: it was cut or replaced. Put back a copy of it from the backup; nothing "
            "is published until then",
            f"{places.log.name}이(가) {anchor['seq']}번째 줄까지 있어야 하나 잘렸거나 바뀌었습니다. "
            "백업에서 되돌려 놓으십시오. 그때까지 아무것도 공표하지 않습니다",
        )


def _take_away(places: Places, release_id: str, history: History) -> None:
    """Move a withdrawn release out of the readers' folder and leave the reason in its place."""
    folder = places.releases / release_id
    if (folder / TOMBSTONE).is_file():
        return
    stone = places.releases / f".tombstone-{release_id}"
    shutil.rmtree(stone, ignore_errors=True)
    stone.mkdir()
    write_tombstone(stone, history.states[release_id], history.current)
    if folder.is_dir():
        target = private_folder(places.withdrawn) / release_id
        shutil.rmtree(target, ignore_errors=True)
        os.rename(folder, target)
    os.rename(stone, folder)
    sync(places.releases)


def _adopt(places: Places, log: ReleaseLog) -> None:
    """Take up a home whose releases were made before there was a log."""
    link = places.releases / "current"
    shown = os.readlink(link) if link.is_symlink() else None
    found = []
    for path in places.releases.glob("*_v*/" + MANIFEST):
        content = read_json(path)
        if NAME.match(path.parent.name) and content.get("status") == "published":
            found.append((path.parent.name == shown, content["published_at"], path.parent, content))
    for _, at, folder, content in sorted(found, key=lambda f: f[:2]):
        log.append(
            "adopted",
            folder.name,
            manifest_sha256=manifest_sha256(folder),
            reason="published before there was a log",
            at=datetime.fromisoformat(at),
            build_id=content["build_id"],
            is_simulated=content["is_simulated"],
        )
