"""What has happened to the settings. Stored for ever: add, never change."""

from enum import StrEnum
from typing import ClassVar

from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Event, Instant, Line, Parser, Slug, parser


class ReasonKind(StrEnum):
    """The commands that need a reason."""

    LOSE = "lose"
    RECYCLE = "recycle"
    REOPEN = "reopen"
    CORRECT = "correct"


class TimezoneChanged(Event):
    """`timezone`: a name of the IANA database. `starts`: since when it is the business time zone."""

    type: ClassVar[str] = "setting.timezone_changed"
    timezone: Line
    starts: Instant


class CalendarChanged(Event):
    """`calendar`: the key of one of forecast's calendars, and `rule` what it means. Without a rule it is calendar
    years. `starts`: since when periods follow it."""

    type: ClassVar[str] = "setting.calendar_changed"
    calendar: Slug
    rule: CalendarRule | None = None
    starts: Instant


class ReasonsChanged(Event):
    """The codes that a kind of command takes from now on. Codes in stored events stay."""

    type: ClassVar[str] = "setting.reasons_changed"
    kind: ReasonKind
    reasons: tuple[Slug, ...]


SettingEvent = TimezoneChanged | CalendarChanged | ReasonsChanged
PARSE: Parser[SettingEvent] = parser(SettingEvent)
