"""The fiscal year as data: where it starts, and how it is divided into quarters and twelve periods."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import ConfigDict, Field, model_validator

from shared.rules.message import Message

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Anchor = Literal["nearest", "last", "on_or_before", "on_or_after"]
WEEKDAYS: Sequence[Weekday] = get_args(Weekday)
WEEK = timedelta(weeks=1)


class CalendarRule(Message):
    """With the pattern `months`, periods begin on `starts_day` of each month. The other patterns are the weeks of a
    quarter's three periods: the year then begins on the weekday `week_starts` that `anchor` finds for month and day,
    and a 53rd week belongs to the last period. `year_named_by`: whether the year's first or last day gives it its
    number. Other services read it too: they ignore fields of a later version."""

    model_config = ConfigDict(extra="ignore")

    starts_month: Annotated[int, Field(ge=1, le=12)] = 1
    starts_day: Annotated[int, Field(ge=1, le=28)] = 1
    pattern: Literal["months", "4-4-5", "4-5-4", "5-4-4"] = "months"
    anchor: Anchor = "nearest"
    week_starts: Weekday = "monday"
    year_named_by: Literal["start", "end"] = "start"
    leap_week: Literal["last_period"] = "last_period"

    @model_validator(mode="after")
    def anchors_need_weeks(self) -> "CalendarRule":
        if self.pattern == "months" and self.anchor != "nearest":
            raise ValueError("an anchor needs a pattern of weeks")
        return self


class FiscalQuarter(NamedTuple):
    """`number`: 1 to 4. Later quarters are greater."""

    year: int
    number: int


def quarter_of(rule: CalendarRule, day: date) -> FiscalQuarter:
    years = range(day.year - 2, day.year + 3)
    year = next(year for year in years if day < year_days(rule, year)[12])
    return FiscalQuarter(year, sum(day >= first for first in year_days(rule, year)[0:12:3]))


@lru_cache(maxsize=256)
def year_days(rule: CalendarRule, year: int) -> Sequence[date]:
    return first_days(rule, year)


def first_days(rule: CalendarRule, year: int) -> Sequence[date]:
    """The first days of the twelve periods of the year with this number, and that of the year after."""
    start = year - years_to_its_number(rule)
    if rule.pattern == "months":
        return [month_start(rule, start, month) for month in range(13)]
    weeks = [int(number) for number in rule.pattern.split("-")] * 4
    first = first_day(rule, start)
    starts = [first + number * WEEK for number in accumulate(weeks[:-1], initial=0)]
    return [*starts, first_day(rule, start + 1)]


def years_to_its_number(rule: CalendarRule) -> int:
    """The years between the one in which a fiscal year starts and the one whose number it has. A year from the first of
    January on has the number of the year in which it starts."""
    is_calendar_year = (rule.starts_month, rule.starts_day) == (1, 1)
    return 1 if rule.year_named_by == "end" and not is_calendar_year else 0


def month_start(rule: CalendarRule, year: int, months: int) -> date:
    """The day on which the fiscal year is so many months old."""
    after = rule.starts_month - 1 + months
    return date(year + after // 12, after % 12 + 1, rule.starts_day)


def first_day(rule: CalendarRule, year: int) -> date:
    """The first day of the fiscal year whose nominal start lies in this year."""
    nominal = date(year, rule.starts_month, rule.starts_day)
    match rule.anchor:
        case "on_or_before":
            return on_or_before(rule, nominal)
        case "on_or_after":
            return on_or_before(rule, nominal + WEEK - timedelta(days=1))
        case "nearest":
            return on_or_before(rule, nominal + timedelta(days=3))
        case "last":
            return on_or_before(rule, next_month(nominal) - timedelta(days=1))


def on_or_before(rule: CalendarRule, day: date) -> date:
    """The last day of the rule's weekday up to this one."""
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(rule.week_starts)) % 7)


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
