"""The route by which callers learn who they are to a service, and what they may do there."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.web.callers.place import PlaceRule
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["access"])


class MeView(BaseModel):
    """`key_id`, `name`, `owner`: of the API key. `node`: the org node that the key is tied to. `on_behalf_of`: the node
    that this request acts for. `scopes`: those that count in such a request, of every service. `expires_at`: when the
    key or the session ends."""

    key_id: UUID | None
    name: str
    owner: str | None
    node: str | None
    on_behalf_of: str | None
    scopes: list[str]
    expires_at: datetime | None


@router.get("/me")
async def get_me(call: Annotated[Call, Depends(Needs(None, place=PlaceRule.UNAFFECTED))]) -> MeView:
    """Return what the caller may do, and where in the organisation. Every valid key may ask. On behalf of a node that
    is not in the organisation, or is not the key's to act for: 404."""
    caller = call.caller
    if caller.on_behalf_of is not None:
        await call.current_subtree()
    return MeView(
        key_id=caller.key_id,
        name=caller.name,
        owner=caller.owner,
        node=caller.node,
        on_behalf_of=caller.on_behalf_of,
        scopes=sorted(caller.scopes),
        expires_at=caller.expires_at,
    )
