"""The steps from an inbox to a release, as plain functions. Airflow and the command line call
the same ones.

Every step may be repeated: it finds what is done already and says so. Every step may die: what
it leaves is either whole or replaced by the next run.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import json
import multiprocessing
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from filelock import FileLock

from ingestion.contract import load_contracts
from ingestion.ingest import SIDECAR_SUFFIX, Ingestion, ingest_file, is_stale, reparse
from ingestion.landing import write_empty
from ingestion.outcomes import Outcome
from pipeline.dbt_process import Dbt
from pipeline.inputs import Inputs, collect_inputs, ingestion_room
from pipeline.settings import Settings, close_home

SEOUL = ZoneInfo("Asia/Seoul")
SUCCESS = "SUCCESS"


class NothingToBuild(Exception):
    """No publication has landed, so there is nothing to build."""


class BuildFailed(Exception):
    """dbt did not build the candidate; the message names the models and their errors."""


def new_run_id() -> str:
    """A name for a run that sorts by time: `20260527T001500Z-1a2b3c`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"


# -- ingest ---------------------------------------------------------------------------------


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
        from pipeline import fetching

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


def inbox_files(inbox: Path) -> list[Path]:
    """The files of an inbox; no sidecars, no leftovers of a download."""
    return [
        path
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
        and not any(part.startswith((".", "~$")) for part in path.relative_to(inbox).parts)
        and not path.name.endswith((SIDECAR_SUFFIX, ".part", ".crdownload", ".tmp"))
    ]


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
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
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
        if path.parent not in (
            home,
            sample,
        ):  # of a name that was taken: the folder was made for it
            with suppress(OSError):
                path.parent.rmdir()


def is_fetched(path: Path) -> bool:
    """Whether a file of an inbox was fetched, not dropped by a person: its sidecar names an address."""
    try:
        known = json.loads(path.with_name(path.name + SIDECAR_SUFFIX).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return isinstance(known, dict) and bool(known.get("url"))


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


# -- build ----------------------------------------------------------------------------------


def start_dbt(settings: Settings) -> Dbt:
    """A dbt process for the next build in a home, which reads the project while others work."""
    landed = {
        **{kind: [f"{_WORK}/landed/{kind}/*.parquet"] for kind in LANDED_KINDS},
        "snapshots": f"{_WORK}/inputs.lock.json",
    }
    return Dbt(settings, Path(_WORK, "candidate.duckdb"), {"landed_files": landed})


def build(
    settings: Settings,
    as_of: date | None = None,
    *,
    known_by: date | None = None,
    dbt: Dbt | None = None,
    after: Sequence[Path] | None = None,
) -> dict[str, Any]:
    """Build the candidate of what has landed: dbt on a throw-away DuckDB file. With `as_of` and
    `known_by`, as of a day (`collect_inputs`); with `dbt`, in a process that was started before.

    `after` are the folders of the releases that readers had before, oldest first; by default those up
    to the current one. What they published cannot be hidden any more.

    Raises:
        NothingToBuild: no publication has landed.
        BuildFailed: dbt failed; nothing is left but its logs.
    """
    close_home(settings)
    inputs = collect_inputs(settings, as_of, known_by)
    if inputs is None:
        raise NothingToBuild(_nothing(settings, as_of, known_by))
    folder = settings.builds / inputs.build_id
    result = {
        "build_id": inputs.build_id,
        "period": inputs.period,
        "candidate": str(folder / "candidate.duckdb"),
    }
    settings.builds.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.builds / ".lock"):
        if (folder / SUCCESS).exists() and (folder / "candidate.duckdb").exists():
            return {**result, "status": "unchanged"}
        # Renamed when it is whole.
        work = settings.builds / _WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        lock = json.dumps(inputs.as_lock(), ensure_ascii=False, indent=1) + "\n"
        (work / "inputs.lock.json").write_text(lock, encoding="utf-8")
        link_inputs(settings, inputs, work / "landed")
        with dbt or start_dbt(settings) as process:
            failed = process.build(work / "logs")
            if failed is not None:
                raise BuildFailed(f"dbt failed: {failed}")
            shutil.copyfile(process.manifest, work / "manifest.json")
        shutil.rmtree(work / "landed")
        _add_seasonal(settings, work)
        _protect(settings, work, after)
        (work / SUCCESS).touch()
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    return {**result, "status": "built"}


