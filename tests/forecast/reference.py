"""The roll-up as DOMAIN §5 defines it, from the events alone: slow, and short enough to be seen to be right."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from services.forecast.org.events import NodePlaced, OrgEvent
from services.forecast.upstream.pipeline import OpportunityEvent
from shared.rules.message import BEGINNING, RecordedEvent

Account = tuple[Any, ...]
"""Close date, category, qualified, currency, motion, pipeline."""
Amounts = Mapping[Account, tuple[Decimal, int]]


def parents(events: Iterable[RecordedEvent[OrgEvent]], at: datetime) -> dict[str, str | None]:
    """The row that counts is the one with the greatest start, then position; an ended node stays where it stood."""
    placed = [
        (event.starts or BEGINNING, recorded.position, event)
        for recorded in events
        if isinstance(event := recorded.event, NodePlaced)
    ]
    return {event.node: event.parent for starts, _, event in sorted(placed, key=itemgetter(0, 1)) if starts <= at}


def own(events: Iterable[RecordedEvent[OpportunityEvent]]) -> Mapping[str, Amounts]:
    """The sums by owner of the deals after their last event."""
    sums: dict[str, dict[Account, tuple[Decimal, int]]] = defaultdict(dict)
    for deal in {recorded.subject: recorded.event for recorded in events}.values():
        if deal.outcome in (None, "won"):
            account = (deal.close_date, deal.category, deal.qualified, deal.currency, deal.motion, deal.pipeline)
            amount, count = sums[deal.owner].get(account, (Decimal(0), 0))
            sums[deal.owner][account] = (amount + (deal.amount or 0), count + 1)
    return sums


def pure(
    node: str, chart: Mapping[str, str | None], owned: Mapping[str, Amounts]
) -> dict[Account, tuple[Decimal, int]]:
    """own(u) + Σ pure(child)."""
    children = [child for child, parent in chart.items() if parent == node]
    return added([owned.get(node, {}), *(pure(child, chart, owned) for child in children)])


def added(all_of: Sequence[Amounts]) -> dict[Account, tuple[Decimal, int]]:
    sums: dict[Account, tuple[Decimal, int]] = {}
    for amounts in all_of:
        for account, (amount, count) in amounts.items():
            known = sums.get(account, (Decimal(0), 0))
            sums[account] = (known[0] + amount, known[1] + count)
    return sums
