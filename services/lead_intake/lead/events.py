"""Events of a lead, stored for ever: add, never change.

Events contain no e-mail address, phone number, name or free text: these are sealed under the person, and erasing the
person deletes them.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import BeforeValidator, Field, ValidationInfo

from shared.rules.fields import WHOLE, ExternalId, Flag, Instant, Label, Line
from shared.rules.flattened import FlattenedEvent
from shared.rules.message import Event, Message, Parser, parser
from shared.rules.money import Amount, Currency, Money
from shared.rules.sealed import Sealed

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
    """`title`: in old events only; today's are sealed, because a title may name a person."""

    asset_id: Label
    asset_type: Literal["case_study", "ebook", "whitepaper", "report", "other"]
    title: Line | None = None


class Webinar(Message):
    webinar_id: Label
    attended: Flag
    minutes: Count | None = None


class Range(Message):
    """A range from `min` to `max`, both included; one end may be open."""

    min: Amount | None = None
    max: Amount | None = None
    currency: Currency


def money_or_range(budget: Any, info: ValidationInfo) -> Any:
    """Chooses the type by the shape, so that an error points at the field and not at one of two types."""
    if isinstance(budget, Money | Range):
        return budget
    kind = Money if isinstance(budget, dict) and "amount" in budget else Range
    return kind.model_validate(budget, context=info.context)


Budget = Annotated[Money | Range, BeforeValidator(money_or_range)]


class DemoRequest(Message):
    budget: Budget | None = None
    product: Label | None = None
    seats: Count | None = None


Details = Annotated[DemoRequest | Newsletter | GatedContent | Webinar, Field(union_mode="left_to_right")]
"""No two of them can have the same shape, so the first that fits is the right one; trying all takes a quarter of the
time in which an event is parsed."""


COMPANY_NAME = "company_name"
"""The company's name among the sealed personal data: a sole trader's company has the name of a person."""


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
    """A person's decision on one purpose, and the version of the text that they decided on."""

    status: Literal["granted", "denied", "pending"]
    purpose: Label
    text_version: Label | None
    at: datetime


ActivityKind = Literal[
    "email_opened",
    "email_clicked",
    "page_viewed",
    "unsubscribed",
    "bounced",
    "meeting_booked",
    "meeting_canceled",
    "no_show",
    "registration_canceled",
    "imported_score",
]
EmailKind = Literal["business", "free", "disposable", "none"]
RoleClass = Literal["executive", "director", "manager", "individual"]
SizeBand = Literal["1-10", "11-50", "51-200", "201-1000", "1001-5000", "5001+"]


class CaptureFields(NamedTuple):
    """One capture. `engaged_at`: when the person engaged; `received_at`: when the capture arrived.

    `content`: a keyed digest of the submitted body, which tells a repetition from a supplement. `supplements`: the
    capture that this one adds to, when the same engagement was submitted again with other content. `connection_id`: the
    connection through which it arrived; `form_key`: the form. `email_domain`: the registered domain of a business
    e-mail address. `merged_into`: the lead that this capture counts for, as long as the two are merged.
    """

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
    content: str | None = None
    supplements: str | None = None
    connection_id: str | None = None
    email_domain: Label | None = None
    form_key: str | None = None
    merged_into: str | None = None


class Captured(FlattenedEvent):
    capture: CaptureFields

    def vault_subject(self, stream: str) -> str:
        return f"person-{self.capture.person_id}"


class LeadCaptured(Captured):
    """The first capture of a person."""

    type: ClassVar[str] = "lead.captured"


class EngagementAdded(Captured):
    """A further capture of a known person."""

    type: ClassVar[str] = "lead.engagement_added"


class ActivityRecorded(Event):
    """An activity of a known person, besides submitting something. `subject`: the booking or webinar that it belongs
    to. `merged_into`: the lead that it counts for, as long as the two are merged."""

    type: ClassVar[str] = "lead.activity"
    activity_id: str
    kind: ActivityKind
    engaged_at: Instant
    received_at: Instant
    external_id: ExternalId | None = None
    connection_id: str | None = None
    subject: Line | None = None
    merged_into: str | None = None


class ProfileChanged(Event):
    """A vendor's change of a known person's data, apart from any engagement: other personal data, or an address by
    which they are reached from now on. `person`: the fields that it says."""

    type: ClassVar[str] = "lead.profile_changed"
    person_id: str
    changed_at: Instant
    received_at: Instant
    external_id: ExternalId | None
    connection_id: str | None
    company: Company | None
    role_class: RoleClass | None
    person: Sealed[dict[str, str]]

    def vault_subject(self, stream: str) -> str:
        return f"person-{self.person_id}"


class ConsentChanged(Event):
    """A decision on one purpose, apart from any capture. `activity_id`: the activity that implies it. `evidence`: how
    the person decided, such as the wording of a form."""

    type: ClassVar[str] = "lead.consent_changed"
    person_id: str
    consent: Consent
    activity_id: str | None = None
    evidence: Sealed[str] | None = None

    def vault_subject(self, stream: str) -> str:
        return f"person-{self.person_id}"


class ExternalIdLinked(Event):
    """The lead has this id in another system, too."""

    type: ClassVar[str] = "lead.linked"
    external_id: ExternalId
    person_id: str

    def vault_subject(self, stream: str) -> str:
        return f"person-{self.person_id}"


class LeadMerged(Event):
    """The lead is the same person as the lead `into`, whose `person_id` stands for both. Its own events stay its own,
    so that the merge can be undone. `was_into`: the lead that it was merged into before. With that one it comes to
    `into`; or back to it, which it came from, when that one's merge is undone."""

    type: ClassVar[str] = "lead.merged"
    into: str
    person_id: str
    was_into: str | None = None


class LeadUnmerged(Event):
    """The lead is a person of its own again. `was_into`: the lead that it had been merged into."""

    type: ClassVar[str] = "lead.unmerged"
    was_into: str


class LeadAbsorbed(Event):
    """Another lead was merged into this one."""

    type: ClassVar[str] = "lead.absorbed"
    lead_id: str
    person_id: str


class LeadSeparated(Event):
    """Another lead is merged into this one no longer."""

    type: ClassVar[str] = "lead.separated"
    lead_id: str


LeadEvent = (
    LeadCaptured
    | EngagementAdded
    | ActivityRecorded
    | ProfileChanged
    | ConsentChanged
    | ExternalIdLinked
    | LeadMerged
    | LeadUnmerged
    | LeadAbsorbed
    | LeadSeparated
)
PARSE: Parser[LeadEvent] = parser(LeadEvent)
