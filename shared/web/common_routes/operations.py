"""Routes for operators, the same under every service: keys that a consumer has parked."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.flow import parked, parked_actions
from shared.flow.parked_actions import Action
from shared.rules.fields import Line
from shared.rules.message import Message, Missing
from shared.rules.reaction import REACTIONS
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["operations"])
Admin = Annotated[Call, Depends(Needs("admin"))]


class ParkedKeyView(BaseModel):
    """`position` and `error`: of the key's first event. `events`: how many are parked. `wish`: the requested action."""

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
    """The fields of the list that identify a parked key."""

    subscription: Line
    source: Line
    key: Line


class RequestedActionView(BaseModel):
    """`position`: of the event that is applied first, or skipped."""

    wish: str
    position: int


@router.get("/parked")
async def list_parked_keys(call: Admin) -> ParkedView:
    """List the keys that are parked: an event that could not be applied and, behind it, later events of its key."""
    async with call.context.reads.connect() as tx:
        found = await parked.parked_keys(tx, [call.context.read_models, REACTIONS])
    return ParkedView(items=[ParkedKeyView(**vars(key)) for key in found])


@router.post("/parked/release", status_code=202)
async def release_parked_key(key: ParkedKey, call: Admin) -> RequestedActionView:
    """Request that the key's events be applied, in order. An event that fails again stays parked, with later ones."""
    return await request_action(call, key, "release")


@router.post("/parked/skip", status_code=202)
async def skip_parked_event(key: ParkedKey, call: Admin) -> RequestedActionView:
    """Request that the key's first event be left out for ever, and the others be released."""
    return await request_action(call, key, "skip")


async def request_action(call: Call, key: ParkedKey, action: Action) -> RequestedActionView:
    position = None
    if key.subscription in (call.context.read_models, REACTIONS):
        async with call.context.committer.engine.begin() as tx:
            position = await parked_actions.request_action(tx, key.subscription, key.source, key.key, action)
    if position is None:
        raise Missing(f"{key.key} of {key.source} is not parked in {key.subscription}")
    return RequestedActionView(wish=action, position=position)
