"""Which snapshots a build is made from, locked in a file that ships with the release."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.contract import load_contracts
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
    the same build; `left_out` says which snapshots were not used, and why.
    """

    build_id: str
    period: str
    is_simulated: bool
    snapshots: list[dict[str, Any]]
    left_out: list[dict[str, str]]
    code: dict[str, str]

    def as_lock(self) -> dict[str, Any]:
        """The content of inputs.lock.json. It has no clock: the same inputs, the same bytes."""
        return asdict(self)


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


def _published_after(
    settings: Settings, room: Ingestion, usable: list[tuple[Snapshot, Path]], as_of: date
) -> set[Snapshot]:
    """The snapshots that were not published on the day `as_of`.

    The curated lists of the project itself bear no day but that on which they first came into this
    home, which says nothing of the past. Those of the release that was made from the publications of
    that day are taken; where there is none, the first version of each list stands.
    """
    later = {s for s, _ in usable if s.published_at[:10] > as_of.isoformat()}
    curated: dict[tuple[str, str], list[Snapshot]] = {}
    published: list[Snapshot] = []
    for snapshot, _ in usable:
        if room.contracts[snapshot.dataset].versioning == "replace":
            curated.setdefault((snapshot.dataset, snapshot.file_name), []).append(snapshot)
        elif snapshot not in later:
            published.append(snapshot)
    lists = _lists_of_release(settings, room, published, as_of)
    for versions in curated.values():
        if lists is not None:
            later.difference_update(versions)
            later.update(s for s in versions if s.snapshot_id not in lists)
            continue
        first = min(versions, key=lambda s: (s.published_at, s.loaded_at))
        if later.issuperset(versions) and first.published_at_basis == "first_seen":
            later.discard(first)
    return later


def _lists_of_release(
    settings: Settings, room: Ingestion, published: list[Snapshot], as_of: date
) -> set[str] | None:
    """The curated lists, by identifier, of the release that was made from exactly these publications.

    Of several such releases the newest whose lists had all come by that day, else the first: its
    lists are the oldest. None where no release was made from them.
    """
    found: list[tuple[str, set[str]]] = []
    # (of releases whose bytes were collected, the lock is kept)
    folders = (settings.releases, settings.home / "collected")
    for path in [p for folder in folders for p in folder.glob("*_v*/inputs.lock.json")]:
        lock = json.loads(path.read_text(encoding="utf-8"))
        kinds: dict[str, dict[str, str]] = {"accumulate": {}, "replace": {}}
        for entry in lock["snapshots"]:
            if entry["dataset"] in room.contracts.by_dataset:
                kind = room.contracts[entry["dataset"]].versioning
                kinds[kind][entry["snapshot_id"]] = entry["loaded_at"]
        # simulated and real publications are never mixed
        own = {s.snapshot_id for s in published if s.is_simulated == lock["is_simulated"]}
        if own == set(kinds["accumulate"]):
            found.append((max(kinds["replace"].values(), default=""), set(kinds["replace"])))
    if not found:
        return None
    known = [f for f in found if f[0][:10] <= as_of.isoformat()]
    return max(known, key=lambda f: f[0])[1] if known else min(found, key=lambda f: f[0])[1]


def collect_inputs(settings: Settings, as_of: date | None = None) -> Inputs | None:
    """Choose the inputs of the next build from what has landed.

    With `as_of`, from what was published on or before that day: the same inputs and code give the
    same build as then. A publication whose day nobody knows counts from the day it was received.

    Every vintage of an accumulating dataset takes part; of a curated list, the newest file of
    each name. Simulated and real publications are never mixed: as soon as one real publication
    has landed, simulated ones are left out.

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
        later = _published_after(settings, room, usable, as_of)
        usable = [(s, path) for s, path in usable if s not in later]
        left_out += [
            {"snapshot_id": s.snapshot_id, "reason": f"published after {as_of}"}
            for s in sorted(later, key=lambda s: s.snapshot_id)
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
        reason = None
        if real and snapshot.is_simulated:
            reason = "simulated; real publications are there"
        elif (
            not real
            and not snapshot.is_simulated
            and room.contracts[snapshot.dataset].versioning == "accumulate"
        ):
            reason = "real; the trend publications here are simulated"
        elif (
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
        code=code,
    )
