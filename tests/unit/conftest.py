"""Unit tests run with the network cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_socket import disable_socket

from ..conftest import SHARED


@pytest.fixture(autouse=True)
def _no_network() -> None:
    disable_socket(allow_unix_socket=True)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No host is given time between two requests."""
    monkeypatch.setattr("ingestion.fetch.quota.Meter.wait_turn", lambda *_: None)


@pytest.fixture
def any_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any bytes stand for a publisher's file; what one must look like is tested by itself."""
    monkeypatch.setattr("pipeline.ways.must_be", lambda *_: None)


@pytest.fixture
def three(edition_file: Any) -> list[bytes]:
    """Workbooks of 2025-Q3, 2025-Q4 and 2026-Q1."""
    return [edition_file(period=p).read_bytes() for p in ("2025-Q3", "2025-Q4", "2026-Q1")]


@pytest.fixture
def interfaces() -> Path:
    """The publishers' literal answers; the test is skipped where they are absent."""
    folder = SHARED / "interfaces"
    if not folder.is_dir():
        pytest.skip("the publishers' literal answers are not here (../shared/data/interfaces)")
    return folder
