"""The figures that the report tells, read from a build: candidate, lock, survey notes, profiles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

#: Measures whose revisions are told, largest statistics first.
TOLD = ("production_krw_100m", "exports_usd_m", "employment_count", "utilization_pct")


@dataclass(frozen=True)
class Facts:
    """Everything a chapter may speak of; what is not known is empty and its sentence is left out.

    `cells`: number of cells of the newest workbook by status (A there, Q suppressed, M not applicable,
    O missing). `lags`: first prints of the last eight quarters with their days after the period.
    `revisions`: of national totals, by measure and horizon, in per cent of the level. `missing_shares`:
    shares that cannot be given for the period, each with its reason.
    """

    period: str
    is_simulated: bool = False
    snapshots: list[Row] = field(default_factory=list)
    survey: dict[str, Row] = field(default_factory=dict)
    suppressed: list[Row] | None = None
    complexes: int | None = None
    provinces: int | None = None
    industries: int | None = None
    first_period: str | None = None
    quarters: int | None = None
    cells: dict[str, int] = field(default_factory=dict)
    shares: list[Row] = field(default_factory=list)
    missing_shares: list[Row] = field(default_factory=list)
    claims: list[Row] = field(default_factory=list)
    lags: list[Row] = field(default_factory=list)
    revisions: list[Row] = field(default_factory=list)
    breaks: list[Row] = field(default_factory=list)
    like_for_like: Row = field(default_factory=dict)
    seasonal: dict[str, int] = field(default_factory=dict)
    freshness: list[Row] = field(default_factory=list)
    marts: list[Row] = field(default_factory=list)
    columns: tuple[int, int] | None = None
    traced: tuple[int, int] | None = None
    disclosure: Row | None = None
    punctuality: list[Row] = field(default_factory=list)


def read_facts(
    build: Path,
    lock: Mapping[str, Any],
    notes: Path | None = None,
    punctuality: Sequence[Row] = (),
) -> Facts:
    """Read a build's figures.

    Args:
        build: folder with candidate.duckdb and the profiles beside it.
        lock: the content of inputs.lock.json.
        notes: landed survey notes of the newest workbook (Parquet), if there are any.
        punctuality: announced against actual time of the releases so far (`delay_seconds`,
            `is_measured`).

    Raises:
        duckdb.Error: the candidate lacks a mart that the report speaks of.
    """
    import duckdb

    period = str(lock["period"])
    survey: dict[str, Row] = {}
    if notes is not None and notes.exists():
        with duckdb.connect() as connection:
            for item, value, sheet, cell in connection.execute(
                "SELECT item, value, sheet, cell FROM read_parquet($1) WHERE item <> 'text'",
                [str(notes)],
            ).fetchall():
                survey[item] = {"value": value, "sheet": sheet, "cell": cell}
    with duckdb.connect(str(build / "candidate.duckdb"), read_only=True) as connection:

        def rows(query: str, *parameters: Any) -> list[Row]:
            cursor = connection.execute(query, list(parameters))
            names = [d[0] for d in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        def one(query: str, *parameters: Any) -> Row:
            found = rows(query, *parameters)
            return found[0] if found else {}

        def counts(query: str, *parameters: Any) -> dict[str, int]:
            return {
                str(k): int(n) for k, n in connection.execute(query, list(parameters)).fetchall()
            }

        for code in rows("SELECT * FROM dim_code WHERE codelist = 'survey_note'"):
            if code["code"] in survey:
                survey[code["code"]] |= {"name_ko": code["name_ko"], "name_en": code["name_en"]}
        scope = one(
            "SELECT count(*) AS complexes, count(DISTINCT c.province_code) AS provinces FROM complex_quarterly q "
            "JOIN dim_complex c USING (complex_id) WHERE q.period = $1",
            period,
        )
        span = one(
            "SELECT min(period) AS first_period, count(*) AS quarters FROM national_total_quarterly WHERE period <= $1",
            period,
        )
        documented = one(
            "SELECT count(*) AS n, count(comment) AS told FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal"
        )
        traced = one(
            "SELECT count(*) AS n, count(*) FILTER (sheet IS NOT NULL AND cell IS NOT NULL) AS traced "
            "FROM fct_observation"
        )
        return Facts(
            period=period,
            is_simulated=bool(lock.get("is_simulated")),
            snapshots=[dict(s) for s in lock.get("snapshots") or []],
            survey=survey,
            suppressed=rows(
                "SELECT c.name_ko, c.name_en FROM complex_quarterly q JOIN dim_complex c USING (complex_id) "
                "WHERE q.period = $1 AND q.production_krw_100m_status = 'Q' ORDER BY c.name_ko",
                period,
            ),
            complexes=scope.get("complexes"),
            provinces=scope.get("provinces"),
            industries=one(
                "SELECT count(*) AS n FROM dim_industry WHERE industry_code <> '_T'"
            ).get("n"),
            first_period=span.get("first_period"),
            quarters=span.get("quarters"),
            cells=counts(
                "SELECT obs_status, count(*) FROM fct_observation WHERE snapshot_id = ("
                "SELECT snapshot_id FROM dim_snapshot WHERE dataset = 'kicox__industrial_trend' AND period = $1 "
                "ORDER BY published_at DESC, loaded_at DESC LIMIT 1) AND relation = 'current' GROUP BY 1",
                period,
            ),
            shares=rows(
                "SELECT metric, definition, share_pct, coverage FROM national_share "
                "WHERE period = $1 AND share_pct IS NOT NULL ORDER BY metric, definition",
                period,
            ),
            missing_shares=rows(
                "SELECT metric, definition, reason_ko, reason_en FROM national_share "
                "WHERE period = $1 AND share_pct IS NULL ORDER BY metric, definition",
                period,
            ),
            claims=rows(
                "SELECT k.name_ko, k.name_en, count(*) AS n FROM claim_verdict v "
                "JOIN dim_code k ON k.codelist = 'verdict' AND k.code = v.verdict "
                "GROUP BY ALL ORDER BY min(k.sort_order)"
            ),
            lags=rows(
                "SELECT s.period, min(s.published_at) AS published_at, "
                "date_diff('day', p.end_date, min(s.published_at)) AS days "
                "FROM dim_snapshot s JOIN dim_period p ON p.period = s.period "
                "WHERE s.dataset = 'kicox__industrial_trend' AND s.period LIKE '%-Q%' AND s.period <= $1 "
                "AND s.published_at_basis <> 'first_seen' "
                "GROUP BY s.period, p.end_date ORDER BY s.period DESC LIMIT 8",
                period,
            ),
            revisions=rows(
                "SELECT r.measure, m.name_ko, m.name_en, r.horizon, k.name_ko AS horizon_ko, "
                "k.name_en AS horizon_en, r.observations, r.revised, r.relative_mar_pct, r.bias_t "
                "FROM revision_summary r JOIN dim_measure m USING (measure) "
                "JOIN dim_code k ON k.codelist = 'horizon' AND k.code = r.horizon "
                "WHERE r.complex_id = '_T' AND r.freq = 'Q' AND list_contains($1, r.measure) "
                "ORDER BY list_position($1, r.measure), k.sort_order",
                list(TOLD),
            ),
            breaks=rows(
                "SELECT quarter, kind, what_ko, what_en, source, source_ko FROM series_break "
                "WHERE quarter <= $1 AND left(quarter, 4)::INT >= left($1, 4)::INT - 2 ORDER BY quarter DESC, break_id",
                period,
            ),
            like_for_like=one(
                "SELECT growth_pct, growth_lfl_pct, matched_complexes, base_period, lfl_reason AS reason_en, "
                "lfl_reason_ko AS reason_ko FROM growth_quarterly WHERE period = $1 AND complex_id = '_T' "
                "AND industry_code = '_T' AND measure = 'production_krw_100m' AND comparison = 'yoy'",
                period,
            ),
            seasonal=counts("SELECT status, count(*) FROM seasonal_diagnostics GROUP BY 1"),
            freshness=_json(build / "freshness.json") or [],
            marts=rows(
                "SELECT table_name AS mart, estimated_size AS row_count, column_count FROM duckdb_tables() "
                "WHERE schema_name = 'main' ORDER BY 1"
            ),
            columns=(int(documented["told"]), int(documented["n"])) if documented else None,
            traced=(int(traced["traced"]), int(traced["n"])) if traced else None,
            punctuality=list(punctuality),
            disclosure=_json(build / "disclosure_audit.json"),
        )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
