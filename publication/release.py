"""Releases: immutable, named, complete, behind one directory symlink.

    staging/<release id>/        assembled and rendered here, where no reader looks
    releases/<period>_v<n>/      renamed into place as a whole
    releases/current             a directory symlink, swapped by rename: the only commit point

A crash before the swap leaves readers where they were; the next run takes up or replaces what
was left.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from publication.claims_page import render_claims

#: Readable by DuckDB clients from 1.2 on; a small block size keeps a small mart small.
STORAGE_VERSION = "v1.2.0"
BLOCK_SIZE = 16384
DATABASE = "kicox.duckdb"
MANIFEST = "release.json"
_NAME = re.compile(r"^(\d{4}-Q[1-4])_v(\d+)$")


class PublishError(Exception):
    """A release cannot be published as asked; the message says why and what to do."""


def current_release(releases: Path) -> dict[str, Any] | None:
    """The manifest of the release that readers see, or None."""
    link = releases / "current"
    try:
        manifest: dict[str, Any] = json.loads((link / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return manifest


def list_releases(releases: Path) -> list[dict[str, Any]]:
    """The manifests of all complete releases, oldest first."""
    found = []
    for path in releases.glob("*_v*/" + MANIFEST):
        if _NAME.match(path.parent.name):
            found.append(json.loads(path.read_text(encoding="utf-8")))
    return sorted(found, key=lambda m: (m["period"], m["version"]))


def next_release_id(releases: Path, period: str) -> tuple[str, int]:
    """The next free name for a period: `2026-Q1_v1`, then `_v2`; names are never used again."""
    versions = [
        int(match[2]) for path in releases.glob(f"{period}_v*") if (match := _NAME.match(path.name))
    ]
    version = max(versions, default=0) + 1
    return f"{period}_v{version}", version


def assemble(
    *,
    candidate: Path,
    build: Path,
    releases: Path,
    staging: Path,
    order_by: Mapping[str, Sequence[str]],
    headline: Mapping[str, Any] | None = None,
) -> Path:
    """Make the folder of a release in `staging`: marts, database, lock, verdict, notes, diff.

    Args:
        candidate: the audited database; its schema `main` holds the marts.
        build: folder with inputs.lock.json and verdict.json.
        releases: folder of the releases made so far.
        staging: folder on the same file system as `releases`, not seen by readers.
        order_by: the columns each mart is ordered by (its key).
        headline: figures for the manifest.

    Returns the staged folder; its draft manifest has no `published_at` and no `files` yet.

    Raises:
        PublishError: the verdict does not allow publication.
    """
    verdict = json.loads((build / "verdict.json").read_text(encoding="utf-8"))
    lock = json.loads((build / "inputs.lock.json").read_text(encoding="utf-8"))
    if verdict["verdict"] == "stop":
        raise PublishError(f"the gate stopped {lock['build_id']}: see {build.name}/verdict.json")
    if verdict["build_id"] != lock["build_id"]:
        raise PublishError(
            f"verdict of {verdict['build_id']} does not belong to {lock['build_id']}"
        )
    release_id, version = next_release_id(releases, lock["period"])
    folder = staging / release_id
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "marts").mkdir(parents=True)
    counts = export_marts(candidate, folder, order_by)
    for name in ("inputs.lock.json", "verdict.json"):
        shutil.copyfile(build / name, folder / name)
    report = build / "quality_report.html"
    if report.exists():
        shutil.copyfile(report, folder / report.name)
    previous = current_release(releases)
    manifest = {
        "release_id": release_id,
        "period": lock["period"],
        "version": version,
        "status": "staged",
        "published_at": None,
        "is_simulated": lock["is_simulated"],
        "previous": previous["release_id"] if previous else None,
        "code": lock["code"],
        "build_id": lock["build_id"],
        "inputs": [{k: s[k] for k in _INPUT_FIELDS} for s in lock["snapshots"]],
        "row_counts": counts,
        "checks": {"verdict": verdict["verdict"], **verdict["counts"]},
        "warnings": _warnings(verdict, lock),
        "headline": dict(headline or {}),
    }
    _write_json(folder / MANIFEST, manifest)
    render_claims(folder, folder / "claims.html")
    difference = diff(
        None if previous is None else releases / previous["release_id"], folder, order_by
    )
    _write_json(folder / "diff.json", difference)
    (folder / "diff.md").write_text(diff_text(difference), encoding="utf-8")
    (folder / "RELEASE_NOTES.md").write_text(release_notes(manifest, difference), encoding="utf-8")
    return folder


_INPUT_FIELDS = (
    "snapshot_id",
    "dataset",
    "period",
    "sha256",
    "file_name",
    "bytes",
    "published_at",
    "published_at_basis",
    "loaded_at",
    "is_simulated",
)


def switch(*, staged: Path, releases: Path, now: datetime | None = None) -> dict[str, Any]:
    """Publish a staged folder: finish its manifest, move it into place, swap `current`.

    Raises:
        PublishError: somebody else is publishing, or has published under this name meanwhile.
    """
    with _publishing(releases):
        return _switch(staged, releases, now or datetime.now(UTC))


def take_up(releases: Path, build_id: str) -> str | None:
    """Switch to a release of this build that stands complete but was never switched to.

    Returns its name, or None where there is none: a crash came earlier, or not at all.

    Raises:
        PublishError: somebody else is publishing.
    """
    with _publishing(releases):
        release_id = unswitched_release(releases, build_id)
        if release_id is not None:
            point_current(releases, release_id)
    return release_id


@contextmanager
def _publishing(releases: Path) -> Iterator[None]:
    """One publisher at a time; a second one is told, not kept waiting."""
    releases.mkdir(parents=True, exist_ok=True)
    lock = FileLock(releases.parent / ".publish.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise PublishError(
            "another publication is going on; run again when it has ended"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _switch(staged: Path, releases: Path, now: datetime) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((staged / MANIFEST).read_text(encoding="utf-8"))
    target = releases / manifest["release_id"]
    previous = current_release(releases)
    if target.exists():
        raise PublishError(
            f"{manifest['release_id']} has been published meanwhile by another run; run again"
        )
    if (previous["release_id"] if previous else None) != manifest["previous"]:
        raise PublishError(
            f"{manifest['release_id']} was compared with {manifest['previous']}, but current is "
            f"{previous['release_id'] if previous else None} now; run again"
        )
    manifest["status"] = "published"
    manifest["published_at"] = now.astimezone(UTC).isoformat(timespec="seconds")
    manifest["files"] = {
        str(path.relative_to(staged)): file_sha256(path)
        for path in sorted(staged.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    _write_json(staged / MANIFEST, manifest)
    for path in staged.rglob("*"):
        if path.is_file():
            _sync(path)
            path.chmod(0o444)
    os.rename(staged, target)
    point_current(releases, manifest["release_id"])
    return manifest


def point_current(releases: Path, release_id: str) -> None:
    """Swap the symlink `current` in one rename; it is relative, so the folder may be mounted."""
    temporary = releases / f".current-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(release_id, target_is_directory=True)
    os.replace(temporary, releases / "current")
    descriptor = os.open(releases, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unswitched_release(releases: Path, build_id: str) -> str | None:
    """A release of this build that stands complete but was never switched to (a crash)."""
    shown = current_release(releases)
    for manifest in list_releases(releases):
        if manifest["build_id"] != build_id or manifest.get("status") != "published":
            continue
        if shown is None or (manifest["period"], manifest["version"]) > (
            shown["period"],
            shown["version"],
        ):
            return str(manifest["release_id"])
    return None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def export_marts(
    candidate: Path, folder: Path, order_by: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Write every mart as ordered Parquet and into the reader's database; returns row counts."""
    counts: dict[str, int] = {}
    with duckdb.connect() as connection:
        # One thread and a stated order: the same rows give the same bytes.
        connection.execute("SET threads = 1; SET preserve_insertion_order = true")
        connection.execute(f"ATTACH '{_quoted(candidate)}' AS candidate (READ_ONLY)")
        connection.execute(
            f"ATTACH '{_quoted(folder / DATABASE)}' AS kicox "
            f"(STORAGE_VERSION '{STORAGE_VERSION}', BLOCK_SIZE {BLOCK_SIZE})"
        )
        tables = connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() "
            "WHERE database_name = 'candidate' AND schema_name = 'main' ORDER BY table_name"
        ).fetchall()
        for table, comment in tables:
            keys = order_by.get(table)
            if not keys:
                raise PublishError(f"mart {table} names no order (meta.order_by in its model)")
            order = ", ".join(f'"{key}"' for key in keys)
            query = f'SELECT * FROM candidate.main."{table}" ORDER BY {order}'
            path = folder / "marts" / f"{table}.parquet"
            connection.execute(
                f"COPY ({query}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)"
            )
            connection.execute(f'CREATE TABLE kicox.main."{table}" AS {query}')
            if comment:
                connection.execute(f'COMMENT ON TABLE kicox.main."{table}" IS {_literal(comment)}')
            row = connection.execute(f'SELECT count(*) FROM kicox.main."{table}"').fetchone()
            counts[table] = int(row[0]) if row else 0
        columns = connection.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() "
            "WHERE database_name = 'candidate' AND schema_name = 'main' AND comment IS NOT NULL "
            "ORDER BY table_name, column_index"
        ).fetchall()
        for table, column, comment in columns:
            if table in counts:
                connection.execute(
                    f'COMMENT ON COLUMN kicox.main."{table}"."{column}" IS {_literal(comment)}'
                )
        _copy_macros(connection)
        connection.execute("CHECKPOINT kicox")
        connection.execute("DETACH kicox")
    return counts


