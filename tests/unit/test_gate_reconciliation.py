"""The gate on the mart `reconciliation`: a difference that nothing explains stops or warns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.gates import judge_checks, skeleton

#: kind → the check that reads it, and how severe it is.
KINDS = {
    "total_vs_complexes": ("totals_follow_from_their_parts", "critical"),
    "total_vs_industries": ("totals_follow_from_their_parts", "critical"),
    "type_vs_complexes": ("totals_follow_from_their_parts", "critical"),
    "nation_vs_complexes": ("the_country_holds_its_complexes", "critical"),
    "mining_vs_manufacturing": ("the_country_holds_its_complexes", "critical"),
    "quarter_vs_months": ("quarters_agree_with_their_months", "warning"),
    "print_vs_statistic": ("sources_of_today_agree", "warning"),
    "statement_vs_statement": ("sources_of_today_agree", "warning"),
    "nation_vs_provinces": ("sources_of_today_agree", "warning"),
    "status_vs_trend": ("status_and_trend_agree", "warning"),
    "first_vs_latest": ("first_prints_are_explained", "warning"),
}
PARTS = ("nation_vs_complexes", "mining_vs_manufacturing")
CHECKS = {check for check, _ in KINDS.values()} | {"no_sum_stands_beside_suppressed_parts"}


def comparison(kind: str, result: str, **other: Any) -> dict[str, Any]:
    """A row of the mart: 100 stated, 130 compared, so far as it is evaluable."""
    row = {
        "reconciliation_kind": kind, "series": "exports_usd_m", "complex_id": "_T", "industry_code": "_T",
        "period": "2026-Q1", "stated_as": "a", "stated_as_ko": "가", "compared_as": "b", "stated_value": 100.0,
        "compared_value": 130.0, "difference": -30.0, "difference_pct": -23.0, "is_part": kind in PARTS,
        "suppressed_count": 0, "result": result,
    }  # fmt: skip
    return row | other


def judge(folder: Path, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The verdict on these rows, by check."""
    path = folder / "candidate.duckdb"
    with duckdb.connect(str(path)) as c:
        skeleton(c)
        c.execute("INSERT INTO dim_measure VALUES ('exports_usd_m', '수출액', 'Exports')")
        c.execute(
            "CREATE TABLE reconciliation (reconciliation_kind VARCHAR, series VARCHAR, complex_id VARCHAR, "
            "industry_code VARCHAR, period VARCHAR, stated_as VARCHAR, stated_as_ko VARCHAR, "
            "compared_as VARCHAR, stated_value DOUBLE, compared_value DOUBLE, difference DOUBLE, "
            "difference_pct DOUBLE, is_part BOOLEAN, suppressed_count INTEGER, result VARCHAR)"
        )
        for row in rows:
            marks = ", ".join("?" for _ in row)
            c.execute(
                f"INSERT INTO reconciliation ({', '.join(row)}) VALUES ({marks})", [*row.values()]
            )
    verdict, found = judge_checks(path, CHECKS)
    return found | {"verdict": {"is": verdict}}


def test_what_agrees_or_is_explained_passes(tmp_path: Path) -> None:
    rows = [comparison(kind, "agrees", compared_value=100.0) for kind in KINDS]
    rows += [comparison(kind, "explained", series="tenant_count") for kind in KINDS]
    found = judge(tmp_path, rows)
    assert found.pop("verdict") == {"is": "pass"}
    assert all(check["success"] for check in found.values())
    read = {k for k, check in found.items() if check["checked_count"]}
    assert read == CHECKS - {"no_sum_stands_beside_suppressed_parts"}


@pytest.mark.parametrize(("check", "severity"), sorted(set(KINDS.values())))
def test_a_difference_that_nothing_explains_is_not_passed_over(
    check: str, severity: str, tmp_path: Path
) -> None:
    of_it = [kind for kind, (name, _) in KINDS.items() if name == check]
    rows = [comparison(k, "unexplained" if k in of_it else "agrees") for k in KINDS]
    found = judge(tmp_path, rows)
    verdict = found.pop("verdict")
    assert {k for k, c in found.items() if not c["success"]} == {check}
    assert found[check]["severity"] == severity
    assert verdict == {"is": "stop" if severity == "critical" else "pass_with_warnings"}
    failures = found[check]["failures"]
    assert len(failures) == len(of_it)
    for failure in failures:
        for lang in ("ko", "en"):
            assert "100" in failure[f"message_{lang}"] and "130" in failure[f"message_{lang}"]


def test_old_disagreements_of_print_stay_in_the_mart(tmp_path: Path) -> None:
    kinds = ("print_vs_statistic", "statement_vs_statement", "first_vs_latest")
    found = judge(tmp_path, [comparison(kind, "unexplained", period="2012") for kind in kinds])
    assert found["verdict"] == {"is": "pass"}


def test_the_status_of_the_newest_quarter_only(tmp_path: Path) -> None:
    rows = [
        comparison("status_vs_trend", "unexplained", period="2025-Q1"),
        comparison("status_vs_trend", "agrees", period="2025-Q3"),
    ]
    assert judge(tmp_path, rows)["status_and_trend_agree"]["success"]


def test_no_sum_beside_suppressed_parts(tmp_path: Path) -> None:
    hidden = {"suppressed_count": 6, "compared_value": None, "difference": None, "difference_pct": None}  # fmt: skip
    clean = comparison("total_vs_complexes", "not_evaluable", **hidden)
    spoilt = (
        {"compared_value": 130.0}, {"difference": -30.0}, {"difference_pct": -23.0}, {"result": "unexplained"},
    )  # fmt: skip
    found = judge(tmp_path, [clean, *(clean | spoil for spoil in spoilt)])
    check = found["no_sum_stands_beside_suppressed_parts"]
    assert (check["checked_count"], check["unexpected_count"]) == (5, 4)
    assert found["verdict"] == {"is": "stop"}
    # the sum itself is told nowhere
    assert "130" not in str(check["failures"]) and "-30" not in str(check["failures"])
