"""A release made again from its lock and the publisher's bytes, and held against the first one.

Everything is done anew in a folder of its own: the raw files named in `inputs.lock.json` are read
again, built, assembled and rendered. What a person or the gate decided then (the verdict) is taken
from the release: it is an input. All files must come out byte for byte, but for `kicox.duckdb`, whose
bytes differ by nature: its tables, comments and macros are compared.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipeline import build_step, ingest_step, release_home
from pipeline.inbox import new_run_id
from pipeline.inputs import code_fingerprint, ingestion_room
from pipeline.settings import Settings
from publication import releases
from publication.releases import PublishError
from publication.releases.assembling import fill
from publication.releases.layout import CHECKSUMS, DATABASE, MANIFEST, SIGNATURE, file_sha256
from publication.releases.manifest import walk

#: Outside the comparison: they hold the others' hashes, or a decision.
_NOT_REMADE = {MANIFEST, CHECKSUMS, SIGNATURE}
#: What the gate left: decided then, and taken over.
_GATE = ("verdict.json", "quality_report.html", "disclosure_audit.json")


@dataclass
class Rebuilt:
    """What came of a rebuild; paths are relative to the release."""

    release_id: str
    folder: Path
    same: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    #: Files that cannot be made again here, with the reason.
    not_compared: dict[str, str] = field(default_factory=dict)
    code_then: str = ""
    code_now: str = ""

    @property
    def is_same(self) -> bool:
        """Whether every file that can be made again came out as it was."""
        return not (self.different or self.missing or self.extra)

    @property
    def is_same_code(self) -> bool:
        """Whether the code is that which made the release."""
        return self.code_then == self.code_now


def rebuild(
    settings: Settings,
    name: str,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> Rebuilt:
    """Make a release again and compare.

    Args:
        settings: the home with `raw/`.
        name: a release, also one whose bytes were collected: its manifest and lock are kept.
        tell: hears of every step.

    Raises:
        PublishError: there is no such release, its lock is gone, or raw files are missing or damaged.
        build_step.BuildFailed: dbt failed.
    """
    original = _original(settings, name)
    manifest = json.loads((original / MANIFEST).read_text(encoding="utf-8"))
    lock = json.loads((original / "inputs.lock.json").read_text(encoding="utf-8"))
    release_id = str(manifest["release_id"])
    work = settings.home / "rebuilds" / release_id
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    work.parent.chmod(0o700)
    there = replace(settings, home=work)
    tell(f"{len(lock['snapshots'])} raw files, checked by hash")
    _copy_raw(settings, there, lock)
    tell("parsed again")
    _parse(there, lock)
    # What readers had before it was known then, and is an input of disclosure control.
    before = manifest.get("held_against")
    known = release_home.readable(settings, release_id if before is None else None)
    after = [folder for folder in known if before is None or folder.name in before]
    built = build_step.build(there, after=after, cuts=cuts_of(lock))
    tell(f"built again: {built['build_id']}")
    build = there.builds / built["build_id"]
    remade = json.loads((build / "inputs.lock.json").read_text(encoding="utf-8"))
    # What was left out then is not here; the lock otherwise says the same or the build differs.
    remade["left_out"] = lock["left_out"]
    remade["build_id"], remade["code"] = lock["build_id"], lock["code"]
    text = json.dumps(remade, ensure_ascii=False, indent=1) + "\n"
    (build / "inputs.lock.json").write_text(text, encoding="utf-8")
    for name in _GATE:
        if (original / name).is_file():
            shutil.copyfile(original / name, build / name)
    folder = work / "release" / release_id
    (folder / "marts").mkdir(parents=True)
    previous = manifest["previous"]
    has_previous = previous is None or (settings.releases / previous / MANIFEST).is_file()
    candidate = build / "candidate.duckdb"
    fill(
        folder,
        candidate,
        build,
        release_home.places(settings),
        release_home.mart_order(build / "manifest.json"),
        releases.exposures(build / "manifest.json"),
        release_home.headline(candidate, str(manifest["period"])),
        json.loads((build / "verdict.json").read_text(encoding="utf-8")),
        remade,
        previous if has_previous else None,
    )
    from publication.outputs import render_outputs

    render_outputs(folder)
    tell("assembled and rendered again")
    result = Rebuilt(
        release_id,
        folder,
        code_then=str(lock["code"]["fingerprint"]),
        code_now=code_fingerprint(settings.project),
    )
    _compare(result, original, manifest, has_previous)
    return result


def cuts_of(lock: Mapping[str, Any]) -> dict[str, str]:
    """Where a release was built as of a day: up to which day the figures of an answer given later counted."""
    return {
        s["snapshot_id"]: s["changed_until"] for s in lock["snapshots"] if s.get("changed_until")
    }


def _original(settings: Settings, name: str) -> Path:
    try:
        folder = release_home.find_release(settings, name).resolve()
    except PublishError:
        folder = release_home.places(settings).collected / name
        if not (folder / MANIFEST).is_file():
            raise
    if not (folder / "inputs.lock.json").is_file():
        raise PublishError(
            f"{name} has no inputs.lock.json: it cannot be rebuilt",
            f"{name}에 inputs.lock.json이 없어 다시 만들 수 없습니다",
        )
    return folder


def _copy_raw(settings: Settings, there: Settings, lock: dict[str, Any]) -> None:
    """Give the rebuild the publisher's bytes, each checked against the lock."""
    store = ingestion_room(settings).store
    known = {snapshot.snapshot_id: snapshot for snapshot in store}
    wrong: list[str] = []
    for locked in lock["snapshots"]:
        snapshot = known.get(locked["snapshot_id"])
        path = store.path(snapshot) if snapshot else None
        if path is None or not path.is_file() or file_sha256(path) != locked["sha256"]:
            is_gone = path is None or not path.is_file()
            wrong.append(f"{locked['snapshot_id']} ({'missing' if is_gone else 'changed'})")
            continue
        target = there.home / path.relative_to(settings.home)
        target.parent.mkdir(parents=True, exist_ok=True)
        for source in path.parent.glob(f"{path.stem}.*"):
            copy = target.parent / source.name
            try:
                os.link(source, copy)
            except OSError:  # another file system
                shutil.copyfile(source, copy)
    if wrong:
        raise PublishError(
            f"{len(wrong)} raw files are missing or changed, so the release cannot be rebuilt: "
            f"{'; '.join(wrong[:5])}. Put them back from the backup",
            f"원본 {len(wrong)}개가 없거나 바뀌어 다시 만들 수 없습니다: {'; '.join(wrong[:5])}",
        )


