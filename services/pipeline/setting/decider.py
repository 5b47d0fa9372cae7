"""Which changes of the settings there are."""

from datetime import datetime

from services.pipeline.setting import commands, events
from services.pipeline.setting.state import Settings, calendar_of, evolve
from shared.rules.decider import Decider, Reference


def decide(settings: Settings, command: commands.SettingCommand, at: datetime) -> list[events.SettingEvent]:
    match command:
        case commands.SetReasons():
            return set_reasons(settings, command.reasons)
        case commands.CopyFromForecast():
            return copy_from_forecast(settings, command)


def set_reasons(settings: Settings, lists: commands.ReasonLists) -> list[events.SettingEvent]:
    """The order of the codes has no meaning."""
    return [
        events.ReasonsChanged(kind=kind, reasons=tuple(sorted(set(reasons))))
        for kind, reasons in lists.given().items()
        if set(reasons) != set(settings.reasons[kind])
    ]


def copy_from_forecast(settings: Settings, command: commands.CopyFromForecast) -> list[events.SettingEvent]:
    changes: list[events.SettingEvent] = []
    if command.timezone is not None and settings.timezones.get(command.starts) != command.timezone:
        changes.append(events.TimezoneChanged(timezone=command.timezone, starts=command.starts))
    if command.calendar is not None:
        changed = events.CalendarChanged(calendar=command.calendar, rule=command.calendar_rule, starts=command.starts)
        changes += [changed] if settings.calendars.get(command.starts) != calendar_of(changed) else []
    return changes


DECIDER: Decider[commands.SettingCommand, Settings, events.SettingEvent] = Decider(
    "setting", events.PARSE, Settings(), decide, evolve
)
ALL = "all"
"""The one stream of this kind."""
SETTINGS = Reference(DECIDER, ALL)
