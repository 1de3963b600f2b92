"""Every code of every publisher is one typed error, in both languages."""

from __future__ import annotations

import json
import pickle
import string
from pathlib import Path
from typing import Any

import pytest

from ingestion.fetch import errors
from ingestion.fetch.bodies import Expect, examine, figure, items_of, kind_of, parse
from ingestion.fetch.errors import TABLE, FetchError, error_in, fault
from ingestion.fetch.sources import customs, ecos, kosis, odcloud
from ingestion.fetch.xmlsafe import XmlLimits, parse_xml, plain

from .conftest import gateway_error


def keep(text: str) -> str:
    return text


@pytest.mark.parametrize("place", sorted(TABLE))
def test_every_row_speaks_both_languages(place: tuple[str, str]) -> None:
    entry = TABLE[place]
    names = {
        name
        for text in (entry.en, entry.ko, entry.action_en, entry.action_ko)
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    } | {"link", "folder", "what"}
    error = fault(place[1], publisher=place[0], **dict.fromkeys(names, "…"))
    assert type(error) is entry.kind and error.retriable is entry.retriable
    assert any("가" <= c <= "힣" for c in error.message_ko + error.action_ko)
    assert not any("가" <= c <= "힣" for c in error.message_en)
    assert error.action_en and error.action_ko and "→" in error.line("ko")


#: publisher, code, class, retried
CODES: list[tuple[str, str, type[FetchError], bool]] = [
    *(("data.go.kr", c, errors.PublisherFault, True) for c in ("01", "04", "05")),
    *(("data.go.kr", c, errors.BadRequest, False) for c in ("10", "11", "12")),
    ("data.go.kr", "03", errors.NoData, False),
    ("data.go.kr", "20", errors.AccessDenied, False),
    ("data.go.kr", "22", errors.QuotaSpent, False),
    ("data.go.kr", "23", errors.TooFast, True),
    ("data.go.kr", "29", errors.AccessDenied, False),
    *(("data.go.kr", c, errors.KeyRejected, False) for c in ("30", "31")),
    ("data.go.kr", "99", errors.PublisherFault, False),
    ("data.go.kr", "4711", FetchError, False),
]


@pytest.mark.parametrize("status", [200, 401, 403])
@pytest.mark.parametrize("form", ["xml", "json", "header json", "header xml", "bare header"])
@pytest.mark.parametrize(("publisher", "code", "kind", "again"), CODES)
def test_the_gateways_codes_in_every_shape(
    status: int, form: str, publisher: str, code: str, kind: type[FetchError], again: bool
) -> None:
    header = {"resultCode": code, "resultMsg": "SO_IT_IS"}
    inner = {"errMsg": "E", "returnAuthMsg": "SO_IT_IS", "returnReasonCode": code}
    body = {
        "xml": gateway_error(code, "SO_IT_IS"),
        "json": json.dumps({"OpenAPI_ServiceResponse": {"cmmMsgHeader": inner}}).encode(),
        "header json": json.dumps({"response": {"header": header}}).encode(),
        "bare header": json.dumps({"header": header, "body": {}}).encode(),
        "header xml": f"<response><header><resultCode>{code}</resultCode><resultMsg>SO_IT_IS"
        "</resultMsg></header></response>".encode(),
    }[form]
    for expect in ("json", "xml", "data", "file"):
        error = examine(body, status=status, expect=expect, publisher=publisher, mask=keep)
        assert type(error) is kind and error.retriable is again
        assert (error.code, error.http_status) == (code, status) and "SO_IT_IS" in str(error)


@pytest.mark.parametrize("code", ["3", "03", "003"])
def test_codes_are_the_same_with_fewer_noughts(code: str) -> None:
    error = error_in({"header": {"resultCode": code, "resultMsg": ""}}, "data.go.kr")
    assert isinstance(error, errors.NoData)


@pytest.mark.parametrize("code", ["00", "0", "0000", "INFO-000"])
def test_all_is_well(code: str) -> None:
    assert error_in({"response": {"header": {"resultCode": code}}}, "data.go.kr") is None


