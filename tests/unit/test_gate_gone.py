"""The gate on what was there and is gone: cells of CSV editions and of the status, rows of registries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.gates import judge_checks, skeleton

PRODUCTION = "kicox__industrial_trend_production_by_industry_csv"
BOOK = "kicox__industrial_trend"
LISTED = ("designated_area_k_m2", "managed_area_k_m2", "industrial_area_k_m2", "for_sale_k_m2", "sold_k_m2", "unsold_k_m2", "sold_pct", "tenant_count", "operating_count")  # fmt: skip
REGISTRY, API, CENTRES = "kicox__factory_registry", "kicox__factory_registry_api", "kicox__knowledge_centres"  # fmt: skip
TABLES = {
    "complex_status_vintage": "status_complex_id VARCHAR, name_ko VARCHAR, period VARCHAR, vintage_no INTEGER, is_latest BOOLEAN, "
    "snapshot_id VARCHAR, sheet VARCHAR, name_cell VARCHAR, "
    + ", ".join(f"{name}_status VARCHAR" for name in LISTED),
    "registry_edition": "dataset VARCHAR, scope VARCHAR, period VARCHAR, previous_period VARCHAR, is_latest BOOLEAN, "
    "snapshot_id VARCHAR, row_count BIGINT, emptied_row_count BIGINT, first_emptied VARCHAR",
    "dim_complex_designation": "name_ko VARCHAR, former_name_ko VARCHAR",
    **dict.fromkeys(
        ("dim_factory", "dim_knowledge_centre"),
        "dataset VARCHAR, valid_from VARCHAR, valid_to VARCHAR, is_current BOOLEAN, snapshot_id VARCHAR, sheet VARCHAR, "
        "cell VARCHAR, complex_raw VARCHAR, complex_id VARCHAR",
    ),
}  # fmt: skip

Rows = Iterable[Mapping[str, Any]]


def told(folder: Path, check: str, **marts: Rows) -> list[str]:
    """What the check says of these rows in both languages, one text a failure."""
    path = folder / "candidate.duckdb"
    with duckdb.connect(str(path)) as c:
        skeleton(c)
        c.execute("INSERT INTO dim_complex VALUES ('gumi', '구미', 'Gumi')")
        for table, columns in TABLES.items():
            c.execute(f"CREATE TABLE {table} ({columns})")
        for mart, rows in marts.items():
            for row in rows:
                marks = ", ".join("?" for _ in row)
                c.execute(
                    f"INSERT INTO {mart} ({', '.join(row)}) VALUES ({marks})", [*row.values()]
                )
    verdict, found = judge_checks(path, {check})
    result = found[check]
    assert result["severity"] == "critical" and result["checked_count"], result
    assert (verdict == "stop") == bool(result["failures"])
    return [f"{f['message_ko']} | {f['message_en']}" for f in result["failures"]]


# -- a CSV edition ------------------------------------------------------------------------------


def csv_told(folder: Path, *editions: tuple[str, str]) -> list[str]:
    """Editions of one quarter in the order they came: (dataset, status of the one cell)."""
    snapshots, facts = [], []
    for number, (dataset, status) in enumerate(editions):
        days = {"published_at": date(2026, 5, 20 + number), "loaded_at": datetime(2026, 6, 1)}
        name = f"{dataset}/{number}"
        snapshots.append({"snapshot_id": name, "dataset": dataset, "period": "2026-Q1", **days})
        facts.append(
            {
                "snapshot_id": name, "table_id": "production_by_industry", "complex_id": "gumi", "industry_code": "FOOD",
                "size_class": "_T", "sex": "_T", "measure": "production_krw_100m", "period": "2026-Q1", "relation": "current",
                "value": 1.0 if status == "A" else None, "obs_status": status, "sheet": "", "cell": "C9", **days,
            }
        )  # fmt: skip
    return told(
        folder, "csv_edition_loses_no_figure", dim_snapshot=snapshots, fct_observation=facts
    )


@pytest.mark.parametrize(
    ("editions", "where"),
    [
        ([(PRODUCTION, "A")], None),
        # alone it may be suppressed: nothing tells
        ([(PRODUCTION, "O")], None),
        ([(PRODUCTION, "A"), (PRODUCTION, "O")], "the vintage before"),
        ([(PRODUCTION, "A"), (PRODUCTION, "O"), (PRODUCTION, "A")], None),
        ([(BOOK, "A"), (PRODUCTION, "O")], "the workbook"),
        ([(BOOK, "Q"), (PRODUCTION, "O")], None),
        # suppressed since, says the workbook
        ([(PRODUCTION, "A"), (PRODUCTION, "O"), (BOOK, "Q")], None),
        ([(BOOK, "O"), (PRODUCTION, "O")], None),
        # gone from both
        ([(PRODUCTION, "A"), (PRODUCTION, "O"), (BOOK, "O")], "the vintage before"),
    ],
)
def test_a_csv_edition_lost_what_another_edition_states(
    editions: list[tuple[str, str]], where: str | None, tmp_path: Path
) -> None:
    found = csv_told(tmp_path, *editions)
    assert len(found) == (where is not None)
    if where:
        assert where in found[0] and "C9" in found[0] and "구미" in found[0] and "Gumi" in found[0]


# -- an edition that is issued again ---------------------------------------------------------------


def reissue_told(folder: Path, *editions: tuple[str, dict[str, str]]) -> list[str]:
    """Workbooks in the order they came: (period, complexes by sheet, separated by blanks)."""
    snapshots, facts = [], []
    for number, (period, sheets) in enumerate(editions):
        days = {"published_at": date(2026, 5, 20 + number), "loaded_at": datetime(2026, 6, 1)}
        name = f"{BOOK}/{number}"
        snapshots.append(
            {
                "snapshot_id": name,
                "dataset": BOOK,
                "period": period,
                "file_name": f"{number}.xlsx",
                **days,
            }
        )
        facts += [
            {
                "snapshot_id": name, "table_id": SHEETS[sheet], "complex_id": complex_id, "industry_code": "_T",
                "size_class": "_T", "sex": "_T", "measure": "production_krw_100m", "period": period, "relation": "current",
                "value": 1.0, "obs_status": "A", "sheet": sheet, "cell": "C9", **days,
            }
            for sheet, listed in sheets.items()
            for complex_id in listed.split()
        ]  # fmt: skip
    return told(
        folder, "a_reissue_keeps_its_complexes", dim_snapshot=snapshots, fct_observation=facts
    )


SHEETS = {"표4": "production_by_complex", "표6": "exports_by_complex", "표10": "operating_rate_by_complex"}  # fmt: skip
WHOLE = {"표4": "gumi a", "표6": "gumi a", "표10": "a"}


@pytest.mark.parametrize(
    ("again", "sheets"),
    [
        (WHOLE, []),
        # new in a table
        ({**WHOLE, "표10": "gumi a"}, []),
        ({**WHOLE, "표6": "a"}, ["표6"]),
        ({"표4": "a", "표6": "a", "표10": "a"}, ["표4, 표6"]),
        # of an older period just as of the newest
        ({**WHOLE, "표4": "a"}, ["표4"]),
    ],
)
@pytest.mark.parametrize("period", ["2025-Q3", "2026-Q1"])
def test_a_reissue_without_a_complex_in_one_table_stops(
    again: dict[str, str], sheets: list[str], period: str, tmp_path: Path
) -> None:
    found = reissue_told(
        tmp_path,
        (period, WHOLE),
        (period, again),
        ("2026-Q1", WHOLE) if period < "2026" else (period, again),
    )
    assert [
        f"1.xlsx)에 없다({s})" if period < "2026" else f"2.xlsx)에 없다({s})" for s in sheets
    ] == [text[text.index(".xlsx") - 1 : text.index(". 앞선")] for text in found]
    assert all("Gumi" in text and "구미" in text for text in found)


# -- the status of all complexes ----------------------------------------------------------------


def stated(period: str, status: str, *, vintage: int = 1, latest: bool = True, others: str = "A") -> dict[str, Any]:  # fmt: skip
    """An edition's row of one complex: what it says of its tenants, and of all else."""
    return {
        "status_complex_id": "a", "name_ko": "가람", "period": period, "vintage_no": vintage, "is_latest": latest,
        "snapshot_id": "s", "sheet": "목록", "name_cell": "D9", **{f"{m}_status": others for m in LISTED}, "tenant_count_status": status,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([stated("2025-Q3", "A"), stated("2025-Q4", "A")], 0),
        # never stated: a warning of another check
        ([stated("2025-Q4", "O")], 0),
        ([stated("2025-Q3", "A"), stated("2025-Q4", "O")], 1),
        ([stated("2025-Q3", "A"), stated("2025-Q4", "Q")], 0),
        ([stated("2025-Q4", "A", latest=False), stated("2025-Q4", "O", vintage=2)], 1),
        # told once: it is still missing in the next quarter
        ([stated("2025-Q3", "O"), stated("2025-Q4", "O")], 0),
        # a complex without a single figure, though nothing was known of it
        ([stated("2025-Q4", "O", others="O")], len(LISTED)),
        ([stated("2025-Q4", "Q", others="Q")], 0),
    ],
)
def test_the_status_lost_what_it_said_before(
    rows: list[dict[str, Any]], count: int, tmp_path: Path
) -> None:
    found = told(tmp_path, "status_loses_no_figure", complex_status_vintage=rows)
    assert len(found) == count
    assert all("가람" in text and "목록 D9" in text for text in found)


