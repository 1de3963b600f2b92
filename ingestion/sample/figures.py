"""The simulated nation's reference figures: what the shares of the complexes are measured by.

Every value is made up so that shares come out plausible: production a third of manufacturing
shipments, exports 27–30 % of the nation's. They are not figures of any publisher.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

from .layout import TOTAL
from .publication import SimulatedPublication

FIGURES_FILE = "sandan_published_figures_simulated.csv"
COLUMNS = (
    "series",
    "period",
    "value",
    "unit",
    "print",
    "derivation",
    "months_covered",
    "complexes_covered",
    "scope_ko",
    "scope_en",
    "source",
    "published_at",
)
SOURCE = "SIMULATED: sandan sample publisher"


def reference_rows(publications: Sequence[SimulatedPublication]) -> list[dict[str, str]]:
    """Five series for the period of every publication; UTF-8 text ready to be written."""
    rows: list[dict[str, str]] = []
    for number, edition in enumerate(publications):
        # Shipments and output in 조원 (1 조원 = 10,000 억원), exports in 억달러.
        made = _total(edition, "production_by_complex") / 10_000
        sold = _total(edition, "exports_by_complex") / 100
        people = _total(edition, "employment_by_complex")
        u = [_uniform(edition.seed, edition.period, series) for series in range(5)]
        shipments = made / (0.315 + 0.03 * u[0])
        values = (
            ("national_manufacturing_output", f"{shipments * (1.005 + 0.01 * u[1]):.4f}", "조원"),
            ("national_manufacturing_shipments", f"{shipments:.4f}", "조원"),
            ("national_exports", f"{sold / (0.275 + 0.02 * u[2]):.2f}", "억달러"),
            ("national_manufacturing_employment", f"{people / (0.218 + 0.006 * u[3]):.0f}", "명"),
            ("krw_per_usd", f"{1340 + 90 * u[4]:.2f}", "원/달러"),
        )
        # The two newest periods are still preliminary.
        state = "preliminary" if number >= len(publications) - 2 else "final"
        for series, value, unit in values:
            nation = series != "krw_per_usd"
            rows.append(
                {
                    "series": series,
                    "period": edition.period,
                    "value": value,
                    "unit": unit,
                    "print": state if nation else "final",
                    "derivation": "stated",
                    "months_covered": "",
                    "complexes_covered": "",
                    "scope_ko": "모의 국가 전체" if nation else "모의 기간 평균 환율",
                    "scope_en": "simulated nation" if nation else "simulated period average",
                    "source": SOURCE,
                    "published_at": edition.published_at.isoformat(),
                }
            )
    return rows


def write_reference_figures(publications: Sequence[SimulatedPublication], path: Path) -> Path:
    """Write the reference figures: UTF-8, LF."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(reference_rows(publications))
    path.write_bytes(text.getvalue().encode("utf-8"))
    return path


def _total(edition: SimulatedPublication, table_id: str) -> float:
    value = edition.figure(table_id, TOTAL).value
    assert value is not None
    return value


def _uniform(seed: int, period: str, series: int) -> float:
    digest = hashlib.blake2b(f"{seed}|reference|{period}|{series}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53
