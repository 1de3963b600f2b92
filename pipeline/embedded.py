"""Airflow for one run: started in the home, followed to the end of the chain, stopped again.

`make run` needs no server and no container: this module starts Airflow's own components (SQLite,
LocalExecutor, everything bound to 127.0.0.1) as child processes, triggers `sandan_ingest` over the
REST interface, shows what the real scheduler does, and stops every child. Nothing is simulated: the
DAGs are those of `dags/`, unchanged.

Files, all below `<home>/airflow`:

- `airflow.db`, `airflow.cfg`: Airflow's own; may be deleted at any time between two runs
- `logs/api-server.log`, `logs/scheduler.log`, `logs/dag-processor.log`, `logs/db-migrate.log`:
  one per process, of the last start; `logs/dag_id=…/`: one per task
- `secrets.json` (0600): the keys of this start, for whoever wants to look in with `airflow …`
- `last_run.json`: what ran, for how long, and how much of that was Airflow itself
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.metadata
import importlib.util
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import httpx
import psutil
from filelock import FileLock, Timeout
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

REPOSITORY = Path(__file__).resolve().parents[1]

#: The chain in its order, and the task of each DAG whose result says what came of it.
CHAIN: tuple[tuple[str, str], ...] = (
    ("sandan_ingest", "finish"),
    ("sandan_build", "build"),
    ("sandan_gate", "gate"),
    ("sandan_publish", "switch"),
)
DAG_IDS = tuple(dag_id for dag_id, _ in CHAIN)
DUCKDB_POOL = "duckdb"

#: Seconds. A cold disk and packages that were never compiled make a first start several times
#: slower than the next.
STARTUP_LIMIT = 300.0
#: The scheduler creates the run of a partition at its next loop; a minute means it never will.
HANDOVER_LIMIT = 60.0
STOP_LIMIT = 10.0
#: Airflow's task process calls `on_kill` on SIGTERM and then goes on, so there is nothing to wait
#: for beyond what on_kill needs.
HARD_STOP_LIMIT = 3.0
POLL_SECONDS = 0.25

_FINISHED_RUN = {"success", "failed"}
_FINISHED_TASK = {"success", "failed", "skipped", "upstream_failed", "removed"}

# Airflow imports some 1,800 modules a process and FastAPI builds 800 routes: the garbage collector
# walks the growing heap over and over and takes a third of the start. A higher threshold only
# postpones collections.
_LAUNCH = """
import contextlib, gc, importlib
gc.set_threshold(100_000, 20, 20)
for name in {preload}:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
from airflow.__main__ import main
main()
"""

#: Imported once by the scheduler and inherited by every task it forks: most tasks are done in less
#: time than these imports take (0.7 s, two dozen times for the sample). pyarrow imports pandas
#: behind the scenes as soon as it sees a list. What only one task needs is not here.
PRELOAD = ("pandas", "pyarrow.parquet", "pipeline.steps")


class HasHome(Protocol):
    """What is asked of the settings: where everything lives."""

    @property
    def home(self) -> Path:
        """Directory of all run-time files (`SANDAN_HOME`)."""
        ...


class EmbeddedError(RuntimeError):
    """Airflow did not start, died, or did not do what it was asked; the message is for people."""


class _Interrupted(Exception):
    """A signal asked for the end."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


# ---------------------------------------------------------------------------- environment


