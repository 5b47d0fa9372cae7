"""Routes for the owner of a running system, the same under every service: keys that a consumer set aside."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.flow import parked
from shared.flow.parked import Action
from shared.rules.message import Line, Message, Missing
from shared.web.call import Call, Needs
from shared.web.service_context import REACTIONS

router = APIRouter(tags=["operations"])
Admin = Annotated[Call, Depends(Needs("admin"))]


class ParkedKeyView(BaseModel):
    """`position`: of the key's first event, which has the error; `events`: how many wait; `wish`: what will be done."""

    subscription: str
    source: str
    key: str
    position: int
    events: int
    error: str | None
    parked_at: datetime
    wish: str | None


class ParkedView(BaseModel):
    items: list[ParkedKeyView]


class ParkedKey(Message):
    """As the list tells it."""

    subscription: Line
    source: Line
    key: Line


class WishView(BaseModel):
    """`position`: of the event that is tried again first, or skipped."""

    wish: str
    position: int


@router.get("/parked")
async def list_parked(call: Admin) -> ParkedView:
    """Keys set aside: an event that could not be applied and, behind it, what followed for its key."""
    async with call.context.reads.connect() as tx:
        found = await parked.parked_keys(tx, [call.context.projections, REACTIONS])
    return ParkedView(items=[ParkedKeyView(**vars(key)) for key in found])


@router.post("/parked/release", status_code=202)
async def release(key: ParkedKey, call: Admin) -> WishView:
    """Apply the key's events, in order. One that fails again stays parked, with what follows it."""
    return await wish(call, key, "release")


@router.post("/parked/skip", status_code=202)
async def skip(key: ParkedKey, call: Admin) -> WishView:
    """Leave out the key's first event for ever, then release the rest."""
    return await wish(call, key, "skip")


async def wish(call: Call, key: ParkedKey, wish: Action) -> WishView:
    position = None
    if key.subscription in (call.context.projections, REACTIONS):
        async with call.context.committer.engine.begin() as tx:
            position = await parked.request_action(tx, key.subscription, key.source, key.key, wish)
    if position is None:
        raise Missing(f"{key.key} of {key.source} is not parked in {key.subscription}")
    return WishView(wish=wish, position=position)
