"""Superset for readers of sandan: it sees `releases/current/kicox.duckdb`, read-only, and nothing else.

Superset imports this file by itself (`SUPERSET_CONFIG_PATH`); `serve.py` sets the environment.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from flask_caching.backends.filesystemcache import FileSystemCache

HOME = Path(os.environ["SUPERSET_HOME"])
RELEASES = Path(os.environ["SANDAN_RELEASES"])
CURRENT = RELEASES / "current"

SECRET_KEY = (HOME / "secret_key").read_text(encoding="utf-8").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"

BABEL_DEFAULT_LOCALE = "ko"
LANGUAGES = {"ko": {"flag": "kr", "name": "한국어"}, "en": {"flag": "us", "name": "English"}}
APP_NAME = "sandan"
#: After Okabe and Ito (Color Universal Design, 2008), the green darker: the first four are told apart by the
#: colour-blind, too.
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "sandan",
        "label": "sandan",
        "colors": [
            "#0072B2",
            "#D55E00",
            "#004D3C",
            "#CC79A7",
            "#56B4E9",
            "#E69F00",
            "#777777",
            "#F0E442",
        ],
    }
]

# Nothing is fetched from or sent to anybody.
CONTENT_SECURITY_POLICY_WARNING = False
FEATURE_FLAGS = {"ALERT_REPORTS": False, "ENABLE_TEMPLATE_PROCESSING": False}

# A release is public: its dashboards open without an account; exploring and SQL Lab take one.
AUTH_ROLE_PUBLIC = "Public"
PUBLIC_ROLE_LIKE = "Public"
LOG_LEVEL = logging.ERROR
RATELIMIT_STORAGE_URI = "memory://"
# Behind a proxy with TLS, `SUPERSET_TLS=1` keeps the cookie from plain HTTP.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = os.environ.get("SUPERSET_TLS") == "1"
TALISMAN_ENABLED = True
# The page itself may ask nobody but this server: Superset's own counting pixel included.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": SESSION_COOKIE_SECURE,
}


def release() -> str:
    """The folder that `current` names at this moment; empty where nothing is published."""
    try:
        return os.readlink(CURRENT)
    except OSError:
        return ""


class ReleaseCache(FileSystemCache):  # type: ignore[misc]
    """A cache of one release: publication or rollback empties it in the moment of the switch.

    The name of the release is part of every key, so nobody has to send a message that may get lost.
    """

    def _get_filename(self, key: str) -> str:
        return str(super()._get_filename(f"{release()}:{key}"))


def cache(name: str) -> dict[str, Any]:
    """One cache of Superset, on disk, so that several workers share it."""
    return {
        "CACHE_TYPE": "superset_config.ReleaseCache",
        "CACHE_DIR": str(HOME / "cache" / name),
        "CACHE_DEFAULT_TIMEOUT": 24 * 60 * 60,
        "CACHE_THRESHOLD": 5000,
    }


CACHE_CONFIG = cache("metadata")
DATA_CACHE_CONFIG = cache("data")


def DB_CONNECTION_MUTATOR(
    uri: Any, params: dict[str, Any], username: str | None, security_manager: Any, source: Any
) -> tuple[Any, dict[str, Any]]:
    """Open the release that `current` names now, by its own path.

    Connections of one process to one path share a database as long as any of them is open; under
    `current` a busy worker would stay on the release before.
    """
    return uri.set(database=os.path.realpath(uri.database)), params
