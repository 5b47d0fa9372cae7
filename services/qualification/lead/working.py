"""What SDRs and marketing do with a lead before it is handed over."""

from datetime import date, datetime

from services.qualification.lead.commands import ChangeBant, MarkMql, Nurture, Reject, SaidItem
from services.qualification.lead.engaging import became_mql
from services.qualification.lead.events import (
    BantItem,
    BantStatus,
    LeadBantChanged,
    LeadClaimed,
    LeadEvent,
    LeadNurtured,
    LeadRejected,
    LeadTouched,
    Lifecycle,
)
from services.qualification.lead.lifecycle import On, allowed
from services.qualification.lead.state import Known, Lead
from services.qualification.model.decider import Models
from services.qualification.model.events import BantName
from shared.rules.message import Rejected
from shared.rules.sealed import seal

BANT: tuple[BantName, ...] = ("budget", "authority", "need", "timing")


def change_bant(lead: Lead, command: ChangeBant) -> list[LeadEvent]:
    changed: dict[BantName, BantItem] = {}
    for name in BANT:
        said: SaidItem | None = getattr(command.said, name)
        if said is not None and not is_known_so(lead.bant.get(name), said, command, name):
            changed[name] = BantItem(status=said.status, evidence=seal(said.evidence), by=command.by)
    if not changed:
        return []
    statuses = statuses_of(lead) | {name: item.status for name, item in changed.items()}
    return [LeadBantChanged(changed=changed, bant=statuses, **lead.standing.after())]


def is_known_so(known: Known | None, said: SaidItem, command: ChangeBant, name: BantName) -> bool:
    """Evidence that was stored is known by its reference alone; one that is said in the same batch, by its text."""
    if known is None or known.status != said.status:
        return False
    if said.evidence is None:
        return True
    if known.evidence is None:
        return False
    if known.evidence.ref is None:
        return known.evidence.value == said.evidence
    return known.evidence.ref == command.known_as.get(name)


def statuses_of(lead: Lead) -> dict[BantName, BantStatus]:
    return {name: lead.bant[name].status if name in lead.bant else BantStatus.UNKNOWN for name in BANT}


def mark(lead: Lead, command: MarkMql, at: datetime, models: Models) -> list[LeadEvent]:
    if began_so(lead, "mark") and lead.standing.reason == command.reason:
        return []
    allowed(lead.standing.lifecycle, On.MARK)
    note = seal(command.note)
    return [became_mql(lead, "mark", at, models.current, reason=command.reason, note=note)]


def requalify(lead: Lead, at: datetime, models: Models) -> list[LeadEvent]:
    if began_so(lead, "requalify"):
        return []
    allowed(lead.standing.lifecycle, On.REQUALIFY)
    return [became_mql(lead, "requalify", at, models.current)]


def began_so(lead: Lead, began: str) -> bool:
    return lead.standing.lifecycle is Lifecycle.MQL and lead.cycles[-1].began == began


def reject(lead: Lead, command: Reject) -> list[LeadEvent]:
    standing = lead.standing
    if (standing.lifecycle, standing.reason) == (Lifecycle.REJECTED, command.reason):
        return []
    to = allowed(standing.lifecycle, On.REJECT)
    after = standing.after(lifecycle=to, reason=command.reason, refused=None)
    return [LeadRejected(note=seal(command.note), **after)]


def nurture(lead: Lead, command: Nurture) -> list[LeadEvent]:
    standing = lead.standing
    asked = (Lifecycle.NURTURE, command.reason, command.revisit_on)
    if (standing.lifecycle, standing.reason, standing.next_revisit) == asked:
        return []
    allowed(standing.lifecycle, On.NURTURE)
    return [nurtured(lead, "nurtured", command.reason, command.revisit_on, command.note)]


def nurtured(
    lead: Lead, because: str, reason: str | None, revisit_on: date | None = None, note: str | None = None
) -> LeadNurtured:
    after = lead.standing.after(
        lifecycle=Lifecycle.NURTURE,
        reason=reason,
        next_revisit=revisit_on,
        opportunity_id=None,
        refused=None,
    )
    return LeadNurtured.model_validate(after | {"because": because, "revisit_on": revisit_on, "note": seal(note)})


def claim(lead: Lead, sdr: str) -> list[LeadEvent]:
    """One SDR works it; the claim ends with the cycle."""
    standing = lead.standing
    if standing.lifecycle is not Lifecycle.MQL:
        raise Rejected(f"only an MQL can be claimed, and the lead is {standing.lifecycle}")
    if standing.sdr is None:
        return [LeadClaimed(**standing.after(sdr=sdr))]
    if standing.sdr != sdr:
        raise Rejected(f"the lead is claimed by {standing.sdr}")
    return []


def touch(lead: Lead, at: datetime) -> list[LeadEvent]:
    if lead.standing.touched_at is not None:
        return []
    return [LeadTouched(**lead.standing.after(touched_at=at))]
