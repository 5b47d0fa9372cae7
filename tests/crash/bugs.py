"""Naive versions of what the product does right, planted by the launcher to see that the checks find what they do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import checkpoint, lease, parked, relay
from shared.flow.batch import Batch, Offsets, recorded_events
from shared.flow.consumer import Consumer
from shared.flow.log import Publisher
from shared.flow.rebuild import Rebuild
from shared.flow.relay import Relay
from shared.rules.message import RecordedEvent, StoredEvent
from shared.run import worker
from shared.run.process import Server
from shared.store import aliases, handler, idempotency, vault
from shared.store.aliases import AliasRecord
from shared.store.committer import Committer, Waiting
from shared.store.idempotency import StoredResponse
from shared.store.pending_writes import PendingWrites
from shared.store.write_request import WriteOutcome, WriteRequest
from shared.web.feed.routes import Feed
from shared.web.routing.call import Call
from shared.web.service_context import ServiceContext

GAP = 0.1
POISON = "poison"
"""The actor whose events the read models ignore."""


async def between(events: Sequence[StoredEvent] = ()) -> None:
    """A crash point: right after the first of two steps that must not be apart. Long enough for an answer to leave."""
    await asyncio.sleep(GAP)


# -- commands --------------------------------------------------------------------------------------------------------


def reply_before_commit() -> None:
    async def commit_and_answer(self: Committer, group: Sequence[Waiting]) -> None:
        async with self.engine.begin() as tx:
            outcomes = await handler.handle(tx, self.clock_and_ids, [request for request, _ in group])
            for (_, future), outcome in zip(group, outcomes, strict=True):
                future.set_result(outcome)
            await between()
        self.store_changed.notify()

    Committer.commit_and_answer = commit_and_answer  # type: ignore[method-assign]


def idempotency_outside_the_transaction() -> None:
    later: list[StoredResponse] = []

    async def write(tx: AsyncConnection, pending: PendingWrites) -> None:
        later.extend(pending.responses)
        pending.responses.clear()
        await written(tx, pending)

    async def commit(self: Committer, requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        answers = await committed(self, requests)
        await between()
        async with self.engine.begin() as tx:
            await idempotency.keep(tx, later)
        later.clear()
        return answers

    written, committed = handler.write, Committer.commit
    handler.write = write
    Committer.commit = commit  # type: ignore[method-assign]


def names_outside_the_transaction() -> None:
    """The names of a stream, and of the steps of an imported history, are written outside the transaction."""
    later: list[AliasRecord] = []

    async def claim(tx: AsyncConnection, records: Sequence[AliasRecord]) -> None:
        later.extend(records)

    async def commit(self: Committer, requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        answers = await committed(self, requests)
        await between()
        async with self.engine.begin() as tx:
            await claimed(tx, later)
        later.clear()
        return answers

    claimed, committed = aliases.claim, Committer.commit
    aliases.claim = claim
    Committer.commit = commit  # type: ignore[method-assign]


def erasure_outside_the_transaction() -> None:
    later: list[str] = []

    async def erase(tx: AsyncConnection, subjects: Collection[str]) -> None:
        later.extend(subjects)

    async def commit(self: Committer, requests: Sequence[WriteRequest]) -> list[WriteOutcome]:
        answers = await committed(self, requests)
        if later:
            await between()
            async with self.engine.begin() as tx:
                await erased(tx, later)
        return answers

    erased, committed = vault.erase, Committer.commit
    vault.erase = erase
    Committer.commit = commit  # type: ignore[method-assign]


# -- relay -----------------------------------------------------------------------------------------------------------


def cursor_before_acknowledgement() -> None:
    async def publish_events(self: Relay, publisher: Publisher, events: Sequence[StoredEvent]) -> None:
        reached = events[-1].position
        async with self.engine.begin() as tx:
            await tx.execute(relay.ADVANCE_CURSOR, {"expected": self.position, "position": reached})
        self.position = reached
        await between()
        await publisher.publish(events)

    Relay.publish_events = publish_events  # type: ignore[method-assign]


# -- consumers -------------------------------------------------------------------------------------------------------


def effects_before_the_checkpoint() -> None:
    """The effects are written in a transaction of their own."""

    async def apply(self: Consumer, batch: Batch) -> None:
        async with self.engine.begin() as tx:
            await self.effect(tx, recorded_events(batch.parsed))
        await between(batch.events)
        reached = batch.events[-1].position
        async with self.advancing_checkpoint(reached, batch.offsets):
            pass
        self.progress.position = reached
        self.changed.notify()

    Consumer.apply = apply  # type: ignore[method-assign]


def checkpoint_before_the_effects() -> None:
    """The checkpoint is moved in a transaction of its own."""

    async def apply(self: Consumer, batch: Batch) -> None:
        reached = batch.events[-1].position
        async with self.advancing_checkpoint(reached, batch.offsets):
            pass
        await between()
        async with self.engine.begin() as tx:
            await self.effect(tx, recorded_events(batch.parsed))
        self.progress.position = reached
        self.changed.notify()

    Consumer.apply = apply  # type: ignore[method-assign]


def checkpoint_not_compared() -> None:
    checkpoint.ADVANCE = text("""
        UPDATE checkpoints SET position = :position, offsets = coalesce(CAST(:offsets AS jsonb), offsets)
        WHERE subscription = :subscription AND source = :source AND :expected >= 0 RETURNING position""")


def parking_outside_the_transaction() -> None:
    async def park(self: Consumer, event: StoredEvent, error: Exception, offsets: Offsets | None) -> None:
        async with self.advancing_checkpoint(event.position, offsets):
            pass
        await between()
        async with self.engine.begin() as tx:
            await parked.park_events(tx, self.subscription, self.source, [event], error)
        self.progress.position = event.position
        self.may_have_parked_keys = True

    Consumer.park = park  # type: ignore[method-assign]


def swap_in_two_transactions() -> None:
    async def swap(self: Rebuild, tx: AsyncConnection) -> None:
        for name in self.table_names():
            await tx.execute(text(f'DROP TABLE "{self.live}"."{name}"'))
        await tx.commit()
        await between()
        async with self.engine.begin() as other:
            for name in self.table_names():
                await other.execute(text(f'ALTER TABLE "{self.new}"."{name}" SET SCHEMA "{self.live}"'))

    Rebuild.swap = swap  # type: ignore[method-assign]


# -- feeds -----------------------------------------------------------------------------------------------------------


def stream_resumes_one_too_late() -> None:
    async def lines(
        self: Feed, context: ServiceContext, after: int, types: Collection[str], confined: Call | None = None
    ) -> AsyncIterator[bytes]:
        async for line in real(self, context, after + 1 if after else 0, types, confined):
            yield line

    real = Feed.lines
    Feed.lines = lines  # type: ignore[method-assign]


def stream_resumes_one_too_early() -> None:
    async def lines(
        self: Feed, context: ServiceContext, after: int, types: Collection[str], confined: Call | None = None
    ) -> AsyncIterator[bytes]:
        async for line in real(self, context, max(0, after - 1), types, confined):
            yield line

    real = Feed.lines
    Feed.lines = lines  # type: ignore[method-assign]


# -- processes -------------------------------------------------------------------------------------------------------


def port_closes_at_once() -> None:
    """The port closes at once, as uvicorn does it."""
    Server.shutdown = uvicorn.Server.shutdown  # type: ignore[method-assign]


def standby_looks_seldom() -> None:
    lease.HEARTBEAT = 60.0


# -- no bugs, but what the product must stand ------------------------------------------------------------------------


def deaf() -> None:
    """It does not notice that it lost its lease: a compare-and-set must stop it."""

    async def send_heartbeats(connection: AsyncConnection) -> None:
        await asyncio.Event().wait()

    lease.send_heartbeats = send_heartbeats


def lease_for_all() -> None:
    """Everybody believes to have it."""

    @asynccontextmanager
    async def free(engine: AsyncEngine, name: str) -> AsyncIterator[None]:
        yield

    vars(worker)["hold_lease"] = free


def poison() -> None:
    """Events that cannot be applied."""

    def apply_all(*args: Any) -> Any:
        effect = real(*args)

        async def refuse(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
            if any(fact.actor == POISON for fact in facts):
                raise ArithmeticError("an event that cannot be applied")
            await effect(tx, facts)

        return refuse

    real = vars(worker)["apply_all"]
    vars(worker)["apply_all"] = apply_all


BUGS: Mapping[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        reply_before_commit,
        idempotency_outside_the_transaction,
        names_outside_the_transaction,
        erasure_outside_the_transaction,
        cursor_before_acknowledgement,
        effects_before_the_checkpoint,
        checkpoint_before_the_effects,
        checkpoint_not_compared,
        parking_outside_the_transaction,
        swap_in_two_transactions,
        stream_resumes_one_too_late,
        stream_resumes_one_too_early,
        deaf,
        lease_for_all,
        poison,
        port_closes_at_once,
        standby_looks_seldom,
    )
}
