"""From SDR to rep: the lead becomes an opportunity, or belongs to one that is there; pipeline may refuse."""

from datetime import datetime
from typing import Any

from services.qualification.lead.commands import AttachTo, HandOverAs, TakeBack
from services.qualification.lead.engaging import became_mql
from services.qualification.lead.events import (
    BantStatus,
    HandOverRefused,
    LeadEvent,
    LeadHandedOver,
    Lifecycle,
    Motion,
)
from services.qualification.lead.lifecycle import TABLE, On, allowed
from services.qualification.lead.state import Lead, NotThere, State, after_all
from services.qualification.lead.working import statuses_of
from services.qualification.model.decider import Models
from services.qualification.model.events import ScoringModel
from shared.rules.message import Rejected
from shared.rules.sealed import seal


def hand_over(lead: Lead, command: HandOverAs, at: datetime, models: Models) -> list[LeadEvent]:
    if lead.standing.opportunity_id == command.opportunity_id:
        return []
    must_be_ready(lead, models.current)
    asked = command.asked
    account = asked.account or lead.standing.domain
    if account is None:
        raise Rejected("account is missing: the lead's company has no domain to take for it")
    told: dict[str, Any] = {
        "attached": False,
        "account": account,
        "owner": asked.owner,
        "name": seal(asked.name),
        "amount": asked.amount.amount if asked.amount else None,
        "currency": asked.amount.currency if asked.amount else None,
        "close_date": asked.close_date,
        "motion": asked.motion or default_motion(lead, command.account_won),
        "pipeline": asked.pipeline,
        "product": asked.product,
    }
    return handed_over(lead, command.opportunity_id, told, at, models)


def attach(lead: Lead, command: AttachTo, at: datetime, models: Models) -> list[LeadEvent]:
    if lead.standing.opportunity_id == command.opportunity_id:
        return []
    must_be_ready(lead, models.current)
    deal = command.deal
    if deal is None or not deal.is_open:
        raise Rejected(f"no open opportunity {command.opportunity_id!r} is known here")
    untold = dict.fromkeys(("name", "amount", "currency", "close_date", "product"))
    told = {"attached": True, **deal.model_dump(exclude={"is_open"}), **untold}
    return handed_over(lead, command.opportunity_id, told, at, models)


def must_be_ready(lead: Lead, model: ScoringModel) -> None:
    allowed(lead.standing.lifecycle, On.HAND_OVER)
    statuses = statuses_of(lead)
    if lacking := [name for name in model.bant if statuses[name] is not BantStatus.MET]:
        raise Rejected(f"BANT is not met: {', '.join(lacking)}")


def default_motion(lead: Lead, account_won: bool) -> Motion:
    """A customer's next cycle is existing business, whatever its account is called now."""
    won = account_won or any(cycle.outcome == "won" for cycle in lead.cycles)
    return Motion.EXISTING_BUSINESS if won else Motion.NEW_BUSINESS


def handed_over(lead: Lead, opportunity_id: str, told: dict[str, Any], at: datetime, models: Models) -> list[LeadEvent]:
    """From captured, it becomes MQL first: no SRL without a cycle."""
    begun: list[LeadEvent] = []
    if lead.standing.lifecycle is not Lifecycle.MQL:
        begun = [became_mql(lead, "hand_over", at, models.current)]
    standing = after_all(lead, begun, at).standing
    after = standing.after(lifecycle=Lifecycle.SRL, opportunity_id=opportunity_id, refused=None, reason=None)
    frozen = {"source": standing.lead_source, "bant": statuses_of(lead), "policy_version": models.active}
    return [*begun, LeadHandedOver.model_validate(after | told | frozen)]


def take_back(state: State, command: TakeBack) -> list[LeadEvent]:
    """Quiet when the lead is not, or no longer, handed over as that opportunity."""
    if isinstance(state, NotThere) or state.standing.opportunity_id != command.opportunity_id:
        return []
    to = TABLE.get((state.standing.lifecycle, On.REFUSED))
    if to is None:
        return []
    after = state.standing.after(lifecycle=to, opportunity_id=None, refused=command.rule)
    return [HandOverRefused(refused_opportunity_id=command.opportunity_id, **after)]
