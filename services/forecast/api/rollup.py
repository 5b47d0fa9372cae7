"""The roll-up: what the deals below a node come to in a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.api.call_views import CallFormat
from services.forecast.api.moment import (
    AsOf,
    Instants,
    KnownAt,
    Moment,
    OrgAsOf,
    in_calendar,
    moment,
    present_settings,
    wait_until_known,
)
from services.forecast.api.override_views import OverrideFormat
from services.forecast.api.places import (
    ReadsBelow,
    counted_owners,
    visible_node,
    visible_overrides,
    visible_parked,
    within,
)
from services.forecast.api.question import PeriodKey, conversion_into, deal_filter, numbers_for, quotas_for
from services.forecast.api.question import org_as_of as org_instant
from services.forecast.api.rollup_views import NodeFormat, RollupView, View, WarningView, period_view, warning_view
from services.forecast.ledger.calls import CallRow
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.overrides import Overridden, overridden
from services.forecast.ledger.quotas import NodeQuota
from services.forecast.ledger.warnings import WarningCounts, overrides_left_out, warnings
from services.forecast.org.events import UNASSIGNED
from services.forecast.projections import calls, node_names
from services.forecast.projections.deals import Owners
from services.forecast.projections.numbers import Numbers
from services.forecast.projections.overrides_below import NONE_BELOW, OverridesBelow, overrides_below
from services.forecast.projections.subtree_totals import SubtreeTotals, subtree_totals
from services.forecast.quota.events import Motion
from services.forecast.snapshot.events import RatePolicy
from shared.rules.message import Slug
from shared.rules.money import Currency
from shared.store import vault
from shared.web.call import Call
from shared.web.place import EVERYTHING, Subtree

router = APIRouter(tags=["roll-up"])


class RollupQuery(BaseModel):
    """A whole question: on the same day, to the same read models, it has one answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: PeriodKey | None = None
    node: Annotated[Slug | None, Field(description="By default the root")] = None
    depth: Annotated[int, Field(ge=0, le=20)] = 1
    view: View = "single"
    motion: Motion | None = None
    pipeline: Slug | None = None
    qualified: bool | None = None
    currency: Annotated[
        Currency | None, Field(description="By default that of the settings, else the deals' own if they have one")
    ] = None
    rate_policy: Annotated[RatePolicy | None, Field(description="By default that of the settings")] = None
    calendar: Annotated[Slug | None, Field(description="By default that of the settings")] = None
    as_of: AsOf | None = None
    known_at: KnownAt | None = None
    org_as_of: OrgAsOf | None = None

    @property
    def instants(self) -> Instants:
        return Instants(self.as_of, self.known_at, self.org_as_of)


@router.get("/rollup")
async def get_rollup(query: Annotated[RollupQuery, Query()], call: ReadsBelow) -> RollupView:
    """Roll up a period, per node and category.

    A period that has ended keeps the organisation of its end. What the numbers leave out is in `warnings`. Filtered by
    motion, pipeline or qualified, only `pure` is answered. A key that is tied to a node sees it and the nodes below it,
    and not what the node's manager made of it.
    """
    await wait_until_known(call, query.known_at)
    async with call.read() as tx:
        node = await visible_node(call, tx, query.node)
        return await cached_answer(call, tx, query if node == query.node else query.model_copy(update={"node": node}))


@dataclass(frozen=True)
class Answer:
    """It is the same until something is applied or the business day ends, but for the instants of one that is asked for
    now."""

    view: RollupView
    instants: Instants
    period_ends: datetime

    def at(self, now: datetime) -> RollupView:
        if self.instants.as_of is not None:
            return self.view
        as_of = max(now, self.view.as_of)
        return self.view.model_copy(
            update={"as_of": as_of, "org_as_of": self.instants.org_as_of or min(as_of, self.period_ends)}
        )


async def cached_answer(call: Call, tx: AsyncConnection, query: RollupQuery) -> RollupView:
    now, cache = call.context.clock_and_ids.now(), call.context.answer_cache
    today = (await present_settings(call, tx)).today(now)
    question = call.caller.place, query, today
    answer: Answer | None = cache.get(call.frontier, question)
    if answer is None:
        answer, size = await computed_answer(tx, await moment(call, tx, query.instants), query, call.subtree)
        if answer.view.final or query.known_at is None:  # an instant may become final without another event
            cache.put(call.frontier, question, answer, size)
    return answer.at(now)


