"""The command line: `sandan run`, `ingest`, `build`, `gate`, `status`, `trace`; what is done with
releases is in `release_cli`."""

from __future__ import annotations

import csv
import json
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from filelock import Timeout
from rich.console import Console
from rich.table import Table

from pipeline.settings import Settings

if TYPE_CHECKING:
    from ingestion.periods import Period

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

#: Exit codes: 0 done (also: nothing new), 1 the gate stopped, 2 cannot go on, 3 files rejected
#: where --strict asks for it.
STOPPED, FAILED, REJECTED = 1, 2, 3


def _settings(inbox: Path | None = None) -> Settings:
    settings = Settings.from_env()
    return replace(settings, inbox=inbox.expanduser().resolve()) if inbox else settings


def _console(*, stderr: bool = False) -> Console:
    # Not cut to 80 columns where the output goes to a file: a message must stay one line.
    return Console(stderr=stderr, soft_wrap=True, highlight=False)


def _fail(message: str, code: int = FAILED) -> typer.Exit:
    _console(stderr=True).print(f"[bold red]sandan:[/] {_plain(message)}")
    return typer.Exit(code)


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


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
    console = _console()
    try:
        lock = steps.try_lock(settings)
    except Timeout as error:
        raise _fail(f"another run is going on in {settings.home}; wait for it to end") from error
    try:
        if airflow:
            code = _run_airflow(settings, console, fetch_first=fetch_first)
        else:
            if fetch_first:
                _fetch(settings, console)
            code = _run_plain(settings, console, strict=strict)
    except FileNotFoundError as error:
        raise _fail(str(error)) from error
    except KeyboardInterrupt:
        raise _fail("interrupted; what was done is kept, run again to go on", 130) from None
    finally:
        lock.release()
    raise typer.Exit(code)


def _run_plain(settings: Settings, console: Console, *, strict: bool) -> int:
    from pipeline import steps
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
            console.print(f"gate     {_plain(result['summary'][0])}")
        elif step == "publish":
            console.print(f"publish  {result['release_id']} ({result['status']})")

    try:
        result = steps.run(settings, tell=tell)
    except (steps.BuildFailed, PublishError) as error:
        raise _fail(str(error)) from error
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
        raise _fail("no publication has landed: nothing to build, nothing published")
    if result["status"] == "stopped":
        console.print()
        for line in [*result["gate"]["summary"][1:], *result["gate"]["summary_ko"][1:]]:
            console.print(f"[bold red]STOPPED[/]  {_plain(line)}")
        console.print(f"quality report  {_plain(result['gate']['report'])}")
        console.print("`current` is as it was. 현재 배포판은 그대로입니다.")
        return STOPPED
    if result["status"] == "waiting":
        console.print(f"[bold]WAITS[/]    {_plain(result['release']['message'])}")
    if result["status"] == "unchanged":
        console.print("nothing new: nothing is published. 새 자료가 없어 새로 공표하지 않습니다.")
        if result["ingest"]["waiting"]:
            console.print(_plain(result["ingest"]["waiting"]["message"]))
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
    console.print(f"{mark} {_plain(outcome['message'])}")


@app.command()
def fetch(
    datasets: Annotated[
        list[str] | None, typer.Argument(help="Default: every dataset that can be fetched.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Every edition from this period on (2021-01).")
    ] = None,
) -> None:
    """Fetch what is new at the publishers into the inbox.

    Keys come from SANDAN_KEY_DATA_GO_KR, SANDAN_KEY_KOSIS and SANDAN_KEY_ECOS. Where the portal asks
    for a captcha, a person has to download the file: the link and the folder are printed. Exits with
    2 where a dataset could not be had.
    """
    from ingestion.periods import Period

    try:
        period = Period.parse(since) if since else None
        results = _fetch(_settings(), _console(), datasets, period)
    except (KeyError, ValueError) as error:
        raise _fail(str(error.args[0])) from error
    if any(result["status"] not in ("fetched", "no_data") for result in results):
        raise typer.Exit(FAILED)


