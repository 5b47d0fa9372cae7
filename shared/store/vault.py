"""Personal data and free text, apart from the events: kept by reference, emptied by subject.

`lent` is a table that all services share: a text which one service took and another shows (the name of a deal at
hand-over) crosses there, never in an event.
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


class VaultColumns(TypedColumns):
    ref: Named[UUID] = Column(Uuid, primary_key=True)
    subject: Named[str] = Column(Text, index=True)
    value: Named[Any] = Column(JSONB)


class ErasedColumns(TypedColumns):
    subject: Named[str] = Column(Text, primary_key=True)
    erased_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp())


class LentColumns(TypedColumns):
    ref: Named[UUID] = Column(Uuid, primary_key=True)
    subject: Named[str] = Column(Text, index=True)
    value: Named[Any] = Column(JSONB)


lent_metadata = MetaData()
vault = Table("vault", metadata, VaultColumns)
erased = Table("erased", metadata, ErasedColumns)
lent = Table("lent", lent_metadata, LentColumns, schema="exchange")

READ = select(vault.c.ref, vault.c.value).where(vault.c.ref == any_(bindparam("refs", type_=ARRAY(Uuid))))
OF_SUBJECTS = select(vault).where(vault.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))
ROWS = """ (ref, subject, value)
    SELECT ref, subject, value FROM jsonb_populate_recordset(CAST(NULL AS vault), CAST(:rows AS jsonb)) AS kept
    WHERE NOT EXISTS (SELECT FROM erased WHERE erased.subject = kept.subject)"""
KEEP = text("INSERT INTO vault" + ROWS)
LEND = text("INSERT INTO exchange.lent" + ROWS)
ADOPT = text("""
    INSERT INTO vault (ref, subject, value)
    SELECT wanted.ref, wanted.subject, lent.value
    FROM unnest(CAST(:ref AS uuid[]), CAST(:subject AS text[])) AS wanted (ref, subject)
    JOIN exchange.lent USING (ref)
    WHERE NOT EXISTS (SELECT FROM erased WHERE erased.subject = wanted.subject)
    ON CONFLICT DO NOTHING""")
TOMBSTONES = text("INSERT INTO erased (subject) SELECT unnest(CAST(:subjects AS text[])) ON CONFLICT DO NOTHING")
EMPTY = delete(vault).where(vault.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))
EMPTY_LENT = delete(lent).where(lent.c.subject == any_(bindparam("subjects", type_=ARRAY(Text))))


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """One value for the vault, as JSON has it."""

    ref: UUID
    subject: str
    value: Any


async def keep(tx: AsyncConnection, kept: Sequence[VaultEntry], *, lend: Collection[UUID] = ()) -> None:
    """Under the append lock: nothing is kept for a subject that is erased, whoever still writes about it."""
    if kept:
        await tx.execute(KEEP, rows(kept))
    if lend:
        await tx.execute(LEND, rows([one for one in kept if one.ref in lend]))


async def adopt(tx: AsyncConnection, wanted: Sequence[tuple[UUID, str]]) -> None:
    """Takes over values that another service lent: (reference, the subject they belong to here)."""
    if wanted:
        await tx.execute(ADOPT, {"ref": [ref for ref, _ in wanted], "subject": [subject for _, subject in wanted]})


async def read(tx: AsyncConnection, refs: Collection[UUID]) -> Mapping[UUID, Any]:
    """Values by reference; an erased one is absent."""
    if not refs:
        return {}
    return {row.ref: row.value for row in await tx.execute(READ, {"refs": list(refs)})}


async def read_subjects(tx: AsyncConnection, subjects: Collection[str]) -> Mapping[str, Mapping[UUID, Any]]:
    """All values of these subjects, by subject and reference."""
    values: dict[str, dict[UUID, Any]] = {subject: {} for subject in subjects}
    for row in await tx.execute(OF_SUBJECTS, {"subjects": list(subjects)}):
        values[row.subject][row.ref] = row.value
    return values


async def erase(tx: AsyncConnection, subjects: Collection[str]) -> None:
    if not subjects:
        return
    everyone = {"subjects": list(subjects)}
    await tx.execute(TOMBSTONES, everyone)
    await tx.execute(EMPTY, everyone)
    await tx.execute(EMPTY_LENT, everyone)
