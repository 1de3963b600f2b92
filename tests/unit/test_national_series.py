"""National series: the right figure in the right unit for the right period, or a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.answers import Bundle, Part, pack
from ingestion.contract import Contract, Contracts, load_contracts
from ingestion.ingest import Ingestion, ingest_file
from ingestion.parsers import Reading, national_series
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.snapshots import Snapshot
from ingestion.sniff import Content, read_content

from ..conftest import SEEDS

INDEX, SURVEY = "kosis__production_index", "kosis__manufacturing_survey"
OUTPUT = "kosis__manufacturing_output"
TRADE, PROVINCES, RATE = "customs__exports", "customs__exports_by_province", "ecos__exchange_rate"
Read = Callable[..., Reading]


def snapshot(name: str = "answer.json", url: str | None = None) -> Snapshot:
    day = "2026-06-01"
    return Snapshot("x", "x", "x", "all", day, "0" * 64, 1, "json", name, day, "first_seen", day, url, True)  # fmt: skip


def parsed(
    contract: Contract, registry: Registry, *parts: bytes | Part, url: str | None = None
) -> Reading:
    """Read answers: a lone one, or the parts of a bundle."""
    if len(parts) == 1 and isinstance(parts[0], bytes) and not url:
        content = read_content(parts[0])
    else:
        named = [
            p if isinstance(p, Part) else Part(f"{n:04d}", p, url) for n, p in enumerate(parts, 1)
        ]
        content = Content("answers", answers=Bundle(tuple(named)))
    return national_series.parse(content, contract, registry, snapshot())


@pytest.fixture
def read(contracts: Contracts, registry: Registry) -> Read:
    def of(dataset: str, *parts: bytes | Part, url: str | None = None) -> Reading:
        return parsed(contracts[dataset], registry, *parts, url=url)

    return of


def refusal(read: Read, dataset: str, *parts: bytes | Part, url: str | None = None) -> Any:
    """The one problem that stops it."""
    with pytest.raises(RejectedFile) as caught:
        read(dataset, *parts, url=url)
    assert {p.code for p in caught.value.problems} == {caught.value.problems[0].code}
    return caught.value.problems[0]


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def figures(reading: Reading) -> dict[str, tuple[Any, str]]:
    """Period → value and status."""
    return {row["period"]: (row["value"], row["obs_status"]) for row in reading.rows}


# KOSIS


def kosis(**changes: Any) -> dict[str, Any]:
    row = {
        "ORG_ID": "101",
        "TBL_ID": "DT_1F02001",
        "TBL_NM": "시도/산업별 광공업생산지수",
        "ITM_ID": "T10",
        "ITM_NM": "생산지수(원지수)",
        "C1": "00",
        "C1_NM": "전국",
        "C2": "C",
        "C2_NM": "제조업",
        "PRD_SE": "M",
        "PRD_DE": "202401",
        "UNIT_NM": "2020=100",
        "DT": "109.3",
        "LST_CHN_DE": "2026-03-31",
    }
    return {name: value for name, value in (row | changes).items() if value is not ...}


def test_a_kosis_row_becomes_a_figure_with_its_place(read: Read) -> None:
    reading = read(INDEX, as_json([kosis(), kosis(PRD_DE="202402", DT="95")]))
    assert reading.period == "all" and not reading.problems
    first, second = reading.rows
    assert first == {
        "sheet": "",
        "cell": "row 1 DT",
        "series": "national_production_index",
        "area": "KR",
        "item_code": "T10/00/C",
        "item_raw": "생산지수(원지수) / 전국 / 제조업",
        "freq": "M",
        "period": "2024-01",
        "unit_raw": "2020=100",
        "value": 109.3,
        "value_raw": "109.3",
        "obs_status": "A",
        "changed_on": date(2026, 3, 31),
        "scope_ko": "제조업, 전국, 원지수",
        "scope_en": "manufacturing, whole country, not seasonally adjusted",
        "source": "KOSIS 101 DT_1F02001",
    }
    assert (second["cell"], second["value"]) == ("row 2 DT", 95.0)


@pytest.mark.parametrize(
    ("printed", "value", "status"),
    [
        ("0", 0.0, "A"),
        (0, 0.0, "A"),
        ("1,234.5", 1234.5, "A"),
        (" 12 ", 12.0, "A"),
        ("-", None, "O"),
        ("X", None, "Q"),
        ("", None, "O"),
        (None, None, "O"),
        ("…", None, "O"),
    ],
)
def test_zero_missing_and_suppressed_stay_three_things(
    read: Read, printed: Any, value: float | None, status: str
) -> None:
    assert figures(read(INDEX, as_json([kosis(DT=printed)]))) == {"2024-01": (value, status)}


@pytest.mark.parametrize("printed", ["?", "12p", "1,2", "1_000", True, [], "NaN", "1e999"])
def test_what_is_no_number_stops(read: Read, printed: Any) -> None:
    told = refusal(read, INDEX, as_json([kosis(), kosis(PRD_DE="202402", DT=printed)]))
    assert (told.code, told.cell) == ("not_a_number", "row 2 DT")


def test_no_index_is_negative(read: Read) -> None:
    assert refusal(read, INDEX, as_json([kosis(DT="-3.1")])).code == "negative_number"


@pytest.mark.parametrize(
    ("frequency", "told", "shown", "period", "freq"),
    [
        ("Y", "Y", "2024", "2024", "A"),
        ("Y", "A", "2024", "2024", "A"),
        ("Q", "Q", "202404", "2024-Q4", "Q"),
        ("M", "M", "202412", "2024-12", "M"),
        ("Q", "Q", "202405", None, ""),
        ("M", "M", "202413", None, ""),
        ("M", "Q", "202401", None, ""),
        ("M", "", "202401", None, ""),
        ("Y", "A", "202401", None, ""),
    ],
)
def test_a_period_is_read_in_its_frequency(
    contracts: Contracts,
    registry: Registry,
    frequency: str,
    told: str,
    shown: str,
    period: str | None,
    freq: str,
) -> None:
    contract = contracts[INDEX]
    way = contract.source.fetch[0].model_copy(update={"frequency": frequency})
    source = contract.source.model_copy(update={"fetch": (way,)})
    contract = contract.model_copy(update={"source": source})
    answer = as_json([kosis(PRD_SE=told, PRD_DE=shown)])
    if period is None:
        with pytest.raises(RejectedFile) as caught:
            parsed(contract, registry, answer)
        assert caught.value.problems[0].code == "series_period"
        assert caught.value.problems[0].cell == "row 1 PRD_DE"
    else:
        (row,) = parsed(contract, registry, answer).rows
        assert (row["period"], row["freq"]) == (period, freq)


def test_another_unit_stops_and_is_named(read: Read) -> None:
    told = refusal(read, INDEX, as_json([kosis(UNIT_NM="2025=100")]))
    assert told.code == "series_unit" and told.cell == "row 1 UNIT_NM"
    assert "2025=100" in told.message_en and "2020=100" in told.message_ko
    assert refusal(read, INDEX, as_json([kosis(UNIT_NM=...)])).code == "series_unit"
    year = {"TBL_ID": "DT_1FS1101", "ITM_ID": "T04", "PRD_SE": "A", "PRD_DE": "2024"}
    assert refusal(read, SURVEY, as_json([kosis(**year, UNIT_NM="억원")])).code == "series_unit"
    (row,) = read(SURVEY, as_json([kosis(**year, UNIT_NM="백만 원")])).rows
    assert (row["unit_raw"], row["value"], row["period"]) == ("백만 원", 109.3, "2024")


def test_output_is_taken_from_rows_that_say_so_by_name(read: Read) -> None:
    """The item's code alone is not trusted: it was never seen beside its name."""
    year = {"TBL_ID": "DT_1FS1101", "ITM_ID": "T05", "PRD_SE": "A", "PRD_DE": "2024"}
    answer = as_json([kosis(**year, UNIT_NM="백만원", ITM_NM="생산액", DT="2086900000")])
    (row,) = read(OUTPUT, answer).rows
    assert (row["series"], row["period"]) == ("national_manufacturing_output", "2024")
    assert (row["value"], row["unit_raw"]) == (2_086_900_000.0, "백만원")
    other = as_json([kosis(**year, UNIT_NM="백만원", ITM_NM="주요생산비")])
    told = refusal(read, OUTPUT, other)
    assert told.code == "series_rows_unknown" and "주요생산비" in told.message_en


