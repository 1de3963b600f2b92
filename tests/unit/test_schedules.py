"""When publishers are asked and when an edition is late, from the cadence in the contracts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contract import Cadence, load_contracts
from ingestion.periods import Period
from pipeline.schedules import (
    awaited,
    crons,
    expected,
    fetch_schedules,
    is_to_be_told,
    next_run,
    overdue,
    window,
)

QUARTERLY = Cadence(frequency="quarterly", lag_days_from=30, lag_days_to=60, late_after_days=15)


def fires(expressions: list[str], day: date) -> bool:
    """Whether any of the expressions fires on a day, read as cron reads them."""
    for expression in expressions:
        _, _, days, months, weekdays = expression.split()
        weekday = weekdays == "*" or day.isoweekday() in _numbers(weekdays, 7)
        if day.day in _numbers(days, 31) and day.month in _numbers(months, 12) and weekday:
            return True
    return False


def _numbers(text: str, top: int) -> set[int]:
    if text == "*":
        return set(range(1, top + 1))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def test_the_window_of_the_first_quarter_of_2026() -> None:
    found = window(QUARTERLY, Period.parse("2026-Q1"))
    # 31 March + 30 and + 60 days; the real workbook came on 27 May, the 57th day.
    assert (found.opens, found.closes) == (date(2026, 4, 30), date(2026, 5, 30))
    assert found.late == date(2026, 6, 14)
    assert found.opens <= date(2026, 5, 27) <= found.closes


@pytest.mark.parametrize(
    ("today", "should", "coming"),
    [
        ("2026-05-29", "2025-Q4", "2026-Q1"),
        ("2026-05-30", "2026-Q1", "2026-Q2"),
        ("2026-08-28", "2026-Q1", "2026-Q2"),
        ("2026-08-29", "2026-Q2", "2026-Q3"),
    ],
)
def test_what_should_be_there_and_what_comes_next(today: str, should: str, coming: str) -> None:
    day = date.fromisoformat(today)
    found, following = expected(QUARTERLY, day), awaited(QUARTERLY, day)
    assert found is not None and str(found.period) == should
    assert following is not None and str(following.period) == coming


def test_nothing_is_awaited_after_the_end() -> None:
    monthly = Cadence(
        frequency="monthly", lag_days_from=30, lag_days_to=60, late_after_days=10, ended="2024-03"
    )
    day = date(2026, 5, 28)
    found = expected(monthly, day)
    assert found is not None and str(found.period) == "2024-03" and awaited(monthly, day) is None


@pytest.mark.parametrize(
    ("today", "seen", "missing"),
    [
        # Friday's rate was seen; Monday's is there on Tuesday at the latest.
        ("2026-06-01", "2026-05-29", None),
        ("2026-06-02", "2026-05-29", "2026-06-01"),
        # Seollal, 16 to 18 February: nobody waits for the rate of a holiday.
        ("2026-02-19", "2026-02-13", None),
        ("2026-02-20", "2026-02-13", "2026-02-19"),
        # a substitute holiday, the Monday after Buddha's birthday
        ("2026-05-26", "2026-05-22", None),
    ],
)
def test_a_daily_figure_is_waited_for_on_working_days(
    today: str, seen: str, missing: str | None
) -> None:
    daily = Cadence(frequency="daily", late_after_days=5)
    found = overdue(daily, date.fromisoformat(today), date.fromisoformat(seen))
    assert (str(found.period) if found else None) == missing


def test_a_daily_publication_is_asked_on_working_days() -> None:
    contract = load_contracts()["ecos__exchange_rate"]
    assert contract.cadence.frequency == "daily"
    assert crons(contract) == ["10 8 * * 1-5"]
    week = [date(2026, 6, day) for day in range(1, 8)]  # from Monday to Sunday
    assert [fires(crons(contract), day) for day in week] == [True] * 5 + [False] * 2
    (schedule,) = [s for s in fetch_schedules() if s.dataset == contract.dataset]
    assert schedule.crons == ("10 8 * * 1-5",) and schedule.note_en == "every working day"


@pytest.mark.parametrize(
    ("after", "following"),
    [
        # every day inside the window, on Mondays outside of it
        ("2026-05-05T08:10:05+09:00", "2026-05-06T08:10:00+09:00"),
        ("2026-05-04T23:09:59+00:00", "2026-05-05T08:10:00+09:00"),
        ("2026-06-15T08:10:00+09:00", "2026-06-22T08:10:00+09:00"),
    ],
)
def test_when_a_publisher_is_asked_next(after: str, following: str) -> None:
    expressions = crons(load_contracts()["kicox__industrial_trend"])
    found = next_run(expressions, datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(following)


def test_every_schedule_has_its_next_run_within_a_week() -> None:
    """The sensor for a person ends with it."""
    for schedule in fetch_schedules():
        for day in range(1, 28):
            at = datetime(2026, 7, day, tzinfo=UTC)
            assert at < next_run(schedule.crons, at) <= at + timedelta(days=7)


def test_somebody_is_told_once_every_three_weeks() -> None:
    since = datetime(2026, 5, 1, tzinfo=UTC)
    runs = [since + timedelta(days=day, hours=3) for day in range(64)]
    told = [n for n, (a, b) in enumerate(pairwise(runs)) if is_to_be_told(since, a, b)]
    assert told == [20, 41, 62]


def test_without_a_calendar_nothing_is_due() -> None:
    irregular = Cadence(frequency="irregular")
    assert expected(irregular, date(2026, 5, 28)) is awaited(irregular, date(2026, 5, 28)) is None
    with pytest.raises(ValueError, match="no window"):
        window(irregular, Period.parse("2026-Q1"))


@pytest.mark.parametrize(
    "fields",
    [
        {"frequency": "quarterly"},
        {"frequency": "quarterly", "lag_days_from": 60, "lag_days_to": 30, "late_after_days": 1},
        {"frequency": "irregular", "lag_days_from": 1, "lag_days_to": 2},
        {"frequency": "daily"},
    ],
)
def test_half_a_cadence_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Cadence(**fields)


@given(
    frequency=st.sampled_from(["monthly", "quarterly", "annual"]),
    opens=st.integers(0, 420),
    length=st.integers(0, 60),
    grace=st.integers(0, 40),
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_a_publisher_is_asked_on_every_day_of_a_window(
    frequency: Any, opens: int, length: int, grace: int, day: date
) -> None:
    cadence = Cadence(
        frequency=frequency,
        lag_days_from=opens,
        lag_days_to=opens + length,
        late_after_days=grace,
    )
    contract = load_contracts()["kicox__industrial_trend"].model_copy(update={"cadence": cadence})
    expressions = crons(contract)
    coming = awaited(cadence, day)
    if coming is not None and coming.opens <= day:
        assert fires(expressions, day), (day, coming, expressions)
    should = expected(cadence, day)
    if should is not None and should.closes <= day <= should.late:
        assert fires(expressions, day), (day, should, expressions)
    monday = day - timedelta(days=day.weekday())
    assert fires(expressions, monday)


def test_outside_its_window_a_publisher_is_left_alone() -> None:
    expressions = crons(load_contracts()["kicox__industrial_trend"])
    assert not fires(expressions, date(2026, 6, 23))  # a Tuesday between two windows
    assert fires(expressions, date(2026, 6, 22))  # the Monday before


def test_every_dataset_that_is_fetched_has_a_schedule_airflow_can_read() -> None:
    from croniter import croniter

    schedules = fetch_schedules()
    assert {s.dataset for s in schedules} == {
        c.dataset for c in load_contracts().by_dataset.values() if c.source.fetch
    }
    for schedule in schedules:
        assert schedule.note_ko and schedule.note_en
        for expression in schedule.crons:
            croniter(expression, datetime(2026, 1, 1)).get_next()


def test_an_annual_edition_may_be_about_a_day_in_the_year() -> None:
    cadence = Cadence(
        frequency="annual", as_of_month=6, lag_days_from=15, lag_days_to=120, late_after_days=60
    )
    found = window(cadence, Period.parse("2025"))
    assert (found.opens, found.closes) == (date(2025, 7, 15), date(2025, 10, 28))
    # As of 30 June 2025 is what that window waited for, though the year is not over.
    assert overdue(cadence, date(2025, 12, 1), date(2025, 6, 30)) is None
    missing = overdue(cadence, date(2025, 12, 1), date(2024, 6, 30))
    assert missing is not None and str(missing.period) == "2025"
    with pytest.raises(ValueError, match="as_of_month"):
        Cadence(
            frequency="quarterly", as_of_month=6, lag_days_from=1, lag_days_to=2, late_after_days=1
        )


def test_every_publication_that_is_fetched_has_a_window() -> None:
    """No publisher of ours is without a calendar: what is late is told of every one."""
    for contract in load_contracts().by_dataset.values():
        if contract.source.fetch:
            assert contract.cadence.frequency != "irregular", contract.dataset
    centres = load_contracts()["kicox__knowledge_centres"]
    assert centres.cadence.as_of_month == 6
    assert fires(crons(centres), date(2026, 7, 15)) and not fires(crons(centres), date(2026, 4, 8))
