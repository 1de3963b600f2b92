"""Korean calendars: holidays on the days they were, regressors of mean zero."""

from datetime import date

import pytest

from seasonal.calendars import (
    MEAN_YEARS,
    REGRESSORS,
    chuseok,
    index_of,
    period_at,
    regressor,
    seollal,
    useful,
    working_days,
)


@pytest.mark.parametrize(
    ("year", "new_year", "harvest"),
    [
        (2012, date(2012, 1, 23), date(2012, 9, 30)),
        (2020, date(2020, 1, 25), date(2020, 10, 1)),
        (2021, date(2021, 2, 12), date(2021, 9, 21)),
        (2025, date(2025, 1, 29), date(2025, 10, 6)),
        (2026, date(2026, 2, 17), date(2026, 9, 25)),
    ],
)
def test_holidays_are_where_they_were(year, new_year, harvest):
    assert (seollal(year), chuseok(year)) == (new_year, harvest)


def test_working_days_leave_out_holidays_and_substitutes():
    # February 2021: 20 weekdays, Seollal on Thursday 11 and Friday 12 (and a Saturday)
    assert working_days("2021-02", "M") == 18
    # August 2021: 22 weekdays; the 15th was a Sunday, Monday the 16th its substitute
    assert working_days("2021-08", "M") == 21
    assert working_days("2021-Q3", "Q") == sum(
        working_days(f"2021-{m:02d}", "M") for m in (7, 8, 9)
    )


def test_seollal_moves_between_january_and_february():
    january = regressor("seollal_during", "2020-01", 1, "M")[0]
    february = regressor("seollal_during", "2021-02", 1, "M")[0]
    assert january > 0.5 and february > 0.1
    assert regressor("seollal_during", "2021-01", 1, "M")[0] < 0
    # the whole holiday is in one of the two months
    year = regressor("seollal_during", "2021-01", 2, "M")
    other = regressor("seollal_during", "2020-01", 2, "M")
    assert sum(year) == pytest.approx(sum(other))


@pytest.mark.parametrize("freq", ["M", "Q"])
@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors_have_no_seasonal_mean(name, freq):
    n = 12 if freq == "M" else 4
    first = f"{MEAN_YEARS.start}-{'01' if freq == 'M' else 'Q1'}"
    values = regressor(name, first, n * len(MEAN_YEARS), freq)
    for season in range(n):
        assert sum(values[season::n]) == pytest.approx(0, abs=1e-6)


def test_seollal_says_nothing_about_quarters():
    assert useful(REGRESSORS, "2010-Q1", 60, "Q") == [
        "working_days",
        "chuseok_before",
        "chuseok_during",
        "chuseok_after",
    ]
    assert useful(REGRESSORS, "2010-01", 60, "M") == list(REGRESSORS)


@pytest.mark.parametrize("period", ["2026-13", "2026-00", "2026-1", "2026Q1", "2026-Q1", "", "x"])
def test_what_is_no_month_is_refused(period):
    with pytest.raises(ValueError, match="no period"):
        index_of(period, "M")


def test_periods_count_through_the_years():
    assert period_at(index_of("2025-12", "M") + 1, "M") == "2026-01"
    assert period_at(index_of("2025-Q4", "Q") + 1, "Q") == "2026-Q1"
    with pytest.raises(ValueError, match="frequency"):
        index_of("2026-W1", "W")


def test_unknown_regressors_and_years_are_refused():
    with pytest.raises(ValueError, match="ramadan"):
        regressor("ramadan", "2020-01", 1, "M")
    with pytest.raises(ValueError, match="known for"):
        regressor("working_days", "1960-01", 1, "M")