def _fetch(
    settings: Settings,
    console: Console,
    datasets: list[str] | None = None,
    since: Period | None = None,
) -> list[dict[str, Any]]:
    from pipeline import fetching
    from pipeline.inbox import new_run_id

    def tell(result: dict[str, Any]) -> None:
        console.print(f"{result['status']:13s} {result['dataset']}: {_plain(result['message'])}")

    return fetching.fetch(settings, datasets, run_id=new_run_id(), since=since, tell=tell)


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
    console = _console()
    try:
        outcomes = ingest_step.ingest(settings, on_outcome=lambda o: _print_outcome(console, o))
    except FileNotFoundError as error:
        raise _fail(str(error)) from error
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
    from pipeline import asof, steps

    settings = _settings()
    console = _console()
    try:
        if known_by is not None and as_of is None:
            raise _fail("--known-by needs --as-of: the day by which it was published")
        if as_of is not None:
            knew = asof.parse_day(known_by) if known_by is not None else None
            folder = asof.rebuild(settings, asof.parse_day(as_of), knew)
            console.print(f"{folder.name}  {_plain(os.fspath(folder / 'marts'))}")
            same = asof.releases_like(settings, folder)
            console.print(f"same marts as {', '.join(same) if same else 'no published release'}")
            return
        result = steps.build(settings)
    except (steps.NothingToBuild, steps.BuildFailed, asof.AsOfError) as error:
        raise _fail(str(error)) from error
    console.print(f"{result['build_id']} {result['status']}  {_plain(result['candidate'])}")


