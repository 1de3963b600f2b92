"""From bytes to an outcome: nothing is lost, nothing is landed that cannot be trusted."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import msoffcrypto
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from ingestion import ingest
from ingestion.answers import bundle_of, pack
from ingestion.contract import KosisFetch
from ingestion.ingest import Ingestion, ingest_file, is_stale, out_of_order, parse_warnings, reparse
from ingestion.outcomes import Outcome, read_outcomes
from ingestion.periods import Period
from ingestion.problems import CATALOG
from ingestion.registry import Registry
from ingestion.sample import (
    SampleRegistry,
    SimulatedPublication,
    WorkbookGrid,
    mutate,
    simulate_status,
    write_csv_edition,
    write_meta,
    write_status_workbook,
)
from ingestion.sample.writer import csv_rows
from ingestion.snapshots import Snapshot
from ingestion.sniff import read_content

from ..conftest import ROOT, SEED, SEEDS

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def take(room: Ingestion, path: Path, run: str = "run", *, now: datetime = NOW) -> Outcome:
    return ingest_file(room, path, run_id=run, now=now)


def assert_kept_and_quarantined(
    room: Ingestion, outcome: Outcome, data: bytes, *words: str
) -> None:
    """The bytes are in raw/ and in quarantine with the reason; nothing is landed; one row."""
    assert outcome.status == "quarantined", outcome.message
    assert outcome.file_name in outcome.message and outcome.file_name in outcome.message_ko
    for word in words:
        assert word in outcome.message
    assert "→" in outcome.message  # what to do
    kept = room.store.by_sha256()[outcome.sha256]
    assert room.store.read(kept) == data
    folder = room.quarantine_folder(outcome.sha256)
    reason = json.loads((folder / "reason.json").read_text(encoding="utf-8"))
    assert reason["lines_en"] and reason["lines_ko"]
    assert (folder / outcome.file_name).read_bytes() == data
    assert not list(room.landed.rglob("*.parquet"))
    assert [r["status"] for r in read_outcomes(room.home / "outcomes")].count("quarantined") == 1


def test_a_workbook_lands_with_its_origin_in_every_row(
    room: Ingestion, edition_file: Callable[..., Path]
) -> None:
    path = edition_file()
    outcome = take(room, path)
    assert (outcome.status, outcome.kind, outcome.period) == ("landed", "first", "2026-Q1")
    assert outcome.is_simulated  # the mark is in the workbook's properties
    snapshot = next(iter(room.store))
    assert room.store.path(snapshot).read_bytes() == path.read_bytes()
    assert snapshot.published_at_basis == "document" and snapshot.published_at > "2026-03-31"
    rows = pq.read_table(
        room.landed / "kicox__industrial_trend" / "period=2026-Q1" / f"{snapshot.stem}.parquet"
    ).to_pylist()
    assert len(rows) == outcome.rows == 4141
    for row in rows[:50]:
        assert row["sha256"] == outcome.sha256 and row["sheet"] and row["cell"]
        assert row["snapshot_id"] == f"kicox__industrial_trend/2026-Q1/{snapshot.stem}"
    assert {w["code"] for w in parse_warnings(room, snapshot)} == {
        p["code"] for p in outcome.problems
    }
    notes = list((room.landed / "kicox__industrial_trend_notes").rglob("*.parquet"))
    assert len(notes) == 1


def test_the_same_bytes_again_are_unchanged(
    room: Ingestion, edition_file: Callable[..., Path]
) -> None:
    path = edition_file()
    take(room, path)
    again = take(room, path, "second")
    assert (again.status, again.kind) == ("unchanged", "same_bytes")
    assert len(list(room.store)) == 1
    assert [r["status"] for r in read_outcomes(room.home / "outcomes")] == ["landed", "unchanged"]


def test_other_bytes_for_the_same_period_are_a_new_vintage(
    room: Ingestion, edition_file: Callable[..., Path]
) -> None:
    take(room, edition_file())
    revised = edition_file(
        mutate.scale("production_by_complex", "창원", 0, 1.001), name="b_20260331.xlsx"
    )
    outcome = take(room, revised)
    assert (outcome.status, outcome.kind) == ("landed", "new_vintage")
    assert len(list(room.store)) == 2


@pytest.mark.parametrize(
    ("day", "code", "words"),
    [
        ("2026-05-20", "vintage_is_older", ["2026-05-20", "2026-05-27", "what holds stays"]),
        ("2026-05-27", "vintage_of_one_day", ["2026-05-27", "received last, holds"]),
        ("2026-08-01", None, []),
    ],
)
def test_a_vintage_that_comes_out_of_its_order_says_so(
    room: Ingestion, edition_file: Callable[..., Path], day: str, code: str | None, words: list[str]
) -> None:
    first = edition_file()
    write_meta(first, date(2026, 5, 27))
    take(room, first)
    other = edition_file(mutate.add_footnote("production_by_complex", "*"), name="b_20260331.xlsx")
    write_meta(other, date.fromisoformat(day))
    outcome = take(room, other)
    assert (outcome.status, outcome.kind) == ("landed", "new_vintage")
    told = [p["code"] for p in outcome.problems if p["code"].startswith("vintage_")]
    assert told == ([code] if code else [])
    assert all(word in outcome.message for word in words)
    assert (first.name in outcome.message) == (code is not None)
    # what to do is what works: the day of a file that was read stays
    for warning in (p for p in outcome.problems if p["code"] == code):
        assert "What was read keeps its day" in warning["action_en"]
        assert "공표일은 바뀌지 않습니다" in warning["action_ko"]
    # nothing is lost, and reading again says the same
    assert len(list(room.store)) == 2


def test_what_is_said_of_the_order_follows_from_the_snapshots_alone() -> None:
    """Read in any order, also again for a rebuild, an edition has the same warnings."""

    def edition(published: str, loaded: str, name: str) -> Snapshot:
        return Snapshot(
            snapshot_id=f"d/2024-Q4/{published}_{name}", publisher="kicox", dataset="d",
            period="2024-Q4", vintage=published, sha256=name, bytes=1, ending=".xlsx", file_name=name, url=None,
            published_at=published, published_at_basis="sidecar", loaded_at=loaded,
            is_simulated=True,
        )  # fmt: skip

    first = edition("2025-02-26", "2026-01-01T00:00:00+00:00", "a")
    revised = edition("2025-04-28", "2026-01-01T00:00:00+00:00", "b")
    late = edition("2025-03-01", "2026-02-01T00:00:00+00:00", "c")
    twin = edition("2025-04-28", "2026-03-01T00:00:00+00:00", "d")
    for every in permutations([first, revised, late, twin]):
        told = {s.file_name: [w["code"] for w in out_of_order(s, every)] for s in every}
        # the first two came within one second: the one published first came first
        assert told == {"a": [], "b": [], "c": ["vintage_is_older"], "d": ["vintage_of_one_day"]}


def test_two_periods_with_the_same_bytes_are_the_publishers_fault(
    room: Ingestion, edition_file: Callable[..., Path]
) -> None:
    path = edition_file(period="2025-Q4")
    take(room, path)
    twin = path.with_name("한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx")
    shutil.copyfile(path, twin)
    outcome = take(room, twin)
    assert outcome.status == "fault"
    assert "publisher's fault" in outcome.message and "2026-Q1" in outcome.message
    assert [s.period for s in room.store] == ["2025-Q4"]


def test_a_csv_edition_under_another_quarters_name_is_the_publishers_fault(
    room: Ingestion, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    first = write_csv_edition(
        editions["2025-Q4"], "production_by_complex", tmp_path / "생산실적_20251231.csv"
    )
    assert take(room, first).status == "landed"
    twin = shutil.copyfile(first, tmp_path / "생산실적_20260331.csv")
    assert take(room, Path(twin)).status == "fault"
    assert len(list(room.store)) == 1


def test_a_renamed_file_is_known_by_its_content(
    room: Ingestion, edition_file: Callable[..., Path]
) -> None:
    outcome = take(room, edition_file(name="download(3).csv"))
    assert outcome.status == "landed" and outcome.dataset == "kicox__industrial_trend"
    wrong = edition_file(
        mutate.add_footnote("production_by_complex", "*"), name="산업동향_20250930.xlsx"
    )
    told = take(room, wrong)
    assert told.status == "landed" and told.period == "2026-Q1"
    assert "name_disagrees" in {p["code"] for p in told.problems}


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _encrypted(data: bytes) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt("secret", target)
    return target.getvalue()


def _bit_flipped(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(changed) // 3] ^= 0xFF
    return bytes(changed)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_truncated, ("truncated or damaged",)),
        (_bit_flipped, ("damaged",)),
        (_encrypted, ("encrypted",)),
        (lambda data: b"", ("empty",)),
        (lambda data: b"<!DOCTYPE html><html><body>error</body></html>", ("HTML",)),
        (lambda data: b"%PDF-1.7 ...", ("PDF",)),
        (lambda data: b'{"code":-4,"msg":"x"}', ("JSON",)),
        (lambda data: b"PK\x03\x04" + b"\x00" * 200, ("damaged",)),
        (lambda data: bytes(range(256)) * 8, ("",)),
    ],
    ids=[
        "truncated",
        "bit flipped",
        "encrypted",
        "empty",
        "html",
        "pdf",
        "json",
        "zip head",
        "binary",
    ],
)
def test_unreadable_files_are_kept_and_told(
    spoil: Callable[[bytes], bytes],
    words: tuple[str, ...],
    room: Ingestion,
    edition_file: Callable[..., Path],
) -> None:
    path = edition_file()
    data = spoil(path.read_bytes())
    path.write_bytes(data)
    assert_kept_and_quarantined(room, take(room, path), data, *words)
    # again: not parsed again, told again
    again = take(room, path, "second")
    assert again.status == "quarantined" and "already" in again.message


def test_encryption_is_real(edition_file: Callable[..., Path]) -> None:
    assert msoffcrypto.OfficeFile(
        io.BytesIO(_encrypted(edition_file().read_bytes()))
    ).is_encrypted()


def test_cp949_read_as_utf8_is_told_for_what_it_is(
    room: Ingestion, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    path = write_csv_edition(
        editions["2026-Q1"], "production_by_complex", tmp_path / "생산실적_20260331.csv"
    )
    data = path.read_bytes().decode("utf-8", errors="replace").encode()
    path.write_bytes(data)
    assert_kept_and_quarantined(room, take(room, path), data, "CP949 was read as UTF-8")


@pytest.mark.parametrize(("right", "wrong"), [("cp949", "latin-1"), ("utf-8", "latin-1")])
def test_a_wrong_reading_without_replacement_characters_is_told_too(
    right: str,
    wrong: str,
    room: Ingestion,
    tmp_path: Path,
    editions: dict[str, SimulatedPublication],
) -> None:
    path = write_csv_edition(
        editions["2026-Q1"], "production_by_complex", tmp_path / "생산실적_20260331.csv"
    )
    text = path.read_bytes().decode("cp949")
    data = text.encode(right).decode(wrong).encode("utf-8")
    path.write_bytes(data)
    assert_kept_and_quarantined(room, take(room, path), data, "was read as")


def test_a_csv_edition_in_utf8_reads_the_same(
    room: Ingestion, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    path = write_csv_edition(
        editions["2026-Q1"], "production_by_complex", tmp_path / "생산실적_20260331.csv"
    )
    for encoding in ("utf-8", "utf-8-sig"):
        other = tmp_path / f"{encoding}_20260331.csv"
        other.write_bytes(path.read_bytes().decode("cp949").encode(encoding))
        assert take(room, other).status == "landed"


def test_a_csv_edition_without_a_date_in_its_name_has_no_period(
    room: Ingestion, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    path = write_csv_edition(
        editions["2026-Q1"], "production_by_complex", tmp_path / "생산실적.csv"
    )
    assert_kept_and_quarantined(room, take(room, path), path.read_bytes(), "period")


def test_a_csv_edition_without_its_total_says_so(
    room: Ingestion, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    path = write_csv_edition(
        editions["2026-Q1"], "exports_by_complex", tmp_path / "수출실적_20260331.csv"
    )
    outcome = take(room, path)
    told = {p["code"]: p for p in outcome.problems}
    assert outcome.status == "landed" and "no_total_row" in told
    assert "workbook" in told["no_total_row"]["action_en"]


def test_a_foreign_workbook_is_not_guessed(room: Ingestion, tmp_path: Path) -> None:
    """지식산업센터현황 is another publication of KICOX; its header shares words with ours."""
    path = tmp_path / "한국산업단지공단_전국지식산업센터현황_20260331.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("지식산업센터")
    sheet.write_row(0, 0, ["순번", "시도", "시군", "지식산업센터명", "산업단지명", "용지면적(㎡)"])
    sheet.write_row(1, 0, [1, "서울", "구로구", "가산테라타워", "서울디지털", 3520.5])
    book.close()
    outcome = take(room, path)
    assert outcome.status == "quarantined" and "no contract recognises" in outcome.message
    assert "지식산업센터" in outcome.message


def test_the_status_of_all_complexes_lands_with_its_origin(room: Ingestion, tmp_path: Path) -> None:
    edition = simulate_status(SEED, "2025-Q4", SampleRegistry.load(SEEDS))
    path = write_status_workbook(edition, tmp_path / "현황.xlsx")
    outcome = take(room, path)
    assert (outcome.status, outcome.dataset, outcome.period) == (
        "landed",
        "kicox__complex_status",
        "2025-Q4",
    )
    assert outcome.is_simulated
    snapshot = next(iter(room.store))
    rows = pq.read_table(
        room.landed / "kicox__complex_status" / "period=2025-Q4" / f"{snapshot.stem}.parquet"
    ).to_pylist()
    assert len(rows) == outcome.rows
    for row in rows[:50]:
        assert row["sha256"] == outcome.sha256 and row["sheet"] and row["cell"]
    # its notes are kept beside it, and what it says against itself is told
    assert len(list((room.landed / "kicox__complex_status_notes").rglob("*.parquet"))) == 1
    assert {"count_contradicts", "unit_contradicted"} <= {
        w["code"] for w in parse_warnings(room, snapshot)
    }
    # another edition of the quarter is another vintage
    again = simulate_status(SEED + 1, "2025-Q4", SampleRegistry.load(SEEDS))
    assert take(room, write_status_workbook(again, tmp_path / "정정.xlsx")).kind == "new_vintage"


def test_a_status_workbook_that_cannot_be_trusted_is_filed_under_its_quarter(
    room: Ingestion, tmp_path: Path
) -> None:
    edition = simulate_status(SEED, "2025-Q4", SampleRegistry.load(SEEDS))

    def spoil(grid: WorkbookGrid) -> None:
        sheet = next(s for s in grid.sheets if s.title == "전국산업단지현황")
        sheet.rows[5][0] = "특별"

    path = write_status_workbook(edition, tmp_path / "현황.xlsx", spoil)
    outcome = take(room, path)
    assert_kept_and_quarantined(
        room, outcome, path.read_bytes(), "전국산업단지현황", "A6", "특별", "complex_types"
    )
    assert (outcome.dataset, outcome.period) == ("kicox__complex_status", "2025-Q4")


def test_all_faults_of_a_file_are_told_at_once(
    room: Ingestion, edition_file: Callable[..., Path]
) -> None:
    outcome = take(
        room,
        edition_file(
            mutate.text_for_number("production_by_complex", "창원", text="?"),
            mutate.text_for_number("exports_by_complex", "구미", text="??"),
        ),
    )
    assert [p["cell"] for p in outcome.problems if p["code"] == "not_a_number"] == [
        "C43",
        "C38",
    ] or len([p for p in outcome.problems if p["code"] == "not_a_number"]) == 2
    assert "(and 1 more)" in outcome.message


def test_a_sidecar_tells_the_day_and_a_bad_one_is_refused(
    room: Ingestion, edition_file: Callable[..., Path]
) -> None:
    path = edition_file()
    sidecar = path.with_name(path.name + ".meta.json")
    sidecar.write_text('{"published_at": "2026-05-27"}', encoding="utf-8")
    take(room, path)
    snapshot = next(iter(room.store))
    assert (snapshot.vintage, snapshot.published_at_basis) == ("2026-05-27", "sidecar")
    other = edition_file(mutate.add_footnote("production_by_complex", "*"), name="c_20260331.xlsx")
    other.with_name(other.name + ".meta.json").write_text('{"publishedAt": 1}', encoding="utf-8")
    refused = take(room, other)
    assert refused.status == "quarantined" and "c_20260331.xlsx.meta.json" in refused.message
    # still wrong, then mended: the file is read with the day that it tells
    assert take(room, other).status == "quarantined"
    # (another reading does not mend a sidecar)
    later = replace(room, registry=replace(room.registry, fingerprint="other"))
    assert take(later, other).status == "quarantined"
    (snapshot,) = (s for s in room.store if s.sha256 == refused.sha256)
    assert reparse(later, snapshot, run_id="later") is None
    other.with_name(other.name + ".meta.json").write_text(
        '{"published_at": "2026-06-03"}', encoding="utf-8"
    )
    landed = take(room, other)
    assert landed.status == "landed" and not room.quarantine_folder(landed.sha256).exists()
    (kept,) = (s for s in room.store if s.sha256 == landed.sha256)
    assert (kept.vintage, kept.published_at_basis) == ("2026-06-03", "sidecar")
    assert kept.snapshot_id == landed.snapshot_id and room.store.path(kept).is_file()
    assert len(list(room.store.raw.rglob(f"*{kept.sha256[:8]}.xlsx"))) == 1
    # what was read once keeps its day
    other.with_name(other.name + ".meta.json").write_text(
        '{"published_at": "2026-07-01"}', encoding="utf-8"
    )
    assert take(room, other).status == "unchanged"


def test_a_day_of_publication_far_ahead_is_a_slip(
    room: Ingestion, edition_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "is_marked", lambda content: False)  # it passes for real
    path = edition_file()
    sidecar = path.with_name(path.name + ".meta.json")
    sidecar.write_text('{"published_at": "2062-05-27"}', encoding="utf-8")
    refused = take(room, path)
    assert refused.status == "quarantined" and not refused.is_simulated
    assert [p["code"] for p in refused.problems] == ["published_in_future"]
    assert "2062-05-27" in refused.message and "2062-05-27" in refused.message_ko
    assert "in quarantine already" in take(room, path).message  # nobody mended it
    # some weeks ahead a cadence may reckon
    ahead = (NOW + timedelta(days=60)).date().isoformat()
    sidecar.write_text(f'{{"published_at": "{ahead}"}}', encoding="utf-8")
    landed = take(room, path)
    assert landed.status == "landed"
    (kept,) = room.store
    assert (kept.snapshot_id, kept.published_at) == (landed.snapshot_id, ahead)


@pytest.mark.parametrize(
    ("day", "is_over"),
    [
        (datetime(2026, 3, 31, 3, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 31, 14, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), True),  # April in Seoul
    ],
)
def test_a_period_that_is_not_over_has_no_figures(
    room: Ingestion,
    edition_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    day: datetime,
    is_over: bool,
) -> None:
    monkeypatch.setattr(ingest, "is_marked", lambda content: False)  # it passes for real
    outcome = take(room, edition_file(), now=day)
    assert outcome.status == ("landed" if is_over else "quarantined")
    assert ("period_not_over" in {p["code"] for p in outcome.problems}) != is_over
    assert is_over or ("2026-Q1" in outcome.message and "2026-03-31" in outcome.message_ko)


@pytest.mark.parametrize("left", [None, "{}", '{"url": "https://other.example/"}'])
def test_a_day_far_ahead_can_be_taken_back(
    room: Ingestion,
    edition_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    left: str | None,
) -> None:
    """The sidecar is removed, or its day: the file is dated as one that never had any."""
    monkeypatch.setattr(ingest, "is_marked", lambda content: False)  # it passes for real
    monkeypatch.setattr(  # and tells no day
        ingest, "read_content", lambda data: replace(read_content(data), properties={})
    )
    path = edition_file()
    sidecar = path.with_name(path.name + ".meta.json")
    url = "https://www.data.go.kr/"
    sidecar.write_text(json.dumps({"published_at": "2062-05-27", "url": url}), encoding="utf-8")
    assert [p["code"] for p in take(room, path).problems] == ["published_in_future"]
    if left is None:
        sidecar.unlink()
    else:
        sidecar.write_text(left, encoding="utf-8")
    landed = take(room, path)
    assert landed.status == "landed", landed.message
    (kept,) = room.store
    assert (kept.snapshot_id, kept.vintage) == (landed.snapshot_id, "2026-06-01")
    assert (kept.published_at, kept.published_at_basis) == ("2026-06-01", "first_seen")
    assert kept.url == ("https://other.example/" if left and "url" in left else url)


def test_a_file_is_read_again_once_the_registry_knows_the_name(
    room: Ingestion, edition_file: Callable[..., Path], tmp_path: Path
) -> None:
    outcome = take(room, edition_file(mutate.insert_complex("가나다라")))
    assert outcome.status == "quarantined" and "가나다라" in outcome.message
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    with (seeds / "complex_spellings.csv").open("a", encoding="utf-8") as file:
        file.write("busan_science,가나다라,test\n")
    later = replace(room, registry=Registry.load(seeds))
    snapshot = next(iter(later.store))
    assert is_stale(later, snapshot)
    again = reparse(later, snapshot, run_id="later")
    assert again is not None and (again.status, again.kind) == ("landed", "reparsed")
    assert not later.quarantine_folder(outcome.sha256).exists()
    assert reparse(later, snapshot, run_id="later") is None


def test_no_persons_name_leaves_the_raw_file(room: Ingestion, real_workbook: Path) -> None:
    """The real workbook's properties name its author and editor: they stay in the raw bytes."""
    import zipfile

    take(room, real_workbook)
    with zipfile.ZipFile(real_workbook) as archive:
        core = archive.read("docProps/core.xml").decode()
    names = [
        core.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        for tag in ("dc:creator", "cp:lastModifiedBy")
    ]
    for path in room.home.rglob("*"):
        if path.is_file() and path.suffix != ".xlsx":
            for name in names:
                assert name.encode() not in path.read_bytes(), path


