"""Group commit: requests that wait at the same time share one transaction."""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.message import Refusal, Rejected
from shared.store.database_errors import Busy, as_busy, certainly_rolled_back, error_name
from shared.store.handler import handle
from shared.store.signal import Signal
from shared.store.write_request import WriteOutcome, WriteRequest, WriteResult

log = structlog.get_logger()
Waiting = tuple[WriteRequest, asyncio.Future[WriteOutcome]]


class Committer:
    """Commits the waiting requests, without lingering for more. The queue is bounded: with a slow disk, requests are
    refused instead of piling up."""

    def __init__(
        self, engine: AsyncEngine, clock_and_ids: ClockAndIds, store_changed: Signal, *, waiting: int, batch: int
    ) -> None:
        self.engine, self.clock_and_ids, self.store_changed, self.batch = engine, clock_and_ids, store_changed, batch
        self.queue: asyncio.Queue[Waiting] = asyncio.Queue(waiting)

    async def write(self, request: WriteRequest) -> WriteResult:
        """Returns after COMMIT, or raises the refusal. A caller who goes away does not affect the requests that share
        the transaction."""
        future: asyncio.Future[WriteOutcome] = asyncio.get_running_loop().create_future()
        try:
            self.queue.put_nowait((request, future))
        except asyncio.QueueFull:
            raise Busy("too many writes are waiting") from None
        outcome = await future
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    async def write_all(self, requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        """A group of one caller, in one transaction; one by one if Postgres refuses the data of any."""
        try:
            return await self.commit(requests)
        except Exception as error:
            if not certainly_rolled_back(error) or as_busy(error):
                raise
            if len(requests) == 1:
                log.error("refused_by_postgres", stream=requests[0].stream, error=type(error).__name__)
                return [Rejected("its data cannot be stored")]
        return [outcome for request in requests for outcome in await self.write_all([request])]

    async def run(self) -> None:
        while True:
            group = [await self.queue.get()]
            while len(group) < self.batch and not self.queue.empty():
                group.append(self.queue.get_nowait())
            await self.commit_and_answer(group)
            for _ in group:
                self.queue.task_done()

    async def commit_and_answer(self, group: Sequence[Waiting]) -> None:
        """Commits the group. If it certainly rolled back for the sake of its data, each request is tried alone."""
        try:
            outcomes = await self.commit([request for request, _ in group])
        except Exception as error:
            busy = as_busy(error)
            if busy:
                log.warning("not_committed", commands=len(group), error=error_name(error))
            if len(group) > 1 and certainly_rolled_back(error) and not busy:
                for waiting in group:
                    await self.commit_and_answer([waiting])
            else:
                fail(group, busy or error)
            return
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)

    async def commit(self, requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        async with self.engine.begin() as tx:
            outcomes = await handle(tx, self.clock_and_ids, requests)
        self.store_changed.notify()
        return outcomes


def fail(group: Sequence[Waiting], error: Exception) -> None:
    for _, future in group:
        if not future.done():
            future.set_exception(error)
