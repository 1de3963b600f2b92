"""`python -m benchmarks.gate [candidate.duckdb]`: the gate's seconds, memory and eye for a wrong digit.

time      a whole gate in a process of its own, Great Expectations' import included, against that import
memory    peak resident memory with ten times the facts (planted copies of every observation under other
          snapshots), against the facts as they are
mutations single digits of cells of a workbook changed at random (one a run, seeded): the share that the
          gate stops, of 600 by default (SANDAN_BENCH_MUTATIONS)

Without a candidate the bundled sample is built first. The mutated figures are those of the candidate's
newest workbook; give a candidate of the publisher's own workbook to mutate that.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.limits import exit_code, held
from pipeline.settings import PROJECT, QUIET

SEED = 20260527
#: Of a quarter's gate at most, Great Expectations' import included.
SECONDS = 15.0
_JUDGE = """
import json, resource, sys, time
from datetime import date
from pathlib import Path
start = time.perf_counter()
import great_expectations.expectations
imported = time.perf_counter() - start
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from expectations.gate import load_suites, run_gate
simulated = json.loads(sys.argv[2])
verdict = run_gate(candidate=Path(sys.argv[1]), build_id="bench", period=sys.argv[3],
                   is_simulated=simulated, today=date(2026, 6, 1), accepted=[])
use = resource.getrusage(resource.RUSAGE_SELF)
print("RESULT" + json.dumps({
    "seconds": time.perf_counter() - start, "import_seconds": imported,
    "cpu_seconds": use.ru_utime + use.ru_stime, "peak_mb": use.ru_maxrss / 1024,
    "import_mb": rss / 1024, "checks": len(verdict["checks"]), "verdict": verdict["verdict"]}))
