"""The release log: append-only, one JSON line an event, each holding the hash of the line before.

    {"seq": 4, "at": "2026-08-28T03:00:00+00:00", "event": "published", "release_id": "2026-Q2_v1",
     "manifest_sha256": "…", "role": null, "actor": null, "reason": null, "details": {…},
     "previous": "<hash of line 3>", "hash": "<SHA-256 of this line without its hash>"}

An edited, inserted or deleted line breaks the chain and is named. A line that a crash cut off was
never acknowledged: the next append removes it. Cutting lines off the end breaks no chain, so the
public index keeps the number and hash of the last line it was made from.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from publication.releases.layout import PublishError, sync

#: Hash before the first line.
GENESIS = "0" * 64

#: What may happen to a release, and in which states it may. None: it is not known yet.
#: candidate → audited → approved → embargoed → published → superseded | withdrawn
WAITING = ("candidate", "audited", "approved", "embargoed", "rejected")
ALLOWED: dict[str, tuple[str | None, ...]] = {
    "candidate": (None, "voided"),
    "audited": ("candidate",),
    "approved": ("audited", "embargoed"),
    "rejected": ("audited", "approved", "embargoed"),
    "embargoed": ("audited", "approved", "embargoed"),
    "voided": WAITING,
    "published": ("audited", "approved", "embargoed"),
    "adopted": (None,),
    "superseded": ("published", "superseded"),
    "reinstated": ("superseded", "published"),
    "rolled_back": ("published", "withdrawn"),
    "withdrawn": ("published", "superseded"),
    "collected": ("superseded", "withdrawn"),
}


class LogError(PublishError):
    """The log was edited, cut, or is asked for something that cannot happen."""


@dataclass(frozen=True)
class Event:
    """One line of the log; `at` is ISO 8601 in UTC."""

    seq: int
    at: str
    event: str
    release_id: str | None
    manifest_sha256: str | None
    role: str | None
    actor: str | None
    reason: str | None
    details: dict[str, Any]
    previous: str
    hash: str = ""

    def digest(self) -> str:
        """SHA-256 of the line without its hash."""
        content = asdict(self)
        del content["hash"]
        return hashlib.sha256(_canonical(content)).hexdigest()


@dataclass
class State:
    """What the log says of one release."""

    release_id: str
    state: str = "candidate"
    build_id: str | None = None
    manifest_sha256: str | None = None
    #: The events that say so, the newest of each kind.
    events: dict[str, Event] = field(default_factory=dict)
    superseded_by: str | None = None
    is_collected: bool = False

    @property
    def was_published(self) -> bool:
        """Whether readers ever saw it."""
        return self.state in ("published", "superseded", "withdrawn")

    @property
    def published_at(self) -> str | None:
        """When readers first saw it."""
        event = self.events.get("published") or self.events.get("adopted")
        return event.at if event else None

    @property
    def approval(self) -> Event | None:
        """The sign-off of the manifest it has now, if there is one."""
        event = self.events.get("approved")
        fits = event is not None and event.manifest_sha256 == self.manifest_sha256
        return event if fits and self.state != "rejected" else None


@dataclass(frozen=True)
class History:
    """What the whole log says: each release's state, and which one is in force."""

    events: list[Event]
    states: dict[str, State]
    #: Releases that were in force, oldest first; withdrawn and rolled back ones left out.
    in_force: list[str]

    @property
    def current(self) -> str | None:
        """The release that readers are to see."""
        return self.in_force[-1] if self.in_force else None

    @property
    def before_current(self) -> str | None:
        """The one they would fall back to."""
        return self.in_force[-2] if len(self.in_force) > 1 else None

    def of_build(self, build_id: str) -> list[State]:
        """The releases made of a build."""
        return [s for s in self.states.values() if s.build_id == build_id]

    def waiting(self) -> list[State]:
        """Releases that are not published yet and may be."""
        return [s for s in self.states.values() if s.state in WAITING]

    def was_taken_back(self, build_id: str) -> Event | None:
        """The withdrawal or rollback of a build's release, where that is the last word on it."""
        for event in reversed(self.events):
            state = self.states.get(event.release_id or "")
            if state is None or state.build_id != build_id:
                continue
            if event.event in ("withdrawn", "rolled_back"):
                return event
            if event.event in ("published", "reinstated"):
                return None
        return None


