"""The deals as they were at an instant, known from the events up to a position: from postings and states."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.projections.deal_filter import DealFilter, PageKey
from services.forecast.projections.known_positions import EVERYTHING
from services.forecast.projections.ledger.deal_states import deal_states
from services.forecast.projections.ledger.deals import Owners
from services.forecast.projections.ledger.deals import deals as present_deals
from services.forecast.projections.ledger.postings import postings
from shared.store.ownership import plan_for

ACCOUNT = ("opportunity_id", "owner", "close_date", "category", "qualified", "currency", "motion", "pipeline")
EVER_UNMAPPED = select(deal_states.c.opportunity_id).distinct().where(deal_states.c.stage_mapped.is_(False))


class Cut(NamedTuple):
    """The past as it is known: what happened until `as_of`, of the events up to `position`."""

    as_of: datetime
    position: int

    def condition(self, table: Any) -> Any:
        return and_(table.c.occurred_at <= self.as_of, table.c.position <= self.position)

    def opposite(self, table: Any) -> Any:
        """The condition for what happened later, or was not known yet."""
        happened_later = table.c.occurred_at > self.as_of
        return happened_later if self.is_of_all_events else or_(happened_later, table.c.position > self.position)

    @property
    def is_of_all_events(self) -> bool:
        return self.position >= EVERYTHING.pipeline

    def of_all_events(self) -> "Cut":
        return self._replace(position=EVERYTHING.pipeline)


def last_states(cut: Cut) -> Select[Any]:
    """The customer, stage and outcome that each deal had then."""
    newest_first = deal_states.c.opportunity_id, deal_states.c.position.desc()
    return (
        select(deal_states)
        .ext(distinct_on(deal_states.c.opportunity_id))
        .where(cut.condition(deal_states))
        .order_by(*newest_first)
    )


def counted(cut: Cut, deal_filter: DealFilter) -> Select[Any]:
    """The deals that were in the accounts, each with its amount."""
    columns = [postings.c[name] for name in ACCOUNT]
    return (
        select(*columns, func.sum(postings.c.amount).label("amount"))
        .where(cut.condition(postings), *deal_filter.matching(postings))
        .group_by(*columns)
        .having(func.sum(postings.c.deals) != 0)
    )


async def find(
    tx: AsyncConnection,
    cut: Cut,
    deal_filter: DealFilter,
    owners: Owners,
    category: str | None,
    after: PageKey | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Deals that counted in the period, or without a close date, by close date, one more than `limit`."""
    chosen = counted(cut, deal_filter).where(deal_filter.listed(postings), owners.condition(postings.c.owner))
    if deal_filter.unmapped:
        chosen = chosen.where(postings.c.opportunity_id.in_(unmapped_then(cut)))
    if category is not None:
        chosen = chosen.where(postings.c.category == category)
    found = chosen.subquery()
    page = select(found) if after is None else select(found).where(deal_filter.behind(found.c, after))
    rows = page.order_by(found.c.close_date, found.c.opportunity_id).limit(limit + 1).cte("page")
    states = last_states(cut).where(deal_states.c.opportunity_id.in_(select(rows.c.opportunity_id))).subquery()
    query = (
        select(rows, states.c.account, states.c.stage, present_deals.c.external_id)
        .join(states, states.c.opportunity_id == rows.c.opportunity_id)
        .join(present_deals, present_deals.c.opportunity_id == rows.c.opportunity_id)
        .order_by(rows.c.close_date, rows.c.opportunity_id)
    )
    await plan_for(tx, owners.names)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def unmapped_by_owner(tx: AsyncConnection, cut: Cut, deal_filter: DealFilter) -> Mapping[str, int]:
    """The number of open deals that were in stages without a category, by owner: those of the period, and those without
    a close date. The account of each is looked up."""
    unmapped = unmapped_then(cut).subquery("unmapped")
    in_period = postings.c.close_date.is_(None) | deal_filter.in_period(postings)
    found = counted(cut, deal_filter).where(in_period, postings.c.opportunity_id == unmapped.c.opportunity_id)
    account = found.lateral("account")
    query = select(account.c.owner, func.count()).select_from(unmapped.join(account, true()))
    return {row[0]: row[1] for row in await tx.execute(query.group_by(account.c.owner))}


def unmapped_then(cut: Cut) -> Select[Any]:
    """The ids of the open deals that were in stages without a category. Of the deals that ever were, each one's last
    state is looked up."""
    ever = EVER_UNMAPPED.subquery("ever")
    of_deal = deal_states.c.opportunity_id == ever.c.opportunity_id, cut.condition(deal_states)
    states = select(deal_states.c.outcome, deal_states.c.stage_mapped).where(*of_deal)
    last = states.order_by(deal_states.c.position.desc()).limit(1).lateral("last")
    still = last.c.outcome.is_(None) & last.c.stage_mapped.is_(False)
    return select(ever.c.opportunity_id).select_from(ever.join(last, still))


async def all_currencies(tx: AsyncConnection, cut: Cut, owners: Owners) -> list[str]:
    """The currencies of these owners' deals that were in the accounts, sorted."""
    currency = postings.c.currency
    counted = cut.condition(postings), owners.condition(postings.c.owner), currency.is_not(None)
    query = select(currency).where(*counted).group_by(currency)
    await plan_for(tx, owners.names)
    found = await tx.execute(query.having(func.sum(postings.c.deals) != 0).order_by(currency))
    return [each for each in found.scalars() if each is not None]
