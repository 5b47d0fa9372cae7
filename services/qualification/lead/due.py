"""The events that fall due: a lead's score falls below the line, its revisit is due, or the lease of its claim ends."""

from datetime import datetime

from services.qualification.lead import events
from services.qualification.lead.claim import released
from services.qualification.lead.lifecycle import TRANSITIONS, Trigger
from services.qualification.lead.state import Lead, State, evolve


def due_by(state: State, at: datetime) -> list[events.LeadEvent]:
    """The events that were due by this instant, the earliest first."""
    if not isinstance(state, Lead):
        return []
    happened: list[events.LeadEvent] = []
    while event := next_due(state, at):
        happened.append(event)
        state = evolve(state, event, at)
    return happened


def next_due(lead: Lead, at: datetime) -> events.LeadEvent | None:
    fields = lead.fields
    instants = (fields.claim_falls_due_at, fields.falls_below_at, fields.revisit_falls_due_at)
    first = min((instant for instant in instants if instant is not None and instant <= at), default=None)
    if first is None:
        return None
    if first == fields.claim_falls_due_at:
        return released(lead)
    return fall(lead, first) if first == fields.falls_below_at else remind(lead, first)


def claim_ends_at(state: State, due_at: datetime) -> list[events.LeadEvent]:
    """The end of the claim; nothing unless its lease still ends at this instant."""
    if not isinstance(state, Lead) or state.fields.claim_falls_due_at != due_at:
        return []
    return [released(state)]


def fall_at(state: State, due_at: datetime) -> list[events.LeadEvent]:
    """The fall below the line; nothing unless the score still falls at this instant."""
    if not isinstance(state, Lead) or state.fields.falls_below_at != due_at:
        return []
    return [fall(state, due_at)]


def revisit_at(state: State, due_at: datetime) -> list[events.LeadEvent]:
    """The reminder of the revisit; nothing unless it still falls due at this instant."""
    if not isinstance(state, Lead) or state.fields.revisit_falls_due_at != due_at:
        return []
    return [remind(state, due_at)]


def fall(lead: Lead, crossed_at: datetime) -> events.LeadFellBelow:
    to = TRANSITIONS[lead.fields.lifecycle, Trigger.CROSSED_DOWN]
    after = lead.fields._replace(lifecycle=to, refused=None, reason=None, falls_below_at=None)
    return events.LeadFellBelow(after=after, crossed_at=crossed_at)


def remind(lead: Lead, due_at: datetime) -> events.LeadRevisitDue:
    """The claim of the cycle that ended is over: any SDR may claim the lead now."""
    after = lead.fields._replace(
        next_revisit=None, next_revisit_at=None, revisit_due_at=due_at, sdr=None, claim_ends_at=None
    )
    return events.LeadRevisitDue(after=after)
