"""The amounts of a roll-up's nodes, not rounded: in one currency, or apart in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from services.forecast.ledger.balances import NOTHING, balance
from services.forecast.ledger.conversion import Conversion, unconverted
from services.forecast.ledger.cumulative import cumulative, with_columns
from services.forecast.ledger.overrides import Overridden
from services.forecast.ledger.warnings import by_currency
from services.forecast.org.events import UNASSIGNED
from services.forecast.projections.subtree_totals import SubtreeTotals
from shared.web.callers.place import EVERYTHING, Subtree

CategoryAmounts = Mapping[str, Decimal]


class NodeAmounts(NamedTuple):
    """A node's amounts by single category. `seen_by_parent` is None at the caller's own node. For a filtered question
    only `pure` is known. The columns that overrides change are None, too, where amounts stand apart by currency and
    there are overrides, which have no place there."""

    own: CategoryAmounts | None
    pure: CategoryAmounts
    computed: CategoryAmounts | None
    seen_by_self: CategoryAmounts | None
    seen_by_parent: CategoryAmounts | None
    unqualified: Decimal


@dataclass(frozen=True)
class RollupAmounts:
    """`filtered`: the question is about some deals only. `subtree`: what the caller may see today."""

    totals: SubtreeTotals
    conversion: Conversion | None
    overridden: Overridden
    filtered: bool
    subtree: Subtree = EVERYTHING

    def of(self, node: str) -> NodeAmounts | None:
        """A node's amounts; None where they are in several currencies and have no sum. Without a currency all are
        zero."""
        return None if self.currencies else self.amounts(node, self.conversion)

    def in_each_currency(self, node: str) -> Mapping[str, NodeAmounts] | None:
        """A node's amounts in each currency of the deals, where the answer has no currency of its own; else None."""
        if self.conversion is not None:
            return None
        return {currency: self.amounts(node, unconverted(currency)) for currency in self.currencies}

    @cached_property
    def currencies(self) -> Sequence[str]:
        """The currencies of the deals below the node asked for, where they are not converted. Every node of the answer
        has the same."""
        return [] if self.conversion else list(by_currency(self.totals.sums[self.totals.node]))

    def amounts(self, node: str, conversion: Conversion | None) -> NodeAmounts:
        found = balance(self.totals.sums[node], conversion) if conversion else NOTHING
        return NodeAmounts(
            None if self.filtered else found.own, found.pure, *self.seen(node, found.pure), found.unqualified
        )

    def seen(
        self, node: str, pure: CategoryAmounts
    ) -> tuple[CategoryAmounts | None, CategoryAmounts | None, CategoryAmounts | None]:
        if self.filtered or (self.conversion is None and self.overridden.rows):
            return None, None, None
        seen = self.overridden.seen(node, cumulative(pure))
        by_parent = None if node == self.subtree.node else with_columns(pure, seen.by_parent)
        return with_columns(pure, seen.computed), with_columns(pure, seen.by_self), by_parent

    def children(self, node: str) -> list[str]:
        """The children within the depth. The unassigned are among them only where they have deals."""
        below = (child for child in self.totals.tree.children.get(node, ()) if child in self.totals.sums)
        return [child for child in below if child != UNASSIGNED or self.has_deals(child)]

    def has_deals(self, node: str) -> bool:
        return any(found.deals for found in self.totals.sums[node].values())
