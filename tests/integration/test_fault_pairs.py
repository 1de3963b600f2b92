"""Every fault of the sample publisher in every source where it can happen, over HTTP.

One test runs all pairs that the publisher declares: as the fetch step asks, on to the landed file, with
outcome, message in both languages, retry or stop, and readers who see what they saw before. A pair
without an expectation fails. What lands is the gate's to stop: `test_content_faults`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.gate import load_suites
from ingestion.ingest import Ingestion
from ingestion.outcomes import Outcome, read_outcomes
from ingestion.periods import Period
from ingestion.sample.server import FAULTS, SampleServer
from ingestion.sample.server.faults import CONTENT, STATES

from .fault_outcomes import Landed, Refused, Same, Stopped, expected
from .fault_sources import (
    AGAIN,
    ASKED,
    CONTRACTS,
    DAYS,
    EARLIER_STEPS,
    FIRST_DAY,
    NEXT_DAY,
    PAIRS,
    REGISTRY,
    SOURCES,
    WHERE,
    Run,
    arm,
    portal_file,
    seen_by_readers,
)

_HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(today=FIRST_DAY, factory_rows=3000, status_complexes=80) as running:
        yield running


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


def test_every_pair_has_an_expectation() -> None:
    """And what lands with other content than it should is for a check that stops."""
    assert set(ASKED) == set(SOURCES) and set(WHERE) <= set(FAULTS)
    severity = {check.id: check.severity for suite in load_suites() for check in suite.checks}
    for fault, source in PAIRS:
        wanted = expected(fault, source)
        if isinstance(wanted, Landed):
            stops = severity[wanted.check] == "critical" if wanted.check else False
            assert stops == (fault in CONTENT), (fault, source)


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
        asked = portal_file(
            asked.dataset, asked.match, first="2021"
        )  # as far back as the fault goes
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
                # The result may say besides for what of many it stands.
                what, to_do = result[language].split(" → ")
                assert what in row[language] and row[language].split(" → ")[1] in to_do
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


#: What may happen on the way to any answer of the portal, the file's content apart.
ON_THE_WAY = tuple(
    fault
    for fault in FAULTS
    if fault not in (*CONTENT, *STATES, "stale_bytes", "captcha")
    and "csv" in WHERE.get(fault, SOURCES)
)
#: What is another matter at an earlier step.
AT_A_STEP = {
    # The page is read for its button; without one, a person finds out why.
    ("html_instead", "/fileData.do"): Stopped("portal/no_file", 0, "person_needed"),
    # A dataset of one edition has nothing to list.
    ("empty_body", "selectHistAndCsvData"): None,
}


@pytest.mark.parametrize(("step", "is_json"), EARLIER_STEPS.items())
def test_a_fault_before_the_download(
    server: SampleServer, home: Path, step: str, is_json: bool
) -> None:
    """At each earlier step of the portal every fault that may happen on the way, one after another."""
    run = Run(server, home, ASKED["csv"], Ingestion(home, CONTRACTS, REGISTRY))
    run.fetch("warm", FIRST_DAY)  # the file is made now: only the fault is slow afterwards
    shutil.rmtree(home / "inbox")
    (home / "inbox").mkdir()
    for fault in ON_THE_WAY:
        armed = server.faults.arm(fault, step, seconds=1.0 if fault == "slow" else 0)
        result = run.fetch(fault, FIRST_DAY, patience=0.3 if fault == "slow" else 20)
        server.faults.clear()
        if fault in ("xml_for_json", "truncated_json") and not is_json:
            assert not armed.fired and result["status"] == "fetched"
            continue
        assert armed.fired, fault
        wanted = AT_A_STEP.get((fault, step), expected(fault, "csv"))
        if not isinstance(wanted, Stopped):
            assert result["status"] == "fetched", (fault, result["message"])
            continue
        said = (result["status"], result["code"], result["retriable"], result["files"])
        assert said == (wanted.status, wanted.code, wanted.attempts == AGAIN, []), fault
        row = [r for r in read_outcomes(home / "outcomes") if r["run_id"] == fault][-1]
        found = (row["status"], row["error_code"], row["attempts"])
        assert found == (wanted.status, wanted.code, wanted.attempts), fault
        assert result["message"] and _HANGUL.search(result["message_ko"])
