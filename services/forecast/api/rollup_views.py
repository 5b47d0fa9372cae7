"""How the roll-up and the deals behind it are answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Literal

from pydantic import BaseModel

from services.forecast.api.call_views import CallFormat, CallView
from services.forecast.api.override_views import OverrideFormat, OverrideView
from services.forecast.ledger.balances import NOTHING, Sums, balance, counts
from services.forecast.ledger.conversion import Conversion, unconverted
from services.forecast.ledger.cumulative import cumulative, with_columns
from services.forecast.ledger.quotas import NodeQuota, measures
from services.forecast.ledger.warnings import ForecastWarning, by_currency
from services.forecast.org.events import ROOT, UNASSIGNED, NodeKind
from services.forecast.override.events import Column
from services.forecast.periods.calendar import Period
from services.forecast.projections.subtree_totals import SubtreeTotals
from services.forecast.snapshot.events import RatePolicy
from shared.rules.money import format_amount, text
from shared.store.slices import in_slices
from shared.web.place import EVERYTHING, Subtree

View = Literal["single", "cumulative"]
Amounts = dict[str, str]
NAMES = {ROOT: "All", UNASSIGNED: "Unassigned"}
NODES_AT_ONCE = 50


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


class AmountsView(BaseModel):
    """A node's amounts in one currency."""

    own: Amounts | None
    pure: Amounts
    computed: Amounts | None
    seen_by_self: Amounts | None
    seen_by_parent: Amounts | None
    unqualified: str


class QuotaFieldsView(BaseModel):
    """`quota`: the one set, else that rolled up from the children. `attainment`: closed per quota. `coverage`: open
    qualified amounts per what is left. Null without a quota, and where there would be nothing to divide by."""

    quota: str | None = None
    quota_set: str | None = None
    quota_rolled_up: str | None = None
    attainment: str | None = None
    gap_to_quota: str | None = None
    gap_after_commit: str | None = None
    coverage: str | None = None


class NodeView(BaseModel):
    """`counts` and `unqualified` are of `pure`. The quota's fields are null without one.

    `by_currency`: when the answer has no currency, the node's amounts in each currency of its deals. Where there are
    any, the amounts beside it are null, because amounts in several currencies have no sum.
    """

    node_id: str
    name: str | None
    kind: NodeKind
    active: bool
    own: Amounts | None
    pure: Amounts | None
    computed: Amounts | None
    seen_by_self: Amounts | None
    seen_by_parent: Amounts | None
    unqualified: str | None
    by_currency: dict[str, AmountsView] | None
    counts: dict[str, int]
    quota: str | None
    quota_set: str | None
    quota_rolled_up: str | None
    attainment: str | None
    gap_to_quota: str | None
    gap_after_commit: str | None
    coverage: str | None
    call: CallView | None
    overrides: list[OverrideView]
    children: list["NodeView"]


NO_AMOUNTS: dict[str, None] = dict.fromkeys(AmountsView.model_fields)


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


