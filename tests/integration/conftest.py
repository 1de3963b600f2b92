"""The whole, for real: homes made by the command line, each once a session.

The tests may run side by side (`make test` says how): workers share the homes, tests that share a fixture
of their file stay with one worker, and what starts Airflow with one, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from filelock import FileLock

from ingestion.sample import write_sample
from pipeline.dbt_process import target_folder
from pipeline.settings import Settings

from ..conftest import ROOT, SEEDS

#: Files whose tests start Airflow or Postgres: one after the other, because of the machine's cores.
_AIRFLOW = {"test_alerts", "test_compose", "test_scheduler", "test_sensor", "test_sign_off"}

#: Files whose tests share no fixture of their own: each may run anywhere.
_APART = {"test_gate", "test_gate_history", "test_run", "test_time", "test_vintages"}

#: Files that take minutes in one pair of hands, the longest first.
_LONG = (
    "test_asof",
    "test_site",
    "test_superset",
    "test_adding_a_dataset",
    "test_run",
    "test_vintages",
)

#: What dbt keeps of the project once it has read it: of use in every home.
_PARSED = ROOT / ".pytest_cache" / "dbt" / "partial_parse.msgpack"


def sandan(
    home: Path, *arguments: str | Path, timeout: float = 580, marts_only: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a home, as a person would.

    `marts_only`: in this process, and without what is rendered from a release, for tests that look at
    marts alone; dbt still has a process of its own.
    """
    with _parsed_project(home):
        if marts_only:
            return _here(home, [str(a) for a in arguments])
        environment = {k: v for k, v in os.environ.items() if k not in _foreign()}
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
            env={**environment, "SANDAN_HOME": str(home), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def _foreign() -> set[str]:
    return {k for k in os.environ if k.startswith(("SANDAN_", "AIRFLOW"))}


def _here(home: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    from typer.testing import CliRunner

    from pipeline import gate_step
    from pipeline.cli import app
    from publication import outputs

    class GateHere(nullcontext[None]):
        gate = staticmethod(gate_step.gate)

        def __enter__(self) -> Any:
            return self

    environment: dict[str, str | None] = dict.fromkeys(_foreign())
    with (
        patch.object(gate_step, "GateProcess", GateHere),
        patch.object(outputs, "render_outputs", lambda folder: []),
    ):
        result = CliRunner().invoke(
            app, arguments, env={**environment, "SANDAN_HOME": str(home), "COLUMNS": "200"}
        )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


@contextmanager
def _parsed_project(home: Path) -> Iterator[None]:
    """Give a home what dbt knows of the project from other homes, and keep what it learned."""
    own = target_folder(Settings(home)) / _PARSED.name
    if not own.exists() and _PARSED.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_PARSED, own)
    yield
    if own.exists():
        _PARSED.parent.mkdir(parents=True, exist_ok=True)
        part = _PARSED.with_suffix(f".{os.getpid()}")
        shutil.copyfile(own, part)
        part.replace(_PARSED)


def open_to_others(home: Path) -> set[str]:
    """The folders and files right below a home in which somebody who is not its owner can read a file."""

    def readable(path: Path) -> bool:
        mode = path.lstat().st_mode
        if path.is_symlink():
            return False
        if path.is_dir():
            return bool(mode & 0o001) and any(readable(p) for p in path.iterdir())
        return bool(mode & 0o004) and path.stat().st_size > 0

    return {path.name for path in home.iterdir() if readable(path)}


def _group(test: str) -> str:
    """Which tests belong into one pair of hands, by their ids."""
    name = Path(test.partition("::")[0]).stem
    return "airflow" if name in _AIRFLOW else test if name in _APART else name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadgroup` by `_group` (xdist 3.8 writes marks into ids, which pytest 9 does not read).

    Only where `tests/integration` is named on the command line: xdist asks the first conftests alone.
    """
    if config.getoption("dist", "no") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, and nobody waits for a home while there is other work.

    One test begins to make the sample's home; those that need it come when all others have begun.
    """
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    sample = "sample_home"
    of_sample = {_group(i.nodeid) for i in here if sample in getattr(i, "fixturenames", ())}
    of_sample.discard("airflow")
    first = next((group for i in here if (group := _group(i.nodeid)) in of_sample), None)

    def turn(item: pytest.Item) -> tuple[int, int]:
        group, name = _group(item.nodeid), item.path.stem
        long = _LONG.index(name) if name in _LONG else len(_LONG)
        if group in ("airflow", first):
            return 0 if group == "airflow" else 1, 0
        return 3 if group in of_sample else 2, long

    places = [n for n, item in enumerate(items) if Path(__file__).parent in item.path.parents]
    for place, item in zip(places, sorted(here, key=turn), strict=True):
        items[place] = item


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The folder of a session, whoever of its workers asks."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _once(
    factory: pytest.TempPathFactory,
    name: str,
    *arguments: str | Path,
    fill: Callable[[Path], None] | None = None,
) -> Path:
    """A home that `sandan run` made, once for all workers of a session; not to be changed.

    `fill` puts files into it before; its release then has marts only.
    """
    base = _shared(factory)
    home = base / name / "home"
    with FileLock(base / f"{name}.lock"):
        said = home / "first_run.txt"
        if not said.exists():
            shutil.rmtree(home, ignore_errors=True)
            if fill is not None:
                fill(home)
            # (a machine that does much else at once takes minutes for it)
            result = sandan(home, "run", *arguments, timeout=580, marts_only=fill is not None)
            assert result.returncode == 0, result.stdout + result.stderr
            said.write_text(result.stdout, encoding="utf-8")
    return home


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the release of the bundled sample; not to be changed."""
    return _once(tmp_path_factory, "sample")


@pytest.fixture(scope="session")
def few_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the release of two years of simulated files, no registry and no interface among them,
    which lie in its inbox; without what is rendered. Not to be changed."""

    def fill(home: Path) -> None:
        write_sample(Settings(home).drops, registry_dir=SEEDS, with_faults=False)

    return _once(tmp_path_factory, "few", fill=fill)


@pytest.fixture
def home(few_home: Path, tmp_path: Path) -> Path:
    """A copy of `few_home`, to work in."""
    return Path(shutil.copytree(few_home, tmp_path / "home", symlinks=True))


@pytest.fixture(scope="session")
def small_candidate(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's candidate with keys and checks, its registries cut short; not to be changed."""
    (source,) = (sample_home / "builds").glob("2026-Q1_*/candidate.duckdb")
    folder = _shared(tmp_path_factory)
    target = folder / "candidate" / "candidate.duckdb"
    with FileLock(folder / "candidate.lock"):
        if not target.exists():
            part = target.with_name("part.duckdb")
            shutil.rmtree(target.parent, ignore_errors=True)
            target.parent.mkdir()
            audit = source.with_name("disclosure_audit.json")
            shutil.copyfile(audit, target.with_name(audit.name))
            _cut_short(source, part)
            part.rename(target)
    return target


def _cut_short(source: Path, target: Path) -> None:
    with duckdb.connect() as c:
        c.execute(f"ATTACH '{source}' AS source (READ_ONLY); ATTACH '{target}' AS target")
        c.execute("COPY FROM DATABASE source TO target (SCHEMA)")
        tables = c.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'source' AND schema_name = 'main'"
        ).fetchall()
        for (table,) in tables:
            few = "LIMIT 200" if table in ("dim_factory", "factory_event") else ""
            c.execute(f"INSERT INTO target.main.{table} FROM source.main.{table} {few}")


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory, publisher_files: Path) -> Path:
    """A home with the release of the publisher's real files; not to be changed."""
    return _once(tmp_path_factory, "real", "--inbox", publisher_files)
