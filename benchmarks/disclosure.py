"""`python -m benchmarks.disclosure`: protection and its audit, in figures of one run.

    exact      a table of 340 cells with 46 sensitive ones, optimal, respondents included
    spread     another of 340 cells, whose firms stand in four cells each
    hard       one whose p % rule makes the optimum hard to prove: given up in time, and how far it may be off
    beside     the same with an index of concentration for each of its rows, withheld where it tells too much
    linked     four quarters and their year, 1,700 cells, by the heuristic; against the audit alone
    quarter    a whole candidate, protected and audited anew without what was found before, and what its
               publisher's own suppression reveals; of the bundled sample, or of the candidate that
               SANDAN_BENCH_CANDIDATE names
    loss       the heuristic's loss of information against the optimum, over ten tables
    alone      the same quarters protected each for itself: cells that the audit of all finds open
    pytauargus both against pytauargus, where it stands in an environment of its own:
               SANDAN_PYTAUARGUS=<its python>; skipped with the reason otherwise

Times are seconds of processor time, so that other work on the machine does not count; a ratio is to the
audit of the same pattern in the same run. Tables are made up. Each limit is printed beside what was measured;
where one is exceeded, the exit code is 1.
"""

from __future__ import annotations

import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.limits import exit_code, held
from disclosure import (
    Concentration,
    Contributions,
    Dimension,
    Primary,
    Rule,
    Table,
    Tabulation,
    audit,
    primary,
    protect,
    tabulate,
)

RULES = [Rule("min_respondents", n=3)]
ROWS, COLUMNS, SENSITIVE = 16, 19, 46
#: At most, for one table and for five linked ones; for a whole quarter.
SECONDS, QUARTER_SECONDS = 5.0, 10.0


