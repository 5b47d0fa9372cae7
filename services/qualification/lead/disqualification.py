"""Rejecting a lead, or sending it into nurture until later."""

from datetime import date, datetime

from services.qualification.lead import commands, events
from services.qualification.lead.due import due_by
from services.qualification.lead.fields import LeadFields, Lifecycle
from services.qualification.lead.lifecycle import Trigger, target
from services.qualification.lead.state import Lead, evolve
from services.qualification.setting.events import ReasonKind
from services.qualification.setting.state import Settings
from shared.rules.message import InvalidField
from shared.rules.sealed import seal


def reject(lead: Lead, command: commands.Reject, settings: Settings) -> list[events.LeadEvent]:
    fields = lead.fields
    if (fields.lifecycle, fields.reason) == (Lifecycle.REJECTED, command.reason):
        return []
    settings.must_allow(ReasonKind.REJECT, command.reason)
    to = target(fields.lifecycle, Trigger.REJECT)
    after = set_aside(fields)._replace(lifecycle=to, reason=command.reason)
    return [events.LeadRejected(after=after, note=seal(command.note))]


def nurture(lead: Lead, command: commands.Nurture, at: datetime, settings: Settings) -> list[events.LeadEvent]:
    """Of a lead in nurture already: another reason, or another day to look at it again."""
    fields = lead.fields
    begins_at = settings.start_of(command.revisit_on, at) if command.revisit_on else None
    if is_nurtured_so(fields, command, begins_at):
        return []
    settings.must_allow(ReasonKind.NURTURE, command.reason)
    must_not_be_past(command.revisit_on, settings.business_day(at))
    to = target(fields.lifecycle, Trigger.NURTURE)
    after = set_aside(fields)._replace(
        lifecycle=to, reason=command.reason, next_revisit=command.revisit_on, next_revisit_at=begins_at
    )
    note = seal(command.note)
    nurtured = events.LeadNurtured(after=after, because="nurtured", revisit_on=command.revisit_on, note=note)
    return [nurtured, *due_by(evolve(lead, nurtured, at), at)]


def is_nurtured_so(fields: LeadFields, command: commands.Nurture, begins_at: datetime | None) -> bool:
    """With the same reason, and the same revisit, whether it is still to come or due."""
    if fields.lifecycle is not Lifecycle.NURTURE or fields.reason != command.reason:
        return False
    return (fields.next_revisit, fields.revisit_due_at) in ((command.revisit_on, None), (None, begins_at))


def must_not_be_past(day: date | None, today: date) -> None:
    if day is not None and day < today:
        raise InvalidField("/revisit_on", f"must not lie in the past: today is {today}")


def set_aside(fields: LeadFields) -> LeadFields:
    """Nothing is due any more."""
    return fields._replace(
        refused=None, next_revisit=None, next_revisit_at=None, revisit_due_at=None, falls_below_at=None
    )
