"""Signatures: OpenSSH's form, and keys that stay where they belong."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from publication.releases.signing import (
    BadSignature,
    KeyProblem,
    load_private_key,
    load_public_keys,
    new_key,
    sign,
    signer,
)

DATA = '{"release_id": "2026-Q1_v1", "이름": "산단"}\n'.encode()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    new_key(tmp_path / "keys" / "release")
    return tmp_path / "keys" / "release"


def ssh_keygen() -> str:
    found = shutil.which("ssh-keygen")
    if found is None:
        pytest.skip("ssh-keygen is not here (Debian: openssh-client)")
    return found


def test_a_signature_tells_its_key(key_file: Path) -> None:
    key = load_private_key(key_file)
    (public,) = load_public_keys(key_file.with_name("release.pub"))
    signature = sign(DATA, key)
    assert signature == sign(DATA, key)  # Ed25519 has no chance in it
    assert signer(DATA, signature) == public
    with pytest.raises(BadSignature, match="does not fit"):
        signer(DATA + b" ", signature)


def test_every_flipped_bit_of_a_signature_is_found(key_file: Path) -> None:
    signature = bytearray(sign(DATA, load_private_key(key_file)))
    (public,) = load_public_keys(key_file.with_name("release.pub"))
    for index in range(len(signature)):
        for bit in range(8):
            signature[index] ^= 1 << bit
            with pytest.raises(BadSignature):
                assert signer(DATA, bytes(signature)) != public
                raise BadSignature("by another key")
            signature[index] ^= 1 << bit


def test_openssh_checks_our_signature(key_file: Path, tmp_path: Path) -> None:
    program = ssh_keygen()
    (tmp_path / "sig").write_bytes(sign(DATA, load_private_key(key_file)))
    line = key_file.with_name("release.pub").read_text().split(" sandan")[0]
    (tmp_path / "allowed").write_text(f'sandan namespaces="sandan-release" {line}\n')
    command = [program, "-Y", "verify", "-f", tmp_path / "allowed", "-I", "sandan"]
    command += ["-n", "sandan-release", "-s", tmp_path / "sig"]
    good = subprocess.run(command, input=DATA, capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    (public,) = load_public_keys(tmp_path / "allowed")
    assert public.fingerprint.encode() in good.stdout + good.stderr
    bad = subprocess.run(command, input=DATA + b"x", capture_output=True, check=False)
    assert bad.returncode != 0


def test_we_check_a_signature_of_openssh(tmp_path: Path) -> None:
    program = ssh_keygen()
    key = tmp_path / "theirs"
    subprocess.run([program, "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", key], check=True)
    (tmp_path / "data").write_bytes(DATA)
    subprocess.run(
        [program, "-q", "-Y", "sign", "-f", key, "-n", "sandan-release", tmp_path / "data"],
        check=True,
        capture_output=True,
    )
    theirs = (tmp_path / "data.sig").read_bytes()
    (public,) = load_public_keys(tmp_path / "theirs.pub")
    assert signer(DATA, theirs) == public
    assert sign(DATA, load_private_key(key)) == theirs  # the same bytes
    subprocess.run(
        [program, "-q", "-Y", "sign", "-f", key, "-n", "file", tmp_path / "data"],
        check=True,
        capture_output=True,
        input=b"y\n",
    )
    with pytest.raises(BadSignature, match="made for 'file'"):
        signer(DATA, (tmp_path / "data.sig").read_bytes())


def test_a_key_is_private_and_never_overwritten(key_file: Path, tmp_path: Path) -> None:
    assert os.stat(key_file).st_mode & 0o777 == 0o600
    with pytest.raises(KeyProblem, match="never overwritten"):
        new_key(key_file)
    with pytest.raises(KeyProblem, match="does not belong below"):
        new_key(tmp_path / "home" / "x" / "key", forbidden=(tmp_path / "home",))
    assert not (tmp_path / "home").exists()
    key_file.chmod(0o640)
    with pytest.raises(KeyProblem, match="chmod 600"):
        load_private_key(key_file)


def test_what_is_no_key_is_said(tmp_path: Path) -> None:
    path = tmp_path / "k"
    with pytest.raises(KeyProblem, match="No such file"):
        load_private_key(path)
    path.write_text("hello")
    path.chmod(0o600)
    with pytest.raises(KeyProblem, match="not a private key"):
        load_private_key(path)
    with pytest.raises(KeyProblem, match="ssh-ed25519"):
        load_public_keys(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyProblem, match="ssh-ed25519"):
        load_public_keys(path)
