"""A calendar divides each year into twelve periods; a quarter is three of them. Keys: `2017`, `2017-Q3`, `2017-P07`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

KEY = re.compile(r"([0-9]{4})(?:-Q([1-4])|-P(0[1-9]|1[0-2]))?")
FIRST_YEAR, LAST_YEAR = 1900, 2199
ZONE = UTC
"""The business time zone, until the settings have one."""


@dataclass(frozen=True)
class Period:
    """Both days belong to it."""

    key: str
    starts: date
    ends: date

    @property
    def last_instant(self) -> datetime:
        return datetime.combine(self.ends + timedelta(days=1), time.min, ZONE) - datetime.resolution


@dataclass(frozen=True)
class Calendar:
    """`first_days(year)`: of the year's twelve periods and, thirteenth, of the year after."""

    first_days: Callable[[int], Sequence[date]]

    def period(self, key: str) -> Period:
        """Raises `ValueError` for what is no key."""
        match = KEY.fullmatch(key)
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError("must be a year, a quarter or a month, such as 2017, 2017-Q3 or 2017-P07")
        year, quarter, month = match.groups()
        first = 3 * (int(quarter) - 1) if quarter else int(month or 1) - 1
        length = 3 if quarter else 1 if month else 12
        days = self.first_days(int(year))
        return Period(key, days[first], days[first + length] - timedelta(days=1))

    def quarter_of(self, day: date) -> Period:
        years = (day.year, day.year + 1, day.year - 1)
        quarters = (self.period(f"{year}-Q{number}") for year in years for number in (1, 2, 3, 4))
        return next(quarter for quarter in quarters if quarter.starts <= day <= quarter.ends)


def months(year: int) -> Sequence[date]:
    return [*(date(year, month, 1) for month in range(1, 13)), date(year + 1, 1, 1)]


CALENDAR = Calendar(months)
"""Calendar years."""
