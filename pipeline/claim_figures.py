"""Figures of one complex for the desk of claims, read from the marts of a release by the metric's own SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ingestion.periods import Period

#: Runs a query with its parameters; rows by name of the column.
Query = Callable[[str, list[Any]], list[dict[str, Any]]]

#: Why there is no figure, by its status; dbt_project/macros/claims.sql (complex_reason) says the same.
_REASONS = {
    "Q": (
        "비공개: 공표 기관이 그 값이나 계산에 쓰이는 값을 가림(X)",
        "withheld: the publisher suppresses the figure, or one that it is computed from (X)",
    ),
    "M": (
        "있을 수 없는 값(기준값이 0이거나 견줄 값이 없음)",
        "cannot exist (zero base, or nothing to compare with)",
    ),
    "O": (
        "공표된 값이나 견줄 값이 없음",
        "the publication states no figure, or none to compare it with",
    ),
}
_SOURCES = {
    "complex_row": "kicox__industrial_trend, row of the complex",
    "growth_as_published": "kicox__industrial_trend, growth_quarterly.growth_pct",
    "like_for_like": "kicox__industrial_trend, growth_quarterly.growth_lfl_pct",
    "share_of_total": "kicox__industrial_trend, row of the complex / row 계",
}


def figures_of(query: Query, metric: Mapping[str, Any], complex_id: str) -> list[dict[str, Any]]:
    """Rows of the form of claim_measure, for one complex and every period it has.

    A suppressed figure, and what is computed from one, is a row without a value that says so.
    """
    rows = query(
        f"SELECT * FROM ({metric['query_sql']}) WHERE complex_id = $1 ORDER BY period, definition",
        [complex_id],
    )
    found = []
    for row in rows:
        is_stated = row["obs_status"] == "A"
        ko, en = _REASONS.get(row["obs_status"], _REASONS["O"])
        if row["obs_status"] != "Q":
            ko, en = row["why_ko"] or ko, row["why_en"] or en
        months = 12 if len(row["period"]) == 4 else 3
        found.append(
            {
                "metric": metric["metric"],
                "definition": row["definition"],
                "concept": row["definition"],
                "period": row["period"],
                "value": row["value"] if is_stated else None,
                "months_covered": months,
                "months_in_period": months,
                "source": _SOURCES[row["definition"]],
                "is_printed": False,
                "reason_en": None if is_stated else en,
                "reason_ko": None if is_stated else ko,
                "break_ids": row["break_ids"],
                "is_simulated": row["is_simulated"],
            }
        )
    return found


def outside_the_statistic(
    query: Query, complex_id: str, period: str | None
) -> tuple[str, str] | None:
    """Why a period has no figure of a complex that joined later or had left: Korean, English."""
    if period is None:
        return None
    (row,) = query(
        "SELECT published_from, published_until FROM dim_complex WHERE complex_id = $1",
        [complex_id],
    )
    asked = Period.parse(period)
    since, until = row["published_from"], row["published_until"]
    if since and asked.shift(-1).last_day < Period.parse(since).shift(-1).last_day:
        return (
            f"단지는 {since}부터 통계에 실림. 기간이 그 전에 시작함",
            f"the complex is part of the statistic since {since}, and the period begins before",
        )
    if until and asked.last_day > Period.parse(until).last_day:
        return (
            f"단지는 {until} 뒤로 통계에 실리지 않음. 기간이 그 뒤에 끝남",
            f"the complex is no part of the statistic after {until}, and the period ends later",
        )
    return None


def of_that_name(query: Query, name: str) -> list[str]:
    """Complexes of the status statistic of a name, with their places: none of them is in the trend statistic."""
    return [
        f"{row['name_ko']}({row['province_ko']} {row['sigungu_ko'] or ''})".replace(" )", ")")
        for row in query(
            "SELECT DISTINCT name_ko, province_ko, sigungu_ko FROM complex_status_quarterly "
            "WHERE complex_id IS NULL AND period = (SELECT max(period) FROM complex_status_quarterly) "
            "AND name_ko = $1 ORDER BY ALL",
            [name],
        )
    ]
