"""Faults while a release is made: killed at every step, a full disk, two publishers at once.

A process is killed (SIGKILL, no clean-up) right before its n-th change of the file system, for every n.
After each, readers see a whole release; and what the next run does ends where an undisturbed one ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import publishing, release_home
from pipeline.settings import Settings
from publication import releases as release
from publication.releases import Places, Policy, PublishError, ReleaseLog
from publication.releases.calendar import Retention
from publication.releases.layout import NAME

from ..unit.test_release import ORDER, assemble, make_build, publish, seal, switch

LITTLE = Policy(keep=Retention(quarters=1, versions=1, builds=1, withdrawn_days=1))
ROLE: dict[str, Any] = {"role": "statistician", "policy": Policy()}
#: Audit events of Python that change a file system (PEP 578), and how `open` says that it writes.
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod",
            "os.truncate"}  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _changes(event: str, arguments: tuple[Any, ...], root: str) -> bool:
    if event == "open":
        path, _, flags = arguments
        return bool(isinstance(flags, int) and flags & _WRITING and str(path).startswith(root))
    return event in _CHANGES and str(arguments[0]).startswith(root)


def killed_at(n: int, root: Path, work: Callable[[], object]) -> bool:
    """Do the work in a process that is killed right before its n-th change below `root`; whether it
    was (else it came to its end first)."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal seen
            if _changes(event, arguments, str(root)):
                seen += 1
                if seen == n:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        try:
            work()
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0, f"the work failed at change {n}"
    return False


def readers_are_safe(root: Path) -> str | None:
    """The release that readers see, after proving every one they can reach."""
    link = root / "releases" / "current"
    for folder in (root / "releases").iterdir():
        if NAME.match(folder.name) and not (folder / "WITHDRAWN.json").exists():
            found = release.verify(folder)
            assert found.is_intact, (folder, found.findings)
    if not link.is_symlink():
        return None
    with duckdb.connect(str(link / "kicox.duckdb"), read_only=True) as c:
        assert c.execute("SELECT count(*) FROM dim_complex").fetchone() == (2,)
    return os.readlink(link)


def leftovers(root: Path) -> list[str]:
    """What does not belong into a home at rest."""
    staging = root / "staging"
    found = [str(p) for p in staging.iterdir()] if staging.exists() else []
    found += [str(p) for p in (root / "releases").glob(".*")]
    found += [p.name for p in root.glob(".*") if not p.name.endswith(".lock")]
    return found + [str(p) for p in (root / "releases").rglob("*.tmp")]


def each(tmp_path: Path, prepared: Path, step: int = 1) -> Iterator[tuple[int, Path]]:
    for n in range(1, 10_000, step):
        root = tmp_path / f"n{n}"
        shutil.copytree(prepared, root, symlinks=True)
        yield n, root
        shutil.rmtree(root)


