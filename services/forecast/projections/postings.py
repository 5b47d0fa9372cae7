"""Pipeline's events become postings; of each deal its current account is kept, to take the old amount from."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import ARRAY, Text, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.transaction import Account, Deal, Line, transaction
from services.forecast.projections.tables import deals, postings
from services.forecast.upstream.pipeline import Corrected, DealEvent
from shared.rules.message import RecordedEvent
from shared.store.rows import Write, insert, rows, upsert

Fact = RecordedEvent[DealEvent]
OF_EVENT = attrgetter(*Account._fields)
OF_ROW = itemgetter(*Account._fields)
OF_DEALS = select(deals).where(deals.c.opportunity_id == any_(bindparam("deals", type_=ARRAY(Text))))
INSERT_POSTINGS = insert(postings)
UPSERT_DEALS = upsert(deals)


@dataclass
class Posted:
    """What a batch's events post. `latest`: each deal's last event, with the deal after it."""

    written: list[tuple[Fact, int, Line]] = field(default_factory=list)
    latest: dict[str, tuple[Fact, Deal]] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """For the totals."""
        return [line for _, _, line in self.written]

    def writes(self) -> Iterator[Write]:
        yield INSERT_POSTINGS, rows(posting(*each) for each in self.written)
        yield UPSERT_DEALS, rows(deal_row(deal_id, *last) for deal_id, last in self.latest.items())


async def post(tx: AsyncConnection, facts: Sequence[Fact]) -> Posted:
    known = await deals_of(tx, {fact.subject for fact in facts if fact.version > 1})  # first events find none
    posted = Posted()
    for fact in facts:
        deal_id, after = fact.subject, deal_of(fact.event)
        lines = transaction(known.get(deal_id), after, corrected=isinstance(fact.event, Corrected))
        posted.written += [(fact, number, line) for number, line in enumerate(lines, start=1)]
        posted.latest[deal_id] = fact, after
        known[deal_id] = after
    return posted


async def deals_of(tx: AsyncConnection, subjects: Collection[str]) -> dict[str, Deal]:
    found = (await tx.execute(OF_DEALS, {"deals": list(subjects)})).mappings()
    return {row["opportunity_id"]: Deal(Account(*OF_ROW(row)), row["amount"], row["outcome"]) for row in found}


def deal_of(event: DealEvent) -> Deal:
    return Deal(Account(*OF_EVENT(event)), event.amount or Decimal(0), event.outcome)


def posting(fact: Fact, number: int, line: Line) -> dict[str, Any]:
    return line.account._asdict() | {
        "position": fact.position,
        "line": number,
        "opportunity_id": fact.subject,
        "amount": line.amount,
        "deals": line.deals,
        "reason": line.reason,
        "occurred_at": fact.occurred_at,
        "recorded_at": fact.recorded_at,
    }


def deal_row(deal_id: str, fact: Fact, deal: Deal) -> dict[str, Any]:
    return deal.account._asdict() | {
        "opportunity_id": deal_id,
        "amount": deal.amount,
        "outcome": deal.outcome,
        "account": fact.event.account,
        "stage": fact.event.stage,
        "stage_mapped": fact.event.stage_mapped,
    }
