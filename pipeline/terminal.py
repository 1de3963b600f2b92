"""What the commands print through, and the codes they exit with."""

from __future__ import annotations

import typer
from rich.console import Console

#: Exit codes: 0 done (also: nothing new), 1 the gate stopped, 2 cannot go on, 3 files rejected
#: where --strict asks for it.
STOPPED, FAILED, REJECTED = 1, 2, 3


def new_console(*, stderr: bool = False) -> Console:
    """A console for messages, each on one line."""
    # Not cut to 80 columns where the output goes to a file: a message must stay one line.
    return Console(stderr=stderr, soft_wrap=True, highlight=False)


def fail(message: str, code: int = FAILED) -> typer.Exit:
    """Say why the command cannot go on, as an error to be raised."""
    new_console(stderr=True).print(f"[bold red]sandan:[/] {plain(message)}")
    return typer.Exit(code)


def plain(text: str) -> str:
    """Text whose brackets are no markup."""
    return text.replace("[", "\\[")
