"""The past: a release rebuilt as of its day, the table macros against it, and the command line."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from ingestion.ingest import SIDECAR_SUFFIX
from ingestion.sample import (
    SampleRegistry,
    file_name,
    simulate_annual_revision,
    simulate_status,
    status_file_name,
    write_meta,
    write_sample,
    write_status_workbook,
    write_workbook,
)
from ingestion.sample.grid import WorkbookGrid
from pipeline.asof import AsOfError, read_as_of, rebuild, releases_like
from pipeline.settings import Settings
from publication.releases import Places, Policy, collect, file_sha256
from publication.releases.calendar import Retention

from ..conftest import ROOT, SEED, SEEDS
from .conftest import sandan

#: A day between the two publications of `two_releases`, and one before the revision of `a_third`.
BETWEEN = "2026-04-30"
BEFORE_REVISION = "2026-06-10"
#: The day of a vintage that comes after both of them.
LATE = date(2025, 1, 10)


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home that published what was out in April 2026, and then what came in May; builds removed."""
    folder = tmp_path_factory.mktemp("asof")
    old, new = folder / "old", folder / "new"
    write_sample(old, registry_dir=SEEDS, with_faults=False)
    new.mkdir()
    for path in sorted(old.iterdir()):
        sidecar = path.with_name(path.name + SIDECAR_SUFFIX)
        if not sidecar.exists():
            continue
        published = json.loads(sidecar.read_text(encoding="utf-8")).get("published_at")
        if published and published > BETWEEN:
            shutil.move(path, new / path.name)
            shutil.move(sidecar, new / sidecar.name)
    assert any(new.iterdir())
    for inbox in (old, new):
        result = sandan(folder / "home", "run", "--inbox", inbox, marts_only=True)
        assert result.returncode == 0, result.stdout + result.stderr
    shutil.rmtree(folder / "home" / "builds")
    yield Settings(folder / "home")


def test_a_release_rebuilt_as_of_its_day_has_the_same_bytes(two_releases: Settings) -> None:
    first, second = sorted(p.name for p in two_releases.releases.iterdir() if "_v" in p.name)
    result = sandan(two_releases.home, "build", "--as-of", BETWEEN)
    assert result.returncode == 0, result.stderr
    assert f"same marts as {first}" in result.stdout
    # compared here as well, so that the command's own word is not all there is
    (built,) = [p for p in two_releases.builds.iterdir() if (p / "marts").is_dir()]
    released = {p.name: file_sha256(p) for p in (two_releases.releases / first / "marts").iterdir()}
    assert {p.name: file_sha256(p) for p in (built / "marts").iterdir()} == released
    later = {p.name: file_sha256(p) for p in (two_releases.releases / second / "marts").iterdir()}
    assert later != released
    lock = json.loads((built / "inputs.lock.json").read_text(encoding="utf-8"))
    assert any(f"published after {BETWEEN}" == left["reason"] for left in lock["left_out"])


