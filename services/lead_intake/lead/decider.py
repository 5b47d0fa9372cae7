"""What may be captured of a lead."""

from datetime import datetime
from typing import Any

from services.lead_intake.lead.classes import email_kind, role_class, size_band
from services.lead_intake.lead.commands import (
    CampaignInput,
    CaptureLead,
    ConsentInput,
    RecordCapture,
    event_details,
    texts_of,
)
from services.lead_intake.lead.events import (
    COMPANY_NAME,
    PARSE,
    Campaign,
    Company,
    Consent,
    EngagementAdded,
    LeadCaptured,
    LeadEvent,
)
from services.lead_intake.lead.state import NotThere, State, evolve, same_capture
from shared.rules.decider import Decider
from shared.rules.sealed import Sealed, seal


def decide(state: State, command: RecordCapture, at: datetime) -> list[LeadEvent]:
    if isinstance(state, NotThere):
        return [LeadCaptured(person_id=command.person_id, **capture(command, at))]
    if same_capture(state, command):
        return []
    return [EngagementAdded(person_id=state.person_id, **capture(command, at))]


def capture(command: RecordCapture, at: datetime) -> dict[str, Any]:
    told = command.told
    employees = told.company.employees if told.company else None
    return {
        "capture_id": command.capture_id,
        "source": told.source,
        "source_detail": told.source_detail,
        "details": event_details(told.details),
        "engaged_at": command.engaged_at,
        "received_at": at,
        "external_id": told.external_id,
        "campaign": campaign(told.campaign),
        "company": Company(**dict(told.company) | {"name": None}) if told.company else None,
        "email_kind": email_kind(told.person.email),
        "role_class": role_class(told.person.job_title),
        "size_band": size_band(employees),
        "consent": consent(told.consent, command.engaged_at),
        "person": Sealed(value=personal(told)),
        "texts": seal(texts_of(told.details) or None),
    }


def campaign(told: CampaignInput | None) -> Campaign | None:
    return Campaign(**{name: getattr(told, name) for name in Campaign.model_fields}) if told else None


def consent(told: ConsentInput | None, engaged_at: datetime) -> Consent | None:
    return Consent(**(dict(told) | {"at": told.at or engaged_at})) if told else None


def personal(told: CaptureLead) -> dict[str, str]:
    """All that names the person or one visit of theirs. A sole trader's company has the name of a person."""
    click_id = told.campaign.click_id if told.campaign else None
    company_name = told.company.name if told.company else None
    fields = dict(told.person) | {"click_id": click_id, COMPANY_NAME: company_name}
    return {name: value for name, value in fields.items() if value is not None}


DECIDER: Decider[RecordCapture, State, LeadEvent] = Decider("lead", PARSE, NotThere(), decide, evolve)
