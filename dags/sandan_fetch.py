"""Ask each publisher for what is new: one DAG a dataset, on the days its contract says."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import (
    DAG,
    MultipleCronTriggerTimetable,
    Param,
    PokeReturnValue,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from sandan_common import ARRIVED, DEFAULT_ARGS, FETCH_POOL, TIMEZONE, clock_is_on

from pipeline.schedules import Schedule, fetch_schedules, is_to_be_told, next_run

CLOCK = "SANDAN_FETCH_CRON"

DOC = """
### 받기 · fetch: {title}

**한국어** `{dataset}`의 새 자료를 작성기관에서 받아 수신함에 넣습니다. 일정은 계약
(`ingestion/contracts/{dataset}.yml`)의 공표 주기에서 나옵니다: {note_ko}. 포털이 보안문자를 요구하면
`person` 센서가 사람이 파일을 수신함에 넣을 때까지 기다렸다가 이어 갑니다. 다음 일정이 되면 그
실행이 받을 수 있는 것을 받고 이어서 기다리며, 3주마다 다시 알립니다. 매개변수 `since`(예:
`2021-01`)를 주면 그때부터의 모든 판을 다시 받습니다.

**English** Fetches what is new of `{dataset}` into the inbox. The schedule comes from the cadence in
its contract (`ingestion/contracts/{dataset}.yml`): {note_en}. Where the portal asks for a captcha, the
sensor `person` waits until somebody has dropped the file into the inbox, and goes on from there. When
the next run is due, that one fetches what can be had and waits on; every three weeks it is told anew. The
parameter `since` (such as `2021-01`) fetches every edition from then on again.
"""


def fetch_dag(schedule: Schedule) -> DAG:
    """The DAG of one dataset."""
    with DAG(
        dag_id=f"sandan_fetch__{schedule.dataset}",
        dag_display_name=f"fetch · {schedule.title}",
        description=schedule.title,
        schedule=MultipleCronTriggerTimetable(*schedule.crons, timezone=TIMEZONE)
        if clock_is_on(CLOCK)
        else None,
        catchup=False,
        max_active_runs=1,
        # By hand nobody waits for a publisher's second chance: the fetcher has made several attempts of
        # its own. What is tried again then is a task that did not come to its end.
        default_args=DEFAULT_ARGS
        | ({"retries": 2, "retry_delay": timedelta(minutes=10)} if clock_is_on(CLOCK) else {}),
        params={"since": Param(None, type=["null", "string"], description="2021-01, 2021-Q1")},
        tags=["sandan", "fetch", schedule.publisher],
        doc_md=DOC.format(
            title=schedule.title,
            dataset=schedule.dataset,
            note_ko=schedule.note_ko,
            note_en=schedule.note_en,
        ),
    ) as dag:

        @task(outlets=[ARRIVED], pool=FETCH_POOL)
        def fetch(dataset: str) -> dict[str, Any]:
            """Skipped where there is nothing new; then nothing is announced."""
            from pipeline import fetching
            from pipeline.settings import Settings

            context = get_current_context()
            result = fetching.fetch_for_run(
                Settings.from_env(), dataset, since=context["params"].get("since")
            )
            line = f"{result['message']} / {result['message_ko']}"
            # A loop that stopped for today has left what it got so far.
            if result["status"] == "fetched" or (result["status"] == "stopped" and result["files"]):
                return result
            # A task that fails or is skipped returns nothing: leave the result where others look.
            context["ti"].xcom_push("return_value", result)
            if result["status"] == "failed" and result["retriable"] and clock_is_on(CLOCK):
                raise AirflowException(line)
            if result["status"] in ("failed", "no_key"):
                raise AirflowFailException(line)
            raise AirflowSkipException(line)

        @task.sensor(
            outlets=[ARRIVED],
            poke_interval=float(os.environ.get("SANDAN_POKE_SECONDS", "60")),
            mode="reschedule",
            # It gives way to the next run, at the latest on a Monday.
            timeout=timedelta(days=8).total_seconds(),
            execution_timeout=None,
            # Where something came the scheduler passes over it without starting a task.
            trigger_rule="all_skipped",
        )
        def person(dataset: str) -> PokeReturnValue:
            """Wait for a file that only a person can download, until the next run is due; skipped where
            none is needed."""
            from pipeline import fetching
            from pipeline.settings import Settings

            asked = get_current_context()["ti"].xcom_pull(task_ids="fetch")
            if not asked or asked["status"] != "person_needed":
                raise AirflowSkipException("no person is needed / 사람이 필요하지 않습니다")
            if not clock_is_on(CLOCK):
                raise AirflowSkipException("started by hand: the next run takes the file up")
            name = fetching.arrived(
                Settings.from_env(),
                dataset,
                since=asked["at"],
                awaited=asked.get("awaited", ()),
            )
            at = datetime.fromisoformat(asked["at"])
            until = next_run(schedule.crons, at)
            if name is None and until <= datetime.now(UTC):
                since = asked.get("awaited_since") or asked["at"]
                if is_to_be_told(datetime.fromisoformat(since), at, until):
                    line = f"{asked['message']} / {asked['message_ko']}"
                    raise AirflowFailException(f"a person is awaited since {since}: {line}")
                raise AirflowSkipException("the next run waits on / 다음 실행이 이어서 기다립니다")
            return PokeReturnValue(is_done=name is not None, xcom_value=name)

        fetch(schedule.dataset) >> person(schedule.dataset)
    return dag


for _schedule in fetch_schedules():
    globals()[f"sandan_fetch__{_schedule.dataset}"] = fetch_dag(_schedule)
