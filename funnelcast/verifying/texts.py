"""Every reference from an event into the vault finds its text, unless the one it was about is erased."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ARRAY, Text, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import Parser, StoredEvent
from shared.rules.sealed import Sealed
from shared.store import vault
from shared.store.vault import erased

ERASED = select(erased.c.subject).where(erased.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))


@dataclass(frozen=True)
class Referred:
    ref: UUID
    subject: str
    position: int


async def unresolved(tx: AsyncConnection, parse: Parser[Any], events: Sequence[StoredEvent]) -> list[str]:
    referred = [one for event in events for one in references(parse, event)]
    kept = await vault.read(tx, {one.ref for one in referred})
    lacking = [one for one in referred if one.ref not in kept]
    if not lacking:
        return []
    gone = set((await tx.execute(ERASED, {"subjects": list({one.subject for one in lacking})})).scalars())
    return [
        f"position {one.position} refers to {one.ref} of {one.subject}, which is neither kept nor erased"
        for one in lacking
        if one.subject not in gone
    ]


def references(parse: Parser[Any], stored: StoredEvent) -> Iterator[Referred]:
    recorded = parse(stored)
    if recorded is None:
        return
    subject = recorded.event.vault_subject(stored.stream)
    for sealed in sealed_in(recorded.event):
        if sealed.ref is not None:
            yield Referred(sealed.ref, subject, stored.position)


def sealed_in(value: Any) -> Iterator[Sealed[Any]]:
    """All sealed values of a model, however deep."""
    match value:
        case Sealed():
            yield value
        case BaseModel():
            for name in type(value).model_fields:
                yield from sealed_in(getattr(value, name))
        case dict():
            for each in value.values():
                yield from sealed_in(each)
        case list() | tuple():
            for each in value:
                yield from sealed_in(each)
        case _:
            return
