"""Timers: what is due becomes commands, once, whoever else carries it out and whatever else fails."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.flow.timer import Due, Reading, Timer
from shared.rules.message import StoredEvent
from shared.rules.reaction import Reaction
from shared.run.timing import Timers
from shared.store import engines, event_store
from shared.store.signal import Signal
from tests.running import Clock
from tests.shared import tally
from tests.spec import NOON


def add_once(state: tally.Tally, command: tally.Add, at: datetime, context: tally.Context) -> list[tally.TallyEvent]:
    """Decides as a decider must: no event when the state has it already."""
    if command.n == tally.POISON:
        raise ArithmeticError("a rule that fails")
    return tally.decide(state, command, at, context) if not state.total else []


DECIDER = replace(tally.DECIDER, decide=add_once)


def row(subject: str, due_at: datetime = NOON) -> Due:
    """Scheduled by an event of its own."""
    return Due(subject, due_at, uuid5(NAMESPACE_URL, subject))


def timer(*rows: Due) -> Timer:
    """A read model that lags: its rows stay."""

    async def due(reading: Reading, limit: int) -> Sequence[Due]:
        return [each for each in rows if each.due_at <= reading.now][:limit]

    def command(due: Due) -> Reaction:
        return Reaction(DECIDER, due.subject, tally.Add(n=tally.POISON if due.subject == "bad" else 1))

    return Timer("tests", due, command)


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[AsyncEngine]:
    engine = engines.writer(database, "pipeline", connections=8)
    try:
        yield engine
    finally:
        await engine.dispose()


def timers(store: AsyncEngine, clock: Clock, *each: Timer) -> Timers:
    return Timers("pipeline", "unused", each, store, clock.clock_and_ids(), Signal())


async def stored(store: AsyncEngine) -> list[StoredEvent]:
    async with store.connect() as tx:
        return await event_store.read_after(tx, 0, 1000)


async def test_what_is_due_happens_once_at_its_time_with_the_scheduling_event_as_its_cause(store: AsyncEngine) -> None:
    clock, lagging = Clock(NOON), timer(row("a"), row("b", NOON + timedelta(hours=1)))
    clock.pass_by(minutes=30)
    for _ in range(3):
        await timers(store, clock, lagging).carry_out_due([lagging])
    (event,) = await stored(store)
    assert (event.stream, event.occurred_at, event.actor) == ("tally-a", NOON, "timers")
    assert event.causation_id == row("a").event_id
    clock.pass_by(hours=1)
    await timers(store, clock, lagging).carry_out_due([lagging])
    assert [event.stream for event in await stored(store)] == ["tally-a", "tally-b"]


async def test_two_workers_at_once_carry_it_out_once(store: AsyncEngine) -> None:
    lagging = timer(*(row(f"t{number}") for number in range(20)))
    workers = [timers(store, Clock(NOON), lagging) for _ in range(4)]
    await asyncio.gather(*(each.carry_out_due([lagging]) for each in workers for _ in range(3)))
    assert sorted(event.stream for event in await stored(store)) == sorted(f"tally-t{number}" for number in range(20))


async def test_a_command_that_fails_by_its_data_stops_no_other_and_is_left_out(store: AsyncEngine) -> None:
    rows = [row(subject) for subject in ("a", "bad", "b", "c")]
    lagging = timer(*rows)
    working = timers(store, Clock(NOON), lagging)
    await working.carry_out_due([lagging])
    await working.carry_out_due([lagging])
    assert [event.stream for event in await stored(store)] == ["tally-a", "tally-b", "tally-c"]
    assert working.failed == {("tests", rows[1].key)}


async def test_a_clock_that_goes_back_repeats_nothing(store: AsyncEngine) -> None:
    clock, lagging = Clock(NOON), timer(row("a"))
    working = timers(store, clock, lagging)
    for hours in (0, -1, 2, -3, 4):
        clock.pass_by(hours=hours)
        await working.carry_out_due([lagging])
    assert len(await stored(store)) == 1
