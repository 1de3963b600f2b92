"""Periods of the statistic: quarters (`2026-Q1`) and, until 2024-03, months (`2023-05`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

_PATTERN = re.compile(r"(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))")

#: Days from a period's end to the first print (the real 2026-Q1 edition: 57).
FIRST_PRINT_LAG = 57
#: The last month with an edition of its own; quarterly editions began with the same quarter.
LAST_MONTHLY = 2024 * 12 + 2
FIRST_QUARTERLY = (2024, 1)


@dataclass(frozen=True)
class Period:
    """A quarter or a month; `number` is 1–4 or 1–12."""

    year: int
    freq: Literal["Q", "M"]
    number: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2026-Q1` or `2023-05`.

        Raises:
            ValueError: the text is neither.
        """
        found = _PATTERN.fullmatch(text)
        if found is None:
            raise ValueError(f"not a period: {text!r} (expected such as 2026-Q1 or 2023-05)")
        year, quarter, month = found.groups()
        return cls(int(year), "Q", int(quarter)) if quarter else cls(int(year), "M", int(month))

    def __str__(self) -> str:
        return (
            f"{self.year}-Q{self.number}" if self.freq == "Q" else f"{self.year}-{self.number:02}"
        )

    @property
    def months(self) -> range:
        """The months covered, counted from the year 0 (`year * 12 + month - 1`)."""
        length = 3 if self.freq == "Q" else 1
        start = self.year * 12 + (self.number - 1) * length
        return range(start, start + length)

    @property
    def last_month(self) -> int:
        """The month in which stocks (firms, employment) are counted."""
        return self.months[-1]

    @property
    def end(self) -> date:
        """The last day."""
        following = self.last_month + 1
        return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)

    def previous(self) -> Period:
        """The period before."""
        if self.number > 1:
            return Period(self.year, self.freq, self.number - 1)
        return Period(self.year - 1, self.freq, 4 if self.freq == "Q" else 12)

    def next(self) -> Period:
        """The period after."""
        if self.number < (4 if self.freq == "Q" else 12):
            return Period(self.year, self.freq, self.number + 1)
        return Period(self.year + 1, self.freq, 1)

    def year_to_date(self) -> tuple[Period, ...]:
        """The periods of the year up to and including this one."""
        return tuple(Period(self.year, self.freq, n) for n in range(1, self.number + 1))

    @property
    def label(self) -> str:
        """As the publisher words it in titles: `2026년 1분기`, `2023년 5월`."""
        return f"{self.year}년 {self.number}{'분기' if self.freq == 'Q' else '월'}"

    @property
    def short_label(self) -> str:
        """As the publisher words it in the survey notes: `'26.1분기`."""
        return f"'{self.year % 100:02}.{self.number}{'분기' if self.freq == 'Q' else '월'}"

    @property
    def first_print(self) -> date:
        """The simulated day of the first print."""
        return self.end + timedelta(days=FIRST_PRINT_LAG)

    @property
    def annual_revision(self) -> date:
        """The simulated day on which the revised figures of this period's year appeared (연간보정).

        No calendar of it was ever published: here it falls between late April and late August of
        the year after, in another month from year to year.
        """
        return date(self.year, 12, 31) + timedelta(days=118 + 31 * ((self.year + 1) % 5))


def period_range(first: str, last: str) -> list[str]:
    """All periods with an edition from first to last, both included.

    From a month to a quarter the editions change as the real ones did: monthly until 2024-03,
    quarterly from 2024-Q1 on.

    Raises:
        ValueError: not periods, in the wrong order, or from quarters to months.
    """
    start, stop = Period.parse(first), Period.parse(last)
    refused = ValueError(f"no range of periods from {first} to {last}")
    if start.freq == "M" and stop.freq == "Q":
        quarterly = Period(FIRST_QUARTERLY[0], "Q", FIRST_QUARTERLY[1])
        if start.last_month > LAST_MONTHLY or stop.last_month < quarterly.last_month:
            raise refused
        monthly = Period(LAST_MONTHLY // 12, "M", LAST_MONTHLY % 12 + 1)
        return [
            *period_range(first, str(monthly)),
            *period_range(str(quarterly), last),
        ]
    if start.freq != stop.freq or start.last_month > stop.last_month:
        raise refused
    found = [start]
    while found[-1] != stop:
        found.append(found[-1].next())
    return [str(period) for period in found]
