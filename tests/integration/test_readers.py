"""Readers in other processes, at any moment, also while a release is being published."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty
from typing import Any

import duckdb

from publication import releases as release

from ..unit.test_release import make_build, publish
from .test_release_faults import LITTLE

PROCESSES = 4
READERS_EACH = 3
PUBLICATIONS = 12


def _process(releases: str, stop: Event, ready: Event, results: Any) -> None:
    """Some readers in one process, as a BI server's: what each of them saw."""
    with ThreadPoolExecutor(READERS_EACH) as pool:
        readers = [pool.submit(_read, releases, stop) for _ in range(READERS_EACH)]
        ready.set()
        results.put([reader.result() for reader in readers])


def _read(releases: str, stop: Event) -> tuple[int, list[str], list[float]]:
    """Open, query, close, again and again; every answer must be of one release."""
    reads, failures, seen = 0, [], set()
    while not stop.is_set():
        try:
            with duckdb.connect(f"{releases}/current/kicox.duckdb", read_only=True) as c:
                values = c.execute(
                    "SELECT DISTINCT production_krw_100m FROM complex_quarterly "
                    "WHERE complex_id = 'changwon' UNION SELECT DISTINCT production_krw_100m "
                    "FROM (SELECT * FROM complex_quarterly) WHERE complex_id = 'changwon'"
                ).fetchall()
            # A reader of several files holds on to one release by resolving the link once.
            folder = Path(os.path.realpath(f"{releases}/current"))
            with duckdb.connect() as c:
                parquet = c.execute(
                    "SELECT production_krw_100m FROM read_parquet(?) WHERE complex_id = 'changwon'",
                    [f"{folder}/marts/complex_quarterly.parquet"],
                ).fetchone()
            with duckdb.connect(str(folder / "kicox.duckdb"), read_only=True) as c:
                same = c.execute(
                    "SELECT production_krw_100m FROM complex_quarterly WHERE complex_id = 'changwon'"
                ).fetchone()
            if len(values) != 1 or parquet != same:
                failures.append(f"mixture: {values} {parquet} {same}")
            seen.add(values[0][0])
            reads += 1
            # As people do. Fifty of them: python -m benchmarks readers
            stop.wait(0.2)
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
    return reads, failures[:3], sorted(seen)


def test_no_reader_fails_or_sees_a_mixture_while_releases_are_published(
    tmp_path: Path,
) -> None:
    publish(tmp_path, make_build(tmp_path, value=0.0, name="b0"))
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    readies = [context.Event() for _ in range(PROCESSES)]
    readers = [
        context.Process(target=_process, args=(str(tmp_path / "releases"), stop, ready, results))
        for ready in readies
    ]
    for reader in readers:
        reader.start()
    for ready in readies:
        assert ready.wait(60)
    try:
        for number in range(1, PUBLICATIONS + 1):
            publish(tmp_path, make_build(tmp_path, value=float(number), name=f"b{number}"))
            time.sleep(0.15)
    finally:
        stop.set()
    answers = []
    for _ in readers:
        try:
            answers += results.get(timeout=60)
        except Empty:
            break
    for reader in readers:
        reader.join(60)
    assert len(answers) == PROCESSES * READERS_EACH
    for reads, failures, seen in answers:
        assert failures == []
        assert reads > 5 and len(seen) > 2, (reads, seen)
    # Together they were there for most of what was published.
    assert len({value for _, _, seen in answers for value in seen}) > PUBLICATIONS / 2
    assert os.readlink(tmp_path / "releases/current") == f"2026-Q1_v{PUBLICATIONS + 1}"
    assert release.current_release(tmp_path / "releases") is not None


def test_a_connection_held_open_keeps_its_release_through_publications_and_gc(
    tmp_path: Path,
) -> None:
    """What a BI tool opened in the morning answers from the same release all day."""
    publish(tmp_path, make_build(tmp_path, value=0.0, name="b0"))
    current = tmp_path / "releases" / "current" / "kicox.duckdb"
    query = (
        "SELECT DISTINCT production_krw_100m FROM complex_quarterly WHERE complex_id = 'changwon'"
    )
    with duckdb.connect(str(current), read_only=True) as held:
        before = held.execute(query).fetchall()
        first = (tmp_path / "releases" / "current").resolve()
        for number in range(1, 4):
            publish(tmp_path, make_build(tmp_path, value=float(number), name=f"h{number}"))
        # gc takes whole releases away: an open file stays readable until it is closed.
        release.collect(release.Places(tmp_path), LITTLE)
        assert not first.exists()
        assert held.execute(query).fetchall() == before
    with duckdb.connect(str(current), read_only=True) as fresh:
        assert fresh.execute(query).fetchall() != before
