"""The rules for recording spend."""

from datetime import datetime

from services.pipeline.spend.commands import RecordSpend
from services.pipeline.spend.events import PARSE, SpendRecorded
from services.pipeline.spend.state import Entries, evolve
from shared.rules.decider import Decider
from shared.rules.message import InvalidField, Rejected


def decide(entries: Entries, command: RecordSpend, at: datetime) -> list[SpendRecorded]:
    body = command.body
    if command.spend_id in [entry.spend_id for entry in entries]:
        return []
    if body.last_day < body.first_day:
        raise InvalidField("/to", "must not lie before from")
    must_correct_the_last(entries, body.corrects)
    event = SpendRecorded(
        spend_id=command.spend_id,
        first_day=body.first_day,
        last_day=body.last_day,
        source=body.source,
        kind=body.kind,
        amount=body.amount,
        external_id=body.external_id,
        corrects=body.corrects,
    )
    return [event]


def must_correct_the_last(entries: Entries, corrects: str | None) -> None:
    """An entry counts until it is corrected, so it can be corrected once: what follows corrects the correction."""
    ids: list[str | None] = [entry.spend_id for entry in entries]
    if corrects in (ids[-1:] or [None]):
        return
    if corrects is None:
        raise Rejected("the entry exists: correct it")
    if corrects in ids:
        raise Rejected(f"the entry was corrected by {ids[-1]}: correct that one")
    raise InvalidField("/corrects", "there is no such entry")


DECIDER: Decider[RecordSpend, Entries, SpendRecorded] = Decider("spend", PARSE, (), decide, evolve)
