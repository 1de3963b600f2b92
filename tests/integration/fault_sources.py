"""The sources of the sample publisher, one contract and one way each, and a run of one of them in a home."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import (
    Contract,
    CustomsFetch,
    EcosFetch,
    FactoriesFetch,
    Fetch,
    OdcloudFetch,
    PortalFetch,
    TrendFetch,
    load_contracts,
)
from ingestion.fetch.client import Fetcher, Retries, Timeouts
from ingestion.ingest import Ingestion, ingest_file
from ingestion.landing import landed_path
from ingestion.outcomes import Outcome
from ingestion.periods import Period
from ingestion.registry import Registry
from ingestion.sample.server import FAULTS, SampleServer
from ingestion.sample.server.faults import CONTENT, STATES
from pipeline import fetching
from pipeline.ways import Errand

from ..conftest import SEEDS

CONTRACTS, REGISTRY = load_contracts(), Registry.load(SEEDS)
#: A day on which the first editions are out, and one on which the next are.
FIRST_DAY, NEXT_DAY = date(2026, 5, 28), date(2026, 9, 10)
#: The same where a publication has another rhythm.
DAYS = {
    "status": (date(2026, 7, 1), NEXT_DAY),
    "factory_registry": (FIRST_DAY, date(2027, 3, 1)),
    "knowledge_centres": (FIRST_DAY, date(2027, 3, 1)),
}
ONCE, AGAIN = 1, 2
QUICK = Retries(attempts=AGAIN, initial=0.01, most=0.02, jitter=0.0, longest=5.0)

#: What the sample publisher answers for: files of the portal, and interfaces that want a key.
FILES = ("workbook", "status", "csv", "factory_registry", "knowledge_centres")
INTERFACES = (
    "odcloud", "indparkstats", "factories", "customs", "customs_by_province", "kosis", "ecos",
)  # fmt: skip
SOURCES = (*FILES, *INTERFACES)
_XML_ONLY = ("customs", "customs_by_province")
#: Where a fault can happen, if not everywhere.
WHERE: dict[str, tuple[str, ...]] = {
    "quota_spent": INTERFACES,
    "quota_429": tuple(source for source in INTERFACES if source not in ("kosis", "ecos")),
    "key_expired": INTERFACES,
    # Of the portal's steps two are answered in JSON.
    "xml_for_json": tuple(source for source in SOURCES if source not in _XML_ONLY),
    "truncated_json": tuple(source for source in SOURCES if source not in _XML_ONLY),
    "captcha": FILES,
    "stale_bytes": (*FILES, "odcloud"),
    "uddi_changed": (*FILES, "odcloud"),
    # Customs revises by itself: see `macro.py`.
    "revision": (*FILES, "odcloud", "kosis", "ecos"),
    # The registry's list has no figure with a unit.
    "unit_changed": tuple(source for source in SOURCES if source != "factory_registry"),
}
#: Every fault that can happen, with the source where it can.
PAIRS = tuple((fault, source) for fault in FAULTS for source in WHERE.get(fault, SOURCES))


@dataclass(frozen=True)
class Source:
    """A source as one contract asks it: the dataset, the one way, what of a question is its own."""

    dataset: str
    way: Fetch | None
    match: str
    #: Whose errors it speaks in.
    publisher: str

    @property
    def contract(self) -> Contract:
        """The contract, asking this way alone."""
        known = CONTRACTS[self.dataset]
        if self.way is None:
            return known
        return known.model_copy(
            update={"source": known.source.model_copy(update={"fetch": (self.way,)})}
        )


def portal_file(dataset: str, number: str, first: str | None = None) -> Source:
    way = PortalFetch(way="portal", dataset_id=number, first=first)
    return Source(dataset, way, number, "portal")


PRODUCTION = "kicox__industrial_trend_production_by_industry_csv"
ASKED: dict[str, Source] = {
    "workbook": portal_file("kicox__industrial_trend", "3042071"),
    "status": portal_file("kicox__complex_status", "3041272"),
    "csv": portal_file(PRODUCTION, "15085898"),
    "factory_registry": portal_file("kicox__factory_registry", "15105482"),
    "knowledge_centres": portal_file("kicox__knowledge_centres", "15117154"),
    "odcloud": Source(
        PRODUCTION, OdcloudFetch(way="odcloud", dataset_id="15085898"), "api.odcloud.kr", "odcloud"
    ),
    "indparkstats": Source(
        "kicox__industrial_trend_api",
        TrendFetch(way="indparkstats", first="2023-05", last="2023-05"),
        "indparkstats",
        "data.go.kr",
    ),
    "factories": Source(
        "kicox__factory_registry_api",
        FactoriesFetch(way="factories", complexes=("남동국가산업단지",)),
        "fctryRegistInfo",
        "data.go.kr",
    ),
    "customs": Source(
        "customs__exports",
        CustomsFetch(way="customs", area="total", first="2026-01"),
        "Newtrade",
        "customs",
    ),
    "customs_by_province": Source(
        "customs__exports_by_province",
        CustomsFetch(way="customs", area="sido", first="2026-03"),
        "sidotrade",
        "customs",
    ),
    "kosis": Source("kosis__production_index", None, "kosis.kr", "kosis"),
    "ecos": Source(
        "ecos__exchange_rate",
        EcosFetch(way="ecos", stat="731Y001", items=("0000001",), cycle="D", first="2026"),
        "ecos.bok.or.kr",
        "ecos",
    ),
}


def seen_by_readers(home: Path) -> list[tuple[str, str, int, int]]:
    """Every name below `releases/` with what it leads to, or its size and time."""
    found = []
    for path in sorted((home / "releases").rglob("*")):
        told = path.lstat()
        leads = os.readlink(path) if path.is_symlink() else ""
        size = told.st_size if path.is_file() else 0
        found.append((str(path.relative_to(home)), leads, size, told.st_mtime_ns * path.is_file()))
    return found


@dataclass
class Run:
    """One source in one home: fetched by its contract and taken in."""

    server: SampleServer
    home: Path
    source: Source
    room: Ingestion

    def fetch(
        self,
        run_id: str,
        day: date,
        *,
        since: Period | None = None,
        patience: float = 20,
        remembers: bool = False,
    ) -> dict[str, Any]:
        self.server.publishers.today = day
        inbox = self.home / "inbox"
        with Fetcher(
            self.home,
            run_id,
            publishers=self.server.url,
            inbox=inbox,
            timeouts=Timeouts(connect=5, read=patience, total=40),
            retries=QUICK,
        ) as fetcher:
            contract = self.source.contract
            errand = Errand(fetcher, contract, self.room, inbox, (), day, since)
            result = fetching._fetch_one(errand)
        # The next run is another day's: no answer is kept until then, and of the editions only what
        # a test is about.
        for path in (self.home / "fetched").glob("*"):
            if path.is_dir():
                shutil.rmtree(path)
            elif not remembers:
                path.unlink()
        return result

    def take_in(
        self, result: dict[str, Any], run_id: str, now: datetime | None = None
    ) -> list[Outcome]:
        """Take in what was fetched, at a time: of two that came in one second neither is the later."""
        return [ingest_file(self.room, Path(f), run_id=run_id, now=now) for f in result["files"]]

    def rows(self, outcome: Outcome) -> pa.Table:
        (snapshot,) = [s for s in self.room.store if s.snapshot_id == outcome.snapshot_id]
        return pq.read_table(landed_path(self.room.landed, snapshot))


#: The portal's steps before the download of a file: a part of the address, and whether they answer in JSON.
EARLIER_STEPS = {
    "/fileData.do": False,
    "selectHistAndCsvData": False,
    "selectFileDataDownload": True,
    "check-limit": True,
}


def arm(server: SampleServer, fault: str, source: str) -> Any:
    """Arm a fault for one source; where it may be anywhere in a download, for its last step."""
    match = ASKED[source].match
    if source in FILES and fault not in (
        *CONTENT, *STATES, "stale_bytes", "captcha", "xml_for_json", "truncated_json",
    ):  # fmt: skip
        match = "fileDownload"
    if source == "odcloud" and fault in STATES:
        match = "15085898"
    return server.faults.arm(fault, match, seconds=1.0 if fault == "slow" else 0)
