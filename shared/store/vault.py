"""Personal data and free text, apart from the events: stored under a reference, erased by subject.

`shared_texts` (the table `exchange.lent`) belongs to all services. A text that one service received and another one
shows, such as a deal's name at hand-over, is passed on through it, never in an event.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.event_store import metadata
from shared.store.rows import rows
from shared.store.slices import in_slices


class VaultColumns(TypedColumns):
    ref: Named[UUID] = Column(Uuid, primary_key=True)
    subject: Named[str] = Column(Text, index=True)
    value: Named[Any] = Column(JSONB)


class ErasedColumns(TypedColumns):
    subject: Named[str] = Column(Text, primary_key=True)
    erased_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp())


class SharedTextColumns(TypedColumns):
    ref: Named[UUID] = Column(Uuid, primary_key=True)
    subject: Named[str] = Column(Text, index=True)
    value: Named[Any] = Column(JSONB)


shared_texts_metadata = MetaData()
vault = Table("vault", metadata, VaultColumns)
erased = Table("erased", metadata, ErasedColumns)
shared_texts = Table("lent", shared_texts_metadata, SharedTextColumns, schema="exchange")

READ = select(vault.c.ref, vault.c.value).where(vault.c.ref == any_(bindparam("refs", type_=ARRAY(Uuid))))
OF_SUBJECTS = select(vault).where(vault.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))
ROWS = """ (ref, subject, value)
    SELECT ref, subject, value FROM jsonb_populate_recordset(CAST(NULL AS vault), CAST(:rows AS jsonb)) AS kept
    WHERE NOT EXISTS (SELECT FROM erased WHERE erased.subject = kept.subject)"""
KEEP = text("INSERT INTO vault" + ROWS)
SHARE = text("INSERT INTO exchange.lent" + ROWS)
IMPORT = text("""
    INSERT INTO vault (ref, subject, value)
    SELECT wanted.ref, wanted.subject, lent.value
    FROM unnest(CAST(:ref AS uuid[]), CAST(:subject AS text[])) AS wanted (ref, subject)
    JOIN exchange.lent USING (ref)
    WHERE NOT EXISTS (SELECT FROM erased WHERE erased.subject = wanted.subject)
    ON CONFLICT DO NOTHING""")
TOMBSTONES = text("INSERT INTO erased (subject) SELECT unnest(CAST(:subjects AS text[])) ON CONFLICT DO NOTHING")
EMPTY = delete(vault).where(vault.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))
EMPTY_SHARED = delete(shared_texts).where(shared_texts.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """A value to store: anything that JSON can hold."""

    ref: UUID
    subject: str
    value: Any


async def keep(tx: AsyncConnection, entries: Sequence[VaultEntry], *, shared: Collection[UUID] = ()) -> None:
    """Stores the entries; those in `shared` also for other services. Under the append lock: nothing is stored for a
    subject that is erased, whoever still writes about it."""
    if entries:
        await tx.execute(KEEP, rows(entries))
    if shared:
        await tx.execute(SHARE, rows([entry for entry in entries if entry.ref in shared]))


async def import_shared(tx: AsyncConnection, texts: Sequence[tuple[UUID, str]]) -> None:
    """Copies texts that another service shares: (reference, the subject that they belong to here)."""
    if texts:
        await tx.execute(IMPORT, {"ref": [ref for ref, _ in texts], "subject": [subject for _, subject in texts]})


async def read(tx: AsyncConnection, refs: Collection[UUID]) -> Mapping[UUID, Any]:
    """Values by reference. Erased ones are absent."""
    if not refs:
        return {}
    return {row.ref: row.value for row in await tx.execute(READ, {"refs": list(refs)})}


async def read_subjects(tx: AsyncConnection, subjects: Collection[str]) -> Mapping[str, Mapping[UUID, Any]]:
    """All values of these subjects, by subject and reference."""
    values: dict[str, dict[UUID, Any]] = {subject: {} for subject in subjects}
    async for row in in_slices(await tx.execute(OF_SUBJECTS, {"subjects": list(subjects)})):
        values[row.subject][row.ref] = row.value
    return values


async def erase(tx: AsyncConnection, subjects: Collection[str]) -> None:
    if not subjects:
        return
    parameters = {"subjects": list(subjects)}
    await tx.execute(TOMBSTONES, parameters)
    await tx.execute(EMPTY, parameters)
    await tx.execute(EMPTY_SHARED, parameters)
