"""The events of forecast that qualification reads: business settings, and the organisation's tree."""

from typing import ClassVar

from shared.organisation.events import OrgEvent
from shared.rules.fields import Instant
from shared.rules.message import Parser, UpstreamEvent, tolerant_parser


class SettingChanged(UpstreamEvent):
    """None: this one did not change. `starts`: the instant from which the others hold."""

    type: ClassVar[str] = "setting.changed"
    timezone: str | None
    calendar: str | None
    starts: Instant


ForecastEvent = SettingChanged | OrgEvent
PARSE: Parser[ForecastEvent] = tolerant_parser(ForecastEvent)
