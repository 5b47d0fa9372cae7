"""Commands on an opportunity. Most models are the body of a route; `occurred_at` is when it really happened."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.pipeline.opportunity.events import Approach, Motion, Outcome
from services.pipeline.process.events import ForecastCategory
from shared.rules.fields import Day, ExternalId, Flag, Instant, Label, Line, Prose, Slug
from shared.rules.message import Command, Message
from shared.rules.money import Money

BantStatus = Literal["met", "unmet", "unknown"]
Reason = Annotated[Slug, Field(description="One of the codes that the settings allow", examples=["other"])]


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
    account: Label
    owner: Slug
    amount: Money | None = None
    amount_estimated: Flag = False
    close_date: Day | None = None
    motion: Motion
    approach: Approach = Approach.FARMING
    pipeline: Slug = "default"
    stage: Slug | None = None
    product: Label | None = None
    external_id: ExternalId | None = None


class TakeHandOver(Command):
    """A lead that qualification handed over. `name` refers to a text in its vault that it shares."""

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
    campaign: Line | None = None


class AttachLead(Command):
    """A lead that was handed over to an open deal."""

    lead_id: str


class EraseTexts(Command):
    """Erase the deal's name and notes: they may name a person who was erased."""


class Qualify(Dated):
    """Move the deal from the unqualified stages into the qualified ones. An empty body confirms BANT as it was handed
    over."""

    bant: Bant = Bant()
    to_stage: Slug | None = None


class Advance(Dated):
    """Move the deal forward, also past stages, or back, within the unqualified or within the qualified stages."""

    to_stage: Slug


class EnterStage(Dated):
    """A move of a past history: a qualification where it crosses into the qualified stages, else an advance."""

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


class Reassign(Command):
    """Give the deal to `owner`, if it still belongs to `from_owner`."""

    from_owner: Slug
    owner: Slug


class ReplaceStage(Command):
    """Move the deal to `to_stage`, if it is still in `from_stage`, which the process may not have any more."""

    from_stage: Slug
    to_stage: Slug


class Win(Dated):
    """`close_date`: by default, and at the latest, the day of `occurred_at` in the business time zone."""

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
    """A correction of a closed deal. Absent fields stay as they are."""

    amount: Money | None = None
    close_date: Day | None = None
    owner: Slug | None = None
    reason: Reason
    note: Prose | None = None


class PermittedWin(Command):
    """A win, with the caller's right to change ended periods."""

    body: Win
    may_change_ended_periods: bool = False


class PermittedReopen(Command):
    """A reopening, with the caller's right to change ended periods."""

    body: Reopen
    may_change_ended_periods: bool = False


class MatchExport(Dated):
    """An export's statement about a deal that is here already. Fields that are not given are not compared.

    - `part`: `present`: what the deal is at `occurred_at`. `ended`: how it ended then, without effect on a deal that
      has ended in this way. `entered`: a stage that it entered then, without effect on a deal that has entered its
      stage later. `changed`: what it is since then, without effect on a deal that has changed then or later.
    - `reopens`: a deal that ended before it entered the stage was reopened for it, with this close date.
    - `overwrite`: fields that were changed here since the last import change, too; else they are left alone.
    - `day_ends`: the end of the export's day, until which it may know what happened; by default twelve hours after
      `occurred_at`.


    """

    part: Literal["present", "ended", "entered", "changed"] = "present"
    stage: Slug | None = None
    outcome: Outcome | None = None
    reason: Reason = "other"
    owner: Slug | None = None
    amount: Money | None = None
    amount_estimated: Flag = False
    close_date: Day | None = None
    reopens: Flag = False
    overwrite: Flag = False
    day_ends: Instant | None = None


class Link(Command):
    external_id: ExternalId


ChangeOfOpen = Qualify | Advance | EnterStage | ReplaceStage | SetAmount | SetCloseDate | SetCategory | Assign


class ImportedCommand(Command):
    """A command that says what another system's export says. Its events are marked so, with the export's instant."""

    command: OpenOpportunity | ChangeOfOpen | PermittedWin | Lose | Recycle | PermittedReopen | Correct | MatchExport
    exported_at: Instant | None = None


OpportunityCommand = (
    OpenOpportunity
    | TakeHandOver
    | AttachLead
    | EraseTexts
    | ChangeOfOpen
    | Reassign
    | PermittedWin
    | Lose
    | Recycle
    | PermittedReopen
    | Correct
    | Link
    | MatchExport
    | ImportedCommand
)