# -- registries ---------------------------------------------------------------------------------


def edition(dataset: str = REGISTRY, before: str | None = "2024-12", **more: Any) -> dict[str, Any]:
    return {"dataset": dataset, "scope": "_T", "period": "2025-12", "previous_period": before, "is_latest": True,
            "snapshot_id": "s", "emptied_row_count": 0, **more}  # fmt: skip


def factory(complex_raw: str, since: str = "2025-12", dataset: str = REGISTRY, **more: Any) -> dict[str, Any]:  # fmt: skip
    return {"dataset": dataset, "valid_from": since, "is_current": True, "snapshot_id": "s", "sheet": "", "cell": "C7",
            "complex_raw": complex_raw, **more}  # fmt: skip


def test_rows_of_a_registry_were_emptied(tmp_path: Path) -> None:
    rows = [edition(), edition(CENTRES, emptied_row_count=2, first_emptied="A12")]
    (text,) = told(tmp_path, "registry_rows_are_not_emptied", registry_edition=rows)
    assert CENTRES in text and "2024-12" in text and "A12" in text and "2행" in text


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ("가람일반산업단지", False),  # as the status lists it, without the kind
        ("옛 가람(1단지) 농공단지", False),  # by its former name
        ("나래일반산업단지", False),  # stood in the edition before
        ("남동국가산업단지", False),  # the registry of complexes knows it
        ("모의미등록단지", True),
    ],
)
def test_a_complex_that_nobody_knows_is_named(known: str, unknown: bool, tmp_path: Path) -> None:
    id_ = "namdong" if known.startswith("남동") else None
    found = told(
        tmp_path,
        "registry_complexes_are_known",
        registry_edition=[edition(is_latest=False, period="2024-12", before=None), edition()],
        dim_complex_designation=[{"name_ko": "가람", "former_name_ko": "옛가람"}],
        dim_factory=[factory("나래일반산업단지", "2024-12"), factory(known, complex_id=id_)],
    )
    assert len(found) == unknown
    assert all(f"「{known}」" in text and "C7" in text for text in found)


