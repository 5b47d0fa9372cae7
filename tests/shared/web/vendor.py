"""A small service with an entrance: a vendor's webhooks, signed over their raw bytes, and a route for API keys."""

import hmac
import json
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import parse_qs, parse_qsl
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.run.service import Service
from shared.web.callers.access import Caller
from shared.web.callers.place import Organisation, PlaceRule
from shared.web.errors.problems import Forbidden, NotFound
from shared.web.requests.input import ResourceId
from shared.web.routing.call import Accepted, Call
from shared.web.routing.entrance import Entrance, EntranceRequest
from shared.web.routing.needs import Needs
from shared.web.service_context import ServiceContext
from tests.shared.tally import DECIDER, OWN_TOTALS, TALLIES, Add

SECRET = b"a secret that the vendor has too"
CONNECTIONS = {
    "acme": Caller("acme's webhook", UUID(int=101), frozenset({"tally:write"})),
    "other": Caller("other's webhook", UUID(int=102), frozenset({"tally:write"})),
    "without-scope": Caller("a webhook that may do nothing", UUID(int=103), frozenset()),
}
LARGEST = 2000
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
Writes = Annotated[Call, Depends(Needs("tally:write"))]
WritesAnywhere = Annotated[Call, Depends(Needs("tally:write", place=PlaceRule.UNAFFECTED))]

router = APIRouter()


class Challenge(BaseModel):
    challenge: str


@router.post("/tallies/{name}")
async def add(name: ResourceId, body: Add, call: WritesAnywhere) -> Accepted:
    """Add to a tally; also for keys tied to an org node."""
    return Accepted(position=(await call.write(DECIDER, name, body)).position)


@router.post("/webhooks/{connection}")
async def receive(connection: ResourceId, call: Writes) -> Accepted:
    """Add what the vendor's message says."""
    number = number_in(await call.request.body(), call.request.headers["content-type"])
    return Accepted(position=(await call.write(DECIDER, connection, Add(n=number))).position)


@router.get("/webhooks/{connection}")
async def confirm(connection: ResourceId, challenge: str, call: Writes) -> Challenge:
    """Return the challenge, as vendors ask before they send anything."""
    return Challenge(challenge=challenge)


def number_in(body: bytes, content_type: str) -> int:
    if content_type.startswith(FORM):
        return int(dict(parse_qsl(body.decode()))["n"])
    if content_type.startswith(MULTIPART):
        return int(body.split(b"\r\n\r\n")[1].split(b"\r\n")[0])
    return int(json.loads(body)["n"])


async def admit(context: ServiceContext, request: EntranceRequest) -> Caller:
    caller = CONNECTIONS.get(request.path)
    if caller is None:
        raise NotFound("there is no such connection")
    signed = request.body if request.method == "POST" else parse_qs(request.query_string)["challenge"][0].encode()
    if not hmac.compare_digest(request.headers.get("x-signature", ""), signature(signed)):
        raise Forbidden("the signature is wrong")
    return caller


def signature(content: bytes) -> str:
    return hmac.new(SECRET, content, sha256).hexdigest()


def signed(content: bytes, content_type: str = "application/json", **headers: str) -> dict[str, Any]:
    """Arguments of a request whose body the vendor has signed."""
    return {"content": content, "headers": {"X-Signature": signature(content), "Content-Type": content_type, **headers}}


async def within(tx: AsyncConnection, node: str) -> list[str]:
    """An organisation of single nodes."""
    return [node]


SERVICE = Service(
    name="pipeline",
    topic="funnelcast.pipeline.v1",
    parse=TALLIES,
    routers=[router],
    projections=[OWN_TOTALS],
    scopes=["tally:write"],
    organisation=Organisation("pipeline", within),
    entrances=[Entrance("/webhooks/", frozenset({"application/json", FORM, MULTIPART}), admit, LARGEST)],
)
