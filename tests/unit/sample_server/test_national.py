"""KOSIS, ECOS and the customs service, read by the sources that read the real ones."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion.contract import Contracts, CustomsFetch, EcosFetch, KosisFetch, load_contracts
from ingestion.fetch import errors
from ingestion.fetch.bodies import parse
from ingestion.fetch.client import Fetcher
from ingestion.fetch.sources import customs, ecos, kosis
from ingestion.sample.macro import NationalAccounts
from ingestion.sample.server import SampleServer
from ingestion.sample.server.faults import FaultBook
from ingestion.sample.server.national import National
from ingestion.sample.server.wire import Question

from ...conftest import SEED

KEY = "simulated-key"
TODAY = date(2026, 5, 28)
ACCOUNTS = NationalAccounts(SEED)
KOSIS = {
    "method": "getList",
    "apiKey": KEY,
    "orgId": "101",
    "tblId": "DT_A",
    "itmId": "T1+",
    "objL1": "C+",
    "objL2": "ALL",
    "format": "json",
    "jsonVD": "Y",
    "prdSe": "Y",
    "startPrdDe": "2018",
    "endPrdDe": "2020",
}


def request(**changes: Any) -> kosis.KosisRequest:
    known: dict[str, Any] = {
        "dataset": "kosis__test_annual",
        "org": "101",
        "table": "DT_A",
        "items": ("T1", "T2"),
        "classes": (("C",), ("ALL",)),
        "frequency": "Y",
        "start": "2018",
        "end": "2026",
    }
    return kosis.KosisRequest(**(known | changes))


def test_kosis_annual_series_with_their_vintage(fetcher: Fetcher) -> None:
    (answer,) = kosis.fetch(fetcher, request())
    rows = kosis.read(answer.data)
    shipments = {r["PRD_DE"]: r for r in rows if r["ITM_ID"] == "T1"}
    expected = ACCOUNTS.manufacturing_shipments_krw_m(2019, TODAY)
    assert expected is not None and float(shipments["2019"]["DT"]) == round(expected)
    other = next(r for r in rows if (r["ITM_ID"], r["PRD_DE"]) == ("T2", "2019"))
    both = ACCOUNTS.mining_manufacturing_shipments_krw_m(2019, TODAY)
    assert both is not None and float(other["DT"]) == pytest.approx(both / 1000, abs=1)
    assert (other["UNIT_NM"], other["C2"]) == ("십억원", "B")
    vintage = ACCOUNTS.changed_on("manufacturing_shipments", "2019", TODAY)
    assert shipments["2019"]["LST_CHN_DE"] == vintage.isoformat()
    assert answer.published_at == max(date.fromisoformat(r["LST_CHN_DE"]) for r in rows)
    assert "2026" not in shipments


def test_kosis_monthly_index(fetcher: Fetcher) -> None:
    asked = request(
        table="DT_B", items=("T1",), classes=(("C",),), frequency="M", start="202401", end="202612"
    )
    (answer,) = kosis.fetch(fetcher, asked)
    rows = {r["PRD_DE"]: r["DT"] for r in kosis.read(answer.data)}
    assert rows["202403"] == Decimal(str(ACCOUNTS.production_index(2024, 3, TODAY)))
    assert "202401" in rows and "202606" not in rows
    newest = request(
        table="DT_B", items=("T1",), classes=(("C",),), frequency="M",
        start=None, end=None, newest=4,
    )  # fmt: skip
    (answer,) = kosis.fetch(fetcher, newest)
    months = {"202602", "202603", "202604", "202605"}
    assert {row["PRD_DE"] for row in kosis.read(answer.data)} <= months


def test_of_a_series_that_the_simulated_nation_has_not_there_are_no_data() -> None:
    """A new contract's: a fault would be asked for again at every run."""
    contracts = load_contracts()
    known, rates = contracts["kosis__production_index"], contracts["ecos__exchange_rate"]
    new = {"series": "national_manufacturing_wages"}
    index = known.model_copy(update={"series": (known.series[0].model_copy(update=new),)})
    rate = rates.model_copy(update={"series": (rates.series[0].model_copy(update=new),)})
    national = National(
        SEED, Contracts(by_dataset={c.dataset: c for c in (index, rate)}, text=""), FaultBook()
    )
    (way,) = index.source.fetch
    assert isinstance(way, KosisFetch)
    asked = KOSIS | {"tblId": way.table, "itmId": "+".join(way.items), "prdSe": way.frequency}
    asked |= {f"objL{n}": "+".join(codes) for n, codes in enumerate(way.classes, 1)}
    asked |= {"startPrdDe": "202401", "endPrdDe": "202403"}
    path = "/openapi/Param/statisticsParameterData.do"
    reply = national.kosis(Question("GET", "kosis.kr", path, asked), TODAY, frozenset({KEY}))
    assert json.loads(reply.body)["err"] == "30"
    path = f"/api/StatisticSearch/{KEY}/json/kr/1/9/731Y001/D/20240101/20240131/0000001"
    reply = national.ecos(Question("GET", "ecos.bok.or.kr", path, {}), TODAY, frozenset({KEY}))
    assert json.loads(reply.body)["RESULT"]["CODE"] == "INFO-200"


