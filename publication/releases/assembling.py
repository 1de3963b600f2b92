"""The folder of a release, made in staging out of a candidate that passed the gate."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from publication.claims_page import render_claims
from publication.dictionary import NAME as DICTIONARY
from publication.dictionary import write_dictionary
from publication.releases.diff import diff
from publication.releases.diff_page import render_diff
from publication.releases.layout import (
    MANIFEST,
    NAME,
    Places,
    PublishError,
    private_folder,
    read_json,
    write_json,
)
from publication.releases.log import History
from publication.releases.manifest import FORM
from publication.releases.marts import export_marts
from publication.releases.reconcile import reconcile
from publication.releases.switching import publisher

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
    places: Places,
    order_by: Mapping[str, Sequence[str]],
    exposures: Mapping[str, Sequence[str]] | None = None,
    headline: Mapping[str, Any] | None = None,
    release_id: str | None = None,
) -> Path:
    """Make the folder of a release in staging: marts, database, lock, verdict, notes, difference.

    Args:
        candidate: the audited database; its schema `main` holds the marts.
        build: folder with inputs.lock.json and verdict.json.
        places: the home's folders.
        order_by: the columns each mart is ordered by (its key).
        exposures: the marts that each exposure names; all must be published.
        headline: figures for the manifest.
        release_id: the name; default: the next free one of its quarter.

    Returns the staged folder; its manifest is a draft without `files` until it is sealed.

    Raises:
        PublishError: the verdict does not allow publication, the published copy is not the
            candidate's, or somebody else is publishing.
    """
    verdict = read_json(build / "verdict.json")
    lock = read_json(build / "inputs.lock.json")
    if verdict["verdict"] == "stop":
        raise PublishError(
            f"the gate stopped {lock['build_id']}: see {build.name}/verdict.json",
            f"관문이 {lock['build_id']}을(를) 멈추었습니다",
        )
    if verdict["build_id"] != lock["build_id"]:
        raise PublishError(
            f"verdict of {verdict['build_id']} does not belong to {lock['build_id']}"
        )
    with publisher(places) as log:
        history = log.history()
        name = release_id or next_release_id(places, history, lock["period"])
        private_folder(places.staging)
        shutil.rmtree(places.staging / lock["build_id"], ignore_errors=True)
        folder: Path = places.staging / lock["build_id"] / name
        try:
            (folder / "marts").mkdir(parents=True)
            fill(folder, candidate, build, places, order_by, exposures or {}, headline or {},
                  verdict, lock, history.current)  # fmt: skip
        except BaseException:
            # A full disk above all: what is half there only takes room.
            shutil.rmtree(places.staging / lock["build_id"], ignore_errors=True)
            raise
    return folder


def fill(
    folder: Path,
    candidate: Path,
    build: Path,
    places: Places,
    order_by: Mapping[str, Sequence[str]],
    exposures: Mapping[str, Sequence[str]],
    headline: Mapping[str, Any],
    verdict: Mapping[str, Any],
    lock: Mapping[str, Any],
    previous: str | None,
) -> None:
    """Write everything that is not an output into the (empty, but for `marts/`) folder of a release;
    `previous` is the release it is compared with. The same arguments give the same bytes, except for
    the database.

    Raises:
        PublishError: as for `assemble`.
    """
    counts = export_marts(candidate, folder, order_by)
    for name in ("inputs.lock.json", "verdict.json"):
        shutil.copyfile(build / name, folder / name)
    report = build / "quality_report.html"
    if report.exists():
        shutil.copyfile(report, folder / report.name)
    if (build / "manifest.json").exists():
        write_dictionary(build / "manifest.json", folder / DICTIONARY, candidate)
    found = NAME.match(folder.name)
    manifest = {
        "form": FORM,
        "release_id": folder.name,
        "period": lock["period"],
        "version": int(found[2]) if found else 1,
        "is_simulated": lock["is_simulated"],
        "previous": previous,
        "code": lock["code"],
        "build_id": lock["build_id"],
        "datasets": lock.get("datasets", {}),
        "inputs": [{k: s[k] for k in INPUT_FIELDS} for s in lock["snapshots"]],
        "row_counts": counts,
        "keys": {mart: list(order_by[mart]) for mart in counts},
        "reconciliation": reconcile(candidate, folder, exposures),
        "checks": {"verdict": verdict["verdict"], **verdict["counts"]},
        "warnings": _warnings(verdict, lock),
        **_disclosure(build),
        "headline": dict(headline),
    }
    write_json(folder / MANIFEST, manifest)
    render_claims(folder, folder / "claims.html")
    before = places.releases / previous if previous else None
    difference = diff(before, folder, order_by, folder / "diff.parquet")
    write_json(folder / "diff.json", difference)
    render_diff(difference, folder, folder / "diff.html")
    (folder / "RELEASE_NOTES.md").write_text(release_notes(manifest, difference), encoding="utf-8")


def _disclosure(build: Path) -> dict[str, Any]:
    """What disclosure control withheld, by table: how many cells, by which rules, and whether it is
    proven that nobody can work them out; and the releases that it was held against."""
    path = build / "disclosure_audit.json"
    if not path.exists():
        return {"disclosure": [], "held_against": []}
    wanted = ("mart", "dataset", "period", "rules", "cells", "withheld", "is_safe")
    audit = read_json(path)
    return {
        "disclosure": [{k: table[k] for k in wanted} for table in audit["tables"]],
        "held_against": audit.get("held_against", []),
    }


def next_release_id(places: Places, history: History, period: str) -> str:
    """The next free name for a quarter: `2026-Q1_v1`, then `_v2`. The name of a release that readers
    saw is never used again, whatever became of it; that of a mere candidate is."""
    taken = {s.release_id for s in history.states.values() if s.was_published}
    taken |= {path.name for path in places.releases.glob(f"{period}_v*")}
    versions = [int(m[2]) for name in taken if (m := NAME.match(name)) and m[1] == period]
    return f"{period}_v{max(versions, default=0) + 1}"


def release_notes(manifest: Mapping[str, Any], difference: Mapping[str, Any]) -> str:
    """Release notes in both languages: what it is, what was checked, every warning."""
    lines = [f"# {manifest['release_id']}", ""]
    if manifest["is_simulated"]:
        lines += ["**모의자료 · SIMULATED DATA: not a statistic.**", ""]
    files = {i["file_name"]: i for i in manifest["inputs"]}
    lines += [
        f"기준 시점 {manifest['period']}, 직전 배포판 {manifest['previous'] or '없음'}. "
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
    lines += ["", "## 변경 · Changes", "", f"{changed} (diff.html)", ""]
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
