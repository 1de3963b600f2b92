"""The embedded Airflow, without Airflow: its environment, its processes, its arithmetic."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console

from pipeline.embedded import chain, environment, processes, progress, run


@pytest.mark.usefixtures("socket_enabled")  # binds on 127.0.0.1, nothing more
def test_a_used_port_is_left_alone() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert environment.free_port(port) not in {0, port}
    assert environment.free_port(port) == port


def test_nothing_listens_elsewhere_and_no_foreign_setting_gets_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://otherhost/airflow")
    monkeypatch.setenv("AIRFLOW_HOME", "/otherhost")
    monkeypatch.setenv("NO_PROXY", "intranet")
    monkeypatch.setenv("SANDAN_INBOX", "/before")
    env = environment.airflow_environment(tmp_path / "airflow", tmp_path, 8123)
    assert "otherhost" not in json.dumps({k: v for k, v in env.items() if "AIRFLOW" in k})
    assert env["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"
    assert env["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert env["SANDAN_HOME"] == str(tmp_path) and env["SANDAN_INBOX"] == "/before"
    assert env["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert env["DBT_SEND_ANONYMOUS_USAGE_STATS"] == env["GX_ANALYTICS_ENABLED"] == "false"
    inbox = environment.airflow_environment(tmp_path, tmp_path, 1, inbox=tmp_path / "in")
    assert inbox["SANDAN_INBOX"] == str(tmp_path / "in")


def test_keys_are_private_and_new_except_the_one_that_must_stay(tmp_path: Path) -> None:
    first, second = environment.new_keys(tmp_path), environment.new_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    kept = {name for name in first if first[name] == second[name]}
    assert kept == {"AIRFLOW__CORE__FERNET_KEY"}
    assert len(set(second.values())) == 3


def test_seconds_side_by_side_count_once() -> None:
    assert chain.union_seconds([]) == 0
    assert chain.union_seconds([(0, 4), (1, 2), (3, 6), (10, 11)]) == 7


def test_the_chain_is_measured_from_trigger_to_end() -> None:
    task = {"start_date": "1970-01-01T00:00:12Z", "end_date": "1970-01-01T00:00:15Z"}
    dag = progress.DagProgress("sandan_ingest", ended=20.0, tasks=[task])
    assert chain.timings([dag], 10.0, 99.0) == (10.0, 3.0, 7.0)
    assert chain.timings([], 10.0, 99.0) == (99.0, 0.0, 99.0)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("published", 0), ("unchanged", 0), ("nothing_new", 0), ("stopped", 1), ("failed", 2)],
)
def test_exit_codes(outcome: str, code: int) -> None:
    assert chain.ChainResult(outcome, []).exit_code == code


def test_mapped_tasks_are_one_row() -> None:
    def task(name: str, state: str, index: int, start: str, end: str | None) -> dict[str, object]:
        return {
            "task_id": name,
            "state": state,
            "map_index": index,
            "start_date": f"2026-01-01T00:00:{start}Z",
            "end_date": end and f"2026-01-01T00:00:{end}Z",
        }

    dag = progress.DagProgress(
        "sandan_ingest",
        tasks=[
            task("finish", "success", -1, "09", "10"),
            task("ingest_batch", "success", 0, "01", "03"),
            task("ingest_batch", "failed", 1, "02", "06"),
        ],
    )
    assert dag.rows() == [("ingest_batch ×2", "failed", 5.0), ("finish", "success", 1.0)]
    dag.tasks[1]["state"] = "running"
    assert dag.rows()[0][1] == "running 1/2"


# A component with a task in a process group of its own that does not want to go.
STUBBORN = """
import os, signal, subprocess, sys, time
subprocess.Popen(
    [sys.executable, "-c",
     "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
     "open(sys.argv[1], 'w').close(); time.sleep(60)",
     sys.argv[1]],
    process_group=0,
)
time.sleep(60)
"""


@pytest.mark.parametrize("hard", [True, False])
def test_no_process_survives_the_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard: bool
) -> None:
    monkeypatch.setattr(processes, "_LAUNCH", STUBBORN)
    monkeypatch.setattr(processes, "HARD_STOP_LIMIT", 0.3)
    monkeypatch.setattr(processes, "STOP_LIMIT", 0.3)
    components = processes.Components(dict(os.environ), tmp_path)
    ready = tmp_path / "ready"
    component = components.start("scheduler", str(ready), patience=0.3)
    end = time.monotonic() + 20
    while not ready.exists() and time.monotonic() < end:
        time.sleep(0.05)
    members = component.members()
    assert len(members) == 2
    assert len({os.getpgid(member.pid) for member in members}) == 2
    assert components.stop(hard=hard) == []
    assert component.members() == []


def test_a_component_that_dies_is_noticed_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_LAUNCH", "print('no space left'); raise SystemExit(3)")
    components = processes.Components(dict(os.environ), tmp_path)
    components.start("scheduler").process.wait(20)
    with pytest.raises(processes.EmbeddedError, match=r"exit code 3(.|\n)*no space left"):
        components.check()
    assert components.stop(hard=True) == []


LISTENER = """
import socket, sys, time
with socket.socket() as s:
    try:
        s.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError as error:
        raise SystemExit(f"error while attempting to bind: {error.strerror.lower()}")
    s.listen()
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.usefixtures("socket_enabled")  # listens on 127.0.0.1, nothing more
def test_a_port_that_somebody_took_meanwhile_is_told_from_our_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_LAUNCH", LISTENER.replace("{", "{{").replace("}", "}}"))
    port = environment.free_port(0)
    first, second = (processes.Components(dict(os.environ), tmp_path / n) for n in "ab")
    try:
        log = first.start("api-server", str(port)).log
        end = time.monotonic() + 20
        while "ready" not in log.read_text() and time.monotonic() < end:
            time.sleep(0.05)
        assert first.listen_on(port) and not first.listen_on(port + 1)
        second.start("api-server", str(port)).process.wait(20)
        # Whoever asks the port gets an answer, but not ours.
        assert not second.listen_on(port)
        with pytest.raises(processes.PortTakenError, match="already in use"):
            second.check()
    finally:
        assert first.stop(hard=True) == second.stop(hard=True) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PR_SET_PDEATHSIG is Linux")
