"""How a deal begins: opened by a rep on a named account, or handed over from a lead."""

from typing import Any, Literal

from services.pipeline.opportunity.commands import (
    OpenOpportunity,
    TakeHandOver,
)
from services.pipeline.opportunity.events import (
    Approach,
    HandOverRefused,
    LeadAttached,
    Linked,
    OpportunityEvent,
    OpportunityOpened,
)
from services.pipeline.opportunity.state import (
    Closed,
    NotThere,
    Open,
    State,
    priced,
)
from services.pipeline.process.decider import Process, Processes, process_of
from services.pipeline.process.events import ForecastCategory
from shared.rules.message import Rejected
from shared.rules.sealed import Sealed, seal

Ending = Literal["win", "lose", "recycle"]


def open_opportunity(state: State, command: OpenOpportunity, processes: Processes) -> list[OpportunityEvent]:
    if not isinstance(state, NotThere):
        raise Rejected("the opportunity is there already")
    process = process_of(command.pipeline, processes)
    return [
        opened(
            command,
            process,
            command.stage or process.stages[0].stage,
            name=seal(command.name),
            approach=command.approach,
            amount_estimated=command.amount_estimated and command.amount is not None,
            lead_ids=(),
            origin="direct",
            source="sales",
            mql_source=None,
            external_id=command.external_id,
        )
    ]


def take_hand_over(state: State, command: TakeHandOver, processes: Processes) -> list[OpportunityEvent]:
    """A lead's deal begins in the first stage. What a rule refuses is an event: qualification must hear of it."""
    if not isinstance(state, NotThere):
        return []
    if command.pipeline not in processes:
        return [HandOverRefused(lead_id=command.lead_id, rule=f"there is no pipeline {command.pipeline!r}")]
    process = processes[command.pipeline]
    name: Sealed[str] | None = Sealed(ref=command.name) if command.name else None
    return [
        opened(
            command,
            process,
            process.stages[0].stage,
            name=name,
            approach=Approach.HUNTING,
            amount_estimated=False,
            lead_ids=(command.lead_id,),
            origin="lead",
            source=command.source,
            mql_source=command.mql_source,
            external_id=None,
        )
    ]


def opened(command: OpenOpportunity | TakeHandOver, process: Process, stage: str, **told: Any) -> OpportunityOpened:
    """What both ways of beginning have in common; `told` is what they differ in."""
    category = process.category_of(stage)
    return OpportunityOpened(
        account=command.account,
        owner=command.owner,
        motion=command.motion,
        pipeline=command.pipeline,
        process_version=process.version,
        stage=stage,
        stage_mapped=category is not None,
        category=category or ForecastCategory.PIPELINE,
        category_by_hand=False,
        qualified=process.is_qualified(stage),
        outcome=None,
        close_date=command.close_date,
        product=command.product,
        **priced(command.amount),
        **told,
    )


def attach_lead(state: State, lead_id: str) -> list[OpportunityEvent]:
    if not isinstance(state, Open):
        return [HandOverRefused(lead_id=lead_id, rule="the opportunity is not open")]
    if lead_id in state.deal.lead_ids:
        return []
    return [LeadAttached(lead_id=lead_id, **state.deal.after(lead_ids=(*state.deal.lead_ids, lead_id)))]


def link(there: Open | Closed, external_id: str) -> list[OpportunityEvent]:
    if there.deal.external_id == external_id:
        return []
    return [Linked(**there.deal.after(external_id=there.deal.external_id or external_id))]
