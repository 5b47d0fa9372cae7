"""The rules for locking a week."""

from dataclasses import dataclass
from datetime import datetime

from services.forecast.org.decider import ALL
from services.forecast.org.decider import DECIDER as ORG
from services.forecast.org.state import OrgState
from services.forecast.snapshot.commands import LockWeek
from services.forecast.snapshot.events import PARSE, WeekLocked
from services.forecast.snapshot.state import Locks, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.message import Missing, Rejected


@dataclass(frozen=True)
class Context:
    org: OrgState


def decide(locks: Locks, command: LockWeek, at: datetime, context: Context) -> list[WeekLocked]:
    if command.node not in context.org.nodes:
        raise Missing(f"there is no node {command.node}")
    if lock := locks.locked.get(command.node):
        raise Rejected(f"{command.week} is locked for {command.node} already, by snapshot {lock.snapshot_id}")
    if command.week_begins > at:
        raise Rejected(f"{command.week} has not begun")
    if not command.final:
        raise Rejected("keys are parked: the answer is not final, and cannot be locked")
    return [WeekLocked.model_validate(command.model_dump(exclude={"final", "week_begins"}))]


DECIDER: Decider[LockWeek, Locks, WeekLocked] = Decider(
    "snapshot", PARSE, Locks(), decide, evolve, Context, {"org": Reference(ORG, ALL)}
)


def subject(period: str, week: str) -> str:
    """The subject of the stream that has the locks of this week in this period."""
    return f"{period}_{week}".lower()
