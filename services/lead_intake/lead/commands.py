"""What one may ask of a lead. `CaptureLead` is the body of its route, already in its normal form."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.lead_intake.lead.contact import domain_name, email_address, phone_number
from services.lead_intake.lead.events import (
    Campaign,
    Count,
    DemoRequest,
    Details,
    GatedContent,
    Label,
    Newsletter,
    Source,
    Webinar,
)
from shared.rules.message import Command, ExternalId, Instant, Line, Message, Prose, printable


def without_query(url: str) -> str:
    """Query and fragment may say who came; so may a user, or an address in the path."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an absolute URL of http or https")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    path = "" if "@" in parts.path or "%40" in parts.path else parts.path
    return f"{parts.scheme}://{host}{port}{path}"


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=320),
    AfterValidator(printable),
    AfterValidator(email_address),
    Field(json_schema_extra={"format": "email"}),
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(printable)]
Domain = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=253), AfterValidator(domain_name)
]
Country = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z]{2}$")]
Url = Annotated[str, StringConstraints(max_length=2000), AfterValidator(printable), AfterValidator(without_query)]


class PersonInput(Message):
    """An e-mail address or a phone number, and what else is known."""

    email: Email | None = None
    phone: Phone | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    job_title: Line | None = None

    @model_validator(mode="after")
    def can_be_reached(self) -> "PersonTold":
        if self.email is None and self.phone is None:
            raise ValueError("an email or a phone is needed")
        return self


class CompanyInput(Message):
    """`country`: ISO 3166-1 alpha-2; phone numbers without a + are read as dialled there."""

    name: Label | None = None
    domain: Domain | None = None
    country: Country | None = None
    industry: Label | None = None
    employees: Count | None = None


class CampaignInput(Campaign):
    click_id: Line | None = None
    landing_url: Url | None = None


class ConsentInput(Message):
    """`at`: by default the time of the engagement. Absent consent never means granted."""

    status: Literal["granted", "denied", "pending"]
    purpose: Label
    text_version: Label | None = None
    at: Instant | None = None


def several(questions: Any) -> Any:
    return [questions] if isinstance(questions, str) else questions


SomeQuestions = Annotated[tuple[Prose, ...], Field(min_length=1, max_length=50)]
Questions = Annotated[SomeQuestions, BeforeValidator(several, json_schema_input_type=Prose | SomeQuestions)]


class WebinarInput(Webinar):
    """`questions`: one, or a list of them."""

    questions: Questions | None = None


class DemoRequestInput(DemoRequest):
    """`timeline` and `role` are kept apart like `message`: people write anything into such fields."""

    message: Prose | None = None
    timeline: Prose | None = None
    role: Prose | None = None


DetailsInput = Newsletter | GatedContent | WebinarInput | DemoRequestInput
OF_SOURCE: dict[Source, type[Newsletter] | type[GatedContent] | type[WebinarInput] | type[DemoRequestInput]] = {
    Source.NEWSLETTER: Newsletter,
    Source.GATED_CONTENT: GatedContent,
    Source.WEBINAR: WebinarInput,
    Source.DEMO_REQUEST: DemoRequestInput,
}


class CaptureLead(Command):
    """One engagement of one person. `occurred_at` is the engagement's own time, `external_id` names the submission."""

    source: Source
    source_detail: Label | None = None
    details: DetailsInput | None = None
    company: CompanyInput | None = None
    person: PersonInput
    consent: ConsentInput | None = None
    campaign: CampaignInput | None = None
    occurred_at: Instant | None = None
    external_id: ExternalId | None = None

    @field_validator("details", mode="before")
    @classmethod
    def of_its_source(cls, details: Any, info: ValidationInfo) -> Any:
        source = info.data.get("source")
        if details is None or source is None:
            return details
        if source not in OF_SOURCE:
            raise ValueError(f"the source {source} has none")
        return OF_SOURCE[source].model_validate(details)

    @field_validator("person")
    @classmethod
    def dialled_in_its_country(cls, person: PersonInput, info: ValidationInfo) -> PersonInput:
        if person.phone is None:
            return person
        company = info.data.get("company")
        try:
            phone = phone_number(person.phone, company.country if company else None)
        except ValueError as error:
            raise field_error("phone", str(error)) from error
        return person.model_copy(update={"phone": phone})


def field_error(field: str, detail: str) -> ValidationError:
    """For a validator that looks at several fields: points at the one to blame."""
    wrong = InitErrorDetails(type=PydanticCustomError("value_error", detail), loc=(field,), input=None)
    return ValidationError.from_exception_data(field, [wrong], hide_input=True)


class RecordCapture(Command):
    """`told`, with the ids it gets if it is new. `unnamed`: neither an external id nor an Idempotency-Key tells it
    from a second click, so that time has to."""

    told: CaptureLead
    capture_id: str
    person_id: str
    engaged_at: Instant
    unnamed: bool


def event_details(details: DetailsInput | None) -> Details | None:
    """What may stand in an event."""
    match details:
        case WebinarInput():
            return Webinar(**{name: getattr(details, name) for name in Webinar.model_fields})
        case DemoRequestInput():
            return DemoRequest(**{name: getattr(details, name) for name in DemoRequest.model_fields})
        case _:
            return details


def texts_of(details: DetailsInput | None) -> dict[str, Any]:
    """What may not."""
    match details:
        case WebinarInput():
            told: dict[str, Any] = {"questions": details.questions}
        case DemoRequestInput():
            told = {"message": details.message, "timeline": details.timeline, "role": details.role}
        case _:
            return {}
    return {name: text for name, text in told.items() if text is not None}
