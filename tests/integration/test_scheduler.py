"""The whole chain through a real Airflow: scheduler, DAG processor, API server, tasks.

One home for all tests, in their order: the first publishes the bundled sample, the others begin
where it ended.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline.schedules import fetch_schedules

REPOSITORY = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.timeout(1200)

CLI = [sys.executable, "-c", "from pipeline.cli import app; app()"]


def environment(home: Path) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k not in {"SANDAN_INBOX", "AIRFLOW_HOME"}}
    python_path = os.pathsep.join(p for p in (env.get("PYTHONPATH", ""), str(REPOSITORY)) if p)
    return env | {"SANDAN_HOME": str(home), "PYTHONPATH": python_path, "NO_COLOR": "1"}


def sandan(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *arguments],
        env=environment(home),
        cwd=home.parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1000,
    )


def last_run(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "airflow" / "last_run.json").read_text())
    return found


def releases(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "releases").glob("*_v*"))


def current(home: Path) -> str:
    return str((home / "releases" / "current").readlink())


def processes_of(home: Path) -> list[str]:
    """Living processes that were started for this home, whoever their parent is now."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.environ().get("SANDAN_HOME") == str(home):
                found.append(f"{process.pid} {' '.join(process.cmdline())[:120]}")
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("scheduler") / "home"
    yield folder
    assert processes_of(folder) == []


@pytest.fixture(scope="module")
def first(home: Path) -> subprocess.CompletedProcess[str]:
    return sandan(home, "run", "--airflow")


def test_the_chain_publishes_the_sample(
    home: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert first.returncode == 0, first.stdout[-4000:] + first.stderr[-2000:]
    run = last_run(home)
    assert run["outcome"] == "published"
    (release,) = releases(home)
    assert current(home) == release
    assert release == run["results"]["sandan_publish"]["release_id"]
    assert list((home / "releases" / release / "bulletin").glob("*.pdf"))
    assert processes_of(home) == []
    print({key: value for key, value in run.items() if key.endswith("_seconds")})


def test_the_quarter_is_the_partition_key_all_the_way(
    home: Path, first: subprocess.CompletedProcess[str]
) -> None:
    run = last_run(home)
    keys = {
        dag["dag_id"]: dag["partition_key"]
        for dag in run["dags"]
        if not dag["dag_id"].startswith("sandan_fetch__")
    }
    quarter = run["results"]["sandan_ingest"]["partition"]
    assert keys == {
        "sandan_ingest": None,
        "sandan_build": quarter,
        "sandan_gate": quarter,
        "sandan_publish": quarter,
    }
    assert releases(home)[0].startswith(f"{quarter}_v")


def test_the_tasks_ran_in_their_order(home: Path, first: subprocess.CompletedProcess[str]) -> None:
    fetched, dags = [], []
    run = last_run(home)
    for dag in run["dags"]:
        (fetched if dag["dag_id"].startswith("sandan_fetch__") else dags).append(dag)
    # Every publisher is asked before anything is read, over HTTP as the real ones are.
    assert len(fetched) == len(fetch_schedules())
    states = {task["state"] for dag in fetched for task in dag["tasks"] if task["task"] == "fetch"}
    assert states == {"success"}, [f for f in run["fetched"] if f["status"] != "fetched"]
    assert all(
        task["state"] == "skipped"
        for dag in fetched
        for task in dag["tasks"]
        if task["task"] == "person"
    )
    begun = min(task["start"] for dag in dags for task in dag["tasks"])
    assert all(task["end"] <= begun for dag in fetched for task in dag["tasks"] if task["end"])
    tasks = {task["task"]: task for dag in dags for task in dag["tasks"]}
    # Nobody has to sign the sample off.
    assert tasks.pop("approve")["state"] == "skipped"
    assert all(task["state"] == "success" for task in tasks.values())
    assert all(task["tries"] == 1 for task in tasks.values())
    order = [
        "discover",
        "ingest_batch",
        "finish",
        "build",
        "gate",
        "assemble",
        "render",
        "seal",
        "embargo",
        "switch",
        "after",
    ]
    assert set(tasks) == set(order)
    for before, after in itertools.pairwise(order):
        assert tasks[before]["end"] <= tasks[after]["start"], (before, after)


def test_progress_names_every_step(first: subprocess.CompletedProcess[str]) -> None:
    for step in ("sandan_ingest.finish", "sandan_build.build", "sandan_gate.gate", "switch"):
        assert step in first.stdout
    assert "Airflow ready" in first.stdout


def test_a_second_run_publishes_nothing_and_says_so(
    home: Path, first: subprocess.CompletedProcess[str]
) -> None:
    before = releases(home), current(home)
    second = sandan(home, "run", "--airflow")
    assert second.returncode == 0, second.stdout[-4000:] + second.stderr[-2000:]
    assert last_run(home)["outcome"] == "nothing_new"
    assert "Nothing new" in second.stdout
    assert (releases(home), current(home)) == before
    assert processes_of(home) == []


def test_ctrl_c_leaves_no_process_and_a_second_run_waits_its_turn(
    home: Path, first: subprocess.CompletedProcess[str]
) -> None:
    before = current(home)
    log = home.parent / "interrupted.log"
    with log.open("w") as stream:
        running = subprocess.Popen(
            [*CLI, "run", "--airflow"],
            env=environment(home),
            cwd=home.parent,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + 240
        while "Starting Airflow" not in log.read_text():
            assert running.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        time.sleep(5)  # in the middle of the start, with everything half there
        assert len(processes_of(home)) >= 3
        other = sandan(home, "run", "--airflow")
        assert other.returncode == 2
        assert "nother run" in other.stdout + other.stderr
        running.send_signal(signal.SIGINT)
        assert running.wait(120) != 0
    finally:
        if running.poll() is None:
            running.kill()
            running.wait(10)
    assert processes_of(home) == []
    assert current(home) == before
    assert "interrupted" in log.read_text()
