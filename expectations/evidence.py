"""The cells that failed, each with its sentence in both languages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import duckdb

from expectations.suite import Check

#: So many cells are kept of a failed check, worst first; the rest is counted.
MOST = 25
_NUMBERS = {"value", "expected", "low", "high"}
Pairs = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Names:
    """Names in Korean and English by code."""

    complexes: Pairs
    industries: Pairs
    measures: Pairs

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> Names:
        """The names that the candidate's dimensions give."""

        def pairs(query: str) -> Pairs:
            return {k: (ko, en) for k, ko, en in connection.execute(query).fetchall()}

        complexes = pairs("SELECT complex_id, name_ko, name_en FROM dim_complex")
        complexes["_T"] = ("전체 단지", "all complexes")
        industries = pairs("SELECT industry_code, name_ko, name_en FROM dim_industry")
        industries.setdefault("_T", ("전체 업종", "all industries"))
        measures = pairs("SELECT measure, name_ko, name_en FROM dim_measure") | pairs(
            "SELECT kpi, name_ko, name_en FROM dim_kpi"
        )
        return cls(complexes, industries, measures)


def failing_cells(
    connection: duckdb.DuckDBPyConnection, check: Check, names: Names, limit: float
) -> list[dict[str, Any]]:
    """The rows of the table `judged` beyond the limit, worst first."""
    columns = [r[0] for r in connection.execute("DESCRIBE judged").fetchall()]
    order = [c for c in ("complex_id", "industry_code", "measure") if c in columns]
    cursor = connection.execute(
        f"SELECT * EXCLUDE (is_accepted) FROM judged WHERE abs(deviation) > {limit!r} "
        f"AND NOT is_accepted ORDER BY abs(deviation) DESC, period DESC, {', '.join(order)} "
        f"LIMIT {MOST}"
    )
    header = [d[0] for d in cursor.description or []]
    rows = [dict(zip(header, values, strict=True)) for values in cursor.fetchall()]
    return [{**row, **sentences(check, row, names)} for row in rows]


def sentences(check: Check, row: dict[str, Any], names: Names) -> dict[str, str]:
    """`message_ko` and `message_en` of one failing cell."""
    if check.message is None:
        return {"message_ko": check.title.ko, "message_en": check.title.en}
    complexes = _pair(names.complexes, row.get("complex_id"))
    industries = _pair(names.industries, row.get("industry_code"))
    measures = _pair(names.measures, row.get("measure"))
    if row.get("industry_code") not in (None, "_T"):
        complexes = f"{complexes[0]} {industries[0]}", f"{complexes[1]} ({industries[1]})"
    words = {
        **{k: number(v) if k in _NUMBERS else v for k, v in row.items()},
        "complex_ko": complexes[0],
        "complex_en": complexes[1],
        "industry_ko": industries[0],
        "industry_en": industries[1],
        "measure_ko": measures[0],
        "measure_en": measures[1],
    }
    return {
        "message_ko": check.message.ko.format(**words),
        "message_en": check.message.en.format(**words),
    }


def _pair(known: Pairs, code: Any) -> tuple[str, str]:
    return known.get(str(code or ""), (str(code or ""),) * 2)


def number(value: Any) -> str:
    """A figure for a sentence: thousands separated, no more digits than a reader can use."""
    if value is None:
        return "–"
    if not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.4f}" if abs(value) < 10 else f"{value:,.2f}"
