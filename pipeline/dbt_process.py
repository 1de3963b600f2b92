"""dbt in a process of its own: it keeps the database open as long as it lives.

The process reads the project at once and then waits to be told what to build, so that whoever has
other work to do first (a run takes in its files) starts it before that work: importing dbt and
reading the project takes longer than building. Run as `python -m pipeline.dbt_process`.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.settings import PROJECT, QUIET, Settings


def target_folder(settings: Settings) -> Path:
    """Where dbt keeps what it read of the project: its seeds are remembered by where they lie, so a home
    that is used from two folders of the project has two of them."""
    project = hashlib.sha256(str(settings.project.resolve()).encode()).hexdigest()[:12]
    return settings.home / "cache" / "dbt" / project


class Dbt:
    """A dbt process that has read the project, or is about to; good for one build."""

    def __init__(self, settings: Settings, candidate: Path, variables: dict[str, Any]) -> None:
        """Start the process.

        Args:
            candidate: the database to build into.
            variables: dbt's `vars`.

        Relative paths in both are of the home's `builds/`: said like this, what dbt keeps of a project
        it has read is of use in any home.
        """
        project = settings.project / "dbt_project"
        self._target = target_folder(settings)
        order = {
            "target": str(self._target),
            "place": str(settings.builds),
            "arguments": [
                *("--project-dir", str(project), "--profiles-dir", str(project)),
                *("--target-path", str(self._target), "--vars", json.dumps(variables)),
            ],
        }
        settings.builds.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.dbt_process", json.dumps(order)],
            env={**os.environ, **QUIET, "SANDAN_CANDIDATE": str(candidate)},
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Dbt:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def build(self, logs: Path) -> str | None:
        """Build, and wait until the process has ended and let go of the database.

        Args:
            logs: folder of dbt's log.

        Returns:
            What failed, by model or test, else the last lines that dbt printed; None where nothing
            did.
        """
        (self._target / "run_results.json").unlink(missing_ok=True)
        output, _ = self._process.communicate(json.dumps({"logs": str(logs)}))
        return None if self._process.returncode == 0 else _failures(self._target, output)

    @property
    def manifest(self) -> Path:
        """dbt's manifest.json."""
        return self._target / "manifest.json"


def _failures(target: Path, output: str) -> str:
    results = target / "run_results.json"
    failed: list[str] = []
    if results.exists():
        for result in json.loads(results.read_text(encoding="utf-8"))["results"]:
            if result["status"] in ("error", "fail", "runtime error"):
                message = (result.get("message") or "").strip().splitlines()
                failed.append(f"{result['unique_id']}: {' '.join(message)[:300]}")
    return "; ".join(failed) or " ".join(output.strip().splitlines()[-6:])


def main(order: dict[str, Any]) -> int:
    """Read the project, wait for a line on standard input, build; the exit code."""
    # What is read of the project is needed until the end: looking through it for garbage again and
    # again takes an eighth of the processor time and finds next to nothing.
    gc.disable()
    from dbt.cli.main import dbtRunner
    from filelock import FileLock

    os.chdir(order["place"])
    quiet = ["--quiet", "--no-use-colors"]
    target = Path(order["target"])
    target.mkdir(parents=True, exist_ok=True)
    with FileLock(target / ".lock"):  # what dbt keeps of a project it has read is shared in a home
        parsed = dbtRunner().invoke(
            # (the manifest is written by the build)
            [*quiet, "--no-write-json", "parse", *order["arguments"]]
            + ["--log-path", str(target / "logs")]
        )
    line = sys.stdin.readline()
    if not line:  # nothing to build after all
        return 0
    if not parsed.success:
        print(parsed.exception or "")
        return 1
    built = dbtRunner(manifest=parsed.result).invoke(
        [
            *(*quiet, "build", "--exclude-resource-type", "unit_test"),
            *(*order["arguments"], "--log-path", json.loads(line)["logs"]),
        ]
    )
    if built.exception is not None:
        print(built.exception)
    return 0 if built.success else 1


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
