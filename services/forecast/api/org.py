"""The organisation: its nodes one by one, and the chart at an instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from services.forecast.org.commands import EndNode, From, NodeBody, PlaceNode
from services.forecast.org.decider import ALL, DECIDER
from services.forecast.org.events import NodeKind
from services.forecast.org.node_history import span_at
from services.forecast.org.state import OrgState
from shared.rules.message import BEGINNING, Instant, Slug
from shared.rules.sealed import Sealed
from shared.web.call import Accepted, Call, Folded, Needs
from shared.web.openapi import READ_AFTER_THIS, response_links

router = APIRouter(tags=["organisation"])
Admin = Annotated[Call, Depends(Needs("admin"))]
NodeId = Annotated[Slug, Path()]


class NodeView(BaseModel):
    """`starts`: since when it stands there; null from the beginning. An inactive one stays where it stood."""

    node_id: str
    name: str | None
    kind: NodeKind
    parent: str | None
    active: bool
    starts: datetime | None


class OrgView(BaseModel):
    as_of: datetime
    nodes: list[NodeView]


NODE = "$request.path.node_id"
LED_TO = response_links(
    chart=("GET /forecast/v1/org", READ_AFTER_THIS),
    rollup=("GET /forecast/v1/rollup", {"query.node": NODE, **READ_AFTER_THIS}),
    deals=("GET /forecast/v1/rollup/{node_id}/opportunities", {"node_id": NODE, **READ_AFTER_THIS}),
    end=("DELETE /forecast/v1/org/nodes/{node_id}", {"node_id": NODE}),
)


@router.put("/org/nodes/{node_id}", responses={200: LED_TO})
async def place(node_id: NodeId, body: NodeBody, call: Admin) -> Accepted:
    """Places a node, or changes it from an instant on. There is one root, and no cycle at any instant."""
    known = await names(call, [node_id])
    command = PlaceNode(node=node_id, same_as=same(known, node_id, body.name), **body.model_dump())
    done = await call.write(DECIDER, ALL, command)
    return Accepted(position=done.position)


@router.delete("/org/nodes/{node_id}")
async def end(node_id: NodeId, call: Admin, starts: Annotated[From | None, Query(alias="from")] = None) -> Accepted:
    """From then on, by default now, the node is inactive. It stays in the chart, with what it has closed."""
    done = await call.write(DECIDER, ALL, EndNode(node=node_id, starts=starts))
    return Accepted(position=done.position)


@router.get("/org")
async def chart(
    call: Annotated[Call, Depends(Needs("forecast:read"))], as_of: Annotated[Instant | None, Query()] = None
) -> OrgView:
    """Every node that was there at that instant, by default now; by id."""
    at = as_of or call.context.clock_and_ids.now()
    known = await call.fold(DECIDER, ALL, all_names, may_be_new=True)
    return OrgView(as_of=at, nodes=[view for node in sorted(known.state.nodes) if (view := shown(known, node, at))])


def shown(known: Folded[OrgState], node: str, at: datetime) -> NodeView | None:
    found = known.state.nodes[node]
    stay = span_at(found.history, at)
    if stay is None:
        return None
    return NodeView(
        node_id=node,
        name=known.text(found.name),
        kind=stay.place.kind,
        parent=stay.place.parent,
        active=stay.active,
        starts=None if stay.starts == BEGINNING else stay.starts,
    )


def all_names(org: OrgState) -> Sequence[Sealed[Any] | None]:
    return [org.nodes[node].name for node in org.nodes]


async def names(call: Call, nodes: Sequence[str]) -> Folded[OrgState]:
    """The organisation with these nodes' names."""
    return await call.fold(
        DECIDER, ALL, lambda org: [org.nodes[node].name for node in nodes if node in org.nodes], may_be_new=True
    )


def same(known: Folded[OrgState], node: str, name: str) -> UUID | None:
    """The reference to the node's name in the vault, when it is this one: what is stored tells no names."""
    found = known.state.nodes.get(node)
    return found.name.ref if found and found.name and known.text(found.name) == name else None
