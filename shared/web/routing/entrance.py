"""Entrances: paths for callers that have no API key, such as a vendor that signs its requests, or a web form.

A service declares an entrance, and routes below its prefix as any others:

    async def admit(context: ServiceContext, request: EntranceRequest) -> Caller:
        connection = await find_connection(context, request.path)  # below the prefix: the connection's id
        if connection is None:
            raise NotFound("there is no such connection")
        if not is_signed(connection.secret, request.headers, request.body):
            raise Forbidden("the signature is wrong")
        return Caller(connection.name, connection.id, frozenset({"leads:write"}))

    SERVICE = Service(..., entrances=[Entrance("/webhooks/", frozenset({"application/json"}), admit)])

    @router.post("/webhooks/{connection_id}")
    async def receive_webhook(connection_id: ResourceId, call: Annotated[Call, Depends(Needs("leads:write"))]) -> ...

Below `/<service>/v1<prefix>` API keys count for nothing: `admit` alone decides. The guard reads the whole body before,
because signatures are made of raw bytes, and passes it on to the route, which reads it with `call.request.body()`. The
guard also limits the size of the body and its media types, and counts requests by address and, once admitted, by the
caller's lineage. The query may have any parameter. Everything else, the scope of the route included, is as for callers
with a key.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.datastructures import Headers

from shared.web.callers.access import Caller
from shared.web.requests.body import LARGEST_BODY
from shared.web.service_context import ServiceContext


class EntranceRequest(NamedTuple):
    """`path`: below the entrance's prefix. `query_string` and `body`: as they were sent, since callers sign them.
    `state`: what `admit` found, which the route reads as attributes of `call.request.state`."""

    method: str
    path: str
    query_string: str
    headers: Headers
    body: bytes
    state: MutableMapping[str, Any]


Admit = Callable[[ServiceContext, EntranceRequest], Awaitable[Caller]]
"""Returns the caller, whose lineage must belong to it alone (idempotency keys and limits are counted by it). Raises a
`Problem` to refuse the request."""


@dataclass(frozen=True)
class Entrance:
    """`prefix`: below the service's `/v1`, with a slash at both ends. `media_types`: those that a body may have.
    `only`: the one method that it serves; requests of other methods come with an API key. None: it serves GET and POST,
    and refuses others."""

    prefix: str
    media_types: frozenset[str]
    admit: Admit
    largest_body: int = LARGEST_BODY
    only: str | None = None

    def __post_init__(self) -> None:
        if not (self.prefix.startswith("/") and self.prefix.endswith("/") and len(self.prefix) > 2):
            raise ValueError(f"the prefix of an entrance looks like /webhooks/, and not like {self.prefix}")

    def serves(self, method: str, path: str) -> bool:
        """`path`: below the service's `/v1`."""
        return path.startswith(self.prefix) and self.only in (None, method)
