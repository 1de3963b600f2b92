"""Following the chain of DAG runs to its end, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipeline.embedded.api import Api
from pipeline.embedded.processes import Components, EmbeddedError
from pipeline.embedded.progress import DagProgress, Display, moment

#: The chain in its order, and the task of each DAG whose result says what came of it.
CHAIN: tuple[tuple[str, str], ...] = (
    ("sandan_ingest", "finish"),
    ("sandan_build", "build"),
    ("sandan_gate", "gate"),
    ("sandan_publish", "switch"),
)
#: One DAG a dataset.
FETCH_PREFIX = "sandan_fetch__"
DAG_IDS = tuple(dag_id for dag_id, _ in CHAIN)
#: The scheduler creates the run of a partition at its next loop; a minute means it never will.
HANDOVER_LIMIT = 60.0
POLL_SECONDS = 0.25

_FINISHED_RUN = {"success", "failed"}


@dataclass
class ChainResult:
    """How the chain ended.

    outcome: published, unchanged (the release was already there), waiting (for its sign-off or time),
    nothing_new, empty (nothing has ever landed), stopped (by the gate), failed, interrupted. lines: what to tell the user.
    """

    outcome: str
    lines: list[str]
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0: the release is current, or waits; 1: the gate stopped it, 2: nothing could be built."""
        if self.outcome in {"published", "unchanged", "waiting", "nothing_new"}:
            return 0
        return 1 if self.outcome == "stopped" else 2


def trigger(api: Api, dag_id: str) -> str:
    """Start a DAG by hand; returns the run's name."""
    run_id = f"embedded__{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    api.call("POST", f"/dags/{dag_id}/dagRuns", json={"dag_run_id": run_id, "logical_date": None})
    return run_id


def _set_paused(api: Api, dags: list[DagProgress], is_paused: bool) -> None:
    pattern = "|".join(dag.dag_id for dag in dags)
    params = {"dag_id_pattern": pattern, "limit": 1}  # how many are shown, not changed
    api.call("PATCH", "/dags", params=params, json={"is_paused": is_paused})


def _look(api: Api, dag: DagProgress) -> None:
    """The state of a run now."""
    run = api.call("GET", f"/dags/{dag.dag_id}/dagRuns/{dag.run_id}")
    dag.tasks = api.pages(
        f"/dags/{dag.dag_id}/dagRuns/{dag.run_id}/taskInstances", "task_instances"
    )
    dag.state, dag.partition_key = run["state"], run["partition_key"]
    dag.started, dag.ended = moment(run["start_date"]), moment(run["end_date"])


def follow_fetches(
    api: Api,
    components: Components,
    interrupted: Callable[[], None],
    dags: list[DagProgress],
    display: Display,
) -> list[dict[str, Any]]:
    """Start the fetching DAGs side by side and wait for all; returns the result of each.

    A publisher that cannot be reached does not keep the others back, nor what lies in the inbox.

    Runs are made while their DAGs are paused, and start together: Airflow 3.3 commits its audit log of a
    call in the server's event loop. Where the SQLite is locked by a task's own call just then, that one
    cannot come to its end either, and both wait until the database gives up (30 s).
    """
    if not dags:
        return []
    _set_paused(api, dags, True)
    for dag in dags:
        dag.run_id = trigger(api, dag.dag_id)
    _set_paused(api, dags, False)
    while any(dag.state not in _FINISHED_RUN for dag in dags):
        for dag in dags:
            if dag.state not in _FINISHED_RUN:
                _look(api, dag)
        display.show(dags)
        pause(components, interrupted)
    return [
        {
            "dataset": dag.dag_id.removeprefix(FETCH_PREFIX),
            **(
                api.xcom(dag.dag_id, dag.run_id, "fetch")
                or {"status": "failed", "message": "; ".join(_failures(api, dag))}
            ),
        }
        for dag in dags
    ]


