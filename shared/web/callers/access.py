"""API keys: random, stored as hashes, with scopes, an expiry and a lineage that survives rotation. A session's token is
accepted as the key with which the person signed in (`shared/web/callers/sessions.py`)."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    ForeignKey,
    MetaData,
    Named,
    Row,
    Table,
    Text,
    TypedColumns,
    Uuid,
    any_,
    bindparam,
    func,
    insert,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.web.recently_used import RecentlyUsed

Scope = str
ADMIN, ACT_AS, HISTORY_WRITE, EVENTS_READ = "admin", "act_as", "history:write", "events:read"
METRICS_READ = "metrics:read"
"""The scope for counts and rates without amounts."""
COMMON_SCOPES: tuple[Scope, ...] = (EVENTS_READ, METRICS_READ, HISTORY_WRITE, ACT_AS, ADMIN)
"""Scopes that mean the same in every service; each service declares more (`Service.scopes`)."""
NOT_WHILE_ACTING = frozenset({ADMIN, HISTORY_WRITE})
"""Scopes that do not count in a request on behalf of an org node."""
CACHE_SPAN = timedelta(seconds=4)
"""With the second until open requests are checked, a revoked key ends within five."""
MAX_CACHED = 10_000
"""Keys that are known, and again keys that are not."""

access_metadata = MetaData()


class KeyColumns(TypedColumns):
    key_id: Named[UUID] = Column(Uuid, primary_key=True)
    hash: Named[str] = Column(Text, unique=True)
    lineage: Named[UUID] = Column(Uuid)
    name: Named[str] = Column(Text)
    scopes: Named[list[str]] = Column(ARRAY(Text))
    node: Named[str | None] = Column(Text)
    owner: Named[str | None] = Column(Text)
    settings: Named[dict[str, Any] | None] = Column(JSONB(none_as_null=True))
    created_at: Named[datetime] = Column(DateTime(timezone=True), server_default=func.clock_timestamp())
    expires_at: Named[datetime | None] = Column(DateTime(timezone=True))
    revoked_at: Named[datetime | None] = Column(DateTime(timezone=True))
    created_by: Named[str | None] = Column(Text)
    revoked_by: Named[str | None] = Column(Text)


class SessionColumns(TypedColumns):
    session_id: Named[UUID] = Column(Uuid, primary_key=True)
    hash: Named[str] = Column(Text, unique=True)
    key_id: Named[UUID] = Column(Uuid, ForeignKey("access.keys.key_id"))
    created_at: Named[datetime] = Column(DateTime(timezone=True))
    expires_at: Named[datetime] = Column(DateTime(timezone=True), index=True)


keys = Table("keys", access_metadata, KeyColumns, schema="access")
sessions = Table("sessions", access_metadata, SessionColumns, schema="access")
HASHES = any_(bindparam("hashes", type_=ARRAY(Text)))
VALID = union_all(
    select(keys, keys.c.hash.label("secret_hash"), keys.c.expires_at.label("valid_until")).where(
        keys.c.hash == HASHES, keys.c.revoked_at.is_(None)
    ),
    select(keys, sessions.c.hash, func.least(keys.c.expires_at, sessions.c.expires_at))
    .join_from(sessions, keys, keys.c.key_id == sessions.c.key_id)
    .where(sessions.c.hash == HASHES, keys.c.revoked_at.is_(None)),
)
"""Keys by their own hash, or by that of a session: those that are not revoked. They may have expired."""


@dataclass(frozen=True)
class Caller:
    """The sender of a request. `lineage`: of its key, the same after a rotation. `node`: the org node that the key is
    tied to. `on_behalf_of`: the org node that the request acts for. `is_lenient`: as if each request preferred
    `handling=lenient`. `secret_hash`: of the key or of the session's token; none for a caller without a key, as is
    `key_id`. `owner`: the person in charge of the key."""

    name: str
    lineage: UUID
    scopes: frozenset[Scope]
    node: str | None = None
    expires_at: datetime | None = None
    on_behalf_of: str | None = None
    is_lenient: bool = False
    secret_hash: str | None = field(default=None, repr=False)
    key_id: UUID | None = None
    owner: str | None = None

    @property
    def place(self) -> tuple[str | None, str | None]:
        """The part of the organisation that the caller is confined to: by its key, and in this request. Callers of
        different places see different answers."""
        return self.node, self.on_behalf_of

    @property
    def confined_to(self) -> str | None:
        """The node that this request is confined to."""
        return self.on_behalf_of or self.node

    @property
    def is_endless(self) -> bool:
        """Whether no key or token can end while a request is in progress: so at an entrance."""
        return self.secret_hash is None and self.expires_at is None

    @property
    def is_confined(self) -> bool:
        return self.place != (None, None)


def hash_secret(secret: str) -> str:
    """A fast hash is enough: the secret has 256 random bits and cannot be guessed."""
    return sha256(secret.encode()).hexdigest()


@dataclass
class Access:
    """Finds callers by their keys. Results are cached: a revoked key may be accepted for `CACHE_SPAN`. Keys that nobody
    has are cached apart: however many are guessed, those of callers stay."""

    engine: AsyncEngine
    now: Callable[[], datetime]
    known: RecentlyUsed[str, tuple[datetime, Caller]] = field(default_factory=lambda: RecentlyUsed(MAX_CACHED))
    """The caller by the hash of the key, and until when the entry is used."""
    unknown: RecentlyUsed[str, datetime] = field(default_factory=lambda: RecentlyUsed(MAX_CACHED))

    async def caller(self, secret: str, check_unknown: Callable[[], object] = lambda: None) -> Caller | None:
        """The caller; None for a key that is unknown, revoked or expired. For a key that is not known to be valid
        `check_unknown` is called before any query; it may raise."""
        now = self.now()
        index = hash_secret(secret)
        used_until, caller = self.known.get(index) or (self.unknown.get(index) or now, None)
        if unless_expired(now, caller) is None:
            check_unknown()
        if used_until <= now:
            caller = (await self.refresh([index])).get(index)
        return unless_expired(now, caller)

    async def refresh(self, hashes: Collection[str]) -> Mapping[str, Caller]:
        """The callers by the hashes of their keys, from the database; also caches them."""
        now, callers = self.now(), await self.look_up(hashes)
        for index in hashes:
            self.put(index, now + CACHE_SPAN, callers.get(index))
        return callers

    def put(self, index: str, used_until: datetime, caller: Caller | None) -> None:
        if caller is None:
            self.known.remove(index)
            self.unknown.put(index, used_until)
        else:
            self.unknown.remove(index)
            self.known.put(index, (used_until, caller))

    async def look_up(self, hashes: Collection[str]) -> dict[str, Caller]:
        """The callers by the hashes of their secrets, without those that are unknown or revoked."""
        async with self.engine.connect() as tx:
            found = (await tx.execute(VALID, {"hashes": list(hashes)})).all()
        return {row.secret_hash: caller_of(row) for row in found}


def caller_of(row: Row[Any]) -> Caller:
    return Caller(
        row.name,
        row.lineage,
        frozenset(row.scopes),
        row.node,
        row.valid_until,
        is_lenient=(row.settings or {}).get("handling") == "lenient",
        secret_hash=row.secret_hash,
        key_id=row.key_id,
        owner=row.owner,
    )


def unless_expired(now: datetime, caller: Caller | None) -> Caller | None:
    """The caller; None when the key has expired."""
    return None if caller and caller.expires_at and caller.expires_at <= now else caller


async def valid_lineages(tx: AsyncConnection, lineages: Collection[UUID], now: datetime) -> set[UUID]:
    """The lineages among these that have a key which is neither revoked nor expired."""
    if not lineages:
        return set()
    is_valid = keys.c.revoked_at.is_(None) & (keys.c.expires_at.is_(None) | (keys.c.expires_at > now))
    return set((await tx.execute(select(keys.c.lineage).where(keys.c.lineage.in_(lineages), is_valid))).scalars())


async def create(
    tx: AsyncConnection,
    key_id: UUID,
    name: str,
    scopes: Collection[str],
    *,
    node: str | None = None,
    owner: str | None = None,
    settings: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
    lineage: UUID | None = None,
    secret: str | None = None,
    created_by: str | None = None,
) -> str:
    """Returns the secret, which is stored nowhere. `node`: the org node that the key is tied to. `owner`: the person in
    charge of it. `settings`: of a connector. `created_by`: the id of the key with which this one was requested."""
    secret = secret or f"fc_{secrets.token_urlsafe(32)}"
    row = {
        "key_id": key_id,
        "hash": hash_secret(secret),
        "lineage": lineage or key_id,
        "name": name,
        "scopes": sorted(scopes),
        "node": node,
        "owner": owner,
        "settings": settings,
        "expires_at": expires_at,
        "created_by": created_by,
    }
    await tx.execute(insert(keys).values(row))
    return secret


async def rotate(tx: AsyncConnection, key_id: UUID, new_id: UUID, *, created_by: str | None = None) -> str | None:
    """A new secret with the same properties and lineage; the old one stays valid until it is revoked. None when
    there is no such key."""
    row = (await tx.execute(select(keys).where(keys.c.key_id == key_id))).one_or_none()
    if row is None:
        return None
    return await create(
        tx,
        new_id,
        row.name,
        row.scopes,
        node=row.node,
        owner=row.owner,
        settings=row.settings,
        expires_at=row.expires_at,
        lineage=row.lineage,
        created_by=created_by,
    )


async def revoke(tx: AsyncConnection, key_id: UUID, *, revoked_by: str | None = None) -> bool:
    """False when there is no such key, or it is revoked already."""
    this_key = (keys.c.key_id == key_id) & keys.c.revoked_at.is_(None)
    values = {"revoked_at": func.clock_timestamp(), "revoked_by": revoked_by}
    return (await tx.execute(update(keys).where(this_key).values(values))).rowcount == 1


def key_state(row: Row[KeyColumns], now: datetime) -> Literal["valid", "expired", "revoked"]:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and row.expires_at <= now else "valid"
