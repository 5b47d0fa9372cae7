"""Which changes of the settings there are."""

from datetime import datetime

from services.forecast.setting.commands import ChangeSettings
from services.forecast.setting.events import PARSE, SettingChanged, SettingEvent
from services.forecast.setting.state import MONTHS, FiscalCalendar, Settings, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import InvalidField, Rejected

ALL = "all"
"""The subject of the one stream of this kind."""


def decide(settings: Settings, command: ChangeSettings, at: datetime) -> list[SettingEvent]:
    starts = command.starts or at
    if starts > at:
        raise Rejected("from lies in the future")
    calendar = chosen_calendar(settings, command)
    if calendar == settings.calendar(starts):
        calendar = None
    changed = SettingChanged(
        currency=command.currency if command.currency != settings.currency(starts) else None,
        timezone=command.timezone if command.timezone != settings.timezone(starts) else None,
        calendar=calendar and calendar.key,
        calendar_rule=calendar and calendar.rule,
        starts=starts,
    )
    return [changed] if changed.currency or changed.timezone or changed.calendar else []


def chosen_calendar(settings: Settings, command: ChangeSettings) -> FiscalCalendar | None:
    """A key with its rule, or the key of a calendar that is known."""
    key, rule = command.calendar, command.calendar_rule
    if key is None:
        if rule is not None:
            raise InvalidField("/calendar", "a calendar_rule needs the key of its calendar")
        return None
    if rule is None:
        known = settings.known_calendars()
        if key not in known:
            raise InvalidField("/calendar_rule", f"is needed: there is no calendar {key}, but {', '.join(known)}")
        return FiscalCalendar(key, known[key])
    given = FiscalCalendar(key, CalendarRule(**rule.model_dump()))
    if key == MONTHS.key and given != MONTHS:
        raise InvalidField("/calendar", f"{MONTHS.key} is the key of calendar years: another rule needs another key")
    return given


DECIDER: Decider[ChangeSettings, Settings, SettingEvent] = Decider("setting", PARSE, Settings(), decide, evolve)
SETTINGS = Reference(DECIDER, ALL)