def _copy_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the reader's database the candidate's table macros (`as_of` and its kin).

    They speak of marts by their bare names, so they are made with the reader's database in use.
    """
    macros = connection.execute(
        "SELECT function_name, parameters, macro_definition, comment FROM duckdb_functions() "
        "WHERE database_name = 'candidate' AND schema_name = 'main' AND function_type = 'table_macro' "
        "ORDER BY function_name"
    ).fetchall()
    connection.execute("USE kicox.main")
    # A macro is bound where it is made, so it has to come after those it calls.
    waiting = {name: (parameters, sql, comment) for name, parameters, sql, comment in macros}
    while waiting:
        ready = [
            name
            for name, (_, sql, _) in waiting.items()
            if not any(re.search(rf"\b{other}\(", sql) for other in waiting if other != name)
        ]
        if not ready:
            raise PublishError(f"table macros call each other in a ring: {', '.join(waiting)}")
        for name in ready:
            parameters, sql, comment = waiting.pop(name)
            connection.execute(f'CREATE MACRO "{name}"({", ".join(parameters)}) AS TABLE {sql}')
            if comment:
                connection.execute(f'COMMENT ON MACRO TABLE "{name}" IS {_literal(comment)}')
    connection.execute("USE memory")


_MAX_EXAMPLES = 20
_FLOAT_TOLERANCE = 1e-9


def diff(before: Path | None, after: Path, order_by: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What changed from one release folder to the next: schema, rows and values by mart.

    A simulated release is never compared with a real one. Values that differ by less than
    1e-9 (relative) count as equal.
    """
    result: dict[str, Any] = {"before": None, "after": _release_id(after), "marts": {}}
    if before is None:
        result["note"] = "first release: nothing to compare with"
        return result
    result["before"] = _release_id(before)
    if _simulated(before) != _simulated(after):
        result["note"] = "one of the two releases is simulated: not compared"
        return result
    with duckdb.connect() as connection:
        for path in sorted((after / "marts").glob("*.parquet")):
            old = before / "marts" / path.name
            if not old.exists():
                result["marts"][path.stem] = {"added_mart": True}
                continue
            if file_sha256(old) == file_sha256(path):
                continue
            result["marts"][path.stem] = _diff_mart(
                connection, old, path, list(order_by[path.stem])
            )
        for old in sorted((before / "marts").glob("*.parquet")):
            if not (after / "marts" / old.name).exists():
                result["marts"][old.stem] = {"removed_mart": True}
    return result


