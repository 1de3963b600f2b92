"""The desk has everything countable that was found: the article of 2005, the published totals and
shares, the national denominators. Figures that were worked out from a rate are no claims of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "ingestion" / "claims"
CLAIMS: list[dict[str, Any]] = [
    yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yml"))
]

PRODUCTION, EXPORTS, JOBS = (
    "kicox_production_krw_100m",
    "kicox_exports_usd_m",
    "kicox_employment_count",
)
SHARE, OUTPUT_SHARE = "national_export_share_pct", "national_production_share_pct"
COMPLEXES, NATION = "kicox_complexes_count", "national_exports_usd_m"
SHIPMENTS = "national_mining_manufacturing_shipments_krw_100m"

#: Korea IT Times, 2005-08-01: what is counted in it, 43 and 41 mini-clusters included.
ARTICLE = [
    (OUTPUT_SHARE, 30), (SHARE, 43), ("model_complex_count", 7), ("mini_cluster_count", 43),
    ("mini_cluster_count", 41), ("bottleneck_identified_count", 68), ("support_task_selected_count", 13),
    ("network_meeting_count", 110), (COMPLEXES, 29), ("standard_factory_count", 7),
    ("regional_factory_centre_count", 1), ("collective_energy_plant_count", 2),
]  # fmt: skip

#: By period, as printed: (metric, value).
PRINTED: dict[str, list[tuple[str, float]]] = {
    "2000": [(NATION, 1723), (SHIPMENTS, 564.205)],
    "2001": [
        (PRODUCTION, 177.9011), (EXPORTS, 643.53), (NATION, 1504), (NATION, 1506.53), (SHIPMENTS, 586.105),
        ("national_manufacturing_shipments_krw_100m", 584.355),
    ],
    "2002": [
        (PRODUCTION, 190.1164), (EXPORTS, 712.78), (JOBS, 518_347), (COMPLEXES, 25), (NATION, 1625),
        (NATION, 1628),
    ],
    "2003": [(NATION, 1938), (NATION, 1943)],
    "2004": [(NATION, 2538)],
    "2005": [
        (NATION, 2844), (NATION, 2847), (SHIPMENTS, 851.011),
        ("national_mining_manufacturing_shipments_growth_pct", 7.6),
    ],
    "2005-01": [
        (PRODUCTION, 23.24), (EXPORTS, 107.39), (COMPLEXES, 30),
        ("kicox_production_growth_pct", 22.7), ("kicox_exports_growth_pct", 25.9),
    ],
    "2005-12": [
        (PRODUCTION, 25.5629), (EXPORTS, 109.3), (COMPLEXES, 29),
        ("kicox_production_growth_pct", 10.3), ("kicox_exports_growth_pct", 14.3),
    ],
    "2006-04": [(PRODUCTION, 25.0102), (EXPORTS, 116.69), (JOBS, 660_525), (COMPLEXES, 30)],
    "2006-06": [(PRODUCTION, 25.6539), (EXPORTS, 120.63), (JOBS, 663_488)],
    "2006-09": [(PRODUCTION, 26.904), (EXPORTS, 130.09), (JOBS, 670_069)],
    "2008": [(NATION, 4220)],
    "2008-04": [(PRODUCTION, 34.247), (EXPORTS, 153.34), (JOBS, 728_467), (COMPLEXES, 36)],
    "2009": [(NATION, 3635)],
    "2010": [(PRODUCTION, 491.0857), (EXPORTS, 1803.92), (JOBS, 857_450), (COMPLEXES, 40), (NATION, 4664)],
    "2012": [(PRODUCTION, 616), (EXPORTS, 2294), (SHARE, 42), (NATION, 5479), (SHIPMENTS, 1511.024)],
    "2013": [(NATION, 5596), (SHIPMENTS, 1495.422)],
    "2016": [(PRODUCTION, 503.1759), (EXPORTS, 1739.73), (JOBS, 1_032_594), (SHARE, 35.3)],
    "2017": [(PRODUCTION, 539), (EXPORTS, 1910), (SHARE, 33), (SHARE, 36.08), (NATION, 5737)],
    "2018": [(SHARE, 35.25), (NATION, 6054.7), (SHIPMENTS, 1567.1)],
    "2019": [(SHARE, 33.43), (SHARE, 28.3)],
    "2020": [
        (PRODUCTION, 451.4799), (EXPORTS, 1384), (JOBS, 968_255), (COMPLEXES, 38), (PRODUCTION, 459.964),
        (EXPORTS, 1414.6), (JOBS, 969_712), (SHARE, 30.47),
    ],
    "2021": [
        (SHARE, 28.34), (SHIPMENTS, 1769.1),
        ("national_mining_manufacturing_shipments_change_krw_100m", 261.8),
    ],
    "2022": [(SHARE, 27.74)],
    "2026-Q1": [
        (PRODUCTION, 176.7986), (EXPORTS, 506.64), (JOBS, 984_829), ("kicox_tenant_count", 65_209),
        ("kicox_operating_count", 60_074), ("kicox_utilization_pct", 82.7),
    ],
}  # fmt: skip
#: News World, January 2005.
NEWS_WORLD = [(OUTPUT_SHARE, 31), (SHARE, 44.7), ("national_employment_share_pct", 13.3)]


def stated(metric: str, value: float, period: str | None) -> list[str]:
    """The claims that say exactly so."""
    return [
        c["claim_id"]
        for c in CLAIMS
        if c["metric"] == metric
        and (period is None or str(c["period"]) == period)
        and float(c["stated_value"]) == value
    ]


@pytest.mark.parametrize(("metric", "value"), ARTICLE)
def test_everything_countable_in_the_article_is_a_claim(metric: str, value: float) -> None:
    assert any(name.startswith("korea_it_times_2005_") for name in stated(metric, value, None))


def test_both_factory_centres_of_the_article_are_there() -> None:
    said = [c["text"] for c in CLAIMS if c["metric"] == "regional_factory_centre_count"]
    assert sorted(said) == ["Daebul Standard Factory", "Gwangju High-tech Center"]


@pytest.mark.parametrize("period", PRINTED)
def test_every_printed_total_share_and_denominator_is_a_claim(period: str) -> None:
    missing = [(m, v) for m, v in PRINTED[period] if not stated(m, v, period)]
    assert missing == []


@pytest.mark.parametrize(("metric", "value"), NEWS_WORLD)
def test_the_nearest_definition_in_print_is_there(metric: str, value: float) -> None:
    assert any(name.startswith("news_world_2005_") for name in stated(metric, value, None))


def test_a_unit_wrong_in_print_is_a_claim_as_printed() -> None:
    (claim,) = (c for c in CLAIMS if c["claim_id"] == "all_complexes_exports_2025_q1")
    assert claim["period"] == "2025-Q1" and "104조 2,878억" in claim["text"]
