"""The steps of publication as the command line and Airflow call them, on a small build."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from expectations.gate import rules_fingerprint
from pipeline import gate_step, publishing, release_home, release_hook
from pipeline.cli import app
from pipeline.settings import Settings
from publication import releases
from publication.bulletin import BulletinError
from publication.releases import PublishError, switching
from publication.releases.signing import KeyProblem

from .test_release import ORDER, make_build
from .test_release_grounds import add, protected

BUILD = "2026-Q1_b1"
EVER = "2099-12-31 12:00"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for what dbt and the outputs would give to so small a build."""
    monkeypatch.setattr(release_home, "mart_order", lambda _: ORDER)
    monkeypatch.setattr(
        release_home, "headline", lambda *_: {"held": [], "shares_now": [], "last": []}
    )
    monkeypatch.setattr(releases, "exposures", lambda _: {"bulletin": ["dim_complex"]})

    def outputs(folder: Path) -> list[Path]:
        (folder / "bulletin").mkdir()
        (folder / "bulletin" / "bulletin_ko.pdf").write_bytes(b"%PDF")
        return [folder / "bulletin" / "bulletin_ko.pdf"]

    monkeypatch.setattr("publication.outputs.render_outputs", outputs)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    make_build(home, name=BUILD)
    (tmp_path / "releases.yml").write_text("releases: []\n")
    return Settings(home, release_policy=tmp_path / "releases.yml")


def withdraw(settings: Settings, release_id: str) -> None:
    releases.withdraw(
        release_home.places(settings),
        release_id,
        role="statistician",
        reason="Ulsan",
        policy=release_home.policy(settings),
    )


def announce(settings: Settings, at: str, version: int = 1) -> None:
    assert settings.release_policy is not None
    settings.release_policy.write_text(
        f"releases:\n  - {{period: 2026-Q1, version: {version}, at: {at}}}\n"
    )


def test_the_whole_way_and_once_more(settings: Settings) -> None:
    assert publishing.publish(settings, BUILD) == {
        "release_id": "2026-Q1_v1",
        "status": "published",
    }
    assert publishing.publish(settings, BUILD) == {
        "release_id": "2026-Q1_v1",
        "status": "unchanged",
    }
    files = json.loads((settings.releases / "current/release.json").read_text())["files"]
    assert "bulletin/bulletin_ko.pdf" in files and publishing.publish_due(settings) == []


def test_each_step_may_be_repeated(settings: Settings) -> None:
    staged = publishing.assemble(settings, BUILD)
    with pytest.raises(PublishError, match="not complete: render them first"):
        publishing.seal(settings, staged)
    rendered = publishing.render(settings, staged)
    sealed = publishing.seal(settings, rendered)
    assert (sealed["status"], sealed["sign_off"]) == ("sealed", "not_required")
    assert publishing.seal(settings, rendered) == {**sealed, "outputs": rendered["outputs"]}
    again = publishing.assemble(settings, BUILD)
    assert (again["status"], again["manifest_sha256"]) == ("sealed", sealed["manifest_sha256"])
    assert publishing.render(settings, again) == again
    assert publishing.switch(settings, sealed)["status"] == "published"
    assert publishing.switch(settings, sealed)["status"] == "unchanged"


def test_what_another_run_tidied_away_is_made_again(settings: Settings) -> None:
    staged = publishing.assemble(settings, BUILD)
    shutil.rmtree(settings.home / "staging" / BUILD)
    rendered = publishing.render(settings, staged)
    shutil.rmtree(settings.home / "staging" / BUILD)
    assert publishing.switch(settings, publishing.seal(settings, rendered))["status"] == "published"


def test_an_output_that_refuses_is_a_clear_error_and_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> list[Path]:
        raise BulletinError("ko: the text does not follow from the figures")

    monkeypatch.setattr("publication.outputs.render_outputs", refuse)
    with pytest.raises(
        PublishError, match=r"2026-Q1_v1 is not published.*does not follow.*공표하지"
    ):
        publishing.publish(settings, BUILD)
    assert not (settings.home / "releases" / "current").exists()


