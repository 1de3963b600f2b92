"""The commands that only look: what was published as of a day, claims, cells behind figures, what is late,
what there is."""

from __future__ import annotations

import csv
import json
import os
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pipeline.settings import Settings
from pipeline.terminal import STOPPED, fail, new_console, plain


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (asof, status, freshness, claim, trace):
        app.command()(command)


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
    from pipeline.build_step import BuildFailed

    if form not in ("table", "csv", "json"):
        raise fail(f"--format {form}: there are table, csv and json")
    try:
        shown = past.read_as_of(
            Settings.from_env(),
            past.parse_day(day),
            mart,
            known_by=past.parse_day(known_by) if known_by is not None else None,
            limit=limit or (40 if form == "table" else None),
        )
    except (past.AsOfError, BuildFailed) as error:
        raise fail(str(error)) from error
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(shown.columns)
        writer.writerows(shown.rows)
        return
    if form == "json":
        records = [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    console = new_console()
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


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what is there: releases, the newest outcomes, what waits in quarantine."""
    from pipeline.summary import status_of

    found = status_of(Settings.from_env())
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        return
    console = new_console()
    console.print(f"home     {plain(found['home'])}")
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
        console.print(f"[red]quarantine[/] {plain(entry['line'])}")


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

    settings = Settings.from_env()
    try:
        rows, page = write_freshness(settings, date.fromisoformat(today) if today else None)
    except ValueError as error:
        raise fail(str(error)) from error
    if as_json:
        sys.stdout.write((settings.home / "freshness/freshness.json").read_text(encoding="utf-8"))
    else:
        console = new_console()
        for row in rows:
            late = f", late by {row.days_late} days" if row.days_late else ""
            console.print(
                f"{row.status:10s} {row.dataset:52s} expected {row.expected_period or '–':10s} "
                f"seen {row.seen_period or '–'}{late}"
            )
        console.print(plain(os.fspath(page)))
    if any(row.status == "late" for row in rows):
        raise typer.Exit(STOPPED)


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
    complex_name: Annotated[
        str | None,
        typer.Option("--complex", help="Of a metric about one complex: 구미, 구미국가산단, Gumi."),
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

    Examples: `sandan claim "산업단지 수출 비중 43% 2005"`, `sandan claim "구미국가산단의 2026년 1분기 수출은 44.6억달러"`,
    `sandan claim --metric national_export_share_pct --value 43 --period 2005`.
    A sentence that cannot be read whole is refused.
    """
    from pipeline.claims import ClaimError, Desk

    if bool(text) == bool(metric and value):
        raise fail("say a claim: a text, or --metric and --value")
    try:
        desk = Desk(Settings.from_env())
        if text:
            if metric or value or period or unit or complex_name or comparator != "approx":
                raise fail("a text says metric, value, unit, period, complex and comparator itself")
            said = desk.read(" ".join(text))
        else:
            said = desk.statement(metric or "", value or "", period, unit, comparator, complex_name)
        found = desk.check(said, tolerance)
    except ClaimError as error:
        raise fail(str(error)) from error
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    console = new_console()
    names = found["metric_name"]
    comparator = found["comparator"]
    bound = "" if comparator == "approx" else comparator.replace("_", " ") + " "
    console.print(f"release  {found['release']}")
    console.print(
        f"claim    {_of_complex(found)}{names['en']} ({names['ko']}): {bound}{found['stated_value']:,.10g} "
        f"± {found['tolerance']:g} {found['unit']}, {found['period'] or 'no period named'}"
    )
    said_of = " (it names none)" if found["verdict"] == "depends_on_period" else ""
    console.print(f"verdict  [bold]{found['verdict']}[/]{said_of}")
    if found.get("reason"):
        console.print(f"         {plain(found['reason'])}\n         {plain(found['reason_ko'])}")
    for finding in found["findings"]:
        if finding["measured"] is None:
            reasons = dict.fromkeys((finding["reason"], finding["reason_ko"]))
            told = "\n    ".join(plain(reason) for reason in reasons if reason)
            console.print(f"  {finding['period']} {finding['definition']}: {told}")
            continue
        console.print(
            f"  {finding['period']} {finding['definition']}: {finding['measured']:,.8g} "
            f"{found['unit']} ({finding['coverage']}) {finding['verdict']}"
            f"{'  SIMULATED' if finding['is_simulated'] else ''}\n"
            f"    {plain(finding['source'] or '')}"
            + (f"\n    breaks: {finding['break_ids']}" if finding["break_ids"] else "")
        )
        for cell in finding["cells"]:
            place = " ".join(p for p in (cell["sheet"], cell["cell"]) if p)
            console.print(
                f"    {cell['series']} {cell['period']} {cell['value']:,} {cell['unit']}  "
                f"{plain(cell['file_name'])} {plain(place)} sha256 {cell['sha256'][:12]}"
            )
    last = found["last_held"]
    if last:
        by = ", ".join(f"{f['definition']} {f['measured']:,.8g}" for f in last)
        console.print(f"held in  {', '.join(found['held_periods'])}")
        console.print(f"last     {last[0]['period']} ({by})")
    else:
        console.print("held in  no period with figures")


def _of_complex(found: dict[str, Any]) -> str:
    name = found["complex_name"]
    return f"{name['en']} ({name['ko']}): " if name else ""


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

    settings = Settings.from_env()
    try:
        tracer = Tracer(settings, release)
        found = tracer.trace(*subject) if len(subject) == 3 else tracer.number(" ".join(subject))
    except NotFound as error:
        raise fail(str(error)) from error
    for cell in found["cells"]:
        cell["verified"] = tracer.verify(cell)
        path = raw_path(settings, cell["snapshot_id"])
        cell["raw"] = str(path.relative_to(settings.home)) if path else None
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    console = new_console()
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
            f"  = {share['numerator']:,.4f} {share['numerator_unit']} ({plain(share['numerator_source'])})\n"
            f"  / {share['denominator']:,.4f} {share['denominator_unit']} ({plain(share['denominator_source'])})"
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
            f"({figure['print']}): {plain(figure['source'])}\n"
            f"  {plain(figure['file_name'])} {figure['cell']} sha256 {figure['sha256']}"
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
        f"  file    {plain(cell['file_name'])}\n"
        f"  sha256  {cell['sha256']}\n"
        f"  cell    {cell['sheet'] or '(CSV)'} › {cell['cell']} = {plain(str(cell['value_raw']))} "
        f"{cell['unit_raw']}  [dim]({check[cell['verified']]})[/]\n"
        f"  bytes   {cell['raw'] or '–'}"
    )
