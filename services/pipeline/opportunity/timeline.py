"""The timeline of a deal: what has happened to it, in words."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from services.pipeline.opportunity import events
from services.pipeline.opportunity.events import OpportunityFields
from shared.rules.money import format_amount


def sentence(event: events.OpportunityEvent) -> str:
    match event:
        case events.OpportunityOpened():
            start = f"{words(event.after.stage)} from {words(event.after.source)}"
            return f"Opened in {start}, for {event.after.owner}{worth(event.after)}"
        case events.StageChanged():
            return move(event)
        case events.AmountChanged():
            before = amount(event.from_amount, event.from_currency)
            return f"Amount changed from {before} to {amount(event.after.amount, event.after.currency)}"
        case events.CloseDateChanged():
            return f"Close date changed from {day(event.from_close_date)} to {day(event.after.close_date)}"
        case events.CategoryChanged():
            return f"Category set by hand from {event.from_category} to {event.to_category}"
        case events.Assigned():
            return f"Assigned from {event.from_owner} to {event.to_owner}"
        case events.Corrected():
            return f"Corrected ({words(event.reason)}): {', '.join(corrections(event)) or 'nothing'}"
        case events.LeadAttached():
            return f"Lead {event.lead_id} attached"
        case events.Linked():
            return f"Linked to {event.after.external_id}"
        case events.HandOverRefused():
            return f"Hand-over of lead {event.lead_id} refused: {event.rule}"
        case events.TextsErased():
            return "Name and notes erased"


def named_owners(event: events.OpportunityEvent) -> Sequence[str]:
    """The owners whom the sentence names."""
    match event:
        case events.OpportunityOpened():
            return [event.after.owner]
        case events.Assigned():
            return [event.from_owner, event.to_owner]
        case events.Corrected() if event.from_owner != event.after.owner:
            return [event.from_owner, event.after.owner]
        case _:
            return []


def named_amounts(event: events.OpportunityEvent) -> Sequence[tuple[Decimal, str]]:
    """The amounts that the sentence names, with their currencies."""
    match event:
        case events.OpportunityOpened() | events.StageChanged(command="win"):
            found = [(event.after.amount, event.after.currency)]
        case events.AmountChanged():
            found = [(event.from_amount, event.from_currency), (event.after.amount, event.after.currency)]
        case events.Corrected() if is_amount_corrected(event):
            found = [(event.from_amount, event.from_currency), (event.after.amount, event.after.currency)]
        case _:
            found = []
    return [(value, currency) for value, currency in found if value is not None and currency is not None]


def named_days(event: events.OpportunityEvent) -> Sequence[date]:
    """The close dates that the sentence names."""
    match event:
        case events.StageChanged(command="win"):
            found = [event.after.close_date]
        case events.CloseDateChanged():
            found = [event.from_close_date, event.after.close_date]
        case events.Corrected() if event.from_close_date != event.after.close_date:
            found = [event.from_close_date, event.after.close_date]
        case _:
            found = []
    return [each for each in found if each is not None]


def move(event: events.StageChanged) -> str:
    reason = f": {words(event.reason)}" if event.reason else ""
    before, after = words(event.from_stage), words(event.to_stage)
    match event.command:
        case "qualify":
            return f"Qualified, from {before} to {after}"
        case "advance":
            return f"Moved from {before} to {after}"
        case "win":
            return f"Won from {before}{worth(event.after)}, closing on {day(event.after.close_date)}"
        case "lose":
            return f"Lost from {before}{reason}"
        case "recycle":
            return f"Recycled from {before}{reason}"
        case "reopen":
            return f"Reopened in {after}{reason}"


def is_amount_corrected(event: events.Corrected) -> bool:
    return (event.from_amount, event.from_currency) != (event.after.amount, event.after.currency)


def corrections(event: events.Corrected) -> Iterator[str]:
    if is_amount_corrected(event):
        before = amount(event.from_amount, event.from_currency)
        after = amount(event.after.amount, event.after.currency)
        yield f"amount from {before} to {after}"
    if event.from_close_date != event.after.close_date:
        yield f"close date from {day(event.from_close_date)} to {day(event.after.close_date)}"
    if event.from_owner != event.after.owner:
        yield f"owner from {event.from_owner} to {event.after.owner}"


def worth(fields: OpportunityFields) -> str:
    return "" if fields.amount is None else f", worth {amount(fields.amount, fields.currency)}"


def amount(value: Decimal | None, currency: str | None) -> str:
    return "none" if value is None or currency is None else f"{format_amount(value, currency)} {currency}"


def day(value: date | None) -> str:
    return "none" if value is None else value.isoformat()


def words(code: str) -> str:
    return code.replace("_", " ")
