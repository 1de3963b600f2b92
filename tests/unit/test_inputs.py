"""What a build is made from."""

from __future__ import annotations

import pytest

from ingestion.periods import Period
from pipeline.inputs import _release_period


@pytest.mark.parametrize(
    ("editions", "expected"),
    [
        (["2025-Q4", "2026-Q1"], "2026-Q1"),
        (["2023-01", "2023-02", "2023-03", "2023-04"], "2023-Q1"),
        (["2023-04"], "2023-Q2"),  # nothing whole yet: the gate will say what is missing
        (["2024-01", "2024-02", "2024-03", "2024-Q2"], "2024-Q2"),
        (["2023-03", "2023-03", "2023-02"], "2023-Q1"),
    ],
)
def test_the_release_is_about_the_newest_whole_quarter(editions: list[str], expected: str) -> None:
    found = _release_period([("workbook", Period.parse(e)) for e in editions])
    assert str(found) == expected


def test_months_known_from_csv_editions_only_make_no_whole_quarter() -> None:
    editions = [("workbook", Period.parse("2023-Q4"))] + [
        ("csv", Period.parse(m)) for m in ("2024-01", "2024-02", "2024-03")
    ]
    assert str(_release_period(editions)) == "2023-Q4"
