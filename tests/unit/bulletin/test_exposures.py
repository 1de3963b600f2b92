"""What is made from a release reads the marts that dbt's exposures say, no more and no fewer.

An exposure is how somebody who changes a mart learns whom it concerns, and publication holds every mart
that one names against the candidate; so it must not drift from what is really read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from publication.bulletin import reading
from publication.claims_page import render_claims
from publication.definitions import read_definitions
from publication.sdmx import render_sdmx
from publication.site import render as rendering
from publication.workbook import render_workbook
from tests.unit.small_release import PROJECT, contracts, make_release

MARTS = frozenset(contracts())


class Recorder:
    """A connection that notes the marts in what it is asked; what only names a file is no question."""

    def __init__(self, connection: Any, read: set[str]) -> None:
        self._connection, self._read = connection, read

    def execute(self, query: str, parameters: Any = None) -> Any:
        if not query.startswith("CREATE VIEW"):
            given = parameters.values() if isinstance(parameters, dict) else parameters or ()
            words = re.findall(r"\w+", " ".join([query, *map(str, given)]))
            self._read |= MARTS & set(words)
        return self._connection.execute(query, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def site(release: Path, out: Path) -> None:
    (out / "shell").mkdir(parents=True)
    rendering.render_site(release, out / "site")


RENDERERS: dict[str, Callable[[Path, Path], object]] = {
    "bulletin": lambda release, _: reading.load(release),
    "workbook": render_workbook,
    "sdmx": render_sdmx,
    "claims_page": lambda release, out: render_claims(release, out / "claims.html"),
    "site": site,
}


def said() -> dict[str, set[str]]:
    path = PROJECT / "models" / "marts" / "_exposures.yml"
    return {
        exposure["name"]: {
            name.removeprefix("ref('").removesuffix("')") for name in exposure["depends_on"]
        }
        for exposure in yaml.safe_load(path.read_text(encoding="utf-8"))["exposures"]
    }


@pytest.mark.parametrize("name", RENDERERS)
def test_an_exposure_names_what_is_read(
    name: str, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever needs whole definitions of shares and claims reads a release without facts.
    if name in ("sdmx", "claims_page"):
        release = make_release(tmp_path / "bare")
    read: set[str] = set()
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *a, **k: Recorder(connect(*a, **k), read))
    monkeypatch.setattr(rendering, "shell", lambda: tmp_path / "shell")
    monkeypatch.setattr(rendering, "_stamp", lambda *_: None)
    RENDERERS[name](release, tmp_path)
    assert sorted(said()[name]) == sorted(read)


def test_the_dashboards_read_what_their_exposure_names(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The datasets of Superset, and the definitions from which their names and units come."""
    read: set[str] = set()
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *a, **k: Recorder(connect(*a, **k), read))
    read_definitions(release)
    for path in (PROJECT.parent / "superset" / "assets" / "datasets").glob("*.yaml"):
        dataset = yaml.safe_load(path.read_text(encoding="utf-8"))
        read |= MARTS & set(re.findall(r"\w+", dataset["sql"] or dataset["table_name"]))
    assert sorted(said()["dashboards"]) == sorted(read)


def test_every_mart_is_published_and_every_product_is_held() -> None:
    exposures = said()
    assert exposures.keys() == {*RENDERERS, "dashboards", "published_file"}
    assert exposures["published_file"] == MARTS
