"""Periods as the project writes them: 2026, 2026-Q1, 2026-03."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_PERIOD = re.compile(r"^(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?$")
_NAME_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[.\-_]?(0[1-9]|1[0-2])[.\-_]?(0[1-9]|[12]\d|3[01])(?!\d)"
)


@dataclass(frozen=True, order=True)
class Period:
    """A year, a quarter or a month; `freq` is A, Q or M (SDMX CL_FREQ)."""

    year: int
    freq: str
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2026`, `2026-Q1` or `2026-03`.

        Raises:
            ValueError: any other text.
        """
        match = _PERIOD.match(text)
        if match is None:
            raise ValueError(f"not a period: {text!r} (2026, 2026-Q1 or 2026-03)")
        year = int(match[1])
        if match[2]:
            return cls(year, "Q", int(match[2]))
        if match[3]:
            return cls(year, "M", int(match[3]))
        return cls(year, "A")

    def __str__(self) -> str:
        if self.freq == "Q":
            return f"{self.year}-Q{self.number}"
        if self.freq == "M":
            return f"{self.year}-{self.number:02d}"
        return str(self.year)

    def shift(self, steps: int) -> Period:
        """The period `steps` later (earlier where negative) of the same frequency."""
        size = {"A": 1, "Q": 4, "M": 12}[self.freq]
        index = self.year * size + self.number - 1 + steps
        return Period(index // size, self.freq, index % size + 1)

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        month = {"A": 12, "Q": self.number * 3, "M": self.number}[self.freq]
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def quarter(self) -> Period:
        """The quarter that a month lies in (a quarter is its own; a year has none)."""
        if self.freq == "A":
            raise ValueError(f"{self} is a year")
        return self if self.freq == "Q" else Period(self.year, "Q", (self.number + 2) // 3)


def period_of_date(day: date, freq: str) -> Period:
    """The quarter, month or year that a day lies in."""
    if freq == "Q":
        return Period(day.year, "Q", (day.month + 2) // 3)
    return Period(day.year, "M", day.month) if freq == "M" else Period(day.year, "A")


def date_in_name(name: str) -> date | None:
    """The last date written in a file name (`…_20260331.xlsx`), if there is one."""
    found = None
    for match in _NAME_DATE.finditer(name):
        try:
            found = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:  # 20260231 is no date
            continue
    return found
