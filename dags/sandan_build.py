"""Build a throw-away candidate of the quarter out of everything that has landed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, IdentityMapper, PartitionedAssetTimetable, get_current_context, task
from sandan_common import CANDIDATE, DEFAULT_ARGS, DUCKDB_POOL, LANDED

DOC = """
### 빌드 · build

**한국어** 적재된 스냅샷을 고정(`inputs.lock.json`)하고 dbt로 후보 데이터베이스
`builds/<build id>/candidate.duckdb`를 만듭니다. 입력이 같으면 다시 만들지 않습니다.
DuckDB는 한 프로세스만 쓸 수 있으므로 슬롯이 하나인 풀 `duckdb`에서 실행합니다.

**English** Locks the landed snapshots (`inputs.lock.json`) and lets dbt build the candidate
`builds/<build id>/candidate.duckdb`. The same inputs are not built twice. Only one process may
write a DuckDB file: the task runs in the pool `duckdb` of one slot. Started by `sandan_landed`,
once per quarter announced.
"""

with DAG(
    dag_id="sandan_build",
    description="후보 데이터베이스 생성 · build the candidate",
    schedule=PartitionedAssetTimetable(
        assets=LANDED, partition_mapper_config={LANDED: IdentityMapper()}
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS | {"owner": "analytics-engineering"},
    tags=["sandan", "build"],
    doc_md=DOC,
) as dag:

    @task(outlets=[CANDIDATE], pool=DUCKDB_POOL, execution_timeout=timedelta(hours=3))
    def build() -> dict[str, Any]:
        """One dbt build; its id travels on as the extra of the asset event."""
        from pipeline import build_step
        from pipeline.settings import Settings

        built = build_step.build(Settings.from_env())
        event = get_current_context()["outlet_events"][CANDIDATE]
        # Named again rather than inherited: started by hand the run may have no key, and should a
        # newer quarter have landed meanwhile, it is that one that was built.
        event.add_partitions(built["period"])
        event.extra.update(
            build_id=built["build_id"], period=built["period"], status=built["status"]
        )
        return built

    build()
