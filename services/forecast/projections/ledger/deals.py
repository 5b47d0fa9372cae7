"""Each deal's current account and amount. Deals that have left the accounts have a row, too."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    Index,
    Named,
    Numeric,
    Table,
    Text,
    TypedColumns,
    any_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.transaction import Account, Deal
from services.forecast.projections.deal_filter import DealFilter, PageKey
from services.forecast.projections.ledger.metadata import ledger_tables
from services.forecast.upstream.pipeline import OpportunityEvent
from shared.rules.message import RecordedEvent
from shared.store.ownership import owned_by, plan_for
from shared.store.rows import Write, rows, upsert


class DealColumns(TypedColumns):
    opportunity_id: Named[str] = Column(Text, primary_key=True)
    external_id: Named[str | None] = Column(Text)
    owner: Named[str] = Column(Text, index=True)
    close_date: Named[date | None] = Column(Date)
    category: Named[str] = Column(Text)
    qualified: Named[bool] = Column(Boolean)
    currency: Named[str | None] = Column(Text)
    motion: Named[str] = Column(Text)
    pipeline: Named[str] = Column(Text)
    amount: Named[Decimal] = Column(Numeric(24, 4))
    outcome: Named[str | None] = Column(Text)
    account: Named[str] = Column(Text)
    stage: Named[str] = Column(Text)
    stage_mapped: Named[bool] = Column(Boolean)


deals = Table("deals", ledger_tables, DealColumns)
Index("deals_by_day", deals.c.close_date, deals.c.opportunity_id)
Index(
    "deals_unmapped",
    deals.c.owner,
    postgresql_where=deals.c.outcome.is_(None) & deals.c.stage_mapped.is_(False),
)
UPSERT = upsert(deals)
CURRENT = select(deals).where(deals.c.opportunity_id == any_(bindparam("deals", type_=ARRAY(Text))))
IS_COUNTED = or_(deals.c.outcome.is_(None), deals.c.outcome == "won")
OWNERS_AMONG = (
    select(deals.c.owner).distinct().where(IS_COUNTED, deals.c.owner == any_(bindparam("names", type_=ARRAY(Text))))
)
IS_UNMAPPED = deals.c.outcome.is_(None) & deals.c.stage_mapped.is_(False)
IN_ORDER = select(deals).order_by(deals.c.close_date, deals.c.opportunity_id)
ACCOUNT_OF_EVENT = attrgetter(*Account._fields)
ACCOUNT_OF_ROW = itemgetter(*Account._fields)


class DealState(NamedTuple):
    """The fields of a deal that its postings lack."""

    account: str
    stage: str
    stage_mapped: bool
    outcome: str | None


STATE_OF_EVENT = attrgetter(*DealState._fields)
STATE_OF_ROW = itemgetter(*DealState._fields)


class KnownDeal(NamedTuple):
    deal: Deal
    state: DealState


def known_deal(event: OpportunityEvent) -> KnownDeal:
    deal = Deal(Account(*ACCOUNT_OF_EVENT(event)), event.amount or Decimal(0), event.outcome)
    return KnownDeal(deal, DealState(*STATE_OF_EVENT(event)))


async def current(tx: AsyncConnection, opportunity_ids: Collection[str]) -> dict[str, KnownDeal]:
    found = (await tx.execute(CURRENT, {"deals": list(opportunity_ids)})).mappings()
    return {row["opportunity_id"]: known_deal_of_row(row) for row in found}


def known_deal_of_row(row: Any) -> KnownDeal:
    deal = Deal(Account(*ACCOUNT_OF_ROW(row)), row["amount"], row["outcome"])
    return KnownDeal(deal, DealState(*STATE_OF_ROW(row)))


async def owners_among(tx: AsyncConnection, names: Collection[str]) -> set[str]:
    """The names of owners who have deals that count."""
    return set((await tx.execute(OWNERS_AMONG, {"names": list(names)})).scalars())


def updated(latest: Iterable[tuple[RecordedEvent[OpportunityEvent], KnownDeal]]) -> Iterator[Write]:
    """Writes each deal as it is after its last event."""
    yield UPSERT, rows(deal_row(*each) for each in latest)


def deal_row(recorded: RecordedEvent[OpportunityEvent], known: KnownDeal) -> dict[str, Any]:
    columns = known.deal.account._asdict() | known.state._asdict()
    columns["opportunity_id"] = recorded.subject
    columns["external_id"] = recorded.event.external_id
    columns["amount"] = known.deal.amount
    return columns


# -- queries ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owners:
    """The owners with these names or, if `excluded`, all others."""

    names: Sequence[str] = ()
    excluded: bool = True

    def includes(self, owner: str) -> bool:
        return (owner in self.known_names) is not self.excluded

    @cached_property
    def known_names(self) -> frozenset[str]:
        return frozenset(self.names)

    @property
    def is_nobody(self) -> bool:
        return not self.names and not self.excluded

    def with_(self, others: "Owners") -> "Owners":
        """The union of these owners and the others."""
        mine, theirs = self.known_names, others.known_names
        if self.excluded and others.excluded:
            return Owners(sorted(mine & theirs))
        if self.excluded or others.excluded:
            return Owners(sorted(mine - theirs if self.excluded else theirs - mine))
        return Owners(sorted(mine | theirs), excluded=False)

    def without(self, others: "Owners") -> "Owners":
        """These owners without the others."""
        mine, theirs = self.known_names, others.known_names
        if not self.excluded:
            return Owners(sorted(mine & theirs if others.excluded else mine - theirs), excluded=False)
        return Owners(sorted(theirs - mine), excluded=False) if others.excluded else Owners(sorted(mine | theirs))

    def among(self, others: Collection[str]) -> "Owners":
        """The others who are among these owners."""
        known = self.known_names
        return Owners(tuple(set(others) - known if self.excluded else known.intersection(others)), excluded=False)

    def condition(self, owner: Any) -> Any:
        (is_named,) = owned_by(owner, self.names)
        return ~is_named if self.excluded else is_named


EVERYBODY = Owners()


async def find(
    tx: AsyncConnection,
    deal_filter: DealFilter,
    owners: Owners,
    category: str | None,
    after: PageKey | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Deals that count in the period, or without a close date, by close date, one more than `limit`."""
    conditions = [
        IS_COUNTED,
        deal_filter.listed(deals),
        *deal_filter.matching(deals),
        owners.condition(deals.c.owner),
    ]
    if deal_filter.unmapped:
        conditions.append(IS_UNMAPPED)
    if category is not None:
        conditions.append(deals.c.category == category)
    if after is not None:
        conditions.append(deal_filter.behind(deals.c, after))
    await plan_for(tx, owners.names)
    found = await tx.execute(IN_ORDER.where(*conditions).limit(limit + 1))
    return [dict(row) for row in found.mappings()]


async def currencies_of(tx: AsyncConnection, owners: Owners) -> list[str]:
    """The currencies of these owners' deals that count, sorted."""
    currency = deals.c.currency
    await plan_for(tx, owners.names)
    query = select(currency).distinct().where(IS_COUNTED, owners.condition(deals.c.owner), currency.is_not(None))
    return [each for each in (await tx.execute(query.order_by(currency))).scalars() if each is not None]


async def unmapped_by_owner(tx: AsyncConnection, deal_filter: DealFilter) -> dict[str, int]:
    """The number of open deals in stages without a category, by owner: those of the period, and those without a close
    date."""
    query = (
        select(deals.c.owner, func.count())
        .where(IS_UNMAPPED, *deal_filter.matching(deals))
        .where(or_(deals.c.close_date.is_(None), deal_filter.in_period(deals)))
        .group_by(deals.c.owner)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}
