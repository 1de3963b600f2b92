"""Releases: immutable, complete, and never half seen."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from publication import releases as release
from publication.releases import Places, Policy, PublishError, ReleaseLog
from publication.releases.assembling import INPUT_FIELDS
from publication.releases.diff_page import render_diff
from tests.unit.small_release import read_seed

FREE = Policy()
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
        c.execute(
            "CREATE TABLE dim_complex (complex_id VARCHAR PRIMARY KEY, name_ko VARCHAR, name_en VARCHAR)"
        )
        c.execute(
            "INSERT INTO dim_complex VALUES ('changwon', '창원', 'Changwon'), ('gumi', '구미', 'Gumi')"
        )
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


def publish(root: Path, build: Path, **more: Any) -> dict[str, Any]:
    return switch(root, stage(root, build), **more)


def stage(root: Path, build: Path, **more: Any) -> Path:
    """The staged and sealed release of a build."""
    folder = assemble(root, build)
    seal(root, folder, **more)
    return folder


def assemble(root: Path, build: Path, **more: Any) -> Path:
    return release.assemble(
        candidate=build / "candidate.duckdb",
        build=build,
        places=Places(root),
        order_by=ORDER,
        **more,
    )


def seal(root: Path, folder: Path, policy: Policy = FREE, key: Any = None) -> str:
    return release.seal_candidate(
        Places(root), folder.parent.name, folder.name, policy=policy, key=key
    )


def switch(root: Path, folder: Path, policy: Policy = FREE, **more: Any) -> dict[str, Any]:
    manifest = more.pop("manifest", None) or release.manifest_sha256(folder)
    return release.switch(Places(root), folder.name, manifest=manifest, policy=policy, **more)


def states(root: Path) -> dict[str, str]:
    return {n: s.state for n, s in ReleaseLog(Places(root).log).history().states.items()}


def events(root: Path) -> list[str]:
    return [e.event for e in ReleaseLog(Places(root).log).read()]


def test_a_release_is_complete_ordered_and_read_only(tmp_path: Path) -> None:
    manifest = publish(tmp_path, make_build(tmp_path))
    folder = tmp_path / "releases" / "current"
    assert os.readlink(folder) == "2026-Q1_v1" == manifest["release_id"]
    listed = {
        str(p.relative_to(folder.resolve())) for p in folder.resolve().rglob("*") if p.is_file()
    }
    assert listed == {*manifest["files"], "release.json", "checksums.txt"}
    for name, digest in manifest["files"].items():
        assert release.file_sha256(folder / name) == digest
    for name in listed:
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


def test_the_manifest_has_no_clock_and_the_index_has(tmp_path: Path) -> None:
    manifest = publish(tmp_path, make_build(tmp_path))
    assert not {"published_at", "status"} & manifest.keys()
    shown = release.current_release(tmp_path / "releases")
    index = json.loads((tmp_path / "releases/index.json").read_text(encoding="utf-8"))
    assert shown is not None and shown["published_at"] == index["releases"][0]["published_at"]
    assert index["current"] == "2026-Q1_v1" and index["releases"][0]["state"] == "published"
    assert index["releases"][0]["manifest_sha256"] == release.manifest_sha256(
        tmp_path / "releases/current"
    )
    log = ReleaseLog(Places(tmp_path).log).read()
    assert [e.event for e in log] == ["candidate", "audited", "published"]
    assert log[-1].reason == "published without sign-off; not announced: published at once"
    assert not Places(tmp_path).log.stat().st_mode & 0o077


def test_the_same_candidate_gives_the_same_parquet(tmp_path: Path) -> None:
    one = publish(tmp_path, make_build(tmp_path, name="b1"))
    two = publish(tmp_path, make_build(tmp_path, name="b2"))
    assert (one["release_id"], two["release_id"]) == ("2026-Q1_v1", "2026-Q1_v2")
    parquet = [n for n in one["files"] if n.startswith("marts/")]
    assert len(parquet) == 2
    assert all(one["files"][n] == two["files"][n] for n in parquet)
    assert two["previous"] == "2026-Q1_v1"
    assert states(tmp_path) == {"2026-Q1_v1": "superseded", "2026-Q1_v2": "published"}


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
        "cause": "unexplained",
    }
    page = (tmp_path / "releases/current/diff.html").read_text(encoding="utf-8")
    assert "창원" in page and "101.50" in page and "unexplained" in page
    # Reasons are in the words of the code list, where the release has one.
    folder = shutil.copytree((tmp_path / "releases/current").resolve(), tmp_path / "named")
    codes = [c for c in read_seed("codes") if c["codelist"] == "cause"]
    (folder / "marts").chmod(0o755)
    pq.write_table(pa.Table.from_pylist(codes), folder / "marts" / "dim_code.parquet")
    page = render_diff(found, folder, tmp_path / "diff.html").read_text(encoding="utf-8")
    assert "사유 미상" in page and "Not told by the data" in page


def test_simulated_and_real_are_not_compared(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path, simulated=True))
    publish(tmp_path, make_build(tmp_path, value=9.0, name="b2"))
    found = json.loads((tmp_path / "releases/current/diff.json").read_text(encoding="utf-8"))
    assert found["marts"] == {} and "simulated" in found["note"]


def test_a_stopped_build_is_not_assembled(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="gate stopped"):
        stage(tmp_path, make_build(tmp_path, verdict="stop"))
    assert not (tmp_path / "releases").exists() and not (tmp_path / "staging").exists()


def test_two_publishers_at_once(tmp_path: Path) -> None:
    staged = stage(tmp_path, make_build(tmp_path))
    with (
        FileLock(tmp_path / ".publish.lock"),
        pytest.raises(PublishError, match="going on"),
    ):
        switch(tmp_path, staged)
    manifest = release.manifest_sha256(staged)
    switch(tmp_path, staged)
    with pytest.raises(PublishError, match="meanwhile"):
        switch(tmp_path, staged, manifest=manifest)
    assert os.readlink(tmp_path / "releases/current") == "2026-Q1_v1"


def test_a_newer_candidate_makes_the_one_before_void(tmp_path: Path) -> None:
    one = stage(tmp_path, make_build(tmp_path))
    manifest = release.manifest_sha256(one)
    two = stage(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    with pytest.raises(PublishError, match="changed: manifest"):
        switch(tmp_path, one, manifest=manifest)
    switch(tmp_path, two)
    assert sorted(p.name for p in (tmp_path / "staging").iterdir()) == []
    assert release.verify(tmp_path / "releases/current").is_intact


def test_what_was_compared_with_another_release_is_not_published(tmp_path: Path) -> None:
    publish(tmp_path, make_build(tmp_path))
    publish(tmp_path, make_build(tmp_path, value=2.0, name="b2"))
    late = stage(tmp_path, make_build(tmp_path, value=3.0, name="b3"))
    release.roll_back(Places(tmp_path), to=None, reason="x", role="statistician", policy=FREE)
    with pytest.raises(PublishError, match="was compared with 2026-Q1_v2"):
        switch(tmp_path, late)


def test_a_mart_without_an_order_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    build = make_build(tmp_path)
    with pytest.raises(PublishError, match="names no order"):
        release.assemble(
            candidate=build / "candidate.duckdb",
            build=build,
            places=Places(tmp_path),
            order_by={"dim_complex": ["complex_id"]},
        )
    assert list((tmp_path / "staging").iterdir()) == []


def test_an_exposure_must_be_published_as_the_candidate_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = make_build(tmp_path)
    with pytest.raises(PublishError, match="exposure bulletin names secret"):
        assemble(tmp_path, build, exposures={"bulletin": ["dim_complex", "secret"]})
    folder = assemble(tmp_path, build, exposures={"bulletin": ["dim_complex"]})
    found = json.loads((folder / "release.json").read_text(encoding="utf-8"))["reconciliation"]
    assert found["dim_complex"]["rows"] == 2 and found["dim_complex"]["exposures"] == ["bulletin"]
    assert found["complex_quarterly"]["exposures"] == []

    # A copy that lost a row on its way is found, in either form.
    for where in ("marts/dim_complex.parquet", "kicox.duckdb"):
        copy = folder / where
        if where.endswith("duckdb"):
            with duckdb.connect(str(copy)) as c:
                c.execute("UPDATE dim_complex SET name_ko = '창완' WHERE complex_id = 'changwon'")
        else:
            kept = copy.read_bytes()
            with duckdb.connect() as c:
                c.execute(f"CREATE TABLE t AS FROM '{copy}' LIMIT 1; COPY t TO '{copy}'")
        with pytest.raises(PublishError, match="not the candidate's"):
            release.reconcile(build / "candidate.duckdb", folder, {})
        if where.endswith("parquet"):
            copy.write_bytes(kept)


def test_exposures_of_the_project_name_marts(tmp_path: Path) -> None:
    manifest = {
        "nodes": {"model.sandan.dim_complex": {"name": "dim_complex"}},
        "exposures": {
            "exposure.sandan.bulletin": {
                "name": "bulletin",
                "depends_on": {"nodes": ["model.sandan.dim_complex", "model.sandan.gone"]},
            }
        },
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert release.exposures(tmp_path / "manifest.json") == {
        "bulletin": ["dim_complex", "model.sandan.gone"]
    }


def test_a_home_of_before_the_log_is_taken_up(tmp_path: Path) -> None:
    """Releases of the old form: the state and time of publication in the manifest."""
    for number, at in ((1, "2026-05-01T00:00:00+00:00"), (2, "2026-06-01T00:00:00+00:00")):
        folder = tmp_path / "releases" / f"2026-Q1_v{number}"
        folder.mkdir(parents=True)
        (folder / "x.txt").write_text(str(number))
        manifest = {
            "release_id": folder.name,
            "period": "2026-Q1",
            "version": number,
            "status": "published",
            "published_at": at,
            "is_simulated": False,
            "previous": None,
            "build_id": f"old{number}",
            "code": {"version": "0", "fingerprint": "e"},
            "inputs": [],
            "files": {"x.txt": release.file_sha256(folder / "x.txt")},
        }
        (folder / "release.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "releases/current").symlink_to("2026-Q1_v2")
    shown = release.current_release(tmp_path / "releases")
    assert shown is not None and shown["published_at"] == "2026-06-01T00:00:00+00:00"
    found = release.verify(tmp_path / "releases/current")
    assert found.is_intact and found.signature == "old_form"
    manifest = publish(tmp_path, make_build(tmp_path))
    assert manifest["release_id"] == "2026-Q1_v3" and manifest["previous"] == "2026-Q1_v2"
    assert states(tmp_path) == {
        "2026-Q1_v1": "superseded",
        "2026-Q1_v2": "superseded",
        "2026-Q1_v3": "published",
    }
    assert events(tmp_path)[:2] == ["adopted", "adopted"]