def test_parts_are_joined_and_must_agree(read: Read) -> None:
    january, february = as_json([kosis()]), as_json([kosis(PRD_DE="202402")])
    reading = read(INDEX, january, february)
    assert [row["sheet"] for row in reading.rows] == ["0001", "0002"]
    again = read(INDEX, january, as_json([kosis(), kosis(PRD_DE="202402")]))
    assert len(again.rows) == 2 and [p.code for p in again.problems] == ["series_repeated"]
    told = refusal(read, INDEX, january, as_json([kosis(DT="109.4")]))
    assert (told.code, told.sheet, told.cell) == ("series_twice", "0002", "row 1 DT")
    for word in ("109.3", "109.4", "0001 row 1 DT", "2024-01"):
        assert word in told.message_en
    assert refusal(read, INDEX, january, as_json([kosis(DT="-")])).code == "series_twice"


def test_rows_that_no_series_claims_stop_unless_they_are_known(
    contracts: Contracts, registry: Registry, read: Read
) -> None:
    other = kosis(C2="C26", C2_NM="전자부품")
    answer = as_json([kosis(), other, kosis(C2="C26", PRD_DE="202402")])
    told = refusal(read, INDEX, answer)
    assert told.code == "series_rows_unknown"
    assert "2 rows" in told.message_en and "전자부품" in told.message_en
    assert "kosis__production_index.yml" in told.action_en
    known = contracts[INDEX].model_copy(update={"ignored": ({"C2": "C26"},)})
    assert len(parsed(known, registry, answer).rows) == 1


