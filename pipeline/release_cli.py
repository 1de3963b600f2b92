"""The commands about releases: publish, sign off, take back, prove, compare, rebuild, tidy up."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from filelock import Timeout
from rich.console import Console
from rich.table import Table

from pipeline.settings import PROJECT, Settings
from pipeline.terminal import new_console, plain

#: Exit codes: 0 done, 1 it does not hold (or the gate stopped), 2 cannot go on.
WRONG, FAILED = 1, 2

Release = Annotated[str, typer.Argument(help="A release's name, such as 2026-Q2_v1.")]
Role = Annotated[str, typer.Option("--as", help="The role in which you decide.")]

keys_app = typer.Typer(no_args_is_help=True, help="Keys that sign releases.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (publish, releases, approve, reject, verify, diff, rebuild, withdraw, rollback):
        app.command()(command)
    app.command("gc")(collect)
    app.command("calendar")(show_calendar)
    app.add_typer(keys_app, name="keys")


def _say(text: str) -> None:
    new_console().print(plain(text))


@contextmanager
def _errors() -> Iterator[None]:
    """What is wrong, in words, instead of a traceback."""
    from pipeline.build_step import BuildFailed
    from publication.releases import PublishError

    try:
        yield
    except (PublishError, BuildFailed) as error:
        new_console(stderr=True).print(f"[bold red]sandan:[/] {plain(str(error))}")
        raise typer.Exit(FAILED) from error


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Nobody else runs or publishes in this home."""
    from pipeline import steps

    try:
        lock = steps.try_lock(settings)
    except Timeout as error:
        new_console(stderr=True).print(
            f"[bold red]sandan:[/] another run is going on in {settings.home}; wait for it to end / "
            "다른 실행이 진행 중입니다"
        )
        raise typer.Exit(FAILED) from error
    try:
        yield
    finally:
        lock.release()


def publish(
    build_id: Annotated[
        str | None, typer.Argument(help="Default: the build of what has landed.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Publish what is signed off and whose time has come.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also what was withdrawn or rolled back.")
    ] = False,
) -> None:
    """Assemble the release of a judged build, render and seal it, switch `current` to it.

    Where it has to be signed off, or is announced for a later time, it waits; `--due` publishes it then
    (for a clock: safe to call every minute).
    """
    from pipeline import publishing
    from pipeline.build_step import BuildFailed
    from pipeline.gate_step import standing_verdict
    from pipeline.inputs import collect_inputs
    from pipeline.summary import print_summary

    settings = Settings.from_env()
    with _errors(), _alone(settings):
        if due:
            results = publishing.publish_due(settings)
            if not results:
                _say("nothing waits. 대기 중인 배포판이 없습니다.")
            for result in results:
                _told(result)
            _after(settings)
            return
        inputs = collect_inputs(settings) if build_id is None else None
        chosen = build_id or (inputs.build_id if inputs else None)
        if chosen is None:
            raise BuildFailed("no publication has landed: nothing to build")
        verdict = standing_verdict(settings, chosen)
        if verdict is None:
            raise BuildFailed(f"{chosen} has no verdict that stands: run `sandan gate` first")
        if verdict["verdict"] == "stop":
            for line in [*verdict["summary"], *verdict["summary_ko"][1:]]:
                new_console(stderr=True).print(plain(line))
            raise typer.Exit(WRONG)
        _told(publishing.publish(settings, chosen, again=again))
        _after(settings)
        print_summary(settings, new_console())


def _told(result: dict[str, Any]) -> None:
    _say(f"{result['release_id']} {result['status']}")
    if result.get("message"):
        _say(f"  {result['message']}")


def _after(settings: Settings) -> None:
    """The command of SANDAN_AFTER_PUBLISH, if it has not run since readers got what they have now."""
    from pipeline import release_hook

    if release_hook.after_change(settings)["status"] == "done":
        _say("  the command after it ran / 후속 명령 실행")


