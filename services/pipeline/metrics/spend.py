"""Spend within a window of days, and what an SQL cost."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from services.pipeline.spend.events import SpendKind
from shared.rules.money import to_minor_units

ZERO = Decimal(0)


class SpendRow(NamedTuple):
    """An amount that was spent evenly from `first_day` to `last_day`, both included."""

    first_day: date
    last_day: date
    source: str | None
    kind: SpendKind
    amount: Decimal
    currency: str

    def within(self, first_day: date | None, last_day: date) -> Decimal:
        """The part of the amount that falls into a window; the parts of adjoining windows add up to the amount."""
        first = max(self.first_day, first_day or self.first_day)
        last = min(self.last_day, last_day)
        return self.until(last) - self.until(first, before=True) if first <= last else ZERO

    def until(self, day: date, *, before: bool = False) -> Decimal:
        """The amount that was spent by the end of the day, or `before` it, in whole minor units."""
        days = (day - self.first_day).days + (0 if before else 1)
        whole = (self.last_day - self.first_day).days + 1
        return to_minor_units(self.amount * days / whole, self.currency)


@dataclass
class CurrencySpend:
    by_kind: dict[SpendKind, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def total(self) -> Decimal:
        return sum(self.by_kind.values(), ZERO)

    def cost_of_each(self, sqls: int) -> Decimal | None:
        """The spend for each SQL; None when there is none."""
        return self.total / sqls if sqls else None


SpendByCurrency = dict[str, CurrencySpend]
"""The spend by currency; amounts in two currencies are never added."""


def spend_by_source(
    rows: Iterable[SpendRow], first_day: date | None, last_day: date
) -> dict[str | None, SpendByCurrency]:
    """The spend within the window, by source. Under None is what was spent for no source alone."""
    sources: dict[str | None, SpendByCurrency] = defaultdict(lambda: defaultdict(CurrencySpend))
    for row in rows:
        if row.first_day <= last_day and (first_day is None or row.last_day >= first_day):
            sources[row.source][row.currency].by_kind[row.kind] += row.within(first_day, last_day)
    return sources


def whole_spend(sources: Iterable[SpendByCurrency]) -> SpendByCurrency:
    whole: SpendByCurrency = defaultdict(CurrencySpend)
    for spend in sources:
        for currency, found in spend.items():
            for kind, amount in found.by_kind.items():
                whole[currency].by_kind[kind] += amount
    return whole
