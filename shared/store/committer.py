"""Group commit: what waits at the same time shares one transaction."""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import Refusal, Rejected
from shared.store.handler import handle
from shared.store.signal import Signal
from shared.store.write_request import WriteOutcome, WriteRequest, WriteResult

log = structlog.get_logger()


class Busy(Exception):
    """Nothing was written, or it cannot be known whether it was: the caller tries again with its key."""


class Committer:
    """Commits what waits, without lingering for more; bounded, so that a slow disk refuses instead of piling up."""

    def __init__(
        self, engine: AsyncEngine, clock_and_ids: ClockAndIds, store_changed: Signal, *, waiting: int, batch: int
    ) -> None:
        self.engine, self.clock_and_ids, self.store_changed, self.batch = engine, clock_and_ids, store_changed, batch
        self.queue: asyncio.Queue[tuple[WriteRequest, asyncio.Future[WriteOutcome]]] = asyncio.Queue(waiting)

    async def write(self, ask: WriteRequest) -> WriteResult:
        """Returns after COMMIT, or raises the refusal. A caller who goes away is answered into the void; its
        neighbours notice nothing."""
        future: asyncio.Future[WriteOutcome] = asyncio.get_running_loop().create_future()
        try:
            self.queue.put_nowait((ask, future))
        except asyncio.QueueFull:
            raise Busy("too many writes are waiting") from None
        answer = await future
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def write_all(self, write_requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        """A caller's own group, in one transaction; one by one if data that Postgres refuses spoils it."""
        try:
            return await self.commit(write_requests)
        except Exception as error:
            if not certainly_rolled_back(error) or unavailable(error):
                raise
            if len(write_requests) == 1:
                log.error("refused_by_postgres", stream=write_requests[0].stream, error=type(error).__name__)
                return [Rejected("its data cannot be stored")]
        return [answer for ask in write_requests for answer in await self.write_all([ask])]

    async def run(self) -> None:
        while True:
            batch = [await self.queue.get()]
            while len(batch) < self.batch and not self.queue.empty():
                batch.append(self.queue.get_nowait())
            await self.settle(batch)
            for _ in batch:
                self.queue.task_done()

    async def settle(self, batch: Sequence[tuple[WriteRequest, asyncio.Future[WriteOutcome]]]) -> None:
        try:
            answers = await self.commit([ask for ask, _ in batch])
        except Exception as error:
            busy = unavailable(error)
            if busy:
                log.warning("not_committed", commands=len(batch), error=named(error))
            if len(batch) > 1 and certainly_rolled_back(error) and not busy:
                for one in batch:
                    await self.settle([one])
            else:
                fail(batch, busy or error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def commit(self, write_requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        async with self.engine.begin() as tx:
            answers = await handle(tx, self.clock_and_ids, write_requests)
        self.store_changed.notify()
        return answers


def fail(batch: Sequence[tuple[WriteRequest, asyncio.Future[WriteOutcome]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)


def certainly_rolled_back(error: Exception) -> bool:
    """After a lost connection the COMMIT may have happened: trying again could write twice."""
    return not isinstance(error, OSError) and not (isinstance(error, DBAPIError) and lost(error))


def unavailable(error: Exception) -> Busy | None:
    """`Busy` for what passes by itself: a lost connection, a lock waited for too long, a full disk, a shutdown."""
    if isinstance(error, OSError) or (isinstance(error, StatementError) and passing(error)):
        return Busy("the database did not answer in time")
    return None


PASSING = ("08", "53", "57", "58", "25P03", "40", "55P03")
"""SQLSTATE classes and codes: connection, resources, operator, system, idle too long, deadlock, lock timeout."""


def named(error: Exception) -> str:
    """For the log: not what the error says, which may be about somebody."""
    return f"{type(error).__name__} {sqlstate(error)}" if isinstance(error, StatementError) else type(error).__name__


def sqlstate(error: StatementError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def lost(error: DBAPIError) -> bool:
    return error.connection_invalidated or sqlstate(error).startswith(("08", "57P"))


def passing(error: StatementError) -> bool:
    return sqlstate(error).startswith(PASSING) or (isinstance(error, DBAPIError) and lost(error))
