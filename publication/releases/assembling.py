"""The folder of a release, made in staging out of a candidate that passed the gate."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from publication.claims_page import render_claims
from publication.releases.diff import diff, diff_text
from publication.releases.layout import (
    MANIFEST,
    PublishError,
    current_release,
    next_release_id,
    write_json,
)
from publication.releases.marts import export_marts

INPUT_FIELDS = (
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
        "inputs": [{k: s[k] for k in INPUT_FIELDS} for s in lock["snapshots"]],
        "row_counts": counts,
        "checks": {"verdict": verdict["verdict"], **verdict["counts"]},
        "warnings": _warnings(verdict, lock),
        "headline": dict(headline or {}),
    }
    write_json(folder / MANIFEST, manifest)
    render_claims(folder, folder / "claims.html")
    difference = diff(
        None if previous is None else releases / previous["release_id"], folder, order_by
    )
    write_json(folder / "diff.json", difference)
    (folder / "diff.md").write_text(diff_text(difference), encoding="utf-8")
    (folder / "RELEASE_NOTES.md").write_text(release_notes(manifest, difference), encoding="utf-8")
    return folder


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
