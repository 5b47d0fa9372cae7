"""Commands on quotas."""

from datetime import date, datetime

from pydantic import Field

from services.forecast.periods.starts import From
from services.forecast.quota.events import Motion
from shared.rules.message import Command
from shared.rules.money import Money


class QuotaBody(Command):
    """`motion`: for this kind of business alone. Without `from`: from now on, and the first one from the beginning."""

    amount: Money
    motion: Motion | None = None
    starts: From | None = Field(None, alias="from")


class SetQuota(Command):
    """`period`: its key; `first_day` and `last_day`: what the calendar makes of it."""

    node: str
    period: str
    first_day: date
    last_day: date
    amount: Money
    motion: Motion | None = None
    starts: datetime | None = None
