"""Every event that this service stores, and those that its subscribers see."""

from services.qualification.lead.events import (
    LeadAbsorbed,
    LeadBantChanged,
    LeadClaimed,
    LeadClaimReleased,
    LeadEvent,
    LeadRouted,
    LeadSeparated,
    LeadTouched,
    OtherDealChanged,
)
from services.qualification.model.events import ModelEvent
from services.qualification.setting.events import SettingEvent
from shared.rules.message import Parser, members, parser
from shared.webhooks.events import WebhookEvent

QualificationEvent = LeadEvent | ModelEvent | SettingEvent | WebhookEvent
PARSE: Parser[QualificationEvent] = parser(QualificationEvent)
WORK = (LeadBantChanged, LeadClaimed, LeadRouted, LeadClaimReleased, LeadTouched, OtherDealChanged)
OF_MERGES = (LeadAbsorbed, LeadSeparated)
INTERNAL = {each.type for each in (*WORK, *OF_MERGES)}
"""The events by which a lead is worked, and those of a merge at the survivor."""
PUBLIC = frozenset(event.type for event in members(LeadEvent)) - INTERNAL
"""The types in the feed, and in the event stream: what a lead did, and where it went."""
