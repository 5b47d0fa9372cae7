"""Names of nodes by their ids: for lists that name owners."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.forecast.api.node_views import NAMES
from services.forecast.api.places import ReadsBelow
from services.forecast.projections.ledger import node_names
from shared.rules.fields import Line
from shared.rules.message import Message

router = APIRouter(tags=["organisation"])


class NodeIds(Message):
    ids: Annotated[tuple[Line, ...], Field(min_length=1, max_length=1000)]


class NamedNode(BaseModel):
    node_id: str
    name: str


class NamedNodes(BaseModel):
    items: list[NamedNode]


@router.post("/org/lookup")
async def look_up_node_names(body: NodeIds, call: ReadsBelow) -> NamedNodes:
    """Look up the names of nodes, in the order of their ids. Nodes without a name and unknown ids are left out."""
    async with call.read() as tx:
        visible = [node for node in body.ids if call.subtree.includes(node)]
        names = {**NAMES, **await node_names.read(tx, visible)}
    return NamedNodes(items=[NamedNode(node_id=node, name=names[node]) for node in sorted({*visible} & names.keys())])
