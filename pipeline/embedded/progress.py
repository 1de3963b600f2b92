"""What is shown of a run: a table that renews itself on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

_FINISHED_TASK = {"success", "failed", "skipped", "upstream_failed", "removed"}


def moment(text: str | None) -> float | None:
    """A time as the interface writes it, in seconds since the epoch."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


@dataclass
class DagProgress:
    """One DAG run of the chain as last seen."""

    dag_id: str
    run_id: str = ""
    partition_key: str | None = None
    state: str = "waiting"
    started: float | None = None
    ended: float | None = None
    tasks: list[dict[str, Any]] = field(default_factory=list)

    def rows(self) -> list[tuple[str, str, float | None]]:
        """(task, state, seconds), the instances of a mapped task in one row."""
        by_task: dict[str, list[dict[str, Any]]] = {}
        for task in self.tasks:
            by_task.setdefault(task["task_id"], []).append(task)

        def order(name: str) -> tuple[float, str]:
            starts = [s for t in by_task[name] if (s := moment(t["start_date"]))]
            return (min(starts) if starts else float("inf"), name)

        rows = []
        for name in sorted(by_task, key=order):
            instances = by_task[name]
            states = [str(task["state"] or "waiting") for task in instances]
            done = sum(state in _FINISHED_TASK for state in states)
            label, state = name, states[0]
            if len(instances) > 1:
                label = f"{name} ×{len(instances)}"
                bad = [s for s in states if s in {"failed", "upstream_failed"}]
                if done < len(states):
                    state = f"running {done}/{len(states)}"
                else:
                    state = bad[0] if bad else "success"
            starts = [s for t in instances if (s := moment(t["start_date"]))]
            ends = [moment(t["end_date"]) for t in instances]
            seconds = None
            if starts:
                known = [end for end in ends if end is not None]
                until = max(known) if len(known) == len(ends) else time.time()
                seconds = max(0.0, until - min(starts))
            rows.append((label, state, seconds))
        return rows


_COLOURS = {"success": "green", "failed": "red", "upstream_failed": "red", "skipped": "dim"}


class Display:
    """Progress: a table that renews itself on a terminal, plain lines anywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._since = time.monotonic()
        self._said: set[tuple[str, str, str]] = set()

    def say(self, text: str) -> None:
        """One line, above the table if there is one."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """While the chain runs."""
        self._since = time.monotonic()
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, refresh_per_second=4, transient=False) as live:
            self._live = live
            try:
                yield
            finally:
                self._live = None

    def show(self, dags: list[DagProgress]) -> None:
        """The state of things now."""
        if self._live is not None:
            self._live.update(self._table(dags))
            return
        for dag in dags:
            for label, state, seconds in dag.rows():
                word = state.split()[0]
                if word not in {"running", "up_for_retry", *_FINISHED_TASK}:
                    continue
                if (key := (dag.dag_id, label, word)) in self._said:
                    continue
                self._said.add(key)
                took = f"  {seconds:.1f} s" if seconds and word in _FINISHED_TASK else ""
                now = time.monotonic() - self._since
                self.say(f"[{now:6.1f} s] {dag.dag_id}.{label}: {word}{took}")

    def _table(self, dags: list[DagProgress]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("DAG", min_width=16)
        table.add_column("task", min_width=16)
        table.add_column("state", min_width=14)
        table.add_column("s", justify="right", min_width=6)
        for dag in dags:
            name = dag.dag_id + (f" [{dag.partition_key}]" if dag.partition_key else "")
            rows = dag.rows() or [("", dag.state, None)]
            for number, (label, state, seconds) in enumerate(rows):
                colour = _COLOURS.get(state, "yellow" if state != "waiting" else "dim")
                table.add_row(
                    Text(name if number == 0 else ""),
                    Text(label),
                    Text(state, style=colour),
                    Text("" if seconds is None else f"{seconds:.1f}"),
                )
        return table
