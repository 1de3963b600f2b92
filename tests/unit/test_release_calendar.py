"""releases.yml: what is refused, and that the past stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publication.releases import CalendarError, ReleaseLog, load_policy, record_announcements

ROOT = Path(__file__).resolve().parents[2]


def policy(tmp_path: Path, text: str, **more: str):  # type: ignore[no-untyped-def]
    path = tmp_path / "releases.yml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, **more)


def entry(period: str, at: str, more: str = "") -> str:
    return f"  - {{period: {period}, at: {at}{more}}}\n"


def test_times_are_korean(tmp_path: Path) -> None:
    found = policy(tmp_path, "releases:\n" + entry("2026-Q2", "2026-08-28 12:00"))
    due = found.due("2026-Q2_v1")
    assert due is not None and due.astimezone(UTC) == datetime(2026, 8, 28, 3, tzinfo=UTC)
    assert found.due("2026-Q2_v2") is None
    text = "releases:\n" + entry("2026-Q2", "2026-11-27 12:00", ", version: 2")
    assert policy(tmp_path, text).due("2026-Q2_v2") is not None


def test_the_projects_own_file_asks_for_nothing(tmp_path: Path) -> None:
    found = load_policy(ROOT / "publication" / "releases.yml")
    assert not found.sign_off_required and found.announced == ()
    assert load_policy(ROOT / "publication" / "releases.yml", "required").sign_off_required


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-08-28 24:30", "there is no '2026-08-28 24:30'"),
        ("2027-02-30 12:00", "there is no '2027-02-30 12:00'"),
        ("2026-08-28 12:60", "there is no"),
        ("2026-08-28", "is no time: write 2026-08-28 12:00"),
        ("28.8.2026 12:00", "is no time"),
        ("tomorrow", "is no time"),
        ("2026-06-30 12:00", "before the quarter has ended"),
        ("'2026-08-28 12:00+99:99'", "there is no '2026-08-28 12:00\\+99:99'"),
        ("'9999-12-31 23:59-12:00'", "write a year from 1900"),
        ("'0001-01-01 00:00'", "write a year from 1900"),
    ],
)
def test_a_time_that_does_not_exist(tmp_path: Path, at: str, told: str) -> None:
    with pytest.raises(CalendarError, match=told) as error:
        policy(tmp_path, "releases:\n" + entry("2026-Q2", at))
    assert "releases.yml: releases[0]" in str(error.value)
    assert any("가" <= letter <= "힣" for letter in str(error.value))


def test_a_clock_that_is_put_forward_and_back(tmp_path: Path) -> None:
    zone = "timezone: Europe/Berlin\nreleases:\n"
    with pytest.raises(CalendarError, match="put forward"):
        policy(tmp_path, zone + entry("2025-Q4", "2026-03-29 02:30"))
    with pytest.raises(CalendarError, match=r"twice in Europe/Berlin.*\+02:00"):
        policy(tmp_path, zone + entry("2026-Q2", "2026-10-25 02:30"))
    found = policy(tmp_path, zone + entry("2026-Q2", "2026-10-25 02:30+01:00"))
    assert found.announced[0].at.astimezone(UTC).hour == 1
    # In Korea the clock was put forward in 1988, too: at 02:00 on 8 May.
    with pytest.raises(CalendarError, match="put forward"):
        policy(tmp_path, "releases:\n" + entry("1987-Q4", "1988-05-08 02:30"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            entry("2026-Q2", "2026-08-28 12:00") + entry("2026-Q3", "2026-11-27 12:00"),
            None,
        ),
        (
            entry("2026-Q1", "2026-08-28 12:00") + entry("2026-Q2", "2026-08-28 12:00"),
            "2026-Q1_v1 and 2026-Q2_v1 are announced for one time",
        ),
        (
            entry("2026-Q1", "2026-08-28 03:00+00:00") + entry("2026-Q2", "2026-08-28 12:00"),
            "announced for one time",
        ),
        (
            entry("2026-Q2", "2026-08-28 12:00") + entry("2026-Q2", "2026-08-29 12:00"),
            "announced twice",
        ),
        (entry("2026-Q5", "2026-08-28 12:00"), "unknown period '2026-Q5'"),
        (entry("2026-06", "2026-08-28 12:00"), "unknown period"),
        (entry("0000-Q1", "2026-08-28 12:00"), "unknown period '0000-Q1'"),
        (entry("9999-Q4", "2026-08-28 12:00"), "unknown period '9999-Q4'"),
        ("  - {period: 2026-Q2}\n", "`at` is missing"),
        ("  - {period: 2026-Q2, when: 2026-08-28 12:00}\n", "unknown field 'when'"),
        ("  - {period: 2026-Q2, period: 2026-Q3, at: 2026-08-28 12:00}\n", "stands twice"),
        (entry("2026-Q2", "2026-08-28 12:00", ", version: 0"), "whole number of 1"),
        ("  - 2026-Q2\n", "fields are expected"),
    ],
)
def test_entries(tmp_path: Path, text: str, told: str | None) -> None:
    if told is None:
        assert len(policy(tmp_path, "releases:\n" + text).announced) == 2
        return
    with pytest.raises(CalendarError, match=told):
        policy(tmp_path, "releases:\n" + text)


def test_policy_fields(tmp_path: Path) -> None:
    found = policy(
        tmp_path,
        "sign_off: {required: true, roles: [director]}\nkeep: {versions: 5}\ntimezone: Asia/Seoul\n",
    )
    assert found.sign_off_required and found.keep.versions == 5 and found.keep.quarters == 12
    found.check_role("director")
    with pytest.raises(Exception, match=r"releases\.yml names director"):
        found.check_role("analyst")
    assert not policy(
        tmp_path, "sign_off: {required: true}", sign_off="not_required"
    ).sign_off_required
    for text, told in (
        ("timezone: Korea/Seoul", "no time zone"),
        ("sign_off: {required: maybe}", "true or false"),
        ("keep: {versions: -1}", "whole number"),
        ("keep: {weeks: 1}", "unknown field 'weeks'"),
        ("releases: {", "not YAML"),
        ("timezone: [a]", "no time zone"),
        ("timezone: Asia", "no time zone"),
        ("releases: 2026-Q2", "a list is expected"),
        ("sign_off: {roles: statistician}", "'statistician': a list is expected"),
        ("sign_off: {roles: [[director]]}", "is no name"),
    ):
        with pytest.raises(CalendarError, match=told):
            policy(tmp_path, text)
    with pytest.raises(CalendarError, match="SANDAN_SIGN_OFF"):
        policy(tmp_path, "", sign_off="sometimes")
    with pytest.raises(CalendarError, match="missing"):
        load_policy(tmp_path / "none.yml")


def test_a_past_announcement_stays(tmp_path: Path) -> None:
    log = ReleaseLog(tmp_path / "release_log.jsonl")
    due = datetime(2026, 8, 28, 3, tzinfo=UTC)
    first = policy(tmp_path, "releases:\n" + entry("2026-Q2", "2026-08-28 12:00"))
    moved = policy(tmp_path, "releases:\n" + entry("2026-Q2", "2026-08-28 14:00"))
    none = policy(tmp_path, "releases: []")
    before, after = due - timedelta(days=1), due + timedelta(hours=3)
    assert len(record_announcements(first, log, before)) == 1
    assert record_announcements(first, log, before) == []
    # Before its time it may be moved, even taken back; the log keeps that.
    assert record_announcements(moved, log, before)[0].details["due"] == "2026-08-28T05:00:00+00:00"
    record_announcements(none, log, before)
    record_announcements(first, log, before)
    for changed in (moved, none):
        with pytest.raises(CalendarError, match="2026-08-28 12:00, which has passed"):
            record_announcements(changed, log, after)
    assert record_announcements(first, log, after) == []
    assert [e.event for e in log.read()] == ["announced"] * 4
