"""Views of the nodes of a roll-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from services.forecast.answers.rollup import Rollup
from services.forecast.answers.rollup_amounts import NodeAmounts
from services.forecast.api.amount_views import formatted_amount, optional_amount, optional_ratio
from services.forecast.api.call_views import CallFormat, CallView
from services.forecast.api.override_views import OverrideFormat, OverrideView
from services.forecast.ledger.balances import balance, counts
from services.forecast.ledger.cumulative import cumulative
from services.forecast.ledger.quotas import measures
from services.forecast.org.events import ROOT, UNASSIGNED, NodeKind
from shared.store.slices import in_slices

View = Literal["single", "cumulative"]
FormattedAmounts = dict[str, str]
NAMES = {ROOT: "All", UNASSIGNED: "Unassigned"}
NODES_AT_ONCE = 50


class AmountsView(BaseModel):
    """A node's amounts in one currency."""

    own: FormattedAmounts | None
    pure: FormattedAmounts
    computed: FormattedAmounts | None
    seen_by_self: FormattedAmounts | None
    seen_by_parent: FormattedAmounts | None
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
    own: FormattedAmounts | None
    pure: FormattedAmounts | None
    computed: FormattedAmounts | None
    seen_by_self: FormattedAmounts | None
    seen_by_parent: FormattedAmounts | None
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


@dataclass(frozen=True)
class NodeFormat:
    """The format of the nodes of one answer. `names`: by node. A node that was below the caller's then, and is outside
    today, is a sum alone."""

    rollup: Rollup
    names: Mapping[str, str]
    view: View
    overrides: OverrideFormat

    async def tree_view(self) -> NodeView:
        """The node asked for, with those below it: made from the bottom up."""
        views, totals = dict[str, NodeView](), self.rollup.totals
        async for node in in_slices(reversed([*totals.sums]), NODES_AT_ONCE):
            views[node] = self.node_view(node, [views[child] for child in self.rollup.amounts.children(node)])
        return views[totals.node]

    def node_view(self, node: str, children: list[NodeView]) -> NodeView:
        totals = self.rollup.totals
        org_node, sums = totals.tree.nodes[node], totals.sums[node]
        is_visible = self.is_visible(node)
        return NodeView(
            node_id=node,
            name=NAMES.get(node) or self.names.get(node),
            kind=org_node.kind,
            active=org_node.active,
            by_currency=self.by_currency(node),
            counts=dict(counts(sums)),
            call=self.call_view(node) if is_visible else None,
            overrides=self.overrides.views(node, sums) if is_visible else [],
            children=children if is_visible else [],
            **dict(self.quota_view(node) if is_visible else QuotaFieldsView()),
            **self.amount_fields(node),
        )

    def is_visible(self, node: str) -> bool:
        return node == UNASSIGNED or self.rollup.amounts.subtree.includes(node)

    def call_view(self, node: str) -> CallView | None:
        if node not in self.rollup.calls:
            return None
        seen = self.overrides.seen(node, self.rollup.totals.sums[node])
        return CallFormat(self.rollup.conversion, self.rollup.calls).view(node, seen.by_self) if seen else None

    def quota_view(self, node: str) -> QuotaFieldsView:
        conversion = self.rollup.conversion
        if conversion is None or node not in self.rollup.quotas:
            return QuotaFieldsView()
        quota, currency = self.rollup.quotas[node], conversion.currency
        found = measures(quota.in_force, balance(self.rollup.totals.sums[node], conversion))
        return QuotaFieldsView(
            quota=optional_amount(quota.in_force, currency),
            quota_set=optional_amount(quota.set, currency),
            quota_rolled_up=optional_amount(quota.rolled_up, currency),
            attainment=optional_ratio(found.attainment),
            gap_to_quota=optional_amount(found.gap_to_quota, currency),
            gap_after_commit=optional_amount(found.gap_after_commit, currency),
            coverage=optional_ratio(found.coverage),
        )

    def amount_fields(self, node: str) -> dict[str, Any]:
        found = self.rollup.amounts.of(node)
        return NO_AMOUNTS if found is None else dict(self.amounts_view(found, self.rollup.currency))

    def by_currency(self, node: str) -> dict[str, AmountsView] | None:
        apart = self.rollup.amounts.in_each_currency(node)
        if apart is None:
            return None
        return {currency: self.amounts_view(amounts, currency) for currency, amounts in apart.items()}

    def amounts_view(self, amounts: NodeAmounts, currency: str | None) -> AmountsView:
        return AmountsView(
            own=self.formatted(amounts.own, currency) if amounts.own else None,
            pure=self.formatted(amounts.pure, currency),
            computed=self.formatted(amounts.computed, currency) if amounts.computed else None,
            seen_by_self=self.formatted(amounts.seen_by_self, currency) if amounts.seen_by_self else None,
            seen_by_parent=self.formatted(amounts.seen_by_parent, currency) if amounts.seen_by_parent else None,
            unqualified=formatted_amount(amounts.unqualified, currency),
        )

    def formatted(self, single: Mapping[str, Decimal], currency: str | None) -> FormattedAmounts:
        chosen = single if self.view == "single" else cumulative(single)
        return {name: formatted_amount(amount, currency) for name, amount in chosen.items()}
