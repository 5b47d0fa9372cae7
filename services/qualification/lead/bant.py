"""Budget, authority, need and timing: what is known of each, and the evidence for it."""

from services.qualification.lead import commands, events
from services.qualification.lead.state import BANT, BantAnswer, Lead, statuses_of
from services.qualification.model.events import BantName
from shared.rules.sealed import seal


def change_bant(lead: Lead, command: commands.ChangeBant) -> list[events.LeadEvent]:
    changed: dict[BantName, events.BantItem] = {}
    for name in BANT:
        item: commands.BantItem | None = getattr(command.bant, name)
        if item is not None and not is_known(lead.bant.get(name), item, command, name):
            changed[name] = events.BantItem(status=item.status, evidence=seal(item.evidence), by=command.by)
    if not changed:
        return []
    statuses = statuses_of(lead) | {name: item.status for name, item in changed.items()}
    return [events.LeadBantChanged(after=lead.fields, changed=changed, bant=statuses)]


def is_known(answer: BantAnswer | None, item: commands.BantItem, command: commands.ChangeBant, name: BantName) -> bool:
    """Whether the lead has this answer already. Stored evidence is compared by its reference; that of an earlier
    command in the same batch, by its text."""
    if answer is None or answer.status != item.status:
        return False
    if item.evidence is None:
        return True
    if answer.evidence is None:
        return False
    if answer.evidence.ref is None:
        return answer.evidence.value == item.evidence
    return answer.evidence.ref == command.stored_evidence.get(name)
