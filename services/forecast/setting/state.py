"""The settings at every instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from services.forecast.setting.events import CalendarDefined, SettingChanged, SettingEvent
from services.forecast.snapshot.events import RatePolicy
from shared.rules.fiscal_year import CalendarRule


class FiscalCalendar(NamedTuple):
    key: str
    rule: CalendarRule


TIMEZONE = "UTC"
MONTHS = FiscalCalendar("months", CalendarRule())
"""Calendar years. It is there without an event."""


class SettingValues(NamedTuple):
    """The settings of one instant, but for the calendar. `stale_after`: in days."""

    currency: str | None = None
    timezone: str = TIMEZONE
    rate_policy: RatePolicy = "close_date"
    measure: str = "bookings"
    stale_after: int = 14
    weekly_lock: bool = False


class SettingChange(NamedTuple):
    """A change of the settings, and when it was made."""

    event: SettingChanged
    at: datetime


class CalendarVersion(NamedTuple):
    """One definition of a calendar, and when it was made."""

    calendar: FiscalCalendar
    at: datetime


@dataclass(frozen=True)
class Settings:
    """All changes, in the order in which they were made. `known`: every calendar's last version, by key."""

    changes: tuple[SettingChange, ...] = ()
    versions: tuple[CalendarVersion, ...] = ()
    known: Mapping[str, CalendarRule] = field(default_factory=lambda: dict([MONTHS]))

    def started(self, at: datetime) -> list[SettingChanged]:
        """The changes that have started, in the order of their starts. Of two with the same start the one made later
        comes last, and counts."""
        events = (event for event, _ in self.changes if event.starts <= at)
        return sorted(events, key=lambda event: event.starts)

    def values(self, at: datetime) -> SettingValues:
        found = SettingValues()
        for event in self.started(at):
            changed = {name: getattr(event, name) for name in SettingValues._fields}
            found = found._replace(**{name: value for name, value in changed.items() if value is not None})
        return found

    def calendar(self, at: datetime) -> FiscalCalendar:
        found = [calendar for event in self.started(at) if (calendar := calendar_of(event))]
        return found[-1] if found else MONTHS


def calendar_of(event: SettingChanged) -> FiscalCalendar | None:
    return FiscalCalendar(event.calendar, event.calendar_rule) if event.calendar and event.calendar_rule else None


def evolve(settings: Settings, event: SettingEvent, at: datetime) -> Settings:
    match event:
        case SettingChanged():
            changed = replace(settings, changes=(*settings.changes, SettingChange(event, at)))
            return with_version(changed, calendar_of(event), at)
        case CalendarDefined():
            return with_version(settings, FiscalCalendar(event.key, event.rule), at)


def with_version(settings: Settings, calendar: FiscalCalendar | None, at: datetime) -> Settings:
    if calendar is None or settings.known.get(calendar.key) == calendar.rule:
        return settings
    versions = (*settings.versions, CalendarVersion(calendar, at))
    return replace(settings, versions=versions, known={**settings.known, calendar.key: calendar.rule})
