"""Every event this service stores: what its projections and its topic may contain."""

from services.lead_intake.lead.events import LeadEvent
from services.lead_intake.person.events import PersonEvent
from shared.rules.message import Parser, parser

IntakeEvent = LeadEvent | PersonEvent
PARSE: Parser[IntakeEvent] = parser(IntakeEvent)
