"""산업동향 by interface: the rows that the workbook would have given, or a clear refusal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.answers import Bundle, Part, pack, value_at
from ingestion.contract import Contracts, load_contracts
from ingestion.fetch.sources.indparkstats import INDUSTRIES, OPERATIONS
from ingestion.ingest import Ingestion, ingest_file
from ingestion.parsers import Reading, industrial_trend, trend_answers
from ingestion.problems import RejectedFile
from ingestion.registry import Registry
from ingestion.sample import (
    CSV_EDITIONS,
    SampleRegistry,
    SimulatedPublication,
    simulate,
    write_csv_edition,
)
from ingestion.snapshots import Snapshot
from ingestion.sniff import Content, read_content

from ..conftest import SEED, SEEDS

API = "kicox__industrial_trend_api"
BASE = "https://apis.data.go.kr/B550624/indparkstats"
MONTH = "2023-05"
#: Table → the interface's field of each (measure, relation, sex, size class).
FIELDS: dict[str, dict[tuple[str, str, str, str], str]] = {
    "production_by_complex": {
        ("production", "current", "_T", "_T"): "monthPrdAmount",
        ("production", "previous", "_T", "_T"): "prevMonthPrdAmount",
        ("production_ytd", "ytd", "_T", "_T"): "totalPrdAmount",
        ("production_growth_pct", "current", "_T", "_T"): "monIncrs",
    },
    "exports_by_complex": {
        ("exports", "current", "_T", "_T"): "monthXportactAmount",
        ("exports_ytd", "ytd", "_T", "_T"): "totalXportactAmount",
    },
    "employment_by_complex": {
        ("employment_count", "current", "_T", "_T"): "monthTotal",
        ("employment_count", "current", "M", "_T"): "monthMaleEmplymNmprCo",
        ("employment_count", "current", "F", "_T"): "monthFemaleEmplymNmprCo",
    },
    "operating_rate_by_complex": {
        ("manufacturing_operating_count", "current", "_T", "_T"): "totalOpCmpnyCo",
        ("utilization_pct", "current", "_T", "_T"): "monthOpRate",
        ("utilization_change_pp", "current", "_T", "_T"): "monIncrs",
    },
    "tenants_by_complex": {
        ("tenant_count", "current", "_T", "_T"): "monthMvnCmpCnt",
        ("operating_count", "current", "_T", "_T"): "monthOpCmpCnt",
        ("lessee_count", "current", "_T", "_T"): "hireCmpCnt",
    },
}
BY_INDUSTRY = (
    "tenants_by_industry",
    "operating_by_industry",
    "production_by_industry",
    "exports_by_industry",
    "employment_by_industry",
    "operating_rate_by_industry",
)
Item = dict[str, Any]


def text(value: Any, status: str) -> Any:
    if status == "Q":
        return "X"
    return "" if value is None else repr(float(value))


def items_of(publication: SimulatedPublication, table: str, registry: Registry) -> list[Item]:
    """The items of a month as the operation answers them, the total row among them."""
    industries = {
        ("_T" if n == "total" else registry.industries[w]): n for n, w in INDUSTRIES.items()
    }
    found: dict[str, Item] = {}
    for cell in publication.cells(table):
        kind = "국가" if cell.complex_id != "_T" else ""
        item = found.setdefault(
            cell.complex_name, {"irsttTyNm": kind, "irsttNm": cell.complex_name}
        )
        if table in BY_INDUSTRY:
            name: str | None = industries[cell.industry_code]
        else:
            name = FIELDS[table].get((cell.measure, cell.relation, cell.sex, cell.size_class))
        if name is not None:
            item[name] = text(cell.value, cell.status)
    return list(found.values())


def answer(items: list[Item], *, page: int = 1, total: int | None = None) -> bytes:
    count = len(items) if total is None else total
    body = {"items": {"item": items}, "numOfRows": 100, "pageNo": page, "totalCount": count}
    head = {"resultCode": "00", "resultMsg": "OK"}
    return json.dumps({"response": {"header": head, "body": body}}, ensure_ascii=False).encode()


def part(table: str, data: bytes, *, month: str = MONTH, page: int = 1) -> Part:
    operation, takes = OPERATIONS[table]  # type: ignore[index]
    when = month.replace("-", "")
    asked = {"stdrYm": when} if takes == "month" else {"srtStdrYm": when, "endStdrYm": when}
    asked |= {"type": "json", "pageNo": str(page), "numOfRows": "100"}
    return Part(f"{table}_{page}.json", data, f"{BASE}/{operation}?serviceKey=***", asked, month)


def snapshot(name: str = "answer.json", url: str | None = None) -> Snapshot:
    day = "2026-06-01"
    return Snapshot("x", "x", "x", "all", day, "0" * 64, 1, "json", name, day, "first_seen", day, url, True)  # fmt: skip


Read = Callable[..., Reading]


@pytest.fixture
def read(contracts: Contracts, registry: Registry) -> Read:
    def of(
        *parts: Part | bytes,
        name: str = "answer.json",
        url: str | None = None,
        period: str | None = None,
    ) -> Reading:
        named = tuple(Part("", p) if isinstance(p, bytes) else p for p in parts)
        content = Content("answers", answers=Bundle(named, None, period))
        return trend_answers.parse(
            content, contracts[API], contracts, registry, snapshot(name, url)
        )

    return of


def refusal(read: Read, *parts: Part | bytes, **known: Any) -> Any:
    with pytest.raises(RejectedFile) as caught:
        read(*parts, **known)
    assert {p.code for p in caught.value.problems} == {caught.value.problems[0].code}
    return caught.value.problems[0]


KEY = (
    "table_id",
    "complex_id",
    "industry_code",
    "size_class",
    "sex",
    "measure",
    "relation",
    "period",
)
#: What staging and the warehouse read of a row, besides where it stands.
SAME = ("table_no", "complex_raw", "freq", "publication_period", "unit_raw", "value", "obs_status", "conf_status")  # fmt: skip


def keyed(rows: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    found = {tuple(row[name] for name in KEY): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("table", [*FIELDS, *BY_INDUSTRY])
def test_a_month_reads_as_its_workbook(
    table: str,
    read: Read,
    editions: dict[str, SimulatedPublication],
    edition_file: Callable[..., Path],
    contracts: Contracts,
    registry: Registry,
) -> None:
    path = edition_file(period=MONTH)
    content = read_content(path.read_bytes())
    contract = contracts["kicox__industrial_trend"]
    workbook = keyed(industrial_trend.parse_workbook(content, contract, registry, path.name).rows)
    items = items_of(editions[MONTH], table, registry)
    reading = read(part(table, answer(items)), period=MONTH)
    assert reading.period == MONTH and not reading.problems
    rows = keyed(reading.rows)
    columns = len(FIELDS.get(table, ())) or len({r[2] for r in workbook if r[0] == table})
    assert len(rows) == columns * len(items) and {key[1] for key in rows} >= {"_T", "changwon"}
    for key, row in rows.items():
        assert {n: row[n] for n in SAME} == {n: workbook[key][n] for n in SAME}, key
        assert row["kind_raw"] == (None if key[1] == "_T" else "국가")
    statuses = {row["obs_status"] for row in reading.rows}
    assert "A" in statuses and (
        table.startswith("tenants") or "Q" in statuses or table == "operating_by_industry"
    )


def test_a_figure_leads_back_to_its_answer(
    read: Read, editions: dict[str, SimulatedPublication], registry: Registry
) -> None:
    items = items_of(editions[MONTH], "production_by_complex", registry)
    only = part("production_by_complex", answer(items))
    for row in read(only).rows:
        assert row["sheet"] == only.file and row["header_raw"] == row["cell"].split()[-1]
        assert value_at(Bundle((only,)), row["sheet"], row["cell"]) == row["value_raw"]


PRODUCTION: Item = {
    "irsttTyNm": "국가",
    "irsttNm": "창원",
    "monthPrdAmount": "52,264.81",
    "prevMonthPrdAmount": "X",
    "totalPrdAmount": None,
    "monIncrs": "-1.5",
}
INDUSTRY: Item = {"irsttNm": "창원", **dict.fromkeys(INDUSTRIES, "1"), "induty131415": "0"}


def test_suppressed_missing_impossible_and_zero_stay_apart(read: Read) -> None:
    second = {
        **PRODUCTION,
        "irsttNm": "구미",
        "monthPrdAmount": "0",
        "totalPrdAmount": "-",
        "monIncrs": "",
    }
    reading = read(part("production_by_complex", answer([PRODUCTION, second])))
    found = {
        (r["complex_id"], r["header_raw"]): (r["value"], r["obs_status"], r["conf_status"])
        for r in reading.rows
    }
    assert found == {
        ("changwon", "monthPrdAmount"): (52264.81, "A", "F"),
        ("changwon", "prevMonthPrdAmount"): (None, "Q", "A"),
        ("changwon", "totalPrdAmount"): (None, "O", "F"),
        ("changwon", "monIncrs"): (-1.5, "A", "F"),
        ("gumi", "monthPrdAmount"): (0.0, "A", "F"),
        ("gumi", "prevMonthPrdAmount"): (None, "Q", "A"),
        ("gumi", "totalPrdAmount"): (None, "O", "F"),
        ("gumi", "monIncrs"): (None, "M", "F"),
    }
    previous = next(r for r in reading.rows if r["relation"] == "previous")
    assert (previous["period"], previous["publication_period"]) == ("2023-04", MONTH)


def test_an_operation_by_industry_without_names_is_about_all(read: Read) -> None:
    nameless = {k: v for k, v in INDUSTRY.items() if k != "irsttNm"}
    rows = read(part("production_by_industry", answer([nameless]))).rows
    assert {row["complex_id"] for row in rows} == {"_T"} and len(rows) == 11
    named = part("production_by_industry", answer([{**INDUSTRY, "irsttNm": ""}]))
    assert refusal(read, named).code == "row_without_name"


def test_manufacturing_tables_have_no_services(read: Read) -> None:
    for value in ("0", "", None):
        item = {**INDUSTRY, "induty131415": value}
        rows = read(part("production_by_industry", answer([item]))).rows
        assert "NONMFG" not in {row["industry_code"] for row in rows}
        rows = read(part("employment_by_industry", answer([item]))).rows
        assert [r["obs_status"] for r in rows if r["industry_code"] == "NONMFG"] == ["A" if value else "O"]  # fmt: skip
    told = refusal(
        read, part("production_by_industry", answer([{**INDUSTRY, "induty131415": "3"}]))
    )
    assert (told.code, told.cell) == ("unknown_industry", "row 1 induty131415")


def test_an_unknown_complex_stops_and_the_nearest_is_named(read: Read) -> None:
    items = [
        PRODUCTION,
        {**PRODUCTION, "irsttNm": "창 원 시"},
        {**PRODUCTION, "irsttNm": "울산ㆍ미포국가"},
    ]
    told = refusal(read, part("production_by_complex", answer(items)))
    assert told.code == "unknown_complex" and told.cell == "row 2 irsttNm"
    with pytest.raises(RejectedFile) as caught:
        read(part("production_by_complex", answer(items)))
    assert "nearest: 울산" in caught.value.problems[1].message_en


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"newField": "1"}, "answer_fields_unknown"),
        ({"monthPrdAmount": "n/a"}, "not_a_number"),
        ({"monthPrdAmount": "-5"}, "negative_number"),
        ({"irsttNm": ""}, "row_without_name"),
        ({"stdrYm": "202304"}, "answer_month_other"),
        ({"stdrYm": "2023"}, "answer_month_other"),
    ],
)
def test_what_cannot_be_stops(read: Read, changed: Item, code: str) -> None:
    assert (
        refusal(read, part("production_by_complex", answer([{**PRODUCTION, **changed}]))).code
        == code
    )


def test_fields_that_are_missing_are_named(read: Read) -> None:
    short = {k: v for k, v in PRODUCTION.items() if k != "totalPrdAmount"}
    told = refusal(read, part("production_by_complex", answer([short])))
    assert told.code == "answer_field_missing" and "totalPrdAmount" in told.message_en
    both = answer([PRODUCTION, {**short, "irsttNm": "구미"}])
    assert refusal(read, part("production_by_complex", both)).cell == "row 2 totalPrdAmount"
    short = {k: v for k, v in INDUSTRY.items() if k != "induty05"}
    assert "induty05" in refusal(read, part("exports_by_industry", answer([short]))).message_en


SIZE = {"irsttNm": "창원", "monthOpRate50Under": "70.1"}


@pytest.mark.parametrize(
    ("table", "items", "told"),
    [
        ("operating_rate_detail", [SIZE], ["monthOpRate300Over", "–"]),
        ("operating_rate_detail", [{**SIZE, "opRate50": "1"}], ["monthOpRate300Over", "opRate50"]),
        ("tenants_by_industry", [{"irsttNm": "창원", "ind01": "3"}], ["induty01", "ind01"]),
    ],
)
def test_a_table_whose_fields_nobody_saw_is_left_out_and_told_where_they_are_others(
    read: Read, table: str, items: list[Item], told: list[str]
) -> None:
    found = read(part("production_by_complex", answer([PRODUCTION])), part(table, answer(items)))
    assert {row["table_id"] for row in found.rows} == {"production_by_complex"}
    (warning,) = found.problems
    assert (warning.code, warning.severity) == ("answer_table_left_out", "warning")
    for text_of in (warning.message_en, warning.message_ko):
        assert all(name in text_of for name in told)
    assert "unverified" in warning.action_en and "unverified" in warning.action_ko


def test_an_item_of_another_form_leaves_the_whole_unverified_table_out(read: Read) -> None:
    whole = {**INDUSTRY, "irsttNm": "창원", "induty131415": "0"}
    short = {k: v for k, v in whole.items() if k != "induty05"} | {"irsttNm": "구미"}
    found = read(
        part("production_by_complex", answer([PRODUCTION])),
        part("tenants_by_industry", answer([whole, short])),
    )
    assert {row["table_id"] for row in found.rows} == {"production_by_complex"}
    assert [p.code for p in found.problems] == ["answer_table_left_out"]
    assert "induty05" in found.problems[0].message_en
    # With the fields that were supposed it is a table like any other.
    found = read(part("tenants_by_industry", answer([whole])))
    assert {row["table_id"] for row in found.rows} == {"tenants_by_industry"}
    assert found.problems == []


def test_fields_in_the_place_of_supposed_ones_are_left_out_and_told(read: Read) -> None:
    item = {"irsttNm": "창원", "monthXportactAmount": "12.5", "prevMonthXportAmount": "11"}
    found = read(part("exports_by_complex", answer([item])))
    assert [(r["measure"], r["relation"], r["value"]) for r in found.rows] == [
        ("exports", "current", Decimal("12.5"))
    ]
    (warning,) = found.problems
    assert (warning.code, warning.severity) == ("answer_fields_left_out", "warning")
    assert "prevMonthXportAmount" in warning.message_ko
    assert "prevMonthXportactAmount" in warning.message_en
    # What must be there is not taken to have another name.
    item = {"irsttNm": "창원", "monthXportAmount": "12.5"}
    with pytest.raises(RejectedFile) as caught:
        read(part("exports_by_complex", answer([item])))
    assert {p.code for p in caught.value.problems} == {
        "answer_fields_unknown",
        "answer_field_missing",
    }


def test_all_pages_are_needed_once(read: Read) -> None:
    first = part("production_by_complex", answer([PRODUCTION], total=2))
    other = {**PRODUCTION, "irsttNm": "구미"}
    second = part("production_by_complex", answer([other], page=2, total=2), page=2)
    assert len(read(first, second).rows) == 8
    assert refusal(read, first).code == "answer_incomplete"
    again = part("production_by_complex", answer([PRODUCTION], page=2, total=2), page=2)
    told = refusal(read, first, again)
    assert told.code == "complex_twice" and first.file in told.message_en


def test_the_month_is_that_of_the_question(read: Read) -> None:
    data = answer([PRODUCTION])
    told = refusal(read, data)
    assert told.code == "answer_month_unknown" and "202403.json" in told.action_en
    address = f"{BASE}/kicoxPrdRecByIrsttStatsService?serviceKey=***&stdrYm=202302"
    assert read(data, url=address).period == "2023-02"
    assert read(data, name="생산_202302.json").period == "2023-02"
    assert read(data, name="생산_20230228_202302.json").period == "2023-02"
    assert refusal(read, data, name="생산_202313.json").code == "answer_month_unknown"
    told = refusal(read, part("production_by_complex", data), period="2023-06")
    assert told.code == "answer_month_other" and "2023-06" in told.message_en


@pytest.mark.parametrize("how", ["name", "sidecar"])
def test_an_answer_without_a_month_is_read_once_name_or_sidecar_tells_it(
    room: Ingestion, tmp_path: Path, how: str
) -> None:
    path = tmp_path / "production.json"
    path.write_bytes(answer([PRODUCTION]))
    refused = ingest_file(room, path, run_id="1")
    assert [p["code"] for p in refused.problems] == ["answer_month_unknown"]
    assert "already" in ingest_file(room, path, run_id="2").message
    if how == "name":
        path = path.rename(tmp_path / "production_by_complex_202302.json")
    else:
        url = f"{BASE}/kicoxPrdRecByIrsttStatsService?stdrYm=202302"
        path.with_name("production.json.meta.json").write_text(json.dumps({"url": url}))
    landed = ingest_file(room, path, run_id="3")
    assert (landed.status, landed.period) == ("landed", "2023-02"), landed.message
    assert not room.quarantine_folder(landed.sha256).exists()
    assert [s.snapshot_id for s in room.store] == [landed.snapshot_id]
    assert ingest_file(room, path, run_id="4").status == "unchanged"


def test_simulated_answers_stay_simulated_when_they_are_renamed(
    room: Ingestion, tmp_path: Path
) -> None:
    """The sidecar stays behind under the old name."""
    path = tmp_path / "production.json"
    path.write_bytes(answer([PRODUCTION]))
    told = {"url": "https://127.0.0.1/", "simulated": True}
    path.with_name("production.json.meta.json").write_text(json.dumps(told), encoding="utf-8")
    refused = ingest_file(room, path, run_id="1")
    assert [p["code"] for p in refused.problems] == ["answer_month_unknown"]
    path = path.rename(tmp_path / "production_by_complex_202302.json")
    landed = ingest_file(room, path, run_id="2")
    assert (landed.status, landed.is_simulated) == ("landed", True), landed.message
    (kept,) = room.store
    assert kept.is_simulated and kept.url == told["url"]


def test_a_range_needs_the_month_in_every_item(read: Read) -> None:
    asked = {"srtStdrYm": "202301", "endStdrYm": "202302"}
    url = f"{BASE}/kicoxPrdRecByIndustryStatsService"
    items = [{**INDUSTRY, "stdrYm": "202301"}, {**INDUSTRY, "stdrYm": "202302"}]
    reading = read(Part("1.json", answer(items), url, asked))
    assert reading.period == "2023-02" and len(reading.rows) == 22
    assert (
        refusal(read, Part("1.json", answer([INDUSTRY]), url, asked)).code == "answer_month_unknown"
    )
    told = refusal(read, Part("1.json", answer([INDUSTRY]), url, asked, "2023-01"))
    assert told.code == "answer_month_unknown"
    items[1]["stdrYm"] = "202303"
    assert refusal(read, Part("1.json", answer(items), url, asked)).code == "answer_month_other"


def test_the_table_is_that_of_the_question(read: Read) -> None:
    data = answer([{**INDUSTRY, "stdrYm": "202301"}])
    told = refusal(read, data)
    assert told.code == "answer_table_unknown" and "sidecar" in told.action_en
    rows = read(data, name="exports_by_industry_202301.json").rows
    assert {row["measure"] for row in rows} == {"exports"}
    url = f"{BASE}/kicoxOpRateByIndustryStatsService"
    assert {row["measure"] for row in read(data, url=url).rows} == {"utilization_pct"}
    assert refusal(read, data, url=f"{BASE}/kicoxOtherService").code == "answer_table_unknown"


def test_an_error_among_the_answers_stops(read: Read) -> None:
    error = b"<OpenAPI_ServiceResponse><cmmMsgHeader><returnReasonCode>22</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
    good = part("production_by_complex", answer([PRODUCTION]))
    told = refusal(read, good, part("exports_by_complex", error))
    assert told.code == "answer_error" and "data.go.kr 22" in told.message_en
    assert refusal(read, part("production_by_complex", answer([]))).code == "no_rows"


def test_a_bundle_lands_under_its_month(
    room: Ingestion, tmp_path: Path, editions: dict[str, SimulatedPublication], registry: Registry
) -> None:
    parts = [
        part(table, answer(items_of(editions[MONTH], table, registry)))
        for table in (*FIELDS, *BY_INDUSTRY)
    ]
    path = tmp_path / f"{API}_{MONTH}.zip"
    path.write_bytes(pack(Bundle(tuple(parts), API, MONTH)))
    outcome = ingest_file(room, path, run_id="r")
    assert (outcome.status, outcome.dataset, outcome.period) == ("landed", API, MONTH)


# CSV editions through odcloud


TABLE = "production_by_complex"
EDITION = f"kicox__industrial_trend_{TABLE}_csv"


def csv_items(publication: SimulatedPublication, tmp_path: Path, table: str = TABLE) -> list[Item]:
    """The rows of the CSV edition as odcloud gives them: figures as numbers, empty as null."""
    path = write_csv_edition(publication, table, tmp_path / "edition.csv")
    header, *rows = csv.reader(io.StringIO(path.read_bytes().decode("cp949")))
    return [
        {
            name: (json.loads(cell) if name not in header[:2] else cell) if cell else None
            for name, cell in zip(header, row, strict=True)
        }
        for row in rows
    ]


def page(rows: list[Item], *, number: int = 1, total: int | None = None) -> bytes:
    count = len(rows) if total is None else total
    body = {"currentCount": len(rows), "data": rows, "page": number, "perPage": 1000}
    body |= {"matchCount": count, "totalCount": count}
    return json.dumps(body, ensure_ascii=False).encode()


@pytest.fixture
def read_edition(contracts: Contracts, registry: Registry) -> Read:
    def of(
        *pages: bytes,
        name: str = "x.zip",
        period: str | None = "2026-Q1",
        day: str | None = None,
        dataset: str = EDITION,
    ) -> Reading:
        parts = tuple(Part(f"{n}.json", data, period=day) for n, data in enumerate(pages, 1))
        content = Content("answers", answers=Bundle(parts, dataset, period))
        return trend_answers.parse_edition(
            content, contracts[dataset], contracts, registry, snapshot(name)
        )

    return of


@pytest.mark.parametrize("table", sorted(CSV_EDITIONS))
def test_an_edition_reads_as_its_file(
    table: str,
    read_edition: Read,
    tmp_path: Path,
    editions: dict[str, SimulatedPublication],
    contracts: Contracts,
    registry: Registry,
) -> None:
    rows = csv_items(editions["2026-Q1"], tmp_path, table)
    dataset = f"kicox__industrial_trend_{table}_csv"
    content = read_content((tmp_path / "edition.csv").read_bytes())
    file = industrial_trend.parse_csv(
        content, contracts[dataset], contracts, registry, "x_20260331.csv"
    )
    pages = (page(rows[20:], number=2, total=len(rows)), page(rows[:20], total=len(rows)))
    reading = read_edition(*pages, dataset=dataset)
    assert reading.period == "2026-Q1" and len(reading.rows) == len(file.rows)
    assert [p.code for p in reading.problems] == [p.code for p in file.problems]
    placed = Bundle(tuple(Part(f"{n}.json", data) for n, data in enumerate(pages, 1)))
    for row, same in zip(reading.rows, file.rows, strict=True):
        for name in same.keys() - {"sheet", "cell", "value_raw"}:
            assert row[name] == same[name]
        raw = value_at(placed, row["sheet"], row["cell"])
        assert raw is None if row["value"] is None else float(raw) == row["value"]


def test_numbers_may_come_as_text(
    read_edition: Read, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    rows = csv_items(editions["2026-Q1"], tmp_path)
    texts = [{k: None if v is None else str(v) for k, v in row.items()} for row in rows]
    figures = [row["value"] for row in read_edition(page(rows)).rows]
    assert [row["value"] for row in read_edition(page(texts)).rows] == figures


def test_the_date_of_an_edition_comes_from_its_title_or_name(
    read_edition: Read, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    rows = csv_items(editions["2026-Q1"], tmp_path)
    assert read_edition(page(rows), period=None, name="생산실적_20251231.json").period == "2025-Q4"
    assert read_edition(page(rows), day="2025-12-31").period == "2025-Q4"
    with pytest.raises(RejectedFile) as caught:
        read_edition(page(rows), period=None, name="answer.json")
    assert caught.value.problems[0].code == "period_unknown"


def test_a_month_is_not_taken_for_its_quarter(
    read_edition: Read, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    rows = csv_items(editions[MONTH], tmp_path)
    assert any("당월" in name for name in rows[0])
    with pytest.raises(RejectedFile) as caught:
        read_edition(page(rows), period="2023-Q2")
    assert caught.value.problems[0].code == "answer_edition_monthly"
    assert read_edition(page(rows), period="2023-Q2", day="2023-05-31").period == MONTH


def test_a_month_without_a_word_of_it_is_not_taken_for_its_quarter(
    read_edition: Read, editions: dict[str, SimulatedPublication]
) -> None:
    table = "production_by_industry"
    words = "음식료 섬유의복 목재종이 석유화학 비금속 철강 기계 전기전자 운송장비 기타 계"
    rows: list[Item] = [
        {"산업단지": "창원", "구분": "국가", **{f"{word}(억원)": 1 for word in words.split()}}
    ]
    dataset = f"kicox__industrial_trend_{table}_csv"
    with pytest.raises(RejectedFile) as caught:
        read_edition(page(rows), dataset=dataset, period="2023-Q2")
    assert caught.value.problems[0].code == "answer_edition_monthly"
    about = {"2023-05": "2023-05", "2024-03": "2024-03", "2024-Q2": "2024-Q2"}
    for told, period in about.items():
        assert read_edition(page(rows), dataset=dataset, period=told).period == period


def test_faults_of_an_edition_stand_where_they_are(
    read_edition: Read, tmp_path: Path, editions: dict[str, SimulatedPublication]
) -> None:
    rows = csv_items(editions["2026-Q1"], tmp_path)
    name = next(n for n in rows[0] if n.startswith("당분기"))
    rows[1][name] = "n/a"
    with pytest.raises(RejectedFile) as caught:
        read_edition(page(rows))
    (told,) = caught.value.problems
    assert (told.code, told.sheet, told.cell) == ("not_a_number", "1.json", f"row 2 {name}")
    with pytest.raises(RejectedFile) as caught:
        read_edition(page(rows[:5], total=40))
    assert caught.value.problems[0].code == "answer_incomplete"
    with pytest.raises(RejectedFile) as caught:
        read_edition(page(rows[:2], total=4), page(rows[2:4], total=4))
    assert caught.value.problems[0].code == "answer_incomplete"  # one page twice
    with pytest.raises(RejectedFile) as caught:
        read_edition(page([]))
    assert caught.value.problems[0].code == "no_rows"


# fuzz


CONTRACTS, REGISTRY = load_contracts(), Registry.load(SEEDS)
(PUBLICATION,) = simulate(SEED, [MONTH], SampleRegistry.load(SEEDS))
CASES = {
    table: answer(items_of(PUBLICATION, table, REGISTRY)[:6])
    for table in ("production_by_complex", "employment_by_industry")
}


def parse(table: str, data: bytes) -> list[dict[str, Any]]:
    content = Content("answers", answers=Bundle((part(table, data),)))
    return trend_answers.parse(content, CONTRACTS[API], CONTRACTS, REGISTRY, snapshot()).rows


@pytest.mark.parametrize("table", sorted(CASES))
@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_damaged_answer_is_refused_or_wrong_in_the_damaged_item_alone(
    table: str, data: st.DataObject
) -> None:
    whole = CASES[table]
    expected = {row["cell"]: row for row in parse(table, whole)}
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=2)) + whole[place + 1 :]
    try:
        rows = parse(table, damaged)
    except RejectedFile:
        return
    assert {row["cell"] for row in rows} == expected.keys()
    other = [row for row in rows if row != expected[row["cell"]]]
    assert len({row["cell"].split()[1] for row in other}) <= 1
    for row in other:
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
@settings(max_examples=100, deadline=None)
def test_any_value_anywhere_is_refused_or_a_figure(value: Any) -> None:
    def encoded(document: Any) -> bytes:
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")

    for item in ({**PRODUCTION, "monthPrdAmount": value}, {**PRODUCTION, "irsttNm": value}, value):
        document = {"response": {"body": {"items": {"item": [item]}, "totalCount": 1}}}
        try:
            parse("production_by_complex", encoded(document))
        except RejectedFile:
            pass
    for document in (
        {"data": [{"산업단지": "창원", "당분기(억원)": value}], "totalCount": 1},
        {"data": [{"산업단지": value, "당분기(억원)": 1}], "totalCount": 1},
        {"data": value, "totalCount": 1, "page": value},
        {"data": [{"산업단지": "창원", "당분기(억원)": 1}], "totalCount": value},
    ):
        content = Content(
            "answers", answers=Bundle((Part("1", encoded(document)),), EDITION, "2026-Q1")
        )
        try:
            trend_answers.parse_edition(
                content, CONTRACTS[EDITION], CONTRACTS, REGISTRY, snapshot()
            )
        except RejectedFile:
            pass


def test_every_operation_has_its_table(contracts: Contracts) -> None:
    tables = {title: table.id for table in contracts[API].tables for title in table.title}
    assert set(tables) == {name for name, _ in OPERATIONS.values()}
    whole = {table.id: table for table in contracts["kicox__industrial_trend"].tables}
    for table in contracts[API].tables:
        assert table.number == whole[table.id].number
        measures = {(c.measure, c.relation, c.sex, c.size_class) for c in whole[table.id].columns}
        assert {(c.measure, c.relation, c.sex, c.size_class) for c in table.columns} <= measures
