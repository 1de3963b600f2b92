"""Secrets for `docker-compose.yml`: filled in once, at random, and never shown.

    python -m pipeline.env_file [PATH]               fill PATH (default: .env in the repository)
    python -m pipeline.env_file --airflow-passwords PATH
                                                     in a container: the file of the login

There are no default passwords: a service whose secret is missing does not start.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def _token() -> str:
    # Characters that need no quoting: it is part of a database address.
    return secrets.token_urlsafe(32)


def _fernet_key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


#: Every variable `docker-compose.yml` insists on, and how to make one.
SECRETS: dict[str, Callable[[], str]] = {
    "POSTGRES_PASSWORD": _token,
    "AIRFLOW_ADMIN_PASSWORD": _token,
    "AIRFLOW_FERNET_KEY": _fernet_key,
    "AIRFLOW_JWT_SECRET": _token,
    "AIRFLOW_SECRET_KEY": _token,
}

#: What people may fill in: named in comments, never with a value.
OPTIONAL = (
    "# Who is woken when the gate stops or a task has failed for good; empty: nobody (docs/alerts.md).",
    "#SANDAN_ALERT_SMTP=smtp://user:password@mail.example.org:587/?disable_ssl=true&from_email=…&to=…",
    "#SANDAN_ALERT_WEBHOOK=https://chat.example.org/hooks/…",
)

_ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$")


def _write_private(path: Path, text: str) -> None:
    """Replace a file in one step; nobody but the owner may read it, at no moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def fill_env_file(path: Path) -> list[str]:
    """Give every missing secret a random value and the file mode 0600.

    Values that are there stay, and so does everything else in the file; `NAME=` without a value
    counts as missing.

    Args:
        path: the file; made if it does not exist.

    Returns:
        Names of the variables that got a value.
    """
    path = path.resolve()
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if not lines:
        lines = ["# Made by `make env`. Not for version control; keep it with the database volume."]
    missing = dict(SECRETS)
    empty: dict[str, int] = {}
    for number, line in enumerate(lines):
        if found := _ASSIGNMENT.match(line):
            name, value = found[1], found[2].strip().strip("'\"")
            if value:
                missing.pop(name, None)
                empty.pop(name, None)
            else:
                empty[name] = number
    added = []
    for name, make in missing.items():
        line = f"{name}={make()}"
        if name in empty:
            lines[empty[name]] = line
        else:
            lines.append(line)
        added.append(name)
    offered = not any(line.lstrip("# ").startswith("SANDAN_ALERT_") for line in lines)
    if offered:
        lines += ["", *OPTIONAL]
    if added or offered:
        _write_private(path, "\n".join(lines) + "\n")
    else:
        path.chmod(0o600)
    return added


def write_airflow_passwords(path: Path, user: str, password: str) -> None:
    """Write the password file of Airflow's SimpleAuthManager (mode 0600).

    Raises:
        ValueError: the password is empty.
    """
    if not password:
        raise ValueError("AIRFLOW_ADMIN_PASSWORD is empty: run make env")
    _write_private(path, json.dumps({user: password}) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.env_file", description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=REPOSITORY / ".env")
    parser.add_argument("--airflow-passwords", type=Path, metavar="PATH")
    options = parser.parse_args(arguments)
    if options.airflow_passwords is not None:
        try:
            write_airflow_passwords(
                options.airflow_passwords, "admin", os.environ.get("AIRFLOW_ADMIN_PASSWORD", "")
            )
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        return 0
    added = fill_env_file(options.path)
    if added:
        print(f"{options.path}: added {', '.join(added)}")
    else:
        print(f"{options.path}: complete, nothing changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
