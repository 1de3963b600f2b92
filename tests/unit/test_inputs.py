"""What a build is made from."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingestion import ingest
from ingestion.contract import Table
from ingestion.landing import write_landed
from ingestion.periods import Period
from ingestion.sample import SampleRegistry, simulate_status, write_status_workbook
from ingestion.sample.registry import write_knowledge_centres_csv
from ingestion.snapshots import Snapshot
from pipeline import build_step
from pipeline.dbt_process import target_folder
from pipeline.inputs import (
    Inputs,
    _cut,
    _release_period,
    _unknown_on,
    code_fingerprint,
    collect_inputs,
    ingestion_room,
)
from pipeline.settings import Settings

from ..conftest import SEED, SEEDS


@pytest.mark.parametrize(
    ("editions", "expected"),
    [
        (["2025-Q4", "2026-Q1"], "2026-Q1"),
        (["2023-01", "2023-02", "2023-03", "2023-04"], "2023-Q1"),
        (["2023-04"], "2023-Q2"),  # nothing whole yet: the gate will say what is missing
        (["2024-01", "2024-02", "2024-03", "2024-Q2"], "2024-Q2"),
        (["2023-03", "2023-03", "2023-02"], "2023-Q1"),
    ],
)
def test_the_release_is_about_the_newest_whole_quarter(editions: list[str], expected: str) -> None:
    found = _release_period([("workbook", Period.parse(e)) for e in editions])
    assert str(found) == expected


def test_months_known_from_csv_editions_only_make_no_whole_quarter() -> None:
    editions = [("workbook", Period.parse("2023-Q4"))] + [
        ("csv", Period.parse(m)) for m in ("2024-01", "2024-02", "2024-03")
    ]
    assert str(_release_period(editions)) == "2023-Q4"


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("publication/site/src/lib/charts.js", True),
        ("publication/bulletin/html/style.css", True),
        ("dbt_project/models/marts/a.sql", True),
        ("publication/site/dist/0f/index.html", False),
        ("publication/site/dist/0f/_import/charts.js", False),
        ("publication/site/node_modules/d3/index.js", False),
        ("publication/site/src/.observablehq/cache/en/index.md", False),
        ("dbt_project/target/manifest.json", False),
    ],
)
def test_the_code_is_what_is_written_not_what_is_made_of_it(
    tmp_path: Path, changed: str, counts: bool
) -> None:
    path = tmp_path / changed
    path.parent.mkdir(parents=True)
    path.write_text("one", encoding="utf-8")
    before = code_fingerprint.__wrapped__(tmp_path)
    path.write_text("two", encoding="utf-8")
    assert (code_fingerprint.__wrapped__(tmp_path) != before) is counts


@pytest.mark.parametrize(
    ("trend_is_real", "status_is_real", "status_is_used"),
    [(False, False, True), (True, True, True), (False, True, False), (True, False, False)],
)
def test_the_status_comes_along_and_is_never_mixed(
    trend_is_real: bool,
    status_is_real: bool,
    status_is_used: bool,
    tmp_path: Path,
    edition_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The newest quarter of the trend is the release's, whatever the status is about."""
    settings = Settings(tmp_path / "home")
    status = simulate_status(SEED, "2026-Q3", SampleRegistry.load(SEEDS))
    paths = {
        write_status_workbook(status, tmp_path / "현황.xlsx"): status_is_real,
        edition_file(): trend_is_real,
    }
    for number, (path, is_real) in enumerate(paths.items()):
        room = ingestion_room(settings)
        with monkeypatch.context() as patch:
            if is_real:  # without its mark a file passes for real
                patch.setattr(ingest, "is_marked", lambda content: False)
            outcome = ingest.ingest_file(room, path, run_id="r")
        assert outcome.status == "landed" and outcome.is_simulated != is_real
        if number == 0:
            assert collect_inputs(settings) is None  # the status alone is nothing to build
    inputs = collect_inputs(settings)
    assert inputs is not None and inputs.period == "2026-Q1"
    assert inputs.is_simulated != trend_is_real
    used = {s["dataset"] for s in inputs.snapshots}
    assert ("kicox__complex_status" in used) == status_is_used
    # whose they are, and under which terms, comes along
    assert inputs.as_lock()["datasets"].keys() == used
    assert inputs.datasets["kicox__industrial_trend"]["publisher"]["ko"] == "한국산업단지공단"
    assert len(inputs.left_out) == (0 if status_is_used else 1)


