"""The deals behind a number of the roll-up."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.forecast.api.question import NodeId, PeriodKey, Reads, moment, question
from services.forecast.projections import deals
from services.forecast.upstream.pipeline import Category
from shared.rules.message import printable
from shared.rules.money import format_amount as money
from shared.web.paging import Cursor, Limit, Page, decode_cursor, make_page

router = APIRouter(tags=["roll-up"])


class ShownMoney(BaseModel):
    amount: str
    currency: str


class DealView(BaseModel):
    opportunity_id: str
    account: str
    owner: str
    motion: str
    pipeline: str
    stage: str
    category: str
    qualified: bool
    amount: ShownMoney | None
    close_date: date


@router.get("/rollup/{node_id}/opportunities")
async def behind(
    node_id: NodeId,
    call: Reads,
    period: PeriodKey | None = None,
    category: Annotated[Category | None, Query()] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[DealView]:
    """Those that the node's `pure` counts, by close date."""
    cursor = decode_cursor(after, date.fromisoformat, printable)
    async with call.read() as tx:
        asked = await question(tx, await moment(call, tx), period)
        found = await deals.find(asked, node_id, category, (cursor[0], cursor[1]) if cursor else None, limit)
    return make_page([view(row) for row in found], limit, lambda item: [item.close_date, item.opportunity_id])


def view(row: Mapping[str, Any]) -> DealView:
    copied = {name: row[name] for name in DealView.model_fields if name != "amount"}
    return DealView.model_validate(copied | {"amount": shown(row)})


def shown(row: Mapping[str, Any]) -> ShownMoney | None:
    currency = row["currency"]
    return ShownMoney(amount=money(row["amount"], currency), currency=currency) if currency else None
