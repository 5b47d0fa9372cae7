"""Changes of an open deal's amount, close date, category and owner."""

from datetime import date

from services.pipeline.opportunity import commands, events
from services.pipeline.opportunity.events import OpportunityFields
from services.pipeline.process.events import ForecastCategory
from services.pipeline.process.state import QUALIFIED_CATEGORIES, open_categories
from shared.rules.message import Rejected
from shared.rules.money import Money


def set_amount(fields: OpportunityFields, command: commands.SetAmount) -> list[events.OpportunityEvent]:
    after = with_amount(fields, command.amount, estimated=command.amount_estimated)
    if after == fields:
        return []
    return [
        events.AmountChanged(
            after=after,
            from_amount=fields.amount,
            from_currency=fields.currency,
            from_amount_estimated=fields.amount_estimated,
        )
    ]


def with_amount(fields: OpportunityFields, amount: Money | None, *, estimated: bool = False) -> OpportunityFields:
    if amount is None:
        return fields._replace(amount=None, currency=None, amount_estimated=False)
    return fields._replace(amount=amount.amount, currency=amount.currency, amount_estimated=estimated)


def set_close_date(fields: OpportunityFields, close_date: date | None) -> list[events.OpportunityEvent]:
    if close_date == fields.close_date:
        return []
    return [events.CloseDateChanged(after=fields._replace(close_date=close_date), from_close_date=fields.close_date)]


def set_category(fields: OpportunityFields, category: ForecastCategory) -> list[events.OpportunityEvent]:
    if category not in QUALIFIED_CATEGORIES:
        raise Rejected(f"an open opportunity cannot be in {category}")
    if category not in open_categories(qualified=fields.qualified):
        raise Rejected(f"an unqualified opportunity cannot be in {category}")
    if category == fields.category and fields.category_by_hand:
        return []
    after = fields._replace(category=category, category_by_hand=True)
    return [events.CategoryChanged(after=after, from_category=fields.category, to_category=category)]


def assign(fields: OpportunityFields, owner: str) -> list[events.OpportunityEvent]:
    if owner == fields.owner:
        return []
    return [events.Assigned(after=fields._replace(owner=owner), from_owner=fields.owner, to_owner=owner)]


def reassign(fields: OpportunityFields, command: commands.Reassign) -> list[events.OpportunityEvent]:
    return assign(fields, command.owner) if fields.owner == command.from_owner else []
