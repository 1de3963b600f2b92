"""The page of a complex: history, industries, indicators, growth, neighbours, source cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from publication.site.data.reader import Marts, Row, measured

#: Complexes read at a time: memory stays flat however many there are.
BATCH = 200
#: How many neighbours are named.
NEIGHBOURS = 6
_KM_PER_RADIAN = 6371.0088  # mean radius of the Earth (IUGG)


def complexes(marts: Marts, period: str) -> Iterator[tuple[str, Row]]:
    """Each complex of `dim_complex` with the content of `data/complex/<id>.json`."""
    known = [
        str(row[0])
        for row in marts.tuples("SELECT complex_id FROM dim_complex ORDER BY complex_id")
    ]
    near = _neighbours(marts)
    for start in range(0, len(known), BATCH):
        batch = known[start : start + BATCH]
        parts = {
            "history": _history(marts, batch, period),
            "industries": _industries(marts, batch, period),
            "kpis": _kpis(marts, batch, period),
            "growth": _growth(marts, batch, period),
            "cells": _cells(marts, batch, period),
            "areas": _areas(marts, batch),
            "breaks": _breaks(marts, batch),
        }
        for complex_id in batch:
            yield (
                complex_id,
                {
                    "complex_id": complex_id,
                    "period": period,
                    "neighbours": near.get(complex_id, []),
                    **{name: part.get(complex_id) for name, part in parts.items()},
                },
            )


def _history(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Every measure of the complex by quarter: {"periods", "values": {m: []}, "status": {m: "AAQ"}}."""
    names = measured(marts.columns("complex_quarterly"))
    lists = ", ".join(
        f"list({m} ORDER BY period), string_agg(coalesce({m}_status, 'O'), '' ORDER BY period)"
        for m in names
    )
    out = {}
    for complex_id, periods, *cells in marts.tuples(
        f"SELECT complex_id, list(period ORDER BY period), {lists} FROM complex_quarterly "
        "WHERE list_contains($1::VARCHAR[], complex_id) AND period <= $2 GROUP BY complex_id",
        [batch, period],
    ):
        out[complex_id] = {
            "periods": periods,
            "values": {m: cells[2 * i] for i, m in enumerate(names)},
            "status": {m: cells[2 * i + 1] for i, m in enumerate(names)},
        }
    return out


def _industries(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Industries of the complex: by quarter, as `_history`, keyed by industry."""
    if "complex_industry_quarterly" not in marts:
        return {}
    names = measured(marts.columns("complex_industry_quarterly"))
    lists = ", ".join(
        f"list({m} ORDER BY period), string_agg(coalesce({m}_status, 'O'), '' ORDER BY period)"
        for m in names
    )
    out: dict[str, Any] = defaultdict(dict)
    for complex_id, industry, periods, *cells in marts.tuples(
        f"SELECT complex_id, industry_code, list(period ORDER BY period), {lists} "
        "FROM complex_industry_quarterly WHERE list_contains($1::VARCHAR[], complex_id) "
        "AND period <= $2 GROUP BY ALL ORDER BY complex_id, industry_code",
        [batch, period],
    ):
        out[complex_id][industry] = {
            "periods": periods,
            "values": {m: cells[2 * i] for i, m in enumerate(names)},
            "status": {m: cells[2 * i + 1] for i, m in enumerate(names)},
        }
    return dict(out)


def _kpis(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Indicators: series, and value, status and reason of the release's quarter."""
    out: dict[str, Any] = defaultdict(list)
    if "cluster_kpi" not in marts:
        return {}
    for (
        complex_id,
        kpi,
        industry,
        size,
        periods,
        values,
        status,
        reason_ko,
        reason_en,
    ) in marts.tuples(
        "SELECT complex_id, kpi, industry_code, size_class, list(period ORDER BY period), "
        "list(value ORDER BY period), string_agg(coalesce(obs_status, 'O'), '' ORDER BY period), "
        "any_value(reason_ko) FILTER (period = $2), any_value(reason) FILTER (period = $2) "
        "FROM cluster_kpi WHERE list_contains($1::VARCHAR[], complex_id) AND period <= $2 "
        "GROUP BY ALL ORDER BY complex_id, kpi, industry_code, size_class",
        [batch, period],
    ):
        out[complex_id].append(
            {
                "kpi": kpi,
                "industry_code": industry,
                "size_class": size,
                "periods": [periods[0], periods[-1]],
                "values": values,
                "status": status,
                "reason_ko": reason_ko,
                "reason_en": reason_en,
            }
        )
    return dict(out)


def _growth(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Growth of the release's quarter, as published and like for like."""
    if "growth_quarterly" not in marts:
        return {}
    out: dict[str, Any] = defaultdict(list)
    for row in marts.rows(
        "SELECT complex_id, measure, comparison, base_period, growth_pct, growth_pct_status, "
        "growth_lfl_pct, growth_lfl_pct_status, lfl_reason, lfl_reason_ko FROM growth_quarterly "
        "WHERE list_contains($1::VARCHAR[], complex_id) AND industry_code = '_T' AND period = $2 "
        "ORDER BY complex_id, measure, comparison",
        [batch, period],
    ):
        out[row.pop("complex_id")].append(row)
    return dict(out)


def _cells(marts: Marts, batch: list[str], period: str) -> dict[str, Any]:
    """Where the figures stand: file, sheet and cell, newest vintage; months where a quarter is made
    of them.

    {"files": {snapshot_id: {"file_name", "published_at"}}, "sheets": [...],
    "rows": [[measure, industry, period, sheet number, cell, snapshot_id]]}. Industries are told for
    the release's quarter only.
    """
    if "fct_observation" not in marts:
        return {}
    out: dict[str, Any] = {}
    for (
        complex_id,
        measure,
        industry,
        at,
        sheet,
        cell,
        snapshot,
        file_name,
        published,
    ) in marts.tuples(
        "SELECT o.complex_id, o.measure, o.industry_code, o.period, o.sheet, o.cell, "
        "o.snapshot_id, s.file_name, s.published_at FROM fct_observation o "
        "JOIN dim_snapshot s USING (snapshot_id) "
        "WHERE list_contains($1::VARCHAR[], o.complex_id) AND o.is_latest AND o.begins_vintage "
        "AND o.size_class = '_T' AND o.sex = '_T' AND o.freq IN ('Q', 'M') "
        "AND (o.industry_code = '_T' OR o.period = $2) "
        "AND (o.freq = 'Q' OR o.period >= '2000') "
        "ORDER BY o.complex_id, o.industry_code, o.measure, o.period DESC, o.sheet, o.cell",
        [batch, period],
    ):
        told = out.setdefault(complex_id, {"files": {}, "sheets": [], "rows": []})
        told["files"].setdefault(snapshot, {"file_name": file_name, "published_at": published})
        if sheet not in told["sheets"]:
            told["sheets"].append(sheet)
        told["rows"].append([measure, industry, at, told["sheets"].index(sheet), cell, snapshot])
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
        "FROM complex_status_quarterly WHERE list_contains($1::VARCHAR[], complex_id) "
        "ORDER BY complex_id, period",
        [batch],
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
