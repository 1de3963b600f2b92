"""Faults in the pipeline's own steps: killed while outputs are rendered, while a person decides and while
a release waits for its time; two publishers at once. On the small release of the unit tests.
"""

from __future__ import annotations

import multiprocessing
import shlex
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import publishing, release_hook
from pipeline.settings import Settings
from publication import releases as release
from publication.releases import Places, Policy, PublishError, ReleaseLog
from publication.releases.calendar import Announcement

from ..unit.test_release import events, make_build, publish, seal, stage, states
from .test_release_faults import each, killed_at, leftovers, readers_are_safe, steps_on_small_marts

__all__ = ["steps_on_small_marts"]
pytestmark = pytest.mark.usefixtures("steps_on_small_marts")
OUTPUTS = ("bulletin/bulletin_ko.pdf", "bulletin/tables.xlsx", "sdmx/data.csv", "site/index.html")
BUILD = "2026-Q1_b2"


@pytest.fixture(autouse=True)
def several_outputs(steps_on_small_marts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs as a release has them: several files in several folders, one after the other."""

    def outputs(folder: Path) -> list[Path]:
        written = []
        for name in OUTPUTS:
            target = folder / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(name.encode() * 100)
            written.append(target)
        return written

    monkeypatch.setattr("publication.outputs.render_outputs", outputs)


def hashes(folder: Path) -> dict[str, str]:
    """All files of a release but the database, whose bytes differ each time it is made, and what
    names its hash."""
    folder = folder.resolve()
    return {
        str(p.relative_to(folder)): release.file_sha256(p)
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in ("kicox.duckdb", release.MANIFEST, "checksums.txt")
    }


def test_killed_at_every_step_of_rendering(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    publish(prepared, make_build(prepared, value=1.0))
    make_build(prepared, value=2.0, name=BUILD)
    calm = tmp_path / "calm"
    shutil.copytree(prepared, calm, symlinks=True)
    assert publishing.publish(Settings(calm), BUILD)["status"] == "published"
    expected = hashes(calm / "releases/current")
    assert set(OUTPUTS) <= set(expected)
    staged = publishing.assemble(Settings(prepared), BUILD)
    killed = 0
    for n, root in each(tmp_path, prepared, step=2):
        there = {**staged, "staging": staged["staging"].replace(str(prepared), str(root))}
        was_killed = killed_at(
            n, root, lambda root=root, there=there: publishing.render(Settings(root), there)
        )
        killed += was_killed
        assert readers_are_safe(root) == "2026-Q1_v1"
        if was_killed:  # what is half rendered is not sealed
            with pytest.raises(PublishError, match="render them first"):
                publishing.seal(Settings(root), there)
        assert publishing.publish(Settings(root), BUILD)["status"] == "published"
        assert readers_are_safe(root) == "2026-Q1_v2"
        assert hashes(root / "releases/current") == expected, n
        assert leftovers(root) == [], n
        if not was_killed:
            break
    assert killed > len(OUTPUTS) // 2


def announced(delay: timedelta) -> Policy:
    at = datetime.now(UTC).replace(microsecond=0) + delay
    return Policy(
        sign_off_required=True,
        roles=("statistician",),
        announced=(Announcement("2026-Q1", 2, at),),
    )


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_killed_while_a_person_decides(tmp_path: Path, decision: str) -> None:
    prepared = tmp_path / "prepared"
    policy = announced(timedelta(days=1))
    publish(prepared, make_build(prepared, value=1.0))
    stage(prepared, make_build(prepared, value=2.0, name="b2"), policy=policy)

    def decide(root: Path) -> None:
        options: dict[str, Any] = {"role": "statistician", "policy": policy}
        if decision == "approve":
            release.approve(Places(root), "2026-Q1_v2", **options)
        elif states(root)["2026-Q1_v2"] != "rejected":
            release.reject(Places(root), "2026-Q1_v2", reason="wrong", **options)

    calm = tmp_path / "calm"
    shutil.copytree(prepared, calm, symlinks=True)
    decide(calm)
    expected = events(calm)
    assert expected[-1] == ("embargoed" if decision == "approve" else "rejected")
    killed = 0
    for n, root in each(tmp_path, prepared):
        was_killed = killed_at(n, root, lambda root=root: decide(root))
        killed += was_killed
        assert readers_are_safe(root) == "2026-Q1_v1"
        decide(root)
        assert events(root) == expected, n  # one line each, and none lost
        assert readers_are_safe(root) == "2026-Q1_v1"
        with pytest.raises(PublishError):  # its time has not come, or it was refused
            release.switch(
                Places(root), "2026-Q1_v2", policy=policy,
                manifest=release.manifest_sha256(root / "staging/b2/2026-Q1_v2"),
            )  # fmt: skip
        if not was_killed:
            break
    assert killed >= 2


def test_killed_while_an_embargo_ends(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    before = announced(timedelta(days=1))
    publish(prepared, make_build(prepared, value=1.0))
    stage(prepared, make_build(prepared, value=2.0, name="b2"), policy=before)
    release.approve(Places(prepared), "2026-Q1_v2", role="statistician", policy=before)
    manifest = release.manifest_sha256(prepared / "staging/b2/2026-Q1_v2")
    due = before.due("2026-Q1_v2")
    assert due is not None and states(prepared)["2026-Q1_v2"] == "embargoed"

    def at_its_time(root: Path) -> None:
        with release.publisher(Places(root)):  # puts right what a crash left
            pass
        if states(root)["2026-Q1_v2"] != "published":
            release.switch(
                Places(root), "2026-Q1_v2", policy=before, manifest=manifest,
                now=due + timedelta(seconds=1),
            )  # fmt: skip

    shown = []
    for n, root in each(tmp_path, prepared, step=2):
        was_killed = killed_at(n, root, lambda root=root: at_its_time(root))
        shown.append(readers_are_safe(root))
        at_its_time(root)
        assert readers_are_safe(root) == "2026-Q1_v2" and leftovers(root) == [], n
        assert release.manifest_sha256(root / "releases/current") == manifest
        assert events(root).count("published") == 2, n
        (line,) = [
            e for e in ReleaseLog(Places(root).log).read()
            if e.event == "published" and e.release_id == "2026-Q1_v2"
        ]  # fmt: skip
        assert line.details["due"] is not None and line.details["signed_off"] == "statistician"
        if not was_killed:
            break
    assert len(shown) > 5 and set(shown) == {"2026-Q1_v1", "2026-Q1_v2"}


def test_killed_before_the_command_after_it(tmp_path: Path) -> None:
    """Readers have another release: whoever dies where, the command runs, and says which they have."""
    prepared = tmp_path / "prepared"
    publish(prepared, make_build(prepared, value=1.0))
    make_build(prepared, value=2.0, name=BUILD)
    staged = publishing.render(Settings(prepared), publishing.assemble(Settings(prepared), BUILD))
    sealed = publishing.seal(Settings(prepared), staged)
    (prepared / "told").write_text("")

    def hooked(root: Path) -> Settings:
        line = shlex.join(
            ["sh", "-c", f"echo $SANDAN_RELEASE >> {shlex.quote(str(root / 'told'))}"]
        )
        return Settings(root, after_publish=line)

    def work(root: Path) -> None:
        publishing.switch(hooked(root), sealed)
        release_hook.after_change(hooked(root))

    times = []
    for n, root in each(tmp_path, prepared):
        was_killed = killed_at(n, root, lambda root=root: work(root))
        publishing.publish(hooked(root), BUILD)
        for _ in range(2):
            release_hook.after_change(hooked(root))
        assert readers_are_safe(root) == "2026-Q1_v2" and leftovers(root) == [], n
        told = (root / "told").read_text().splitlines()
        assert set(told) == {"2026-Q1_v2"}, n
        times.append(len(told))
        if not was_killed:
            break
    # twice only where it had run and that was not written down yet
    assert len(times) > 10 and times[0] == times[-1] == 1 and set(times) == {1, 2}


# -- two at once ------------------------------------------------------------------------------


def publish_at(barrier: Any, home: Path, results: Any) -> None:
    """All steps in a process of its own, begun when the other one begins."""
    barrier.wait(60)
    try:
        results.put(publishing.publish(Settings(home), BUILD)["status"])
    except PublishError as error:
        results.put(str(error))
    except BaseException as error:
        results.put(f"NOT SAID: {error!r}")


@pytest.mark.parametrize("attempt", range(2))
@pytest.mark.parametrize("is_sealed", [False, True])
def test_of_two_publishers_at_once_one_wins_and_the_other_says_so(
    tmp_path: Path, is_sealed: bool, attempt: int
) -> None:
    publish(tmp_path, make_build(tmp_path, value=1.0))
    make_build(tmp_path, value=2.0, name=BUILD)
    if is_sealed:
        staged = publishing.render(
            Settings(tmp_path), publishing.assemble(Settings(tmp_path), BUILD)
        )
        seal(tmp_path, Path(staged["staging"]))
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(2), context.Queue()
    both = [context.Process(target=publish_at, args=(barrier, tmp_path, results)) for _ in range(2)]
    for process in both:
        process.start()
    told = sorted((results.get(timeout=120) for _ in both), key=lambda text: text != "published")
    for process in both:
        process.join(60)
    # whichever came too late is told so: at the lock, or because it finds the release published
    assert told[0] == "published"
    assert (
        told[1] == "unchanged"
        or "another publication is going on" in told[1]
        or "published meanwhile by another run" in told[1]
    ), told
    assert readers_are_safe(tmp_path) == "2026-Q1_v2" and leftovers(tmp_path) == []
    assert events(tmp_path).count("published") == 2
