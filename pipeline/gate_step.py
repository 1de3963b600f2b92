"""The gate step: a verdict on a build, the profile and the report beside it, in a process of its own
where there is none yet. Airflow and the command line call the same functions.
"""

from __future__ import annotations

import gc
import importlib
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.build_step import SUCCESS, BuildFailed, protect_anew, survey_notes_path
from pipeline.settings import Settings

SEOUL = ZoneInfo("Asia/Seoul")


def gate(settings: Settings, build_id: str) -> dict[str, Any]:
    """Judge a candidate, also against the release that readers see; write verdict.json and the quality
    report beside it. Where releases came out since it was built, it is protected anew first.

    Raises:
        BuildFailed: it is no complete build.
        ValueError: a suite or an accepted exception is not valid; there is no verdict then.
    """
    from expectations.gate import run_gate, write_verdict
    from pipeline.publishing import judged_against
    from pipeline.release_home import mart_order, places
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
    past = punctuality(ReleaseLog(places(settings).log))
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
