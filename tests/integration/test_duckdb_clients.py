"""The published file in the hands of DuckDB clients of other ages, each in an environment of its own.

The environments are made once, below `.venv`, and used again.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..conftest import ROOT

#: The oldest client that a release promises to be read by, one of each generation, the newest.
VERSIONS = ("1.2.2", "1.3.2", "1.4.3", "1.5.1", "2.0.0")
CLIENTS = ROOT / ".venv" / "duckdb-clients"
DAY = "2026-05-28"


def client(version: str) -> Path:
    """The Python of an environment that holds this client and nothing else."""
    folder = CLIENTS / version
    python = folder / "bin" / "python"
    if (folder / "READY").exists():
        return python
    uv = str(Path(sys.executable).with_name("uv"))
    made = _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    assert made.returncode == 0, made.stderr
    install = (uv, "pip", "install", "--quiet", "--python", str(python), f"duckdb=={version}")
    # (as in the Makefile: some networks have a certificate that only the system's store knows)
    if _run(*install).returncode != 0 and (last := _run(*install, "--system-certs")).returncode:
        pytest.skip(f"DuckDB {version} cannot be installed here: {last.stderr.strip()[-300:]}")
    (folder / "READY").touch()
    return python


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def seen_by(version: str, release: Path) -> dict[str, Any]:
    result = subprocess.run(
        [
            str(client(version)),
            str(Path(__file__).with_name("duckdb_client.py")),
            *(str(release / "kicox.duckdb"), DAY),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, f"DuckDB {version}: {result.stderr[-1500:]}"
    found: dict[str, Any] = json.loads(result.stdout)
    assert found.pop("version") == version
    return found


@pytest.fixture(scope="module")
def newest(sample_home: Path) -> dict[str, Any]:
    return seen_by(VERSIONS[-1], sample_home / "releases" / "current")


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_an_older_client_sees_what_the_newest_sees(
    version: str, newest: dict[str, Any], sample_home: Path
) -> None:
    found = seen_by(version, sample_home / "releases" / "current")
    for part, expected in newest.items():
        assert found[part] == expected, part


def test_there_is_something_to_see(newest: dict[str, Any]) -> None:
    assert len(newest["tables"]) > 35 and newest["counts"]["fct_observation"] > 10_000
    assert all(comment and " / " in comment for _, comment in newest["tables"])
    assert all(comment and " / " in comment for *_, comment in newest["columns"])
    assert newest["queries"]["korean"] == [["changwon"]]
    latest = newest["queries"]["latest"]
    assert len(latest) > 30
    assert all(re.fullmatch(r"KR-\d\d", province) for _, _, _, province, *_ in latest)
    assert all(ko and en for _, ko, en, *_ in latest)
    assert {status for *_, status in latest} >= {"A", "Q"}
    assert all(count > 0 for count in newest["macros"].values())
    assert newest["as_of"]
