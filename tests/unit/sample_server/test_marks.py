"""What the sample publisher makes says so inside: a file without a sidecar is not taken for a real one."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest

from ingestion import ingest
from ingestion.contract import Contract, Fetch, load_contracts
from ingestion.fetch.client import Fetcher
from ingestion.ingest import Ingestion, ingest_file, reparse
from ingestion.landing import landed_path
from ingestion.marks import is_marked
from ingestion.registry import Registry
from ingestion.sample import SIMULATED_KIND, write_sample
from ingestion.sample.server import SampleServer
from ingestion.sample.server.editions import FACTORIES, csv_bytes
from ingestion.sniff import read_content
from pipeline import fetching
from pipeline.ways import Errand

from ...conftest import SEEDS
from .conftest import in_ways

TODAY = date(2026, 5, 28)
KEY = "simulated-key"
#: As little of each source as has its form.
SHORT: dict[str, dict[str, Any]] = {
    "portal": {"first": None},
    "indparkstats": {"first": "2024-03", "last": "2024-03"},
    "customs": {"first": "2026-01"},
    "factories": {"complexes": ("남동국가산업단지",)},
    "ecos": {"first": "2026"},
}
SERVED = [
    (contract, way)
    for contract in load_contracts().by_dataset.values()
    for way in contract.source.fetch
]


def room_in(home: Path) -> Ingestion:
    return Ingestion(home, load_contracts(), Registry.load(SEEDS))


def fetched(server: SampleServer, home: Path, contract: Contract, way: Fetch) -> list[Path]:
    server.publishers.today = TODAY
    short = way.model_copy(update=SHORT.get(way.way, {}))
    (home / "inbox").mkdir(parents=True)
    with Fetcher(home, "r", publishers=server.url) as fetcher:
        asked = in_ways(contract.dataset, short)
        errand = Errand(fetcher, asked, room_in(home), home / "inbox", (), TODAY)
        result = fetching._fetch_one(errand)
    assert result["status"] == "fetched", result["message"]
    return [Path(name) for name in result["files"]]


@pytest.mark.parametrize(
    ("contract", "way"), SERVED, ids=lambda x: getattr(x, "dataset", None) or x.way
)
def test_whatever_is_served_is_known_without_a_sidecar(
    server: SampleServer, tmp_path: Path, contract: Contract, way: Fetch
) -> None:
    """Every dataset by every way of its contract, into an empty home; each page of a bundle, too."""
    room = room_in(tmp_path / "empty")
    for path in fetched(server, tmp_path / "home", contract, way):
        alone = Path(tmp_path / path.name)
        alone.write_bytes(path.read_bytes())
        outcome = ingest_file(room, alone, run_id="r")
        assert (outcome.status, outcome.dataset) == ("landed", contract.dataset), outcome.message
        assert outcome.is_simulated
        (snapshot,) = room.store
        assert snapshot.is_simulated and snapshot.published_at_basis != "sidecar"
        column = pq.read_table(landed_path(room.landed, snapshot))["is_simulated"]
        assert column.unique().to_pylist() == [True]
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                pages = [archive.read(n) for n in archive.namelist() if n != "answers.json"]
            assert pages and all(is_marked(read_content(page)) for page in pages)


@pytest.mark.parametrize(
    "address",
    [
        f"apis.data.go.kr/B550624/indparkstats/kicoxPrdRecByIrsttStatsService?stdrYm=202403&type=xml&serviceKey={KEY}",
        f"apis.data.go.kr/B550624/fctryRegistInfo/getFctryListInIrsttService_v2?irsttNm=남동국가산업단지&serviceKey={KEY}",
        f"apis.data.go.kr/1220000/Itemtrade/getItemtradeList?strtYymm=202601&endYymm=202602&hsSgn=85&serviceKey={KEY}",
        f"ecos.bok.or.kr/api/StatisticSearch/{KEY}/xml/kr/1/100/731Y001/D/20260102/20260131/0000001",
    ],
)  # fmt: skip
def test_the_other_form_of_an_answer_says_so_too(server: SampleServer, address: str) -> None:
    server.publishers.today = TODAY
    data = httpx.get(f"{server.url}/{address}").content
    assert data.startswith(b"<?xml") and is_marked(read_content(data))


def test_an_older_form_of_the_registry_says_so_too(server: SampleServer) -> None:
    editions = server.publishers.editions
    oldest = editions.offered(FACTORIES, TODAY)[0]
    data = editions.file(oldest)
    assert "대표자".encode("cp949") in data[:1000]  # the long form
    assert is_marked(read_content(data))


def test_every_file_of_the_sample_says_so(tmp_path: Path) -> None:
    written = write_sample(tmp_path, registry_dir=SEEDS, first="2025-Q4", with_faults=False)
    assert {path.suffix for path in written} == {".xlsx", ".csv"}
    assert all(is_marked(read_content(path.read_bytes())) for path in written)
    # Also once a program has thrown the properties of the document away.
    book = openpyxl.load_workbook(next(path for path in written if path.suffix == ".xlsx"))
    book.properties.keywords = book.properties.description = None
    book.save(tmp_path / "saved.xlsx")
    content = read_content((tmp_path / "saved.xlsx").read_bytes())
    assert "SIMULATED" not in repr(content.properties) and is_marked(content)


def test_what_is_real_does_not(publisher_files: Path, interfaces: Path) -> None:
    real = [p for p in publisher_files.iterdir() if p.suffix in (".xlsx", ".csv")]
    literal = [p for p in interfaces.iterdir() if p.suffix in (".json", ".xml")]
    assert real and literal
    for path in (*real, *literal):
        assert not is_marked(read_content(path.read_bytes())), path.name


@pytest.mark.parametrize(
    ("rows", "marked"),
    [
        ([["창원", SIMULATED_KIND, "1"], ["구미", SIMULATED_KIND, ""]], True),
        ([["창원", "", "1"], ["구미", SIMULATED_KIND, ""]], True),
        ([["창원", "국가", "1"], ["구미", SIMULATED_KIND, ""]], False),  # one value proves nothing
        ([["창원", "국가", "1"], ["구미(모의)", "국가", "2"]], False),
        ([["모의", "모의국가", "1"]], False),
        ([["구미(외)", "국가", "1"]], False),
        ([], False),
    ],
)
def test_a_column_says_it_with_every_value(rows: list[list[str]], marked: bool) -> None:
    header = ["산업단지", "구분", "당분기(억원)"]
    assert is_marked(read_content(csv_bytes([header, *rows]))) is marked


def test_a_json_that_was_written_again_keeps_its_mark() -> None:
    row = r'[{"TBL_NM": "\uad11\uc5c5 (\ubaa8\uc758)", "DT": "1"}]'
    assert is_marked(read_content(row.encode()))
    assert not is_marked(read_content(row.replace(r" (\ubaa8\uc758)", "").encode()))


def test_what_was_taken_for_real_is_told_apart_once_marks_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home from before: the next reading puts it right, in the store and in what is landed."""
    write_sample(tmp_path / "in", registry_dir=SEEDS, first="2026-Q1", with_faults=False)
    (path,) = (tmp_path / "in").glob("*_생산실적_*.csv")
    path.with_name(f"{path.name}.meta.json").unlink()
    home = tmp_path / "home"
    with monkeypatch.context() as before:
        before.setattr(ingest, "is_marked", lambda content: False)
        before.setattr(ingest, "_MARKS_VERSION", "none")
        assert not ingest_file(room_in(home), path, run_id="r").is_simulated
    room = room_in(home)
    (snapshot,) = room.store
    assert not snapshot.is_simulated
    outcome = reparse(room, snapshot, run_id="r")
    assert outcome is not None and outcome.status == "landed" and outcome.is_simulated
    for store in (room.store, room_in(home).store):
        (snapshot,) = store
        assert snapshot.is_simulated
    landed = pq.read_table(landed_path(room.landed, snapshot))
    assert landed["is_simulated"].unique().to_pylist() == [True]
    assert reparse(room_in(home), snapshot, run_id="r") is None
