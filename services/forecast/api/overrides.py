"""Overrides of the roll-up's amounts, by a node itself or by its manager."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import Moment
from services.forecast.answers.question import named_period
from services.forecast.answers.subtree_numbers import subtree_numbers
from services.forecast.api.amount_views import MoneyView
from services.forecast.api.moment import find_moment
from services.forecast.api.parameters import NodeId, PeriodKey, PeriodPath
from services.forecast.api.places import ReadsBelow, WritesOwn, must_be_inside, must_be_own_node, must_name_a_node
from services.forecast.ledger.balances import ZERO
from services.forecast.ledger.overrides import ColumnAmounts
from services.forecast.override.commands import AnyColumn, OverriddenPeriod, OverrideBody, ResetOverride, SetOverride
from services.forecast.override.decider import DECIDER
from services.forecast.override.events import Basis, By, Column
from services.forecast.periods.calendar import Period
from services.forecast.projections import overrides
from shared.rules.fields import Slug
from shared.rules.message import Missing
from shared.rules.money import format_amount, to_minor_units
from shared.store import vault
from shared.web.callers.place import Subtree
from shared.web.errors.problems import PositionNotReached
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing import freshness
from shared.web.routing.call import Accepted, Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["overrides"])
Writes = Annotated[Call, Depends(Needs("forecast:write"))]
LONGEST_WAIT = 1.0
"""Seconds."""
ColumnPath = Annotated[AnyColumn, Path(description="Cumulative: a commit includes what is closed")]
ByQuery = Annotated[By, Query(description="Who states the amount: the manager above the node, or the node itself")]


class BasisView(BaseModel):
    """The amount that was computed when the override was made, in its currency, and from which events."""

    amount: str
    frontier: str


class OverrideHistoryView(BaseModel):
    """`amount`, `note` and `basis` are null in a row that reset the override; the note also after an erasure. `under`:
    the person above the node who made it."""

    node_id: str
    period: str
    column: Column
    by: By
    under: str | None
    amount: MoneyView | None
    note: str | None
    basis: BasisView | None
    made_at: datetime
    made_by: str
    position: int


@router.put("/overrides/{node_id}/{period}/{column}")
async def put_override(
    node_id: NodeId, period: PeriodPath, column: ColumnPath, by: ByQuery, body: OverrideBody, call: WritesOwn
) -> Accepted:
    """Override a node's column in a period, with a note. It counts upwards in place of what is computed.

    A key that is tied to a node states amounts of its own, and as a manager of the nodes of which it is the nearest
    person above.
    """
    await wait_for_own_writes(call)
    async with call.read() as tx:
        only_under = must_be_overridable(call, node_id, by)
        moment = await find_moment(call, tx)
        found = named_period(moment, period, "path/period")
        computed = await computed_columns(tx, moment, found, node_id, body.amount.currency, call.subtree)
    amount = next((each for name, each in computed.items() if name == column), ZERO)
    basis = Basis(amount=to_minor_units(amount, body.amount.currency), frontier=moment.frontier)
    command = SetOverride(
        node=node_id,
        period=overridden_period(moment, found),
        column=column,
        by=by,
        only_under=only_under,
        basis=basis,
        **dict(body),
    )
    done = await call.write(DECIDER, node_id, command)
    return Accepted(position=done.position)


@router.delete("/overrides/{node_id}/{period}/{column}")
async def reset_override(
    node_id: NodeId, period: PeriodPath, column: ColumnPath, by: ByQuery, call: WritesOwn
) -> Accepted:
    """Reset an override: the column counts as computed again. Its history stays."""
    async with call.read() as tx:
        only_under = must_be_overridable(call, node_id, by)
        moment = await find_moment(call, tx)
    found = overridden_period(moment, named_period(moment, period, "path/period"))
    command = ResetOverride(node=node_id, period=found, column=column, by=by, only_under=only_under)
    done = await call.write(DECIDER, node_id, command)
    return Accepted(position=done.position)


@router.get("/overrides")
async def list_overrides(
    call: ReadsBelow,
    node: Annotated[Slug | None, Query()] = None,
    period: PeriodKey | None = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[OverrideHistoryView]:
    """List overrides with their history, as they were set and reset."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        await must_name_a_node(call, tx, node)
        found = await overrides.history(tx, node, period, cursor[0] if cursor else 0, limit, call.subtree)
        notes = await vault.read(tx, {row["note_ref"] for row in found if row["note_ref"]})
    return make_page([history_view(row, notes) for row in found], limit, lambda item: [item.position])


def must_be_overridable(call: Call, node: str, by: By) -> str | None:
    """The person who must be the nearest above the node, if anybody must. Raises `Missing` and `Denied`."""
    if by == "self":
        must_be_own_node(call, node)
        return None
    must_be_inside(call, node)
    return call.subtree.node


async def wait_for_own_writes(call: Call) -> None:
    """Waits, so that the basis includes the overrides and moves that the caller made just before. When they are not
    applied in time, the basis is older: it names what it includes."""
    context = call.context
    wanted = {context.service: await freshness.head(context)}
    deadline = asyncio.get_running_loop().time() + LONGEST_WAIT
    with suppress(PositionNotReached):
        await freshness.wait_for(context, context.read_models_applied, wanted, deadline, call.caller.lineage)


def overridden_period(moment: Moment, period: Period) -> OverriddenPeriod:
    return OverriddenPeriod(
        key=period.key,
        first_day=period.starts,
        last_day=period.ends,
        last_instant=period.last_instant(moment.settings.timezone),
    )


async def computed_columns(
    tx: AsyncConnection, moment: Moment, period: Period, node: str, currency: str, subtree: Subtree
) -> ColumnAmounts:
    """The columns that the roll-up computes for the node now, not rounded; none for a node that it does not know
    yet."""
    try:
        found = await subtree_numbers(tx, moment, period, node, 0, currency, subtree)
    except Missing:
        return {}
    return found.nodes[node].seen.computed


def history_view(row: Mapping[str, Any], notes: Mapping[UUID, str]) -> OverrideHistoryView:
    currency = row["currency"]
    copied = {name: row[name] for name in ("period", "by", "under", "made_at", "made_by", "position")}
    return OverrideHistoryView(
        node_id=row["node"],
        column=row["column_name"],
        amount=currency and MoneyView(amount=format_amount(row["amount"], currency), currency=currency),
        note=notes.get(row["note_ref"]),
        basis=currency and BasisView(amount=format_amount(row["basis"], currency), frontier=row["basis_frontier"]),
        **copied,
    )
