"""Make a release out of an audited candidate and switch the readers to it."""

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
from sandan_common import AUDITED, DEFAULT_ARGS, DUCKDB_POOL, RELEASE, build_of

DOC = """
### 발행 · publish

**한국어** 관문을 지난 후보로 릴리스를 조립하고(`assemble`), 통계 속보를 만든 다음(`render`),
`current` 링크를 한 번에 바꿉니다(`switch`). 릴리스는 바뀌지 않는 것이므로 속보는 전환
**전에** 그 안에 들어갑니다. 전환이 유일한 확정 지점이며, 그 전에 멈추면 독자는 앞선
릴리스를 그대로 봅니다. 수동 실행에는 매개변수 `build_id`가 필요합니다.

**English** Assembles the release of an audited candidate (`assemble`), renders the bulletin
(`render`), and swaps the link `current` (`switch`). A release never changes, so the bulletin goes
in **before** the switch. The switch is the only commit point: a crash before it leaves readers
where they were. By hand it needs the parameter `build_id`.
"""

with DAG(
    dag_id="sandan_publish",
    description="릴리스 발행 · publish the release",
    schedule=PartitionedAssetTimetable(
        assets=AUDITED, partition_mapper_config={AUDITED: IdentityMapper()}
    ),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS | {"owner": "publication"},
    params={"build_id": Param(None, type=["null", "string"], description="빌드 · build id")},
    tags=["sandan", "publish"],
    doc_md=DOC,
) as dag:

    @task(pool=DUCKDB_POOL)
    def assemble() -> dict[str, Any]:
        """Everything of the release except the bulletin, in a staging folder."""
        from pipeline import steps
        from pipeline.settings import Settings

        build_id, _ = build_of(get_current_context(), AUDITED)
        return steps.assemble(Settings.from_env(), build_id)

    @task
    def render(staged: dict[str, Any]) -> dict[str, Any]:
        """Every output of the release, into the staging folder."""
        from pipeline import steps
        from pipeline.settings import Settings

        return steps.render(Settings.from_env(), staged)

    @task(outlets=[RELEASE])
    def switch(staged: dict[str, Any]) -> dict[str, Any]:
        """The one atomic step."""
        from pipeline import steps
        from pipeline.settings import Settings

        switched = steps.switch(Settings.from_env(), staged)
        get_current_context()["outlet_events"][RELEASE].extra.update(
            release_id=switched["release_id"], status=switched["status"]
        )
        return switched

    switch(render(assemble()))  # type: ignore[arg-type]
