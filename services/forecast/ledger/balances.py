"""What a node's deals add up to, per category, and how two views print it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.forecast.ledger.org_tree import Tree, chain

CATEGORIES = ("omitted", "pipeline", "upside", "commit", "closed")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sort:
    """Which deals are summed together. `when`: by their close date, in the period, before today or not; or without."""

    when: Literal["past", "due", "undated"]
    category: str
    qualified: bool
    currency: str | None

    @property
    def is_open(self) -> bool:
        return self.category != "closed"


@dataclass(slots=True)
class Sum:
    """`own_…`: the part that the node itself owns."""

    amount: Decimal = NOTHING
    deals: int = 0
    own_amount: Decimal = NOTHING
    own_deals: int = 0


Sums = Mapping[Sort, Sum]
"""Of one node, or of one owner alone."""


def folded(owned: Mapping[str, Sums], tree: Tree, wanted: Collection[str]) -> dict[str, Sums]:
    """The owners' own sums, for those nodes under which the tree puts them."""
    sums: dict[str, dict[Sort, Sum]] = {node: defaultdict(Sum) for node in wanted}
    for owner, own in owned.items():
        for number, node in enumerate(chain(tree, owner)):
            if node in sums:
                add(sums[node], own, as_own=number == 0)
    return {node: dict(found) for node, found in sums.items()}


def add(sums: dict[Sort, Sum], own: Sums, *, as_own: bool) -> None:
    for sort, more in own.items():
        known = sums[sort]
        known.amount += more.own_amount
        known.deals += more.own_deals
        if as_own:
            known.own_amount += more.own_amount
            known.own_deals += more.own_deals


def with_own(total: Sums, own: Sums) -> Sums:
    """The root's totals are those of all deals, its own are its own."""
    return {
        sort: Sum(found.amount, found.deals, mine.own_amount, mine.own_deals)
        for sort, found in total.items()
        for mine in [own.get(sort, Sum())]
    }


def own_open_deals(sums: Sums) -> int:
    return sum(found.own_deals for sort, found in sums.items() if sort.is_open)


@dataclass(frozen=True)
class Balance:
    """Amounts in one currency, deals in any; of the period. `unqualified`: the part of `pure` in unqualified stages."""

    own: Mapping[str, Decimal]
    pure: Mapping[str, Decimal]
    counts: Mapping[str, int]
    unqualified: Decimal


def balance(sums: Sums, currency: str) -> Balance:
    own, pure = dict.fromkeys(CATEGORIES, NOTHING), dict.fromkeys(CATEGORIES, NOTHING)
    counts = dict.fromkeys(CATEGORIES, 0)
    unqualified = NOTHING
    for sort, found in sums.items():
        if sort.when == "undated":
            continue
        counts[sort.category] += found.deals
        if sort.currency == currency:
            own[sort.category] += found.own_amount
            pure[sort.category] += found.amount
            unqualified += found.amount if sort.category == "pipeline" and not sort.qualified else NOTHING
    return Balance(own, pure, counts, unqualified)


def cumulative(single: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """As people say them: commit is closed plus commit, and so on. `open` is what is not closed."""
    commit = single["closed"] + single["commit"]
    upside = commit + single["upside"]
    return {
        "closed": single["closed"],
        "commit": commit,
        "upside": upside,
        "pipeline": upside + single["pipeline"],
        "open": single["pipeline"] + single["upside"] + single["commit"],
    }
