"""The process that dbt runs in: what it says of a fault, and that it ends when nobody needs it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline import dbt_process
from pipeline.dbt_process import Dbt
from pipeline.settings import Settings

PROJECT = """
name: small
version: 0.1.0
profile: sandan
model-paths: [models]
"""
PROFILE = """
sandan:
  target: duckdb
  outputs: {duckdb: {type: duckdb, path: "{{ env_var('SANDAN_CANDIDATE') }}"}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    project = tmp_path / "code" / "dbt_project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(PROJECT)
    (project / "profiles.yml").write_text(PROFILE)
    return Settings(home=tmp_path / "home", project=tmp_path / "code")


def test_a_build_ends_and_lets_go_of_the_database(settings: Settings, tmp_path: Path) -> None:
    model = settings.project / "dbt_project" / "models" / "one.sql"
    model.write_text("{{ config(materialized='table') }} select {{ var('n') }} as n")
    with Dbt(settings, tmp_path / "c.duckdb", {"n": 7}) as dbt:
        assert dbt.build(tmp_path / "logs") is None
        assert dbt.manifest.exists()
    with duckdb.connect(str(tmp_path / "c.duckdb")) as connection:
        assert connection.sql("from one").fetchall() == [(7,)]
    assert (tmp_path / "logs" / "dbt.log").exists()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select nothing_of_this_name as n", "model.small.one: "),  # fails as it is built
        ("select {{ no_such_macro() }}", "no_such_macro"),  # cannot be read
    ],
)
def test_what_failed_is_named(settings: Settings, tmp_path: Path, sql: str, said: str) -> None:
    (settings.project / "dbt_project" / "models" / "one.sql").write_text(sql)
    with Dbt(settings, tmp_path / "c.duckdb", {}) as dbt:
        failed = dbt.build(tmp_path / "logs")
    assert failed is not None and said in failed


def test_a_process_that_is_not_needed_ends(settings: Settings, tmp_path: Path) -> None:
    with Dbt(settings, tmp_path / "c.duckdb", {}) as dbt:
        process = dbt._process
    assert process.returncode is not None and process.returncode != 0
    assert not (tmp_path / "c.duckdb").exists()


def test_a_process_whose_parent_died_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its standard input closes: it ends without building."""
    monkeypatch.setattr(dbt_process.sys, "stdin", (tmp_path / "empty").open("w+"))
    monkeypatch.setenv("SANDAN_CANDIDATE", str(tmp_path / "c.duckdb"))
    project = str(settings.project / "dbt_project")
    arguments = ["--project-dir", project, "--profiles-dir", project]
    order = {
        "target": str(tmp_path / "target"),
        "place": str(tmp_path),
        "arguments": [*arguments, "--target-path", str(tmp_path / "target")],
    }
    assert dbt_process.main(order) == 0
    assert not (tmp_path / "c.duckdb").exists()
