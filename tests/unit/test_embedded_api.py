"""Calls of Airflow's REST interface, whose SQLite lets one write at a time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from rich.console import Console

from pipeline.embedded import chain
from pipeline.embedded.api import Api
from pipeline.embedded.processes import EmbeddedError
from pipeline.embedded.progress import DagProgress, Display

LOCKED = httpx.Response(500, json={"detail": {"reason": "Database error"}})


def asked(monkeypatch: pytest.MonkeyPatch, *answers: httpx.Response) -> tuple[object, int]:
    """What a POST gives where the server answers so, one after the other; and how often it was asked."""
    left = list(answers)
    api = Api(1)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/token":
            return httpx.Response(200, json={"access_token": "t"})
        return left.pop(0)

    client = httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(answer))
    monkeypatch.setattr(api, "_http", client)
    try:
        return api.call("POST", "/dags/d/dagRuns", json={"dag_run_id": "r"}), len(left)
    finally:
        api.close()


def test_what_the_database_could_not_write_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = httpx.Response(200, json={"dag_run_id": "r"})
    assert asked(monkeypatch, LOCKED, LOCKED, there) == ({"dag_run_id": "r"}, 0)
    # it was written after all
    assert asked(monkeypatch, LOCKED, httpx.Response(409, json={})) == (None, 0)


def test_a_refusal_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for refusal in (httpx.Response(409, json={}), httpx.Response(500, text="broken")):
        with pytest.raises(EmbeddedError, match=f"refused POST .* {refusal.status_code}"):
            asked(monkeypatch, refusal)
    with pytest.raises(EmbeddedError, match="Database error"):
        asked(monkeypatch, *[LOCKED] * 4)


def test_fetches_start_together_once_all_their_runs_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A call of ours beside a task's own would block both (SQLite, Airflow's event loop)."""
    calls: list[tuple[str, str, object]] = []
    ended = {"state": "success", "partition_key": None, "start_date": None, "end_date": None}

    class Airflow(Api):
        def call(self, method: str, path: str, **arguments: Any) -> Any:
            if method == "GET":
                return {
                    **ended,
                    "task_instances": [],
                    "total_entries": 0,
                    "value": {"status": "fetched"},
                }
            asked = {**arguments.get("params", {}), **arguments["json"]}
            calls.append((method, path, asked.get("is_paused", asked.get("dag_run_id"))))
            return None

    dags = [DagProgress("sandan_fetch__a"), DagProgress("sandan_fetch__b")]
    monkeypatch.setattr(chain, "pause", lambda *_: None)
    api, console = Airflow(1), Console(quiet=True)
    components: Any = None  # nobody looks whether they live
    found = chain.follow_fetches(api, components, lambda: None, dags, Display(console))
    api.close()
    assert found == [{"dataset": name, "status": "fetched"} for name in "ab"]
    assert calls == [
        ("PATCH", "/dags", True),
        *(("POST", f"/dags/{dag.dag_id}/dagRuns", dag.run_id) for dag in dags),
        ("PATCH", "/dags", False),
    ]
