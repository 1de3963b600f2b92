"""Look into the inbox, land what is new, and say which quarter is to be built."""

from __future__ import annotations

from typing import Any

from airflow.sdk import (
    DAG,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException
from sandan_common import ARRIVED, DEFAULT_ARGS, LANDED, TIMEZONE, ingest_schedule

DOC = """
### 수집 · ingest

**한국어** 수신함(`SANDAN_INBOX`)에서 아직 처리하지 않은 파일을 찾아 몇 개씩 나누어, 파일마다 원본을
그대로 보관하고(스냅샷) 해석하여 `landed/`에 적재합니다. 해석하지 못한 파일은 이유와 함께
격리되며 실행은 계속됩니다. 새로 적재된 것이 있을 때만 자산 `sandan_landed`를
분기(`2026-Q1`)를 파티션 키로 하여 알립니다. 새것이 없으면 `finish`는 *skipped*가 됩니다.
매일 09:10(한국 시각)에, 받기 DAG가 새 파일을 알리면(`sandan_arrived`), 또는 수동으로 실행합니다.

**English** Finds the files in the inbox (`SANDAN_INBOX`) that are not yet handled, a few to a task; keeps each as it
came (snapshot), parses it and lands it. A file that cannot be read is quarantined with the reason
and the run goes on. Only if something new has landed is the asset `sandan_landed` announced, with
the quarter (`2026-Q1`) as its partition key: `finish` is *skipped* when there is nothing new. Runs
daily at 09:10 Korean time, whenever a fetch announces a new file (`sandan_arrived`), or by hand.
"""

_cron = ingest_schedule()

with DAG(
    dag_id="sandan_ingest",
    description="수신함의 새 파일을 적재 · land what is new in the inbox",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable(_cron, timezone=TIMEZONE), assets=[ARRIVED]
    )
    if _cron
    else None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS | {"retries": 2},
    tags=["sandan", "ingest"],
    doc_md=DOC,
) as dag:

    @task
    def discover() -> list[dict[str, Any]]:
        """Files that are not yet handled, in portions."""
        from pipeline import ingest_step
        from pipeline.settings import Settings

        return ingest_step.batches(ingest_step.discover(Settings.from_env(), None))

    @task(map_index_template="{{ file_name }}")
    def ingest_batch(batch: dict[str, Any]) -> list[list[dict[str, Any]]]:
        """Snapshot, parse and land some files; takes no database lock, so many run at once."""
        from pipeline import ingest_step
        from pipeline.settings import Settings

        get_current_context()["file_name"] = batch["name"]  # type: ignore[typeddict-unknown-key]
        return ingest_step.ingest_batch(Settings.from_env(), batch)

    # none_failed: with an empty inbox the mapped task is skipped and the summary is still wanted;
    # a crash of the machinery (a bad file is none) must not pass for a complete quarter.
    @task(outlets=[LANDED], trigger_rule="none_failed")
    def finish(outcomes: list[list[list[dict[str, Any]]]] | None = None) -> dict[str, Any]:
        """Sum up; announce the quarter if there is something to build."""
        from pipeline import ingest_step
        from pipeline.settings import Settings

        context = get_current_context()
        flat = [o for portion in outcomes or [] for of_item in portion for o in of_item]
        summary = ingest_step.finish_ingest(Settings.from_env(), flat)
        if not summary["has_new"]:
            # A task that ends well always announces its outlets; only a skipped one stays silent.
            context["ti"].xcom_push("return_value", summary)
            raise AirflowSkipException("nothing new to build / 새로 적재된 것이 없습니다")
        event = context["outlet_events"][LANDED]
        event.add_partitions(summary["partition"])
        event.extra["landed"] = summary["landed"]
        return summary

    finish(ingest_batch.expand(batch=discover()))  # type: ignore[arg-type]
