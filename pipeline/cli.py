"""The command line: `sandan run`, its steps `ingest`, `build` and `gate`, the site and the seasonal models.
The other commands are in `fetch_cli`, `reading_cli`, `release_cli` and `disclosure_cli`."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from filelock import Timeout
from rich.console import Console

from pipeline import fetch_cli, reading_cli, release_cli
from pipeline.disclosure_cli import disclosure_app
from pipeline.settings import Settings
from pipeline.terminal import REJECTED, STOPPED, fail, new_console, plain

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="sandan (산단): from the publisher's files to a quality-gated, versioned release.\n\n"
    "Files are kept below SANDAN_HOME (default: var/).",
)

Inbox = Annotated[
    Path | None,
    typer.Option(
        "--inbox",
        help="Folder with the publisher's files; default: SANDAN_INBOX, else the bundled simulated sample.",
    ),
]

seasonal_app = typer.Typer(no_args_is_help=True, help="Seasonal adjustment.")


def _settings(inbox: Path | None = None) -> Settings:
    settings = Settings.from_env()
    return replace(settings, inbox=inbox.expanduser().resolve()) if inbox else settings


@app.command()
def run(
    inbox: Inbox = None,
    airflow: Annotated[
        bool, typer.Option("--airflow", help="Let an embedded Airflow's scheduler run the DAGs.")
    ] = False,
    fetch_first: Annotated[
        bool, typer.Option("--fetch", help="Ask the publishers for what is new first.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 where a file was rejected.")
    ] = False,
) -> None:
    """Go the whole way: take in what is new, build, judge, publish.

    Exits with 0 when the release is current, 1 when the gate stopped it, 2 when nothing could be
    built.
    """
    from pipeline import steps

    settings = _settings(inbox)
    console = new_console()
    try:
        lock = steps.try_lock(settings)
    except Timeout as error:
        raise fail(f"another run is going on in {settings.home}; wait for it to end") from error
    try:
        if airflow:
            code = _run_airflow(settings, console, fetch_first=fetch_first)
        else:
            if fetch_first:
                fetch_cli.fetch_told(settings, console)
            code = _run_plain(settings, console, strict=strict)
        _after(settings, console)
    except FileNotFoundError as error:
        raise fail(str(error)) from error
    except KeyboardInterrupt:
        raise fail("interrupted; what was done is kept, run again to go on", 130) from None
    finally:
        lock.release()
    raise typer.Exit(code)


def _after(settings: Settings, console: Console) -> None:
    """The command of SANDAN_AFTER_PUBLISH, also where an earlier run died before it."""
    from pipeline import release_hook
    from publication.releases import PublishError

    try:
        done = release_hook.after_change(settings)
    except PublishError as error:
        raise fail(str(error)) from error
    if done["status"] == "done":
        console.print("the command after it ran / 후속 명령 실행")


def _run_plain(settings: Settings, console: Console, *, strict: bool) -> int:
    from pipeline import build_step, steps
    from publication.releases import PublishError

    rejected: list[dict[str, Any]] = []

    def tell(step: str, result: dict[str, Any]) -> None:
        if step == "outcome":
            _print_outcome(console, result)
            if result["status"] == "quarantined":
                rejected.append(result)
        elif step == "build":
            console.print(f"build    {result['build_id']} ({result['status']})")
        elif step == "gate":
            console.print(f"gate     {plain(result['summary'][0])}")
        elif step == "publish":
            console.print(f"publish  {result['release_id']} ({result['status']})")

    try:
        result = steps.run(settings, tell=tell)
    except (build_step.BuildFailed, PublishError) as error:
        raise fail(str(error)) from error
    return _conclude(settings, console, result, rejected=rejected, strict=strict)


def _conclude(
    settings: Settings,
    console: Console,
    result: dict[str, Any],
    *,
    rejected: list[dict[str, Any]],
    strict: bool,
) -> int:
    from pipeline.summary import print_summary

    for left in result["ingest"]["left_out"]:
        if left["reason"].startswith(("simulated", "real")):
            console.print(
                "left out: simulated files are not mixed with real ones; for the sample use "
                "another SANDAN_HOME"
            )
            break
    if result["status"] == "empty":
        raise fail("no publication has landed: nothing to build, nothing published")
    if result["status"] == "stopped":
        console.print()
        for line in [*result["gate"]["summary"][1:], *result["gate"]["summary_ko"][1:]]:
            console.print(f"[bold red]STOPPED[/]  {plain(line)}")
        console.print(f"quality report  {plain(result['gate']['report'])}")
        console.print("`current` is as it was. 현재 배포판은 그대로입니다.")
        return STOPPED
    if result["status"] == "waiting":
        console.print(f"[bold]WAITS[/]    {plain(result['release']['message'])}")
    if result["status"] == "unchanged":
        console.print("nothing new: nothing is published. 새 자료가 없어 새로 공표하지 않습니다.")
        if result["ingest"]["waiting"]:
            console.print(plain(result["ingest"]["waiting"]["message"]))
    print_summary(settings, console)
    return REJECTED if rejected and strict else 0


def _run_airflow(settings: Settings, console: Console, *, fetch_first: bool) -> int:
    from pipeline.embedded import run_embedded
    from pipeline.ingest_step import prepare_inbox
    from pipeline.schedules import fetch_schedules
    from pipeline.summary import print_summary

    if fetch_first:
        settings.drops.mkdir(parents=True, exist_ok=True)
    if settings.inbox is None and not settings.drops.is_dir():
        code = _run_sample(settings, console)
    else:
        inbox = prepare_inbox(settings)
        wanted = [schedule.dataset for schedule in fetch_schedules()] if fetch_first else []
        code = run_embedded(replace(settings, inbox=inbox), inbox, console=console, fetch=wanted)
    if code == 0:
        print_summary(settings, console)
    return code


def _run_sample(settings: Settings, console: Console) -> int:
    """The sample, fetched by the DAGs from the sample publisher: the way real publications come."""
    from ingestion.sample.server import SampleServer
    from pipeline import ingest_step
    from pipeline.embedded import run_embedded
    from pipeline.schedules import fetch_schedules

    inbox = settings.home / "sample"
    inbox.mkdir(parents=True, exist_ok=True)
    if ingest_step.sample_is_complete(settings):
        return run_embedded(settings, inbox, console=console)
    with SampleServer() as server:
        console.print(f"The sample publisher (SIMULATED) answers on {server.url}")
        code = run_embedded(
            settings,
            inbox,
            console=console,
            fetch=[schedule.dataset for schedule in fetch_schedules()],
            publishers={
                "SANDAN_PUBLISHERS": server.url,
                "SANDAN_TODAY": server.publishers.today.isoformat(),
            },
        )
    if code <= STOPPED:  # it came to its end: what was fetched stands in the account of the run
        last = json.loads((settings.home / "airflow/last_run.json").read_text(encoding="utf-8"))
        ingest_step.finish_sample(settings, last["fetched"])
    return code


def _print_outcome(console: Console, outcome: dict[str, Any]) -> None:
    mark = {
        "landed": "[green]landed[/]  ",
        "unchanged": "[dim]same[/]    ",
        "quarantined": "[bold red]REJECTED[/]",
        "fault": "[yellow]fault[/]   ",
    }[outcome["status"]]
    console.print(f"{mark} {plain(outcome['message'])}")


@app.command()
def ingest(
    inbox: Inbox = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 where a file was rejected.")
    ] = False,
) -> None:
    """Take in what is new in the inbox: keep, recognise, read, land."""
    from pipeline import ingest_step

    settings = _settings(inbox)
    console = new_console()
    try:
        outcomes = ingest_step.ingest(settings, on_outcome=lambda o: _print_outcome(console, o))
    except FileNotFoundError as error:
        raise fail(str(error)) from error
    state = ingest_step.finish_ingest(settings, outcomes)
    console.print(
        f"{state['landed']} landed, {state['quarantined']} rejected, {state['fault']} faults; "
        f"{'to build: ' + str(state['partition']) if state['has_new'] else 'nothing new to build'}"
    )
    if strict and state["quarantined"]:
        raise typer.Exit(REJECTED)


@app.command()
def build(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Only of what was published by this day (2025-12-01)."),
    ] = None,
    known_by: Annotated[
        str | None,
        typer.Option(
            "--known-by",
            help="With --as-of: of that, what had been loaded by this day; default: what the release of the day knew.",
        ),
    ] = None,
) -> None:
    """Build the candidate of everything that has landed.

    With --as-of the marts are written, too, and held against the releases published so far.
    """
    from pipeline import asof, build_step

    settings = _settings()
    console = new_console()
    try:
        if known_by is not None and as_of is None:
            raise fail("--known-by needs --as-of: the day by which it was published")
        if as_of is not None:
            knew = asof.parse_day(known_by) if known_by is not None else None
            folder = asof.rebuild(settings, asof.parse_day(as_of), knew)
            console.print(f"{folder.name}  {plain(os.fspath(folder / 'marts'))}")
            same = asof.releases_like(settings, folder)
            console.print(f"same marts as {', '.join(same) if same else 'no published release'}")
            return
        result = build_step.build(settings)
    except (build_step.NothingToBuild, build_step.BuildFailed, asof.AsOfError) as error:
        raise fail(str(error)) from error
    console.print(f"{result['build_id']} {result['status']}  {plain(result['candidate'])}")


@app.command()
def gate(
    build_id: Annotated[
        str | None, typer.Argument(help="Default: the build of what has landed.")
    ] = None,
    refresh_counts: Annotated[
        bool,
        typer.Option(
            "--refresh-counts",
            help="Count the rows of closed quarters anew into expectations/row_counts.csv; review the diff.",
        ),
    ] = False,
) -> None:
    """Judge a build; exits with 1 where the gate stops it."""
    from pipeline import gate_step
    from pipeline.build_step import BuildFailed

    settings = _settings()
    console = new_console()
    try:
        chosen = build_id or _this_build(settings)
        if refresh_counts:
            counted = gate_step.refresh_row_counts(settings, chosen)
            console.print(
                f"{counted['counted']} partitions counted, {counted['changed']} new or changed: "
                f"{plain(counted['path'])}"
            )
            return
        result = gate_step.gate(settings, chosen)
    except (BuildFailed, ValueError) as error:
        raise fail(str(error)) from error
    for line in [*result["summary"], *result["summary_ko"][1:]]:
        console.print(plain(line))
    console.print(plain(result["report"]))
    if result["verdict"] == "stop":
        raise typer.Exit(STOPPED)


def _this_build(settings: Settings) -> str:
    from pipeline.inputs import collect_inputs

    inputs = collect_inputs(settings)
    if inputs is None:
        raise fail("no publication has landed: nothing to build")
    return inputs.build_id


@app.command()
def site(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8090,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser.")
    ] = True,
) -> None:
    """Serve the site of the current release on this machine until interrupted."""
    from pipeline.site import NoSite, serve

    def tell(address: str) -> None:
        new_console().print(f"site  {address}  (Ctrl-C ends)")
        if open_browser:
            import webbrowser

            webbrowser.open(address)

    try:
        serve(_settings(), port, tell)
    except NoSite as error:
        raise fail(str(error)) from error
    except OSError as error:
        raise fail(f"port {port}: {error.strerror}; take another one with --port") from error


@seasonal_app.command("identify")
def seasonal_identify(
    year: Annotated[int, typer.Option(help="The year that the models will hold for.")],
    only: Annotated[str | None, typer.Option(help="A pattern of series: `_T.*`.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write to; default: seasonal/models, for real data only."),
    ] = None,
    replace_models: Annotated[
        bool, typer.Option("--replace", help="Also replace models frozen for that year.")
    ] = False,
) -> None:
    """Propose seasonal models for the series of the current build and write them as YAML.

    What is frozen for the year stays unless --replace is given. Look at the difference, then commit.
    """
    from pipeline import seasonal_step

    settings = _settings()
    candidate = settings.builds / _this_build(settings) / "candidate.duckdb"
    if not candidate.exists():
        raise fail("there is no candidate yet: run `sandan build` first")
    try:
        for line in seasonal_step.propose_models(
            candidate,
            out or settings.project / "seasonal" / "models",
            holds_for=year,
            only=only,
            replace_models=replace_models,
            allow_simulated=out is not None,
        ):
            new_console().print(plain(line))
    except ValueError as error:
        raise fail(str(error)) from error


fetch_cli.register(app)
reading_cli.register(app)
app.add_typer(seasonal_app, name="seasonal")
release_cli.register(app)
app.add_typer(disclosure_app, name="disclosure")


if __name__ == "__main__":
    app()
