"""Persons' names, telephone and fax numbers stop at the raw snapshot, whatever a release is made into."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from ..conftest import SEED
from .conftest import sandan
from .persons import PATTERN, PERSON, named_behind_raw, named_in, plant


def test_the_search_finds_persons_in_every_form(tmp_path: Path) -> None:
    """Otherwise the tests below could not fail."""
    import xlsxwriter

    with duckdb.connect(str(tmp_path / "a.duckdb")) as c:
        c.execute("CREATE TABLE t AS SELECT 1 AS n, ['x', '모의인00000001'] AS names")
        c.execute(f"COPY (SELECT '{PERSON}' AS name) TO '{tmp_path}/a.parquet'")
        c.execute(
            f"CREATE TYPE who AS ENUM ('{PERSON}'); CREATE TABLE e AS SELECT '{PERSON}'::who AS w"
        )
        c.execute(f"COPY e TO '{tmp_path}/e.parquet'")
        c.execute(f"COPY (SELECT encode('{PERSON}') AS b) TO '{tmp_path}/b.parquet'")
        c.execute(
            f"COPY (SELECT 1 AS n) TO '{tmp_path}/k.parquet' (KV_METADATA {{note: '{PERSON}'}})"
        )
    with duckdb.connect(str(tmp_path / "c.duckdb")) as c:
        c.execute(f"CREATE TABLE t AS SELECT 1 AS n; COMMENT ON COLUMN t.n IS 'by {PERSON}'")
    (tmp_path / "a.json").write_text('{"name": "\\ubaa8\\uc758\\ud64d\\uae38\\ub3d9"}')
    (tmp_path / "a.csv").write_bytes(f"이름\r\n{PERSON}".encode("cp949"))
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    book.add_worksheet().write(0, 0, "031-000-0001")
    book.close()
    planted = plant(tmp_path, SEED)
    assert len(planted) == 3 and all(named_in(path) for path in planted)
    for name in (
        "b.parquet",
        "e.parquet",
        "k.parquet",
        "c.duckdb",
        "a.duckdb",
        "a.parquet",
        "a.json",
        "a.csv",
        "a.xlsx",
    ):
        assert named_in(tmp_path / name), name
    (tmp_path / "home" / "raw").mkdir(parents=True)
    shutil.copyfile(tmp_path / "a.json", tmp_path / "home" / "raw" / "a.json")
    assert named_behind_raw(tmp_path / "home") == {}
    shutil.copyfile(tmp_path / "a.json", tmp_path / "home" / f"{PERSON}.log")
    assert named_behind_raw(tmp_path / "home") == {f"{PERSON}.log": {PERSON}}


def test_no_person_gets_from_the_interface_into_a_whole_release(sample_home: Path) -> None:
    """The sample's 30,000 factories name a person each: bulletin, site, workbooks, SDMX, logs name none."""
    raw = sorted((sample_home / "raw/kicox/kicox__factory_registry_api").rglob("*.zip"))
    assert raw and all(len(named_in(path)) > 10_000 for path in raw)
    seen = {p.suffix for p in sample_home.rglob("*") if p.is_file()}
    assert {".pdf", ".xlsx", ".duckdb", ".parquet", ".csv", ".html", ".xml", ".jsonl"} <= seen
    assert named_behind_raw(sample_home) == {}


def test_no_person_gets_from_planted_lists_into_a_release(home: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "planted"
    inbox.mkdir()
    planted = plant(inbox, SEED)
    result = sandan(home, "run", "--inbox", inbox, marts_only=True)
    assert result.returncode == 0, result.stdout + result.stderr
    with duckdb.connect(str(home / "releases/current/kicox.duckdb"), read_only=True) as c:
        counts = c.execute(
            "SELECT dataset, count(*) FROM dim_factory GROUP BY 1 UNION ALL "
            "SELECT dataset, count(*) FROM dim_knowledge_centre GROUP BY 1"
        ).fetchall()
        product = c.execute("SELECT product FROM dim_factory WHERE product LIKE '금형%'").fetchall()
    assert len(counts) == 3 and all(count > 50 for _, count in counts), counts
    assert any("[…]" in text for (text,) in product), product[:5]
    assert not any(word in result.stdout + result.stderr for word in (PERSON, "모의인"))
    assert named_behind_raw(home) == {}, PATTERN
    kept = [p for p in (home / "raw/kicox").rglob("*") if p.is_file() and named_in(p)]
    assert len(kept) >= len(planted)
