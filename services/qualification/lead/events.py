"""What has happened to a lead. Stored for ever: add, never change.

Every event but the fewest carries where the lead stands after it, so that no reader has to remember the one before.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Literal

from services.qualification.model.events import BantName, Grade
from shared.rules.message import Erasure, Event, ExternalId, Line, Message, Parser, Slug, parser
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
    """What one engagement told about who fits; none: it did not say."""

    domain: Line | None = None
    industry: Line | None = None
    country: Line | None = None
    employees: int | None = None
    role: Line | None = None
    email_kind: Line | None = None


class Details(Message):
    """What scoring rules may ask of an engagement, whatever its source."""

    attended: bool | None = None
    asset_type: Line | None = None
    double_opt_in: bool | None = None


class Engagement(Message):
    """One capture by intake. `engaged_at`: when the person engaged, however late the capture arrived. `supplements`:
    the capture of the same engagement that this one adds content to."""

    capture_id: Line
    source: Slug
    engaged_at: datetime
    details: Details = Details()
    profile: Profile = Profile()
    supplements: Line | None = None


class After(Event):
    """Where the lead stands after the event.

    `lead_source` is that of its first capture. `cycle` counts its times as MQL; `mql_at` to `refused` are of the
    current cycle, `opportunity_id` while it has a deal that is not lost. `score` is of all engagement, by
    `model_version`; `reason` says why it came to where it is. `account`: its company's domain (`domain`), or the
    account that it was last handed over for.
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


class LeadEngaged(Engagement, After):
    """`points`: what this engagement gives after caps. `above`: whether what counts towards the next crossing lies
    above the line of the model."""

    type: ClassVar[str] = "lead.engaged"
    points: int
    above: bool


class LeadMql(After):
    """`began`: what opened the cycle; `capture_id`: the engagement that crossed the line."""

    type: ClassVar[str] = "lead.mql"
    began: Literal["crossing", "mark", "requalify", "hand_over"]
    capture_id: Line | None
    note: Sealed[str] | None = None


class LeadFellBelow(After):
    type: ClassVar[str] = "lead.fell_below"


class LeadRejected(After):
    type: ClassVar[str] = "lead.rejected"
    note: Sealed[str] | None = None


class LeadNurtured(After):
    """`because`: by hand, or as its deal was lost or recycled."""

    type: ClassVar[str] = "lead.nurtured"
    because: Literal["nurtured", "lost", "recycled"]
    revisit_on: date | None
    note: Sealed[str] | None = None


class BantItem(Message):
    """What is known of one of the four; `evidence`: what, from where."""

    status: BantStatus
    evidence: Sealed[str] | None
    by: Line


class LeadBantChanged(After):
    """`changed`: the items that were said anew; `bant`: the statuses of all four after it."""

    type: ClassVar[str] = "lead.bant_changed"
    changed: dict[BantName, BantItem]
    bant: dict[BantName, BantStatus]


class LeadClaimed(After):
    type: ClassVar[str] = "lead.claimed"


class LeadTouched(After):
    """The first human touch of its cycle."""

    type: ClassVar[str] = "lead.touched"


class LeadHandedOver(After):
    """To a rep, as a new opportunity, or (`attached`) to one that is there. Pipeline takes it from here.

    `policy_version`: the model whose BANT policy was asked. `source`: the lead's, frozen here.
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


class HandOverRefused(After):
    """Pipeline did not take it: the lead is MQL again, in the queue, with the rule in `refused`."""

    type: ClassVar[str] = "lead.hand_over_refused"
    refused_opportunity_id: Line


class LeadSql(After):
    type: ClassVar[str] = "lead.sql"


class LeadWon(After):
    type: ClassVar[str] = "lead.customer"


class LeadReopened(After):
    """Its deal was reopened: the lead is SRL or SQL again, in the same cycle."""

    type: ClassVar[str] = "lead.reopened"


class LeadErased(Erasure, After):
    """The person was erased; where the lead stands goes on to count. `opportunity_ids`: of all hand-overs."""

    type: ClassVar[str] = "lead.erased"
    opportunity_ids: tuple[str, ...]


LeadEvent = (
    LeadEngaged
    | LeadMql
    | LeadFellBelow
    | LeadRejected
    | LeadNurtured
    | LeadBantChanged
    | LeadClaimed
    | LeadTouched
    | LeadHandedOver
    | HandOverRefused
    | LeadSql
    | LeadWon
    | LeadReopened
    | LeadErased
)
PARSE: Parser[LeadEvent] = parser(LeadEvent)
