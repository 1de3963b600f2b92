"""What people decide about a release: to sign it off, to reject it, to take it back, to go back.

Every decision names a role, is one line of the log, and is carried out from there: what a crash
interrupts, the next step of anybody finishes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from publication.releases.calendar import Policy
from publication.releases.candidates import log_embargo
from publication.releases.layout import Places, PublishError
from publication.releases.log import Event, ReleaseLog, State
from publication.releases.signing import PublicKey
from publication.releases.switching import check_grounds, checked, publisher, recover
from publication.releases.verify import verify

_MANIFEST_DIGITS = 12
#: A person has looked and decided: that somebody is rendering just now must not lose the answer.
_PATIENCE_SECONDS = 60.0


def waiting_release(places: Places, release_id: str) -> State:
    """The state of a candidate that waits.

    Raises:
        PublishError: there is none of that name.
    """
    state = ReleaseLog(places.log).history().states.get(release_id)
    if state is None or state.manifest_sha256 is None or state.was_published:
        waits = [s.release_id for s in ReleaseLog(places.log).history().waiting()]
        raise PublishError(
            f"{release_id} waits for nothing; waiting: {', '.join(waits) or 'none'}",
            f"{release_id}은(는) 대기 중이 아닙니다. 대기 중: {', '.join(waits) or '없음'}",
        )
    return state


def approve(
    places: Places,
    release_id: str,
    *,
    role: str,
    policy: Policy,
    manifest: str | None = None,
    actor: str | None = None,
    via: str = "command line",
    trusted: Sequence[PublicKey] = (),
    now: datetime | None = None,
) -> Event:
    """Sign a candidate off: one named manifest, checked file by file before it counts.

    Args:
        manifest: its SHA-256, or 12 and more digits of it; None: the one that waits now.
        role: in which role; actor: who, as the caller knows it (a login of Airflow).

    Raises:
        PublishError: the candidate changed since (the sign-off would be void), an accepted exception
            that its verdict rests on ends before its time, another release came out, the role may not
            decide, or there is no such candidate.
    """
    policy.check_role(role)
    with publisher(places, _PATIENCE_SECONDS) as log:
        full = _full_hash(places, release_id, manifest)
        folder = checked(places, log.history(), release_id, full)
        found = verify(folder, trusted=trusted, expected_sha256=full)
        if not found.is_intact:
            first = found.findings[0]
            raise PublishError(
                f"{release_id} is not what was sealed ({first.path}: {first.message_en}): it cannot "
                "be signed off; assemble it again",
                f"{release_id}이(가) 봉인 당시와 다릅니다({first.path}: {first.message_ko})",
            )
        event = log.history().states[release_id].approval
        if event is None:
            # What will not hold at its time is not worth a signature.
            moment = max(filter(None, (now or datetime.now(UTC), policy.due(release_id))))
            check_grounds(folder, log.history(), moment.astimezone(policy.zone).date())
            event = log.append(
                "approved",
                release_id,
                manifest_sha256=full,
                role=role,
                actor=actor,
                at=now,
                via=via,
            )
        # (also after a crash right behind the line before)
        log_embargo(log, policy, release_id, full, now)
        return event


def reject(
    places: Places,
    release_id: str,
    *,
    role: str,
    reason: str | None,
    policy: Policy,
    manifest: str | None = None,
    actor: str | None = None,
    via: str = "command line",
) -> Event:
    """Refuse a candidate; it is not published by itself any more.

    Raises:
        PublishError: as for `approve`.
    """
    policy.check_role(role)
    with publisher(places, _PATIENCE_SECONDS) as log:
        full = _full_hash(places, release_id, manifest)
        checked(places, log.history(), release_id, full)
        return log.append(
            "rejected",
            release_id,
            manifest_sha256=full,
            role=role,
            actor=actor,
            reason=reason,
            via=via,
        )


def _full_hash(places: Places, release_id: str, manifest: str | None) -> str:
    state = waiting_release(places, release_id)
    full = state.manifest_sha256 or ""
    if manifest is None:
        return full
    named = manifest.strip().lower()
    if len(named) < _MANIFEST_DIGITS or any(c not in "0123456789abcdef" for c in named):
        raise PublishError(
            f"{manifest!r} names no manifest: give {_MANIFEST_DIGITS} or more digits of its SHA-256",
            f"매니페스트의 SHA-256을 {_MANIFEST_DIGITS}자리 이상 적으십시오",
        )
    # One that does not fit is passed on: `checked` says what changed.
    return full if full.startswith(named) else named


def withdraw(
    places: Places,
    release_id: str,
    *,
    reason: str,
    role: str,
    policy: Policy,
    actor: str | None = None,
) -> str | None:
    """Take a release back: readers find the reason in its place, and see the one before where it was
    current. Its bytes are kept where no reader looks.

    Returns the release that is in force then, or None.

    Raises:
        PublishError: it is not published, or no reason or role is given.
    """
    policy.check_role(role)
    if not reason.strip():
        raise PublishError("say why: --reason", "사유를 --reason으로 적으십시오")
    with publisher(places) as log:
        before = log.history()
        if release_id not in before.states or not before.states[release_id].was_published:
            raise PublishError(
                f"{release_id} is not published; published: {', '.join(_published(before.states))}",
                f"{release_id}은(는) 공표된 배포판이 아닙니다",
            )
        if before.states[release_id].state == "withdrawn":
            return before.current
        fallback = [r for r in before.in_force if r != release_id]
        if before.current == release_id and fallback:
            _prove(places, before.states[fallback[-1]])
        log.append("withdrawn", release_id, reason=reason, role=role, actor=actor)
        recover(places, log)
        return log.history().current


def roll_back(
    places: Places,
    *,
    to: str | None,
    reason: str | None,
    role: str,
    policy: Policy,
    actor: str | None = None,
) -> tuple[str, str]:
    """Put readers back to an earlier release. The later one stays where it is, superseded, and its
    build is not published again by itself.

    Returns the release that was current, and the one that is now.

    Raises:
        PublishError: there is nothing to go back to, or it is damaged or gone.
    """
    policy.check_role(role)
    with publisher(places) as log:
        history = log.history()
        there = [
            s.release_id
            for s in history.states.values()
            if s.state == "superseded" and not s.is_collected
        ]
        target = to or history.before_current
        # Where all was withdrawn, one goes back from what was withdrawn last.
        withdrawn = [e.release_id for e in history.events if e.event == "withdrawn"]
        current = history.current or (withdrawn[-1] if withdrawn else None)
        if current is None or target is None:
            raise PublishError(
                "there is no earlier release to go back to"
                + (f"; name one: --to {' or '.join(there)}" if there else ""),
                "되돌아갈 이전 배포판이 없습니다"
                + (f". --to로 지정하십시오: {', '.join(there)}" if there else ""),
            )
        state = history.states.get(target)
        if state is None or state.state != "superseded" or state.is_collected:
            raise PublishError(
                f"{target} cannot be gone back to; there are {', '.join(there) or 'none'}",
                f"{target}(으)로 되돌릴 수 없습니다. 가능한 배포판: {', '.join(there) or '없음'}",
            )
        _prove(places, state)
        log.append("rolled_back", current, to=target, reason=reason, role=role, actor=actor)
        recover(places, log)
        return current, target


def _prove(places: Places, state: State) -> None:
    """Refuse to show readers a damaged release."""
    found = verify(places.releases / state.release_id, expected_sha256=state.manifest_sha256)
    if not found.is_intact:
        first = found.findings[0]
        raise PublishError(
            f"{state.release_id} is damaged ({first.path}: {first.message_en}): readers are not led "
            "there. Put it back from the backup, or roll back to another release",
            f"{state.release_id}이(가) 손상되었습니다({first.path}: {first.message_ko})",
        )


def _published(states: dict[str, State]) -> list[str]:
    return [s.release_id for s in states.values() if s.state in ("published", "superseded")]
