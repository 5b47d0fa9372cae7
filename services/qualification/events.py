"""Every event this service stores: what its projections, its feed and its topic may contain."""

from services.qualification.lead.events import LeadBantChanged, LeadClaimed, LeadEvent, LeadTouched
from services.qualification.model.events import ModelEvent
from shared.rules.message import Parser, members, parser

QualificationEvent = LeadEvent | ModelEvent
PARSE: Parser[QualificationEvent] = parser(QualificationEvent)
WITHIN = {LeadBantChanged.type, LeadClaimed.type, LeadTouched.type}
PUBLIC = frozenset(event.type for event in members(LeadEvent)) - WITHIN
"""Told to subscribers: what a lead did, and where it came to; not how it is worked."""
