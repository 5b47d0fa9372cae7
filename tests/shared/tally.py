"""The smallest service there is, for tests of the mechanism: tallies that count up to a limit, with a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, assert_never
from uuid import UUID

from sqlalchemy import BigInteger, Column, MetaData, Named, Table, Text, TypedColumns
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow.projection import Projection
from shared.rules.decider import Decider, Reference
from shared.rules.message import (
    Command,
    Erasure,
    Event,
    Parser,
    RecordedEvent,
    Rejected,
    UpstreamEvent,
    parser,
    tolerant_parser,
)
from shared.rules.reaction import Reaction
from shared.rules.sealed import Sealed, seal
from shared.run.service import Service, Upstream
from shared.store.rows import rows, upsert
from shared.store.write_request import Cause, Step, WriteRequest

CORRELATION = UUID(int=7)


class LimitSet(Event):
    type: ClassVar[str] = "limit.set"
    most: int


class SetLimit(Command):
    most: int


LIMITS: Parser[LimitSet] = parser(LimitSet)
LIMIT: Decider[SetLimit, int, LimitSet] = Decider(
    "limit",
    LIMITS,
    1_000_000,
    lambda most, command, at: [LimitSet(most=command.most)],
    lambda most, event, at: event.most,
)


class Added(Event):
    type: ClassVar[str] = "tally.added"
    shares_texts: ClassVar[bool] = True
    n: int
    total: int
    note: Sealed[str] | None = None


class Wiped(Erasure):
    type: ClassVar[str] = "tally.wiped"


class Add(Command):
    n: int = 1
    note: str | None = None


class Adopt(Command):
    n: int
    note: UUID


class Wipe(Command): ...


TallyCommand = Add | Adopt | Wipe
TallyEvent = Added | Wiped


@dataclass(frozen=True)
class Tally:
    total: int = 0
    notes: tuple[Sealed[str], ...] = ()


@dataclass(frozen=True)
class Context:
    most: int


def decide(tally: Tally, command: TallyCommand, at: datetime, context: Context) -> list[TallyEvent]:
    match command:
        case Add():
            return added(tally, command.n, seal(command.note), context.most)
        case Adopt():
            return added(tally, command.n, Sealed(ref=command.note), context.most)
        case Wipe():
            return [Wiped()]
        case _:
            assert_never(command)


def added(tally: Tally, n: int, note: Sealed[str] | None, most: int) -> list[TallyEvent]:
    if tally.total + n > most:
        raise Rejected(f"more than {most}")
    return [Added(n=n, total=tally.total + n, note=note)] if n else []


def evolve(tally: Tally, event: TallyEvent, at: datetime) -> Tally:
    if isinstance(event, Wiped):
        return tally
    return Tally(event.total, (*tally.notes, event.note) if event.note else tally.notes)


PARSE: Parser[TallyEvent] = parser(TallyEvent)
DECIDER: Decider[TallyCommand, Tally, TallyEvent] = Decider(
    "tally", PARSE, Tally(), decide, evolve, Context, {"most": Reference(LIMIT, "all")}
)


def request(name: str, *commands: TallyCommand, **more: Any) -> WriteRequest:
    return WriteRequest(
        DECIDER, f"tally-{name}", [Step(command) for command in commands], "tester", CORRELATION, **more
    )


def limit_request(most: int) -> WriteRequest:
    return WriteRequest(LIMIT, "limit-all", [Step(SetLimit(most=most))], "tester", CORRELATION)


def cause(event_id: UUID, occurred_at: datetime) -> Cause:
    return Cause("tests", event_id, occurred_at, 0)


class Columns(TypedColumns):
    tally: Named[str] = Column(Text, primary_key=True)
    total: Named[int] = Column(BigInteger)
    times: Named[int] = Column(BigInteger)


totals = Table("tally_totals", MetaData(), Columns)
UPSERT = upsert(totals, add=["total", "times"])
POISON = 666


async def apply(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
    """Adds: applied twice, it would show."""
    summed: dict[str, dict[str, Any]] = {}
    for fact in facts:
        if isinstance(fact.event, Added | UpstreamAdded):
            if fact.event.n == POISON:
                raise ArithmeticError("a number that cannot be applied")
            row = summed.setdefault(fact.subject, {"tally": fact.subject, "total": 0, "times": 0})
            row["total"] += fact.event.n
            row["times"] += 1
    await tx.execute(UPSERT, rows(summed.values()))


class UpstreamAdded(UpstreamEvent):
    type: ClassVar[str] = "tally.added"
    n: int


UPSTREAM: Parser[UpstreamAdded] = tolerant_parser(UpstreamAdded)


def react(fact: RecordedEvent[UpstreamAdded]) -> Sequence[Reaction]:
    """Counts in a tally of its own what it hears of another's."""
    return [Reaction(DECIDER, fact.subject, Add(n=fact.event.n))]


OWN_TOTALS = Projection("tally_totals", 1, totals.metadata, {"pipeline": apply})
FOLLOWED_TOTALS = Projection("tally_totals", 1, totals.metadata, {"pipeline": apply})
TALLIES: Parser[Any] = parser(Added | Wiped | LimitSet)
TALLY_SERVICE = Service("pipeline", "funnelcast.pipeline.v1", TALLIES, [], [OWN_TOTALS])
FOLLOWING_SERVICE = Service(
    "forecast",
    "funnelcast.forecast.v1",
    TALLIES,
    [],
    [FOLLOWED_TOTALS],
    [Upstream("pipeline", "funnelcast.pipeline.v1", UPSTREAM)],
    react,
    ["pipeline"],
)
