"""The few calls of Airflow's REST interface that a run needs."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import httpx

from pipeline.embedded.processes import EmbeddedError

#: As often a change is asked for that the database could not write.
_WRITES = 4


class Api:
    """The few calls of Airflow's REST interface that a run needs."""

    def __init__(self, port: int) -> None:
        self.port = port
        # trust_env: a proxy in the environment is not for 127.0.0.1.
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=15.0
        )
        self._authorised = False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def health(self) -> dict[str, str] | None:
        """State by component, or None while the server does not answer."""
        try:
            answer = self._http.get("/api/v2/monitor/health")
            if answer.status_code != 200:
                return None
            return {name: str(part.get("status")) for name, part in answer.json().items()}
        except httpx.HTTPError:
            return None

    def warm_up(self) -> None:
        """Ask the tasks' interface once: it builds its versions (3 s) at its first request, which
        would otherwise be the first task's."""
        with contextlib.suppress(httpx.HTTPError):
            self._http.get("/execution/health", timeout=60.0)

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """One call below `/api/v2`; the decoded answer. Raises EmbeddedError on a refusal."""
        if not self._authorised:
            token = self._http.get("/auth/token")
            token.raise_for_status()
            self._http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
            self._authorised = True
        # A server busy with a task may be slow once; asking again costs nothing. A POST that
        # timed out may have worked, so it is not repeated but waited for.
        attempts = 3 if method == "GET" else 1
        if method != "GET":
            arguments.setdefault("timeout", 90.0)
        for attempt in range(attempts):
            try:
                answer = self._written(method, f"/api/v2{path}", arguments)
                break
            except httpx.TransportError as error:
                if attempt == attempts - 1:
                    raise EmbeddedError(
                        f"Airflow did not answer {method} {path}: {error!r}"
                    ) from error
        if answer.status_code >= 400:
            raise EmbeddedError(
                f"Airflow refused {method} {path}: {answer.status_code} {answer.text[:500]}"
            )
        return answer.json() if answer.content else None

    def _written(self, method: str, path: str, arguments: dict[str, Any]) -> httpx.Response:
        """The answer of a server whose SQLite lets one write at a time.

        On a busy machine a write may wait longer than it may (30 s): it is undone, answered with 500, and
        asked for again. What is there by then came through all the same.
        """
        for attempt in range(_WRITES):
            answer = self._http.request(method, path, **arguments)
            if attempt and answer.status_code == 409:
                return httpx.Response(204)
            if answer.status_code != 500 or "Database error" not in answer.text:
                break
        return answer

    def pages(self, path: str, key: str, **params: Any) -> list[dict[str, Any]]:
        """All entries of a list, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.call("GET", path, params={**params, "limit": 1000, "offset": len(found)})
            found += page[key]
            if not page[key] or len(found) >= page["total_entries"]:
                return found

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned, or None."""
        try:
            answer = self.call(
                "GET",
                f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value",
                params={"deserialize": "false"},
            )
        except EmbeddedError:
            return None
        value = answer["value"]
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                return json.loads(value)
        return value

    def error_of(self, task: dict[str, Any]) -> str:
        """The message of the exception a task failed with, from its log; '' if there is none."""
        path = (
            f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/"
            f"{task['task_id']}/logs/{max(1, task['try_number'])}"
        )
        try:
            answer = self.call(
                "GET",
                path,
                params={"map_index": task["map_index"], "full_content": "true"},
                headers={"Accept": "application/json"},
            )
        except EmbeddedError:
            return ""
        content = answer.get("content")
        for entry in reversed(content if isinstance(content, list) else []):
            for detail in entry.get("error_detail") or ():
                return f"{detail.get('exc_type', '')}: {detail.get('exc_value', '')}".strip(": ")
        return ""
