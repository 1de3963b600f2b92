"""Unit tests run with the network cut."""

from __future__ import annotations

from pathlib import Path

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
def interfaces() -> Path:
    """The publishers' literal answers; the test is skipped where they are absent."""
    folder = SHARED / "interfaces"
    if not folder.is_dir():
        pytest.skip("the publishers' literal answers are not here (../shared/data/interfaces)")
    return folder
