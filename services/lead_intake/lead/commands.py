"""Commands on a lead. `CaptureLead` is the body of its route, already in normal form."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.lead_intake.lead import events
from services.lead_intake.lead.contact import phone_number
from services.lead_intake.lead.events import Label, Source
from services.lead_intake.lead.spelling import (
    Country,
    Domain,
    Email,
    EmployeeCount,
    Phone,
    Url,
    allow_blanks,
    without_blanks,
)
from shared.rules.message import Command, ExternalId, Instant, Line, Message, Prose


class Input(Message):
    """A body or a part of one. Form tools send every field that they have: a blank one is an absent one."""

    model_config = ConfigDict(json_schema_extra=allow_blanks)

    @model_validator(mode="before")
    @classmethod
    def blank_is_absent(cls, fields: Any) -> Any:
        return without_blanks(fields)


class PersonInput(Input):
    """An e-mail address or a phone number, and what else is known."""

    email: Email | None = None
    phone: Phone | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    job_title: Line | None = None

    @model_validator(mode="after")
    def can_be_reached(self) -> "PersonInput":
        if self.email is None and self.phone is None:
            raise ValueError("an email or a phone is needed")
        return self


class CompanyInput(Input):
    """`country`: ISO 3166-1 alpha-2, or an English name; phone numbers without a + are read as dialled there."""

    name: Label | None = None
    domain: Domain | None = None
    country: Country | None = None
    industry: Label | None = None
    employees: EmployeeCount | None = None


class CampaignInput(Input):
    utm_source: Label | None = None
    utm_medium: Label | None = None
    utm_campaign: Label | None = None
    utm_term: Label | None = None
    utm_content: Label | None = None
    click_id: Line | None = None
    landing_url: Url | None = None


class ConsentInput(Message):
    """`at`: by default the time of the engagement. Absent consent never means granted."""

    status: Literal["granted", "denied", "pending"]
    purpose: Label
    text_version: Label | None = None
    at: Instant | None = None


def as_list(questions: Any) -> Any:
    return [questions] if isinstance(questions, str) else questions


QuestionList = Annotated[tuple[Prose, ...], Field(min_length=1, max_length=50)]
Questions = Annotated[QuestionList, BeforeValidator(as_list, json_schema_input_type=Prose | QuestionList)]


class NewsletterInput(Input, events.Newsletter):
    pass


class GatedContentInput(Input, events.GatedContent):
    """`title` is sealed: people are named in titles."""


class WebinarInput(Input, events.Webinar):
    """`questions`: one, or a list of them."""

    questions: Questions | None = None


class DemoRequestInput(Input, events.DemoRequest):
    """`timeline` and `role` are sealed like `message`: people write anything into such fields."""

    message: Prose | None = None
    timeline: Prose | None = None
    role: Prose | None = None


DetailsInput = NewsletterInput | GatedContentInput | WebinarInput | DemoRequestInput
OF_SOURCE: dict[Source, type[NewsletterInput | GatedContentInput | WebinarInput | DemoRequestInput]] = {
    Source.NEWSLETTER: NewsletterInput,
    Source.GATED_CONTENT: GatedContentInput,
    Source.WEBINAR: WebinarInput,
    Source.DEMO_REQUEST: DemoRequestInput,
}


class CaptureLead(Input, Command):
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
            raise ValueError(f"the source {source} has no details")
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
    """For a validator that looks at several fields: points at the one that is wrong."""
    wrong = InitErrorDetails(type=PydanticCustomError("value_error", detail), loc=(field,), input=None)
    return ValidationError.from_exception_data(field, [wrong], hide_input=True)


class RecordCapture(Command):
    """`body`, with the ids that the capture gets if it is new.

    `content`: a keyed digest of the body. `is_anonymous`: neither an external id nor an Idempotency-Key distinguishes
    it from a second click, so time and content have to.
    """

    body: CaptureLead
    capture_id: str
    person_id: str
    engaged_at: Instant
    is_anonymous: bool
    content: str


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


def texts_of(body: CaptureLead) -> dict[str, Any]:
    """The details that events must not contain."""
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
