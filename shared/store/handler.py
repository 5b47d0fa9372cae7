"""Commands on streams, many at once, in the caller's transaction: lock, read, decide, append.

The HTTP committer, the NDJSON batch and the reactions all call `handle`; there is no second way to write.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.decider import Decider
from shared.rules.edge import Edge
from shared.store import aliases, event_store, idempotency, vault
from shared.store.ask import Answer, Ask
from shared.store.desk import Desk, folded


async def handle(tx: AsyncConnection, edge: Edge, asks: Sequence[Ask]) -> list[Answer]:
    """Answers in the order of `asks`; a refusal is an answer and harms no other. Opens no transaction."""
    await event_store.lock(tx)
    head = await event_store.head(tx)
    held = await aliases.find(tx, {alias for ask in asks for alias in aliases_of(ask)})
    deciders = streams_of(asks, held)
    history = await event_store.read_streams(tx, deciders.keys() - {ask.stream for ask in asks if ask.new})
    given = await idempotency.find(tx, {ask.key for ask in asks if ask.key})
    desk = Desk(edge, head, folded(deciders, history), held, given)
    answers = [desk.answer(ask) for ask in asks]
    await write(tx, desk)
    return answers


async def write(tx: AsyncConnection, desk: Desk) -> None:
    await event_store.append(tx, desk.appended)
    await vault.erase(tx, desk.erased)
    await aliases.forget(tx, desk.erased)  # first: a later ask of the batch may claim what an erased subject held
    await aliases.claim(tx, desk.claimed)
    await vault.keep(tx, desk.kept, lend=desk.lent)
    await vault.adopt(tx, desk.adopted)
    await idempotency.keep(tx, desk.answered)


def aliases_of(ask: Ask) -> set[str]:
    return {*ask.find, *ask.also, *(step.claim.alias for step in ask.steps if step.claim)}


def streams_of(asks: Sequence[Ask], held: Mapping[str, aliases.Held]) -> dict[str, Decider[Any, Any, Any]]:
    """Every stream that a decision may look at, with the decider that reads it."""
    wanted: dict[str, Decider[Any, Any, Any]] = {}
    for ask in asks:
        wanted |= {look.stream: look.decider for look in ask.decider.references}
        wanted[ask.stream] = ask.decider
        wanted |= {held[alias].stream: ask.decider for alias in ask.find if alias in held}
    return wanted
