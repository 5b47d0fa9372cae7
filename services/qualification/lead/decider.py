"""The decider of a lead: the rule for each command. The rules are in the modules beside this one."""

from datetime import datetime

from services.qualification.lead import (
    bant,
    claim,
    commands,
    cycle,
    deal,
    disqualification,
    due,
    engagement,
    erasure,
    events,
    hand_over,
    merging,
    routing,
    touch,
)
from services.qualification.lead.context import Context
from services.qualification.lead.state import Lead, NotExisting, State, evolve, must_be_workable, must_exist
from services.qualification.model.decider import MODELS
from services.qualification.setting.decider import SETTINGS
from shared.rules.decider import Decider


def decide(state: State, command: commands.LeadCommand, at: datetime, context: Context) -> list[events.LeadEvent]:
    """Decides the command, after what was due by then: how soon a timer fired changes no history."""
    match command:
        case commands.FallBelow():
            return due.fall_at(state, command.due_at)
        case commands.RemindOfRevisit():
            return due.revisit_at(state, command.due_at)
        case commands.EndClaim():
            return due.claim_ends_at(state, command.due_at)
        case commands.RouteLead():
            return routing.route(state, command, at, context.settings)
        case _:
            overdue = due.due_by(state, at)
            for event in overdue:
                state = evolve(state, event, at)
            return [*overdue, *routed(state, decide_now(state, command, at, context), at, context)]


def routed(state: State, decided: list[events.LeadEvent], at: datetime, context: Context) -> list[events.LeadEvent]:
    if not any(isinstance(event, events.LeadMql) for event in decided):
        return decided
    for event in decided:
        state = evolve(state, event, at)
    return routing.with_routes(must_exist(state), decided, context.settings)


def decide_now(
    state: State,
    command: commands.RecordEngagement
    | commands.RecordActivity
    | commands.Work
    | commands.TakeBackHandOver
    | commands.FollowDeal
    | commands.MergeCommand
    | commands.Erase,
    at: datetime,
    context: Context,
) -> list[events.LeadEvent]:
    match command:
        case commands.RecordEngagement():
            return engagement.record_engagement(state, command, at, context)
        case commands.RecordActivity():
            return engagement.record_activity(state, command, at, context)
        case commands.TakeBackHandOver():
            return hand_over.take_back(state, command)
        case commands.FollowDeal():
            return deal.follow_deal(state, command, at, context)
        case commands.Erase():
            return erasure.erase(state)
        case commands.MergeInto() | commands.AbsorbLead() | commands.Unmerge() | commands.SeparateLead():
            return merging.decide(state, command, at, context)
        case _:
            return decide_work(must_be_workable(state), command, at, context)


def decide_work(lead: Lead, command: commands.Work, at: datetime, context: Context) -> list[events.LeadEvent]:
    match command:
        case commands.ChangeBant():
            return bant.change_bant(lead, command)
        case commands.MarkMql():
            return cycle.mark_mql(lead, command, at, context)
        case commands.Reject():
            return disqualification.reject(lead, command, context.settings)
        case commands.Nurture():
            return disqualification.nurture(lead, command, at, context.settings)
        case commands.Requalify():
            return cycle.requalify(lead, at, context)
        case commands.ClaimLead():
            return claim.claim(lead, command, at, context.settings)
        case commands.ReleaseClaim():
            return claim.release(lead)
        case commands.Touch():
            return touch.touch(lead, command, at)
        case commands.HandOverAsDeal():
            return hand_over.hand_over(lead, command, at, context)
        case commands.AttachToDeal():
            return hand_over.attach(lead, command, at, context)


DECIDER: Decider[commands.LeadCommand, State, events.LeadEvent] = Decider(
    "lead", events.PARSE, NotExisting(), decide, evolve, Context, {"models": MODELS, "settings": SETTINGS}
)
