"""The page of a complex: history, industries, indicators, growth, neighbours, source cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from publication.site.data.reader import DECIMALS, Json, Marts, Row, measured
from publication.site.data.seasonal import seasonal

#: Complexes read at a time: memory stays flat however many there are.
BATCH = 200
#: How many neighbours are named.
NEIGHBOURS = 6
_KM_PER_RADIAN = 6371.0088  # mean radius of the Earth (IUGG)


def complexes(marts: Marts, period: str) -> Iterator[tuple[str, Row]]:
    """Each complex of `dim_complex` with the content of `data/complex/<id>.json`."""
    about = {
        str(row["complex_id"]): row
        for row in marts.rows(
            "SELECT complex_id, note_ko, note_en, source FROM dim_complex ORDER BY complex_id"
        )
    }
    # Marts are ordered by complex: a batch is a range, and only its part of a file is read.
    known = list(about)
    near = _neighbours(marts)
    for start in range(0, len(known), BATCH):
        batch = known[start : start + BATCH]
        parts = {
            "history": _history(marts, batch, period),
            "industries": _industries(marts, batch, period),
            "industry_history": _industry_history(marts, batch, period),
            "kpis": _kpis(marts, batch, period),
            "kpi_history": _kpi_history(marts, batch, period),
            "growth": _growth(marts, batch, period),
            "cells": _cells(marts, batch, period),
            "areas": _areas(marts, batch),
            "breaks": _breaks(marts, batch),
            "seasonal": seasonal(marts, batch[0], batch[-1]),
        }
        for complex_id in batch:
            yield (
                complex_id,
                {
                    **about[complex_id],
                    "period": period,
                    "neighbours": near.get(complex_id, []),
                    **{name: part.get(complex_id) for name, part in parts.items()},
                },
            )


def _history(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Every measure of the complex by quarter."""
    names = {m: f"{m}_status" for m in measured(marts.columns("complex_quarterly"))}
    found = _series(marts, "complex_quarterly", "''", names, batch, period)
    return {complex_id: by[""] for complex_id, by in found.items()}


