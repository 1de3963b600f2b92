"""The whole, for real: homes made by the command line, each once a session.

The tests may run side by side (`-n 2 --dist loadfile`): workers share the homes, a file stays with one
worker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

#: Files whose tests start Airflow or Postgres: one after the other, because of the machine's cores.
_AIRFLOW = {"test_compose", "test_scheduler", "test_sensor", "test_sign_off"}

Sandan = Callable[..., subprocess.CompletedProcess[str]]


#: The command line without what is rendered, for tests that look at marts alone.
_MARTS_ONLY = (
    "from publication import outputs; outputs.render_outputs = lambda folder: [];"
    "from pipeline.cli import app; app()"
)


def sandan(
    home: Path, *arguments: str | Path, timeout: float = 290, marts_only: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a home, as a person would."""
    command = ["-c", _MARTS_ONLY] if marts_only else ["-m", "pipeline.cli"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SANDAN_", "AIRFLOW"))}
    return subprocess.run(
        [sys.executable, *command, *map(str, arguments)],
        env={**environment, "SANDAN_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark all that start Airflow: they run by themselves (`-m airflow`)."""
    if item.path.stem in _AIRFLOW:
        item.add_marker(pytest.mark.airflow)


def _once(factory: pytest.TempPathFactory, name: str, *arguments: str | Path) -> Path:
    """A home that `sandan run` made, once for all workers of a session; not to be changed."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    home = base / name / "home"
    with FileLock(base / f"{name}.lock"):
        said = home / "first_run.txt"
        if not said.exists():
            shutil.rmtree(home, ignore_errors=True)
            result = sandan(home, "run", *arguments)
            assert result.returncode == 0, result.stdout + result.stderr
            said.write_text(result.stdout, encoding="utf-8")
    return home


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the release of the bundled sample; not to be changed."""
    return _once(tmp_path_factory, "sample")


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """A copy of the sample's home, to work in."""
    return Path(shutil.copytree(sample_home, tmp_path / "home", symlinks=True))


@pytest.fixture(scope="session")
def small_candidate(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's candidate with keys and checks, its registries cut short; not to be changed."""
    (source,) = (sample_home / "builds").glob("2026-Q1_*/candidate.duckdb")
    target = tmp_path_factory.mktemp("candidate") / "candidate.duckdb"
    shutil.copyfile(
        source.with_name("disclosure_audit.json"), target.with_name("disclosure_audit.json")
    )
    with duckdb.connect() as c:
        c.execute(f"ATTACH '{source}' AS source (READ_ONLY); ATTACH '{target}' AS target")
        c.execute("COPY FROM DATABASE source TO target (SCHEMA)")
        tables = c.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'source' AND schema_name = 'main'"
        ).fetchall()
        for (table,) in tables:
            few = "LIMIT 200" if table in ("dim_factory", "factory_event") else ""
            c.execute(f"INSERT INTO target.main.{table} FROM source.main.{table} {few}")
    return target


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory, publisher_files: Path) -> Path:
    """A home with the release of the publisher's real files; not to be changed."""
    return _once(tmp_path_factory, "real", "--inbox", publisher_files)