def _parse(there: Settings, lock: dict[str, Any]) -> None:
    run_id = new_run_id()
    items = [
        {"run_id": run_id, "name": s["file_name"], "snapshot_id": s["snapshot_id"]}
        for s in lock["snapshots"]
    ]
    for outcomes in ingest_step.ingest_items(there, items):
        for outcome in outcomes:
            if outcome["status"] == "quarantined":
                raise PublishError(
                    "a file that was read then is rejected by the code of today: "
                    f"{outcome['message']}",
                    f"당시 읽은 파일을 현재 코드가 거부합니다: {outcome['message_ko']}",
                )


def _compare(result: Rebuilt, original: Path, manifest: dict[str, Any], has_previous: bool) -> None:
    files: dict[str, str] = manifest["files"]
    remade = {name for name, _ in walk(result.folder)}
    for name, digest in sorted(files.items()):
        if name in _NOT_REMADE:
            continue
        if (not has_previous and Path(name).name.startswith("diff.")) or (
            not has_previous and name == "RELEASE_NOTES.md"
        ):
            result.not_compared[name] = f"{manifest['previous']} is not here to compare with"
        elif name not in remade and name in _GATE:
            result.not_compared[name] = "the gate's, and collected"
        elif name not in remade:
            result.missing.append(name)
        elif name == DATABASE:
            if not (original / name).is_file():
                result.not_compared[name] = "its bytes were collected"
            elif _same_database(original / name, result.folder / name):
                result.same.append(name)
            else:
                result.different.append(name)
        elif file_sha256(result.folder / name) == digest:
            result.same.append(name)
        else:
            result.different.append(name)
    result.extra = sorted(remade - files.keys() - _NOT_REMADE)


def _same_database(one: Path, two: Path) -> bool:
    """Whether two databases hold the same tables, rows, comments and macros."""
    described = []
    for path in (one, two):
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "SELECT table_name, comment FROM duckdb_tables() ORDER BY 1"
            ).fetchall()
            columns = connection.execute(
                "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
                "WHERE NOT internal ORDER BY table_name, column_index"
            ).fetchall()
            macros = connection.execute(
                "SELECT function_name, parameters, macro_definition FROM duckdb_functions() "
                "WHERE NOT internal AND function_type = 'table_macro' ORDER BY 1"
            ).fetchall()
            rows = [
                connection.execute(
                    f'SELECT count(*), sum(hash(t))::VARCHAR FROM "{table}" AS t'
                ).fetchone()
                for table, _ in tables
            ]
        described.append((tables, columns, macros, rows))
    return described[0] == described[1]
