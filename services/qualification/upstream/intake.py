"""The events of intake that qualification reads."""

from datetime import datetime
from typing import ClassVar

from pydantic import ConfigDict

from shared.rules.message import Message, Parser, UpstreamEvent, tolerant_parser


class UpstreamPart(Message):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Company(UpstreamPart):
    domain: str | None = None
    country: str | None = None
    industry: str | None = None
    employees: int | None = None


class Details(UpstreamPart):
    attended: bool | None = None
    asset_type: str | None = None
    double_opt_in: bool | None = None


class Campaign(UpstreamPart):
    utm_campaign: str | None = None


class Captured(UpstreamEvent):
    capture_id: str
    person_id: str
    source: str
    engaged_at: datetime
    external_id: str | None
    details: Details | None = None
    company: Company | None
    email_kind: str
    role_class: str | None
    supplements: str | None = None
    email_domain: str | None = None
    merged_into: str | None = None
    campaign: Campaign | None = None


class LeadCaptured(Captured):
    type: ClassVar[str] = "lead.captured"


class EngagementAdded(Captured):
    type: ClassVar[str] = "lead.engagement_added"


class ActivityRecorded(UpstreamEvent):
    type: ClassVar[str] = "lead.activity"
    activity_id: str
    kind: str
    engaged_at: datetime
    merged_into: str | None = None


class PersonErased(UpstreamEvent):
    type: ClassVar[str] = "person.erased"
    lead_ids: tuple[str, ...]
    prospect_ids: tuple[str, ...] = ()


class ProspectRecorded(UpstreamEvent):
    type: ClassVar[str] = "prospect.recorded"
    person_id: str | None
    company: Company
    email_domain: str | None
    role_class: str | None


class LeadMerged(UpstreamEvent):
    type: ClassVar[str] = "lead.merged"
    into: str
    was_into: str | None = None


class LeadUnmerged(UpstreamEvent):
    type: ClassVar[str] = "lead.unmerged"
    was_into: str


IntakeEvent = (
    LeadCaptured | EngagementAdded | ActivityRecorded | PersonErased | LeadMerged | LeadUnmerged | ProspectRecorded
)
PARSE: Parser[IntakeEvent] = tolerant_parser(IntakeEvent)
