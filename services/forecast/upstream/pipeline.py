"""What forecast reads of pipeline's events: the deal after each."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from shared.rules.message import Parser, UpstreamEvent, tolerant_parser

Category = Literal["omitted", "pipeline", "upside", "commit", "closed"]
Outcome = Literal["won", "lost", "recycled"]


class After(UpstreamEvent):
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


class Opened(After):
    type: ClassVar[str] = "opportunity.opened"


class StageChanged(After):
    type: ClassVar[str] = "opportunity.stage_changed"


class AmountChanged(After):
    type: ClassVar[str] = "opportunity.amount_changed"


class CloseDateChanged(After):
    type: ClassVar[str] = "opportunity.close_date_changed"


class CategoryChanged(After):
    type: ClassVar[str] = "opportunity.category_changed"


class Assigned(After):
    type: ClassVar[str] = "opportunity.assigned"


class Corrected(After):
    type: ClassVar[str] = "opportunity.corrected"


DealEvent = Opened | StageChanged | AmountChanged | CloseDateChanged | CategoryChanged | Assigned | Corrected
PARSE: Parser[DealEvent] = tolerant_parser(DealEvent)
