"""Where a fiscal year starts, and how it is divided into twelve periods."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import get_args

from services.forecast.setting.events import CalendarRule, Weekday

WEEKDAYS: Sequence[Weekday] = get_args(Weekday)
WEEK = timedelta(weeks=1)


def first_days(rule: CalendarRule, year: int) -> Sequence[date]:
    """Of the twelve periods of the year with this number and, thirteenth, of the year after."""
    start = year - years_to_its_number(rule)
    if rule.pattern == "months":
        return [month_start(rule, start, month) for month in range(13)]
    weeks = [int(number) for number in rule.pattern.split("-")] * 4
    first = first_day(rule, start)
    starts = [first + number * WEEK for number in accumulate(weeks[:-1], initial=0)]
    return [*starts, first_day(rule, start + 1)]


def years_to_its_number(rule: CalendarRule) -> int:
    """From the year in which a fiscal year starts to the one that names it. A year from the first of January ends in
    the year it started in."""
    is_calendar_year = (rule.starts_month, rule.starts_day) == (1, 1)
    return 1 if rule.year_named_by == "end" and not is_calendar_year else 0


def month_start(rule: CalendarRule, year: int, months: int) -> date:
    """So many months after the fiscal year started."""
    after = rule.starts_month - 1 + months
    return date(year + after // 12, after % 12 + 1, rule.starts_day)


def first_day(rule: CalendarRule, year: int) -> date:
    """Of the fiscal year whose nominal start lies in this year."""
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
