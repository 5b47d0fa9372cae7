"""The first touch of a lead by an SDR before the hand-over, and by a rep after it."""

from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.fields import LeadFields
from services.qualification.lead.state import Lead
from shared.rules.fields import format_instant
from shared.rules.message import Rejected


def touch(lead: Lead, command: commands.Touch, at: datetime) -> list[events.LeadEvent]:
    """A touch that is recorded late counts from when it happened, and may be earlier than the first one so far. In the
    first cycle it may lie before the lead was MQL. A touched lead is being worked: the claim on it has no end."""
    touched_at, fields = command.occurred_at or at, lead.fields
    since = fields.mql_at if fields.mql_at and fields.cycle > 1 else fields.captured_at
    if touched_at < since:
        raise Rejected(f"the touch lies before the lead's current cycle, which began at {format_instant(since)}")
    handed_over_at = lead.cycles[-1].srl_at if lead.cycles else None
    worked = fields._replace(claim_ends_at=None)
    if handed_over_at is None or touched_at < handed_over_at:
        return touched(fields, worked._replace(touched_at=earlier(fields.touched_at, touched_at)))
    return touched(fields, worked._replace(rep_touched_at=earlier(fields.rep_touched_at, touched_at)))


def earlier(known: datetime | None, touched_at: datetime) -> datetime:
    return touched_at if known is None else min(known, touched_at)


def touched(before: LeadFields, after: LeadFields) -> list[events.LeadEvent]:
    return [] if after == before else [events.LeadTouched(after=after)]
