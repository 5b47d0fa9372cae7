"""Parked keys are released or skipped by the consumer: in order, once, whatever fails or comes meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, consumer, parked, parked_actions
from shared.flow.consumer import Consumer, Progress
from shared.flow.parked import ParkedKey
from shared.flow.parked_actions import Action
from shared.flow.source import StoreSource
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import RecordedEvent
from shared.store import engines
from shared.store.handler import handle
from shared.store.signal import Signal
from tests.running import eventually
from tests.shared.tally import TALLIES, Add, request

APPLIED = "CREATE TABLE applied (number serial, key text, n bigint)"


@dataclass
class Bench:
    """A consumer that notes what it applies, in the order in which it does; and what it cannot apply."""

    engine: AsyncEngine
    poison: Collection[int] = ()

    async def effect(self, tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
        for fact in facts:
            if fact.event.n in self.poison:
                raise ArithmeticError("a number that cannot be applied")
            row = {"key": fact.subject, "n": fact.event.n}
            await tx.execute(text("INSERT INTO applied (key, n) VALUES (:key, :n)"), row)

    def consumer(self, subscription: str = "totals") -> Consumer:
        source, progress = StoreSource(self.engine, Signal()), Progress(subscription, "pipeline")
        return Consumer(subscription, "pipeline", source, TALLIES, self.effect, self.engine, 4, progress)

    async def write(self, *numbers: tuple[str, int]) -> None:
        async with self.engine.begin() as tx:
            await handle(tx, ClockAndIds(), [request(name, Add(n=n)) for name, n in numbers])

    async def request(self, action: Action, key: str = "bad", subscription: str = "totals") -> int | None:
        async with self.engine.begin() as tx:
            return await parked_actions.request_action(tx, subscription, "pipeline", f"tally-{key}", action)

    async def applied(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        async with self.engine.connect() as tx:
            for row in await tx.execute(text("SELECT key, n FROM applied ORDER BY number")):
                found.setdefault(row.key, []).append(row.n)
        return found

    async def keys(self, subscription: str = "totals") -> list[ParkedKey]:
        async with self.engine.connect() as tx:
            return await parked.parked_keys(tx, [subscription])

    async def settled(self, position: int, subscription: str = "totals") -> bool:
        """All events up to this position are read, and no request is open."""
        async with self.engine.connect() as tx:
            read = (await checkpoint.positions(tx, subscription)).get("pipeline", 0)
        return read >= position and not any(key.wish for key in await self.keys(subscription))

    @asynccontextmanager
    async def follow(self, count: int = 1) -> AsyncIterator[None]:
        running = [asyncio.ensure_future(self.consumer().run()) for _ in range(count)]
        try:
            yield
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def run(self, position: int, count: int = 1) -> None:
        async with self.follow(count):
            await eventually(lambda: self.settled(position))


@pytest_asyncio.fixture
async def bench(database: str) -> AsyncIterator[Bench]:
    engine = engines.writer(database, "pipeline", connections=8)
    async with engine.begin() as tx:
        await tx.execute(text(APPLIED))
    try:
        yield Bench(engine)
    finally:
        await engine.dispose()


async def test_a_released_key_is_applied_in_order(bench: Bench) -> None:
    bench.poison = [3]
    await bench.write(("bad", 2), ("bad", 3), *(("bad", n) for n in range(4, 20)), ("good", 1))
    await bench.run(19)
    assert await bench.applied() == {"bad": [2], "good": [1]}
    bench.poison = []
    assert await bench.request("release") == 2
    await bench.run(19)
    assert await bench.applied() == {"bad": list(range(2, 20)), "good": [1]}
    assert await bench.keys() == []


async def test_an_event_that_fails_again_stays_parked_with_later_ones(bench: Bench) -> None:
    bench.poison = [3, 8]
    await bench.write(*(("bad", n) for n in range(2, 12)))
    await bench.run(10)
    bench.poison = [8]
    await bench.request("release")
    await bench.run(10)
    assert await bench.applied() == {"bad": [2, 3, 4, 5, 6, 7]}
    (key,) = await bench.keys()
    assert (key.position, key.events, key.error, key.wish) == (7, 4, "ArithmeticError", None)
    await bench.request("release")
    await bench.run(10)
    assert await bench.keys() == [key]


async def test_a_skip_drops_only_the_first_event_and_releases_the_others(bench: Bench) -> None:
    bench.poison = [3, 5]
    await bench.write(*(("bad", n) for n in range(2, 8)), ("worse", 3), ("worse", 1))
    await bench.run(8)
    await bench.request("skip")
    await bench.run(8)
    assert await bench.applied() == {"bad": [2, 4]}
    assert [(key.key, key.position, key.events) for key in await bench.keys()] == [
        ("tally-bad", 4, 3),
        ("tally-worse", 7, 2),
    ]
    await bench.request("skip")
    await bench.run(8)
    assert await bench.applied() == {"bad": [2, 4, 6, 7]}
    assert [key.key for key in await bench.keys()] == ["tally-worse"]


async def test_new_events_that_arrive_meanwhile_stay_behind_the_old_ones(bench: Bench) -> None:
    bench.poison = [1]
    await bench.write(*(("bad", n) for n in range(1, 40)))
    await bench.run(39)
    bench.poison = []

    async def write_on() -> None:
        for n in range(40, 80):
            await bench.write(("bad", n), ("good", n))

    async with bench.follow():
        writing = asyncio.ensure_future(write_on())
        await bench.request("release")
        await writing
        await eventually(lambda: bench.settled(119))
    assert await bench.applied() == {"bad": list(range(1, 80)), "good": list(range(40, 80))}


async def test_no_action_can_be_requested_for_a_key_that_is_not_parked(bench: Bench) -> None:
    await bench.write(("good", 1))
    await bench.run(1)
    assert await bench.request("release", "good") is None


async def test_another_subscription_keeps_its_own_keys(bench: Bench) -> None:
    bench.poison = [3]
    await bench.write(("bad", 3), ("bad", 4))
    await bench.run(2)
    other = asyncio.ensure_future(bench.consumer("other").run())
    await eventually(lambda: bench.settled(2, "other"))
    await bench.request("skip")
    await bench.run(2)
    other.cancel()
    assert (await bench.keys(), [key.events for key in await bench.keys("other")]) == ([], [2])


async def test_a_new_version_skips_what_the_old_one_skipped(bench: Bench) -> None:
    bench.poison = [3]
    await bench.write(("bad", 3), ("bad", 4))
    await bench.run(2)
    await bench.request("skip")
    await bench.run(2)
    async with bench.engine.begin() as tx:
        await parked.begin_subscription(tx, "totals2", "totals")
        await parked.begin_subscription(tx, "reactions", "nothing")
        await tx.execute(text("TRUNCATE applied"))
    for subscription, parks in (("totals2", 0), ("reactions", 1)):
        running = asyncio.ensure_future(bench.consumer(subscription).run())
        await eventually(lambda: bench.settled(2, subscription))  # noqa: B023
        running.cancel()
        assert len(await bench.keys(subscription)) == parks
    assert await bench.applied() == {"bad": [4]}


async def test_a_crash_during_a_release_loses_and_repeats_nothing(bench: Bench) -> None:
    bench.poison = [1]
    await bench.write(*(("bad", n) for n in range(1, 12)))
    await bench.run(11)
    bench.poison = []
    await bench.request("release")
    crashes = iter([True, False, True, True, False, True])
    plain = bench.effect

    async def crashing(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
        await plain(tx, facts)
        if next(crashes, False):
            raise ConnectionError("the connection went away")

    bench.effect = crashing  # type: ignore[method-assign]
    for _ in range(4):
        with pytest.raises(ConnectionError):
            await bench.consumer().run()
    await bench.run(11)
    assert await bench.applied() == {"bad": list(range(1, 12))}


async def released_by_two(bench: Bench) -> list[int]:
    """Both have read the same request at the same position, as a stopped process and its standby may."""
    bench.poison = [1]
    await bench.write(*(("bad", n) for n in range(1, 4)))
    await bench.run(3)
    bench.poison = []
    await bench.request("release")
    two = [bench.consumer(), bench.consumer()]
    for one in two:
        one.progress.position = 3
    requests = [await one.find_requested_action() for one in two]
    for one, requested in zip(two, requests, strict=True):
        assert requested is not None
        try:
            await one.release(requested.events)
        except checkpoint.Fenced:
            continue
    return (await bench.applied())["bad"]


async def test_two_consumers_that_release_one_key_apply_it_once(bench: Bench) -> None:
    assert await released_by_two(bench) == [1, 2, 3]


async def test_without_the_check_of_removed_events_it_is_applied_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the checkpoint's position alone is compared. Were this to pass, the test above could not fail."""
    monkeypatch.setattr(consumer, "require_unchanged", lambda there: None)
    assert await released_by_two(bench) == [1, 2, 3, 1, 2, 3]
