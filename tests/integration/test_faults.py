"""Every fault that the sample publisher can make, over HTTP: outcome, message, retry or stop.

Whatever goes wrong, readers see the release of the first good run, byte for byte.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.answers import bundle_of, pack
from ingestion.fetch import errors
from ingestion.fetch.client import Answer, Fetcher, Retries, Timeouts
from ingestion.fetch.sources import ecos, indparkstats, kosis, odcloud, portal
from ingestion.outcomes import read_outcomes
from ingestion.periods import Period
from ingestion.sample.server import FAULTS, SampleServer
from ingestion.sample.server.faults import CONTENT
from pipeline import fetching, steps
from pipeline.settings import Settings

from ..unit.sample_server.conftest import national_contracts

WORKBOOK, CSV = "3042071", "15085898"
#: The day of the first good run, and a day on which the next quarter is out.
FIRST_DAY, NEXT_DAY = date(2026, 5, 28), date(2026, 8, 28)
FIRST_EDITION = date(2025, 3, 31)
QUICK = Retries(attempts=3, initial=0.01, most=0.02, jitter=0.0, longest=5.0)
_HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(
        today=FIRST_DAY, contracts=national_contracts(), status_complexes=80
    ) as running:
        yield running


@pytest.fixture(scope="module")
def published(server: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose release was made from what was fetched over HTTP; not to be changed."""
    home = tmp_path_factory.mktemp("published") / "home"
    inbox = home / "inbox"
    inbox.mkdir(parents=True)
    with Fetcher(home, "first", publishers=server.url, inbox=inbox) as fetcher:
        request = portal.PortalRequest("kicox__industrial_trend", WORKBOOK)
        for edition in portal.editions(fetcher, request):
            if edition.day is not None and edition.day >= FIRST_EDITION:
                portal.download(fetcher, request, edition).drop(inbox)
    result = steps.run(Settings(home), inbox)
    assert result["status"] == "published", result
    return home


def fingerprint(releases: Path) -> dict[str, str]:
    """Every name below the releases with its hash, or where it leads to."""
    found = {}
    for path in sorted(releases.rglob("*")):
        name = str(path.relative_to(releases))
        if path.is_symlink():
            found[name] = f"→ {os.readlink(path)}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture
def home(published: Path, server: SampleServer, tmp_path: Path) -> Iterator[Path]:
    """A copy of the published home; afterwards readers must see what they saw before."""
    without = shutil.ignore_patterns("builds", "cache", "inbox")
    copy = Path(shutil.copytree(published, tmp_path / "home", symlinks=True, ignore=without))
    before = fingerprint(copy / "releases")
    assert before["current"].startswith("→ 2026-Q1")
    server.publishers.today = FIRST_DAY
    yield copy
    server.faults.clear()
    server.publishers.today = FIRST_DAY
    assert fingerprint(copy / "releases") == before


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def fetcher(server: SampleServer, home: Path, inbox: Path) -> Iterator[Fetcher]:
    with Fetcher(
        home,
        "faulty",
        publishers=server.url,
        inbox=inbox,
        timeouts=Timeouts(connect=5, read=20, total=40),
        retries=QUICK,
    ) as made:
        yield made


def rows_of(home: Path) -> list[dict[str, Any]]:
    return [row for row in read_outcomes(home / "outcomes") if row["run_id"] == "faulty"]


# -- ways to ask ------------------------------------------------------------------------------


def ask_trend(fetcher: Fetcher) -> list[Answer]:
    request = indparkstats.TrendRequest("production_by_complex", "2023-05")
    return indparkstats.fetch(fetcher, request)


def ask_portal(fetcher: Fetcher) -> list[Answer]:
    return portal.fetch(fetcher, portal.PortalRequest("kicox__industrial_trend", WORKBOOK))


def ask_odcloud(fetcher: Fetcher) -> list[Answer]:
    uddi = odcloud.editions(fetcher, CSV)[0].uddi
    return odcloud.fetch(fetcher, odcloud.OdcloudRequest("kicox__x", CSV, uddi))


