"""What one may ask of an opportunity. Each model is the body of its route; `occurred_at` is when it really happened."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.pipeline.opportunity.events import Approach, Motion
from services.pipeline.process.events import ForecastCategory
from shared.rules.message import Command, Day, ExternalId, Flag, Instant, Line, Message, Prose, Slug
from shared.rules.money import Money
from shared.rules.reason import Reason

BantStatus = Literal["met", "unmet", "unknown"]


class BantItem(Message):
    status: BantStatus
    evidence: Prose | None = None


class Bant(Message):
    budget: BantItem | None = None
    authority: BantItem | None = None
    need: BantItem | None = None
    timing: BantItem | None = None


class Dated(Command):
    occurred_at: Instant | None = None


class OpenOpportunity(Dated):
    """A deal on a named account, without a lead."""

    name: Prose
    account: Line
    owner: Slug
    amount: Money | None = None
    amount_estimated: Flag = False
    close_date: Day | None = None
    motion: Motion
    approach: Approach = Approach.FARMING
    pipeline: Slug = "default"
    stage: Slug | None = None
    product: Line | None = None
    external_id: ExternalId | None = None


class TakeHandOver(Command):
    """A lead that qualification handed over. `name` refers to a text that it lent."""

    lead_id: str
    name: UUID | None
    account: Line
    owner: Slug
    amount: Money | None
    close_date: Day | None
    motion: Motion
    pipeline: Slug
    product: Line | None
    source: Line
    mql_source: Line | None


class AttachLead(Command):
    """A lead that belongs to a deal which is there already."""

    lead_id: str


class EraseTexts(Command):
    """What was written about the deal, its name among it, may speak of a person who was erased."""


class Qualify(Dated):
    """From the unqualified stages into the qualified ones; an empty body confirms BANT as it was handed over."""

    bant: Bant = Bant()
    to_stage: Slug | None = None


class Advance(Dated):
    """Forward, skipping, or back, within the unqualified or within the qualified stages."""

    to_stage: Slug


class EnterStage(Dated):
    """A line of a past history: qualify where it crosses into the qualified stages, else advance."""

    to_stage: Slug


class SetAmount(Dated):
    amount: Money | None
    amount_estimated: Flag = False


class SetCloseDate(Dated):
    close_date: Day | None


class SetCategory(Dated):
    category: ForecastCategory


class Assign(Dated):
    owner: Slug


class Win(Dated):
    """`close_date`: by default the day of `occurred_at` in the business time zone."""

    amount: Money | None = None
    close_date: Day | None = None


class Lose(Dated):
    reason: Reason
    note: Prose | None = None


class Recycle(Dated):
    reason: Reason
    note: Prose | None = None


class Reopen(Dated):
    reason: Reason
    close_date: Day
    note: Prose | None = None


class Correct(Dated):
    """Of a closed deal: what is absent stays."""

    amount: Money | None = None
    close_date: Day | None = None
    owner: Slug | None = None
    reason: Reason
    note: Prose | None = None


class ReopenWith(Command):
    """`may_correct`: whether the caller may change the past (scope `pipeline:correct`)."""

    asked: Reopen
    may_correct: bool


class Link(Command):
    external_id: ExternalId


OpportunityCommand = (
    OpenOpportunity
    | TakeHandOver
    | AttachLead
    | EraseTexts
    | Qualify
    | Advance
    | EnterStage
    | SetAmount
    | SetCloseDate
    | SetCategory
    | Assign
    | Win
    | Lose
    | Recycle
    | ReopenWith
    | Correct
    | Link
)


class OpenFact(OpenOpportunity):
    command: Literal["open"]


class EnterStageFact(EnterStage):
    command: Literal["enter_stage"]


class SetAmountFact(SetAmount):
    command: Literal["set-amount"]


class SetCloseDateFact(SetCloseDate):
    command: Literal["set-close-date"]


class SetCategoryFact(SetCategory):
    command: Literal["set-category"]


class AssignFact(Assign):
    command: Literal["assign"]


class WinFact(Win):
    command: Literal["win"]


class LoseFact(Lose):
    command: Literal["lose"]


class RecycleFact(Recycle):
    command: Literal["recycle"]


Fact = Annotated[
    OpenFact
    | EnterStageFact
    | SetAmountFact
    | SetCloseDateFact
    | SetCategoryFact
    | AssignFact
    | WinFact
    | LoseFact
    | RecycleFact,
    Field(discriminator="command"),
]
"""One thing that happened in a past history: a command under its name."""


class History(Message):
    """The whole past of one opportunity, in order; the first fact opens it."""

    external_id: ExternalId
    facts: tuple[Fact, ...] = Field(min_length=1, max_length=1000)
