"""Which snapshots a build is made from, locked in a file that ships with the release."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contract import Contract, load_contracts
from ingestion.ingest import Ingestion, out_of_order, parse_warnings
from ingestion.landing import landed_fingerprint, landed_path
from ingestion.periods import Period
from ingestion.registry import Registry
from ingestion.snapshots import Snapshot
from pipeline import __version__
from pipeline.settings import Settings

#: Files whose change may change a release made from the same inputs.
_CODE = {
    "disclosure": (".py",),
    "dbt_project": (".sql", ".yml", ".csv"),
    "expectations": (".py", ".yml", ".sql"),
    "ingestion": (".py", ".yml"),
    "publication": (
        ".py",
        ".typ",
        ".j2",
        ".yml",
        ".css",
        ".js",
        ".md",
        ".json",
        ".geojson",
        ".otf",
    ),
    "pipeline": (".py",),
    "seasonal": (".py", ".yml"),
}
#: Folders of what is made from the code, not the code itself.
_SKIP = {
    *("target", "logs", "dbt_packages", "__pycache__", "sample"),
    *("dist", "node_modules", ".observablehq"),
}


@dataclass(frozen=True)
class Inputs:
    """The locked inputs of one build.

    `build_id` follows from the content of the inputs and the code, so that the same inputs give
    the same build; `left_out` says which snapshots were not used, and why; `datasets` whose they
    are and under which terms, as the contracts have it.
    """

    build_id: str
    period: str
    is_simulated: bool
    snapshots: list[dict[str, Any]]
    left_out: list[dict[str, str]]
    datasets: dict[str, dict[str, Any]]
    code: dict[str, str]

    def as_lock(self) -> dict[str, Any]:
        """The content of inputs.lock.json. It has no clock: the same inputs, the same bytes."""
        return asdict(self)


def _dataset(contract: Contract) -> dict[str, Any]:
    """Whose a dataset is, what it is called, where it is offered, and under which terms."""
    return {
        "publisher": contract.publisher.name.model_dump(),
        "title": contract.title.model_dump(),
        "page": contract.source.page,
        "licence": contract.licence.model_dump(),
    }


def ingestion_room(settings: Settings) -> Ingestion:
    """The ingestion room with this installation's contracts and registry."""
    return Ingestion(settings.home, load_contracts(), Registry.load(settings.seeds))