def test_output_and_shipments_are_two_items_of_one_table(fetcher: Fetcher) -> None:
    """Each is asked for by its own contract, and none is answered with the other's figures."""
    contracts = load_contracts()
    for name, kind in (("survey", "shipments"), ("output", "output")):
        (way,) = contracts[f"kosis__manufacturing_{name}"].source.fetch
        assert isinstance(way, KosisFetch) and way.table == "DT_1FS1101"
        asked = kosis.KosisRequest(
            f"kosis__manufacturing_{name}", way.org, way.table, way.items, way.classes, "Y",
            start="2020", end="2026",
        )  # fmt: skip
        rows = kosis.read(kosis.fetch(fetcher, asked)[0].data)
        assert [row["PRD_DE"] for row in rows] == ["2020", "2021", "2022", "2023", "2024"]
        figure = getattr(ACCOUNTS, f"manufacturing_{kind}_krw_m")
        assert [row["DT"] for row in rows] == [figure(y, TODAY) for y in range(2020, 2025)]
        assert {row["UNIT_NM"] for row in rows} == {"백만원"}


def test_the_row_has_the_fields_of_the_literal_one(
    fetcher: Fetcher,
    interfaces: Path,
) -> None:
    (literal,) = json.loads((interfaces / "kosis_row.json").read_text(encoding="utf-8"))
    (answer,) = kosis.fetch(fetcher, request())
    row = json.loads(answer.data)[0]
    common = {k for k in literal if not k.endswith("_ENG")}
    assert common <= set(row) and all(isinstance(row[k], str) for k in common)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"apiKey": ""}, "10"),
        ({"apiKey": "nobody"}, "11"),
        ({"objL2": ""}, "20"),
        ({"itmId": ""}, "20"),
        ({"endPrdDe": ""}, "20"),
        ({"tblId": "DT_NONE"}, "21"),
        ({"startPrdDe": "1950", "endPrdDe": "1960"}, "30"),
        ({"itmId": "Z9+"}, "30"),
        ({"prdSe": "M"}, "30"),
        ({"objL1": "".join(f"{n}+" for n in range(14_000))}, "31"),
    ],
)
def test_kosis_errors_come_with_http_200(
    server: SampleServer, changes: dict[str, str], code: str
) -> None:
    url = f"{server.url}/kosis.kr/openapi/Param/statisticsParameterData.do"
    given = {k: v for k, v in {**KOSIS, **changes}.items() if v}
    # A long list of codes would not fit into one line of a request: the answer is asked for directly.
    if code == "31":
        from ingestion.sample.server import Question

        path = "/openapi/Param/statisticsParameterData.do"
        said = json.loads(
            server.publishers.answer(Question("GET", "kosis.kr", path, params=given)).body
        )
    else:
        answer = httpx.get(url, params=given)
        assert answer.status_code == 200
        said = answer.json()
    assert said["err"] == code and said["errMsg"]


def test_literal_errors_of_kosis(server: SampleServer, interfaces: Path) -> None:
    url = f"{server.url}/kosis.kr/openapi/Param/statisticsParameterData.do"
    for code, changes in {
        "10": {"apiKey": ""},
        "11": {"apiKey": "x"},
        "30": {"itmId": "Z+"},
    }.items():
        literal = json.loads((interfaces / f"kosis_err{code}.json").read_text(encoding="utf-8"))
        given = {k: v for k, v in {**KOSIS, **changes}.items() if v}
        assert httpx.get(url, params=given).json() == literal


# ECOS


