"""How often a service was called today, and when a host may be called next: kept in files.

`quota/<service>.json` counts the calls of a day, `quota/host-<host>.json` holds the next free
moment. Both survive restarts and are shared by all processes of a home, under a file lock.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from ingestion.fetch.errors import fault
from ingestion.snapshots import replace_file

SEOUL = ZoneInfo("Asia/Seoul")
#: A moment further ahead than this (seconds) was written before a clock was set back.
_FAR = 600.0
#: A publisher that holds back is asked again after at most so long (seconds); more is another clock.
_LONGEST_HOLD = 3600.0
#: Seconds to wait for another process to let go of a file.
_PATIENCE = 60.0

Now = Callable[[], datetime]


def now_utc() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


class Meter:
    """Counts and spaces requests.

    Args:
        folder: where the files lie.
        now: the time, with its zone; the day turns at midnight in Seoul.
        sleep: waits some seconds.
    """

    def __init__(
        self, folder: Path, now: Now = now_utc, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.folder, self._now, self._sleep = folder, now, sleep

    def today(self) -> date:
        """The day in Seoul."""
        return self._now().astimezone(SEOUL).date()

    def used(self, service: str) -> int:
        """Calls of a service today."""
        with self._file(service) as known:
            return int(self._of_today(known)["used"])

    def take(self, service: str, limit: int | None) -> None:
        """Count one call before it is sent.

        Raises:
            QuotaSpent: the day's calls are used up, or the publisher said so today or just now.
        """
        with self._file(service) as known:
            state = self._of_today(known)
            now, until = self._now().timestamp(), state.get("held_until", 0.0)
            held = now < until < now + _LONGEST_HOLD
            spent = state["spent"] or (limit is not None and state["used"] >= limit)
            if not spent and not held:
                state["used"] += 1
            known.clear()
            known.update(state)
        if spent:
            shown = limit if limit is not None else state["used"]
            raise fault("quota", limit=shown, service=service)
        if held:
            raise fault("held", service=service)

    def mark_spent(self, service: str, hold: float | None = None) -> None:
        """The publisher says that the calls are used up, whatever was counted here.

        Args:
            service: whose calls.
            hold: seconds until there are new ones; None: the day's are meant.
        """
        with self._file(service) as known:
            state = self._of_today(known)
            known.clear()
            if hold is None:
                known.update(state, spent=True)
            else:
                known.update(state, held_until=self._now().timestamp() + hold)

    def wait_turn(self, host: str, per_second: float) -> None:
        """Wait until the host may be called again; the next caller waits for the moment after."""
        with self._file(f"host-{host}") as known:
            now = self._now().timestamp()
            try:
                turn = float(known.get("next", 0.0))
            except (TypeError, ValueError):
                turn = 0.0
            turn = turn if now < turn < now + _FAR else now
            known["next"] = turn + 1 / per_second
        if turn > now:
            self._sleep(turn - now)

    def _of_today(self, known: dict[str, Any]) -> dict[str, Any]:
        day, used = self.today().isoformat(), known.get("used")
        if known.get("day") != day or not isinstance(used, int):
            state: dict[str, Any] = {"day": day, "used": 0, "spent": False}
        else:
            state = {"day": day, "used": used, "spent": known.get("spent") is True}
        if isinstance(known.get("held_until"), float):  # may last beyond midnight
            state["held_until"] = known["held_until"]
        return state

    @contextmanager
    def _file(self, name: str) -> Iterator[dict[str, Any]]:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / (re.sub(r"[^\w.\-]", "_", name) + ".json")
        lock = FileLock(path.with_suffix(".lock"), timeout=_PATIENCE)
        try:
            held = lock.acquire()
        except Timeout:
            raise fault("unexpected", detail=f"{path.name} stays locked") from None
        with held:
            try:
                known = json.loads(path.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                known = {}  # damaged by hand: counting begins anew, the publisher's own count holds
            known = known if isinstance(known, dict) else {}
            before = dict(known)
            yield known
            if known != before:
                replace_file(path, json.dumps(known).encode())