def _industry_history(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Every measure of each industry of the complex by quarter: {industry: series}."""
    names = {m: f"{m}_status" for m in measured(marts.columns("complex_industry_quarterly"))}
    if not names:
        return {}
    return _series(marts, "complex_industry_quarterly", "industry_code", names, batch, period)


def _kpi_history(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Each indicator of the complex as a whole by quarter: {kpi: series of "value"}."""
    if "cluster_kpi" not in marts:
        return {}
    whole = "(FROM cluster_kpi WHERE industry_code = '_T')"
    return _series(marts, whole, "kpi", {"value": "obs_status"}, batch, period)


def _series(
    marts: Marts, mart: str, by: str, names: Mapping[str, str], batch: list[str], period: str
) -> dict[str, dict[str, Any]]:
    """Columns of a mart over time, by complex and the expression `by`:
    {"periods": [...], "values": {name: [...]}, "status": {name: "AAQ"}}. `names`: column → its status.
    """
    lists = ", ".join(
        f"to_json(list(round({name}, {DECIMALS}) ORDER BY period))::VARCHAR, "
        f"string_agg(coalesce({status}, 'O'), '' ORDER BY period)"
        for name, status in names.items()
    )
    out: dict[str, dict[str, Any]] = defaultdict(dict)
    for complex_id, code, periods, *cells in marts.tuples(
        f"SELECT complex_id, {by} AS code, to_json(list(period ORDER BY period))::VARCHAR, {lists} "
        f"FROM {mart} WHERE complex_id BETWEEN $1 AND $2 AND period <= $3 "
        "GROUP BY complex_id, code ORDER BY complex_id, code",
        [batch[0], batch[-1], period],
    ):
        out[complex_id][code] = {
            "periods": Json(periods),
            "values": {name: Json(cells[2 * i]) for i, name in enumerate(names)},
            "status": {name: cells[2 * i + 1] for i, name in enumerate(names)},
        }
    return dict(out)


def _industries(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Industries of the complex in the release's quarter: {industry: {m: value, m_status: status}}."""
    if "complex_industry_quarterly" not in marts:
        return {}
    names = measured(marts.columns("complex_industry_quarterly"))
    columns = ", ".join(f"{m}, {m}_status" for m in names)
    out: dict[str, Any] = defaultdict(dict)
    for row in marts.rows(
        f"SELECT complex_id, industry_code, {columns} FROM complex_industry_quarterly "
        "WHERE complex_id BETWEEN $1 AND $2 AND period = $3 ORDER BY complex_id, industry_code",
        [batch[0], batch[-1], period],
    ):
        out[row.pop("complex_id")][row.pop("industry_code")] = row
    return dict(out)


def _kpis(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Indicators of the release's quarter: value, status, and why there is no value."""
    if "cluster_kpi" not in marts:
        return {}
    out: dict[str, Any] = defaultdict(list)
    for row in marts.rows(
        "SELECT complex_id, kpi, industry_code, value, obs_status AS status, reason_ko, "
        "reason AS reason_en FROM cluster_kpi WHERE complex_id BETWEEN $1 AND $2 AND period = $3 "
        "ORDER BY complex_id, kpi, industry_code, size_class",
        [batch[0], batch[-1], period],
    ):
        out[row.pop("complex_id")].append(row)
    return dict(out)


def _growth(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Growth of the release's quarter, as published and like for like."""
    if "growth_quarterly" not in marts:
        return {}
    out: dict[str, Any] = defaultdict(list)
    for row in marts.rows(
        "SELECT complex_id, measure, comparison, base_period, growth_pct, growth_pct_status, "
        "growth_lfl_pct, growth_lfl_pct_status, lfl_reason, lfl_reason_ko, break_ids FROM growth_quarterly "
        "WHERE complex_id BETWEEN $1 AND $2 AND industry_code = '_T' AND period = $3 "
        "ORDER BY complex_id, measure, comparison",
        [batch[0], batch[-1], period],
    ):
        out[row.pop("complex_id")].append(row)
    return dict(out)


def _cells(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Where the figures stand: file, sheet and cell, newest vintage; months where a quarter is made
    of them.

    {"files": {snapshot_id: {"file_name", "published_at"}}, "sheets": [...],
    "rows": [[measure, industry, period, place in "sheets", cell, snapshot_id]]}. Industries are told for
    the release's quarter only.
    """
    if "fct_observation" not in marts:
        return {}
    known = {
        row.pop("snapshot_id"): row
        for row in marts.rows("SELECT snapshot_id, file_name, published_at FROM dim_snapshot")
    }
    out: dict[str, Any] = {}
    for complex_id, sheets, rows, files in marts.tuples(
        "WITH o AS (SELECT * FROM fct_observation WHERE complex_id BETWEEN $1 AND $2 AND is_latest "
        "AND begins_vintage AND size_class = '_T' AND sex = '_T' AND freq IN ('Q', 'M') "
        "AND (industry_code = '_T' OR period = $3)), "
        "s AS (SELECT complex_id, list(DISTINCT sheet ORDER BY sheet) AS sheets, "
        "list(DISTINCT snapshot_id ORDER BY snapshot_id) AS files FROM o GROUP BY complex_id) "
        "SELECT complex_id, any_value(sheets), to_json(list([measure, industry_code, period, "
        "(list_position(sheets, sheet) - 1)::VARCHAR, cell, snapshot_id] "
        "ORDER BY industry_code, measure, period DESC, sheet, cell))::VARCHAR, any_value(files) "
        "FROM o JOIN s USING (complex_id) GROUP BY complex_id",
        [batch[0], batch[-1], period],
    ):
        named = {name: known[name] for name in files if name in known}
        out[complex_id] = {"files": named, "sheets": sheets, "rows": Json(rows)}
    return out


def _areas(marts: Marts, batch: list[str]) -> dict[str, Any]:
    """The complex in the status statistic: every edition, where the two are one to one."""
    if "complex_status_quarterly" not in marts:
        return {}
    names = [m for m in measured(marts.columns("complex_status_quarterly")) if m.endswith(("_k_m2", "sold_pct"))]  # fmt: skip
    columns = ", ".join(f"{m}, {m}_status" for m in names)
    out: dict[str, Any] = defaultdict(list)
    for row in marts.rows(
        f"SELECT complex_id, period, name_ko, sheet, name_cell, development_status, {columns} "
        "FROM complex_status_quarterly WHERE complex_id BETWEEN $1 AND $2 "
        "ORDER BY complex_id, period",
        [batch[0], batch[-1]],
    ):
        out[row.pop("complex_id")].append(row)
    return dict(out)


def _breaks(marts: Marts, batch: list[str]) -> dict[str, Any]:
    """Breaks that concern the complex, oldest first; `_T` concerns all."""
    if "series_break" not in marts:
        return {}
    rows = marts.rows("SELECT * FROM series_break ORDER BY effective, break_id")
    common = [row for row in rows if row["complex_id"] == "_T"]
    own: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        own[row["complex_id"]].append(row)
    return {
        complex_id: sorted([*own[complex_id], *common], key=lambda r: (r["effective"], r["break_id"]))
        for complex_id in batch
    }  # fmt: skip


def _neighbours(marts: Marts) -> dict[str, list[Row]]:
    """The nearest complexes by great-circle distance (haversine), nearest first."""
    out: dict[str, list[Row]] = defaultdict(list)
    for complex_id, other, km in marts.tuples(
        "WITH p AS (SELECT complex_id, radians(longitude) AS x, radians(latitude) AS y "
        "FROM dim_complex WHERE longitude IS NOT NULL AND latitude IS NOT NULL), "
        "d AS (SELECT a.complex_id, b.complex_id AS other, "
        f"2 * {_KM_PER_RADIAN} * asin(sqrt(pow(sin((b.y - a.y) / 2), 2) "
        "+ cos(a.y) * cos(b.y) * pow(sin((b.x - a.x) / 2), 2))) AS km "
        "FROM p a JOIN p b ON a.complex_id <> b.complex_id) "
        "SELECT complex_id, other, round(km, 1) FROM d QUALIFY row_number() OVER ("
        f"PARTITION BY complex_id ORDER BY km, other) <= {NEIGHBOURS} ORDER BY complex_id, km, other"
    ):
        out[complex_id].append({"complex_id": other, "km": km})
    return dict(out)
