"""The release log: append-only, chained, and what it says of states."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from publication.releases import LogError, ReleaseLog
from publication.releases.log import ALLOWED

V1, V2 = "2026-Q1_v1", "2026-Q1_v2"


@pytest.fixture
def log(tmp_path: Path) -> ReleaseLog:
    return ReleaseLog(tmp_path / "release_log.jsonl")


def candidate(log: ReleaseLog, name: str, manifest: str = "a" * 64, build: str = "b1") -> None:
    log.append("candidate", name, manifest_sha256=manifest, build_id=build)
    log.append("audited", name, manifest_sha256=manifest, build_id=build)


def published(log: ReleaseLog, name: str, build: str) -> None:
    candidate(log, name, build=build)
    before = log.history().current
    log.append("published", name, manifest_sha256="a" * 64)
    if before:
        log.append("superseded", before, by=name)


def test_every_line_holds_the_hash_of_the_one_before(log: ReleaseLog) -> None:
    published(log, V1, "b1")
    lines = log.path.read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert [e["seq"] for e in events] == [1, 2, 3]
    assert [e["previous"] for e in events[1:]] == [e["hash"] for e in events[:-1]]
    assert not log.path.stat().st_mode & 0o077


@pytest.mark.parametrize("line", [0, 1, 2])
def test_an_edited_line_is_named(log: ReleaseLog, line: int) -> None:
    published(log, V1, "b1")
    lines = log.path.read_bytes().split(b"\n")
    lines[line] = lines[line].replace(b"2026-Q1_v1", b"2026-Q1_v9")
    log.path.write_bytes(b"\n".join(lines))
    with pytest.raises(LogError, match=f"line {line + 1}.*edited") as told:
        log.append("withdrawn", V1)
    assert "수정" in str(told.value)


def test_a_removed_and_an_exchanged_line_are_found(log: ReleaseLog) -> None:
    published(log, V1, "b1")
    data = log.path.read_bytes()
    lines = data.split(b"\n")
    log.path.write_bytes(b"\n".join([lines[0], *lines[2:]]))
    with pytest.raises(LogError, match="line 2"):
        log.read()
    log.path.write_bytes(b"\n".join([lines[1], lines[0], *lines[2:]]))
    with pytest.raises(LogError, match="line 1"):
        log.read()


def test_every_flipped_bit_is_found(log: ReleaseLog) -> None:
    candidate(log, V1)
    data = bytearray(log.path.read_bytes())
    for index in range(len(data)):
        data[index] ^= 0x01
        log.path.write_bytes(data)
        if bytes(data).rfind(b"\n") + 1 == len(data):  # else: a line that a crash cut off
            with pytest.raises(LogError):
                log.read()
        data[index] ^= 0x01


def test_a_line_that_a_crash_cut_off_is_removed_by_the_next(log: ReleaseLog) -> None:
    candidate(log, V1)
    whole = log.path.read_bytes()
    log.path.write_bytes(whole + b'{"seq":3,"at":"2026')
    assert len(log.read()) == 2
    log.append("published", V1, manifest_sha256="a" * 64)
    assert log.path.read_bytes().startswith(whole) and len(log.read()) == 3


def test_a_full_disk_leaves_the_log_as_it_was(
    log: ReleaseLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate(log, V1)
    before = log.path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        log.append("published", V1, manifest_sha256="a" * 64)
    monkeypatch.undo()
    assert log.path.read_bytes() == before
    log.append("published", V1, manifest_sha256="a" * 64)


def test_what_cannot_happen_is_refused(log: ReleaseLog) -> None:
    with pytest.raises(LogError, match="unknown"):
        log.append("published", V1)
    candidate(log, V1)
    for event, states in ALLOWED.items():
        if "audited" not in states:
            with pytest.raises(LogError, match="it cannot become"):
                log.append(event, V1, to=V1)


def test_states_follow_from_events(log: ReleaseLog) -> None:
    published(log, V1, "b1")
    published(log, V2, "b2")
    published(log, "2026-Q2_v1", "b3")
    history = log.history()
    assert {n: s.state for n, s in history.states.items()} == {
        V1: "superseded",
        V2: "superseded",
        "2026-Q2_v1": "published",
    }
    assert (history.current, history.before_current) == ("2026-Q2_v1", V2)
    assert history.states[V1].superseded_by == V2
    log.append("withdrawn", "2026-Q2_v1", reason="wrong")
    history = log.history()
    assert (history.current, history.before_current) == (V2, V1)
    assert history.states[V2].state == "published"
    assert history.was_taken_back("b3") is not None and history.was_taken_back("b2") is None
    log.append("rolled_back", V2, to=V1)
    history = log.history()
    assert (history.current, history.before_current) == (V1, None)
    assert history.states[V2].state == "superseded"
    assert history.was_taken_back("b2") is not None
    log.append("withdrawn", V1, reason="wrong")
    assert log.history().current is None


def test_an_approval_is_of_one_manifest(log: ReleaseLog) -> None:
    candidate(log, V1, "a" * 64)
    log.append("approved", V1, manifest_sha256="a" * 64, role="statistician")
    assert log.history().states[V1].approval is not None
    log.append("embargoed", V1, manifest_sha256="a" * 64, until="2026-05-28T03:00:00+00:00")
    assert log.history().states[V1].approval is not None
    log.append("voided", V1, manifest_sha256="a" * 64, reason="replaced")
    candidate(log, V1, "b" * 64, "b2")
    state = log.history().states[V1]
    assert state.state == "audited" and state.approval is None and state.build_id == "b2"