def test_a_release_waits_for_its_sign_off(settings: Settings) -> None:
    settings = replace(settings, sign_off="required")
    result = publishing.publish(settings, BUILD)
    assert (result["status"], result["until"]) == ("awaiting_sign_off", None)
    waiting = publishing.waiting_for(settings, BUILD)
    assert waiting is not None and waiting["status"] == "sealed" and "대기" in waiting["message_ko"]
    assert publishing.publish_due(settings)[0]["status"] == "awaiting_sign_off"
    assert publishing.decision(settings, waiting) == "required"
    assert publishing.decision(replace(settings, sign_off=""), waiting) == "not_required"
    done = publishing.approve(settings, "2026-Q1_v1", role="statistician")
    assert done["manifest_sha256"] == waiting["manifest_sha256"]
    assert publishing.decision(settings, waiting) == "given"
    other = {**waiting, "manifest_sha256": "0" * 64}
    assert publishing.decision(settings, other) == "required"
    assert publishing.publish_due(settings)[0]["status"] == "published"
    assert publishing.waiting_for(settings, BUILD) is None


def test_a_release_waits_for_its_time(settings: Settings) -> None:
    announce(settings, EVER)
    result = publishing.publish(settings, BUILD)
    assert result["status"] == "embargoed" and result["until"].startswith("2099-12-31T12:00")
    sealed = publishing.assemble(settings, BUILD)
    due = publishing.due_at(settings, sealed)
    assert due is not None and due.astimezone(UTC) == datetime(2099, 12, 31, 3, tzinfo=UTC)
    announce(settings, f"'{datetime.now(UTC) - timedelta(days=-1):%Y-%m-%d %H:%M}'")  # moved nearer
    assert publishing.publish_due(settings)[0]["status"] == "embargoed"


def test_an_as_of_tells_nothing_before_its_time(settings: Settings) -> None:
    publishing.publish(settings, BUILD)
    shown = {"x"}  # the one snapshot of the small lock
    assert publishing.under_embargo(settings, shown | {"new"}) == set()
    announce(settings, EVER, version=2)
    assert publishing.under_embargo(settings, shown | {"new"}) == {"new"}
    announce(settings, "2026-05-28 12:00", version=7)  # long past
    assert publishing.under_embargo(settings, shown | {"new"}) == set()


def test_what_changed_since_its_sign_off_is_made_again(settings: Settings) -> None:
    settings = replace(settings, sign_off="required")
    publishing.publish(settings, BUILD)
    publishing.approve(settings, "2026-Q1_v1", role="statistician")
    (path,) = (settings.home / "staging").rglob("marts/dim_complex.parquet")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"!")
    # To the byte what was signed off, as all of this build's files are.
    assert publishing.publish(settings, BUILD)["status"] == "published"
    assert (settings.releases / "current/marts/dim_complex.parquet").read_bytes()[-1:] != b"!"


def test_what_was_rejected_by_mistake_is_made_again_when_asked_for(settings: Settings) -> None:
    settings = replace(settings, sign_off="required")
    publishing.publish(settings, BUILD)
    publishing.reject(settings, "2026-Q1_v1", reason="wrong", role="statistician")
    with pytest.raises(PublishError, match="rejected"):
        publishing.publish(settings, BUILD)
    with pytest.raises(PublishError, match="rejected"):
        publishing.approve(settings, "2026-Q1_v1", role="statistician")
    assert publishing.publish(settings, BUILD, again=True)["status"] == "awaiting_sign_off"
    publishing.approve(settings, "2026-Q1_v1", role="statistician")
    assert publishing.publish(settings, BUILD)["status"] == "published"


def test_a_disk_full_after_the_switch_is_told_as_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = switching.write_index

    def full(*given: Any) -> None:
        if (settings.releases / "current").is_symlink():
            raise OSError(errno.ENOSPC, "No space left on device")
        write(*given)

    with monkeypatch.context() as patch:
        patch.setattr(switching, "write_index", full)
        with pytest.raises(PublishError, match="readers have 2026-Q1_v1"):
            publishing.publish(settings, BUILD)
    assert (settings.releases / "current").resolve().name == "2026-Q1_v1"
    assert publishing.publish(settings, BUILD)["status"] == "unchanged"
    index = json.loads((settings.releases / "index.json").read_text(encoding="utf-8"))
    assert index["current"] == "2026-Q1_v1"


