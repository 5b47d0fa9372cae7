"""The win rate: the share of won deals among all that were won, lost or recycled while qualified."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.pipeline.metrics.benchmarks import Rate, ratio
from services.pipeline.metrics.deal_sums import CurrencySum, DealSet, DealSums, GroupKey, SumRow, null_last

NOTHING = CurrencySum(0, Decimal(0))


class ValueRate(NamedTuple):
    """The win rate by value, in one currency."""

    currency: str
    won: Decimal
    lost: Decimal

    @property
    def value(self) -> Decimal | None:
        return ratio(self.won, self.won + self.lost)


@dataclass(frozen=True)
class WinRate:
    """The win rate of a group. `motion`: that of all its deals; None when they have several. `lost` includes recycled
    deals."""

    key: GroupKey
    motion: str | None
    won: DealSums
    lost: DealSums

    @property
    def by_count(self) -> Rate:
        return Rate(self.won.deals, self.won.deals + self.lost.deals)

    @property
    def by_value(self) -> Iterator[ValueRate]:
        won, lost = self.won.by_currency, self.lost.by_currency
        for currency in sorted({*won, *lost}):
            yield ValueRate(currency, won.get(currency, NOTHING).amount, lost.get(currency, NOTHING).amount)


def win_rate(key: GroupKey, rows: Iterable[SumRow]) -> WinRate:
    """The win rate of the rows, whose keys end with the motion. Unqualified deals do not count."""
    won, lost, motions = DealSums(), DealSums(), set()
    for row in rows:
        if row.qualified:
            (won if row.deal_set is DealSet.WON else lost).add(row)
            motions.add(row.key[-1])
    return WinRate(key, motions.pop() if len(motions) == 1 else None, won, lost)


def win_rates(rows: Iterable[SumRow]) -> list[WinRate]:
    """A win rate for each key without its motion."""
    groups: dict[GroupKey, list[SumRow]] = defaultdict(list)
    for row in rows:
        if row.qualified:
            groups[row.key[:-1]].append(row)
    return [win_rate(key, groups[key]) for key in sorted(groups, key=null_last)]