def test_a_first_edition_has_nothing_to_be_held_against(tmp_path: Path) -> None:
    """Of the whole country, and what it lists is known to an interface; that was asked by name, and may
    answer with no other."""
    api = edition(API, None, scope="모의미등록단지")
    seen = factory("가람일반산업단지", dataset=API)
    (text,) = told(
        tmp_path,
        "registry_complexes_are_known",
        registry_edition=[edition(before=None), api],
        dim_factory=[factory("가람일반산업단지"), factory("모의미등록단지", dataset=API), seen],
    )
    assert API in text and "모의미등록단지" in text


@pytest.mark.parametrize(("factories", "gone"), [(9, False), (10, True)])
@pytest.mark.parametrize("mart", ["dim_factory", "dim_knowledge_centre"])
def test_a_complex_that_lost_all_its_factories(
    factories: int, gone: bool, mart: str, tmp_path: Path
) -> None:
    closed = {"since": "2024-12", "valid_to": "2024-12", "is_current": False}
    rows = [factory("가람일반산업단지", **closed) for _ in range(factories)]
    # Another's factories came and went, and one stays.
    rows += [factory("나래일반산업단지", **closed) for _ in range(20)]
    rows += [factory("나래일반산업단지", "2024-12")]
    found = told(
        tmp_path, "registry_loses_no_complex", registry_edition=[edition()], **{mart: rows}
    )
    assert len(found) == gone
    assert all("가람일반산업단지" in text and "10" in text for text in found)


@pytest.mark.parametrize(
    ("factories", "others_came", "gone"), [(9, 3, False), (10, 3, True), (10, 1, False)]
)
def test_a_complex_of_which_an_interface_tells_nothing_any_more(
    factories: int, others_came: int, gone: bool, tmp_path: Path
) -> None:
    """Of a file of one complex alone nothing follows for the others."""
    lost = edition(API, None, scope="가람일반산업단지", period="2025-11", row_count=factories)
    rows = [lost]
    for n, name in enumerate(("남동", "반월", "시화")):
        came = n < others_came
        rows.append(
            edition(API, None, scope=name, period="2025-11", row_count=20, is_latest=not came)
        )
        if came:
            rows.append(edition(API, "2025-11", scope=name, row_count=20))
    found = told(tmp_path, "registry_loses_no_complex", registry_edition=rows)
    assert len(found) == gone
    assert all("가람일반산업단지" in text and "2025-11" in text and "10" in text for text in found)
