"""Commands on locked weeks."""

from datetime import date, datetime

from services.forecast.snapshot.events import RatePolicy
from shared.rules.fields import Line, Slug
from shared.rules.message import Command


class LockBody(Command):
    """`week`: such as 2017-Q3-W05."""

    node: Slug
    period: Line
    week: Line


class LockWeek(LockBody):
    """Locks a week, with the bookmark of the answer; `final`: whether it can no longer change. `week_begins`: its first
    instant."""

    snapshot_id: str
    week_begins: datetime
    first_day: date
    last_day: date
    currency: str | None
    rate_policy: RatePolicy
    as_of: datetime
    frontier: str
    final: bool
    hash_version: int
    hash: str
