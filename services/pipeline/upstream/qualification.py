"""The events of qualification that pipeline reads."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from services.pipeline.opportunity.events import Motion
from shared.rules.message import Message, Parser, UpstreamEvent, tolerant_parser
from shared.rules.money import Amount, Currency


class Reference(Message):
    ref: UUID


class LeadHandedOver(UpstreamEvent):
    """`attached`: to an open deal, instead of becoming a new one."""

    type: ClassVar[str] = "lead.srl"
    opportunity_id: str
    attached: bool
    name: Reference | None
    account: str
    owner: str
    amount: Amount | None
    currency: Currency | None
    close_date: date | None
    motion: Motion
    pipeline: str
    product: str | None
    source: str
    mql_source: str | None


class LeadErased(UpstreamEvent):
    type: ClassVar[str] = "lead.erased"
    opportunity_ids: tuple[str, ...]


QualificationEvent = LeadHandedOver | LeadErased
PARSE: Parser[QualificationEvent] = tolerant_parser(QualificationEvent)
