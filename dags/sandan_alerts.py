"""Who is woken when a task has failed for good: by mail and by a webhook, whichever is configured.

Two Airflow connections, made in the UI or by environment variables (docs/alerts.md):

    sandan_smtp      a mail server; its extra holds `from_email` and `to`
    sandan_webhook   an address that takes JSON; its password, if any, goes as a bearer token

Where neither is there nothing is sent. A message that cannot be delivered is logged and changes
nothing: the task has failed already, and the gate's verdict stands.
"""

from __future__ import annotations

import os
from typing import Any

from airflow.sdk import BaseNotifier

SMTP, WEBHOOK = "sandan_smtp", "sandan_webhook"


class SandanNotifier(BaseNotifier):
    """Tells of a failed task in three lines, in Korean and English."""

    def notify(self, context: Any) -> None:
        """Send to every channel that is configured; no failure of one keeps the other from it."""
        channels = [(SMTP, self._mail), (WEBHOOK, self._post)]
        configured = [(name, send, found) for name, send in channels if (found := connection(name))]
        if not configured:
            self.log.info("nobody is told: neither %s nor %s is configured", SMTP, WEBHOOK)
            return
        alert = self._alert(context)
        for name, send, found in configured:
            try:
                send(found, alert)
                self.log.info("told through %s", name)
            except Exception as error:
                # The type alone where the text may hold an address or a password.
                from pipeline.alerts import NotDelivered

                told = error if isinstance(error, NotDelivered) else type(error).__name__
                self.log.error("not delivered through %s: %s", name, told)

    def _alert(self, context: Any) -> Any:
        from pipeline.alerts import compose, masker
        from pipeline.settings import Settings

        ti = context["ti"]
        settings = Settings.from_env()
        try:
            result = ti.xcom_pull(task_ids=ti.task_id)
        except Exception:  # it left nothing, or what it left is out of reach
            result = None
        return compose(
            dag_id=ti.dag_id,
            task_id=ti.task_id,
            run_id=ti.run_id,
            error=context.get("exception") or context.get("reason"),
            result=result if isinstance(result, dict) else None,
            log_url=getattr(ti, "log_url", None),
            is_simulated=settings.publishers is not None
            or bool(isinstance(result, dict) and result.get("is_simulated")),
            mask=masker(settings),
        )

    def _mail(self, found: Any, alert: Any) -> None:
        from airflow.providers.smtp.hooks.smtp import SmtpHook

        from pipeline.alerts import NotDelivered

        to = [a.strip() for a in str(found.extra_dejson.get("to", "")).split(",") if a.strip()]
        if not to:
            raise NotDelivered(f"the extra of {SMTP} names nobody: add `to`")
        with SmtpHook(smtp_conn_id=SMTP) as hook:
            hook.send_email_smtp(to=to, subject=alert.subject, html_content=alert.html())

    def _post(self, found: Any, alert: Any) -> None:
        from pipeline.alerts import post

        post(address(found), alert, token=found.password)


def connection(name: str) -> Any:
    """An Airflow connection, or None where it is not configured."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    # Compose hands over an empty variable where nothing is configured.
    if os.environ.get(f"AIRFLOW_CONN_{name.upper()}") == "":
        return None
    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None


def address(found: Any) -> str:
    """The address of a webhook's connection (`https://host/path?query`)."""
    from urllib.parse import urlencode

    host = str(found.host or "")
    scheme = found.conn_type if found.conn_type in ("http", "https") else "https"
    if not host.startswith(("http://", "https://")):
        host = f"{scheme}://{host}"
    port = f":{found.port}" if found.port else ""
    path = f"/{found.schema.lstrip('/')}" if found.schema else ""
    query = f"?{urlencode(found.extra_dejson)}" if found.extra_dejson else ""
    return f"{host.rstrip('/')}{port}{path}{query}"


ALERT = SandanNotifier()