@pytest.mark.parametrize(
    ("publisher", "body", "kind", "again"),
    [
        ("kosis", {"err": "10", "errMsg": "x"}, errors.KeyRejected, False),
        ("kosis", {"err": "11", "errMsg": "x"}, errors.KeyRejected, False),
        ("kosis", {"err": "20", "errMsg": "x"}, errors.BadRequest, False),
        ("kosis", {"err": "21", "errMsg": "x"}, errors.BadRequest, False),
        ("kosis", {"err": "30", "errMsg": "x"}, errors.NoData, False),
        ("kosis", {"err": 31, "errMsg": "x"}, errors.TooMuch, False),
        ("kosis", {"err": "40", "errMsg": "x"}, errors.QuotaSpent, False),
        ("kosis", {"err": "50", "errMsg": "x"}, errors.PublisherFault, True),
        ("ecos", {"RESULT": {"CODE": "INFO-200", "MESSAGE": "x"}}, errors.NoData, False),
        ("ecos", {"RESULT": {"CODE": "INFO-100", "MESSAGE": "x"}}, errors.KeyRejected, False),
        ("ecos", {"RESULT": {"CODE": "ERROR-101", "MESSAGE": "x"}}, errors.BadRequest, False),
        ("ecos", {"RESULT": {"CODE": "ERROR-500", "MESSAGE": "x"}}, errors.PublisherFault, True),
        ("ecos", {"RESULT": {"CODE": "ERROR-602", "MESSAGE": "x"}}, errors.QuotaSpent, False),
        ("odcloud", {"code": -4, "msg": "x"}, errors.KeyRejected, False),
        ("odcloud", {"code": -10, "msg": "x"}, errors.QuotaSpent, False),
        ("customs", {"header": {"resultCode": "99", "resultMsg": "x"}}, errors.BadRequest, False),
    ],
)
def test_the_other_publishers_codes_come_with_http_200(
    publisher: str, body: dict[str, Any], kind: type[FetchError], again: bool
) -> None:
    data = json.dumps(body).encode()
    error = examine(data, status=200, expect="json", publisher=publisher, mask=keep)
    assert type(error) is kind and error.retriable is again


@pytest.mark.parametrize(
    "data",
    [
        '{err:"11",errMsg:"유효하지 않은 인증KEY입니다."}',
        ' [ { err : "11" , errMsg : "유효하지 않은 인증KEY입니다." } ]',
        '[{"err":"11","errMsg":"유효하지 않은 인증KEY입니다."}]',
    ],
)
def test_kosis_says_what_is_wrong_in_more_than_one_form(data: str) -> None:
    error = examine(data.encode(), status=200, expect="json", publisher="kosis", mask=keep)
    assert type(error) is errors.KeyRejected and error.code == "11"
    assert error.said == "유효하지 않은 인증KEY입니다."


def test_what_is_not_tried_again_does_not_say_that_it_is() -> None:
    for (publisher, code), entry in errors.TABLE.items():
        action = entry.action_en or entry.kind.todo_en
        assert entry.retriable or "tried again" not in action, (publisher, code)


@pytest.mark.parametrize(
    ("name", "read", "kind", "code"),
    [
        ("datagokr_gateway_error.xml", customs.read, errors.AccessDenied, "20"),
        ("datagokr_missing_param.xml", customs.read, errors.BadRequest, "11"),
        ("kosis_err10.json", kosis.read, errors.KeyRejected, "10"),
        ("kosis_err11.json", kosis.read, errors.KeyRejected, "11"),
        ("kosis_err30.json", kosis.read, errors.NoData, "30"),
        ("ecos_info200.json", ecos.read, errors.NoData, "INFO-200"),
        ("odcloud_bad_key.json", odcloud.read, errors.KeyRejected, "-4"),
    ],
)
def test_the_literal_error_answers(
    interfaces: Path, name: str, read: Any, kind: type[FetchError], code: str
) -> None:
    with pytest.raises(kind) as caught:
        read((interfaces / name).read_bytes())
    assert caught.value.code == code
    assert not caught.value.said  # a pure reader knows no mask, so it quotes nobody


@pytest.mark.parametrize(
    ("data", "status", "expect", "kind", "code"),
    [
        (b"", 200, "json", errors.NotData, "empty"),
        (b" \n", 200, "file", errors.NotData, "empty"),
        (b"<!DOCTYPE html><html>", 200, "json", errors.NotData, "html"),
        (b"<HTML><body>", 200, "file", errors.NotData, "html"),
        (b"<response><body/></response>", 200, "json", errors.NotData, "wrong_form"),
        (b'{"a": 1}', 200, "xml", errors.NotData, "wrong_form"),
        (b"Unauthorized", 200, "json", errors.NotData, "wrong_form"),
        (b'{"a": [1, 2', 200, "json", errors.NotData, "truncated"),
        (b"<response><body><item>", 200, "xml", errors.NotData, "truncated"),
        (b"[{TBL_ID:1}]", 200, "json", errors.NotData, "broken"),
        (b'{"a": NaN}', 200, "json", errors.NotData, "broken"),
        (b'{"a": "\xff"}', 200, "json", errors.NotData, "broken"),
        (b"[" * 100_000 + b"]" * 100_000, 200, "json", errors.NotData, "broken"),
        (b"<a><b></a>", 200, "xml", errors.NotData, "broken"),
        (b"Unauthorized", 401, "json", errors.KeyRejected, "http_401"),
        (b"Forbidden", 403, "json", errors.AccessDenied, "http_403"),
        (b"<html>", 404, "json", errors.BadRequest, "http_404"),
        (b"slow down", 429, "json", errors.TooFast, "http_429"),
        (b"API token quota exceeded", 429, "json", errors.QuotaSpent, "22"),
        (b"<html>", 502, "json", errors.PublisherFault, "http_5xx"),
        (b"", 418, "json", errors.BadRequest, "http_4xx"),
    ],
)
def test_answers_that_are_no_data(
    data: bytes, status: int, expect: Expect, kind: type[FetchError], code: str
) -> None:
    error = examine(data, status=status, expect=expect, publisher="data.go.kr", mask=keep)
    assert type(error) is kind and error.code == code and error.http_status == status


