"""Fetching: each contract's ways to its publisher, from the interface into the inbox.

A dataset is fetched in the ways its contract names, in their order, until one gives something.
What comes is dropped into the inbox as a person would: a file as the publisher named it, or the
answers of one period in a bundle (`ingestion/answers.py`). From there on it is like any other
file. What was fetched and landed before is not asked for again, except where the publisher is
known to revise it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from ingestion.fetch.client import Fetcher, status_of
from ingestion.fetch.errors import FetchError, NoData, PersonNeeded
from ingestion.fetch.quota import Now, now_utc
from ingestion.ingest import in_quarantine
from ingestion.periods import Period
from ingestion.problems import RejectedFile
from ingestion.recognise import recognise
from ingestion.snapshots import Snapshot, file_sha256
from ingestion.sniff import read_content
from pipeline.editions import Editions
from pipeline.inbox import inbox_files, is_fetched, new_run_id
from pipeline.inputs import ingestion_room
from pipeline.settings import Settings, close_home
from pipeline.ways import WAYS, Errand

#: Pages of an unfinished edition are kept so long (the longest `keep_days` of a source).
_KEPT_DAYS = 7


def fetch(
    settings: Settings,
    datasets: list[str] | None = None,
    *,
    run_id: str,
    since: Period | None = None,
    transport: Any = None,
    now: Now = now_utc,
    tell: Callable[[dict[str, Any]], None] = lambda result: None,
) -> list[dict[str, Any]]:
    """Fetch what is new of the datasets, for the next ingestion.

    Args:
        settings: files go into its `drops`; `publishers` may name a sample publisher on this machine.
        datasets: which; default: every contract that says how it is fetched.
        run_id: the run whose outcome file gets a row for every request.
        since: fetch every edition from this period on, known or not.
        transport: an httpx transport, for tests; now: the clock, for tests.
        tell: hears of every result as it comes.

    Returns one result a dataset: {"dataset", "status": "fetched" | "no_data" | "person_needed" |
    "stopped" | "failed", "files", "message", "message_ko", "awaited" (editions that a person was asked
    for), "awaited_since" (the first of them, UTC)}. What fails does not keep the others back. `stopped` is for want of a key or of calls left today: the next run goes on from there.

    Raises:
        KeyError: a dataset that no contract names, or that says nothing on how it is fetched.
    """
    room = ingestion_room(settings)
    offered = {d: c for d, c in room.contracts.by_dataset.items() if c.source.fetch}
    unknown = set(datasets or []) - offered.keys()
    if unknown:
        raise KeyError(f"{', '.join(sorted(unknown))}: fetched are {', '.join(sorted(offered))}")
    close_home(settings)
    settings.drops.mkdir(parents=True, exist_ok=True)
    landed: dict[str, list[Snapshot]] = {}
    for snapshot in room.store:
        # What is simulated says nothing about what the publisher has, and the other way round. What
        # is in quarantine is asked for again: the publisher may have mended it.
        if snapshot.is_simulated == (settings.publishers is not None) and not in_quarantine(
            settings.home, snapshot.sha256
        ):
            landed.setdefault(snapshot.dataset, []).append(snapshot)
    # Every file of the inboxes is read for it: once a run.
    brought = cache(partial(dropped, settings))
    results: list[dict[str, Any]] = []
    with Fetcher(
        settings.home,
        run_id,
        # A real key is never sent to the sample publisher.
        keys=None if settings.publishers else settings.keys,
        inbox=settings.inbox or settings.drops,
        publishers=settings.publishers,
        transport=transport,
        now=now,
    ) as fetcher:
        today = settings.today or fetcher.meter.today()
        for dataset in datasets or sorted(offered):
            here = tuple(landed.get(dataset, ()))
            errand = Errand(
                fetcher,
                offered[dataset],
                room,
                settings.drops,
                {snapshot.period for snapshot in here},
                today,
                since,
                here,
                brought,
            )
            results.append(_fetch_one(errand))
            tell(results[-1])
        fetcher.clear(before=fetcher.meter.today() - timedelta(days=_KEPT_DAYS))
    return results


def _fetch_one(errand: Errand) -> dict[str, Any]:
    """Try the ways of a contract in their order; the first that gives something is enough."""
    files: list[Path] = []
    failure: FetchError | None = None
    for way in errand.contract.source.fetch:
        try:
            for path in WAYS[type(way)](errand, way):
                files.append(path)
        except FetchError as error:
            # Where no way gives it, a person can: whatever else went wrong, that is what to do. And
            # that one way has nothing does not make up for another that failed.
            if failure is None or not (
                isinstance(failure, PersonNeeded) or isinstance(error, NoData)
            ):
                failure = error
            if not files:
                continue
        else:
            failure = None if files else failure
        break
    result: dict[str, Any] = {
        "dataset": errand.dataset,
        "files": [str(path) for path in files],
        "awaited": errand.editions.awaited,
        "awaited_since": errand.editions.awaited_since,
    }
    notes = ["".join(f"; {note[n]}" for note in errand.notes) for n in (0, 1)]
    if failure is None:
        names = ", ".join(path.name for path in files[:3]) + (" …" if len(files) > 3 else "")
        return {
            **result,
            "status": "fetched" if files else "no_data",
            "message": (f"{len(files)} files: {names}" if files else "nothing new") + notes[0],
            "message_ko": (f"파일 {len(files)}개: {names}" if files else "새 자료 없음") + notes[1],
        }
    return {
        **result,
        "status": status_of(failure),
        "code": f"{failure.publisher}/{failure.code}",
        "retriable": failure.retriable,
        "message": f"{failure.message_en} → {failure.action_en}{notes[0]}",
        "message_ko": f"{failure.message_ko} → {failure.action_ko}{notes[1]}",
    }


# -- for the scheduler ----------------------------------------------------------------------


def fetch_for_run(settings: Settings, dataset: str, *, since: str | None) -> dict[str, Any]:
    """One dataset, for a task: the result with the moment it was asked (`at`, UTC).

    `status` may also be `no_key`: without the key there is nothing to try again.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    period = Period.parse(since) if since else None
    (result,) = fetch(settings, [dataset], run_id=new_run_id(), since=period)
    if str(result.get("code", "")).endswith("/no_key"):
        result["status"] = "no_key"
    return {**result, "at": at}


