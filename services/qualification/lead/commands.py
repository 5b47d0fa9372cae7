"""Commands on a lead. Those that people give are the bodies of routes, or contain one and what the route adds."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.qualification.lead.fields import BantStatus, Engagement, Motion
from services.qualification.model.events import BantName
from shared.rules.fields import Day, ExternalId, Instant, Label, Line, Prose, Slug
from shared.rules.message import Command, Message
from shared.rules.money import Money

Reason = Annotated[Slug, Field(description="One of the codes that the settings allow", examples=["other"])]


class RecordEngagement(Command):
    """`external_id`, `campaign`: those of the capture."""

    person_id: Line
    external_id: ExternalId | None
    engagement: Engagement
    campaign: Line | None = None


class RecordActivity(Command):
    """Records an activity of the person, besides submitting something. `through`: the merged lead that it belongs
    to."""

    activity_id: Line
    kind: Slug
    engaged_at: datetime
    through: Line | None = None


class BantItem(Message):
    status: BantStatus
    evidence: Prose | None = None


class Bant(Command):
    """Absent answers stay as they are."""

    budget: BantItem | None = None
    authority: BantItem | None = None
    need: BantItem | None = None
    timing: BantItem | None = None


class ChangeBant(Command):
    """`stored_evidence`: for evidence whose very text is in the vault already, its reference there."""

    bant: Bant
    by: Line
    stored_evidence: dict[BantName, UUID]


class MarkMql(Command):
    reason: Reason
    note: Prose | None = None


class Reject(Command):
    reason: Reason
    note: Prose | None = None


class Nurture(Command):
    """`revisit_on`: the day on which an SDR should look at the lead again, not in the past."""

    reason: Reason
    revisit_on: Day | None = None
    note: Prose | None = None


class Requalify(Command):
    """Back to MQL, in a new cycle."""


class Claim(Command):
    """`sdr`: by default the caller."""

    sdr: Label | None = None


class ClaimLead(Command):
    """`by`: the caller."""

    sdr: Line
    by: Line


class ReleaseClaim(Command):
    """Gives the lead back: another SDR may claim it."""


class Touch(Command):
    """An SDR or a rep wrote to the lead, called or met it. `occurred_at`: when, by default now."""

    occurred_at: Instant | None = None


class HandOver(Command):
    """Hand the lead over to `owner`, as a new opportunity; or, with `opportunity_id` alone, to an open one. `account`
    is by default the company's domain. `motion` is by default existing_business if the account was won before."""

    opportunity_id: Line | None = None
    owner: Slug | None = None
    name: Prose | None = None
    account: Label | None = None
    motion: Motion | None = None
    pipeline: Slug = "default"
    product: Label | None = None
    amount: Money | None = None
    close_date: Day | None = None

    @model_validator(mode="after")
    def names_an_owner_or_a_deal(self) -> "HandOver":
        if self.opportunity_id is None and self.owner is None:
            raise ValueError("owner is required, or the opportunity_id of an open deal")
        if self.opportunity_id is not None and self.model_fields_set != {"opportunity_id"}:
            raise ValueError("opportunity_id stands alone: the deal has its owner, account and amount")
        return self


class HandOverAsDeal(Command):
    """A hand-over as a new opportunity. `account_won`: whether its account was won before."""

    body: HandOver
    opportunity_id: Line
    account_won: bool


class KnownDeal(Message):
    account: Line
    owner: Slug
    motion: Motion
    pipeline: Slug
    is_open: bool


class AttachToDeal(Command):
    """A hand-over to an existing opportunity. `deal`: its fields in this service's read model."""

    opportunity_id: Line
    deal: KnownDeal | None


class TakeBackHandOver(Command):
    """Pipeline refused the hand-over."""

    opportunity_id: Line
    rule: Line


class FollowDeal(Command):
    """Something happened to a deal that the lead belongs to. `qualified`: whether the deal is qualified after it.
    `happened_at`: when, which may lie before the lead's last event; None: when the command is decided."""

    opportunity_id: Line
    happened: Literal["qualify", "win", "lose", "recycle", "reopen"]
    qualified: bool
    reason: Slug | None = None
    happened_at: datetime | None = None


class FallBelow(Command):
    """The instant at which the score falls below the line has come."""

    due_at: datetime


class RemindOfRevisit(Command):
    """The day to look at the lead again has come."""

    due_at: datetime


class EndClaim(Command):
    """The lease of the claim has ended."""

    due_at: datetime


class RouteLead(Command):
    """An MQL waits for an SDR. `turn`: how many MQLs came before it by the same routing rule."""

    due_at: datetime
    turn: int


class Erase(Command):
    """The person was erased."""


class MergeInto(Command):
    """The lead is the same person as `into`."""

    into: Line


class AbsorbLead(Command):
    """The other side: `lead_id` was merged into this lead, for which its engagements count from now on."""

    lead_id: Line


class Unmerge(Command):
    """The lead is a person of its own again."""


class SeparateLead(Command):
    """The other side: the engagements of `lead_id` count for this lead no longer."""

    lead_id: Line


Work = (
    ChangeBant
    | MarkMql
    | Reject
    | Nurture
    | Requalify
    | ClaimLead
    | ReleaseClaim
    | Touch
    | HandOverAsDeal
    | AttachToDeal
)
"""The commands of people who work a lead."""
MergeCommand = MergeInto | AbsorbLead | Unmerge | SeparateLead
TimerCommand = FallBelow | RemindOfRevisit | EndClaim | RouteLead
"""The commands of timers."""
LeadCommand = (
    RecordEngagement | RecordActivity | Work | MergeCommand | TakeBackHandOver | FollowDeal | TimerCommand | Erase
)
