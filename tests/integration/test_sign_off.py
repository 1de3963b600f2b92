"""A person's sign-off in Airflow: a real API server, scheduler and DAG processor, answered over REST."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.embedded.api import Api
from pipeline.embedded.environment import airflow_environment, free_port, new_keys
from pipeline.embedded.processes import Components
from pipeline.embedded.run import _await_health, _make_pools, _start
from publication.releases import Places, ReleaseLog

from .conftest import open_to_others, sandan

pytestmark = pytest.mark.timeout(1200)

DAG = "sandan_publish"


@contextlib.contextmanager
def airflow(home: Path, **variables: str) -> Iterator[Api]:
    """Airflow's own components in a home, with the clock on: an installation that stays."""
    folder = home / "airflow"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    env = airflow_environment(folder, home, port, keys=new_keys(folder))
    # Scheduled DAGs stay paused; a clock that is on says that somebody is there to answer.
    env |= {"SANDAN_INGEST_CRON": "10 9 * * *", "SANDAN_SIGN_OFF": "required", **variables}
    components, api, begun = Components(env, folder), Api(port), time.time()
    try:
        _start(folder, components, lambda: None)
        _await_health(api, components, lambda: None, begun, [DAG])
        _make_pools(api)
        api.call("PATCH", f"/dags/{DAG}", json={"is_paused": False})
        yield api
    finally:
        api.close()
        assert components.stop(hard=True) == []


def trigger(api: Api, build_id: str, number: int) -> str:
    run_id = f"by_hand_{number}"
    api.call(
        "POST",
        f"/dags/{DAG}/dagRuns",
        json={"dag_run_id": run_id, "logical_date": None, "conf": {"build_id": build_id}},
    )
    return run_id


def states(api: Api, run_id: str) -> dict[str, str]:
    tasks = api.pages(f"/dags/{DAG}/dagRuns/{run_id}/taskInstances", "task_instances")
    return {task["task_id"]: task["state"] for task in tasks}


def wait_for(api: Api, run_id: str, reached: Callable[[dict[str, str]], bool]) -> dict[str, str]:
    end = time.monotonic() + 300
    while time.monotonic() < end:
        found = states(api, run_id)
        if reached(found):
            return found
        time.sleep(0.5)
    raise AssertionError(f"not reached: {states(api, run_id)}")


def question(api: Api, run_id: str) -> dict[str, Any]:
    """What a person finds under Required Actions."""
    details = api.pages(f"/dags/{DAG}/dagRuns/{run_id}/hitlDetails", "hitl_details")
    (found,) = [d for d in details if d["task_instance"]["task_id"] == "approve"]
    return found


def answer(api: Api, run_id: str, option: str, **form: Any) -> None:
    # Nobody reads and answers within the second in which the task was parked; Airflow's scheduler, busy,
    # may take the end of the parked process for the end of the task then, and ask once more.
    time.sleep(5)
    # form fields left alone come with their defaults, as the UI sends them
    fields = {"role": "statistician", "reason": None, **form}
    path = f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/approve/-1/hitlDetails"
    api.call("PATCH", path, json={"chosen_options": [option], "params_input": fields})


def fresh(home: Path) -> str:
    """Take the releases out of a home: what is left is a judged build, not published yet."""
    for name in ("releases", "staging"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "release_log.jsonl").unlink(missing_ok=True)
    builds = sorted((home / "builds").glob("*/verdict.json"), key=lambda p: p.stat().st_mtime)
    return builds[-1].parent.name


def nothing_is_out(home: Path, build_id: str) -> None:
    """Every output lies in staging by now, and no path that a reader has leads to one."""
    (staged,) = (home / "staging" / build_id).glob("*_v*")
    outputs = {p.name for p in staged.iterdir()}
    assert {"marts", "kicox.duckdb", "bulletin", "site", "sdmx", "csv", "claims.html"} <= outputs
    assert [p.name for p in (home / "releases").iterdir()] == ["index.json"]
    closed = {"staging", "builds", "landed", "raw", "cache", "release_log.jsonl"}
    assert not open_to_others(home) & closed
    for question in (("asof", "2026-06-01"), ("trace", "창원", "생산액", "2026-Q1"), ("verify",)):
        told = sandan(home, *question)
        assert told.returncode != 0 and "Traceback" not in told.stderr, (question, told.stdout)


def sign_off_over_rest(home: Path) -> None:
    build_id = fresh(home)
    calendar = home / "releases.yml"
    log = ReleaseLog(Places(home).log)
    period = build_id.split("_")[0]
    with airflow(home, SANDAN_RELEASES=str(calendar)) as api:
        calendar.write_text("releases: []\n")
        # -- rejected: nothing is published, and nothing after it runs
        first = trigger(api, build_id, 1)
        wait_for(api, first, lambda s: s.get("approve") == "awaiting_input")
        manifest = log.history().states[f"{period}_v1"].manifest_sha256
        asked = question(api, first)
        assert manifest and manifest in asked["body"] and f"{period}_v1" in asked["subject"]
        assert set(asked["params"]) == {"role", "reason"}
        answer(api, first, "Reject", reason="look at Gumi again")
        found = wait_for(api, first, lambda s: s.get("switch") == "skipped")
        assert (found["approve"], found["embargo"]) == ("success", "skipped")
        rejected = log.read()[-1]
        assert (rejected.event, rejected.reason) == ("rejected", "look at Gumi again")
        assert not (home / "releases/current").exists()

        # -- void: what was asked about is no longer what is staged
        shutil.rmtree(home / "staging")
        (home / "release_log.jsonl").unlink()
        (home / "releases/index.json").unlink(missing_ok=True)
        second = trigger(api, build_id, 2)
        wait_for(api, second, lambda s: s.get("approve") == "awaiting_input")
        folder = home / "staging" / build_id / f"{period}_v1"
        report = folder / "quality_report.html"
        report.chmod(0o644)
        report.write_text("<p>nicer figures</p>")
        answer(api, second, "Approve")
        found = wait_for(api, second, lambda s: s.get("approve") == "failed")
        assert found["switch"] in ("upstream_failed", None)
        assert [e.event for e in log.read()] == ["candidate", "audited"]

        # -- approved, then held until its time, then switched by the scheduler
        shutil.rmtree(home / "staging")
        third = trigger(api, build_id, 3)
        wait_for(api, third, lambda s: s.get("approve") == "awaiting_input")
        due = (datetime.now(UTC) + timedelta(seconds=45)).replace(microsecond=0)
        calendar.write_text(
            f"releases:\n  - {{period: {period}, at: '{due:%Y-%m-%d %H:%M:%S}+00:00'}}\n"
        )
        answer(api, third, "Approve", role="head_of_dissemination")
        wait_for(api, third, lambda s: s.get("embargo") == "up_for_reschedule")
        assert log.history().states[f"{period}_v1"].state == "embargoed"
        nothing_is_out(home, build_id)
        wait_for(api, third, lambda s: s.get("after") == "success")
    events = {e.event: e for e in log.read()}
    approved, published = events["approved"], events["published"]
    assert (approved.role, approved.details["via"]) == ("head_of_dissemination", "Airflow")
    assert approved.actor and approved.manifest_sha256 == published.manifest_sha256
    assert os.readlink(home / "releases/current") == f"{period}_v1"
    index = json.loads((home / "releases/index.json").read_text(encoding="utf-8"))
    (row,) = index["punctuality"]
    assert row["is_measured"] and row["delay_seconds"] >= 0
    assert datetime.fromisoformat(published.at) >= due


def test_a_person_signs_off_in_airflow(home: Path) -> None:
    sign_off_over_rest(home)
