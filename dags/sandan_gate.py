"""Audit the candidate: a critical failure stops everything that follows."""

from __future__ import annotations

from typing import Any

from airflow.sdk import (
    DAG,
    IdentityMapper,
    Param,
    PartitionedAssetTimetable,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowFailException
from sandan_common import AUDITED, CANDIDATE, DEFAULT_ARGS, DUCKDB_POOL, build_of

DOC = """
### 품질 관문 · gate

**한국어** 후보의 마트를 검사 묶음으로 확인하고 `verdict.json`을 씁니다. `critical` 검사가
하나라도 실패하면 판정은 `stop`이고 이 작업이 실패하여 **그 뒤로는 아무것도 실행되지
않습니다**. 독자는 앞선 배포판을 계속 봅니다. `warning`은 판정문과 배포판 노트에 적히고
진행됩니다. 자료가 같으면 판정도 같으므로 판정은 재시도하지 않고, 끝까지 가지 못한 작업만 다시
합니다. 수동 실행에는 매개변수 `build_id`와 파티션 키(분기)가 필요합니다.

**English** Checks the marts of the candidate and writes `verdict.json`. If one `critical` check
fails the verdict is `stop`, this task fails and **nothing after it runs**: readers keep the release
before. A `warning` is printed in the verdict and in the release notes, and the run goes on. The
same data give the same verdict, so a verdict is not tried again; a task that did not come to its end
is. By hand it needs the parameter `build_id` and the quarter as partition key.
"""

with DAG(
    dag_id="sandan_gate",
    description="품질 관문 · quality gate",
    schedule=PartitionedAssetTimetable(
        assets=CANDIDATE, partition_mapper_config={CANDIDATE: IdentityMapper()}
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS | {"owner": "data-quality"},
    params={"build_id": Param(None, type=["null", "string"], description="빌드 · build id")},
    tags=["sandan", "gate"],
    doc_md=DOC,
) as dag:

    @task(outlets=[AUDITED], pool=DUCKDB_POOL)
    def gate() -> dict[str, Any]:
        """Pass, pass with warnings, or stop."""
        from pipeline import gate_step
        from pipeline.settings import Settings

        context = get_current_context()
        build_id, period = build_of(context, CANDIDATE)
        if not period:
            raise AirflowFailException(
                "without the partition key (2026-Q1) of the build nothing would be published "
                "/ 파티션 키(2026-Q1)를 함께 지정하십시오"
            )
        verdict = gate_step.gate(Settings.from_env(), build_id)
        if verdict["verdict"] == "stop":
            # A failed task returns nothing: leave the verdict where the UI and the runner see it.
            context["ti"].xcom_push("return_value", verdict)
            raise AirflowFailException("\n".join(verdict["summary"]))
        event = context["outlet_events"][AUDITED]
        event.add_partitions(period)
        event.extra.update(build_id=build_id, period=period, verdict=verdict["verdict"])
        return verdict

    gate()
