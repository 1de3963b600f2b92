"""What a candidate rests on is looked at again before it is signed off and published: exceptions that end,
releases that came out since it was protected."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import build_step
from pipeline.disclosure_step import AUDIT
from pipeline.settings import Settings
from publication.releases import Places, Policy, PublishError
from publication.releases.calendar import Announcement

from .test_disclosure_step import MART, make, protect, units
from .test_disclosure_step import release as publish_marts
from .test_release import FREE, make_build, stage, switch
from .test_release_life import SIGNED_OFF, approve

#: In Korea that is the first day after the exception: 2026-09-01 00:30.
OVER = datetime(2026, 8, 31, 15, 30, tzinfo=UTC)
LAST = datetime(2026, 8, 31, 14, 30, tzinfo=UTC)


def add(path: Path, **more: Any) -> None:
    content = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(content | more))


def protected(build: Path, *held_against: str) -> None:
    """An audit beside a build, as disclosure control writes it."""
    table = {"mart": "complex_quarterly", "dataset": "d", "period": "p", "rules": [], "cells": 9, "withheld": 1, "is_safe": True}  # fmt: skip
    add(build / AUDIT, tables=[table], held_against=[*held_against])


def test_an_exception_that_has_ended_is_neither_signed_off_nor_published(tmp_path: Path) -> None:
    build = make_build(tmp_path)
    add(build / "verdict.json", holds_until="2026-08-31")
    staged = stage(tmp_path, build, policy=SIGNED_OFF)
    with pytest.raises(
        PublishError, match=r"exception that holds until 2026-08-31.*gate b1"
    ) as told:
        approve(tmp_path, now=OVER)
    assert "2026-08-31까지만 인정되는 예외" in str(told.value)
    late = Policy(announced=(Announcement("2026-Q1", 1, OVER),))
    with pytest.raises(PublishError, match="holds until 2026-08-31"):
        approve(tmp_path, now=LAST, policy=late)  # it would be over at its time
    approve(tmp_path, now=LAST)
    with pytest.raises(PublishError, match=r"2026-Q1_v1: the gate passed b1 .*holds until"):
        switch(tmp_path, staged, SIGNED_OFF, now=OVER)
    assert staged.is_dir() and not (tmp_path / "releases" / "current").exists()
    switch(tmp_path, staged, SIGNED_OFF, now=LAST)


def test_the_switch_looks_at_what_is_public_then(tmp_path: Path) -> None:
    first, second = make_build(tmp_path), make_build(tmp_path, value=2.0, name="b2")
    switch(tmp_path, stage(tmp_path, first))
    protected(second)
    staged = stage(tmp_path, second, policy=SIGNED_OFF)
    for step in (lambda: approve(tmp_path, "2026-Q1_v2"), lambda: switch(tmp_path, staged, FREE)):
        with pytest.raises(PublishError, match=r"2026-Q1_v2: .* not held against 2026-Q1_v1"):
            step()
    assert Places(tmp_path).releases.joinpath("current").resolve().name == "2026-Q1_v1"


def shown(path: Path) -> dict[tuple[str, ...], int | None]:
    with duckdb.connect() as connection:
        source = f"read_parquet('{path}')"
        if path.suffix == ".duckdb":
            connection.execute(f"ATTACH '{path}' AS candidate (READ_ONLY)")
            source = f"candidate.main.{MART}"
        rows = connection.execute(
            f"SELECT complex_id, industry_code, size_class, employment_count FROM {source}"
        ).fetchall()
    return {tuple(row[:3]): row[3] for row in rows}


def test_the_gate_protects_anew_where_a_release_came_out_since(tmp_path: Path) -> None:
    home = Settings(tmp_path / "home")
    build = home.builds / "2026-Q1_late"
    candidate = make(build / "candidate.duckdb", units("2026-05"))
    protect(candidate, tmp_path)
    (build / "verdict.json").write_text("{}")
    (build / "marts").mkdir()  # made to ask as of a day
    assert not build_step.protect_anew(home, build)  # nothing came out
    assert (build / "marts").is_dir()
    # Of the same edition with other small cells came a release that withheld others.
    other = make(tmp_path / "other" / "candidate.duckdb", units("2026-05", {(1, 1): 2, (2, 3): 1}))
    protect(other, tmp_path)
    folder = publish_marts(other, home.releases / "2026-Q1_v1")
    withheld = {k for k, v in shown(folder / "marts" / f"{MART}.parquet").items() if v is None}
    before = {k for k, v in shown(candidate).items() if v is None}
    assert withheld - before
    assert build_step.protect_anew(home, build)
    # They were of another table.
    assert not (build / "verdict.json").exists() and not (build / "marts").exists()
    audit = json.loads((build / AUDIT).read_text())
    assert audit["held_against"] == ["2026-Q1_v1"]
    after = {k for k, v in shown(candidate).items() if v is None}
    assert withheld <= after
    assert not build_step.protect_anew(home, build)