def units(
    seed: int, *, quarters: bool = False, shared: int | None = None
) -> tuple[dict[str, list[str]], list[float], list[str]]:
    """Codes, figures and firms: 16 by 19 cells and their margins; 46 of them with one or two firms, the others with 4 to 11. With
    `shared` the firms of sensitive cells are so many only, and each stands in several cells."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(ROWS * COLUMNS, SENSITIVE, replace=False)
    columns: dict[str, list[str]] = {"row": [], "column": [], "quarter": []}
    amounts: list[float] = []
    firms: list[str] = []
    for number in range(ROWS * COLUMNS):
        few = number in chosen
        for f in range(int(rng.integers(1, 3)) if few else int(rng.integers(4, 12))):
            firm = f"big {rng.integers(shared)}" if few and shared else f"{number}-{f}"
            size = rng.lognormal(3, 1.0)
            for quarter in ("q1", "q2", "q3", "q4") if quarters else ("q1",):
                if quarters and not few and rng.random() < 0.1:
                    continue
                columns["row"].append(f"r{number // COLUMNS}")
                columns["column"].append(f"c{number % COLUMNS}")
                columns["quarter"].append(quarter)
                amounts.append(float(np.ceil(size * rng.lognormal(0, 0.1))))
                firms.append(firm)
    return columns, amounts, firms


def make(seed: int, *, quarters: bool = False, shared: int | None = None) -> Tabulation:
    """The units of a seed as a table."""
    columns, amounts, firms = units(seed, quarters=quarters, shared=shared)
    dimensions = [
        Dimension("row", tuple(f"r{i}" for i in range(ROWS))),
        Dimension("column", tuple(f"c{i}" for i in range(COLUMNS))),
    ]
    if quarters:
        dimensions.append(Dimension("quarter", ("q1", "q2", "q3", "q4")))
    return tabulate(columns, amounts, firms, dimensions)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _problem(tabulation: Tabulation, weight: str) -> tuple[Table, Primary]:
    table = tabulation.table.with_weight(weight)
    return table, primary(table, RULES, minimum_level=1)


def exact() -> None:
    """Seconds to the optimum, and how many audits that is."""
    times, ratios = [], []
    for seed, shared in ((0, None), (1, None), (2, None), (0, 12), (1, 12)):
        table, sensitive = _problem(make(seed, shared=shared), "value")
        seconds, found = _timed(lambda t=table, s=sensitive: protect(t, s, method="exact"))
        check, _ = _timed(lambda t=table, s=sensitive, f=found: audit(t, f.suppressed, s))
        assert found.is_optimal
        times.append(seconds)
        ratios.append(seconds / check)
    print(
        f"exact   {table.size} cells: optimum in {statistics.median(times):.2f} s "
        f"(at most {max(times):.2f}), {statistics.median(ratios):.1f} times its audit"
    )
    held(f"exact protection of {table.size} cells", max(times), SECONDS, "s")


def _in_four_cells(seed: int, firm_count: int, sigma: float) -> Table:
    """Firms that stand in four cells each; `sigma` of the logarithm of their figures."""
    rng = np.random.default_rng(seed)
    columns: dict[str, list[str]] = {"row": [], "column": []}
    amounts: list[float] = []
    firms: list[str] = []
    for firm in range(firm_count):
        for number in rng.choice(ROWS * COLUMNS, 4, replace=False):
            columns["row"].append(f"r{number // COLUMNS}")
            columns["column"].append(f"c{number % COLUMNS}")
            amounts.append(float(np.ceil(rng.lognormal(3, sigma))))
            firms.append(str(firm))
    dimensions = [
        Dimension("row", tuple(f"r{i}" for i in range(ROWS))),
        Dimension("column", tuple(f"c{i}" for i in range(COLUMNS))),
    ]
    return tabulate(columns, amounts, firms, dimensions).table


def spread() -> None:
    """Seconds to the optimum where 700 firms stand in four cells each, and what the heuristic loses."""
    table = _in_four_cells(1, 700, 1.0).with_weight("log")
    sensitive = primary(table, [Rule("min_respondents", n=6)], minimum_level=1)
    seconds, found = _timed(lambda: protect(table, sensitive, method="exact"))
    other = protect(table, sensitive, method="heuristic")
    assert found.is_optimal
    print(
        f"spread  {table.size} cells, {int(sensitive.sensitive.sum())} sensitive: optimum in {seconds:.2f} s; "
        f"the heuristic loses {other.loss / found.loss:.2f} times as much"
    )
    held("exact protection of firms in several cells", seconds, SECONDS, "s")


def hard() -> None:
    """Seconds where the p % rule, and every firm in four cells, make the optimum hard to prove: what comes is
    safe, and how far it may be from the least loss is said."""
    times, gaps = [], []
    for weight in ("log", "value"):
        table = _in_four_cells(100, 900, 2.2).with_weight(weight)
        rules = [Rule("min_respondents", n=4), Rule("p_percent", p=10)]
        sensitive = primary(table, rules, minimum_level=1)
        seconds, found = _timed(lambda t=table, s=sensitive: protect(t, s))
        times.append(seconds)
        gaps.append(found.loss / found.bound)
    print(
        f"hard    {table.size} cells, {int(sensitive.sensitive.sum())} sensitive, 900 firms in four cells each: "
        f"{', '.join(f'{t:.2f}' for t in times)} s; the loss is at most "
        f"{', '.join(f'{g:.2f}' for g in gaps)} times the least (by log, by value)"
    )
    held("protection where the optimum is hard", max(times), SECONDS, "s")


def beside() -> None:
    """Seconds to the optimum with 17 indices beside the table, and how many are printed."""
    times, printed = [], []
    for seed in (0, 2):
        tabulation = make(seed)
        table, sensitive = _problem(tabulation, "value")
        indices = _indices(tabulation)
        seconds, found = _timed(
            lambda t=table, s=sensitive, i=indices: protect(t, s, method="exact", beside=i)
        )
        times.append(seconds)
        printed.append(int((~found.withheld).sum()))
    print(f"beside  {ROWS + 1} indices: in at most {max(times):.2f} s, {printed} of them printed")
    held(f"{ROWS + 1} indices beside {table.size} cells", max(times), SECONDS, "s")


def _indices(tabulation: Tabulation) -> list[Concentration]:
    """By row the Herfindahl-Hirschman index over the columns, with four decimals."""
    place = {key: i for i, key in enumerate(tabulation.keys)}
    found = []
    for row in (*(f"r{i}" for i in range(ROWS)), "_T"):
        parts = tuple(place[row, f"c{j}"] for j in range(COLUMNS))
        index = Concentration(row, parts, place[row, "_T"], 0.0, half_unit=5e-5)
        found.append(replace(index, published=round(index.of(tabulation.table.value), 4)))
    return found


def linked() -> None:
    """The quarters and their year together, and each for itself."""
    tabulation = make(0, quarters=True)
    table, sensitive = _problem(tabulation, "log")
    seconds, found = _timed(lambda: protect(table, sensitive, method="heuristic"))
    check, _ = _timed(lambda: audit(table, found.suppressed, sensitive))
    print(
        f"linked  {table.size} cells, {int(sensitive.sensitive.sum())} sensitive: {seconds:.2f} s, "
        f"{seconds / check:.1f} times its audit ({check:.2f} s, {found.audit.attackers} respondents)"
    )
    held(f"linked tables of {table.size} cells", seconds, SECONDS, "s")
    pattern = sensitive.sensitive.copy()
    for quarter in ("q1", "q2", "q3", "q4", "_T"):
        part = [i for i, key in enumerate(tabulation.keys) if key[2] == quarter]
        one = _one_quarter(tabulation, part)
        level, alone = primary(one, RULES, minimum_level=1), np.array(part)
        pattern[alone] |= protect(one, level, method="heuristic").suppressed
    open_ = {f.cell for f in audit(table, pattern, sensitive, intervals=False).findings}
    print(f"alone   each table for itself leaves {len(open_)} cells open")


def quarter() -> None:
    """A whole candidate, protected and audited as a publication does it."""
    from ingestion.contract import load_contracts
    from pipeline.disclosure_step import protect_candidate

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        candidate = _candidate(folder)
        work = Path(shutil.copyfile(candidate, folder / "candidate.duckdb"))
        seconds, found = _timed(
            lambda: protect_candidate(work, load_contracts(), cache=folder / "cache", code="bench")
        )
    cells = sum(table["cells"] for table in found["tables"])
    print(
        f"quarter {len(found['tables'])} tables, {cells} cells, "
        f"{sum(t['withheld'] for t in found['tables'])} withheld, "
        f"{max((t['respondents'] for t in found['tables']), default=0)} respondents: {seconds:.2f} s"
    )
    assert all(table["is_safe"] for table in found["tables"])
    held("protection and audit of a whole quarter", seconds, QUARTER_SECONDS, "s")


def _candidate(folder: Path) -> Path:
    named = os.environ.get("SANDAN_BENCH_CANDIDATE")
    if named:
        return Path(named)
    environment = {**os.environ, "SANDAN_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "pipeline.cli", "run"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return next((folder / "home" / "builds").glob("*/candidate.duckdb"))


def _one_quarter(tabulation: Tabulation, part: list[int]) -> Table:
    """The cells of one quarter as a table of its own."""
    table = tabulation.table
    place = np.full(table.size, -1)
    place[part] = np.arange(len(part))
    given, entries = table.relations, table.contributions
    inside = np.ones(given.count, dtype=bool)
    inside[given.row[place[given.cell] < 0]] = False
    keep = inside[given.row]
    rows, number = np.unique(given.row[keep], return_inverse=True)
    mine = place[entries.cell] >= 0
    kinds = (type(given), type(entries))
    return Table(
        names=tuple(table.names[i] for i in part),
        value=table.value[part],
        lower=table.lower[part],
        upper=table.upper[part],
        weight=table.weight[part],
        relations=kinds[0](
            number, place[given.cell[keep]], given.coef[keep], given.low[rows], given.high[rows]
        ),
        contributions=kinds[1](
            place[entries.cell[mine]], entries.respondent[mine], entries.amount[mine]
        ),
        respondents=table.respondents,
        fixed=table.fixed[part],
    )


def loss() -> None:
    """What the heuristic suppresses too much."""
    for weight in ("cells", "value", "log"):
        ratios = []
        for seed in range(10):
            table, sensitive = _problem(make(seed), weight)
            best = protect(table, sensitive, method="exact")
            quick = protect(table, sensitive, method="heuristic")
            if best.is_optimal and best.loss > 0:
                ratios.append(quick.loss / best.loss)
        print(
            f"loss    weight {weight}: heuristic / optimum {statistics.median(ratios):.2f} "
            f"(from {min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} tables)"
        )


def pytauargus() -> None:
    """The same tables by pytauargus, the outsider alone and respondents included; its patterns are held
    against our audit, because its own ends with 0 whatever it finds."""
    python = os.environ.get("SANDAN_PYTAUARGUS")
    if not python:
        print("pytauargus skipped: SANDAN_PYTAUARGUS names no python that has it")
        return
    script = Path(__file__).with_name("pytauargus_oracle.py")
    for method in ("OPT(1)", "MOD(1)"):
        theirs, against, quick, outsider, anybody, seconds = [], [], [], [], [], []
        for seed in range(5):
            tabulation = make(seed)
            table, sensitive = _problem(tabulation, "value")
            best = protect(table, sensitive, method="exact")
            quick.append(protect(table, sensitive, method="heuristic").loss / best.loss)
            with tempfile.TemporaryDirectory() as folder:
                columns, amounts, _ = units(seed)
                with (Path(folder) / "units.csv").open("w", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow(["row", "column", "value"])
                    writer.writerows(zip(columns["row"], columns["column"], amounts, strict=True))
                done = subprocess.run(
                    [python, str(script), folder, method],
                    cwd=folder,  # its solvers leave files where they run
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=600,
                )
                if done.returncode != 0:
                    print("pytauargus skipped:", (done.stderr or done.stdout).strip()[-200:])
                    return
                with (Path(folder) / "suppressed.csv").open(encoding="utf-8") as file:
                    hidden = {tuple(line[:2]) for line in csv.reader(file)}
            seconds.append(float(done.stdout.strip().splitlines()[-1]))
            named = [tuple("Total" if k == "_T" else k for k in key) for key in tabulation.keys]
            pattern = np.array([name in hidden for name in named])
            lost = float(table.weight[pattern & ~sensitive.sensitive].sum())
            theirs.append(lost / best.loss)
            # the same task as theirs: nobody knows a contribution
            nobody = replace(table, contributions=Contributions.none(), respondents=0)
            against.append(lost / protect(nobody, sensitive, method="exact").loss)
            findings = audit(table, pattern, sensitive, intervals=False).findings
            outsider.append(len({f.cell for f in findings if f.respondent is None}))
            anybody.append(len({f.cell for f in findings}))
        print(
            f"pytauargus {method}: loss / optimum against the outsider alone {statistics.median(against):.2f}, "
            f"respondents included {statistics.median(theirs):.2f} (the heuristic here, included: "
            f"{statistics.median(quick):.2f}); by the audit open to the outsider {outsider}, to some "
            f"respondent {anybody} cells in 5 tables; {statistics.median(seconds):.2f} s"
        )


def main(names: list[str]) -> None:
    """Run the parts named, or all."""
    parts: dict[str, Callable[[], None]] = {
        "exact": exact,
        "spread": spread,
        "hard": hard,
        "beside": beside,
        "linked": linked,
        "quarter": quarter,
        "loss": loss,
        "pytauargus": pytauargus,
    }
    for name in names or parts:
        parts[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.exit(exit_code())