def test_files_may_be_anything_but_an_error() -> None:
    for data in (b"PK\x03\x04...", "산업단지,값\r\n".encode("cp949"), b'{"features": []}'):
        assert examine(data, status=200, expect="file", publisher="portal", mask=keep) is None
    data = gateway_error("30")
    error = examine(data, status=200, expect="file", publisher="data.go.kr", mask=keep)
    assert isinstance(error, errors.KeyRejected)


def test_an_error_crosses_processes() -> None:
    error = fault("22", publisher="data.go.kr", said="x", http_status=200)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error) and again.code == "22"


def test_xml_bombs_do_not_go_off() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]><r>&l9;</r>'
    outside = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
    remote = '<!DOCTYPE r SYSTEM "http://example.org/x.dtd"><r/>'
    quadratic = f'<!DOCTYPE r [<!ENTITY a "{"a" * 1000}">]><r>{"&a;" * 1000}</r>'
    for text in (bomb, outside, remote, quadratic):
        with pytest.raises(errors.Refused) as caught:
            parse_xml(text.encode())
        assert caught.value.code == "unsafe_xml" and not caught.value.retriable


def test_xml_has_limits() -> None:
    deep = b"<a>" * 100_000
    with pytest.raises(errors.Refused, match="deeper than 32"):
        parse_xml(deep)
    with pytest.raises(errors.Refused, match="more than 10 elements"):
        parse_xml(b"<r>" + b"<i/>" * 20 + b"</r>", XmlLimits(elements=10))
    with pytest.raises(errors.Refused, match="larger than 5 bytes"):
        parse_xml(b"<root/>", XmlLimits(bytes=5))
    with pytest.raises(errors.NotData):
        parse_xml(b'<?xml version="1.0" encoding="x-none"?><r/>')


def test_xml_is_plain_data_as_json_would_be() -> None:
    root = parse_xml(b"<r xmlns='u'><i><a> 1 </a><b/></i><i><a>2</a></i><n>x</n></r>")
    assert plain(root) == {"i": [{"a": "1", "b": None}, {"a": "2"}], "n": "x"}


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ({"response": {"body": {"items": {"item": [{"a": 1}, {"a": 2}]}}}}, 2),
        ({"response": {"body": {"items": {"item": {"a": 1}}}}}, 1),
        ({"body": {"items": [{"a": 1}]}}, 1),
        ({"response": {"body": {"items": ""}}}, 0),
        ({"response": {"body": {"items": None}}}, 0),
        ({"item": {"a": 1}}, 1),
    ],
)
def test_items_come_in_many_wrappings(document: dict[str, Any], rows: int) -> None:
    assert len(items_of(document)) == rows


@pytest.mark.parametrize("document", [[], {"response": []}, {"body": {"items": ["x"]}}])
def test_items_of_another_shape_are_a_typed_error(document: Any) -> None:
    with pytest.raises(errors.NotData) as caught:
        items_of(document)
    assert caught.value.code == "shape"


def test_figures_and_marks_stay_apart() -> None:
    assert [figure("f", v) for v in ("1,234.50", 0, "0", "-500")] == [
        (parse(b"[1234.50]", "x")[0], None),
        (0, None),
        (0, None),
        (-500, None),
    ]
    assert [figure("f", v) for v in ("-", "X", "", None, "\xa0")] == [
        (None, mark) for mark in ("-", "X", "", "", "")
    ]
    for wrong in ("many", "NaN", "Infinity", True):
        with pytest.raises(errors.NotData, match="'f'"):
            figure("f", wrong)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xef\xbb\xbf {}", "json"),
        (b"\n<?xml version='1.0'?><r/>", "xml"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'>", "html"),
        (b"<item/>", "xml"),
        (b"a,b", "other"),
    ],
)
def test_the_bytes_tell_what_they_are(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind
