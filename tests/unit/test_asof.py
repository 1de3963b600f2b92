"""As-of questions: what stood published on a day, by each mart's own first publication."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline.asof import AsOfError, read_as_of
from pipeline.settings import Settings

TREND, STATUS, NATION = date(2022, 4, 1), date(2012, 2, 1), date(2001, 1, 15)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A release whose trend statistic begins long after the list of complexes and the nation."""
    folder = tmp_path / "releases" / "2026-Q1_v1"
    folder.mkdir(parents=True)
    (folder.parent / "current").symlink_to(folder.name)
    with duckdb.connect(str(folder / "kicox.duckdb")) as c:
        for table, column, day in (
            ("fct_observation", "first_published_at", TREND),
            ("complex_status_vintage", "vintage", STATUS),
            ("national_series", "stated_on", NATION),
        ):
            c.execute(
                f"CREATE TABLE {table} AS SELECT DATE '{day}' AS {column}, '2000-Q1' AS period"
            )
        c.execute("CREATE TABLE complex_status_quarterly AS FROM complex_status_vintage")
        c.execute("CREATE TABLE complex_quarterly AS FROM fct_observation")
        c.execute("CREATE TABLE cluster_kpi AS FROM fct_observation")
        for macro, table, column in (
            ("as_of", "fct_observation", "first_published_at"),
            ("complex_quarterly_as_of", "fct_observation", "first_published_at"),
            ("complex_status_quarterly_as_of", "complex_status_vintage", "vintage"),
            ("national_series_as_of", "national_series", "stated_on"),
        ):
            c.execute(
                f"CREATE MACRO {macro}(day) AS TABLE (FROM {table} WHERE {column} <= day::DATE)"
            )
    return Settings(tmp_path)


@pytest.mark.parametrize(
    ("mart", "first"),
    [
        ("fct_observation", TREND),
        ("complex_quarterly", TREND),
        ("complex_status_quarterly", STATUS),
        ("national_series", NATION),
    ],
)
def test_a_mart_can_be_asked_from_its_own_first_publication_on(
    settings: Settings, mart: str, first: date
) -> None:
    assert read_as_of(settings, first, mart).total_rows == 1
    before = first - timedelta(days=1)
    with pytest.raises(AsOfError, match=f"by {before}: .*{mart}.* is of {first}"):
        read_as_of(settings, before, mart)


def test_a_mart_that_is_rebuilt_needs_the_trend(settings: Settings) -> None:
    with pytest.raises(AsOfError, match=f"is of {TREND}"):
        read_as_of(settings, STATUS, "cluster_kpi")


def test_a_mart_that_holds_nothing_is_empty(settings: Settings) -> None:
    with duckdb.connect(str(settings.releases / "current" / "kicox.duckdb")) as c:
        c.execute("DELETE FROM national_series")
    assert read_as_of(settings, NATION, "national_series").rows == []
