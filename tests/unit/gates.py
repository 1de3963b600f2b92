"""Some checks of the gate on a small candidate."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from expectations.accepted import Accepted
from expectations.gate import load_suites, run_gate

PERIOD = "2026-Q1"


#: dimension → its key: what the messages of the gate take their names from.
DIMENSIONS = {"dim_complex": "complex_id", "dim_industry": "industry_code", "dim_measure": "measure", "dim_kpi": "kpi", "dim_series": "series"}  # fmt: skip
#: The levels of a series, in the order of the marts' columns.
_LEVELS = ", ".join(f"{m} DOUBLE" for m in ("production_krw_100m", "exports_usd_m", "employment_count", "tenant_count", "operating_count"))  # fmt: skip
#: What the gate's own views read.
READ = {
    "complex_quarterly": f"complex_id VARCHAR, period VARCHAR, {_LEVELS}",
    "industry_quarterly": f"industry_code VARCHAR, period VARCHAR, {_LEVELS}",
    "national_total_quarterly": f"period VARCHAR, {_LEVELS}",
    "dim_period": "period VARCHAR, previous_period VARCHAR",
    "dim_code": "codelist VARCHAR, code VARCHAR, name_ko VARCHAR, name_en VARCHAR",
    "dim_snapshot": "snapshot_id VARCHAR, dataset VARCHAR, period VARCHAR, published_at DATE, loaded_at TIMESTAMP, "
    "sha256 VARCHAR, file_name VARCHAR",
    "fct_observation": "snapshot_id VARCHAR, table_id VARCHAR, complex_id VARCHAR, industry_code VARCHAR, "
    "size_class VARCHAR, sex VARCHAR, measure VARCHAR, period VARCHAR, value DOUBLE, obs_status VARCHAR, "
    "published_at DATE, loaded_at TIMESTAMP, relation VARCHAR, vintage_no INTEGER, break_ids VARCHAR, "
    "sheet VARCHAR, cell VARCHAR",
}


def skeleton(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables without which no check runs, empty."""
    for table, key in DIMENSIONS.items():
        connection.execute(
            f"CREATE TABLE {table} ({key} VARCHAR, name_ko VARCHAR, name_en VARCHAR)"
        )
    for table, columns in READ.items():
        connection.execute(f"CREATE TABLE {table} ({columns})")


def judge_checks(
    candidate: Path,
    wanted: Collection[str],
    *,
    is_simulated: bool = True,
    last_release: Path | None = None,
    accepted: Collection[Accepted] = (),
) -> tuple[str, dict[str, dict[str, Any]]]:
    """The verdict (`pass`, `pass_with_warnings`, `stop`) of these checks alone, and each one's result by
    its identifier; `accepted`: the exceptions, by default none."""
    suites = [
        suite.model_copy(update={"checks": checks})
        for suite in load_suites()
        if (checks := tuple(c for c in suite.checks if c.id in wanted))
    ]
    verdict = run_gate(
        candidate=candidate,
        build_id="b",
        period=PERIOD,
        is_simulated=is_simulated,
        today=date(2026, 6, 1),
        suites=suites,
        accepted=list(accepted),
        last_release=last_release,
    )
    found = {c["id"]: dict(c) for c in verdict["checks"] if c["id"] in wanted}
    assert found.keys() == set(wanted)
    return str(verdict["verdict"]), found
