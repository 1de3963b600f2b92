"""Proof of a release: whatever is not as it was published is found and named."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from publication.releases import verify
from publication.releases.layout import write_json
from publication.releases.manifest import manifest_sha256, seal
from publication.releases.signing import PublicKey, public_key_of


def make_release(folder: Path, key: Ed25519PrivateKey | None) -> Path:
    """A small sealed folder: files as a release has them, in folders, with Hangul in a name."""
    (folder / "marts").mkdir(parents=True)
    (folder / "bulletin").mkdir()
    generator = random.Random(1)
    (folder / "marts" / "a.parquet").write_bytes(generator.randbytes(300))
    (folder / "marts" / "b.parquet").write_bytes(b"")
    (folder / "bulletin" / "속보 1.txt").write_bytes("창원".encode())
    write_json(
        folder / "release.json", {"form": 2, "release_id": "2026-Q1_v1", "is_simulated": True}
    )
    seal(folder, key)
    return folder


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def trusted(key: Ed25519PrivateKey) -> list[PublicKey]:
    return [public_key_of(key)]


@pytest.fixture
def signed(tmp_path: Path, key: Ed25519PrivateKey) -> Path:
    return make_release(tmp_path / "2026-Q1_v1", key)


def problems(folder: Path, **more: object) -> list[tuple[str, str]]:
    found = verify(folder, **more)  # type: ignore[arg-type]
    assert found.is_intact == (not found.findings)
    for finding in found.findings:
        assert any("가" <= letter <= "힣" for letter in finding.message_ko)
    return [(f.path, f.code) for f in found.findings]


def change(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_whole_release_holds_and_says_how_far(signed: Path, trusted: list[PublicKey]) -> None:
    found = verify(signed, trusted=trusted)
    assert found.is_intact and found.signature == "valid" and found.files == 3
    assert found.bytes == 306 and found.release_id == "2026-Q1_v1" and found.is_simulated
    assert verify(signed).signature == "unknown_key"
    link = signed.parent / "current"
    link.symlink_to(signed.name)
    assert verify(link, trusted=trusted).is_intact


def test_sealing_again_changes_nothing(signed: Path, key: Ed25519PrivateKey) -> None:
    before = {p: p.read_bytes() for p in signed.rglob("*") if p.is_file()}
    seal(signed, key)
    assert before == {p: p.read_bytes() for p in signed.rglob("*") if p.is_file()}


@pytest.mark.parametrize("is_signed", [True, False])
def test_one_flipped_bit_anywhere_is_found_and_named(
    tmp_path: Path, key: Ed25519PrivateKey, trusted: list[PublicKey], is_signed: bool
) -> None:
    folder = make_release(tmp_path / "r", key if is_signed else None)
    keys = trusted if is_signed else []
    generator = random.Random(7)
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size):
        whole = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        is_small = name in ("checksums.txt", "release.json", "release.json.sig")
        for index in range(len(whole)) if is_small else generator.sample(range(len(whole)), 6):
            data = bytearray(whole)
            data[index] ^= 1 << generator.randrange(8)
            change(path, bytes(data))
            named = {p for p, _ in problems(folder, trusted=keys)}
            if name == "release.json" and is_signed:
                # the signature no longer fits it, or it says that it is signed otherwise
                assert named & {"release.json", "release.json.sig"}, index
            else:
                assert name in named, (name, index, named)
        change(path, whole)
    assert problems(folder, trusted=keys) == []


def test_a_file_too_many_and_one_too_few(signed: Path, trusted: list[PublicKey]) -> None:
    (signed / "marts" / "extra.parquet").write_bytes(b"x")
    (signed / "empty").mkdir()
    (signed / "marts" / "a.parquet").unlink()
    os.mkfifo(signed / "pipe")
    assert problems(signed, trusted=trusted) == [
        ("empty/", "extra"),
        ("marts/a.parquet", "missing"),
        ("marts/extra.parquet", "extra"),
        ("pipe", "extra"),
    ]


def test_a_link_inside_is_named_and_never_followed(signed: Path, trusted: list[PublicKey]) -> None:
    target = signed / "marts" / "a.parquet"
    shutil.move(target, signed.parent / "outside")
    target.symlink_to(signed.parent / "outside")  # the same bytes, but not in the release
    (signed / "away").symlink_to(signed.parent)
    assert problems(signed, trusted=trusted) == [("away", "link"), ("marts/a.parquet", "link")]


def test_a_manifest_edited_by_hand(signed: Path, trusted: list[PublicKey]) -> None:
    manifest = json.loads((signed / "release.json").read_text(encoding="utf-8"))
    change(signed / "marts" / "a.parquet", b"other figures")
    import hashlib

    manifest["files"]["marts/a.parquet"] = hashlib.sha256(b"other figures").hexdigest()
    path = signed / "release.json"
    path.chmod(0o644)
    write_json(path, manifest)
    assert ("release.json.sig", "bad_signature") in problems(signed, trusted=trusted)
    # Also where nobody has the key: the log knows the manifest that was published.
    expected = manifest_sha256(signed)
    manifest["signed_by"] = None
    write_json(path, manifest)
    (signed / "release.json.sig").unlink()
    found = problems(signed, expected_sha256=expected)
    assert ("release.json", "not_the_published_one") in found


def test_a_signature_taken_away_or_of_another_key(
    signed: Path, tmp_path: Path, trusted: list[PublicKey]
) -> None:
    other = Ed25519PrivateKey.generate()
    theirs = make_release(tmp_path / "theirs", other)
    assert problems(theirs, trusted=trusted) == [("release.json.sig", "wrong_key")]
    # signed anew by somebody else, the manifest untouched
    from publication.releases.signing import sign

    change(signed / "release.json.sig", sign((signed / "release.json").read_bytes(), other))
    assert problems(signed, trusted=trusted) == [("release.json.sig", "wrong_key")]
    assert problems(signed) == [("release.json.sig", "wrong_key")]
    (signed / "release.json.sig").unlink()
    assert problems(signed) == [("release.json.sig", "missing")]


def test_unsigned_is_said(tmp_path: Path, trusted: list[PublicKey]) -> None:
    folder = make_release(tmp_path / "r", None)
    assert verify(folder).signature == "unsigned" and verify(folder).is_intact
    assert problems(folder, trusted=trusted) == [("release.json.sig", "unsigned")]
    (folder / "release.json.sig").write_text("x")
    assert problems(folder) == [("release.json.sig", "bad_signature")]


def test_a_manifest_that_leads_out_of_the_release(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "r", None)
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    manifest["files"] |= {"../secret": "0" * 64, "/etc/passwd": "0" * 64}
    (folder / "release.json").chmod(0o644)
    write_json(folder / "release.json", manifest)
    found = problems(folder)
    assert found.count(("release.json", "bad_name")) == 2
    assert not any("passwd" in path for path, _ in found)


def test_what_is_no_release(tmp_path: Path) -> None:
    assert problems(tmp_path) == [("release.json", "missing")]
    for text in ("", "[]", '{"files": 3}', "{"):
        (tmp_path / "release.json").write_text(text)
        assert problems(tmp_path) == [("release.json", "unreadable")]


def test_checksums_are_those_of_sha256sum(signed: Path) -> None:
    import subprocess

    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum is not here")
    done = subprocess.run(
        [program, "--check", "--strict", "--quiet", "checksums.txt"],
        cwd=signed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed = (signed / "checksums.txt").read_text(encoding="utf-8").splitlines()
    assert len(listed) == 4 and any(line.endswith("  release.json") for line in listed)
