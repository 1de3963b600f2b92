"""An archive with one workbook or CSV in it is read like the file itself; any other says what is in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ingestion import sniff
from ingestion.ingest import Ingestion, ingest_file
from ingestion.outcomes import Outcome
from ingestion.problems import RejectedFile
from ingestion.sample import SimulatedPublication, write_csv_edition
from ingestion.sniff import may_name_persons, read_content

BOOK = "한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx"


def packed(*members: tuple[str, bytes], encoding: str | None = None) -> bytes:
    """A zip; with an encoding, names are written in it without saying so, as Korean Windows does."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            if encoding is not None:
                # zipfile sets the flag for names beyond ASCII only: they are put in afterwards.
                info.filename = "".join(chr(byte) for byte in b"\x00" * len(name.encode(encoding)))
                info.filename = info.filename.replace("\x00", "n")
            archive.writestr(info, data)
    made = target.getvalue()
    for name, _ in members if encoding is not None else ():
        raw = name.encode(encoding or "")
        made = made.replace(b"n" * len(raw), raw)
    return made


def drop(room: Ingestion, folder: Path, name: str, data: bytes) -> Outcome:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return ingest_file(room, path, run_id="r")


def values_of(room: Ingestion, outcome: Outcome) -> list[tuple[Any, ...]]:
    import pyarrow.parquet as pq

    (path,) = (room.landed / str(outcome.dataset)).rglob("*.parquet")
    names = ("sheet", "cell", "measure", "period", "value_raw")
    return sorted(tuple(str(row[n]) for n in names) for row in pq.read_table(path).to_pylist())


@pytest.mark.parametrize(
    "name",
    ["자료.zip", "한국산업단지공단_국가산업단지 산업동향정보_20260331.zip", "download(3).xlsx"],
)
def test_a_workbook_in_an_archive_lands_as_the_workbook_does(
    room: Ingestion, edition_file: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    data = edition_file().read_bytes()
    archive = packed(
        ("산업동향/", b""),
        (f"산업동향/{BOOK}", data),
        ("__MACOSX/._x.xlsx", b"x"),
        ("읽어보기.hwp", b"y"),
    )
    outcome = drop(room, tmp_path / "in", name, archive)
    assert outcome.status == "landed", outcome.message
    assert (outcome.dataset, outcome.period) == ("kicox__industrial_trend", "2026-Q1")
    (snapshot,) = room.store
    assert (snapshot.ending, snapshot.file_name) == ("zip", name)
    assert room.store.read(snapshot) == archive
    other = Ingestion(tmp_path / "other", room.contracts, room.registry)
    plain = ingest_file(other, edition_file(), run_id="r")
    assert values_of(room, outcome) == values_of(other, plain)


@pytest.mark.parametrize("encoding", [None, "cp949"])
@pytest.mark.parametrize("outer", ["생산실적.zip", "받은날_20260601.zip"])
def test_a_csv_in_an_archive_is_dated_by_its_own_name(
    room: Ingestion,
    editions: dict[str, SimulatedPublication],
    tmp_path: Path,
    outer: str,
    encoding: str | None,
) -> None:
    name = "생산실적_20260331.csv"
    path = write_csv_edition(editions["2026-Q1"], "production_by_complex", tmp_path / name)
    data = packed((name, path.read_bytes()), encoding=encoding)
    assert read_content(data).packed_name == name
    outcome = drop(room, tmp_path / "in", outer, data)
    assert (outcome.status, outcome.period) == ("landed", "2026-Q1"), outcome.message


def test_a_csv_without_a_date_is_dated_by_its_archive(
    room: Ingestion, editions: dict[str, SimulatedPublication], tmp_path: Path
) -> None:
    path = write_csv_edition(editions["2026-Q1"], "production_by_complex", tmp_path / "a.csv")
    data = packed(("a.csv", path.read_bytes()))
    outcome = drop(room, tmp_path / "in", "생산실적_20260331.zip", data)
    assert (outcome.status, outcome.period) == ("landed", "2026-Q1"), outcome.message


def test_what_came_as_a_file_before_is_nothing_new_in_an_archive(
    room: Ingestion, edition_file: Callable[..., Path], tmp_path: Path
) -> None:
    path = edition_file(period="2025-Q4")
    first = ingest_file(room, path, run_id="r")
    data = packed((path.name, path.read_bytes()))
    again = drop(room, tmp_path / "in", "자료.zip", data)
    assert (again.status, again.snapshot_id) == ("unchanged", first.snapshot_id)
    stale = drop(room, tmp_path / "in", "산업동향_20260331.zip", data)
    assert stale.status == "fault" and "2026-Q1" in stale.message
    assert len(list(room.store)) == 1


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        (
            [("a.csv", b"x,y\n1,2\n"), ("b.xlsx", b"z")],
            "archive_contents",
            ("a.csv", "b.xlsx", "2"),
        ),
        ([("설명.pdf", b"%PDF")], "archive_contents", ("설명.pdf", "0")),
        ([("__MACOSX/a.csv", b"x,y\n1,2\n")], "archive_contents", ("–",)),
        ([("../a.csv", b"x,y\n1,2\n")], "damaged_archive", ("../a.csv",)),
        ([("/etc/a.csv", b"x,y\n1,2\n")], "damaged_archive", ("/etc/a.csv",)),
        ([("a.xlsx", b"")], "empty_file", ()),
        ([("a.csv", b"<!DOCTYPE html><p>")], "not_a_table", ("HTML",)),
        ([("a.xlsx", packed(("b.xlsx", b"x")))], "not_a_table", ("archive in an archive",)),
        ([("a.xlsx", b"PK\x03\x04 half")], "damaged_archive", ()),
    ],
)
def test_any_other_archive_says_what_is_in_it(
    members: list[tuple[str, bytes]], code: str, words: Iterable[str]
) -> None:
    data = packed(*members)
    with pytest.raises(RejectedFile) as caught:
        read_content(data)
    told = caught.value.problems[0]
    assert told.code == code, told
    assert all(word in told.message_en and word in told.message_ko for word in words) or (
        code == "not_a_table" and all(word in told.message_en for word in words)
    )


def test_an_archive_that_unpacks_to_too_much_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniff, "MAX_UNPACKED_BYTES", 1000)
    inner = packed(("xl/a.xml", b" " * 2000))
    for data in (packed(("a.csv", b"x,y\n" * 500)), packed(("a.xlsx", inner))):
        with pytest.raises(RejectedFile) as caught:
            read_content(data)
        assert caught.value.problems[0].code == "too_large"


def test_an_archive_that_may_name_persons_is_kept_in_raw_alone(
    room: Ingestion, tmp_path: Path
) -> None:
    persons = "연번,대표자,전화번호\r\n1,홍길동,010-1234-5678\r\n".encode("cp949")
    two = packed(("a.csv", persons), ("b.csv", persons))
    broken = packed(("a.csv", persons))[:-30]
    for n, data in enumerate((packed(("a.csv", persons)), two, broken)):
        assert may_name_persons(data)
        outcome = drop(room, tmp_path / "in", f"{n}.zip", data)
        assert outcome.status == "quarantined"
        assert {p.name for p in room.quarantine_folder(outcome.sha256).iterdir()} == {"reason.json"}
        assert "홍길동" not in repr(outcome)
    assert not may_name_persons(packed(("a.csv", "단지,생산\n창원,1\n".encode())))
