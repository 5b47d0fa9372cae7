"""Working days: when they open and close, and when so much business time will have passed."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.qualification.setting.events import BusinessHours, Weekday

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NOTHING = timedelta()
TEN_YEARS = timedelta(days=3652)
WEEKDAYS = tuple(Weekday)


class WorkingDay(NamedTuple):
    opens: datetime
    closes: datetime


def working_days(hours: BusinessHours, zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[WorkingDay]:
    """The working days from that of one instant to that of another, in the time zone. A holiday is none."""
    day, last_day = first.astimezone(zone).date(), last.astimezone(zone).date()
    while day <= last_day:
        if is_working_day(hours, day):
            yield WorkingDay(instant(zone, day, hours.opens), instant(zone, day, hours.closes))
        day += DAY


def after_business_time(hours: BusinessHours, zone: ZoneInfo, start: datetime, span: timedelta) -> datetime:
    """The instant by which so much business time has passed since `start`; where that is never, ten years later."""
    day = start.astimezone(zone).date()
    for _ in range(TEN_YEARS.days):
        if is_working_day(hours, day):
            opens, closes = instant(zone, day, hours.opens), instant(zone, day, hours.closes)
            begins = max(start, opens)
            if begins + span <= closes:
                return begins + span
            span -= max(NOTHING, closes - begins)
        day += DAY
    return start + TEN_YEARS


def is_working_day(hours: BusinessHours, day: date) -> bool:
    return WEEKDAYS[day.weekday()] in hours.days and day not in hours.holidays


def instant(zone: ZoneInfo, day: date, hour: time) -> datetime:
    """The instant in UTC: between instants of one zone, Python subtracts what clocks show. An hour that clocks pass
    over is when they are put forward; of one that they show twice, the first counts."""
    shown = datetime.combine(day, hour, zone)
    by_offset_before, by_offset_after = shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    if by_offset_before <= by_offset_after:
        return by_offset_before
    return first_with_offset_of(zone, by_offset_after, by_offset_before)


def first_with_offset_of(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """The instant between `start` and `end` at which the zone's offset becomes the one that it has at `end`."""
    offset = end.astimezone(zone).utcoffset()
    seconds = range(int((end - start).total_seconds()))
    passed = bisect_left(seconds, True, key=lambda each: (start + each * SECOND).astimezone(zone).utcoffset() == offset)
    return start + passed * SECOND