@pytest.mark.parametrize(
    ("mart", "macro"),
    [
        ("complex_quarterly", "complex_quarterly_as_of"),
        ("national_total_quarterly", "national_total_quarterly_as_of"),
        ("industry_quarterly", "industry_quarterly_as_of"),
        ("complex_industry_quarterly", "complex_industry_quarterly_as_of"),
        ("fct_observation", "as_of"),
        ("national_series", "national_series_as_of"),
        ("complex_status_quarterly", "complex_status_quarterly_as_of"),
    ],
)
def test_the_macros_give_what_the_release_of_the_day_gave(
    mart: str, macro: str, two_releases: Settings
) -> None:
    first, second = sorted(p for p in two_releases.releases.iterdir() if "_v" in p.name)
    latest = " WHERE is_latest" if mart in ("fct_observation", "national_series") else ""
    with duckdb.connect(str(second / "kicox.duckdb"), read_only=True) as c:
        then = f"SELECT * FROM read_parquet('{first / 'marts' / mart}.parquet'){latest}"
        now = f"FROM {macro}(DATE '{BETWEEN}')"
        for one, other in ((then, now), (now, then)):
            assert c.execute(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchone() == (
                0,
            )
        # and as of the day of the newest publication it is what the marts hold
        today = f"FROM {macro}('2030-01-01')"
        held = f"SELECT * FROM {mart}{latest}"
        for one, other in ((held, today), (today, held)):
            assert c.execute(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchone() == (
                0,
            )


def test_every_vintage_says_when_it_held(two_releases: Settings) -> None:
    database = two_releases.releases / "current" / "kicox.duckdb"
    with duckdb.connect(str(database), read_only=True) as c:
        wrong = c.execute(
            """
            SELECT count(*) FROM (
              SELECT *, lead(vintage) OVER k AS next, min(vintage) OVER (
                PARTITION BY complex_id, industry_code, size_class, sex, measure, period, freq) AS first
              FROM fct_observation WHERE begins_vintage
              WINDOW k AS (PARTITION BY complex_id, industry_code, size_class, sex, measure, period, freq
                           ORDER BY vintage_no))
            WHERE superseded_at IS DISTINCT FROM next OR first_published_at <> first
               OR vintage <> published_at OR is_latest <> (superseded_at IS NULL)
            """
        ).fetchone()
        assert wrong == (0,)
        revised = "SELECT count(*) FROM fct_observation WHERE superseded_at IS NOT NULL"
        assert (c.execute(revised).fetchone() or (0,))[0] > 100


def test_asof_on_the_command_line(two_releases: Settings) -> None:
    home = two_releases.home
    shown = sandan(home, "asof", BETWEEN, "--mart", "national_total_quarterly", "--format", "json")
    assert shown.returncode == 0, shown.stderr
    rows = json.loads(shown.stdout)
    assert max(row["period"] for row in rows) == "2025-Q4"
    table = sandan(home, "asof", BETWEEN, "--limit", "2")
    assert "2025-Q4" in table.stdout and "2 of " in table.stdout
    # a mart without vintages of its own is rebuilt
    kpis = sandan(home, "asof", BETWEEN, "--mart", "cluster_kpi", "--format", "csv", "--limit", "5")
    assert kpis.returncode == 0 and kpis.stdout.count("\n") == 6 and "2025-Q4" in kpis.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1999-01-01"], "nothing had been published by 1999-01-01"),
        (["2026-02-30"], "is not a day"),
        (["2026-05"], "is not a day"),
        ([BETWEEN, "--mart", "nonsense"], "there is no mart 'nonsense'"),
        ([BETWEEN, "--format", "xlsx"], "table, csv and json"),
    ],
)
def test_what_cannot_be_answered_is_told(
    arguments: list[str], message: str, two_releases: Settings
) -> None:
    result = sandan(two_releases.home, "asof", *arguments)
    assert result.returncode == 2 and message in result.stderr


def test_before_the_first_publication_there_is_nothing_to_rebuild(two_releases: Settings) -> None:

    with pytest.raises(AsOfError, match="had been published by 1999-01-01"):
        rebuild(two_releases, date(1999, 1, 1))


