"""Moves from stage to stage. The category follows the stage, unless somebody chose one by hand."""

from datetime import datetime
from typing import Literal

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.events import MoveCommand, OpportunityFields
from services.pipeline.opportunity.state import Closed, Open
from services.pipeline.process.state import Process
from shared.rules.message import Rejected
from shared.rules.sealed import seal


def qualify(deal: Open, command: commands.Qualify, at: datetime, process: Process) -> list[events.OpportunityEvent]:
    to_stage = command.to_stage or process.first_qualified
    if not process.is_qualified(to_stage):
        raise Rejected(f"{to_stage!r} is not a qualified stage")
    if deal.fields.qualified:
        if command.to_stage in (None, deal.fields.stage):
            return []
        raise Rejected("the opportunity is qualified already: advance it")
    if missing := unmet_items(command.bant):
        raise Rejected(f"BANT is not met: {', '.join(missing)}")
    return [enter(deal, "qualify", to_stage, at, process)]


def unmet_items(bant: commands.Bant) -> list[str]:
    items = {"budget": bant.budget, "authority": bant.authority, "need": bant.need, "timing": bant.timing}
    return [name for name, item in items.items() if item is not None and item.status != "met"]


def advance(deal: Open, to_stage: str, at: datetime, process: Process) -> list[events.OpportunityEvent]:
    qualified = process.is_qualified(to_stage)
    if to_stage == deal.fields.stage:
        return []
    if qualified and not deal.fields.qualified:
        raise Rejected(f"{to_stage!r} is a qualified stage: qualify the opportunity")
    if deal.fields.qualified and not qualified:
        raise Rejected(f"a qualified opportunity cannot go back to {to_stage!r}: recycle it")
    return [enter(deal, "advance", to_stage, at, process)]


def replace(
    deal: Open, command: commands.ReplaceStage, at: datetime, process: Process
) -> list[events.OpportunityEvent]:
    return advance(deal, command.to_stage, at, process) if deal.fields.stage == command.from_stage else []


def enter_stage(deal: Open, to_stage: str, at: datetime, process: Process) -> list[events.OpportunityEvent]:
    if process.is_qualified(to_stage) and not deal.fields.qualified:
        return [enter(deal, "qualify", to_stage, at, process)]
    return advance(deal, to_stage, at, process)


def enter(
    deal: Open, command: Literal["qualify", "advance"], to_stage: str, at: datetime, process: Process
) -> events.StageChanged:
    """A stage without a category leaves the deal's as it is."""
    fields = deal.fields
    default = process.category_of(to_stage)
    after = fields._replace(
        stage=to_stage,
        category=fields.category if fields.category_by_hand or default is None else default,
        stage_mapped=default is not None,
        qualified=process.is_qualified(to_stage),
        process_version=process.version,
    )
    return move(deal, command, after, at)


def move(
    deal: Open | Closed,
    command: MoveCommand,
    after: OpportunityFields,
    at: datetime,
    *,
    reason: str | None = None,
    note: str | None = None,
) -> events.StageChanged:
    before = deal.fields
    return events.StageChanged(
        after=after,
        command=command,
        from_stage=before.stage,
        to_stage=after.stage,
        from_category=before.category,
        to_category=after.category,
        from_amount=before.amount,
        from_close_date=before.close_date,
        seconds_in_from_stage=int((at - deal.entered_at).total_seconds()),
        reason=reason,
        note=seal(note),
    )