def ask_kosis(fetcher: Fetcher) -> list[Answer]:
    request = kosis.KosisRequest(
        "kosis__test_annual", "101", "DT_A", ("T1",), (("C",), ("ALL0",)), "Y", "2018", "2020"
    )
    return kosis.fetch(fetcher, request)


def ask_ecos(fetcher: Fetcher) -> list[Answer]:
    request = ecos.EcosRequest("731Y001", ("0000001",), "D", "20240101", "20240131")
    return ecos.fetch(fetcher, request)


Ask = Callable[[Fetcher], list[Answer]]
ASK: dict[str, tuple[str, Ask]] = {
    "trend": ("apis.data.go.kr", ask_trend),
    "portal": ("www.data.go.kr", ask_portal),
    "odcloud": ("api.odcloud.kr", ask_odcloud),
    "kosis": ("kosis.kr", ask_kosis),
    "ecos": ("ecos.bok.or.kr", ask_ecos),
}


@dataclass(frozen=True)
class Case:
    """A fault on one way, and what must come of it."""

    fault: str
    way: str
    kind: type[errors.FetchError]
    code: str
    attempts: int
    status: str = "failed"
    match: str = ""
    seconds: float | None = None


ONCE, AGAIN = 1, QUICK.attempts
CASES = [
    # What may pass is tried again …
    Case("slow", "trend", errors.Unreachable, "data.go.kr/timeout", AGAIN, seconds=1.0),
    *(
        Case("cut_off", way, errors.Unreachable, f"{publisher}/connection", AGAIN)
        for way, publisher in (("trend", "data.go.kr"), ("kosis", "kosis"), ("ecos", "ecos"))
    ),
    Case("cut_off", "portal", errors.Unreachable, "portal/connection", AGAIN, match="fileDownload"),
    Case("http_429", "trend", errors.TooFast, "data.go.kr/http_429", AGAIN, seconds=0),
    Case("http_500", "kosis", errors.PublisherFault, "kosis/http_5xx", AGAIN),
    Case("http_503", "odcloud", errors.PublisherFault, "odcloud/http_5xx", AGAIN),
    Case("http_503", "portal", errors.PublisherFault, "portal/http_5xx", AGAIN),
    Case("empty_body", "ecos", errors.NotData, "ecos/empty", AGAIN),
    Case("empty_body", "portal", errors.NotData, "portal/empty", AGAIN, match="fileDownload"),
    Case("truncated_json", "kosis", errors.NotData, "kosis/truncated", AGAIN),
    Case("truncated_json", "trend", errors.NotData, "data.go.kr/truncated", AGAIN),
    # … but not where the publisher asks for a longer wait than we have,
    Case("http_429", "trend", errors.TooFast, "data.go.kr/http_429", ONCE, seconds=600),
    # … and nothing that a second request cannot mend.
    Case("quota_spent", "trend", errors.QuotaSpent, "data.go.kr/22", ONCE, "stopped"),
    Case("quota_spent", "odcloud", errors.QuotaSpent, "odcloud/-10", ONCE, "stopped"),
    Case("quota_spent", "ecos", errors.TooFast, "ecos/ERROR-602", ONCE),
    Case("quota_spent", "kosis", errors.TooFast, "kosis/40", AGAIN),
    Case("quota_429", "trend", errors.QuotaSpent, "data.go.kr/22", ONCE, "stopped"),
    Case("key_expired", "trend", errors.KeyRejected, "data.go.kr/31", ONCE),
    Case("key_expired", "odcloud", errors.KeyRejected, "odcloud/-401", ONCE),
    Case("key_expired", "kosis", errors.KeyRejected, "kosis/11", ONCE),
    Case("key_expired", "ecos", errors.KeyRejected, "ecos/INFO-100", ONCE),
    *(
        Case("html_instead", way, errors.NotData, f"{publisher}/html", ONCE)
        for way, publisher in (
            ("trend", "data.go.kr"),
            ("odcloud", "odcloud"),
            ("kosis", "kosis"),
            ("ecos", "ecos"),
        )
    ),
    Case("html_instead", "portal", errors.NotData, "portal/html", ONCE, match="fileDownload"),
    Case("xml_for_json", "odcloud", errors.NotData, "odcloud/wrong_form", ONCE),
    Case("xml_for_json", "kosis", errors.NotData, "kosis/wrong_form", ONCE),
    Case("xml_for_json", "ecos", errors.NotData, "ecos/wrong_form", ONCE),
    Case("redirect_loop", "trend", errors.Refused, "data.go.kr/redirect", ONCE),
    Case("redirect_loop", "portal", errors.Refused, "portal/redirect", ONCE),
    Case(
        "captcha", "portal", errors.PersonNeeded, "portal/captcha", 0, "person_needed"
    ),
    Case("uddi_changed", "odcloud", errors.BadRequest, "odcloud/-3", ONCE),
]  # fmt: skip
#: What does not show in the fetching but in the reading, the gate, or not at all.
ELSEWHERE = {*CONTENT, "stale_bytes", "revision", "wrong_content_type"}


