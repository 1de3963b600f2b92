"""A registry is written while it is read: whole, the same, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.contract import Contracts
from ingestion.ingest import Ingestion, ingest_file
from ingestion.landing import LandedDraft, landed_fingerprint, write_landed
from ingestion.outcomes import Outcome
from ingestion.parsers.registry_list import blocks, parse, text
from ingestion.registry import Registry
from ingestion.sample.registry import write_factory_csv
from ingestion.sniff import read_content

from .registries import NAME, csv_bytes, factory, five, snapshot

DAY = date(2024, 12, 31)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 8 * 1024)


@pytest.mark.parametrize("detailed", [False, True])
def test_what_is_written_block_by_block_is_what_is_written_at_once(
    contracts: Contracts, registry: Registry, tmp_path: Path, detailed: bool
) -> None:
    data = write_factory_csv(tmp_path / NAME, DAY, seed=5, rows=900, detailed=detailed).read_bytes()
    contract = contracts["kicox__factory_registry"]
    source, by_block, at_once = snapshot(), tmp_path / "a.parquet", tmp_path / "b.parquet"
    with LandedDraft(by_block, contract.landed, source, "f") as draft:
        read = parse(read_content(data), contract, registry, source, lambda _: draft)
        assert read.draft is draft
        draft.save()
    write_landed(at_once, contract.landed, read.rows, source, "f")
    assert pq.ParquetFile(by_block).num_row_groups > 4
    assert pq.read_table(by_block).equals(pq.read_table(at_once))
    assert landed_fingerprint(by_block) == "f" == landed_fingerprint(at_once)
    assert pq.read_table(by_block)["cell"].to_pylist() == [f"A{row}" for row in range(2, 902)]


def land(home: Path, contracts: Contracts, registry: Registry, data: bytes) -> Outcome:
    (home / "inbox").mkdir(parents=True, exist_ok=True)
    path = home / "inbox" / NAME
    path.write_bytes(data)
    room = Ingestion(home, contracts, registry)
    return ingest_file(room, path, run_id="r", now=datetime(2025, 2, 11, tzinfo=UTC))


def test_a_fault_in_the_last_block_leaves_nothing_of_the_first_ones(
    contracts: Contracts, registry: Registry, tmp_path: Path
) -> None:
    rows = [factory(n) for n in range(1, 900)]
    outcome = land(tmp_path, contracts, registry, five(*rows, [*factory(900), "zu viel"]))
    assert outcome.status == "quarantined"
    assert outcome.problems[0]["code"] == "registry_fields" and "A901" in str(outcome.problems[0])
    assert not [p for p in (tmp_path / "landed").rglob("*") if p.is_file()]


def test_rows_that_share_a_key_are_landed_with_keys_of_their_own(
    contracts: Contracts, registry: Registry, tmp_path: Path
) -> None:
    """The two stand in different blocks: what was written of the first no longer holds."""
    rows = [factory(n) for n in range(1, 900)]
    twin = ["900", *factory(1)[1:]]
    outcome = land(tmp_path, contracts, registry, five(*rows, twin))
    assert outcome.status == "landed" and outcome.rows == 900
    (path,) = [p for p in (tmp_path / "landed").rglob("*") if p.name.endswith("parquet")]
    assert not list(path.parent.glob(".part-*"))
    keys = pq.read_table(path)["factory_key"].to_pylist()
    assert len(set(keys)) == 900 and keys[-1] == f"{keys[0]}-2"


def test_damage_in_a_column_that_nobody_reads_is_told(
    contracts: Contracts, registry: Registry, tmp_path: Path
) -> None:
    header = ["순번", "회사명", "단지명", "생산품", "공장주소", "전화번호"]
    rows = [[*factory(n), "없음"] for n in range(1, 900)]
    data = csv_bytes([header, *rows])
    place = data.rindex("없음".encode("cp949"))
    outcome = land(tmp_path, contracts, registry, data[:place] + b"\xff" + data[place + 1 :])
    assert outcome.status == "quarantined"
    assert [p["code"] for p in outcome.problems] == ["undecodable_text"]


def test_a_cell_with_a_separator_of_ours_is_read_all_the_same(
    contracts: Contracts, registry: Registry, tmp_path: Path
) -> None:
    rows = [factory(n) for n in range(1, 600)]
    rows[300][1] = "(주)모의\x1e정밀"
    outcome = land(tmp_path, contracts, registry, five(*rows))
    assert outcome.status == "landed" and outcome.rows == 599
    (path,) = [p for p in (tmp_path / "landed").rglob("*") if p.name.endswith("parquet")]
    assert "\x1e" not in pq.read_table(path)["company_name"][299].as_py()


def test_recoded_texts_are_those_that_python_decodes() -> None:
    words = ["", "가", "ㆍ", "㈜모의", "plain", None, "똠방각하 뷁", "①", "\n두 줄"]
    given = pa.array([None if w is None else w.encode("cp949") for w in words], pa.binary())
    column = pa.Array.from_buffers(pa.string(), len(given), given.buffers())
    assert text.recoded(column, "cp949").to_pylist() == words
    again = text.recoded(column.dictionary_encode(), "cp949")
    assert again.to_pylist() == words and pa.types.is_dictionary(again.type)
    with pytest.raises(UnicodeDecodeError):
        text.recoded(pa.array(["가"]), "ascii")


def test_numbers_of_rows_get_their_letter() -> None:
    numbers = [1, 2, 9, 10, 11, 99, 100, 1_048_576]
    given = pa.chunked_array([pa.array(numbers, pa.int32())])
    assert text.numbered("A", given).to_pylist() == [f"A{n}" for n in numbers]


@pytest.mark.parametrize(
    ("keys", "unique"),
    [
        (["0123456789abcdef", "0123456789abcdee"], 2),
        (["0123456789abcdef", "0123456789abcdef"], 1),
        (["a", "bb", "a"], 2),
        (["0123456789abcdef", None], 1),
        ([], 0),
    ],
)
def test_keys_are_counted_whatever_their_form(keys: list[str | None], unique: int) -> None:
    assert text.unique_count(pa.chunked_array([pa.array(keys, pa.string())])) == unique