def free_port(preferred: int = 8080) -> int:
    """The preferred port of 127.0.0.1 if nobody listens there, else one the system picks."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            # Airflow's server sets this too: a port in TIME_WAIT is free for it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise EmbeddedError("no free port on 127.0.0.1")


def _keys(airflow_home: Path) -> dict[str, str]:
    """Secrets of this start, also left in `secrets.json` (0600).

    The Fernet key alone is kept from start to start: what Airflow stored encrypted must stay
    readable.
    """
    path = airflow_home / "secrets.json"
    fernet = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    with contextlib.suppress(OSError, ValueError, KeyError):
        fernet = json.loads(path.read_text())["AIRFLOW__CORE__FERNET_KEY"]
    keys = {
        "AIRFLOW__CORE__FERNET_KEY": fernet,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
    }
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(keys, stream, indent=1)
    return keys


def airflow_environment(
    airflow_home: Path,
    home: Path,
    port: int,
    *,
    inbox: Path | None = None,
    keys: dict[str, str] | None = None,
) -> dict[str, str]:
    """The complete environment of the child processes.

    Args:
        airflow_home: Airflow's own directory.
        home: `SANDAN_HOME` of the tasks.
        port: where the API server listens on 127.0.0.1.
        inbox: `SANDAN_INBOX` of the tasks; None leaves what the settings say.
        keys: secrets as variables.

    Returns:
        Our own environment without anybody else's Airflow settings, plus ours.
    """
    env = {
        name: value
        for name, value in os.environ.items()
        # Someone's AIRFLOW__… would quietly lead the children to another database.
        if not name.startswith(("AIRFLOW_", "_AIRFLOW_"))
    }
    url = f"http://127.0.0.1:{port}"
    workers = str(max(4, 2 * (os.cpu_count() or 2)))
    env |= {
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(airflow_home / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": workers,
        "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": workers,
        "AIRFLOW__CORE__MAX_MAP_LENGTH": "10000",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        # Everyone is an admin: the server listens on this machine only and lives for one run.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        # The default looks the own name up in the DNS, which takes seconds where there is none.
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        # Wait for a lock rather than fail: three processes share one SQLite file.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow_home}/airflow.db?timeout=30",
        # We migrate by the version, and the API server may start beside the migration.
        "AIRFLOW__DATABASE__CHECK_MIGRATIONS": "False",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__MAXIMUM_PAGE_LIMIT": "1000",
        "AIRFLOW__API__INSTANCE_NAME": "sandan",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(airflow_home / "logs"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        # The scheduler sleeps a second between two looks by default; a chain of nine tasks and
        # three assets waits for that a dozen times.
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
        "AIRFLOW__SCHEDULER__JOB_HEARTBEAT_SEC": "2",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "2",
        # A worker process may notice the end of its task only at the next heartbeat (5 s by
        # default) and is not free, nor can the scheduler stop, before that.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        # The DAG files do not change during a run: read them once.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "300",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "SANDAN_HOME": str(home),
        # One run, started by us: no clock beside it.
        "SANDAN_INGEST_CRON": "none",
        "PYTHONUNBUFFERED": "1",
        # Small tasks side by side: threads of their own would be in each other's way, and a
        # process without threads is safe to fork.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        # Tasks talk to 127.0.0.1; a proxy has no business there.
        "NO_PROXY": _with_loopback(env.get("NO_PROXY", env.get("no_proxy", ""))),
        "no_proxy": _with_loopback(env.get("no_proxy", env.get("NO_PROXY", ""))),
        "PYTHONPATH": os.pathsep.join(
            part for part in (env.get("PYTHONPATH", ""), str(REPOSITORY)) if part
        ),
        "PATH": os.pathsep.join(
            part for part in (str(Path(sys.executable).parent), env.get("PATH", "")) if part
        ),
    }
    if inbox is not None:
        env["SANDAN_INBOX"] = str(inbox.resolve())
    if env.get("PYTHONDONTWRITEBYTECODE") and not _packages_are_compiled():
        # Compiling Airflow anew takes 3 to 4 s in every process and every task that imports
        # something. Whoever wants no .pyc beside the sources gets them in the home instead.
        del env["PYTHONDONTWRITEBYTECODE"]
        env.setdefault("PYTHONPYCACHEPREFIX", str(airflow_home / "pycache"))
    return env | (keys or {})


def _with_loopback(hosts: str) -> str:
    named = [host for host in hosts.split(",") if host]
    return ",".join([*named, *(h for h in ("127.0.0.1", "localhost") if h not in named)])


def _packages_are_compiled() -> bool:
    spec = importlib.util.find_spec("airflow")
    return bool(
        spec and spec.origin and Path(importlib.util.cache_from_source(spec.origin)).exists()
    )


# ---------------------------------------------------------------------------- processes


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux: a function for the child that ties its life to ours, even if we are killed -9."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_pdeathsig = 1
    parent = os.getpid()

    def tie() -> None:
        libc.prctl(pr_set_pdeathsig, signal.SIGTERM)
        if os.getppid() != parent:  # gone before the call
            os._exit(1)

    return tie


@dataclass
class Component:
    """One child process, leader of a session of its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    #: Seconds it gets to end by itself.
    patience: float = STOP_LIMIT

    def members(self) -> list[psutil.Process]:
        """Living processes of its session: Airflow gives each task a group of its own, and what
        has lost its parent is no longer among the children, but the session stays."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
                ours = os.getsid(process.pid) == self.process.pid
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            text = self.log.read_text(errors="replace").splitlines()
            return "\n".join(text[-lines:])
        return ""


class Components:
    """The child processes of one run."""

    def __init__(self, env: dict[str, str], airflow_home: Path) -> None:
        self._env = env
        self._home = airflow_home
        self._started: list[Component] = []

    def start(
        self,
        name: str,
        *arguments: str,
        patience: float = STOP_LIMIT,
        preload: tuple[str, ...] = (),
    ) -> Component:
        """Start `airflow <arguments>`; its output goes to `logs/<name>.log`."""
        log = self._home / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-c", _LAUNCH.format(preload=preload), *arguments],
                cwd=self._home,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                # A session of its own: Ctrl-C on the terminal reaches us alone, and we end the
                # children in our order.
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
        component = Component(name, process, log, patience)
        self._started.append(component)
        return component

    def check(self) -> None:
        """Raise EmbeddedError if one has ended by itself."""
        for component in self._started:
            if component.process.poll() is not None:
                raise EmbeddedError(
                    f"airflow {component.name} ended with exit code "
                    f"{component.process.returncode}; the end of {component.log}:\n"
                    f"{component.tail()}"
                )

    def forget(self, component: Component) -> None:
        """A component that was meant to end."""
        self._started.remove(component)

    def stop(self, *, hard: bool) -> list[int]:
        """End all of them.

        Args:
            hard: also tell tasks that are under way to end, instead of waiting for them.

        Returns:
            Process ids that survived SIGKILL (never seen; the caller says so).
        """
        for component in self._started:
            if hard:
                for member in component.members():
                    _send(member, signal.SIGTERM)
            elif component.process.poll() is None:
                component.process.terminate()
        self._wait(
            {
                c.name: min(c.patience, HARD_STOP_LIMIT if hard else STOP_LIMIT)
                for c in self._started
            }
        )
        for member in self._members():
            _send(member, signal.SIGKILL)
        self._wait({})
        left = [member.pid for member in self._members()]
        self._started.clear()
        return left

    def _members(self) -> list[psutil.Process]:
        return [member for component in self._started for member in component.members()]

    def _wait(self, limits: dict[str, float]) -> None:
        """Until all are gone, or those that are not have used up their time (by name)."""
        begun = time.monotonic()
        while True:
            waited = time.monotonic() - begun
            alive = False
            for component in self._started:
                component.process.poll()  # take the exit code, else it stays a zombie
                limit = limits.get(component.name, STOP_LIMIT)
                alive = alive or (waited < limit and bool(component.members()))
            if not alive:
                return
            time.sleep(0.05)


def _send(process: psutil.Process, signum: int) -> None:
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        process.send_signal(signum)


@contextlib.contextmanager
def _signals() -> Iterator[Callable[[], None]]:
    """Turn SIGINT, SIGTERM and SIGHUP into an exception at a place of our choosing.

    Yields a function that raises `_Interrupted` once one has come. Raising inside the handler
    could hit between the start of a process and our note of it.
    """
    received: list[int] = []

    def note(signum: int, _frame: FrameType | None) -> None:
        received.append(signum)

    def check() -> None:
        if received:
            raise _Interrupted(received[0])

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = {
        signum: signal.signal(signum, note)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield check
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


# ---------------------------------------------------------------------------- REST


class Api:
    """The few calls of Airflow's REST interface that a run needs."""

    def __init__(self, port: int) -> None:
        # trust_env: a proxy in the environment is not for 127.0.0.1.
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=15.0
        )
        self._authorised = False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def health(self) -> dict[str, str] | None:
        """State by component, or None while the server does not answer."""
        try:
            answer = self._http.get("/api/v2/monitor/health")
            if answer.status_code != 200:
                return None
            return {name: str(part.get("status")) for name, part in answer.json().items()}
        except httpx.HTTPError:
            return None

    def warm_up(self) -> None:
        """Ask the tasks' interface once: it builds its versions (3 s) at its first request, which
        would otherwise be the first task's."""
        with contextlib.suppress(httpx.HTTPError):
            self._http.get("/execution/health", timeout=60.0)

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """One call below `/api/v2`; the decoded answer. Raises EmbeddedError on a refusal."""
        if not self._authorised:
            token = self._http.get("/auth/token")
            token.raise_for_status()
            self._http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
            self._authorised = True
        # A server busy with a task may be slow once; asking again costs nothing. A POST that
        # timed out may have worked, so it is not repeated.
        attempts = 3 if method == "GET" else 1
        for attempt in range(attempts):
            try:
                answer = self._http.request(method, f"/api/v2{path}", **arguments)
                break
            except httpx.TransportError as error:
                if attempt == attempts - 1:
                    raise EmbeddedError(
                        f"Airflow did not answer {method} {path}: {error!r}"
                    ) from error
        if answer.status_code >= 400:
            raise EmbeddedError(
                f"Airflow refused {method} {path}: {answer.status_code} {answer.text[:500]}"
            )
        return answer.json() if answer.content else None

    def pages(self, path: str, key: str, **params: Any) -> list[dict[str, Any]]:
        """All entries of a list, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.call("GET", path, params={**params, "limit": 1000, "offset": len(found)})
            found += page[key]
            if not page[key] or len(found) >= page["total_entries"]:
                return found

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned, or None."""
        try:
            answer = self.call(
                "GET",
                f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value",
                params={"deserialize": "false"},
            )
        except EmbeddedError:
            return None
        value = answer["value"]
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                return json.loads(value)
        return value

    def error_of(self, task: dict[str, Any]) -> str:
        """The message of the exception a task failed with, from its log; '' if there is none."""
        path = (
            f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/"
            f"{task['task_id']}/logs/{max(1, task['try_number'])}"
        )
        try:
            answer = self.call(
                "GET",
                path,
                params={"map_index": task["map_index"], "full_content": "true"},
                headers={"Accept": "application/json"},
            )
        except EmbeddedError:
            return ""
        content = answer.get("content")
        for entry in reversed(content if isinstance(content, list) else []):
            for detail in entry.get("error_detail") or ():
                return f"{detail.get('exc_type', '')}: {detail.get('exc_value', '')}".strip(": ")
        return ""


