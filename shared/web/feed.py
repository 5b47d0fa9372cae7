"""Events for the world outside, as CloudEvents 1.0: pages from position 0 on, and a stream that can be resumed."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, WithJsonSchema

from shared.rules.message import StoredEvent
from shared.store import event_store
from shared.web.call import Call, Needs
from shared.web.paging import Limit
from shared.web.problems import InvalidRequest
from shared.web.service_context import ServiceContext

PAGE = 200
MAX_BUFFERED = 256 * 1024
"""Bytes that wait for a client to take them; one event more at most."""
HEARTBEAT = 15.0
Events = Annotated[Call, Depends(Needs("events:read"))]
After = Annotated[int, Query(ge=0, lt=2**63)]
LONGEST_TYPES = 1000
Types = Annotated[str | None, Query(max_length=LONGEST_TYPES, include_in_schema=False)]
STREAM = "text/event-stream"
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[0-9]{0,18}$"},
    "description": "The position after which to go on; it outweighs `after`",
}


TEXT = {"type": "string"}
INSTANT = {"type": "string", "format": "date-time"}
CLOUD_EVENT: dict[str, Any] = {
    "title": "CloudEvent",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": TEXT,
        "type": TEXT,
        "subject": TEXT,
        "time": INSTANT,
        "datacontenttype": {"const": "application/json"},
        "dataschema": TEXT,
        "position": {"type": "integer", "minimum": 1},
        "recordedtime": INSTANT,
        "data": {"type": "object", "required": ["by"], "properties": {"by": TEXT}},
    },
    "additionalProperties": False,
}
CLOUD_EVENT["required"] = list(CLOUD_EVENT["properties"])


SENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        "event": TEXT,
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": CLOUD_EVENT},
    },
}
"""Of one event in the stream. The last is `stopping`, with no id and no data to speak of."""


class EventPage(BaseModel):
    """`next` is the position to go on after; `head` the last one in the store."""

    items: list[Annotated[dict[str, Any], WithJsonSchema(CLOUD_EVENT)]]
    next: int
    head: int


def cloud_event(source: str, event: StoredEvent) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": f"/{source}",
        "type": event.type,
        "subject": event.subject,
        "time": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"/{source}/v1/asyncapi.json#{event.type}",
        "position": event.position,
        "recordedtime": event.recorded_at.isoformat().replace("+00:00", "Z"),
        "data": orjson.loads(event.data) | {"by": event.actor},
    }


@dataclass(frozen=True)
class Feed:
    """What a service tells the world: the events of these types."""

    source: str
    types: frozenset[str]

    def router(self) -> APIRouter:
        router, types_parameter = APIRouter(), self.types_parameter()

        @router.get("/events", operation_id="list_events", openapi_extra={"parameters": [types_parameter]})
        async def events(call: Events, after: After = 0, limit: Limit = 100, types: Types = None) -> EventPage:
            """The feed from a position on, oldest first. An empty page with `next` = `head`: there is no more yet."""
            chosen = self.chosen(types)
            await call.be_fresh()
            async with call.context.reads.connect() as tx:
                head = await event_store.position(tx)
                found = await event_store.read_types_after(tx, chosen, after, limit)
            reached = found[-1].position if len(found) == limit else max(head, after)
            call.response.headers["X-Position"] = f"{self.source}:{head}"
            return EventPage(items=[cloud_event(self.source, event) for event in found], next=reached, head=head)

        @router.get(
            "/events/stream",
            operation_id="stream_events",
            response_class=StreamingResponse,
            responses={200: {"description": "One event after the other", "content": {STREAM: {"schema": SENT}}}},
            openapi_extra={"parameters": [types_parameter, LAST_EVENT_ID]},
        )
        async def stream(request: Request, call: Events, after: After = 0, types: Types = None) -> StreamingResponse:
            """Server-sent events after `Last-Event-ID` (else `after`), then what comes. Ends by a `stopping` event."""
            start = last_event_id(request) or after
            lines = self.lines(call.context, start, self.chosen(types))
            return StreamingResponse(lines, media_type=STREAM, headers=dict(call.response.headers))

        return router

    def types_parameter(self) -> dict[str, Any]:
        """What OpenAPI says of `types`: each service has others."""
        one = f"({'|'.join(re.escape(name) for name in sorted(self.types))})"
        schema = {"type": "string", "maxLength": LONGEST_TYPES, "pattern": f"^ *{one} *(, *{one} *)*$"}
        said = "Comma-separated; absent: all"
        return {"name": "types", "in": "query", "required": False, "schema": schema, "description": said}

    def chosen(self, types: str | None) -> Collection[str]:
        if types is None:
            return self.types
        asked = {name.strip() for name in types.split(",")}
        if unknown := asked - self.types:
            detail = f"{min(unknown)!r} is not among {', '.join(sorted(self.types))}"
            raise InvalidRequest(f"types: {detail}", errors=[{"pointer": "query/types", "detail": detail}])
        return asked

    async def lines(self, running: ServiceContext, after: int, types: Collection[str]) -> AsyncIterator[bytes]:
        """Out of the store until the end of the feed is reached, then out of what all who listen share. One page in
        memory for each client: a slow one is waited for, not buffered."""
        yield b": connected\n\n"
        loop, tail = asyncio.get_running_loop(), running.tail
        silent_since = loop.time()
        with tail.listening():
            while not running.stopping.is_set():
                known = tail.news.times
                found, reached = tail.after(after, types), tail.head
                if found is None:
                    found, reached = await self.page(running, after, types)
                for line in found:
                    yield line
                after = max(after, reached)
                if found:
                    silent_since = loop.time()
                elif loop.time() >= silent_since + HEARTBEAT:
                    yield b": still here\n\n"
                    silent_since = loop.time()
                if not found:
                    await tail.news.after(known, silent_since + HEARTBEAT - loop.time())
        yield b"event: stopping\ndata: {}\n\n"

    async def page(self, running: ServiceContext, after: int, types: Collection[str]) -> tuple[list[bytes], int]:
        """Lines out of the store, no more than a client may hold, and the position up to which they are all."""
        async with running.reads.connect() as tx:
            head = await event_store.position(tx)
            found = await event_store.read_types_after(tx, types, after, PAGE)
        lines, held = list[bytes](), 0
        for event in found:
            lines.append(server_sent_event(self.source, event))
            held += len(lines[-1])
            if held >= MAX_BUFFERED:
                return lines, event.position
        return lines, found[-1].position if len(found) == PAGE else head


def server_sent_event(source: str, event: StoredEvent) -> bytes:
    data = orjson.dumps(cloud_event(source, event))
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.position, event.type.encode(), data)


def last_event_id(request: Request) -> int | None:
    named = request.headers.get("last-event-id")
    if not named:
        return None
    if not (named.isascii() and named.isdecimal() and len(named) <= 18):
        raise InvalidRequest(
            "Last-Event-ID must be a position", errors=[{"pointer": "header/Last-Event-ID", "detail": "bad"}]
        )
    return int(named)
