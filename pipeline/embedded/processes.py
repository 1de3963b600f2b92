"""Airflow's components as child processes: started, watched, and none left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

STOP_LIMIT = 10.0
#: Airflow's task process calls `on_kill` on SIGTERM and then goes on, so there is nothing to wait
#: for beyond what on_kill needs.
HARD_STOP_LIMIT = 3.0

# Airflow imports some 1,800 modules a process and FastAPI builds 800 routes: the garbage collector
# walks the growing heap over and over and takes a third of the start. A higher threshold only
# postpones collections.
_LAUNCH = """
import contextlib, gc, importlib
gc.set_threshold(100_000, 20, 20)
for name in {preload}:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
from airflow.__main__ import main
main()
"""


class EmbeddedError(RuntimeError):
    """Airflow did not start, died, or did not do what it was asked; the message is for people."""


class PortTakenError(EmbeddedError):
    """Somebody else took the port between our look at it and the server's start."""


class Interrupted(Exception):
    """A signal asked for the end."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux: a function for the child that ties its life to ours, even if we are killed -9."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_pdeathsig = 1
    parent = os.getpid()

    def tie() -> None:
        libc.prctl(pr_set_pdeathsig, signal.SIGTERM)
        if os.getppid() != parent:  # gone before the call
            os._exit(1)

    return tie


@dataclass
class Component:
    """One child process, leader of a session of its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    #: Seconds it gets to end by itself.
    patience: float = STOP_LIMIT

    def members(self) -> list[psutil.Process]:
        """Living processes of its session: Airflow gives each task a group of its own, and what
        has lost its parent is no longer among the children, but the session stays."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
                ours = os.getsid(process.pid) == self.process.pid
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            text = self.log.read_text(errors="replace").splitlines()
            return "\n".join(text[-lines:])
        return ""


class Components:
    """The child processes of one run."""

    def __init__(self, env: dict[str, str], airflow_home: Path) -> None:
        self._env = env
        self._home = airflow_home
        self._started: list[Component] = []

    def start(
        self,
        name: str,
        *arguments: str,
        patience: float = STOP_LIMIT,
        preload: tuple[str, ...] = (),
    ) -> Component:
        """Start `airflow <arguments>`; its output goes to `logs/<name>.log`."""
        log = self._home / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-c", _LAUNCH.format(preload=preload), *arguments],
                cwd=self._home,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                # A session of its own: Ctrl-C on the terminal reaches us alone, and we end the
                # children in our order.
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
        component = Component(name, process, log, patience)
        self._started.append(component)
        return component

    def check(self) -> None:
        """Raise EmbeddedError if one has ended by itself (PortTakenError: for want of its port)."""
        for component in self._started:
            if component.process.poll() is not None:
                end = component.tail()
                kind = PortTakenError if "address already in use" in end else EmbeddedError
                raise kind(
                    f"airflow {component.name} ended with exit code "
                    f"{component.process.returncode}; the end of {component.log}:\n{end}"
                )

    def listen_on(self, port: int) -> bool:
        """Whether one of them listens on this port: somebody else's Airflow may answer there as well."""
        for member in self._members():
            with contextlib.suppress(psutil.Error):
                for c in member.net_connections(kind="tcp"):
                    if c.status == psutil.CONN_LISTEN and c.laddr.port == port:
                        return True
        return False

    def forget(self, component: Component) -> None:
        """A component that was meant to end."""
        self._started.remove(component)

    def stop(self, *, hard: bool) -> list[int]:
        """End all of them.

        Args:
            hard: also tell tasks that are under way to end, instead of waiting for them.

        Returns:
            Process ids that survived SIGKILL (never seen; the caller says so).
        """
        for component in self._started:
            if hard:
                for member in component.members():
                    _send(member, signal.SIGTERM)
            elif component.process.poll() is None:
                component.process.terminate()
        self._wait(
            {
                c.name: min(c.patience, HARD_STOP_LIMIT if hard else STOP_LIMIT)
                for c in self._started
            }
        )
        for member in self._members():
            _send(member, signal.SIGKILL)
        self._wait({})
        left = [member.pid for member in self._members()]
        self._started.clear()
        return left

    def _members(self) -> list[psutil.Process]:
        return [member for component in self._started for member in component.members()]

    def _wait(self, limits: dict[str, float]) -> None:
        """Until all are gone, or those that are not have used up their time (by name)."""
        begun = time.monotonic()
        while True:
            waited = time.monotonic() - begun
            alive = False
            for component in self._started:
                component.process.poll()  # take the exit code, else it stays a zombie
                limit = limits.get(component.name, STOP_LIMIT)
                alive = alive or (waited < limit and bool(component.members()))
            if not alive:
                return
            time.sleep(0.05)


def _send(process: psutil.Process, signum: int) -> None:
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        process.send_signal(signum)


@contextlib.contextmanager
def signals() -> Iterator[Callable[[], None]]:
    """Turn SIGINT, SIGTERM and SIGHUP into an exception at a place of our choosing.

    Yields a function that raises `Interrupted` once one has come. Raising inside the handler
    could hit between the start of a process and our note of it.
    """
    received: list[int] = []

    def note(signum: int, _frame: FrameType | None) -> None:
        received.append(signum)

    def check() -> None:
        if received:
            raise Interrupted(received[0])

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = {
        signum: signal.signal(signum, note)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield check
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
