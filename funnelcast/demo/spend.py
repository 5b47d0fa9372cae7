"""The costs of marketing and sales, by month and source."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from funnelcast.demo.script import CORRELATION_ID, HISTORY, new_id, seeded
from services.pipeline.spend.commands import RecordSpend, Spend
from services.pipeline.spend.decider import DECIDER
from services.pipeline.spend.events import SpendKind
from shared.rules.money import Money
from shared.store.write_request import Step, WriteRequest

MONTHLY: dict[str, tuple[int, int]] = {
    "newsletter": (400, 700),
    "gated_content": (1500, 2400),
    "webinar": (1800, 3000),
    "demo_request": (2200, 3400),
}
"""Euros of marketing from and to, by source."""
SALES = (9000, 12_000)
"""Euros for the SDRs, which are for no source alone."""


def spend_writes(now: datetime) -> Iterator[WriteRequest]:
    """Entries for each month of the history; for the present month, what was spent so far."""
    random = seeded("spend")
    for first, last in months(now):
        share = Decimal(last.day) / 31
        for source, between in MONTHLY.items():
            amount = round(random.randint(*between) * share)
            yield spend_write(new_id(random), first, last, source, "marketing", amount, now)
        yield spend_write(new_id(random), first, last, None, "sales", round(random.randint(*SALES) * share), now)


def months(now: datetime) -> Iterator[tuple[date, date]]:
    """The first and the last day of each month."""
    first, today = (now - HISTORY).date().replace(day=1), now.date()
    while first <= today:
        following = (first + timedelta(days=32)).replace(day=1)
        yield first, min(following - timedelta(days=1), today)
        first = following


def spend_write(
    spend_id: str, first: date, last: date, source: str | None, kind: SpendKind, amount: int, now: datetime
) -> WriteRequest:
    fields = {"from": first, "to": last, "source": source, "kind": kind}
    body = Spend.model_validate(fields | {"amount": Money(amount=Decimal(amount), currency="EUR")})
    command = RecordSpend(spend_id=spend_id, body=body)
    return WriteRequest(DECIDER, DECIDER.stream(spend_id), [Step(command, now)], "admin", CORRELATION_ID)
