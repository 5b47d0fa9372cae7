"""The first touch of a lead by an SDR before the hand-over, and by a rep after it."""

from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.state import Lead
from shared.rules.message import Rejected


def touch(lead: Lead, command: commands.Touch, at: datetime) -> list[events.LeadEvent]:
    """A touch that is recorded late counts from when it happened, and may be earlier than the first one so far."""
    touched_at, fields = command.occurred_at or at, lead.fields
    since = fields.mql_at or fields.captured_at
    if touched_at < since:
        raise Rejected(f"the touch lies before the lead's current cycle, which began at {since.isoformat()}")
    handed_over_at = lead.cycles[-1].srl_at if lead.cycles else None
    if handed_over_at is None or touched_at < handed_over_at:
        return first(fields.touched_at, touched_at, fields._replace(touched_at=touched_at))
    return first(fields.rep_touched_at, touched_at, fields._replace(rep_touched_at=touched_at))


def first(known: datetime | None, touched_at: datetime, after: events.LeadFields) -> list[events.LeadEvent]:
    if known is not None and known <= touched_at:
        return []
    return [events.LeadTouched(after=after)]
