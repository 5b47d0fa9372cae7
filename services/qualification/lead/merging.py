"""Two leads that are one person. The survivor is worked, with the engagements and the BANT answers of both. Each keeps
its cycles and deals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.context import Context
from services.qualification.lead.due import fall
from services.qualification.lead.engagement import account_after, may_fall, scored
from services.qualification.lead.fields import Engagement, LeadFields
from services.qualification.lead.state import BantAnswer, Lead, NotExisting, State, must_exist, without_those_of
from services.qualification.model.events import BantName
from services.qualification.model.state import Models
from services.qualification.scoring.falling import falls_below_at
from services.qualification.scoring.fit import profile_of
from services.qualification.scoring.score import score


def decide(state: State, command: commands.MergeCommand, at: datetime, context: Context) -> list[events.LeadEvent]:
    """Intake has decided already that the two are merged."""
    lead = must_exist(state)
    match command:
        case commands.MergeInto():
            return merge(lead, command.into)
        case commands.AbsorbLead():
            return absorb(lead, command.lead_id, context.other, at, context.models)
        case commands.Unmerge():
            return unmerge(lead, at, context.models)
        case commands.SeparateLead():
            return separate(lead, command.lead_id, at, context.models)


def merge(lead: Lead, into: str) -> list[events.LeadEvent]:
    if lead.fields.merged_into == into:
        return []
    return [events.LeadMerged(after=lead.fields._replace(merged_into=into, falls_below_at=None))]


def absorb(lead: Lead, lead_id: str, other: State, at: datetime, models: Models) -> list[events.LeadEvent]:
    if isinstance(other, NotExisting):
        return []
    known = {each.capture_id for each in lead.engagements}
    own = [each for each in other.engagements if each.through is None]
    added = tuple(each._replace(through=lead_id) for each in own if each.capture_id not in known)
    if not added and other.own_bant == lead.absorbed_bant.get(lead_id, {}):
        return []
    fields, _ = rescored(lead, (*lead.engagements, *added), at, models)
    return [
        events.LeadAbsorbed(
            after=fields, absorbed_lead_id=lead_id, engagements=added, answers=absorbed_answers(other.own_bant)
        )
    ]


def absorbed_answers(bant: Mapping[BantName, BantAnswer]) -> dict[BantName, events.AbsorbedBantItem]:
    return {name: events.AbsorbedBantItem(**vars(answer)) for name, answer in bant.items()}


def unmerge(lead: Lead, at: datetime, models: Models) -> list[events.LeadEvent]:
    was_into = lead.fields.merged_into
    if was_into is None:
        return []
    alone = replace(lead, fields=lead.fields._replace(merged_into=None))
    fields, _ = rescored(alone, lead.engagements, at, models)
    return [events.LeadUnmerged(after=fields, was_into=was_into)]


def separate(lead: Lead, lead_id: str, at: datetime, models: Models) -> list[events.LeadEvent]:
    """An MQL that crossed the line with the engagements of both may lie below it now."""
    own = without_those_of(lead_id, lead.engagements)
    if own == lead.engagements and lead_id not in lead.absorbed_bant:
        return []
    fields, above = rescored(lead, own, at, models)
    separated = events.LeadSeparated(after=fields, separated_lead_id=lead_id)
    if above or not may_fall(lead):
        return [separated]
    return [separated, fall(replace(lead, fields=fields), at)]


def rescored(lead: Lead, engagements: Sequence[Engagement], at: datetime, models: Models) -> tuple[LeadFields, bool]:
    """The fields with the score of these engagements, by the version that scored the lead last, and whether it lies
    above the line."""
    version = lead.fields.model_version
    result = score(engagements, lead.counts_after, models.versions[version], at)
    domain = profile_of(engagements).account_domain
    fields = scored(lead.fields, result, at, version)
    fields = fields._replace(domain=domain, account=account_after(lead.fields, domain))
    if result.above and may_fall(lead):
        fields = fields._replace(falls_below_at=falls_below_at(result, models.versions[version], at))
    return fields, result.above
