"""Faults inside an interface's rows: what they change, and that they change nothing else."""

from __future__ import annotations

import pytest

from ingestion.fetch import errors
from ingestion.fetch.bodies import parse
from ingestion.fetch.client import Fetcher
from ingestion.fetch.sources import ecos, indparkstats, kosis, odcloud
from ingestion.sample.server import SampleServer
from ingestion.sample.server.altered import alter_rows
from ingestion.sample.server.faults import UNKNOWN_NAME

ROWS = [
    ["산업단지", "구분", "당분기(억원)", "전분기(억원)"],
    ["서울", "국가", "10", "20"],
    ["구미", "국가", "30", ""],
]


def trend(fetcher: Fetcher) -> list[dict[str, object]]:
    fetcher.forget_dataset("kicox__trend_api_production_by_complex")
    request = indparkstats.TrendRequest("production_by_complex", "2023-05")
    return [row for a in indparkstats.fetch(fetcher, request) for row in indparkstats.read(a.data)]


def test_rows_of_the_trend_survey(fetcher: Fetcher, server: SampleServer) -> None:
    good = trend(fetcher)
    server.faults.arm("values_gone", "indparkstats", times=1)
    gone = trend(fetcher)
    assert gone[1:] == good[1:] and gone[0]["irsttNm"] == good[0]["irsttNm"]
    assert gone[0]["monthPrdAmount"] is None and gone[0]["monthPrdAmount_mark"] == ""
    server.faults.arm("name_unknown", "indparkstats", times=1)
    renamed = trend(fetcher)
    assert renamed[0]["irsttNm"] == UNKNOWN_NAME and renamed[1:] == good[1:]
    server.faults.arm("header_changed", "indparkstats", times=1)
    reworded = trend(fetcher)
    assert all("monthPrdAmount" not in row and "new_monthPrdAmount" in row for row in reworded)
    assert trend(fetcher) == good


def test_rows_of_kosis_and_ecos(fetcher: Fetcher, server: SampleServer) -> None:
    def from_kosis() -> list[dict[str, object]]:
        fetcher.forget_dataset("kosis__test_annual")
        request = kosis.KosisRequest(
            "kosis__test_annual", "101", "DT_A", ("T1",), (("C",), ("ALL0",)), "Y", "2018", "2020"
        )
        return kosis.read(kosis.fetch(fetcher, request)[0].data)

    def from_ecos() -> list[dict[str, object]]:
        fetcher.forget_dataset("ecos__731y001")
        request = ecos.EcosRequest("731Y001", ("0000001",), "D", "20240101", "20240131")
        return ecos.read(ecos.fetch(fetcher, request)[0].data)

    for ask, unit, code, figure in (
        (from_kosis, "UNIT_NM", "C1", "DT"),
        (from_ecos, "UNIT_NAME", "ITEM_CODE1", "DATA_VALUE"),
    ):
        good = ask()
        server.faults.arm("unit_changed", times=1)
        assert [{**row, unit: good[0][unit]} for row in ask()] == good
        server.faults.arm("values_gone", times=1)
        assert [row[figure] for row in ask()] == [None, *(row[figure] for row in good[1:])]
        server.faults.arm("name_unknown", times=1)
        assert ask()[0][code] == UNKNOWN_NAME
        server.faults.arm("header_changed", times=1)
        assert all(figure not in row for row in ask())
        assert ask() == good


def test_rows_of_a_csv_edition() -> None:
    assert alter_rows(ROWS, ()) == ROWS
    assert alter_rows(ROWS, ("values_gone",))[2] == ["구미", "국가", "", ""]
    assert alter_rows(ROWS, ("header_changed",))[0][2] == "이번 값"
    assert alter_rows(ROWS, ("name_unknown",))[1][0] == UNKNOWN_NAME
    assert alter_rows(ROWS, ("unit_changed",))[0][2:] == ["당분기(척)", "전분기(척)"]
    assert alter_rows(ROWS, (), reissued=True)[1][2] == "10.05"
    assert ROWS[1][2] == "10"  # the rows given are left as they are


def test_the_same_fault_shows_in_file_and_interface(fetcher: Fetcher, server: SampleServer) -> None:
    uddi = odcloud.editions(fetcher, "15085898")[0].uddi
    server.faults.arm("values_gone", "15085898")
    answers = odcloud.fetch(fetcher, odcloud.OdcloudRequest("kicox__x", "15085898", uddi))
    rows = {row["산업단지"]: row for a in answers for row in odcloud.read(a.data)}
    assert rows["구미"]["계(억원)"] is None and rows["창원"]["계(억원)"] is not None


def test_customs_total_stands_for_what_was_there(server: SampleServer) -> None:
    from .test_national import YEAR, trade

    server.faults.arm("values_gone", "Newtrade")
    items = parse(trade(server, "Newtrade/getNewtradeList", **YEAR), "customs")
    first, second, *_ = items["response"]["body"]["items"]["item"]
    assert first["year"] == "총계" and first["expDlr"] and not second["expDlr"]


def test_a_key_that_expired_while_pages_came(fetcher: Fetcher, server: SampleServer) -> None:
    """What came stays: after the key is mended the loop goes on where it stopped."""
    request = indparkstats.TrendRequest("exports_by_industry", "2023-01", "2023-05")
    server.faults.arm("key_expired", "pageNo=2", times=1)
    with pytest.raises(errors.KeyRejected):
        indparkstats.fetch(fetcher, request)
    server.faults.arm("http_500", "pageNo=1")
    assert len(indparkstats.fetch(fetcher, request)) == 2


def test_where_no_unit_is_named_the_figures_are_in_another_one(
    fetcher: Fetcher, server: SampleServer
) -> None:
    from .test_national import YEAR, trade

    good = trend(fetcher)[0]["monthPrdAmount"]
    items = parse(trade(server, "Newtrade/getNewtradeList", **YEAR), "customs")
    before = items["response"]["body"]["items"]["item"]
    server.faults.arm("unit_changed")
    assert trend(fetcher)[0]["monthPrdAmount"] == 1000 * good  # type: ignore[operator]
    items = parse(trade(server, "Newtrade/getNewtradeList", **YEAR), "customs")
    after = items["response"]["body"]["items"]["item"]
    # The total goes with them: nothing inside the answer gives it away.
    assert [int(i["expDlr"]) for i in after] == [1000 * int(i["expDlr"]) for i in before]
