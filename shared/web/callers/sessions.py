"""Sessions: a person signs in with an API key once, and the browser holds a token instead. Services accept the token as
they accept the key, with its scopes and its place, until the session ends or the key does."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.web.callers.access import SessionColumns, hash_secret, keys, sessions

LIFETIME = timedelta(hours=12)


@dataclass(frozen=True)
class Session:
    """`expires_at`: services may refuse its token earlier, when its key ends."""

    session_id: UUID
    key_id: UUID
    expires_at: datetime


async def start(tx: AsyncConnection, session_id: UUID, key: str, now: datetime) -> str | None:
    """Returns the token, which is stored nowhere; none for a key that is unknown, revoked or expired. Sessions that
    have expired are deleted."""
    await delete_expired(tx, now)
    is_valid = keys.c.revoked_at.is_(None) & or_(keys.c.expires_at.is_(None), keys.c.expires_at > now)
    found = select(keys.c.key_id).where(keys.c.hash == hash_secret(key), is_valid)
    key_id = (await tx.execute(found)).scalar_one_or_none()
    if key_id is None:
        return None
    token = f"fs_{secrets.token_urlsafe(32)}"
    row = {
        "session_id": session_id,
        "hash": hash_secret(token),
        "key_id": key_id,
        "created_at": now,
        "expires_at": now + LIFETIME,
    }
    await tx.execute(insert(sessions).values(row))
    return token


async def find(tx: AsyncConnection, token: str, now: datetime) -> Session | None:
    """The session; None when it was ended or has expired, or its key was revoked or has expired."""
    is_valid = keys.c.revoked_at.is_(None) & or_(keys.c.expires_at.is_(None), keys.c.expires_at > now)
    query = (
        select(sessions)
        .join_from(sessions, keys, keys.c.key_id == sessions.c.key_id)
        .where(sessions.c.hash == hash_secret(token), sessions.c.expires_at > now, is_valid)
    )
    row: Row[SessionColumns] | None = (await tx.execute(query)).one_or_none()
    return None if row is None else Session(row.session_id, row.key_id, row.expires_at)


async def end(tx: AsyncConnection, token: str) -> bool:
    """False when there is no such session."""
    return (await tx.execute(delete(sessions).where(sessions.c.hash == hash_secret(token)))).rowcount == 1


async def delete_expired(tx: AsyncConnection, now: datetime) -> int:
    """Returns how many there were."""
    return (await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))).rowcount
