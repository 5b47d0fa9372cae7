"""The check that every reference from an event into the vault finds its value, unless the subject is erased."""

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
class Reference:
    """A reference of the event at this position to a value of the vault."""

    ref: UUID
    subject: str
    position: int


async def unresolved_references(tx: AsyncConnection, parse: Parser[Any], events: Sequence[StoredEvent]) -> list[str]:
    references = [reference for event in events for reference in references_of(parse, event)]
    entries = await vault.read(tx, {reference.ref for reference in references})
    missing = [reference for reference in references if reference.ref not in entries]
    if not missing:
        return []
    subjects = list({reference.subject for reference in missing})
    gone = set((await tx.execute(ERASED, {"subjects": subjects})).scalars())
    return [
        f"position {one.position} refers to {one.ref} of {one.subject}, which is neither in the vault nor erased"
        for one in missing
        if one.subject not in gone
    ]


def references_of(parse: Parser[Any], stored: StoredEvent) -> Iterator[Reference]:
    recorded = parse(stored)
    if recorded is None:
        return
    subject = recorded.event.vault_subject(stored.stream)
    for sealed in sealed_values(recorded.event):
        if sealed.ref is not None:
            yield Reference(sealed.ref, subject, stored.position)


def sealed_values(value: Any) -> Iterator[Sealed[Any]]:
    """All sealed values of a model, however deep."""
    match value:
        case Sealed():
            yield value
        case BaseModel():
            for name in type(value).model_fields:
                yield from sealed_values(getattr(value, name))
        case dict():
            for each in value.values():
                yield from sealed_values(each)
        case list() | tuple():
            for each in value:
                yield from sealed_values(each)
        case _:
            return
