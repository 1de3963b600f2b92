"""The whole, for real: homes made by the command line, each once a session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Sandan = Callable[..., subprocess.CompletedProcess[str]]


def sandan(
    home: Path, *arguments: str | Path, timeout: float = 240
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a home, as a person would."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SANDAN_", "AIRFLOW"))}
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        env={**environment, "SANDAN_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the release of the bundled sample; not to be changed."""
    home = tmp_path_factory.mktemp("sample") / "home"
    result = sandan(home, "run")
    assert result.returncode == 0, result.stdout + result.stderr
    (home / "first_run.txt").write_text(result.stdout, encoding="utf-8")
    return home


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """A copy of the sample's home, to work in."""
    return Path(shutil.copytree(sample_home, tmp_path / "home", symlinks=True))


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory, publisher_files: Path) -> Path:
    """A home with the release of the publisher's real files; not to be changed."""
    home = tmp_path_factory.mktemp("real") / "home"
    result = sandan(home, "run", "--inbox", publisher_files)
    assert result.returncode == 0, result.stdout + result.stderr
    (home / "first_run.txt").write_text(result.stdout, encoding="utf-8")
    return home
