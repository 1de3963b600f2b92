"""`make bench`: times as ratios to a baseline measured in the same run.

    python -m benchmarks [read] [status] [registry] [editions] [run] [nothing] [chain]
                         [verify] [diff] [sdmx] [readers] [bulletin] [gate]
                         [asof] [seasonal] [disclosure] [site]

read     the twelve tables by sandan's parser, against pandas.read_excel with openpyxl
registry a registry of 200,000 factories from bytes to landed Parquet, against DuckDB's read_csv to
         Parquet of the same file: the publisher's, which DuckDB has to have decoded first, because it
         reads no CP949; its bytes taken for latin-1; and the same registry in UTF-8, read by both
status   the workbook of all complexes from bytes to rows, against python-calamine reading its cells
editions twenty-five years of the trend statistic (some 300 workbooks) ingested cold and again, against
         python-calamine reading the cells of the same files
run      a new workbook to the switched `current` by `sandan run`, against a bare `dbt build`
nothing  a run with nothing new, against that run
chain    the same through Airflow's scheduler, against `sandan run`; Airflow's own share
verify   a signed release of 1 GB proven, against `sha256sum -c` and one thread of hashing
gate     a quarter's gate, its memory at ten times the facts, changed digits stopped (benchmarks/gate.py)
diff     two releases of a million rows, against one join of the same files
sdmx     a million observations as SDMX-CSV and SDMX-ML, against DuckDB's COPY of the same rows
readers  fifty readers during twenty publications, against the same readers without
bulletin every form of the bulletin (CPU seconds), against twelve bare pages set by typst
asof     the past on 1.1 million observations of three vintages, against a bare scan
seasonal X-13ARIMA-SEATS, against the bare binary on the same specifications
disclosure protection and its audit, in processor time
site     the pages of 25 years, and figures and a query in the browser; left out without chromium

Without a name everything is run. Where a benchmark has a limit it is printed beside the figure, and the
command ends with 1 if anything was over.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.limits import held
from pipeline.settings import PROJECT, QUIET

ROUNDS = 5


def _median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _medians(*works: Callable[[], object], rounds: int = 9) -> list[float]:
    """Medians of several works taken in turns, so that all meet the same load."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds + 1):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken[1:]) for taken in times]  # the first warms up


