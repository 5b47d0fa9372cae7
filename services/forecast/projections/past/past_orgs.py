"""The whole organisation at instants of the past. Rows are only ever added, so that it stays the same for the same
rows: the process keeps the last ones that were asked for."""

from datetime import datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.ledger.org_tree import OrgNodes, PastOrg
from services.forecast.projections.ledger.org_rows import OrgInstant, nodes_at, org_rows

LAST = select(func.max(org_rows.c.starts), func.max(org_rows.c.position))
MOST_ORGS = 4
"""An organisation takes megabytes in a company of ten thousand people."""


class RowsUntil(NamedTuple):
    """All rows that count at an instant, by the last start and the last position among them; None: there are none."""

    starts: datetime | None
    position: int | None


class KeptOrg(NamedTuple):
    instant: OrgInstant
    org: PastOrg


KEPT_ORGS: WeakKeyDictionary[Engine, dict[RowsUntil, KeptOrg]] = WeakKeyDictionary()
"""The organisations that are kept of each database, the one that was used last at the end."""


async def rows_at(tx: AsyncConnection, instant: OrgInstant) -> RowsUntil:
    return RowsUntil(*(await tx.execute(LAST.where(instant.is_known))).one())


async def all_rows(tx: AsyncConnection) -> RowsUntil:
    return RowsUntil(*(await tx.execute(LAST)).one())


async def past_org(tx: AsyncConnection, instant: OrgInstant, rows: RowsUntil) -> PastOrg:
    """The organisation of the instant. `rows`: those that count then."""
    kept = KEPT_ORGS.setdefault(tx.engine.sync_engine, {})
    found = kept.get(rows)
    if found is None:
        instant = instant._replace(position=rows.position or 0)  # later rows may count then, too
        near = nearest_kept(kept, (await all_rows(tx)).position or 0)
        nodes = await (nodes_at(tx, instant) if near is None else nodes_near(tx, near, instant))
        found = KeptOrg(instant, PastOrg(nodes))
    kept.pop(rows, None)
    kept[rows] = found
    while len(kept) > MOST_ORGS:
        kept.pop(next(iter(kept)))
    return found.org


def nearest_kept(kept: dict[RowsUntil, KeptOrg], visible: int) -> KeptOrg | None:
    """The organisation that was used last, of those with only rows that the present snapshot sees. Rows that an older
    snapshot does not see could not be taken back. `visible`: the position of the last row that it sees."""
    return next((each for each in reversed(kept.values()) if each.instant.position <= visible), None)


async def nodes_near(tx: AsyncConnection, near: KeptOrg, instant: OrgInstant) -> OrgNodes:
    """The organisation of the instant, from that of another one: only nodes for which other rows count are read."""
    other_rows = select(org_rows.c.node).distinct().where(near.instant.is_known.is_distinct_from(instant.is_known))
    changed = list((await tx.execute(other_rows)).scalars())
    same = dict(near.org.nodes)
    for node in changed:
        same.pop(node, None)
    return same | await nodes_at(tx, instant, changed)
