"""API keys: random, stored hashed, with scopes, an owner, an expiry and a lineage that survives rotation."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, get_args
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
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Scope = Literal[
    "leads:write",
    "leads:read",
    "people:read",
    "people:erase",
    "qualification:write",
    "pipeline:read",
    "pipeline:write",
    "pipeline:correct",
    "events:read",
    "forecast:read",
    "forecast:write",
    "history:write",
    "act_as",
    "admin",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
CACHED = timedelta(seconds=5)

access_metadata = MetaData()


class KeyColumns(TypedColumns):
    key_id: Named[UUID] = Column(Uuid, primary_key=True)
    hash: Named[str] = Column(Text, unique=True)
    lineage: Named[UUID] = Column(Uuid)
    name: Named[str] = Column(Text)
    scopes: Named[list[str]] = Column(ARRAY(Text))
    node: Named[str | None] = Column(Text)
    created_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp())
    expires_at: Named[datetime | None] = Column(DateTime(timezone=True))
    revoked_at: Named[datetime | None] = Column(DateTime(timezone=True))


keys = Table("keys", access_metadata, KeyColumns, schema="access")


@dataclass(frozen=True)
class Caller:
    """Who sends a request. `node`: the org node that the key is tied to."""

    name: str
    lineage: UUID
    scopes: frozenset[str]
    node: str | None
    expires_at: datetime | None


def hash_secret(secret: str) -> str:
    """A fast hash is right here: the secret has 256 random bits, so there is nothing to guess."""
    return sha256(secret.encode()).hexdigest()


@dataclass
class Access:
    """Looks keys up, and remembers what it found for five seconds: so long a revoked key may still be let in."""

    engine: AsyncEngine
    now: Callable[[], datetime]
    found: dict[str, tuple[datetime, Caller | None]] = field(default_factory=dict)

    async def caller(self, secret: str, stranger: Callable[[], object] = lambda: None) -> Caller | None:
        """None for a key that is unknown, revoked or expired. `stranger` is called before anything is looked up for a
        key that was not valid when it was last seen, and may refuse it."""
        now = self.now()
        index = hash_secret(secret)
        known = self.found.get(index)
        if known is None or unless_expired(now, known[1]) is None:
            stranger()
        if known is None or known[0] <= now:
            known = (now + CACHED, await self.look_up(index))
            self.remember(index, known)
        return unless_expired(now, known[1])

    def remember(self, index: str, known: tuple[datetime, Caller | None]) -> None:
        if len(self.found) >= 10_000:
            self.found.clear()
        self.found[index] = known

    async def look_up(self, index: str) -> Caller | None:
        query = select(keys).where(keys.c.hash == index, keys.c.revoked_at.is_(None))
        async with self.engine.connect() as tx:
            row = (await tx.execute(query)).one_or_none()
        return None if row is None else Caller(row.name, row.lineage, frozenset(row.scopes), row.node, row.expires_at)


def unless_expired(now: datetime, caller: Caller | None) -> Caller | None:
    """Unless the key expired before now."""
    return None if caller and caller.expires_at and caller.expires_at <= now else caller


async def create(
    tx: AsyncConnection,
    key_id: UUID,
    name: str,
    scopes: Collection[str],
    *,
    node: str | None = None,
    expires_at: datetime | None = None,
    lineage: UUID | None = None,
    secret: str | None = None,
) -> str:
    """Returns the key itself, which is stored nowhere."""
    secret = secret or f"fc_{secrets.token_urlsafe(32)}"
    row = {
        "key_id": key_id,
        "hash": hash_secret(secret),
        "lineage": lineage or key_id,
        "name": name,
        "scopes": sorted(scopes),
        "node": node,
        "expires_at": expires_at,
    }
    await tx.execute(insert(keys).values(row))
    return secret


async def rotate(tx: AsyncConnection, key_id: UUID, new_id: UUID) -> str | None:
    """A new secret with the same name, scopes, node and lineage; the old one stays valid until it is revoked."""
    row = (await tx.execute(select(keys).where(keys.c.key_id == key_id))).one_or_none()
    if row is None:
        return None
    return await create(tx, new_id, row.name, row.scopes, node=row.node, expires_at=row.expires_at, lineage=row.lineage)


async def revoke(tx: AsyncConnection, key_id: UUID) -> bool:
    """False when there is no such key that is still valid."""
    mine = (keys.c.key_id == key_id) & keys.c.revoked_at.is_(None)
    return (await tx.execute(update(keys).where(mine).values(revoked_at=func.clock_timestamp()))).rowcount == 1
