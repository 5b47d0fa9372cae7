"""One SDR works a lead. The claim ends with the cycle. Its holder may pass it on, and every SDR may release it."""

from services.qualification.lead import commands, events
from services.qualification.lead.events import Lifecycle
from services.qualification.lead.state import Lead
from shared.rules.message import Rejected


def claim(lead: Lead, command: commands.ClaimLead) -> list[events.LeadEvent]:
    fields = lead.fields
    if fields.lifecycle is not Lifecycle.MQL and fields.revisit_due_at is None:
        raise Rejected(f"the lead is {fields.lifecycle}: only an MQL, or a lead whose revisit is due, can be claimed")
    if fields.sdr == command.sdr:
        return []
    if fields.sdr not in (None, command.by):
        raise Rejected(f"the lead is claimed by {fields.sdr}")
    return [events.LeadClaimed(after=fields._replace(sdr=command.sdr))]


def release(lead: Lead) -> list[events.LeadEvent]:
    if lead.fields.sdr is None:
        return []
    return [events.LeadClaimReleased(after=lead.fields._replace(sdr=None))]
