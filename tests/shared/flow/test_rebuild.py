"""Read models are rebuilt under load: no reader sees a gap or an older state, and the rows are the same as before."""

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.verifying.read_models import table_digest
from shared.flow import checkpoint, frontier, parked_actions, read_schema, readers, rebuild
from shared.flow.frontier import Frontier
from shared.flow.lease import hold_lease, lease_engine
from shared.flow.log import Log
from shared.flow.rebuild import CannotRebuild, Rebuild, RebuildSource
from shared.flow.source import StoreSource
from shared.flow.topic import TopicSource
from shared.run.service import Service
from shared.store import engines
from shared.store.signal import Signal
from tests.architecture.tree import ROOT
from tests.running import connected, embedded_log, eventually, running_services, within
from tests.shared import tally
from tests.shared.run.test_worker import totals, write
from tests.shared.tally import FOLLOWING_SERVICE, POISON, TALLY_SERVICE

LIVE = TALLY_SERVICE.read_models
SNAPSHOT = {"isolation_level": "REPEATABLE READ"}
OID = text(f"SELECT CAST('{LIVE}.tally_totals' AS regclass)::oid::bigint")


@asynccontextmanager
async def rebuilding(database: str, service: Service = TALLY_SERVICE, log: Log | None = None) -> AsyncIterator[Rebuild]:
    search_path = f"{service.name},{read_schema.rebuild_schema(service.read_models)}"
    engine = engines.writer(database, search_path, connections=4)
    own = RebuildSource(StoreSource(engine, Signal()), service.parse)
    upstream = [RebuildSource(TopicSource(log, one.topic, one.source), one.parse) for one in service.upstream if log]
    followed = {service.name: own} | dict(zip(["pipeline"], upstream, strict=False))
    try:
        yield Rebuild(engine, service.read_models, service.projections, followed)
    finally:
        for one in followed.values():
            await one.events.aclose()
        await engine.dispose()


async def rebuilt(database: str, service: Service = TALLY_SERVICE, log: Log | None = None) -> None:
    async with rebuilding(database, service, log) as one:
        await one.run()


async def scalar(database: str, query: Any) -> Any:
    async with connected(database) as engine, engine.connect() as tx:
        return (await tx.execute(query)).scalar_one()


async def left_beside(database: str) -> bool:
    query = text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%_rebuild'")
    return bool(await scalar(database, query))


async def hashed(database: str, service: Service) -> Any:
    async with connected(database, search_path=service.read_models) as engine, engine.connect() as tx:
        return [await table_digest(tx, table) for each in service.projections for table in each.tables.sorted_tables]


async def caught_up(database: str, service: Service, count: int) -> bool:
    return sum(times for _, times in (await totals(database, service.read_models)).values()) == count


async def spread(tx: AsyncConnection) -> tuple[int, int]:
    """The frontier, and, after a moment, how many events the rows contain: in one database snapshot, the same."""
    frontier = (await checkpoint.positions(tx, LIVE))["pipeline"]
    await asyncio.sleep(random.random() / 50)
    times = (await tx.execute(text("SELECT coalesce(sum(times), 0) FROM tally_totals"))).scalar_one()
    return frontier, int(times)


async def read_on(engine: AsyncEngine, seen: list[int]) -> None:
    while True:
        async with engine.connect() as tx:
            frontier, times = await spread(tx)
        assert times == frontier
        assert times >= (seen[-1] if seen else 0)
        seen.append(times)


async def write_on(database: str, counts: list[int]) -> None:
    while True:
        await write(database, "pipeline", *((f"t{n}", 1) for n in range(counts[-1] % 40 + 1)))
        counts.append(counts[-1] + counts[-1] % 40 + 1)


