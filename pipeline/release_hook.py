"""The command that runs once readers have another release (SANDAN_AFTER_PUBLISH)."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import Any

from pipeline.settings import Settings
from publication.releases import PublishError


def after_publication(settings: Settings, switched: dict[str, Any]) -> dict[str, Any]:
    """Run the command of SANDAN_AFTER_PUBLISH, such as one that flushes a dashboard's cache.

    It finds SANDAN_RELEASE and SANDAN_RELEASE_FOLDER in its environment. The release is out whatever
    comes of it.

    Returns {"status": none | done, …}.

    Raises:
        PublishError: the command failed; its last words are in the message.
    """
    if switched["status"] != "published":
        return {"status": "none"}
    name = str(switched["release_id"])
    return _command_after(settings, name, (f"{name} is published", f"{name}은(는) 공표되었으나"))


def after_decision(settings: Settings, current: str | None) -> dict[str, Any]:
    """Run the command of SANDAN_AFTER_PUBLISH after a withdrawal or rollback: what caches hold is void.

    `current` is the release that readers have now. Where it is None, SANDAN_RELEASE is empty and
    SANDAN_RELEASE_FOLDER is the folder of releases.

    Returns and raises as `after_publication`; the decision stands whatever comes of it.
    """
    now = current or "none"
    return _command_after(
        settings,
        current or "",
        (f"the decision stands and current is {now}", f"결정은 반영되었으나(현재 {now})"),
    )


def _command_after(settings: Settings, name: str, told: tuple[str, str]) -> dict[str, Any]:
    if not settings.after_publish.strip():
        return {"status": "none"}
    command = shlex.split(settings.after_publish)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("SANDAN_KEY_", "SANDAN_SIGN"))},
        "SANDAN_RELEASE": name,
        "SANDAN_RELEASE_FOLDER": str(settings.releases / name),
    }
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=600
        )
        words = (done.stdout + done.stderr).strip().splitlines()[-3:]
        failed = done.returncode != 0
    except (OSError, subprocess.TimeoutExpired) as error:
        words, failed = [str(error)], True
    if failed:
        raise PublishError(
            f"{told[0]}, but the command after it failed: {' '.join(words)}",
            f"{told[1]} 후속 명령이 실패했습니다",
        )
    return {"status": "done", "output": words}
