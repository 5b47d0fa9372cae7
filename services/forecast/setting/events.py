"""Events of the settings, stored for ever: add, never change."""

from typing import ClassVar

from services.forecast.snapshot.events import RatePolicy
from shared.rules.fields import Instant, Line, Slug
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Event, Parser, parser
from shared.rules.money import Currency


class SettingChanged(Event):
    """The settings that changed; the others are None. `timezone`: a name of the IANA database. `calendar`: a calendar's
    key, and `calendar_rule` what it means. `stale_after`: in days. `starts`: the instant from which on they hold."""

    type: ClassVar[str] = "setting.changed"
    currency: Currency | None = None
    timezone: Line | None = None
    calendar: Slug | None = None
    calendar_rule: CalendarRule | None = None
    rate_policy: RatePolicy | None = None
    measure: Line | None = None
    stale_after: int | None = None
    weekly_lock: bool | None = None
    starts: Instant


class CalendarDefined(Event):
    """A calendar that the settings and questions may name; or a new version of one, for later questions."""

    type: ClassVar[str] = "calendar.defined"
    key: Slug
    rule: CalendarRule


SettingEvent = SettingChanged | CalendarDefined
PARSE: Parser[SettingEvent] = parser(SettingEvent)