# ---------------------------------------------------------------------------- following


def _moment(text: str | None) -> float | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


def _union_seconds(spans: list[tuple[float, float]]) -> float:
    """Length of the union of time spans: tasks side by side count once."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


@dataclass
class DagProgress:
    """One DAG run of the chain as last seen."""

    dag_id: str
    run_id: str = ""
    partition_key: str | None = None
    state: str = "waiting"
    started: float | None = None
    ended: float | None = None
    tasks: list[dict[str, Any]] = field(default_factory=list)

    def rows(self) -> list[tuple[str, str, float | None]]:
        """(task, state, seconds), the instances of a mapped task in one row."""
        by_task: dict[str, list[dict[str, Any]]] = {}
        for task in self.tasks:
            by_task.setdefault(task["task_id"], []).append(task)

        def order(name: str) -> tuple[float, str]:
            starts = [s for t in by_task[name] if (s := _moment(t["start_date"]))]
            return (min(starts) if starts else float("inf"), name)

        rows = []
        for name in sorted(by_task, key=order):
            instances = by_task[name]
            states = [str(task["state"] or "waiting") for task in instances]
            done = sum(state in _FINISHED_TASK for state in states)
            label, state = name, states[0]
            if len(instances) > 1:
                label = f"{name} ×{len(instances)}"
                bad = [s for s in states if s in {"failed", "upstream_failed"}]
                if done < len(states):
                    state = f"running {done}/{len(states)}"
                else:
                    state = bad[0] if bad else "success"
            starts = [s for t in instances if (s := _moment(t["start_date"]))]
            ends = [_moment(t["end_date"]) for t in instances]
            seconds = None
            if starts:
                known = [end for end in ends if end is not None]
                until = max(known) if len(known) == len(ends) else time.time()
                seconds = max(0.0, until - min(starts))
            rows.append((label, state, seconds))
        return rows


_COLOURS = {"success": "green", "failed": "red", "upstream_failed": "red", "skipped": "dim"}


class _Display:
    """Progress: a table that renews itself on a terminal, plain lines anywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._since = time.monotonic()
        self._said: set[tuple[str, str, str]] = set()

    def say(self, text: str) -> None:
        """One line, above the table if there is one."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """While the chain runs."""
        self._since = time.monotonic()
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=4, transient=False) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None

    def show(self, dags: list[DagProgress]) -> None:
        """The state of things now."""
        if self._live is not None:
            self._live.update(self._table(dags))
            return
        for dag in dags:
            for label, state, seconds in dag.rows():
                word = state.split()[0]
                if word not in {"running", "up_for_retry", *_FINISHED_TASK}:
                    continue
                if (key := (dag.dag_id, label, word)) in self._said:
                    continue
                self._said.add(key)
                took = f"  {seconds:.1f} s" if seconds and word in _FINISHED_TASK else ""
                now = time.monotonic() - self._since
                self.say(f"[{now:6.1f} s] {dag.dag_id}.{label}: {word}{took}")

    def _table(self, dags: list[DagProgress]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("DAG", min_width=16)
        table.add_column("task", min_width=16)
        table.add_column("state", min_width=14)
        table.add_column("s", justify="right", min_width=6)
        for dag in dags:
            name = dag.dag_id + (f" [{dag.partition_key}]" if dag.partition_key else "")
            rows = dag.rows() or [("", dag.state, None)]
            for number, (label, state, seconds) in enumerate(rows):
                colour = _COLOURS.get(state, "yellow" if state != "waiting" else "dim")
                table.add_row(
                    Text(name if number == 0 else ""),
                    Text(label),
                    Text(state, style=colour),
                    Text("" if seconds is None else f"{seconds:.1f}"),
                )
        return table


@dataclass
class ChainResult:
    """How the chain ended.

    outcome: published, unchanged (the release was already there), nothing_new, empty (nothing has
    ever landed), stopped (by the gate), failed, interrupted. lines: what to tell the user.
    """

    outcome: str
    lines: list[str]
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0: the release is current, 1: the gate stopped it, 2: nothing could be built."""
        if self.outcome in {"published", "unchanged", "nothing_new"}:
            return 0
        return 1 if self.outcome == "stopped" else 2