def test_another_table_or_an_error_stops(read: Read) -> None:
    told = refusal(read, INDEX, as_json([kosis(), kosis(TBL_ID="DT_1F01001", PRD_DE="202402")]))
    assert (told.code, told.cell) == ("series_table_other", "row 2 TBL_ID")
    error = b'{"err":"31","errMsg":"x"}'
    told = refusal(read, INDEX, as_json([kosis()]), error)
    assert told.code == "answer_error" and told.sheet == "0002" and "kosis 31" in told.message_en
    assert refusal(read, INDEX, as_json([kosis(LST_CHN_DE="soon")])).cell == "row 1 LST_CHN_DE"
    assert refusal(read, INDEX, as_json([kosis(DT=...)])).code == "answer_field_missing"
    (row,) = read(INDEX, as_json([kosis(LST_CHN_DE=...)])).rows
    assert row["changed_on"] is None


# customs


def trade(*rows: dict[str, Any]) -> bytes:
    body = "".join(
        "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in row.items()) + "</item>" for row in rows
    )
    head = "<response><header><resultCode>00</resultCode></header><body><items>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}{body}</items></body></response>'.encode()


def month(label: str, exports: int, imports: int = 5) -> dict[str, Any]:
    return {
        "balPayments": exports - imports,
        "expCnt": 1,
        "expDlr": exports,
        "impCnt": 1,
        "impDlr": imports,
        "year": label,
    }


def year(*months: dict[str, Any]) -> list[dict[str, Any]]:
    exports, imports = (sum(m[n] for m in months) for n in ("expDlr", "impDlr"))
    return [month("총계", exports, imports), *months]


NATION = "https://apis.data.go.kr/1220000/Newtrade/getNewtradeList"


def test_the_total_is_checked_and_left_out(read: Read) -> None:
    rows = year(month("2026.01", 65_843_936_782, 57_143_468_789), month("2026.02", 7))
    for answer in (trade(*rows), trade(*reversed(rows))):
        reading = read(TRADE, answer)
        assert sum(row["value"] for row in reading.rows if row["series"] == "national_exports") == (
            65_843_936_782 + 7
        )
        assert len(reading.rows) == 4 and not reading.problems
    first = next(row for row in reading.rows if row["period"] == "2026-01")
    assert (first["unit_raw"], first["area"], first["freq"]) == ("달러", "KR", "M")
    assert first["source"] == "Korea Customs Service"


