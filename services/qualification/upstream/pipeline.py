"""The events of pipeline that qualification reads."""

from typing import ClassVar, Literal

from services.qualification.lead.fields import Motion
from shared.rules.message import Parser, UpstreamEvent, tolerant_parser


class Deal(UpstreamEvent):
    """The fields of a deal after an event."""

    account: str
    owner: str
    motion: Motion
    pipeline: str
    qualified: bool
    outcome: Literal["won", "lost", "recycled"] | None
    lead_ids: tuple[str, ...]


class Opened(Deal):
    type: ClassVar[str] = "opportunity.opened"


class StageChanged(Deal):
    type: ClassVar[str] = "opportunity.stage_changed"
    command: Literal["qualify", "advance", "win", "lose", "recycle", "reopen"]
    reason: str | None


class Assigned(Deal):
    type: ClassVar[str] = "opportunity.assigned"


class Corrected(Deal):
    type: ClassVar[str] = "opportunity.corrected"


class LeadAttached(Deal):
    type: ClassVar[str] = "opportunity.lead_attached"
    lead_id: str


class HandOverRefused(UpstreamEvent):
    type: ClassVar[str] = "hand_over.refused"
    lead_id: str
    rule: str


PipelineEvent = Opened | StageChanged | Assigned | Corrected | LeadAttached | HandOverRefused
PARSE: Parser[PipelineEvent] = tolerant_parser(PipelineEvent)
