"""The quarantine: deliveries that yielded nothing yet. An operator reads them again, or discards them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.reader import reread
from services.lead_intake.ingestion import deliveries, form_posts, stored_connection
from services.lead_intake.ingestion.receipt import Receipt
from services.lead_intake.projections import quarantine as waiting
from services.lead_intake.quarantine import commands
from services.lead_intake.quarantine.decider import DECIDER
from services.lead_intake.quarantine.events import Reason
from services.lead_intake.quarantine.state import Discarded, Released, State, Waiting
from shared.rules.fields import Slug
from shared.rules.message import Command, Rejected
from shared.web.requests.input import ResourceId
from shared.web.requests.paging import Cursor, Limit, Page, decode_cursor, make_page
from shared.web.routing.call import Accepted, Call
from shared.web.routing.folded import Folded
from shared.web.routing.needs import Needs

router = APIRouter(tags=["quarantine"])
Reads = Annotated[Call, Depends(Needs("leads:read"))]
Decides = Annotated[Call, Depends(Needs("admin", or_one_of=("leads:write",)))]
Status = Literal["waiting", "released", "discarded"]


class QuarantineRow(BaseModel):
    """`detail`: why it yielded nothing, without personal data. Either `connection_id` or `form_key` says where it
    arrived."""

    quarantine_id: str
    connection_id: str | None
    form_key: str | None
    reason: Reason
    detail: str
    received_at: datetime
    status: Status


class QuarantineView(BaseModel):
    """`delivery`: without secrets; null without `people:read`, and once it is released or discarded."""

    quarantine_id: str
    status: Status
    connection_id: str | None
    form_key: str | None
    reason: str | None
    received_at: datetime | None
    capture_ids: list[str]
    delivery: Any


class DeliveryReleased(BaseModel):
    captures: list[str]
    position: int


class DiscardInput(Command):
    """`reason`: one of the codes that the settings allow, such as `spam`."""

    reason: Slug


@router.get("/quarantine")
async def list_quarantine(
    call: Reads,
    status: Status = "waiting",
    connection_id: str | None = None,
    form_key: str | None = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[QuarantineRow]:
    """List deliveries and posts of forms in quarantine, in the order in which they came there."""
    cursor = decode_cursor(after, int)
    async with call.read() as tx:
        rows = await waiting.find(tx, status, connection_id, form_key, cursor[0] if cursor else None, limit)
    positions = {row["quarantine_id"]: row["position"] for row in rows}
    items = [QuarantineRow.model_validate(row) for row in rows]
    return make_page(items, limit, lambda row: [positions[row.quarantine_id]])


@router.get("/quarantine/{quarantine_id}")
async def get_quarantined(quarantine_id: ResourceId, call: Reads) -> QuarantineView:
    """Get a delivery in quarantine."""
    folded = await call.fold(DECIDER, quarantine_id, lambda state: [state.kept] if isinstance(state, Waiting) else [])
    return quarantine_view(folded, "people:read" in call.caller.scopes)


@router.post("/quarantine/{quarantine_id}/release")
async def release(quarantine_id: ResourceId, call: Decides) -> DeliveryReleased:
    """Read a delivery again, by the settings that the connection or form has now. Its captures have the time of their
    engagement. When it yields no capture it stays: 409 says why."""
    folded = await call.fold(DECIDER, quarantine_id, lambda state: [state.kept] if isinstance(state, Waiting) else [])
    captures = await captures_of(call, quarantine_id, folded)
    result = await call.write(DECIDER, quarantine_id, commands.ReleaseDelivery(capture_ids=tuple(captures)))
    return DeliveryReleased(captures=captures, position=result.position)


@router.post("/quarantine/{quarantine_id}/discard")
async def discard(quarantine_id: ResourceId, body: DiscardInput, call: Decides) -> Accepted:
    """Discard a delivery: it yields nothing, and is deleted."""
    command = commands.DiscardDelivery(reason=body.reason)
    return Accepted(position=(await call.write(DECIDER, quarantine_id, command)).position)


async def captures_of(call: Call, quarantine_id: str, folded: Folded[State]) -> list[str]:
    """The ids of its captures; none when it waits no longer, which the decider then judges. A repetition makes no
    second capture, because they have external ids."""
    state = folded.state
    if isinstance(state, Released):
        return list(state.capture_ids)
    if not isinstance(state, Waiting):
        return []
    if state.form_key is not None:
        return [await form_posts.take_post_again(call, state.form_key, quarantine_id, folded.text(state.kept), state)]
    connection_id = state.connection_id or ""
    connection = await stored_connection.load(call.context, connection_id)
    if connection is None:
        raise Rejected("its connection was removed")
    receipt = Receipt(connection_id, connection, state.received_at)
    element = reread(READERS[connection.connector], folded.text(state.kept), connection)
    taken = await deliveries.take_element_again(call, receipt, element, quarantine_id)
    if taken is None:
        raise Rejected(f"read again, it yields nothing: {deliveries.reason_not_taken(element)}")
    return taken


def quarantine_view(folded: Folded[State], with_delivery: bool) -> QuarantineView:
    state = folded.state
    return QuarantineView(
        quarantine_id=folded.subject,
        status=status_of(state),
        connection_id=state.connection_id if isinstance(state, Waiting) else None,
        form_key=state.form_key if isinstance(state, Waiting) else None,
        reason=state.reason if isinstance(state, Waiting | Discarded) else None,
        received_at=state.received_at if isinstance(state, Waiting) else None,
        capture_ids=list(state.capture_ids) if isinstance(state, Released) else [],
        delivery=folded.text(state.kept) if isinstance(state, Waiting) and with_delivery else None,
    )


def status_of(state: State) -> Status:
    match state:
        case Released():
            return "released"
        case Discarded():
            return "discarded"
        case _:
            return "waiting"