class ReleaseLog:
    """The log of one home."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Event]:
        """All events, oldest first.

        Raises:
            LogError: a line was edited, inserted or deleted; the message names it.
        """
        if not self.path.exists():
            return []
        data = self.path.read_bytes()
        lines = data.split(b"\n")
        events: list[Event] = []
        previous = GENESIS
        for number, line in enumerate(lines[:-1], start=1):
            try:
                event = Event(**json.loads(line))
                whole = (
                    event.digest() == event.hash
                    and event.previous == previous
                    and event.seq == number
                    and _canonical(asdict(event)) == line
                )
            except (ValueError, TypeError, KeyError):
                whole = False
            if not whole:
                raise LogError(
                    f"{self.path.name}, line {number}, does not fit the line before it: the log was "
                    "edited. Put back a copy of it from the backup; nothing is published until then",
                    f"{self.path.name} {number}번째 줄이 앞줄과 맞지 않습니다. 로그가 수정되었으므로 "
                    "백업에서 되돌려 놓으십시오. 그때까지 아무것도 공표하지 않습니다",
                )
            previous = event.hash
            events.append(event)
        return events

    def history(self) -> History:
        """The log, folded.

        Raises:
            LogError: the log was edited.
        """
        return fold(self.read())

    def append(
        self,
        event: str,
        release_id: str | None = None,
        *,
        manifest_sha256: str | None = None,
        role: str | None = None,
        actor: str | None = None,
        reason: str | None = None,
        at: datetime | None = None,
        **details: Any,
    ) -> Event:
        """Add one event and sync it to the disk.

        Raises:
            LogError: the log was edited, or this cannot happen to a release in its state.
            OSError: the disk is full; the log is as it was.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name(f".{self.path.name}.lock")):
            events = self.read()
            if release_id is not None:
                known = fold(events).states.get(release_id)
                state = known.state if known else None
                if state not in ALLOWED[event]:
                    raise LogError(
                        f"{release_id} is {state or 'unknown'}: it cannot become {event}",
                        f"{release_id} 상태가 {state or '없음'}이므로 {event}(으)로 바꿀 수 없습니다",
                    )
            moment = (at or datetime.now(UTC)).astimezone(UTC)
            line = Event(
                seq=len(events) + 1,
                at=moment.isoformat(timespec="seconds"),
                event=event,
                release_id=release_id,
                manifest_sha256=manifest_sha256,
                role=role,
                actor=actor,
                reason=reason,
                details=details,
                previous=events[-1].hash if events else GENESIS,
            )
            line = Event(**{**asdict(line), "hash": line.digest()})
            self._write(_canonical(asdict(line)) + b"\n")
        return line

    def _write(self, data: bytes) -> None:
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            content = file.read()
            end = content.rfind(b"\n") + 1
            if end < len(content):  # cut off by a crash, never acknowledged
                file.truncate(end)
            file.seek(end)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), end)
                raise
        if is_new:
            sync(self.path.parent)


def fold(events: list[Event]) -> History:
    """Each release's state after all events, and the order in which releases were in force."""
    states: dict[str, State] = {}
    in_force: list[str] = []

    def settle() -> None:
        for state in states.values():
            if state.state in ("published", "superseded"):
                ours = bool(in_force) and state.release_id == in_force[-1]
                state.state = "published" if ours else "superseded"

    for event in events:
        name = event.release_id
        if name is None:
            continue
        if event.event == "candidate" or name not in states:
            states[name] = State(name)
        state = states[name]
        state.events[event.event] = event
        if event.event in ("candidate", "audited", "adopted"):
            state.build_id = event.details.get("build_id", state.build_id)
            state.manifest_sha256 = event.manifest_sha256
        if event.event in WAITING or event.event == "voided":
            state.state = event.event
        elif event.event in ("published", "adopted"):
            state.state = "published"
            in_force.append(name)
        elif event.event == "superseded":
            state.superseded_by = event.details.get("by")
        elif event.event == "withdrawn":
            state.state = "withdrawn"
            in_force = [r for r in in_force if r != name]
        elif event.event == "rolled_back":
            to = event.details["to"]
            # What was gone back from, and is gone back to now, comes after what was in force meanwhile.
            in_force = [*(in_force[: in_force.index(to)] if to in in_force else in_force), to]
        elif event.event == "collected":
            state.is_collected = True
            in_force = [r for r in in_force if r != name]  # nobody can go back there
        settle()
    return History(events, states, in_force)


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    ).encode()
