"""Answers of interfaces, alone or in a bundle: opened, told apart, or refused with what to do."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import answers
from ingestion.answers import MANIFEST, Bundle, Part, pack, rows_of, value_at
from ingestion.contract import Contracts
from ingestion.fetch import errors
from ingestion.ingest import Ingestion, ingest_file
from ingestion.problems import RejectedFile
from ingestion.recognise import recognise
from ingestion.registry import Registry
from ingestion.sniff import read_content

from ..conftest import SHARED


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def refused(data: bytes) -> RejectedFile:
    with pytest.raises(RejectedFile) as caught:
        rows_of(read_content(data).answers.parts[0])  # type: ignore[union-attr]
    return caught.value


# opening


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b'[{"DT":"1"}]', "json"),
        (b'\xef\xbb\xbf {"a": 1}', "json"),
        (b"[\n {\"DT\": \"1\"}]", "json"),
        (b'{err:"30",errMsg:"x"}', "json"),
        (b"[]", "json"),
        (b'<?xml version="1.0"?><response/>', "xml"),
        (b"<item><a>1</a></item>", "xml"),
        (b"<StatisticSearch/>", "xml"),
    ],
)  # fmt: skip
def test_a_lone_answer_is_a_bundle_of_one(data: bytes, ending: str) -> None:
    content = read_content(data)
    assert (content.form, content.ending) == ("answers", ending)
    assert content.answers == Bundle((Part("", data),))
    assert answers.lone(content.answers) == Part("", data)


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ("[표4] 2026년 1분기,가\n1,2\n".encode(), "csv"),
        (b"claim_id: x\ntext: y\n", "yaml"),
        ("산업단지,계\n창원,1\n".encode("cp949"), "csv"),
    ],
)
def test_other_texts_are_no_answers(data: bytes, form: str) -> None:
    assert read_content(data).form == form


def test_a_page_in_the_place_of_an_answer_is_told() -> None:
    for page in (b"<!DOCTYPE html><p>", b"<html>", b"<?xml version='1.0'?><html><p/></html>"):
        with pytest.raises(RejectedFile) as caught:
            read_content(page)
        assert caught.value.problems[0].code == "not_a_table"


def bundle(*parts: bytes, dataset: str | None = "customs__exports", period: str = "2024") -> bytes:
    named = tuple(Part(f"{n:04d}.json", data) for n, data in enumerate(parts, 1))
    return pack(Bundle(named, dataset, period))


def test_a_bundle_comes_back_as_it_went_in() -> None:
    part = Part(
        "0001.xml", b"<a/>", "https://host/x?serviceKey=***", {"stdrYm": "202401"}, "2024-01"
    )
    packed = pack(Bundle((part,), "kicox__x", "2024-01"))
    assert read_content(packed).answers == Bundle((part,), "kicox__x", "2024-01")
    assert packed == pack(Bundle((part,), "kicox__x", "2024-01"))
    with pytest.raises(ValueError):
        pack(Bundle((part, part)))


def archive(manifest: Any, **files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        text = manifest if isinstance(manifest, bytes) else as_json(manifest)
        packed.writestr(MANIFEST, text)
        for name, data in files.items():
            packed.writestr(name, data)
    return buffer.getvalue()


ONE = {"file": "a", "url": None, "params": {}, "period": None}


@pytest.mark.parametrize(
    "data",
    [
        archive(b"no json", a=b"[]"),
        archive([], a=b"[]"),
        archive({"parts": []}),
        archive({"parts": [ONE]}),
        archive({"parts": [ONE]}, a=b"[]", b=b"[]"),
        archive({"parts": [ONE, ONE]}, a=b"[]"),
        archive({"parts": [{**ONE, "url": 5}]}, a=b"[]"),
        archive({"parts": [{**ONE, "params": [1]}]}, a=b"[]"),
        archive({"parts": [ONE], "dataset": {}}, a=b"[]"),
        archive({"parts": [ONE], "period": 2024}, a=b"[]"),
        archive({"parts": ["a"]}, a=b"[]"),
    ],
)
def test_a_list_that_does_not_fit_its_archive_is_refused(data: bytes) -> None:
    with pytest.raises(RejectedFile) as caught:
        read_content(data)
    assert caught.value.problems[0].code == "damaged_archive"


def test_a_part_that_names_another_folder_is_only_a_name(room: Ingestion, tmp_path: Path) -> None:
    evil = {**ONE, "file": "../../evil"}
    manifest = {"parts": [evil], "dataset": "customs__exports", "period": "../../evil"}
    path = tmp_path / "x.zip"
    path.write_bytes(archive(manifest, **{"../../evil": b'{"err":"30","errMsg":""}'}))
    outcome = ingest_file(room, path, run_id="r")
    assert (outcome.status, outcome.period) == ("quarantined", None)
    assert not list(tmp_path.parent.rglob("evil")) and "/unknown/" in str(outcome.snapshot_id)


def test_an_archive_that_unpacks_to_too_much_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_BYTES", 1000)
    with pytest.raises(RejectedFile) as caught:
        read_content(bundle(b"[" + b" " * 2000 + b"]"))
    assert caught.value.problems[0].code == "too_large"
    monkeypatch.setattr(answers, "MAX_ANSWER_BYTES", 10)
    assert refused(as_json([{"a": "0123456789"}])).problems[0].code == "too_large"


# errors in the place of data


@pytest.mark.parametrize(
    ("data", "publisher", "code"),
    [
        (b'{"err":"11","errMsg":"x"}', "kosis", "11"),
        (b'{"err":"31","errMsg":"x"}', "kosis", "31"),
        (b'{"RESULT":{"CODE":"INFO-100","MESSAGE":"x"}}', "ecos", "INFO-100"),
        (b"<RESULT><CODE>INFO-200</CODE><MESSAGE>x</MESSAGE></RESULT>", "ecos", "INFO-200"),
        (b'{"code":-4,"msg":"x"}', "odcloud", "-4"),
        (b'{"code":-10,"msg":"x"}', "odcloud", "-10"),
        (
            b"<OpenAPI_ServiceResponse><cmmMsgHeader><returnReasonCode>22</returnReasonCode>"
            b"</cmmMsgHeader></OpenAPI_ServiceResponse>",
            "data.go.kr",
            "22",
        ),
        (
            b'{"response":{"header":{"resultCode":"31","resultMsg":"x"}}}',
            "data.go.kr",
            "31",
        ),
        (
            b"<response><header><resultCode>03</resultCode><resultMsg/></header></response>",
            "data.go.kr",
            "03",
        ),
    ],
)
def test_an_error_says_what_a_fetcher_would_have_said(
    data: bytes, publisher: str, code: str
) -> None:
    known = errors.fault(code, publisher=publisher)
    (told,) = refused(data).problems
    assert told.code == "answer_error"
    assert f"{publisher} {code}: {known.message_en}" in told.message_en
    assert known.message_ko in told.message_ko
    assert (told.action_en, told.action_ko) == (known.action_en, known.action_ko)


def test_the_customs_services_have_codes_of_their_own() -> None:
    data = b"<response><header><resultCode>99</resultCode><resultMsg/></header></response>"
    part = Part("1.xml", data, "https://apis.data.go.kr/1220000/Newtrade/getNewtradeList")
    with pytest.raises(RejectedFile) as caught:
        rows_of(part)
    assert "customs 99" in caught.value.problems[0].message_en
    assert caught.value.problems[0].sheet == "1.xml"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>',
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        b"<a>" * 100 + b"</a>" * 100,
        b"<response><body><items><item><a>1</a>",
        b'[{"DT": "1"',
        b"[" * 5000 + b'{"a":1}',
        b'[{"DT": NaN}]',
        b'{TBL_ID:"x"}',
        b'["a"]',
        b'{"StatisticSearch": {"row": 5}}',
        b'{"data": {"a": 1}}',
        b'{"response": 5}',
    ],
)
def test_what_cannot_be_read_safely_is_refused(data: bytes) -> None:
    try:
        content = read_content(data)
    except RejectedFile:
        return
    if content.form == "answers":
        with pytest.raises(RejectedFile):
            rows_of(content.answers.parts[0])  # type: ignore[union-attr]
    else:
        assert content.form == "csv"  # whose parser will not know it


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"[{", b'{"', b"<item>", b"PK\x03\x04"):
        try:
            content = read_content(start + data)
            if content.answers is not None:
                rows_of(content.answers.parts[0])
        except RejectedFile:
            pass


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_bundle_is_refused_or_the_same(data: st.DataObject) -> None:
    whole = bundle(as_json([{"DT": "12.5"}]), as_json([{"DT": "13"}]))
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    damaged = whole[:place] + bytes([byte]) + whole[place + 1 :]
    cut = data.draw(st.booleans())
    try:
        found = read_content(damaged[:place] if cut else damaged).answers
    except RejectedFile:
        return
    if found is not None:
        assert [p.data for p in found.parts] == [b'[{"DT": "12.5"}]', b'[{"DT": "13"}]']


# which dataset


KOSIS = {"ORG_ID": "101", "TBL_ID": "DT_1F02001", "DT": "1"}
FACTORY = {"fctryManageNo": "1", "irsttNm": "남동", "cmpnyNm": "(주)모의"}


#: Two datasets are items of this table.
SURVEY = {"TBL_ID": "DT_1FS1101"}


def items(*rows: dict[str, Any]) -> dict[str, Any]:
    body = {"items": {"item": list(rows)}, "totalCount": len(rows)}
    return {"response": {"header": {"resultCode": "00"}, "body": body}}


@pytest.mark.parametrize(
    ("document", "dataset"),
    [
        ([KOSIS], "kosis__production_index"),
        ([{**KOSIS, **SURVEY, "ITM_ID": "T04"}], "kosis__manufacturing_survey"),
        ([{**KOSIS, **SURVEY, "ITM_ID": "T05"}], "kosis__manufacturing_output"),
        (
            {"StatisticSearch": {"row": [{"STAT_CODE": "731Y001", "ITEM_CODE1": "0000001"}]}},
            "ecos__exchange_rate",
        ),
        (items({"year": "총계", "expDlr": "1", "expCnt": "1"}), "customs__exports"),
        (items({"priodTitle": "2024", "expUsdAmt": "1"}), "customs__exports_by_province"),
        (items({"irsttNm": "창원", "induty01": "1", "total": "2"}), None),
        (
            items(
                {
                    "irsttNm": "창원",
                    "monthPrdAmount": "1",
                    "prevMonthPrdAmount": "1",
                    "totalPrdAmount": "1",
                    "monIncrs": "1",
                }
            ),
            "kicox__industrial_trend_api",
        ),
        (items({"irsttNm": "창원", "monthXportactAmount": "1"}), "kicox__industrial_trend_api"),
        (items(FACTORY), "kicox__factory_registry_api"),
        (
            {
                "data": [
                    {"산업단지": "창원", "음식료(억원)": 1, "섬유의복(억원)": 2, "기계(억원)": 1}
                ]
            },
            "kicox__industrial_trend_production_by_industry_csv",
        ),
    ],
)
def test_an_answer_is_known_by_its_rows(
    document: Any, dataset: str | None, contracts: Contracts, registry: Registry
) -> None:
    content = read_content(as_json(document))
    if dataset is None:
        with pytest.raises(RejectedFile):
            recognise(content, contracts, registry, "answer.json")
    else:
        assert recognise(content, contracts, registry, "answer.json").dataset == dataset


def test_a_bundle_is_known_by_its_dataset_if_there_is_one(
    contracts: Contracts, registry: Registry
) -> None:
    for dataset in ("customs__exports", "kicox__industrial_trend_production_by_industry_csv"):
        content = read_content(bundle(as_json([KOSIS]), dataset=dataset))
        assert recognise(content, contracts, registry, "x.zip").dataset == dataset
    for unknown in ("kicox__industrial_trend", "nobody__nothing", None):
        content = read_content(bundle(as_json([KOSIS]), dataset=unknown))
        assert recognise(content, contracts, registry, "x.zip").dataset == "kosis__production_index"


def test_an_answer_that_nobody_asks_for_is_named(contracts: Contracts, registry: Registry) -> None:
    for document, words in [
        ([{"ORG_ID": "101", "TBL_ID": "DT_X", "TBL_NM": "인구"}], "KOSIS 101 DT_X (인구)"),
        ({"StatisticSearch": {"row": [{"STAT_CODE": "9"}]}}, "ECOS 9"),
        (items({"year": "2024.01", "expDlr": "1", "hsCode": "87"}), "trade by country and item 87"),
        (items({"some": "1", "thing": "2"}), "some, thing"),
    ]:
        with pytest.raises(RejectedFile) as caught:
            recognise(read_content(as_json(document)), contracts, registry, "answer.json")
        (told,) = caught.value.problems
        assert told.code == "answer_unrecognised" and words in told.message_en
    with pytest.raises(RejectedFile) as caught:
        recognise(read_content(b"[]"), contracts, registry, "answer.json")
    assert "no rows" in caught.value.problems[0].message_en


def test_a_figure_is_found_again() -> None:
    content = read_content(bundle(as_json([{"DT": "1"}, {"DT": "2.50"}])))
    assert content.answers is not None
    assert value_at(content.answers, "0001.json", "row 2 DT") == "2.50"
    for file, cell in [("0002.json", "row 1 DT"), ("0001.json", "row 3 DT"), ("0001.json", "A1")]:
        with pytest.raises(KeyError):
            value_at(content.answers, file, cell)


# the publishers' literal answers


LITERAL = {
    "customs_nitemtrade.xml": ("answer_unrecognised", "customs, trade by country and item"),
    "customs_sigungu_item.xml": (
        "answer_unrecognised",
        "customs, trade by sigungu and item 330499",
    ),
    "datagokr_gateway_error.xml": ("answer_error", "data.go.kr 20"),
    "datagokr_missing_param.xml": ("answer_error", "data.go.kr 11"),
    "ecos_722Y001.json": ("answer_unrecognised", "ECOS 722Y001"),
    "ecos_info200.json": ("answer_error", "ecos INFO-200"),
    "kosis_err10.json": ("answer_error", "kosis 10"),
    "kosis_err11.json": ("answer_error", "kosis 11"),
    "kosis_err30.json": ("answer_error", "kosis 30"),
    "kosis_row.json": ("answer_unrecognised", "DT_1B040A3"),
    "odcloud_bad_key.json": ("answer_error", "odcloud -4"),
}


@pytest.mark.parametrize("name", sorted(LITERAL))
def test_the_literal_answers_are_refused_for_what_they_are(name: str, room: Ingestion) -> None:
    path = SHARED / "interfaces" / name
    if not path.exists():
        pytest.skip("the publishers' literal answers are not here (../shared/data/interfaces)")
    outcome = ingest_file(room, path, run_id="r")
    code, words = LITERAL[name]
    assert (outcome.status, outcome.problems[0]["code"]) == ("quarantined", code)
    assert words in outcome.message and outcome.problems[0]["action_ko"]
