"""The warehouse: its own unit tests (every formula against an example worked by hand), and a build
of landed files of every kind."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.landing import SCHEMAS, landed_path, write_empty, write_landed
from ingestion.snapshots import Snapshot
from pipeline.settings import QUIET

from ..conftest import ROOT


def dbt_build(
    folder: Path, landed: dict[str, list[str] | str], *arguments: str
) -> tuple[dict[str, str], str]:
    """`dbt build` into `folder/candidate.duckdb`; the status of every node, and what dbt said."""
    project = str(ROOT / "dbt_project")
    result = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build", *arguments),
            *("--project-dir", project, "--profiles-dir", project),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", json.dumps({"landed_files": landed})),
        ],
        env={**os.environ, **QUIET, "SANDAN_CANDIDATE": str(folder / "candidate.duckdb")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    run = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))
    return {r["unique_id"]: r["status"] for r in run["results"]}, result.stdout


def empty_landed(folder: Path) -> dict[str, list[str] | str]:
    """A file without rows for every kind, and a lock that names nothing."""
    landed: dict[str, list[str] | str] = {
        kind: [str(write_empty(folder / "landed", kind, kind))] for kind in SCHEMAS
    }
    lock = folder / "inputs.lock.json"
    lock.write_text('{"snapshots": []}', encoding="utf-8")
    return {**landed, "snapshots": str(lock)}


def test_models_and_unit_tests_build_from_nothing(tmp_path: Path) -> None:
    """`dbt build --empty`: contracts, data tests and all unit tests, without a single input."""
    statuses, said = dbt_build(tmp_path, empty_landed(tmp_path), "--empty")
    failed = [line for line in said.splitlines() if re.search(r"\b(ERROR|FAIL) ", line)]
    assert not failed, "\n".join(failed)
    assert not set(statuses.values()) & {"error", "fail", "runtime error", "skipped"}
    unit_tests = [k for k in statuses if k.startswith("unit_test.")]
    assert len(unit_tests) >= 45 and {statuses[k] for k in unit_tests} == {"pass"}


class Landing:
    """Landed files of a home, made without publishers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = empty_landed(folder)
        self.lock: list[dict[str, Any]] = []

    def add(
        self, kind: str, dataset: str, period: str, published: str, rows: list[dict[str, Any]]
    ) -> str:
        """One snapshot; returns its identifier."""
        sha256 = hashlib.sha256(f"{dataset}{period}{published}".encode()).hexdigest()
        vintage = published.replace("-", "")
        snapshot = Snapshot(
            f"{dataset}/{period}/{vintage}_{sha256[:8]}", dataset.split("__")[0], dataset, period,
            vintage, sha256, 1, "csv", "x.csv", published, "sidecar", f"{published}T00:00:00+00:00",
            None, True,
        )  # fmt: skip
        path = landed_path(self.folder / "landed", snapshot)
        write_landed(path, kind, rows, snapshot, "test")
        files = self.files[kind]
        assert isinstance(files, list)
        files.append(str(path))
        self.lock.append(asdict(snapshot))
        return snapshot.snapshot_id

    def build(self) -> duckdb.DuckDBPyConnection:
        Path(str(self.files["snapshots"])).write_text(
            json.dumps({"snapshots": self.lock}), encoding="utf-8"
        )
        statuses, said = dbt_build(self.folder, self.files, "--exclude-resource-type", "unit_test")
        bad = {k: s for k, s in statuses.items() if s in ("error", "fail", "runtime error")}
        assert not bad, said[-3000:]
        return duckdb.connect(str(self.folder / "candidate.duckdb"), read_only=True)


def months_of(year: int, value: float, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "sheet": "0001.xml", "cell": f"item[{m}]/expDlr", "series": "national_exports",
            "area": "KR", "freq": "M", "period": f"{year}-{m:02d}", "unit_raw": "달러",
            "value": value * 1e6, "value_raw": str(value * 1e6), "obs_status": "A",
            "source": "customs", **more,
        }
        for m in range(1, 13)
    ]  # fmt: skip


