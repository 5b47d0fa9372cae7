"""Answers already given, kept in the transaction of the events they tell of: ids and positions, never text."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    Named,
    Table,
    Text,
    TypedColumns,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store.event_store import metadata
from shared.store.rows import rows


class AnswerColumns(TypedColumns):
    key: Named[str] = Column(Text, primary_key=True)
    fingerprint: Named[str] = Column(Text)
    stream: Named[str] = Column(Text)
    version: Named[int] = Column(Integer)
    position: Named[int] = Column(BigInteger)
    created: Named[bool] = Column(Boolean)
    body: Named[dict[str, Any]] = Column(JSONB)
    given_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp(), index=True)


answers = Table("answers", metadata, AnswerColumns)
FRESH = text("interval '72 hours'")
FIND = select(answers).where(
    answers.c.key == any_(bindparam("keys", type_=ARRAY(Text))),
    answers.c.given_at > func.clock_timestamp() - FRESH,
)
KEEP = text("""
    INSERT INTO answers (key, fingerprint, stream, version, position, created, body)
    SELECT key, fingerprint, stream, version, position, created, body
    FROM jsonb_populate_recordset(CAST(NULL AS answers), CAST(:rows AS jsonb))
    ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, stream = excluded.stream,
        version = excluded.version, position = excluded.position, created = excluded.created, body = excluded.body,
        given_at = clock_timestamp()""")
EXPIRE = text("DELETE FROM answers WHERE given_at < clock_timestamp() - interval '72 hours'")


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer under its key: caller's lineage, method, path and Idempotency-Key."""

    key: str
    fingerprint: str
    stream: str
    version: int
    position: int
    created: bool
    body: Mapping[str, Any]


async def find(tx: AsyncConnection, keys: Collection[str]) -> Mapping[str, StoredResponse]:
    if not keys:
        return {}
    rows = await tx.execute(FIND, {"keys": list(keys)})
    return {row.key: StoredResponse(*row[:7]) for row in rows}


async def keep(tx: AsyncConnection, given: Sequence[StoredResponse]) -> None:
    if given:
        await tx.execute(KEEP, rows(given))


async def expire(tx: AsyncConnection) -> int:
    """Forgets answers older than 72 hours; returns how many."""
    return (await tx.execute(EXPIRE)).rowcount
