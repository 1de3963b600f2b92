"""What stood published on a past day: from the release's own vintages, or rebuilt from its inputs.

Two ways. `read_as_of` asks the table macros of the current release (`as_of(DATE)` and its kin), in
milliseconds: what had been published by then, whenever it came here. `rebuild` builds everything from
what the release of the day knew, which gives every mart, byte for byte that of the release if the code is
the same; or, with a second day, from what had been loaded by that. They agree but for vintages that came
late.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline import build_step
from pipeline.release_home import mart_order
from pipeline.settings import Settings
from publication import releases as release

#: Table macros of a release by the mart they give.
_MACRO = {"fct_observation": "as_of"}

#: The vintages that tell when the first publication behind a mart came, where they are not those of
#: the trend statistic.
_VINTAGES = {
    "complex_status_quarterly": ("complex_status_vintage", "vintage"),
    "national_series": ("national_series", "stated_on"),
}


class AsOfError(Exception):
    """The question cannot be answered; the message says why and what can be asked."""


@dataclass(frozen=True)
class Table:
    """Rows of a mart as they stood on a day, in the order of its key."""

    mart: str
    day: date
    columns: list[str]
    rows: list[tuple[Any, ...]]
    total_rows: int


def parse_day(text: str) -> date:
    """An ISO day, '2025-12-01'.

    Raises:
        AsOfError: it is not a day.
    """
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise AsOfError(
            f"{text!r} is not a day: write it as 2025-12-01. 날짜가 아닙니다(예: 2025-12-01)."
        ) from None


def read_as_of(
    settings: Settings,
    day: date,
    mart: str = "complex_quarterly",
    *,
    known_by: date | None = None,
    limit: int | None = None,
) -> Table:
    """A mart of the current release as it stood on a day.

    A mart that keeps its vintages is read through its table macro; any other is rebuilt, and so is
    every one where it is asked what was known of that day by another (`known_by`).

    Raises:
        AsOfError: there is no release, no such mart, or nothing was published by that day.
        build_step.BuildFailed: the rebuild of a mart without a macro failed.
    """
    if not (settings.releases / "current").exists():
        raise AsOfError("no release is published yet: run `sandan run` first")
    file = settings.releases / "current" / release.DATABASE
    with duckdb.connect(str(file), read_only=True) as connection:
        marts = sorted(
            r[0] for r in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        )
        if mart not in marts:
            raise AsOfError(f"there is no mart {mart!r}; there are {', '.join(marts)}")
        macros = {
            r[0]
            for r in connection.execute(
                "SELECT function_name FROM duckdb_functions() WHERE function_type = 'table_macro'"
            ).fetchall()
        }
        macro = _MACRO.get(mart, f"{mart}_as_of")
        # a rebuild needs a publication of the trend, whatever the mart is made of
        table, column = ("fct_observation", "first_published_at")
        if macro in macros:
            table, column = _VINTAGES.get(mart, (table, column))
        first = connection.execute(f"SELECT min({column}) FROM {table}").fetchone()
        # a mart that holds nothing is empty as of any day
        if first and first[0] is not None and day < first[0]:
            raise AsOfError(
                f"nothing had been published by {day}: the first publication of {mart} in this "
                f"release is of {first[0]}. 그날까지 공표된 자료가 없습니다."
            )
        if macro in macros and known_by is None:
            return _select(connection, f"{macro}(DATE '{day}')", mart, day, limit)
    built = rebuild(settings, day, known_by)
    with duckdb.connect() as connection:
        path = str(built / "marts" / f"{mart}.parquet").replace("'", "''")
        return _select(connection, f"read_parquet('{path}')", mart, day, limit)


def _select(
    connection: duckdb.DuckDBPyConnection, source: str, mart: str, day: date, limit: int | None
) -> Table:
    counted = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    columns = [r[0] for r in connection.execute(f"DESCRIBE FROM {source}").fetchall()]
    order = [str(number + 1) for number in range(len(columns))]
    if limit is not None and "period" in columns:
        order.insert(0, "period DESC")
    rows = connection.execute(
        f"FROM {source} ORDER BY {', '.join(order)}" + (f" LIMIT {limit}" if limit else "")
    ).fetchall()
    return Table(mart, day, columns, rows, int(counted[0]) if counted else 0)


def rebuild(settings: Settings, day: date, known_by: date | None = None) -> Path:
    """Build everything as of a day, with marts as a release has them (`pipeline.inputs`).

    Args:
        settings: the home.
        day: nothing that was published after it is used.
        known_by: nothing that was loaded after it is used; default: what the release of the day knew.

    Returns the folder of the build; `marts/*.parquet` and `kicox.duckdb` lie in it.

    Raises:
        AsOfError: no publication of the trend statistic had been published (or loaded).
        build_step.BuildFailed: dbt failed.
    """
    try:
        built = build_step.build(settings, as_of=day, known_by=known_by)
    except build_step.NothingToBuild as error:
        raise AsOfError(str(error)) from error
    folder: Path = settings.builds / built["build_id"]
    build_step.protect_anew(settings, folder)  # what was made of it before may say too much
    if not (folder / "marts").is_dir():
        work = folder / ".marts"
        shutil.rmtree(work, ignore_errors=True)
        (work / "marts").mkdir(parents=True)
        release.export_marts(
            folder / "candidate.duckdb", work, mart_order(folder / "manifest.json")
        )
        (work / release.DATABASE).replace(folder / release.DATABASE)
        (work / "marts").rename(folder / "marts")
        work.rmdir()
    return folder


def releases_like(settings: Settings, folder: Path) -> list[str]:
    """The published releases whose marts have the same bytes as those in a folder."""
    hashes = {p.name: release.file_sha256(p) for p in sorted((folder / "marts").glob("*.parquet"))}
    return [
        manifest["release_id"]
        for manifest in release.list_releases(settings.releases)
        if {
            Path(name).name: sha256
            for name, sha256 in manifest.get("files", {}).items()
            if name.startswith("marts/")
        }
        == hashes
    ]
