"""Quotas of a period: set on a node, or rolled up from the nodes below it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.forecast.ledger.balances import ZERO, Balance
from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.org_tree import OrgTree

Parts = Mapping[str, Sequence[str]]
"""The keys of the parts that make up a period, by its key."""


class QuotaRow(NamedTuple):
    """A quota in force. Without a motion it is for all business."""

    node: str
    period: str
    motion: str | None
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class NodeQuota:
    """`rolled_up`: the sum of the children's quotas, as far as they have one. `in_force`: the one set, else that."""

    set: Decimal | None = None
    rolled_up: Decimal | None = None

    @property
    def in_force(self) -> Decimal | None:
        return self.rolled_up if self.set is None else self.set


QuotaAmounts = Mapping[tuple[str, str, str | None], Decimal]
"""The amounts by node, period and motion."""


def converted_quotas(rows: Iterable[QuotaRow], conversion: Conversion) -> QuotaAmounts:
    """The quotas' amounts, without those that no rate converts."""
    found = {}
    for node, period, motion, amount, currency in rows:
        converted = conversion.converted(amount, currency, None)
        if converted is not None:
            found[node, period, motion] = converted
    return found


def quotas_set(amounts: QuotaAmounts, period: str, parts: Parts, motion: str | None) -> Mapping[str, Decimal]:
    """The quotas by node. A question about all business takes the quota for all business, else the sum of those by
    motion."""
    motions = sorted({each for _, _, each in amounts if each})
    found = {}
    for node in sorted({node for node, _, _ in amounts}):
        quota = of_period(amounts, node, period, parts, motion)
        if quota is None and motion is None:
            quota = total(of_period(amounts, node, period, parts, each) for each in motions)
        if quota is not None:
            found[node] = quota
    return found


def of_period(amounts: QuotaAmounts, node: str, period: str, parts: Parts, motion: str | None) -> Decimal | None:
    """A node's quota for the period. A longer period without a quota of its own has the sum of its parts', if each has
    one."""
    if (node, period, motion) in amounts:
        return amounts[node, period, motion]
    found = [of_period(amounts, node, part, parts, motion) for part in parts.get(period, ())]
    return total(found) if found and None not in found else None


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the amounts that are not None; None without any."""
    found = [amount for amount in amounts if amount is not None]
    return sum(found, ZERO) if found else None


def node_quotas(tree: OrgTree, found: Mapping[str, Decimal]) -> Mapping[str, NodeQuota]:
    """`tree` has at least the nodes that have a quota, and all above them."""
    quotas: dict[str, NodeQuota] = {}
    for node in reversed(tree.subtree(tree.root)):
        below = (quotas[child].in_force for child in tree.children.get(node, ()))
        quotas[node] = NodeQuota(found.get(node), total(below))
    return quotas


@dataclass(frozen=True)
class Measures:
    """The measures of a quota, not rounded. All are None without a quota; `attainment` also when the quota is 0,
    `coverage` when nothing is left of it."""

    attainment: Decimal | None = None
    gap_to_quota: Decimal | None = None
    gap_after_commit: Decimal | None = None
    coverage: Decimal | None = None


def measures(quota: Decimal | None, balance: Balance) -> Measures:
    """Coverage: open qualified amounts for each unit of what is left of the quota."""
    if quota is None:
        return Measures()
    closed, commit = balance.pure["closed"], balance.pure["commit"]
    qualified = balance.pure["pipeline"] + balance.pure["upside"] + commit - balance.unqualified
    gap = quota - closed
    return Measures(
        attainment=closed / quota if quota else None,
        gap_to_quota=gap,
        gap_after_commit=gap - commit,
        coverage=qualified / gap if gap > 0 else None,
    )
