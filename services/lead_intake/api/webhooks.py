"""Webhooks: what vendors send to connections. The vendor's own proof counts, no API key."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel
from starlette.datastructures import Headers

from services.lead_intake.connectors import READERS
from services.lead_intake.connectors.delivery import Connection, Delivery, Reply, Unverified, Verification, Verified
from services.lead_intake.connectors.posted import MULTIPART, URLENCODED
from services.lead_intake.connectors.reader import read
from services.lead_intake.ingestion import deliveries, stored_connection
from services.lead_intake.ingestion.receipt import OutcomeResult, Receipt
from shared.web.callers.access import Caller
from shared.web.errors import problems
from shared.web.errors.problems import Unauthenticated
from shared.web.requests.input import ResourceId
from shared.web.routing.call import Call
from shared.web.routing.entrance import Entrance, EntranceRequest
from shared.web.routing.needs import Needs
from shared.web.service_context import ServiceContext

router = APIRouter(tags=["webhooks"])
Delivered = Annotated[Call, Depends(Needs("leads:write"))]
MEDIA_TYPES = frozenset({"application/json", URLENCODED, MULTIPART, "text/plain"})
OF_VENDORS: dict[str, Any] = {media_type: {"schema": {"type": "string"}} for media_type in ("text/html", "text/plain")}
"""The body of an answer, for the vendors that look at it."""


class DeliveryTaken(BaseModel):
    """`captures`: their ids. The other numbers count what else the delivery yielded."""

    captures: list[str]
    activities: int
    ignored: int
    quarantined: int


async def admit(context: ServiceContext, request: EntranceRequest) -> Caller:
    """Admits a delivery whose proof is right. An unknown address is answered like a wrong signature: vendors switch a
    webhook off whose address does not exist. The cached connection may lack a secret that another process stored."""
    delivery = delivery_of(request)
    connection = await stored_connection.load_cached(context, request.path)
    if isinstance(verify(context, delivery, connection), Unverified):
        connection = await stored_connection.load(context, request.path)
    verdict = verify(context, delivery, connection)
    if isinstance(verdict, Unverified):
        raise Unauthenticated(verdict.reason)
    request.state["connection"] = connection
    return Caller(f"connection {request.path}", UUID(request.path), frozenset({"leads:write"}))


def verify(context: ServiceContext, delivery: Delivery, connection: Connection | None) -> Verification:
    if connection is None:
        return Unverified("there is no such connection, or the delivery is not signed by its vendor")
    if delivery.method != "POST":
        return Verified()
    return READERS[connection.connector].verify(delivery, connection, context.clock_and_ids.now())


ENTRANCE = Entrance("/webhooks/", MEDIA_TYPES, admit)


@router.get("/webhooks/{connection_id}", response_class=PlainTextResponse)
async def confirm_webhook(connection_id: ResourceId, call: Delivered) -> Response:
    """Answer a vendor's handshake."""
    connection, delivery = await connection_and_delivery(call)
    reply = READERS[connection.connector].handshake(delivery, connection)
    if reply is None:
        raise Unauthenticated("this vendor has no handshake")
    return response_of(call, reply)


@router.post("/webhooks/{connection_id}", responses={200: {"model": DeliveryTaken, "content": OF_VENDORS}})
async def receive_webhook(connection_id: ResourceId, call: Delivered) -> Response:
    """Take what a vendor delivers. A repetition has the same answer. What is the vendor's and cannot be read is kept in
    quarantine, and taken all the same."""
    connection, delivery = await connection_and_delivery(call)
    reader = READERS[connection.connector]
    if reply := reader.handshake(delivery, connection):
        return response_of(call, reply)
    receipt = Receipt(connection_id, connection, call.context.clock_and_ids.now())
    taken = await deliveries.take_elements(call, receipt, read(reader, delivery, connection))
    if positions := [one.position for one in taken if one.position is not None]:
        call.response.headers["X-Position"] = f"{call.context.service}:{max(positions)}"
    if reply := reader.acknowledge(delivery, connection):
        return response_of(call, reply)
    return JSONResponse(delivery_view(taken).model_dump(), headers=dict(call.response.headers))


async def connection_and_delivery(call: Call) -> tuple[Connection, Delivery]:
    """The connection as it was when the delivery was admitted."""
    request = call.request
    connection: Connection = request.state.connection
    body = await request.body()
    return connection, Delivery(body, combined(request.headers), request.url.query, request.method, request.url.path)


def delivery_of(request: EntranceRequest) -> Delivery:
    path = f"/intake/v1{ENTRANCE.prefix}{request.path}"
    return Delivery(request.body, combined(request.headers), request.query_string, request.method, path)


def combined(headers: Headers) -> dict[str, str]:
    """Headers of one name count as one (RFC 9110): of two signatures, neither is chosen."""
    return {name: ", ".join(headers.getlist(name)) for name in headers}


def delivery_view(taken: list[OutcomeResult]) -> DeliveryTaken:
    return DeliveryTaken(
        captures=[one.capture_id for one in taken if one.capture_id is not None],
        activities=sum(one.is_activity for one in taken),
        ignored=sum(one.ignored for one in taken),
        quarantined=sum(one.quarantine_id is not None for one in taken),
    )


def response_of(call: Call, reply: Reply) -> Response:
    headers = dict(call.response.headers) | ({"Location": reply.location} if reply.location else {})
    if reply.status >= HTTPStatus.BAD_REQUEST:
        return problems.response(problems.problem_body(reply.status, reply.body.decode()), headers)
    return Response(reply.body, reply.status, headers, reply.content_type)
