"""Two leads that are one person are merged, and that can be undone. Each keeps its own stream, which makes undoing
exact. Together they are shown as one lead, the survivor."""

from services.lead_intake.lead import commands, events
from services.lead_intake.lead.context import Context
from services.lead_intake.lead.state import Lead, must_exist
from shared.rules.message import Rejected


def decide(lead: Lead, command: commands.MergeCommand, context: Context) -> list[events.LeadEvent]:
    match command:
        case commands.MergeInto():
            return merge(lead, must_exist(context.other), command.into)
        case commands.AbsorbLead():
            return absorb(lead, must_exist(context.other), command)
        case commands.Unmerge():
            return unmerge(lead)
        case commands.SeparateLead():
            return [events.LeadSeparated(lead_id=command.lead_id)] if command.lead_id in lead.absorbed else []


def merge(lead: Lead, survivor: Lead, into: str) -> list[events.LeadEvent]:
    """Merges have one level: what was merged into a lead has to be separated before that lead is merged itself."""
    if lead.merged_into == into:
        return []
    if lead.merged_into is not None:
        raise Rejected(f"the lead is merged into {lead.merged_into}: unmerge it first")
    if lead.absorbed:
        raise Rejected(f"merged into this lead, and to be unmerged first: {', '.join(lead.absorbed)}")
    if survivor.merged_into is not None:
        raise Rejected(f"the lead {into} is itself merged into {survivor.merged_into}")
    return [events.LeadMerged(into=into, person_id=survivor.person_id)]


def absorb(lead: Lead, other: Lead, command: commands.AbsorbLead) -> list[events.LeadEvent]:
    if other.merged_into != command.into:
        raise Rejected(f"the lead {command.lead_id} is not merged into this one")
    if command.lead_id in lead.absorbed:
        return []
    return [events.LeadAbsorbed(lead_id=command.lead_id, person_id=other.person_id)]


def unmerge(lead: Lead) -> list[events.LeadEvent]:
    if lead.merged_into is None:
        raise Rejected("the lead is merged into no other")
    return [events.LeadUnmerged(was_into=lead.merged_into)]
