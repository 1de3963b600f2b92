"""Make a release out of an audited candidate, have it signed off, and switch the readers to it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import (
    DAG,
    IdentityMapper,
    Param,
    PartitionedAssetTimetable,
    PokeReturnValue,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
    DownstreamTasksSkipped,
)
from sandan_common import AUDITED, DEFAULT_ARGS, DUCKDB_POOL, RELEASE, build_of, clock_is_on

DOC = """
### 발행 · publish

**한국어** 관문을 지난 후보로 배포판을 조립하고(`assemble`), 산출물을 만들고(`render`), 매니페스트를
확정·서명합니다(`seal`). 정책이 요구하면 사람이 **그 매니페스트 하나**를 승인하고(`approve`, 화면의
*Required Actions*), 공표 일정의 시각까지 기다린 뒤(`embargo`) `current` 링크를 한 번에 바꿉니다
(`switch`). 그 사이 후보가 바뀌면 승인은 무효입니다. 전환이 유일한 확정 지점이며, 그 전에 멈추면 독자는
앞선 배포판을 그대로 봅니다. 수동 실행에는 매개변수 `build_id`가 필요합니다.

**English** Assembles the release of an audited candidate (`assemble`), renders its outputs (`render`),
makes its manifest final and signs it (`seal`). Where the policy asks for it, a person signs off **that one
manifest** (`approve`, under *Required Actions*); it waits for its announced time (`embargo`), and the
link `current` is swapped (`switch`). A candidate that changed meanwhile makes the sign-off void. The
switch is the only commit point: a crash before it leaves readers where they were. By hand it needs the
parameter `build_id`.
"""

CLOCK = "SANDAN_INGEST_CRON"
#: How long a person may take to sign off before the task fails, and somebody is told.
SIGN_OFF_DAYS = float(os.environ.get("SANDAN_SIGN_OFF_DAYS", "14"))


class SignOff(ApprovalOperator):
    """A person's approval of the manifest that `seal` named; skipped where none is asked for."""

    def execute(self, context: Any) -> Any:
        """Wait for a person, unless the policy needs none or somebody decided already."""
        from pipeline import publishing
        from pipeline.settings import Settings

        # Asked anew: a decision may have come by the command line, or before this task was tried again.
        found = publishing.decision(Settings.from_env(), context["ti"].xcom_pull(task_ids="seal"))
        if found == "rejected":
            raise DownstreamTasksSkipped(tasks=["embargo"])
        if found != "required":
            raise AirflowSkipException(f"sign-off {found} / 승인 불필요 또는 완료")
        if not clock_is_on(CLOCK):
            # An Airflow that lives for one run: nobody is there to answer.
            raise AirflowSkipException("sign it off with `sandan approve` / sandan approve로 승인")
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Log the decision of the person who answered; void if the candidate changed since."""
        from pipeline import publishing
        from pipeline.settings import Settings

        if "error" not in event:  # nobody answered in time: the parent says so
            sealed = context["ti"].xcom_pull(task_ids="seal")
            form, user = event["params_input"] or {}, event["responded_by_user"] or {}
            decision = {
                "role": form.get("role") or "statistician",
                "manifest": sealed["manifest_sha256"],
                # The account, never the display name: persons are not named in logs.
                "actor": user.get("id"),
                "via": "Airflow",
            }
            settings, release_id = Settings.from_env(), sealed["release_id"]
            try:
                if event["chosen_options"] == [self.APPROVE]:
                    publishing.approve(settings, release_id, **decision)
                else:
                    publishing.reject(settings, release_id, reason=form.get("reason"), **decision)
            except publishing.PublishError as error:
                raise AirflowFailException(str(error)) from error
        # Only now: after a rejection the parent leaves by an exception that skips what follows.
        return super().execute_complete(context, event)


with DAG(
    dag_id="sandan_publish",
    description="배포판 발행 · publish the release",
    schedule=PartitionedAssetTimetable(
        assets=AUDITED, partition_mapper_config={AUDITED: IdentityMapper()}
    ),
    catchup=False,
    # A run may wait for days. A newer candidate must not stand behind it: it makes the older one void.
    max_active_runs=4,
    default_args=DEFAULT_ARGS | {"owner": "publication"},
    params={"build_id": Param(None, type=["null", "string"], description="빌드 · build id")},
    tags=["sandan", "publish"],
    doc_md=DOC,
) as dag:

    @task(pool=DUCKDB_POOL)
    def assemble() -> dict[str, Any]:
        """Everything of the release except its outputs, in a staging folder."""
        from pipeline import publishing
        from pipeline.settings import Settings

        build_id, _ = build_of(get_current_context(), AUDITED)
        return publishing.assemble(Settings.from_env(), build_id)

    @task
    def render(staged: dict[str, Any]) -> dict[str, Any]:
        """Every output of the release, into the staging folder."""
        from pipeline import publishing
        from pipeline.settings import Settings

        return publishing.render(Settings.from_env(), staged)

    @task
    def seal(staged: dict[str, Any]) -> dict[str, Any]:
        """The manifest, final and signed: what a person signs off is its hash."""
        from pipeline import publishing
        from pipeline.settings import Settings

        return publishing.seal(Settings.from_env(), staged)

    # none_failed: skipped where no sign-off is needed; a rejection skips it, and what follows, itself.
    @task.sensor(
        trigger_rule="none_failed",
        mode="reschedule",
        poke_interval=3600,
        timeout=timedelta(days=400).total_seconds(),
        execution_timeout=None,
    )
    def embargo(sealed: dict[str, Any]) -> PokeReturnValue:
        """Wait for the announced time, to the second; the calendar is read again every hour."""
        from pipeline import publishing
        from pipeline.settings import Settings

        due = publishing.due_at(Settings.from_env(), sealed)
        # An Airflow that lives for one run does not wait: `switch` says for what it would have to.
        if due is None or not clock_is_on(CLOCK):
            return PokeReturnValue(is_done=True, xcom_value=sealed)
        raise AirflowRescheduleException(min(due, datetime.now(UTC) + timedelta(hours=1)))

    @task(outlets=[RELEASE])
    def switch(sealed: dict[str, Any]) -> dict[str, Any]:
        """The one atomic step."""
        from pipeline import publishing
        from pipeline.settings import Settings

        context = get_current_context()
        switched = publishing.switch(Settings.from_env(), sealed)
        if switched["status"] not in ("published", "unchanged"):
            context["ti"].xcom_push("return_value", switched)
            raise AirflowSkipException(switched["message"])
        context["outlet_events"][RELEASE].extra.update(
            release_id=switched["release_id"], status=switched["status"]
        )
        return switched

    @task(retries=0)
    def after(switched: dict[str, Any]) -> dict[str, Any]:
        """The command of SANDAN_AFTER_PUBLISH, if it has not run since; the release is out whatever comes of it."""
        from pipeline import release_hook
        from pipeline.settings import Settings

        return release_hook.after_change(Settings.from_env())

    approve = SignOff(
        task_id="approve",
        subject="{{ ti.xcom_pull(task_ids='seal')['release_id'] }}: 공표 승인 · sign-off",
        body=(
            "매니페스트 · manifest\n\n`{{ ti.xcom_pull(task_ids='seal').get('manifest_sha256') }}`\n\n"
            "`sandan verify {{ ti.xcom_pull(task_ids='seal')['release_id'] }}` · "
            "`{{ ti.xcom_pull(task_ids='seal')['staging'] }}`: bulletin/, quality_report.html, diff.html"
        ),
        params={
            "role": Param("statistician", type="string", title="역할 · role"),
            "reason": Param(None, type=["null", "string"], title="반려 사유 · reason, if rejected"),
        },
        response_timeout=timedelta(days=SIGN_OFF_DAYS),
        execution_timeout=None,
    )
    sealed = seal(render(assemble()))  # type: ignore[arg-type]
    waited = embargo(sealed)  # type: ignore[arg-type]
    switched = switch(sealed)  # type: ignore[arg-type]
    sealed >> approve >> waited >> switched
    after(switched)  # type: ignore[arg-type]
