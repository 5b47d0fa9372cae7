"""The rules for the settings."""

from datetime import datetime
from typing import Any

from services.forecast.setting import commands, events
from services.forecast.setting.commands import ChangeSettings, DefineCalendar, SettingCommand
from services.forecast.setting.events import PARSE, SettingEvent
from services.forecast.setting.state import MONTHS, FiscalCalendar, Settings, SettingValues, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import InvalidField, Rejected

ALL = "all"
"""The subject of the one stream of this kind."""


def decide(settings: Settings, command: SettingCommand, at: datetime) -> list[SettingEvent]:
    match command:
        case commands.ChangeSettings():
            return change(settings, command, command.starts or at, at)
        case commands.DefineCalendar():
            return define(settings, command, at)


def change(settings: Settings, command: ChangeSettings, starts: datetime, at: datetime) -> list[SettingEvent]:
    if starts > at:
        raise Rejected("from lies in the future")
    in_force, changed = settings.values(starts), dict[str, Any]()
    for name in SettingValues._fields:
        value = getattr(command, name)
        if value is not None and value != getattr(in_force, name):
            changed[name] = value
    calendar = chosen_calendar(settings, command)
    if calendar is not None and calendar != settings.calendar(starts):
        changed |= {"calendar": calendar.key, "calendar_rule": calendar.rule}
    return [events.SettingChanged(starts=starts, **changed)] if changed else []


def define(settings: Settings, command: DefineCalendar, at: datetime) -> list[SettingEvent]:
    """A new version of the calendar in force is in force from now on; earlier instants keep the old one."""
    calendar = own_calendar(command.key, command.rule)
    if settings.known.get(calendar.key) == calendar.rule:
        return []
    defined = events.CalendarDefined(key=calendar.key, rule=calendar.rule)
    if settings.calendar(at).key != calendar.key:
        return [defined]
    return [defined, events.SettingChanged(starts=at, calendar=calendar.key, calendar_rule=calendar.rule)]


def chosen_calendar(settings: Settings, command: ChangeSettings) -> FiscalCalendar | None:
    """A key with its rule, or the key of a calendar that is known."""
    key, rule = command.calendar, command.calendar_rule
    if key is None:
        if rule is not None:
            raise InvalidField("/calendar", "a calendar_rule needs the key of its calendar")
        return None
    if rule is None:
        if key not in settings.known:
            raise InvalidField(
                "/calendar_rule", f"is needed: there is no calendar {key} yet; known are {known_calendars(settings)}"
            )
        return FiscalCalendar(key, settings.known[key])
    return own_calendar(key, CalendarRule(**rule.model_dump()))


def known_calendars(settings: Settings) -> str:
    return ", ".join(settings.known)


def own_calendar(key: str, rule: CalendarRule) -> FiscalCalendar:
    calendar = FiscalCalendar(key, rule)
    if key == MONTHS.key and calendar != MONTHS:
        raise InvalidField("/calendar", f"{MONTHS.key} is the key of calendar years: another rule needs another key")
    return calendar


DECIDER: Decider[SettingCommand, Settings, SettingEvent] = Decider("setting", PARSE, Settings(), decide, evolve)
SETTINGS = Reference(DECIDER, ALL)
