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
    after = without_due_instants(fields)._replace(lifecycle=to, reason=command.reason)
    return [events.LeadRejected(after=after, note=seal(command.note))]


def nurture(lead: Lead, command: commands.Nurture, at: datetime, settings: Settings) -> list[events.LeadEvent]:
    """Sends the lead into nurture. A lead that is there already gets another reason, or another day to look at it
    again."""
    fields = lead.fields
    begins_at = settings.start_of(command.revisit_on, at) if command.revisit_on else None
    if is_nurtured_already(fields, command, begins_at):
        return []
    settings.must_allow(ReasonKind.NURTURE, command.reason)
    must_not_be_past(command.revisit_on, settings.business_day(at))
    to = target(fields.lifecycle, Trigger.NURTURE)
    after = without_due_instants(fields)._replace(
        lifecycle=to, reason=command.reason, next_revisit=command.revisit_on, next_revisit_at=begins_at
    )
    note = seal(command.note)
    nurtured = events.LeadNurtured(after=after, because="nurtured", revisit_on=command.revisit_on, note=note)
    return [nurtured, *due_by(evolve(lead, nurtured, at), at)]


def is_nurtured_already(fields: LeadFields, command: commands.Nurture, begins_at: datetime | None) -> bool:
    """Whether the lead is in nurture with this reason and this revisit, be it still to come or due."""
    if fields.lifecycle is not Lifecycle.NURTURE or fields.reason != command.reason:
        return False
    return (fields.next_revisit, fields.revisit_due_at) in ((command.revisit_on, None), (None, begins_at))


def must_not_be_past(day: date | None, today: date) -> None:
    if day is not None and day < today:
        raise InvalidField("/revisit_on", f"must not lie in the past: today is {today}")


def without_due_instants(fields: LeadFields) -> LeadFields:
    """The fields without anything that will fall due."""
    return fields._replace(
        refused=None, next_revisit=None, next_revisit_at=None, revisit_due_at=None, falls_below_at=None
    )
