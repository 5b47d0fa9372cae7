"""Counts of deals with the sums of their amounts. Amounts in different currencies are never added."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

GroupKey = tuple[str | None, ...]
"""The values of the dimensions of a group, in the order in which they were asked for."""


class DealSet(StrEnum):
    """The deals that are open at the instant of a question, or to which something happened within its window."""

    OPEN = "open"
    CREATED = "created"
    WON = "won"
    LOST = "lost"
    RECYCLED = "recycled"
    NOT_WON = "not_won"
    """Lost or recycled."""


class SumRow(NamedTuple):
    """Deals of one group and currency. `valued`: how many have an amount."""

    key: GroupKey
    deal_set: DealSet
    qualified: bool
    currency: str | None
    deals: int
    valued: int
    amount: Decimal | None


class CurrencySum(NamedTuple):
    deals: int
    amount: Decimal

    @property
    def mean(self) -> Decimal:
        return self.amount / self.deals


@dataclass
class DealSums:
    deals: int = 0
    without_amount: int = 0
    by_currency: dict[str, CurrencySum] = field(default_factory=dict)

    def add(self, row: SumRow) -> None:
        self.deals += row.deals
        self.without_amount += row.deals - row.valued
        if row.currency is not None and row.amount is not None:
            before = self.by_currency.get(row.currency, CurrencySum(0, Decimal(0)))
            self.by_currency[row.currency] = CurrencySum(before.deals + row.valued, before.amount + row.amount)


Sums = Mapping[tuple[DealSet, bool], DealSums]
"""Sums by set of deals, and by whether these are qualified."""


def total(rows: Iterable[SumRow]) -> Sums:
    sums: dict[tuple[DealSet, bool], DealSums] = defaultdict(DealSums)
    for row in rows:
        sums[row.deal_set, row.qualified].add(row)
    return sums


def by_key(rows: Iterable[SumRow]) -> dict[GroupKey, Sums]:
    """The sums of each group, in the order of the keys; null comes last."""
    groups: dict[GroupKey, list[SumRow]] = defaultdict(list)
    for row in rows:
        groups[row.key].append(row)
    return {key: total(groups[key]) for key in sorted(groups, key=null_last)}


def null_last(key: GroupKey) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for value in key]
