"""A release made again and compared, on a small build: with a predecessor, after its bytes were collected,
from damaged raw files. (The real thing, dbt included, is among the integration tests.)
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import build_step, publishing, rebuilding, release_home
from pipeline.cli import app
from pipeline.settings import Settings
from publication import releases
from publication.releases import Places, Policy, PublishError
from publication.releases.calendar import Retention

from .test_publishing import small
from .test_release import make_build

__all__ = ["small"]
NAMES = ("2026-Q1_b1", "2026-Q1_b2", "2026-Q1_b3")
#: Up to which day the answers of one release counted.
CUT = {"2026-Q1_b2": "2026-03-15"}
RAW = Path("raw/kicox/trend/2026-Q1/20260528_abcdef12.xlsx")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Three releases of one raw file; `built` stands in for parsing and dbt, which need real files."""
    home = tmp_path / "home"
    raw = home / RAW
    raw.parent.mkdir(parents=True)
    raw.write_bytes(b"the publisher's bytes")
    raw.with_suffix(".json").write_text("{}")
    sha256 = hashlib.sha256(raw.read_bytes()).hexdigest()
    (tmp_path / "releases.yml").write_text("releases: []\n")
    settings = Settings(home, release_policy=tmp_path / "releases.yml")
    for number, name in enumerate(NAMES, start=1):
        build = make_build(home, value=float(number), name=name)
        lock = json.loads((build / "inputs.lock.json").read_text(encoding="utf-8"))
        lock["snapshots"][0] |= {"snapshot_id": "trend/1", "sha256": sha256}
        if name in CUT:  # built as of a day
            lock["snapshots"][0]["changed_until"] = CUT[name]
        text = json.dumps(lock, ensure_ascii=False, indent=1) + "\n"  # as a build writes it
        (build / "inputs.lock.json").write_text(text, encoding="utf-8")
        audit = dict.fromkeys(
            ("mart", "dataset", "period", "rules", "cells", "withheld", "is_safe")
        )
        (build / "disclosure_audit.json").write_text(
            json.dumps(
                {
                    "tables": [audit | {"mart": "complex_quarterly"}],
                    "held_against": [f"2026-Q1_v{before}" for before in range(1, number)],
                }
            ),
            encoding="utf-8",
        )
        publishing.publish(settings, name)
    kept = tmp_path / "kept"
    shutil.copytree(home / "builds", kept)

    class Store(list[Any]):
        def path(self, snapshot: Any) -> Path:
            return raw

    snapshots = Store([SimpleNamespace(snapshot_id="trend/1")])
    monkeypatch.setattr(rebuilding, "ingestion_room", lambda _: SimpleNamespace(store=snapshots))
    monkeypatch.setattr(rebuilding, "_parse", lambda there, lock: None)

    def built(there: Settings, after: list[Path], cuts: dict[str, str]) -> dict[str, Any]:
        assert (there.home / RAW).read_bytes() == b"the publisher's bytes"
        # what readers had before this release, and no more, is known to disclosure control
        name = NAMES[len(after)]
        # answers are cut as they were then
        assert cuts == ({"trend/1": CUT[name]} if name in CUT else {})
        shutil.copytree(kept / name, there.builds / name)
        for left in ("verdict.json", "quality_report.html"):  # the gate's, which is not asked again
            (there.builds / name / left).unlink()
        return {"build_id": name}

    monkeypatch.setattr(build_step, "build", built)
    return settings


def test_with_a_predecessor_its_difference_is_made_again_too(settings: Settings) -> None:
    result = rebuilding.rebuild(settings, "2026-Q1_v2")
    assert result.is_same and not result.not_compared
    assert {"diff.json", "diff.html", "RELEASE_NOTES.md", "bulletin/bulletin_ko.pdf"} <= set(
        result.same
    )
    assert {"kicox.duckdb", "marts/complex_quarterly.parquet"} <= set(result.same)


def test_what_came_out_otherwise_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def others(folder: Path) -> list[Path]:
        (folder / "bulletin").mkdir()
        (folder / "bulletin" / "bulletin_ko.pdf").write_bytes(b"%PDF of another day")
        (folder / "more.txt").write_text("x")
        return []

    monkeypatch.setattr("publication.outputs.render_outputs", others)
    result = rebuilding.rebuild(settings, "current")
    assert result.release_id == "2026-Q1_v3" and not result.is_same
    assert result.different == ["bulletin/bulletin_ko.pdf"] and result.extra == ["more.txt"]


def test_a_collected_release_is_made_again_from_its_proof(settings: Settings) -> None:
    little = Policy(keep=Retention(quarters=1, versions=1, builds=1, withdrawn_days=1))
    releases.collect(Places(settings.home), little)
    assert not (settings.releases / "2026-Q1_v1").exists()
    # what its protected mart said stays known to disclosure control, in the order of the releases
    known = release_home.readable(settings)
    assert [p.name for p in known] == ["2026-Q1_v1", "2026-Q1_v2", "2026-Q1_v3"]
    assert (known[0] / "marts/complex_quarterly.parquet").is_file()
    assert not (known[0] / "marts/dim_complex.parquet").exists()
    result = rebuilding.rebuild(settings, "2026-Q1_v1")
    assert result.is_same and "marts/complex_quarterly.parquet" in result.same
    assert result.not_compared == {"kicox.duckdb": "its bytes were collected"}
    # one whose predecessor is gone has nothing to make its difference with
    after = rebuilding.rebuild(settings, "2026-Q1_v2")
    assert after.is_same, (after.different, after.missing, after.extra)
    assert set(after.not_compared) == {"diff.json", "diff.html", "diff.parquet", "RELEASE_NOTES.md"}
    assert all("2026-Q1_v1 is not here" in why for why in after.not_compared.values())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: raw.write_bytes(b"one flipped bit"), "trend/1 (changed)"),
        (lambda raw: raw.unlink(), "trend/1 (missing)"),
    ],
)
def test_damaged_raw_files_are_named(settings: Settings, damage: Any, message: str) -> None:
    damage(settings.home / RAW)
    with pytest.raises(PublishError) as told:
        rebuilding.rebuild(settings, "2026-Q1_v2")
    assert message in str(told.value) and "Put them back from the backup" in str(told.value)
    assert "다시 만들 수 없습니다" in str(told.value)
    environment = {"SANDAN_HOME": str(settings.home), "COLUMNS": "200"}
    shown = CliRunner().invoke(app, ["rebuild", "2026-Q1_v2"], env=environment)
    assert shown.exit_code != 0 and message in shown.output and "Traceback" not in shown.output


def test_what_cannot_be_rebuilt_is_told(settings: Settings) -> None:
    with pytest.raises(PublishError, match="there is no release '2026-Q4_v1'"):
        rebuilding.rebuild(settings, "2026-Q4_v1")
    folder = settings.releases / "2026-Q1_v2"
    folder.chmod(0o755)
    (folder / "inputs.lock.json").unlink()
    with pytest.raises(PublishError, match=r"has no inputs\.lock\.json"):
        rebuilding.rebuild(settings, "2026-Q1_v2")
