"""The ingestion step: which files and snapshots need reading, reading them side by side, and whether
there is something to build then. Airflow and the command line call the same functions.

The step may be repeated: it finds what is done already and says so. It may die: what it leaves is
taken up by the next run.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingestion.ingest import SIDECAR_SUFFIX, Ingestion, ingest_file, is_stale, reparse
from ingestion.outcomes import Outcome
from ingestion.snapshots import file_sha256
from pipeline import fetching
from pipeline.inbox import inbox_files, is_fetched, new_run_id
from pipeline.inputs import Inputs, collect_inputs, ingestion_room
from pipeline.settings import Settings, close_home


def prepare_inbox(settings: Settings, inbox: str | Path | None = None) -> Path:
    """The folder to read: the given one, SANDAN_INBOX, what was fetched, or the bundled sample.

    The sample comes from the sample publisher over HTTP, the way real publications come; it is
    fetched once into a home.

    Raises:
        FileNotFoundError: the folder is not there.
    """
    chosen = Path(inbox).expanduser().resolve() if inbox else settings.inbox
    if chosen is not None:
        if not chosen.is_dir():
            raise FileNotFoundError(f"inbox {chosen} is not a folder")
        return chosen
    if settings.drops.is_dir():
        return settings.drops
    folder = settings.home / "sample"
    if not sample_is_complete(settings):
        from ingestion.sample.server import SampleServer

        with SampleServer() as server:
            sample = replace(settings, publishers=server.url, today=server.publishers.today)
            results = fetching.fetch(sample, run_id=new_run_id())
        finish_sample(settings, results)
    return folder


def sample_is_complete(settings: Settings) -> bool:
    """Whether the sample has been fetched into this home."""
    return (settings.home / "sample" / ".complete").exists()


def finish_sample(settings: Settings, results: list[dict[str, Any]]) -> None:
    """Remember that the sample has been fetched, where all of it came."""
    if all(result["status"] in ("fetched", "no_data") for result in results):
        (settings.home / "sample" / ".complete").touch()


def inboxes(settings: Settings, inbox: str | Path | None = None) -> list[Path]:
    """The folders to read: the inbox, and what was fetched.

    Raises:
        FileNotFoundError: the inbox is not there.
    """
    chosen = prepare_inbox(settings, inbox)
    return [chosen, *({settings.drops} - {chosen} if settings.drops.is_dir() else ())]


def discover(settings: Settings, inbox: str | None = None) -> list[dict[str, Any]]:
    """What needs reading: new files of the inbox, and snapshots that would be read differently
    since contract, registry or parser changed.

    Files that are known already get their outcome row (`unchanged`) here and are not listed, unless
    the publisher offers them under a wrong period or they can be read only now. Each item is {"run_id", "name", "paths"},
    {"run_id", "name", "snapshot_id"} or, where there is nothing left to do, {"run_id", "name",
    "outcome"}; several paths are files of the same bytes, which belong into one pair of hands.
    """
    close_home(settings)
    room = ingestion_room(settings)
    run_id = new_run_id()
    known = room.store.by_sha256()
    items: list[dict[str, Any]] = []
    new: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    found = [path for folder in inboxes(settings, inbox) for path in inbox_files(folder)]
    # Of two that came within one second the later holds, wherever it had to lie.
    files = sorted(found, key=lambda path: (path.stat().st_mtime_ns, path))
    for path in [*files, *settings.bundled]:
        sha256 = file_sha256(path)
        if sha256 in known:
            outcome = ingest_file(room, path, run_id=run_id)
            _tidy_up(settings, room, path, outcome)
            # (read again, it has landed only now)
            if outcome.status in ("fault", "landed"):
                items.append({"run_id": run_id, "name": path.name, "outcome": outcome.as_dict()})
            seen.add(sha256)
        elif sha256 in new:
            new[sha256]["paths"].append(str(path))
        else:
            new[sha256] = {"run_id": run_id, "name": path.name, "paths": [str(path)]}
            items.append(new[sha256])
    for snapshot in known.values():
        if snapshot.sha256 not in seen and is_stale(room, snapshot):
            items.append(
                {
                    "run_id": run_id,
                    "name": snapshot.file_name,
                    "snapshot_id": snapshot.snapshot_id,
                }
            )
    return items


def ingest_one(
    settings: Settings, item: dict[str, Any], room: Ingestion | None = None
) -> list[dict[str, Any]]:
    """Take in one item of `discover`; returns the outcome of each of its files.

    Never raises for what is wrong with a file. A room that is given serves many items.
    """
    if "outcome" in item:
        return [item["outcome"]]
    room = room or ingestion_room(settings)
    if "paths" in item:
        outcomes = []
        for path in map(Path, item["paths"]):
            told = ingest_file(room, path, run_id=item["run_id"])
            outcomes.append(told.as_dict())
            _tidy_up(settings, room, path, told)
        return outcomes
    snapshot = next(s for s in room.store if s.snapshot_id == item["snapshot_id"])
    outcome = reparse(room, snapshot, run_id=item["run_id"])
    return [] if outcome is None else [outcome.as_dict()]


def _tidy_up(settings: Settings, room: Ingestion, path: Path, outcome: Outcome) -> None:
    """Remove what was fetched once its bytes are in `raw/`: they may name persons, and nothing needs
    to be looked at again. What people dropped stays: it has no sidecar that names an address.

    Of the simulated files, which a person may want to look at, only those that name persons go.
    """
    sidecar = path.with_name(path.name + SIDECAR_SUFFIX)
    if not sidecar.exists():
        return
    home, sample = settings.home / "inbox", settings.home / "sample"
    if sample in path.parents:
        contract = room.contracts.by_dataset.get(outcome.dataset or "")
        if contract is None or not contract.names_persons:
            return
    elif home not in path.parents:
        return
    if is_fetched(path):
        path.unlink(missing_ok=True)
        sidecar.unlink(missing_ok=True)
        # A folder below was made for a name that was taken.
        if path.parent not in {home, sample}:
            with suppress(OSError):
                path.parent.rmdir()


def ingest(
    settings: Settings,
    inbox: str | Path | None = None,
    *,
    on_outcome: Callable[[dict[str, Any]], None] | None = None,
) -> list[dict[str, Any]]:
    """Take in everything that is new, side by side where it is much; returns the outcome of each,
    in the order of the files."""
    items = discover(settings, str(inbox) if inbox else None)
    outcomes = []
    for found in ingest_items(settings, items):
        for outcome in found:
            outcomes.append(outcome)
            if on_outcome:
                on_outcome(outcome)
    return outcomes


#: From so many files of more than a few lines on, starting a second process costs less than it saves.
_WORTH_A_PROCESS, _FEW_LINES_BYTES = 24, 16 * 1024
#: Files that one pair of hands takes in: a process or a task costs more to start than a file to read.
BATCH = 8


def batches(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of `discover` in portions: {"name": "first file … (+7)", "items": […]}."""
    return [
        {
            "name": items[i]["name"]
            + (f" (+{min(BATCH, len(items) - i) - 1})" if BATCH > 1 else ""),
            "items": items[i : i + BATCH],
        }
        for i in range(0, len(items), BATCH)
    ]


