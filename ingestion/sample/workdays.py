"""Public holidays and working days in Korea: what moves the months of the simulated figures.

The dates of the lunar new year (Seollal), of Chuseok and of the Buddha's birthday follow from the
moon (first day of the first, fifteenth of the eighth, eighth of the fourth lunar month); the table
was compared date by date with the calendar of the Korea Astronomy and Space Science Institute as
the package `korean_lunar_calendar` computes it. Substitute holidays, election days and other days
off that a government declares for one year are left out: the simulation needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

# Year: Seollal, Chuseok, Buddha's birthday (month-day).
_LUNAR = """
2000 02-05 09-12 05-11
2001 01-24 10-01 05-01
2002 02-12 09-21 05-19
2003 02-01 09-11 05-08
2004 01-22 09-28 05-26
2005 02-09 09-18 05-15
2006 01-29 10-06 05-05
2007 02-18 09-25 05-24
2008 02-07 09-14 05-12
2009 01-26 10-03 05-02
2010 02-14 09-22 05-21
2011 02-03 09-12 05-10
2012 01-23 09-30 05-28
2013 02-10 09-19 05-17
2014 01-31 09-08 05-06
2015 02-19 09-27 05-25
2016 02-08 09-15 05-14
2017 01-28 10-04 05-03
2018 02-16 09-24 05-22
2019 02-05 09-13 05-12
2020 01-25 10-01 04-30
2021 02-12 09-21 05-19
2022 02-01 09-10 05-08
2023 01-22 09-29 05-27
2024 02-10 09-17 05-15
2025 01-29 10-06 05-05
2026 02-17 09-25 05-24
"""


def _days(column: int) -> dict[int, date]:
    lines = (line.split() for line in _LUNAR.strip().splitlines())
    return {int(line[0]): date.fromisoformat(f"{line[0]}-{line[column]}") for line in lines}


SEOLLAL: dict[int, date] = _days(1)
CHUSEOK: dict[int, date] = _days(2)
BUDDHA: dict[int, date] = _days(3)

# Month, day, first and last year in which it was a day off (Labour Day counts: factories and banks
# are closed). Act on public holidays: Arbor Day until 2005, Constitution Day until 2007, Hangul Day
# again since 2013.
_FIXED = (
    (1, 1, 0, 9999),
    (3, 1, 0, 9999),
    (4, 5, 0, 2005),
    (5, 1, 0, 9999),
    (5, 5, 0, 9999),
    (6, 6, 0, 9999),
    (7, 17, 0, 2007),
    (8, 15, 0, 9999),
    (10, 3, 0, 9999),
    (10, 9, 2013, 9999),
    (12, 25, 0, 9999),
)


@cache
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year, those on weekends included.

    Raises:
        ValueError: a year outside the table of lunar dates (2000 to 2026).
    """
    if year not in SEOLLAL:
        raise ValueError(f"no table of public holidays for {year}, only for 2000 to 2026")
    day = timedelta(days=1)
    found = {date(year, m, d) for m, d, first, last in _FIXED if first <= year <= last}
    for feast in (SEOLLAL[year], CHUSEOK[year]):
        found |= {feast - day, feast, feast + day}
    return frozenset(found | {BUDDHA[year]})


def is_business_day(day: date) -> bool:
    """Whether banks are open: Monday to Friday and no public holiday."""
    return day.weekday() < 5 and day not in holidays(day.year)


def days_of(month: int) -> Iterator[date]:
    """The days of a month, counted from the year 0 (`year * 12 + month - 1`)."""
    day = date(month // 12, month % 12 + 1, 1)
    while day.month == month % 12 + 1:
        yield day
        day += timedelta(days=1)


@cache
def working_days(month: int) -> int:
    """Business days of a month, counted from the year 0."""
    return sum(is_business_day(day) for day in days_of(month))
