"""The command that runs once readers have another release (SANDAN_AFTER_PUBLISH): at least once.

What readers have changes with a line of the release log. Once the command has ended well, the hash of the
last such line is kept in `after_publish.json`; as long as the log has a newer one, the next step of anybody
runs the command. So a crash between the two, or a command that failed, is made good, and the command may run
twice for one change: that this does no harm is its own concern. Where several changes came since, it
runs once, for what readers have now.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from typing import Any

from pipeline.release_home import places
from pipeline.settings import Settings
from publication.releases import PublishError, ReleaseLog
from publication.releases.log import Event

DONE = "after_publish.json"
_CHANGES = ("published", "adopted", "reinstated", "withdrawn", "rolled_back")


def after_change(settings: Settings) -> dict[str, Any]:
    """Run the command of SANDAN_AFTER_PUBLISH, such as one that flushes a dashboard's cache, if it has not
    run since readers got what they have now.

    It finds SANDAN_RELEASE and SANDAN_RELEASE_FOLDER in its environment. Where the last release was
    taken back, SANDAN_RELEASE is empty and SANDAN_RELEASE_FOLDER is the folder of releases. The release, or
    the decision, stands whatever comes of it.

    Returns {"status": none | done, …}.

    Raises:
        PublishError: the command failed; its last words are in the message. LogError: the log was edited.
    """
    if not settings.after_publish.strip():
        return {"status": "none"}
    history = ReleaseLog(places(settings).log).history()
    changes = [event for event in history.events if event.event in _CHANGES]
    if not changes or _done(settings) == changes[-1].hash:
        return {"status": "none"}
    output = _run(settings, history.current, changes[-1])
    content = json.dumps({"after": changes[-1].hash, "release_id": history.current}) + "\n"
    temporary = settings.home / f"{DONE}.part"
    temporary.write_text(content, encoding="utf-8")
    temporary.replace(settings.home / DONE)
    return {"status": "done", "output": output}


def _done(settings: Settings) -> str | None:
    """The hash of the line after which the command ended well last."""
    try:
        return str(json.loads((settings.home / DONE).read_text(encoding="utf-8"))["after"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _run(settings: Settings, current: str | None, change: Event) -> list[str]:
    name = current or ""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("SANDAN_KEY_", "SANDAN_SIGN"))},
        "SANDAN_RELEASE": name,
        "SANDAN_RELEASE_FOLDER": str(settings.releases / name),
    }
    try:
        done = subprocess.run(
            shlex.split(settings.after_publish),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        words = (done.stdout + done.stderr).strip().splitlines()[-3:]
        failed = done.returncode != 0
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        words, failed = [str(error)], True
    if not failed:
        return words
    now = current or "none"
    told, told_ko = (
        (f"{now} is published", f"{now}은(는) 공표되었으나")
        if change.event in ("published", "adopted")
        else (
            f"the decision stands and current is {now}",
            f"결정은 반영되었으나(현재 {now})",
        )
    )
    raise PublishError(
        f"{told}, but the command after it failed: {' '.join(words)}. The next `sandan publish` runs it again",
        f"{told_ko} 후속 명령이 실패했습니다. 다음 sandan publish에서 다시 실행합니다",
    )
