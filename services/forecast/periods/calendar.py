"""Periods by their keys: years `2017`, halves `2017-H1`, quarters `2017-Q3`, their weeks `2017-Q3-W05`, and the twelve
periods of a year `2017-P07`, which a calendar of months calls months."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from shared.rules.fiscal_year import WEEK, WEEKDAYS, CalendarRule, quarter_of, year_days

KEY = re.compile(r"([0-9]{4})(?:-H([12])|-Q([1-4])(?:-W(0[1-9]|1[0-4]))?|-P(0[1-9]|1[0-2]))?")
EXAMPLES = "2017, 2017-H1, 2017-Q3, 2017-Q3-W05 or 2017-P07"
FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_WEEKS = 14
"""The most weeks of a quarter."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Both days belong to it."""

    key: str
    starts: date
    ends: date

    @property
    def year(self) -> int:
        """The fiscal year's number."""
        return parsed_key(self.key)[0]

    @property
    def day_before(self) -> date:
        return self.starts - ONE_DAY

    @property
    def is_week(self) -> bool:
        return parsed_key(self.key)[3] is not None

    def first_instant(self, timezone: tzinfo) -> datetime:
        return datetime.combine(self.starts, time.min, timezone).astimezone(UTC)

    def last_instant(self, timezone: tzinfo) -> datetime:
        """A business day ends at midnight of the business time zone."""
        return datetime.combine(self.ends + ONE_DAY, time.min, timezone).astimezone(UTC) - datetime.resolution


def parsed_key(key: str) -> tuple[int, str | None, str | None, str | None, str | None]:
    """Year, half, quarter, week and period. Raises `ValueError` for what is no key."""
    match = KEY.fullmatch(key)
    if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise ValueError(f"must be a period such as {EXAMPLES}")
    return int(match[1]), match[2], match[3], match[4], match[5]


def parts_of(key: str) -> list[str]:
    """The keys of the parts that make up a period: of a year its halves, of a half its quarters, of a quarter its
    three periods."""
    year, half, quarter, week, month = parsed_key(key)
    if week is not None or month is not None:
        return []
    if quarter is not None:
        return [f"{year}-P{number:02}" for number in range(3 * int(quarter) - 2, 3 * int(quarter) + 1)]
    if half is not None:
        return [f"{year}-Q{number}" for number in (2 * int(half) - 1, 2 * int(half))]
    return [f"{year}-H1", f"{year}-H2"]


def all_parts(key: str) -> dict[str, list[str]]:
    """The parts of the period, of its parts and so on, by key."""
    found = {key: parts_of(key)}
    for part in found[key]:
        found |= all_parts(part)
    return found


@dataclass(frozen=True)
class Calendar:
    rule: CalendarRule

    def period(self, key: str) -> Period:
        """Raises `ValueError` for what is no key, and for a week that its quarter does not have."""
        year, half, quarter, week, month = parsed_key(key)
        if week is not None:
            return self.week(key, self.period(key.rpartition("-")[0]), int(week))
        if half is not None:
            return self.part(key, year, 6 * (int(half) - 1), 6)
        if quarter is not None:
            return self.part(key, year, 3 * (int(quarter) - 1), 3)
        if month is not None:
            return self.part(key, year, int(month) - 1, 1)
        return self.part(key, year, 0, 12)

    def part(self, key: str, year: int, first: int, length: int) -> Period:
        """A period of so many of the year's twelve periods."""
        days = year_days(self.rule, year)
        return Period(key, days[first], days[first + length] - ONE_DAY)

    def week(self, key: str, quarter: Period, number: int) -> Period:
        """Cut at the quarter's edges: in a calendar of months the first and the last week may be short."""
        weekday = WEEKDAYS.index(self.rule.week_starts)
        second = quarter.starts + timedelta(days=(weekday - quarter.starts.weekday() - 1) % 7 + 1)
        starts = quarter.starts if number == 1 else second + (number - 2) * WEEK
        if starts > quarter.ends:
            raise ValueError(f"{quarter.key} has no week {number}")
        return Period(key, starts, min(second + (number - 1) * WEEK - ONE_DAY, quarter.ends))

    def week_of(self, day: date) -> Period:
        quarter = self.quarter_of(day)
        weeks = (self.week(f"{quarter.key}-W{number:02}", quarter, number) for number in range(1, MOST_WEEKS + 1))
        return next(week for week in weeks if week.ends >= day)

    def quarter_of(self, day: date) -> Period:
        year, number = quarter_of(self.rule, day)
        return self.part(f"{year}-Q{number}", year, 3 * (number - 1), 3)
