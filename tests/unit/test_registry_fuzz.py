"""Registries with changed bytes: refused, or read as what stands there."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.contract import Contracts
from ingestion.parsers.registry_list import parse
from ingestion.persons import mask_contacts
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.sample.registry import write_factory_csv, write_knowledge_centres_csv
from ingestion.sniff import read_content

from .registries import DAY, FIVE, NAME, csv_bytes, factory, snapshot


def harmed(data: bytes, choice: st.DataObject) -> bytes:
    """Bytes with one to three changes: above all figures that are others, and columns that move."""
    whole = bytearray(data)
    for _ in range(choice.draw(st.integers(1, 3))):
        at = choice.draw(st.integers(0, len(whole) - 1))
        match choice.draw(st.sampled_from(["digit", "comma", "flip", "drop"])):
            case "digit":
                places = [m.start() for m in re.finditer(rb"\d", bytes(whole))]
                at = places[at % len(places)]
                whole[at : at + 1] = choice.draw(
                    st.sampled_from([b"", b"7", b"-", b".", b"99", b" "])
                )
            case "comma":
                whole[at:at] = choice.draw(st.sampled_from([b",", b'"', b"\r\n"]))
            case "flip":
                whole[at] = choice.draw(st.integers(0, 255))
            case "drop":
                del whole[at : at + choice.draw(st.integers(1, 9))]
    return bytes(whole)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_changed_bytes_are_refused_or_read_right(
    contracts: Contracts, registry: Registry, data: st.DataObject
) -> None:
    rows = [FIVE, *(factory(n, 생산품='금형, "특수"') for n in range(1, 30))]
    whole = bytearray(csv_bytes(rows, data.draw(st.sampled_from(["cp949", "utf-8"]))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "drop"])):
            case "flip":
                whole[at] = data.draw(st.integers(0, 255))
            case "cut":
                del whole[max(at, 8) :]
            case "insert":
                whole[at:at] = data.draw(
                    st.sampled_from([b'"', b",", b"\n", b"\r\n", b"\x00", b"-1"])
                )
            case "drop":
                del whole[at : at + data.draw(st.integers(1, 4))]
    changed = bytes(whole)
    try:
        content = read_content(changed)
        if content.csv_text is None:
            return
        landed = parse(content, contracts["kicox__factory_registry"], registry, snapshot())
    except RejectedFile as rejected:
        assert rejected.problems and all(p.message_en and p.message_ko for p in rejected.problems)
        assert "internal" not in {p.code for p in rejected.problems}
        assert "registry_unread" not in {p.code for p in rejected.problems}
        return
    # What is read is what a strict reader of CSV finds in the same bytes, row for row and in every
    # column that lands; a place is told from the address that stands there.
    text = content.csv_text.text
    expected = [r for r in csv.reader(io.StringIO(text, newline=""), strict=True) if len(r) == 5]
    said = [[stands(c) for c in r] for r in expected[1:] if any(c.strip() for c in r[1:])]
    for at, name in enumerate(("company_name", "complex_raw", "product", "address"), 1):
        assert [stands(v) for v in landed.rows[name].to_pylist()] == [r[at] for r in said], name
    for row in landed.rows.to_pylist():
        assert row["province_code"] in (None, "KR-41") or "경기" not in (row["address"] or "")
        assert not row["complex_id"] or row["complex_raw"]
        assert row["employee_count"] is row["registered_on"] is row["ksic_code"] is None


def stands(cell: str | None) -> str | None:
    """What a cell of a list says, whatever its blanks; None where it says nothing."""
    text = " ".join(unicodedata.normalize("NFC", cell or "").replace("\u200b", "").split())
    return None if text in ("", "-") else mask_contacts(text)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_changed_bytes_of_the_centres_give_no_wrong_number(
    contracts: Contracts, registry: Registry, centres: bytes, data: st.DataObject
) -> None:
    """Every column that lands, row for row; areas exactly or not at all."""
    changed = harmed(centres, data)
    contract = contracts["kicox__knowledge_centres"]
    try:
        content = read_content(changed)
        if content.csv_text is None:
            return
        landed = parse(content, contract, registry, snapshot("지식산업센터현황_20250630.csv"))
    except RejectedFile as rejected:
        assert rejected.problems and all(p.message_en and p.message_ko for p in rejected.problems)
        assert not {"internal", "registry_unread"} & {p.code for p in rejected.problems}
        return
    header, records = second_reading(content.csv_text.text)
    columns = {letters(name): n for n, name in enumerate(header)}
    named = [r for r in records if any(cell.strip(" \x1a") for cell in r)]
    rows = landed.rows.to_pylist()
    assert len(rows) == len(named), "a row was lost"
    for row in rows:
        cells = records[int(row["cell"][1:]) - 2]
        for field, column in CENTRES.items():
            stood = stands(cells[columns[letters(column)]])
            if not field.endswith("_m2"):
                assert stands(row[field]) in (None, stood), (field, stood)
            elif row[field] is not None:
                assert stood is not None and row[field] == float(stood.replace(",", "")), field
        # its own column, or where that names none, its address
        places = (
            cells[columns["시도"]],
            cells[columns[letters("공장대표주소(도로명)")]].split(" ")[0],
        )
        known = {registry.provinces.get("".join(place.split())) for place in places}
        assert row["province_code"] in {None, *known}, places


#: Fields of a centre, and the columns they come from.
CENTRES = {
    "name_ko": "지식산업센터명",
    "complex_raw": "단지명",
    "sigungu_ko": "시군구",
    "address": "공장대표주소(도로명)",
    "location_type": "입지구분",
    "sale_type": "분양형태",
    "status": "상태",
    "building_status": "건축상태",
    "land_area_m2": "용지면적(제곱미터)",
    "building_area_m2": "건축면적(제곱미터)",
}


def letters(name: str) -> str:
    """A column's name without blanks and brackets: those do not make it another column."""
    return re.sub(r"\W", "", name)