def test_components_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from pipeline.embedded import processes\n"
        "processes._LAUNCH = 'import time; time.sleep(60)'\n"
        "c = processes.Components(dict(os.environ), Path(sys.argv[1])).start('scheduler')\n"
        "print(c.process.pid, flush=True); time.sleep(60)\n"
    )
    repository = str(Path(processes.__file__).parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": repository},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait(10)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":  # nobody has taken its exit code yet
            return
        time.sleep(0.05)
    os.kill(child, 9)
    pytest.fail("the component outlived its parent")


def test_a_second_run_in_one_home_starts_nothing(tmp_path: Path) -> None:
    class Settings:
        home = tmp_path

    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "run.pid").write_text("4711\n")
    said = io.StringIO()
    with FileLock(tmp_path / "airflow" / "run.lock"):
        code = run.run_embedded(Settings(), None, console=Console(file=said))
    assert code == 2
    assert "Another run (process 4711)" in said.getvalue()
    assert not (tmp_path / "airflow" / "logs").exists()


@pytest.mark.usefixtures("socket_enabled")  # binds on 127.0.0.1, nothing more
def test_a_run_that_lost_its_port_starts_once_more_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Settings:
        home = tmp_path

    failures = iter([processes.PortTakenError("taken"), processes.PortTakenError("taken again")])

    def start(*_: object) -> None:
        raise next(failures)

    monkeypatch.setattr(run, "_start", start)
    said = io.StringIO()
    assert run.run_embedded(Settings(), None, console=Console(file=said, width=200)) == 2
    ports = re.findall(r"Starting Airflow on http://127.0.0.1:(\d+)", said.getvalue())
    assert len(set(ports)) == 2 and "taken again" in said.getvalue()
