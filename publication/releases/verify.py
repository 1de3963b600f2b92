"""Proof that a release is what was published: every byte, from the signature down to each file.

Read bottom-up, each thing is held against the one above it: files against the manifest, the manifest
against its signature (or, where a release was not signed, against checksums.txt and what the log or
the public index say). Whatever is not as it should be is named.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from publication.releases.layout import CHECKSUMS, MANIFEST, OUTSIDE_MANIFEST, SIGNATURE
from publication.releases.manifest import checksums, hash_files, walk
from publication.releases.signing import BadSignature, PublicKey, signer


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: which file, and what, in both languages."""

    path: str
    code: str
    message_en: str
    message_ko: str


@dataclass
class Verification:
    """What was looked at, and what was found.

    signature: `valid` (by a key given as trusted), `unknown_key` (it fits, but nobody vouched for its
    key here), `unsigned`, `bad`, or `old_form`.
    """

    folder: str
    release_id: str | None = None
    manifest_sha256: str | None = None
    is_simulated: bool | None = None
    signature: str = "unsigned"
    signed_by: str | None = None
    files: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "is_intact": self.is_intact}

    def _find(self, path: str, code: str, en: str, ko: str) -> None:
        self.findings.append(Finding(path, code, en, ko))


def verify(
    folder: Path, *, trusted: Sequence[PublicKey] = (), expected_sha256: str | None = None
) -> Verification:
    """Prove a release folder.

    Args:
        folder: the release, wherever it was copied to; `current` may be a link.
        trusted: keys of which one must have signed it; without any, a signature proves only that
            the manifest is as its signer left it.
        expected_sha256: the hash of the manifest that the log or the public index keep.

    Never raises for what is wrong with the release.
    """
    folder = folder.resolve()
    result = Verification(str(folder))
    try:
        data = (folder / MANIFEST).read_bytes()
    except OSError:
        result._find(
            MANIFEST, "missing", "the manifest is missing: this is no release",
            "매니페스트가 없습니다. 배포판이 아닙니다",
        )  # fmt: skip
        return result
    result.manifest_sha256 = sha256(data).hexdigest()
    try:
        manifest = json.loads(data)
        files: dict[str, str] = dict(manifest["files"])
        result.release_id = str(manifest["release_id"])
        result.is_simulated = bool(manifest["is_simulated"])
    except (ValueError, KeyError, TypeError):
        result._find(
            MANIFEST, "unreadable", "the manifest cannot be read: it was edited, or never sealed",
            "매니페스트를 읽을 수 없습니다. 수정되었거나 봉인되지 않았습니다",
        )  # fmt: skip
        return result
    # The old form had neither; that one of the two is gone must not make a release pass for old.
    is_old = "form" not in manifest and not os.path.lexists(folder / CHECKSUMS)
    if expected_sha256 is not None and expected_sha256 != result.manifest_sha256:
        result._find(
            MANIFEST, "not_the_published_one",
            f"it is not the manifest that was published (sha256 {expected_sha256[:16]}…)",
            f"공표된 매니페스트가 아닙니다(sha256 {expected_sha256[:16]}…)",
        )  # fmt: skip
    _verify_signature(result, folder, data, manifest, trusted, is_old)
    _verify_files(result, folder, files)
    if not is_old:
        _verify_checksums(result, folder, files)
    result.findings.sort(key=lambda f: (f.path, f.code))
    return result


