"""The rules for the settings."""

from collections.abc import Sequence
from datetime import datetime

from services.pipeline.setting import commands, events
from services.pipeline.setting.state import Benchmarks, Settings, calendar_of, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.message import InvalidField


def decide(settings: Settings, command: commands.SettingCommand, at: datetime) -> list[events.SettingEvent]:
    match command:
        case commands.ChangeSettings():
            return change_settings(settings, command)
        case commands.CopyFromForecast():
            return copy_from_forecast(settings, command)


def change_settings(settings: Settings, command: commands.ChangeSettings) -> list[events.SettingEvent]:
    changes = set_reasons(settings, command.reasons) if command.reasons else []
    return changes + (set_benchmarks(settings.benchmarks, command.benchmarks) if command.benchmarks else [])


def set_benchmarks(before: Benchmarks, changes: commands.BenchmarkChanges) -> list[events.SettingEvent]:
    bands = before.bands if changes.bands is None else changes.bands
    must_name_each_once(bands)
    after = Benchmarks(changes.minimum_sample or before.minimum_sample, bands)
    if after == before:
        return []
    return [events.BenchmarksChanged(minimum_sample=after.minimum_sample, bands=after.bands)]


def must_name_each_once(bands: Sequence[events.Band]) -> None:
    seen = set()
    for number, band in enumerate(bands):
        named = band.measure, band.source, band.motion
        if named in seen:
            raise InvalidField(f"/benchmarks/bands/{number}", "the measure has a band for this source and motion")
        seen.add(named)


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
