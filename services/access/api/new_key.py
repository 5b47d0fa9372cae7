"""New API keys. Who creates one needs all of its scopes: a key gives no scope that it lacks."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter
from pydantic import Field

from services.access.api.keys import (
    Admin,
    CreatedKeyView,
    created_view,
    find_key,
    refuse_idempotency_key,
    requested_by,
    require_scopes,
)
from shared.rules.fields import Instant, Label, Slug
from shared.rules.message import InvalidField, Message
from shared.web.callers import access
from shared.web.callers.access import Scope
from shared.web.routing.call import Call

log = structlog.get_logger()
ScopeName = Annotated[Scope, Field(max_length=100)]
SETTINGS = {"strict": None, "lenient": {"handling": "lenient"}}


class NewKey(Message):
    """`owner`: the id of the person in charge of the key. `node`: the org node that it is tied to. `expires_at`: by
    default never. `handling`: `lenient` as if each request preferred `handling=lenient`."""

    name: Label
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=100)]
    owner: Label | None = None
    node: Slug | None = None
    expires_at: Instant | None = None
    handling: Literal["strict", "lenient"] = "strict"


def router(scopes: Collection[Scope]) -> APIRouter:
    """`scopes`: all that there are."""
    routes = APIRouter(tags=["access"])

    @routes.post("/keys", status_code=201)
    async def create_key(body: NewKey, call: Admin) -> CreatedKeyView:
        """Create a key. Its secret is in this answer and nowhere else."""
        refuse_idempotency_key(call)
        check_scopes(body.scopes, scopes)
        require_scopes(call, body.scopes)
        check_expiry(body.expires_at, call.context.clock_and_ids.now())
        return await create(body, call)

    return routes


async def create(body: NewKey, call: Call) -> CreatedKeyView:
    key_id = call.context.clock_and_ids.new_id()
    async with call.context.committer.engine.begin() as tx:
        secret = await access.create(
            tx,
            key_id,
            body.name,
            set(body.scopes),
            node=body.node,
            owner=body.owner,
            settings=SETTINGS[body.handling],
            expires_at=body.expires_at,
            created_by=requested_by(call),
        )
        row = await find_key(tx, key_id)
    log.info("key_created", key_id=str(key_id), by=requested_by(call))
    return created_view(row, call.context.clock_and_ids.now(), secret)


def check_scopes(requested: Collection[Scope], known: Collection[Scope]) -> None:
    for number, scope in enumerate(requested):
        if scope not in known:
            raise InvalidField(f"/scopes/{number}", f"unknown; scopes are {', '.join(known)}")


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise InvalidField("/expires_at", "must lie in the future")