def test_every_fault_is_here() -> None:
    assert {case.fault for case in CASES} | ELSEWHERE == set(FAULTS)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.fault}-{c.way}-{c.attempts}")
def test_a_fault_in_fetching(
    server: SampleServer, fetcher: Fetcher, home: Path, case: Case
) -> None:
    host, ask = ASK[case.way]
    if case.fault == "slow":
        fetcher.timeouts = Timeouts(connect=5, read=0.2, total=20)
        fetcher.retries = QUICK
    if case.fault == "uddi_changed":
        # The description was read before the edition moved.
        uddi = odcloud.editions(fetcher, CSV)[0].uddi
        ask = lambda f: odcloud.fetch(f, odcloud.OdcloudRequest("kicox__x", CSV, uddi))  # noqa: E731
        server.faults.arm(case.fault, CSV)
    else:
        server.faults.arm(case.fault, case.match or host, seconds=case.seconds)
    with pytest.raises(case.kind) as caught:
        ask(fetcher)
    row = rows_of(home)[-1]
    assert (row["status"], row["error_code"], row["attempts"]) == (
        case.status,
        case.code,
        case.attempts,
    )
    error = caught.value
    assert error.message_en in row["message"] and error.action_en in row["message"]
    assert error.message_ko in row["message_ko"] and error.action_ko in row["message_ko"]
    assert _HANGUL.search(error.message_ko) and _HANGUL.search(error.action_ko)
    assert "simulated-key" not in repr(rows_of(home))


PASSING = ("slow", "cut_off", "http_429", "http_500", "http_503", "empty_body", "truncated_json")


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_overcome(
    server: SampleServer, fetcher: Fetcher, home: Path, fault: str
) -> None:
    if fault == "slow":
        fetcher.timeouts = Timeouts(connect=5, read=0.4, total=20)
    whole = ask_trend(fetcher)[0].data
    fetcher.forget_dataset("kicox__trend_api_production_by_complex")
    server.faults.arm(fault, times=1, seconds=1.0 if fault == "slow" else 0)
    (answer,) = ask_trend(fetcher)
    row = rows_of(home)[-1]
    assert (row["status"], row["attempts"]) == ("fetched", 2) and answer.data == whole


def test_a_spent_quota_is_remembered(server: SampleServer, fetcher: Fetcher, home: Path) -> None:
    server.faults.arm("quota_spent", times=1)
    for code in ("data.go.kr/22", "data.go.kr/quota"):
        with pytest.raises(errors.QuotaSpent):
            ask_trend(fetcher)
        row = rows_of(home)[-1]
        assert (row["status"], row["attempts"]) == ("stopped", 1)
        assert row["error_code"].rsplit("/", 1)[1] == code.rsplit("/", 1)[1]
    assert server.faults.listing()[0]["fired"] == 1