def test_rows_that_do_not_come_to_the_total_stop(read: Read) -> None:
    rows = year(month("2026.01", 10), month("2026.02", 7))
    told = refusal(read, TRADE, trade(*rows[:2]))
    assert (told.code, told.cell) == ("series_total", "row 1 expDlr")
    rows[2]["expDlr"] = 8
    assert refusal(read, TRADE, trade(*rows)).code == "series_total"
    rows[2]["expDlr"] = "-"
    assert refusal(read, TRADE, trade(*rows)).code == "series_total"
    assert [p.code for p in read(TRADE, trade(month("2026.01", 10))).problems] == [
        "series_no_total"
    ]


def test_sums_of_years_are_left_out(read: Read) -> None:
    rows = year(month("2026.01", 10), month("2026.02", 7))
    reading = read(TRADE, trade(rows[0], month("2026", 17), *rows[1:]))
    assert {row["period"] for row in reading.rows} == {"2026-01", "2026-02"}
    told = refusal(read, TRADE, trade(month("총계", 17), month("2026", 17)))
    assert told.code == "series_years_only" and "strtYymm" in told.action_en


def test_a_month_without_trade_is_not_determined_yet(read: Read) -> None:
    reading = read(TRADE, trade(*year(month("2026.01", 10), month("2026.02", 0, 0))))
    found = {(r["series"], r["period"]): (r["value"], r["obs_status"]) for r in reading.rows}
    assert found["national_exports", "2026-02"] == (None, "O")
    assert found["national_exports", "2026-01"] == (10.0, "A")
    assert [p.code for p in reading.problems] == ["series_not_determined"]
    assert "2026-02" in reading.problems[0].message_en


@pytest.mark.parametrize("label", ["2026.13", "2026.1", "26.01", "", "2026.01.01", "소계"])
def test_a_period_of_another_form_stops(read: Read, label: str) -> None:
    rows = year(month("2026.02", 7), month(label, 10))
    assert refusal(read, TRADE, trade(*rows)).code == "series_period"


def test_a_month_that_was_not_asked_for_stops(read: Read) -> None:
    asked = NATION + "?strtYymm=202601&endYymm=202603"
    rows = year(month("2026.02", 7), month("2026.04", 10))
    told = refusal(read, TRADE, trade(*rows), url=asked)
    assert told.code == "series_period" and "202601–202603" in told.message_en
    reading = read(TRADE, trade(*rows), url=NATION)
    assert reading.rows[0]["source"] == "Korea Customs Service getNewtradeList"


def province(name: str, exports: Any, label: str = "2026") -> dict[str, Any]:
    return {"expUsdAmt": exports, "impUsdAmt": 1, "priodTitle": label, "sidoNm": name}


def by_month(data: bytes, asked: str = "202601", until: str | None = None) -> Part:
    params = {"strtYymm": asked, "endYymm": until or asked}
    return Part(
        "0001.xml", data, "https://apis.data.go.kr/1220000/sidotrade/getSidotradeList", params
    )


def test_provinces_are_in_thousand_dollars_and_named_by_the_year(read: Read) -> None:
    rows = [
        province("-", "    3,632,001", "총계"),
        province("경상북도", "    3,631,968"),
        province("강원특별자치도", 32),
    ]
    reading = read(PROVINCES, by_month(trade(*rows)))  # total off by the rounding of each row
    assert [
        (r["area"], r["period"], r["value"], r["unit_raw"], r["cell"]) for r in reading.rows
    ] == [
        ("KR-47", "2026-01", 3631968.0, "천달러", "row 2 expUsdAmt"),
        ("KR-42", "2026-01", 32.0, "천달러", "row 3 expUsdAmt"),
    ]
    rows[0]["expUsdAmt"] = "3,632,010"
    assert refusal(read, PROVINCES, by_month(trade(*rows))).code == "series_total"


def test_a_year_of_provinces_is_no_month(read: Read) -> None:
    rows = trade(province("-", 32, "총계"), province("강원특별자치도", 32))
    assert refusal(read, PROVINCES, by_month(rows, "202601", "202612")).code == "series_years_only"
    assert refusal(read, PROVINCES, by_month(rows, "202501")).code == "series_period"
    assert refusal(read, PROVINCES, rows).code == "series_years_only"


