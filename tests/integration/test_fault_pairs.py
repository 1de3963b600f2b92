"""Every fault of the sample publisher in every source where it can happen, over HTTP.

One test runs all pairs that the publisher declares: as the fetch step asks, on to the landed file, with
outcome, message in both languages, retry or stop, and readers who see what they saw before. A pair
without an expectation fails.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from expectations.gate import load_suites
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
from ingestion.outcomes import Outcome, read_outcomes
from ingestion.periods import Period
from ingestion.registry import Registry
from ingestion.sample.server import FAULTS, SampleServer
from ingestion.sample.server.faults import CONTENT, STATES, UNKNOWN_NAME
from pipeline import fetching
from pipeline.ways import Errand

from ..conftest import SEEDS

CONTRACTS, REGISTRY = load_contracts(), Registry.load(SEEDS)
_HANGUL = re.compile("[가-힣]")
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
_WHERE: dict[str, tuple[str, ...]] = {
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
PAIRS = tuple((fault, source) for fault in FAULTS for source in _WHERE.get(fault, SOURCES))


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


def _file(dataset: str, number: str, first: str | None = None) -> Source:
    way = PortalFetch(way="portal", dataset_id=number, first=first)
    return Source(dataset, way, number, "portal")


PRODUCTION = "kicox__industrial_trend_production_by_industry_csv"
ASKED: dict[str, Source] = {
    "workbook": _file("kicox__industrial_trend", "3042071"),
    "status": _file("kicox__complex_status", "3041272"),
    "csv": _file(PRODUCTION, "15085898"),
    "factory_registry": _file("kicox__factory_registry", "15105482"),
    "knowledge_centres": _file("kicox__knowledge_centres", "15117154"),
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


# -- what comes of a fault ----------------------------------------------------------------------


@dataclass(frozen=True)
class Stopped:
    """It shows in the fetching: nothing arrives."""

    code: str
    attempts: int
    status: str = "failed"


@dataclass(frozen=True)
class Refused:
    """It shows in the reading: what arrived is quarantined, with this problem among others."""

    problem: str


@dataclass(frozen=True)
class Same:
    """The publisher offers what is known already: nothing new lands."""

    status: str = "unchanged"
    problem: str = ""


@dataclass(frozen=True)
class Landed:
    """It lands, and shows in the landed rows as what it is; the gate judges the rest.

    `look` gets the rows of the good edition and of this one; `problem` is told at landing; `check` is
    the check of the gate that this is for.
    """

    look: Callable[[pa.Table, pa.Table], bool]
    problem: str = ""
    check: str = ""
    kind: str = "first"


Expected = Stopped | Refused | Same | Landed

_RETRIED = {
    "slow": "timeout",
    "cut_off": "connection",
    "http_429": "http_429",
    "http_500": "http_5xx",
    "http_503": "http_5xx",
    "empty_body": "empty",
    "truncated_json": "truncated",
}
_NOT_RETRIED = {"html_instead": "html", "redirect_loop": "redirect", "xml_for_json": "wrong_form"}
_KEY_EXPIRED = {"odcloud": "-401", "kosis": "11", "ecos": "INFO-100"}
_QUOTA_SPENT = {
    "odcloud": Stopped("odcloud/-10", ONCE, "stopped"),
    "kosis": Stopped("kosis/40", ONCE, "stopped"),
    "ecos": Stopped("ecos/ERROR-602", ONCE, "stopped"),
}


def _has_rows(before: pa.Table, after: pa.Table) -> bool:
    return after.num_rows > 0


def _missing_is_no_zero(before: pa.Table, after: pa.Table) -> bool:
    """Some figures are missing, none of them became a zero or anything else, and all others stayed."""
    pairs = list(zip(before["value"].to_pylist(), after["value"].to_pylist(), strict=True))
    gone = [n for n, (old, new) in enumerate(pairs) if old is not None and new is None]
    status = {after["obs_status"][n].as_py() for n in gone}
    # A growth rate that is not there cannot be (M); everything else is missing (O).
    return {"O"} <= status <= {"O", "M"} and all(a == b for a, b in pairs if b is not None)


def _one_row_is_empty(before: pa.Table, after: pa.Table) -> bool:
    return after["address"].null_count == before["address"].null_count + 1


def _place_is_kept_as_written(before: pa.Table, after: pa.Table) -> bool:
    """The unknown name stands as it is and is taken for no other complex."""
    named = after.filter(pc.equal(after["complex_raw"], UNKNOWN_NAME))
    return named.num_rows == 1 and named["complex_id"].null_count == 1


def _a_thousandfold(before: pa.Table, after: pa.Table) -> bool:
    keys = (
        ["sheet", "cell"] if "series" not in before.column_names else ["series", "area", "period"]
    )
    both = before.join(after, keys, join_type="inner", right_suffix="_after").filter(
        pc.field("value") > 0
    )
    ratios = pc.divide(both["value_after"], both["value"]).to_pylist()
    return len(ratios) > 1 and all(abs(ratio - 1000) < 1e-6 for ratio in ratios)


def _revised(before: pa.Table, after: pa.Table) -> bool:
    """The same rows, and some say something else."""
    return before.num_rows == after.num_rows and not before.select(_said(before)).equals(
        after.select(_said(after))
    )


def _raised_today(before: pa.Table, after: pa.Table) -> bool:
    """Every figure half a percent higher; where the publisher tells the day of change, it is today."""
    pairs = zip(before["value"].to_pylist(), after["value"].to_pylist(), strict=True)
    days = set(after["changed_on"].to_pylist())
    return days <= {FIRST_DAY, None} and all(abs(b / a - 1.005) < 0.002 for a, b in pairs)


def _said(table: pa.Table) -> list[str]:
    """The columns that hold what the publisher said."""
    known = ("value", "product", "land_area_m2", "building_area_m2", "floor_area_m2")
    return [name for name in known if name in table.column_names]


def _gone(check: str, problem: str = "") -> Landed:
    return Landed(_missing_is_no_zero, problem, check, "new_vintage")


_READ: dict[str, dict[str, Expected]] = {
    "header_changed": {
        **dict.fromkeys(("csv", "odcloud"), Refused("unknown_industry")),
        **dict.fromkeys(("workbook", "status"), Refused("header_unknown")),
        **dict.fromkeys(("factory_registry", "knowledge_centres"), Refused("header_unknown")),
        "factories": Refused("header_missing"),
        **dict.fromkeys(
            ("indparkstats", "customs", "kosis", "ecos"), Refused("answer_field_missing")
        ),
        "customs_by_province": Refused("series_total"),
    },
    "name_unknown": {
        **dict.fromkeys(("workbook", "csv", "odcloud", "indparkstats"), Refused("unknown_complex")),
        "status": Refused("unknown_province"),  # a complex is new by right here
        "factory_registry": Landed(_place_is_kept_as_written),
        "knowledge_centres": Landed(_place_is_kept_as_written),
        "factories": Landed(_place_is_kept_as_written, "answers_place_other"),
        **dict.fromkeys(("customs", "customs_by_province"), Refused("series_period")),
        **dict.fromkeys(("kosis", "ecos"), Refused("series_rows_unknown")),
    },
    "unit_changed": {
        **dict.fromkeys(("workbook", "status", "csv", "odcloud"), Refused("unit_unknown")),
        "knowledge_centres": Refused("header_unknown"),
        "factories": Refused("registry_employees"),
        **dict.fromkeys(("kosis", "ecos"), Refused("series_unit")),
        # Where no unit is named, nothing in the answer tells.
        "indparkstats": Landed(_a_thousandfold, "", "revision_is_not_a_lost_digit", "new_vintage"),
        "customs": Landed(_a_thousandfold, "", "series_are_not_off_by_a_factor", "new_vintage"),
        "customs_by_province": Landed(
            _a_thousandfold, "", "provinces_have_the_size_of_the_nation", "new_vintage"
        ),
    },
    "values_gone": {
        "workbook": _gone("no_value_is_missing"),
        "status": _gone("status_no_figure_is_missing", "disagrees_with_list"),
        **dict.fromkeys(("csv", "odcloud"), _gone("no_value_is_missing_from_csv", "no_total_row")),
        "indparkstats": _gone("no_value_is_missing"),
        **dict.fromkeys(
            ("factory_registry", "knowledge_centres", "factories"),
            Landed(_one_row_is_empty, "registry_unnamed", kind="new_vintage"),
        ),
        **dict.fromkeys(("customs", "customs_by_province"), Refused("series_total")),
        **dict.fromkeys(("kosis", "ecos"), _gone("series_lose_no_figure")),
    },
    "stale_bytes": {
        **dict.fromkeys(FILES, Same("fault", "same_bytes_other_period")),
        "odcloud": Refused("same_answers_other_period"),
    },
    "revision": {
        **dict.fromkeys((*FILES, "odcloud"), Landed(_revised, kind="new_vintage")),
        **dict.fromkeys(("kosis", "ecos"), Landed(_raised_today, kind="new_vintage")),
    },
    "uddi_changed": dict.fromkeys(FILES, Same()),
    "wrong_content_type": dict.fromkeys(SOURCES, Landed(_has_rows)),
}


def expected(fault: str, source: str) -> Expected:
    """What must come of a pair.

    Raises:
        KeyError: nobody has said.
    """
    publisher = ASKED[source].publisher
    if fault == "captcha":
        return Stopped("portal/captcha", 0, "person_needed")
    if fault == "quota_429":
        return Stopped("data.go.kr/22", ONCE, "stopped")
    if fault == "quota_spent":
        return _QUOTA_SPENT.get(source, Stopped(f"{publisher}/22", ONCE, "stopped"))
    if fault == "key_expired":
        return Stopped(f"{publisher}/{_KEY_EXPIRED.get(source, '31')}", ONCE)
    if fault == "xml_for_json" and publisher == "data.go.kr":
        return Landed(_has_rows)  # these services have both forms, and both are read
    if fault in _RETRIED:
        return Stopped(f"{publisher}/{_RETRIED[fault]}", AGAIN)
    if fault in _NOT_RETRIED:
        return Stopped(f"{publisher}/{_NOT_RETRIED[fault]}", ONCE)
    if fault == "uddi_changed" and source == "odcloud":
        return Same()
    return _READ[fault][source]


# -- a home, and a run in it --------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(today=FIRST_DAY, factory_rows=3000, status_complexes=80) as running:
        yield running


@cache
def _said_by_the_gate() -> frozenset[str]:
    return frozenset(check.id for suite in load_suites() for check in suite.checks)


def seen_by_readers(home: Path) -> list[tuple[str, str, int, int]]:
    """Every name below `releases/` with what it leads to, or its size and time."""
    found = []
    for path in sorted((home / "releases").rglob("*")):
        told = path.lstat()
        leads = os.readlink(path) if path.is_symlink() else ""
        size = told.st_size if path.is_file() else 0
        found.append((str(path.relative_to(home)), leads, size, told.st_mtime_ns * path.is_file()))
    return found


@pytest.fixture
def home(few_home: Path, server: SampleServer, tmp_path: Path) -> Iterator[Path]:
    """The home of a release, in which readers must see afterwards what they saw before."""
    # Linked, not copied: what is written once is never written again.
    without = shutil.ignore_patterns("builds", "cache", "inbox", "outcomes", "fetched", "quota")
    home = tmp_path / "home"
    shutil.copytree(few_home, home, symlinks=True, ignore=without, copy_function=os.link)
    (home / "inbox").mkdir()
    before = seen_by_readers(home)
    assert any(name == "releases/current" for name, *_ in before)
    yield home
    server.faults.clear()
    server.publishers.today = FIRST_DAY
    assert seen_by_readers(home) == before


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

    def take_in(self, result: dict[str, Any], run_id: str) -> list[Outcome]:
        return [ingest_file(self.room, Path(name), run_id=run_id) for name in result["files"]]

    def rows(self, outcome: Outcome) -> pa.Table:
        (snapshot,) = [s for s in self.room.store if s.snapshot_id == outcome.snapshot_id]
        return pq.read_table(landed_path(self.room.landed, snapshot))


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


def test_every_pair_has_an_expectation() -> None:
    """And every check that an expectation leaves to the gate exists there."""
    assert set(ASKED) == set(SOURCES) and {fault for fault, _ in PAIRS} == set(FAULTS)
    for fault, source in PAIRS:
        wanted = expected(fault, source)
        if isinstance(wanted, Landed) and wanted.check:
            assert wanted.check in _said_by_the_gate(), wanted.check


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_not_declared_cannot_happen(server: SampleServer, home: Path, source: str) -> None:
    """All other faults armed at once: none of them fires, and the source answers as ever."""
    run = Run(server, home, ASKED[source], Ingestion(home, CONTRACTS, REGISTRY))
    others = [fault for fault in FAULTS if (fault, source) not in PAIRS]
    armed = [server.faults.arm(fault, ASKED[source].match) for fault in others]
    result = run.fetch("calm", FIRST_DAY)
    assert result["status"] == "fetched", result["message"]
    fired = {fault.name for fault in armed if fault.fired}
    # In the list of a registry nothing has a unit: the fault leaves it as it is.
    assert fired <= ({"unit_changed"} if source == "factory_registry" else set())
    outcomes = run.take_in(result, "calm")
    assert {o.status for o in outcomes} <= {"landed", "unchanged"}, outcomes


@pytest.mark.parametrize(("fault", "source"), PAIRS, ids=lambda text: text)
def test_a_fault_in_a_source(server: SampleServer, home: Path, fault: str, source: str) -> None:
    wanted = expected(fault, source)
    asked = ASKED[source]
    if fault == "revision" and source in ("factory_registry", "knowledge_centres"):
        asked = _file(asked.dataset, asked.match, first="2021")  # as far back as the fault goes
    run = Run(server, home, asked, Ingestion(home, CONTRACTS, REGISTRY))
    first, day = DAYS.get(source, (FIRST_DAY, NEXT_DAY))
    since = None
    if fault in (*STATES, "values_gone"):
        day = first  # the same edition again
    if fault == "revision" and source in ("workbook", "status", "csv", "odcloud"):
        since = Period.parse("2025-Q1")  # the edition that the fault revises, and those after it
    good: list[Outcome] = []
    if fault in (*CONTENT, *STATES, "stale_bytes"):
        fetched = run.fetch("good", first, since=since, remembers=fault == "revision")
        good = run.take_in(fetched, "good")
        assert {o.status for o in good} <= {"landed", "unchanged"}, [o.message for o in good]
    if fault == "slow":
        run.fetch("warm", day)  # the file is made now: only the fault is slow afterwards
    landed = {o.period: run.rows(o) for o in good}
    files = sorted((home / "landed").rglob("*"))

    armed = arm(server, fault, source)
    # A revision of an older edition is seen by a run that is not told where to look.
    result = run.fetch("bad", day, patience=0.3 if fault == "slow" else 20)
    rows = [row for row in read_outcomes(home / "outcomes") if row["run_id"] == "bad"]
    assert armed.fired and rows and "simulated-key" not in repr(rows)
    assert _HANGUL.search(result["message_ko"])
    outcomes = run.take_in(result, "bad")
    problems = {p["code"] for o in outcomes for p in o.problems}
    for outcome in outcomes:
        assert outcome.file_name in outcome.message and outcome.file_name in outcome.message_ko
        assert _HANGUL.search(outcome.message_ko)
    if not isinstance(wanted, Landed):
        assert sorted((home / "landed").rglob("*")) == files
    match wanted:
        case Stopped(code, attempts, status):
            assert not outcomes and (result["status"], result["code"]) == (status, code)
            assert result["retriable"] is (attempts == AGAIN)
            row = rows[-1]
            found = (row["status"], row["error_code"], row["attempts"])
            assert found == (status, code, attempts)
            for language in ("message", "message_ko"):
                assert all(part in row[language] for part in result[language].split(" → "))
            if fault == "captcha":
                assert f"data/{ASKED[source].match}/fileData.do" in result["message"]
                assert str(home / "inbox") in result["message_ko"]
        case Refused(problem):
            (outcome,) = outcomes
            assert outcome.status == "quarantined" and problem in problems, outcome.message
            assert (run.room.quarantine_folder(outcome.sha256) / "reason.json").exists()
        case Same(status, problem):
            assert {o.status for o in outcomes} == {status}, [o.message for o in outcomes]
            assert not problem or problem in problems
        case Landed(look, problem, _, kind):
            (outcome,) = [o for o in outcomes if o.status == "landed"]
            assert outcome.kind == kind, (outcome.kind, outcome.message)
            assert not problem or problem in problems, problems
            after = run.rows(outcome)
            assert look(landed.get(outcome.period) or next(reversed(landed.values()), after), after)
