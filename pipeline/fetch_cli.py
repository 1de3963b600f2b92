"""The commands about publishers: fetch what is new, and the simulated publisher of the sample."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from pipeline.settings import Settings
from pipeline.terminal import FAILED, fail, new_console, plain

if TYPE_CHECKING:
    from ingestion.periods import Period

sample_app = typer.Typer(no_args_is_help=True, help="The simulated publisher.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(fetch)
    app.add_typer(sample_app, name="sample")


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
        results = fetch_told(Settings.from_env(), new_console(), datasets, period)
    except (KeyError, ValueError) as error:
        raise fail(str(error.args[0])) from error
    if any(result["status"] not in ("fetched", "no_data") for result in results):
        raise typer.Exit(FAILED)


def fetch_told(
    settings: Settings,
    console: Console,
    datasets: list[str] | None = None,
    since: Period | None = None,
) -> list[dict[str, Any]]:
    """Fetch, and print every result as it comes."""
    from pipeline import fetching
    from pipeline.inbox import new_run_id

    def tell(result: dict[str, Any]) -> None:
        console.print(f"{result['status']:13s} {result['dataset']}: {plain(result['message'])}")

    return fetching.fetch(settings, datasets, run_id=new_run_id(), since=since, tell=tell)


@sample_app.command("write")
def sample_write(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 20260331,
) -> None:
    """Write a few years of simulated publications in the publisher's own formats."""
    from ingestion.sample import write_sample

    folder.mkdir(parents=True, exist_ok=True)
    written = write_sample(folder, seed=seed, registry_dir=Settings.from_env().seeds)
    new_console().print(f"{len(written)} files (SIMULATED) in {plain(os.fspath(folder))}")


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
        raise fail(str(error)) from error
    try:
        print(server.url, flush=True)
        for armed in server.faults.listing():
            print(f"fault {armed['name']} {armed['match']}".rstrip(), flush=True)
        stop.wait()
    finally:
        server.stop()
