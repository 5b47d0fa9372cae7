"""How much business time lies between two instants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.qualification.setting.events import BusinessHours, Weekday

DAY = timedelta(days=1)
NOTHING = timedelta()
WEEKDAYS = tuple(Weekday)


def business_time(hours: BusinessHours, zone: ZoneInfo, start: datetime, end: datetime) -> timedelta:
    """Within the hours of the working days, in the time zone. A holiday is no working day."""
    day, last_day = start.astimezone(zone).date(), end.astimezone(zone).date()
    spent = NOTHING
    while day <= last_day:
        if WEEKDAYS[day.weekday()] in hours.days and day not in hours.holidays:
            opens, closes = instant(zone, day, hours.opens), instant(zone, day, hours.closes)
            spent += max(NOTHING, min(end, closes) - max(start, opens))
        day += DAY
    return spent


def instant(zone: ZoneInfo, day: date, hour: time) -> datetime:
    """In UTC: between instants of one zone, Python subtracts what clocks show."""
    return datetime.combine(day, hour, zone).astimezone(UTC)
