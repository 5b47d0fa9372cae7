"""MQLs go to SDRs by the rules in the settings, in turn."""

from collections.abc import Iterable
from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.claim import claimed_by
from services.qualification.lead.fields import LeadFields
from services.qualification.lead.state import Lead, State
from services.qualification.scoring.fit import profile_of
from services.qualification.setting.state import Settings


def with_routes(lead: Lead, decided: Iterable[events.LeadEvent], settings: Settings) -> list[events.LeadEvent]:
    """The decided events, with the name of its rule in each MQL that nobody has claimed. `lead`: after these events."""
    return [with_route(lead, event, settings) for event in decided]


def with_route(lead: Lead, event: events.LeadEvent, settings: Settings) -> events.LeadEvent:
    if not isinstance(event, events.LeadMql) or event.began == "hand_over" or event.after.sdr is not None:
        return event
    profile, fields = profile_of(lead.engagements), event.after
    rule = settings.routing.rule_for(fields.mql_source or fields.lead_source, profile.country, profile.employees)
    return event if rule is None else event.model_copy(update={"after": fields._replace(route=rule.rule)})


def route(state: State, command: commands.RouteLead, at: datetime, settings: Settings) -> list[events.LeadEvent]:
    """Gives the MQL to an SDR of its rule; nothing unless it still waits for one. When nobody of the rule is there, it
    waits for anybody."""
    if not isinstance(state, Lead) or state.fields.route is None or state.fields.routing_falls_due_at != command.due_at:
        return []
    rule = state.fields.route
    sdr = settings.routing.sdr_in_turn(rule, command.turn, settings.business_day(at))
    return [events.LeadRouted(after=routed(state.fields, sdr, at, settings), rule=rule)]


def routed(fields: LeadFields, sdr: str | None, at: datetime, settings: Settings) -> LeadFields:
    return fields._replace(route=None) if sdr is None else claimed_by(fields, sdr, at, settings)
