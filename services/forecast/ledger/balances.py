"""The balances of a node: what its deals add up to, by category and currency."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from services.forecast.ledger.conversion import Conversion
from services.forecast.ledger.org_tree import OrgNodes, counting_nodes
from services.forecast.org.events import ROOT

CATEGORIES = ("omitted", "pipeline", "upside", "commit", "closed")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Deals that are summed together. `close`: their close date is before today, not before today, or missing. `day`:
    the close date of closed deals, where their amounts are converted by it."""

    close: Literal["past", "due", "undated"]
    category: str
    qualified: bool
    currency: str | None
    day: date | None = None

    @property
    def is_open(self) -> bool:
        return self.category != "closed"


@dataclass(slots=True)
class BucketSum:
    """`own_…`: the part that the node itself owns."""

    amount: Decimal = ZERO
    deals: int = 0
    own_amount: Decimal = ZERO
    own_deals: int = 0


NONE = BucketSum()
Sums = Mapping[Bucket, BucketSum]
"""The sums of one node, or of one owner alone."""


def add_group(sums: Mapping[str, dict[Bucket, BucketSum]], group: str, found: Sums, nodes: OrgNodes) -> None:
    """Adds the sums of deals whose owners count first for this node to it, and to those of `sums` that are above it."""
    for level, node in enumerate([ROOT] if group == ROOT else counting_nodes(nodes, group)):
        if node in sums:
            for bucket, more in found.items():
                add(sums[node].setdefault(bucket, BucketSum()), more, with_own=level == 0)


def add(total: BucketSum, more: BucketSum, *, with_own: bool) -> None:
    total.amount += more.amount
    total.deals += more.deals
    if with_own:
        total.own_amount += more.own_amount
        total.own_deals += more.own_deals


def total(sums: Mapping[str, Sums], more: Mapping[str, Sums]) -> dict[str, Sums]:
    """The sums of both by node. `more` has all nodes."""
    found = {node: {bucket: replace(each) for bucket, each in sums.get(node, {}).items()} for node in more}
    for node, added in more.items():
        for bucket, each in added.items():
            add(found[node].setdefault(bucket, BucketSum()), each, with_own=True)
    return {node: {bucket: each for bucket, each in left.items() if each.deals} for node, left in found.items()}


def difference(sums: Sums, less: Sums) -> Sums:
    """Buckets that are left without deals have no amounts either."""
    found = {bucket: less_by(sums.get(bucket, NONE), less.get(bucket, NONE)) for bucket in {**sums, **less}}
    return {bucket: left for bucket, left in found.items() if left.deals}


def less_by(sum_: BucketSum, less: BucketSum) -> BucketSum:
    return BucketSum(
        sum_.amount - less.amount,
        sum_.deals - less.deals,
        sum_.own_amount - less.own_amount,
        sum_.own_deals - less.own_deals,
    )


def with_own(totals: Sums, own: Sums) -> Sums:
    """Totals of all deals with the own part of the root's node: the two are kept under different ids."""
    return {
        bucket: BucketSum(total.amount, total.deals, mine.own_amount, mine.own_deals)
        for bucket, total in totals.items()
        for mine in [own.get(bucket, BucketSum())]
    }


def own_open_deals(sums: Sums) -> int:
    return sum(found.own_deals for bucket, found in sums.items() if bucket.is_open)


@dataclass(frozen=True)
class Balance:
    """Amounts in one currency, not rounded, by category, of deals with a close date. `unqualified`: the part of
    `pure["pipeline"]` that is in unqualified stages."""

    own: Mapping[str, Decimal]
    pure: Mapping[str, Decimal]
    unqualified: Decimal


NOTHING = Balance(dict.fromkeys(CATEGORIES, ZERO), dict.fromkeys(CATEGORIES, ZERO), ZERO)


def balance(sums: Sums, conversion: Conversion) -> Balance:
    """Leaves out amounts that cannot be converted."""
    own, pure = dict.fromkeys(CATEGORIES, ZERO), dict.fromkeys(CATEGORIES, ZERO)
    unqualified = ZERO
    for bucket, found in sums.items():
        amount = converted(bucket, found.amount, conversion)
        own_amount = converted(bucket, found.own_amount, conversion)
        if bucket.close != "undated" and amount is not None and own_amount is not None:
            own[bucket.category] += own_amount
            pure[bucket.category] += amount
            unqualified += amount if bucket.category == "pipeline" and not bucket.qualified else ZERO
    return Balance(own, pure, unqualified)


def converted(bucket: Bucket, amount: Decimal, conversion: Conversion) -> Decimal | None:
    return conversion.converted(amount, bucket.currency, bucket.day)


def counts(sums: Sums) -> Mapping[str, int]:
    """Deals with a close date by category, in any currency or without an amount."""
    found = dict.fromkeys(CATEGORIES, 0)
    for bucket, each in sums.items():
        if bucket.close != "undated":
            found[bucket.category] += each.deals
    return found
