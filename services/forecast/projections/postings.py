"""Pipeline's events become postings; of each deal its current account is kept, to take the old amount from."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, Text, any_, bindparam, select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.postings import Account, Deal, Line, transaction
from services.forecast.projections.tables import deals, postings
from services.forecast.upstream.pipeline import Corrected, DealEvent
from shared.flow.rows import insert, rows, upsert
from shared.rules.message import Recorded

Fact = Recorded[DealEvent]
ACCOUNT = tuple(Account.__slots__)
OF_DEALS = select(deals).where(deals.c.opportunity_id == any_(bindparam("deals", type_=ARRAY(Text))))
INSERT_POSTINGS = insert(postings)
UPSERT_DEALS = upsert(deals)


async def post(tx: AsyncConnection, facts: Sequence[Fact]) -> list[Line]:
    """Writes a batch's postings; returns their lines, for the totals."""
    known = await deals_of(tx, {fact.subject for fact in facts})
    written: list[tuple[Fact, int, Line]] = []
    for fact in facts:
        after = deal_of(fact.event)
        lines = transaction(known.get(fact.subject), after, corrected=isinstance(fact.event, Corrected))
        written += [(fact, number, line) for number, line in enumerate(lines, start=1)]
        known[fact.subject] = after
    await tx.execute(INSERT_POSTINGS, rows(posting(*each) for each in written))
    await tx.execute(UPSERT_DEALS, rows(deal_rows(facts)))
    return [line for _, _, line in written]


async def deals_of(tx: AsyncConnection, subjects: Collection[str]) -> dict[str, Deal]:
    found = (await tx.execute(OF_DEALS, {"deals": list(subjects)})).mappings()
    return {row["opportunity_id"]: Deal(account_in(row), row["amount"], row["outcome"]) for row in found}


def account_in(row: RowMapping) -> Account:
    return Account(**{name: row[name] for name in ACCOUNT})


def deal_of(event: DealEvent) -> Deal:
    return Deal(Account(**{name: getattr(event, name) for name in ACCOUNT}), event.amount or Decimal(0), event.outcome)


def posting(fact: Fact, number: int, line: Line) -> dict[str, Any]:
    return account_row(line.account) | {
        "position": fact.position,
        "line": number,
        "opportunity_id": fact.subject,
        "amount": line.amount,
        "deals": line.deals,
        "reason": line.reason,
        "occurred_at": fact.occurred_at,
        "recorded_at": fact.recorded_at,
    }


def account_row(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ACCOUNT}


def deal_rows(facts: Sequence[Fact]) -> Iterator[dict[str, Any]]:
    for fact in {fact.subject: fact for fact in facts}.values():
        deal = deal_of(fact.event)
        yield account_row(deal.account) | {
            "opportunity_id": fact.subject,
            "amount": deal.amount,
            "outcome": deal.outcome,
            "account": fact.event.account,
            "stage": fact.event.stage,
            "stage_mapped": fact.event.stage_mapped,
        }
