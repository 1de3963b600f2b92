"""From an audited build to what readers see: assemble, render, seal, sign off, wait, switch.

Airflow and the command line call the same functions. Each may be repeated, and each may die: the
release that readers see is whole at any moment, and the next step finds or replaces what was left.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline import release_home
from pipeline.disk import is_full
from pipeline.release_home import manifest_of, places, policy, signing_key, trusted_keys
from pipeline.settings import Settings
from publication import releases
from publication.releases import NotYet, PublishError, ReleaseLog, grounds
from publication.releases.log import History, State

#: Beside the staged folder, not in it: the outputs of the release are complete.
RENDERED = "RENDERED"


@contextmanager
def _room_on_disk(
    settings: Settings, build_id: str | None, switched: str | None = None
) -> Iterator[None]:
    """Say plainly that the disk is full, and leave nothing half made on it.

    `switched`: the release that readers are being led to, which may have happened before it was full.
    """
    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise
        if build_id is not None:
            shutil.rmtree(settings.home / "staging" / build_id, ignore_errors=True)
        link = settings.releases / "current"
        if switched is not None and link.is_symlink() and os.readlink(link) == switched:
            raise PublishError(
                f"the disk of {settings.home} is full: readers have {switched}, but its publication is "
                "not written to the end (log, index). Make room (`sandan gc` helps), run again",
                f"{settings.home} 디스크가 가득 찼습니다. {switched}은(는) 공표되었으나 기록(로그, 색인)이 "
                "끝나지 않았습니다. 공간을 확보한 뒤(sandan gc) 다시 실행하십시오",
            ) from error
        raise PublishError(
            f"the disk of {settings.home} is full: nothing was published, readers keep what they "
            "have, and what was half made is removed. Make room (`sandan gc` helps), run again",
            f"{settings.home} 디스크가 가득 찼습니다. 공표하지 않았고 현재 배포판은 그대로입니다. "
            "공간을 확보한 뒤(sandan gc) 다시 실행하십시오",
        ) from error


# -- the steps --------------------------------------------------------------------------------


def assemble(settings: Settings, build_id: str, *, again: bool = False) -> dict[str, Any]:
    """Stage the release of a build that passed the gate, or find it staged, sealed or published.

    With `again`, also of a build whose release was withdrawn, rolled back or rejected: as a new version.

    Raises:
        PublishError: the verdict is `stop` or was given against another release than readers see, the
            release was taken back or superseded, it could not be signed, or somebody else publishes.
    """
    home = places(settings)
    with releases.publisher(home) as log:
        history = log.history()
    standing = _standing(settings, history, build_id, again=again)
    if standing is not None:
        return standing
    taken_back = history.was_taken_back(build_id)
    if taken_back is not None and not again:
        raise PublishError(
            f"{taken_back.release_id} of build {build_id} was {_WORDS[taken_back.event][0]} "
            f"({taken_back.reason or 'no reason given'}): it is not published again by itself; "
            "`sandan publish --again` does",
            f"빌드 {build_id}의 {taken_back.release_id}은(는) {_WORDS[taken_back.event][1]} 상태이므로 "
            "다시 공표하지 않습니다(sandan publish --again)",
        )
    if taken_back is None and (old := _superseded(history, build_id)) is not None:
        raise PublishError(*_goes_back(history, old))
    _check_key(settings)
    folder = settings.builds / build_id
    _check_verdict(settings, folder, history)
    with _room_on_disk(settings, build_id):
        staged = releases.assemble(
            candidate=folder / "candidate.duckdb",
            build=folder,
            places=home,
            order_by=release_home.mart_order(folder / "manifest.json"),
            exposures=releases.exposures(folder / "manifest.json"),
            headline=release_home.headline(folder / "candidate.duckdb", build_id.split("_")[0]),
        )
    return {
        "release_id": staged.name,
        "build_id": build_id,
        "status": "staged",
        "staging": str(staged),
    }


def _superseded(history: History, build_id: str) -> State | None:
    """The newest release of a build that readers had until a later one came; None where there is none."""
    old = [s for s in history.of_build(build_id) if s.state == "superseded"]
    return old[-1] if old else None


def _goes_back(history: History, old: State) -> tuple[str, str]:
    """Why a superseded release is not published once more: a newer name for older figures."""
    name, current = old.release_id, history.current
    # One whose bytes were collected cannot be gone back to.
    en = "" if old.is_collected else f". `sandan rollback --to {name} --as ROLE` goes back"
    ko = (
        ""
        if old.is_collected
        else f". 되돌리려면 sandan rollback --to {name} --as 역할을 실행하십시오"
    )
    return (
        f"build {old.build_id} was published as {name} and superseded; readers have {current}, and a "
        f"new version of it would take them back under a newer name{en}",
        f"빌드 {old.build_id}은(는) {name}(으)로 공표되었다가 새 배포판으로 대체되었습니다(현재 {current}). "
        f"다시 공표하지 않습니다{ko}",
    )


def judged_against(settings: Settings, lock: Mapping[str, Any]) -> str | None:
    """The release that a build is judged against: the one that readers see; None where there is none.

    A simulated release is never compared with a real one, nor a build with the release it became.
    """
    current = releases.current_release(settings.releases)
    if (
        current is None
        or current["is_simulated"] != lock["is_simulated"]
        or current["build_id"] == lock["build_id"]
    ):
        return None
    return str(current["release_id"])


def _check_verdict(settings: Settings, folder: Path, history: History) -> None:
    """Refuse a verdict that was given against another release than readers see now, or that holds no
    longer, and disclosure control that was not held against what came out since."""
    if not (folder / "verdict.json").exists():
        # Protected anew, to be asked as of a day, a build has to be judged anew.
        raise PublishError(
            f"{folder.name} was not judged: run `sandan gate {folder.name}`, then publish it",
            f"{folder.name}은(는) 판정되지 않았습니다. sandan gate {folder.name}을(를) 실행한 뒤 공표하십시오",
        )
    verdict, lock = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("verdict.json", "inputs.lock.json")
    )
    now = judged_against(settings, lock)
    if verdict.get("last_release", now) != now:
        raise PublishError(
            f"{folder.name} was judged against {verdict['last_release'] or 'no release'}, but readers "
            f"have {now or 'none to compare it with'} now: run `sandan gate {folder.name}`, then "
            "publish it",
            f"{folder.name}은(는) {verdict['last_release'] or '견줄 배포판 없음'} 기준으로 판정되었으나 "
            f"현재 기준은 {now or '견줄 배포판 없음'}입니다. sandan gate {folder.name}을(를) 다시 실행한 뒤 공표하십시오",
        )
    from pipeline.disclosure_step import read_audit

    audit = read_audit(folder)
    words = grounds.verdict_is_over(verdict, _today(settings))
    if words is None and audit is not None and audit["tables"]:
        words = grounds.published_since(audit.get("held_against", []), history, folder.name)
    if words is not None:
        raise PublishError(*words)


def _today(settings: Settings) -> date:
    """The day it is where releases are announced."""
    return datetime.now(policy(settings).zone).date()


def _check_key(settings: Settings) -> None:
    """Refuse to make an unsigned release where `sandan verify` asks for a signature."""
    if settings.public_keys and not settings.signing_key:
        raise PublishError(
            "SANDAN_PUBLIC_KEYS is set, so releases are to be signed, but SANDAN_SIGNING_KEY is not: "
            "name the signing key, or remove SANDAN_PUBLIC_KEYS to publish without signatures",
            "SANDAN_PUBLIC_KEYS가 설정되어 배포판에 서명이 필요하지만 SANDAN_SIGNING_KEY가 없습니다. "
            "서명 키를 지정하거나, 서명 없이 공표하려면 SANDAN_PUBLIC_KEYS를 지우십시오",
        )


_WORDS = {"withdrawn": ("withdrawn", "철회"), "rolled_back": ("rolled back", "되돌림")}


def _standing(
    settings: Settings, history: History, build_id: str, *, again: bool = False
) -> dict[str, Any] | None:
    """What there is of a build already: published, or sealed and waiting; else None."""
    home = places(settings)
    known = {"build_id": build_id, "staging": str(home.staging / build_id)}
    for state in history.of_build(build_id):
        if state.state == "published":
            return {**known, "release_id": state.release_id, "status": "published"}
        folder = home.staging / build_id / state.release_id
        if state.state in ("audited", "approved", "embargoed", "rejected"):
            # Changed since it was sealed, nobody can sign it off or publish it: it is made again.
            if again and state.state == "rejected":
                continue
            if not releases.verify(folder, expected_sha256=state.manifest_sha256).is_intact:
                continue
            manifest = manifest_of(folder)
            # Compared with another release than the one that readers see, or passed on grounds that
            # hold no longer, it has to be made again.
            if manifest is not None and manifest["previous"] == history.current:
                verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
                if grounds.lost(manifest, verdict, history, _today(settings)) is not None:
                    continue
                return {
                    **known,
                    "release_id": state.release_id,
                    "status": "sealed",
                    "staging": str(folder),
                    "manifest_sha256": state.manifest_sha256,
                }
    return None


def render(settings: Settings, staged: dict[str, Any]) -> dict[str, Any]:
    """Render every output into a staged release, from that folder and nothing else.

    Raises:
        PublishError: an output refuses (a text does not follow from the figures, a code is not known),
            the disk is full, or somebody else is publishing.
    """
    from publication.outputs import REFUSED, render_outputs

    if staged["status"] != "staged":
        return staged
    build_id = str(staged["build_id"])
    if not Path(staged["staging"]).is_dir():  # a full disk, or another run
        staged = assemble(settings, build_id)
        if staged["status"] != "staged":
            return staged
    folder = Path(staged["staging"])
    with releases.publisher(places(settings)), _room_on_disk(settings, build_id):
        try:
            written = [str(path) for path in render_outputs(folder)]
        except REFUSED as error:
            raise PublishError(
                f"{staged['release_id']} is not published, an output refuses it: {error}",
                f"산출물을 만들 수 없어 {staged['release_id']}을(를) 공표하지 않습니다",
            ) from error
        (folder.parent / RENDERED).touch()
    return {**staged, "outputs": written}


def seal(settings: Settings, staged: dict[str, Any]) -> dict[str, Any]:
    """Make the manifest of a rendered release final and sign it; what waited before it is void.

    Adds `manifest_sha256`, and `sign_off`: not_required, required, given or rejected.

    Raises:
        PublishError: its outputs are not complete, the key or the calendar is wrong, the disk is
            full, or somebody else is publishing.
    """
    if staged["status"] == "published":
        return {**staged, "sign_off": "not_required"}
    if staged["status"] == "staged" and not Path(staged["staging"]).is_dir():
        staged = render(settings, staged)  # another run was sealed meanwhile and tidied up
    rules = policy(settings)
    result = {**staged, "status": "sealed"}
    if staged["status"] == "staged":
        folder = Path(staged["staging"])
        _check_key(settings)
        if not (folder.parent / RENDERED).exists():
            raise PublishError(
                f"the outputs of {staged['release_id']} are not complete: render them first",
                f"{staged['release_id']}의 산출물이 완성되지 않았습니다. 먼저 render를 실행하십시오",
            )
        with _room_on_disk(settings, str(staged["build_id"])):
            result["manifest_sha256"] = releases.seal_candidate(
                places(settings),
                str(staged["build_id"]),
                str(staged["release_id"]),
                policy=rules,
                key=signing_key(settings),
            )
    result["sign_off"] = decision(settings, result)
    return result


def decision(settings: Settings, sealed: dict[str, Any]) -> str:
    """What people have decided about a sealed release by now: not_required, required, given or
    rejected; of another manifest nothing counts.

    Raises:
        CalendarError: the policy cannot be read.
    """
    state = ReleaseLog(places(settings).log).history().states.get(str(sealed["release_id"]))
    if state is not None and state.manifest_sha256 == sealed.get("manifest_sha256"):
        if state.state == "rejected":
            return "rejected"
        if state.approval is not None:
            return "given"
    needed = sealed["status"] != "published" and policy(settings).sign_off_required
    return "required" if needed else "not_required"


def approve(
    settings: Settings,
    release_id: str,
    *,
    role: str,
    manifest: str | None = None,
    actor: str | None = None,
    via: str = "command line",
) -> dict[str, Any]:
    """Sign a candidate off. Returns {"release_id", "manifest_sha256", "role"}.

    Raises:
        PublishError: the candidate changed since, the role may not decide, or none waits.
    """
    event = releases.approve(
        places(settings),
        release_id,
        role=role,
        manifest=manifest,
        actor=actor,
        via=via,
        policy=policy(settings),
        trusted=trusted_keys(settings),
    )
    return {"release_id": release_id, "manifest_sha256": event.manifest_sha256, "role": event.role}


def reject(
    settings: Settings,
    release_id: str,
    *,
    role: str,
    reason: str | None,
    manifest: str | None = None,
    actor: str | None = None,
    via: str = "command line",
) -> None:
    """Refuse a candidate.

    Raises:
        PublishError: as for `approve`.
    """
    releases.reject(
        places(settings),
        release_id,
        role=role,
        reason=reason,
        manifest=manifest,
        actor=actor,
        via=via,
        policy=policy(settings),
    )


def due_at(settings: Settings, sealed: dict[str, Any]) -> datetime | None:
    """When a sealed release may be published: a time to come, or None where there is none to wait for.

    Raises:
        CalendarError: the calendar is wrong.
    """
    if sealed["status"] == "published":
        return None
    due = policy(settings).due(str(sealed["release_id"]))
    return due if due is not None and due > datetime.now(UTC) else None


def switch(settings: Settings, sealed: dict[str, Any]) -> dict[str, Any]:
    """Make a sealed release the one that readers see, if it may be by now.

    Returns {"release_id", "status"} with the status published, unchanged (it was before),
    awaiting_sign_off or embargoed; the latter two with `message` and `until`.

    Raises:
        PublishError: it changed since it was sealed, or another publication is going on or came first.
    """
    release_id = str(sealed["release_id"])
    home = places(settings)
    log = ReleaseLog(home.log)
    before = log.history().states.get(release_id)
    # A crash right after the swap: recovered, it is published, and this run is the one that did it.
    with releases.publisher(home) as log:
        state = log.history().states.get(release_id)
    if sealed["status"] == "published" or (before is not None and before.state == "published"):
        return {"release_id": release_id, "status": "unchanged"}
    if state is None or state.state != "published":
        try:
            with _room_on_disk(settings, None, switched=release_id):
                releases.switch(
                    home,
                    release_id,
                    manifest=str(sealed["manifest_sha256"]),
                    policy=policy(settings),
                    trusted=trusted_keys(settings),
                )
        except NotYet as error:
            return {
                "release_id": release_id,
                "status": "embargoed" if error.until else "awaiting_sign_off",
                "until": error.until.isoformat() if error.until else None,
                "message": str(error),
            }
    return {"release_id": release_id, "status": "published"}


def publish(settings: Settings, build_id: str, *, again: bool = False) -> dict[str, Any]:
    """All steps for a build, as far as they go today: the result of `switch`.

    Raises:
        PublishError: as for the steps.
    """
    staged = assemble(settings, build_id, again=again)
    return switch(settings, seal(settings, render(settings, staged)))


def publish_due(settings: Settings) -> list[dict[str, Any]]:
    """Publish what is signed off and whose time has come: what a clock calls. One result for each
    release that waits.

    Raises:
        PublishError: somebody else is publishing, or what waits changed.
    """
    home = places(settings)
    with releases.publisher(home) as log:
        releases.record_announcements(policy(settings), log, datetime.now(UTC))
        waiting = [s for s in log.history().waiting() if s.manifest_sha256]
    return [switch(settings, _sealed(settings, state)) for state in waiting]


def _sealed(settings: Settings, state: State) -> dict[str, Any]:
    return {
        "release_id": state.release_id,
        "build_id": state.build_id,
        "status": "sealed",
        "manifest_sha256": state.manifest_sha256,
    }


def waiting_for(settings: Settings, build_id: str) -> dict[str, Any] | None:
    """The sealed release of a build that waits to be published, was taken back or superseded: nothing
    to do about it anew. None where there is none.

    Returns {"release_id", "status": sealed | taken_back | superseded, "manifest_sha256", "message", "message_ko"}.
    """
    home = places(settings)
    history = ReleaseLog(home.log).history()
    taken_back = history.was_taken_back(build_id)
    standing = _standing(settings, history, build_id)
    if standing is not None and standing["status"] == "sealed":
        name, state = standing["release_id"], history.states[standing["release_id"]]
        return {
            **standing,
            "message": f"{name} is {state.state} and waits; `sandan releases` says for what",
            "message_ko": f"{name}은(는) {state.state} 상태로 대기 중입니다(sandan releases)",
        }
    if taken_back is not None:
        en, ko = _WORDS[taken_back.event]
        return {
            "release_id": taken_back.release_id,
            "status": "taken_back",
            "message": f"{taken_back.release_id} of these inputs was {en}: "
            f"{taken_back.reason or 'no reason given'}",
            "message_ko": f"이 자료의 {taken_back.release_id}은(는) {ko} 상태입니다",
        }
    if standing is None and (old := _superseded(history, build_id)) is not None:
        en, ko = _goes_back(history, old)
        return {
            "release_id": old.release_id,
            "status": "superseded",
            "message": en,
            "message_ko": ko,
        }
    return None


def under_embargo(settings: Settings, snapshot_ids: set[str]) -> set[str]:
    """Which snapshots no release has shown yet, while a release is announced for a time to come or
    waits for its sign-off; none where nothing is held back.

    Raises:
        CalendarError: the calendar is wrong.
    """
    now = datetime.now(UTC)
    held_back = [a for a in policy(settings).announced if a.at > now]
    waiting = [
        s
        for s in ReleaseLog(places(settings).log).history().waiting()
        if s.manifest_sha256 is not None
    ]
    if not held_back and not waiting:
        return set()
    shown = {
        snapshot["snapshot_id"]
        for folder in (settings.releases, places(settings).collected)
        for manifest in releases.list_releases(folder)
        for snapshot in manifest["inputs"]
    }
    return snapshot_ids - shown
