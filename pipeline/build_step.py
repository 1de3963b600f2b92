"""The build of what has landed, with its disclosure control.

It may be repeated: it finds what is done already and says so. It may die: what it leaves is either
whole or replaced by the next run.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock

from ingestion.contract import load_contracts
from ingestion.ingest import is_stale
from ingestion.landing import SCHEMAS, write_empty
from pipeline.dbt_process import Dbt
from pipeline.disk import is_full
from pipeline.inputs import Inputs, collect_inputs, ingestion_room
from pipeline.settings import Settings, close_home

SUCCESS = "SUCCESS"
#: Landed schemas of registries, whose datasets have a row in `registries.csv`.
REGISTRIES = ("factories", "knowledge_centres")


class NothingToBuild(Exception):
    """No publication has landed, so there is nothing to build."""


class BuildFailed(Exception):
    """dbt did not build the candidate; the message names the models and their errors."""


# -- build ----------------------------------------------------------------------------------


def start_dbt(settings: Settings) -> Dbt:
    """A dbt process for the next build in a home, which reads the project while others work."""
    landed = {
        **{kind: [f"{_WORK}/landed/{kind}/*.parquet"] for kind in SCHEMAS},
        "snapshots": f"{_WORK}/inputs.lock.json",
    }
    return Dbt(settings, Path(_WORK, "candidate.duckdb"), {"landed_files": landed})


def build(
    settings: Settings,
    as_of: date | None = None,
    *,
    known_by: date | None = None,
    dbt: Dbt | None = None,
    after: Sequence[Path] | None = None,
    cuts: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Build the candidate of what has landed: dbt on a throw-away DuckDB file. With `as_of` and
    `known_by`, as of a day (`collect_inputs`); with `dbt`, in a process that was started before.

    `after` are the folders of the releases that readers had before, oldest first; by default those up
    to the current one. What they published cannot be hidden any more. `cuts` is for a build that is made
    again (`collect_inputs`).

    Raises:
        NothingToBuild: no publication has landed.
        BuildFailed: a registry without its row among the seeds, or dbt failed; nothing is left but its
            logs.
    """
    close_home(settings)
    inputs = collect_inputs(settings, as_of, known_by, cuts=cuts)
    if inputs is None:
        raise NothingToBuild(_nothing(settings, as_of, known_by))
    _hold_registries(settings, inputs)
    folder = settings.builds / inputs.build_id
    result = {
        "build_id": inputs.build_id,
        "period": inputs.period,
        "candidate": str(folder / "candidate.duckdb"),
    }
    settings.builds.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.builds / ".lock"):
        if (folder / SUCCESS).exists() and (folder / "candidate.duckdb").exists():
            return {**result, "status": "unchanged"}
        work = settings.builds / _WORK
        shutil.rmtree(work, ignore_errors=True)
        try:
            _make(settings, inputs, work, dbt, after)
        except Exception as error:
            if not is_full(error):
                raise
            shutil.rmtree(work, ignore_errors=True)
            raise BuildFailed(
                f"the disk of {settings.home} is full: nothing was built, and what was half made is "
                "removed. Make room (`sandan gc` helps), run again. "
                "디스크가 가득 찼습니다. 공간을 확보한 뒤(sandan gc) 다시 실행하십시오"
            ) from error
        # Renamed when it is whole.
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    return {**result, "status": "built"}


def _make(
    settings: Settings, inputs: Inputs, work: Path, dbt: Dbt | None, after: Sequence[Path] | None
) -> None:
    work.mkdir()
    lock = json.dumps(inputs.as_lock(), ensure_ascii=False, indent=1) + "\n"
    (work / "inputs.lock.json").write_text(lock, encoding="utf-8")
    link_inputs(settings, inputs, work / "landed")
    with dbt or start_dbt(settings) as process:
        failed = process.build(work / "logs")
        if failed is not None:
            raise BuildFailed(f"dbt failed: {failed}")
        shutil.copyfile(process.manifest, work / "manifest.json")
    shutil.rmtree(work / "landed")
    _add_seasonal(settings, work)
    _protect(settings, work, after)
    (work / SUCCESS).touch()


def _hold_registries(settings: Settings, inputs: Inputs) -> None:
    """Every registry that has landed has its row in `registries.csv`: what one edition of it covers.

    Raises:
        BuildFailed: one has none; which, and what the row says.
    """
    seed = settings.seeds / "registries.csv"
    with seed.open(encoding="utf-8", newline="") as file:
        known = {row["dataset"] for row in csv.DictReader(file)}
    contracts = load_contracts()
    landed = {snapshot["dataset"] for snapshot in inputs.snapshots} - known
    lacking = [c for d in sorted(landed) if (c := contracts[d]).landed in REGISTRIES]
    if not lacking:
        return
    names = ", ".join(contract.dataset for contract in lacking)
    rows = "; ".join(f"{c.dataset},{c.landed},country,…,…,…" for c in lacking)
    where = "dbt_project/seeds/registries.csv"
    raise BuildFailed(
        f"{names}: has landed, but no row of {where} says what an edition of it covers. Add the row "
        f"{rows} (country: all of the country in one file; complex: asked complex by complex; then a "
        f"note in Korean and in English, and the source), and build again. / {names}: 적재되었으나 한 회차가 "
        f"덮는 범위를 {where}에서 찾을 수 없습니다. 행 {rows}을(를) 적고(country: 전국을 한 파일에, complex: 단지마다 "
        "물어 받음, 이어서 한국어와 영어 설명, 출처) 다시 쌓으십시오."
    )


