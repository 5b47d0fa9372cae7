"""Pipeline's events become postings; of each deal its current account is kept, to take the old amount from."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import ARRAY, Text, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.postings import Account, Deal, Line, transaction
from services.forecast.projections.tables import deals, postings
from services.forecast.upstream.pipeline import Corrected, DealEvent
from shared.flow.rows import insert, rows, upsert
from shared.rules.message import Recorded

Fact = Recorded[DealEvent]
OF_EVENT = attrgetter(*Account._fields)
OF_ROW = itemgetter(*Account._fields)
OF_DEALS = select(deals).where(deals.c.opportunity_id == any_(bindparam("deals", type_=ARRAY(Text))))
INSERT_POSTINGS = insert(postings)
UPSERT_DEALS = upsert(deals)


async def post(tx: AsyncConnection, facts: Sequence[Fact]) -> list[Line]:
    """Writes a batch's postings; returns their lines, for the totals."""
    known = await deals_of(tx, {fact.subject for fact in facts})
    written: list[tuple[Fact, int, Line]] = []
    latest: dict[str, tuple[Fact, Deal]] = {}
    for fact in facts:
        after = deal_of(fact.event)
        lines = transaction(known.get(fact.subject), after, corrected=isinstance(fact.event, Corrected))
        written += [(fact, number, line) for number, line in enumerate(lines, start=1)]
        known[fact.subject] = after
        latest[fact.subject] = fact, after
    await tx.execute(INSERT_POSTINGS, rows(posting(*each) for each in written))
    await tx.execute(UPSERT_DEALS, rows(deal_row(*each) for each in latest.values()))
    return [line for _, _, line in written]


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


def deal_row(fact: Fact, deal: Deal) -> dict[str, Any]:
    return deal.account._asdict() | {
        "opportunity_id": fact.subject,
        "amount": deal.amount,
        "outcome": deal.outcome,
        "account": fact.event.account,
        "stage": fact.event.stage,
        "stage_mapped": fact.event.stage_mapped,
    }
