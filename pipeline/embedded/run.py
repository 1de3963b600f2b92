"""One run: start the components, trigger the chain, follow it, stop everything, say how it ended."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
from filelock import FileLock, Timeout
from rich.console import Console

from pipeline.embedded.api import Api
from pipeline.embedded.chain import (
    DAG_IDS,
    FETCH_PREFIX,
    ChainResult,
    follow,
    follow_fetches,
    pause,
    timings,
    trigger,
)
from pipeline.embedded.environment import airflow_environment, free_port, new_keys
from pipeline.embedded.processes import (
    Components,
    EmbeddedError,
    Interrupted,
    PortTakenError,
    signals,
)
from pipeline.embedded.progress import DagProgress, Display, moment

DUCKDB_POOL = "duckdb"

#: Seconds. A cold disk and packages that were never compiled make a first start several times
#: slower than the next.
STARTUP_LIMIT = 300.0

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
    (airflow_home / "airflow.cfg").write_text("# set by pipeline/embedded\n")
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
    api: Api,
    components: Components,
    interrupted: Callable[[], None],
    since: float,
    wanted: Sequence[str],
) -> None:
    """Until server, scheduler and DAG processor are healthy and the wanted DAGs are freshly read."""
    end = time.monotonic() + STARTUP_LIMIT
    missing = "no answer from the API server"
    ours = warm = False
    while time.monotonic() < end:
        ours = ours or components.listen_on(api.port)
        health = api.health() if ours else None
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
                    if (parsed := moment(dag["last_parsed_time"])) and parsed >= since
                }
                unread = [dag_id for dag_id in wanted if dag_id not in fresh]
                if not unread:
                    return
                missing = f"not yet read: {', '.join(unread)}"
                errors = api.pages("/importErrors", "import_errors")
                if errors:
                    raise EmbeddedError(
                        "a DAG file cannot be read:\n"
                        + "\n".join(f"{e['filename']}\n{e['stack_trace']}" for e in errors)
                    )
        pause(components, interrupted)
    raise EmbeddedError(f"Airflow was not ready after {STARTUP_LIMIT:.0f} s: {missing}")


#: Pools of the DAGs: slots, and what they are for.
POOLS = {
    DUCKDB_POOL: (1, "one process at a time may open a candidate"),
    "fetch": (4, "tasks that wait for publishers leave room for others"),
}


def _make_pools(api: Api) -> None:
    there = {pool["name"] for pool in api.pages("/pools", "pools")}
    for name, (slots, what) in POOLS.items():
        if name not in there:
            api.call("POST", "/pools", json={"name": name, "slots": slots, "description": what})


def run_embedded(
    settings: HasHome,
    inbox: Path | None,
    *,
    console: Console,
    fetch: Sequence[str] = (),
    publishers: Mapping[str, str] | None = None,
) -> int:
    """Run the whole chain through a scheduler of our own and stop it again.

    Args:
        settings: gives `home`; the tasks read the rest from the environment, where `SANDAN_HOME`
            and, if `inbox` is given, `SANDAN_INBOX` are set for them.
        inbox: folder with the publisher's files, or None for what the settings say.
        console: where progress goes; a table on a terminal, lines elsewhere.
        fetch: datasets that are fetched into the inbox first, each by its own DAG.
        publishers: variables that put a sample publisher in the place of all publishers.

    Returns:
        0: published, unchanged, waiting, or nothing new. 1: stopped by the gate. 2: failed, nothing has
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
        Display(console).say(f"Another run{who} is using {home}; nothing was started.")
        return 2
    try:
        holder.write_text(f"{os.getpid()}\n")
        return _run_locked(home, airflow_home, inbox, console, fetch, publishers)
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _run_locked(
    home: Path,
    airflow_home: Path,
    inbox: Path | None,
    console: Console,
    fetch: Sequence[str],
    publishers: Mapping[str, str] | None,
) -> int:
    display = Display(console)
    begun, begun_at = time.monotonic(), time.time()
    keys = new_keys(airflow_home)

    def on(port: int) -> tuple[Components, Api]:
        env = airflow_environment(airflow_home, home, port, inbox=inbox, keys=keys)
        return Components({**env, **(publishers or {})}, airflow_home), Api(port)

    def bring_up() -> None:
        display.say(f"Starting Airflow on http://127.0.0.1:{api.port} …")
        _start(airflow_home, components, interrupted)
        _await_health(api, components, interrupted, begun_at, wanted)

    components, api = on(free_port())
    fetches = [DagProgress(f"{FETCH_PREFIX}{dataset}") for dataset in fetch]
    dags = [DagProgress(dag_id) for dag_id in DAG_IDS]
    wanted = [dag.dag_id for dag in [*fetches, *dags]]
    result = ChainResult("failed", [])
    fetched: list[dict[str, Any]] = []
    code = 2
    ready = triggered = triggered_at = None
    with signals() as interrupted:
        try:
            try:
                bring_up()
            except PortTakenError:
                components.stop(hard=True)
                api.close()
                components, api = on(free_port(0))
                bring_up()
            _make_pools(api)
            for dag_id in DAG_IDS:
                api.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})
            ready = time.monotonic() - begun
            display.say(f"Airflow is ready after {ready:.1f} s; its log files: {airflow_home}/logs")
            triggered, triggered_at = time.monotonic(), time.time()
            with display.following():
                fetched = follow_fetches(api, components, interrupted, fetches, display)
                run_id = trigger(api, "sandan_ingest")
                result = follow(api, components, interrupted, run_id, dags, display)
            told = [
                f"fetch: {f['dataset']}: {f['message']}"
                for f in fetched
                if f["status"] not in ("fetched", "no_data")
            ]
            result.lines = [*told, *result.lines]
            code = result.exit_code
        except Interrupted as signal_:
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
        chain = timings([*fetches, *dags], triggered_at, stopping - triggered)
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
            "fetched": fetched,
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
                for dag in [*fetches, *dags]
                if dag.run_id
            ],
        },
    )
    if result.outcome in {"published", "unchanged", "waiting", "nothing_new", "empty", "stopped"}:
        state_file = airflow_home / "state.json"
        _write_json(state_file, _read_json(state_file) | {"finished": True})
    return code


def _round(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _report(
    display: Display,
    result: ChainResult,
    ready: float | None,
    chain: tuple[float, float, float] | None,
) -> None:
    headline = {
        "published": "The chain is through: a release was published.",
        "unchanged": "The chain is through: the release of these inputs was already there.",
        "waiting": "The chain is through: the release is sealed, and waits.",
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
