"""The environment of Airflow's processes: everything is set by variables, nothing by a file."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import secrets
import socket
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

from pipeline.embedded.processes import EmbeddedError

REPOSITORY = Path(__file__).resolve().parents[2]


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


def new_keys(airflow_home: Path) -> dict[str, str]:
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
        # Someone's AIRFLOW__… would quietly lead the children to another database; who is to be woken
        # is ours (docs/alerts.md).
        if not name.startswith(("AIRFLOW_", "_AIRFLOW_")) or name.startswith("AIRFLOW_CONN_SANDAN_")
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
        # Wait for a lock rather than fail: three processes share one SQLite file. Who asks waits longer
        # than that: after 5 s, the default, a task would ask again while its first call still waits.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
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
        "SANDAN_FETCH_CRON": "none",
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