def test_killed_at_every_step_from_staging_to_the_switch(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    publish(prepared, make_build(prepared, value=1.0))
    folder = assemble(prepared, make_build(prepared, value=2.0, name="b2"))
    (folder / "bulletin.pdf").write_bytes(b"%PDF rendered")
    calm = tmp_path / "calm"
    shutil.copytree(prepared, calm, symlinks=True)

    def finish(root: Path) -> None:
        """What the next run does: seal and switch, whatever is done of it already."""
        with release.publisher(Places(root)) as log:  # puts right what the crash left
            state = log.history().states.get("2026-Q1_v2")
        if state is None or state.state != "published":
            staged = root / "staging" / "b2" / "2026-Q1_v2"
            seal(root, staged)
            switch(root, staged)

    finish(calm)
    expected = release.manifest_sha256(calm / "releases/current")
    shown = []
    for n, root in each(tmp_path, prepared):
        was_killed = killed_at(n, root, partial(finish, root))
        seen = readers_are_safe(root)
        shown.append(seen)
        finish(root)
        assert readers_are_safe(root) == "2026-Q1_v2"
        assert release.manifest_sha256(root / "releases/current") == expected, n
        assert leftovers(root) == [], n
        events = [e.event for e in ReleaseLog(Places(root).log).read()]
        assert events.count("published") == 2 and events.count("superseded") == 1, (n, events)
        index = json.loads((root / "releases/index.json").read_text(encoding="utf-8"))
        assert index["current"] == "2026-Q1_v2" and len(index["releases"]) == 2
        if not was_killed:
            break
    # Before the swap readers saw the one before, after it the new one, and nothing in between.
    assert len(shown) > 25 and shown == sorted(shown, key=str)
    assert set(shown) == {"2026-Q1_v1", "2026-Q1_v2"}


def test_killed_while_assembling(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    publish(prepared, make_build(prepared, value=1.0))
    build = make_build(prepared, value=2.0, name="b2")
    calm = tmp_path / "calm"
    shutil.copytree(prepared, calm, symlinks=True)
    expected = publish(calm, calm / "builds" / build.name)["files"]
    killed = 0
    for n, root in each(tmp_path, prepared, step=3):
        work = partial(publish, root, root / "builds" / "b2")
        was_killed = killed_at(n, root, work)
        killed += was_killed
        with release.publisher(Places(root)) as log:  # puts right what the crash left
            is_out = log.history().current == "2026-Q1_v2"
        if not is_out:
            files = publish(root, root / "builds" / "b2")["files"]
            # (the bytes of a database differ each time it is made)
            same = [name for name in expected if not name.endswith(".duckdb")]
            assert {name: files[name] for name in same} == {name: expected[name] for name in same}
        assert readers_are_safe(root) == "2026-Q1_v2" and leftovers(root) == []
        if not was_killed or n > 60:
            break
    assert killed > 10


@pytest.mark.parametrize("decision", ["withdraw", "roll_back", "collect"])
def test_killed_while_a_decision_is_carried_out(tmp_path: Path, decision: str) -> None:
    prepared = tmp_path / "prepared"
    for number in range(1, 4):
        publish(prepared, make_build(prepared, value=float(number), name=f"b{number}"))

    def decide(root: Path) -> None:
        places = Places(root)
        if decision == "collect":
            release.collect(places, LITTLE)
        elif ReleaseLog(places.log).history().current == "2026-Q1_v3":
            if decision == "withdraw":
                release.withdraw(places, "2026-Q1_v3", reason="wrong", **ROLE)
            else:
                release.roll_back(places, to=None, reason="wrong", **ROLE)

    killed = 0
    for n, root in each(tmp_path, prepared):
        was_killed = killed_at(n, root, partial(decide, root))
        killed += was_killed
        assert (root / "releases/current/kicox.duckdb").exists() or decision == "withdraw"
        decide(root)
        with release.publisher(Places(root)):
            pass
        assert readers_are_safe(root) == ("2026-Q1_v3" if decision == "collect" else "2026-Q1_v2")
        assert leftovers(root) == [], n
        names = sorted(p.name for p in (root / "releases").glob("*_v*"))
        if decision == "withdraw":
            assert (root / "releases/2026-Q1_v3/WITHDRAWN.json").is_file()
            assert release.verify(root / "withdrawn/2026-Q1_v3").is_intact
        elif decision == "collect":
            assert names == ["2026-Q1_v2", "2026-Q1_v3"]
            assert (root / "collected/2026-Q1_v1/inputs.lock.json").is_file()
        if not was_killed:
            break
    assert killed > 5


# -- a full disk ------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def steps_on_small_marts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline's steps on the small build of the unit tests, which dbt did not make."""
    monkeypatch.setattr(release_home, "mart_order", lambda _: ORDER)
    monkeypatch.setattr(release_home, "headline", lambda *_: {})
    monkeypatch.setattr(release, "exposures", lambda _: {})

    def outputs(folder: Path) -> list[Path]:
        target = folder / "bulletin.pdf"
        target.write_bytes(b"%PDF" + b"x" * 3_000_000)
        return [target]

    monkeypatch.setattr("publication.outputs.render_outputs", outputs)


@pytest.mark.parametrize("free_kb", [0, 4, 40, 200, 700])
def test_a_full_disk_publishes_nothing_and_leaves_nothing(
    small_disk: Path, steps_on_small_marts: None, free_kb: int
) -> None:
    home = small_disk / "home"
    settings = Settings(home)
    publish(home, make_build(home, value=1.0))
    make_build(home, value=2.0, name="2026-Q1_b2")
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(b"\0" * (free.f_bavail * free.f_frsize - free_kb * 1024 - 8192))
    with contextlib.suppress(OSError), (small_disk / "fill").open("wb", buffering=0) as rest:
        while os.statvfs(small_disk).f_bavail * 4096 > free_kb * 1024:
            rest.write(b"\0" * 4096)
    with pytest.raises(PublishError, match=r"is full: nothing was published") as told:
        publishing.publish(settings, "2026-Q1_b2")
    assert "가득 찼습니다" in str(told.value) and "sandan gc" in str(told.value)
    assert readers_are_safe(home) == "2026-Q1_v1" and leftovers(home) == []
    ballast.unlink()
    assert publishing.publish(settings, "2026-Q1_b2")["status"] == "published"
    assert readers_are_safe(home) == "2026-Q1_v2" and leftovers(home) == []
