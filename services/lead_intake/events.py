"""All events that this service stores: its projections and its topic contain no others."""

from services.lead_intake.awaited_person.events import AwaitedPersonEvent
from services.lead_intake.connection.events import ConnectionEvent
from services.lead_intake.form.events import FormEvent
from services.lead_intake.lead.events import LeadEvent
from services.lead_intake.person.events import PersonEvent
from services.lead_intake.prospect.events import ProspectEvent
from services.lead_intake.quarantine.events import QuarantineEvent
from services.lead_intake.setting.events import SettingEvent
from services.lead_intake.suppression.events import SuppressionEvent
from shared.rules.message import Parser, members, parser

IntakeEvent = (
    LeadEvent
    | PersonEvent
    | ConnectionEvent
    | FormEvent
    | ProspectEvent
    | QuarantineEvent
    | SettingEvent
    | SuppressionEvent
    | AwaitedPersonEvent
)
PARSE: Parser[IntakeEvent] = parser(IntakeEvent)
PUBLIC = frozenset(event.type for event in members(LeadEvent))
"""The types that are described to subscribers of the topic."""