def dropped(settings: Settings) -> dict[str, str]:
    """When each file that a person dropped came into its folder (UTC), by the hash of its content."""
    return _came(_by_people(settings))


def _came(files: Mapping[Path, str]) -> dict[str, str]:
    """When files came (UTC), by the hash of their content; the last of the same bytes counts."""
    came: dict[str, str] = {}
    for path, sha256 in files.items():
        at = datetime.fromtimestamp(path.stat().st_ctime, UTC).isoformat(timespec="seconds")
        came[sha256] = max(came.get(sha256, ""), at)
    return came


def _by_people(settings: Settings) -> dict[Path, str]:
    """The files of the inboxes but for those that were fetched, with the hash of their content."""
    folders = {f for f in (settings.inbox, settings.drops) if f is not None and f.is_dir()}
    return {
        path: file_sha256(path)
        for folder in sorted(folders)
        for path in inbox_files(folder)
        if not (settings.drops in path.parents and is_fetched(path))
    }


def arrived(
    settings: Settings, dataset: str, *, since: str, awaited: Sequence[str] = ()
) -> str | None:
    """The file of a dataset that somebody has dropped, or None while there is none.

    A file counts that lies in the inbox and is not known yet, or that was taken in after `since`
    (the daily ingestion may come first). Files are known by their content, not by their name. What was
    fetched is nobody's: it may be all that came before the captcha.

    Args:
        settings: where the inboxes are; dataset: the dataset's name.
        since: when it was asked for (UTC).
        awaited: the editions that a person was asked for; fetched since then, all is well, too.
    """
    memory = Editions(settings.home, dataset, is_simulated=settings.publishers is not None)
    if awaited and not set(awaited) & set(memory.awaited):
        return f"{dataset}: fetched meanwhile"
    room = ingestion_room(settings)
    known = room.store.by_sha256()
    for snapshot in room.store:
        if (
            snapshot.dataset == dataset
            and snapshot.loaded_at >= since
            and snapshot.sha256 not in memory.ours
        ):
            return snapshot.file_name
    brought = _by_people(settings)
    came = _came(brought)
    for path, sha256 in brought.items():
        if sha256 in known:
            # Fetched before, under another name perhaps: brought since then, it is what was asked for.
            if known[sha256].dataset == dataset and came.get(sha256, "") >= since:
                return path.name
            continue
        try:
            contract = recognise(
                read_content(path.read_bytes()), room.contracts, room.registry, path.name
            )
        except RejectedFile:
            continue  # what it is will be told when it is taken in
        if contract.dataset == dataset:
            return path.name
    return None