def _sandan(home: Path, *arguments: str) -> float:
    start = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        env={**os.environ, **QUIET, "SANDAN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise SystemExit(result.stdout + result.stderr)
    return time.perf_counter() - start


def _line(name: str, seconds: float, baseline: str, base_seconds: float) -> None:
    print(
        f"{name:42s} {seconds:8.3f} s   {baseline:34s} {base_seconds:8.3f} s   "
        f"ratio {seconds / base_seconds:7.3f}"
    )


def _editions(folder: Path) -> tuple[Path, Path]:
    """The simulated editions without the newest, and the newest, in two inboxes."""
    from ingestion.sample import write_sample

    old, new = folder / "old", folder / "new"
    old.mkdir()
    new.mkdir()
    write_sample(old, registry_dir=PROJECT / "dbt_project" / "seeds", with_faults=False)
    for path in list(old.glob("*산업동향정보_20260331.xlsx*")):
        shutil.move(path, new / path.name)
    for path in old.glob("*_20260331.csv*"):
        path.unlink()
    return old, new


def bench_read(folder: Path) -> None:
    """Reading the twelve tables, both from bytes in memory."""
    import io

    import pandas as pd

    from ingestion.contract import load_contracts
    from ingestion.parsers.industrial_trend import parse_workbook
    from ingestion.registry import Registry
    from ingestion.sniff import read_content

    _, new = _editions(folder)
    path = next(new.glob("*.xlsx"))
    data = path.read_bytes()
    contract = load_contracts()["kicox__industrial_trend"]
    registry = Registry.load(PROJECT / "dbt_project" / "seeds")

    def ours() -> None:
        parse_workbook(read_content(data), contract, registry, path.name)

    def theirs() -> None:
        pd.read_excel(io.BytesIO(data), sheet_name=None, header=None, engine="openpyxl")

    ours()
    theirs()
    _line(
        "twelve tables parsed, checked, mapped",
        _median(ours),
        "pandas.read_excel, openpyxl",
        _median(theirs),
    )


def bench_registry(folder: Path) -> None:
    """A registry from bytes in memory to landed Parquet: decoded, recognised, parsed, written."""
    from datetime import date

    import duckdb

    from ingestion.contract import load_contracts
    from ingestion.landing import LandedDraft
    from ingestion.parsers.registry_list import parse
    from ingestion.recognise import recognise
    from ingestion.registry import Registry
    from ingestion.sample.registry import factory_file_name, write_factory_csv
    from ingestion.snapshots import Snapshot
    from ingestion.sniff import read_content

    contracts = load_contracts()
    registry = Registry.load(PROJECT / "dbt_project" / "seeds")
    day = date(2024, 12, 31)
    for detailed, form in ((False, "five columns"), (True, "thirty columns")):
        path = folder / factory_file_name(day)
        data = write_factory_csv(path, day, seed=1, detailed=detailed).read_bytes()
        copy = folder / "utf8.csv"
        copy.write_bytes(data.decode("cp949").encode())
        snapshot = Snapshot(
            snapshot_id="bench",
            publisher="kicox",
            dataset="kicox__factory_registry",
            period="2024-12",
            vintage="2025-02-10",
            sha256="0" * 64,
            bytes=len(data),
            ending="csv",
            file_name=path.name,
            published_at="2025-02-10",
            published_at_basis="sidecar",
            loaded_at="2025-02-11T00:00:00+00:00",
            url=None,
            is_simulated=True,
        )

        def ours(data: bytes = data, snapshot: Snapshot = snapshot) -> None:
            content = read_content(data)
            contract = recognise(content, contracts, registry, snapshot.file_name)
            target, landed = folder / "ours.parquet", contract.landed
            with LandedDraft(target, landed, snapshot, "bench") as draft:
                read = parse(content, contract, registry, snapshot, lambda _: draft)
                assert read.draft is draft
                draft.save()

        def theirs(copy: Path = copy) -> None:
            with duckdb.connect() as database:
                database.execute(
                    f"COPY (FROM read_csv('{copy}')) TO '{folder}/theirs.parquet'"
                    " (COMPRESSION lz4_raw)"
                )

        def same_bytes(path: Path = path) -> None:
            # DuckDB reads no CP949 (its extension `encodings` is a download): of the codes that it
            # has, this one takes any bytes, and gives wrong letters.
            with duckdb.connect() as database:
                database.execute(
                    f"COPY (FROM read_csv('{path}', encoding='latin-1'))"
                    f" TO '{folder}/theirs.parquet' (COMPRESSION lz4_raw)"
                )

        def decoded(data: bytes = data, copy: Path = copy) -> None:
            copy.write_bytes(data.decode("cp949").encode())
            theirs(copy)

        def ours_in_utf8(data: bytes = copy.read_bytes()) -> None:
            ours(data)

        name = f"registry of 200,000 rows, {form}"
        seconds, in_utf8, after_decoding, of_bytes, of_copy = _medians(
            ours, ours_in_utf8, decoded, same_bytes, theirs
        )
        _line(name, seconds, "decoded, duckdb read_csv to Parquet", after_decoding)
        _line(name, seconds, "duckdb of the same bytes as latin-1", of_bytes)
        _line(f"{name}, UTF-8", in_utf8, "duckdb of that file", of_copy)
        held(f"{name}: of the same file in DuckDB", seconds / after_decoding, 1.5, "times")


def _cells(data: bytes) -> int:
    """What python-calamine alone needs for every cell of a workbook."""
    import io

    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return sum(len(book.get_sheet_by_name(n).to_python()) for n in book.sheet_names)


def bench_status(folder: Path) -> None:
    """The status workbook of 1,350 complexes, from bytes in memory to rows."""
    from ingestion.contract import load_contracts
    from ingestion.parsers.complex_status import parse_workbook
    from ingestion.registry import Registry
    from ingestion.sample import (
        MOST_COMPLEXES,
        SampleRegistry,
        simulate_status,
        status_file_name,
        write_status_workbook,
    )
    from ingestion.sniff import read_content

    seeds = PROJECT / "dbt_project" / "seeds"
    status = simulate_status(
        20260331, "2025-Q3", SampleRegistry.load(seeds), complexes=MOST_COMPLEXES
    )
    path = folder / status_file_name(status.when)
    write_status_workbook(status, path)
    data, contract = path.read_bytes(), load_contracts()["kicox__complex_status"]
    registry = Registry.load(seeds)

    def ours() -> None:
        parse_workbook(read_content(data), contract, registry, path.name)

    seconds = _median(ours)
    _line(
        "status workbook, 1,350 complexes, to rows",
        seconds,
        "python-calamine, cells only",
        _median(lambda: _cells(data)),
    )
    held("status workbook, 1,350 complexes, to rows", seconds, 1.0, "s")


def bench_editions(folder: Path) -> None:
    """Every simulated edition since 2001, taken in at once, and once more with nothing new."""
    from ingestion.sample import write_sample

    inbox, home = folder / "inbox", folder / "home"
    seeds = PROJECT / "dbt_project" / "seeds"
    write_sample(inbox, registry_dir=seeds, first="2001-01", with_faults=False)
    for path in [p for p in inbox.iterdir() if "산업동향정보" not in p.name]:
        path.unlink()
    files = sorted(inbox.glob("*.xlsx"))
    start = time.perf_counter()
    for path in files:
        _cells(path.read_bytes())
    cells = time.perf_counter() - start
    cold = _sandan(home, "ingest", "--inbox", str(inbox))
    _line(f"{len(files)} editions ingested cold", cold, "python-calamine, cells only", cells)
    again = statistics.median(_sandan(home, "ingest", "--inbox", str(inbox)) for _ in range(3))
    _line(f"{len(files)} editions, nothing new", again, "the cold run before", cold)
    held(f"{len(files)} editions ingested cold", cold, 30.0, "s")
    held(f"{len(files)} editions, nothing new", again, 3.0, "s")


def bench_run(folder: Path) -> None:
    """A new workbook in a home that has a release, and a run with nothing new after it."""
    old, new = _editions(folder)
    home = folder / "home"
    _sandan(home, "run", "--inbox", str(old))
    dbt = _median(lambda: _bare_dbt(home), 3)
    seconds = _sandan(home, "run", "--inbox", str(new))
    release = os.readlink(home / "releases" / "current")
    assert release.startswith("2026-Q1"), release
    _line("new workbook to switched current", seconds, "bare dbt build, one process", dbt)
    nothing = statistics.median(_sandan(home, "run", "--inbox", str(new)) for _ in range(3))
    _line("a run with nothing new", nothing, "the run before it", seconds)


def _bare_dbt(home: Path) -> None:
    """What dbt alone needs for the newest build's models, parsed project and all."""
    from ingestion.landing import SCHEMAS
    from pipeline.build_step import link_inputs
    from pipeline.inputs import collect_inputs
    from pipeline.settings import Settings

    inputs = collect_inputs(Settings(home))
    assert inputs is not None
    work = home / "bench"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    link_inputs(Settings(home), inputs, work / "landed")
    landed: dict[str, object] = {kind: [f"{work}/landed/{kind}/*.parquet"] for kind in SCHEMAS}
    landed["snapshots"] = str(work / "inputs.lock.json")
    (work / "inputs.lock.json").write_text(json.dumps(inputs.as_lock()), encoding="utf-8")
    project = str(PROJECT / "dbt_project")
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--quiet", "build"),
            *("--exclude-resource-type", "unit_test", "--project-dir", project),
            *("--profiles-dir", project, "--target-path", str(work / "target")),
            *("--log-path", str(work / "logs"), "--vars", json.dumps({"landed_files": landed})),
        ],
        env={**os.environ, **QUIET, "SANDAN_CANDIDATE": str(work / "candidate.duckdb")},
        check=True,
        capture_output=True,
    )