def test_a_captcha_names_link_and_folder(
    server: SampleServer, fetcher: Fetcher, home: Path, inbox: Path
) -> None:
    server.faults.arm("captcha")
    with pytest.raises(errors.PersonNeeded):
        ask_portal(fetcher)
    row = rows_of(home)[-1]
    for message in (row["message"], row["message_ko"]):
        assert f"https://www.data.go.kr/data/{WORKBOOK}/fileData.do" in message
        assert str(inbox) in message
    assert list(inbox.iterdir()) == []
    # The person drops the file: it is taken in like any other.
    server.faults.clear()
    ask_portal(fetcher)[0].drop(inbox)
    assert taken(home, inbox) == []  # nothing new in it
    unchanged = [r for r in read_outcomes(home / "outcomes") if r["status"] == "unchanged"]
    assert ("kicox__industrial_trend", "2026-Q1") in [
        (r["dataset"], r["period"]) for r in unchanged
    ]


def test_a_wrong_content_type_is_not_believed(
    server: SampleServer, fetcher: Fetcher, home: Path
) -> None:
    server.faults.arm("wrong_content_type")
    (answer,) = ask_trend(fetcher)
    assert answer.media_type == "text/html" and indparkstats.read(answer.data)
    assert ask_portal(fetcher)[0].data.startswith(b"PK")
    assert {row["status"] for row in rows_of(home)} == {"fetched"}


def test_xml_where_a_service_has_both_is_read(
    server: SampleServer, fetcher: Fetcher, home: Path
) -> None:
    def read(data: bytes) -> list[dict[str, Any]]:
        # XML does not tell an empty text from none.
        return [{k: v or None for k, v in row.items()} for row in indparkstats.read(data)]

    as_json = read(ask_trend(fetcher)[0].data)
    fetcher.forget_dataset("kicox__trend_api_production_by_complex")
    server.faults.arm("xml_for_json")
    (answer,) = ask_trend(fetcher)
    assert answer.data.startswith(b"<?xml") and read(answer.data) == as_json


def test_after_a_change_of_uddi_the_new_one_is_found(
    server: SampleServer, fetcher: Fetcher
) -> None:
    before = odcloud.editions(fetcher, CSV)[0]
    rows = odcloud.read(ask_odcloud(fetcher)[0].data)
    server.faults.arm("uddi_changed", CSV)
    after = odcloud.editions(fetcher, CSV)[0]
    assert after.title == before.title and after.uddi != before.uddi
    assert odcloud.read(ask_odcloud(fetcher)[0].data) == rows


# -- faults inside a file ---------------------------------------------------------------------


