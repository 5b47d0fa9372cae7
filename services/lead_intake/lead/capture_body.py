"""The body of a capture, as callers send it, in normal form."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from services.lead_intake.lead import events
from services.lead_intake.lead.contact import phone_number
from services.lead_intake.lead.events import Source
from services.lead_intake.lead.spelling import (
    CLICK_IDS,
    Country,
    Domain,
    Email,
    EmployeeCount,
    Phone,
    Url,
    allow_blanks,
    without_blanks,
)
from shared.rules.fields import ExternalId, Instant, Label, Line, Prose
from shared.rules.message import Command, Message


class Input(Message):
    """A body or a part of one. Form tools send every field that they have: a blank one is an absent one. `OBJECTS`: the
    fields that are objects, which cannot be blank."""

    OBJECTS: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def blank_is_absent(cls, fields: Any) -> Any:
        return without_blanks(fields, cls.OBJECTS)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        allow_blanks(handler.resolve_ref_schema(schema), cls.OBJECTS)
        return schema


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
    """`click_id`: also under its usual names, such as `gclid` or `fbclid`."""

    utm_source: Label | None = None
    utm_medium: Label | None = None
    utm_campaign: Label | None = None
    utm_term: Label | None = None
    utm_content: Label | None = None
    click_id: Annotated[Line | None, Field(validation_alias=AliasChoices("click_id", *CLICK_IDS))] = None
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

    OBJECTS = frozenset({"budget"})

    message: Prose | None = None
    timeline: Prose | None = None
    role: Prose | None = None


DetailsInput = NewsletterInput | GatedContentInput | WebinarInput | DemoRequestInput
DETAILS_BY_SOURCE: dict[Source, type[NewsletterInput | GatedContentInput | WebinarInput | DemoRequestInput]] = {
    Source.NEWSLETTER: NewsletterInput,
    Source.GATED_CONTENT: GatedContentInput,
    Source.WEBINAR: WebinarInput,
    Source.DEMO_REQUEST: DemoRequestInput,
}


class IgnoredField(Message):
    """`pointer`: a JSON pointer into the body. `detail`: why this part cannot be read."""

    pointer: str
    detail: str


class LeftOut(NamedTuple):
    """The parts of a body that a lenient reading left out; `values`: as submitted, by their pointer."""

    fields: tuple[IgnoredField, ...] = ()
    values: Mapping[str, Any] = MappingProxyType({})


NOTHING = LeftOut()


class CaptureLead(Input, Command):
    """One engagement of one person. `occurred_at` is the engagement's own time, `external_id` names the submission.
    `message`: what the person wrote, where it has no place among the details of the source."""

    OBJECTS = frozenset({"details", "company", "person", "consent", "campaign"})

    source: Source
    source_detail: Label | None = None
    details: DetailsInput | None = None
    company: CompanyInput | None = None
    person: PersonInput
    consent: ConsentInput | None = None
    campaign: CampaignInput | None = None
    occurred_at: Instant | None = None
    external_id: ExternalId | None = None
    message: Prose | None = None

    @property
    def left_out(self) -> LeftOut:
        """The fields that a lenient reading left out."""
        return NOTHING

    @field_validator("details", mode="before")
    @classmethod
    def of_its_source(cls, details: Any, info: ValidationInfo) -> Any:
        source = info.data.get("source")
        if details is None or source is None:
            return details
        if source not in DETAILS_BY_SOURCE:
            raise ValueError(f"the source {source} has no details")
        return DETAILS_BY_SOURCE[source].model_validate(details)

    @field_validator("message")
    @classmethod
    def in_one_place(cls, message: str | None, info: ValidationInfo) -> str | None:
        if message is not None and info.data.get("source") == Source.DEMO_REQUEST:
            raise ValueError("of a demo request it is among the details")
        return message

    @field_validator("person")
    @classmethod
    def dialled_in_its_country(cls, person: PersonInput, info: ValidationInfo) -> PersonInput:
        return with_dialled_phone(person, info.data.get("company"))


def with_dialled_phone(person: PersonInput, company: CompanyInput | None) -> PersonInput:
    """The person with the phone number as it is dialled in the company's country. Raises `ValidationError`."""
    if person.phone is None:
        return person
    try:
        phone = phone_number(person.phone, company.country if company else None)
    except ValueError as error:
        raise field_error("phone", str(error)) from error
    return person.model_copy(update={"phone": phone})


def field_error(field: str, detail: str) -> ValidationError:
    """The error of a validator that looks at several fields: it points at the one that is wrong."""
    wrong = InitErrorDetails(type=PydanticCustomError("value_error", detail), loc=(field,), input=None)
    return ValidationError.from_exception_data(field, [wrong], hide_input=True)
