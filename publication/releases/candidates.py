"""Candidates on their way: sealed, and what they wait for."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from publication.releases.calendar import Policy, record_announcements
from publication.releases.layout import MANIFEST, Places, PublishError
from publication.releases.log import WAITING, ReleaseLog, State
from publication.releases.manifest import is_sealed, manifest_sha256, seal
from publication.releases.switching import publisher


def seal_candidate(
    places: Places,
    build_id: str,
    release_id: str,
    *,
    policy: Policy,
    key: Ed25519PrivateKey | None,
) -> str:
    """Make the manifest of a rendered candidate final and log it as audited; what waited before it is
    void, with the sign-off it may have had.

    Returns the SHA-256 of the manifest. Repeating it changes nothing.

    Raises:
        PublishError: it is not staged, was edited after it was sealed, somebody else is publishing, or
            the calendar is wrong.
    """
    with publisher(places) as log:
        history = log.history()
        state = history.states.get(release_id)
        folder = places.staging / build_id / release_id
        if not (folder / MANIFEST).is_file():
            raise PublishError(
                f"{release_id} is not staged any more; assemble it again",
                f"{release_id}이(가) 준비 폴더에 없습니다. 다시 조립하십시오",
            )
        was_sealed = is_sealed(folder)
        manifest = seal(folder, key)
        digest = manifest_sha256(folder)
        is_known = state is not None and state.build_id == build_id and state.state in WAITING
        if was_sealed and is_known and state and state.manifest_sha256 != digest:
            raise PublishError(
                f"the manifest of {release_id} was edited after it was sealed, so its sign-off is "
                "void; assemble it again",
                f"{release_id}의 매니페스트가 봉인 뒤 수정되어 승인이 무효입니다. 다시 조립하십시오",
            )
        # Made anew after it was refused, it is put before them again, even where no byte is another.
        is_again = state is not None and state.state == "rejected" and not was_sealed
        if not is_known or state is None or state.manifest_sha256 != digest or is_again:
            for other in history.waiting():
                _void(log, other, f"replaced by {release_id} of build {build_id}")
            log.append("candidate", release_id, manifest_sha256=digest, build_id=build_id)
            state = log.history().states[release_id]
        if state.state == "candidate":
            log.append(
                "audited",
                release_id,
                manifest_sha256=digest,
                build_id=build_id,
                verdict=manifest["checks"]["verdict"],
            )
        # One candidate at a time: what others left in staging is void, or was never finished.
        for left in places.staging.iterdir():
            if left.name != build_id:
                shutil.rmtree(left)
        log_embargo(log, policy, release_id, digest)
    return digest


def log_embargo(
    log: ReleaseLog, policy: Policy, release_id: str, manifest: str, now: datetime | None = None
) -> None:
    """Log that a release which is ready waits for its time, where it does."""
    moment = now or datetime.now(UTC)
    record_announcements(policy, log, moment)
    due = policy.due(release_id)
    state = log.history().states[release_id]
    if due is None or due <= moment or state.state == "rejected":
        return
    if policy.sign_off_required and state.approval is None:
        return
    until = due.astimezone(UTC).isoformat(timespec="seconds")
    last = state.events.get("embargoed")
    if state.state != "embargoed" or last is None or last.details["until"] != until:
        log.append("embargoed", release_id, manifest_sha256=manifest, until=until, at=now)


def _void(log: ReleaseLog, state: State, reason: str) -> None:
    """Log that a candidate, and the sign-off it may have had, counts no more."""
    log.append("voided", state.release_id, manifest_sha256=state.manifest_sha256, reason=reason)
