"""The events of forecast that pipeline reads: business settings, and the organisation's tree."""

from typing import ClassVar, Literal

from shared.rules.fiscal_year import CalendarRule
from shared.rules.message import Instant, Parser, UpstreamEvent, tolerant_parser

NodeKind = Literal["person", "unit"]


class SettingChanged(UpstreamEvent):
    """None: this one did not change. `calendar_rule`: what the calendar means. `starts`: the instant from which the
    others hold."""

    type: ClassVar[str] = "setting.changed"
    timezone: str | None
    calendar: str | None
    calendar_rule: CalendarRule | None = None
    starts: Instant


class NodePlaced(UpstreamEvent):
    """`starts`: None means from the beginning."""

    type: ClassVar[str] = "org.node_placed"
    node: str
    parent: str | None
    kind: NodeKind
    starts: Instant | None


class NodeEnded(UpstreamEvent):
    type: ClassVar[str] = "org.node_ended"
    node: str
    starts: Instant


OrgEvent = NodePlaced | NodeEnded
ForecastEvent = SettingChanged | OrgEvent
PARSE: Parser[ForecastEvent] = tolerant_parser(ForecastEvent)