@lru_cache(maxsize=4)
def code_fingerprint(project: Path) -> str:
    """First 12 hex digits over every file that shapes a release."""
    digest = hashlib.sha256()
    for folder, endings in _CODE.items():
        found: list[Path] = []
        for place, folders, names in os.walk(project / folder):
            folders[:] = [name for name in folders if name not in _SKIP]
            found += [Path(place, name) for name in names if name.endswith(endings)]
        for path in sorted(found):
            digest.update(str(path.relative_to(project)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _release_period(editions: list[tuple[str, Period]]) -> Period:
    """The quarter a release is about: the newest that is whole, else the newest there is.

    A quarter is whole with a quarterly edition or with the workbooks of its three months: in the
    monthly years a quarter that has just begun does not hold the release back.
    """
    months: dict[Period, set[Period]] = {}
    whole: set[Period] = set()
    for form, period in editions:
        if period.freq == "Q":
            whole.add(period)
        elif form == "workbook":
            months.setdefault(period.quarter, set()).add(period)
    whole |= {quarter for quarter, found in months.items() if len(found) == 3}
    return max(whole) if whole else max(period.quarter for _, period in editions)


@dataclass(frozen=True)
class _Past:
    """A release as the source of an as-of: what it was made from."""

    release_id: str
    #: Curated lists, by identifier.
    lists: set[str]
    #: When the last of its inputs had come.
    complete_at: str
    #: Publications of that day that it did not know: they came here after it.
    late: set[str]


def _unknown_on(
    settings: Settings,
    room: Ingestion,
    usable: list[tuple[Snapshot, Path]],
    as_of: date,
    known_by: date | None,
) -> dict[Snapshot, str]:
    """The snapshots that do not belong to a build as of a day, with the reason.

    What was published later never does, but for the figures in a later answer of an interface whose
    day of change lies before: such an answer stays, to be cut (`changed_until` in the lock), unless
    there is a release of the day, which did not have it. Of what was loaded later, with `known_by`,
    whatever came here after that day; without it, what the release of the day did not know.

    The curated lists of the project itself bear no day but that on which they first came into this
    home, which says nothing of the past. Those of the release of the day are taken; where there is
    none, the first version of each list stands. With `known_by` they are those of that day.
    """
    unknown = {
        s: f"published after {as_of}" for s, _ in usable if s.published_at[:10] > as_of.isoformat()
    }
    older = [
        s
        for s, path in usable
        if s in unknown
        and room.contracts[s.dataset].landed == "national_series"
        and _states_by(path, as_of)
    ]
    curated: dict[tuple[str, str], list[Snapshot]] = {}
    published: list[Snapshot] = []
    for snapshot, _ in usable:
        if room.contracts[snapshot.dataset].versioning == "replace":
            curated.setdefault((snapshot.dataset, snapshot.file_name), []).append(snapshot)
        elif snapshot not in unknown:
            published.append(snapshot)
    if known_by is not None:
        came = {s for s, _ in usable if s.loaded_at[:10] <= known_by.isoformat()}
        lists = [s for versions in curated.values() for s in versions]
        for snapshot in lists:
            unknown.pop(snapshot, None)
        for snapshot in older:
            unknown.pop(snapshot)
        for snapshot in (*published, *lists, *older):
            if snapshot not in came:
                unknown[snapshot] = f"loaded after {known_by}"
        return unknown
    past = _release_of(settings, room, published, as_of)
    for snapshot in older if past is None else ():
        unknown.pop(snapshot)
    for snapshot in published:
        if past is not None and snapshot.snapshot_id in past.late:
            unknown[snapshot] = f"loaded after {past.release_id}, the release of that day"
    for versions in curated.values():
        if past is not None:
            for snapshot in versions:
                unknown.pop(snapshot, None)
                if snapshot.snapshot_id not in past.lists:
                    unknown[snapshot] = f"not in {past.release_id}, the release of that day"
            continue
        first = min(versions, key=lambda s: (s.published_at, s.loaded_at))
        if unknown.keys() >= set(versions) and first.published_at_basis == "first_seen":
            del unknown[first]
    return unknown


def _cut(room: Ingestion, snapshot: Snapshot, as_of: date | None) -> str | None:
    """The day up to which the figures of an interface's answer count, where it was given later."""
    if as_of is None or room.contracts[snapshot.dataset].landed != "national_series":
        return None
    day = as_of.isoformat()
    return day if snapshot.published_at[:10] > day else None


def _states_by(path: Path, day: date) -> bool:
    """Whether an interface's answer holds figures that the publisher changed last on or before a day."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT count(*) FROM read_parquet(?) WHERE changed_on <= ?", [str(path), day]
        ).fetchone()
    return bool(found and found[0])


def _release_of(
    settings: Settings, room: Ingestion, published: list[Snapshot], as_of: date
) -> _Past | None:
    """The release that readers had on a day, told by what it was made from: all that had been published
    by then, but for what came here too late for it.

    Late is what was loaded after the day and after the release had all its inputs. Where the release
    itself was made after the day (a home filled later), the clock tells nothing: then only a vintage
    counts as late that is older than one of its dataset that the release had.

    Of several such releases the newest that had all its inputs by that day, else the first.
    None where no release was made from these publications.
    """
    day = as_of.isoformat()
    found: list[_Past] = []
    # (of releases whose bytes were collected, the lock is kept)
    folders = (settings.releases, settings.home / "collected")
    for path in sorted(p for folder in folders for p in folder.glob("*_v*/inputs.lock.json")):
        lock = json.loads(path.read_text(encoding="utf-8"))
        known = [e for e in lock["snapshots"] if e["dataset"] in room.contracts.by_dataset]
        lists = {
            e["snapshot_id"] for e in known if room.contracts[e["dataset"]].versioning == "replace"
        }
        had = {e["snapshot_id"]: e for e in known if e["snapshot_id"] not in lists}
        # simulated and real publications are never mixed
        own = {s.snapshot_id: s for s in published if s.is_simulated == lock["is_simulated"]}
        if not had.keys() <= own.keys():
            continue
        complete_at = max((e["loaded_at"] for e in known), default="")
        newest: dict[str, str] = {}
        for e in had.values():
            newest[e["dataset"]] = max(newest.get(e["dataset"], ""), e["published_at"])
        late = [s for name, s in own.items() if name not in had]
        if all(
            s.loaded_at[:10] > day
            and s.loaded_at > complete_at
            and (complete_at[:10] <= day or s.published_at <= newest.get(s.dataset, ""))
            for s in late
        ):
            found.append(_Past(path.parent.name, lists, complete_at, {s.snapshot_id for s in late}))
    if not found:
        return None
    by_then = [p for p in found if p.complete_at[:10] <= day]
    return (
        max(by_then, key=lambda p: p.complete_at)
        if by_then
        else min(found, key=lambda p: p.complete_at)
    )


def of_another_world(snapshot: Snapshot, contract: Contract, *, real: bool) -> str | None:
    """Why a snapshot takes no part among real (or simulated) publications of the trend; None if it does.

    Curated lists are real in a simulated home, too.
    """
    if real and snapshot.is_simulated:
        return "simulated; real publications are there"
    if not real and not snapshot.is_simulated and contract.versioning == "accumulate":
        return "real; the trend publications here are simulated"
    return None


def collect_inputs(
    settings: Settings,
    as_of: date | None = None,
    known_by: date | None = None,
    *,
    cuts: Mapping[str, str] | None = None,
) -> Inputs | None:
    """Choose the inputs of the next build from what has landed.

    With `as_of`, from what was published on or before that day and known to the release of that day,
    where there was one: the same inputs and code give the same build as then. With `known_by`, from
    what had been loaded on or before that other day instead. A publication whose day nobody knows counts
    from the day it was received.

    Every vintage of an accumulating dataset takes part; of a curated list, the newest file of
    each name. Simulated and real publications are never mixed: as soon as one real publication
    has landed, simulated ones are left out.

    `cuts` are the days up to which the figures of interfaces' answers count, by snapshot, where another
    lock says so: a release of a past day is made again with the answers cut as they were.

    What a release is about, and whether it is simulated, is told by the trend statistic alone; every
    other publication comes along.

    Returns None where no publication of the trend has landed (or was published by then).
    """
    room = ingestion_room(settings)
    usable: list[tuple[Snapshot, Path]] = []
    for snapshot in room.store:
        if snapshot.dataset not in room.contracts.by_dataset:
            continue
        path = landed_path(room.landed, snapshot)
        if landed_fingerprint(path) == room.fingerprint:
            usable.append((snapshot, path))
    left_out: list[dict[str, str]] = []
    if as_of is not None:
        unknown = _unknown_on(settings, room, usable, as_of, known_by)
        usable = [(s, path) for s, path in usable if s not in unknown]
        left_out += [
            {"snapshot_id": s.snapshot_id, "reason": unknown[s]}
            for s in sorted(unknown, key=lambda s: s.snapshot_id)
        ]
        # An as-of tells what was published, so nothing of a release before its time.
        from pipeline.publishing import under_embargo

        early = under_embargo(settings, {s.snapshot_id for s, _ in usable})
        usable = [(s, path) for s, path in usable if s.snapshot_id not in early]
        left_out += [
            {"snapshot_id": name, "reason": "of a release that is not published yet"}
            for name in sorted(early)
        ]
    publications = [s for s, _ in usable if room.contracts[s.dataset].landed == "observations"]
    if not publications:
        return None
    real = any(not s.is_simulated for s in publications)
    newest: dict[tuple[str, str], Snapshot] = {}
    for snapshot, _ in usable:
        if room.contracts[snapshot.dataset].versioning == "replace":
            key = (snapshot.dataset, snapshot.file_name)
            if key not in newest or snapshot.loaded_at >= newest[key].loaded_at:
                newest[key] = snapshot
    chosen: list[tuple[Snapshot, Path]] = []
    for snapshot, path in usable:
        reason = of_another_world(snapshot, room.contracts[snapshot.dataset], real=real)
        if reason is None and (
            room.contracts[snapshot.dataset].versioning == "replace"
            and newest[(snapshot.dataset, snapshot.file_name)] != snapshot
        ):
            reason = "superseded by a newer file of the same name"
        if reason:
            left_out.append({"snapshot_id": snapshot.snapshot_id, "reason": reason})
        else:
            chosen.append((snapshot, path))
    period = _release_period(
        [
            (room.contracts[s.dataset].form, Period.parse(s.period))
            for s, _ in chosen
            if room.contracts[s.dataset].landed == "observations"
        ]
    )
    by_period: dict[tuple[str, str], list[Snapshot]] = {}
    for snapshot, _ in chosen:
        by_period.setdefault((snapshot.dataset, snapshot.period), []).append(snapshot)
    locked = [
        {
            "snapshot_id": s.snapshot_id,
            "dataset": s.dataset,
            "period": s.period,
            "vintage": s.vintage,
            "sha256": s.sha256,
            "file_name": s.file_name,
            "bytes": s.bytes,
            "url": s.url,
            "published_at": s.published_at,
            "published_at_basis": s.published_at_basis,
            "loaded_at": s.loaded_at,
            "is_simulated": s.is_simulated,
            "landed": str(path.relative_to(settings.home)),
            # of an answer given after the day asked for, the figures that were changed last by that day
            **(
                {"changed_until": cut}
                if (cut := (cuts or {}).get(s.snapshot_id) or _cut(room, s, as_of))
                else {}
            ),
            "warnings": parse_warnings(room, s)
            + (
                out_of_order(s, by_period[s.dataset, s.period])
                if room.contracts[s.dataset].versioning == "accumulate"
                else []
            ),
        }
        for s, path in sorted(chosen, key=lambda pair: pair[0].snapshot_id)
    ]
    code = {"version": __version__, "fingerprint": code_fingerprint(settings.project)}
    identity = json.dumps([locked, code], ensure_ascii=False, sort_keys=True).encode()
    return Inputs(
        build_id=f"{period}_{hashlib.sha256(identity).hexdigest()[:12]}",
        period=str(period),
        is_simulated=not real,
        snapshots=locked,
        left_out=left_out,
        datasets={
            name: _dataset(room.contracts[name]) for name in sorted({s.dataset for s, _ in chosen})
        },
        code=code,
    )
