"""The events of qualification that pipeline reads."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.pipeline.opportunity.events import Motion
from shared.rules.message import Message, Parser, UpstreamEvent, tolerant_parser
from shared.rules.money import Amount, Currency


class TextReference(Message):
    ref: UUID


class CycleEvent(UpstreamEvent):
    """An event of a lead's current cycle, which began when the lead became MQL. `cycle` counts the lead's cycles."""

    cycle: int


class LeadMql(CycleEvent):
    type: ClassVar[str] = "lead.mql"
    lead_source: str
    mql_source: str | None
    campaign: str | None = None


class LeadHandedOver(CycleEvent):
    """`attached`: to an open deal, instead of becoming a new one."""

    type: ClassVar[str] = "lead.srl"
    opportunity_id: str
    attached: bool
    name: TextReference | None
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
    campaign: str | None = None


class HandOverTakenBack(CycleEvent):
    """The deal did not come about: the lead is MQL again."""

    type: ClassVar[str] = "lead.hand_over_refused"


class LeadSql(CycleEvent):
    """`qualified_at`: None means when the event occurred."""

    type: ClassVar[str] = "lead.sql"
    qualified_at: datetime | None = None


class LeadWon(CycleEvent):
    type: ClassVar[str] = "lead.customer"


class AccountEvent(UpstreamEvent):
    """An event of a lead, with its account after it."""

    account: str | None


class LeadEngaged(AccountEvent):
    """`supplements`: the capture of the same engagement that this one adds to. `through`: the merged lead that has the
    same event."""

    type: ClassVar[str] = "lead.engaged"
    kind: str = "capture"
    capture_id: str
    engaged_at: datetime
    supplements: str | None = None
    through: str | None = None


class LeadTouched(AccountEvent):
    """The first touches of the cycle so far, before and after the hand-over."""

    type: ClassVar[str] = "lead.touched"
    cycle: int
    touched_at: datetime | None
    rep_touched_at: datetime | None = None


class LeadAbsorbed(AccountEvent):
    type: ClassVar[str] = "lead.absorbed"


class LeadSeparated(AccountEvent):
    type: ClassVar[str] = "lead.separated"


class LeadMerged(UpstreamEvent):
    """The lead is the same person as another one. Its cycles stay under its own id."""

    type: ClassVar[str] = "lead.merged"
    merged_into: str


class LeadUnmerged(UpstreamEvent):
    type: ClassVar[str] = "lead.unmerged"


class LeadErased(UpstreamEvent):
    type: ClassVar[str] = "lead.erased"
    opportunity_ids: tuple[str, ...]


QualificationEvent = (
    LeadEngaged
    | LeadTouched
    | LeadMql
    | LeadHandedOver
    | HandOverTakenBack
    | LeadSql
    | LeadWon
    | LeadMerged
    | LeadUnmerged
    | LeadAbsorbed
    | LeadSeparated
    | LeadErased
)
PARSE: Parser[QualificationEvent] = tolerant_parser(QualificationEvent)