def taken(home: Path, inbox: Path) -> list[dict[str, Any]]:
    """The outcomes of taking in an inbox, the project's own files left out."""
    outcomes = steps.ingest(Settings(home), inbox)
    return [o for o in outcomes if o["dataset"] != "sandan__claims" and o["file_name"] != (
        "published_figures.csv"
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "dataset_id", "problem", "words"),
    [
        ("header_changed", WORKBOOK, "header_missing", ("당분기", "이번 생산")),
        ("header_changed", CSV, "unknown_industry", ("이번 값",)),
        ("name_unknown", WORKBOOK, "unknown_complex", ("모의미등록단지",)),
        ("name_unknown", CSV, "unknown_complex", ("모의미등록단지",)),
        ("unit_changed", WORKBOOK, "unit_unknown", ("척",)),
        ("unit_changed", CSV, "unit_unknown", ("척",)),
        ("header_changed", "3041272", "header_unknown", ("고시한 넓이",)),
        ("name_unknown", "3041272", "unknown_province", ("모의미등록단지",)),
        ("unit_changed", "3041272", "unit_unknown", ("평",)),
    ],
)
def test_a_fault_inside_a_file_is_quarantined_with_its_place(
    server: SampleServer,
    fetcher: Fetcher,
    home: Path,
    inbox: Path,
    fault: str,
    dataset_id: str,
    problem: str,
    words: tuple[str, ...],
) -> None:
    server.publishers.today = NEXT_DAY
    server.faults.arm(fault, dataset_id)
    (answer,) = portal.fetch(fetcher, portal.PortalRequest("kicox__x", dataset_id))
    path = answer.drop(inbox)
    (outcome,) = taken(home, inbox)
    assert outcome["status"] == "quarantined", outcome["message"]
    found = [p for p in outcome["problems"] if p["code"] == problem]
    assert found, [p["code"] for p in outcome["problems"]]
    for message in (outcome["message"], outcome["message_ko"]):
        assert path.name in message
    lines = " ".join(str(part) for part in found[0].values())
    assert all(word in lines for word in words), lines
    assert _HANGUL.search(outcome["message_ko"])
    reason = next((home / "quarantine").glob("*/reason.json"))
    assert reason.exists() and (home / "raw").exists()
    state = steps.finish_ingest(Settings(home), [outcome])
    assert state["has_new"] is False and state["partition"] == "2026-Q1"


@pytest.mark.parametrize(
    ("fault", "dataset", "problem"),
    [
        ("header_changed", "kosis__production_index", "answer_field_missing"),
        ("name_unknown", "kosis__production_index", "series_rows_unknown"),
        ("unit_changed", "kosis__production_index", "series_unit"),
        ("header_changed", "ecos__exchange_rate", "answer_field_missing"),
        ("name_unknown", "ecos__exchange_rate", "series_rows_unknown"),
        ("unit_changed", "ecos__exchange_rate", "series_unit"),
        ("values_gone", "customs__exports", "series_total"),
        ("header_changed", "customs__exports", "answer_field_missing"),
        ("name_unknown", "customs__exports", "series_period"),
    ],
)
def test_a_fault_inside_an_interfaces_answer(
    server: SampleServer, home: Path, fault: str, dataset: str, problem: str
) -> None:
    server.faults.arm(fault)
    settings = Settings(home, publishers=server.url)
    (result,) = fetching.fetch(settings, [dataset], run_id="faulty", since=Period.parse("2026"))
    assert result["status"] == "fetched", result["message"]
    outcomes = taken(home, Path(result["files"][0]).parent)
    assert outcomes and {o["status"] for o in outcomes} == {"quarantined"}, outcomes[0]["message"]
    codes = {p["code"] for o in outcomes for p in o["problems"]}
    assert problem in codes, codes
    assert all(_HANGUL.search(o["message_ko"]) and dataset in o["message"] for o in outcomes)


def test_trend_answers_with_a_fault_inside(
    server: SampleServer, fetcher: Fetcher, home: Path, inbox: Path
) -> None:
    dataset = "kicox__industrial_trend_api"
    for number, (fault, problem) in enumerate(
        [("header_changed", "answer_field_missing"), ("name_unknown", "unknown_complex")]
    ):
        server.faults.clear()
        server.faults.arm(fault, "indparkstats", times=1)
        month, answers = f"2023-0{number + 1}", []
        for operation in indparkstats.OPERATIONS:
            request = indparkstats.TrendRequest(operation, month)
            answers += indparkstats.fetch(fetcher, request)
        bundle = bundle_of(
            [(a.data, a.url, a.params, a.period) for a in answers], dataset=dataset, period=month
        )
        Answer(
            data=pack(bundle),
            file_name=f"{dataset}_{month}.zip",
            dataset=dataset,
            url=answers[0].url,
            media_type="application/zip",
            published_at=FIRST_DAY,
            is_simulated=True,
        ).drop(inbox)
        (outcome,) = [o for o in taken(home, inbox) if month in o["file_name"]]
        assert outcome["status"] == "quarantined", outcome["message"]
        assert problem in {p["code"] for p in outcome["problems"]}


