"""Registries: what a list says is landed, what it does not say is not guessed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.answers import bundle_of, pack
from ingestion.contract import Contracts, ListColumn
from ingestion.csv_text import CsvText
from ingestion.landing import SCHEMAS
from ingestion.parsers import registry_list
from ingestion.parsers.registry_list import looks_like
from ingestion.persons import has_contacts
from ingestion.registry import Registry
from ingestion.sample.registry import write_factory_csv, write_knowledge_centres_csv
from ingestion.sniff import LARGE_TEXT_BYTES, read_content

from .registries import API, DAY, FIVE, NAME, Reader, bundle, csv_bytes, factory, five, item


@pytest.fixture(scope="module")
def reader(
    contracts: Contracts, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Reader:
    return Reader(contracts, registry, tmp_path_factory.mktemp("landed"))


# ---------------------------------------------------------------- what is landed


def test_five_columns_are_landed(reader: Reader) -> None:
    rows, problems = reader(
        five(
            factory(1, 단지명="남동국가산업단지"),
            factory(2, 생산품="금형, 지그"),
            factory(3, 공장주소="세종특별자치시 부강면 모의로 1"),
            factory(4, 공장주소="강원도 원주시 모의로 1", 단지명="울산ㆍ미포국가산업단지"),
        )
    )
    assert reader.period == "2024-12" and problems == []
    assert [row["cell"] for row in rows] == ["A2", "A3", "A4", "A5"]
    assert [row["complex_id"] for row in rows] == ["namdong", None, None, "ulsan_mipo"]
    assert [row["province_code"] for row in rows] == ["KR-41", "KR-41", "KR-50", "KR-42"]
    assert [row["sigungu_ko"] for row in rows] == ["안산시 단원구", "안산시 단원구", None, "원주시"]
    assert rows[1]["product"] == "금형, 지그" and rows[0]["complex_raw"] == "남동국가산업단지"
    assert {row["key_basis"] for row in rows} == {"name_and_address"}
    assert len({row["factory_key"] for row in rows}) == 4
    assert rows[0]["ksic_code"] is rows[0]["employee_count"] is rows[0]["factory_no"] is None


def test_a_complex_is_known_by_its_name_or_not_at_all(reader: Reader) -> None:
    names = {
        "남동국가산업단지": "namdong",
        "동두천국가산업단지": "dongducheon",
        # alone, a name may be that of a general complex
        "남동": None,
        "동두천": None,
        "명지·녹산국가산업단지": "noksan",
        "명지ㆍ녹산 국가산업단지": "noksan",
        "장항국가생태산업단지": "janghang_eco",
        "동두천일반산업단지": None,
        "남동인더스파크": None,
        "모의가람농공단지": None,
        "": None,
    }
    rows, _ = reader(five(*(factory(n, 단지명=name) for n, name in enumerate(names, start=1))))
    assert {row["complex_raw"] or "": row["complex_id"] for row in rows} == names


def test_the_same_factory_has_the_same_key_however_it_is_printed(reader: Reader) -> None:
    ways = [
        factory(1, 회사명="(주)모의정밀", 공장주소="강원도 원주시 모의로 1 (모의동)"),
        factory(1, 회사명="㈜모의정밀", 공장주소="강원특별자치도 원주시 모의로 1(모의동)"),
        factory(1, 회사명=" 주식회사  모의정밀 ", 공장주소="강원 원주시 모의로\u30001 (모의동)"),
    ]
    keys = {reader(five(way, factory(2)))[0][0]["factory_key"] for way in ways}
    assert len(keys) == 1
    moved = factory(1, 회사명="(주)모의정밀", 공장주소="강원도 원주시 모의로 2 (모의동)")
    assert reader(five(moved))[0][0]["factory_key"] not in keys


def test_the_long_form_is_landed_by_number(reader: Reader, tmp_path: Path) -> None:
    path = write_factory_csv(tmp_path / NAME, DAY, seed=3, rows=400, detailed=True)
    rows, problems = reader(path.read_bytes())
    assert len(rows) == 400 and problems == ["registry_persons_withheld"]
    assert {row["key_basis"] for row in rows} == {"registry_number"}
    assert all(row["factory_key"] == row["factory_no"] for row in rows)
    assert all(row["ksic_code"] and row["employee_count"] >= 1 for row in rows)
    assert all(isinstance(row["registered_on"], date) for row in rows)
    assert sum(row["company_name"] is None for row in rows) > 10


def test_values_in_other_forms(reader: Reader) -> None:
    header = ["회사명", "단지명", "생산품", "공장주소_지번", "공장주소", "종업원합계", "최초등록일"]
    header += ["공장관리번호", "업종코드", "시도명"]
    body = [
        ["가", "", "", "경기도 안산시 모의동 1", "", "1,234", "2019.03.05", "1", "25924", ""],
        ["나", "", "", "", "안산시 단원구 모의로 2", "-", "20190305", "2", "25924,25999", "경기"],
        ["다", "", "", "", "경기도 안산시 모의로 3", "0", "2019-03-05 00:00:00", "3", "", ""],
        ["라", "", "", "", "경기도 안산시 모의로 4", "", "", "4", "C25", ""],
    ]
    rows, problems = reader(csv_bytes([header, *body]))
    assert problems == []
    assert [row["employee_count"] for row in rows] == [1234, None, 0, None]
    assert [row["registered_on"] for row in rows] == [date(2019, 3, 5)] * 3 + [None]
    assert [row["ksic_code"] for row in rows] == ["25924", None, None, "C25"]
    assert [row["province_code"] for row in rows] == ["KR-41"] * 4
    assert rows[0]["address"] == "경기도 안산시 모의동 1"


def test_cells_may_hold_commas_quotes_and_line_breaks(reader: Reader) -> None:
    odd = factory(2, 생산품='"특수" 금형,\n지그')
    rows, problems = reader(five(factory(1), odd, factory(3)))
    assert rows[1]["product"] == '"특수" 금형, 지그'
    assert [row["cell"] for row in rows] == ["A2", "A3", "A4"] and problems == []


def test_centres_are_landed(reader: Reader, tmp_path: Path) -> None:
    path = write_knowledge_centres_csv(tmp_path / "c.csv", date(2025, 6, 30), seed=3)
    name = "한국산업단지공단_전국지식산업센터현황_20250630.csv"
    rows, problems = reader(path.read_bytes(), "kicox__knowledge_centres", name=name)
    assert reader.period == "2025-06" and problems == []
    assert len(rows) > 1000 and len({row["centre_key"] for row in rows}) == len(rows)
    assert {row["sale_type"] for row in rows} == {"분양", "임대", "분양/임대"}
    assert all(row["land_area_m2"] > 0 and row["floor_area_m2"] is None for row in rows)
    assert any(row["complex_id"] == "seoul" for row in rows)


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("form", ["json", "xml"])
def test_answers_are_landed(reader: Reader, form: str) -> None:
    pages = [
        ("남동국가산업단지", [item(1), item(2)], 3),
        ("남동국가산업단지", [item(3)], 3),
        ("창원국가산업단지", [item(4, irsttNm="창원국가산업단지")], 1),
    ]
    rows, problems = reader(bundle(pages, form), API, name="answers.zip")
    assert reader.period == "2026-05" and problems == []
    assert [row["complex_id"] for row in rows] == ["namdong"] * 3 + ["changwon"]
    assert [(row["sheet"], row["cell"]) for row in rows][1:3] == [
        (f"0001.{form}", "item[2]"),
        (f"0002.{form}", "item[1]"),
    ]
    assert rows[0]["employee_count"] == 12 and rows[0]["registered_on"] == date(2019, 3, 5)
    assert rows[0]["ksic_code"] == "29294" and rows[0]["province_code"] == "KR-28"


def test_pages_that_do_not_add_up_stop(reader: Reader) -> None:
    short = bundle([("남동국가산업단지", [item(1), item(2)], 3)])
    (problem,) = reader.refused(short, API)
    assert problem.code == "answers_incomplete"
    assert "2 factories of '남동국가산업단지'" in problem.message_en and "3" in problem.message_en
    drifted = bundle([("가", [item(1)], 2), ("가", [item(2)], 3)])
    assert [p.code for p in reader.refused(drifted, API)] == ["answers_incomplete"]


def test_an_answer_that_is_none_stops_and_names_the_part(reader: Reader) -> None:
    error = b"<OpenAPI_ServiceResponse><cmmMsgHeader><returnReasonCode>22</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
    good = json.dumps({"response": {"body": {"totalCount": 1, "items": {"item": [item(1)]}}}})
    answers = [
        (good.encode(), None, {"irsttNm": "가"}, None),
        (error, None, {"irsttNm": "나"}, None),
    ]
    data = pack(bundle_of(answers, dataset=API, period="2026-05"))
    (problem,) = reader.refused(data, API)
    assert problem.code == "answers_unreadable" and "0002.xml" in problem.message_en


def test_unknown_fields_of_answers_are_told_and_not_read(reader: Reader) -> None:
    odd = item(1, chargerNm="모의인9999", **{"키 모의인9998": 1})
    rows, problems = reader(bundle([("남동국가산업단지", [odd], 1)]), API)
    assert problems == ["answers_field_unknown"]
    assert "chargerNm" in reader.messages[0]
    assert "모의인" not in repr(rows) + repr(reader.messages)


def test_a_factory_on_two_pages_is_one(reader: Reader) -> None:
    pages = [("남동국가산업단지", [item(1), item(2)], 3), ("남동국가산업단지", [item(2)], 3)]
    rows, problems = reader(bundle(pages), API)
    assert [row["factory_no"][-1] for row in rows] == ["1", "2"]
    assert problems == ["registry_rows_merged"]
    other = item(2, cmpnyNm="(주)모의다른이름")
    pages[1] = ("남동국가산업단지", [other], 3)
    rows, problems = reader(bundle(pages), API)
    assert problems == ["registry_key_shared"]
    assert len(rows) == 3 == len({row["factory_key"] for row in rows})


# ---------------------------------------------------------------- what stops, what is told


def test_an_unknown_column_stops_and_is_named(reader: Reader, contracts: Contracts) -> None:
    rows = [[*FIVE, "매출액"], [*factory(1), "3"]]
    assert looks_like(rows[0], contracts) is contracts["kicox__factory_registry"]
    (problem,) = reader.refused(csv_bytes(rows))
    assert problem.code == "header_unknown" and "'매출액'" in problem.message_en
    assert "kicox__factory_registry.yml" in problem.action_en and problem.cell == "F1"


def test_a_missing_column_stops_and_is_named(reader: Reader, contracts: Contracts) -> None:
    without = [row[:2] + row[3:] for row in (FIVE, factory(1))]
    assert looks_like(without[0], contracts) is contracts["kicox__factory_registry"]
    (problem,) = reader.refused(csv_bytes(without))
    assert problem.code == "header_missing" and "'단지명'" in problem.message_en


def test_a_column_that_is_there_twice_stops(reader: Reader) -> None:
    (problem,) = reader.refused(csv_bytes([[*FIVE, "도로명주소"], [*factory(1), "x"]]))
    assert problem.code == "header_twice"


@pytest.mark.parametrize("fields", [4, 6])
@pytest.mark.parametrize("code", ["cp949", "utf-8"])
def test_a_row_with_other_fields_stops_with_its_line(
    reader: Reader, fields: int, code: str
) -> None:
    rows = [FIVE, *(factory(n) for n in range(1, 60))]
    rows[3][3] = "금형,\n지그"
    rows[40] = (rows[40] * 2)[:fields]
    (problem,) = reader.refused(csv_bytes(rows, code))
    assert problem.code == "registry_fields" and problem.cell == "A41"
    assert "row 41 (line 42)" in problem.message_en and f"{fields} fields" in problem.message_en
    assert "금형" not in problem.message_en


def test_a_quotation_mark_left_open_stops(reader: Reader) -> None:
    lines = five(*(factory(n) for n in range(1, 60))).replace(
        "7,(주)".encode("cp949"), '7,"(주)'.encode("cp949"), 1
    )
    codes = {problem.code for problem in reader.refused(lines)}
    assert codes <= {"registry_quotes", "registry_fields"} and codes


@pytest.mark.parametrize("rows", [[], [["", "", "", "", ""]]])
def test_a_header_alone_stops(reader: Reader, rows: list[list[str]]) -> None:
    assert [p.code for p in reader.refused(five(*rows))] == ["no_rows"]


def test_odd_values_are_left_empty_and_many_of_them_stop(reader: Reader) -> None:
    header = [*FIVE, "종업원합계", "최초등록일"]
    body = [[*factory(n), "5", "2019-03-05"] for n in range(1, 101)]
    body[7][5:] = ["다섯", "2019-02-31"]
    rows, problems = reader(csv_bytes([header, *body]))
    assert problems == ["registry_values_left_out"] * 2
    assert rows[7]["employee_count"] is rows[7]["registered_on"] is None
    assert "row 9" in reader.messages[0] and "다섯" not in "".join(reader.messages)
    for row in body[:30]:
        row[5] = "-3"
    (problem,) = reader.refused(csv_bytes([header, *body]))
    assert problem.code == "registry_values" and "'종업원합계'" in problem.message_en


def test_unknown_provinces_are_kept_and_many_stop(reader: Reader) -> None:
    body = [factory(n) for n in range(1, 101)]
    body[4][4] = "모의도 모의시 1"
    rows, problems = reader(five(*body))
    assert problems == ["registry_places_left_out"]
    assert rows[4]["province_code"] is None and rows[4]["address"] == "모의도 모의시 1"
    for row in body[:10]:
        row[4] = "모의도 모의시 1"
    assert [p.code for p in reader.refused(five(*body))] == ["registry_places_unknown"]


def test_rows_alike_get_keys_of_their_own(reader: Reader) -> None:
    same = [factory(n) for n in (1, 2, 2, 2, 3)]
    rows, problems = reader(five(*same))
    assert sorted(problems) == ["registry_sequence", "registry_twice"]
    keys = [row["factory_key"] for row in rows]
    assert keys[2:4] == [f"{keys[1]}-2", f"{keys[1]}-3"] and len(set(keys)) == 5
    # The order of the rows does not decide which is which.
    two = [factory(1, 생산품="가"), factory(1, 생산품="나"), factory(2)]
    there, codes = reader(five(*two))
    back, _ = reader(five(*reversed(two)))
    assert sorted(codes) == ["registry_key_shared", "registry_sequence"]
    by_key = {row["factory_key"]: row["product"] for row in there}
    assert by_key == {row["factory_key"]: row["product"] for row in back} and len(by_key) == 3


def test_one_row_an_industry_is_one_factory(reader: Reader) -> None:
    header = ["공장관리번호", "회사명", "단지명", "생산품", "공장주소", "대표업종", "업종코드"]
    body = [
        ["11", "가", "", "금형", "경기도 안산시 1", "29294", "22299"],
        ["11", "가", "", "금형", "경기도 안산시 1", "29294", "29294"],
        ["12", "나", "", "용기", "경기도 안산시 2", "22299", "22299"],
    ]
    rows, problems = reader(csv_bytes([header, *body]))
    assert problems == ["registry_rows_merged"]
    assert [(row["factory_no"], row["cell"]) for row in rows] == [("11", "A3"), ("12", "A4")]


def test_numbers_that_bear_many_names_stop(reader: Reader) -> None:
    header = ["공장관리번호", *FIVE[1:]]
    body = [[str(n // 2), *factory(n)[1:]] for n in range(20)]
    assert [p.code for p in reader.refused(csv_bytes([header, *body]))] == [
        "registry_numbers_shared"
    ]


def test_running_numbers_with_a_gap_are_told(reader: Reader) -> None:
    _, problems = reader(five(factory(1), factory(2), factory(5)))
    assert problems == ["registry_sequence"]


@pytest.mark.parametrize(
    ("known", "period"),
    [
        ({"name": "공장_20231231.csv"}, "2023-12"),
        ({"name": "전국공장등록현황_202405.csv"}, "2024-05"),
        ({"name": "공장.csv", "published_at_basis": "sidecar"}, "2025-02"),
        ({"name": "공장.csv"}, None),
    ],
)
def test_the_edition_is_told_by_name_or_sidecar(
    reader: Reader, known: dict[str, Any], period: str | None
) -> None:
    data = five(factory(1))
    if period is None:
        assert [p.code for p in reader.refused(data, **known)] == ["registry_period_unknown"]
    else:
        reader(data, **known)
        assert reader.period == period


def test_a_fault_of_ours_quotes_nothing(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("모의인0001 010-0000-0001")

    monkeypatch.setattr(registry_list, "finish", broken)
    (problem,) = reader.refused(five(factory(1)))
    assert problem.code == "registry_unread" and "ValueError" in problem.message_en
    assert "모의인" not in repr(problem)


# ---------------------------------------------------------------- recognition


def test_registries_are_known_by_their_headers(contracts: Contracts, tmp_path: Path) -> None:
    def header(path: Path) -> list[str]:
        return path.read_bytes().decode("cp949").split("\r\n")[0].split(",")

    factories = contracts["kicox__factory_registry"]
    assert looks_like(FIVE, contracts) is factories
    long = header(write_factory_csv(tmp_path / "f", DAY, seed=1, rows=5, detailed=True))
    assert looks_like(long, contracts) is factories
    centres = header(write_knowledge_centres_csv(tmp_path / "c", DAY, seed=1))
    assert looks_like(centres, contracts) is contracts["kicox__knowledge_centres"]
    monthly = [
        "시도명",
        "시군구명",
        "관리기관",
        "회사명",
        "공장구분",
        "단지명",
        "설립구분",
        "입주형태",
        "보유구분",
        "등록구분",
        "전화번호",
        "남자종업원",
        "여자종업원",
        "외국인남자종업원",
        "외국인여자종업원",
        "종업원합계",
        "생산품",
        "원자재",
        "공장규모",
        "용도지역",
        "지목",
        "용지면적",
        "제조시설면적",
        "부대시설면적",
        "건축면적",
        "지식산업센터명",
        "대표업종",
        "업종명",
        "업종코드",
        "차수",
        "법인주소",
        "필지수",
        "공장주소",
        "공장주소_지번",
        "공장관리번호",
    ]
    assert looks_like(monthly, contracts) is factories


def test_nothing_else_is_taken_for_a_registry(contracts: Contracts, publisher_files: Path) -> None:
    for path in publisher_files.glob("*.csv"):
        first = path.read_bytes().decode("cp949").split("\r\n")[0].split(",")
        assert looks_like(first, contracts) is None
    for contract in contracts.by_dataset.values():
        assert looks_like(list(contract.columns), contracts) is None
        if contract.table_of is not None:
            heads = [column.header[0] for column in contracts.table_of(contract).columns]
            assert looks_like(["산업단지", "구분", *heads], contracts) is None
    for other in ([], ["회사명"], ["시도", "대기업", "중기업", "소기업"], ["시도", "시군구", "계"]):
        assert looks_like(other, contracts) is None


def test_every_field_of_a_contract_is_one_that_the_parser_lands(contracts: Contracts) -> None:
    helpers = {"seq_no", "province_raw", "sigungu_raw", "address_lot", "ksic_codes"}
    for contract in contracts.by_dataset.values():
        if contract.parser == "registry_list":
            fields = {c.field for c in contract.list_columns if c.field}
            assert fields <= {*SCHEMAS[contract.landed].names, *helpers}
            keys = [{registry_list.header_key(w) for w in c.header} for c in contract.list_columns]
            assert len(set().union(*keys)) == sum(map(len, keys)), "a header of two columns"
            assert contract.names_persons
    for wrong in ({}, {"field": "x", "person": True}, {"field": "x", "kind": "name"}):
        with pytest.raises(ValueError):
            ListColumn(header=("가",), **wrong)


# ---------------------------------------------------------------- large texts


@pytest.mark.parametrize("code", ["cp949", "utf-8", "utf-8-sig"])
def test_a_large_text_gives_the_same_rows_when_somebody_asks(code: str) -> None:
    rows = [FIVE, *(factory(n, 생산품='금형, "특수"\n지그') for n in range(1, 12_000))]
    data = csv_bytes(rows, code)
    assert len(data) > LARGE_TEXT_BYTES
    content = read_content(data)
    assert content.first_row == FIVE
    assert content.sheets[0].rows == rows
    assert len(content.sheets) == 1
    assert content.csv_text is not None
    spans = list(content.csv_text.spans(100_000))
    assert len(spans) > 5
    joined = b"".join(content.csv_text.utf8(*span) for span in spans)
    assert joined == csv_bytes(rows[1:], "utf-8")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda d: d[:-3] + b"\xff\xff\n", "undecodable_text"),
        (lambda d: d.decode("cp949").encode()[:-9] + "\ufffd\n".encode(), "damaged_text"),
        (lambda d: d[:-9] + b"\x00\r\n", "not_a_table"),
    ],
)
def test_a_large_text_that_is_damaged_at_its_end_is_refused(
    reader: Reader, spoil: Any, code: str
) -> None:
    data = spoil(five(*(factory(n) for n in range(1, 20_000))))
    assert len(data) > LARGE_TEXT_BYTES
    assert [p.code for p in reader.refused(data)] == [code]


def test_an_open_quotation_mark_makes_one_long_block() -> None:
    text = CsvText(b'a,b\n1,"2\n' + b"3,4\n" * 100, "utf-8")
    assert list(text.spans(10)) == [(4, len(text.data))]


# ---------------------------------------------------------------- generated

_CELL = st.text(
    st.sampled_from("가나다라마바사 (주)㈜,\"'\n.-ab Z09①"), min_size=1, max_size=20
).filter(lambda t: t.strip() and not has_contacts(" ".join(t.split())))
_ROWS = st.lists(st.tuples(_CELL, st.one_of(st.just(""), _CELL), _CELL), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(cells=_ROWS, code=st.sampled_from(["cp949", "utf-8"]))
def test_a_generated_registry_comes_back(
    reader: Reader, cells: list[tuple[str, str, str]], code: str
) -> None:
    rows = [
        factory(n, 회사명=name, 단지명=complex_, 생산품=product)
        for n, (name, complex_, product) in enumerate(cells, start=1)
    ]
    landed, problems = reader(csv_bytes([FIVE, *rows], code))
    assert problems == []
    for row, (name, complex_, product) in zip(landed, cells, strict=True):
        assert row["company_name"] == " ".join(name.split())
        assert row["complex_raw"] == (" ".join(complex_.split()) or None)
        assert row["product"] == " ".join(product.split())
        assert row["province_code"] == "KR-41"
    assert len({row["factory_key"] for row in landed}) == len(landed)


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
@pytest.mark.parametrize("instead", [b"\r\x01", b"\r\r", b"\r,", b"\r"])
def test_a_header_that_ends_in_a_carriage_return_alone_swallows_no_row(
    reader: Reader, encoding: str, instead: bytes
) -> None:
    whole = csv_bytes([FIVE, *(factory(n) for n in range(1, 4))], encoding)
    (told,) = reader.refused(whole.replace(b"\r\n", instead, 1))
    assert told.code == "registry_fields" and "row 1" in told.message_en