def test_what_was_taken_back_is_not_published_again_by_itself(settings: Settings) -> None:
    publishing.publish(settings, BUILD)
    withdraw(settings, "2026-Q1_v1")
    with pytest.raises(PublishError, match="was withdrawn \\(Ulsan\\)"):
        publishing.publish(settings, BUILD)
    waiting = publishing.waiting_for(settings, BUILD)
    assert waiting is not None and waiting["status"] == "taken_back"
    result = publishing.publish(settings, BUILD, again=True)
    assert result == {"release_id": "2026-Q1_v2", "status": "published"}


def test_an_old_build_is_not_published_over_a_newer_one(settings: Settings) -> None:
    publishing.publish(settings, BUILD)
    make_build(settings.home, value=2.0, name="2026-Q1_b2")
    publishing.publish(settings, "2026-Q1_b2")
    for again in (False, True):
        with pytest.raises(PublishError, match="published as 2026-Q1_v1 and superseded") as told:
            publishing.publish(settings, BUILD, again=again)
        assert "`sandan rollback --to 2026-Q1_v1 --as ROLE` goes back" in str(told.value)
        assert "대체되었습니다" in str(told.value)
    waiting = publishing.waiting_for(settings, BUILD)
    assert waiting is not None and waiting["status"] == "superseded"
    assert (settings.releases / "current").resolve().name == "2026-Q1_v2"
    assert not (settings.home / "staging" / BUILD).exists()
    # The way back, after which it is in force as before.
    releases.roll_back(
        release_home.places(settings),
        to=None,
        reason=None,
        role="statistician",
        policy=release_home.policy(settings),
    )
    assert publishing.publish(settings, BUILD)["status"] == "unchanged"
    assert publishing.publish(settings, "2026-Q1_b2", again=True)["release_id"] == "2026-Q1_v3"
    # Another build of the same figures is a release like any other.
    make_build(settings.home, value=1.0, name="2026-Q1_b3")
    assert publishing.publish(settings, "2026-Q1_b3")["release_id"] == "2026-Q1_v4"


def judged(settings: Settings, build: str, last_release: str | None, verdict: str = "pass") -> None:
    path = settings.builds / build / "verdict.json"
    content = json.loads(path.read_text()) | {
        "last_release": last_release,
        "verdict": verdict,
        "rules": rules_fingerprint(),
        "is_simulated": False,
    }
    path.write_text(json.dumps(content))


def test_a_verdict_is_of_the_release_that_readers_see(settings: Settings) -> None:
    judged(settings, BUILD, None)
    publishing.publish(settings, BUILD)
    for name in ("2026-Q1_b2", "2026-Q1_b3"):
        make_build(settings.home, value=2.0, name=name)
        judged(settings, name, "2026-Q1_v1")
    publishing.publish(settings, "2026-Q1_b2")
    with pytest.raises(
        PublishError, match=r"against 2026-Q1_v1, but readers have 2026-Q1_v2 now.*sandan gate"
    ) as told:
        publishing.publish(settings, "2026-Q1_b3")
    assert "다시 실행한 뒤 공표하십시오" in str(told.value)
    assert not (settings.home / "staging" / "2026-Q1_b3").exists()
    assert publishing.publish(settings, "2026-Q1_b2")["status"] == "unchanged"
    judged(settings, "2026-Q1_b3", "2026-Q1_v2")
    assert publishing.publish(settings, "2026-Q1_b3")["release_id"] == "2026-Q1_v3"


