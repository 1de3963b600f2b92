"""One sample publisher for all tests of it; its faults are taken away after each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pytest_socket import enable_socket, socket_allow_hosts

from ingestion.contract import Contract, Contracts, Fetch, load_contracts
from ingestion.fetch.client import Fetcher, Retries, Timeouts
from ingestion.sample.server import SampleServer


def in_ways(dataset: str, *ways: Fetch) -> Contract:
    """The contract of a dataset, asked in these ways alone."""
    known = load_contracts()[dataset]
    return known.model_copy(update={"source": known.source.model_copy(update={"fetch": ways})})


#: Interfaces of the nation's figures, as far as these tests need them.
NATIONAL = """
- dataset: kosis__test_annual
  source: {fetch: [{way: kosis, org: "101", table: DT_A, items: [T1, T2], classes: [["C"], [ALL0, B]], frequency: Y, first: "2001"}]}
  series:
    - {series: manufacturing_shipments, where: {ITM_ID: T1, C1: C, C2: ALL0}, value_field: DT, unit: 백만원, unit_field: UNIT_NM, scope: {ko: 제조업 출하액, en: shipments}}
    - {series: mining_manufacturing_shipments, where: {ITM_ID: T2, C1: C, C2: B}, value_field: DT, unit: 십억원, unit_field: UNIT_NM, scope: {ko: 광업제조업, en: mining and manufacturing}}
- dataset: kosis__test_index
  source: {fetch: [{way: kosis, org: "101", table: DT_B, items: [T1], classes: [["C"]], frequency: M, first: "200101"}]}
  series:
    - {series: production_index, where: {ITM_ID: T1, C1: C}, value_field: DT, unit: "2020=100", unit_field: UNIT_NM, scope: {ko: 제조업, en: manufacturing}}
- dataset: ecos__test_rate
  source: {fetch: [{way: ecos, stat: 731Y001, items: ["0000001"], cycle: D, first: "2001"}]}
  series:
    - {series: krw_per_usd, where: {ITEM_CODE1: "0000001"}, value_field: DATA_VALUE, unit: 원, unit_field: UNIT_NAME, scope: {ko: 원/미국달러, en: KRW per USD}}
"""


def national_contracts() -> Contracts:
    """The project's contracts and those above."""
    known = dict(load_contracts().by_dataset)
    for given in yaml.safe_load(NATIONAL):
        dataset = given["dataset"]
        publisher = dataset.split("__")[0]
        both = {"ko": "시험", "en": "test"}
        known[dataset] = Contract.model_validate(
            {
                "publisher": {"id": publisher, "name": both},
                "title": both,
                "description": both,
                "licence": {"name": "–"},
                "cadence": {"frequency": "irregular"},
                "mapping_owner": "statistics",
                "parser": "national_series",
                "form": "answers",
                "landed": "national_series",
                "versioning": "accumulate",
                "disclosure": "none",
                "keys": ["series"],
                **given,
            }
        )
    return Contracts(by_dataset=known, text="test")


@pytest.fixture(autouse=True)
def _no_network() -> None:
    """The server is on this machine; nothing else may be reached."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def running() -> Iterator[SampleServer]:
    with SampleServer(
        contracts=national_contracts(), factory_rows=3000, status_complexes=80
    ) as server:
        yield server


@pytest.fixture
def server(running: SampleServer) -> Iterator[SampleServer]:
    yield running
    running.faults.clear()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def fetcher(server: SampleServer, home: Path) -> Iterator[Fetcher]:
    with Fetcher(
        home,
        "run",
        publishers=server.url,
        timeouts=Timeouts(connect=5, read=30, total=60),
        retries=Retries(initial=0.01, most=0.02, jitter=0.0),
    ) as made:
        yield made
