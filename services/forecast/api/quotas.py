"""Quotas of nodes and periods."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.forecast.answers.question import named_period
from services.forecast.api.amount_views import MoneyView
from services.forecast.api.moment import find_moment
from services.forecast.api.org import Admin
from services.forecast.api.parameters import NodeId, PeriodKey, PeriodPath, Reads
from services.forecast.api.places import must_name_a_node
from services.forecast.projections import quotas
from services.forecast.quota.commands import QuotaBody, SetQuota
from services.forecast.quota.decider import DECIDER
from shared.rules.fields import Slug
from shared.rules.message import BEGINNING
from shared.rules.money import format_amount
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Accepted

router = APIRouter(tags=["quotas"])


class QuotaView(BaseModel):
    """A quota that is in force from `starts` on; null: from the beginning. `recorded_at`: when it was set."""

    node_id: str
    period: str
    motion: str | None
    amount: MoneyView
    starts: datetime | None
    recorded_at: datetime
    position: int


@router.put("/quotas/{node_id}/{period}")
async def put_quota(node_id: NodeId, period: PeriodPath, body: QuotaBody, call: Admin) -> Accepted:
    """Set a node's quota for a period. An earlier one counts for earlier instants."""
    async with call.read() as tx:
        found = named_period(await find_moment(call, tx), period, "path/period")
    command = SetQuota(node=node_id, period=period, first_day=found.starts, last_day=found.ends, **dict(body))
    done = await call.write(DECIDER, node_id, command)
    return Accepted(position=done.position)


@router.get("/quotas")
async def list_quotas(
    call: Reads,
    node: Annotated[Slug | None, Query()] = None,
    period: PeriodKey | None = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[QuotaView]:
    """List quotas with their history, as they were set."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        await must_name_a_node(call, tx, node)
        found = await quotas.history(tx, node, period, cursor[0] if cursor else 0, limit)
    return make_page([quota_view(row) for row in found], limit, lambda item: [item.position])


def quota_view(row: Any) -> QuotaView:
    return QuotaView(
        node_id=row["node"],
        period=row["period"],
        motion=row["motion"],
        amount=MoneyView(amount=format_amount(row["amount"], row["currency"]), currency=row["currency"]),
        starts=None if row["starts"] == BEGINNING else row["starts"],
        recorded_at=row["recorded_at"],
        position=row["position"],
    )
