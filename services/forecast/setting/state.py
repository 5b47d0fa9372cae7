"""The settings at every instant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from services.forecast.setting.events import SettingEvent
from shared.rules.fiscal_year import CalendarRule

T = TypeVar("T")


class FiscalCalendar(NamedTuple):
    key: str
    rule: CalendarRule


TIMEZONE = "UTC"
MONTHS = FiscalCalendar("months", CalendarRule())
"""Calendar years. It is there without an event."""


class Change(NamedTuple):
    """A change of the settings, and when it was made."""

    event: SettingEvent
    at: datetime


@dataclass(frozen=True)
class Settings:
    """All changes, in the order in which they were made."""

    changes: tuple[Change, ...] = ()

    def currency(self, at: datetime) -> str | None:
        return value_at({event.starts: event.currency for event, _ in self.changes if event.currency}, at, None)

    def timezone(self, at: datetime) -> str:
        return value_at({event.starts: event.timezone for event, _ in self.changes if event.timezone}, at, TIMEZONE)

    def calendar(self, at: datetime) -> FiscalCalendar:
        return value_at(self.calendars(), at, MONTHS)

    def calendars(self) -> Mapping[datetime, FiscalCalendar]:
        return {
            event.starts: FiscalCalendar(event.calendar, event.calendar_rule)
            for event, _ in self.changes
            if event.calendar and event.calendar_rule
        }

    def known_calendars(self) -> Mapping[str, CalendarRule]:
        """By key, the rule that was given last."""
        return dict([MONTHS, *self.calendars().values()])


def value_at(values: Mapping[datetime, T], at: datetime, default: T) -> T:
    """`values` by the instant from which on each holds; of two for the same instant the later one is there."""
    started = [starts for starts in values if starts <= at]
    return values[max(started)] if started else default


def evolve(settings: Settings, event: SettingEvent, at: datetime) -> Settings:
    return replace(settings, changes=(*settings.changes, Change(event, at)))