def second_reading(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and records as Python reads them: a quotation mark amiss is suffered in the header alone."""
    first, body = text.split("\n", 1)
    header = next(csv.reader([first]))
    return header, list(csv.reader(io.StringIO(body, newline=""), strict=True))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_changed_bytes_of_the_long_form_give_no_wrong_number(
    contracts: Contracts, registry: Registry, long_form: bytes, data: st.DataObject
) -> None:
    """Numbers, days and codes: what stands in their own column of their own row, or nothing."""
    whole = harmed(long_form, data)
    try:
        content = read_content(whole)
        if content.csv_text is None:
            return
        landed = parse(content, contracts["kicox__factory_registry"], registry, snapshot())
    except RejectedFile as rejected:
        assert "internal" not in {p.code for p in rejected.problems}
        return
    names, records = second_reading(content.csv_text.text)
    header = [letters(name) for name in names]
    for row in landed.rows.to_pylist():
        cells = dict(zip(header, records[int(row["cell"][1:]) - 2], strict=True))
        for field, column in (
            ("factory_no", "공장관리번호"),
            # the main industry, or where none is named the only one of all
            ("ksic_code", "대표업종번호" if stands(cells["대표업종번호"]) else "업종번호"),
            ("product", "생산품"),
            ("complex_raw", "단지명"),
        ):
            assert stands(row[field]) in (None, stands(cells[column])), (field, cells[column])
        count = row["employee_count"]
        assert count is None or count == int(cells[letters("종업원수(합계)")].replace(",", ""))
        day = row["registered_on"]
        assert day is None or f"{day:%Y%m%d}" == re.sub(r"\D", "", cells["최초등록일"])


@pytest.fixture(scope="module")
def long_form(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("long") / NAME
    return write_factory_csv(path, DAY, seed=5, rows=30, detailed=True).read_bytes()


@pytest.fixture(scope="module")
def centres(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The header and thirty centres."""
    path = tmp_path_factory.mktemp("centres") / "c.csv"
    whole = write_knowledge_centres_csv(path, date(2025, 6, 30), seed=5).read_bytes()
    return b"".join(whole.splitlines(keepends=True)[:31])
