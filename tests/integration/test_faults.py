"""What faults of the sample publisher lead to, over HTTP; every pair of fault and source: `test_fault_pairs`.

Whatever goes wrong, readers see the release of the first good run, byte for byte.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.fetch import errors
from ingestion.fetch.client import Answer, Fetcher, Retries, Timeouts
from ingestion.fetch.sources import indparkstats, odcloud, portal
from ingestion.outcomes import read_outcomes
from ingestion.sample.server import SampleServer
from pipeline import ingest_step, steps
from pipeline.settings import Settings

WORKBOOK, CSV = "3042071", "15085898"
#: The day of the first good run, and a day on which the next quarter is out.
FIRST_DAY, NEXT_DAY = date(2026, 5, 28), date(2026, 8, 28)
QUICK = Retries(attempts=3, initial=0.01, most=0.02, jitter=0.0, longest=5.0)
_HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer(today=FIRST_DAY, status_complexes=80) as running:
        yield running


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
def home(few_home: Path, server: SampleServer, tmp_path: Path) -> Iterator[Path]:
    """A copy of a home with a release; afterwards readers must see what they saw before."""
    without = shutil.ignore_patterns("builds", "cache", "inbox")
    copy = Path(shutil.copytree(few_home, tmp_path / "home", symlinks=True, ignore=without))
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


def test_a_wait_that_is_too_long_is_not_waited_for(
    server: SampleServer, fetcher: Fetcher, home: Path
) -> None:
    server.faults.arm("http_429", "apis.data.go.kr", seconds=600)
    with pytest.raises(errors.TooFast):
        ask_trend(fetcher)
    row = rows_of(home)[-1]
    found = (row["status"], row["error_code"], row["attempts"])
    assert found == ("failed", "data.go.kr/http_429", 1)


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
    fetcher.forget_dataset("kicox__x")
    with pytest.raises(errors.BadRequest) as caught:
        odcloud.fetch(fetcher, odcloud.OdcloudRequest("kicox__x", CSV, before.uddi))
    assert (caught.value.publisher, caught.value.code) == ("odcloud", "-3")
    after = odcloud.editions(fetcher, CSV)[0]
    assert after.title == before.title and after.uddi != before.uddi
    assert odcloud.read(ask_odcloud(fetcher)[0].data) == rows


# -- faults inside a file ---------------------------------------------------------------------


def taken(home: Path, inbox: Path) -> list[dict[str, Any]]:
    """The outcomes of taking in an inbox, the project's own files left out."""
    outcomes = ingest_step.ingest(Settings(home), inbox)
    return [o for o in outcomes if o["dataset"] != "sandan__claims" and o["file_name"] != (
        "published_figures.csv"
    )]  # fmt: skip


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
