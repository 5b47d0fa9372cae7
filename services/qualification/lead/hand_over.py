"""The hand-over from SDR to rep: the lead becomes an opportunity, or joins one that is there. Pipeline may refuse
it."""

from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.account import account_of_domain
from services.qualification.lead.context import Context
from services.qualification.lead.cycle import mql_for_hand_over
from services.qualification.lead.fields import BantStatus, LeadFields, Lifecycle, Motion
from services.qualification.lead.lifecycle import TRANSITIONS, Trigger, target
from services.qualification.lead.state import Lead, NotExisting, State, after_all, statuses_of
from services.qualification.model.events import ScoringModel
from shared.rules.message import Rejected
from shared.rules.sealed import seal


def hand_over(lead: Lead, command: commands.HandOverAsDeal, at: datetime, context: Context) -> list[events.LeadEvent]:
    if lead.fields.opportunity_id == command.opportunity_id:
        return []
    must_be_ready(lead, context.models.current)
    body = command.body
    account = body.account or account_of_domain(lead.fields.domain)
    if account is None:
        raise Rejected("account is missing: the lead has no domain of a company to take for it")
    if body.owner is None:
        raise Rejected("owner is missing")
    begun = mql_for_hand_over(lead, at, context)
    fields = after_all(lead, begun, at).fields
    handed_over = events.LeadHandedOver(
        after=srl_fields(fields, command.opportunity_id, account),
        attached=False,
        name=seal(body.name),
        owner=body.owner,
        amount=body.amount.amount if body.amount else None,
        currency=body.amount.currency if body.amount else None,
        close_date=body.close_date,
        motion=body.motion or default_motion(lead, command.account_won),
        pipeline=body.pipeline,
        product=body.product,
        source=fields.lead_source,
        bant=statuses_of(lead),
        policy_version=context.models.active,
    )
    return [*begun, handed_over]


def attach(lead: Lead, command: commands.AttachToDeal, at: datetime, context: Context) -> list[events.LeadEvent]:
    if lead.fields.opportunity_id == command.opportunity_id:
        return []
    must_be_ready(lead, context.models.current)
    if command.deal is None or not command.deal.is_open:
        raise Rejected(f"no open opportunity {command.opportunity_id!r} is known here")
    return join(lead, command.opportunity_id, command.deal, at, context)


def join(
    lead: Lead, opportunity_id: str, deal: commands.KnownDeal, at: datetime, context: Context
) -> list[events.LeadEvent]:
    """The lead becomes part of an open deal, which has its own terms."""
    begun = mql_for_hand_over(lead, at, context)
    fields = after_all(lead, begun, at).fields
    attached = events.LeadHandedOver(
        after=srl_fields(fields, opportunity_id, deal.account),
        attached=True,
        name=None,
        owner=deal.owner,
        amount=None,
        currency=None,
        close_date=None,
        motion=deal.motion,
        pipeline=deal.pipeline,
        product=None,
        source=fields.lead_source,
        bant=statuses_of(lead),
        policy_version=context.models.active,
    )
    return [*begun, attached]


def srl_fields(fields: LeadFields, opportunity_id: str, account: str) -> LeadFields:
    return fields._replace(
        lifecycle=Lifecycle.SRL,
        opportunity_id=opportunity_id,
        account=account,
        refused=None,
        reason=None,
        falls_below_at=None,
    )


def must_be_ready(lead: Lead, model: ScoringModel) -> None:
    target(lead.fields.lifecycle, Trigger.HAND_OVER)
    statuses = statuses_of(lead)
    if unmet := [name for name in model.bant if statuses[name] is not BantStatus.MET]:
        raise Rejected(f"BANT is not met: {', '.join(unmet)}")


def default_motion(lead: Lead, account_won: bool) -> Motion:
    """A customer's next cycle is existing business, whatever its account is called now."""
    won = account_won or any(cycle.outcome == "won" for cycle in lead.cycles)
    return Motion.EXISTING_BUSINESS if won else Motion.NEW_BUSINESS


def take_back(state: State, command: commands.TakeBackHandOver) -> list[events.LeadEvent]:
    """Takes a hand-over back that pipeline refused; nothing when the lead is not, or no longer, handed over as that
    opportunity. Decay does not end the cycle of such a lead: it stays in the queue, with the rule."""
    if isinstance(state, NotExisting) or state.fields.opportunity_id != command.opportunity_id:
        return []
    to = TRANSITIONS.get((state.fields.lifecycle, Trigger.REFUSED))
    if to is None:
        return []
    after = state.fields._replace(lifecycle=to, opportunity_id=None, rep_touched_at=None, refused=command.rule)
    return [events.HandOverRefused(after=after, refused_opportunity_id=command.opportunity_id)]
