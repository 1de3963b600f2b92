"""Registries: what concerns a person stays in the raw file, whatever becomes of it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contacts import MACRO
from ingestion.ingest import Ingestion, ingest_file, is_stale
from ingestion.outcomes import Outcome
from ingestion.parsers.registry_list import parse
from ingestion.parsers.registry_list.text import masked
from ingestion.persons import MASK, has_contacts, mask_contacts
from ingestion.sniff import read_content

from .registries import API, NAME, bundle, csv_bytes, item, snapshot

PERSON = "모의홍길동"
SECRETS = (
    PERSON,
    "010-1357-2468",
    "02-135-7246",
    "02) 753-1864",
    "gildong@mo.example",
    "999-88-77665",
)


def leaks(home: Path) -> list[str]:
    """Where behind raw/ any of the planted texts stands, in file names and Parquet too."""
    found = []
    for path in sorted(home.rglob("*")):
        if not path.is_file() or "raw" in path.relative_to(home).parts:
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        text += path.read_bytes().decode("cp949", "replace")
        if path.suffix == ".parquet":
            text += repr(pq.read_table(path).to_pylist())
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                text += "".join(
                    archive.read(n).decode("utf-8", "replace") for n in archive.namelist()
                )
        plain = text.replace(" ", "")
        found += [f"{path}: {s}" for s in SECRETS if s in text or s.replace(" ", "") in plain]
    return found


def take(room: Ingestion, path: Path) -> Outcome:
    return ingest_file(room, path, run_id="run", now=datetime(2026, 6, 1, tzinfo=UTC))


def planted() -> list[list[str]]:
    """A long form with persons in their columns and elsewhere."""
    header = [
        "공장관리번호",
        "회사명",
        "단지명",
        "생산품",
        "공장주소",
        "대표자",
        "담당자",
        "전화번호",
    ]
    header += ["팩스번호", "휴대전화", "이메일", "사업자등록번호", "법인주소", "업종명", "시군구"]
    own = [PERSON, PERSON, *SECRETS[1:3], SECRETS[1], SECRETS[4], SECRETS[5], f"{PERSON} 집"]
    rows = [header]
    for n in range(1, 41):
        rows.append(
            [
                f"99{n}",
                f"(주)모의{n}",
                "",
                "금형",
                f"경기도 안산시 모의로 {n}",
                *own,
                "금형업",
                "안산시",
            ]
        )
    rows[1][1] = f"{PERSON}상사"
    rows[2][1] = "모의 홍 길동 공업사"
    rows[3][5], rows[3][1] = f"대표이사 모의김철수, {PERSON} 외 2명", f"{PERSON} 철강"
    rows[4][3] = f"금형 (문의 {SECRETS[1]}, TEL:{SECRETS[3]})"
    rows[5][3] = f"금형 {PERSON} 담당 {SECRETS[4]}"
    rows[6][4] = f"경기도 안산시 모의로 6 {PERSON}빌딩 ☎{SECRETS[2]}"
    rows[7][2] = f"모의단지 {SECRETS[1]}"
    rows[8][13] = f"금형업 {SECRETS[5]}"
    rows[9][14] = f"안산시 {PERSON}"
    return rows


def test_nothing_of_a_person_gets_behind_raw(room: Ingestion, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(csv_bytes(planted()))
    outcome = take(room, path)
    assert outcome.status == "landed", outcome.message
    assert leaks(room.home) == []
    (landed,) = room.landed.rglob("*.parquet")
    rows = pq.read_table(landed).to_pylist()
    assert [row["company_name"] for row in rows[:4]] == [None, None, None, "(주)모의4"]
    assert MASK in rows[3]["product"] and rows[3]["product"].startswith("금형")
    assert rows[39]["company_name"] == "(주)모의40"
    (kept,) = (room.home / "raw").rglob("*.csv")
    assert kept.read_bytes() == path.read_bytes()
    told = {p["code"]: p["message_en"] for p in outcome.problems}
    assert "3 names of firms" in told["registry_persons_withheld"]
    assert "registry_unnamed" not in told


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _headless(data: bytes) -> bytes:
    return data.split(b"\r\n", 1)[1]


def _line_break_lost(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"", 1)


def _unknown_header(data: bytes) -> bytes:
    return data.replace("팩스번호".encode("cp949"), "팩스 변호".encode("cp949"), 1)


def _not_cp949(data: bytes) -> bytes:
    return data + b"\xff\xff"


def _with_nul(data: bytes) -> bytes:
    return data[:-40] + b"\x00" + data[-40:]


def _utf16(data: bytes) -> bytes:
    return data.decode("cp949").encode("utf-16")


def _as_json(data: bytes) -> bytes:
    rows = list(csv.reader(io.StringIO(data.decode("cp949"), newline="")))
    return json.dumps(
        [dict(zip(rows[0], r, strict=True)) for r in rows[1:]], ensure_ascii=False
    ).encode()


def _other_headers(data: bytes) -> bytes:
    return data.replace("회사명".encode("cp949"), b"A").replace("공장".encode("cp949"), b"B")


def _shifted(data: bytes) -> bytes:
    return data.replace("991,".encode("cp949"), b"", 1)


def _replaced(data: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode()


@pytest.mark.parametrize(
    "spoil",
    [
        _truncated,
        _headless,
        _line_break_lost,
        _unknown_header,
        _not_cp949,
        _with_nul,
        _utf16,
        _as_json,
        _other_headers,
        _shifted,
        _replaced,
    ],
)
def test_nothing_of_a_person_is_told_of_a_broken_file(
    room: Ingestion, tmp_path: Path, spoil: Any
) -> None:
    path = tmp_path / NAME
    path.write_bytes(spoil(csv_bytes(planted())))
    outcome = take(room, path)
    assert outcome.status == "quarantined", outcome.message
    assert leaks(room.home) == []
    folder = room.quarantine_folder(outcome.sha256)
    assert [p.name for p in folder.iterdir()] == ["reason.json"]
    reason = json.loads((folder / "reason.json").read_text(encoding="utf-8"))
    assert (room.home / reason["raw"]).read_bytes() == path.read_bytes()
    # Mended code reads it again by itself: the reason alone is enough for that.
    kept = room.store.by_sha256()[outcome.sha256]
    assert not is_stale(room, kept)


def test_persons_in_answers_stop_at_the_raw_bundle(room: Ingestion, tmp_path: Path) -> None:
    odd = [
        item(1, rprsntvNm=PERSON, cmpnyTelno=SECRETS[1], cmpnyFxnum=SECRETS[2], hmpadr=SECRETS[4]),
        item(2, rprsntvNm=PERSON, cmpnyNm=f"{PERSON}정공"),
        item(3, chargerNm=PERSON, mainProductCn=f"금형 {SECRETS[1]}"),
    ]
    contract = room.contracts[API]
    data = bundle([("남동국가산업단지", odd, 3)])
    read = parse(read_content(data), contract, room.registry, snapshot("a.zip"))
    assert not any(s in repr((read.rows.to_pylist(), read.problems)) for s in SECRETS)
    assert read.rows["company_name"].to_pylist()[1] is None
    for wrong in (bundle([("남동국가산업단지", odd, 4)]), data[: len(data) // 2]):
        path = tmp_path / f"{len(wrong)}.zip"
        path.write_bytes(wrong)
        assert take(room, path).status == "quarantined"
    assert leaks(room.home) == []


LABELS = (
    *(
        "TEL",
        "Tel.",
        "tel:",
        "TEL.)",
        "T.",
        "T)",
        "F:",
        "FAX",
        "Fax.",
        "FAX :",
        "Phone",
        "Mobile",
        "H.P",
        "HP:",
    ),
    *(
        "전화",
        "전화:",
        "전화번호:",
        "전화번호 :",
        "대표전화",
        "대표번호",
        "전 화",
        "팩스",
        "팩 스:",
        "팩스번호",
    ),
    *(
        "연락처",
        "연락처는",
        "휴대폰",
        "휴대전화번호",
        "핸드폰",
        "문의",
        "문의처:",
        "직통",
        "☎",
        "☎:",
        "☏",
        "℡",
    ),
    *("TEL(본사):", "전화(공장)", "ＴＥＬ：", "T E L"),
)
NUMBERS = (
    *(
        ("010", "1357", "2468"),
        ("010", "135", "2468"),
        ("02", "753", "2468"),
        ("031", "8012", "2468"),
    ),
    *(
        ("+82", "10", "1357", "2468"),
        ("+82", "(0)10", "1357", "2468"),
        ("0082", "2", "753", "2468"),
    ),
    *(("0505", "123", "2468"), ("(031)", "123", "2468"), ("070", "1357", "2468")),
)
WITHOUT_AREA = (("753", "2468"), ("1357", "2468"), ("1588", "2468"))
JOINS = ("-", " ", ".", "_", "–", "·", "ㅡ", "－", " - ", "~", "/")
LAST = "2468"


def written() -> Iterator[str]:
    """Every label with every number in every way of joining it, and numbers without a label."""
    for join in JOINS:
        for number in (*NUMBERS, *WITHOUT_AREA):
            text = join.join(number)
            wide = text.translate({ord("0") + n: ord("０") + n for n in range(10)})
            for label in LABELS:
                yield from (f"{label}{text}", f"{label} {text}", f"{label} {wide}")
        for number in NUMBERS:
            text = join.join(number)
            yield from (text, f"문 {text}")
    for number in NUMBERS:
        text = "".join(number)
        area, one, two = "".join(number[:-2]), *number[-2:]
        yield from (text, f"{area}){one}-{two}", f"{area}){one}{two}", f"{area}({one}){two}")
        yield from (f"{label} {text}" for label in LABELS)


def test_nothing_of_a_number_stays_however_it_is_written() -> None:
    texts = list(dict.fromkeys(written()))
    assert len(texts) > 4000
    told = [f"금형 ({text}), 지그" for text in texts]
    assert [t for t in told if LAST in mask_contacts(t) or "２４６８" in mask_contacts(t)] == []
    # A column finds them by a coarser look at its bytes, and the gate looks for them anew.
    column, count = masked(pa.array(told, pa.string()))
    assert column.to_pylist() == [mask_contacts(t) for t in told] and count == len(told)
    assert all(gate_finds(told)) and not any(gate_finds(column.to_pylist()))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("TEL 753-1864, 1865", "[…]"),
        ("TEL 753-1864, 753-1865 및 753-1866 금형", "[…] 금형"),
        ("02-753-1864~5", "[…]"),
        ("02-753-1864/1865, 25 톤", "[…], 25 톤"),
        ("02-753-1864/031-123-4567", "[…]/[…]"),
        ("TEL 010-1357-2468 FAX 031-8012-7777", "[…] […]"),
        ("800101-1******", "[…]"),
        ("1.010-1234-5678, 2.02)753-1864", "1.[…], 2.[…]"),
    ],
)
def test_a_second_number_behind_the_first_goes_too(text: str, left: str) -> None:
    assert mask_contacts(text) == left


_PIECES = st.sampled_from(
    [
        *LABELS,
        *"0123456789",
        *"-._)( /~,:@+",
        "010",
        "82",
        "0",
        "1588",
        "000101",
        "금형",
        "ab.co",
        "０",
        "－",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=24).map("".join), min_size=1, max_size=20))
def test_column_text_and_gate_agree_on_what_a_contact_is(texts: list[str]) -> None:
    column, _ = masked(pa.array(texts, pa.string()))
    assert column.to_pylist() == [mask_contacts(text) for text in texts]
    for text, found in zip(texts, gate_finds(texts), strict=True):
        assert not found or has_contacts(text), text
    # what stops the build may not be left over where it was masked
    again = [mask_contacts(mask_contacts(text)) for text in texts]
    assert not any(gate_finds(again))


@cache
def _gate() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(MACRO)
    return connection


def gate_finds(texts: list[str]) -> list[bool]:
    """What the gate's check finds in texts."""
    rows = _gate().execute(
        "SELECT holds_contact(t) FROM (SELECT unnest($1::VARCHAR[]) AS t)", [texts]
    )
    return [bool(found) for (found,) in rows.fetchall()]


