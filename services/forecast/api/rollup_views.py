"""Views of a roll-up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.rollup import Rollup
from services.forecast.answers.visible import visible_parked
from services.forecast.api.node_views import NodeFormat, NodeView, View
from services.forecast.api.override_views import OverrideFormat
from services.forecast.ledger.quotas import NodeQuota
from services.forecast.ledger.warnings import ForecastWarning, overrides_left_out, warnings
from services.forecast.org.events import UNASSIGNED
from services.forecast.periods.calendar import Period
from services.forecast.projections.ledger import node_names
from services.forecast.snapshot.events import RatePolicy
from shared.rules.money import format_amount
from shared.store import vault


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


class RollupView(BaseModel):
    """`currency`: that of the settings, else the deals' own; null when there are several, and when there is none.
    `rate_policy`: how amounts in other currencies were converted. `org_as_of`: the instant of the organisation that
    counts here."""

    period: PeriodView
    currency: str | None
    rate_policy: RatePolicy
    measure: str
    view: View
    as_of: datetime
    org_as_of: datetime
    frontier: str
    final: bool
    node: NodeView
    warnings: list[WarningView]


async def rollup_view(tx: AsyncConnection, rollup: Rollup, view: View) -> RollupView:
    names = await node_names.read(tx, rollup.totals.sums.keys(), rollup.moment.known)
    overrides = await override_format(tx, rollup)
    return RollupView(
        period=period_view(rollup.period),
        currency=rollup.currency,
        rate_policy=rollup.rate_policy,
        measure=rollup.moment.settings.measure,
        view=view,
        as_of=rollup.moment.as_of,
        org_as_of=rollup.org_as_of,
        frontier=rollup.moment.frontier,
        final=rollup.moment.final,
        node=await NodeFormat(rollup, names, view, overrides).tree_view(),
        warnings=[warning_view(each) for each in rollup_warnings(rollup, overrides)],
    )


async def override_format(tx: AsyncConnection, rollup: Rollup) -> OverrideFormat:
    notes = await vault.read(tx, {row.note_ref for row in rollup.below.rows})
    old_before = rollup.org_as_of - rollup.moment.settings.stale_after
    return OverrideFormat(rollup.conversion, old_before, rollup.amounts.overridden, notes, rollup.below.other)


def rollup_warnings(rollup: Rollup, overrides: OverrideFormat) -> Iterator[ForecastWarning]:
    totals = rollup.totals
    counts = replace(
        totals.counts,
        parked=visible_parked(rollup.moment.parked, rollup.amounts.subtree),
        without_quota=missing_quotas(rollup),
        stale_overrides=overrides.stale(),
        other_overrides=overrides.other,
        crossing=overrides.crossing(totals.sums),
        without_call=missing_calls(rollup),
    )
    yield from warnings(totals.with_undated, totals.unassigned, counts, rollup.conversion)
    yield from overrides_left_out(rollup.below.rows, rollup.conversion)


def missing_quotas(rollup: Rollup) -> int:
    """The number of the answer's nodes that lack a quota; 0 if none has one."""
    nodes = rollup.totals.tree.nodes
    active = (node for node in rollup.totals.sums if node != UNASSIGNED and nodes[node].active)
    return sum(rollup.quotas.get(node, NodeQuota()).in_force is None for node in active) if rollup.quotas else 0


def missing_calls(rollup: Rollup) -> int:
    """The number of the answer's persons who made no call; 0 if nobody made one."""
    nodes = (rollup.totals.tree.nodes[node] for node in rollup.totals.sums if node not in rollup.calls)
    return sum(node.active and node.kind == "person" for node in nodes) if rollup.calls else 0


def period_view(period: Period) -> PeriodView:
    return PeriodView(key=period.key, starts=period.starts, ends=period.ends)


def warning_view(warning: ForecastWarning) -> WarningView:
    amount, currency = warning.amount, warning.currency
    return WarningView(
        code=warning.code,
        detail=warning.detail,
        count=warning.count,
        amount=None if amount is None or currency is None else format_amount(amount, currency),
        currency=currency,
    )
