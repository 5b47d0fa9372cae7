"""What happens to a lead when its time has come: its score falls below the line, or its revisit is due."""

from datetime import datetime

from services.qualification.lead import events
from services.qualification.lead.lifecycle import TRANSITIONS, Trigger
from services.qualification.lead.state import Lead, State


def due_by(state: State, at: datetime) -> list[events.LeadEvent]:
    """At most one: an MQL may fall, and only a lead in nurture is revisited."""
    if not isinstance(state, Lead):
        return []
    falls_at, revisit_at = state.fields.falls_below_at, state.fields.revisit_falls_due_at
    if falls_at is not None and falls_at <= at:
        return [fall(state, falls_at)]
    if revisit_at is not None and revisit_at <= at:
        return [remind(state, revisit_at)]
    return []


def fall_at(state: State, due_at: datetime) -> list[events.LeadEvent]:
    """Nothing unless that is still when the score falls below."""
    if not isinstance(state, Lead) or state.fields.falls_below_at != due_at:
        return []
    return [fall(state, due_at)]


def revisit_at(state: State, due_at: datetime) -> list[events.LeadEvent]:
    """Nothing unless that is still when the revisit falls due."""
    if not isinstance(state, Lead) or state.fields.revisit_falls_due_at != due_at:
        return []
    return [remind(state, due_at)]


def fall(lead: Lead, crossed_at: datetime) -> events.LeadFellBelow:
    to = TRANSITIONS[lead.fields.lifecycle, Trigger.CROSSED_DOWN]
    after = lead.fields._replace(lifecycle=to, refused=None, reason=None, falls_below_at=None)
    return events.LeadFellBelow(after=after, crossed_at=crossed_at)


def remind(lead: Lead, due_at: datetime) -> events.LeadRevisitDue:
    """The claim of the cycle that ended is over: any SDR may claim the lead now."""
    after = lead.fields._replace(next_revisit=None, next_revisit_at=None, revisit_due_at=due_at, sdr=None)
    return events.LeadRevisitDue(after=after)