def _failures(api: Api, dag: DagProgress) -> list[str]:
    """A line a task that failed, with the error from its log."""
    return [
        f"{dag.dag_id}.{task['task_id']} failed: "
        f"{api.error_of(task) or 'see its log below airflow/logs'}"
        for task in dag.tasks
        if task["state"] == "failed"
    ]


def follow(
    api: Api,
    components: Components,
    interrupted: Callable[[], None],
    run_id: str,
    dags: list[DagProgress],
    display: Display,
) -> ChainResult:
    """Watch run after run until the chain is at its end."""
    results: dict[str, Any] = {}
    told: list[str] = []  # files that were rejected: to be said however it ends
    known = {
        run["dag_run_id"]
        for dag_id in DAG_IDS[1:]
        for run in api.pages(f"/dags/{dag_id}/dagRuns", "dag_runs")
    }
    dags[0].run_id = run_id
    for (dag_id, result_task), dag in zip(CHAIN, dags, strict=True):
        waiting_since = time.monotonic()
        while not dag.run_id:
            new = [
                run
                for run in api.pages(f"/dags/{dag_id}/dagRuns", "dag_runs")
                if run["dag_run_id"] not in known
            ]
            if new:
                dag.run_id = min(new, key=lambda run: str(run["run_after"]))["dag_run_id"]
                break
            if time.monotonic() - waiting_since > HANDOVER_LIMIT:
                raise EmbeddedError(
                    f"{dag_id} was not started within {HANDOVER_LIMIT:.0f} s of the event that "
                    "should start it; see logs/scheduler.log"
                )
            pause(components, interrupted)
        while True:
            _look(api, dag)
            display.show(dags)
            if dag.state in _FINISHED_RUN:
                break
            pause(components, interrupted)
        result = api.xcom(dag_id, dag.run_id, result_task)
        results[dag_id] = result
        if dag.state == "failed":
            if isinstance(result, dict) and result.get("verdict") == "stop":
                told += [*result.get("summary", []), *result.get("summary_ko", [])]
                if report := result.get("report"):
                    told.append(f"quality report: {report}")
                return ChainResult("stopped", told, results)
            failures = _failures(api, dag) or [f"{dag_id} failed"]
            return ChainResult("failed", told + failures, results)
        if dag_id == "sandan_ingest":
            ingested = result or {}
            if ingested.get("quarantined") or ingested.get("fault"):
                told = [f"ingest: {message}" for message in ingested.get("messages") or []]
            if not ingested.get("has_new"):
                return ChainResult(
                    "nothing_new" if ingested.get("partition") else "empty", told, results
                )
    switched = results["sandan_publish"] or {}
    status = switched.get("status", "published")
    if status in ("awaiting_sign_off", "embargoed"):
        return ChainResult("waiting", [*told, switched["message"]], results)
    return ChainResult("unchanged" if status == "unchanged" else "published", told, results)


def pause(components: Components, interrupted: Callable[[], None]) -> None:
    """Wait a moment, unless a signal came or a component died."""
    interrupted()
    components.check()
    time.sleep(POLL_SECONDS)


# ---------------------------------------------------------------------------- start


def union_seconds(spans: list[tuple[float, float]]) -> float:
    """Length of the union of time spans: tasks side by side count once."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def timings(
    dags: list[DagProgress], triggered_at: float, watched: float
) -> tuple[float, float, float]:
    """Seconds of the chain, of its tasks, and of Airflow between them.

    The chain runs from the trigger to the end of its last run; tasks side by side count once.
    """
    spans = [
        (start, end)
        for dag in dags
        for task in dag.tasks
        if (start := moment(task["start_date"])) and (end := moment(task["end_date"]))
    ]
    ends = [dag.ended for dag in dags if dag.ended is not None]
    chain = max(ends) - triggered_at if ends else watched
    tasks = union_seconds(spans)
    return chain, tasks, max(0.0, chain - tasks)
