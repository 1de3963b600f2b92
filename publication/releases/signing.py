"""Ed25519 signatures of manifests, in the form that OpenSSH writes and checks.

Format: SSHSIG (OpenSSH, PROTOCOL.sshsig), namespace `sandan-release`. So a reader needs nothing of
ours to check one:

    ssh-keygen -Y verify -f allowed_signers -I sandan -n sandan-release \\
        -s release.json.sig < release.json

where `allowed_signers` holds one line: `sandan namespaces="sandan-release" ssh-ed25519 AAAA…`.
Keys are OpenSSH keys: those that `sandan keys new` or `ssh-keygen -t ed25519` write.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import struct
import textwrap
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from publication.releases.layout import PublishError

NAMESPACE = "sandan-release"
_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_TYPE = b"ssh-ed25519"


class KeyProblem(PublishError):
    """A key cannot be made or used; the message says why."""


class BadSignature(Exception):
    """A signature is malformed or does not fit; the message says which, in English."""


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key: 32 bytes."""

    raw: bytes

    @property
    def fingerprint(self) -> str:
        """As OpenSSH prints it: `SHA256:…`."""
        digest = hashlib.sha256(_key_blob(self.raw)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def line(self) -> str:
        """`ssh-ed25519 AAAA…`, without a comment."""
        return f"ssh-ed25519 {base64.b64encode(_key_blob(self.raw)).decode()}"


def new_key(path: Path, *, forbidden: tuple[Path, ...] = ()) -> PublicKey:
    """Write a new private key (0600) and its public half beside it (`.pub`).

    Raises:
        KeyProblem: the file is there already, or lies below one of the forbidden folders: a key in a
            repository or in a home is copied where it does not belong.
    """
    path = path.expanduser().resolve()
    for folder in forbidden:
        if path.is_relative_to(folder.resolve()):
            raise KeyProblem(
                f"a signing key does not belong below {folder}: choose a folder outside",
                f"서명 키는 {folder} 밖에 두어야 합니다",
            )
    private = Ed25519PrivateKey.generate()
    data = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyProblem(
            f"{path} is there already: a key is never overwritten",
            f"{path} 파일이 이미 있습니다. 키는 덮어쓰지 않습니다",
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    public = _public(private)
    path.with_name(path.name + ".pub").write_text(public.line() + " sandan\n", encoding="ascii")
    return public


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a signing key.

    Raises:
        KeyProblem: it cannot be read, is open to others, has a passphrase, or is not Ed25519.
    """
    try:
        data = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise KeyProblem(
            f"signing key {path}: {error.strerror}", f"서명 키를 읽을 수 없습니다: {path}"
        ) from None
    if mode & 0o077:
        raise KeyProblem(
            f"signing key {path} is open to others: chmod 600 it",
            f"서명 키 {path} 권한이 열려 있습니다. chmod 600을 실행하십시오",
        )
    try:
        key = load_ssh_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise KeyProblem(
            f"{path} is not a private key of OpenSSH without a passphrase ({error})",
            f"{path}: 암호 없는 OpenSSH 개인 키가 아닙니다",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{path} is not an Ed25519 key", f"{path}: Ed25519 키가 아닙니다")
    return key


def public_key_of(private: Ed25519PrivateKey) -> PublicKey:
    """The public half of a signing key."""
    return _public(private)


def load_public_keys(path: Path) -> list[PublicKey]:
    """Read trusted keys: a `.pub` file, or lines of `allowed_signers`.

    Raises:
        KeyProblem: it cannot be read or holds no Ed25519 key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise KeyProblem(
            f"public key {path}: {error.strerror}", f"공개 키를 읽을 수 없습니다: {path}"
        ) from None
    except UnicodeDecodeError:
        text = ""
    found: list[PublicKey] = []
    for line in text.splitlines():
        words = line.split()
        for kind, blob in zip(words, words[1:], strict=False):
            if kind == "ssh-ed25519" and not line.lstrip().startswith("#"):
                try:
                    found.append(PublicKey(_parse_key_blob(base64.b64decode(blob, validate=True))))
                except (BadSignature, binascii.Error):
                    continue
    if not found:
        raise KeyProblem(
            f"{path} holds no line `ssh-ed25519 AAAA…`: give the .pub file of the key",
            f"{path}에 ssh-ed25519 공개 키가 없습니다. .pub 파일을 지정하십시오",
        )
    return found


def sign(data: bytes, key: Ed25519PrivateKey) -> bytes:
    """The armoured SSHSIG signature of some bytes."""
    signature = key.sign(_signed_bytes(data))
    return _armour(_public(key).raw, signature)


def signer(data: bytes, armoured: bytes) -> PublicKey:
    """The key that made a signature of these bytes; that it is a trusted one is the caller's to ask.

    Raises:
        BadSignature: the signature is malformed, or does not fit the bytes.
    """
    public, signature = _parse(armoured)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _signed_bytes(data))
    except (InvalidSignature, ValueError):
        raise BadSignature("it does not fit release.json") from None
    return PublicKey(public)


def _public(private: Ed25519PrivateKey) -> PublicKey:
    return PublicKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _key_blob(raw: bytes) -> bytes:
    return _string(_TYPE) + _string(raw)


def _signed_bytes(data: bytes) -> bytes:
    digest = hashlib.sha512(data).digest()
    parts = (NAMESPACE.encode(), b"", b"sha512", digest)
    return _MAGIC + b"".join(_string(part) for part in parts)


def _armour(public: bytes, signature: bytes) -> bytes:
    parts = (
        _key_blob(public),
        NAMESPACE.encode(),
        b"",
        b"sha512",
        _string(_TYPE) + _string(signature),
    )
    blob = _MAGIC + struct.pack(">I", 1) + b"".join(_string(part) for part in parts)
    lines = textwrap.wrap(base64.b64encode(blob).decode(), 70)
    return ("\n".join([_BEGIN, *lines, _END]) + "\n").encode()


def _parse(armoured: bytes) -> tuple[bytes, bytes]:
    """Public key and signature. There is one way to write a signature: a flipped bit anywhere in the
    file shows, also where a lenient reader would pass over it."""
    try:
        lines = armoured.decode("ascii").splitlines()
        if not lines or lines[0] != _BEGIN or lines[-1] != _END:
            raise BadSignature("it is not an SSH signature")
        blob = base64.b64decode("".join(lines[1:-1]), validate=True)
    except (UnicodeDecodeError, binascii.Error):
        raise BadSignature("it is not an SSH signature") from None
    head = len(_MAGIC) + 4
    if blob[:head] != _MAGIC + struct.pack(">I", 1):
        raise BadSignature("it is not an SSH signature")
    fields = _strings(blob[head:])
    if len(fields) != 5:
        raise BadSignature("it is not an SSH signature")
    public = _parse_key_blob(fields[0])
    if fields[1] != NAMESPACE.encode():
        raise BadSignature(f"it was made for {fields[1].decode(errors='replace')!r}, not a release")
    kind = _strings(fields[4])
    if len(kind) != 2 or kind[0] != _TYPE or len(kind[1]) != 64:
        raise BadSignature("it is not an Ed25519 signature")
    if _armour(public, kind[1]) != armoured:
        raise BadSignature("it was changed")
    return public, kind[1]


def _parse_key_blob(blob: bytes) -> bytes:
    parts = _strings(blob)
    if len(parts) != 2 or parts[0] != _TYPE or len(parts[1]) != 32:
        raise BadSignature("its key is not an Ed25519 key")
    return parts[1]


def _strings(data: bytes) -> list[bytes]:
    found = []
    while data:
        if len(data) < 4:
            raise BadSignature("it was cut off")
        (length,) = struct.unpack(">I", data[:4])
        if len(data) < 4 + length:
            raise BadSignature("it was cut off")
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found
