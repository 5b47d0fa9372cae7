"""The fields of a capture's event, made from its command, and the personal data and texts that are sealed in them."""

from datetime import datetime
from typing import Any

from services.lead_intake.lead import commands, events
from services.lead_intake.lead.capture_body import (
    CampaignInput,
    CaptureLead,
    CompanyInput,
    ConsentInput,
    DemoRequestInput,
    DetailsInput,
    GatedContentInput,
    NewsletterInput,
    WebinarInput,
)
from services.lead_intake.lead.classification import company_domain, email_kind, role_class, size_band
from shared.rules.sealed import Sealed, seal


def capture_of(command: commands.RecordCapture, person_id: str, at: datetime) -> events.CaptureFields:
    body = command.body
    return events.CaptureFields(
        capture_id=command.capture_id,
        person_id=person_id,
        source=body.source,
        source_detail=body.source_detail,
        details=event_details(body.details),
        engaged_at=command.engaged_at,
        received_at=at,
        external_id=body.external_id,
        campaign=campaign_of(body.campaign),
        company=company_of(body.company),
        email_kind=email_kind(body.person.email),
        role_class=role_class(body.person.job_title),
        size_band=size_band(body.company.employees if body.company else None),
        consent=consent_of(body.consent, command.engaged_at),
        person=Sealed(value=personal_data(body)),
        texts=seal(texts_of(command) or None),
        content=command.content,
        connection_id=command.connection_id,
        email_domain=company_domain(body.person.email),
        form_key=command.form_key,
    )


def campaign_of(campaign: CampaignInput | None) -> events.Campaign | None:
    if campaign is None:
        return None
    return events.Campaign(
        utm_source=campaign.utm_source,
        utm_medium=campaign.utm_medium,
        utm_campaign=campaign.utm_campaign,
        utm_term=campaign.utm_term,
        utm_content=campaign.utm_content,
        landing_url=campaign.landing_url,
    )


def company_of(company: CompanyInput | None) -> events.Company | None:
    if company is None:
        return None
    return events.Company(
        domain=company.domain, country=company.country, industry=company.industry, employees=company.employees
    )


def consent_of(consent: ConsentInput | None, engaged_at: datetime) -> events.Consent | None:
    if consent is None:
        return None
    return events.Consent(
        status=consent.status,
        purpose=consent.purpose,
        text_version=consent.text_version,
        at=consent.at or engaged_at,
    )


def personal_data(body: CaptureLead) -> dict[str, str]:
    """The data that identifies the person, or one visit of theirs."""
    fields: dict[str, Any] = {**vars(body.person)}
    fields["click_id"] = body.campaign.click_id if body.campaign else None
    fields[events.COMPANY_NAME] = body.company.name if body.company else None
    return {name: value for name, value in fields.items() if value is not None}


def event_details(details: DetailsInput | None) -> events.Details | None:
    """The details that events may contain."""
    match details:
        case GatedContentInput():
            return events.GatedContent(asset_id=details.asset_id, asset_type=details.asset_type)
        case WebinarInput():
            return events.Webinar(webinar_id=details.webinar_id, attended=details.attended, minutes=details.minutes)
        case DemoRequestInput():
            return events.DemoRequest(budget=details.budget, product=details.product, seats=details.seats)
        case NewsletterInput():
            return events.Newsletter(list=details.list, double_opt_in=details.double_opt_in)
        case None:
            return None


def texts_of(command: commands.RecordCapture) -> dict[str, Any]:
    """The texts that events must not contain: free texts among the details, what a lenient reading left out, the
    wording that a consent was given to."""
    left_out = dict(command.body.left_out.values) or None
    others = {
        "message": command.body.message,
        "left_out": left_out,
        "consent_evidence": command.consent_evidence,
    }
    return free_texts(command.body) | {name: text for name, text in others.items() if text is not None}


def free_texts(body: CaptureLead) -> dict[str, Any]:
    texts: dict[str, Any]
    match body.details:
        case GatedContentInput() as content:
            texts = {"title": content.title}
        case WebinarInput() as webinar:
            texts = {"questions": webinar.questions}
        case DemoRequestInput() as request:
            texts = {"message": request.message, "timeline": request.timeline, "role": request.role}
        case events.Newsletter() | None:
            texts = {}
    return {name: text for name, text in texts.items() if text is not None}
