"""Periods: what stands in folder names, partition keys and columns."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.periods import Period, date_in_name, period_of_date

periods = st.one_of(
    st.builds(Period, st.integers(1960, 2100), st.just("A")),
    st.builds(Period, st.integers(1960, 2100), st.just("Q"), st.integers(1, 4)),
    st.builds(Period, st.integers(1960, 2100), st.just("M"), st.integers(1, 12)),
)


@given(periods)
def test_text_and_back(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(periods, st.integers(-200, 200))
def test_shifting_forth_and_back(period: Period, steps: int) -> None:
    assert period.shift(steps).shift(-steps) == period
    assert (period.shift(1).last_day > period.last_day) and period.shift(0) == period


@given(st.dates(date(1960, 1, 1), date(2099, 12, 31)), st.sampled_from(["A", "Q", "M"]))
def test_a_day_lies_in_its_period(day: date, freq: str) -> None:
    period = period_of_date(day, freq)
    assert period.shift(-1).last_day < day <= period.last_day
    assert f"{day:%Y}" == str(period)[:4]


@pytest.mark.parametrize("text", ["2026-Q5", "2026-13", "26-Q1", "2026Q1", "2026-1", "", "2026-00"])
def test_other_texts_are_no_periods(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("산업동향정보_20260331.xlsx", date(2026, 3, 31)),
        ("a_20251231_재배포.xlsx", date(2025, 12, 31)),
        ("2026.03.31 현황.xlsx", date(2026, 3, 31)),
        ("a_20260231.xlsx", None),
        ("15085898.csv", None),
        ("202603.csv", None),
    ],
)
def test_dates_in_names(name: str, day: date | None) -> None:
    assert date_in_name(name) == day


def test_a_months_quarter() -> None:
    assert [str(Period.parse(p).quarter) for p in ("2024-01", "2024-03", "2024-12", "2024-Q2")] == [
        "2024-Q1",
        "2024-Q1",
        "2024-Q4",
        "2024-Q2",
    ]
