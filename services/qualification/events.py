"""Every event that this service stores, and those that its subscribers see."""

from services.qualification.lead.events import (
    LeadBantChanged,
    LeadClaimed,
    LeadClaimReleased,
    LeadEvent,
    LeadTouched,
    OtherDealChanged,
)
from services.qualification.model.events import ModelEvent
from services.qualification.setting.events import SettingEvent
from shared.rules.message import Parser, members, parser
from shared.webhooks.events import WebhookEvent

QualificationEvent = LeadEvent | ModelEvent | SettingEvent | WebhookEvent
PARSE: Parser[QualificationEvent] = parser(QualificationEvent)
INTERNAL = {each.type for each in (LeadBantChanged, LeadClaimed, LeadClaimReleased, LeadTouched, OtherDealChanged)}
"""How a lead is worked."""
PUBLIC = frozenset(event.type for event in members(LeadEvent)) - INTERNAL
"""The types in the feed, and in the event stream: what a lead did, and where it went."""
