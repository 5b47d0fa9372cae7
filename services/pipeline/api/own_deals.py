"""The deals that a confined caller may see and change: those whose owner is in its part of the organisation."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.opportunity.state import NotExisting, State
from shared.rules.message import Denied, Missing, Rejected
from shared.web.callers.place import Subtree
from shared.web.routing.call import Call

Permit = Callable[[State], None]


async def is_visible(tx: AsyncConnection, state: State, subtree: Subtree) -> bool:
    return not isinstance(state, NotExisting) and subtree.includes(state.fields.owner)


async def permit_change(call: Call, to_owner: str | None = None) -> Permit | None:
    """`to_owner`: the owner that the deal is given to. None for a caller who may change every deal."""
    if not call.caller.is_confined:
        return None
    subtree = await call.current_subtree()

    def permit(state: State) -> None:
        if isinstance(state, NotExisting) or not subtree.includes(state.fields.owner):
            raise Missing("there is no such opportunity")
        must_be_inside(subtree, to_owner)

    return permit


async def permit_opening(call: Call, owner: str) -> Permit | None:
    """The permit for opening a deal for this owner; None for a caller who may open deals for every owner."""
    if not call.caller.is_confined:
        return None
    subtree = await call.current_subtree()

    def permit(state: State) -> None:
        must_be_inside(subtree, owner)
        if not isinstance(state, NotExisting) and not subtree.includes(state.fields.owner):
            raise Rejected("taken before, with another content")

    return permit


def must_be_inside(subtree: Subtree, owner: str | None) -> None:
    if owner is not None and not subtree.includes(owner):
        raise Denied(f"the owner {owner} is not below {subtree.node}")
