"""A failing gate wakes someone: the real scheduler, a real mail server, a real HTTP server."""

from __future__ import annotations

import email.policy
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from ingestion.sample import SampleRegistry, simulate, write_workbook
from ingestion.sample.mutate import drop_digit
from pipeline.embedded.environment import airflow_environment, new_keys

from ..conftest import SEED, SEEDS

pytestmark = pytest.mark.timeout(1200)
AIRFLOW = str(Path(sys.executable).with_name("airflow"))
REPOSITORY = Path(__file__).resolve().parents[2]
SECRET_PATH = "hooks/T0SECRET/B1SECRET"


@dataclass
class Mailbox:
    """What a mail server took, as aiosmtpd hands it over."""

    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    extra = "disable_ssl=true&disable_tls=true&from_email=sandan%40example.org&to=duty%40example.org%2C%20second%40example.org"
    try:
        yield box, f"smtp://127.0.0.1:{port}/?{extra}"
    finally:
        controller.stop()


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted; answers as it is told."""

    answers = 200
    taken: list[tuple[str, str | None, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, self.headers["Authorization"], json.loads(body)))
        self.send_response(self.answers)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture
def webhook() -> Iterator[tuple[type[Hook], int]]:
    handler = type("Handler", (Hook,), {"taken": [], "answers": 200})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield handler, server.server_address[1]
        server.shutdown()


@pytest.fixture
def stopped_inbox(tmp_path: Path) -> Path:
    """The newest workbook, in which one cell has lost a digit."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    edition = simulate(SEED, ["2026-Q1"], SampleRegistry.load(SEEDS))[0]
    write_workbook(
        edition,
        folder / "산업동향정보_20260331.xlsx",
        drop_digit("employment_by_complex", "창원"),
    )
    return folder


def run(home: Path, inbox: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SANDAN_"))}
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "run", "--airflow", "--inbox", str(inbox)],
        env=env | {"SANDAN_HOME": str(home), "NO_COLOR": "1"} | more,
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1000,
    )


def test_a_stop_is_told_by_mail_and_webhook(
    tmp_path: Path,
    stopped_inbox: Path,
    mailbox: tuple[Mailbox, str],
    webhook: tuple[type[Hook], int],
) -> None:
    box, smtp = mailbox
    hook, port = webhook
    result = run(
        tmp_path / "home",
        stopped_inbox,
        AIRFLOW_CONN_SANDAN_SMTP=smtp,
        AIRFLOW_CONN_SANDAN_WEBHOOK=f"http://:token@127.0.0.1:{port}/{SECRET_PATH}",
    )
    assert result.returncode == 1, result.stdout[-3000:] + result.stderr[-2000:]
    ((path, authorization, told),) = hook.taken
    assert path == f"/{SECRET_PATH}" and authorization == "Bearer token"
    assert told["dag_id"] == "sandan_gate" and told["verdict"] == "stop"
    assert told["is_simulated"] is True
    for language, complex_name in (("ko", "창원"), ("en", "Changwon")):
        verdict, cell, to_do = told[f"lines_{language}"]
        assert "stop" in verdict and complex_name in cell and "표8" in cell and to_do
        assert all(line in told["text"] for line in (verdict, cell, to_do))
    (letter,) = box.letters
    assert box.recipients == ["duty@example.org", "second@example.org"]
    assert "stop" in letter["Subject"] and "SIMULATED" in letter["Subject"]
    body = letter.get_body(("html", "plain"))
    assert body is not None
    content = body.get_content()
    assert "창원" in content and "Changwon" in content and "표8" in content
    # the secrets of the channels are in neither, nor in any log
    logs = "".join(p.read_text() for p in (tmp_path / "home" / "airflow" / "logs").rglob("*.log"))
    for text in (content, json.dumps(told), logs):
        assert "T0SECRET" not in text and ":token@" not in text


def dags_test(home: Path, dag: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One DAG as Airflow itself runs it, without a scheduler."""
    airflow_home = home / "airflow"
    airflow_home.mkdir(parents=True, exist_ok=True)
    env = airflow_environment(airflow_home, home, 1, keys=new_keys(airflow_home)) | more
    if not (airflow_home / "airflow.db").exists():
        subprocess.run([AIRFLOW, "db", "migrate"], env=env, capture_output=True, check=True)
    return subprocess.run(
        [AIRFLOW, "dags", "test", dag], env=env, capture_output=True, text=True, timeout=600
    )


def test_what_is_late_or_cannot_be_built_is_told_and_no_channel_is_no_fault(
    tmp_path: Path, webhook: tuple[type[Hook], int]
) -> None:
    hook, port = webhook
    home = tmp_path / "home"
    where = {"AIRFLOW_CONN_SANDAN_WEBHOOK": f"http://127.0.0.1:{port}/{SECRET_PATH}"}
    # nothing has landed: the build fails and says so
    answer = dags_test(home, "sandan_build", **where, AIRFLOW_CONN_SANDAN_SMTP="")
    assert answer.returncode != 0
    ((_, authorization, told),) = hook.taken
    assert authorization is None
    assert "no publication has landed" in told["lines_en"][1] and told["lines_ko"][2]
    # a receiver that refuses changes nothing and its address is in no log
    hook.taken.clear()
    hook.answers = 500
    answer = dags_test(home, "sandan_build", **where)
    assert answer.returncode != 0 and len(hook.taken) == 3
    output = answer.stdout + answer.stderr
    assert "not delivered through sandan_webhook" in output and "HTTP 500" in output
    assert "T0SECRET" not in output
    # where nothing is configured nobody is told
    answer = dags_test(home, "sandan_build")
    assert "nobody is told" in answer.stdout + answer.stderr
    assert len(hook.taken) == 3
