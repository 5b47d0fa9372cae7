"""The quotas of one node."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from services.forecast.quota.events import QuotaSet
from shared.rules.message import BEGINNING
from shared.rules.money import Money


class Key(NamedTuple):
    period: str
    motion: str | None


@dataclass(frozen=True)
class Quotas:
    """The amounts by period and motion, each with the instant from which it is in force."""

    amounts: Mapping[Key, Mapping[datetime, Money]] = field(default_factory=dict)

    def at(self, key: Key, instant: datetime) -> Money | None:
        started = {starts: amount for starts, amount in self.amounts.get(key, {}).items() if starts <= instant}
        return started[max(started)] if started else None


def evolve(quotas: Quotas, event: QuotaSet, at: datetime) -> Quotas:
    key = Key(event.period, event.motion)
    dated = {**quotas.amounts.get(key, {}), event.starts or BEGINNING: event.amount}
    return replace(quotas, amounts={**quotas.amounts, key: dated})
