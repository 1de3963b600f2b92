"""Seasonally adjusted series, and why others are not adjusted."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from publication.site.data.reader import Json, Marts, Row


def seasonal(marts: Marts, first: str, last: str) -> dict[str, list[Row]]:
    """By complex (`_T` the total, `KR` the nation) its series, quarters before months.

    Each is {"measure", "freq", "status", "reason_ko", "reason_en", "decimals", names and units, and where
    it is adjusted "periods", "original", "adjusted"}.

    Args:
        marts: the release's; without `seasonal_diagnostics` there is nothing.
        first, last: the range of complexes, both included.
    """
    if not {"seasonal_adjusted", "seasonal_diagnostics"} <= marts.names:
        return {}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in marts.rows(
        "WITH named AS (SELECT measure, name_ko, name_en, unit_ko, unit_en, unit_code FROM dim_measure "
        "UNION ALL SELECT series, name_ko, name_en, unit_ko, unit_en, unit_code FROM dim_series), "
        "s AS (SELECT series_id, to_json(list(period ORDER BY period))::VARCHAR AS periods, "
        "to_json(list(round(original, 3) ORDER BY period))::VARCHAR AS original, "
        "to_json(list(round(seasonally_adjusted, 3) ORDER BY period))::VARCHAR AS adjusted "
        "FROM seasonal_adjusted WHERE status = 'adjusted' AND complex_id BETWEEN $1 AND $2 "
        "GROUP BY series_id) "
        "SELECT d.complex_id, d.measure, d.freq, d.status, d.reason_ko, d.reason_en, n.name_ko, "
        "n.name_en, n.unit_ko, n.unit_en, u.decimals, s.periods, s.original, s.adjusted "
        "FROM seasonal_diagnostics d JOIN named n USING (measure) LEFT JOIN dim_unit u USING (unit_code) "
        "LEFT JOIN s USING (series_id) WHERE d.complex_id BETWEEN $1 AND $2 "
        "ORDER BY d.complex_id, d.freq DESC, d.measure",
        [first, last],
    ):
        lists: dict[str, Any] = {
            name: Json(row.pop(name)) if row[name] is not None else row.pop(name)
            for name in ("periods", "original", "adjusted")
        }
        found[row.pop("complex_id")].append(row | lists)
    return dict(found)
