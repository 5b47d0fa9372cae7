"""API keys for administrators: list, rotate, revoke. A key gives no scope that it lacks: who rotates one needs all of
its scopes."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rules.message import Missing, Rejected
from shared.web.callers import access
from shared.web.callers.access import KeyColumns, Scope
from shared.web.errors.problems import Forbidden
from shared.web.requests import conditions
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

log = structlog.get_logger()
router = APIRouter(tags=["access"])
Admin = Annotated[Call, Depends(Needs("admin"))]
CREATION_ORDER = access.keys.c.created_at, access.keys.c.key_id


class KeyView(BaseModel):
    """`lineage`: the same in all keys that were made of one by rotation. `created_by`, `revoked_by`: the `key_id` of
    the caller's key; null on the command line. `handling`: whether each request prefers `handling=lenient`."""

    key_id: UUID
    name: str
    scopes: list[str]
    owner: str | None
    node: str | None
    handling: Literal["strict", "lenient"]
    lineage: UUID
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    state: Literal["valid", "expired", "revoked"]


class CreatedKeyView(KeyView):
    """`secret`: the key itself, shown this once."""

    secret: str


@router.get("/keys")
async def list_keys(call: Admin, limit: Limit = 100, after: Cursor = None) -> Page[KeyView]:
    """List all keys there ever were, without their secrets, in the order of their creation."""
    query = select(access.keys).order_by(*CREATION_ORDER).limit(limit + 1)
    if cursor := decode_cursor(after, datetime.fromisoformat, UUID):
        query = query.where(tuple_(*CREATION_ORDER) > tuple_(*cursor))
    async with call.context.reads.connect() as tx:
        rows = (await tx.execute(query)).all()
    now = call.context.clock_and_ids.now()
    return make_page([key_view(row, now) for row in rows], limit, lambda key: [key.created_at, str(key.key_id)])


@router.post("/keys/{key_id}/rotate", status_code=201)
async def rotate_key(key_id: UUID, call: Admin) -> CreatedKeyView:
    """Create another secret for a key. The old one stays valid until it is revoked."""
    refuse_idempotency_key(call)
    new_id, now = call.context.clock_and_ids.new_id(), call.context.clock_and_ids.now()
    async with call.context.committer.engine.begin() as tx:
        row = await find_key(tx, key_id)
        if (state := access.key_state(row, now)) != "valid":
            raise Rejected(f"the key {key_id} is {state}")
        require_scopes(call, row.scopes)
        secret = await access.rotate(tx, key_id, new_id, created_by=requested_by(call))
        if secret is None:
            raise missing_key(key_id)
        row = await find_key(tx, new_id)
    log.info("key_rotated", key_id=str(key_id), new_key_id=str(new_id), by=requested_by(call))
    return created_view(row, now, secret)


@router.post("/keys/{key_id}/revoke")
async def revoke_key(key_id: UUID, call: Admin) -> KeyView:
    """End a key, and all sessions that were started with it, within five seconds. A repeat changes nothing."""
    async with call.context.committer.engine.begin() as tx:
        is_revoked = await access.revoke(tx, key_id, revoked_by=requested_by(call))
        row = await find_key(tx, key_id)
    if is_revoked:
        log.info("key_revoked", key_id=str(key_id), by=requested_by(call))
    return key_view(row, call.context.clock_and_ids.now())


def key_view(row: Row[KeyColumns], now: datetime) -> KeyView:
    return KeyView(
        key_id=row.key_id,
        name=row.name,
        scopes=row.scopes,
        owner=row.owner,
        node=row.node,
        handling=(row.settings or {}).get("handling", "strict"),
        lineage=row.lineage,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        state=access.key_state(row, now),
    )


def created_view(row: Row[KeyColumns], now: datetime, secret: str) -> CreatedKeyView:
    return CreatedKeyView(**dict(key_view(row, now)), secret=secret)


def require_scopes(call: Call, requested: Collection[Scope]) -> None:
    """Raises `Forbidden`."""
    errors = [
        {"pointer": f"/scopes/{number}", "detail": f"the caller lacks {scope}"}
        for number, scope in enumerate(requested)
        if scope not in call.caller.scopes
    ]
    if errors:
        raise Forbidden("a key gives no scope that it lacks", errors=errors)


def refuse_idempotency_key(call: Call) -> None:
    """A repeat would have to return the secret again, which is stored nowhere."""
    conditions.refuse_idempotency_key(call.request.headers, "here: a secret is shown once")


def requested_by(call: Call) -> str:
    return str(call.caller.key_id or call.caller.name)


async def find_key(tx: AsyncConnection, key_id: UUID) -> Row[KeyColumns]:
    """Raises `Missing`."""
    row = (await tx.execute(select(access.keys).where(access.keys.c.key_id == key_id))).one_or_none()
    if row is None:
        raise missing_key(key_id)
    return row


def missing_key(key_id: UUID) -> Missing:
    return Missing(f"there is no key {key_id}")
