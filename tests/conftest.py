"""What all tests share: the project's registry, the publisher's real files where they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from ingestion.contract import Contracts, load_contracts
from ingestion.ingest import Ingestion
from ingestion.registry import Registry
from ingestion.sample import (
    Mutation,
    SampleRegistry,
    SimulatedPublication,
    simulate,
    write_workbook,
)

# No test fails because the machine is busy.
settings.register_profile("sandan", deadline=None)
settings.load_profile("sandan")

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "dbt_project" / "seeds"
SHARED = ROOT.parent / "shared" / "data"
SEED = 20260331


@pytest.fixture(scope="session")
def publisher_files() -> Path:
    """The folder with the publisher's real files; the test is skipped where it is absent."""
    folder = SHARED / "kicox"
    if not folder.is_dir():
        pytest.skip("the publisher's real files are not here (../shared/data/kicox)")
    return folder


@pytest.fixture(scope="session")
def real_workbook(publisher_files: Path) -> Path:
    """The real workbook of 2026-Q1."""
    return publisher_files / "한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx"


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    return load_contracts()


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.load(SEEDS)


@pytest.fixture(scope="session")
def editions() -> dict[str, SimulatedPublication]:
    """Simulated editions by period: three quarters and a month."""
    found = simulate(SEED, ["2025-Q3", "2025-Q4", "2026-Q1"], SampleRegistry.load(SEEDS))
    month = simulate(SEED, ["2023-05"], SampleRegistry.load(SEEDS))
    return {p.period: p for p in [*found, *month]}


@pytest.fixture
def room(tmp_path: Path, contracts: Contracts, registry: Registry) -> Ingestion:
    """An empty home with the project's contracts and registry."""
    return Ingestion(tmp_path / "home", contracts, registry)


@pytest.fixture
def edition_file(tmp_path: Path, editions: dict[str, SimulatedPublication]) -> Callable[..., Path]:
    """Write a (mutated) simulated workbook under the publisher's kind of name."""

    def write(*mutations: Mutation, period: str = "2026-Q1", name: str | None = None) -> Path:
        folder = tmp_path / "inbox"
        folder.mkdir(exist_ok=True)
        last = {"2025-Q3": "20250930", "2025-Q4": "20251231", "2026-Q1": "20260331"}
        given = (
            name
            or f"한국산업단지공단_국가산업단지 산업동향정보_{last.get(period, '20230531')}.xlsx"
        )
        return write_workbook(editions[period], folder / given, *mutations)

    return write
