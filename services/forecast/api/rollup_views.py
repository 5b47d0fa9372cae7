"""How the roll-up and the deals behind it are answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from services.forecast.ledger.balances import balance, counts, cumulative
from services.forecast.ledger.warnings import ForecastWarning
from services.forecast.org.events import ROOT, UNASSIGNED, NodeKind
from services.forecast.periods.calendar import CALENDAR
from services.forecast.projections.subtree_totals import SubtreeTotals
from shared.rules.money import format_amount
from shared.store.slices import in_slices

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
    """`org_as_of`: the instant of the organisation that counts here."""

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
        """The same answer, given later."""
        as_of = max(now, self.as_of)
        update = {"as_of": as_of, "org_as_of": min(as_of, CALENDAR.period(self.period.key).last_instant)}
        return self.model_copy(update=update)

    @property
    def size(self) -> int:
        """How many nodes it has."""
        return number_of_nodes(self.node)


def number_of_nodes(node: NodeView) -> int:
    return 1 + sum(number_of_nodes(child) for child in node.children)


@dataclass(frozen=True)
class NodeFormat:
    """How the nodes of one answer are formatted. `names` by node; `filtered`: the question is about some deals only."""

    totals: SubtreeTotals
    names: Mapping[str, str]
    view: View
    currency: str
    filtered: bool

    async def tree_view(self) -> NodeView:
        """The node asked for, with those below it: made from the bottom up."""
        views: dict[str, NodeView] = {}
        async for node in in_slices(reversed([*self.totals.sums]), NODES_AT_ONCE):
            views[node] = self.node_view(node, [views[child] for child in self.children(node)])
        return views[self.totals.node]

    def node_view(self, node: str, children: list[NodeView]) -> NodeView:
        org_node, sums = self.totals.tree.nodes[node], self.totals.sums[node]
        found = balance(sums, self.currency)
        pure = self.amounts(found.pure)
        seen = None if self.filtered else pure
        return NodeView(
            node_id=node,
            name=NAMES.get(node) or self.names.get(node),
            kind=org_node.kind,
            active=org_node.active,
            own=None if self.filtered else self.amounts(found.own),
            pure=pure,
            computed=seen,
            seen_by_self=seen,
            seen_by_parent=seen,
            unqualified=format_amount(found.unqualified, self.currency),
            counts=dict(counts(sums)),
            children=children,
        )

    def children(self, node: str) -> list[str]:
        """Those within the depth; the unassigned only where they have deals."""
        below = self.totals.tree.children.get(node, ())
        return [
            child for child in below if child in self.totals.sums and (child != UNASSIGNED or self.has_deals(child))
        ]

    def has_deals(self, node: str) -> bool:
        return any(found.deals for found in self.totals.sums[node].values())

    def amounts(self, single: Mapping[str, Decimal]) -> Amounts:
        chosen = single if self.view == "single" else cumulative(single)
        return {name: format_amount(amount, self.currency) for name, amount in chosen.items()}


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


class DealView(BaseModel):
    opportunity_id: str
    external_id: str | None
    account: str
    owner: str
    motion: str
    pipeline: str
    stage: str
    category: str
    qualified: bool
    amount: MoneyView | None
    close_date: date


def deal_view(row: Mapping[str, Any]) -> DealView:
    copied = {name: row[name] for name in DealView.model_fields if name != "amount"}
    return DealView.model_validate(copied | {"amount": money_view(row["amount"], row["currency"])})


def money_view(amount: Decimal, currency: str | None) -> MoneyView | None:
    return MoneyView(amount=format_amount(amount, currency), currency=currency) if currency else None
