"""The events of forecast that pipeline reads: business settings, and the organisation's tree."""

from typing import ClassVar

from shared.organisation.events import OrgEvent
from shared.rules.fields import Instant
from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Parser, UpstreamEvent, tolerant_parser


class SettingChanged(UpstreamEvent):
    """None: this one did not change. `calendar_rule`: what the calendar means. `starts`: the instant from which the
    others hold."""

    type: ClassVar[str] = "setting.changed"
    timezone: str | None
    calendar: str | None
    calendar_rule: CalendarRule | None = None
    starts: Instant


ForecastEvent = SettingChanged | OrgEvent
PARSE: Parser[ForecastEvent] = tolerant_parser(ForecastEvent)
