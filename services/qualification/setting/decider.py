"""The rules for the settings."""

from datetime import datetime

from services.qualification.setting import commands, events
from services.qualification.setting.state import Settings, evolve
from shared.rules.decider import Decider, Reference


def decide(settings: Settings, command: commands.SettingCommand, at: datetime) -> list[events.SettingEvent]:
    match command:
        case commands.ChangeSettings():
            return change_settings(settings, command)
        case commands.CopyFromForecast():
            return copy_from_forecast(settings, command)


def change_settings(settings: Settings, command: commands.ChangeSettings) -> list[events.SettingEvent]:
    changes = set_reasons(settings, command.reasons) if command.reasons else []
    if command.business_hours not in (None, settings.own_hours):
        changes.append(events.BusinessHoursChanged(hours=command.business_hours))
    if command.routing not in (None, settings.routing):
        changes.append(events.RoutingChanged(routing=command.routing))
    if command.claims not in (None, settings.claims):
        changes.append(events.ClaimsChanged(claims=command.claims))
    return changes


def set_reasons(settings: Settings, lists: commands.ReasonLists) -> list[events.SettingEvent]:
    """The order of the codes has no meaning."""
    return [
        events.ReasonsChanged(kind=kind, reasons=tuple(sorted(set(reasons))))
        for kind, reasons in lists.by_kind().items()
        if set(reasons) != set(settings.reasons[kind])
    ]


def copy_from_forecast(settings: Settings, command: commands.CopyFromForecast) -> list[events.SettingEvent]:
    changes: list[events.SettingEvent] = []
    if command.timezone is not None and settings.timezones.get(command.starts) != command.timezone:
        changes.append(events.TimezoneChanged(timezone=command.timezone, starts=command.starts))
    if command.calendar is not None and settings.calendars.get(command.starts) != command.calendar:
        changes.append(events.CalendarChanged(calendar=command.calendar, starts=command.starts))
    return changes


DECIDER: Decider[commands.SettingCommand, Settings, events.SettingEvent] = Decider(
    "setting", events.PARSE, Settings(), decide, evolve
)
ALL = "all"
"""The one stream of this kind."""
SETTINGS = Reference(DECIDER, ALL)
