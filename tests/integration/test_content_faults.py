"""What lands with other content than it should is stopped by the gate, and readers see what they saw before.

All of it in one home and one run: every fault is in an edition of its own, and must be named by its own
check. What the marts say while nothing is wrong, `test_gate` and `test_run` show.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.gate import load_suites
from expectations.views import opened
from ingestion.contract import CustomsFetch, OdcloudFetch, TrendFetch
from ingestion.ingest import Ingestion
from ingestion.periods import Period
from ingestion.sample.server import SampleServer
from ingestion.sample.server.faults import CONTENT

from .conftest import sandan
from .fault_outcomes import Landed, expected
from .fault_sources import (
    ASKED,
    CONTRACTS,
    FIRST_DAY,
    NEXT_DAY,
    PAIRS,
    REGISTRY,
    Run,
    Source,
    portal_file,
    seen_by_readers,
)

LAST_DAY = date(2026, 10, 10)
TENANTS, TRADE = "kicox__industrial_trend_tenants_by_industry_csv", "customs__exports"
TREND = "kicox__industrial_trend_api"


@dataclass(frozen=True)
class Case:
    """Faults of one edition: good on one day, then again (or the next one) with the faults.

    `match` tells the answer that is spoilt among those that come; `since` fetches what is known again.
    """

    source: str
    faults: tuple[str, ...]
    asked: Source
    good: date | None = FIRST_DAY
    bad: date = FIRST_DAY
    match: str = ""
    since: str | None = None


def months(month: str) -> Source:
    way = TrendFetch(way="indparkstats", first=month, last=month)
    return Source(TREND, way, "indparkstats", "data.go.kr")


def trade(first: str) -> Source:
    return Source(TRADE, CustomsFetch(way="customs", area="total", first=first), "", "customs")


_ODCLOUD = OdcloudFetch(way="odcloud", dataset_id="15085901")
CASES = (
    Case("workbook", ("values_gone",), ASKED["workbook"], good=None),
    Case("status", ("values_gone",), ASKED["status"], good=None),
    Case("csv", ("values_gone",), ASKED["csv"]),
    Case("odcloud", ("values_gone",), Source(TENANTS, _ODCLOUD, "15085901", "odcloud")),
    Case("indparkstats", ("values_gone",), months("2024-02"), since="2024-02"),
    Case("indparkstats", ("unit_changed",), months("2024-03"), since="2024-03"),
    # A year of the nation alone, so that the provinces' months have something to be held against.
    Case("customs", ("unit_changed",), trade("2025-01"), match="strtYymm=202501", since="2025-01"),
    Case("customs_by_province", ("unit_changed",), ASKED["customs_by_province"], since="2026-03"),
    Case("kosis", ("values_gone",), ASKED["kosis"]),
    Case("ecos", ("values_gone",), ASKED["ecos"]),
    # The last edition but one, and the last.
    Case(
        "factory_registry", ("values_gone", "name_unknown"),
        portal_file("kicox__factory_registry", "15105482"), good=date(2026, 2, 1),
    ),
    Case(
        "knowledge_centres", ("values_gone", "name_unknown"),
        portal_file("kicox__knowledge_centres", "15117154"), good=date(2025, 8, 1),
    ),
    Case("factories", ("values_gone",), ASKED["factories"], bad=NEXT_DAY),
    Case("factories", ("name_unknown",), ASKED["factories"], good=None, bad=LAST_DAY),
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(today=FIRST_DAY, factory_rows=3000) as running:
        yield running


def spoilt(run: Run, server: SampleServer, case: Case, number: int) -> list[str]:
    """Fetch and take in a case; the snapshots of what was spoilt."""
    since = Period.parse(case.since) if case.since else None
    first = datetime.now(UTC) + timedelta(minutes=2 * number)
    if case.good is not None:
        fetched = run.fetch(f"good {number}", case.good, since=since)
        outcomes = run.take_in(fetched, f"good {number}", first)
        assert outcomes and {o.status for o in outcomes} <= {"landed", "unchanged"}, outcomes
    armed = [server.faults.arm(fault, case.match or case.asked.match) for fault in case.faults]
    fetched = run.fetch(f"bad {number}", case.bad, since=since)
    server.faults.clear()
    assert all(fault.fired for fault in armed), fetched["message"]
    outcomes = run.take_in(fetched, f"bad {number}", first + timedelta(minutes=1))
    landed = [str(o.snapshot_id) for o in outcomes if o.status == "landed"]
    assert landed, [o.message for o in outcomes]
    return landed


def test_what_lands_spoilt_is_stopped_and_named(
    server: SampleServer, few_home: Path, tmp_path: Path
) -> None:
    landing = {
        (fault, source)
        for fault, source in PAIRS
        if fault in CONTENT and isinstance(expected(fault, source), Landed)
    }
    assert {(fault, case.source) for case in CASES for fault in case.faults} == landing
    home = tmp_path / "home"
    without = shutil.ignore_patterns("builds", "inbox", "outcomes", "fetched", "quota")
    shutil.copytree(few_home, home, symlinks=True, ignore=without, copy_function=os.link)
    (home / "inbox").mkdir()
    room = Ingestion(home, CONTRACTS, REGISTRY)
    snapshots = {
        number: spoilt(Run(server, home, case.asked, room), server, case, number)
        for number, case in enumerate(CASES)
    }
    before = seen_by_readers(home)
    assert any(name == "releases/current" for name, *_ in before)

    (tmp_path / "nothing").mkdir()
    said = sandan(home, "run", "--inbox", tmp_path / "nothing", marts_only=True)
    assert said.returncode == 1, said.stdout + said.stderr
    assert seen_by_readers(home) == before
    (path,) = (home / "builds").glob("*/verdict.json")
    verdict = json.loads(path.read_text(encoding="utf-8"))
    assert verdict["verdict"] == "stop"
    stopped = {
        c["id"] for c in verdict["checks"] if not c["success"] and c["severity"] == "critical"
    }
    checks = {check.id: check for suite in load_suites() for check in suite.checks}
    with opened(path.with_name("candidate.duckdb"), verdict["period"], None) as c:
        for number, case in enumerate(CASES):
            for fault in case.faults:
                wanted = expected(fault, case.source)
                assert isinstance(wanted, Landed) and wanted.check in stopped, (fault, case.source)
                # (a verdict tells a few cells of each check)
                check = checks[wanted.check]
                rows = c.execute(
                    f"SELECT DISTINCT snapshot_id FROM ({check.rows}) WHERE abs(deviation) > $1",
                    [check.limit],
                ).fetchall()
                named = {snapshot for (snapshot,) in rows}
                assert named & set(snapshots[number]), (fault, case.source, wanted.check, named)