def bench_chain(folder: Path) -> None:
    """The same new workbook through the real scheduler."""
    old, new = _editions(folder)
    plain, chain = folder / "plain", folder / "chain"
    _sandan(plain, "run", "--inbox", str(old))
    shutil.copytree(plain, chain, symlinks=True)
    seconds = _sandan(plain, "run", "--inbox", str(new))
    _sandan(chain, "run", "--airflow", "--inbox", str(new))
    told = json.loads((chain / "airflow" / "last_run.json").read_text(encoding="utf-8"))
    timings = told["timings"]
    print(json.dumps(timings, ensure_ascii=False))
    _line("new workbook through the scheduler", timings["chain_seconds"], "sandan run", seconds)


def bench_verify(folder: Path) -> None:
    """Proof of a release of 1 GB."""
    from benchmarks.releases import bench_verify as measure

    for row in measure(folder):
        _line(*row)


def bench_diff(folder: Path) -> None:
    """The difference of two releases."""
    from benchmarks.releases import bench_diff as measure

    for row in measure(folder):
        _line(*row)


def _sample_release(folder: Path) -> Path:
    """The release of the bundled sample, made once for a benchmark."""
    _sandan(folder / "home", "run")
    return (folder / "home" / "releases" / "current").resolve()


def bench_sdmx(folder: Path) -> None:
    """A million observations for other statistical offices."""
    from benchmarks.outputs import bench_sdmx as measure

    for row in measure(folder, _sample_release(folder), _medians):
        _line(*row)


