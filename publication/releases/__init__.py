"""Releases: immutable, named, complete, behind one directory symlink, and what happens to them.

    assembling    the folder of a release, in staging, where no reader looks
    reconcile     held against the candidate through dbt's exposures
    diff          what changed since the release before
    manifest      release.json, final before anybody signs it off; signing: its signature
    candidates    sealed, and what they wait for; grounds: what they rest on still holds
    calendar      releases.yml: who signs, when releases are due, what is kept
    decisions     sign-off, rejection, withdrawal, rollback
    switching     the one commit point, and what a crash left
    log, index    everything that happened; the public part of it
    verify        proof of a release; gc: what is not needed any more

docs/releases.md draws the states.
"""

from publication.releases.assembling import assemble
from publication.releases.calendar import (
    CalendarError,
    Policy,
    load_policy,
    punctuality,
    record_announcements,
)
from publication.releases.candidates import seal_candidate
from publication.releases.decisions import (
    approve,
    reject,
    roll_back,
    withdraw,
)
from publication.releases.diff import diff
from publication.releases.diff_page import render_diff
from publication.releases.gc import collect
from publication.releases.layout import (
    DATABASE,
    MANIFEST,
    Places,
    PublishError,
    current_release,
    file_sha256,
    list_releases,
)
from publication.releases.log import LogError, ReleaseLog, State
from publication.releases.manifest import is_sealed, manifest_sha256, seal
from publication.releases.marts import export_marts
from publication.releases.reconcile import exposures, reconcile
from publication.releases.switching import NotYet, publisher, switch
from publication.releases.verify import Verification, verify

__all__ = [
    "DATABASE",
    "MANIFEST",
    "CalendarError",
    "LogError",
    "NotYet",
    "Places",
    "Policy",
    "PublishError",
    "ReleaseLog",
    "State",
    "Verification",
    "approve",
    "assemble",
    "collect",
    "current_release",
    "diff",
    "export_marts",
    "exposures",
    "file_sha256",
    "is_sealed",
    "list_releases",
    "load_policy",
    "manifest_sha256",
    "publisher",
    "punctuality",
    "reconcile",
    "record_announcements",
    "reject",
    "render_diff",
    "roll_back",
    "seal",
    "seal_candidate",
    "switch",
    "verify",
    "withdraw",
]
