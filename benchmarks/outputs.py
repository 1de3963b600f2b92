"""What readers get, and what it costs.

sdmx     a million observations as SDMX-CSV 2.0 and as SDMX-ML 3.0, against DuckDB's own `COPY` of the
         same rows to CSV
readers  fifty readers, each opening the published file for every query, while twenty releases are
         published, against the same readers for as long without a publication; no read may fail
"""

from __future__ import annotations

import multiprocessing
import shutil
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.limits import held

OBSERVATIONS = 1_000_000
READERS, PUBLICATIONS = 50, 20
#: A publication copies a whole release beside the readers, on the same two cores.
SLOWER = 2.0
_QUERY = (
    "SELECT name_en, production_krw_100m FROM complex_latest "
    "WHERE period = (SELECT max(period) FROM complex_latest) ORDER BY 2 DESC NULLS LAST LIMIT 10"
)


def bench_sdmx(
    folder: Path, release: Path, medians: Callable[..., list[float]]
) -> list[tuple[str, float, str, float]]:
    """A million observations of a release's own kind, in the order of the mart."""
    from publication.definitions import read_definitions
    from publication.sdmx.data import define_lookups, write_csv, write_xml
    from publication.sdmx.flows import TREND

    with duckdb.connect(str(folder / "million.duckdb")) as connection:
        connection.execute(f"ATTACH '{release / 'kicox.duckdb'}' AS r (READ_ONLY)")
        connection.execute(
            f"""CREATE TABLE fct_observation AS
            SELECT f.* REPLACE (f.complex_id AS complex_id, f.cell || '/' || n AS cell)
            FROM r.fct_observation AS f, range(1000) AS t(n)
            WHERE f.is_latest AND n < ceil({OBSERVATIONS} / (
                SELECT count(*) FROM r.fct_observation WHERE is_latest))
            ORDER BY n, complex_id, measure, industry_code, size_class, sex, freq, period
            LIMIT {OBSERVATIONS}"""
        )
    with duckdb.connect(str(folder / "million.duckdb"), read_only=True) as connection:
        define_lookups(connection, read_definitions(release))

        def copied() -> None:
            connection.execute(
                "COPY (SELECT freq, complex_id, industry_code, size_class, sex, measure, period, "
                "value, is_simulated, unit, sdmx_obs_status, conf_status, break_ids, vintage "
                f"FROM fct_observation WHERE is_latest) TO '{folder}/plain.csv' (FORMAT csv, HEADER)"
            )

        def as_csv() -> None:
            write_csv(connection, TREND, "1.20261.1", folder / "sdmx.csv")

        def as_xml() -> None:
            write_xml(
                connection, TREND, "1.20261.1", folder / "sdmx.xml",
                message_id="bench", prepared=datetime(2026, 1, 1), is_simulated=True,
            )  # fmt: skip

        plain, ours, xml = medians(copied, as_csv, as_xml)
    held("SDMX-CSV of 1 M observations: of DuckDB's COPY", ours / plain, 1.5, "times")
    return [
        ("SDMX-CSV 2.0 of 1 M observations", ours, "DuckDB's COPY of the rows to CSV", plain),
        ("SDMX-ML 3.0 of 1 M observations", xml, "DuckDB's COPY of the rows to CSV", plain),
    ]


def bench_readers(folder: Path, release: Path) -> list[tuple[str, float, str, float]]:
    """Latency of a read (open, query, close) under publications, against the same without."""
    from publication.releases.switching import point_current

    releases = folder / "releases"
    releases.mkdir()
    for number in range(PUBLICATIONS + 1):
        shutil.copytree(release, releases / f"2026-Q1_v{number + 1}", symlinks=True)
    point_current(releases, "2026-Q1_v1")
    started = time.perf_counter()
    shutil.copytree(release, releases / "2026-Q1_v99")
    pause = max(0.5, time.perf_counter() - started)
    duration = pause * PUBLICATIONS

    def quiet() -> None:
        time.sleep(duration)

    def publishing() -> None:
        for number in range(PUBLICATIONS):
            target = releases / f"2026-Q1_v{200 + number}"
            shutil.copytree(release, target)  # the bytes of a publication, written beside readers
            point_current(releases, target.name)
            time.sleep(pause / 2)

    calm, failures_calm = _readers(releases, quiet)
    busy, failures_busy = _readers(releases, publishing)
    for failure in [*failures_calm, *failures_busy][:3]:
        print(failure)
    failed = len(failures_calm) + len(failures_busy)
    held(f"{READERS} readers, {PUBLICATIONS} publications: failed reads", failed, 0, "reads")
    ratio = statistics.median(busy) / statistics.median(calm)
    held("median read under publications: of one without", ratio, SLOWER, "times")
    return [
        (f"median read of {READERS} readers, {PUBLICATIONS} publications ({len(busy)} reads)",
         statistics.median(busy), f"the same without ({len(calm)} reads)", statistics.median(calm)),
        ("95th percentile of the same", _p95(busy), "the same without", _p95(calm)),
    ]  # fmt: skip


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _readers(releases: Path, meanwhile: Callable[[], None]) -> tuple[list[float], list[str]]:
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    readies = [context.Event() for _ in range(READERS)]
    processes = [
        context.Process(target=_read, args=(str(releases), stop, ready, results))
        for ready in readies
    ]
    for process in processes:
        process.start()
    for ready in readies:
        assert ready.wait(300), "a reader did not start"
    try:
        meanwhile()
    finally:
        stop.set()
    times: list[float] = []
    failures: list[str] = []
    for _ in processes:
        taken, failed = results.get(timeout=300)
        times += taken
        failures += failed
    for process in processes:
        process.join(60)
    return times, failures


def _read(releases: str, stop: Event, ready: Event, results: Any) -> None:
    """Open, query, close, pause as a person at a dashboard does; times in seconds."""
    times, failures = [], []
    ready.set()
    while not stop.is_set():
        start = time.perf_counter()
        try:
            with duckdb.connect(f"{releases}/current/kicox.duckdb", read_only=True) as connection:
                connection.execute("SET enable_progress_bar = false")
                assert connection.execute(_QUERY).fetchall()
            times.append(time.perf_counter() - start)
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
        time.sleep(0.5)
    results.put((times, failures))
