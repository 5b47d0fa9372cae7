"""From stage to stage; the category follows, unless somebody chose one by hand."""

from datetime import datetime
from typing import Any, Literal

from services.pipeline.opportunity.commands import (
    Bant,
    Qualify,
)
from services.pipeline.opportunity.events import (
    OpportunityEvent,
    StageChanged,
)
from services.pipeline.opportunity.state import (
    Closed,
    Open,
)
from services.pipeline.process.decider import Process
from shared.rules.message import Rejected

Ending = Literal["win", "lose", "recycle"]


def qualify(deal: Open, command: Qualify, at: datetime, process: Process) -> list[OpportunityEvent]:
    to_stage = command.to_stage or process.first_qualified
    if not process.is_qualified(to_stage):
        raise Rejected(f"{to_stage!r} is not a qualified stage")
    if deal.deal.qualified:
        if command.to_stage in (None, deal.deal.stage):
            return []
        raise Rejected("the opportunity is qualified already: advance it")
    if missing := not_met(command.bant):
        raise Rejected(f"BANT is not met: {', '.join(missing)}")
    return [stage_changed(deal, "qualify", to_stage, at, process)]


def not_met(bant: Bant) -> list[str]:
    named = {"budget": bant.budget, "authority": bant.authority, "need": bant.need, "timing": bant.timing}
    return [name for name, item in named.items() if item is not None and item.status != "met"]


def advance(deal: Open, to_stage: str, at: datetime, process: Process) -> list[OpportunityEvent]:
    qualified = process.is_qualified(to_stage)
    if to_stage == deal.deal.stage:
        return []
    if qualified and not deal.deal.qualified:
        raise Rejected(f"{to_stage!r} is a qualified stage: qualify the opportunity")
    if deal.deal.qualified and not qualified:
        raise Rejected(f"a qualified opportunity cannot go back to {to_stage!r}: recycle it")
    return [stage_changed(deal, "advance", to_stage, at, process)]


def enter_stage(deal: Open, to_stage: str, at: datetime, process: Process) -> list[OpportunityEvent]:
    if process.is_qualified(to_stage) and not deal.deal.qualified:
        return [stage_changed(deal, "qualify", to_stage, at, process)]
    return advance(deal, to_stage, at, process)


def stage_changed(
    deal: Open, command: Literal["qualify", "advance"], to_stage: str, at: datetime, process: Process
) -> StageChanged:
    """The category follows the stage, unless somebody chose one by hand; a stage without a category changes none."""
    default = process.category_of(to_stage)
    category = deal.deal.category if deal.deal.category_by_hand or default is None else default
    after = {
        "stage": to_stage,
        "category": category,
        "stage_mapped": default is not None,
        "qualified": process.is_qualified(to_stage),
        "process_version": process.version,
    }
    return moved(deal, command, at, after)


def moved(there: Open | Closed, command: Any, at: datetime, after: dict[str, Any], **told: Any) -> StageChanged:
    before = there.deal
    return StageChanged(
        command=command,
        from_stage=before.stage,
        to_stage=after["stage"],
        from_category=before.category,
        to_category=after["category"],
        from_amount=before.amount,
        from_close_date=before.close_date,
        seconds_in_from_stage=int((at - there.entered_at).total_seconds()),
        **told,
        **before.after(**after),
    )
