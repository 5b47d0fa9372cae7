"""The roll-up: what the deals below a node come to in a period."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.api.question import Motion, PeriodKey, Reads, moment, question
from services.forecast.ledger.balances import balance, cumulative
from services.forecast.ledger.warnings import Warned, warnings
from services.forecast.org.events import ROOT, UNASSIGNED, NodeKind
from services.forecast.periods.calendar import CALENDAR, ZONE
from services.forecast.projections import sums
from services.forecast.projections.rollup import Rollup, roll_up
from shared.rules.message import Slug
from shared.rules.money import Currency
from shared.rules.money import format_amount as money
from shared.store import vault
from shared.web.call import Call

router = APIRouter(tags=["roll-up"])
View = Literal["single", "cumulative"]
Amounts = dict[str, str]
CURRENCY = "EUR"
"""Of an answer, when the deals do not tell: there are none, or they are in several."""
MEASURE = "bookings"
NAMES = {ROOT: "All", UNASSIGNED: "Unassigned"}


class PeriodView(BaseModel):
    """Both days belong to it."""

    key: str
    starts: date
    ends: date


class WarningView(BaseModel):
    """`amount`: what the sums leave out, in its own currency."""

    code: str
    detail: str
    count: int
    amount: str | None
    currency: str | None


class NodeView(BaseModel):
    """`counts` and `unqualified` are of `pure`. What has no quota, no call and no override yet is null."""

    node_id: str
    name: str | None
    kind: NodeKind
    active: bool
    own: Amounts | None
    pure: Amounts
    computed: Amounts | None
    seen_by_self: Amounts | None
    seen_by_parent: Amounts | None
    unqualified: str
    counts: dict[str, int]
    quota: str | None = None
    quota_set: str | None = None
    quota_rolled_up: str | None = None
    attainment: str | None = None
    gap_to_quota: str | None = None
    gap_after_commit: str | None = None
    coverage: str | None = None
    call: None = None
    overrides: list[None] = []
    children: list["NodeView"]


class RollupView(BaseModel):
    """`org_as_of`: when the chart stood as it counts here."""

    period: PeriodView
    currency: str
    measure: str
    view: View
    as_of: datetime
    org_as_of: datetime
    frontier: str
    final: bool
    node: NodeView
    warnings: list[WarningView]

    def at(self, now: datetime) -> "RollupView":
        """The same, asked again."""
        as_of = max(now, self.as_of)
        update = {"as_of": as_of, "org_as_of": min(as_of, CALENDAR.period(self.period.key).last_instant)}
        return self.model_copy(update=update)


class Asked(BaseModel):
    """A whole question: on the same day, to the same read models, it has one answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: PeriodKey | None = None
    node: Annotated[Slug | None, Field(description="By default the root")] = None
    depth: Annotated[int, Field(ge=0, le=20)] = 1
    view: View = "single"
    motion: Motion | None = None
    pipeline: Slug | None = None
    qualified: bool | None = None
    currency: Annotated[Currency | None, Field(description="By default the deals' own, if it is one")] = None


@dataclass(frozen=True)
class Printed:
    """How the numbers are printed."""

    rollup: Rollup
    names: Mapping[UUID, str]
    view: View
    currency: str
    filtered: bool

    def node(self, node: str) -> NodeView:
        seat, found = self.rollup.tree.seats[node], balance(self.rollup.sums[node], self.currency)
        pure = self.amounts(found.pure)
        seen = None if self.filtered else pure
        return NodeView(
            node_id=node,
            name=NAMES.get(node) or (self.names.get(seat.name_ref) if seat.name_ref else None),
            kind=seat.kind,
            active=seat.active,
            own=None if self.filtered else self.amounts(found.own),
            pure=pure,
            computed=seen,
            seen_by_self=seen,
            seen_by_parent=seen,
            unqualified=money(found.unqualified, self.currency),
            counts=dict(found.counts),
            children=[self.node(child) for child in self.children(node)],
        )

    def children(self, node: str) -> list[str]:
        """Those within the depth; the unassigned where they have anything."""
        below = self.rollup.tree.below.get(node, ())
        return [child for child in below if child in self.rollup.sums and (child != UNASSIGNED or self.has_any(child))]

    def has_any(self, node: str) -> bool:
        return any(found.deals for found in self.rollup.sums[node].values())

    def amounts(self, single: Mapping[str, Decimal]) -> Amounts:
        chosen = single if self.view == "single" else cumulative(single)
        return {name: money(amount, self.currency) for name, amount in chosen.items()}


@router.get("/rollup")
async def rolled_up(asked: Annotated[Asked, Query()], call: Reads) -> RollupView:
    """Per node and category. A period that has ended keeps the chart of its end. What the numbers leave out is in
    `warnings`. Filtered by motion, pipeline or qualified, only `pure` is answered."""
    async with call.read() as tx:
        return await answer(call, tx, asked)


async def answer(call: Call, tx: AsyncConnection, asked: Asked) -> RollupView:
    """What was worked out for somebody else, if nothing was applied since; but as of now."""
    now, answer_cache = call.context.clock_and_ids.now(), call.context.answer_cache
    question = call.caller.place, asked, now.astimezone(ZONE).date()
    known: RollupView | None = answer_cache.get(call.frontier, question)
    if known is None:
        known = await worked_out(call, tx, asked)
        answer_cache.put(call.frontier, question, known, number_of_nodes(known.node))
    return known.at(now)


def number_of_nodes(node: NodeView) -> int:
    return 1 + sum(number_of_nodes(child) for child in node.children)


async def worked_out(call: Call, tx: AsyncConnection, asked: Asked) -> RollupView:
    at = await moment(call, tx)
    wanted = await question(
        tx, at, asked.period, motion=asked.motion, pipeline=asked.pipeline, qualified=asked.qualified
    )
    found = await roll_up(wanted, asked.node, asked.depth)
    currency = asked.currency or await sums.only_currency(tx) or CURRENCY
    names = await vault.read(tx, {ref for each in found.sums if (ref := found.tree.seats[each].name_ref)})
    period, aside = wanted.wanted.period, replace(found.aside, parked=at.parked)
    return RollupView(
        period=PeriodView(key=period.key, starts=period.starts, ends=period.ends),
        currency=currency,
        measure=MEASURE,
        view=asked.view,
        as_of=at.as_of,
        org_as_of=min(at.as_of, period.last_instant),
        frontier=at.frontier,
        final=not at.parked,
        node=Printed(found, names, asked.view, currency, bool(wanted.wanted.filtered)).node(found.node),
        warnings=[warning(warned) for warned in warnings(found.all, found.unassigned, aside, currency)],
    )


def warning(warned: Warned) -> WarningView:
    amount = None if warned.amount is None or not warned.currency else money(warned.amount, warned.currency)
    return WarningView(
        code=warned.code, detail=warned.detail, count=warned.count, amount=amount, currency=warned.currency
    )