def _follow(
    api: Api,
    components: Components,
    interrupted: Callable[[], None],
    run_id: str,
    dags: list[DagProgress],
    display: _Display,
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
            _pause(components, interrupted)
        while True:
            run = api.call("GET", f"/dags/{dag_id}/dagRuns/{dag.run_id}")
            dag.tasks = api.pages(
                f"/dags/{dag_id}/dagRuns/{dag.run_id}/taskInstances", "task_instances"
            )
            dag.state, dag.partition_key = run["state"], run["partition_key"]
            dag.started, dag.ended = _moment(run["start_date"]), _moment(run["end_date"])
            display.show(dags)
            if dag.state in _FINISHED_RUN:
                break
            _pause(components, interrupted)
        result = api.xcom(dag_id, dag.run_id, result_task)
        results[dag_id] = result
        if dag.state == "failed":
            if isinstance(result, dict) and result.get("verdict") == "stop":
                told += [*result.get("summary", []), *result.get("summary_ko", [])]
                if report := result.get("report"):
                    told.append(f"quality report: {report}")
                return ChainResult("stopped", told, results)
            failures = [
                f"{dag_id}.{task['task_id']} failed: "
                f"{api.error_of(task) or 'see its log below airflow/logs'}"
                for task in dag.tasks
                if task["state"] == "failed"
            ]
            return ChainResult("failed", told + (failures or [f"{dag_id} failed"]), results)
        if dag_id == "sandan_ingest":
            ingested = result or {}
            if ingested.get("quarantined") or ingested.get("fault"):
                told = [f"ingest: {message}" for message in ingested.get("messages") or []]
            if not ingested.get("has_new"):
                return ChainResult(
                    "nothing_new" if ingested.get("partition") else "empty", told, results
                )
    status = (results["sandan_publish"] or {}).get("status", "published")
    return ChainResult("unchanged" if status == "unchanged" else "published", told, results)


def _pause(components: Components, interrupted: Callable[[], None]) -> None:
    interrupted()
    components.check()
    time.sleep(POLL_SECONDS)


# ---------------------------------------------------------------------------- start


def _read_json(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        content = json.loads(path.read_text())
        if isinstance(content, dict):
            return content
    return {}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    temporary.replace(path)


def _start(airflow_home: Path, components: Components, interrupted: Callable[[], None]) -> None:
    """Start the components, on a database of this Airflow version that has no unfinished business.

    A start that was killed leaves runs, tasks and waiting partitions that the scheduler would
    take up again before ours. What is worth keeping is in the home, not in Airflow's database, so
    after such an end it begins anew.
    """
    state_file = airflow_home / "state.json"
    database = airflow_home / "airflow.db"
    version = importlib.metadata.version("apache-airflow-core")
    state = _read_json(state_file)
    if not state.get("finished"):
        for path in airflow_home.glob("airflow.db*"):
            path.unlink()
    # Everything is set by the environment. Without a file Airflow writes one of 120 kB with keys of
    # its own, and two processes starting at once would write it together.
    (airflow_home / "airflow.cfg").write_text("# set by pipeline/embedded.py\n")
    # The slowest first, and before the migration: it is some seconds busy with itself until it
    # asks the database for anything. Once it has closed its connections its interpreter needs
    # seconds more to take the heap apart; nobody has to wait for that.
    components.start("api-server", "api-server", patience=1.0)
    if not database.exists() or state.get("airflow") != version:
        migration = components.start("db-migrate", "db", "migrate")
        while migration.process.poll() is None:
            interrupted()
            time.sleep(0.05)
        if migration.process.returncode:
            components.check()
        components.forget(migration)
        # Readers do not block the writer then, nor the writer them.
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    _write_json(state_file, {"airflow": version, "finished": False})
    # --skip-serve-logs: that server would listen on every interface; the logs are files.
    components.start("scheduler", "scheduler", "--skip-serve-logs", preload=PRELOAD)
    components.start("dag-processor", "dag-processor")
    # No triggerer: no DAG defers.


def _await_health(
    api: Api, components: Components, interrupted: Callable[[], None], since: float
) -> None:
    """Until server, scheduler and DAG processor are healthy and all DAGs are freshly read."""
    end = time.monotonic() + STARTUP_LIMIT
    missing = "no answer from the API server"
    warm = False
    while time.monotonic() < end:
        health = api.health()
        if health is not None:
            if not warm:
                api.warm_up()
                warm = True
            parts = ("metadatabase", "scheduler", "dag_processor")
            bad = [part for part in parts if health.get(part) != "healthy"]
            missing = f"not healthy: {', '.join(bad)}"
            if not bad:
                fresh = {
                    dag["dag_id"]
                    for dag in api.pages("/dags", "dags", exclude_stale="false")
                    if (parsed := _moment(dag["last_parsed_time"])) and parsed >= since
                }
                unread = [dag_id for dag_id in DAG_IDS if dag_id not in fresh]
                if not unread:
                    return
                missing = f"not yet read: {', '.join(unread)}"
                errors = api.pages("/importErrors", "import_errors")
                if errors:
                    raise EmbeddedError(
                        "a DAG file cannot be read:\n"
                        + "\n".join(f"{e['filename']}\n{e['stack_trace']}" for e in errors)
                    )
        _pause(components, interrupted)
    raise EmbeddedError(f"Airflow was not ready after {STARTUP_LIMIT:.0f} s: {missing}")


def _make_pool(api: Api) -> None:
    if DUCKDB_POOL not in {pool["name"] for pool in api.pages("/pools", "pools")}:
        api.call(
            "POST",
            "/pools",
            json={
                "name": DUCKDB_POOL,
                "slots": 1,
                "description": "one process at a time may open a candidate",
            },
        )


def run_embedded(settings: HasHome, inbox: Path | None, *, console: Console) -> int:
    """Run the whole chain through a scheduler of our own and stop it again.

    Args:
        settings: gives `home`; the tasks read the rest from the environment, where `SANDAN_HOME`
            and, if `inbox` is given, `SANDAN_INBOX` are set for them.
        inbox: folder with the publisher's files, or None for what the settings say.
        console: where progress goes; a table on a terminal, lines elsewhere.

    Returns:
        0: published, unchanged, or nothing new. 1: stopped by the gate. 2: failed, nothing has
        ever landed, or another run holds this home. 128 + n: ended by signal n. No child process
        is left in any case.

    The details of the run are in `<home>/airflow/last_run.json`.
    """
    home = Path(settings.home).resolve()
    airflow_home = home / "airflow"
    airflow_home.mkdir(parents=True, exist_ok=True)
    airflow_home.chmod(0o700)
    holder = airflow_home / "run.pid"
    who = ""
    lock = FileLock(airflow_home / "run.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        with contextlib.suppress(OSError):
            who = f" (process {holder.read_text().strip()})"
        _Display(console).say(f"Another run{who} is using {home}; nothing was started.")
        return 2
    try:
        holder.write_text(f"{os.getpid()}\n")
        return _run_locked(home, airflow_home, inbox, console)
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _run_locked(home: Path, airflow_home: Path, inbox: Path | None, console: Console) -> int:
    display = _Display(console)
    begun, begun_at = time.monotonic(), time.time()
    port = free_port()
    env = airflow_environment(airflow_home, home, port, inbox=inbox, keys=_keys(airflow_home))
    components = Components(env, airflow_home)
    api = Api(port)
    dags = [DagProgress(dag_id) for dag_id in DAG_IDS]
    result = ChainResult("failed", [])
    code = 2
    ready = triggered = triggered_at = None
    with _signals() as interrupted:
        try:
            display.say(f"Starting Airflow on http://127.0.0.1:{port} …")
            _start(airflow_home, components, interrupted)
            _await_health(api, components, interrupted, begun_at)
            _make_pool(api)
            for dag_id in DAG_IDS:
                api.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})
            ready = time.monotonic() - begun
            display.say(f"Airflow is ready after {ready:.1f} s; its log files: {airflow_home}/logs")
            triggered, triggered_at = time.monotonic(), time.time()
            run_id = f"embedded__{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
            api.call(
                "POST",
                "/dags/sandan_ingest/dagRuns",
                json={"dag_run_id": run_id, "logical_date": None},
            )
            with display.following():
                result = _follow(api, components, interrupted, run_id, dags, display)
            code = result.exit_code
        except _Interrupted as signal_:
            result = ChainResult("interrupted", [f"ended by {signal_}"])
            code = 128 + signal_.signum
        except (EmbeddedError, httpx.HTTPError) as error:
            result = ChainResult("failed", [str(error) or repr(error)])
        finally:
            stopping = time.monotonic()
            hard = result.outcome in {"failed", "interrupted"}
            if result.outcome == "interrupted":
                display.say("Stopping Airflow …")
            left = components.stop(hard=hard)
            stop_seconds = time.monotonic() - stopping
            api.close()
    if left:
        display.say(f"These processes could not be ended: {left}")
        code = code or 2
    chain = None
    if triggered is not None and triggered_at is not None:
        chain = _timings(dags, triggered_at, stopping - triggered)
    _report(display, result, ready, chain)
    finished = datetime.now(UTC)
    _write_json(
        airflow_home / "last_run.json",
        {
            "outcome": result.outcome,
            "messages": result.lines,
            "exit_code": code,
            "started_at": datetime.fromtimestamp(begun_at, UTC).isoformat(),
            "finished_at": finished.isoformat(),
            "startup_seconds": _round(ready),
            "chain_seconds": _round(chain and chain[0]),
            "task_seconds": _round(chain and chain[1]),
            "airflow_seconds": _round(chain and chain[2]),
            "stop_seconds": _round(stop_seconds),
            "total_seconds": _round(time.monotonic() - begun),
            "results": result.results,
            "dags": [
                {
                    "dag_id": dag.dag_id,
                    "run_id": dag.run_id,
                    "partition_key": dag.partition_key,
                    "state": dag.state,
                    "tasks": [
                        {
                            "task": task["task_id"],
                            "label": task.get("rendered_map_index"),
                            "state": task["state"],
                            "tries": task["try_number"],
                            "start": task["start_date"],
                            "end": task["end_date"],
                            "seconds": _round(task["duration"]),
                        }
                        for task in dag.tasks
                    ],
                }
                for dag in dags
                if dag.run_id
            ],
        },
    )
    if result.outcome in {"published", "unchanged", "nothing_new", "empty", "stopped"}:
        state_file = airflow_home / "state.json"
        _write_json(state_file, _read_json(state_file) | {"finished": True})
    return code


def _round(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _timings(
    dags: list[DagProgress], triggered_at: float, watched: float
) -> tuple[float, float, float]:
    """Seconds of the chain, of its tasks, and of Airflow between them.

    The chain runs from the trigger to the end of its last run; tasks side by side count once.
    """
    spans = [
        (start, end)
        for dag in dags
        for task in dag.tasks
        if (start := _moment(task["start_date"])) and (end := _moment(task["end_date"]))
    ]
    ends = [dag.ended for dag in dags if dag.ended is not None]
    chain = max(ends) - triggered_at if ends else watched
    tasks = _union_seconds(spans)
    return chain, tasks, max(0.0, chain - tasks)


def _report(
    display: _Display,
    result: ChainResult,
    ready: float | None,
    chain: tuple[float, float, float] | None,
) -> None:
    headline = {
        "published": "The chain is through: a release was published.",
        "unchanged": "The chain is through: the release of these inputs was already there.",
        "nothing_new": "Nothing new in the inbox: nothing was built or published.",
        "empty": "No publication has landed: nothing to build, nothing published.",
        "stopped": "The quality gate stopped the release; readers keep the one before.",
        "failed": "The run failed.",
        "interrupted": "The run was interrupted; readers keep the release before.",
    }[result.outcome]
    display.say(headline)
    for line in result.lines:
        display.say(f"  {line}")
    if ready is not None and chain is not None:
        display.say(
            f"Airflow ready {ready:.1f} s, chain {chain[0]:.1f} s "
            f"(tasks {chain[1]:.1f} s, Airflow itself {chain[2]:.1f} s)"
        )
