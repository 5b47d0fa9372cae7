"""What has happened to an opportunity. Stored for ever: add, never change.

Every event carries the state after it that readers need, so that none of them has to remember the one before.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal

from services.pipeline.process.events import ForecastCategory
from shared.rules.message import Erasure, Event, ExternalId, Line, Parser, Slug, parser
from shared.rules.money import Amount, Currency
from shared.rules.sealed import Sealed


class Motion(StrEnum):
    NEW_BUSINESS = "new_business"
    EXISTING_BUSINESS = "existing_business"


class Approach(StrEnum):
    HUNTING = "hunting"
    FARMING = "farming"


class Outcome(StrEnum):
    WON = "won"
    LOST = "lost"
    RECYCLED = "recycled"


class After(Event):
    """The deal after the event. `process_version`: which version of its pipeline's process was used."""

    account: Line
    owner: Slug
    motion: Motion
    approach: Approach
    pipeline: Slug
    process_version: int
    stage: Slug
    stage_mapped: bool
    category: ForecastCategory
    category_by_hand: bool
    qualified: bool
    outcome: Outcome | None
    amount: Amount | None
    currency: Currency | None
    amount_estimated: bool
    close_date: date | None
    product: Line | None
    lead_ids: tuple[str, ...]
    origin: Literal["lead", "direct"]
    source: Line
    mql_source: Line | None
    external_id: ExternalId | None


class OpportunityOpened(After):
    type: ClassVar[str] = "opportunity.opened"
    name: Sealed[str] | None


class StageChanged(After):
    """Qualify, advance, win, lose, recycle or reopen: exactly one event for each, whatever it changes besides."""

    type: ClassVar[str] = "opportunity.stage_changed"
    command: Literal["qualify", "advance", "win", "lose", "recycle", "reopen"]
    from_stage: Slug
    to_stage: Slug
    from_category: ForecastCategory
    to_category: ForecastCategory
    from_amount: Amount | None
    from_close_date: date | None
    seconds_in_from_stage: int
    reason: Slug | None = None
    note: Sealed[str] | None = None


class AmountChanged(After):
    type: ClassVar[str] = "opportunity.amount_changed"
    from_amount: Amount | None
    from_currency: Currency | None


class CloseDateChanged(After):
    type: ClassVar[str] = "opportunity.close_date_changed"
    from_close_date: date | None


class CategoryChanged(After):
    """By hand; a category that follows the stage is inside `StageChanged`."""

    type: ClassVar[str] = "opportunity.category_changed"
    from_category: ForecastCategory
    to_category: ForecastCategory


class Assigned(After):
    type: ClassVar[str] = "opportunity.assigned"
    from_owner: Slug
    to_owner: Slug


class Corrected(After):
    """A closed deal's amount, close date or owner was put right."""

    type: ClassVar[str] = "opportunity.corrected"
    from_amount: Amount | None
    from_currency: Currency | None
    from_close_date: date | None
    from_owner: Slug
    reason: Slug
    note: Sealed[str] | None = None


class LeadAttached(After):
    type: ClassVar[str] = "opportunity.lead_attached"
    lead_id: str


class Linked(After):
    """The deal got an id of another system."""

    type: ClassVar[str] = "opportunity.linked"


class HandOverRefused(Event):
    """A lead was handed over, and a rule said no: no opportunity came of it."""

    type: ClassVar[str] = "hand_over.refused"
    lead_id: str
    rule: str


class TextsErased(Erasure):
    """A person of one of the deal's leads was erased, and with them what was written about the deal."""

    type: ClassVar[str] = "opportunity.texts_erased"


OpportunityEvent = (
    OpportunityOpened
    | StageChanged
    | AmountChanged
    | CloseDateChanged
    | CategoryChanged
    | Assigned
    | Corrected
    | LeadAttached
    | Linked
    | HandOverRefused
    | TextsErased
)
PARSE: Parser[OpportunityEvent] = parser(OpportunityEvent)
