"""The message about a failed task: three lines in two languages, no secret, safe to show."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.alerts import Alert, NotDelivered, compose, masker, post
from pipeline.settings import Settings

DAGS = Path(__file__).resolve().parents[2] / "dags"
WHO = {"dag_id": "sandan_gate", "task_id": "gate", "run_id": "r1", "error": "x"}
STOP = {
    "verdict": "stop",
    "owner": "statistics",
    "summary": ["b: stop", "Changwon, 표8 C5", "Compare"],
    "summary_ko": ["b: stop", "창원, 표8 C5", "대조한다"],
}


def test_a_verdict_is_told_in_its_three_lines() -> None:
    alert = compose(**WHO, result=STOP, log_url="http://127.0.0.1:8080/log")
    assert alert.lines_en == ("b: stop", "Changwon, 표8 C5", "Compare")
    assert alert.lines_ko == ("b: stop", "창원, 표8 C5", "대조한다")
    assert alert.owner == "statistics" and alert.text().endswith("http://127.0.0.1:8080/log")
    assert alert.payload()["text"] == alert.text()


@pytest.mark.parametrize(
    ("dag", "to_do"),
    [
        ("sandan_fetch__kicox__industrial_trend", "drop the file into the inbox"),
        ("sandan_freshness", "sandan freshness"),
        ("sandan_publish", "sandan status"),
        ("sandan_build", "Look at the log"),
    ],
)
def test_any_other_failure_says_what_to_do(dag: str, to_do: str) -> None:
    alert = compose(**(WHO | {"dag_id": dag, "error": "first\nsecond"}))
    assert alert.lines_en[0] == f"{dag}.gate failed" and alert.lines_en[1] == "first second"
    assert to_do in alert.lines_en[2] and alert.lines_ko[2]


def test_an_error_without_words_is_told_as_such() -> None:
    assert compose(**(WHO | {"error": None})).lines_en[1] == "no reason was left"
    assert compose(**WHO, result={"summary": ["only one"], "summary_ko": ["하나"]}).lines_en == (
        "only one",
        "",
        "",
    )


def test_lines_are_short_and_keys_are_masked(tmp_path: Path) -> None:
    settings = Settings(tmp_path, keys={"kosis": "SECRETKEY12345"})
    alert = compose(
        **(WHO | {"error": "GET ?apiKey=SECRETKEY12345 " + "x" * 2000}), mask=masker(settings)
    )
    assert "SECRETKEY" not in alert.text() and len(alert.lines_en[1]) <= 400


def test_html_is_escaped_and_a_subject_is_one_line() -> None:
    alert = compose(**(WHO | {"error": "<script>alert(1)</script>\nBcc: a@b"}), is_simulated=True)
    assert "<script>" not in alert.html() and "\n" not in alert.subject
    assert "SIMULATED" in alert.subject and alert.text().startswith("SIMULATED")


def test_an_address_that_is_none_is_refused_without_being_shown() -> None:
    alert = compose(**WHO)
    for url in ("ftp://host/SECRET", "SECRET", "http://host:SECRET/"):
        with pytest.raises(NotDelivered) as error:
            post(url, alert)
        assert "SECRET" not in str(error.value)


@pytest.fixture(scope="module")
def alerts() -> Any:
    sys.path.insert(0, str(DAGS))
    try:
        spec = importlib.util.spec_from_file_location("sandan_alerts", DAGS / "sandan_alerts.py")
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(DAGS))


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ({"conn_type": "https", "host": "h.org", "schema": "a/b"}, "https://h.org/a/b"),
        ({"conn_type": "http", "host": "h", "port": 80, "schema": "/a"}, "http://h:80/a"),
        ({"conn_type": "http", "host": "https://h.org"}, "https://h.org"),
        ({"conn_type": "webhook", "host": "h.org", "extra": {"key": "a b"}}, "https://h.org?key=a+b"),
    ],
)  # fmt: skip
def test_the_address_of_a_connection(alerts: Any, parts: dict[str, Any], url: str) -> None:
    found = SimpleNamespace(
        **{"port": None, "schema": None, **parts, "extra_dejson": parts.get("extra", {})}
    )
    assert alerts.address(found) == url


def test_one_channel_that_fails_keeps_none_from_the_other(
    alerts: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[Alert] = []

    def broken(found: object, alert: Alert) -> None:
        raise OSError("smtp://user:SECRET@host refused")

    notifier = alerts.SandanNotifier()
    monkeypatch.setattr(alerts, "connection", lambda name: SimpleNamespace(name=name))
    monkeypatch.setattr(notifier, "_mail", broken)
    monkeypatch.setattr(notifier, "_post", lambda found, alert: sent.append(alert))
    ti = SimpleNamespace(
        dag_id="sandan_gate", task_id="gate", run_id="r", xcom_pull=lambda **_: STOP
    )
    notifier({"ti": ti, "exception": RuntimeError("x")})
    assert [a.verdict for a in sent] == ["stop"]
    assert "SECRET" not in caplog.text
