"""The roll-up: what the deals below a node come to in a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.forecast.answers.moment import NOW, Instants, Moment, in_calendar
from services.forecast.answers.question import conversion_into, deal_filter, numbers_for, org_as_of, quotas_for
from services.forecast.answers.rollup_amounts import RollupAmounts
from services.forecast.answers.visible import counted_owners, visible_overrides, within
from services.forecast.ledger.calls import CallRow
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.overrides import Overridden, overridden
from services.forecast.ledger.quotas import NodeQuota
from services.forecast.periods.calendar import Period
from services.forecast.projections import calls
from services.forecast.projections.deal_filter import DealFilter
from services.forecast.projections.ledger.deals import Owners
from services.forecast.projections.numbers import Numbers
from services.forecast.projections.overrides_below import NONE_BELOW, OverridesBelow, overrides_below
from services.forecast.projections.subtree_totals import SubtreeTotals, subtree_totals
from services.forecast.quota.events import Motion
from services.forecast.snapshot.events import RatePolicy
from shared.web.callers.place import EVERYTHING, Subtree


@dataclass(frozen=True)
class RollupQuestion:
    """`period`: by default the quarter of the moment; `node`: by default the root. `currency`: by default that of the
    settings, else the deals' own if they have one. `rate_policy` and `calendar`: by default those of the settings."""

    period: str | None = None
    node: str | None = None
    depth: int = 1
    motion: Motion | None = None
    pipeline: str | None = None
    qualified: bool | None = None
    currency: str | None = None
    rate_policy: RatePolicy | None = None
    calendar: str | None = None
    instants: Instants = NOW


@dataclass(frozen=True)
class Rollup:
    """The answer before it is formatted. `quotas` and `calls`: by node, as far as the caller may see them."""

    moment: Moment
    deal_filter: DealFilter
    rate_policy: RatePolicy
    amounts: RollupAmounts
    below: OverridesBelow
    quotas: Mapping[str, NodeQuota]
    calls: Mapping[str, Sequence[CallRow]]

    @property
    def period(self) -> Period:
        return self.deal_filter.period

    @property
    def totals(self) -> SubtreeTotals:
        return self.amounts.totals

    @property
    def conversion(self) -> Conversion | None:
        return self.amounts.conversion

    @property
    def currency(self) -> str | None:
        return None if self.conversion is None else self.conversion.currency

    @property
    def org_as_of(self) -> datetime:
        return org_as_of(self.moment, self.period)


async def computed_rollup(
    tx: AsyncConnection, moment: Moment, question: RollupQuestion, subtree: Subtree = EVERYTHING
) -> Rollup:
    """`moment`: that of the question. `subtree`: what the caller may see."""
    moment = await in_calendar(tx, moment, question.calendar)
    policy = question.rate_policy or moment.settings.rate_policy
    chosen = await deal_filter(
        tx, moment, question.period, motion=question.motion, pipeline=question.pipeline, qualified=question.qualified
    )
    numbers, filtered = await numbers_for(tx, moment, chosen.period), bool(chosen.columns)
    below = NONE_BELOW
    if not filtered:
        every = await overrides_below(tx, numbers, chosen.period, question.node, moment.as_of, moment.known)
        below = visible_overrides(every, subtree)
    currency = question.currency or moment.settings.currency
    currency = currency or await only_currency(numbers, below, await counted_owners(tx, subtree))
    conversion = None if currency is None else await conversion_into(tx, currency, policy, moment, chosen.period)
    if policy == "close_date":
        chosen = replace(chosen, converted_into=currency)
    totals = await subtree_totals(numbers, chosen, question.node, question.depth, below.overridden)
    quotas = within(subtree, await quotas_for(tx, numbers, conversion, moment, chosen)) if conversion else {}
    made = {} if filtered else within(subtree, await calls.by_node(tx, chosen.period, moment.as_of, moment.known))
    amounts = RollupAmounts(totals, conversion, changed_by(below, totals, conversion), filtered, subtree)
    return Rollup(moment, chosen, policy, amounts, below, quotas, made)


async def only_currency(numbers: Numbers, below: OverridesBelow, owners: Owners) -> str | None:
    """The currency of these owners' deals or, without any, of the overrides; None when they are in several, or in
    none."""
    found = await numbers.currencies(owners) or sorted({row.currency for row in below.rows})
    return found[0] if len(found) == 1 else None


def changed_by(below: OverridesBelow, totals: SubtreeTotals, conversion: Conversion | None) -> Overridden:
    """The effect of the overrides. Without a currency they are known, but change no amount."""
    if conversion is None:
        return Overridden(below.rows)
    return overridden(below.rows, below.nodes, totals.overridden, conversion)
