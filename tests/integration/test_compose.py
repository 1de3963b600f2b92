"""docker-compose.yml: its rules, and its services run with their own commands and environment.

Containers are not needed: the commands, health checks and variables are taken from the file, names
and paths of the containers are mapped to this machine, and the database is a Postgres of our own
(Debian's binaries, a data directory of its own, never the system's cluster).
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from pipeline.env_file import SECRETS, fill_env_file
from pipeline.schedules import fetch_schedules

REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE = REPOSITORY / "docker-compose.yml"
LONG_RUNNING = ["api-server", "scheduler", "dag-processor", "triggerer"]

pytestmark = pytest.mark.timeout(600)


# ---------------------------------------------------------------------------- reading the file


def interpolate(text: str, variables: dict[str, str]) -> str:
    """Compose's `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$`."""

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$"
        name, operator, rest = found[1], found[2], found[3]
        if variables.get(name):
            return variables[name]
        if operator == ":-":
            return rest
        raise KeyError(f"{name}: {rest or 'not set'}")

    return re.sub(r"\$\$|\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", value, text)


def resolve(node: Any, variables: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: resolve(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [resolve(value, variables) for value in node]
    return interpolate(node, variables) if isinstance(node, str) else node


def read_env(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("env") / ".env"
    fill_env_file(path)
    # The machine of the test has no publishers to ask.
    return read_env(path) | {"SANDAN_FETCH_CRON": "none"}


@pytest.fixture(scope="module")
def compose(variables: dict[str, str]) -> dict[str, Any]:
    resolved: dict[str, Any] = resolve(yaml.safe_load(COMPOSE.read_text()), variables)
    return resolved


# ---------------------------------------------------------------------------- rules


def test_env_file_is_private_random_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("AIRFLOW_PORT=18080\nPOSTGRES_PASSWORD=mine\nAIRFLOW_JWT_SECRET=\n# kept\n")
    path.chmod(0o644)
    assert set(fill_env_file(path)) == set(SECRETS) - {"POSTGRES_PASSWORD"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = path.read_text()
    values = read_env(path)
    assert values["POSTGRES_PASSWORD"] == "mine" and values["AIRFLOW_PORT"] == "18080"
    assert "# kept" in first and first.count("AIRFLOW_JWT_SECRET=") == 1
    assert fill_env_file(path) == [] and path.read_text() == first
    other = tmp_path / "other"
    fill_env_file(other)
    assert not set(read_env(other).values()) & set(values.values())
    assert all(len(read_env(other)[name]) >= 32 for name in SECRETS)


def test_nothing_starts_without_secrets(variables: dict[str, str]) -> None:
    raw = yaml.safe_load(COMPOSE.read_text())
    for missing in SECRETS:
        with pytest.raises(KeyError, match="run make env"):
            resolve(raw, {k: v for k, v in variables.items() if k != missing})


def test_no_secret_has_a_default_or_stands_in_the_file() -> None:
    text = COMPOSE.read_text()
    for name in SECRETS:
        used = re.findall(r"\$\{" + name + r"([^}]*)\}", text)
        assert used, f"{name} is made but not used"
        assert set(used) == {":?run make env"}
    for line in text.splitlines():
        found = re.match(r"\s*\w*(?:PASSWORD|SECRET\w*|FERNET_KEY)\s*:\s*(\S+)", line)
        if found:
            assert found[1].startswith("${"), line
    assert "/.env" in (REPOSITORY / ".gitignore").read_text().split()


def test_every_service_listens_on_this_machine_only(compose: dict[str, Any]) -> None:
    published = {n: s["ports"] for n, s in compose["services"].items() if s.get("ports")}
    assert set(published) == {"api-server", "reader", "superset"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert not any("network_mode" in s or s.get("privileged") for s in compose["services"].values())


def test_every_service_that_stays_has_a_health_check(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {
        "postgres",
        "airflow-init",
        "reader",
        "superset",
        *LONG_RUNNING,
    }
    for name, service in compose["services"].items():
        if name == "airflow-init":
            assert service["restart"] == "no"
            continue
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"
    for name in LONG_RUNNING:
        needs = compose["services"][name]["depends_on"]
        assert needs["postgres"]["condition"] == "service_healthy"
        assert needs["airflow-init"]["condition"] == "service_completed_successfully"


def test_images_are_pinned_and_built_from_the_one_lock(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        name, _, tag = service["image"].partition(":")
        assert re.match(r"\d+\.\d+", tag), service["image"]
        own = {
            "sandan": ".",
            "sandan-superset": {"context": ".", "dockerfile": "superset/Dockerfile"},
        }
        assert service.get("build") == own.get(name)
    for path, lock in (
        ("Dockerfile", "requirements.lock"),
        ("superset/Dockerfile", "superset/requirements.lock"),
    ):
        dockerfile = (REPOSITORY / path).read_text()
        stages = set(re.findall(r"^FROM \S+ AS (\S+)", dockerfile, re.M))
        bases = [b for b in re.findall(r"^FROM (\S+)", dockerfile, re.M) if b not in stages]
        assert len(set(bases)) == 1 and re.match(r"python:3\.11\.\d+-", bases[0])
        assert "--require-hashes" in dockerfile and f"COPY {lock}" in dockerfile
        assert len(re.findall(r"^[a-z0-9].*==", (REPOSITORY / lock).read_text(), re.M))
        user = re.findall(r"^USER (\S+)", dockerfile, re.M)[-1]
        assert user.split(":")[0] not in {"0", "root"}
    # The image must not carry what lies about in the folder.
    assert (REPOSITORY / ".dockerignore").read_text().splitlines()[1] == "*"


def test_readers_cannot_write_and_see_releases_only(compose: dict[str, Any]) -> None:
    superset = compose["services"]["superset"]
    (mounted,) = [v for v in superset["volumes"] if isinstance(v, dict)]
    assert mounted["read_only"] is True and mounted["volume"]["subpath"] == "releases"
    assert superset["networks"] == ["published"] and superset["cap_drop"] == ["ALL"]
    reader = compose["services"]["reader"]
    assert reader["read_only"] is True
    (mount,) = reader["volumes"]
    assert mount["read_only"] is True and mount["volume"]["subpath"] == "releases"
    assert "environment" not in reader and reader["networks"] == ["published"]
    assert reader["cap_drop"] == ["ALL"]
    # Only the network of what fetches reaches anybody outside; ports of an internal one are not published.
    networks = compose["networks"]
    assert networks["backend"] == {"internal": True} and networks["outside"] is None
    masquerade = "com.docker.network.bridge.enable_ip_masquerade"
    assert networks["published"] == {"driver_opts": {masquerade: "false"}}
    out = {n for n, s in compose["services"].items() if "outside" in s.get("networks", ["outside"])}
    assert out == {"scheduler"}
    inbox = [v for v in compose["services"]["scheduler"]["volumes"] if "inbox" in str(v)]
    assert inbox and inbox[0].endswith(":ro")
    # Only the scheduler, which runs the tasks, and the init job may write data.
    writers = {
        name
        for name, service in compose["services"].items()
        if any(str(v).startswith("home:") for v in service.get("volumes", []))
    }
    assert writers == {"scheduler", "airflow-init"}


def test_only_the_init_job_knows_the_login(compose: dict[str, Any], variables: Any) -> None:
    password = variables["AIRFLOW_ADMIN_PASSWORD"]
    knows = {n for n, s in compose["services"].items() if password in json.dumps(s)}
    assert knows == {"airflow-init"}


# ---------------------------------------------------------------------------- running it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_binaries() -> Path | None:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]),
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


def can_run_postgres() -> bool:
    if postgres_binaries() is None:
        return False
    if os.geteuid() != 0:
        return True
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam("postgres"))
    return False


def owner() -> dict[str, Any]:
    """Postgres refuses to run as root: use Debian's account for it then."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@contextlib.contextmanager
def postgres(password: str, health: list[str]) -> Iterator[int]:
    """A server of our own, ready when its health check of the file says so; its port."""
    binaries = postgres_binaries()
    assert binaries is not None
    # Not below pytest's directories, which nobody else may enter.
    folder = Path(tempfile.mkdtemp(prefix="sandan-postgres-"))
    port = free_port()
    secret = folder / "password"
    secret.write_text(password)
    who = owner()
    if who:
        shutil.chown(folder, "postgres", "postgres")
        shutil.chown(secret, "postgres", "postgres")
    common: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, **who}
    server = None
    try:
        data = str(folder / "data")
        initdb = [str(binaries / "initdb"), "-D", data, "-U", "airflow", "-E", "UTF8"]
        initdb += ["--auth-host=scram-sha-256", "--auth-local=scram-sha-256"]
        subprocess.run([*initdb, f"--pwfile={secret}"], check=True, **common)
        command = [str(binaries / "postgres"), "-D", data, "-p", str(port), "-k", str(folder)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*command, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
                stderr=log,
                start_new_session=True,
                **common,
            )
        with_password = {**os.environ, "PGPASSWORD": password, "PGHOST": "127.0.0.1"}
        wait(
            lambda: (
                subprocess.run(
                    [binaries / "pg_isready", "-p", str(port), "-U", "airflow"],
                    env=with_password,
                    stdout=subprocess.DEVNULL,
                ).returncode
                == 0
            ),
            60,
            "Postgres",
        )
        subprocess.run(
            [binaries / "createdb", "-p", str(port), "-U", "airflow", "airflow"],
            env=with_password,
            check=True,
        )
        yield port
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # fast shutdown: ends the sessions
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(5)
        shutil.rmtree(folder, ignore_errors=True)


def wait(check: Callable[[], bool], seconds: float, what: str, every: float = 0.25) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s"
        time.sleep(every)


@dataclass
class Stack:
    """The services of the file as processes of this machine."""

    compose: dict[str, Any]
    folder: Path
    database_port: int
    api_port: int = field(default_factory=free_port)
    health_port: int = field(default_factory=free_port)
    reader_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def here(self, text: str) -> str:
        """Container names, ports and paths as they are on this machine."""
        for container, machine in {
            "/opt/sandan/var": f"{self.folder}/var",
            "/opt/sandan/inbox": f"{self.folder}/inbox",
            "/opt/sandan": str(REPOSITORY),
            "/opt/airflow": f"{self.folder}/airflow",
            "/opt/venv/bin": str(Path(sys.executable).parent),
            "/srv/releases": f"{self.folder}/var/releases",
            "@postgres:5432": f"@127.0.0.1:{self.database_port}",
            "api-server:8080": f"127.0.0.1:{self.api_port}",
            "127.0.0.1:8080": f"127.0.0.1:{self.api_port}",
            "8974": str(self.health_port),
            "8081": str(self.reader_port),
            "0.0.0.0": "127.0.0.1",
        }.items():
            text = text.replace(container, machine)
        return text

    def environment(self, name: str) -> dict[str, str]:
        """What the image and the file set, and nothing of ours."""
        dockerfile = (REPOSITORY / "Dockerfile").read_text()
        image = dict(re.findall(r"^ENV (\w+)=(\S+)$", dockerfile, re.M))
        service = self.compose["services"][name].get("environment", {})
        merged = {key: self.here(str(value)) for key, value in (image | service).items()}
        if "AIRFLOW__API__PORT" in merged:
            assert merged["AIRFLOW__API__PORT"] == "8080"
            merged["AIRFLOW__API__PORT"] = str(self.api_port)
        # Compiled once for all of them; the image has that done.
        return merged | {
            "PYTHONPYCACHEPREFIX": str(self.folder / "pycache"),
            "HOME": str(self.folder),
        }

    def _popen(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        (self.folder / "log").mkdir(exist_ok=True)
        with (self.folder / "log" / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [self.here(part) for part in command],
                env=self.environment(name.removesuffix("-health")),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str) -> str:
        return (self.folder / "log" / f"{name}.log").read_text(errors="replace")[-3000:]

    def run(self, name: str) -> None:
        process = self._popen(name, self.compose["services"][name]["command"])
        try:
            assert process.wait(240) == 0, self.log(name)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    def start(self, name: str) -> None:
        self.running[name] = self._popen(name, self.compose["services"][name]["command"])

    def healthy(self, name: str) -> bool:
        process = self.running.get(name)
        assert process is None or process.poll() is None, self.log(name)
        test = self.compose["services"][name]["healthcheck"]["test"]
        assert test[0] == "CMD"
        return self._popen(f"{name}-health", test[1:]).wait(90) == 0

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + 4
        while time.monotonic() < end and any(p.poll() is None for p in self.running.values()):
            time.sleep(0.1)
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


@pytest.fixture
def stack(compose: dict[str, Any], variables: dict[str, str], tmp_path: Path) -> Iterator[Stack]:
    if not can_run_postgres():
        print("skipped: no Postgres here (Debian: apt-get install postgresql)")
        pytest.skip("no Postgres binaries, or no account to run them")
    for name in ("var", "inbox", "airflow/logs", "airflow/auth"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "airflow" / "airflow.cfg").touch()
    health = compose["services"]["postgres"]["healthcheck"]["test"]
    with postgres(variables["POSTGRES_PASSWORD"], health) as port:
        services = Stack(compose, tmp_path, port)
        try:
            yield services
        finally:
            services.stop()


def test_the_services_run_with_their_own_commands(stack: Stack, variables: dict[str, str]) -> None:
    stack.run("airflow-init")
    passwords = stack.folder / "airflow" / "auth" / "passwords.json"
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    (stack.folder / "var" / "releases" / "hello.txt").write_text("안녕")
    for name in [*LONG_RUNNING, "reader"]:
        stack.start(name)
    for name in [*LONG_RUNNING, "reader"]:
        # (Airflow's own checks start a whole Python: asked all the time, they keep it from starting)
        wait(partial(stack.healthy, name), 240, name, every=3)

    reader = f"http://127.0.0.1:{stack.reader_port}"
    assert httpx.get(f"{reader}/hello.txt", trust_env=False).text == "안녕"
    assert httpx.put(f"{reader}/x", content=b"x", trust_env=False).status_code == 501

    url = f"http://127.0.0.1:{stack.api_port}"
    with httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
        login = {"username": "admin", "password": variables["AIRFLOW_ADMIN_PASSWORD"]}
        assert client.get("/api/v2/dags").status_code == 401
        assert client.get("/auth/token").status_code in {401, 403}
        assert client.post("/auth/token", json=login | {"password": "admin"}).status_code == 401
        token = client.post("/auth/token", json=login)
        assert token.status_code == 201
        client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        chain = {"sandan_ingest", "sandan_build", "sandan_gate", "sandan_publish"}
        fetched = {f"sandan_fetch__{schedule.dataset}" for schedule in fetch_schedules()}
        expected = chain | fetched | {"sandan_freshness"}

        def dags() -> dict[str, Any]:
            return {dag["dag_id"]: dag for dag in client.get("/api/v2/dags").json()["dags"]}

        wait(lambda: set(dags()) == expected, 240, "DAGs")
        assert not any(dag["is_paused"] or dag["has_import_errors"] for dag in dags().values())
        assert client.get("/api/v2/pools/duckdb").json()["slots"] == 1
        # One task through scheduler, Postgres and the tasks' interface: an inbox without a
        # publication has nothing to build.
        path = "/api/v2/dags/sandan_ingest/dagRuns"
        run = {"dag_run_id": "by-hand", "logical_date": None}
        assert client.post(path, json=run).status_code == 200
        wait(
            lambda: client.get(f"{path}/by-hand").json()["state"] in {"success", "failed"},
            240,
            "sandan_ingest",
        )
        tasks = client.get(f"{path}/by-hand/taskInstances").json()["task_instances"]
        states = {task["task_id"]: task["state"] for task in tasks}
        assert states["discover"] == "success"
        assert states["finish"] == "skipped"
        assert client.get("/api/v2/dags/sandan_build/dagRuns").json()["total_entries"] == 0
