"""Releases: immutable, named, complete, behind one directory symlink.

    staging/<build id>/<release id>/   assembled and rendered here, where no reader looks
    releases/<period>_v<n>/            renamed into place as a whole
    releases/current                   a directory symlink, swapped by rename: the only commit point

A crash before the swap leaves readers where they were; the next run takes up or replaces what
was left.
"""

from publication.releases.assembling import assemble
from publication.releases.diff import diff
from publication.releases.layout import (
    DATABASE,
    MANIFEST,
    PublishError,
    current_release,
    file_sha256,
    list_releases,
)
from publication.releases.marts import export_marts
from publication.releases.switching import point_current, switch, take_up, unswitched_release

__all__ = [
    "DATABASE",
    "MANIFEST",
    "PublishError",
    "assemble",
    "current_release",
    "diff",
    "export_marts",
    "file_sha256",
    "list_releases",
    "point_current",
    "switch",
    "take_up",
    "unswitched_release",
]
