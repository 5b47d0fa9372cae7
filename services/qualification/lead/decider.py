"""What may happen to a lead, and why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from services.qualification.lead.commands import (
    AttachTo,
    ChangeBant,
    ClaimFor,
    Erase,
    FollowDeal,
    HandOverAs,
    LeadCommand,
    MarkMql,
    Nurture,
    RecordEngagement,
    Reject,
    Requalify,
    TakeBack,
    Touch,
)
from services.qualification.lead.engaging import record
from services.qualification.lead.events import PARSE, LeadEvent
from services.qualification.lead.following import erase, follow
from services.qualification.lead.handing_over import attach, hand_over, take_back
from services.qualification.lead.state import Lead, NotThere, State, evolve, workable
from services.qualification.lead.working import change_bant, claim, mark, nurture, reject, requalify, touch
from services.qualification.model.decider import MODELS, Models
from shared.rules.decider import Decider


@dataclass(frozen=True)
class Context:
    models: Models


def decide(state: State, command: LeadCommand, at: datetime, context: Context) -> list[LeadEvent]:
    models = context.models
    match command:
        case RecordEngagement():
            return record(state, command, at, models)
        case TakeBack():
            return take_back(state, command)
        case FollowDeal():
            return follow(state, command)
        case Erase():
            return erase(state)
        case _:
            return work(workable(state), command, at, models)


Work = ChangeBant | MarkMql | Reject | Nurture | Requalify | ClaimFor | Touch | HandOverAs | AttachTo


def work(lead: Lead, command: Work, at: datetime, models: Models) -> list[LeadEvent]:
    """What people do."""
    match command:
        case ChangeBant():
            return change_bant(lead, command)
        case MarkMql():
            return mark(lead, command, at, models)
        case Reject():
            return reject(lead, command)
        case Nurture():
            return nurture(lead, command)
        case Requalify():
            return requalify(lead, at, models)
        case ClaimFor():
            return claim(lead, command.sdr)
        case Touch():
            return touch(lead, at)
        case HandOverAs():
            return hand_over(lead, command, at, models)
        case AttachTo():
            return attach(lead, command, at, models)
        case _:
            assert_never(command)


DECIDER: Decider[LeadCommand, State, LeadEvent] = Decider(
    "lead", PARSE, NotThere(), decide, evolve, Context, {"models": MODELS}
)