def test_an_unknown_province_stops(read: Read) -> None:
    rows = trade(province("-", 32, "총계"), province("모의도", 32))
    told = refusal(read, PROVINCES, by_month(rows))
    assert told.code == "unknown_province" and "모의도" in told.message_en


def test_items_make_the_nations_total_only_together(
    contracts: Contracts, registry: Registry
) -> None:
    contract = contracts[TRADE]
    way = contract.source.fetch[0].model_copy(update={"area": "country", "hs": ("84", "85")})
    source = contract.source.model_copy(update={"fetch": (way,)})
    contract = contract.model_copy(update={"source": source, "series": contract.series[:1]})

    def chapter(code: str, exports: int) -> bytes:
        row = {"expDlr": exports, "hsCode": code, "year": "2026.01"}
        return trade({**row, "hsCode": "-", "year": "총계"}, row)

    (row,) = parsed(contract, registry, chapter("84", 30), chapter("85", 12)).rows
    assert (row["value"], row["cell"]) == (42.0, "sum of 2 rows, expDlr")
    with pytest.raises(RejectedFile) as caught:
        parsed(contract, registry, chapter("84", 30))
    assert caught.value.problems[0].code == "series_items_missing"
    assert "85" in caught.value.problems[0].message_en
    series = contract.series[0].model_copy(update={"where": {"hsCode": "84"}})
    own = contract.model_copy(update={"series": (series,)})
    (row,) = parsed(own, registry, chapter("84", 30)).rows
    assert (row["value"], row["item_code"]) == (30.0, "84")


# ECOS


def rate(time: str, value: Any, **changes: Any) -> dict[str, Any]:
    return {
        "STAT_CODE": "731Y001",
        "ITEM_CODE1": "0000001",
        "ITEM_NAME1": "원/미국달러(매매기준율)",
        "UNIT_NAME": "원",
        "TIME": time,
        "DATA_VALUE": value,
        **changes,
    }


def search(*rows: dict[str, Any], total: int | None = None) -> bytes:
    count = len(rows) if total is None else total
    return as_json({"StatisticSearch": {"list_total_count": count, "row": list(rows)}})


def test_days_without_a_rate_are_no_rows(read: Read) -> None:
    reading = read(RATE, search(rate("20240102", "1289.4"), rate("20240104", "1,306.8")))
    assert figures(reading) == {"2024-01-02": (1289.4, "A"), "2024-01-04": (1306.8, "A")}
    row = reading.rows[0]
    assert (row["series"], row["freq"], row["unit_raw"]) == ("krw_per_usd", "D", "원")
    assert (row["source"], row["cell"]) == ("ECOS 731Y001", "row 1 DATA_VALUE")


def test_a_rate_in_xml_reads_the_same(read: Read) -> None:
    fields = "".join(f"<{k}>{v}</{k}>" for k, v in rate("20240102", "1289.4").items())
    data = f"<StatisticSearch><list_total_count>1</list_total_count><row>{fields}</row></StatisticSearch>"
    assert figures(read(RATE, data.encode())) == {"2024-01-02": (1289.4, "A")}


def test_pages_of_a_year_are_all_needed(read: Read) -> None:
    address = "https://ecos.bok.or.kr/api/StatisticSearch/***/json/kr/{}/731Y001/D/x/y/0000001"
    pages = [
        Part("1.json", search(rate("20240102", "1"), total=2), address.format("1/1")),
        Part("2.json", search(rate("20240103", "2"), total=2), address.format("2/2")),
    ]
    assert len(read(RATE, *pages).rows) == 2
    assert refusal(read, RATE, pages[0]).code == "answer_incomplete"
    told = refusal(
        read, RATE, pages[0], Part("2.json", search(rate("20240103", "2"), total=3), pages[1].url)
    )
    assert told.code == "answer_incomplete"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (rate("20240230", "1"), "series_period"),
        (rate("202401", "1"), "series_period"),
        (rate("20240102", "1", UNIT_NAME="연%"), "series_unit"),
        (rate("20240102", "1", ITEM_CODE1="0000002"), "series_rows_unknown"),
        (rate("20240102", "1", STAT_CODE="722Y001"), "series_table_other"),
        (rate("20240102", "n/a"), "not_a_number"),
    ],
)
def test_rates_that_cannot_be_stop(read: Read, row: dict[str, Any], code: str) -> None:
    assert refusal(read, RATE, search(rate("20240103", "2"), row)).code == code