def test_a_missing_value_of_an_interface_is_no_zero(server: SampleServer, home: Path) -> None:
    import duckdb

    server.faults.arm("values_gone")
    settings = Settings(home, publishers=server.url)
    (result,) = fetching.fetch(settings, ["kosis__production_index"], run_id="faulty")
    (outcome,) = taken(home, Path(result["files"][0]).parent)
    assert outcome["status"] == "landed", outcome["message"]
    files = str(home / "landed" / "kosis__production_index" / "*" / "*.parquet")
    with duckdb.connect() as connection:
        gone = connection.execute(
            "SELECT count(*) FILTER (value IS NULL), count(*) FILTER (value = 0), count(*) "
            "FROM read_parquet($1)",
            [files],
        ).fetchone()
    assert gone is not None and gone[:2] == (1, 0) and gone[2] > 200


def test_last_quarters_bytes_under_this_quarters_name(
    server: SampleServer, fetcher: Fetcher, home: Path, inbox: Path
) -> None:
    server.publishers.today = NEXT_DAY
    server.faults.arm("stale_bytes", WORKBOOK)
    (answer,) = ask_portal(fetcher)
    assert "_20260630" in answer.file_name
    answer.drop(inbox)
    result = steps.run(Settings(home), inbox)
    assert result["status"] == "unchanged"
    (row,) = [r for r in read_outcomes(home / "outcomes") if r["status"] == "fault"]
    assert row["problems"][0]["code"] == "same_bytes_other_period"
    for message in (row["message"], row["message_ko"]):
        assert "2026-Q2" in message and "2026-Q1" in message


def test_a_complex_without_values_stops_at_the_gate(
    server: SampleServer, fetcher: Fetcher, home: Path, inbox: Path
) -> None:
    server.publishers.today = NEXT_DAY
    server.faults.arm("values_gone", WORKBOOK)
    ask_portal(fetcher)[0].drop(inbox)
    result = steps.run(Settings(home), inbox)
    assert result["status"] == "stopped", result["status"]
    said = " ".join(result["gate"]["summary"]), " ".join(result["gate"]["summary_ko"])
    assert result["gate"]["verdict"] == "stop" and _HANGUL.search(said[1])
    assert "구미" in Path(result["gate"]["report"]).read_text(encoding="utf-8")


def test_a_revision_of_an_old_quarter_is_a_new_vintage(
    server: SampleServer, fetcher: Fetcher, home: Path, inbox: Path
) -> None:
    request = portal.PortalRequest("kicox__industrial_trend", WORKBOOK)
    before = {e.uddi: e for e in portal.editions(fetcher, request)}
    server.faults.arm("revision", WORKBOOK)
    (revised,) = [e for e in portal.editions(fetcher, request) if e.uddi not in before]
    assert revised.day is not None and revised.day < FIRST_DAY.replace(year=2026, month=1)
    portal.download(fetcher, request, revised).drop(inbox)
    (outcome,) = taken(home, inbox)
    assert (outcome["status"], outcome["kind"]) == ("landed", "new_vintage"), outcome["message"]
    room_rows = [s for s in (home / "raw").rglob("*.json") if outcome["period"] in str(s)]
    assert len(room_rows) >= 2
    # It waits: nothing is released before the gate has seen it.
    assert steps.finish_ingest(Settings(home), [outcome])["has_new"] is True


@pytest.mark.parametrize("way", ["kosis", "ecos"])
def test_revised_figures_of_an_interface(server: SampleServer, fetcher: Fetcher, way: str) -> None:
    host, ask = ASK[way]
    first = ask(fetcher)
    server.faults.arm("revision", host)
    for dataset in ("kosis__test_annual", "ecos__731y001"):
        fetcher.forget_dataset(dataset)
    second = ask(fetcher)
    assert first[0].data != second[0].data
    if way == "kosis":
        assert second[0].published_at == FIRST_DAY != first[0].published_at