def _diff_mart(
    connection: duckdb.DuckDBPyConnection, before: Path, after: Path, keys: list[str]
) -> dict[str, Any]:
    old, new = (f"read_parquet('{_quoted(p)}')" for p in (before, after))
    old_types = dict(
        connection.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {old})"
        ).fetchall()
    )
    new_types = dict(
        connection.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {new})"
        ).fetchall()
    )
    found: dict[str, Any] = {}
    added_columns = [c for c in new_types if c not in old_types]
    removed_columns = [c for c in old_types if c not in new_types]
    retyped = {
        c: [old_types[c], t] for c, t in new_types.items() if c in old_types and old_types[c] != t
    }
    if added_columns or removed_columns or retyped:
        found["schema"] = {
            "added": added_columns,
            "removed": removed_columns,
            "retyped": retyped,
        }
    if any(key not in old_types or key not in new_types for key in keys):
        found["note"] = "its key changed: rows not compared"
        return found
    on = " AND ".join(f'o."{k}" IS NOT DISTINCT FROM n."{k}"' for k in keys)
    one = f'"{keys[0]}"'
    missing_new = f"SELECT count(*) FROM {old} o ANTI JOIN {new} n ON {on}"
    missing_old = f"SELECT count(*) FROM {new} n ANTI JOIN {old} o ON {on}"
    found["rows_removed"] = connection.execute(missing_new).fetchone()[0]  # type: ignore[index]
    found["rows_added"] = connection.execute(missing_old).fetchone()[0]  # type: ignore[index]
    changed: dict[str, Any] = {}
    for column, kind in new_types.items():
        if column in keys or old_types.get(column) != kind:
            continue
        differs = f'o."{column}" IS DISTINCT FROM n."{column}"'
        if kind == "DOUBLE":
            differs = (
                f'(o."{column}" IS NULL) <> (n."{column}" IS NULL) OR abs(o."{column}" - n."{column}")'
                f' > {_FLOAT_TOLERANCE} * greatest(abs(o."{column}"), abs(n."{column}"))'
            )
        count = connection.execute(
            f"SELECT count(*) FROM {old} o JOIN {new} n ON {on} WHERE {differs}"
        ).fetchone()[0]  # type: ignore[index]
        if not count:
            continue
        order = (
            f'abs(n."{column}" / nullif(o."{column}", 0) - 1) DESC NULLS FIRST, o.{one}'
            if kind == "DOUBLE"
            else f"o.{one}"
        )
        selected = ", ".join(f'n."{k}"::VARCHAR AS "{k}"' for k in keys)
        examples = connection.execute(
            f'SELECT {selected}, o."{column}"::VARCHAR AS before, n."{column}"::VARCHAR AS after '
            f"FROM {old} o JOIN {new} n ON {on} WHERE {differs} ORDER BY {order} "
            f"LIMIT {_MAX_EXAMPLES}"
        )
        names = [d[0] for d in examples.description or []]
        changed[column] = {
            "changed": count,
            "examples": [dict(zip(names, row, strict=True)) for row in examples.fetchall()],
        }
    if changed:
        found["values"] = changed
    return found