def releases(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    log: Annotated[bool, typer.Option("--log", help="Every event instead of states.")] = False,
) -> None:
    """List the releases, their states, and what each waits for."""
    from dataclasses import asdict

    from pipeline import release_home
    from publication.releases import ReleaseLog

    settings = Settings.from_env()
    with _errors():
        policy = release_home.policy(settings)
        history = ReleaseLog(release_home.places(settings).log).history()
    zone = policy.zone
    if as_json:
        content: Any = [asdict(event) for event in history.events]
        if not log:
            content = [
                {
                    "release_id": s.release_id,
                    "state": s.state,
                    "build_id": s.build_id,
                    "manifest_sha256": s.manifest_sha256,
                    "published_at": s.published_at,
                    "signed_off": s.approval.role if s.approval else None,
                    "superseded_by": s.superseded_by,
                    "is_current": s.release_id == history.current,
                    "is_collected": s.is_collected,
                }
                for s in history.states.values()
            ]
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        return
    if log:
        table = Table(
            "at", "event", "release", "manifest", "role", "reason", box=None, pad_edge=False
        )
        for event in history.events:
            name = event.release_id or event.details.get("for") or ""
            told = event.reason or " ".join(
                f"{k} {v}"
                for k, v in event.details.items()
                if k in ("due", "until", "to", "by") and v
            )
            table.add_row(
                event.at,
                event.event,
                name,
                (event.manifest_sha256 or "")[:12],
                event.role or "",
                told,
            )
        Console(width=200, highlight=False).print(table)
        return
    if not history.states:
        _say("no releases yet. 아직 배포판이 없습니다.")
    for state in history.states.values():
        mark = "→" if state.release_id == history.current else " "
        extra = f"since {state.published_at}" if state.was_published else ""
        if state.was_published and not state.approval and "adopted" not in state.events:
            extra += ", without sign-off"
        if state.state in ("audited", "approved", "embargoed"):
            due = policy.due(state.release_id)
            waits = []
            if policy.sign_off_required and not state.approval:
                waits.append("sign-off")
            if due:
                waits.append(f"{due.astimezone(zone):%Y-%m-%d %H:%M %Z}")
            extra = f"manifest {(state.manifest_sha256 or '')[:16]}, waits for " + (
                " and ".join(waits) or "`sandan publish --due`"
            )
        if state.state in ("withdrawn", "voided", "rejected"):
            extra = state.events[state.state].reason or ""
        if state.is_collected:
            extra += " (bytes collected)"
        _say(f"{mark} {state.release_id:14s} {state.state:11s} {extra}")


def approve(
    release: Release,
    role: Role,
    manifest: Annotated[
        str | None,
        typer.Option(
            "--manifest", help="SHA-256 of the manifest you looked at (12 digits or more)."
        ),
    ] = None,
) -> None:
    """Sign a candidate off: the one manifest that is named, checked file by file.

    If the candidate changed since, the sign-off is void and this says so.
    """
    from pipeline import publishing

    settings = Settings.from_env()
    with _errors():
        done = publishing.approve(
            settings, release, role=role, manifest=manifest, actor=os.environ.get("USER")
        )
        _say(f"{release} signed off as {role}: manifest {done['manifest_sha256']}")
        _say("`sandan publish --due` publishes it, or the DAG that waits for it. / 승인되었습니다.")


def reject(
    release: Release,
    role: Role,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
) -> None:
    """Refuse a candidate: it is not published."""
    from pipeline import publishing

    settings = Settings.from_env()
    with _errors():
        publishing.reject(settings, release, role=role, reason=reason, actor=os.environ.get("USER"))
        _say(f"{release} rejected / 반려되었습니다")


def withdraw(
    release: Release,
    role: Role,
    reason: Annotated[str, typer.Option("--reason", help="Why; readers see it.")],
) -> None:
    """Take a published release back; readers find the reason in its place."""
    from pipeline import release_home
    from publication import releases as room

    settings = Settings.from_env()
    with _errors(), _alone(settings):
        current = room.withdraw(
            release_home.places(settings),
            release,
            reason=reason,
            role=role,
            policy=release_home.policy(settings),
            actor=os.environ.get("USER"),
        )
        _say(f"{release} withdrawn; current is {current or 'none: readers find the reason'}")
        _after(settings)