def test_what_an_older_version_read_is_told_to_be_read_again(
    tmp_path: Path, edition_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path / "home")
    with pytest.raises(build_step.NothingToBuild, match="no publication has landed"):
        build_step.build(settings)
    ingest.ingest_file(ingestion_room(settings), edition_file(), run_id="r")
    for module in ("ingestion.ingest", "pipeline.inputs"):
        monkeypatch.setattr(f"{module}.landed_fingerprint", lambda path: "of an older version")
    for day in (None, date(2030, 1, 1)):
        with pytest.raises(
            build_step.NothingToBuild, match="1 snapshots were read by an older version"
        ):
            build_step.build(settings, day)


def test_a_registry_without_its_row_among_the_seeds_is_named_before_dbt_runs(
    tmp_path: Path, edition_file: Callable[..., Path]
) -> None:
    seeds = tmp_path / "project/dbt_project/seeds"
    shutil.copytree(SEEDS, seeds)
    settings = Settings(tmp_path / "home", project=tmp_path / "project")
    centres = write_knowledge_centres_csv(
        tmp_path / "한국산업단지공단_전국지식산업센터현황_20250630.csv",
        date(2025, 6, 30),
        seed=SEED,
    )
    for path in (edition_file(), centres):
        outcome = ingest.ingest_file(ingestion_room(settings), path, run_id="r")
        assert outcome.status == "landed", outcome.message
    rows = (seeds / "registries.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (seeds / "registries.csv").write_text(
        "".join(r for r in rows if not r.startswith("kicox__knowledge_centres")), encoding="utf-8"
    )
    with pytest.raises(build_step.BuildFailed) as told:
        build_step.build(settings)
    for word in (
        "kicox__knowledge_centres",
        "dbt_project/seeds/registries.csv",
        "kicox__knowledge_centres,knowledge_centres,country",
        "Add the row",
        "적고",
    ):
        assert word in str(told.value)
    assert "dbt failed" not in str(told.value) and not list(settings.builds.glob("*"))


