"""The one way to write: append lock, read, decide, append, all in the caller's transaction.

The committer of HTTP requests, NDJSON batches and reactions all call `handle`.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.decider import Decider
from shared.store import aliases, event_store, idempotency, vault
from shared.store.decision_batch import DecisionBatch
from shared.store.folded_streams import read_folded
from shared.store.long_work import run_in_thread
from shared.store.pending_writes import PendingWrites
from shared.store.prefetch import prefetch
from shared.store.write_request import WriteOutcome, WriteRequest

DECIDED_AT_ONCE = 32
"""Requests. While Postgres writes what they want, as many more are decided."""


async def handle(
    tx: AsyncConnection, clock_and_ids: ClockAndIds, requests: Sequence[WriteRequest]
) -> list[WriteOutcome]:
    """Outcomes in the order of the requests. A refused request does not affect the others. Opens no transaction."""
    await event_store.lock(tx)
    head = await event_store.head(tx)
    owners = await aliases.find(tx, {alias for request in requests for alias in aliases_of(request)})
    deciders = deciders_by_stream(requests, owners)
    new_streams = {request.stream for request in requests if request.is_new_stream}
    streams = await read_folded(tx, deciders, new_streams)
    keys = {request.idempotency_key for request in requests if request.idempotency_key}
    responses = await idempotency.find(tx, keys)
    batch = DecisionBatch(clock_and_ids, head, streams, owners, responses)
    if any(request.is_long for request in requests):
        return [await decide_in_thread(tx, batch, request) for request in requests]
    outcomes: list[WriteOutcome] = []
    async with aclosing(prefetch(decisions(batch, requests, outcomes))) as decided:
        async for pending in decided:
            await write(tx, pending)
    return outcomes


async def decisions(
    batch: DecisionBatch, requests: Sequence[WriteRequest], outcomes: list[WriteOutcome]
) -> AsyncGenerator[PendingWrites]:
    """Adds to `outcomes`, and yields what is to be written, a slice of the requests at a time."""
    for first in range(0, len(requests), DECIDED_AT_ONCE):
        outcomes += [batch.decide(request) for request in requests[first : first + DECIDED_AT_ONCE]]
        yield batch.take_pending()


async def decide_in_thread(tx: AsyncConnection, batch: DecisionBatch, request: WriteRequest) -> WriteOutcome:
    outcome = await run_in_thread(tx, batch.decide, request)
    await write(tx, batch.take_pending())
    return outcome


async def write(tx: AsyncConnection, pending: PendingWrites) -> None:
    await event_store.append(tx, pending.events)
    await vault.erase(tx, pending.erased)
    await aliases.forget(tx, pending.erased)  # first: a later request may claim what an erased subject held
    await aliases.claim(tx, pending.claimed)
    await vault.keep(tx, pending.vault, shared=pending.shared_texts)
    await vault.import_shared(tx, pending.imported_texts)
    await idempotency.keep(tx, pending.responses)


def aliases_of(request: WriteRequest) -> set[str]:
    claimed = (step.claim.alias for step in request.steps if step.claim)
    referenced = (reference.alias for reference in request.alias_references.values())
    resolved = (*request.resolve_by, *request.resolve_unless.values())
    return {*resolved, *request.also_claim, *request.watched, *request.history_claims.aliases, *claimed, *referenced}


def deciders_by_stream(
    requests: Sequence[WriteRequest], owners: Mapping[str, aliases.AliasRecord]
) -> dict[str, Decider[Any, Any, Any]]:
    """Every stream that a decision may depend on, with the decider that reads it."""
    deciders: dict[str, Decider[Any, Any, Any]] = {}
    for request in requests:
        for reference in (*request.decider.references.values(), *request.references.values()):
            deciders[reference.stream] = reference.decider
        for alias_reference in request.alias_references.values():
            if alias_reference.alias in owners:
                deciders[owners[alias_reference.alias].stream] = alias_reference.decider
        deciders[request.stream] = request.decider
        for alias in request.resolve_by:
            if alias in owners:
                deciders[owners[alias].stream] = request.decider
    return deciders