def rollback(
    role: Role,
    to: Annotated[str | None, typer.Option("--to", help="Default: the one before.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
) -> None:
    """Put readers back to an earlier release; the later one stays, superseded."""
    from pipeline import release_home
    from publication import releases as room

    settings = Settings.from_env()
    with _errors(), _alone(settings):
        before, now = room.roll_back(
            release_home.places(settings),
            to=to,
            reason=reason,
            role=role,
            policy=release_home.policy(settings),
            actor=os.environ.get("USER"),
        )
        _say(f"current is {now} again, not {before} / 현재 배포판을 {now}(으)로 되돌렸습니다")
        _after(settings)


def collect(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove what the policy does not keep (`keep` in releases.yml); never what readers or an as-of need."""
    from pipeline import release_home
    from publication import releases as room

    settings = Settings.from_env()
    with _errors(), _alone(settings):
        found = room.collect(
            release_home.places(settings), release_home.policy(settings), dry_run=dry_run
        )
        for removal in found:
            _say(
                f"{'would remove' if dry_run else 'removed'} "
                f"{removal.path.relative_to(settings.home)} ({removal.bytes / 1e6:,.1f} MB): "
                f"{removal.reason_en} / {removal.reason_ko}"
            )
        total = sum(removal.bytes for removal in found)
        _say(f"{len(found)} folders, {total / 1e6:,.1f} MB{' (dry run)' if dry_run else ''}")


def verify(
    release: Annotated[
        str, typer.Argument(help="A release's name or any folder with a copy of one.")
    ] = "current",
    key: Annotated[
        Path | None,
        typer.Option("--key", help="Public key(s) to trust; default: SANDAN_PUBLIC_KEYS."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Prove a release: every byte against the manifest, the manifest against its signature.

    Exits with 1 where anything is not as it was published, and names it.
    """
    from pipeline import release_home

    settings = Settings.from_env()
    with _errors():
        found = release_home.verify(settings, release, key)
    if as_json:
        sys.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) + "\n")
    else:
        _print_verification(found)
    if not found.is_intact:
        raise typer.Exit(WRONG)


_SIGNATURES = {
    "valid": "signed by {key}, which is trusted here / 신뢰하는 키의 서명",
    "unknown_key": "signed by {key}; nobody vouched for that key here, give it with --key / "
    "확인되지 않은 키의 서명",
    "unsigned": "UNSIGNED: it is whole, but nothing proves who made it / 서명 없음",
    "old_form": "UNSIGNED (a release of before there were signatures) / 서명 없음(이전 형식)",
    "bad": "THE SIGNATURE DOES NOT HOLD / 서명이 맞지 않음",
}


def _print_verification(found: Any) -> None:
    console = new_console()
    console.print(
        f"release    {found.release_id or '–'}{'  SIMULATED' if found.is_simulated else ''}"
    )
    console.print(f"manifest   {found.manifest_sha256 or '–'}")
    console.print(f"signature  {plain(_SIGNATURES[found.signature].format(key=found.signed_by))}")
    console.print(f"files      {found.files:,} ({found.bytes / 1e6:,.1f} MB)")
    for finding in found.findings:
        console.print(
            f"[bold red]WRONG[/]      {plain(finding.path)}: {plain(finding.message_en)} / "
            f"{plain(finding.message_ko)}"
        )
    console.print(
        "[bold]intact[/]: every byte is that of the manifest / 모든 바이트가 매니페스트와 같습니다"
        if found.is_intact
        else f"[bold red]{len(found.findings)} things are wrong[/]: do not use this copy / "
        "이 사본을 쓰지 마십시오"
    )


def diff(
    before: Annotated[str, typer.Argument(help="The earlier release: name or folder.")],
    after: Annotated[str, typer.Argument(help="The later one.")] = "current",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what changed between two releases, and why; writes a page and the data behind it."""
    from pipeline import release_home

    settings = Settings.from_env()
    with _errors():
        folder = release_home.compare(settings, before, after)
    content = json.loads((folder / "diff.json").read_text(encoding="utf-8"))
    if as_json:
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        return
    _say(f"{content['before']} → {content['after']}")
    if content.get("note"):
        _say(f"  {content['note']}")
    for mart, change in content["marts"].items():
        if change.get("added_mart") or change.get("removed_mart"):
            _say(f"  {mart:34s} {'new' if change.get('added_mart') else 'removed'}")
            continue
        values = sum(v["changed"] for v in change.get("values", {}).values())
        schema = ", schema changed" if change.get("schema") else ""
        _say(
            f"  {mart:34s} +{change.get('rows_added', 0):,} −{change.get('rows_removed', 0):,} rows, "
            f"{values:,} values{schema}"
        )
    for reason in content.get("reasons", []):
        _say(f"  {reason['changed']:6,} figures: {reason['cause']}")
    for name in ("diff.html", "diff.json", "diff.parquet"):
        if (folder / name).exists():
            _say(os.fspath(folder / name))


def rebuild(
    release: Annotated[str, typer.Argument(help="A release's name.")] = "current",
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what was made again, also where it is the same.")
    ] = False,
) -> None:
    """Make a release again from its lock and `raw/`, and hold it against the first, hash for hash.

    Exits with 1 where a file differs, and names it.
    """
    import shutil

    from pipeline.rebuilding import rebuild as make_again

    settings = Settings.from_env()
    with _errors(), _alone(settings):
        result = make_again(settings, release, tell=_say)
    console = new_console()
    if not result.is_same_code:
        console.print(
            f"[yellow]the code differs[/]: then {result.code_then}, now {result.code_now}; check out "
            "the code of then to tell a difference of code from one of data / 코드가 다릅니다"
        )
    for label, names in (
        ("DIFFERS", result.different),
        ("MISSING", result.missing),
        ("EXTRA", result.extra),
    ):
        for name in names:
            console.print(f"[bold red]{label:8s}[/] {plain(name)}")
    for name, why in result.not_compared.items():
        console.print(f"[dim]left out[/] {plain(name)}: {plain(why)}")
    console.print(
        f"{result.release_id}: {len(result.same)} files the same, hash for hash (kicox.duckdb: table "
        f"for table); {len(result.different)} differ, {len(result.missing)} missing, "
        f"{len(result.extra)} extra"
    )
    if result.is_same and not keep:
        shutil.rmtree(settings.home / "rebuilds" / result.release_id, ignore_errors=True)
    else:
        console.print(plain(os.fspath(result.folder)))
    if not result.is_same:
        raise typer.Exit(WRONG)


def show_calendar() -> None:
    """Check releases.yml and list what is announced, and how punctual releases were."""
    from datetime import UTC, datetime

    from pipeline import release_home
    from publication import releases as room

    settings = Settings.from_env()
    with _errors():
        policy = release_home.policy(settings)
        with room.publisher(release_home.places(settings)) as log:
            room.record_announcements(policy, log, datetime.now(UTC))
            rows = room.punctuality(log)
    for entry in sorted(policy.announced, key=lambda a: a.at):
        _say(f"{entry.release_id:14s} {entry.at.astimezone(policy.zone):%Y-%m-%d %H:%M %Z}")
    if not policy.announced:
        _say("nothing is announced. 예고된 공표가 없습니다.")
    for row in rows:
        late = f"{row['delay_seconds']:+,} s" if row["is_measured"] else "announced after its time"
        _say(f"{row['release_id']:14s} published {row['published_at']} ({late})")


@keys_app.command("new")
def keys_new(
    path: Annotated[Path, typer.Argument(help="The file to write, outside repository and home.")],
) -> None:
    """Make a signing key (Ed25519, 0600) and its public half (.pub).

    SANDAN_SIGNING_KEY=PATH makes every release signed; give the .pub file to readers by a way of its own.
    """
    from publication.releases.signing import new_key

    settings = Settings.from_env()
    with _errors():
        public = new_key(path, forbidden=(PROJECT, settings.home))
        _say(f"private {path}")
        _say(f"public  {path}.pub  {public.fingerprint}")
        _say(f"export SANDAN_SIGNING_KEY={path.expanduser().resolve()}")