@app.command()
def asof(
    day: Annotated[str, typer.Argument(help="The day: 2025-12-01.")],
    mart: Annotated[
        str, typer.Option("--mart", help="Any mart of the release.")
    ] = "complex_quarterly",
    known_by: Annotated[
        str | None,
        typer.Option(
            "--known-by",
            help="Of what had been loaded by this day; default: all that was published by DAY, whenever it came.",
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Newest rows only; default: 40 in a table, else all."),
    ] = None,
) -> None:
    """Show a mart as it stood published on a day: every figure in the vintage that held then.

    Marts that keep their vintages are read from the current release; others, and all with --known-by, are
    rebuilt (some seconds the first time).
    """
    from pipeline import asof as past
    from pipeline.steps import BuildFailed

    if form not in ("table", "csv", "json"):
        raise _fail(f"--format {form}: there are table, csv and json")
    try:
        shown = past.read_as_of(
            _settings(),
            past.parse_day(day),
            mart,
            known_by=past.parse_day(known_by) if known_by is not None else None,
            limit=limit or (40 if form == "table" else None),
        )
    except (past.AsOfError, BuildFailed) as error:
        raise _fail(str(error)) from error
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(shown.columns)
        writer.writerows(shown.rows)
        return
    if form == "json":
        records = [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    console = _console()
    # Statuses are for machines; a person sees the mark where there is no figure.
    names = [c for c in shown.columns if c.removesuffix("_status") == c or c == "obs_status"]
    table = Table(*names, box=None, pad_edge=False)
    for row in shown.rows:
        cells = dict(zip(shown.columns, row, strict=True))
        table.add_row(*(_cell(cells[c], cells.get(f"{c}_status")) for c in names))
    # as wide as it is: a name or a figure that is cut off is worth nothing
    Console(width=48 * len(names), highlight=False).print(table)
    console.print(f"{mart} as of {day}: {len(shown.rows):,} of {shown.total_rows:,} rows")


def _cell(value: Any, status: str | None) -> str:
    if value is None:
        return {"Q": "X", "O": "…", "M": "–"}.get(status or "", "")
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


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
    from pipeline.steps import BuildFailed

    settings = _settings()
    console = _console()
    try:
        chosen = build_id or _this_build(settings)
        if refresh_counts:
            counted = gate_step.refresh_row_counts(settings, chosen)
            console.print(
                f"{counted['counted']} partitions counted, {counted['changed']} new or changed: "
                f"{_plain(counted['path'])}"
            )
            return
        result = gate_step.gate(settings, chosen)
    except (BuildFailed, ValueError) as error:
        raise _fail(str(error)) from error
    for line in [*result["summary"], *result["summary_ko"][1:]]:
        console.print(_plain(line))
    console.print(_plain(result["report"]))
    if result["verdict"] == "stop":
        raise typer.Exit(STOPPED)


def _this_build(settings: Settings) -> str:
    from pipeline.inputs import collect_inputs

    inputs = collect_inputs(settings)
    if inputs is None:
        raise _fail("no publication has landed: nothing to build")
    return inputs.build_id


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what is there: releases, the newest outcomes, what waits in quarantine."""
    from pipeline.summary import status_of

    found = status_of(_settings())
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        return
    console = _console()
    console.print(f"home     {_plain(found['home'])}")
    current = found["current"]
    console.print(
        f"current  {current['release_id']}{' (simulated)' if current['is_simulated'] else ''}, "
        f"published {current['published_at']}"
        if current
        else "current  –"
    )
    console.print(f"releases {', '.join(found['releases']) or '–'}")
    console.print(f"to build {found['to_build'] or 'nothing new'}")
    table = Table("at", "status", "file", "dataset", "period", box=None, pad_edge=False)
    for row in found["outcomes"]:
        table.add_row(
            *(str(row[k] or "–") for k in ("at", "status", "file_name", "dataset", "period"))
        )
    console.print(table)
    for entry in found["quarantine"]:
        console.print(f"[red]quarantine[/] {_plain(entry['line'])}")


@app.command()
def freshness(
    today: Annotated[
        str | None, typer.Option(help="The day to judge by (2026-05-28); default: today in Korea.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say which editions should be out, which were seen, and what is late; writes table and page.

    Exits with 1 where something is late.
    """
    from datetime import date

    from pipeline.freshness import write_freshness

    settings = _settings()
    try:
        rows, page = write_freshness(settings, date.fromisoformat(today) if today else None)
    except ValueError as error:
        raise _fail(str(error)) from error
    if as_json:
        sys.stdout.write((settings.home / "freshness/freshness.json").read_text(encoding="utf-8"))
    else:
        console = _console()
        for row in rows:
            late = f", late by {row.days_late} days" if row.days_late else ""
            console.print(
                f"{row.status:10s} {row.dataset:52s} expected {row.expected_period or '–':10s} "
                f"seen {row.seen_period or '–'}{late}"
            )
        console.print(_plain(os.fspath(page)))
    if any(row.status == "late" for row in rows):
        raise typer.Exit(STOPPED)


@app.command()
def claim(
    text: Annotated[
        list[str] | None, typer.Argument(help="The claim, in Korean or English.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", help="Instead of a text: a metric.")
    ] = None,
    value: Annotated[str | None, typer.Option("--value", help="The value, as printed.")] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="2005, 2005-Q3 or 2005-06; default: every one.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Default: the metric's own.")] = None,
    comparator: Annotated[
        str, typer.Option("--comparator", help="approx, at_least, at_most, more_than or less_than.")
    ] = "approx",
    tolerance: Annotated[
        float | None,
        typer.Option("--tolerance", help="Default: half a unit of the last printed digit."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Check a claim against the current release: verdict, figures, their cells, when it last held.

    Examples: `sandan claim "산업단지 수출 비중 43% 2005"`,
    `sandan claim --metric national_export_share_pct --value 43 --period 2005`.
    A sentence that cannot be read whole is refused.
    """
    from pipeline.claims import ClaimError, Desk

    if bool(text) == bool(metric and value):
        raise _fail("say a claim: a text, or --metric and --value")
    try:
        desk = Desk(_settings())
        if text:
            if metric or value or period or unit or comparator != "approx":
                raise _fail("a text says metric, value, unit, period and comparator itself")
            said = desk.read(" ".join(text))
        else:
            said = desk.statement(metric or "", value or "", period, unit, comparator)
        found = desk.check(said, tolerance)
    except ClaimError as error:
        raise _fail(str(error)) from error
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    console = _console()
    names = found["metric_name"]
    comparator = found["comparator"]
    bound = "" if comparator == "approx" else comparator.replace("_", " ") + " "
    console.print(f"release  {found['release']}")
    console.print(
        f"claim    {names['en']} ({names['ko']}): {bound}{found['stated_value']:,.10g} "
        f"± {found['tolerance']:g} {found['unit']}, {found['period'] or 'no period named'}"
    )
    said_of = " (it names none)" if found["verdict"] == "depends_on_period" else ""
    console.print(f"verdict  [bold]{found['verdict']}[/]{said_of}")
    if found.get("reason"):
        console.print(f"         {_plain(found['reason'])}\n         {_plain(found['reason_ko'])}")
    for finding in found["findings"]:
        if finding["measured"] is None:
            console.print(f"  {finding['period']} {finding['definition']}: {finding['reason']}")
            continue
        console.print(
            f"  {finding['period']} {finding['definition']}: {finding['measured']:,.8g} "
            f"{found['unit']} ({finding['coverage']}) {finding['verdict']}"
            f"{'  SIMULATED' if finding['is_simulated'] else ''}\n"
            f"    {_plain(finding['source'] or '')}"
        )
        for cell in finding["cells"]:
            place = " ".join(p for p in (cell["sheet"], cell["cell"]) if p)
            console.print(
                f"    {cell['series']} {cell['period']} {cell['value']:,} {cell['unit']}  "
                f"{_plain(cell['file_name'])} {_plain(place)} sha256 {cell['sha256'][:12]}"
            )
    last = found["last_held"]
    if last:
        by = ", ".join(f"{f['definition']} {f['measured']:,.8g}" for f in last)
        console.print(f"held in  {', '.join(found['held_periods'])}")
        console.print(f"last     {last[0]['period']} ({by})")
    else:
        console.print("held in  no period with figures")


@app.command()
def trace(
    subject: Annotated[
        list[str],
        typer.Argument(help="COMPLEX MEASURE PERIOD, or a number as printed, such as 176.8조원."),
    ],
    release: Annotated[str, typer.Option("--release", help="A release's name.")] = "current",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Lead a figure back to its cell: file, hash, sheet, cell, and what stands there.

    Examples: `sandan trace 창원 production_krw_100m 2026-Q1`, `sandan trace total 생산액 2026-Q1`,
    `sandan trace 984,829`, `sandan trace "30.4 %"`.
    """
    from pipeline.trace import NotFound, Tracer, raw_path

    settings = _settings()
    try:
        tracer = Tracer(settings, release)
        found = tracer.trace(*subject) if len(subject) == 3 else tracer.number(" ".join(subject))
    except NotFound as error:
        raise _fail(str(error)) from error
    for cell in found["cells"]:
        cell["verified"] = tracer.verify(cell)
        path = raw_path(settings, cell["snapshot_id"])
        cell["raw"] = str(path.relative_to(settings.home)) if path else None
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    console = _console()
    console.print(f"release {found['release']}")
    for kpi in found.get("kpi", []):
        value = "–" if kpi["value"] is None else f"{kpi['value']:,.4f}"
        console.print(
            f"{kpi['kpi']} {kpi['industry_code']} = {value} {kpi['unit']} {kpi['reason'] or ''}"
        )
    for cell in found["cells"]:
        _print_cell(console, cell)
    for share in found.get("shares", []):
        console.print(
            f"\n[bold]{share['share_pct']:.4f} %[/] {share['metric']} {share['period']}, "
            f"{share['definition']} ({share['coverage']})\n"
            f"  = {share['numerator']:,.4f} {share['numerator_unit']} ({_plain(share['numerator_source'])})\n"
            f"  / {share['denominator']:,.4f} {share['denominator_unit']} ({_plain(share['denominator_source'])})"
            + (
                f"\n  its cells: sandan trace nation {share['denominator_series']} {share['period']}"
                if share.get("denominator_series")
                else ""
            )
        )
    for kpi in found.get("kpis", []):
        console.print(
            f"\n{kpi['value']:,.4f} {kpi['unit']}  {kpi['kpi']} of {kpi['complex_id']} "
            f"{kpi['industry_code']} {kpi['period']}: sandan trace {kpi['complex_id']} {kpi['kpi']} {kpi['period']}"
        )
    for figure in found.get("published_figures", []):
        console.print(
            f"\n{figure['value']:,} {figure['unit']}  {figure['series']} {figure['period']} "
            f"({figure['print']}): {_plain(figure['source'])}\n"
            f"  {_plain(figure['file_name'])} {figure['cell']} sha256 {figure['sha256']}"
        )


def _print_cell(console: Console, cell: dict[str, Any]) -> None:
    value = {"Q": "suppressed (X)", "M": "cannot exist", "O": "missing"}.get(
        cell["obs_status"], f"{cell['value'] if cell['value'] is not None else 0:,}"
    )
    parts = [p for p in (cell["industry_code"], cell["size_class"], cell["sex"]) if p != "_T"]
    check = {True: "the file says so", False: "THE FILE SAYS OTHERWISE", None: "bytes not here"}
    console.print(
        f"\n[bold]{value}[/] {cell['unit']}  {cell['complex_ko']} ({cell['complex_en']}) "
        f"{cell['measure']} {' '.join(parts)} {cell['period']}"
        f"{'  SIMULATED' if cell['is_simulated'] else ''}\n"
        f"  vintage {cell['vintage_no']}{' (latest)' if cell['is_latest'] else ''}, "
        f"{cell['relation']} column, published {cell['published_at']}\n"
        f"  file    {_plain(cell['file_name'])}\n"
        f"  sha256  {cell['sha256']}\n"
        f"  cell    {cell['sheet'] or '(CSV)'} › {cell['cell']} = {_plain(str(cell['value_raw']))} "
        f"{cell['unit_raw']}  [dim]({check[cell['verified']]})[/]\n"
        f"  bytes   {cell['raw'] or '–'}"
    )


sample_app = typer.Typer(no_args_is_help=True, help="The simulated publisher.")
app.add_typer(sample_app, name="sample")


@sample_app.command("write")
def sample_write(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 20260331,
) -> None:
    """Write a few years of simulated publications in the publisher's own formats."""
    from ingestion.sample import write_sample

    folder.mkdir(parents=True, exist_ok=True)
    written = write_sample(folder, seed=seed, registry_dir=_settings().seeds)
    _console().print(f"{len(written)} files (SIMULATED) in {_plain(os.fspath(folder))}")


@sample_app.command("serve")
def sample_serve(
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 0,
    host: Annotated[str, typer.Option(help="A loopback address; no other is taken.")] = "127.0.0.1",
    today: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The simulated day.")
    ] = datetime(2026, 5, 28),
    seed: Annotated[int, typer.Option(help="The same seed gives the same answers.")] = 20260331,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="NAME[:match][:times], such as http_500:kosis.kr:2; NAME::1 for once."),
    ] = None,
) -> None:
    """Answer on this machine as the publishers do: simulated files and interfaces, faults on request.

    The first line is the address; SANDAN_PUBLISHERS=address points every other command at it.
    Stops on Ctrl-C or SIGTERM.
    """
    import signal
    import threading

    from ingestion.sample.server import SampleServer

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        server = SampleServer(host=host, port=port, today=today.date(), seed=seed)
        for text in fault or []:
            server.faults.arm_text(text)
        server.start()
    except (ValueError, OSError) as error:
        raise _fail(str(error)) from error
    try:
        print(server.url, flush=True)
        for armed in server.faults.listing():
            print(f"fault {armed['name']} {armed['match']}".rstrip(), flush=True)
        stop.wait()
    finally:
        server.stop()


seasonal_app = typer.Typer(no_args_is_help=True, help="Seasonal adjustment.")
app.add_typer(seasonal_app, name="seasonal")


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
        _console().print(f"site  {address}  (Ctrl-C ends)")
        if open_browser:
            import webbrowser

            webbrowser.open(address)

    try:
        serve(_settings(), port, tell)
    except NoSite as error:
        raise _fail(str(error)) from error
    except OSError as error:
        raise _fail(f"port {port}: {error.strerror}; take another one with --port") from error


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
        raise _fail("there is no candidate yet: run `sandan build` first")
    try:
        for line in seasonal_step.propose_models(
            candidate,
            out or settings.project / "seasonal" / "models",
            holds_for=year,
            only=only,
            replace_models=replace_models,
            allow_simulated=out is not None,
        ):
            _console().print(_plain(line))
    except ValueError as error:
        raise _fail(str(error)) from error


from pipeline import release_cli  # noqa: E402  its commands belong to the same app
from pipeline.disclosure_cli import disclosure_app  # noqa: E402

release_cli.register(app)
app.add_typer(disclosure_app, name="disclosure")


if __name__ == "__main__":
    app()