@pytest.mark.thorough
async def test_under_load_no_reader_sees_a_gap_or_an_older_state(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rebuild, "BATCH_SIZE", 50)
    counts, seen = [0], list[int]()
    reads = engines.reader(database, f"pipeline,{LIVE}", connections=4)
    async with running_services(database, [TALLY_SERVICE]):
        await eventually(partial(exists, database))
        before = await scalar(database, OID)
        async with going_on(write_on(database, counts), *(read_on(reads, seen_by) for seen_by in (seen, [], []))):
            for rebuilds in range(1, 5):
                await eventually(partial(grown, counts, 200 * rebuilds))
                await within(40, rebuilt(database))
        total = await scalar(database, text("SELECT max(position) FROM pipeline.events"))
        await eventually(partial(caught_up, database, TALLY_SERVICE, total))
        incremental = await hashed(database, TALLY_SERVICE)
        await rebuilt(database)
        assert await hashed(database, TALLY_SERVICE) == incremental
    await reads.dispose()
    assert await scalar(database, OID) != before
    assert len(seen) > 10
    assert "worker_restarts" not in capsys.readouterr().err
    assert not await left_beside(database)


@asynccontextmanager
async def going_on(*forever: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Fails when one of them did."""
    tasks = [asyncio.ensure_future(one) for one in forever]
    try:
        yield
        assert [one.exception() for one in tasks if one.done()] == []
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.wait(tasks)


async def grown(counts: list[int], most: int) -> bool:
    return counts[-1] >= most


async def exists(database: str) -> bool:
    async with connected(database, search_path="pipeline") as engine, engine.connect() as tx:
        return "pipeline" in await checkpoint.positions(tx, LIVE)


async def numbers_in_a_snapshot_from_before(database: str) -> tuple[int, int]:
    """The frontier, read before a rebuild's end, and the rows, read after it if it does not wait."""
    async with running_services(database, [TALLY_SERVICE]):
        await write(database, "pipeline", *((f"t{n}", 1) for n in range(5)))
        await eventually(partial(caught_up, database, TALLY_SERVICE, 5))
        async with connected(database, search_path=f"pipeline,{LIVE}") as engine:
            async with engine.execution_options(**SNAPSHOT).connect() as tx:
                frontier = (await checkpoint.positions(tx, LIVE))["pipeline"]
                running = asyncio.ensure_future(rebuilt(database))
                await asyncio.wait([running], timeout=2)
                rows = (await tx.execute(text("SELECT coalesce(sum(times), 0) FROM tally_totals"))).scalar_one()
            await within(20, running)
        assert await caught_up(database, TALLY_SERVICE, 5)
    return frontier, int(rows)


async def test_a_transaction_that_began_before_the_swap_is_waited_for(database: str) -> None:
    assert await numbers_in_a_snapshot_from_before(database) == (5, 5)


async def test_without_waiting_for_readers_a_transaction_sees_a_gap(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the tables are swapped under readers. Were this to pass, the tests above could not fail."""

    async def at_once(tx: AsyncConnection, deadline: float) -> None:
        return

    monkeypatch.setattr(rebuild, "wait_for_readers", at_once)
    assert await numbers_in_a_snapshot_from_before(database) == (5, 0)


async def test_two_rebuilds_do_not_wait_for_each_other(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wait, both_ask = readers.wait_for_readers, asyncio.Barrier(2)

    async def at_the_same_time(tx: AsyncConnection, deadline: float) -> None:
        await tx.execute(text("SELECT 1"))
        await both_ask.wait()
        await wait(tx, deadline)

    monkeypatch.setattr(rebuild, "wait_for_readers", at_the_same_time)
    async with rebuilding(database, TALLY_SERVICE) as one, rebuilding(database, FOLLOWING_SERVICE) as other:
        await within(10, asyncio.gather(one.wait_for_long_readers(), other.wait_for_long_readers()))


async def test_without_locking_the_checkpoints_events_are_lost(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: consumers go on while the last rows are copied. What comes between is in neither table."""
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def hold(self: Rebuild, tx: AsyncConnection) -> None:
        return

    async def wait(tx: AsyncConnection, deadline: float) -> None:
        if deadline - rebuild.now() <= rebuild.LONGEST_STANDSTILL:
            entered.set()
            await go_on.wait()

    monkeypatch.setattr(Rebuild, "lock_checkpoints", hold)
    monkeypatch.setattr(rebuild, "wait_for_readers", wait)
    async with running_services(database, [TALLY_SERVICE]):
        await write(database, "pipeline", ("a", 1))
        await eventually(partial(caught_up, database, TALLY_SERVICE, 1))
        running = asyncio.ensure_future(rebuilt(database))
        await entered.wait()
        await write(database, "pipeline", ("a", 1))
        await eventually(partial(caught_up, database, TALLY_SERVICE, 2))
        go_on.set()
        await running
        assert await caught_up(database, TALLY_SERVICE, 1)


async def test_a_rebuild_repairs_damaged_rows_and_consumers_go_on(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE, FOLLOWING_SERVICE]), embedded_log(database) as log:
        await write(database, "pipeline", ("a", 1), ("b", 2))
        for service in (TALLY_SERVICE, FOLLOWING_SERVICE):
            await eventually(partial(caught_up, database, service, 2))
            right = await hashed(database, service)
            async with connected(database, search_path=service.read_models) as engine, engine.begin() as tx:
                await tx.execute(text("UPDATE tally_totals SET total = 9"))
            assert await hashed(database, service) != right
            await rebuilt(database, service, log)
            assert await hashed(database, service) == right
        await write(database, "pipeline", ("a", 1))
        for service in (TALLY_SERVICE, FOLLOWING_SERVICE):
            await eventually(partial(caught_up, database, service, 3))


async def test_a_rebuild_changes_the_frontier(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE]):
        await write(database, "pipeline", ("a", 1))
        await eventually(partial(caught_up, database, TALLY_SERVICE, 1))
        before = await frontier_of(database, TALLY_SERVICE)
        assert await frontier_of(database, TALLY_SERVICE) == before
        await rebuilt(database)
        after = await frontier_of(database, TALLY_SERVICE)
        assert after != before
        assert (after.positions, after.head) == (before.positions, before.head)


