"""What happens to a release: sign-off, embargo, withdrawal, rollback, garbage collection."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock

from publication import releases as release
from publication.releases import NotYet, Places, Policy, PublishError, ReleaseLog
from publication.releases.calendar import Announcement, Retention
from publication.releases.signing import public_key_of

from .test_release import FREE, assemble, events, make_build, publish, seal, stage, states, switch

SIGNED_OFF = Policy(sign_off_required=True, roles=("statistician", "director"))
DUE = datetime(2026, 5, 28, 3, tzinfo=UTC)
ANNOUNCED = Policy(announced=(Announcement("2026-Q1", 1, DUE),))
ROLE = {"role": "statistician", "policy": FREE}


def approve(root: Path, name: str = "2026-Q1_v1", **more: Any) -> Any:
    more = {"role": "statistician", "policy": SIGNED_OFF, **more}
    return release.approve(Places(root), name, **more)


def readers_see(root: Path) -> dict[str, bytes]:
    """Every byte below the folder of the readers, and the names."""
    return {
        str(p.relative_to(root / "releases")): p.read_bytes() if p.is_file() else b""
        for p in (root / "releases").rglob("*")
        if not p.is_symlink()
    }


# -- sign-off ---------------------------------------------------------------------------------


def test_nothing_is_published_without_its_sign_off(tmp_path: Path) -> None:
    staged = stage(tmp_path, make_build(tmp_path), policy=SIGNED_OFF)
    manifest = release.manifest_sha256(staged)
    with pytest.raises(NotYet, match="waits for its sign-off") as told:
        switch(tmp_path, staged, SIGNED_OFF)
    assert manifest[:16] in str(told.value) and told.value.until is None
    event = approve(tmp_path, manifest=manifest[:12], actor="kim.stat")
    assert (event.manifest_sha256, event.role, event.actor) == (
        manifest,
        "statistician",
        "kim.stat",
    )
    assert approve(tmp_path) == event  # twice is once
    switch(tmp_path, staged, SIGNED_OFF)
    assert events(tmp_path) == ["candidate", "audited", "approved", "published"]
    published = ReleaseLog(Places(tmp_path).log).read()[-1]
    assert published.reason == "not announced: published at once"
    assert published.details["signed_off"] == "statistician"


def test_a_sign_off_is_of_one_manifest(tmp_path: Path) -> None:
    one = release.manifest_sha256(stage(tmp_path, make_build(tmp_path), policy=SIGNED_OFF))
    approve(tmp_path, manifest=one)
    two = stage(tmp_path, make_build(tmp_path, value=2.0, name="b2"), policy=SIGNED_OFF)
    assert events(tmp_path)[3:] == ["voided", "candidate", "audited"]
    with pytest.raises(NotYet, match="waits for its sign-off"):
        switch(tmp_path, two, SIGNED_OFF)
    with pytest.raises(PublishError, match=r"changed.*void") as told:
        approve(tmp_path, manifest=one)
    assert "무효" in str(told.value)
    for wrong in ("abc", "x" * 20):
        with pytest.raises(PublishError, match="names no manifest"):
            approve(tmp_path, manifest=wrong)
    approve(tmp_path, manifest=release.manifest_sha256(two))
    switch(tmp_path, two, SIGNED_OFF)


def edit_figures(folder: Path) -> None:
    path = folder / "marts" / "dim_complex.parquet"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def edit_manifest(folder: Path) -> None:
    path = folder / "release.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["headline"] = {"production": 1}
    path.chmod(0o644)
    path.write_text(json.dumps(content), encoding="utf-8")


def add_file(folder: Path) -> None:
    (folder / "bulletin.pdf").write_bytes(b"another")


@pytest.mark.parametrize("edit", [edit_figures, edit_manifest, add_file])
def test_what_changed_after_its_sign_off_is_void(tmp_path: Path, edit: Any) -> None:
    staged = stage(tmp_path, make_build(tmp_path), policy=SIGNED_OFF)
    manifest = release.manifest_sha256(staged)
    approve(tmp_path)
    edit(staged)
    with pytest.raises(PublishError, match="sign-off is void"):
        switch(tmp_path, staged, SIGNED_OFF, manifest=manifest)
    assert not (tmp_path / "releases" / "current").exists()
    with pytest.raises(PublishError):
        approve(tmp_path)
    if edit is edit_manifest:
        with pytest.raises(PublishError, match="edited after it was sealed"):
            seal(tmp_path, staged)
    assert states(tmp_path) == {"2026-Q1_v1": "approved"}


def test_who_may_decide(tmp_path: Path) -> None:
    stage(tmp_path, make_build(tmp_path))
    with pytest.raises(PublishError, match="statistician, director"):
        approve(tmp_path, role="intern")
    with pytest.raises(PublishError, match="--as ROLE"):
        approve(tmp_path, role=" ")
    with pytest.raises(PublishError, match="waiting: 2026-Q1_v1"):
        approve(tmp_path, name="2026-Q2_v1")


def test_what_was_rejected_is_not_published(tmp_path: Path) -> None:
    staged = stage(tmp_path, make_build(tmp_path))
    release.reject(Places(tmp_path), "2026-Q1_v1", reason="figures of Gumi", **ROLE)
    with pytest.raises(PublishError, match="rejected: figures of Gumi"):
        switch(tmp_path, staged)
    publish(tmp_path, make_build(tmp_path, value=3.0, name="b2"))  # mended


def test_signed_releases_need_the_right_key(tmp_path: Path) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    staged = stage(tmp_path, make_build(tmp_path), key=key)
    with pytest.raises(PublishError, match="another key"):
        switch(tmp_path, staged, trusted=[public_key_of(other)])
    switch(tmp_path, staged, trusted=[public_key_of(key)])
    found = release.verify(tmp_path / "releases/current", trusted=[public_key_of(key)])
    assert found.is_intact and found.signature == "valid"
    index = json.loads((tmp_path / "releases/index.json").read_text(encoding="utf-8"))
    assert index["releases"][0]["signed_by"] == public_key_of(key).fingerprint


# -- embargo ----------------------------------------------------------------------------------


def test_before_its_time_no_byte_is_reachable(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path, value=1.0, name="b0"))
    second = Policy(announced=(Announcement("2026-Q1", 2, datetime.now(UTC) + timedelta(days=1)),))
    before = readers_see(tmp_path)
    staged = stage(tmp_path, make_build(tmp_path, value=123456.5), policy=second)
    manifest = release.manifest_sha256(staged)
    with pytest.raises(NotYet, match="under embargo until") as told:
        switch(tmp_path, staged, second)
    assert told.value.until is not None
    after = readers_see(tmp_path)
    # All that readers may know is what was announced to everybody.
    assert {n for n in after if after[n] != before.get(n)} == {"index.json"}
    told_index = json.loads(after["index.json"])
    assert [a["release_id"] for a in told_index["announced"]] == ["2026-Q1_v2"]
    for data in after.values():
        assert manifest.encode() not in data and b"123456.5" not in data
    # No path leads there: staging is closed, and so is the log.
    assert (tmp_path / "staging").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "release_log.jsonl").stat().st_mode & 0o077
    assert states(tmp_path)["2026-Q1_v2"] == "embargoed"


def test_at_its_time_it_is_switched_and_punctuality_is_kept(tmp_path: Path) -> None:
    log = ReleaseLog(Places(tmp_path).log)
    release.record_announcements(ANNOUNCED, log, DUE - timedelta(days=30))
    staged = stage(tmp_path, make_build(tmp_path), policy=ANNOUNCED)
    with pytest.raises(NotYet):
        switch(tmp_path, staged, ANNOUNCED, now=DUE - timedelta(seconds=1))
    switch(tmp_path, staged, ANNOUNCED, now=DUE + timedelta(seconds=7))
    expected = {
        "release_id": "2026-Q1_v1",
        "period": "2026-Q1",
        "announced_at": "2026-05-28T03:00:00+00:00",
        "published_at": "2026-05-28T03:00:07+00:00",
        "delay_seconds": 7,
        "is_measured": True,
    }
    assert release.punctuality(log) == [expected]
    index = json.loads((tmp_path / "releases/index.json").read_text(encoding="utf-8"))
    assert index["punctuality"] == [expected] and index["announced"] == []


def test_an_announcement_read_after_its_time_proves_no_punctuality(tmp_path: Path) -> None:
    staged = stage(tmp_path, make_build(tmp_path))
    switch(tmp_path, staged, ANNOUNCED, now=DUE + timedelta(days=1))
    (row,) = release.punctuality(ReleaseLog(Places(tmp_path).log))
    assert row["is_measured"] is False and row["delay_seconds"] == 86400


def test_sign_off_and_embargo_are_both_waited_for(tmp_path: Path) -> None:
    both = replace(SIGNED_OFF, announced=ANNOUNCED.announced)
    staged = stage(tmp_path, make_build(tmp_path), policy=both)
    with pytest.raises(NotYet, match="sign-off"):
        switch(tmp_path, staged, both, now=DUE + timedelta(days=1))
    approve(tmp_path, policy=both, now=DUE - timedelta(days=3))
    assert states(tmp_path) == {"2026-Q1_v1": "embargoed"}
    with pytest.raises(NotYet, match="2026-05-28 12:00"):
        switch(tmp_path, staged, both, now=DUE - timedelta(days=1))
    switch(tmp_path, staged, both, now=DUE)
    assert events(tmp_path)[-3:] == ["approved", "embargoed", "published"]


# -- taken back -------------------------------------------------------------------------------


def figure(root: Path) -> Any:
    with duckdb.connect(str(root / "releases/current/kicox.duckdb"), read_only=True) as c:
        row = c.execute("SELECT max(production_krw_100m) FROM complex_quarterly").fetchone()
    return row and row[0]


def test_a_withdrawn_release_gives_way_to_the_one_before(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path, value=1.0))
    publish(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    now = release.withdraw(Places(tmp_path), "2026-Q1_v2", reason="Ulsan is wrong", **ROLE)
    assert now == "2026-Q1_v1" == os.readlink(tmp_path / "releases/current")
    assert figure(tmp_path) == 1.0
    stone = tmp_path / "releases/2026-Q1_v2"
    assert sorted(p.name for p in stone.iterdir()) == ["WITHDRAWN.json", "index.html"]
    told = json.loads((stone / "WITHDRAWN.json").read_text(encoding="utf-8"))
    assert told["reason"] == "Ulsan is wrong" and told["current"] == "2026-Q1_v1"
    page = (stone / "index.html").read_text(encoding="utf-8")
    assert "Ulsan is wrong" in page and "철회" in page and "2026-Q1_v1" in page
    index = json.loads((tmp_path / "releases/index.json").read_text(encoding="utf-8"))
    assert [(r["state"], r["reason"]) for r in index["releases"]] == [
        ("published", None),
        ("withdrawn", "Ulsan is wrong"),
    ]
    # Its bytes are kept where no reader looks, whole.
    assert release.verify(tmp_path / "withdrawn/2026-Q1_v2").is_intact
    assert (tmp_path / "withdrawn").stat().st_mode & 0o777 == 0o700
    # Its name is never used again, and its inputs are not published again by themselves.
    manifest = publish(tmp_path, make_build(tmp_path, value=3.0, name="b3"))
    assert (manifest["release_id"], manifest["previous"]) == ("2026-Q1_v3", "2026-Q1_v1")
    history = ReleaseLog(Places(tmp_path).log).history()
    assert history.was_taken_back("b2") is not None


def test_the_only_release_withdrawn_leaves_the_reason(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    assert release.withdraw(Places(tmp_path), "2026-Q1_v1", reason="all wrong", **ROLE) is None
    assert release.current_release(tmp_path / "releases") is None
    told = (tmp_path / "releases/current/index.html").read_text(encoding="utf-8")
    assert "all wrong" in told
    assert publish(tmp_path, make_build(tmp_path, name="b2"))["release_id"] == "2026-Q1_v2"
    assert figure(tmp_path) == 1.0


def test_an_old_release_withdrawn_leaves_current_alone(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    publish(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    assert release.withdraw(Places(tmp_path), "2026-Q1_v1", reason="x", **ROLE) == "2026-Q1_v2"
    assert figure(tmp_path) == 2.0
    with pytest.raises(PublishError, match="no earlier release"):
        release.roll_back(Places(tmp_path), to=None, reason=None, **ROLE)


def test_what_cannot_be_withdrawn(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    stage(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    with pytest.raises(PublishError, match="published: 2026-Q1_v1"):
        release.withdraw(Places(tmp_path), "2026-Q1_v2", reason="x", **ROLE)
    with pytest.raises(PublishError, match="--reason"):
        release.withdraw(Places(tmp_path), "2026-Q1_v1", reason="  ", **ROLE)


def test_rollback_and_on_again(tmp_path: Path) -> None:
    for number in range(1, 4):
        publish(tmp_path, make_build(tmp_path, value=float(number), name=f"b{number}"))
    assert release.roll_back(Places(tmp_path), to=None, reason="slow", **ROLE) == (
        "2026-Q1_v3",
        "2026-Q1_v2",
    )
    assert figure(tmp_path) == 2.0
    release.roll_back(Places(tmp_path), to="2026-Q1_v1", reason=None, **ROLE)
    assert figure(tmp_path) == 1.0
    release.roll_back(Places(tmp_path), to="2026-Q1_v3", reason="after all", **ROLE)
    assert figure(tmp_path) == 3.0
    # What was in force before is what readers fall back to.
    assert ReleaseLog(Places(tmp_path).log).history().in_force == ["2026-Q1_v1", "2026-Q1_v3"]
    for wrong in ("2026-Q1_v3", "2026-Q1_v9"):
        with pytest.raises(PublishError, match="cannot be gone back to"):
            release.roll_back(Places(tmp_path), to=wrong, reason=None, **ROLE)
    manifest = publish(tmp_path, make_build(tmp_path, value=4.0, name="b4"))
    assert manifest["previous"] == "2026-Q1_v3"


def test_readers_fall_back_after_a_rollback_and_its_return(tmp_path: Path) -> None:
    for number in range(1, 3):
        publish(tmp_path, make_build(tmp_path, value=float(number), name=f"b{number}"))
    release.roll_back(Places(tmp_path), to=None, reason="slow", **ROLE)
    release.roll_back(Places(tmp_path), to="2026-Q1_v2", reason="after all", **ROLE)
    assert release.withdraw(Places(tmp_path), "2026-Q1_v2", reason="wrong", **ROLE) == "2026-Q1_v1"
    assert figure(tmp_path) == 1.0


def test_where_all_was_withdrawn_an_older_one_can_be_gone_back_to(tmp_path: Path) -> None:
    for number in range(1, 4):
        publish(tmp_path, make_build(tmp_path, value=float(number), name=f"b{number}"))
    release.roll_back(Places(tmp_path), to="2026-Q1_v1", reason="both wrong", **ROLE)
    assert release.withdraw(Places(tmp_path), "2026-Q1_v1", reason="as well", **ROLE) is None
    with pytest.raises(PublishError, match="name one: --to 2026-Q1_v2 or 2026-Q1_v3"):
        release.roll_back(Places(tmp_path), to=None, reason=None, **ROLE)
    assert release.roll_back(Places(tmp_path), to="2026-Q1_v2", reason="right", **ROLE) == (
        "2026-Q1_v1",
        "2026-Q1_v2",
    )
    assert figure(tmp_path) == 2.0 and states(tmp_path)["2026-Q1_v1"] == "withdrawn"


def test_what_was_collected_is_nothing_to_fall_back_to(tmp_path: Path) -> None:
    for number in range(1, 4):
        publish(tmp_path, make_build(tmp_path, value=float(number), name=f"b{number}"))
    release.collect(Places(tmp_path), LITTLE)
    for name, then in (("2026-Q1_v3", "2026-Q1_v2"), ("2026-Q1_v2", None)):
        assert release.withdraw(Places(tmp_path), name, reason="wrong", **ROLE) == then


def test_readers_are_never_led_to_a_damaged_release(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    publish(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    edit_figures(tmp_path / "releases/2026-Q1_v1")
    with pytest.raises(PublishError, match=r"damaged \(marts/dim_complex"):
        release.roll_back(Places(tmp_path), to=None, reason=None, **ROLE)
    with pytest.raises(PublishError, match="damaged"):
        release.withdraw(Places(tmp_path), "2026-Q1_v2", reason="x", **ROLE)
    assert figure(tmp_path) == 2.0 and states(tmp_path)["2026-Q1_v2"] == "published"


def test_a_log_that_was_cut_stops_everything(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    log = tmp_path / "release_log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(PublishError, match="was cut or replaced"):
        stage(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    log.unlink()
    with pytest.raises(PublishError, match="was cut or replaced"):
        stage(tmp_path, make_build(tmp_path, value=2.0, name="b3"))


# -- garbage ----------------------------------------------------------------------------------

LITTLE = Policy(keep=Retention(quarters=1, versions=1, builds=1, withdrawn_days=10))


def test_garbage_is_what_nobody_needs(tmp_path: Path) -> None:
    for number in range(1, 5):
        build = make_build(tmp_path, value=float(number), name=f"2026-Q1_b{number}")
        publish(tmp_path, build)
        os.utime(build, (number, number))
    (tmp_path / "raw").mkdir()
    (tmp_path / "landed").mkdir()
    waiting = make_build(tmp_path, value=9.0, name="2026-Q1_b0")
    staged = stage(tmp_path, waiting)
    os.utime(waiting, (0, 0))
    old = tmp_path / "staging" / "2026-Q1_old"
    old.mkdir()
    os.utime(old, (0, 0))
    planned = release.collect(Places(tmp_path), LITTLE, dry_run=True)
    assert [str(r.path.relative_to(tmp_path)) for r in planned] == [
        "releases/2026-Q1_v1",
        "releases/2026-Q1_v2",
        "builds/2026-Q1_b3",
        "builds/2026-Q1_b2",
        "builds/2026-Q1_b1",
        "staging/2026-Q1_old",
    ]
    assert all(r.path.exists() and r.reason_ko for r in planned)
    done = release.collect(Places(tmp_path), LITTLE)
    assert [r.path for r in done] == [r.path for r in planned]
    # current, the one to fall back to, what waits, raw and landed: all there
    assert sorted(p.name for p in (tmp_path / "releases").iterdir()) == [
        "2026-Q1_v3",
        "2026-Q1_v4",
        "current",
        "index.json",
    ]
    assert staged.is_dir() and (tmp_path / "builds/2026-Q1_b0").is_dir()
    assert (tmp_path / "builds/2026-Q1_b4").is_dir()
    assert (tmp_path / "raw").is_dir() and (tmp_path / "landed").is_dir()
    proof = sorted(p.name for p in (tmp_path / "collected/2026-Q1_v1").iterdir())
    whole = "checksums.txt inputs.lock.json quality_report.html release.json verdict.json"
    assert proof == whole.split()
    assert release.collect(Places(tmp_path), LITTLE) == []
    assert not (tmp_path / ".bin").exists()
    release.roll_back(Places(tmp_path), to=None, reason=None, **ROLE)  # still possible
    with pytest.raises(PublishError, match="cannot be gone back to"):
        release.roll_back(Places(tmp_path), to="2026-Q1_v1", reason=None, **ROLE)


def test_withdrawn_bytes_go_after_their_time_and_the_reason_stays(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    publish(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    release.withdraw(Places(tmp_path), "2026-Q1_v2", reason="wrong", **ROLE)
    assert release.collect(Places(tmp_path), LITTLE) == []
    later = datetime.now(UTC) + timedelta(days=11)
    (gone,) = release.collect(Places(tmp_path), LITTLE, now=later)
    assert gone.path == tmp_path / "withdrawn/2026-Q1_v2" and not gone.path.exists()
    assert (tmp_path / "releases/2026-Q1_v2/WITHDRAWN.json").exists()
    assert "withdrawn" in events(tmp_path)


def test_no_garbage_is_collected_while_somebody_publishes(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    with FileLock(tmp_path / ".publish.lock"), pytest.raises(PublishError, match="going on"):
        release.collect(Places(tmp_path), LITTLE)


def test_an_interrupted_collection_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 4):
        publish(tmp_path, make_build(tmp_path, value=float(number), name=f"b{number}"))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", die)
    with pytest.raises(KeyboardInterrupt):
        release.collect(Places(tmp_path), LITTLE)
    monkeypatch.undo()
    (left,) = release.collect(Places(tmp_path), LITTLE)
    assert left.path.name == "2026-Q1_v1" and not left.path.exists()


def test_reassembled_after_an_approval_of_the_same_build(tmp_path: Path) -> None:
    """The same build staged anew is another manifest (the database's bytes differ): void."""
    build = make_build(tmp_path)
    first = release.manifest_sha256(stage(tmp_path, build, policy=SIGNED_OFF))
    approve(tmp_path)
    folder = assemble(tmp_path, build)
    (folder / "note.txt").write_text("rendered otherwise")
    seal(tmp_path, folder, SIGNED_OFF)
    assert release.manifest_sha256(folder) != first
    with pytest.raises(NotYet, match="sign-off"):
        switch(tmp_path, folder, SIGNED_OFF)
