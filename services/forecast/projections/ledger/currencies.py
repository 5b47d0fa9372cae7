"""The currencies of the deals, with the number of deals in each."""

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy import Column, Integer, Named, Table, Text, TypedColumns, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.transaction import Posting
from services.forecast.projections.ledger.metadata import ledger_tables
from shared.store.rows import Write, rows, upsert


class CurrencyColumns(TypedColumns):
    currency: Named[str] = Column(Text, primary_key=True)
    deals: Named[int] = Column(Integer)


currencies = Table("currencies", ledger_tables, CurrencyColumns)
UPSERT = upsert(currencies, add=["deals"])
DELETE_EMPTY = text("DELETE FROM currencies WHERE deals = 0")
ALL = select(currencies.c.currency).order_by(currencies.c.currency)


def changed(postings: Iterable[Posting]) -> Iterator[Write]:
    counts: Counter[str] = Counter()
    for posting in postings:
        if posting.account.currency is not None:
            counts[posting.account.currency] += posting.deals
    yield UPSERT, rows({"currency": currency, "deals": count} for currency, count in counts.items() if count)
    if any(count < 0 for count in counts.values()):
        yield DELETE_EMPTY, {}


async def all_currencies(tx: AsyncConnection) -> list[str]:
    """The currencies of all deals in the accounts, sorted."""
    return list((await tx.execute(ALL)).scalars())