def diff_text(difference: Mapping[str, Any]) -> str:
    """The diff for a reviewer, as Markdown."""
    lines = [f"# {difference['after']} against {difference['before'] or '–'}", ""]
    if difference.get("note"):
        return "\n".join([*lines, str(difference["note"]), ""])
    if not difference["marts"]:
        lines.append("No mart changed. 바뀐 마트가 없습니다.")
    for mart, change in difference["marts"].items():
        lines.append(f"## {mart}")
        if change.get("added_mart") or change.get("removed_mart"):
            lines += ["", "new mart" if change.get("added_mart") else "mart removed", ""]
            continue
        if "schema" in change:
            lines.append(f"- schema: {json.dumps(change['schema'], ensure_ascii=False)}")
        lines.append(
            f"- rows: {change.get('rows_added', 0):,} added, {change.get('rows_removed', 0):,} removed"
        )
        for column, values in change.get("values", {}).items():
            lines.append(f"- `{column}`: {values['changed']:,} values changed")
            for example in values["examples"][:5]:
                keys = ", ".join(f"{v}" for k, v in example.items() if k not in ("before", "after"))
                lines.append(f"  - {keys}: {example['before']} → {example['after']}")
        lines.append("")
    return "\n".join(lines) + "\n"


def release_notes(manifest: Mapping[str, Any], difference: Mapping[str, Any]) -> str:
    """Release notes in both languages: what it is, what was checked, every warning."""
    lines = [f"# {manifest['release_id']}", ""]
    if manifest["is_simulated"]:
        lines += ["**모의자료 · SIMULATED DATA: not a statistic.**", ""]
    files = {i["file_name"]: i for i in manifest["inputs"]}
    lines += [
        f"기준 시점 {manifest['period']}, 직전 릴리스 {manifest['previous'] or '없음'}. "
        f"입력 파일 {len(files)}개, 검사 {sum(v for k, v in manifest['checks'].items() if k != 'verdict')}건.",
        "",
        f"Period {manifest['period']}, previous release {manifest['previous'] or 'none'}. "
        f"{len(files)} input files.",
        "",
        "## 경고 · Warnings",
        "",
    ]
    if not manifest["warnings"]:
        lines.append("없음 · none")
    for warning in manifest["warnings"]:
        lines.append(f"- {warning['message_ko']} / {warning['message_en']}")
    changed = ", ".join(difference["marts"]) or difference.get("note", "none")
    lines += ["", "## 변경 · Changes", "", f"{changed} (diff.md)", ""]
    return "\n".join(lines)


def _warnings(verdict: Mapping[str, Any], lock: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Failed warning checks of the gate, then what the parsers warned about, in words."""
    found: list[dict[str, Any]] = []
    for check in verdict["checks"]:
        if check["success"]:
            continue
        shown = check.get("failures") or [{}]
        for failure in shown:
            found.append(
                {
                    "source": "gate",
                    "check": check["id"],
                    "complex_id": failure.get("complex_id"),
                    "measure": failure.get("measure"),
                    "period": failure.get("period"),
                    "message_ko": failure.get("message_ko") or check["title_ko"],
                    "message_en": failure.get("message_en") or check["title_en"],
                }
            )
    for snapshot in lock["snapshots"]:
        for warning in snapshot["warnings"]:
            where = " › ".join(
                part for part in (snapshot["file_name"], warning["sheet"], warning["cell"]) if part
            )
            found.append(
                {
                    "source": "file",
                    "check": warning["code"],
                    "period": snapshot["period"],
                    "message_ko": f"{where}: {warning['message_ko']}",
                    "message_en": f"{where}: {warning['message_en']}",
                }
            )
    return found


def _release_id(folder: Path) -> str:
    return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["release_id"])


def _simulated(folder: Path) -> bool:
    return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["is_simulated"])


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"
    path.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
