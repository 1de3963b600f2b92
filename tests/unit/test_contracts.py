"""Contracts are strict: a typing error cannot silently switch a rule off."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.contract import CONTRACTS_DIR, Contracts, load_contracts
from ingestion.landing import SCHEMAS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTRACTS_DIR, tmp_path / "contracts"))


def test_every_contract_loads_and_speaks_both_languages(contracts: Contracts) -> None:
    assert "kicox__industrial_trend" in contracts.by_dataset
    for contract in contracts.by_dataset.values():
        assert contract.title.ko and contract.title.en and contract.mapping_owner
        assert contract.landed in SCHEMAS
        columns = set(SCHEMAS[contract.landed].names)
        assert set(contract.keys) <= columns, contract.dataset


def test_the_trend_has_its_twelve_tables(contracts: Contracts) -> None:
    tables = contracts["kicox__industrial_trend"].tables
    assert [t.number for t in tables] == list(range(1, 13))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cadence:\n", "cadense: {}\ncadence:\n"),
        ("disclosure: inherit", "disclosure: ignore"),
        ("measure: lessee_count", "measur: lessee_count"),
        ("dataset: kicox__industrial_trend", "dataset: industrial_trend"),
    ],
)
def test_unknown_keys_and_values_are_refused(folder: Path, old: str, new: str) -> None:
    path = folder / "kicox__industrial_trend.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"kicox__industrial_trend\.yml"):
        load_contracts(folder)


def test_an_edition_of_an_unknown_table_is_refused(folder: Path) -> None:
    path = folder / "kicox__industrial_trend_production_by_complex_csv.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("table: production_by_complex", "table: profits"), encoding="utf-8"
    )
    with pytest.raises(ValueError, match="profits"):
        load_contracts(folder)