def test_curated_lists_are_checked_row_by_row(room: Ingestion, tmp_path: Path) -> None:
    good = ROOT / "ingestion" / "reference" / "published_figures.csv"
    assert take(room, good).status == "landed"
    lines = good.read_text(encoding="utf-8").splitlines()
    bad = tmp_path / "figures.csv"
    cells = lines[1].split(",")
    cells[2] = "many"
    bad.write_text("\n".join([lines[0], ",".join(cells)]), encoding="utf-8")
    refused = take(room, bad)
    assert refused.status == "quarantined" and "C2" in refused.message and "many" in refused.message


def test_a_claim_with_an_unknown_key_is_refused(room: Ingestion, tmp_path: Path) -> None:
    claim = next((ROOT / "ingestion" / "claims").glob("*.yml"))
    assert take(room, claim).status == "landed"
    bad = tmp_path / "claim.yml"
    bad.write_text(claim.read_text(encoding="utf-8") + "\nauthor_mood: good\n", encoding="utf-8")
    refused = take(room, bad)
    assert refused.status == "quarantined" and "author_mood" in refused.message


def test_a_lone_answer_in_json_lies_beside_its_sidecar(room: Ingestion, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    way = room.contracts["kosis__production_index"].source.fetch[0]
    assert isinstance(way, KosisFetch)
    row = {"ORG_ID": way.org, "TBL_ID": way.table, "PRD_SE": "M", "PRD_DE": "202601", "DT": "1"}
    path.write_text(json.dumps([row]), encoding="utf-8")
    outcome = ingest_file(room, path, run_id="r")
    assert outcome.status == "quarantined" and outcome.dataset == "kosis__production_index"
    (snapshot,) = Ingestion(room.home, room.contracts, room.registry).store
    assert snapshot.ending == "json" and room.store.read(snapshot) == path.read_bytes()


def odcloud_bundle(folder: Path, edition: SimulatedPublication, period: str, uddi: str) -> Path:
    """A CSV edition's rows as odcloud answers them, in a bundle about a period."""
    header, *rows = csv_rows(edition, "production_by_complex")
    data = [dict(zip(header, row, strict=True)) for row in rows]
    body = {"currentCount": len(data), "data": data, "matchCount": len(data), "page": 1,
            "perPage": 1000, "totalCount": len(data)}  # fmt: skip
    text = json.dumps(body, ensure_ascii=False).encode()
    dataset = "kicox__industrial_trend_production_by_complex_csv"
    end = Period.parse(period).last_day.isoformat()
    url = f"https://api.odcloud.kr/api/15085891/v1/uddi:{uddi}"
    bundle = bundle_of([(text, url, {"page": "1"}, end)], dataset=dataset, period=period)
    path = folder / f"{uddi}_{period}.zip"
    path.write_bytes(pack(bundle))
    return path


def test_the_answers_of_another_period_are_refused_and_the_first_hold(
    room: Ingestion, editions: dict[str, SimulatedPublication], tmp_path: Path
) -> None:
    quarter = editions["2025-Q4"]
    first = take(room, odcloud_bundle(tmp_path, quarter, "2025-Q4", "a"))
    assert (first.status, first.period) == ("landed", "2025-Q4"), first.message
    # Last quarter's rows under this quarter's name: other bytes, because the question is another.
    stale = take(room, odcloud_bundle(tmp_path, quarter, "2026-Q1", "b"))
    assert stale.status == "quarantined" and stale.sha256 != first.sha256
    assert [p["code"] for p in stale.problems if p["severity"] == "error"] == [
        "same_answers_other_period"
    ]
    for message in (stale.message, stale.message_ko):
        assert "2025-Q4" in message and "2026-Q1" in message
    # Read again (another registry, say), the first to come still holds, and so does the refusal.
    other = replace(room, registry=replace(room.registry, fingerprint="other"))
    kept = {s.sha256: s for s in other.store}
    again = [reparse(other, kept[o.sha256], run_id="again") for o in (first, stale)]
    assert [o.status for o in again if o is not None] == ["landed", "quarantined"]
    # The right rows come later: they land.
    mended = take(room, odcloud_bundle(tmp_path, editions["2026-Q1"], "2026-Q1", "b"))
    assert (mended.status, mended.period) == ("landed", "2026-Q1"), mended.message


def test_what_is_in_quarantine_is_no_known_answer(
    room: Ingestion, editions: dict[str, SimulatedPublication], tmp_path: Path
) -> None:
    quarter = editions["2025-Q4"]
    first = take(room, odcloud_bundle(tmp_path, quarter, "2025-Q4", "a"))
    stale = take(room, odcloud_bundle(tmp_path, quarter, "2026-Q1", "b"))
    assert (first.status, stale.status) == ("landed", "quarantined")
    # The first one turns out to be of no use: now the second period's are nobody else's.
    reason = room.quarantine_folder(first.sha256) / "reason.json"
    reason.parent.mkdir(parents=True)
    reason.write_text(json.dumps({"fingerprint": room.fingerprint}), encoding="utf-8")
    again = take(room, odcloud_bundle(tmp_path, quarter, "2026-Q1", "c"))
    assert (again.status, again.period) == ("landed", "2026-Q1"), again.message


def test_an_old_sidecar_is_given_the_hash_of_its_answers_when_it_is_read_again(
    room: Ingestion, editions: dict[str, SimulatedPublication], tmp_path: Path
) -> None:
    quarter = editions["2025-Q4"]
    first = take(room, odcloud_bundle(tmp_path, quarter, "2025-Q4", "a"))
    (path,) = (room.home / "raw").glob("*/*/*/*.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    hashed = told.pop("answers_sha256")
    path.chmod(0o644)
    path.write_text(json.dumps(told), encoding="utf-8")
    later = Ingestion(
        room.home, room.contracts, replace(room.registry, fingerprint="another registry")
    )
    (old,) = later.store
    assert hashed and not old.answers_sha256
    again = reparse(later, old, run_id="again")
    assert again is not None and again.status == "landed"
    for store in (later.store, Ingestion(room.home, room.contracts, room.registry).store):
        (kept,) = store
        assert kept == replace(old, answers_sha256=hashed), kept
    moved = take(later, odcloud_bundle(tmp_path, quarter, "2025-Q4", "b"))
    assert (moved.status, moved.snapshot_id) == ("unchanged", first.snapshot_id)


def test_the_same_answers_from_another_address_are_nothing_new(
    room: Ingestion, editions: dict[str, SimulatedPublication], tmp_path: Path
) -> None:
    quarter, other = editions["2025-Q4"], editions["2025-Q3"]
    first = take(room, odcloud_bundle(tmp_path, quarter, "2025-Q4", "a"))
    moved = take(room, odcloud_bundle(tmp_path, quarter, "2025-Q4", "b"))
    assert (moved.status, moved.snapshot_id) == ("unchanged", first.snapshot_id)
    assert len(list(room.store)) == 1
    # Changed and changed back: what holds now is said anew.
    later = [NOW + timedelta(minutes=n) for n in (1, 2)]
    changed = take(room, odcloud_bundle(tmp_path, other, "2025-Q4", "c"), now=later[0])
    back = take(room, odcloud_bundle(tmp_path, quarter, "2025-Q4", "d"), now=later[1])
    assert [o.kind for o in (changed, back)] == ["new_vintage", "new_vintage"]


def test_warnings_are_written_as_what_prints_them_is() -> None:
    """They stand in the bulletin and the site, whose Korean is 한다체; errors speak to a person."""
    polite = re.compile("(?<!아)니다")
    for code, entry in CATALOG.items():
        if entry.severity == "warning":
            assert not polite.search(entry.ko), code
    assert any(polite.search(entry.ko) for entry in CATALOG.values() if entry.severity == "error")
