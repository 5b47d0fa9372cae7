"""What one may ask of a lead. Those that people give are bodies of routes; what the route knows besides wraps them."""

from typing import Literal
from uuid import UUID

from pydantic import model_validator

from services.qualification.lead.events import BantStatus, Engagement, Motion
from services.qualification.model.events import BantName
from shared.rules.message import Command, Day, ExternalId, Line, Message, Prose, Slug
from shared.rules.money import Money
from shared.rules.reason import Reason


class RecordEngagement(Engagement, Command):
    """Intake captured something. `external_id`: that of the capture."""

    person_id: Line
    external_id: ExternalId | None


class SaidItem(Message):
    status: BantStatus
    evidence: Prose | None = None


class Bant(Command):
    """What is absent stays."""

    budget: SaidItem | None = None
    authority: SaidItem | None = None
    need: SaidItem | None = None
    timing: SaidItem | None = None


class ChangeBant(Command):
    """`known_as`: for evidence whose very text the vault has already, the reference that it has there."""

    said: Bant
    by: Line
    known_as: dict[BantName, UUID]


class MarkMql(Command):
    reason: Reason
    note: Prose | None = None


class Reject(Command):
    reason: Reason
    note: Prose | None = None


class Nurture(Command):
    """`revisit_on`: the day on which somebody should look at the lead again."""

    reason: Reason
    revisit_on: Day | None = None
    note: Prose | None = None


class Requalify(Command):
    """Back to MQL, in a new cycle."""


class Claim(Command):
    """`sdr`: by default the caller."""

    sdr: Line | None = None


class ClaimFor(Command):
    sdr: Line


class Touch(Command):
    """A person wrote to the lead, called or met it for the first time."""


class HandOver(Command):
    """To `owner`, as a new opportunity; or to an open one, with `opportunity_id` alone.

    `account` is by default the company's domain; `motion` is existing_business if the account was won before.
    """

    opportunity_id: Line | None = None
    owner: Slug | None = None
    name: Prose | None = None
    account: Line | None = None
    motion: Motion | None = None
    pipeline: Slug = "default"
    product: Line | None = None
    amount: Money | None = None
    close_date: Day | None = None

    @model_validator(mode="after")
    def names_an_owner_or_a_deal(self) -> "HandOver":
        if self.opportunity_id is None and self.owner is None:
            raise ValueError("owner is required, or the opportunity_id of an open deal")
        if self.opportunity_id is not None and self.model_fields_set != {"opportunity_id"}:
            raise ValueError("opportunity_id stands alone: the deal has its owner, account and amount")
        return self


class HandOverAs(Command):
    """`account_won`: whether the account that it will be for has a win."""

    asked: HandOver
    opportunity_id: Line
    account_won: bool


class KnownDeal(Message):
    account: Line
    owner: Slug
    motion: Motion
    pipeline: Slug
    is_open: bool


class AttachTo(Command):
    """`deal`: what this service has heard of it."""

    opportunity_id: Line
    deal: KnownDeal | None


class TakeBack(Command):
    """Pipeline refused the hand-over."""

    opportunity_id: Line
    rule: Line


class FollowDeal(Command):
    """Something happened to a deal that the lead belongs to. `qualified`: whether the deal is, after it."""

    opportunity_id: Line
    happened: Literal["qualify", "win", "lose", "recycle", "reopen"]
    qualified: bool
    reason: Slug | None = None


class Erase(Command):
    """The person is erased."""


LeadCommand = (
    RecordEngagement
    | ChangeBant
    | MarkMql
    | Reject
    | Nurture
    | Requalify
    | ClaimFor
    | Touch
    | HandOverAs
    | AttachTo
    | TakeBack
    | FollowDeal
    | Erase
)