async def computed_answer(
    tx: AsyncConnection, at: Moment, query: RollupQuery, subtree: Subtree = EVERYTHING
) -> tuple[Answer, int]:
    """With the number of its nodes. `at`: the moment that the query asks for. `subtree`: what the caller may see."""
    at = await in_calendar(tx, at, query.calendar)
    policy = query.rate_policy or at.settings.rate_policy
    chosen = await deal_filter(
        tx, at, query.period, motion=query.motion, pipeline=query.pipeline, qualified=query.qualified
    )
    numbers, below = await numbers_for(tx, at, chosen.period), NONE_BELOW
    if not chosen.columns:
        every = await overrides_below(tx, numbers, chosen.period, query.node, at.as_of, at.known)
        below = visible_overrides(every, subtree)
    currency, conversion = (
        query.currency
        or at.settings.currency
        or await only_currency(numbers, below, await counted_owners(tx, subtree)),
        None,
    )
    if currency is not None:
        conversion = await conversion_into(tx, currency, policy, at, chosen.period)
        chosen = replace(chosen, converted_into=currency if policy == "close_date" else None)
    totals = await subtree_totals(numbers, chosen, query.node, query.depth, below.overridden)
    quotas = within(subtree, await quotas_for(tx, numbers, conversion, at, chosen)) if conversion else {}
    names = await node_names.read(tx, totals.sums.keys(), at.known)
    old_before = org_instant(at, chosen.period) - at.settings.stale_after
    overrides = await override_format(tx, below, totals, conversion, old_before)
    made = {} if chosen.columns else within(subtree, await calls.by_node(tx, chosen.period, at.as_of, at.known))
    called = CallFormat(conversion, made)
    filtered = bool(chosen.columns)
    nodes = NodeFormat(totals, names, query.view, conversion, quotas, overrides, called, filtered, subtree)
    counts = replace(
        totals.counts,
        parked=visible_parked(at.parked, subtree),
        without_quota=missing_quotas(totals, quotas),
        stale_overrides=overrides.stale(),
        other_overrides=overrides.other,
        crossing=overrides.crossing(totals.sums),
        without_call=missing_calls(totals, made),
    )
    view = RollupView(
        period=period_view(chosen.period),
        currency=currency,
        rate_policy=policy,
        measure=at.settings.measure,
        view=query.view,
        as_of=at.as_of,
        org_as_of=org_instant(at, chosen.period),
        frontier=at.frontier,
        final=at.final,
        node=await nodes.tree_view(),
        warnings=warning_views(totals, below, counts, conversion),
    )
    return Answer(view, query.instants, chosen.period.last_instant(at.settings.timezone)), len(totals.sums)


async def override_format(
    tx: AsyncConnection,
    below: OverridesBelow,
    totals: SubtreeTotals,
    conversion: Conversion | None,
    old_before: datetime,
) -> OverrideFormat:
    notes = await vault.read(tx, {row.note_ref for row in below.rows})
    found = Overridden(below.rows)
    if conversion is not None:
        found = overridden(below.rows, below.nodes, totals.overridden, conversion)
    return OverrideFormat(conversion, old_before, found, notes, below.other)


def missing_quotas(totals: SubtreeTotals, quotas: Mapping[str, NodeQuota]) -> int:
    """How many nodes of the answer lack one, if any node has one."""
    active = (node for node in totals.sums if node != UNASSIGNED and totals.tree.nodes[node].active)
    return sum(quotas.get(node, NodeQuota()).in_force is None for node in active) if quotas else 0


def missing_calls(totals: SubtreeTotals, made: Mapping[str, Sequence[CallRow]]) -> int:
    """How many persons of the answer made none, if anybody made one."""
    nodes = (totals.tree.nodes[node] for node in totals.sums if node not in made)
    return sum(node.active and node.kind == "person" for node in nodes) if made else 0


def warning_views(
    totals: SubtreeTotals, below: OverridesBelow, counts: WarningCounts, conversion: Conversion | None
) -> list[WarningView]:
    found = [*warnings(totals.with_undated, totals.unassigned, counts, conversion)]
    return [warning_view(each) for each in [*found, *overrides_left_out(below.rows, conversion)]]


async def only_currency(numbers: Numbers, below: OverridesBelow, owners: Owners) -> str | None:
    """That of these owners' deals or, without any, of the overrides; null when they are in several, or in none."""
    found = await numbers.currencies(owners) or sorted({row.currency for row in below.rows})
    return found[0] if len(found) == 1 else None
