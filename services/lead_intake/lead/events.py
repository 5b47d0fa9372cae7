"""What was captured of a lead. Stored for ever: add, never change.

No e-mail address, phone, name or free text stands here: they are sealed under the person, whose erasure empties them.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from shared.rules.message import WHOLE, Event, ExternalId, Flag, Line, Message, Parser, parser
from shared.rules.money import Amount, Currency, Money
from shared.rules.sealed import Sealed

AT = re.compile("[@＠﹫]")


def no_address(text: str) -> str:
    if AT.search(text):
        raise ValueError("must not contain @: an address has no place here")
    return text


Label = Annotated[Line, AfterValidator(no_address)]
"""A line that everybody who reads the topic may see."""
Count = Annotated[int, Field(strict=True, ge=0, le=100_000_000), WHOLE]


class Source(StrEnum):
    NEWSLETTER = "newsletter"
    GATED_CONTENT = "gated_content"
    WEBINAR = "webinar"
    DEMO_REQUEST = "demo_request"
    CONTACT_FORM = "contact_form"
    REFERRAL = "referral"
    EVENT = "event"
    PAID = "paid"
    OUTBOUND = "outbound"
    IMPORT = "import"
    OTHER = "other"


class Newsletter(Message):
    list: Label
    double_opt_in: Flag = False


class GatedContent(Message):
    asset_id: Label
    asset_type: Literal["case_study", "ebook", "whitepaper", "report", "other"]
    title: Line | None = None


class Webinar(Message):
    webinar_id: Label
    attended: Flag
    minutes: Count | None = None


class Range(Message):
    """From `min` to `max`, both included; one end may be open."""

    min: Amount | None = None
    max: Amount | None = None
    currency: Currency


def money_or_range(budget: Any) -> Any:
    """By its shape, so that an error points at the field and not at one of two types."""
    if isinstance(budget, Money | Range):
        return budget
    return (Money if isinstance(budget, dict) and "amount" in budget else Range).model_validate(budget)


Budget = Annotated[Money | Range, BeforeValidator(money_or_range)]


class DemoRequest(Message):
    budget: Budget | None = None
    product: Label | None = None
    seats: Count | None = None


Details = Annotated[DemoRequest | Newsletter | GatedContent | Webinar, Field(union_mode="left_to_right")]
"""No two have a shape in common, so the first that fits is the one; to try all, as else, is a quarter of the time in
which an event is read."""


COMPANY_NAME = "company_name"
"""Among what is sealed of a person."""


class Company(Message):
    """`country`: ISO 3166-1 alpha-2. `domain`: lower-case, in its ASCII form. `name`: in the oldest events only."""

    name: Label | None = None
    domain: Label | None = None
    country: Label | None = None
    industry: Label | None = None
    employees: Count | None = None


class Campaign(Message):
    """`landing_url`: without query and fragment."""

    utm_source: Label | None = None
    utm_medium: Label | None = None
    utm_campaign: Label | None = None
    utm_term: Label | None = None
    utm_content: Label | None = None
    landing_url: str | None = None


class Consent(Message):
    """What the person said to one purpose, and to which version of the text."""

    status: Literal["granted", "denied", "pending"]
    purpose: Label
    text_version: Label | None
    at: datetime


EmailKind = Literal["business", "free", "disposable", "none"]
RoleClass = Literal["executive", "director", "manager", "individual"]
SizeBand = Literal["1-10", "11-50", "51-200", "201-1000", "1001-5000", "5001+"]


class Captured(Event):
    """`engaged_at`: when the person did it; `received_at`: when we were told. `person` and `texts` as told with it."""

    capture_id: str
    person_id: str
    source: Source
    source_detail: Label | None
    details: Details | None
    engaged_at: datetime
    received_at: datetime
    external_id: ExternalId | None
    campaign: Campaign | None
    company: Company | None
    email_kind: EmailKind
    role_class: RoleClass | None
    size_band: SizeBand | None
    consent: Consent | None
    person: Sealed[dict[str, str]]
    texts: Sealed[dict[str, Any]] | None

    def vault_subject(self, stream: str) -> str:
        return f"person-{self.person_id}"

    @property
    def asset(self) -> str | None:
        return asset_of(self.details, self.source_detail)


class LeadCaptured(Captured):
    """The first capture of a person."""

    type: ClassVar[str] = "lead.captured"


class EngagementAdded(Captured):
    """One more capture of a person who is a lead already."""

    type: ClassVar[str] = "lead.engagement_added"


def asset_of(details: Details | None, source_detail: str | None) -> str | None:
    """What exactly was engaged with: two captures of it within a minute are one."""
    match details:
        case Newsletter():
            return details.list
        case GatedContent():
            return details.asset_id
        case Webinar():
            return details.webinar_id
        case DemoRequest():
            return details.product
        case None:
            return source_detail


LeadEvent = LeadCaptured | EngagementAdded
PARSE: Parser[LeadEvent] = parser(LeadEvent)