"""


def judge(candidate: Path, *, is_simulated: bool, period: str) -> dict[str, Any]:
    """One gate in a process of its own."""
    answer = subprocess.run(
        [sys.executable, "-c", _JUDGE, str(candidate), json.dumps(is_simulated), period],
        env={**os.environ, **QUIET},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(x for x in answer.stdout.splitlines() if x.startswith("RESULT"))
    found: dict[str, Any] = json.loads(line.removeprefix("RESULT"))
    return found


def multiply(candidate: Path, target: Path, times: int) -> int:
    """A copy with every observation `times` times, each copy under snapshots of its own; returns rows.

    The copies are in a dataset that no publication has, so that they are read and counted, and judged
    by what looks at all facts, without being taken for a second edition of the quarter.
    """
    shutil.copyfile(candidate, target)
    with duckdb.connect(str(target)) as c:
        c.execute("SET preserve_insertion_order = false")
        for table in ("fct_observation", "dim_snapshot"):
            c.execute(f"CREATE TABLE more AS FROM {table}; DROP TABLE {table}")
            c.execute(f"ALTER TABLE more RENAME TO {table}")
        for n in range(1, times):
            c.execute(
                f"INSERT INTO fct_observation SELECT * REPLACE (snapshot_id || '#{n}' AS snapshot_id, "
                "false AS is_latest) FROM fct_observation WHERE snapshot_id NOT LIKE '%#%'"
            )
            c.execute(
                f"INSERT INTO dim_snapshot SELECT * REPLACE (snapshot_id || '#{n}' AS snapshot_id, "
                f"sha256 || '{n}' AS sha256, dataset || '_{n}' AS dataset) FROM dim_snapshot "
                "WHERE snapshot_id NOT LIKE '%#%'"
            )
        row = c.execute("SELECT count(*) FROM fct_observation").fetchone()
    return int(row[0]) if row else 0


def digits(candidate: Path, number: int, seed: int = SEED) -> list[tuple[str, str, str, float]]:
    """Cells of the newest workbook with one digit of their whole part changed, drawn by the seed.

    Returns (sheet, cell, text after the change, factor); the first digit is never made a zero.
    """
    with duckdb.connect(str(candidate), read_only=True) as c:
        cells = c.execute(
            "SELECT sheet, cell, value_raw FROM fct_observation WHERE snapshot_id = (SELECT snapshot_id "
            "FROM dim_snapshot WHERE dataset = 'kicox__industrial_trend' ORDER BY period DESC, published_at "
            "DESC LIMIT 1) AND obs_status = 'A' AND abs(value) >= 1 ORDER BY table_id, cell, measure"
        ).fetchall()
    dice = random.Random(seed)
    drawn: list[tuple[str, str, str, float]] = []
    while len(drawn) < number:
        sheet, cell, raw = dice.choice(cells)
        whole = re.match(r"-?(\d+)", raw.replace(",", ""))
        if whole is None:
            continue
        text, place = raw.replace(",", ""), dice.randrange(len(whole[1]))
        at = whole.start(1) + place
        other = dice.choice([d for d in "0123456789" if d != text[at] and (place or d != "0")])
        changed = text[:at] + other + text[at + 1 :]
        drawn.append((sheet, cell, changed, float(changed) / float(text)))
    return drawn


def caught(candidate: Path, drawn: list[tuple[str, str, str, float]], **about: Any) -> list[bool]:
    """For each change, whether the gate stops; all in this process, on one working copy."""
    from expectations.gate import load_suites, run_gate

    # What looks at one workbook's cells: keys, registries and interfaces are not concerned.
    apart = {"registries", "national_series", "complex_status", "integrity", "last_release"}
    suites = [s for s in load_suites() if s.suite not in apart]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copyfile(candidate, Path(folder) / "candidate.duckdb"))
        where = (
            "WHERE snapshot_id = (SELECT snapshot_id FROM dim_snapshot WHERE dataset = "
            "'kicox__industrial_trend' ORDER BY period DESC, published_at DESC LIMIT 1) "
            "AND sheet = ? AND cell = ?"
        )
        found = []
        for sheet, cell, _, factor in drawn:
            with duckdb.connect(str(copy)) as c:
                before = c.execute(
                    f"SELECT measure, value FROM fct_observation {where}", [sheet, cell]
                ).fetchall()
                c.execute(
                    f"UPDATE fct_observation SET value = value * ? {where}", [factor, sheet, cell]
                )
            verdict = run_gate(
                candidate=copy,
                build_id="m",
                today=date(2026, 6, 1),
                suites=suites,
                accepted=[],
                **about,
            )
            found.append(verdict["verdict"] == "stop")
            with duckdb.connect(str(copy)) as c:
                for measure, value in before:
                    c.execute(
                        f"UPDATE fct_observation SET value = ? {where} AND measure = ?",
                        [value, sheet, cell, measure],
                    )
    return found


def main(arguments: list[str]) -> None:
    """Measure and print; `arguments` may name a candidate."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments:
            candidate = Path(arguments[0])
        else:
            environment = {**os.environ, **QUIET, "SANDAN_HOME": str(folder / "home")}
            subprocess.run([sys.executable, "-m", "pipeline.cli", "run"], env=environment, check=True, capture_output=True)  # fmt: skip
            candidate = next((folder / "home" / "builds").glob("*/candidate.duckdb"))
        lock = json.loads((candidate.parent / "inputs.lock.json").read_text(encoding="utf-8"))
        about = {"is_simulated": bool(lock["is_simulated"]), "period": str(lock["period"])}
        once = judge(candidate, **about)
        print(
            f"gate, {once['checks']} checks: {once['seconds']:.1f} s ({once['cpu_seconds']:.1f} s of CPU)   "
            f"import of Great Expectations {once['import_seconds']:.1f} s   ratio "
            f"{once['seconds'] / once['import_seconds']:.2f}"
        )
        held(f"gate, {once['checks']} checks", once["seconds"], SECONDS, "s")
        times = 10
        rows = multiply(candidate, folder / "ten.duckdb", times)
        ten = judge(folder / "ten.duckdb", **about)
        print(
            f"peak memory with {rows:,} observations: {ten['peak_mb']:.0f} MB   with {rows // times:,}: "
            f"{once['peak_mb']:.0f} MB   ratio {ten['peak_mb'] / once['peak_mb']:.2f}   "
            f"(the import alone {once['import_mb']:.0f} MB; seconds {ten['seconds']:.1f})"
        )
        (folder / "ten.duckdb").unlink()
        number = int(os.environ.get("SANDAN_BENCH_MUTATIONS", "600"))
        if number:
            stopped = caught(candidate, digits(candidate, number), **about)
            print(f"single digits changed: {sum(stopped)} of {number} stopped (seed {SEED})")


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.exit(exit_code())
