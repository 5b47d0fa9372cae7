"""The organisation: its nodes one by one, and all of them at an instant."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.forecast.api.moment import find_moment
from services.forecast.api.parameters import NodeId, Reads
from services.forecast.api.same_names import same_name_refs
from services.forecast.org import commands
from services.forecast.org.decider import ALL, DECIDER
from services.forecast.org.events import NodeKind
from services.forecast.org.node_history import NodeHistory, span_at
from services.forecast.periods.starts import From
from services.forecast.projections.ledger import node_names, org_nodes, org_rows
from shared.rules.fields import Instant, printable
from shared.rules.message import BEGINNING
from shared.web.documents.openapi import READ_AFTER_THIS, response_links
from shared.web.requests.paging import Cursor, Limit, decode_cursor, encode_cursor
from shared.web.requests.window import refuse_future
from shared.web.routing.call import Accepted, Call
from shared.web.routing.needs import Needs

router = APIRouter(tags=["organisation"])
Admin = Annotated[Call, Depends(Needs("admin"))]
FromQuery = Annotated[From | None, Query(alias="from")]


class OrgNodeView(BaseModel):
    """`starts`: since when the node has this position; null from the beginning. An inactive one keeps its last."""

    node_id: str
    name: str | None
    kind: NodeKind
    parent: str | None
    active: bool
    starts: datetime | None


class OrgView(BaseModel):
    """`items`: the nodes of the page; `nodes` is the same list. `next`: where to go on, by `after`; null on the last
    page."""

    as_of: datetime
    items: list[OrgNodeView]
    nodes: list[OrgNodeView]
    next: str | None


NODE = "$request.path.node_id"
LINKS = response_links(
    chart=("GET /forecast/v1/org", READ_AFTER_THIS),
    rollup=("GET /forecast/v1/rollup", {"query.node": NODE, **READ_AFTER_THIS}),
    deals=("GET /forecast/v1/rollup/{node_id}/opportunities", {"node_id": NODE, **READ_AFTER_THIS}),
    end=("DELETE /forecast/v1/org/nodes/{node_id}", {"node_id": NODE}),
)


@router.put("/org/nodes/{node_id}", responses={200: LINKS})
async def place_node(node_id: NodeId, body: commands.NodeBody, call: Admin) -> Accepted:
    """Place a node, or change it from an instant on. There is one root, and no cycle at any instant."""
    refs = await same_name_refs(call, [(node_id, body.name)])
    command = commands.PlaceNode(node=node_id, same_name_refs=refs[node_id, body.name], **body.model_dump())
    done = await call.write(DECIDER, ALL, command)
    return Accepted(position=done.position)


@router.delete("/org/nodes/{node_id}")
async def end_node(node_id: NodeId, call: Admin, starts: FromQuery = None) -> Accepted:
    """End a node: from then on, by default now, it is inactive. It stays in the tree, with what it has closed."""
    done = await call.write(DECIDER, ALL, commands.EndNode(node=node_id, starts=starts))
    return Accepted(position=done.position)


@router.get("/org")
async def list_nodes(
    call: Reads, as_of: Annotated[Instant | None, Query()] = None, limit: Limit = 1000, after: Cursor = None
) -> OrgView:
    """List the nodes of the organisation at an instant, by default now; by id, in pages."""
    refuse_future(as_of, call.context.clock_and_ids.now())
    cursor = decode_cursor(after, printable)
    async with call.read() as tx:
        at = as_of or (await find_moment(call, tx)).as_of
        ids = await org_nodes.page_of_ids(tx, cursor[0] if cursor else None, limit)
        histories = await org_rows.histories(tx, ids[:limit])
        names = await node_names.read(tx, ids[:limit])
    views = [node_view(node, histories[node], names.get(node), at) for node in ids[:limit]]
    existing = [view for view in views if view]
    following = encode_cursor([ids[limit - 1]]) if len(ids) > limit else None
    return OrgView(as_of=at, items=existing, nodes=existing, next=following)


def node_view(node: str, history: NodeHistory, name: str | None, at: datetime) -> OrgNodeView | None:
    """The node at that instant; None if it did not exist yet."""
    span = span_at(history, at)
    if span is None:
        return None
    return OrgNodeView(
        node_id=node,
        name=name,
        kind=span.position.kind,
        parent=span.position.parent,
        active=span.active,
        starts=None if span.starts == BEGINNING else span.starts,
    )
