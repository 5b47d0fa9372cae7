"""Commands on streams, many at once, in the caller's transaction: lock, read, decide, append.

The HTTP committer, the NDJSON batch and the reactions all call `handle`; there is no second way to write.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.decider import Decider
from shared.rules.edge import Edge
from shared.store import aliases, event_store, idempotency, vault
from shared.store.ahead import ahead
from shared.store.ask import Answer, Ask
from shared.store.desk import Desk, Outcome, folded

DECIDED_AT_ONCE = 32
"""Asks: while Postgres writes what they came to, as many more are decided."""


async def handle(tx: AsyncConnection, edge: Edge, asks: Sequence[Ask]) -> list[Answer]:
    """Answers in the order of `asks`; a refusal is an answer and harms no other. Opens no transaction."""
    await event_store.lock(tx)
    head = await event_store.head(tx)
    held = await aliases.find(tx, {alias for ask in asks for alias in aliases_of(ask)})
    deciders = streams_of(asks, held)
    history = await event_store.read_streams(tx, deciders.keys() - {ask.stream for ask in asks if ask.new})
    given = await idempotency.find(tx, {ask.key for ask in asks if ask.key})
    desk = Desk(edge, head, folded(deciders, history), held, given)
    answers: list[Answer] = []
    async with aclosing(ahead(decided(desk, asks, answers))) as outcomes:
        async for outcome in outcomes:
            await write(tx, outcome)
    return answers


async def decided(desk: Desk, asks: Sequence[Ask], answers: list[Answer]) -> AsyncGenerator[Outcome]:
    for first in range(0, len(asks), DECIDED_AT_ONCE):
        answers += [desk.answer(ask) for ask in asks[first : first + DECIDED_AT_ONCE]]
        yield desk.taken()


async def write(tx: AsyncConnection, outcome: Outcome) -> None:
    await event_store.append(tx, outcome.appended)
    await vault.erase(tx, outcome.erased)
    await aliases.forget(tx, outcome.erased)  # first: a later ask of the batch may claim what an erased subject held
    await aliases.claim(tx, outcome.claimed)
    await vault.keep(tx, outcome.kept, lend=outcome.lent)
    await vault.adopt(tx, outcome.adopted)
    await idempotency.keep(tx, outcome.answered)


def aliases_of(ask: Ask) -> set[str]:
    return {*ask.find, *ask.also, *(step.claim.alias for step in ask.steps if step.claim)}


def streams_of(asks: Sequence[Ask], held: Mapping[str, aliases.Held]) -> dict[str, Decider[Any, Any, Any]]:
    """Every stream that a decision may look at, with the decider that reads it."""
    wanted: dict[str, Decider[Any, Any, Any]] = {}
    for ask in asks:
        for look in ask.decider.references:
            wanted[look.stream] = look.decider
        wanted[ask.stream] = ask.decider
        for alias in ask.find:
            if alias in held:
                wanted[held[alias].stream] = ask.decider
    return wanted
