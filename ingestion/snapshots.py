"""The snapshot store: the publisher's bytes, once, with a sidecar of what is known of them.

`raw/<publisher>/<dataset>/<period>/<vintage>_<sha8>.<ext>` is written once and never changed.
The sidecar beside it (`.json`) is the commit point: bytes without a sidecar are what a crash
left, and the next run completes them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

UNRECOGNISED = "unrecognised"
_SAFE = re.compile(r"[^\w.\- ()·ㆍ]+")


@dataclass(frozen=True)
class Snapshot:
    """One file as received.

    `vintage` is the date of publication; `published_at_basis` says how it is known: `sidecar`
    (told by whoever fetched it), `document` (the workbook's own date of last change) or
    `first_seen` (not known: the day it came here).
    """

    snapshot_id: str
    publisher: str
    dataset: str
    period: str
    vintage: str
    sha256: str
    bytes: int
    ending: str
    file_name: str
    published_at: str
    published_at_basis: str
    loaded_at: str
    url: str | None
    is_simulated: bool
    #: Of a bundle the hash of its answers alone, without what was asked; `""` for everything else.
    answers_sha256: str = ""

    @property
    def stem(self) -> str:
        """`<vintage>_<sha8>`: the name of everything that is made from this snapshot."""
        return f"{self.vintage}_{self.sha256[:8]}"

    @property
    def folder(self) -> str:
        """Folder below `raw/`."""
        return f"{self.publisher}/{self.dataset}/{self.period}"


def snapshot_id(dataset: str, period: str, vintage: str, sha256: str) -> str:
    """`<dataset>/<period>/<vintage>_<sha8>`."""
    return f"{dataset}/{period}/{vintage}_{sha256[:8]}"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes in hex; a large file is not read into memory at once."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


#: A name may be so long (bytes in UTF-8), so that file systems (255) have room for what is put after it.
_LONGEST_NAME = 200


def clean_file_name(name: str) -> str:
    """A file name without path, control characters or anything a shell would stumble over; of a long
    one the middle gives way, so that its date and ending stay."""
    clean = _SAFE.sub("_", Path(name).name).strip(". ")
    if len(clean.encode()) > _LONGEST_NAME:
        head = clean.encode()[: _LONGEST_NAME // 2].decode(errors="ignore")
        tail = clean.encode()[-_LONGEST_NAME // 2 + 3 :].decode(errors="ignore")
        clean = f"{head}...{tail}".strip(". ")
    return clean or "file"


class SnapshotStore:
    """Files below `raw/`; any number of processes may put at once.

    A store reads the sidecars once and then keeps up with what is put through it, so that taking in
    one more file does not cost a walk over all that there are. What another process puts meanwhile
    is seen by the next store; the same bytes put twice still are one file.
    """

    def __init__(self, raw: Path) -> None:
        self.raw = raw
        self._known: dict[Path, Snapshot] | None = None

    @property
    def _sidecars(self) -> dict[Path, Snapshot]:
        if self._known is None:
            self._known = {
                path: _read_sidecar(path) for path in sorted(self.raw.glob("*/*/*/*.json"))
            }
        return self._known

    def __iter__(self) -> Iterator[Snapshot]:
        """Every snapshot, in the order of dataset, period, vintage."""
        return iter([snapshot for _, snapshot in sorted(self._sidecars.items())])

    def by_sha256(self) -> dict[str, Snapshot]:
        """All snapshots by content hash. The same bytes are kept once, so there is one each."""
        return {snapshot.sha256: snapshot for snapshot in self._sidecars.values()}

    def find(self, sha256: str) -> Snapshot | None:
        """The snapshot of these bytes, if they were ever taken in."""
        return next((s for s in self._sidecars.values() if s.sha256 == sha256), None)

    def path(self, snapshot: Snapshot) -> Path:
        """Where the bytes lie. An answer in JSON has another ending: `.json` is the sidecar's."""
        ending = "answer" if snapshot.ending == "json" else snapshot.ending
        return self.raw / snapshot.folder / f"{snapshot.stem}.{ending}"

    def read(self, snapshot: Snapshot) -> bytes:
        """The publisher's bytes."""
        return self.path(snapshot).read_bytes()

    def put(self, snapshot: Snapshot, data: bytes) -> Path:
        """Keep bytes and sidecar; doing it again, or twice at once, changes nothing.

        Two things may be added to what is known, because older sidecars lack them: the hash of the
        answers, and that the file says of itself that it is simulated.
        """
        target = self.path(snapshot)
        write_once(target, data)
        beside = target.with_suffix(".json")
        kept = snapshot
        if not write_once(beside, _sidecar_of(snapshot)):
            known = _read_sidecar(beside)
            kept = replace(
                known,
                answers_sha256=known.answers_sha256 or snapshot.answers_sha256,
                is_simulated=known.is_simulated or snapshot.is_simulated,
            )
            if kept != known:
                replace_file(beside, _sidecar_of(kept))
                (self._known or {}).pop(beside, None)
        if self._known is not None:
            self._known.setdefault(beside, kept)
        return target

    def refile(self, old: Snapshot, new: Snapshot) -> None:
        """Move a snapshot to the place it belongs once its dataset or period is known."""
        if self.path(old) == self.path(new):
            if old != new:
                beside = self.path(new).with_suffix(".json")
                replace_file(beside, _sidecar_of(new))
                if self._known is not None:
                    self._known[beside] = new
            return
        self.put(new, self.read(old))
        beside = self.path(old).with_suffix(".json")
        beside.unlink(missing_ok=True)
        self.path(old).unlink(missing_ok=True)
        if self._known is not None:
            self._known.pop(beside, None)


def _sidecar_of(snapshot: Snapshot) -> bytes:
    return json.dumps(asdict(snapshot), ensure_ascii=False, indent=1, sort_keys=True).encode()


def _read_sidecar(path: Path) -> Snapshot:
    return Snapshot(**json.loads(path.read_bytes()))


def write_once(target: Path, data: bytes) -> bool:
    """Write a whole file under its name, or leave what stands there already; tells whether it wrote.

    A hard link makes the name appear with all its bytes or not at all.
    """
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o444)
        try:
            os.link(name, target)
        except FileExistsError:
            return False
        return True
    finally:
        os.unlink(name)


class ReplacingFile:
    """A file that is written under a name of its own and then put into its place, in one rename."""

    def __init__(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        os.close(descriptor)
        self._target = target
        #: Where to write.
        self.part = Path(name)

    def replace(self) -> None:
        """Put it into its place, over what stood there."""
        os.chmod(self.part, 0o644)
        os.replace(self.part, self._target)

    def discard(self) -> None:
        """Take it away, unless it is in its place."""
        self.part.unlink(missing_ok=True)


def replace_file(target: Path, data: bytes) -> None:
    """Write a whole file under its name, over what stood there, in one rename."""
    part = ReplacingFile(target)
    try:
        part.part.write_bytes(data)
        part.replace()
    finally:
        part.discard()
