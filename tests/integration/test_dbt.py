"""The warehouse's own unit tests: every formula against an example worked by hand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from ingestion.contract import Contracts
from ingestion.landing import write_empty
from pipeline.settings import QUIET

from ..conftest import ROOT


def test_models_and_unit_tests_build_from_nothing(tmp_path: Path, contracts: Contracts) -> None:
    """`dbt build --empty`: contracts, data tests and all unit tests, without a single input."""
    landed: dict[str, list[str] | str] = {
        "observations": [],
        "complex_status": [],
        "published_figures": [],
        "claims": [],
    }
    for contract in contracts.by_dataset.values():
        path = write_empty(tmp_path / "landed", contract.dataset, contract.landed)
        landed[contract.landed].append(str(path))  # type: ignore[union-attr]
    lock = tmp_path / "inputs.lock.json"
    lock.write_text('{"snapshots": []}', encoding="utf-8")
    landed["snapshots"] = str(lock)
    project = str(ROOT / "dbt_project")
    result = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build", "--empty"),
            *("--project-dir", project, "--profiles-dir", project),
            *("--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")),
            *("--vars", json.dumps({"landed_files": landed})),
        ],
        env={**os.environ, **QUIET, "SANDAN_CANDIDATE": str(tmp_path / "candidate.duckdb")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    failed = [line for line in result.stdout.splitlines() if re.search(r"\b(ERROR|FAIL)\b", line)]
    assert result.returncode == 0, "\n".join(failed or result.stdout.splitlines()[-20:])
    run = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))
    statuses = {r["unique_id"]: r["status"] for r in run["results"]}
    unit_tests = [k for k in statuses if k.startswith("unit_test.")]
    assert len(unit_tests) >= 25 and {statuses[k] for k in unit_tests} == {"pass"}
