"""The manifest `release.json`: final before anybody signs it off, and without a clock.

    release.json       what the release is made of, and the SHA-256 of every other file
    checksums.txt      the same hashes and that of release.json, as `sha256sum -c` reads them
    release.json.sig   an Ed25519 signature of release.json, where there is a key

The hash of release.json names the release as a whole: it is what a person signs off, and what the
log and the public index keep. When it was published stands there, not in the release.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from publication.releases.layout import (
    CHECKSUMS,
    MANIFEST,
    OUTSIDE_MANIFEST,
    SIGNATURE,
    PublishError,
    json_bytes,
    read_json,
    replace_bytes,
    sync,
)
from publication.releases.signing import public_key_of, sign

#: Form of the manifest; 1 had the time of publication and the state in it.
FORM = 2
_BLOCK_BYTES = 1 << 20
_THREADS = os.cpu_count() or 1


def walk(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below a folder that is no plain folder itself, with its path in POSIX form; links
    are named, never followed. A folder with nothing in it is named, too."""

    def below(path: str, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    inside = list(below(entry.path, name + "/"))
                    yield from inside or [(name + "/", entry)]
                else:
                    yield name, entry

    yield from below(os.fspath(folder), "")


def hash_files(folder: Path, names: list[str]) -> dict[str, str | OSError]:
    """SHA-256 of files by name, several at once: hashing leaves Python's lock alone. In the place of
    the hash of a file that cannot be read stands the error."""

    def one(name: str) -> str | OSError:
        try:
            return _hash(folder / name)
        except OSError as error:
            return error

    # The largest first, so that no thread is left alone with it at the end.
    by_size = sorted(names, key=lambda name: -(folder / name).lstat().st_size)
    with ThreadPoolExecutor(_THREADS) as pool:
        return dict(zip(by_size, pool.map(one, by_size), strict=True))


def _hash(path: Path) -> str:
    digest = sha256()
    buffer = bytearray(_BLOCK_BYTES)
    view = memoryview(buffer)
    # No link is followed: what a release says is in its own files.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(view[:count])
    return digest.hexdigest()


def is_sealed(folder: Path) -> bool:
    """Whether the manifest of a staged folder is final."""
    try:
        return "files" in read_json(folder / MANIFEST)
    except FileNotFoundError:
        return False


def manifest_sha256(folder: Path) -> str:
    """The hash that names a release as a whole."""
    return _hash(folder / MANIFEST)


def seal(folder: Path, key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
    """Make the manifest of a staged folder final: hash every file, list them, sign.

    Written last is release.json itself, so that a folder is sealed whole or not at all. Sealing what
    is sealed changes nothing.

    Raises:
        PublishError: there is something in the folder that is no plain file.
    """
    manifest: dict[str, Any] = read_json(folder / MANIFEST)
    if "files" in manifest:
        return manifest
    for leftover in folder.glob(".*.tmp"):  # of a seal that died
        leftover.unlink()
    names = []
    for name, entry in walk(folder):
        if not entry.is_file(follow_symlinks=False):
            raise PublishError(
                f"{name} in the staged release is no plain file: an output wrote it by mistake",
                f"준비된 배포판의 {name}은(는) 일반 파일이 아닙니다",
            )
        if name not in OUTSIDE_MANIFEST:
            names.append(name)
    files: dict[str, str] = {}
    for name, digest in sorted(hash_files(folder, names).items()):
        if isinstance(digest, OSError):
            raise digest
        files[name] = digest
    manifest["signed_by"] = public_key_of(key).fingerprint if key else None
    manifest["files"] = files
    data = json_bytes(manifest)
    replace_bytes(folder / CHECKSUMS, checksums(files, sha256(data).hexdigest()))
    if key is not None:
        replace_bytes(folder / SIGNATURE, sign(data, key))
    else:
        (folder / SIGNATURE).unlink(missing_ok=True)
    for name in [*names, CHECKSUMS, *([SIGNATURE] if key else [])]:
        (folder / name).chmod(0o444)
        sync(folder / name)
    replace_bytes(folder / MANIFEST, data, 0o444)
    return manifest


def checksums(files: dict[str, str], manifest_hash: str) -> bytes:
    """`checksums.txt`: one line a file in the form of `sha256sum`, the manifest among them."""
    lines = sorted([*files.items(), (MANIFEST, manifest_hash)])
    return "".join(f"{digest}  {name}\n" for name, digest in lines).encode()
