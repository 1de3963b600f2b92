"""The SDMX of a whole release, read by pysdmx as another office would, is the release's marts."""

from __future__ import annotations

import warnings
from pathlib import Path

import duckdb
import pytest
from pysdmx.io import get_datasets

#: File → key, value and statuses of its observations, straight from the mart.
MARTS = {
    "trend.csv": (
        ["FREQ", "COMPLEX", "INDUSTRY", "SIZE_CLASS", "SEX", "MEASURE", "TIME_PERIOD"],
        "SELECT freq, complex_id, industry_code, size_class, sex, measure, period, value, "
        "sdmx_obs_status, conf_status FROM fct_observation WHERE is_latest",
    ),
    "kpi.csv": (
        ["FREQ", "COMPLEX", "INDUSTRY", "SIZE_CLASS", "KPI", "TIME_PERIOD"],
        "SELECT 'Q', complex_id, industry_code, size_class, kpi, period, value, sdmx_obs_status, "
        "CASE obs_status WHEN 'Q' THEN 'C' ELSE 'F' END FROM cluster_kpi",
    ),
}


@pytest.mark.parametrize("name", MARTS)
def test_read_back_a_release_is_its_marts(sample_home: Path, name: str) -> None:
    release = (sample_home / "releases" / "current").resolve()
    keys, query = MARTS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (dataset,) = get_datasets(
            release / "sdmx" / name, release / "sdmx/structures.xml", validate=True
        )
    columns = [*keys, "OBS_VALUE", "OBS_STATUS", "CONF_STATUS"]
    read = dataset.data[columns].astype({c: str for c in columns if c != "OBS_VALUE"})
    read["OBS_VALUE"] = read["OBS_VALUE"].astype(str).replace({"<NA>": "nan", "NaN": "nan"})
    with duckdb.connect(str(release / "kicox.duckdb"), read_only=True) as connection:
        told = ", ".join(f'"{c}"' for c in columns)
        as_numbers = told.replace(
            '"OBS_VALUE"',
            "CASE WHEN OBS_VALUE NOT IN ('nan', 'None', '') THEN OBS_VALUE::DOUBLE END",
        )
        mart = f"SELECT * FROM ({query}) AS mart({told})"
        ((count, held_back),) = connection.execute(
            f"SELECT count(*), count(*) FILTER (CONF_STATUS <> 'F') FROM ({mart})"
        ).fetchall()
        for one, other in (
            (mart, f"SELECT {as_numbers} FROM read"),
            (f"SELECT {as_numbers} FROM read", mart),
        ):
            missing = connection.execute(f"{one} EXCEPT {other} LIMIT 3").fetchall()
            assert missing == []
    assert len(read) == count > 10_000 and held_back > 100


def test_every_vintage_is_there(sample_home: Path) -> None:
    """`trend_vintages` has each observation as often as it was published with another figure."""
    release = (sample_home / "releases" / "current").resolve()
    with duckdb.connect(str(release / "kicox.duckdb"), read_only=True) as connection:
        path = release / "sdmx" / "trend_vintages.csv.gz"
        keys = "FREQ, COMPLEX, INDUSTRY, SIZE_CLASS, SEX, MEASURE, TIME_PERIOD, VINTAGE_DATE"
        read = f"SELECT {keys}, nullif(OBS_VALUE, 'NaN')::DOUBLE, OBS_STATUS FROM read_csv('{path}', all_varchar = true)"
        mart = (
            "SELECT freq, complex_id, industry_code, size_class, sex, measure, period, "
            "vintage::VARCHAR, value, sdmx_obs_status FROM fct_observation WHERE begins_vintage"
        )
        ((count, revised),) = connection.execute(
            "SELECT count(*), count(*) FILTER (NOT is_latest) FROM fct_observation WHERE begins_vintage"
        ).fetchall()
        assert connection.execute(f"SELECT count(*) FROM ({read})").fetchall() == [(count,)]
        assert revised > 100
        for one, other in ((read, mart), (mart, read)):
            assert connection.execute(f"{one} EXCEPT {other} LIMIT 3").fetchall() == []