# the whole way


def test_a_bundle_lands_under_its_year(room: Ingestion, tmp_path: Any) -> None:
    rows = trade(*year(month("2024.01", 10), month("2024.02", 7)))
    path = tmp_path / "customs__exports_2024.zip"
    path.write_bytes(pack(Bundle((Part("0001.xml", rows, NATION),), TRADE, "2024")))
    outcome = ingest_file(room, path, run_id="r")
    assert (outcome.status, outcome.dataset, outcome.period) == ("landed", TRADE, "2024")
    assert outcome.rows == 4
    alone = tmp_path / "trade.xml"
    alone.write_bytes(trade(*year(month("2023.01", 10))))
    outcome = ingest_file(room, alone, run_id="r")
    # A part of a year must not stand for the year: the fetch would leave the rest out.
    assert (outcome.status, outcome.period) == ("landed", "all")


# fuzz


CONTRACTS, REGISTRY = load_contracts(), Registry.load(SEEDS)
MONTHS = [f"2024.{m:02d}" for m in range(1, 13)]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_trade_answer_is_refused_or_right(data: st.DataObject) -> None:
    amounts = [5_460_000_000 + 7_919 * n for n in range(12)]
    whole = trade(*year(*(month(m, a, a // 2) for m, a in zip(MONTHS, amounts, strict=True))))
    question = {"strtYymm": "202401", "endYymm": "202412"}
    contract = CONTRACTS[TRADE]
    expected = parsed(contract, REGISTRY, Part("1", whole, NATION, question)).rows
    place = data.draw(st.integers(0, len(whole) - 1))
    with_byte = data.draw(st.sampled_from([b"", b"0", b"9", b"-", b".", b"<", b"x", b" "]))
    damaged = whole[:place] + with_byte + whole[place + 1 :]
    try:
        reading = parsed(contract, REGISTRY, Part("1", damaged, NATION, question))
    except RejectedFile:
        return
    shown = ("series", "period", "value", "obs_status", "unit_raw", "cell")
    found = [tuple(row[name] for name in shown) for row in reading.rows]
    assert found == [tuple(row[name] for name in shown) for row in expected]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_table_is_refused_or_wrong_in_the_damaged_row_alone(data: st.DataObject) -> None:
    rows = [kosis(PRD_DE=f"2024{m:02d}", DT=f"{100 + m / 10}") for m in range(1, 13)]
    whole = as_json(rows)
    contract = CONTRACTS[INDEX]
    expected = {row["cell"]: row for row in parsed(contract, REGISTRY, whole).rows}
    place = data.draw(st.integers(0, len(whole) - 1))
    with_bytes = data.draw(st.binary(max_size=2))
    damaged = whole[:place] + with_bytes + whole[place + 1 :]
    try:
        reading = parsed(contract, REGISTRY, damaged)
    except RejectedFile:
        return
    other = [row for row in reading.rows if row != expected.get(row["cell"])]
    assert len(other) <= 1 and len(reading.rows) >= len(rows) - 1
    for row in other:
        # What the damaged row says is what stands there, and a number only if it reads as one.
        assert row["value"] is None or row["value"] == float(row["value_raw"].replace(",", ""))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_value_anywhere_is_refused_or_a_figure(value: Any) -> None:
    for dataset, rows in (
        (INDEX, [kosis(), kosis(PRD_DE="202402", DT=value)]),
        (INDEX, [kosis(), kosis(PRD_DE=value)]),
        (INDEX, [kosis(), kosis(C2=value)]),
        (INDEX, [kosis(), value]),
        (RATE, {"StatisticSearch": {"list_total_count": value, "row": [rate("20240102", "1")]}}),
        (RATE, {"StatisticSearch": value}),
        (TRADE, {"response": {"body": {"items": {"item": [month("2024.01", 1), value]}}}}),
        (TRADE, {"response": {"body": value}}),
    ):
        try:
            answer = json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")
            parsed(CONTRACTS[dataset], REGISTRY, Part("1", answer))
        except RejectedFile:
            continue
