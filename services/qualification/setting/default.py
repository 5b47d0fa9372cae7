"""The default settings."""

from collections.abc import Mapping
from datetime import time

from services.qualification.setting.events import BusinessHours, Claims, ReasonKind, Routing, Weekday

TIMEZONE = "UTC"
CALENDAR = "months"
"""Years, quarters and months as on the wall."""
SETBACKS = (
    "no_budget",
    "no_authority",
    "no_need",
    "bad_timing",
    "no_fit",
    "competitor",
    "no_response",
    "duplicate",
    "spam",
    "other",
)
GOOD_SIGNS = ("strong_fit", "referral", "event_conversation", "inbound_call", "target_account", "returning_customer")
REASONS: Mapping[ReasonKind, tuple[str, ...]] = {
    ReasonKind.MARK_MQL: (*GOOD_SIGNS, *SETBACKS),
    ReasonKind.REJECT: SETBACKS,
    ReasonKind.NURTURE: SETBACKS,
}
ROUTING = Routing()
"""No rules: every MQL waits in the queue for anybody."""
CLAIMS = Claims(lease_minutes=60 * 24 * 3)
"""A claim outlives a weekend."""
BUSINESS_HOURS = BusinessHours(days=tuple(Weekday)[:5], opens=time(9), closes=time(17))
