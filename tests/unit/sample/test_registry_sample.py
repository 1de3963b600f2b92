"""Simulated registries: the same from the same seed, alive from edition to edition, in real form."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from ingestion.contract import Contracts
from ingestion.ingest import Ingestion, ingest_file
from ingestion.registry import Registry, name_key
from ingestion.sample import registry as sample

SEED = 11


def factories(
    path: Path, day: date, rows: int = 3000, *, detailed: bool = True
) -> dict[str, dict[str, str]]:
    """The factories of a day by registry number (by row in the short form)."""
    sample.write_factory_csv(path / "f.csv", day, seed=SEED, rows=rows, detailed=detailed)
    text = (path / "f.csv").read_bytes().decode("cp949")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(found) == rows
    return {row.get("공장관리번호") or row["순번"]: row for row in found}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    day = date(2024, 12, 31)
    first = sample.write_factory_csv(tmp_path / "a", day, seed=1, rows=500).read_bytes()
    assert sample.write_factory_csv(tmp_path / "b", day, seed=1, rows=500).read_bytes() == first
    assert sample.write_factory_csv(tmp_path / "c", day, seed=2, rows=500).read_bytes() != first
    centres = [
        sample.write_knowledge_centres_csv(tmp_path / n, day, seed=1).read_bytes() for n in "de"
    ]
    assert centres[0] == centres[1]


@pytest.mark.parametrize("year", range(2015, 2027))
def test_factories_open_close_move_and_change(tmp_path: Path, year: int) -> None:
    before = factories(tmp_path, date(year - 1, 12, 31))
    after = factories(tmp_path, date(year, 12, 31))
    stayed = before.keys() & after.keys()
    assert 0.03 < 1 - len(stayed) / len(before) < 0.12
    moved = [
        n
        for n in stayed
        if before[n]["공장대표주소(도로명)"].split()[2:]
        != after[n]["공장대표주소(도로명)"].split()[2:]
    ]
    changed = [n for n in stayed if before[n]["대표업종번호"] != after[n]["대표업종번호"]]
    assert 0 < len(moved) < 0.03 * len(stayed) and 0 < len(changed) < 0.03 * len(stayed)
    for number in after.keys() - before.keys():
        assert after[number]["최초등록일"] > f"{year - 1}-12-30"
    for number in stayed:
        assert before[number]["최초등록일"] == after[number]["최초등록일"]
        assert before[number]["대표자"] == after[number]["대표자"]


def test_the_short_form_is_the_publishers(tmp_path: Path) -> None:
    rows = factories(tmp_path, date(2024, 12, 31), 20_000, detailed=False)
    assert list(rows["1"]) == ["순번", "회사명", "단지명", "생산품", "공장주소"]
    raw = (tmp_path / "f.csv").read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == 20_001
    # Of the real edition of 2024, 132,937 of 217,048 stand outside of complexes.
    outside = sum(not row["단지명"] for row in rows.values()) / len(rows)
    assert 0.58 < outside < 0.65
    assert any("," in row["생산품"] for row in rows.values())
    assert all("모의" in row["회사명"] and "모의" in row["공장주소"] for row in rows.values())
    assert not any("모의인" in row["회사명"] for row in rows.values())


def test_places_are_real_and_complexes_those_of_the_status_list(
    tmp_path: Path, registry: Registry
) -> None:
    rows = factories(tmp_path, date(2024, 12, 31), 20_000)
    assert {row["시도"] for row in rows.values()} <= registry.provinces.keys()
    assert len({registry.provinces[row["시도"]] for row in rows.values()}) == 17
    known = {registry.complexes.get(name_key(row["단지명"])) for row in rows.values()}
    assert len(known) > 30
    old = factories(tmp_path, date(2022, 12, 31), 2000)
    assert {"강원도", "전라북도"} <= {row["시도"] for row in old.values()}


def test_items_are_the_factories_of_the_csv(tmp_path: Path) -> None:
    day = date(2024, 12, 31)
    rows = factories(tmp_path, day, 20_000)
    items = sample.factory_items("남동국가산업단지", day, seed=SEED, rows=20_000)
    listed = {n for n, row in rows.items() if row["단지명"] == "남동국가산업단지"}
    assert {item["fctryManageNo"] for item in items} == listed and len(items) > 100
    one = items[0]
    assert one["rnAdres"] == rows[one["fctryManageNo"]]["공장대표주소(도로명)"]
    assert one["rprsntvNm"].startswith("모의인") and "-000-" in one["cmpnyTelno"]
    assert sample.factory_items("없는국가산업단지", day, seed=SEED, rows=2000) == []


def test_a_year_of_registries_lands_without_persons(room: Ingestion, tmp_path: Path) -> None:
    for year in (2023, 2024):
        for path in sample.write_registry_sample(
            tmp_path, date(year, 12, 31), seed=SEED, rows=3000
        ):
            outcome = ingest_file(room, path, run_id="run")
            assert outcome.status == "landed", outcome.message
            assert outcome.is_simulated and outcome.period == f"{year}-12"
            assert {p["code"] for p in outcome.problems} <= {"registry_persons_withheld"}
    detailed = tmp_path / "모의상세_20221231.csv"
    sample.write_factory_csv(detailed, date(2022, 12, 31), seed=SEED, rows=3000, detailed=True)
    assert ingest_file(room, detailed, run_id="run").status == "landed"
    for path in room.landed.rglob("*.parquet"):
        assert "모의인".encode() not in path.read_bytes()


def test_names_of_files_and_contracts_agree(contracts: Contracts) -> None:
    day = date(2024, 12, 31)
    title = contracts["kicox__factory_registry"].title.ko
    assert (
        sample.factory_file_name(day) == f"한국산업단지공단_{title}_등록공장현황자료_20241231.csv"
    )
    title = contracts["kicox__knowledge_centres"].title.ko
    assert sample.centre_file_name(day) == f"한국산업단지공단_{title}_20241231.csv"
    names = [part.split()[0] for part in sample._parts(sample._NATIONAL)]
    (way,) = contracts["kicox__factory_registry_api"].source.fetch
    assert set(names) <= set(way.complexes)
