"""Protect a table by pytauargus; run by `benchmarks.disclosure` in an environment that has it.

Reads `units.csv` (row, column, value; one firm a row) in the folder given, writes `suppressed.csv` with the
codes of what it suppresses, and prints its seconds of processor time, children included.
"""

import csv
import os
import sys
from pathlib import Path

from pytauargus import protect  # type: ignore[import-not-found]


def main(folder: Path, method: str) -> None:
    with (folder / "units.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    data = {
        "row": [r["row"] for r in rows],
        "column": [r["column"] for r in rows],
        "value": [float(r["value"]) for r in rows],
    }
    result = protect(
        data,
        tables=[["row", "column"]],
        response="value",
        safety_rules="FREQ(3,15)",
        suppress=method,
        workdir=str(folder),
    )
    table = result.tables[0]
    with (folder / "suppressed.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row, status in zip(table.rows, table.status(), strict=True):
            if status in ("U", "M"):
                writer.writerow([row["row"].strip(), row["column"].strip(), status])
    times = os.times()
    print(times.user + times.system + times.children_user + times.children_system)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