def test_the_page_on_datasets_names_what_a_registry_and_a_table_take() -> None:
    page = (SEEDS.parents[1] / "docs/adding-a-dataset.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}
    registry = next(line for what, line in rows.items() if "registry" in what)
    table = next(line for what, line in rows.items() if "another table of" in what)
    for line, names in (
        (registry, ("registries.csv",)),
        (table, ("measures.csv", "first", "required")),
    ):
        assert all(f"`{name}" in line for name in names)
    assert (SEEDS / "registries.csv").exists() and (SEEDS / "measures.csv").exists()
    assert {"first", "required"} <= set(Table.model_fields)


def test_a_full_disk_while_building_is_told_and_leaves_nothing(
    tmp_path: Path, edition_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path / "home")
    ingest.ingest_file(ingestion_room(settings), edition_file(), run_id="r")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(build_step, "link_inputs", full)
    with pytest.raises(build_step.BuildFailed, match="is full: nothing was built"):
        build_step.build(settings)
    assert [p.name for p in settings.builds.iterdir()] == [".lock"]


# -- as of a day: what the release of that day knew

TREND, STATUS, CLAIMS = "kicox__industrial_trend", "kicox__complex_status", "sandan__claims"


def snapshot(name: str, published: str, loaded: str, dataset: str = TREND) -> Snapshot:
    """A snapshot of which only identity and times matter."""
    return Snapshot(
        name, "p", dataset, "2026-Q1", published, "0", 1, "xlsx", name.split("/")[0], published,
        "first_seen" if dataset == CLAIMS else "sidecar", loaded, None, False,
    )  # fmt: skip


def as_of(
    settings: Settings,
    snapshots: list[Snapshot],
    releases: dict[str, list[Snapshot]],
    day: str,
    known_by: str | None = None,
) -> set[str]:
    """What a build as of a day is made from, by identifier."""
    for name, made_from in releases.items():
        folder = settings.releases / name
        folder.mkdir(parents=True, exist_ok=True)
        keys = ("snapshot_id", "dataset", "published_at", "loaded_at")
        lock = {
            "is_simulated": False,
            "snapshots": [{k: getattr(s, k) for k in keys} for s in made_from],
        }
        (folder / "inputs.lock.json").write_text(json.dumps(lock), encoding="utf-8")
    unknown = _unknown_on(
        settings,
        ingestion_room(settings),
        [(s, settings.home / s.snapshot_id) for s in snapshots],
        date.fromisoformat(day),
        date.fromisoformat(known_by) if known_by else None,
    )
    return {s.snapshot_id for s in snapshots if s not in unknown}


FIRST = snapshot("2025-Q4", "2026-02-26", "2026-03-01T03:00:00")
SECOND = snapshot("2026-Q1", "2026-05-27", "2026-06-01T03:00:00")
#: An older vintage than both, and one between them; both came after them.
OLDER = snapshot("2025-Q3 again", "2026-02-01", "2026-07-01T03:00:00")
BETWEEN = snapshot("2025-Q4 again", "2026-04-01", "2026-07-01T03:00:00")
LIST = snapshot("claims.yml/1", "2026-03-01", "2026-03-01T02:00:00", CLAIMS)
NEW_LIST = snapshot("claims.yml/2", "2026-07-01", "2026-07-01T02:00:00", CLAIMS)
ALL = [FIRST, SECOND, OLDER, BETWEEN, LIST, NEW_LIST]
RELEASES = {
    "2025-Q4_v1": [FIRST, LIST],
    "2026-Q1_v1": [FIRST, SECOND, LIST],
    "2026-Q1_v2": [FIRST, SECOND, OLDER, BETWEEN, NEW_LIST],
}


@pytest.mark.parametrize(
    ("day", "release"),
    [
        ("2026-03-15", "2025-Q4_v1"),
        # both of 2026-Q1 are made from what was published by then: that which was out on the day
        ("2026-06-10", "2026-Q1_v1"),
        ("2026-06-30", "2026-Q1_v1"),
        ("2026-07-02", "2026-Q1_v2"),
        ("2027-01-01", "2026-Q1_v2"),
    ],
)
def test_a_vintage_that_came_after_a_release_is_unknown_to_it(
    day: str, release: str, tmp_path: Path
) -> None:
    known = as_of(Settings(tmp_path), ALL, RELEASES, day)
    assert known == {s.snapshot_id for s in RELEASES[release]}


@pytest.mark.parametrize(("day", "release"), [("2026-03-15", 0), ("2026-06-10", 1)])
def test_in_a_home_filled_later_only_an_older_vintage_is_late(
    day: str, release: int, tmp_path: Path
) -> None:
    """All was loaded on one day, long after: the clock tells nothing of the day asked for."""
    came = {s: replace(s, loaded_at=f"2027-01-01T0{n}:00:00") for n, s in enumerate(ALL)}
    # the order in which it came
    came[LIST] = replace(LIST, loaded_at="2026-12-31T00:00:00")
    releases = {name: [came[s] for s in made] for name, made in RELEASES.items()}
    known = as_of(Settings(tmp_path), list(came.values()), releases, day)
    assert known == {s.snapshot_id for s in list(RELEASES.values())[release]}
    # a newer edition of another dataset, or of the same, is no late one: it makes another day
    without = {"2025-Q4_v1": releases["2025-Q4_v1"]}
    assert SECOND.snapshot_id in as_of(Settings(tmp_path / "x"), list(came.values()), without, "2026-06-10")  # fmt: skip


def test_an_edition_that_was_out_and_had_not_come_is_unknown_to_the_release_of_the_day(
    tmp_path: Path,
) -> None:
    status = snapshot("status", "2026-05-02", "2026-06-20T00:00:00", STATUS)
    known = as_of(Settings(tmp_path), [*ALL, status], RELEASES, "2026-06-10")
    assert known == {s.snapshot_id for s in RELEASES["2026-Q1_v1"]}


@pytest.mark.parametrize(
    ("day", "known_by", "known"),
    [
        ("2026-06-10", "2026-06-10", [FIRST, SECOND, LIST]),
        ("2026-06-10", "2026-07-01", [FIRST, SECOND, OLDER, BETWEEN, LIST, NEW_LIST]),
        ("2026-03-01", "2026-07-01", [FIRST, OLDER, LIST, NEW_LIST]),
        ("2026-06-10", "2026-02-01", []),
    ],
)
def test_what_was_known_by_another_day(
    day: str, known_by: str, known: list[Snapshot], tmp_path: Path
) -> None:
    found = as_of(Settings(tmp_path), ALL, RELEASES, day, known_by)
    assert found == {s.snapshot_id for s in known}


def test_a_home_keeps_what_dbt_read_of_each_project_folder_apart(tmp_path: Path) -> None:
    """dbt remembers a seed by where it lies: another folder of the project has none there."""
    one, two = (Settings(tmp_path / "home", project=tmp_path / name) for name in ("one", "two"))
    assert target_folder(one) == target_folder(Settings(tmp_path / "home", project=one.project))
    assert target_folder(one) != target_folder(two)
    assert target_folder(one).parent == target_folder(two).parent == tmp_path / "home/cache/dbt"


# -- an interface's answer bears the day of its newest figure, and each figure its own

INDEX = "kosis__production_index"


def answer(home: Path, loaded: str = "2026-06-01T03:00:00") -> Snapshot:
    """An answer published on 27 May 2026 with a figure of 2025 that was changed last in October 2025."""
    made = snapshot("index", "2026-05-27", loaded, INDEX)
    rows = [
        {"sheet": "", "cell": f"[{n}]/DT", "series": "national_production_index", "freq": "M",
         "period": period, "value": 100.0 + n, "obs_status": "A", "changed_on": date.fromisoformat(day)}
        for n, (period, day) in enumerate([("2025-08", "2025-10-31"), ("2026-04", "2026-05-27")])
    ]  # fmt: skip
    write_landed(home / made.snapshot_id, "national_series", rows, made, "f")
    return made


@pytest.mark.parametrize(
    ("day", "releases", "known_by", "is_known"),
    [
        ("2026-03-15", {}, None, True),
        ("2025-10-31", {}, None, True),
        # no figure of it is as old
        ("2025-10-30", {}, None, False),
        # the release of the day did not have it
        ("2026-03-15", {"2025-Q4_v1": [FIRST, LIST]}, None, False),
        ("2026-03-15", {"2025-Q4_v1": [FIRST, LIST]}, "2026-06-01", True),
        ("2026-03-15", {}, "2026-05-31", False),
    ],
)
def test_a_later_answer_counts_where_it_holds_figures_of_the_day(
    day: str,
    releases: dict[str, list[Snapshot]],
    known_by: str | None,
    is_known: bool,
    tmp_path: Path,
) -> None:
    made = answer(tmp_path)
    known = as_of(Settings(tmp_path), [FIRST, LIST, made], releases, day, known_by)
    assert (made.snapshot_id in known) is is_known


def test_of_a_later_answer_the_figures_of_the_day_are_linked(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    room = ingestion_room(settings)
    made = answer(tmp_path)
    cut = _cut(room, made, date(2026, 3, 15))
    assert cut == "2026-03-15"
    # as of its own day it is whole; the project's own lists are never cut
    assert _cut(room, made, date(2026, 5, 27)) is None and _cut(room, made, None) is None
    assert _cut(room, NEW_LIST, date(2026, 3, 15)) is None
    entry = {"dataset": INDEX, "landed": made.snapshot_id}
    for until, periods in ((cut, ["2025-08"]), (None, ["2025-08", "2026-04"])):
        lock = [{**entry, **({"changed_until": until} if until else {})}]
        build_step.link_inputs(
            settings, Inputs("b", "2026-Q1", False, lock, [], {}, {}), tmp_path / f"until_{until}"
        )
        linked = tmp_path / f"until_{until}" / "national_series" / "000000.parquet"
        with duckdb.connect() as connection:
            found = connection.read_parquet(str(linked))
            assert [r[0] for r in found.project("period").fetchall()] == periods
            whole = connection.read_parquet(str(tmp_path / made.snapshot_id))
            assert (found.columns, found.types) == (whole.columns, whole.types)


def test_a_build_that_is_made_again_cuts_as_its_lock_says(
    tmp_path: Path, edition_file: Callable[..., Path]
) -> None:
    """Else a release of a past day could not be rebuilt: the same cuts are the same build."""
    settings = Settings(tmp_path / "home")
    ingest.ingest_file(ingestion_room(settings), edition_file(), run_id="r")
    whole = collect_inputs(settings)
    assert whole is not None and "changed_until" not in whole.snapshots[0]
    cuts = {whole.snapshots[0]["snapshot_id"]: "2026-03-15", "another": "2026-01-01"}
    one, two = (collect_inputs(settings, cuts=cuts) for _ in range(2))
    assert one is not None and two is not None
    assert one.snapshots[0]["changed_until"] == "2026-03-15"
    assert one.build_id == two.build_id != whole.build_id
