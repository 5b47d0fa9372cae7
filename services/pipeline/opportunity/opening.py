"""The opening of an opportunity: a rep opens it on a named account, or a lead is handed over."""

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.context import Context
from services.pipeline.opportunity.events import Approach, OpportunityFields
from services.pipeline.opportunity.state import Closed, NotExisting, Open, State
from services.pipeline.process.events import ForecastCategory
from services.pipeline.process.state import Process
from shared.rules.message import Rejected
from shared.rules.sealed import Sealed, seal


def open_opportunity(
    state: State, command: commands.OpenOpportunity, context: Context
) -> list[events.OpportunityEvent]:
    if not isinstance(state, NotExisting):
        raise Rejected("the opportunity is there already")
    process = context.process(command.pipeline)
    fields = first_fields(command, process, command.stage or process.stages[0].stage)
    fields = fields._replace(
        approach=command.approach,
        amount_estimated=command.amount_estimated and command.amount is not None,
        external_id=command.external_id,
    )
    return [events.OpportunityOpened(after=fields, name=seal(command.name))]


def take_hand_over(state: State, command: commands.TakeHandOver, context: Context) -> list[events.OpportunityEvent]:
    """A lead's deal begins in the first stage. A refusal is an event, because qualification must hear of it."""
    if not isinstance(state, NotExisting):
        return []
    if command.pipeline not in context.processes:
        return [events.HandOverRefused(lead_id=command.lead_id, rule=f"there is no pipeline {command.pipeline!r}")]
    process = context.process(command.pipeline)
    fields = first_fields(command, process, process.stages[0].stage)
    fields = fields._replace(
        approach=Approach.HUNTING,
        lead_ids=(command.lead_id,),
        origin="lead",
        source=command.source,
        mql_source=command.mql_source,
        campaign=command.campaign,
    )
    name: Sealed[str] | None = Sealed(ref=command.name) if command.name else None
    return [events.OpportunityOpened(after=fields, name=name)]


def first_fields(
    command: commands.OpenOpportunity | commands.TakeHandOver, process: Process, stage: str
) -> OpportunityFields:
    """The fields of a deal that a rep opens, as far as both ways have them in common."""
    category = process.category_of(stage)
    return OpportunityFields(
        account=command.account,
        owner=command.owner,
        motion=command.motion,
        approach=Approach.FARMING,
        pipeline=command.pipeline,
        process_version=process.version,
        stage=stage,
        stage_mapped=category is not None,
        category=category or ForecastCategory.PIPELINE,
        category_by_hand=False,
        qualified=process.is_qualified(stage),
        outcome=None,
        amount=command.amount.amount if command.amount else None,
        currency=command.amount.currency if command.amount else None,
        amount_estimated=False,
        close_date=command.close_date,
        product=command.product,
        lead_ids=(),
        origin="direct",
        source="sales",
        mql_source=None,
        external_id=None,
    )


def attach_lead(state: State, lead_id: str) -> list[events.OpportunityEvent]:
    if not isinstance(state, Open):
        return [events.HandOverRefused(lead_id=lead_id, rule="the opportunity is not open")]
    fields = state.fields
    if lead_id in fields.lead_ids:
        return []
    return [events.LeadAttached(lead_id=lead_id, after=fields._replace(lead_ids=(*fields.lead_ids, lead_id)))]


def link(opportunity: Open | Closed, external_id: str) -> list[events.OpportunityEvent]:
    """Adds an external id to the deal. Every linked id leads to the deal, which shows the first one."""
    fields = opportunity.fields
    if fields.external_id == external_id:
        return []
    return [events.Linked(after=fields._replace(external_id=fields.external_id or external_id))]
