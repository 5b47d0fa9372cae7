"""How much business time lies between two instants, and when so much of it will have passed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.qualification.setting.events import BusinessHours, Weekday

DAY = timedelta(days=1)
NOTHING = timedelta()
TEN_YEARS = timedelta(days=3652)
WEEKDAYS = tuple(Weekday)


def business_time(hours: BusinessHours, zone: ZoneInfo, start: datetime, end: datetime) -> timedelta:
    """How much time between the instants lies within the hours of working days, in the time zone. A holiday is no
    working day."""
    day, last_day = start.astimezone(zone).date(), end.astimezone(zone).date()
    spent = NOTHING
    while day <= last_day:
        if is_working_day(hours, day):
            opens, closes = instant(zone, day, hours.opens), instant(zone, day, hours.closes)
            spent += max(NOTHING, min(end, closes) - max(start, opens))
        day += DAY
    return spent


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
    """The instant in UTC: between instants of one zone, Python subtracts what clocks show."""
    return datetime.combine(day, hour, zone).astimezone(UTC)