def test_a_stop_against_an_older_release_does_not_stand(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing.publish(settings, BUILD)
    make_build(settings.home, value=2.0, name="2026-Q1_b2")
    monkeypatch.setattr(gate_step, "_told", lambda verdict, _: verdict)
    judged(settings, "2026-Q1_b2", "2026-Q1_v1", "stop")
    assert gate_step.standing_verdict(settings, "2026-Q1_b2") is not None
    judged(settings, "2026-Q1_b2", None, "stop")
    assert gate_step.standing_verdict(settings, "2026-Q1_b2") is None


def test_nothing_unsigned_where_signatures_are_asked_for(
    settings: Settings, tmp_path: Path
) -> None:
    from publication.releases.signing import new_key

    key = tmp_path / "keys" / "release"
    new_key(key)
    asked = replace(settings, public_keys=Path(f"{key}.pub"))
    with pytest.raises(PublishError, match=r"SANDAN_SIGNING_KEY is not.*서명"):
        publishing.publish(asked, BUILD)
    rendered = publishing.render(settings, publishing.assemble(settings, BUILD))
    with pytest.raises(PublishError, match="SANDAN_SIGNING_KEY is not"):
        publishing.seal(asked, rendered)
    unsigned = publishing.seal(settings, rendered)  # before signatures were asked for
    with pytest.raises(PublishError, match="2026-Q1_v1"):
        publishing.switch(asked, unsigned)
    assert not (settings.releases / "current").exists()
    # What was sealed with the key is published by a clock that has none.
    shutil.rmtree(settings.home / "staging")
    signed = replace(asked, signing_key=key)
    staged = publishing.render(signed, publishing.assemble(signed, BUILD))
    sealed = publishing.seal(signed, staged)
    assert publishing.switch(asked, sealed)["status"] == "published"
    assert release_home.verify(asked, "current").signature == "valid"


def test_signed_and_verified_by_the_configured_key(settings: Settings, tmp_path: Path) -> None:
    from publication.releases.signing import new_key

    key = tmp_path / "keys" / "release"
    new_key(key)
    signed = replace(settings, signing_key=key)
    publishing.publish(signed, BUILD)
    assert release_home.verify(signed, "current").signature == "valid"
    assert release_home.verify(settings, "2026-Q1_v1").signature == "unknown_key"
    assert release_home.verify(settings, "current", Path(f"{key}.pub")).signature == "valid"
    copy = shutil.copytree((settings.releases / "current").resolve(), tmp_path / "copy")
    assert release_home.verify(signed, str(copy)).is_intact
    with pytest.raises(PublishError, match="no release '2026-Q9_v1'"):
        release_home.verify(settings, "2026-Q9_v1")
    with pytest.raises(KeyProblem, match="No such file"):
        release_home.verify(replace(settings, public_keys=tmp_path / "none"), "current")


def hook(told: Path) -> str:
    """A command that writes a line each time it runs: the release and its folder."""
    names = "os.environ['SANDAN_RELEASE'] + ' ' + os.environ['SANDAN_RELEASE_FOLDER']"
    script = f"import os; print({names}, file=open({str(told)!r}, 'a'))"
    return f'{sys.executable} -c "{script}"'


def test_a_command_after_the_publication(settings: Settings, tmp_path: Path) -> None:
    told = tmp_path / "told"
    hooked = replace(settings, after_publish=hook(told))
    assert release_hook.after_change(hooked) == {"status": "none"}  # readers have nothing yet
    publishing.publish(hooked, BUILD)
    assert release_hook.after_change(hooked)["status"] == "done"
    assert told.read_text() == f"2026-Q1_v1 {settings.releases / '2026-Q1_v1'}\n"
    publishing.publish(hooked, BUILD)
    assert release_hook.after_change(hooked) == {"status": "none"}
    assert len(told.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"{sys.executable} -c \"raise SystemExit('no cache')\"", "failed: no cache"),
        ("/nowhere/at/all", "No such file"),
        ("flush 'the cache", "No closing quotation"),
    ],
)
def test_a_command_that_failed_runs_again(
    settings: Settings, tmp_path: Path, command: str, words: str
) -> None:
    publishing.publish(settings, BUILD)
    for _ in range(2):
        with pytest.raises(PublishError, match=f"v1 is published, but the command.*{words}"):
            release_hook.after_change(replace(settings, after_publish=command))
    release_hook.after_change(replace(settings, after_publish=hook(tmp_path / "told")))
    assert (tmp_path / "told").read_text().startswith("2026-Q1_v1 ")


def test_a_publication_whose_command_a_crash_took_has_it_with_the_next_step(
    command: Command, settings: Settings, tmp_path: Path
) -> None:
    """Everything was written to the end, and nothing waits: the next step has nothing else to do."""
    told = tmp_path / "told"
    publishing.publish(settings, BUILD)
    for _ in range(2):
        assert command("publish", "--due", SANDAN_AFTER_PUBLISH=hook(told))[0] == 0
    assert told.read_text().splitlines() == [f"2026-Q1_v1 {settings.releases / '2026-Q1_v1'}"]


