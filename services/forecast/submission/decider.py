"""The rules for submitting a call."""

from dataclasses import dataclass
from datetime import datetime

from services.forecast.org.decider import ALL
from services.forecast.org.decider import DECIDER as ORG
from services.forecast.org.node_history import FOREVER
from services.forecast.org.state import OrgState
from services.forecast.snapshot.state import Locks
from services.forecast.submission.commands import SubmitCall
from services.forecast.submission.events import PARSE, CallSubmitted
from services.forecast.submission.state import Calls, Key, evolve
from shared.rules.decider import Decider, Reference
from shared.rules.message import Missing, Rejected
from shared.rules.sealed import seal

NO_LOCKS = Locks()


@dataclass(frozen=True)
class Context:
    """`locks`: those of the call's week; the request refers to them."""

    org: OrgState
    locks: Locks = NO_LOCKS


def decide(calls: Calls, command: SubmitCall, at: datetime, context: Context) -> list[CallSubmitted]:
    if command.node not in context.org.nodes:
        raise Missing(f"there is no node {command.node}")
    if command.week_begins > at:
        raise Rejected(f"{command.week} has not begun")
    must_not_be_locked(command, at, context)
    last = calls.submitted.get(Key(command.period, command.week))
    if last is not None and last.amounts == command.amounts and command.note is None and last.note is None:
        return []
    fields = command.model_dump(exclude={"week_begins", "note"})
    return [CallSubmitted(**fields, note=seal(command.note))]


def must_not_be_locked(command: SubmitCall, at: datetime, context: Context) -> None:
    lock = context.locks.first_of([command.node, *context.org.above(command.node, at, FOREVER)])
    if lock is not None:
        raise Rejected(f"{command.week} is locked for {lock.node}, by snapshot {lock.snapshot_id}")


DECIDER: Decider[SubmitCall, Calls, CallSubmitted] = Decider(
    "submission", PARSE, Calls(), decide, evolve, Context, {"org": Reference(ORG, ALL)}
)
