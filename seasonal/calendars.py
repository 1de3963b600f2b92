"""Korean calendar regressors: working days, Seollal and Chuseok, by month and quarter.

Working days are Mondays to Fridays that are no public holiday; substitute and temporary holidays are
holidays (package `holidays`). Their regressor has the form of X-13's `td1coef`: working days less 5/2
of the other days, here with the holidays among the others. So the windows of Seollal and Chuseok
measure what these holidays do beyond the working days that they cost.

Seollal (first day of the first lunar month) and Chuseok (fifteenth of the eighth) come from
`korean_lunar_calendar`, which carries the tables of the Korea Astronomy and Space Science Institute.
Each has three windows, as shares of the window's days that fall into the period: `before`, `during`
(the three days of the public holiday) and `after`. That is the method of the Census Bureau's
utility genhol (X-13ARIMA-SEATS Reference Manual, regression spec, user-defined holiday regressors;
census.gov/data/software/x13as/genhol). Statistics Korea and the Bank of Korea put Korea's own
holidays into X-12-ARIMA and X-13ARIMA-SEATS (Lee Geung-Hee, Korean Journal of Applied Statistics
29(1), 2016, 205-220, doi 10.5351/KJAS.2016.29.1.205); the windows' lengths here are our choice.

Every regressor is centred by its long-run mean of the same calendar month or quarter, so that what
falls into the same month every year stays seasonal. Of quarters, Seollal always falls into the
first: its regressors are zero there and are left out; Chuseok moves between the third and the fourth.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import holidays
from korean_lunar_calendar import KoreanLunarCalendar

Freq = Literal["M", "Q"]

#: Days from the holiday, first and last: (before, during, after).
WINDOWS = {"before": (-10, -2), "during": (-1, 1), "after": (2, 8)}
#: Long-run means are taken over these years. Fixed, so that a year of data more changes no regressor.
MEAN_YEARS = range(1990, 2031)
#: Years that the regressors are known for: public holidays before are another law's.
FIRST_YEAR, LAST_YEAR = 1985, 2045

REGRESSORS = (
    "working_days",
    *(f"{holiday}_{window}" for holiday in ("seollal", "chuseok") for window in WINDOWS),
)


def per_year(freq: str) -> int:
    """Periods a year: 12 or 4.

    Raises:
        ValueError: the frequency is neither M nor Q.
    """
    if freq not in ("M", "Q"):
        raise ValueError(f"frequency {freq!r}: there are M (months) and Q (quarters)")
    return 12 if freq == "M" else 4


def index_of(period: str, freq: str) -> int:
    """The number of a period, consecutive ones one apart: '2026-03' of months, '2026-Q1' of quarters.

    Raises:
        ValueError: it is no period of this frequency.
    """
    year, _, rest = period.partition("-")
    number = rest.removeprefix("Q") if freq == "Q" else rest
    well_formed = len(year) == 4 and (
        rest.startswith("Q") and len(rest) == 2 if freq == "Q" else len(rest) == 2
    )
    if not (well_formed and year.isdigit() and number.isdigit()):
        raise ValueError(f"{period!r} is no period of frequency {freq}")
    if not 1 <= int(number) <= per_year(freq):
        raise ValueError(f"{period!r} is no period of frequency {freq}")
    return int(year) * per_year(freq) + int(number) - 1


def period_at(index: int, freq: str) -> str:
    """The period with a number: the inverse of `index_of`."""
    year, number = divmod(index, per_year(freq))
    return f"{year:04d}-{number + 1:02d}" if freq == "M" else f"{year:04d}-Q{number + 1}"


@lru_cache(maxsize=1)
def _public_holidays() -> frozenset[date]:
    return frozenset(holidays.country_holidays("KR", years=range(FIRST_YEAR, LAST_YEAR + 1)))


@lru_cache(maxsize=256)
def seollal(year: int) -> date:
    """The day of Seollal in a solar year."""
    return _solar(year, 1, 1)


@lru_cache(maxsize=256)
def chuseok(year: int) -> date:
    """The day of Chuseok in a solar year."""
    return _solar(year, 8, 15)


def _solar(year: int, month: int, day: int) -> date:
    lunar = KoreanLunarCalendar()
    if not lunar.setLunarDate(year, month, day, False):
        raise ValueError(f"no lunar date {year}-{month}-{day}")
    return date.fromisoformat(lunar.SolarIsoFormat())


def _months_of(index: int, freq: str) -> list[tuple[int, int]]:
    year, number = divmod(index, per_year(freq))
    if freq == "M":
        return [(year, number + 1)]
    return [(year, 3 * number + m) for m in (1, 2, 3)]


@lru_cache(maxsize=1024)
def _working_days_of_month(year: int, month: int) -> tuple[int, int]:
    """Working days and days of a month."""
    count = calendar.monthrange(year, month)[1]
    days = (date(year, month, day) for day in range(1, count + 1))
    off = _public_holidays()
    return sum(day.weekday() < 5 and day not in off for day in days), count


def working_days(period: str, freq: str) -> int:
    """Mondays to Fridays of a period that are no public holiday."""
    months = _months_of(index_of(period, freq), freq)
    return sum(_working_days_of_month(*month)[0] for month in months)


def _raw(name: str, index: int, freq: str) -> float:
    months = _months_of(index, freq)
    if name == "working_days":
        counts = [_working_days_of_month(*month) for month in months]
        working = sum(c[0] for c in counts)
        return working - 2.5 * (sum(c[1] for c in counts) - working)
    holiday, _, window = name.partition("_")
    year = months[0][0]
    day = {"seollal": seollal, "chuseok": chuseok}[holiday](year)
    first, last = WINDOWS[window]
    inside = sum(
        (shifted.year, shifted.month) in months
        for shifted in (day + timedelta(days=shift) for shift in range(first, last + 1))
    )
    return inside / (last - first + 1)


@lru_cache(maxsize=64)
def _means(name: str, freq: str) -> tuple[float, ...]:
    n = per_year(freq)
    return tuple(
        sum(_raw(name, year * n + season, freq) for year in MEAN_YEARS) / len(MEAN_YEARS)
        for season in range(n)
    )


@lru_cache(maxsize=65536)
def _centred(name: str, index: int, freq: str) -> float:
    # Rounded far beyond what matters, and never -0: the specification is the same everywhere.
    return round(_raw(name, index, freq) - _means(name, freq)[index % per_year(freq)], 10) + 0.0


def regressor(name: str, first: str, count: int, freq: str) -> list[float]:
    """A regressor from a period on, centred by its calendar-period means.

    Raises:
        ValueError: there is no such regressor, or its years are not covered.
    """
    if name not in REGRESSORS:
        raise ValueError(f"regressor {name!r}: there are {', '.join(REGRESSORS)}")
    start = index_of(first, freq)
    last_year = (start + count - 1) // per_year(freq)
    if start // per_year(freq) < FIRST_YEAR or last_year > LAST_YEAR:
        raise ValueError(f"calendar regressors are known for {FIRST_YEAR} to {LAST_YEAR}")
    return [_centred(name, i, freq) for i in range(start, start + count)]


def useful(names: Sequence[str], first: str, count: int, freq: str) -> list[str]:
    """Those of the regressors that are not zero throughout: Seollal in quarters is."""
    return [n for n in names if any(abs(v) > 1e-9 for v in regressor(n, first, count, freq))]