def ingest_batch(settings: Settings, batch: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Take in one portion of `batches`; returns the outcomes item by item."""
    room = ingestion_room(settings)
    return [ingest_one(settings, item, room) for item in batch["items"]]


def ingest_items(settings: Settings, items: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Take in items of `discover`, side by side where they are many; yields the outcomes of each."""
    workers = min(os.cpu_count() or 1, 8)
    large = sum(
        "snapshot_id" in item or Path(item["paths"][0]).stat().st_size > _FEW_LINES_BYTES
        for item in items
        if "outcome" not in item
    )
    if large < _WORTH_A_PROCESS or workers == 1:
        yield from ingest_batch(settings, {"items": items})
        return
    portions = batches(items)
    # Started anew, not forked: the caller may have threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for results in pool.map(ingest_batch, [settings] * len(portions), portions):
            yield from results


def finish_ingest(settings: Settings, outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """Sum up an ingestion: is there something to build that readers do not have yet?

    `has_new` is decided by the inputs and the code, not by the outcomes, so that work which a
    crash interrupted is taken up again.
    """
    from pipeline.publishing import waiting_for

    inputs = collect_inputs(settings)
    is_new = inputs is not None and not is_published(settings, inputs)
    waiting = waiting_for(settings, inputs.build_id) if inputs and is_new else None
    counts = {
        status: sum(o.get("status") == status for o in outcomes)
        for status in ("landed", "quarantined", "unchanged", "fault")
    }
    return {
        **counts,
        "has_new": is_new and waiting is None,
        # sealed and waiting for its sign-off or time, or taken back by a person
        "waiting": waiting,
        "partition": inputs.period if inputs else None,
        "build_id": inputs.build_id if inputs else None,
        "is_simulated": bool(inputs and inputs.is_simulated),
        "left_out": inputs.left_out if inputs else [],
        "messages": [
            *(o["message"] for o in outcomes if o.get("status") != "landed"),
            *([f"{waiting['message']} / {waiting['message_ko']}"] if waiting else []),
        ],
    }


def is_published(settings: Settings, inputs: Inputs) -> bool:
    """Whether readers see a release of exactly these inputs, made by this code."""
    from publication.releases import current_release

    release = current_release(settings.releases)
    return release is not None and release["build_id"] == inputs.build_id
