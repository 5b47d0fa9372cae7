"""Responses by idempotency key, stored in the transaction of their events: ids and positions, never text."""

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


class ResponseColumns(TypedColumns):
    key: Named[str] = Column(Text, primary_key=True)
    fingerprint: Named[str] = Column(Text)
    stream: Named[str] = Column(Text)
    version: Named[int] = Column(Integer)
    position: Named[int] = Column(BigInteger)
    created: Named[bool] = Column(Boolean)
    body: Named[dict[str, Any]] = Column(JSONB)
    given_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp(), index=True)


responses = Table("answers", metadata, ResponseColumns)
FRESH = text("interval '72 hours'")
FIND = select(responses).where(
    responses.c.key == any_(bindparam("keys", type_=ARRAY(Text))),
    responses.c.given_at > func.clock_timestamp() - FRESH,
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
    """`key`: a digest of the caller's lineage and place, the method, the path and the Idempotency-Key."""

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
    found = await tx.execute(FIND, {"keys": list(keys)})
    return {row.key: StoredResponse(*row[:7]) for row in found}


async def keep(tx: AsyncConnection, fresh: Sequence[StoredResponse]) -> None:
    if fresh:
        await tx.execute(KEEP, rows(fresh))


async def expire(tx: AsyncConnection) -> int:
    """Deletes responses older than 72 hours; returns how many."""
    return (await tx.execute(EXPIRE)).rowcount