def test_interfaces_become_denominators(tmp_path: Path) -> None:
    """A year of customs months: preliminary in January, final in March, each a share of its own."""
    home = Landing(tmp_path)
    figure = {"sheet": "", "unit": "백만달러", "print": "stated", "derivation": "stated",
              "period": "2025", "source": "press"}  # fmt: skip
    home.add(
        "published_figures", "sandan__published_figures", "all", "2026-05-01",
        [
            {**figure, "cell": "D2", "series": "kicox_exports", "value": 150000.0},
            {**figure, "cell": "D3", "series": "national_exports", "value": 700000.0, "print": "final"},
        ],
    )  # fmt: skip
    home.add("national_series", "customs__trade", "2025", "2026-01-15", months_of(2025, 50000.0))
    last = home.add(
        "national_series", "customs__trade", "2025", "2026-03-15", months_of(2025, 60000.0)
    )
    with home.build() as c:
        shares = dict(
            c.execute(
                "SELECT definition, share_pct FROM national_share "
                "WHERE period = '2025' AND definition LIKE 'customs%' ORDER BY 1"
            ).fetchall()
        )
        assert shares == {
            "customs_exports": pytest.approx(100 * 150000 / 720000),
            "customs_exports_preliminary": 25,
        }
        vintages = c.execute(
            "SELECT vintage_no, value, is_latest, snapshot_id = $1, cell FROM national_series "
            "WHERE period = '2025-12' ORDER BY 1",
            [last],
        ).fetchall()
        assert vintages == [
            (1, 50000, False, False, "item[12]/expDlr"),
            (2, 60000, True, True, "item[12]/expDlr"),
        ]
        # what was printed stays where print stands
        assert c.execute(
            "SELECT value FROM published_figure WHERE series = 'national_exports'"
        ).fetchall() == [(700000,)]


def test_an_unknown_unit_of_a_series_stops_the_build(tmp_path: Path) -> None:
    home = Landing(tmp_path)
    rows = months_of(2025, 50000.0, unit_raw="냥")
    home.add("national_series", "customs__trade", "2025", "2026-01-15", rows)
    with pytest.raises(AssertionError, match="series_units_known"):
        home.build()


def test_registries_become_histories(tmp_path: Path) -> None:
    """Two editions of the country's registry, and an interface that is asked for one complex."""
    home = Landing(tmp_path)

    def factory(key: str, address: str, **more: Any) -> dict[str, Any]:
        return {"sheet": "", "cell": f"A{key}", "factory_key": key, "key_basis": "registry_number",
                "company_name": f"모의제조{key}", "complex_raw": "모의국가산업단지", "address": address,
                **more}  # fmt: skip

    def edition(period: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
        return [{**row, "period": period} for row in rows]

    csv, api = "kicox__factory_registry", "kicox__factory_registry_api"
    first = edition("2023-12", factory("1", "가"), factory("2", "나"))
    second = edition("2024-12", factory("1", "다"), factory("3", "라"))
    asked = edition("2026-03", factory("1", "다"))
    home.add("factories", csv, "2023-12", "2025-01-31", first)
    home.add("factories", csv, "2024-12", "2026-01-31", second)
    home.add("factories", api, "2026-03", "2026-04-01", asked)
    centre = {
        "sheet": "",
        "cell": "A2",
        "period": "2025-12",
        "centre_key": "x",
        "name_ko": "모의센터",
    }
    home.add("knowledge_centres", "kicox__knowledge_centres", "2025-12", "2026-01-31", [centre])
    with home.build() as c:
        events = c.execute(
            "SELECT factory_key, event, edition_before, edition_after FROM factory_event ORDER BY ALL"
        ).fetchall()
        assert events == [
            ("1", "move", "2023-12", "2024-12"),
            ("2", "closure", "2023-12", "2024-12"),
            ("3", "opening", "2023-12", "2024-12"),
        ]
        current = c.execute(
            "SELECT dataset, factory_key, valid_from, valid_to FROM dim_factory WHERE is_current ORDER BY ALL"
        ).fetchall()
        assert current == [
            (csv, "1", "2024-12", None),
            (csv, "3", "2024-12", None),
            (api, "1", "2026-03", None),
        ]
        assert c.execute("SELECT change_kind FROM dim_knowledge_centre").fetchall() == [
            ("first_seen",)
        ]
        editions = c.execute(
            "SELECT dataset, scope, row_count, previous_row_count FROM registry_edition "
            "WHERE registry = 'factories' ORDER BY ALL"
        ).fetchall()
        assert editions == [
            (csv, "_T", 2, 2),
            (csv, "_T", 2, None),
            (api, "모의국가산업단지", 1, None),
        ]
