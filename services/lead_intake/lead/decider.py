"""The rules for a lead: captures, activities, consent and external ids. Those for merges are in `merging`."""

from datetime import datetime

from services.lead_intake.lead import commands, events, merging
from services.lead_intake.lead.capture_fields import capture_of, company_of
from services.lead_intake.lead.classification import role_class
from services.lead_intake.lead.context import Context
from services.lead_intake.lead.repeats import repeated_capture, supplemented_capture
from services.lead_intake.lead.state import Lead, NotExisting, State, activity_key, evolve, must_exist
from services.lead_intake.prospect import state as prospect_state
from services.lead_intake.suppression.state import Suppression
from shared.rules.decider import Decider
from shared.rules.sealed import Sealed, seal

MARKETING = "marketing"
"""The purpose from which somebody unsubscribes who decided on nothing before."""


ALONE = Context()


def decide(
    state: State, command: commands.LeadCommand, at: datetime, context: Context = ALONE
) -> list[events.LeadEvent]:
    match command:
        case commands.RecordCapture():
            captured = record_capture(state, command, at, context.prospect)
            return [*captured, *suppressed(state, captured, at, context.suppression)]
        case commands.ChangeProfile():
            changed = change_profile(must_exist(state), command, at)
            return [*changed, *suppressed(state, changed, at, context.suppression)]
        case commands.RecordActivity():
            return record_activity(must_exist(state), command, at)
        case commands.ChangeConsent():
            return change_consent(must_exist(state), command)
        case commands.LinkExternalId():
            return link(must_exist(state), command.external_id)
        case (
            commands.MergeInto()
            | commands.AbsorbLead()
            | commands.MoveToSurvivor()
            | commands.Unmerge()
            | commands.SeparateLead()
            | commands.MoveBack()
        ):
            return merging.decide(must_exist(state), command, context)


def record_capture(
    state: State, command: commands.RecordCapture, at: datetime, prospect: prospect_state.State
) -> list[events.LeadEvent]:
    if isinstance(state, NotExisting):
        known = prospect.person_id if isinstance(prospect, prospect_state.Prospect) else None
        return [events.LeadCaptured(capture=capture_of(command, known or command.person_id, at))]
    if repeated_capture(state, command):
        return []
    capture = capture_of(command, state.person_id, at)._replace(merged_into=state.merged_into)
    if supplemented := supplemented_capture(state, command):
        capture = capture._replace(supplements=supplemented.capture_id)
    return [events.EngagementAdded(capture=capture)]


def change_profile(lead: Lead, command: commands.ChangeProfile, at: datetime) -> list[events.LeadEvent]:
    """Changes the profile. The same change again adds nothing."""
    if activity_key("profile_changed", command.changed_at, command.external_id) in lead.activities:
        return []
    company = command.company
    fields = dict(command.person) | {events.COMPANY_NAME: company.name if company else None}
    changed = events.ProfileChanged(
        person_id=lead.person_id,
        changed_at=command.changed_at,
        received_at=at,
        external_id=command.external_id,
        connection_id=command.connection_id,
        company=company_of(company),
        role_class=role_class(command.person.job_title),
        person=Sealed(value={name: value for name, value in fields.items() if value is not None}),
    )
    return [changed]


def suppressed(
    state: State, captured: list[events.LeadEvent], at: datetime, suppression: Suppression
) -> list[events.LeadEvent]:
    """A suppression of the address counts from the first capture with this address on."""
    if not suppression.activities:
        return []
    for event in captured:
        state = evolve(state, event, at)
    happened: list[events.LeadEvent] = []
    for activity in suppression.activities:
        command = commands.RecordActivity(**activity.model_dump())
        added = record_activity(must_exist(state), command, at)
        for event in added:
            state = evolve(state, event, at)
        happened += added
    return happened


def record_activity(lead: Lead, command: commands.RecordActivity, at: datetime) -> list[events.LeadEvent]:
    """An unsubscription also denies every purpose that the person decided on before."""
    if activity_key(command.kind, command.engaged_at, command.external_id) in lead.activities:
        return []
    activity = events.ActivityRecorded(
        activity_id=command.activity_id,
        kind=command.kind,
        engaged_at=command.engaged_at,
        received_at=at,
        external_id=command.external_id,
        connection_id=command.connection_id,
        subject=command.subject,
        merged_into=lead.merged_into,
    )
    denied = denied_purposes(lead, command) if command.kind == "unsubscribed" else []
    return [activity, *(denial(lead, command, purpose) for purpose in denied)]


def denied_purposes(lead: Lead, command: commands.RecordActivity) -> list[str]:
    purposes = {consent.purpose for consent in lead.consents} | {command.purpose or MARKETING}
    return sorted(purposes)


def denial(lead: Lead, command: commands.RecordActivity, purpose: str) -> events.ConsentChanged:
    consent = events.Consent(status="denied", purpose=purpose, text_version=None, at=command.engaged_at)
    return events.ConsentChanged(person_id=lead.person_id, consent=consent, activity_id=command.activity_id)


def change_consent(lead: Lead, command: commands.ChangeConsent) -> list[events.LeadEvent]:
    """Changes the consent. The same decision again adds nothing."""
    if command.consent in lead.consents:
        return []
    evidence = seal(command.evidence)
    return [events.ConsentChanged(person_id=lead.person_id, consent=command.consent, evidence=evidence)]


def link(lead: Lead, external_id: str) -> list[events.LeadEvent]:
    """An id that the lead has already adds nothing."""
    known = {*lead.linked, *(capture.external_id for capture in lead.captures)}
    if external_id in known:
        return []
    return [events.ExternalIdLinked(external_id=external_id, person_id=lead.person_id)]


DECIDER: Decider[commands.LeadCommand, State, events.LeadEvent] = Decider(
    "lead", events.PARSE, NotExisting(), decide, evolve, Context
)
