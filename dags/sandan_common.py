"""What the DAGs share: the assets that join them, the pool, the defaults of a task.

No DAG is defined here and nothing heavy is imported: the file is read every time Airflow parses a
DAG file and every time a task starts.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset
from sandan_alerts import ALERT

TIMEZONE = "Asia/Seoul"

#: DuckDB lets one process write, and then no other may even read: a pool of one slot holds whatever
#: opens a candidate. `pipeline.embedded` and the `airflow-init` service create it.
DUCKDB_POOL = "duckdb"

#: Where publishers do not answer, the tasks that ask them wait and try again: they never hold more
#: than their share of the slots, so that what lies in the inbox goes on.
FETCH_POOL = "fetch"

#: The assets carry the quarter of the release (`2026-Q1`) as their partition key from the moment
#: `sandan_ingest` knows it. The address only has to be unique: the files are found by the settings.
#: Something new lies in the inbox; it has no partition: what it is about is not known yet.
ARRIVED = Asset(name="sandan_arrived", uri="sandan://arrived", group="sandan")
LANDED = Asset(name="sandan_landed", uri="sandan://landed", group="sandan")
CANDIDATE = Asset(name="sandan_candidate", uri="sandan://candidate", group="sandan")
AUDITED = Asset(name="sandan_audited", uri="sandan://audited", group="sandan")
RELEASE = Asset(name="sandan_release", uri="sandan://release", group="sandan")

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "data-engineering",
    # Every step may be repeated: it finds what it did before and says so. What a retry helps
    # against is a full disk, a killed process, a share that is away for a moment.
    "retries": 1,
    "retry_delay": timedelta(seconds=5),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=1),
    # After the last attempt; where no connection is configured nobody is told (sandan_alerts.py).
    "on_failure_callback": [ALERT],
}


def clock_is_on(variable: str) -> bool:
    """Whether DAGs start by themselves; `SANDAN_FETCH_CRON=none` leaves it to people."""
    return os.environ.get(variable, "").strip().lower() != "none"


def ingest_schedule() -> str | None:
    """Cron expression (Korean time) at which the inbox is looked at, or None for "by hand only".

    `SANDAN_INGEST_CRON=none` switches the clock off; the embedded Airflow does, because it starts
    the one run it wants to follow itself.
    """
    cron = os.environ.get("SANDAN_INGEST_CRON", "10 9 * * *").strip()
    return None if cron.lower() in {"", "none"} else cron


def build_of(context: Any, asset: Asset) -> tuple[str, str | None]:
    """The build this run is about and its quarter.

    Args:
        context: the context of the running task.
        asset: the asset whose newest event names the build (`build_id`, `period`).

    Returns:
        Build id and partition key; by hand, the parameter `build_id` and the key the run was
        started with (None if it was started without one).

    Raises:
        ValueError: started by hand without the parameter `build_id`.
    """
    given = context["params"].get("build_id")
    if given:
        return str(given), context["dag_run"].partition_key
    events = context["triggering_asset_events"]
    if asset in events:
        extra = max(events[asset], key=lambda event: event.timestamp).extra
        return str(extra["build_id"]), str(extra["period"])
    raise ValueError(
        "no build named: start this DAG with the parameter build_id "
        "/ build_id를 지정해 실행하십시오"
    )
