"""Group commit: bounded, and no caller harms another."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from shared.rules.message import Rejected
from shared.store.committer import Committer
from shared.store.database_errors import Busy
from shared.store.signal import Signal
from shared.store.write_request import Step, WriteRequest, WriteResult
from tests.running import Clock, eventually
from tests.shared.tally import CORRELATION, DECIDER, Add, limit_request, request


@pytest.fixture(autouse=True)
def patient_transactions() -> None:
    """The product's own limits."""


@pytest_asyncio.fixture
async def committer(store: AsyncEngine, clock: Clock) -> AsyncIterator[Committer]:
    made = Committer(store, clock.clock_and_ids(), Signal(), waiting=64, batch=32)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run())
        yield made
        running.cancel()


def spoilt(name: str) -> WriteRequest:
    """Accepted by every rule, and refused by Postgres: text with a NUL."""
    return WriteRequest(DECIDER, f"tally-{name}", [Step(Add(n=1))], "an actor with a \x00", CORRELATION)


async def positions(store: AsyncEngine) -> list[int]:
    async with store.connect() as tx:
        return list((await tx.execute(text("SELECT position FROM events ORDER BY position"))).scalars())


async def test_requests_that_wait_together_are_written_together(committer: Committer, store: AsyncEngine) -> None:
    answers = await asyncio.gather(*(committer.write(request(f"t{n}", Add(n=1))) for n in range(50)))
    assert sorted(answer.position for answer in answers) == list(range(1, 51))
    async with store.connect() as tx:
        batches = (await tx.execute(text("SELECT count(DISTINCT recorded_at) FROM events"))).scalar_one()
    assert batches < 10


async def test_a_refusal_reaches_its_caller_and_no_other(committer: Committer) -> None:
    await committer.write(limit_request(1))
    answers = await asyncio.gather(
        *(committer.write(request(f"t{n}", Add(n=1 + n % 2))) for n in range(6)), return_exceptions=True
    )
    assert [isinstance(answer, Rejected) for answer in answers] == [False, True] * 3


async def test_data_that_postgres_refuses_harms_only_its_caller(committer: Committer, store: AsyncEngine) -> None:
    write_requests = [request("a", Add(n=1)), spoilt("b"), request("c", Add(n=1))]
    answers = await asyncio.gather(*(committer.write(one) for one in write_requests), return_exceptions=True)
    assert [isinstance(answer, WriteResult) for answer in answers] == [True, False, True]
    assert await positions(store) == [1, 2]


async def test_a_group_of_ones_own_answers_line_by_line(committer: Committer, store: AsyncEngine) -> None:
    answers = await committer.write_all([request("a", Add(n=1)), spoilt("b"), request("c", Add(n=1))])
    assert [type(answer).__name__ for answer in answers] == ["WriteResult", "Rejected", "WriteResult"]
    assert await positions(store) == [1, 2]


async def test_a_full_queue_refuses_at_once(store: AsyncEngine, clock: Clock) -> None:
    idle = Committer(store, clock.clock_and_ids(), Signal(), waiting=2, batch=2)
    waiting = [asyncio.ensure_future(idle.write(request("a", Add(n=1)))) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await idle.write(request("b", Add(n=1)))
    for one in waiting:
        one.cancel()


async def test_a_caller_who_goes_away_leaves_the_whole_of_his_events_and_harms_nobody(
    committer: Committer, store: AsyncEngine
) -> None:
    leaving = [asyncio.ensure_future(committer.write(request(f"x{n}", Add(n=1), Add(n=2)))) for n in range(10)]
    staying = [asyncio.ensure_future(committer.write(request(f"y{n}", Add(n=1)))) for n in range(10)]
    await asyncio.sleep(0)
    for one in leaving:
        one.cancel()
    assert len(await asyncio.gather(*staying)) == 10
    await committer.queue.join()
    async with store.connect() as tx:
        query = text("SELECT count(*) FROM events WHERE stream LIKE 'tally-x%' GROUP BY stream")
        assert set((await tx.execute(query)).scalars()) <= {2}


async def test_a_lost_connection_answers_busy_and_the_next_one_is_served(
    committer: Committer, store: AsyncEngine, database: str
) -> None:
    """A COMMIT may have happened: nobody is told that it did, and nothing is tried twice."""
    async with store.begin() as tx:
        await tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('funnelcast append'), hashtext('pipeline'))"))
        waiting = asyncio.ensure_future(committer.write(request("a", Add(n=1))))
        with capture_logs() as lines:
            await eventually(lambda: cut_the_waiting(store))
            with pytest.raises(Busy):
                await waiting
    (line,) = lines
    assert (line["event"], line["commands"]) == ("not_committed", 1)
    assert line["error"] in {"DBAPIError 08003", "DBAPIError 57P01"}, "gone, or ended by the administrator"
    assert isinstance(await committer.write(request("b", Add(n=1))), WriteResult)
    assert await positions(store) == [1]


async def cut_the_waiting(store: AsyncEngine) -> bool:
    async with store.connect() as tx:
        query = text("""SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE wait_event = 'advisory' AND datname = current_database()""")
        return bool((await tx.execute(query)).scalar_one())


async def test_a_frozen_holder_of_the_lock_is_cut_off_within_three_seconds(
    committer: Committer, store: AsyncEngine
) -> None:
    """The frozen one says nothing more: Postgres ends its transaction, which is void."""
    loop = asyncio.get_running_loop()
    async with store.connect() as frozen:
        await frozen.execute(text("SELECT pg_advisory_xact_lock(hashtext('funnelcast append'), hashtext('pipeline'))"))
        started = loop.time()
        assert isinstance(await committer.write(request("a", Add(n=1))), WriteResult)
        assert loop.time() - started < 3
        await frozen.invalidate()
