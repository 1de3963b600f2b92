"""The gateway: trend survey, customs, its errors; read by the sources."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.client import Fetcher
from ingestion.fetch.sources import factories, indparkstats, portal
from ingestion.fetch.sources.indparkstats import OPERATIONS, TrendRequest
from ingestion.ingest import Ingestion, ingest_file
from ingestion.sample import SampleRegistry, simulate
from ingestion.sample.server import SampleServer

from ...conftest import SEED, SEEDS

KEY = "simulated-key"


def ask(server: SampleServer, path: str, **params: str) -> httpx.Response:
    return httpx.get(f"{server.url}/apis.data.go.kr/{path}", params=params, timeout=30)


TREND = "B550624/indparkstats/kicoxPrdRecByIrsttStatsService"


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_of_the_trend_survey(
    fetcher: Fetcher, operation: indparkstats.Operation
) -> None:
    (answer,) = indparkstats.fetch(fetcher, TrendRequest(operation, "2023-05"))
    rows = indparkstats.read(answer.data)
    names = [row["irsttNm"] for row in rows]
    assert names[0] == "서울" and names[-1] == "계" and len(names) == len(set(names)) > 30
    figures = [k for k in rows[0] if f"{k}_mark" in rows[0]]
    assert len(figures) >= 4 and rows[0][figures[0]] is not None
    with pytest.raises(errors.NoData) as caught:
        indparkstats.fetch(fetcher, TrendRequest(operation, "2024-04"))
    assert caught.value.code == "03"


def test_the_figures_are_those_of_the_month(fetcher: Fetcher) -> None:
    (edition,) = simulate(SEED, ["2023-05"], SampleRegistry.load(SEEDS))
    answers = indparkstats.fetch(fetcher, TrendRequest("production_by_complex", "2023-05"))
    rows = {row["irsttNm"]: row for a in answers for row in indparkstats.read(a.data)}
    for name in ("창원", "여수", "계"):
        figure = edition.figure("production_by_complex", name)
        assert float(rows[name]["monthPrdAmount"]) == pytest.approx(figure.value, rel=1e-8)
    hidden = {n for n, row in rows.items() if row["monthPrdAmount_mark"] == "X"}
    assert hidden == {
        row.name
        for row, figures in edition.rows("production_by_complex")
        if figures[0].status == "Q"
    }


def test_a_range_of_months_is_one_answer(fetcher: Fetcher) -> None:
    request = TrendRequest("exports_by_industry", "2024-01", "2024-05")
    answers = indparkstats.fetch(fetcher, request)
    months = [row["stdrYm"] for a in answers for row in indparkstats.read(a.data)]
    assert sorted(set(months)) == ["202401", "202402", "202403"] and len(answers) > 1


def test_xml_and_json_hold_the_same(server: SampleServer) -> None:
    params = {"serviceKey": KEY, "stdrYm": "202305", "numOfRows": "5", "pageNo": "2"}
    as_json = ask(server, TREND, type="json", **params)
    as_xml = ask(server, TREND, type="xml", **params)
    assert as_json.headers["content-type"].startswith("application/json")
    assert as_xml.text.startswith("<?xml")
    assert indparkstats.read(as_json.content) == indparkstats.read(as_xml.content)
    assert len(indparkstats.read(as_json.content)) == 5


def test_gateway_errors_are_xml_whatever_was_asked(
    server: SampleServer,
    interfaces: Path,
) -> None:
    literal = ElementTree.fromstring((interfaces / "datagokr_gateway_error.xml").read_text())
    for params in ({"serviceKey": "nobody"}, {}, {"serviceKey": "simulated%2Bkey%2Fwith%3D%3D"}):
        said = ElementTree.fromstring(
            ask(server, TREND, stdrYm="202305", type="json", **params).text
        )
        assert [e.tag for e in said.iter()] == [e.tag for e in literal.iter()]
        assert said.findtext(".//returnReasonCode") == "30"
    missing = ask(server, TREND, serviceKey=KEY, type="json").content
    assert missing.strip() == (interfaces / "datagokr_missing_param.xml").read_bytes().strip()
    gone = ask(server, "B550624/indparkstats/kicoxGone", serviceKey=KEY).text
    assert "<returnReasonCode>12<" in gone


def test_a_key_with_signs_is_taken_when_encoded_once(server: SampleServer, home: Path) -> None:
    key = "simulated+key/with=="
    request = TrendRequest("production_by_complex", "2023-05")
    with Fetcher(home, "r", keys={"data.go.kr": key}, publishers=server.url) as fetcher:
        assert indparkstats.fetch(fetcher, request)
    with (
        Fetcher(home, "r", keys={"data.go.kr": "another-key"}, publishers=server.url) as fetcher,
        pytest.raises(errors.KeyRejected) as caught,
    ):
        indparkstats.fetch(fetcher, TrendRequest("production_by_complex", "2023-06"))
    assert caught.value.code == "30"
    assert ask(server, TREND, serviceKey=KEY, stdrYm="202399").text.count("<resultCode>10<") == 1


def test_nothing_of_the_future(server: SampleServer) -> None:
    server.publishers.today = date(2010, 1, 15)
    try:
        early = ask(server, TREND, serviceKey=KEY, stdrYm="201005").text
        assert "<resultCode>03</resultCode>" in early
    finally:
        server.publishers.today = date(2026, 5, 28)


# the factory registry


FACTORY_COMPLEX = "남동국가산업단지"


def test_factories_page_by_page_with_artificial_persons(
    fetcher: Fetcher, server: SampleServer
) -> None:
    answers = factories.fetch(fetcher, factories.FactoriesRequest(FACTORY_COMPLEX, 40))
    rows = [row for a in answers for row in factories.read(a.data)]
    numbers = [row["fctryManageNo"] for row in rows]
    assert len(answers) > 1 and len(set(numbers)) == len(numbers) > 40
    assert all(row["cmpnyNm"] and row["rnAdres"] for row in rows)
    assert any(row["allEmplyCo"] is not None for row in rows)
    raw = b"".join(a.data for a in answers).decode()
    persons = {"rprsntvNm", "cmpnyTelno", "cmpnyFxnum"}
    assert all(f'"{name}":"' in raw for name in persons) and "모의인" in raw
    assert not persons & set(rows[0])
    with pytest.raises(errors.NoData):
        factories.fetch(fetcher, factories.FactoriesRequest("없는국가산업단지"))
    path = "B550624/fctryRegistInfo/getFctryListInIrsttService_v2"
    assert "<resultCode>11<" in ask(server, path, serviceKey=KEY).text


@pytest.mark.parametrize(
    ("dataset_id", "dataset", "day"),
    [
        ("15105482", "kicox__factory_registry", date(2025, 12, 31)),
        ("15117154", "kicox__knowledge_centres", date(2025, 6, 30)),
    ],
)
def test_registries_as_files(
    fetcher: Fetcher, room: Ingestion, tmp_path: Path, dataset_id: str, dataset: str, day: date
) -> None:
    request = portal.PortalRequest(dataset, dataset_id)
    editions = portal.editions(fetcher, request)
    assert editions[-1].is_newest and editions[-1].day == day and len(editions) > 3
    assert editions[-1].changed_on is not None and editions[-1].changed_on > day
    seen = set()
    for edition in (editions[0], editions[-1]):
        answer = portal.download(fetcher, request, edition)
        outcome = ingest_file(room, answer.drop(tmp_path), run_id="r")
        assert (outcome.status, outcome.dataset) == ("landed", dataset), outcome.message
        assert outcome.rows > 100 and outcome.is_simulated
        seen.add(answer.data)
    assert len(seen) == 2
