"""What is told to whoever is woken: three lines that matter, and where to look.

Plain functions without Airflow: composing the message, its forms as text, HTML and JSON, and posting
it. `dags/sandan_alerts.py` is the notifier that calls them.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.settings import Settings

#: A line is read on a telephone.
LONGEST_LINE = 400
#: A receiver that does not answer must not hold a task for long.
TIMEOUT_SECONDS = 10.0

Lines = tuple[str, str, str]

#: What to do where a task and not the gate failed, by the beginning of the DAG's name.
_TO_DO: tuple[tuple[str, str, str], ...] = (
    (
        "sandan_fetch__",
        "기록을 보고 다시 실행하거나, 파일을 받아 수신 폴더에 넣는다. 독자는 현재 배포판을 그대로 본다",
        "Look at the log and run it again, or drop the file into the inbox; readers keep the current release.",
    ),
    (
        "sandan_freshness",
        "`sandan freshness`로 늦은 자료를 확인하고 발행 기관에 묻는다",
        "See what is late with `sandan freshness` and ask its publisher.",
    ),
    (
        "sandan_publish",
        "`sandan status`로 현재 배포판을 확인하고 다시 실행한다. 전환 전에 멈추면 독자는 앞선 배포판을 본다",
        "See the current release with `sandan status` and run it again; before the switch readers keep the one before.",
    ),
    (
        "",
        "기록을 보고 고친 뒤 다시 실행한다. 독자는 현재 배포판을 그대로 본다",
        "Look at the log, mend it and run it again; readers keep the current release.",
    ),
)


class NotDelivered(Exception):
    """The receiver did not take the message; the text holds no address, which may be a secret."""


@dataclass(frozen=True)
class Alert:
    """One message: what happened, the worst of it, what to do; in both languages."""

    dag_id: str
    task_id: str
    run_id: str
    lines_ko: Lines
    lines_en: Lines
    verdict: str | None = None
    owner: str | None = None
    log_url: str | None = None
    is_simulated: bool = False

    @property
    def subject(self) -> str:
        """One line for a mail's subject."""
        mark = "[SIMULATED · 모의자료] " if self.is_simulated else ""
        return f"[sandan] {mark}{self.lines_ko[0]} · {self.lines_en[0]}"[:200]

    def text(self) -> str:
        """Korean, English, and where to look."""
        mark = ["SIMULATED · 모의자료"] if self.is_simulated else []
        where = [f"{self.dag_id}.{self.task_id}, {self.run_id}"]
        if self.log_url:
            where.append(self.log_url)
        return "\n".join([*mark, *self.lines_ko, "", *self.lines_en, "", *where])

    def html(self) -> str:
        """The text as simple HTML, escaped."""
        lines = html.escape(self.text()).split("\n")
        return (
            '<div style="font-family:sans-serif;line-height:1.6">' + "<br>\n".join(lines) + "</div>"
        )

    def payload(self) -> dict[str, Any]:
        """For a webhook. `text` is what Slack, Mattermost, Rocket.Chat and Google Chat show."""
        return {
            "text": self.text(),
            "dag_id": self.dag_id,
            "task_id": self.task_id,
            "run_id": self.run_id,
            "verdict": self.verdict,
            "owner": self.owner,
            "lines_ko": list(self.lines_ko),
            "lines_en": list(self.lines_en),
            "log_url": self.log_url,
            "is_simulated": self.is_simulated,
        }


def compose(
    *,
    dag_id: str,
    task_id: str,
    run_id: str,
    error: object,
    result: Mapping[str, Any] | None = None,
    log_url: str | None = None,
    is_simulated: bool = False,
    mask: Callable[[str], str] = lambda text: text,
) -> Alert:
    """The message about a failed task.

    Args:
        dag_id, task_id, run_id: which one.
        error: why it failed.
        result: what it left; the gate leaves its verdict with `summary` and `summary_ko`.
        log_url: where its log is shown.
        is_simulated: whether the data are simulated.
        mask: replaces secrets.
    """

    def line(text: object) -> str:
        one = " ".join(str(text).split())
        return mask(one if len(one) <= LONGEST_LINE else one[: LONGEST_LINE - 1] + "…")

    stopped = result if result and result.get("summary") and result.get("summary_ko") else None
    if stopped is not None:
        lines = {
            lang: [line(text) for text in stopped[key]][:3]
            for lang, key in (("ko", "summary_ko"), ("en", "summary"))
        }
    else:
        _, ko, en = next(t for t in _TO_DO if dag_id.startswith(t[0]))
        told = line(error) if str(error or "").strip() else None
        lines = {
            "ko": [f"{dag_id}.{task_id} 실패", told or "이유가 남지 않았다", ko],
            "en": [f"{dag_id}.{task_id} failed", told or "no reason was left", en],
        }
    ko3, en3 = ((*lines[lang], "", "")[:3] for lang in ("ko", "en"))
    return Alert(
        dag_id=dag_id,
        task_id=task_id,
        run_id=run_id,
        lines_ko=(ko3[0], ko3[1], ko3[2]),
        lines_en=(en3[0], en3[1], en3[2]),
        verdict=str(stopped["verdict"]) if stopped and stopped.get("verdict") else None,
        owner=str(stopped["owner"]) if stopped and stopped.get("owner") else None,
        log_url=mask(log_url) if log_url else None,
        is_simulated=is_simulated,
    )


def masker(settings: Settings) -> Callable[[str], str]:
    """Replaces the publishers' keys, in all their spellings."""
    from ingestion.fetch.masking import Masker

    return Masker(settings.keys.values()).mask


def post(url: str, alert: Alert, *, token: str | None = None) -> None:
    """Send an alert to a webhook as JSON; tried three times, redirects are not followed.

    Raises:
        NotDelivered: it is no http(s) address, nobody answered, or the answer was not 2xx.
    """
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if not url.startswith(("http://", "https://")):
        raise NotDelivered("the webhook's address must begin with http:// or https://")
    problem = "nobody answered"
    for _ in range(3):
        try:
            # No proxy's or .netrc's word in it: the address is what was configured.
            answer = httpx.post(
                url, json=alert.payload(), headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
            )
        except httpx.TransportError as error:
            problem = type(error).__name__
            continue
        except httpx.InvalidURL:
            raise NotDelivered("the webhook's address is not valid") from None
        if answer.is_success:
            return
        problem = f"HTTP {answer.status_code}"
        if answer.status_code < 500 and answer.status_code != 429:
            break
    raise NotDelivered(f"the webhook did not take it: {problem}")
