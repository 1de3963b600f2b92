"""The overview and the map: totals, shares of the nation, movers, every complex in every quarter."""

from __future__ import annotations

from publication.site.data.reader import Marts, Row, measured
from publication.site.data.seasonal import seasonal

#: The cards of the overview, in this order, where the release has the measure.
CARDS = (
    "production_krw_100m",
    "exports_usd_m",
    "employment_count",
    "utilization_pct",
    "tenant_count",
    "operating_count",
)
#: How many complexes are named as movers, each way.
MOVERS = 6


def cards(marts: Marts) -> list[str]:
    """The measures shown as cards: those the totals have and `dim_measure` defines."""
    known = {row[0] for row in marts.tuples("SELECT measure FROM dim_measure")}
    there = set(measured(marts.columns("national_total_quarterly")))
    return [name for name in CARDS if name in known & there]


def overview(marts: Marts, period: str) -> Row:
    """The content of `data/overview.json` for a release about `period` (such as `2026-Q1`)."""
    chosen = cards(marts)
    both = ", ".join(f"{m}, {m}_status" for m in chosen)
    stated = []
    if "claim_verdict" in marts:
        # The claim the product began with: what the article of 2005 said of both shares.
        stated = marts.rows(
            "SELECT metric, stated_value AS value, claim_id FROM claim_verdict "
            "WHERE claim_id LIKE 'korea_it_times_2005_%' AND unit = '%' ORDER BY claim_id"
        )
    return {
        "period": period,
        "cards": chosen,
        "totals": marts.rows(
            f"SELECT period, {both} FROM national_total_quarterly WHERE period <= $1 ORDER BY period",
            [period],
        ),
        "growth": marts.rows(
            "SELECT measure, comparison, base_period, growth_pct, growth_pct_status, growth_lfl_pct, "
            "growth_lfl_pct_status, lfl_reason, lfl_reason_ko, break_ids FROM growth_quarterly "
            "WHERE complex_id = '_T' AND industry_code = '_T' AND period = $1 "
            "ORDER BY measure, comparison",
            [period],
        ),
        "shares": marts.rows(
            "SELECT metric, definition, period, share_pct, coverage, months_covered, "
            "months_in_period, obs_status, denominator_source, reason_ko, reason_en FROM national_share "
            "WHERE length(period) = 4 OR period = $1 ORDER BY metric, definition, period",
            [period],
        )
        if "national_share" in marts
        else [],
        "stated": stated,
        "latest": marts.table(
            f"SELECT complex_id, {both} FROM complex_quarterly WHERE period = $1 "
            "ORDER BY production_krw_100m DESC NULLS LAST, complex_id",
            [period],
        ),
        "movers": _movers(marts, period),
        # of the complexes together and of the nation
        "seasonal": [
            row
            for complex_id in ("_T", "KR")
            for row in seasonal(marts, complex_id, complex_id).get(complex_id, [])
        ],
    }


def _movers(marts: Marts, period: str) -> list[Row]:
    """Complexes whose production moved most against the year before, both ways, largest first."""
    return marts.rows(
        "WITH g AS (SELECT complex_id, growth_pct FROM growth_quarterly "
        "WHERE measure = 'production_krw_100m' AND comparison = 'yoy' AND period = $1 "
        "AND complex_id <> '_T' AND industry_code = '_T' AND growth_pct_status = 'A'), "
        "r AS (SELECT *, row_number() OVER (ORDER BY growth_pct DESC, complex_id) AS up, "
        "row_number() OVER (ORDER BY growth_pct, complex_id) AS down FROM g) "
        "SELECT complex_id, growth_pct FROM r "
        f"WHERE (up <= {MOVERS} AND growth_pct > 0) OR (down <= {MOVERS} AND growth_pct < 0) "
        "ORDER BY growth_pct DESC, complex_id",
        [period],
    )


def on_map(marts: Marts, period: str) -> Row:
    """The content of `data/map.json`: the cards' measures of every complex, with a point or without.

    `values[measure][complex_id]` is one list over `periods`; `status` likewise, one letter each,
    a space where the complex is not in the quarter.
    """
    chosen = [m for m in cards(marts) if m in measured(marts.columns("complex_quarterly"))]
    periods = [
        str(row[0])
        for row in marts.tuples(
            "SELECT DISTINCT period FROM complex_quarterly WHERE period <= $1 ORDER BY 1", [period]
        )
    ]
    place = {code: i for i, code in enumerate(periods)}
    values: dict[str, dict[str, list[float | None]]] = {m: {} for m in chosen}
    status: dict[str, dict[str, list[str]]] = {m: {} for m in chosen}
    columns = ", ".join(f"q.{m}, q.{m}_status" for m in chosen)
    for complex_id, code, *cells in marts.tuples(
        f"SELECT q.complex_id, q.period, {columns} FROM complex_quarterly q "
        "JOIN dim_complex c USING (complex_id) WHERE q.period <= $1 ORDER BY q.complex_id, q.period",
        [period],
    ):
        for i, measure in enumerate(chosen):
            row = values[measure].setdefault(complex_id, [None] * len(periods))
            row[place[code]] = cells[2 * i]
            told = status[measure].setdefault(complex_id, [" "] * len(periods))
            told[place[code]] = cells[2 * i + 1]
    return {
        "measures": chosen,
        "periods": periods,
        "values": values,
        "status": {m: {c: "".join(s) for c, s in rows.items()} for m, rows in status.items()},
    }