def test_ecos_rates_of_business_days_page_by_page(fetcher: Fetcher) -> None:
    asked = ecos.EcosRequest("731Y001", ("0000001",), "D", "20240101", "20240131", per_page=10)
    answers = ecos.fetch(fetcher, asked)
    rows = [row for a in answers for row in ecos.read(a.data)]
    assert len(answers) == 3 and 18 <= len(rows) <= 23
    assert {row["UNIT_NAME"] for row in rows} == {"원"}
    by_day = {row["TIME"]: row["DATA_VALUE"] for row in rows}
    assert "20240106" not in by_day  # a Saturday
    assert by_day["20240110"] == Decimal(str(ACCOUNTS.krw_per_usd(date(2024, 1, 10))))


def test_ecos_says_when_there_is_nothing_or_no_key(
    fetcher: Fetcher,
    server: SampleServer,
    interfaces: Path,
) -> None:
    for start, end, items in (
        ("20270101", "20270131", ("0000001",)),
        ("20240101", "20240131", ("9999999",)),
    ):
        with pytest.raises(errors.NoData):
            ecos.fetch(fetcher, ecos.EcosRequest("731Y001", items, "D", start, end))
    base = f"{server.url}/ecos.bok.or.kr/api/StatisticSearch"
    tail = "json/kr/1/10/731Y001/D/20270101/20270131/0000001"
    literal = json.loads((interfaces / "ecos_info200.json").read_text(encoding="utf-8"))
    assert httpx.get(f"{base}/{KEY}/{tail}").json() == literal
    for path, code in {
        f"nobody/{tail}": "INFO-100",
        f"{KEY}/json/kr/1/10/731Y001": "ERROR-100",
        f"{KEY}/{tail.replace('20270131', '202701')}": "ERROR-101",
        f"{KEY}/{tail.replace('json', 'csv', 1)}": "ERROR-200",
        f"{KEY}/{tail.replace('/1/10/', '/a/b/')}": "ERROR-301",
    }.items():
        assert httpx.get(f"{base}/{path}").json()["RESULT"]["CODE"] == code


# customs


def trade(server: SampleServer, path: str, **params: str) -> bytes:
    url = f"{server.url}/apis.data.go.kr/1220000/{path}"
    return httpx.get(url, params={"serviceKey": KEY, "type": "json", **params}).content


YEAR = {"strtYymm": "202501", "endYymm": "202512"}


def test_the_nations_trade_by_month_with_its_total_first(server: SampleServer) -> None:
    data = trade(server, "Newtrade/getNewtradeList", **YEAR)
    assert data.startswith(b"<?xml")  # whatever was asked
    document = parse(data, "customs")
    items = document["response"]["body"]["items"]["item"]
    assert items[0]["year"] == "총계"
    rows = customs.read(data)
    assert [row["period"] for row in rows] == [f"2025-{m:02d}" for m in range(1, 13)]
    assert int(items[0]["expDlr"]) == sum(row["expDlr"] for row in rows)
    assert rows[0]["expDlr"] == ACCOUNTS.exports_usd(2025, 1, TODAY)
    assert rows[0]["impDlr"] == ACCOUNTS.imports_usd(2025, 1, TODAY)


def test_the_chapters_add_up_to_the_total(server: SampleServer) -> None:
    rows = customs.read(
        trade(server, "Itemtrade/getItemtradeList", strtYymm="202501", endYymm="202501")
    )
    assert sum(row["expDlr"] for row in rows) == ACCOUNTS.exports_usd(2025, 1, TODAY)
    assert len({row["hsCode"] for row in rows}) == len(rows) > 90


def test_trade_by_item_and_place_through_the_source(fetcher: Fetcher) -> None:
    def rows_of(**given: Any) -> list[dict[str, Any]]:
        answers = customs.fetch(fetcher, customs.TradeRequest(**given))
        return [row for answer in answers for row in customs.read(answer.data)]

    rows = rows_of(hs="87", start="2024-11", end="2025-02")
    assert [row["period"] for row in rows] == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert {(row["hsCode"], row["unit"]) for row in rows} == {("87", "usd")}
    for area in ("sido", "sigungu"):
        rows = rows_of(hs="870323", start="2025-01", end="2025-01", area=area, sido="48")
        assert rows and {row["unit"] for row in rows} == {"usd_thousand"}
        assert ("sggNm" in rows[0]) == (area == "sigungu")
        # By province the year alone is named, whatever was asked.
        assert {row["priodTitle"] for row in rows} == {"2025" if area == "sido" else "2025.01"}


