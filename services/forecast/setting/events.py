"""What has happened to the settings. Stored for ever: add, never change."""

from typing import ClassVar

from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Event, Instant, Line, Parser, Slug, parser
from shared.rules.money import Currency


class SettingChanged(Event):
    """Only what changed is set. `timezone`: a name of the IANA database. `calendar`: a calendar's key, and
    `calendar_rule` what it means. `starts`: the instant from which on they hold."""

    type: ClassVar[str] = "setting.changed"
    currency: Currency | None = None
    timezone: Line | None = None
    calendar: Slug | None = None
    calendar_rule: CalendarRule | None = None
    starts: Instant


SettingEvent = SettingChanged
PARSE: Parser[SettingEvent] = parser(SettingEvent)
