"""What releases cost: proof at the speed of the hash, the difference of two, reconciliation.

verify   a release of 1 GB in files as a release has them (few large, many small), proven with manifest,
         checksums and signature, against `sha256sum -c` of the same files and against OpenSSL's hash
         in one thread
diff     two releases of a million changed observations, against one full join of the same files
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 1 << 20


def _medians(*works: Callable[[], object], rounds: int = 5) -> list[float]:
    """Medians of works taken in turns, so that all meet the same load; the first round warms up."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 1):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            if number:
                taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in times]


def bench_verify(folder: Path) -> list[tuple[str, float, str, float]]:
    """A gigabyte, warm in the page cache."""
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from publication.releases import verify
    from publication.releases.layout import write_json
    from publication.releases.manifest import seal
    from publication.releases.signing import public_key_of

    release = folder / "2026-Q1_v1"
    (release / "marts").mkdir(parents=True)
    block = os.urandom(4 * MEGABYTE)
    for number, megabytes in enumerate((384, 256, 128, 96, 64, 40)):
        with (release / "marts" / f"large{number}.parquet").open("wb") as file:
            for _ in range(megabytes // 4):
                file.write(block)
    for number in range(224):
        (release / "marts" / f"small{number}.parquet").write_bytes(block[: MEGABYTE // 4])
    write_json(release / "release.json", {"form": 2, "release_id": "x", "is_simulated": True})
    key = Ed25519PrivateKey.generate()
    seal(release, key)
    trusted = [public_key_of(key)]

    def ours() -> None:
        found = verify(release, trusted=trusted)
        assert found.is_intact and found.bytes > 1000 * MEGABYTE

    def one_thread() -> None:
        for path in sorted((release / "marts").iterdir()):
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256").hexdigest()

    program = shutil.which("sha256sum") or "sha256sum"
    command = [program, "--check", "--quiet", "checksums.txt"]
    seconds, hashed, summed = _medians(
        ours, one_thread, lambda: subprocess.run(command, cwd=release, check=True)
    )
    return [
        ("verify 1 GB", seconds, "hash alone, one thread", hashed),
        ("verify 1 GB", seconds, "sha256sum -c", summed),
    ]


def bench_diff(folder: Path) -> list[tuple[str, float, str, float]]:
    """Two folders of a million observations, half of them changed."""
    import duckdb

    from publication.releases import diff
    from publication.releases.layout import write_json

    for number, name in enumerate(("a", "b")):
        (folder / name / "marts").mkdir(parents=True)
        write_json(
            folder / name / "release.json",
            {"release_id": name, "is_simulated": True, "code": {}, "inputs": []},
        )
        with duckdb.connect() as connection:
            connection.execute(f"""
                COPY (SELECT 'c' || (i % 40) AS complex_id, '2020-Q' || (1 + i % 4) AS period,
                    i AS row_no, i * 1.5 + CASE WHEN i % 2 = 0 THEN {number} ELSE 0 END AS value
                    FROM range(1000000) t(i)) TO '{folder}/{name}/marts/facts.parquet'
            """)

    def ours() -> None:
        found = diff(folder / "a", folder / "b", {"facts": ["complex_id", "period", "row_no"]})
        assert found["marts"]["facts"]["values"]["value"]["changed"] == 500_000

    def join() -> None:
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")
            connection.execute(
                f"SELECT count(*) FROM '{folder}/a/marts/facts.parquet' o JOIN "
                f"'{folder}/b/marts/facts.parquet' n USING (complex_id, period, row_no) "
                "WHERE o.value <> n.value"
            ).fetchall()

    seconds, joined = _medians(ours, join, rounds=3)
    return [("difference, 1 M rows, half changed", seconds, "one join", joined)]
