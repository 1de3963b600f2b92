"""Releases: immutable, complete, and never half seen."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from publication import releases as release
from publication.releases.assembling import INPUT_FIELDS

ORDER = {"complex_quarterly": ["complex_id", "period"], "dim_complex": ["complex_id"]}


def make_build(
    root: Path,
    *,
    value: float = 1.0,
    verdict: str = "pass",
    simulated: bool = False,
    name: str = "b1",
) -> Path:
    build = root / "builds" / name
    build.mkdir(parents=True)
    with duckdb.connect(str(build / "candidate.duckdb")) as c:
        c.execute("CREATE TABLE dim_complex (complex_id VARCHAR PRIMARY KEY, name_ko VARCHAR)")
        c.execute("INSERT INTO dim_complex VALUES ('changwon', '창원'), ('gumi', '구미')")
        c.execute(
            "CREATE TABLE complex_quarterly (complex_id VARCHAR, period VARCHAR, "
            "production_krw_100m DOUBLE, PRIMARY KEY (complex_id, period))"
        )
        # out of order on purpose: the release is ordered
        c.execute(
            "INSERT INTO complex_quarterly VALUES ('gumi', '2026-Q1', NULL), ('changwon', '2026-Q1', ?)",
            [value],
        )
        c.execute("COMMENT ON TABLE dim_complex IS '산업단지 / complexes, it''s'")
        c.execute(
            "COMMENT ON COLUMN complex_quarterly.production_krw_100m IS '생산 (억원) / production'"
        )
        c.execute("CREATE SCHEMA staging; CREATE TABLE staging.secret AS SELECT 1 AS x")
    lock = {
        "build_id": name,
        "period": "2026-Q1",
        "is_simulated": simulated,
        "code": {"version": "1", "fingerprint": "f"},
        "left_out": [],
        "snapshots": [
            {
                **dict.fromkeys(INPUT_FIELDS, "x"),
                "file_name": "산업동향.xlsx",
                "period": "2026-Q1",
                "warnings": [
                    {
                        "code": "stale_header_year",
                        "sheet": "표4",
                        "cell": "E3",
                        "message_en": "en",
                        "message_ko": "ko",
                    }
                ],
            }
        ],
    }
    checks: list[dict[str, Any]] = [
        {
            "id": "change_is_usual",
            "severity": "warning",
            "success": False,
            "title_ko": "제목",
            "title_en": "title",
            "failures": [{"complex_id": "namdong", "message_ko": "남동", "message_en": "Namdong"}],
        }
    ]
    content = {
        "build_id": name,
        "verdict": verdict,
        "counts": {"passed": 1, "warning": 1, "critical": 0},
        "checks": checks,
    }
    (build / "inputs.lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (build / "verdict.json").write_text(json.dumps(content), encoding="utf-8")
    (build / "quality_report.html").write_text("<html></html>", encoding="utf-8")
    return build


def publish(root: Path, build: Path) -> dict[str, Any]:
    staged = stage(root, build)
    return release.switch(staged=staged, releases=root / "releases")


def stage(root: Path, build: Path) -> Path:
    return release.assemble(
        candidate=build / "candidate.duckdb",
        build=build,
        releases=root / "releases",
        staging=root / "staging" / build.name,
        order_by=ORDER,
    )


def test_a_release_is_complete_ordered_and_read_only(tmp_path: Path) -> None:
    manifest = publish(tmp_path, make_build(tmp_path))
    folder = tmp_path / "releases" / "current"
    assert os.readlink(folder) == "2026-Q1_v1" == manifest["release_id"]
    listed = {
        str(p.relative_to(folder.resolve())) for p in folder.resolve().rglob("*") if p.is_file()
    }
    assert listed == {*manifest["files"], "release.json"}
    for name, digest in manifest["files"].items():
        assert release.file_sha256(folder / name) == digest
        assert not os.stat(folder / name).st_mode & 0o222
    with duckdb.connect(str(folder / "kicox.duckdb"), read_only=True) as c:
        assert c.execute("SELECT complex_id FROM complex_quarterly").fetchall() == [
            ("changwon",),
            ("gumi",),
        ]
        assert c.execute(
            "SELECT comment FROM duckdb_tables() WHERE table_name = 'dim_complex'"
        ).fetchone() == ("산업단지 / complexes, it's",)
        assert c.execute(
            "SELECT comment FROM duckdb_columns() WHERE column_name = 'production_krw_100m'"
        ).fetchone() == ("생산 (억원) / production",)
        names = {r[0] for r in c.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert names == {"dim_complex", "complex_quarterly"}  # the marts and nothing else
    assert manifest["row_counts"] == {"complex_quarterly": 2, "dim_complex": 2}
    texts = [w["message_en"] for w in manifest["warnings"]]
    assert texts == ["Namdong", "산업동향.xlsx › 표4 › E3: en"]
    notes = (folder / "RELEASE_NOTES.md").read_text(encoding="utf-8")
    assert "남동" in notes and "Namdong" in notes


def test_the_same_candidate_gives_the_same_parquet(tmp_path: Path) -> None:
    one = publish(tmp_path, make_build(tmp_path, name="b1"))
    two = publish(tmp_path, make_build(tmp_path, name="b2"))
    assert (one["release_id"], two["release_id"]) == ("2026-Q1_v1", "2026-Q1_v2")
    parquet = [n for n in one["files"] if n.endswith(".parquet")]
    assert len(parquet) == 2
    assert all(one["files"][n] == two["files"][n] for n in parquet)
    assert two["previous"] == "2026-Q1_v1"


def test_the_diff_names_rows_and_values(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path, value=100.0))
    publish(tmp_path, make_build(tmp_path, value=101.5, name="b2"))
    found = json.loads((tmp_path / "releases/current/diff.json").read_text(encoding="utf-8"))
    assert found["before"] == "2026-Q1_v1" and list(found["marts"]) == ["complex_quarterly"]
    change = found["marts"]["complex_quarterly"]["values"]["production_krw_100m"]
    assert change["changed"] == 1
    assert change["examples"][0] == {
        "complex_id": "changwon",
        "period": "2026-Q1",
        "before": "100.0",
        "after": "101.5",
    }
    assert "100.0 → 101.5" in (tmp_path / "releases/current/diff.md").read_text(encoding="utf-8")


def test_simulated_and_real_are_not_compared(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path, simulated=True))
    publish(tmp_path, make_build(tmp_path, value=9.0, name="b2"))
    found = json.loads((tmp_path / "releases/current/diff.json").read_text(encoding="utf-8"))
    assert found["marts"] == {} and "simulated" in found["note"]


def test_a_stopped_build_is_not_assembled(tmp_path: Path) -> None:
    with pytest.raises(release.PublishError, match="gate stopped"):
        stage(tmp_path, make_build(tmp_path, verdict="stop"))
    assert not (tmp_path / "releases").exists()


def test_two_publishers_at_once(tmp_path: Path) -> None:
    staged = stage(tmp_path, make_build(tmp_path))
    releases = tmp_path / "releases"
    releases.mkdir()
    with (
        FileLock(tmp_path / ".publish.lock"),
        pytest.raises(release.PublishError, match="going on"),
    ):
        release.switch(staged=staged, releases=releases)
    late = stage(tmp_path, make_build(tmp_path, name="b2"))
    release.switch(staged=staged, releases=releases)
    with pytest.raises(release.PublishError, match="meanwhile"):
        release.switch(staged=late, releases=releases)
    assert os.readlink(releases / "current") == "2026-Q1_v1"


def test_death_before_the_switch_leaves_readers_where_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, make_build(tmp_path))
    releases = tmp_path / "releases"
    staged = stage(tmp_path, make_build(tmp_path, value=2.0, name="b2"))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("publication.releases.switching.point_current", die)
    with pytest.raises(KeyboardInterrupt):
        release.switch(staged=staged, releases=releases)
    monkeypatch.undo()
    assert os.readlink(releases / "current") == "2026-Q1_v1"
    # the next run takes up what stands complete
    assert release.unswitched_release(releases, "b2") == "2026-Q1_v2"
    release.point_current(releases, "2026-Q1_v2")
    assert release.unswitched_release(releases, "b2") is None
    assert not list(releases.glob(".current-*"))


def test_a_mart_without_an_order_is_refused(tmp_path: Path) -> None:
    build = make_build(tmp_path)
    with pytest.raises(release.PublishError, match="names no order"):
        release.assemble(
            candidate=build / "candidate.duckdb",
            build=build,
            releases=tmp_path / "releases",
            staging=tmp_path / "staging",
            order_by={"dim_complex": ["complex_id"]},
        )
