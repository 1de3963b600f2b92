"""Look every day which editions should be out, and fail where one is late: that is the alarm."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, task
from airflow.sdk.exceptions import AirflowFailException
from sandan_common import DEFAULT_ARGS, TIMEZONE, clock_is_on

DOC = """
### 최신성 · freshness

**한국어** 계약에 적힌 공표 주기로 어떤 판이 나왔어야 하는지 계산하여 들어온 것과 견주고, 표
(`freshness/freshness.parquet`)와 페이지(`freshness/index.html`)를 씁니다. 유예까지 지난 자료가 있으면
작업이 **실패**합니다. 담당자가 알아야 하기 때문입니다.

**English** Compares what should be out by the cadence in the contracts with what was seen, and writes a
table (`freshness/freshness.parquet`) and a page (`freshness/index.html`). Where an edition is late
beyond its grace the task **fails**, so that somebody is told.
"""

with DAG(
    dag_id="sandan_freshness",
    description="자료 최신성 · what is late",
    schedule=CronTriggerTimetable("40 9 * * *", timezone=TIMEZONE)
    if clock_is_on("SANDAN_FETCH_CRON")
    else None,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS | {"retries": 0},
    tags=["sandan", "fetch"],
    doc_md=DOC,
) as dag:

    @task
    def look() -> int:
        """The number of datasets looked at; fails where one is late."""
        from pipeline.freshness import write_freshness
        from pipeline.settings import Settings

        rows, _ = write_freshness(Settings.from_env())
        late = [row for row in rows if row.status == "late"]
        if late:
            raise AirflowFailException("\n".join(row.told for row in late))
        return len(rows)

    look()
