"""The sample publisher: a simulated 국가산업단지 산업동향 and 전국산업단지현황통계 in the publisher's own formats.

It writes files, and nothing else: monthly (2001-01 to 2024-03) and quarterly (since 2024-Q1)
workbooks of twelve tables, CSV editions, re-issues after the annual revisions, a truncated file, the status of all
complexes, and the simulated nation's reference figures. Everything is deterministic from a seed and marked as simulated.
Tests build bad input with `mutate`: `write_workbook(edition, path, mutate.drop_digit(…))`.
"""

from __future__ import annotations

from . import mutate
from .figures import FIGURES_FILE, reference_rows, write_reference_figures
from .grid import SheetGrid, WorkbookGrid, build_grid
from .layout import (
    CSV_EDITIONS,
    SIMULATED_KIND,
    SIMULATED_MARK,
    SIMULATED_NOTE,
    TABLES,
    CsvEdition,
    file_name,
)
from .levels import TWICE_REVISED
from .macro import NationalAccounts, national_accounts
from .nation import ANNUAL_REVISIONS, SUPPRESSED_UP_TO
from .periods import Period, period_range
from .publication import (
    Figure,
    SampleRegistry,
    SimulatedCell,
    SimulatedPublication,
    simulate,
    simulate_annual_revision,
)
from .sample import write_sample
from .status import (
    MOST_COMPLEXES,
    SimulatedStatus,
    StatusRow,
    build_status_grid,
    simulate_status,
    status_file_name,
    write_status_workbook,
)
from .writer import (
    Mutation,
    csv_rows,
    write_csv_edition,
    write_csv_rows,
    write_grid,
    write_meta,
    write_workbook,
)

__all__ = [
    "ANNUAL_REVISIONS",
    "CSV_EDITIONS",
    "FIGURES_FILE",
    "MOST_COMPLEXES",
    "SIMULATED_KIND",
    "SIMULATED_MARK",
    "SIMULATED_NOTE",
    "SUPPRESSED_UP_TO",
    "TABLES",
    "TWICE_REVISED",
    "CsvEdition",
    "Figure",
    "Mutation",
    "NationalAccounts",
    "Period",
    "SampleRegistry",
    "SheetGrid",
    "SimulatedCell",
    "SimulatedPublication",
    "SimulatedStatus",
    "StatusRow",
    "WorkbookGrid",
    "build_grid",
    "build_status_grid",
    "csv_rows",
    "file_name",
    "mutate",
    "national_accounts",
    "period_range",
    "reference_rows",
    "simulate",
    "simulate_annual_revision",
    "simulate_status",
    "status_file_name",
    "write_csv_edition",
    "write_csv_rows",
    "write_grid",
    "write_meta",
    "write_reference_figures",
    "write_sample",
    "write_status_workbook",
    "write_workbook",
]
