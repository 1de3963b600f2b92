"""What readers find in the place of a withdrawn release: who took it back is no matter, why is."""

from __future__ import annotations

from pathlib import Path

from publication.page import page_environment
from publication.releases.layout import TOMBSTONE, write_json
from publication.releases.log import State


def write_tombstone(folder: Path, state: State, current: str | None) -> None:
    """Write `WITHDRAWN.json` and `index.html` into an empty folder."""
    event = state.events["withdrawn"]
    content = {
        "release_id": state.release_id,
        "state": "withdrawn",
        "withdrawn_at": event.at,
        "reason": event.reason,
        "published_at": state.published_at,
        "manifest_sha256": state.manifest_sha256,
        "current": current,
    }
    page = page_environment().get_template("releases/withdrawn.html.j2").render(**content)
    (folder / "index.html").write_text(page, encoding="utf-8")
    write_json(folder / TOMBSTONE, content)
