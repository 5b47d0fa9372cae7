"""Pipeline's events as the forecast reads them: each opportunity after the event, and which pipelines there are."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from shared.rules.message import Parser, UpstreamEvent, tolerant_parser

Category = Literal["omitted", "pipeline", "upside", "commit", "closed"]
Outcome = Literal["won", "lost", "recycled"]


class OpportunityEvent(UpstreamEvent):
    """The opportunity after the event."""

    account: str
    owner: str
    motion: str
    pipeline: str
    stage: str
    stage_mapped: bool
    category: Category
    qualified: bool
    outcome: Outcome | None
    amount: Decimal | None
    currency: str | None
    close_date: date | None
    external_id: str | None = None


class Opened(OpportunityEvent):
    type: ClassVar[str] = "opportunity.opened"


class StageChanged(OpportunityEvent):
    type: ClassVar[str] = "opportunity.stage_changed"


class AmountChanged(OpportunityEvent):
    type: ClassVar[str] = "opportunity.amount_changed"


class CloseDateChanged(OpportunityEvent):
    type: ClassVar[str] = "opportunity.close_date_changed"


class CategoryChanged(OpportunityEvent):
    type: ClassVar[str] = "opportunity.category_changed"


class Assigned(OpportunityEvent):
    type: ClassVar[str] = "opportunity.assigned"


class Corrected(OpportunityEvent):
    type: ClassVar[str] = "opportunity.corrected"


class Linked(OpportunityEvent):
    type: ClassVar[str] = "opportunity.linked"


class ProcessDefined(UpstreamEvent):
    """The stages of a pipeline were defined: the pipeline exists from then on."""

    type: ClassVar[str] = "process.defined"
    pipeline: str


PipelineEvent = (
    Opened
    | StageChanged
    | AmountChanged
    | CloseDateChanged
    | CategoryChanged
    | Assigned
    | Corrected
    | Linked
    | ProcessDefined
)
PARSE: Parser[PipelineEvent] = tolerant_parser(PipelineEvent)
