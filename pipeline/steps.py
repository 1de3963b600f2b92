"""The whole way from an inbox to a release without Airflow, and the steps' order.

The steps are in `ingest_step`, `build_step`, `gate_step` and `publishing`; Airflow and the command line
call the same functions. Every step may be repeated and may die.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipeline import gate_step, publishing
from pipeline.build_step import build, start_dbt
from pipeline.ingest_step import discover, finish_ingest, ingest_items, prepare_inbox
from pipeline.settings import Settings


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
    verdict = gate_step.standing_verdict(settings, state["build_id"])
    if verdict is None or verdict["verdict"] != "stop":
        with gate_step.GateProcess() as process:
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