def test_releases_in_sequence_are_rebuilt_each_as_of_its_day(
    two_releases: Settings, tmp_path: Path
) -> None:
    """An edition, the next one, then a revision, an older vintage that came late and a new claim: each past
    release is made again, with its seasonal series, its claims and everything else, byte for byte."""
    home = Path(shutil.copytree(two_releases.home, tmp_path / "home", symlinks=True))
    first, second = sorted(p.name for p in (home / "releases").iterdir() if "_v" in p.name)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    revised = simulate_annual_revision(SEED, "2024-Q3", SampleRegistry.load(SEEDS))
    path = write_workbook(revised, inbox / file_name(revised.when, suffix="정정"))
    write_meta(path, date(2026, 6, 15))
    # published long before the first release, and unknown to both
    late = simulate_annual_revision(SEED, "2024-Q2", SampleRegistry.load(SEEDS))
    path = write_workbook(late, inbox / file_name(late.when, suffix="늦게"))
    write_meta(path, LATE)
    # the status of the newest quarter again: one complex is still being built

    def unfinished(grid: WorkbookGrid) -> None:
        for sheet in grid.sheets:  # the list of all complexes, and that of its type
            if sheet.title in ("전국산업단지현황", "국가"):
                row = next(r for r in sheet.rows if "완료" in r and "국가" in r)
                row[row.index("완료")] = "조성중"

    status = simulate_status(SEED, "2026-Q1", SampleRegistry.load(SEEDS))
    path = write_status_workbook(status, inbox / status_file_name(status.when), unfinished)
    write_meta(path, date(2026, 6, 15))
    claim = yaml.safe_load(
        (ROOT / "ingestion/claims/korea_it_times_2005_exports_43.yml").read_text("utf-8")
    )
    text = yaml.safe_dump({**claim, "claim_id": "entered_later"}, allow_unicode=True)
    (inbox / "entered_later.yml").write_text(text, encoding="utf-8")
    result = sandan(home, "run", "--inbox", inbox, marts_only=True)
    assert result.returncode == 0, result.stdout + result.stderr
    third = os.readlink(home / "releases/current")
    assert third not in (first, second)

    def marts(release: str) -> dict[str, str]:
        folder = home / "releases" / release / "marts"
        return {p.name: file_sha256(p) for p in folder.iterdir()}

    # both editions of the status are kept; as of a day the one that held then
    with duckdb.connect(str(home / "releases" / third / "kicox.duckdb"), read_only=True) as c:
        editions = c.execute(
            "SELECT vintage_no, vintage::VARCHAR, is_latest, superseded_at::VARCHAR, "
            "count(*) FILTER (development_status = 'complete') "
            "FROM complex_status_vintage GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        first_day = editions[0][1]
        assert [e[:4] for e in editions] == [
            (1, first_day, False, "2026-06-15"),
            (2, "2026-06-15", True, None),
        ]
        assert editions[1][4] == editions[0][4] - 1
        for day, release in ((BEFORE_REVISION, second), ("2026-06-15", third)):
            now = f"FROM complex_status_quarterly_as_of(DATE '{day}')"
            then = f"FROM read_parquet('{home}/releases/{release}/marts/complex_status_quarterly.parquet')"
            for one, other in ((then, now), (now, then)):
                assert c.execute(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchone() == (0,)  # fmt: skip
    # the third one does differ, in the vintages and in the claims
    for name in ("fct_observation", "revision", "revision_triangle", "claim_verdict"):
        assert marts(second)[f"{name}.parquet"] != marts(third)[f"{name}.parquet"]
    published = {name: marts(name) for name in (first, second, third)}
    # the macros tell what was published, whenever it came
    with duckdb.connect(str(home / "releases" / third / "kicox.duckdb"), read_only=True) as c:
        came = "SELECT count(*) FROM as_of(?) WHERE vintage = ? AND period = '2024-Q2'"
        assert (c.execute(came, [BETWEEN, LATE]).fetchone() or (0,))[0] > 100
    # an as-of needs no bytes of a release: what is collected is rebuilt all the same
    little = Policy(keep=Retention(quarters=1, versions=1, builds=1, withdrawn_days=1))
    collect(Places(home), little)
    assert not (home / "releases" / first).exists() and (home / "collected" / first).is_dir()
    shutil.rmtree(home / "builds")
    for day, release in ((BETWEEN, first), (BEFORE_REVISION, second), ("2026-06-15", third)):
        built = rebuild(Settings(home), date.fromisoformat(day))
        remade = {p.name: file_sha256(p) for p in (built / "marts").iterdir()}
        assert remade == published[release], day
        assert (release in releases_like(Settings(home), built)) is (release != first)
        for name in ("seasonal_adjusted", "seasonal_diagnostics", "claim_check", "reconciliation"):
            assert f"{name}.parquet" in remade


def test_without_a_release_there_is_nothing_to_ask(tmp_path: Path) -> None:

    with pytest.raises(AsOfError, match="no release"):
        read_as_of(Settings(tmp_path), date(2026, 1, 1))
    (tmp_path / "marts").mkdir()
    assert releases_like(Settings(tmp_path), tmp_path) == []
