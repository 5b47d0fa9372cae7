"""Pure work that takes long runs in a thread: other requests of this process need not wait for it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.decider import Decider
from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.store.decision_batch import Stream, fold_streams

S = TypeVar("S")
T = TypeVar("T")
LONG_HISTORY = 1_000
"""Events: to fold so many takes some tens of milliseconds."""
SIGN_OF_LIFE = 0.5
"""Seconds. Postgres ends a transaction that is idle for longer than two: its client may be frozen, with the append
lock in its hands."""
PING = text("SELECT")


async def run_in_thread(tx: AsyncConnection, function: Callable[..., T], *arguments: Any) -> T:
    """The result of a function that touches nothing else; meanwhile Postgres sees that this client is alive."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    while not (await asyncio.wait([work], timeout=SIGN_OF_LIFE))[0]:
        await tx.execute(PING)
    return work.result()


async def read_states(tx: AsyncConnection, decider: Decider[Any, S, Any], subjects: Sequence[str]) -> Mapping[str, S]:
    """The states of many streams, without texts."""
    deciders = {decider.stream(subject): decider for subject in subjects}
    streams = await folded_streams(tx, deciders, await event_store.read_streams(tx, deciders))
    return {subject: streams[decider.stream(subject)].state for subject in subjects}


async def folded_streams(
    tx: AsyncConnection, deciders: Mapping[str, Decider[Any, Any, Any]], history: Sequence[StoredEvent]
) -> dict[str, Stream]:
    if len(history) < LONG_HISTORY:
        return fold_streams(deciders, history)
    return await run_in_thread(tx, fold_streams, deciders, history)
