"""Claims: one SDR works a lead. The claim ends with the cycle, or with its lease if nobody touches the lead. Its holder
may pass it on, and every SDR may release it."""

from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.fields import LeadFields, Lifecycle
from services.qualification.lead.state import Lead
from services.qualification.setting.state import Settings
from shared.rules.message import Rejected


def claim(lead: Lead, command: commands.ClaimLead, at: datetime, settings: Settings) -> list[events.LeadEvent]:
    fields = lead.fields
    if fields.lifecycle is not Lifecycle.MQL and fields.revisit_due_at is None:
        raise Rejected(f"the lead is {fields.lifecycle}: only an MQL, or a lead whose revisit is due, can be claimed")
    if fields.sdr == command.sdr:
        return []
    if fields.sdr not in (None, command.by):
        raise Rejected(f"the lead is claimed by {fields.sdr}")
    return [events.LeadClaimed(after=claimed_by(fields, command.sdr, at, settings))]


def claimed_by(fields: LeadFields, sdr: str, at: datetime, settings: Settings) -> LeadFields:
    """The lease begins with the claim. A lead that was touched in its cycle is being worked: that claim has no end."""
    is_worked = fields.touched_at is not None and fields.revisit_due_at is None
    return fields._replace(sdr=sdr, route=None, claim_ends_at=None if is_worked else settings.end_of_claim(at))


def release(lead: Lead) -> list[events.LeadEvent]:
    return [] if lead.fields.sdr is None else [released(lead)]


def released(lead: Lead) -> events.LeadClaimReleased:
    return events.LeadClaimReleased(after=lead.fields._replace(sdr=None, claim_ends_at=None))
