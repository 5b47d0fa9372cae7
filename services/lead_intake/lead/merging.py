"""Leads that are one person are merged, and that can be undone. Each keeps its own stream, which makes undoing exact.
Together they are shown as one lead, the survivor.

Every merged lead refers to the survivor itself. When the survivor is merged, the leads that are merged into it move to
the new survivor; when that is undone, they move back. Only the first command of a merge may be refused. The others
follow from the state of the `other` lead after it, in the same transaction.
"""

from services.lead_intake.lead import commands, events
from services.lead_intake.lead.context import Context
from services.lead_intake.lead.state import Lead, must_exist
from shared.rules.message import Rejected

MEANWHILE = "another of these leads was merged or unmerged meanwhile: try again"


def decide(lead: Lead, command: commands.MergeCommand, context: Context) -> list[events.LeadEvent]:
    other = must_exist(context.other)
    match command:
        case commands.MergeInto():
            if context.person.erased or context.other_person.erased:
                raise Rejected("the person of one of these leads was erased")
            return merge(lead, other, command)
        case commands.AbsorbLead():
            return absorb(lead, other, command)
        case commands.MoveToSurvivor():
            return move_to_survivor(lead, other, command.into)
        case commands.Unmerge():
            return unmerge(lead, other, command)
        case commands.SeparateLead():
            return separate(lead, other, command)
        case commands.MoveBack():
            return move_back(lead, other, command.into)


def merge(lead: Lead, survivor: Lead, command: commands.MergeInto) -> list[events.LeadEvent]:
    into = command.into
    if lead.merged_into == into:
        return []
    if lead.merged_into is not None:
        raise Rejected(f"the lead is merged into {lead.merged_into}: merge that one, or unmerge this one first")
    if survivor.merged_into is not None:
        raise Rejected(f"the lead {into} is itself merged into {survivor.merged_into}")
    if set(lead.absorbed) != set(command.absorbed):
        raise Rejected(MEANWHILE)
    return [events.LeadMerged(into=into, person_id=survivor.person_id)]


def absorb(lead: Lead, other: Lead, command: commands.AbsorbLead) -> list[events.LeadEvent]:
    if other.merged_into != command.into:
        raise Rejected(f"the lead {command.lead_id} is not merged into this one")
    if command.lead_id in lead.absorbed:
        return []
    return [events.LeadAbsorbed(lead_id=command.lead_id, person_id=other.person_id)]


def move_to_survivor(lead: Lead, other: Lead, into: str) -> list[events.LeadEvent]:
    """`other`: the lead that it was merged into."""
    if other.merged_into != into or lead.merged_into in (None, into):
        return []
    person_id = other.merged_person_id or other.person_id
    return [events.LeadMerged(into=into, person_id=person_id, was_into=lead.merged_into)]


def unmerge(lead: Lead, survivor: Lead, command: commands.Unmerge) -> list[events.LeadEvent]:
    if lead.merged_into is None:
        raise Rejected("the lead is merged into no other")
    if lead.merged_into != command.was_into or set(survivor.absorbed) != set(command.beside):
        raise Rejected(MEANWHILE)
    return [events.LeadUnmerged(was_into=lead.merged_into)]


def separate(lead: Lead, other: Lead, command: commands.SeparateLead) -> list[events.LeadEvent]:
    if command.lead_id not in lead.absorbed or other.merged_into == command.was_into:
        return []
    return [events.LeadSeparated(lead_id=command.lead_id)]


def move_back(lead: Lead, other: Lead, into: str) -> list[events.LeadEvent]:
    """`other`: the lead that it moves back to."""
    if other.merged_into is not None or into not in lead.merged_path[:-1]:
        return []
    return [events.LeadMerged(into=into, person_id=other.person_id, was_into=lead.merged_into)]
