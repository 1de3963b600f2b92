"""Registries: what a list says is landed, what concerns a person is not, and nothing is guessed."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.answers import bundle_of, pack
from ingestion.contract import Contracts, ListColumn
from ingestion.csv_text import CsvText
from ingestion.ingest import Ingestion, ingest_file, is_stale
from ingestion.landing import SCHEMAS, LandedDraft
from ingestion.outcomes import Outcome
from ingestion.parsers import registry_list
from ingestion.parsers.registry_list import looks_like, parse
from ingestion.persons import MASK, has_contacts, mask_contacts
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.sample.registry import (
    write_factory_csv,
    write_knowledge_centres_csv,
)
from ingestion.snapshots import Snapshot
from ingestion.sniff import LARGE_TEXT_BYTES, read_content

DAY = date(2024, 12, 31)
NAME = "한국산업단지공단_전국등록공장현황_등록공장현황자료_20241231.csv"
FIVE = ["순번", "회사명", "단지명", "생산품", "공장주소"]
API = "kicox__factory_registry_api"


def csv_bytes(rows: Sequence[Sequence[object]], code: str = "cp949") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(code)


def snapshot(name: str = NAME, **known: Any) -> Snapshot:
    fields = {
        "snapshot_id": "s",
        "publisher": "kicox",
        "dataset": "unrecognised",
        "period": "unknown",
        "vintage": "2025-02-10",
        "sha256": "0" * 64,
        "bytes": 1,
        "ending": "csv",
        "file_name": name,
        "published_at": "2025-02-10",
        "published_at_basis": "first_seen",
        "loaded_at": "2025-02-11T00:00:00+00:00",
        "url": None,
        "is_simulated": True,
    }
    return Snapshot(**{**fields, **known})


class Reader:
    """Reads bytes as one dataset, without a home; what was written on the way says the same."""

    def __init__(self, contracts: Contracts, registry: Registry, folder: Path) -> None:
        self.contracts, self.registry, self.folder = contracts, registry, folder
        #: Whether what was written while reading held to the end.
        self.draft_held = False

    def __call__(
        self, data: bytes, dataset: str = "kicox__factory_registry", **known: Any
    ) -> tuple[list[dict[str, Any]], list[str]]:
        contract, source = self.contracts[dataset], snapshot(**known)
        path = self.folder / "landed.parquet"
        with LandedDraft(path, contract.landed, source, "f") as draft:
            read = parse(read_content(data), contract, self.registry, source, lambda _: draft)
            assert isinstance(read.rows, pa.Table)
            self.draft_held = read.draft is not None
            if self.draft_held:
                draft.save()
                written = pq.read_table(path).select(read.rows.column_names)
                assert written.to_pylist() == read.rows.to_pylist()
        self.period = read.period
        self.messages = [p.message_en for p in read.problems]
        return read.rows.to_pylist(), [p.code for p in read.problems]

    def refused(self, data: bytes, dataset: str = "kicox__factory_registry", **known: Any) -> Any:
        with pytest.raises(RejectedFile) as caught:
            self(data, dataset, **known)
        return caught.value.problems


@pytest.fixture(scope="module")
def reader(
    contracts: Contracts, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Reader:
    return Reader(contracts, registry, tmp_path_factory.mktemp("landed"))


def factory(n: int = 1, **changed: str) -> list[str]:
    row = {
        "회사명": f"(주)모의{n}호정밀",
        "단지명": "",
        "생산품": "금형",
        "공장주소": f"경기도 안산시 단원구 모의로 {n} (모의동)",
    }
    return [str(n), *{**row, **changed}.values()]


def five(*rows: list[str]) -> bytes:
    return csv_bytes([FIVE, *rows])


def bundle(pages: Sequence[tuple[str, list[dict[str, Any]], int]], form: str = "json") -> bytes:
    answers = []
    for number, (complex_name, items, total) in enumerate(pages, start=1):
        if form == "json":
            body = {"totalCount": total, "pageNo": number, "items": {"item": items}}
            data = json.dumps(
                {"response": {"header": {"resultCode": "00"}, "body": body}}, ensure_ascii=False
            ).encode()
        else:
            inner = "".join(
                "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in item.items()) + "</item>"
                for item in items
            )
            data = (
                "<response><header><resultCode>00</resultCode></header><body><items>"
                f"{inner}</items><totalCount>{total}</totalCount></body></response>"
            ).encode()
        answers.append((data, "https://x", {"irsttNm": complex_name}, None))
    return pack(bundle_of(answers, dataset=API, period="2026-05"))


def item(n: int, **changed: Any) -> dict[str, Any]:
    return {
        "fctryManageNo": f"99000000000{n:04d}",
        "irsttNm": "남동국가산업단지",
        "cmpnyNm": f"(주)모의{n}호",
        "rnAdres": f"인천광역시 남동구 모의로 {n}",
        "allEmplyCo": 12,
        "frstFctryRegistDe": "20190305",
        "indutyNm": "주형 및 금형 제조업",
        "rprsntvIndutyCode": "29294",
        "mainProductCn": "금형",
        "rprsntvNm": "모의인0001",
        "cmpnyTelno": "032-000-0001",
        **changed,
    }


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


# ---------------------------------------------------------------- persons

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
    assert text not in mask_contacts(f"금형 {text}, 지그 {text}")


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
    ],
)
def test_what_is_no_contact_stays(text: str) -> None:
    assert mask_contacts(text) == text


# ---------------------------------------------------------------- properties

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


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_changed_bytes_of_the_long_form_give_no_wrong_number(
    contracts: Contracts, registry: Registry, long_form: bytes, data: st.DataObject
) -> None:
    """Numbers, days and codes: what stands in their own column of their own row, or nothing."""
    whole = bytearray(long_form)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        match data.draw(st.sampled_from(["digit", "comma", "flip", "drop"])):
            case "digit":
                places = [m.start() for m in re.finditer(rb"\d", bytes(whole))]
                at = places[at % len(places)]
                whole[at : at + 1] = data.draw(
                    st.sampled_from([b"", b"7", b"-", b".", b"99", b" "])
                )
            case "comma":
                whole[at:at] = data.draw(st.sampled_from([b",", b'"', b"\r\n"]))
            case "flip":
                whole[at] = data.draw(st.integers(0, 255))
            case "drop":
                del whole[at : at + data.draw(st.integers(1, 9))]
    try:
        content = read_content(bytes(whole))
        if content.csv_text is None:
            return
        landed = parse(content, contracts["kicox__factory_registry"], registry, snapshot())
    except RejectedFile as rejected:
        assert "internal" not in {p.code for p in rejected.problems}
        return
    records = list(csv.reader(io.StringIO(content.csv_text.text, newline=""), strict=True))
    header = [" ".join(name.split()) for name in records[0]]
    for row in landed.rows.to_pylist():
        cells = dict(zip(header, records[int(row["cell"][1:]) - 1], strict=True))
        for field, column in (
            ("factory_no", "공장관리번호"),
            ("ksic_code", "대표업종번호"),
            ("product", "생산품"),
            ("complex_raw", "단지명"),
        ):
            assert stands(row[field]) in (None, stands(cells[column])), (field, cells[column])
        count = row["employee_count"]
        assert count is None or count == int(cells["종업원수(합계)"].replace(",", ""))
        day = row["registered_on"]
        assert day is None or f"{day:%Y%m%d}" == re.sub(r"\D", "", cells["최초등록일"])


@pytest.fixture(scope="module")
def long_form(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("long") / NAME
    return write_factory_csv(path, DAY, seed=5, rows=30, detailed=True).read_bytes()