def test_the_provinces_sums(server: SampleServer) -> None:
    path = "sidotrade/getSidotradeList"
    month = customs.read(trade(server, path, strtYymm="202501", endYymm="202501"))
    expected = ACCOUNTS.exports_usd_thousand_by_province(2025, 1, TODAY)
    assert sum(row["expUsdAmt"] for row in month) == sum(expected.values())
    assert len({row["sidoNm"] for row in month}) == len(month) == 17
    (gyeongnam,) = customs.read(
        trade(server, path, sidoCd="48", strtYymm="202501", endYymm="202501")
    )
    assert (gyeongnam["sidoNm"], gyeongnam["expUsdAmt"]) == ("경상남도", expected["48"])
    year = customs.read(trade(server, path, sidoCd="48", **YEAR))
    assert len(year) == 1 and year[0]["expUsdAmt"] > 11 * gyeongnam["expUsdAmt"] / 2
    with pytest.raises(errors.BadRequest) as caught:
        customs.read(trade(server, path, sidoCd="42", **YEAR))
    assert caught.value.code == "99"


def test_customs_takes_a_year_at_most_and_six_digits(server: SampleServer) -> None:
    path = "Newtrade/getNewtradeList"
    long = trade(server, path, strtYymm="202401", endYymm="202501")
    with pytest.raises(errors.BadRequest) as caught:
        customs.read(long)
    assert (caught.value.publisher, caught.value.code) == ("customs", "99")
    with pytest.raises(errors.BadRequest):
        customs.read(trade(server, path, strtYymm="202401"))  # a parameter is missing
    city = "sigunguperprlstperacrs/getSigunguPerPrlstPerAcrs"
    with pytest.raises(errors.BadRequest):
        customs.read(trade(server, city, **YEAR, HsSgn="8703", sidoCd="48"))
    with pytest.raises(errors.NoData):
        customs.read(trade(server, path, strtYymm="202605", endYymm="202612"))


def test_trade_has_the_fields_of_the_literal_answers(
    server: SampleServer,
    interfaces: Path,
) -> None:
    city = "sigunguperprlstperacrs/getSigunguPerPrlstPerAcrs"
    ours = customs.read(trade(server, city, **YEAR, HsSgn="330499", sidoCd="51"))
    (literal,) = customs.read((interfaces / "customs_sigungu_item.xml").read_bytes())
    assert set(ours[0]) == set(literal)


# whatever the contracts ask for


PLANS = [
    pytest.param(contract, way, id=f"{contract.dataset}")
    for contract in load_contracts().by_dataset.values()
    for way in contract.source.fetch
    if isinstance(way, KosisFetch | EcosFetch | CustomsFetch)
]


@pytest.mark.parametrize(("contract", "way"), PLANS)
def test_what_the_contracts_ask_for_is_served(
    fetcher: Fetcher, contract: Any, way: KosisFetch | EcosFetch | CustomsFetch
) -> None:
    """Every series of a contract is found in the answer to its own question, in its unit."""
    rows: list[dict[str, Any]] = []
    match way:
        case KosisFetch():
            answers = kosis.fetch(
                fetcher,
                kosis.KosisRequest(
                    dataset=contract.dataset,
                    org=way.org,
                    table=way.table,
                    items=way.items,
                    classes=way.classes,
                    frequency=way.frequency,
                    start="2020" if way.frequency == "Y" else "202001",
                    end="2021" if way.frequency == "Y" else "202102",
                ),
            )
            rows = kosis.read_all(answers)
        case EcosFetch():
            start, end = {"A": ("2020", "2021"), "M": ("202001", "202103"), "D": ("20200101", "20200131"), "Q": ("2020Q1", "2020Q4")}[way.cycle]  # fmt: skip
            asked = ecos.EcosRequest(way.stat, way.items, way.cycle, start, end)
            rows = [row for a in ecos.fetch(fetcher, asked) for row in ecos.read(a.data)]
        case CustomsFetch():
            for sido in way.sido or (None,):
                for hs in way.hs or (None,):
                    trade_request: Any = customs.TradeRequest
                    asked_trade = trade_request(
                        hs=hs, start="2020-01", end="2020-03", area=way.area, sido=sido
                    )
                    answers = customs.fetch(fetcher, asked_trade)
                    rows += [row for a in answers for row in customs.read(a.data)]
    assert rows and contract.series
    for series in contract.series:
        found = [
            row
            for row in rows
            if all(str(row.get(name)) == value for name, value in series.where.items())
        ]
        assert found, f"{series.series} is nowhere in the answer"
        assert all(row[series.value_field] is not None for row in found)
        if series.unit_field:
            assert {row[series.unit_field] for row in found} == {series.unit}