@dataclass(frozen=True)
class NodeFormat:
    """How the nodes of one answer are formatted. `names` by node; `filtered`: the question is about some deals only."""

    totals: SubtreeTotals
    names: Mapping[str, str]
    view: View
    conversion: Conversion | None
    quotas: Mapping[str, NodeQuota]
    overrides: OverrideFormat
    calls: CallFormat
    filtered: bool
    subtree: Subtree = EVERYTHING
    """What the caller may see today. A node that was below it then, and is outside today, is a sum alone."""

    async def tree_view(self) -> NodeView:
        """The node asked for, with those below it: made from the bottom up."""
        views: dict[str, NodeView] = {}
        async for node in in_slices(reversed([*self.totals.sums]), NODES_AT_ONCE):
            views[node] = self.node_view(node, [views[child] for child in self.children(node)])
        return views[self.totals.node]

    def node_view(self, node: str, children: list[NodeView]) -> NodeView:
        org_node, sums = self.totals.tree.nodes[node], self.totals.sums[node]
        is_visible = self.is_visible(node)
        apart = None
        if self.conversion is None:
            apart = {currency: self.amounts_view(node, sums, unconverted(currency)) for currency in self.currencies}
        return NodeView(
            node_id=node,
            name=NAMES.get(node) or self.names.get(node),
            kind=org_node.kind,
            active=org_node.active,
            by_currency=apart,
            counts=dict(counts(sums)),
            call=self.call_view(node, sums) if is_visible else None,
            overrides=self.overrides.views(node, sums) if is_visible else [],
            children=children if is_visible else [],
            **dict(self.quota_view(node, sums) if is_visible else QuotaFieldsView()),
            **(NO_AMOUNTS if apart else dict(self.amounts_view(node, sums, self.conversion))),
        )

    def is_visible(self, node: str) -> bool:
        return node == UNASSIGNED or self.subtree.includes(node)

    def call_view(self, node: str, sums: Sums) -> CallView | None:
        seen = self.overrides.seen(node, sums) if node in self.calls.calls else None
        return self.calls.view(node, seen.by_self) if seen else None

    def quota_view(self, node: str, sums: Sums) -> QuotaFieldsView:
        if self.conversion is None or node not in self.quotas:
            return QuotaFieldsView()
        quota, currency = self.quotas[node], self.conversion.currency
        found = measures(quota.in_force, balance(sums, self.conversion))
        return QuotaFieldsView(
            quota=optional_amount(quota.in_force, currency),
            quota_set=optional_amount(quota.set, currency),
            quota_rolled_up=optional_amount(quota.rolled_up, currency),
            attainment=optional_ratio(found.attainment),
            gap_to_quota=optional_amount(found.gap_to_quota, currency),
            gap_after_commit=optional_amount(found.gap_after_commit, currency),
            coverage=optional_ratio(found.coverage),
        )

    @cached_property
    def currencies(self) -> Sequence[str]:
        """Of the deals below the node asked for; so each node of the answer has the same."""
        return list(by_currency(self.totals.sums[self.totals.node]))

    def amounts_view(self, node: str, sums: Sums, conversion: Conversion | None) -> AmountsView:
        """Without a currency there are no amounts: all are zero."""
        currency = conversion.currency if conversion else None
        found = balance(sums, conversion) if conversion else NOTHING
        return AmountsView(
            own=None if self.filtered else self.formatted(found.own, currency),
            pure=self.formatted(found.pure, currency),
            **self.seen_amounts(node, found.pure, currency),
            unqualified=formatted_amount(found.unqualified, currency),
        )

    def seen_amounts(self, node: str, pure: Mapping[str, Decimal], currency: str | None) -> dict[str, Amounts | None]:
        """None where amounts stand apart by currency and an override is in one of them: it has no place there."""
        fields = ("computed", "seen_by_self", "seen_by_parent")
        if self.filtered or (self.conversion is None and self.overrides.overridden.rows):
            return dict.fromkeys(fields)
        seen = self.overrides.overridden.seen(node, cumulative(pure))
        found = {name: self.with_columns(pure, each, currency) for name, each in zip(fields, seen, strict=True)}
        return found | ({"seen_by_parent": None} if node == self.subtree.node else {})

    def with_columns(
        self, pure: Mapping[str, Decimal], columns: Mapping[Column, Decimal], currency: str | None
    ) -> Amounts:
        return self.formatted(with_columns(pure, columns), currency)

    def formatted(self, single: Mapping[str, Decimal], currency: str | None) -> Amounts:
        chosen = single if self.view == "single" else cumulative(single)
        return {name: formatted_amount(amount, currency) for name, amount in chosen.items()}

    def children(self, node: str) -> list[str]:
        """Those within the depth; the unassigned only where they have deals."""
        below = self.totals.tree.children.get(node, ())
        return [
            child for child in below if child in self.totals.sums and (child != UNASSIGNED or self.has_deals(child))
        ]

    def has_deals(self, node: str) -> bool:
        return any(found.deals for found in self.totals.sums[node].values())


def formatted_amount(amount: Decimal, currency: str | None) -> str:
    return format_amount(amount, currency) if currency else "0.00"


def optional_amount(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else format_amount(amount, currency)


def optional_ratio(ratio: Decimal | None) -> str | None:
    """With four decimals, half-even."""
    return None if ratio is None else text(ratio.quantize(Decimal("0.0001"), ROUND_HALF_EVEN))


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


class MoneyView(BaseModel):
    amount: str
    currency: str


def money_view(amount: Decimal, currency: str | None) -> MoneyView | None:
    return MoneyView(amount=format_amount(amount, currency), currency=currency) if currency else None
