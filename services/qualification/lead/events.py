"""What has happened to a lead. Stored for ever: add, never change.

Every event carries the lead's fields after it, so that no reader has to remember the event before.
"""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from services.qualification.model.events import BantName, Grade
from shared.rules.fields import ExternalId, Line, Slug
from shared.rules.flattened import FlattenedEvent
from shared.rules.message import Erasure, Message, Parser, parser
from shared.rules.money import Amount, Currency
from shared.rules.sealed import Sealed


class Lifecycle(StrEnum):
    CAPTURED = "captured"
    MQL = "mql"
    SRL = "srl"
    SQL = "sql"
    NURTURE = "nurture"
    REJECTED = "rejected"
    CUSTOMER = "customer"


class Motion(StrEnum):
    NEW_BUSINESS = "new_business"
    EXISTING_BUSINESS = "existing_business"


class BantStatus(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Profile(Message):
    """The attributes in one engagement by which the fit is graded. None: the engagement lacks this one."""

    domain: Line | None = None
    industry: Line | None = None
    country: Line | None = None
    employees: int | None = None
    role: Line | None = None
    email_kind: Line | None = None
    email_domain: Line | None = None

    @property
    def account_domain(self) -> str | None:
        """The company's, or else that of the business e-mail address."""
        return self.domain or self.email_domain


class Details(Message):
    """What scoring rules may depend on, beside the source."""

    attended: bool | None = None
    asset_type: Line | None = None
    double_opt_in: bool | None = None


CAPTURE = "capture"
"""The kind of an engagement that intake captured."""


class Engagement(NamedTuple):
    """Something that the person did: a capture, or an activity of another `kind`, whose id is in `capture_id` and which
    has the source of the capture before it. `engaged_at`: when they did it, however late it was captured.
    `supplements`: the capture of the same engagement that this one adds content to. `through`: the merged lead that it
    belongs to."""

    capture_id: Line
    source: Slug
    engaged_at: datetime
    details: Details = Details()
    profile: Profile = Profile()
    kind: Slug = CAPTURE
    supplements: Line | None = None
    through: Line | None = None

    @property
    def original(self) -> str:
        """The capture that this one is a part of: its own, or the one that it supplements."""
        return self.supplements or self.capture_id


class LeadFields(NamedTuple):
    """The fields of a lead. A new field needs a default: stored events lack it.

    `lead_source`, `campaign`: of its first capture. `domain`: of its company, or else of its business e-mail
    address. `account`: that of the domain, or of its last hand-over.
    `cycle` counts how often it became MQL; `mql_at`, `mql_source`, `touch_by`, the touches, `sdr` and `refused` belong
    to the current cycle. `touched_at`, `rep_touched_at`: the first touch before and after the hand-over. `refused`: the
    rule by which pipeline refused the last hand-over. `opportunity_id`: its deal, unless that is lost. `reason`: why it
    is where it is.

    `score` counts all engagement, by `model_version`, at `score_at`. `falls_below_at`: when decay alone takes an MQL
    below the line. `next_revisit_at`: when the day `next_revisit` begins; `revisit_due_at`: since when the revisit is
    due. `merged_into`: the lead that is the same person, and is worked in its place. `claim_ends_at`: when the claim
    ends if nobody touches the lead. `route`: the routing rule by which an SDR is still to be chosen.
    """

    person_id: Line
    external_id: ExternalId | None
    lead_source: Slug
    captured_at: datetime
    domain: Line | None
    account: Line | None
    lifecycle: Lifecycle
    cycle: int
    mql_at: datetime | None
    mql_source: Slug | None
    touch_by: datetime | None
    touched_at: datetime | None
    sdr: Line | None
    refused: Line | None
    opportunity_id: Line | None
    reason: Slug | None
    next_revisit: date | None
    grade: Grade | None
    score: Amount
    model_version: int
    erased: bool
    score_at: datetime | None = None
    falls_below_at: datetime | None = None
    rep_touched_at: datetime | None = None
    next_revisit_at: datetime | None = None
    revisit_due_at: datetime | None = None
    merged_into: Line | None = None
    campaign: Line | None = None
    claim_ends_at: datetime | None = None
    route: Slug | None = None

    @property
    def is_worked(self) -> bool:
        """Not if the person was erased, or another lead stands in its place."""
        return not self.erased and self.merged_into is None

    @property
    def is_queued(self) -> bool:
        """Whether it waits for an SDR: as an MQL, or with a revisit that is due."""
        return self.is_worked and (self.lifecycle is Lifecycle.MQL or self.revisit_due_at is not None)

    @property
    def claim_falls_due_at(self) -> datetime | None:
        return self.claim_ends_at if self.is_queued and self.sdr is not None else None

    @property
    def routing_falls_due_at(self) -> datetime | None:
        """At once."""
        return self.mql_at if self.is_queued and self.route is not None else None

    @property
    def revisit_falls_due_at(self) -> datetime | None:
        """Events of the first release have the day alone: it began in UTC."""
        if self.next_revisit is None or self.lifecycle is not Lifecycle.NURTURE or not self.is_worked:
            return None
        return self.next_revisit_at or datetime.combine(self.next_revisit, time(), UTC)


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
    type: ClassVar[str] = "lead.sql"


class LeadWon(ChangeEvent):
    type: ClassVar[str] = "lead.customer"


class LeadReopened(ChangeEvent):
    """Its deal was reopened: the lead is SRL or SQL again, in the same cycle."""

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
