"""When: the days on which a publisher's editions are due, from the contracts' cadence.

Nothing here reads a clock or the warehouse: schedules are cron expressions for Airflow, and
`due_periods` tells for a day which edition should be there. DAG files read this when they are
parsed, so it imports nothing heavy.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from ingestion.contract import Cadence, Contract, load_contracts
from ingestion.periods import Period, period_of_date

#: Hour and minute (Korean time) at which publishers are asked, before the inbox is looked at.
MINUTE, HOUR = 10, 8
#: The frequency (SDMX CL_FREQ) of a cadence; a daily or irregular one has none.
FREQ = {"annual": "A", "quarterly": "Q", "monthly": "M"}
_A_DAY = timedelta(days=1)
#: A person who is awaited for so long is told of anew, as a failure.
TOLD_AFTER = timedelta(days=21)
#: Outside its window a publication is looked at on Mondays, for revisions and late editions.
_WEEKLY = f"{MINUTE} {HOUR} * * 1"


@dataclass(frozen=True)
class Schedule:
    """When a dataset is fetched: cron expressions (Korean time), and the cadence in words."""

    dataset: str
    publisher: str
    title: str
    crons: tuple[str, ...]
    note_ko: str
    note_en: str


@dataclass(frozen=True)
class Window:
    """The days of one edition: it appears from `opens` to `closes` and is late after `late`.

    `period` is what it is about: a period, or the day itself of a daily publication.
    """

    period: Period | date
    opens: date
    closes: date
    late: date


def window(cadence: Cadence, period: Period | date) -> Window:
    """The window in which the edition about a period appears; the figure of a day is there the day after.

    Raises:
        ValueError: an irregular publication has none.
    """
    if isinstance(period, date):
        grace = timedelta(days=cadence.late_after_days or 0)
        return Window(period, opens=period, closes=period + _A_DAY, late=period + grace)
    if cadence.lag_days_from is None or cadence.lag_days_to is None:
        raise ValueError("an irregular publication has no window")
    day = about(cadence, period)
    closes = day + timedelta(days=cadence.lag_days_to)
    return Window(
        period,
        opens=day + timedelta(days=cadence.lag_days_from),
        closes=closes,
        late=closes + timedelta(days=cadence.late_after_days or 0),
    )


def about(cadence: Cadence, period: Period | date) -> date:
    """The last day that the edition of a period tells about."""
    if isinstance(period, date):
        return period
    if cadence.as_of_month is None:
        return period.last_day
    return Period(period.year, "M", cadence.as_of_month).last_day


def expected(cadence: Cadence, today: date) -> Window | None:
    """The window of the newest edition that should have appeared by today; None where nothing is
    ever due (irregular) or nothing has become due yet."""
    found = [w for w in _windows(cadence, today) if w.closes <= today]
    return max(found, key=lambda w: w.closes, default=None)


def overdue(cadence: Cadence, today: date, seen_until: date | None) -> Window | None:
    """The window of the oldest edition that should have appeared by today and was not seen.

    `seen_until` is the last day that the newest edition seen tells about: what lies before it is not
    waited for any more. Where nothing was ever seen it is the newest that should be there.
    """
    if seen_until is None:
        return expected(cadence, today)
    found = [
        w
        for w in _windows(cadence, today)
        if w.closes <= today and about(cadence, w.period) > seen_until
    ]
    return min(found, key=lambda w: w.closes, default=None)


def awaited(cadence: Cadence, today: date) -> Window | None:
    """The window of the oldest edition that may still come: open, or the next to open."""
    found = [w for w in _windows(cadence, today) if w.closes > today]
    return min(found, key=lambda w: w.closes, default=None)


def _windows(cadence: Cadence, today: date) -> Iterator[Window]:
    """The windows around a day: enough periods back and ahead for any lag of up to two years."""
    if cadence.frequency == "daily":
        days = (today + steps * _A_DAY for steps in range(-400, 30))
        yield from (window(cadence, day) for day in days if _is_working_day(day))
    freq = FREQ.get(cadence.frequency)
    if freq is None:
        return
    ended = Period.parse(cadence.ended) if cadence.ended else None
    now = period_of_date(today, freq)
    back = {"A": 4, "Q": 12, "M": 30}[freq]
    for steps in range(-back, 3):
        period = now.shift(steps)
        if ended is None or period.last_day <= ended.last_day:
            yield window(cadence, period)


def _is_working_day(day: date) -> bool:
    """Monday to Friday and no public holiday in Korea: on other days there is no daily figure."""
    return day.weekday() < 5 and day not in _public_holidays(day.year)


@cache
def _public_holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("KR", years=year))


def fetch_schedules() -> list[Schedule]:
    """The schedule of every dataset that says how it is fetched, from the contracts.

    Raises:
        ValueError: a contract cannot be read.
    """
    found = []
    for contract in load_contracts().by_dataset.values():
        if contract.source.fetch:
            ko, en = _in_words(contract.cadence)
            found.append(
                Schedule(
                    contract.dataset,
                    contract.publisher.id,
                    contract.title.ko,
                    tuple(crons(contract)),
                    ko,
                    en,
                )
            )
    return found


def _in_words(cadence: Cadence) -> tuple[str, str]:
    if cadence.ended:
        return f"{cadence.ended}까지 나왔음", f"it ended with {cadence.ended}"
    if cadence.lag_days_from is None:
        return {
            "daily": ("매 영업일", "every working day"),
        }.get(cadence.frequency, ("부정기", "it has no calendar"))
    ko = {"annual": "연간", "quarterly": "분기", "monthly": "월간"}[cadence.frequency]
    days = f"{cadence.lag_days_from}–{cadence.lag_days_to}"
    if cadence.as_of_month is not None:
        day = about(cadence, Period(2001, "A"))
        return (
            f"{ko}, {day.month}월 {day.day}일 기준, 그 뒤 {days}일, 그 뒤 {cadence.late_after_days}일이 "
            "지나면 지연",
            f"{cadence.frequency}, as of {day.day} {calendar.month_name[day.month]}, {days} days after "
            f"that, late {cadence.late_after_days} days after that",
        )
    return (
        f"{ko}, 기간 종료 후 {days}일, 그 뒤 {cadence.late_after_days}일이 지나면 지연",
        f"{cadence.frequency}, {days} days after the period, late {cadence.late_after_days} days "
        "after that",
    )


def crons(contract: Contract) -> list[str]:
    """Cron expressions (Korean time) at which a publisher is asked for a dataset.

    Every day while an edition may appear or is late, and every Monday for revisions. A daily
    publication is asked on working days, an irregular one and one that has ended on Mondays.
    """
    cadence = contract.cadence
    if cadence.frequency == "daily":
        return [f"{MINUTE} {HOUR} * * 1-5"]
    freq = FREQ.get(cadence.frequency)
    if freq is None or cadence.ended:
        return [_WEEKLY]
    # The windows of one whole year, as days of the year. Of two years, so that a leap day moves
    # nothing out of a window.
    days: set[tuple[int, int]] = set()
    for year in (2027, 2028):
        for steps in range({"A": 1, "Q": 4, "M": 12}[freq]):
            shown = window(cadence, Period(year, freq).shift(steps))
            day = shown.opens
            while day <= shown.late:
                days.add((day.month, day.day))
                day += timedelta(days=1)
    return [*_day_crons(days), _WEEKLY]


def next_run(expressions: Iterable[str], after: datetime) -> datetime:
    """When any of the cron expressions (Korean time) fires next after a moment (with its zone)."""
    from croniter import croniter

    here = after.astimezone(ZoneInfo("Asia/Seoul"))
    moments: list[datetime] = [croniter(e, here).get_next(datetime) for e in expressions]
    return min(moments)


def is_to_be_told(since: datetime, start: datetime, end: datetime) -> bool:
    """Whether somebody is to be woken because a person has been awaited `since` then: once every
    `TOLD_AFTER`, by the run whose wait from `start` to `end` passes that moment."""
    return (end - since) // TOLD_AFTER > (start - since) // TOLD_AFTER


def _day_crons(days: set[tuple[int, int]]) -> list[str]:
    """Cron expressions for days of the year; months with the same days share one."""
    by_days: dict[str, list[int]] = {}
    for month in range(1, 13):
        inside = sorted(day for m, day in days if m == month)
        if inside:
            longest = calendar.monthrange(2028, month)[1]
            text = "*" if len(inside) == longest else _ranges(inside)
            by_days.setdefault(text, []).append(month)
    found = []
    for text, months in by_days.items():
        shown = "*" if len(months) == 12 else ",".join(map(str, months))
        found.append(f"{MINUTE} {HOUR} {text} {shown} *")
    return found


def _ranges(days: list[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][1] + 1:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