@pytest.mark.parametrize(
    "text",
    [
        *("010-1234-5678", "010 1234 5678", "01012345678", "02)123-4567", "(031) 123-4567"),
        *("+82-10-1234-5678", "0505-123-4567", "T.031.123.4567", "TEL 123-4567", "팩스:123-4567"),
        *("a.b@c.co.kr", "800101-1234567", "123-45-67890", "０１０－１２３４－５６７８"),
    ],
)
def test_contacts_are_found_inside_of_text(text: str) -> None:
    assert has_contacts(f"금형{text}가공") and has_contacts(text)
    assert mask_contacts(f"금형 {text} 그리고 {text}") == f"금형 {MASK} 그리고 {MASK}"
    assert all(gate_finds([text, f"금형 {text}가공"])) or text.count("-") == 2


@pytest.mark.parametrize(
    "text",
    [
        *(
            "모의로 1234-56 (모의동)",
            "SUS304, 0.015049904",
            "990000000002500",
            "25924",
            "2019-03-05",
        ),
        *("경기도 안산시 단원구 모의로123번길 45-6", "KS D 3503", "M10x1.5", "제2024-0123호"),
        *(
            "내화물 1600-1800도",
            "모터 5HP 1750-3450",
            "전화 교환기 2024-0123",
            "휴대폰 부품 123-4567",
        ),
    ],
)
def test_what_is_no_contact_stays(text: str) -> None:
    assert mask_contacts(text) == text and gate_finds([text]) == [False]
