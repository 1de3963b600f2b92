"""A key with every odd sign in it, through retries, failures and landing: nothing in a home holds it."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ingestion.contract import (
    CustomsFetch,
    EcosFetch,
    FactoriesFetch,
    Fetch,
    KosisFetch,
    OdcloudFetch,
    TrendFetch,
)
from ingestion.fetch.client import Fetcher, Retries
from ingestion.ingest import Ingestion, ingest_file
from ingestion.outcomes import read_outcomes
from ingestion.periods import Period
from ingestion.sample.server import SampleServer
from ingestion.sample.server.app import DEFAULT_KEYS
from pipeline import fetching
from pipeline.ways import Errand

from ..fetch.test_masking import spellings
from .conftest import in_ways

#: One that shows whether a key was encoded once, and one for a path, where no slash can be.
KEY, IN_PATH = DEFAULT_KEYS[1], DEFAULT_KEYS[0]
DAY = date(2026, 5, 28)
WAYS: dict[str, tuple[str, Fetch]] = {
    "odcloud": (
        "kicox__industrial_trend_production_by_industry_csv",
        OdcloudFetch(way="odcloud", dataset_id="15085898"),
    ),
    "indparkstats": (
        "kicox__industrial_trend_api",
        TrendFetch(way="indparkstats", first="2023-05", last="2023-05"),
    ),
    "factories": (
        "kicox__factory_registry_api",
        FactoriesFetch(way="factories", complexes=("남동국가산업단지",)),
    ),
    "customs": ("customs__exports", CustomsFetch(way="customs", area="total", first="2026-01")),
    "kosis": (
        "kosis__production_index",
        KosisFetch(
            way="kosis", org="101", table="DT_1F02001", items=("T10",), classes=(("00",), ("C",)),
            frequency="M", first="202501",
        ),
    ),
    "ecos": (
        "ecos__exchange_rate",
        EcosFetch(way="ecos", stat="731Y001", items=("0000001",), cycle="D", first="2026"),
    ),
}  # fmt: skip


def everything_in(home: Path) -> Iterator[tuple[str, str]]:
    """Every name and every text below a home, what lies in archives too."""
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        yield name, name
        if path.is_file():
            data = path.read_bytes()
            yield name, data.decode("utf-8", "replace")
            if zipfile.is_zipfile(io.BytesIO(data)):
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    for member in archive.namelist():
                        yield f"{name}!{member}", archive.read(member).decode("utf-8", "replace")


@pytest.mark.parametrize("name", WAYS)
def test_a_key_stands_nowhere_in_a_home(
    server: SampleServer,
    room: Ingestion,
    name: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home, drops = room.home, room.home / "inbox"
    drops.mkdir(parents=True, exist_ok=True)
    server.publishers.today = DAY
    results = []
    with caplog.at_level(logging.DEBUG):
        # Tried again and failed; tried again and come; refused because of the key itself.
        for run, fault, times in (
            ("failed", "http_500", None),
            ("came", "http_503", 1),
            ("refused", "key_expired", 1),
        ):
            server.faults.clear()
            server.faults.arm(fault, "api.odcloud.kr" if name == "odcloud" else "", times)
            with Fetcher(
                home,
                run,
                publishers=server.url,
                keys={"data.go.kr": KEY, "kosis": KEY, "ecos": IN_PATH},
                retries=Retries(attempts=3, initial=0.01, most=0.01, jitter=0.0),
                reuse=False,
            ) as fetcher:
                # An edition that is known is asked for again only by its period.
                since = Period.parse("2026-Q1") if name == "odcloud" else None
                contract = in_ways(*WAYS[name])
                errand = Errand(fetcher, contract, room, drops, (), DAY, since)
                results.append(fetching._fetch_one(errand))
            for path in map(Path, results[-1]["files"]):
                outcome = ingest_file(room, path, run_id=run)
                assert outcome.status == "landed", outcome.message
                path.unlink()
    statuses = [r["status"] for r in results]
    assert statuses == ["failed", "fetched", "failed"], [r["message"] for r in results]
    rows = [r for r in read_outcomes(home / "outcomes") if r["kind"] == "fetch"]
    attempts = [(r["run_id"], r["attempts"], r["status"]) for r in rows if r["attempts"] > 1]
    assert set(attempts) == {("came", 2, "fetched"), ("failed", 3, "failed")}
    folders = {path.name for path in home.iterdir() if path.is_dir()}
    assert {"raw", "landed", "outcomes", "fetched", "quota"} <= folders | (
        {"fetched"}
        if name == "factories"
        else set()  # its pages are forgotten once they are a file
    )
    texts = [*everything_in(home), ("results", repr(results)), ("log", caplog.text)]
    texts += [("records", repr([vars(record) for record in caplog.records]))]
    printed = capsys.readouterr()
    texts += [("stdout", printed.out), ("stderr", printed.err)]
    for where, text in texts:
        for spelling in (*spellings(KEY), *spellings(IN_PATH)):
            assert spelling not in text, (where, spelling)
    # The search can find it: the address with the key is what was sent.
    assert any("***" in text for where, text in texts if where.startswith("outcomes"))
