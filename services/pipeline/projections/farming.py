"""Farming: how much happens on the accounts that reps work by name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import FromClause, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.metrics.deal_sums import GroupKey
from services.pipeline.metrics.dimensions import Dimension
from services.pipeline.metrics.window import Window
from services.pipeline.opportunity.events import Approach
from services.pipeline.projections.contacts import ENGAGEMENT, TOUCH, contacts, lead_accounts
from services.pipeline.projections.deal_states import states, valid_at, within
from shared.store.ownership import owned_by

when = contacts.c.contacted_at


class FarmingRow(NamedTuple):
    """The named accounts of one group. `untouched`: those on which nobody engaged or was touched."""

    key: GroupKey
    accounts: int
    engagements: int
    untouched: int


def named_accounts(window: Window, *keys: Any) -> Select[Any]:
    """The accounts with a farming deal, once for each group."""
    query = select(*keys, states.account).where(valid_at(window.as_of), states.approach == Approach.FARMING.value)
    return query.where(*owned_by(states.owner, window.owners)).distinct()


def contacts_by_account(window: Window) -> FromClause:
    """The engagements and touches of each account that has any within the window."""
    query = select(
        lead_accounts.c.account,
        func.sum(case((contacts.c.kind == ENGAGEMENT, 1), else_=0)).label("engagements"),
        func.sum(case((contacts.c.kind == TOUCH, 1), else_=0)).label("touches"),
        func.max(when).label("last_contact_at"),
    ).join_from(contacts, lead_accounts, contacts.c.lead_id == lead_accounts.c.lead_id)
    query = query.where(*within(when, window), *([] if window.as_of is None else [when <= window.as_of]))
    return query.group_by(lead_accounts.c.account).subquery("found")


async def farming(tx: AsyncConnection, window: Window, by: Sequence[Dimension]) -> list[FarmingRow]:
    """A row for each group, or a single one when there are no dimensions."""
    labels = [f"key_{name}" for name in by]
    named = named_accounts(window, *(states[name].label(f"key_{name}") for name in by)).subquery("named")
    found = contacts_by_account(window)
    keys = [named.c[label] for label in labels]
    untouched = func.count().filter(found.c.account.is_(None))
    figures = (func.count(), func.coalesce(func.sum(found.c.engagements), 0), untouched)
    query = select(*keys, *figures).join_from(named, found, named.c.account == found.c.account, isouter=True)
    rows = await tx.execute(query.group_by(*keys) if keys else query)
    return [FarmingRow(tuple(row[: len(by)]), *map(int, row[len(by) :])) for row in rows]


class AccountRow(NamedTuple):
    account: str
    engagements: int
    touches: int
    last_contact_at: datetime | None


async def accounts_behind(
    tx: AsyncConnection,
    window: Window,
    where: Mapping[Dimension, str | None],
    untouched: bool | None,
    after: str | None,
    limit: int,
) -> list[AccountRow]:
    """The named accounts in the order of their names, one more than `limit`. `where`: values of deals' columns."""
    named = named_accounts(window).where(*(states[name].is_not_distinct_from(value) for name, value in where.items()))
    accounts, found = named.subquery("named"), contacts_by_account(window)
    counts = (func.coalesce(found.c.engagements, 0), func.coalesce(found.c.touches, 0), found.c.last_contact_at)
    query = select(accounts.c.account, *counts).join_from(
        accounts, found, accounts.c.account == found.c.account, isouter=True
    )
    if untouched is not None:
        query = query.where(found.c.account.is_(None) if untouched else found.c.account.is_not(None))
    if after is not None:
        query = query.where(accounts.c.account > after)
    rows = await tx.execute(query.order_by(accounts.c.account).limit(limit + 1))
    return [AccountRow(*row) for row in rows]
