"""The entries of a forecast, as the reference reads them: plain values, in the order in which they were recorded."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple


class Quarter(NamedTuple):
    key: str
    first: date
    last: date

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last, time.max, UTC)


class Placed(NamedTuple):
    starts: datetime
    node: str
    parent: str | None
    kind: str


class Deal(NamedTuple):
    """After a change. A lost deal has the category `lost`."""

    at: datetime
    deal: str
    owner: str
    close_date: date | None
    category: str
    amount: Decimal
    currency: str


class Override(NamedTuple):
    """Without an amount, a reset."""

    at: datetime
    node: str
    period: Quarter
    column: str
    by: str
    amount: Decimal | None
    currency: str


class Rate(NamedTuple):
    day: date
    currency: str
    rate: Decimal


class Quota(NamedTuple):
    starts: datetime
    node: str
    period: Quarter
    amount: Decimal


Entry = Placed | Deal | Override | Rate | Quota


class Question(NamedTuple):
    """A question about the known entries."""

    period: Quarter
    as_of: datetime
    org_as_of: datetime