def _nothing(settings: Settings, as_of: date | None, known_by: date | None) -> str:
    """Why there is nothing to build."""
    room = ingestion_room(settings)
    stale = sum(is_stale(room, s) for s in room.store if s.dataset in room.contracts.by_dataset)
    if stale:
        return (
            f"{stale} snapshots were read by an older version and not since: nothing to build. "
            "`sandan ingest` reads them again"
        )
    if as_of is None:
        return "no publication has landed: nothing to build"
    loaded = f" and loaded by {known_by}" if known_by else ""
    return f"no publication had been published by {as_of}{loaded}: nothing to build"


def link_inputs(settings: Settings, inputs: Inputs, chosen: Path) -> None:
    """Give what a build reads names of their own: `<kind>/*.parquet`."""
    contracts = load_contracts()
    for contract in contracts.by_dataset.values():
        # No list of inputs is ever empty: a dataset without snapshots has a file without rows.
        empty = write_empty(settings.home / "landed", contract.dataset, contract.landed)
        _link(empty, chosen / contract.landed / f"{contract.dataset}.parquet")
    for number, snapshot in enumerate(inputs.snapshots):
        kind = contracts[snapshot["dataset"]].landed
        _link(settings.home / snapshot["landed"], chosen / kind / f"{number:06d}.parquet")
        notes = settings.home / survey_notes_path(snapshot)
        if notes.exists():
            _link(notes, chosen / "survey_notes" / f"{number:06d}.parquet")
    empty = write_empty(settings.home / "landed", "survey_notes", "survey_notes")
    _link(empty, chosen / "survey_notes" / "schema.parquet")


def _add_seasonal(settings: Settings, work: Path) -> None:
    """The seasonally adjusted series, beside what dbt built.

    Raises:
        BuildFailed: a frozen model cannot be read, or X-13ARIMA-SEATS cannot be started.
    """
    from pipeline.seasonal_step import add_seasonal
    from seasonal import ModelError

    try:
        add_seasonal(work / "candidate.duckdb", settings.project / "seasonal" / "models")
    except (ModelError, ValueError, OSError) as error:
        raise BuildFailed(f"seasonal adjustment: {error}") from error


#: Built under a name that is always the same, so that dbt finds the project it has read unchanged.
_WORK = ".work"


def _protect(settings: Settings, work: Path, after: Sequence[Path] | None) -> None:
    """Disclosure control of what is computed from unit data, against what readers have already.

    Raises:
        BuildFailed: a rule of a contract cannot be used, or sums differ.
    """
    from pipeline import release_home
    from pipeline.disclosure_step import protect_candidate, room_fingerprint

    try:
        protect_candidate(
            work / "candidate.duckdb",
            load_contracts(),
            cache=settings.home / "cache" / "disclosure",
            code=room_fingerprint(settings.project),
            released=release_home.readable(settings) if after is None else after,
        )
    except ValueError as error:
        raise BuildFailed(f"disclosure control: {error}") from error


def protect_anew(settings: Settings, folder: Path) -> bool:
    """Hold a build against the releases that came out since it was protected, where there are any;
    returns whether that was done.

    Raises:
        BuildFailed: as for `build`.
    """
    from pipeline import release_home
    from pipeline.disclosure_step import is_held_against

    with FileLock(settings.builds / ".lock"):
        if is_held_against(folder, release_home.readable(settings)):
            return False
        # What was judged, and made into marts to ask as of a day, is another table than what comes now.
        (folder / "verdict.json").unlink(missing_ok=True)
        shutil.rmtree(folder / "marts", ignore_errors=True)
        _protect(settings, folder, None)
    return True


#: What files land as: a folder and a schema each.
LANDED_KINDS = (
    "observations",
    "complex_status",
    "published_figures",
    "claims",
    "national_series",
    "factories",
    "knowledge_centres",
    "survey_notes",
)


def survey_notes_path(snapshot: Mapping[str, Any]) -> str:
    """Where the survey notes of a snapshot have landed, if it has any (below the home)."""
    dataset = str(snapshot["dataset"])
    return str(snapshot["landed"]).replace(f"{dataset}/", f"{dataset}_notes/", 1)


