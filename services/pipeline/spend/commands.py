"""Commands on spend."""

from typing import Annotated

from pydantic import Field

from services.pipeline.spend.events import SpendKind
from shared.rules.fields import Day, ExternalId, Label
from shared.rules.message import Command
from shared.rules.money import Money


class Spend(Command):
    """Days of the business, both included. `source` null: for no source alone. `corrects`: the entry that this one
    replaces; an amount of 0 cancels it."""

    first_day: Annotated[Day, Field(alias="from")]
    last_day: Annotated[Day, Field(alias="to")]
    source: Label | None
    kind: SpendKind
    amount: Money
    external_id: ExternalId | None = None
    corrects: Label | None = None


class RecordSpend(Command):
    """`spend_id`: what this entry is to be called."""

    spend_id: str
    body: Spend