def _nothing(settings: Settings, as_of: date | None, known_by: date | None) -> str:
    """Why there is nothing to build."""
    room = ingestion_room(settings)
    stale = sum(is_stale(room, s) for s in room.store if s.dataset in room.contracts.by_dataset)
    if stale:
        return (
            f"{stale} snapshots were read by an older version and not since: nothing to build. "
            "`sandan ingest` reads them again"
        )
    if as_of is None:
        return "no publication has landed: nothing to build"
    loaded = f" and loaded by {known_by}" if known_by else ""
    return f"no publication had been published by {as_of}{loaded}: nothing to build"


def link_inputs(settings: Settings, inputs: Inputs, chosen: Path) -> None:
    """Give what a build reads names of their own: `<kind>/*.parquet`."""
    contracts = load_contracts()
    for contract in contracts.by_dataset.values():
        # No list of inputs is ever empty: a dataset without snapshots has a file without rows.
        empty = write_empty(settings.home / "landed", contract.dataset, contract.landed)
        _link(empty, chosen / contract.landed / f"{contract.dataset}.parquet")
    for number, snapshot in enumerate(inputs.snapshots):
        kind = contracts[snapshot["dataset"]].landed
        landed = settings.home / snapshot["landed"]
        target = chosen / kind / f"{number:06d}.parquet"
        if until := snapshot.get("changed_until"):
            _cut(landed, target, until)
            continue
        _link(landed, target)
        notes = settings.home / survey_notes_path(snapshot)
        if notes.exists():
            _link(notes, chosen / "survey_notes" / f"{number:06d}.parquet")
    empty = write_empty(settings.home / "landed", "survey_notes", "survey_notes")
    _link(empty, chosen / "survey_notes" / "schema.parquet")


def _add_seasonal(settings: Settings, work: Path) -> None:
    """The seasonally adjusted series, beside what dbt built.

    Raises:
        BuildFailed: a frozen model cannot be read, or X-13ARIMA-SEATS cannot be started.
    """
    from pipeline.seasonal_step import add_seasonal
    from seasonal import ModelError

    try:
        add_seasonal(work / "candidate.duckdb", settings.project / "seasonal" / "models")
    except (ModelError, ValueError, OSError) as error:
        raise BuildFailed(f"seasonal adjustment: {error}") from error


#: Built under a name that is always the same, so that dbt finds the project it has read unchanged.
_WORK = ".work"


def _protect(settings: Settings, work: Path, after: Sequence[Path] | None) -> None:
    """Disclosure control of what is computed from unit data, against what readers have already.

    Raises:
        BuildFailed: a rule of a contract cannot be used, or sums differ.
    """
    from pipeline import release_home
    from pipeline.disclosure_step import protect_candidate, room_fingerprint

    try:
        protect_candidate(
            work / "candidate.duckdb",
            load_contracts(),
            cache=settings.home / "cache" / "disclosure",
            code=room_fingerprint(settings.project),
            released=release_home.readable(settings) if after is None else after,
        )
    except ValueError as error:
        raise BuildFailed(f"disclosure control: {error}") from error


def protect_anew(settings: Settings, folder: Path) -> bool:
    """Hold a build against the releases that came out since it was protected, where there are any;
    returns whether that was done.

    Raises:
        BuildFailed: as for `build`.
    """
    from pipeline import release_home
    from pipeline.disclosure_step import is_held_against

    with FileLock(settings.builds / ".lock"):
        if is_held_against(folder, release_home.readable(settings)):
            return False
        # What was judged, and made into marts to ask as of a day, is another table than what comes now.
        (folder / "verdict.json").unlink(missing_ok=True)
        shutil.rmtree(folder / "marts", ignore_errors=True)
        _protect(settings, folder, None)
    return True


def survey_notes_path(snapshot: Mapping[str, Any]) -> str:
    """Where the survey notes of a snapshot have landed, if it has any (below the home)."""
    dataset = str(snapshot["dataset"])
    return str(snapshot["landed"]).replace(f"{dataset}/", f"{dataset}_notes/", 1)


def _cut(source: Path, target: Path, until: str) -> None:
    """Of an interface's answer the figures that the publisher changed last on or before a day."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(source)).filter(f"changed_on <= DATE '{until}'")
        rows.write_parquet(str(target))


def _link(source: Path, target: Path) -> None:
    """Give a landed file a second name; landed files are replaced, never changed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)