async def frontier_of(database: str, service: Service) -> Frontier:
    async with connected(database, search_path=service.name) as engine, engine.connect() as tx:
        return await frontier.find(tx, service.read_models)


# -- parked and skipped --------------------------------------------------------------------------------------------


async def rows_parked(database: str, count: int) -> bool:
    return bool(await scalar(database, text("SELECT count(*) FROM pipeline.parked")) == count)


async def test_parked_and_skipped_events_are_not_applied(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE]):
        await write(database, "pipeline", ("bad", 1), ("bad", POISON), ("bad", 2), ("worse", POISON), ("worse", 3))
        await eventually(partial(rows_parked, database, 4))
        await request(database, "skip", "bad")
        await eventually(partial(rows_parked, database, 2))
        before = await totals(database, LIVE)
        await rebuilt(database)
        assert await totals(database, LIVE) == before == {"bad": (3, 2)}


async def request(database: str, action: parked_actions.Action, key: str) -> None:
    async with connected(database, search_path="pipeline") as engine, engine.begin() as tx:
        assert await parked_actions.request_action(tx, LIVE, "pipeline", f"tally-{key}", action)


async def test_events_released_during_a_rebuild_are_applied(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built, go_on = asyncio.Event(), asyncio.Event()

    async def analyze(self: Rebuild) -> None:
        built.set()
        await go_on.wait()

    monkeypatch.setattr(Rebuild, "analyze", analyze)
    async with running_services(database, [TALLY_SERVICE]):
        await write(database, "pipeline", ("bad", 1), ("bad", POISON), ("bad", 2), ("good", 1))
        await eventually(partial(rows_parked, database, 2))
        running = asyncio.ensure_future(rebuilt(database))
        await built.wait()
        monkeypatch.setattr(tally, "POISON", -1)
        await request(database, "release", "bad")
        await eventually(partial(rows_parked, database, 0))
        await write(database, "pipeline", ("bad", 4))
        go_on.set()
        await running
        await eventually(partial(caught_up, database, TALLY_SERVICE, 5))
        assert await totals(database, LIVE) == {"bad": (POISON + 7, 4), "good": (1, 1)}


# -- what goes wrong -----------------------------------------------------------------------------------------------


async def test_an_event_that_cannot_be_applied_leaves_the_live_tables_unchanged(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_services(database, [TALLY_SERVICE]):
        await write(database, "pipeline", ("a", 1), ("a", 5))
        await eventually(partial(caught_up, database, TALLY_SERVICE, 2))
        monkeypatch.setattr(tally, "POISON", 5)
        with pytest.raises(CannotRebuild, match="ArithmeticError at positions 1 to 2 of pipeline"):
            await rebuilt(database)
        assert await totals(database, LIVE) == {"a": (6, 2)}
        assert not await left_beside(database)


async def test_a_log_that_lost_events_leaves_the_live_tables_unchanged(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "NEXT_EVENT_TIMEOUT", 0.5)
    async with running_services(database, [TALLY_SERVICE, FOLLOWING_SERVICE]), embedded_log(database) as log:
        await write(database, "pipeline", ("a", 1), ("a", 5))
        await eventually(partial(caught_up, database, FOLLOWING_SERVICE, 2))
        async with connected(database) as engine, engine.begin() as tx:
            await tx.execute(text("DELETE FROM log.records WHERE topic = 'funnelcast.pipeline.v1' AND position = 2"))
        with pytest.raises(CannotRebuild, match="position 2 of pipeline does not come"):
            await rebuilt(database, FOLLOWING_SERVICE, log)
        assert await totals(database, FOLLOWING_SERVICE.read_models) == {"a": (6, 2)}
        assert not await left_beside(database)


async def test_a_rebuild_needs_live_tables(database: str) -> None:
    async with running_services(database, [FOLLOWING_SERVICE]):
        with pytest.raises(CannotRebuild, match="is built when its service starts"):
            await rebuilt(database)


KILLED = """
import asyncio, sys
from tests.shared.flow import test_rebuild
from shared.flow.rebuild import Rebuild

async def analyze(self):
    print("built", flush=True)
    await asyncio.Event().wait()

Rebuild.analyze = analyze
asyncio.run(test_rebuild.under_lease(sys.argv[1]))
"""


async def under_lease(database: str) -> None:
    engine = lease_engine(database)
    async with hold_lease(engine, read_schema.rebuild_schema(LIVE)):
        await rebuilt(database)


async def killed_in_the_midst(database: str) -> None:
    words = [sys.executable, "-c", KILLED, database]
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert await within(30, process.stdout.readline()) == b"built\n"
    assert await left_beside(database)
    async with running_services(database, [TALLY_SERVICE]):
        assert await left_beside(database)  # a start leaves a rebuild that is under way alone
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def lived(database: str) -> None:
    async with running_services(database, [TALLY_SERVICE]):
        await write(database, "pipeline", ("a", 1), ("a", 5))
        await eventually(partial(caught_up, database, TALLY_SERVICE, 2))


@pytest.mark.thorough
async def test_remains_of_a_killed_rebuild_are_dropped_at_the_next_start(database: str) -> None:
    await lived(database)
    await killed_in_the_midst(database)

    async def cleared() -> bool:
        async with running_services(database, [TALLY_SERVICE]):
            return not await left_beside(database)

    await eventually(cleared)
    assert await totals(database, LIVE) == {"a": (6, 2)}


@pytest.mark.thorough
async def test_remains_of_a_killed_rebuild_are_dropped_by_the_next_rebuild(database: str) -> None:
    await lived(database)
    await killed_in_the_midst(database)
    await within(20, under_lease(database))
    assert (await totals(database, LIVE), await left_beside(database)) == ({"a": (6, 2)}, False)
