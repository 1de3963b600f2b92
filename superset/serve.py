"""Start Superset on the current release: provision it from `assets/`, then serve.

    SANDAN_HOME=var .venv-superset/bin/python superset/serve.py [--port 8088]

It may be repeated: what stands already is brought up to date, nothing is doubled. State lies in
`<home>/superset/`: the metadata database, the secret key and the administrator's password (both made at
random, readable by their owner alone).
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import secrets
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import assets  # noqa: E402

ADMIN = "admin"


def main() -> int:
    """Provision, then become the server; returns 1 where there is no release to show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--provision-only", action="store_true")
    parser.add_argument("--wait", action="store_true", help="wait for the first release")
    options = parser.parse_args()
    home = Path(os.environ.get("SANDAN_HOME") or HERE.parent / "var").expanduser().resolve()
    releases = Path(os.environ.get("SANDAN_RELEASES") or home / "releases")
    own = Path(os.environ.get("SUPERSET_HOME") or home / "superset")
    database = releases / "current" / "kicox.duckdb"
    while options.wait and not database.exists():
        print(f"no release in {releases} yet; looking again in 10 s", flush=True)
        time.sleep(10)
    if not database.exists():
        print(
            f"there is no release in {releases}: make run publishes one\n"
            f"{releases}에 배포판이 없습니다. make run으로 먼저 발행하십시오.",
            file=sys.stderr,
        )
        return 1
    own.mkdir(parents=True, exist_ok=True, mode=0o700)
    _secret(own / "secret_key")
    password = _secret(own / "admin_password")
    os.environ.update(
        SUPERSET_HOME=str(own),
        SANDAN_RELEASES=str(releases),
        SUPERSET_CONFIG_PATH=str(HERE / "superset_config.py"),
        PYTHONPATH=os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")])),
        FLASK_APP="superset.app:create_app()",
        SCARF_ANALYTICS="false",
        DO_NOT_TRACK="1",
    )
    try:
        files = assets.render(database)
    except assets.AssetError as error:
        print(f"superset/assets: {error}", file=sys.stderr)
        return 1
    state = hashlib.sha256(
        repr(sorted(files.items())).encode()
        + (HERE / "superset_config.py").read_bytes()
        + (HERE / "requirements.lock").read_bytes()
    ).hexdigest()
    mark = own / "provisioned"
    if not mark.exists() or mark.read_text(encoding="utf-8") != state:
        _provision(files, password)
        mark.write_text(state, encoding="utf-8")
    print(
        f"Superset  http://{options.host}:{options.port}/superset/dashboard/sandan-ko/", flush=True
    )
    print(
        f"          http://{options.host}:{options.port}/superset/dashboard/sandan-en/", flush=True
    )
    print(f"          user {ADMIN}, password in {own / 'admin_password'}", flush=True)
    if options.provision_only:
        return 0
    gunicorn = Path(sys.executable).with_name("gunicorn")
    os.execv(
        gunicorn,
        [
            str(gunicorn),
            *("--bind", f"{options.host}:{options.port}", "--workers", "2"),
            *("--worker-class", "gthread", "--threads", "8", "--timeout", "120"),
            *("--access-logfile", "/dev/null", "--log-level", "warning"),
            "superset.app:create_app()",
        ],
    )


def _secret(path: Path) -> str:
    """The secret in a file; made at random the first time, for its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    value = secrets.token_urlsafe(42)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return value


def _provision(files: dict[str, str], password: str) -> None:
    """Schema, roles, administrator, and the assets; everything but the assets is kept."""
    logging.disable(logging.INFO)
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from flask_migrate import upgrade
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.extensions import appbuilder
        from superset.models.core import Database
        from superset.utils.core import override_user

        from superset import db, security_manager

        upgrade()
        appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        admin = security_manager.find_user(username=ADMIN)
        if admin is None:
            admin = security_manager.add_user(
                ADMIN,
                "sandan",
                "admin",
                "admin@localhost",
                security_manager.find_role("Admin"),
                password,
            )
        with override_user(admin):
            # Superset takes a bundle's folder off the names before it reads them.
            ImportAssetsCommand({name.split("/", 1)[1]: text for name, text in files.items()}).run()
        # Readers without an account see what is made from the release, and nothing else.
        database = db.session.query(Database).filter_by(database_name="sandan").one()
        security_manager.add_permission_role(
            security_manager.find_role("Public"),
            security_manager.find_permission_view_menu("database_access", database.perm),
        )
        db.session.commit()


if __name__ == "__main__":
    raise SystemExit(main())
