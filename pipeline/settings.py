"""Where things lie, and the environment every entry point sets. Imports nothing heavy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

#: Telemetry stays off in everything that is started from here.
QUIET = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "SCARF_ANALYTICS": "false",
}


#: The variable that holds each key.
KEY_VARIABLES = {
    "data.go.kr": "SANDAN_KEY_DATA_GO_KR",
    "kosis": "SANDAN_KEY_KOSIS",
    "ecos": "SANDAN_KEY_ECOS",
}


def _keys() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, variable in KEY_VARIABLES.items():
        value = os.environ.get(variable, "")
        path = os.environ.get(f"{variable}_FILE")
        if path:
            try:
                value = Path(path).read_text(encoding="utf-8")
            except OSError as error:
                raise ValueError(f"{variable}_FILE: {error.strerror}: {path}") from None
        if value.strip():
            found[name] = value.strip()
    return found


def _path(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).expanduser().resolve() if value else None


@dataclass(frozen=True)
class Settings:
    """Paths of one installation: the project's own files and the home of its data."""

    home: Path
    inbox: Path | None = None
    project: Path = PROJECT
    #: Keys of the publishers' interfaces by name; never printed.
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Address of a sample publisher on this machine that answers in the place of all publishers, and
    #: the day at which its clock stands.
    publishers: str | None = None
    today: date | None = None
    #: Releases: the file of policy and calendar, `required` or `not_required` before it, the private
    #: key that signs, the public keys that are trusted, and a command to run after a publication.
    release_policy: Path | None = None
    sign_off: str = ""
    signing_key: Path | None = None
    public_keys: Path | None = None
    after_publish: str = ""

    @classmethod
    def from_env(cls) -> Settings:
        """Read SANDAN_HOME (default `var/` in the project), SANDAN_INBOX, SANDAN_PUBLISHERS with
        SANDAN_TODAY, the keys (`SANDAN_KEY_KOSIS`, or a file that holds it: `SANDAN_KEY_KOSIS_FILE`),
        and for releases SANDAN_RELEASES, SANDAN_SIGN_OFF, SANDAN_SIGNING_KEY, SANDAN_PUBLIC_KEYS and
        SANDAN_AFTER_PUBLISH.

        Raises:
            ValueError: the file of a key cannot be read, or SANDAN_TODAY is no day.
        """
        os.environ.update({k: v for k, v in QUIET.items() if k not in os.environ})
        home = Path(os.environ.get("SANDAN_HOME") or PROJECT / "var").expanduser().resolve()
        inbox = os.environ.get("SANDAN_INBOX")
        today = os.environ.get("SANDAN_TODAY")
        return cls(
            home,
            Path(inbox).expanduser().resolve() if inbox else None,
            keys=_keys(),
            publishers=os.environ.get("SANDAN_PUBLISHERS") or None,
            today=date.fromisoformat(today) if today else None,
            release_policy=_path("SANDAN_RELEASES"),
            sign_off=os.environ.get("SANDAN_SIGN_OFF", ""),
            signing_key=_path("SANDAN_SIGNING_KEY"),
            public_keys=_path("SANDAN_PUBLIC_KEYS"),
            after_publish=os.environ.get("SANDAN_AFTER_PUBLISH", ""),
        )

    @property
    def seeds(self) -> Path:
        """What people have decided about names and definitions."""
        return self.project / "dbt_project" / "seeds"

    @property
    def builds(self) -> Path:
        """Candidates and their verdicts."""
        return self.home / "builds"

    @property
    def releases(self) -> Path:
        """What readers see."""
        return self.home / "releases"

    @property
    def drops(self) -> Path:
        """Where what is fetched is dropped; read besides the inbox, which may be read-only."""
        return self.home / ("sample" if self.publishers else "inbox")

    @property
    def bundled(self) -> list[Path]:
        """The curated files that every run takes in: figures published in print, and claims."""
        folder = self.project / "ingestion"
        return [
            *sorted((folder / "reference").glob("*.csv")),
            *sorted((folder / "claims").glob("*.yml")),
        ]


#: What readers have no business in: the publisher's bytes and all that is made of them before, and
#: outside of, a release. (What waits in `staging/` is closed by the room of publication.)
CLOSED = ("builds", "cache", "fetched", "landed", "outcomes", "quarantine", "raw", "sample")


def close_home(settings: Settings) -> None:
    """Let nobody but the owner look into folders of a home that hold what may not be out yet (0700)."""
    for name in CLOSED:
        folder = settings.home / name
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
