"""The default sample: a folder of files as the publisher would have left it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from .figures import FIGURES_FILE, write_reference_figures
from .layout import CSV_EDITIONS, file_name
from .levels import TWICE_REVISED
from .nation import ANNUAL_REVISIONS
from .periods import Period, period_range
from .publication import (
    SampleRegistry,
    SimulatedPublication,
    simulate,
    simulate_annual_revision,
)
from .status import write_status_sample
from .writer import write_csv_edition, write_meta, write_workbook


def write_sample(
    folder: Path,
    *,
    seed: int = 20260331,
    registry_dir: Path,
    first: str = "2024-Q1",
    last: str = "2026-Q1",
    with_faults: bool = True,
) -> list[Path]:
    """Write the simulated publications of a few years into a folder.

    Workbooks of every period, the re-issues of a year's last period after the annual revisions
    that fall before the last edition, the CSV editions of the last period, the status of all complexes in the last quarter, the reference
    figures and, with faults, a truncated workbook. Each has a sidecar `<file name>.meta.json` with its day of publication.

    Args:
        folder: made if it is not there; files of the same name are overwritten.
        seed: the same seed gives the same bytes.
        registry_dir: folder with `complex_spellings.csv` and `industries.csv` (the dbt seeds).
        first, last: `2024-Q1` or `2023-05`; from a month to a quarter as the real editions came,
            monthly until 2024-03 and quarterly since 2024-Q1 (`2001-01` to `2026-Q1`: everything).
        with_faults: add a file that a pipeline must quarantine.

    Returns:
        The data files in the order of their publication, without the sidecars.

    Raises:
        ValueError: no range of periods, or a name that the registry lacks.
    """
    registry = SampleRegistry.load(registry_dir)
    editions = simulate(seed, period_range(first, last), registry)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[tuple[Path, date]] = []
    newest = editions[-1]
    for edition in editions:
        path = folder / file_name(edition.when)
        written.append((write_workbook(edition, path), edition.published_at))
        for suffix, revised in _reissues(seed, edition.when, registry):
            if revised.published_at <= newest.published_at:
                path = folder / file_name(edition.when, suffix=suffix)
                written.append((write_workbook(revised, path), revised.published_at))
    for table_id, form in CSV_EDITIONS.items():
        path = folder / file_name(newest.when, form.file_part, extension="csv")
        written.append((write_csv_edition(newest, table_id, path), newest.published_at))
    if newest.when.freq == "Q":
        written.append(write_status_sample(folder, seed, newest.period, registry))
    figures = write_reference_figures(editions, folder / FIGURES_FILE)
    written.append((figures, newest.published_at))
    if with_faults:
        # A re-distribution that broke off: its directory at the end of the archive is missing.
        victim = editions[max(0, len(editions) - 2)]
        whole = (folder / file_name(victim.when)).read_bytes()
        path = folder / file_name(victim.when, suffix="재배포")
        path.write_bytes(whole[: len(whole) * 3 // 5])
        written.append((path, victim.published_at + timedelta(days=7)))
    for path, published_at in written:
        write_meta(path, published_at)
    return [path for path, _ in sorted(written, key=lambda item: (item[1], item[0].name))]


def _reissues(
    seed: int, period: Period, registry: SampleRegistry
) -> Iterator[tuple[str, SimulatedPublication]]:
    """What is issued again for a year's last period, with the end of its file name."""
    last = period.number == (12 if period.freq == "M" else 4)
    if last and period.year in ANNUAL_REVISIONS:
        yield "연간보정", simulate_annual_revision(seed, str(period), registry)
        if period.year in TWICE_REVISED:
            again = simulate_annual_revision(seed, str(period), registry, years_later=2)
            yield "연간보정_2차", again
