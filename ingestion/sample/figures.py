"""The simulated nation's reference figures: what the shares of the complexes are measured by.

They come from the simulated national accounts (`macro.py`), so that shares agree with what the
simulated statistics offices publish. They are not figures of any publisher.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from .macro import national_accounts
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
        nation, period = national_accounts(edition.seed), edition.when
        # Shipments and output in 조원 (10^6 백만원), exports in 억달러.
        abroad = nation.exports_usd_in(period, edition.published_at)
        if abroad is None:
            raise ValueError(f"{edition.period}: no national exports by {edition.published_at}")
        values = (
            (
                "national_manufacturing_output",
                f"{nation.output_krw_m_in(period) / 10**6:.4f}",
                "조원",
            ),
            (
                "national_manufacturing_shipments",
                f"{nation.shipments_krw_m_in(period) / 10**6:.4f}",
                "조원",
            ),
            ("national_exports", f"{abroad / 10**8:.2f}", "억달러"),
            (
                "national_manufacturing_employment",
                f"{nation.manufacturing_employment_in(period)}",
                "명",
            ),
            ("krw_per_usd", f"{nation.krw_per_usd_in(period):.2f}", "원/달러"),
        )
        # The two newest periods are still preliminary.
        state = "preliminary" if number >= len(publications) - 2 else "final"
        for series, value, unit in values:
            of_nation = series != "krw_per_usd"
            rows.append(
                {
                    "series": series,
                    "period": edition.period,
                    "value": value,
                    "unit": unit,
                    "print": state if of_nation else "final",
                    "derivation": "stated",
                    "months_covered": "",
                    "complexes_covered": "",
                    "scope_ko": "모의 국가 전체" if of_nation else "모의 기간 평균 환율",
                    "scope_en": "simulated nation" if of_nation else "simulated period average",
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
