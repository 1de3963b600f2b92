"""What changed between two releases: schema, rows, values, and for each value the reason it came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from publication.releases import diff, render_diff
from publication.releases.layout import write_json

KEYS = {
    "complex_quarterly": ["complex_id", "period"],
    "cluster_kpi": ["complex_id", "kpi", "period"],
    "revision": ["complex_id", "measure", "period", "vintage_no"],
    "dim_complex": ["complex_id"],
}
#: complex, period, production, its status, men employed
LEVELS = [
    ("changwon", "2025-Q3", 100.0, "A", 10.0),
    ("changwon", "2025-Q4", 110.0, "A", 11.0),
    ("gumi", "2025-Q3", 50.0, "A", 5.0),
    ("gumi", "2025-Q4", 55.0, "A", 5.5),
    ("ulsan", "2025-Q4", 70.0, "A", 7.0),
]
NAMES = [("changwon", "창원", "Changwon"), ("gumi", "구미", "Gumi"), ("ulsan", "울산", "Ulsan")]


def release(
    folder: Path,
    *,
    levels: Sequence[tuple[Any, ...]] = LEVELS,
    kpis: Sequence[tuple[Any, ...]] = (("gumi", "women_share_pct", "2025-Q4", 40.0),),
    revisions: Sequence[tuple[Any, ...]] = (),
    inputs: tuple[str, ...] = ("a",),
    code: str = "one",
    extra: str = "",
) -> Path:
    """The folder of a release with four marts; `extra` is SQL that alters them before they are written."""
    (folder / "marts").mkdir(parents=True)
    with duckdb.connect() as c:
        c.execute(
            "CREATE TABLE complex_quarterly (complex_id VARCHAR, period VARCHAR, production_krw_100m DOUBLE, "
            "production_krw_100m_status VARCHAR, employment_men_count DOUBLE)"
        )
        c.execute(
            "CREATE TABLE cluster_kpi (complex_id VARCHAR, kpi VARCHAR, period VARCHAR, value DOUBLE)"
        )
        c.execute(
            "CREATE TABLE revision (complex_id VARCHAR, industry_code VARCHAR, size_class VARCHAR, sex VARCHAR, "
            "measure VARCHAR, period VARCHAR, freq VARCHAR, vintage_no INTEGER, vintage DATE, cause VARCHAR, "
            "snapshot_id VARCHAR)"
        )
        c.execute("CREATE TABLE dim_complex (complex_id VARCHAR, name_ko VARCHAR, name_en VARCHAR)")
        for table, rows in (
            ("complex_quarterly", levels),
            ("cluster_kpi", kpis),
            ("revision", revisions),
            ("dim_complex", NAMES),
        ):
            for row in rows:
                c.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", list(row))
        c.execute(extra or "SELECT 1")
        for (table,) in c.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            c.execute(f"COPY {table} TO '{folder / 'marts' / table}.parquet' (FORMAT parquet)")
    write_json(
        folder / "release.json",
        {
            "release_id": folder.name,
            "is_simulated": False,
            "code": {"version": "1", "fingerprint": code},
            "inputs": [{"snapshot_id": i, "file_name": f"{i}.xlsx"} for i in inputs],
        },
    )
    return folder


def compare(tmp_path: Path, **after: Any) -> dict[str, Any]:
    before = after.pop("before", {})
    one = release(tmp_path / "2026-Q1_v1", **before)
    two = release(tmp_path / "2026-Q1_v2", **after)
    found = diff(one, two, KEYS, tmp_path / "diff.parquet")
    json.dumps(found)
    return found


def revised(
    complex_id: str,
    period: str,
    cause: str,
    *,
    sex: str = "_T",
    measure: str = "production_krw_100m",
    number: int = 2,
    vintage: str = "2026-05-28",
) -> tuple[Any, ...]:
    return (complex_id, "_T", "_T", sex, measure, period, "Q", number, vintage, cause, "a/2")


def changed(levels: dict[tuple[str, str], tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*row[:2], *levels.get(row[:2], row[2:])) for row in LEVELS]


def causes(tmp_path: Path) -> dict[tuple[str, str, str], str]:
    with duckdb.connect() as c:
        rows = c.execute(
            f"SELECT complex_id, period, column_name, cause FROM read_parquet('{tmp_path / 'diff.parquet'}')"
            " WHERE is_figure AND mart = 'complex_quarterly'"
        ).fetchall()
    return {tuple(r[:3]): r[3] for r in rows}


def test_each_value_has_the_reason_of_its_revision(tmp_path: Path) -> None:
    levels = changed(
        {
            ("changwon", "2025-Q3"): (101.0, "A", 10.0),
            ("changwon", "2025-Q4"): (110.0, "A", 12.0),  # men alone
            ("gumi", "2025-Q4"): (None, "Q", 5.5),
            ("ulsan", "2025-Q4"): (71.0, "A", 7.0),
        }
    )
    old = revised("ulsan", "2025-Q4", "annual_revision")  # known to the release before
    found = compare(
        tmp_path,
        before={"revisions": [old]},
        levels=levels,
        inputs=("a", "b"),
        revisions=[
            old,
            revised("changwon", "2025-Q3", "annual_revision"),
            revised("changwon", "2025-Q4", "correction", sex="M", measure="employment_count"),
            revised("gumi", "2025-Q4", "suppression"),
        ],
    )
    assert causes(tmp_path) == {
        ("changwon", "2025-Q3", "production_krw_100m"): "annual_revision",
        ("changwon", "2025-Q4", "employment_men_count"): "correction",
        ("gumi", "2025-Q4", "production_krw_100m"): "suppression",
        # no new revision tells of it: a fault, not a revision of long ago
        ("ulsan", "2025-Q4", "production_krw_100m"): "unexplained",
    }
    assert {r["cause"]: r["changed"] for r in found["reasons"]} == {
        "annual_revision": 1, "correction": 1, "suppression": 1, "unexplained": 1,
    }  # fmt: skip
    assert [i["snapshot_id"] for i in found["inputs"]["added"]] == ["b"]
    by = {(r["complex_id"], r["measure"]): r for r in found["by_complex_and_measure"]}
    assert by["changwon", "production_krw_100m"]["largest_pct"] == pytest.approx(1.0)
    assert by["changwon", "production_krw_100m"]["main_cause"] == "annual_revision"
    assert by["gumi", "production_krw_100m"]["suppressed"] == 1
    # what is withheld now is not told by way of what stood there before
    (gone,) = [r for r in found["largest"] if r["change"] == "suppressed"]
    assert gone["before_value"] is None and gone["after_status"] == "Q"
    assert "55" not in json.dumps(gone)
    page = tmp_path / "diff.html"
    render_diff(found, tmp_path / "2026-Q1_v2", page)
    text = page.read_text(encoding="utf-8")
    assert "창원" in text and "Changwon" in text and "55.0" not in text


@pytest.mark.parametrize(
    ("inputs", "code", "level", "kpi"),
    [
        # the publisher's own figure needs a revision; what is computed follows from others, or from code
        (("a", "b"), "one", "unexplained", "derived"),
        (("a",), "two", "code", "code"),
        (("a", "b"), "two", "derived_or_code", "derived_or_code"),
    ],
)
def test_without_a_revision_the_reason_follows_from_inputs_and_code(
    tmp_path: Path, inputs: tuple[str, ...], code: str, level: str, kpi: str
) -> None:
    compare(
        tmp_path,
        levels=changed({("gumi", "2025-Q3"): (51.0, "A", 5.0)}),
        kpis=[("gumi", "women_share_pct", "2025-Q4", 41.0)],
        inputs=inputs,
        code=code,
    )
    assert causes(tmp_path) == {("gumi", "2025-Q3", "production_krw_100m"): level}
    with duckdb.connect() as c:
        rows = c.execute(
            f"SELECT measure, before_value, after_value, cause FROM read_parquet('{tmp_path / 'diff.parquet'}')"
            " WHERE mart = 'cluster_kpi'"
        ).fetchall()
    assert rows == [("women_share_pct", 40.0, 41.0, kpi)]


def test_rows_that_came_and_went_are_counted_and_are_no_values(tmp_path: Path) -> None:
    levels = [
        *LEVELS[1:],
        ("ulsan", "2026-Q1", 72.0, "A", 7.0),
        ("gumi", "2026-Q1", 56.0, "A", 5.0),
    ]
    found = compare(tmp_path, levels=levels)
    assert found["marts"] == {"complex_quarterly": {"rows_added": 2, "rows_removed": 1}}
    assert found["reasons"] == [] and causes(tmp_path) == {}


def test_a_difference_in_the_last_digits_is_none(tmp_path: Path) -> None:
    found = compare(tmp_path, levels=changed({("gumi", "2025-Q3"): (50.0 * (1 + 1e-12), "A", 5.0)}))
    assert found["marts"]["complex_quarterly"] == {"rows_added": 0, "rows_removed": 0}


def test_the_schema_is_compared(tmp_path: Path) -> None:
    found = compare(
        tmp_path,
        extra="ALTER TABLE complex_quarterly ADD COLUMN exports_usd_m DOUBLE;"
        "ALTER TABLE complex_quarterly DROP COLUMN production_krw_100m_status;"
        "ALTER TABLE complex_quarterly ALTER employment_men_count TYPE BIGINT;"
        "ALTER TABLE cluster_kpi RENAME COLUMN kpi TO indicator;"
        "CREATE TABLE industry_quarterly AS SELECT 1 AS x; DROP TABLE dim_complex",
    )
    marts = found["marts"]
    assert marts["complex_quarterly"]["schema"] == {
        "added": ["exports_usd_m"],
        "removed": ["production_krw_100m_status"],
        "retyped": {"employment_men_count": ["DOUBLE", "BIGINT"]},
    }
    assert marts["cluster_kpi"]["note"] == "its key changed: rows not compared"
    assert marts["industry_quarterly"] == {"added_mart": True}
    assert marts["dim_complex"] == {"removed_mart": True}
    assert "revision" not in marts  # the same bytes


def test_months_are_folded_to_their_quarter(tmp_path: Path) -> None:
    monthly = [
        (*revised("gumi", m, cause)[:6], "M", *revised("gumi", m, cause)[7:])
        for m, cause in (("2025-07", "correction"), ("2025-08", "annual_revision"), ("2025-09", "annual_revision"))
    ]  # fmt: skip
    compare(
        tmp_path,
        levels=changed({("gumi", "2025-Q3"): (52.0, "A", 5.0)}),
        inputs=("a", "b"),
        revisions=monthly,
    )
    assert causes(tmp_path) == {("gumi", "2025-Q3", "production_krw_100m"): "annual_revision"}
