"""HubSpot's two bodies with answers: a workflow's contact with its form submissions, and a form's own body."""

from services.lead_intake.connectors.capture import Submission, capture
from services.lead_intake.connectors.delivery import Connection, Json, JsonObject
from services.lead_intake.connectors.fields import KNOWN, FormAnswer, answer
from services.lead_intake.connectors.outcomes import Capture
from services.lead_intake.connectors.reader import external_id
from services.lead_intake.connectors.redaction import plain_name
from services.lead_intake.connectors.values import from_milliseconds, object_at, objects_at, text, unanimous, value_at
from services.lead_intake.lead.events import Source


def is_contact(value: JsonObject) -> bool:
    return isinstance(value.get("properties"), dict)


def is_form(value: JsonObject) -> bool:
    return isinstance(value.get("fields"), list)


def submission(value: JsonObject, connection: Connection) -> Capture:
    return contact(value, connection) if is_contact(value) else form(value, connection)


def contact(value: JsonObject, connection: Connection) -> Capture:
    """The newest submission is the capture; a contact without one is a capture without id and time."""
    newest = newest_submission(value)
    page = {"landing_url": newest.get("page-url")}
    made = Submission(
        default=Source.CONTACT_FORM,
        answers=properties(value, connection),
        kind_ids=(newest.get("form-id"),),
        asset_id=newest.get("form-id"),
        title=newest.get("title") or newest.get("page-title"),
        occurred_at=from_milliseconds(newest.get("timestamp")),
        external_id=conversion_id(value, connection),
        extra=page,
        vendor_person_id=contact_id(connection, value, "portal-id", "vid"),
    )
    return capture(made, connection)


def newest_submission(value: JsonObject) -> JsonObject:
    submissions = objects_at(value, "form-submissions")
    return max(submissions, key=lambda one: sort_key(one.get("timestamp")), default={})


def sort_key(stamp: Json) -> float:
    at = from_milliseconds(stamp)
    return at.timestamp() if at else 0.0


def conversion_id(value: JsonObject, connection: Connection) -> str | None:
    return external_id(connection, newest_submission(value).get("conversion-id"))


def contact_id(connection: Connection, value: JsonObject, portal: str, contact: str) -> str | None:
    return external_id(connection, "contact", value.get(portal), value.get(contact))


def properties(value: JsonObject, connection: Connection) -> list[FormAnswer]:
    """A contact has hundreds of properties; those that are neither known nor mapped say nothing about the form."""
    wanted = {plain_name(name) for name in connection.fields} | KNOWN.keys()
    return [
        answer(name, value_at(one, "value") if isinstance(one, dict) else one)
        for name, one in object_at(value, "properties").items()
        if plain_name(name) in wanted
    ]


def form(value: JsonObject, connection: Connection) -> Capture:
    form_id = value.get("formGuid") or value.get("formId")
    consent = object_at(value, "legalConsentOptions", "consent")
    boxes = objects_at(consent, "communications") or [{"value": consent.get("consentToProcess"), **consent}]
    made = Submission(
        default=Source.CONTACT_FORM,
        answers=[answer(one.get("name"), one.get("value")) for one in objects_at(value, "fields")],
        kind_ids=(form_id,),
        asset_id=form_id,
        title=value_at(value, "context", "pageName"),
        occurred_at=from_milliseconds(value.get("submittedAt")),
        extra={"landing_url": value_at(value, "context", "pageUri")},
        consent=unanimous(box.get("value") for box in boxes),
        consent_wording="; ".join(filter(None, (text(box.get("text")) for box in boxes))) or None,
    )
    return capture(made, connection)