def test_a_whole_run_has_it_too(
    command: Command, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing.publish(settings, BUILD)
    monkeypatch.setattr("pipeline.cli._run_plain", lambda *_, **__: 0)  # nothing new
    code, text = command("run", SANDAN_AFTER_PUBLISH=hook(tmp_path / "told"))
    assert code == 0 and "후속 명령 실행" in text
    assert (tmp_path / "told").read_text().startswith("2026-Q1_v1 ")
    code, text = command("run", SANDAN_AFTER_PUBLISH=hook(tmp_path / "told"))
    assert code == 0 and "후속 명령" not in text


def test_two_releases_compared_as_page_and_as_data(settings: Settings) -> None:
    publishing.publish(settings, BUILD)
    make_build(settings.home, value=7.0, name="2026-Q1_b2")
    publishing.publish(settings, "2026-Q1_b2")
    folder = release_home.compare(settings, "2026-Q1_v1", "current")
    assert sorted(p.name for p in folder.iterdir()) == ["diff.html", "diff.json", "diff.parquet"]
    content = json.loads((folder / "diff.json").read_text(encoding="utf-8"))
    assert (content["before"], content["after"]) == ("2026-Q1_v1", "2026-Q1_v2")
    (row,) = content["by_complex_and_measure"]
    assert (row["complex_id"], row["measure"], row["largest_pct"]) == (
        "changwon",
        "production_krw_100m",
        600.0,
    )


# -- the command line -------------------------------------------------------------------------


class Command(Protocol):
    """Run a command: its arguments, environment by keyword; exit code and what it printed."""

    def __call__(self, *arguments: str, **environment: str) -> tuple[int, str]: ...


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in the home of `settings`: exit code and what it printed."""
    for name in [n for n in os.environ if n.startswith("SANDAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SANDAN_HOME", str(settings.home))
    monkeypatch.setenv("SANDAN_RELEASES", str(settings.release_policy))

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(arguments), env=environment, catch_exceptions=False)
        return result.exit_code, result.output

    return run


def test_commands_tell_states_and_what_waits(command: Command, settings: Settings) -> None:
    assert "no releases yet" in command("releases")[1]
    assert "nothing waits" in command("publish", "--due")[1]
    publishing.publish(replace(settings, sign_off="required"), BUILD)
    required = {"SANDAN_SIGN_OFF": "required"}
    code, text = command("releases", **required)
    assert code == 0 and "audited" in text and "waits for sign-off" in text
    code, text = command("publish", "--due", **required)
    assert code == 0 and "awaiting_sign_off" in text and "sandan approve 2026-Q1_v1" in text
    code, text = command("approve", "2026-Q1_v1", "--as", "statistician", "--manifest", "0" * 64)
    assert code == 2 and "void" in text
    code, text = command("approve", "2026-Q1_v1", "--as", "statistician")
    assert code == 0 and "signed off as statistician" in text
    assert "2026-Q1_v1 published" in command("publish", "--due", **required)[1]
    code, text = command("verify")
    assert code == 0 and "UNSIGNED" in text and "intact" in text
    path = settings.releases / "2026-Q1_v1" / "bulletin" / "bulletin_ko.pdf"
    path.chmod(0o644)
    path.write_bytes(b"%PDf")
    code, text = command("verify", "2026-Q1_v1")
    assert code == 1 and "WRONG" in text and "bulletin/bulletin_ko.pdf" in text
    code, text = command("withdraw", "2026-Q1_v1", "--as", "statistician", "--reason", "틀림")
    assert code == 0 and "readers find the reason" in text
    code, text = command("rollback", "--as", "statistician")
    assert code == 2 and "되돌아갈" in text
    code, text = command("gc", "--dry-run")
    assert code == 0 and "0 folders" in text
    text = command("releases", "--log")[1]
    assert all(word in text for word in ("candidate", "audited", "approved", "withdrawn", "틀림"))
    rows = json.loads(command("releases", "--json")[1])
    assert rows[0]["state"] == "withdrawn" and rows[0]["is_current"] is False


def test_a_calendar_that_is_wrong_stops_with_one_line(command: Command, settings: Settings) -> None:
    announce(settings, "2026-02-30 12:00")
    for arguments in (("calendar",), ("publish", "--due"), ("releases",)):
        code, text = command(*arguments)
        assert code == 2 and "there is no '2026-02-30 12:00'" in text, arguments
        assert "Traceback" not in text
    announce(settings, EVER)
    assert "2026-Q1_v1     2099-12-31 12:00 KST" in command("calendar")[1]


def test_the_command_also_runs_after_a_release_is_taken_back(
    command: Command, settings: Settings, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    publishing.publish(settings, BUILD)
    make_build(settings.home, value=2.0, name="2026-Q1_b2")
    publishing.publish(settings, "2026-Q1_b2")
    code, text = command("rollback", "--as", "statistician", SANDAN_AFTER_PUBLISH=hook(told))
    assert code == 0 and "the command after it ran" in text
    assert told.read_text().splitlines() == [f"2026-Q1_v1 {settings.releases / '2026-Q1_v1'}"]
    back = ("withdraw", "2026-Q1_v1", "--as", "statistician", "--reason", "틀림")
    code, text = command(*back, SANDAN_AFTER_PUBLISH="/nowhere/at/all")
    assert code == 2 and "the decision stands and current is none" in text
    assert "후속 명령이 실패했습니다" in text
    assert (
        release_hook.after_change(replace(settings, after_publish=hook(told)))["status"] == "done"
    )
    assert told.read_text().splitlines()[1:] == [f" {settings.releases}"]


def test_no_command_goes_in_between_another(command: Command, settings: Settings) -> None:
    publishing.publish(settings, BUILD)
    with FileLock(settings.home / ".run.lock"):
        for arguments in (("publish", "--due"), ("gc",), ("rollback", "--as", "statistician")):
            code, text = command(*arguments)
            assert code == 2 and "another run is going on" in text


def test_keys_are_made_outside(command: Command, settings: Settings, tmp_path: Path) -> None:
    code, text = command("keys", "new", str(tmp_path / "key"))
    assert code == 0 and "SHA256:" in text and (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in text
    code, text = command("keys", "new", str(settings.home / "key"))
    assert code == 2 and not (settings.home / "key").exists()


def test_what_waited_too_long_is_judged_and_made_again(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = settings.builds / BUILD / "verdict.json"
    add(path, holds_until="2026-08-31")
    monkeypatch.setattr(publishing, "_today", lambda _: date(2026, 8, 31))
    staged = publishing.render(settings, publishing.assemble(settings, BUILD))
    publishing.seal(settings, staged)
    assert publishing.waiting_for(settings, BUILD) is not None
    monkeypatch.setattr(publishing, "_today", lambda _: date(2026, 9, 1))
    assert publishing.waiting_for(settings, BUILD) is None
    with pytest.raises(PublishError, match=r"holds until 2026-08-31, and this is 2026-09-01"):
        publishing.publish(settings, BUILD)
    add(path, holds_until=None)  # judged anew
    assert publishing.publish(settings, BUILD)["status"] == "published"


def test_a_build_is_held_against_what_came_out_since(settings: Settings) -> None:
    for name in (BUILD, "2026-Q1_b2", "2026-Q1_b3"):
        if name != BUILD:
            make_build(settings.home, value=2.0, name=name)
        protected(settings.builds / name, *(["2026-Q1_v1"] if name != BUILD else []))
    publishing.publish(settings, BUILD)
    assert publishing.publish(settings, "2026-Q1_b2")["release_id"] == "2026-Q1_v2"
    withdraw(settings, "2026-Q1_v2")
    # Readers see the first one again, and remember the second.
    with pytest.raises(
        PublishError, match=r"2026-Q1_b3 was not held against 2026-Q1_v2, .*gate"
    ) as told:
        publishing.publish(settings, "2026-Q1_b3")
    assert "대조되지 않았습니다" in str(told.value)
    assert not (settings.home / "staging" / "2026-Q1_b3").exists()
    protected(settings.builds / "2026-Q1_b3", "2026-Q1_v1", "2026-Q1_v2")
    assert publishing.publish(settings, "2026-Q1_b3")["release_id"] == "2026-Q1_v3"
    manifest = json.loads((settings.releases / "current/release.json").read_text())
    assert manifest["held_against"] == ["2026-Q1_v1", "2026-Q1_v2"]


def test_a_build_without_a_verdict_is_not_published(settings: Settings) -> None:
    publishing.publish(settings, BUILD)
    withdraw(settings, "2026-Q1_v1")
    # Protected anew to be asked as of a day, it lost its verdict.
    (settings.builds / BUILD / "verdict.json").unlink()
    with pytest.raises(PublishError, match=rf"{BUILD} was not judged: run `sandan gate") as told:
        publishing.publish(settings, BUILD, again=True)
    assert "판정되지 않았습니다" in str(told.value)
    make_build(settings.home, value=2.0, name="2026-Q1_b2")
    assert publishing.publish(settings, "2026-Q1_b2")["status"] == "published"
