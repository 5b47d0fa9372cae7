"""`funnelcast keys`: API keys are created, listed, rotated and revoked in the store."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from funnelcast.administration import database
from funnelcast.failure import Failed
from funnelcast.serving.services import SCOPES
from shared.rules.clock_and_ids import ClockAndIds
from shared.rules.fields import has_address
from shared.run.settings import Settings
from shared.web.callers import access

DURATION = re.compile(r"([0-9]{1,4})([hdw])")
HOURS_PER_UNIT = {"h": 1, "d": 24, "w": 24 * 7}
NODE = re.compile(r"[a-z0-9._-]{1,100}")
TEMPORARY_LIFETIME = timedelta(minutes=1)
LOCK_KEYS = text("LOCK TABLE access.keys IN EXCLUSIVE MODE")
SHOWN = ("key_id", "name", "scopes", "owner", "node", "lineage", "created_at", "expires_at")
"""Columns of `keys list`."""


# -- options of the command line -----------------------------------------------------------------------------------


def parse_scopes(text: str) -> list[str]:
    """Comma-separated scopes, or `all`. Raises `ValueError` for an unknown scope."""
    if text.strip() == "all":
        return list(SCOPES)
    scopes = [scope.strip() for scope in text.split(",") if scope.strip()]
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        prefix = f"unknown: {', '.join(unknown)}; " if unknown else ""
        raise ValueError(f"{prefix}scopes are all, {', '.join(SCOPES)}")
    return scopes


def parse_duration(text: str) -> timedelta:
    """`12h`, `90d`, `4w`; raises `ValueError` for anything else."""
    match = DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError("a duration must look like 12h, 90d or 4w")
    return timedelta(hours=int(match[1]) * HOURS_PER_UNIT[match[2]])


def parse_name(text: str) -> str:
    if not (text.strip() and text.isprintable() and len(text) <= 200):
        raise ValueError("a name has 1 to 200 printable characters")
    if has_address(text):
        raise ValueError("events name the key that caused them, for ever: no e-mail address can be its name")
    return text.strip()


def parse_node(text: str) -> str:
    if not NODE.fullmatch(text):
        raise ValueError("the id of an org node has 1 to 100 characters of a-z, 0-9, '.', '_' and '-'")
    return text


# -- keys ----------------------------------------------------------------------------------------------------------


async def has_keys(tx: AsyncConnection) -> bool:
    return bool((await tx.execute(select(func.count()).select_from(access.keys))).scalar_one())


async def create_first(engine: AsyncEngine, clock_and_ids: ClockAndIds, secret: str | None) -> str | None:
    """The admin key of a new system, with this secret or a new one; None when the system has keys already."""
    async with engine.begin() as tx:
        await tx.execute(LOCK_KEYS)
        if await has_keys(tx):
            return None
        return await access.create(tx, clock_and_ids.new_id(), "admin", SCOPES, secret=secret)


@asynccontextmanager
async def temporary_key(
    engine: AsyncEngine,
    clock_and_ids: ClockAndIds,
    name: str,
    scopes: Sequence[str],
    lifetime: timedelta = TEMPORARY_LIFETIME,
) -> AsyncIterator[str]:
    """A key that is revoked at the end, and expires soon in case the process is killed before."""
    key_id = clock_and_ids.new_id()
    async with engine.begin() as tx:
        secret = await access.create(tx, key_id, name, scopes, expires_at=clock_and_ids.now() + lifetime)
    try:
        yield secret
    finally:
        async with engine.begin() as tx:
            await access.revoke(tx, key_id)


async def create(
    settings: Settings,
    clock_and_ids: ClockAndIds,
    name: str,
    scopes: Sequence[str],
    node: str | None,
    lifetime: timedelta | None,
    owner: str | None = None,
) -> str:
    """The secret. `node`: the org node that the key is tied to. `owner`: the person in charge of it."""
    expires_at = clock_and_ids.now() + lifetime if lifetime else None
    async with database.open_store(settings) as engine, engine.begin() as tx:
        return await access.create(
            tx, clock_and_ids.new_id(), name, scopes, node=node, owner=owner, expires_at=expires_at
        )


async def list_keys(settings: Settings, clock_and_ids: ClockAndIds) -> list[dict[str, Any]]:
    """All keys, in the order of their creation."""
    async with database.open_store(settings) as engine, engine.connect() as tx:
        rows = (await tx.execute(select(access.keys).order_by(access.keys.c.created_at, access.keys.c.key_id))).all()
    return [key_view(row, clock_and_ids.now()) for row in rows]


def key_view(row: Row[access.KeyColumns], now: datetime) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SHOWN} | {"state": access.key_state(row, now)}


async def rotate(settings: Settings, clock_and_ids: ClockAndIds, key_id: UUID) -> str:
    """The new secret."""
    async with database.open_store(settings) as engine, engine.begin() as tx:
        await require_not_revoked(tx, key_id, clock_and_ids.now())
        secret = await access.rotate(tx, key_id, clock_and_ids.new_id())
    if secret is None:
        raise Failed(f"there is no key {key_id}")
    return secret


async def revoke(settings: Settings, clock_and_ids: ClockAndIds, key_id: UUID) -> None:
    async with database.open_store(settings) as engine, engine.begin() as tx:
        await require_not_revoked(tx, key_id, clock_and_ids.now())
        await access.revoke(tx, key_id)


async def require_not_revoked(tx: AsyncConnection, key_id: UUID, now: datetime) -> None:
    """Locks the key's row. Raises `Failed` for an unknown or a revoked key."""
    row = (await tx.execute(select(access.keys).where(access.keys.c.key_id == key_id).with_for_update())).one_or_none()
    if row is None:
        raise Failed(f"there is no key {key_id}; `funnelcast keys list` shows them")
    if access.key_state(row, now) == "revoked":
        raise Failed(f"the key {key_id} is revoked")
