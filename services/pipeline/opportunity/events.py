"""Events of an opportunity, stored for ever: add, never change.

Every change carries the opportunity's fields after it, so that no reader has to remember the event before.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal, NamedTuple

from services.pipeline.process.events import ForecastCategory
from shared.rules.fields import ExternalId, Instant, Line, Slug
from shared.rules.flattened import FlattenedEvent
from shared.rules.message import Erasure, Event, Parser, parser
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


class OpportunityFields(NamedTuple):
    """The fields of an opportunity. `process_version`: the version of its pipeline's process that set the stage;
    `stage_mapped`: whether the stage has a category. A new field needs a default: stored events lack it."""

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
    campaign: Line | None = None


MoveCommand = Literal["qualify", "advance", "win", "lose", "recycle", "reopen"]


class ChangeEvent(FlattenedEvent):
    """An event with the opportunity's fields after it. They are stored beside its own. `imported`: another system's
    export says so. `exported_at`: the instant of that export, if it is one of a row of exports."""

    after: OpportunityFields
    imported: bool = False
    exported_at: Instant | None = None


class OpportunityOpened(ChangeEvent):
    type: ClassVar[str] = "opportunity.opened"
    name: Sealed[str] | None


class StageChanged(ChangeEvent):
    """Each move is exactly one of these events, whatever else it changes."""

    type: ClassVar[str] = "opportunity.stage_changed"
    command: MoveCommand
    from_stage: Slug
    to_stage: Slug
    from_category: ForecastCategory
    to_category: ForecastCategory
    from_amount: Amount | None
    from_close_date: date | None
    seconds_in_from_stage: int
    reason: Slug | None = None
    note: Sealed[str] | None = None


class AmountChanged(ChangeEvent):
    type: ClassVar[str] = "opportunity.amount_changed"
    from_amount: Amount | None
    from_currency: Currency | None
    from_amount_estimated: bool | None = None
    """None in events of the first release."""


class CloseDateChanged(ChangeEvent):
    type: ClassVar[str] = "opportunity.close_date_changed"
    from_close_date: date | None


class CategoryChanged(ChangeEvent):
    """Chosen by hand; a category that follows the stage is part of `opportunity.stage_changed`."""

    type: ClassVar[str] = "opportunity.category_changed"
    from_category: ForecastCategory
    to_category: ForecastCategory


class Assigned(ChangeEvent):
    type: ClassVar[str] = "opportunity.assigned"
    from_owner: Slug
    to_owner: Slug


class Corrected(ChangeEvent):
    """A closed deal's amount, close date or owner was corrected."""

    type: ClassVar[str] = "opportunity.corrected"
    from_amount: Amount | None
    from_currency: Currency | None
    from_close_date: date | None
    from_owner: Slug
    reason: Slug
    note: Sealed[str] | None = None


class LeadAttached(ChangeEvent):
    type: ClassVar[str] = "opportunity.lead_attached"
    lead_id: str


class Linked(ChangeEvent):
    """The deal got the id it has in another system."""

    type: ClassVar[str] = "opportunity.linked"


class HandOverRefused(Event):
    """A rule refused a lead that was handed over: there is no opportunity for it."""

    type: ClassVar[str] = "hand_over.refused"
    lead_id: str
    rule: str


class TextsErased(Erasure):
    """The deal's name and notes were erased, because a person of one of its leads was."""

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
