"""What readers may know of the release log: `releases/index.json`, written whole or not at all.

States and moments of published, superseded and withdrawn releases, reasons of withdrawals, what is
announced, and how punctual releases were. Of what waits for its time it says nothing beyond what was
announced to everybody.
"""

from __future__ import annotations

from typing import Any

from publication.releases.calendar import punctuality
from publication.releases.layout import Places, json_bytes, replace_bytes
from publication.releases.log import Event, History, ReleaseLog

FORM = 1


def public_index(log: ReleaseLog, history: History) -> dict[str, Any]:
    """The content of the index."""
    releases = []
    for state in history.states.values():
        if not state.was_published:
            continue
        published = state.events.get("published") or state.events["adopted"]
        withdrawn = state.events.get("withdrawn")
        releases.append(
            {
                "release_id": state.release_id,
                "state": state.state,
                "published_at": published.at,
                "announced_at": published.details.get("due"),
                "manifest_sha256": state.manifest_sha256,
                "signed_by": published.details.get("signed_by"),
                "signed_off": published.details.get("signed_off"),
                "is_simulated": published.details.get("is_simulated"),
                "superseded_by": state.superseded_by if state.state == "superseded" else None,
                "withdrawn_at": withdrawn.at if withdrawn else None,
                "reason": withdrawn.reason if withdrawn else None,
                "is_available": not state.is_collected and state.state != "withdrawn",
            }
        )
    known: dict[str, Event] = {}
    for event in history.events:
        if event.event == "announced":
            known[event.details["for"]] = event
    announced = [
        {"release_id": name, "at": event.details["due"]}
        for name, event in known.items()
        if event.details["due"] and name not in {r["release_id"] for r in releases}
    ]
    public = [e for e in history.events if e.event in PUBLIC]
    return {
        "form": FORM,
        "current": history.current,
        "releases": releases,
        "announced": sorted(announced, key=lambda a: a["at"]),
        "punctuality": punctuality(log),
        # Cutting lines off the end of the log breaks no chain: this tells how far it went.
        "log": {"seq": public[-1].seq, "hash": public[-1].hash} if public else None,
    }


#: Events that readers may know of.
PUBLIC = frozenset(
    {"adopted", "announced", "published", "superseded", "reinstated", "rolled_back", "withdrawn",
     "collected"}
)  # fmt: skip


def write_index(places: Places, log: ReleaseLog, history: History) -> None:
    """Bring the public index up to the log; nothing is written where it says so already."""
    data = json_bytes(public_index(log, history))
    try:
        if places.index.read_bytes() == data:
            return
    except FileNotFoundError:
        pass
    replace_bytes(places.index, data)
