"""The body of a capture, made from a vendor's form submission by the connection's settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.lead_intake.connectors.delivery import Connection, Json, JsonObject, Kind
from services.lead_intake.connectors.fields import (
    DEMO_REQUEST,
    Fields,
    FormAnswer,
    campaign_of,
    company_of,
    person_of,
    sort_fields,
)
from services.lead_intake.connectors.outcomes import Capture
from services.lead_intake.connectors.parsing import Malformed
from services.lead_intake.connectors.values import flag, line, text
from services.lead_intake.lead.events import Source

REQUIRED: Mapping[Source, frozenset[str]] = {
    Source.NEWSLETTER: frozenset(("list",)),
    Source.GATED_CONTENT: frozenset(("asset_id", "asset_type")),
    Source.WEBINAR: frozenset(("webinar_id", "attended")),
    Source.DEMO_REQUEST: frozenset(),
}
"""Sources that have details, and the details that they require."""


@dataclass(frozen=True)
class Submission:
    """A form submission as a vendor sends it. `default`: the source if neither vendor nor settings name one; `source`:
    the one that the vendor names. `kind_ids`: ids that are looked up in the connection's kinds, in this order.
    `asset_id`: what was engaged with. `extra`: fields by our names, which count where no answer gives them. `details`:
    what the vendor says of this very engagement. `consent`: the answer to a box that the vendor marks as one for
    consent.

    `default`: the source if neither vendor nor settings name one; `source`: what the vendor names. `kind_ids`: looked
    up in the connection's kinds, in this order. `asset_id`: what was engaged with. `extra`: fields by our names, which
    count where no answer gives them. `details`: what the vendor says of this very engagement. `consent`: the answer to
    a box that the vendor marks as one for consent.
    """

    default: Source
    answers: Iterable[FormAnswer]
    source: Source | None = None
    kind_ids: tuple[Json, ...] = ()
    asset_id: Json = None
    title: Json = None
    occurred_at: datetime | None = None
    external_id: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)
    details: Mapping[str, Json] = field(default_factory=dict)
    consent: bool | None = None
    consent_wording: str | None = None
    vendor_person_id: str | None = None


def capture(submission: Submission, connection: Connection) -> Capture:
    """Raises `Malformed` when the person has neither e-mail address nor phone number."""
    fields = sort_fields(submission.answers, connection, submission.extra)
    person = person_of(fields)
    if "email" not in person and "phone" not in person:
        raise Malformed("neither e-mail address nor phone number")
    kind = kind_of(submission, connection)
    given, wording = consent_given(submission, fields)
    body = {
        "source": kind.source.value,
        "source_detail": source_detail(kind, submission),
        "details": details_of(kind, submission, fields),
        "company": company_of(fields),
        "person": person,
        "consent": consent_of(given, connection),
        "campaign": campaign_of(fields),
        "occurred_at": submission.occurred_at.isoformat() if submission.occurred_at else None,
        "external_id": submission.external_id,
        "message": message_beside(kind.source, fields),
    }
    present = {name: value for name, value in body.items() if value not in (None, {})}
    return Capture(present, submission.vendor_person_id, wording)


def kind_of(submission: Submission, connection: Connection) -> Kind:
    ids = [text(one) or "" for one in submission.kind_ids]
    by_id = next((connection.kinds[one] for one in ids if one in connection.kinds), None)
    named = Kind(submission.source) if submission.source else None
    return by_id or named or connection.kind or Kind(submission.default)


def source_detail(kind: Kind, submission: Submission) -> str | None:
    """Sources without details keep the asset here, since it tells two captures of one person apart."""
    return kind.source_detail or (None if kind.source in REQUIRED else line(submission.asset_id))


def consent_given(submission: Submission, fields: Fields) -> tuple[bool | None, str | None]:
    """The box that the settings name counts before the one that the vendor marks."""
    if "consent" in fields.by_name:
        return flag(fields.by_name["consent"]), fields.consent_wording
    return submission.consent, submission.consent_wording


def consent_of(given: bool | None, connection: Connection) -> JsonObject | None:
    """No answer is no consent and no refusal. Without a purpose in the settings an answer means nothing."""
    if given is None or connection.consent is None:
        return None
    consent: JsonObject = {"status": "granted" if given else "denied", "purpose": connection.consent.purpose}
    version = connection.consent.text_version
    return consent if version is None else consent | {"text_version": version}


def details_of(kind: Kind, submission: Submission, fields: Fields) -> JsonObject | None:
    """The details of the source. What the vendor says of this engagement counts before the settings, and those before
    what can be derived. `None` without what a source requires."""
    required = REQUIRED.get(kind.source)
    if required is None:
        return None
    merged = derived_details(kind.source, submission, fields) | dict(kind.details) | dict(submission.details)
    details = {name: value for name, value in merged.items() if value is not None}
    return details if details.keys() >= required else None


def derived_details(source: Source, submission: Submission, fields: Fields) -> JsonObject:
    asset_id = line(submission.asset_id)
    match source:
        case Source.NEWSLETTER:
            return {"list": asset_id}
        case Source.GATED_CONTENT:
            return {"asset_id": asset_id, "asset_type": "other", "title": line(submission.title)}
        case Source.WEBINAR:
            return {"webinar_id": asset_id, "attended": False, "questions": fields.others or None}
        case _:
            return fields.chosen(DEMO_REQUEST) | {"message": message_of(fields)}


def message_beside(source: Source, fields: Fields) -> str | None:
    """The text that the person wrote and that the details of the source have no place for: a webinar's have one for
    questions."""
    match source:
        case Source.DEMO_REQUEST:
            return None
        case Source.WEBINAR:
            return text(fields.by_name.get("message"))
        case _:
            return message_of(fields)


def message_of(fields: Fields) -> str | None:
    """Questions that have no field of their own are part of the message."""
    lines = (text(fields.by_name.get("message")), *fields.others)
    return "\n".join(one for one in lines if one) or None
