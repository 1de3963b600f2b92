"""Where things lie, and the environment every entry point sets. Imports nothing heavy."""

from __future__ import annotations

import os
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Settings:
    """Paths of one installation: the project's own files and the home of its data."""

    home: Path
    inbox: Path | None = None
    project: Path = PROJECT

    @classmethod
    def from_env(cls) -> Settings:
        """Read SANDAN_HOME (default `var/` in the project) and SANDAN_INBOX."""
        os.environ.update({k: v for k, v in QUIET.items() if k not in os.environ})
        home = Path(os.environ.get("SANDAN_HOME") or PROJECT / "var").expanduser().resolve()
        inbox = os.environ.get("SANDAN_INBOX")
        return cls(home, Path(inbox).expanduser().resolve() if inbox else None)

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
    def bundled(self) -> list[Path]:
        """The curated files that every run takes in: figures published in print, and claims."""
        folder = self.project / "ingestion"
        return [
            *sorted((folder / "reference").glob("*.csv")),
            *sorted((folder / "claims").glob("*.yml")),
        ]
