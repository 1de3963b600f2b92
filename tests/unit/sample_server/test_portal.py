"""The portal's four steps and odcloud, read by the sources that read the real ones."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from ingestion.fetch import errors
from ingestion.fetch.client import Answer, Fetcher
from ingestion.fetch.sources import odcloud, portal
from ingestion.ingest import Ingestion, ingest_file
from ingestion.outcomes import read_outcomes
from ingestion.sample.server import SampleServer
from ingestion.sample.server.editions import trend_periods

WORKBOOK, STATUS = "3042071", "3041272"
CSV_IDS = ("15085894", "15085901", "15085897", "15085895", "15085898", "15085899")


def download(fetcher: Fetcher, dataset_id: str, edition: date | None = None) -> Answer:
    (answer,) = portal.fetch(fetcher, portal.PortalRequest("kicox__x", dataset_id, edition))
    return answer


def test_the_newest_workbook_is_read_with_its_day_and_its_mark(
    fetcher: Fetcher, room: Ingestion, tmp_path: Path
) -> None:
    answer = download(fetcher, WORKBOOK)
    assert answer.file_name == "한국산업단지공단_국가산업단지 산업동향정보_20260331.xlsx"
    assert (answer.published_at, answer.is_simulated) == (date(2026, 5, 27), True)
    rows = list(read_outcomes(fetcher.home / "outcomes"))
    assert [r["status"] for r in rows] == ["fetched"] * 5
    outcome = ingest_file(room, answer.drop(tmp_path), run_id="r")
    assert (outcome.status, outcome.dataset, outcome.period, outcome.is_simulated) == (
        "landed",
        "kicox__industrial_trend",
        "2026-Q1",
        True,
    ), outcome.message


def test_every_earlier_edition_is_listed_and_can_be_had(
    fetcher: Fetcher, server: SampleServer, room: Ingestion, tmp_path: Path
) -> None:
    listed = portal.editions(fetcher, portal.PortalRequest("kicox__x", WORKBOOK))
    days = {edition.day for edition in listed}
    today = server.publishers.today
    assert days == {p.end for p in trend_periods(today) if p.first_print <= today}
    assert min(days) == date(2001, 1, 31) and max(days) == date(2026, 3, 31)
    assert len({edition.uddi for edition in listed}) == len(listed)
    wanted = {date(2001, 1, 31): "2001-01", date(2024, 3, 31): "2024-Q1"}
    for day, period in wanted.items():
        outcome = ingest_file(room, download(fetcher, WORKBOOK, day).drop(tmp_path), run_id="r")
        assert (outcome.status, outcome.period) == ("landed", period), outcome.message


def test_a_re_issue_stands_beside_its_first_print(
    fetcher: Fetcher, room: Ingestion, tmp_path: Path
) -> None:
    request = portal.PortalRequest("kicox__x", WORKBOOK)
    both = [e for e in portal.editions(fetcher, request) if e.day == date(2024, 12, 31)]
    assert [("연간보정" in e.title) for e in both] == [False, True]
    landed = [
        ingest_file(room, portal.download(fetcher, request, e).drop(tmp_path), run_id="r")
        for e in both
    ]
    assert [o.kind for o in landed] == ["first", "new_vintage"], landed[1].message
    vintages = sorted(s.vintage for s in room.store if s.period == "2024-Q4")
    assert vintages[0] < vintages[1]


def test_no_edition_is_out_before_its_day(server: SampleServer) -> None:
    portal_ids = server.publishers.editions
    before = portal_ids.offered(WORKBOOK, date(2026, 5, 26))
    after = portal_ids.offered(WORKBOOK, date(2026, 5, 27))
    assert [e.period for e in after] == [*(e.period for e in before), "2026-Q1"]
    for dataset_id in portal_ids.dataset_ids:
        day = date(2024, 2, 14)
        offered = portal_ids.offered(dataset_id, day)
        assert offered and all(e.published_at <= day for e in offered)


def test_the_status_of_all_complexes_in_both_forms(
    fetcher: Fetcher, room: Ingestion, tmp_path: Path
) -> None:
    for edition in (None, date(2024, 6, 30)):
        outcome = ingest_file(room, download(fetcher, STATUS, edition).drop(tmp_path), run_id="r")
        assert (outcome.status, outcome.dataset) == ("landed", "kicox__complex_status"), (
            outcome.message
        )
        assert outcome.rows > 200 and outcome.period == (
            "2025-Q4" if edition is None else "2024-Q2"
        )


@pytest.mark.parametrize("dataset_id", CSV_IDS)
def test_csv_editions_are_recognised_as_their_table(
    fetcher: Fetcher, server: SampleServer, room: Ingestion, tmp_path: Path, dataset_id: str
) -> None:
    answer = download(fetcher, dataset_id)
    outcome = ingest_file(room, answer.drop(tmp_path), run_id="r")
    table = server.publishers.editions.table_of(dataset_id)
    assert outcome.status == "landed", outcome.message
    assert outcome.dataset == f"kicox__industrial_trend_{table}_csv"
    assert answer.data.decode("cp949").startswith("산업단지,구분,")


def test_the_steps_want_the_session_of_the_page(server: SampleServer) -> None:
    base = f"{server.url}/www.data.go.kr"
    with httpx.Client() as client:
        url = f"{base}/tcs/dss/selectHistAndCsvData.do"
        page = client.post(url, data={"publicDataPk": WORKBOOK})
        assert "<html" in page.text and "data-public-pk" not in page.text
        first = client.get(f"{base}/data/{WORKBOOK}/fileData.do")
        assert re.search(r"fn_fileDataDown\('3042071', 'uddi:[0-9a-f-]{36}'", first.text)
        cookie = first.headers["set-cookie"].split(";")[0]
        listed = client.post(url, data={"publicDataPk": WORKBOOK}, headers={"Cookie": cookie})
        assert "data-public-pk" in listed.text
        assert client.get(f"{base}/data/1234567/fileData.do").status_code == 404


def test_the_file_has_its_korean_name_in_the_header(server: SampleServer) -> None:
    base = f"{server.url}/www.data.go.kr"
    with httpx.Client() as client:
        cookie = client.get(f"{base}/data/15085898/fileData.do").headers["set-cookie"]
        headers = {"Cookie": cookie.split(";")[0]}
        page = client.get(f"{base}/data/15085898/fileData.do").text
        uddi = re.search(r"'(uddi:[^']+)'", page)
        assert uddi is not None
        known = client.post(
            f"{base}/tcs/dss/selectFileDataDownload.do",
            data={"publicDataPk": "15085898", "publicDataDetailPk": uddi[1]},
            headers=headers,
        ).json()
        file = client.get(
            f"{base}/cmm/cmm/fileDownload.do",
            params={"atchFileId": known["atchFileId"], "fileDetailSn": "1"},
            headers=headers,
        )
    assert known["status"] is True and known["fileDataRegistVO"]["atchFileExtsn"] == "csv"
    assert (
        "%EC%97%85%EC%A2%85%EB%B3%84%EC%83%9D%EC%82%B0%EC%8B%A4%EC%A0%81"
        in (file.headers["content-disposition"])
    )


# odcloud


def test_odcloud_gives_the_rows_of_the_csv(fetcher: Fetcher) -> None:
    (newest, before, *_) = odcloud.editions(fetcher, "15085898")
    assert (newest.day, before.day) == (date(2026, 3, 31), date(2025, 12, 31))
    request = odcloud.OdcloudRequest("kicox__x", "15085898", newest.uddi, per_page=15)
    answers = odcloud.fetch(fetcher, request)
    rows = [row for answer in answers for row in odcloud.read(answer.data)]
    lines = download(fetcher, "15085898").data.decode("cp949").splitlines()
    assert len(rows) == len(lines) - 1 and len(answers) == 3
    assert [row["산업단지"] for row in rows] == [line.split(",")[0] for line in lines[1:]]
    header, first = lines[0].split(","), lines[1].split(",")
    assert str(rows[0][header[2]]) == first[2]
    hidden = [row for row in rows if row["계(억원)"] is None]
    assert hidden and all(row["계(억원)_mark"] == "" for row in hidden)


def test_odcloud_conditions_pages_and_errors(fetcher: Fetcher, server: SampleServer) -> None:
    uddi = odcloud.editions(fetcher, "15085898")[0].uddi
    request = odcloud.OdcloudRequest(
        "kicox__x", "15085898", uddi, conditions={"산업단지::EQ": "창원"}
    )
    (answer,) = odcloud.fetch(fetcher, request)
    assert [row["산업단지"] for row in odcloud.read(answer.data)] == ["창원"]
    url = f"{server.url}/api.odcloud.kr/api/15085898/v1/{uddi}"
    bad = httpx.get(url, params={"serviceKey": "nobody"}).json()
    assert bad == {"code": -4, "msg": "등록되지 않은 인증키 입니다."}
    good = httpx.get(url, headers={"Authorization": "Infuser simulated-key"}).json()
    assert good["currentCount"] == 10 and good["totalCount"] == good["matchCount"] > 30
    other = odcloud.OdcloudRequest("kicox__x", "15085898", f"{uddi[:-4]}0000")
    with pytest.raises(errors.BadRequest) as caught:
        odcloud.fetch(fetcher, other)
    assert caught.value.code == "-3"
    assert httpx.get(url, params={"serviceKey": "simulated-key", "page": "x"}).json()["code"] == -2


def test_every_vintage_has_its_own_uddi(server: SampleServer) -> None:
    editions = server.publishers.editions
    december = "2025-Q4"
    day = date(2026, 3, 1)
    seen = set()
    for _ in range(20):
        day += timedelta(30)
        found = next(e for e in editions.offered("15085898", day) if e.period == december)
        seen.add((found.years_later, found.uddi(1)))
    assert len(seen) == len({later for later, _ in seen}) > 1
