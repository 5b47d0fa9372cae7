"""Events of a form, stored for ever: add, never change."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from services.lead_intake.connection.events import MAX_ENTRIES, ConsentSettings, Details, FieldName
from services.lead_intake.lead.events import Source
from shared.rules.fields import WHOLE, Label, Line
from shared.rules.message import Event, Message, Parser, parser

LONGEST_WAIT = 3600
SITE = r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?"
PRINTABLE = r"[!-\[\]-~]"
"""ASCII but for the backslash, which browsers read as a slash: such an address leads elsewhere than it says."""


def origin(text: str) -> str:
    """The origin as browsers spell it."""
    return text.lower().removesuffix("/")


Origin = Annotated[str, StringConstraints(pattern=rf"^{SITE}/?$", max_length=200), AfterValidator(origin)]
"""Scheme and host of a page, such as `https://www.example.com`."""
PageAddress = Annotated[str, StringConstraints(pattern=rf"^{SITE}([/?#]{PRINTABLE}*)?$", max_length=2000)]
"""An absolute address, such as `https://www.example.com/thanks`."""
FieldMap = Annotated[dict[Line, FieldName], Field(max_length=MAX_ENTRIES)]
Seconds = Annotated[int, Field(strict=True, ge=0, le=LONGEST_WAIT), WHOLE]


class FormSettings(Message):
    """The settings by which posts are read.

    `fields`: the name of a field, and what it means; fields whose names are meanings need no entry. `consent`: what the
    box asks for that `fields` maps to `consent`. `origins`: of the pages that have the form; none: all. `redirect`:
    where a browser is sent after a post. `honeypot`: a field that people do not see; whoever fills it is no person.
    `least_seconds`: what a person needs at least to fill the form.
    """

    source: Source
    source_detail: Label | None = None
    details: Details = Field(default_factory=dict)
    fields: FieldMap
    consent: ConsentSettings | None = None
    origins: Annotated[tuple[Origin, ...], Field(max_length=50)]
    redirect: PageAddress | None = None
    honeypot: Line | None = None
    least_seconds: Seconds | None = None

    @field_validator("honeypot")
    @classmethod
    def is_no_field(cls, honeypot: str | None, info: ValidationInfo) -> str | None:
        if honeypot is not None and honeypot in info.data.get("fields", ()):
            raise ValueError("must not be one of the fields that people fill")
        return honeypot


class FormDefined(Event):
    """`settings`: all of them, as they are from now on."""

    type: ClassVar[str] = "form.defined"
    settings: FormSettings


FormEvent = FormDefined
PARSE: Parser[FormEvent] = parser(FormEvent)
