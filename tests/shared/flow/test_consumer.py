"""Effects are applied exactly once; a poison event parks its key, and a passing failure does not."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, parked, parked_actions
from shared.flow.consumer import Consumer, Effect, Progress
from shared.flow.parked import TooManyParked
from shared.flow.read_schema import create_tables
from shared.flow.source import StoreSource
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import RecordedEvent, StoredEvent
from shared.store import engines
from shared.store.handler import handle
from shared.store.signal import Signal
from tests.running import Clock, eventually
from tests.shared.tally import OWN_TOTALS, POISON, TALLIES, Add, apply, request

READ = "pipeline_read_test"


@pytest_asyncio.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    made = engines.writer(database, f"pipeline,{READ}", connections=8)
    async with made.begin() as tx:
        await create_tables(tx, READ, [OWN_TOTALS])
    try:
        yield made
    finally:
        await made.dispose()


async def write(engine: AsyncEngine, *numbers: tuple[str, int]) -> None:
    async with engine.begin() as tx:
        await handle(tx, ClockAndIds(), [request(name, Add(n=n)) for name, n in numbers])


def consumer(engine: AsyncEngine, effect: Effect = apply, limit: int = 100) -> Consumer:
    source = StoreSource(engine, Signal())
    return Consumer("totals", "pipeline", source, TALLIES, effect, engine, limit, Progress("totals", "pipeline"))


async def totals(engine: AsyncEngine) -> Mapping[str, tuple[int, int]]:
    async with engine.connect() as tx:
        rows = await tx.execute(text("SELECT tally, total, times FROM tally_totals"))
        return {row.tally: (row.total, row.times) for row in rows}


async def caught_up(engine: AsyncEngine, consumers: Sequence[Consumer], position: int) -> None:
    """Runs them until the checkpoint has reached this position; a fenced consumer ends."""
    running = [asyncio.ensure_future(one.run()) for one in consumers]

    async def reached() -> bool:
        async with engine.connect() as tx:
            return (await checkpoint.positions(tx, "totals")).get("pipeline") == position

    try:
        await eventually(reached)
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_each_event_has_its_effect_once(engine: AsyncEngine) -> None:
    await write(engine, ("a", 1), ("b", 2), ("a", 4))
    await caught_up(engine, [consumer(engine)], 3)
    await write(engine, ("a", 8))
    await caught_up(engine, [consumer(engine)], 4)
    assert await totals(engine) == {"a": (13, 3), "b": (2, 1)}


async def test_two_consumers_of_one_subscription_have_no_effect_twice(engine: AsyncEngine) -> None:
    await write(engine, *((f"t{n % 7}", 1) for n in range(300)))
    await caught_up(engine, [consumer(engine, limit=5), consumer(engine, limit=7)], 300)
    assert sum(times for _, times in (await totals(engine)).values()) == 300


async def test_without_the_compare_and_set_effects_do_happen_twice(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: a checkpoint that is set, not compared. Were this to pass, the test above could not fail."""
    compared = "AND position = :expected"
    assert compared in checkpoint.ADVANCE.text
    naive = checkpoint.ADVANCE.text.replace(compared, "AND CAST(:expected AS bigint) IS NOT NULL")
    monkeypatch.setattr(checkpoint, "ADVANCE", text(naive))
    await write(engine, *((f"t{n % 7}", 1) for n in range(300)))
    await caught_up(engine, [consumer(engine, limit=5), consumer(engine, limit=5)], 300)
    assert sum(times for _, times in (await totals(engine)).values()) > 300


async def test_a_crash_between_effects_and_commit_leaves_neither(engine: AsyncEngine) -> None:
    await write(engine, ("a", 1))
    crashed = False

    async def crash_once(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
        nonlocal crashed
        await apply(tx, facts)
        if not crashed:
            crashed = True
            raise ConnectionError("the connection went away")

    with pytest.raises(ConnectionError):
        await consumer(engine, crash_once).run()
    assert await totals(engine) == {}
    await caught_up(engine, [consumer(engine, crash_once)], 1)
    assert await totals(engine) == {"a": (1, 1)}


async def test_a_poison_event_parks_its_key_and_other_keys_go_on(engine: AsyncEngine) -> None:
    await write(engine, ("a", 1), ("bad", 5), ("bad", POISON), ("b", 2), ("bad", 7), ("a", 1))
    await caught_up(engine, [consumer(engine)], 6)
    await write(engine, ("bad", 9), ("b", 1))
    await caught_up(engine, [consumer(engine)], 8)
    assert await totals(engine) == {"a": (2, 2), "b": (3, 2), "bad": (5, 1)}
    async with engine.connect() as tx:
        (key,) = await parked.parked_keys(tx, ["totals"])
        assert await parked.parked_keys(tx, ["another"]) == []
        rows = (await tx.execute(text("SELECT position, error FROM parked ORDER BY position"))).all()
    assert (key.key, key.position, key.events, key.error) == ("tally-bad", 3, 3, "ArithmeticError")
    assert [tuple(row) for row in rows] == [(3, "ArithmeticError"), (5, None), (7, None)]


async def test_data_that_the_database_refuses_is_poison_too(engine: AsyncEngine) -> None:
    async def divide(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
        for fact in facts:
            await tx.execute(text("SELECT 1 / CAST(:n AS int)").bindparams(n=fact.event.n - 3))
        await apply(tx, facts)

    await write(engine, ("a", 1), ("b", 3), ("c", 2))
    await caught_up(engine, [consumer(engine, divide)], 3)
    assert await totals(engine) == {"a": (1, 1), "c": (2, 1)}


async def test_an_event_that_fails_for_a_passing_reason_is_not_parked(engine: AsyncEngine) -> None:
    async def locked(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
        await tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '55P03'; END $$"))

    await write(engine, ("a", 1))
    with pytest.raises(DBAPIError):
        await consumer(engine, locked).run()
    async with engine.connect() as tx:
        assert await parked.parked_keys(tx, ["totals"]) == []


async def test_too_many_poison_keys_stop_the_consumer(engine: AsyncEngine) -> None:
    await write(engine, *((f"bad{n}", POISON) for n in range(parked.MAX_PARKED_PER_MINUTE + 5)), ("good", 1))
    with pytest.raises(TooManyParked):
        await consumer(engine).run()
    async with engine.connect() as tx:
        assert len(await parked.parked_keys(tx, ["totals"])) == parked.MAX_PARKED_PER_MINUTE
    assert await totals(engine) == {}


def test_a_parked_event_keeps_all_of_its_fields() -> None:
    clock = Clock()
    event = StoredEvent(
        3, clock.new_id(), "tally-a", 1, "tally.added", "{}", clock.now(), clock.now(), "x", clock.new_id(), None
    )
    assert parked_actions.event_from_json(parked.event_to_json(event)) == event
