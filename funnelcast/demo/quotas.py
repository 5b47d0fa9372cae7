"""The reps' quotas, for the quarters of the history and the next one."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from funnelcast.demo.company import Company
from funnelcast.demo.script import CORRELATION_ID, HISTORY, quarter_end, seeded
from services.forecast.quota.commands import SetQuota
from services.forecast.quota.decider import DECIDER
from shared.rules.money import Money
from shared.store.write_request import Step, WriteRequest

LEAST, MOST = 45, 70
"""Thousands of euros of a quarter."""


def quota_writes(company: Company, now: datetime) -> Iterator[WriteRequest]:
    """The quotas of all reps but the one who joins last."""
    random = seeded("quotas")
    for rep in company.all_reps[:-1]:
        for end in quarter_ends(now):
            amount = Money(amount=Decimal(1000 * random.randint(LEAST, MOST)), currency="EUR")
            start = end.replace(month=end.month - 2, day=1)
            key = f"{end.year}-Q{end.month // 3}"
            command = SetQuota(node=rep, period=key, first_day=start, last_day=end, amount=amount)
            yield WriteRequest(DECIDER, DECIDER.stream(rep), [Step(command, now)], "admin", CORRELATION_ID)


def quarter_ends(now: datetime) -> Iterator[date]:
    end = quarter_end((now - HISTORY).date())
    last = quarter_end(quarter_end(now.date()) + timedelta(days=1))
    while end <= last:
        yield end
        end = quarter_end(end + timedelta(days=1))
