"""The events of qualification that intake reads: where a lead and its deal are."""

from typing import ClassVar, Literal

from shared.rules.message import Parser, UpstreamEvent, tolerant_parser

Lifecycle = Literal["captured", "mql", "srl", "sql", "nurture", "rejected", "customer"]


class LeadMoved(UpstreamEvent):
    """The fields of a lead after an event. `opportunity_id`: its deal, if it has one."""

    lifecycle: Lifecycle
    opportunity_id: str | None


class HandedOver(LeadMoved):
    type: ClassVar[str] = "lead.srl"


class Qualified(LeadMoved):
    type: ClassVar[str] = "lead.sql"


class Won(LeadMoved):
    type: ClassVar[str] = "lead.customer"


class Nurtured(LeadMoved):
    type: ClassVar[str] = "lead.nurtured"


class Reopened(LeadMoved):
    type: ClassVar[str] = "lead.reopened"


class HandOverRefused(LeadMoved):
    type: ClassVar[str] = "lead.hand_over_refused"


QualificationEvent = HandedOver | Qualified | Won | Nurtured | Reopened | HandOverRefused
PARSE: Parser[QualificationEvent] = tolerant_parser(QualificationEvent)