def _link(source: Path, target: Path) -> None:
    """Give a landed file a second name; landed files are replaced, never changed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


# -- gate -----------------------------------------------------------------------------------


def gate(settings: Settings, build_id: str) -> dict[str, Any]:
    """Judge a candidate, also against the release that readers see; write verdict.json and the quality
    report beside it. Where releases came out since it was built, it is protected anew first.

    Raises:
        BuildFailed: it is no complete build.
        ValueError: a suite or an accepted exception is not valid; there is no verdict then.
    """
    from expectations.gate import run_gate, write_verdict
    from pipeline.publishing import judged_against
    from pipeline.release_home import mart_order
    from publication.quality import read_facts, render_quality_report
    from publication.releases import ReleaseLog, punctuality

    folder = settings.builds / build_id
    if not (folder / SUCCESS).exists():
        raise BuildFailed(f"{build_id} is not a complete build")
    lock = json.loads((folder / "inputs.lock.json").read_text(encoding="utf-8"))
    protect_anew(settings, folder)
    write_freshness_profile(settings, lock, folder / "freshness.json")
    last = judged_against(settings, lock)
    verdict = run_gate(
        candidate=folder / "candidate.duckdb",
        build_id=build_id,
        period=lock["period"],
        is_simulated=lock["is_simulated"],
        today=datetime.now(SEOUL).date(),
        last_release=settings.releases / last if last else None,
        keys=mart_order(folder / "manifest.json"),
    )
    write_verdict(verdict, folder / "verdict.json")
    # Announced against actual time of the releases so far.
    past = punctuality(ReleaseLog(settings.home / "release_log.jsonl"))
    facts = read_facts(folder, lock, survey_notes(settings, lock), past)
    render_quality_report(verdict, facts, lock, folder / "quality_report.html")
    return _told(verdict, folder)


def _told(verdict: dict[str, Any], folder: Path) -> dict[str, Any]:
    from expectations.gate import first_failed, summary

    first = first_failed(verdict)
    return {
        "build_id": verdict["build_id"],
        "verdict": verdict["verdict"],
        "counts": verdict["counts"],
        "is_simulated": verdict["is_simulated"],
        "owner": first["owner"] if first else None,
        "summary": summary(verdict),
        "summary_ko": summary(verdict, "ko"),
        "report": str(folder / "quality_report.html"),
    }


def write_freshness_profile(settings: Settings, lock: dict[str, Any], path: Path) -> None:
    """What was late when the newest publication of a build came out: a profile for the gate.

    The day is that of the newest publication in the lock, so that a build judged again tells the same.
    """
    from dataclasses import asdict

    from pipeline.freshness import freshness

    days = [
        str(s["published_at"])[:10]
        for s in lock["snapshots"]
        if s["dataset"] == "kicox__industrial_trend" and s["published_at_basis"] != "first_seen"
    ]
    rows = freshness(settings, date.fromisoformat(max(days))) if days else []
    text = json.dumps([asdict(r) for r in rows], ensure_ascii=False, indent=1, default=str)
    path.write_text(text + "\n", encoding="utf-8")


def refresh_row_counts(settings: Settings, build_id: str) -> dict[str, Any]:
    """Count the closed partitions of a build anew into `expectations/row_counts.csv`.

    Returns {"path", "changed", "counted"}.

    Raises:
        BuildFailed: it is no complete build.
    """
    from expectations.row_counts import ROW_COUNTS, refresh

    folder = settings.builds / build_id
    if not (folder / SUCCESS).exists():
        raise BuildFailed(f"{build_id} is not a complete build")
    lock = json.loads((folder / "inputs.lock.json").read_text(encoding="utf-8"))
    changed, counted = refresh(
        folder / "candidate.duckdb",
        lock["period"],
        is_simulated=lock["is_simulated"],
        path=ROW_COUNTS,
    )
    return {"path": str(ROW_COUNTS), "changed": changed, "counted": counted}


def survey_notes(settings: Settings, lock: dict[str, Any]) -> Path | None:
    """The landed survey notes of the newest workbook of a build, if it came as one."""
    newest = [s for s in lock["snapshots"] if s["dataset"] == "kicox__industrial_trend"]
    if not newest:
        return None
    last = max(newest, key=lambda s: (s["period"], s["published_at"], s["loaded_at"]))
    return settings.home / survey_notes_path(last)


def _import_gate() -> None:
    # A fifth of the import would go into looking for garbage among what stays.
    gc.disable()
    try:
        for module in ("great_expectations.expectations", "expectations.gate"):
            importlib.import_module(module)
    finally:
        gc.freeze()
        gc.enable()


class GateProcess:
    """The gate in a process of its own, which imports Great Expectations while dbt builds."""

    def __init__(self) -> None:
        import multiprocessing

        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self._pool.submit(_import_gate)

    def __enter__(self) -> GateProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def gate(self, settings: Settings, build_id: str) -> dict[str, Any]:
        """As `gate`, in the other process."""
        return self._pool.submit(gate, settings, build_id).result()


def standing_verdict(settings: Settings, build_id: str) -> dict[str, Any] | None:
    """The verdict given on a build before, or None; also where it was given by other rules (suites,
    accepted exceptions, row counts) than stand today, or stopped the build against another release
    than readers see now (what was passed is looked at where it is published)."""
    from expectations.gate import rules_fingerprint
    from pipeline.publishing import judged_against

    path = settings.builds / build_id / "verdict.json"
    if not path.exists():
        return None
    verdict = json.loads(path.read_text(encoding="utf-8"))
    if verdict.get("rules") != rules_fingerprint():
        return None
    if verdict["verdict"] == "stop":
        lock = json.loads((path.parent / "inputs.lock.json").read_text(encoding="utf-8"))
        now = judged_against(settings, lock)
        if verdict.get("last_release", now) != now:
            return None
    return _told(verdict, path.parent)


# -- the whole way --------------------------------------------------------------------------


def run(
    settings: Settings,
    inbox: str | Path | None = None,
    *,
    tell: Callable[[str, dict[str, Any]], None] = lambda step, result: None,
) -> dict[str, Any]:
    """From the inbox to the release, without Airflow.

    Returns {"status": "published" | "waiting" | "unchanged" | "stopped" | "empty", …}; what waits for
    its sign-off or time is published as soon as it may be. `tell` hears of every step as it ends.

    Raises:
        BuildFailed: dbt failed.
        PublishError: the release cannot be made as it is.
    """
    with ExitStack() as helpers:
        return _run(settings, prepare_inbox(settings, inbox), tell, helpers)


def _run(
    settings: Settings,
    folder: Path,
    tell: Callable[[str, dict[str, Any]], None],
    helpers: ExitStack,
) -> dict[str, Any]:
    from pipeline import publishing

    items = discover(settings, str(folder))
    # While files are read, dbt reads its project; while dbt builds, the gate is imported.
    is_work = any("outcome" not in item for item in items)
    dbt = helpers.enter_context(start_dbt(settings)) if is_work else None
    outcomes = []
    for found in ingest_items(settings, items):
        for outcome in found:
            outcomes.append(outcome)
            tell("outcome", outcome)
    state = finish_ingest(settings, outcomes)
    tell("ingest", state)
    base = {"ingest": state, "inbox": str(folder)}
    if state["build_id"] is None:
        return {**base, "status": "empty"}
    if not state["has_new"]:
        waiting = state["waiting"]
        if waiting is not None and waiting["status"] == "sealed":
            return _published(base, None, publishing.switch(settings, waiting), tell)
        return {**base, "status": "unchanged"}
    verdict = standing_verdict(settings, state["build_id"])
    if verdict is None or verdict["verdict"] != "stop":
        with GateProcess() as process:
            built = build(settings, dbt=dbt)
            tell("build", built)
            verdict = process.gate(settings, built["build_id"])
    tell("gate", verdict)
    if verdict["verdict"] == "stop":
        return {**base, "status": "stopped", "gate": verdict}
    staged = publishing.render(settings, publishing.assemble(settings, state["build_id"]))
    tell("assemble", staged)
    switched = publishing.switch(settings, publishing.seal(settings, staged))
    return _published(base, verdict, switched, tell)


def _published(
    base: dict[str, Any],
    verdict: dict[str, Any] | None,
    switched: dict[str, Any],
    tell: Callable[[str, dict[str, Any]], None],
) -> dict[str, Any]:
    tell("publish", switched)
    is_out = switched["status"] in ("published", "unchanged")
    return {
        **base,
        "status": "published" if is_out else "waiting",
        "gate": verdict,
        "release": switched,
    }


def try_lock(settings: Settings) -> FileLock:
    """The lock of a whole run in one home.

    Raises:
        filelock.Timeout: another run holds it.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / ".run.lock")
    lock.acquire(timeout=0)
    return lock