def _verify_signature(
    result: Verification,
    folder: Path,
    data: bytes,
    manifest: dict[str, Any],
    trusted: Sequence[PublicKey],
    is_old: bool,
) -> None:
    path = folder / SIGNATURE
    promised = manifest.get("signed_by")
    if path.is_symlink() or not path.is_file():
        result.signature = "old_form" if is_old else "unsigned"
        if promised:
            result.signature = "bad"
            result._find(
                SIGNATURE, "missing", f"the manifest says it is signed by {promised}, and it is not",
                f"매니페스트에는 {promised} 서명이 있다고 되어 있으나 없습니다",
            )  # fmt: skip
        elif trusted:
            result._find(
                SIGNATURE, "unsigned", "the release is not signed, and a key was given to check",
                "배포판에 서명이 없어 지정한 키로 확인할 수 없습니다",
            )  # fmt: skip
        return
    try:
        key = signer(data, path.read_bytes())
    except BadSignature as error:
        result.signature = "bad"
        result._find(
            SIGNATURE, "bad_signature", f"the signature does not hold: {error}",
            "서명이 맞지 않습니다. 매니페스트나 서명이 바뀌었습니다",
        )  # fmt: skip
        return
    result.signed_by = key.fingerprint
    result.signature = "valid" if key in trusted else "unknown_key"
    if trusted and key not in trusted:
        result.signature = "bad"
        result._find(
            SIGNATURE, "wrong_key", f"it is signed by another key, {key.fingerprint}",
            f"다른 키({key.fingerprint})로 서명되었습니다",
        )  # fmt: skip
    elif promised != key.fingerprint:
        result.signature = "bad"
        result._find(
            SIGNATURE, "wrong_key", f"it is signed by {key.fingerprint}, not by {promised}",
            f"{promised}이(가) 아니라 {key.fingerprint} 키로 서명되었습니다",
        )  # fmt: skip


def _verify_files(result: Verification, folder: Path, files: dict[str, str]) -> None:
    plain: list[str] = []
    there: set[str] = set()
    for name, entry in walk(folder):
        there.add(name)
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            result._find(
                name, "link", "it is a link: what it points at is not part of the release",
                "심볼릭 링크입니다. 가리키는 내용은 배포판에 속하지 않습니다",
            )  # fmt: skip
        elif not stat.S_ISREG(mode) and name.rstrip("/") not in files:
            result._find(
                name, "extra", "it does not belong to the release (no plain file)",
                "배포판에 속하지 않습니다(일반 파일이 아님)",
            )  # fmt: skip
        elif name in files:
            plain.append(name)
            result.bytes += entry.stat(follow_symlinks=False).st_size
        elif name not in OUTSIDE_MANIFEST:
            result._find(
                name, "extra", "it does not belong to the release", "배포판에 속하지 않습니다"
            )
    result.files = len(plain)
    for name in files:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or not name:
            result._find(
                MANIFEST, "bad_name", f"it names a file outside the release: {name!r}",
                f"배포판 밖의 파일을 가리킵니다: {name!r}",
            )  # fmt: skip
        elif name not in there:
            result._find(name, "missing", "the file is missing", "파일이 없습니다")
    for name, digest in hash_files(folder, plain).items():
        if isinstance(digest, OSError):
            result._find(
                name, "unreadable", f"it cannot be read: {digest.strerror}", "읽을 수 없습니다"
            )
        elif digest != files[name]:
            result._find(
                name, "changed", "its bytes are not those of the manifest",
                "내용이 매니페스트와 다릅니다",
            )  # fmt: skip


def _verify_checksums(result: Verification, folder: Path, files: dict[str, str]) -> None:
    path = folder / CHECKSUMS
    if path.is_symlink() or not path.is_file():
        result._find(CHECKSUMS, "missing", "the file is missing", "파일이 없습니다")
        return
    told = path.read_bytes()
    if told == checksums(files, result.manifest_sha256 or ""):
        return
    # Which of the two was touched? A signature that fits speaks for the manifest; without one, both
    # are named where only the manifest's own line differs.
    lines = told.decode("utf-8", errors="replace").splitlines()
    hashed = dict(line.split("  ", 1)[::-1] for line in lines if "  " in line)
    other = hashed.pop(MANIFEST, None)
    if (
        result.signature not in ("valid", "unknown_key")
        and other is not None
        and told == checksums(hashed, other)
    ):
        result._find(
            MANIFEST, "changed", "its bytes are not those that checksums.txt tells",
            "내용이 checksums.txt와 다릅니다",
        )  # fmt: skip
    result._find(CHECKSUMS, "changed", "it does not fit the manifest", "매니페스트와 맞지 않습니다")
