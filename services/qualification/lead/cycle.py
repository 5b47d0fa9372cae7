"""Becoming MQL: each time opens a new cycle."""

from datetime import datetime

from services.qualification.lead import commands, events
from services.qualification.lead.context import Context
from services.qualification.lead.fields import LeadFields, Lifecycle
from services.qualification.lead.lifecycle import Trigger, target
from services.qualification.lead.state import Lead
from services.qualification.model.events import ScoringModel
from services.qualification.scoring.falling import falls_below_at
from services.qualification.scoring.score import score
from services.qualification.setting.events import ReasonKind
from shared.rules.sealed import seal


def crossed_up(lead: Lead, at: datetime, context: Context) -> events.LeadMql:
    """The last engagement took the lead over the line. Decay may take it below again."""
    model = context.models.current
    crossed_by = lead.engagements[-1]
    result = score(lead.engagements, lead.counts_after, model, at)
    fields = mql_fields(lead, at, context, source=crossed_by.source)
    fields = fields._replace(falls_below_at=falls_below_at(result, model, at))
    return events.LeadMql(after=fields, began="crossing", capture_id=crossed_by.capture_id)


def mark_mql(lead: Lead, command: commands.MarkMql, at: datetime, context: Context) -> list[events.LeadEvent]:
    if is_mql_since(lead, "mark") and lead.fields.reason == command.reason:
        return []
    context.settings.must_allow(ReasonKind.MARK_MQL, command.reason)
    target(lead.fields.lifecycle, Trigger.MARK)
    fields = mql_fields(lead, at, context)._replace(reason=command.reason)
    return [events.LeadMql(after=fields, began="mark", capture_id=None, note=seal(command.note))]


def requalify(lead: Lead, at: datetime, context: Context) -> list[events.LeadEvent]:
    """Makes the lead an MQL again. Whoever claimed it because its revisit was due keeps it."""
    if is_mql_since(lead, "requalify"):
        return []
    target(lead.fields.lifecycle, Trigger.REQUALIFY)
    fields = mql_fields(lead, at, context)
    if lead.fields.revisit_due_at:
        fields = fields._replace(sdr=lead.fields.sdr, claim_ends_at=lead.fields.claim_ends_at)
    return [events.LeadMql(after=fields, began="requalify", capture_id=None)]


def is_mql_since(lead: Lead, began: str) -> bool:
    return lead.fields.lifecycle is Lifecycle.MQL and lead.cycles[-1].began == began


def mql_for_hand_over(lead: Lead, at: datetime, context: Context) -> list[events.LeadEvent]:
    """The events before the hand-over of a lead that is no MQL: there is no SRL without a cycle."""
    if lead.fields.lifecycle is Lifecycle.MQL:
        return []
    return [events.LeadMql(after=mql_fields(lead, at, context), began="hand_over", capture_id=None)]


def mql_fields(lead: Lead, at: datetime, context: Context, *, source: str | None = None) -> LeadFields:
    """The fields that belong to a cycle begin anew, the claim and the touches among them."""
    return lead.fields._replace(
        lifecycle=Lifecycle.MQL,
        cycle=lead.fields.cycle + 1,
        mql_at=at,
        mql_source=source,
        touch_by=context.settings.after_minutes(at, first_touch_minutes(source, context.models.current)),
        touched_at=None,
        rep_touched_at=None,
        sdr=None,
        refused=None,
        opportunity_id=None,
        reason=None,
        next_revisit=None,
        next_revisit_at=None,
        revisit_due_at=None,
        falls_below_at=None,
        claim_ends_at=None,
        route=None,
    )


def first_touch_minutes(source: str | None, model: ScoringModel) -> int:
    return model.first_touch.by_source.get(source or "", model.first_touch.other)