def bench_readers(folder: Path) -> None:
    """Readers while releases are published."""
    from benchmarks.outputs import bench_readers as measure

    for row in measure(folder, _sample_release(folder)):
        _line(*row)


def bench_bulletin(folder: Path) -> None:
    """Every form of the bulletin of a quarter."""
    from benchmarks.bulletin import bench_bulletin as measure

    for row in measure(_sample_release(folder), folder / "out"):
        _line(*row)


def bench_gate(_: Path) -> None:
    """The gate's seconds, memory and changed digits (benchmarks/gate.py)."""
    from benchmarks import gate

    gate.main([])


def bench_asof(folder: Path) -> None:
    """As of a day and the revision statistics, on 1.1 million observations (benchmarks/asof.py)."""
    from benchmarks import asof

    asof.main()


def bench_disclosure(_: Path) -> None:
    """Protection and its audit (benchmarks/disclosure.py)."""
    from benchmarks import disclosure

    disclosure.main([])


def bench_site(_: Path) -> None:
    """The site, made and looked at (benchmarks/site.py)."""
    from tests.integration.browser import CHROMIUM

    if shutil.which(CHROMIUM) is None:
        print(f"site: left out, there is no {CHROMIUM}")
        return
    from benchmarks import site

    site.main()


def bench_seasonal(folder: Path) -> None:
    """X-13ARIMA-SEATS against the bare binary (benchmarks/seasonal.py)."""
    from benchmarks import seasonal

    seasonal.main()


BENCHES = {
    "sdmx": [bench_sdmx],
    "readers": [bench_readers],
    "bulletin": [bench_bulletin],
    "gate": [bench_gate],
    "asof": [bench_asof],
    "seasonal": [bench_seasonal],
    "disclosure": [bench_disclosure],
    "site": [bench_site],
    "verify": [bench_verify],
    "diff": [bench_diff],
    "read": [bench_read],
    "status": [bench_status],
    "registry": [bench_registry],
    "editions": [bench_editions],
    "run": [bench_run],
    "nothing": [bench_run],
    "chain": [bench_chain],
}


def main() -> None:
    """Run what is asked for, or everything."""
    from benchmarks.limits import exit_code

    unknown = [name for name in sys.argv[1:] if name not in BENCHES]
    if unknown:
        raise SystemExit(f"{', '.join(unknown)}: no such benchmark; there are {', '.join(BENCHES)}")
    for bench in dict.fromkeys(b for name in sys.argv[1:] or BENCHES for b in BENCHES[name]):
        with tempfile.TemporaryDirectory() as folder:
            bench(Path(folder))
    sys.exit(exit_code())


if __name__ == "__main__":
    main()
