"""Events of a lead, stored for ever: add, never change.

Every event carries the lead's fields after it, so that no reader has to remember the event before.
"""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from services.qualification.lead.fields import BantStatus, Engagement, LeadFields, Motion
from services.qualification.model.events import BantName
from shared.rules.fields import Line, Slug
from shared.rules.flattened import FlattenedEvent
from shared.rules.message import Erasure, Message, Parser, parser
from shared.rules.money import Amount, Currency
from shared.rules.sealed import Sealed


class ChangeEvent(FlattenedEvent):
    """An event with the lead's fields after it. They are stored beside its own."""

    after: LeadFields


class LeadEngaged(ChangeEvent):
    """`points`: what this engagement gives after caps, before any decay. `above`: whether what counts towards the next
    crossing lies above the line of the model."""

    type: ClassVar[str] = "lead.engaged"
    engagement: Engagement
    points: int
    above: bool


class LeadMql(ChangeEvent):
    """`began`: what opened the cycle. `capture_id`: the engagement that crossed the line."""

    type: ClassVar[str] = "lead.mql"
    began: Literal["crossing", "mark", "requalify", "hand_over"]
    capture_id: Line | None
    note: Sealed[str] | None = None


class LeadFellBelow(ChangeEvent):
    """`crossed_at`: when the score fell below the line. None in events of the first release: when they occurred."""

    type: ClassVar[str] = "lead.fell_below"
    crossed_at: datetime | None = None


class LeadRejected(ChangeEvent):
    type: ClassVar[str] = "lead.rejected"
    note: Sealed[str] | None = None


class LeadNurtured(ChangeEvent):
    """`because`: an SDR nurtured it, or its deal was lost or recycled."""

    type: ClassVar[str] = "lead.nurtured"
    because: Literal["nurtured", "lost", "recycled"]
    revisit_on: date | None
    note: Sealed[str] | None = None


class LeadRevisitDue(ChangeEvent):
    """The day to look at a nurtured lead again has come."""

    type: ClassVar[str] = "lead.revisit_due"


class BantItem(Message):
    """One of the four answers. `evidence`: free text, sealed."""

    status: BantStatus
    evidence: Sealed[str] | None
    by: Line


class LeadBantChanged(ChangeEvent):
    """`changed`: the new answers. `bant`: the statuses of all four after them."""

    type: ClassVar[str] = "lead.bant_changed"
    changed: dict[BantName, BantItem]
    bant: dict[BantName, BantStatus]


class LeadClaimed(ChangeEvent):
    type: ClassVar[str] = "lead.claimed"


class LeadRouted(ChangeEvent):
    """An SDR got the MQL in turn, by the `rule` of the settings; or nobody was there, and it waits for anybody."""

    type: ClassVar[str] = "lead.routed"
    rule: Slug


class LeadClaimReleased(ChangeEvent):
    """An SDR gave the lead back, or the lease of the claim ended."""

    type: ClassVar[str] = "lead.claim_released"


class LeadTouched(ChangeEvent):
    """The first touch of this cycle, before or after the hand-over. It may be recorded late: it happened at
    `touched_at` or `rep_touched_at`."""

    type: ClassVar[str] = "lead.touched"


class LeadHandedOver(ChangeEvent):
    """The lead goes to a rep, as a new opportunity or, if `attached`, with an open one.

    `policy_version`: the model whose BANT policy applied. `source`: that of the lead.
    """

    type: ClassVar[str] = "lead.srl"
    shares_texts: ClassVar[bool] = True
    attached: bool
    name: Sealed[str] | None
    owner: Slug
    amount: Amount | None
    currency: Currency | None
    close_date: date | None
    motion: Motion
    pipeline: Slug
    product: Line | None
    source: Slug
    bant: dict[BantName, BantStatus]
    policy_version: int


class HandOverRefused(ChangeEvent):
    """Pipeline refused the hand-over: the lead is MQL again, with the rule in `refused`."""

    type: ClassVar[str] = "lead.hand_over_refused"
    refused_opportunity_id: Line


class LeadSql(ChangeEvent):
    """`qualified_at`: when the rep qualified the deal, however late that was entered. None in events of earlier
    releases, and where the lead joined a qualified deal: when they occurred."""

    type: ClassVar[str] = "lead.sql"
    qualified_at: datetime | None = None


class LeadWon(ChangeEvent):
    type: ClassVar[str] = "lead.customer"


class LeadReopened(ChangeEvent):
    """The lead's deal was reopened: the lead is SRL or SQL again, in the same cycle."""

    type: ClassVar[str] = "lead.reopened"


class OtherDealChanged(ChangeEvent):
    """A deal of the lead that is not its current one was reopened, qualified or closed. The lead stays where it is."""

    type: ClassVar[str] = "lead.other_deal_changed"
    other_opportunity_id: Line
    is_open: bool
    qualified: bool


class LeadMerged(ChangeEvent):
    """The lead is the same person as `merged_into`. Its cycles and deals stay under its own id."""

    type: ClassVar[str] = "lead.merged"


class LeadUnmerged(ChangeEvent):
    """The lead is a person of its own again."""

    type: ClassVar[str] = "lead.unmerged"
    was_into: Line


class AbsorbedBantItem(BantItem):
    """`at`: when the answer was recorded at the lead that was merged."""

    at: datetime


class LeadAbsorbed(ChangeEvent):
    """The engagements and the BANT answers of a merged lead count for this one, too; of two answers to one question,
    the later. That crosses no line: the next engagement may."""

    type: ClassVar[str] = "lead.absorbed"
    absorbed_lead_id: Line
    engagements: tuple[Engagement, ...]
    answers: dict[BantName, AbsorbedBantItem] = Field(default_factory=dict)


class LeadSeparated(ChangeEvent):
    """The engagements and the BANT answers of a lead that was merged count for this one no longer."""

    type: ClassVar[str] = "lead.separated"
    separated_lead_id: Line


class LeadErased(Erasure, ChangeEvent):
    """The person was erased. The lead goes on to count. `opportunity_ids`: of all its hand-overs."""

    type: ClassVar[str] = "lead.erased"
    opportunity_ids: tuple[str, ...]


LeadEvent = (
    LeadEngaged
    | LeadMql
    | LeadFellBelow
    | LeadRejected
    | LeadNurtured
    | LeadRevisitDue
    | LeadBantChanged
    | LeadClaimed
    | LeadRouted
    | LeadClaimReleased
    | LeadTouched
    | LeadHandedOver
    | HandOverRefused
    | LeadSql
    | LeadWon
    | LeadReopened
    | OtherDealChanged
    | LeadErased
    | LeadMerged
    | LeadUnmerged
    | LeadAbsorbed
    | LeadSeparated
)
PARSE: Parser[LeadEvent] = parser(LeadEvent)
