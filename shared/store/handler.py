"""Commands on streams, many at once, in the caller's transaction: lock, read, decide, append.

The HTTP committer, the NDJSON batch and the reactions all call `handle`; there is no second way to write.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.decider import Decider
from shared.store import aliases, event_store, idempotency, vault
from shared.store.decision_batch import DecisionBatch, PendingWrites, fold_streams
from shared.store.prefetch import prefetch
from shared.store.write_request import WriteOutcome, WriteRequest

DECIDED_AT_ONCE = 32
"""Asks: while Postgres writes what they came to, as many more are decided."""


async def handle(
    tx: AsyncConnection, clock_and_ids: ClockAndIds, write_requests: Sequence[WriteRequest]
) -> list[WriteOutcome]:
    """Answers in the order of `asks`; a refusal is an answer and harms no other. Opens no transaction."""
    await event_store.lock(tx)
    head = await event_store.head(tx)
    held = await aliases.find(tx, {alias for ask in write_requests for alias in aliases_of(ask)})
    deciders = streams_of(write_requests, held)
    history = await event_store.read_streams(tx, deciders.keys() - {ask.stream for ask in write_requests if ask.new})
    given = await idempotency.find(tx, {ask.key for ask in write_requests if ask.key})
    desk = DecisionBatch(clock_and_ids, head, fold_streams(deciders, history), held, given)
    answers: list[WriteOutcome] = []
    async with aclosing(prefetch(decided(desk, write_requests, answers))) as outcomes:
        async for outcome in outcomes:
            await write(tx, outcome)
    return answers


async def decided(
    desk: DecisionBatch, write_requests: Sequence[WriteRequest], answers: list[WriteOutcome]
) -> AsyncGenerator[PendingWrites]:
    for first in range(0, len(write_requests), DECIDED_AT_ONCE):
        answers += [desk.answer(ask) for ask in write_requests[first : first + DECIDED_AT_ONCE]]
        yield desk.taken()


async def write(tx: AsyncConnection, outcome: PendingWrites) -> None:
    await event_store.append(tx, outcome.appended)
    await vault.erase(tx, outcome.erased)
    await aliases.forget(tx, outcome.erased)  # first: a later ask of the batch may claim what an erased subject held
    await aliases.claim(tx, outcome.claimed)
    await vault.keep(tx, outcome.kept, lend=outcome.lent)
    await vault.adopt(tx, outcome.adopted)
    await idempotency.keep(tx, outcome.answered)


def aliases_of(ask: WriteRequest) -> set[str]:
    return {*ask.find, *ask.also, *(step.claim.alias for step in ask.steps if step.claim)}


def streams_of(
    write_requests: Sequence[WriteRequest], held: Mapping[str, aliases.AliasRecord]
) -> dict[str, Decider[Any, Any, Any]]:
    """Every stream that a decision may look at, with the decider that reads it."""
    wanted: dict[str, Decider[Any, Any, Any]] = {}
    for ask in write_requests:
        for reference in (*ask.decider.references.values(), *ask.references.values()):
            wanted[reference.stream] = reference.decider
        wanted[ask.stream] = ask.decider
        for alias in ask.find:
            if alias in held:
                wanted[held[alias].stream] = ask.decider
    return wanted
