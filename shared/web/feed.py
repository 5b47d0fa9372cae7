"""The public events of a service as CloudEvents: pages from position 0 on, and a stream that can be resumed."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import orjson
import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, WithJsonSchema
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.flow import cloudevents
from shared.rules.fields import PRINTABLE, Instant
from shared.rules.message import InvalidField, StoredEvent
from shared.store import event_store
from shared.web.call import Call
from shared.web.needs import Needs
from shared.web.paging import Limit
from shared.web.place import EVERYTHING, Organisation, PlaceRule, Subtree
from shared.web.problems import Conflict, Forbidden, InvalidRequest, Problem
from shared.web.service_context import ServiceContext

log = structlog.get_logger()
PAGE = 200
MOST_PAGES = 50
"""That are read for one answer to a confined caller, who may see few of their events."""
MAX_BUFFERED = 256 * 1024
"""Bytes that may wait for a client to receive them, and one event more."""
HEARTBEAT = 15.0
"""Seconds without an event after which a comment is sent."""
Events = Annotated[Call, Depends(Needs("events:read", place=PlaceRule.SUBTREE))]
After = Annotated[int, Query(ge=0, lt=2**63)]
LONGEST_TYPES = 1000
Types = Annotated[str | None, Query(max_length=LONGEST_TYPES, include_in_schema=False)]
Subject = Annotated[str | None, Query(min_length=1, max_length=100, pattern=PRINTABLE)]
Owner = Annotated[str | None, Query(pattern=r"^[a-z0-9._-]{1,100}$")]
Node = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z0-9._-]{1,100}$",
        description="As a key sees the events that is tied to this org node: those of what is below it today",
    ),
]
At = Annotated[Instant | None, Query(description="The first event that was recorded at this instant or later")]
STREAM = "text/event-stream"
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[0-9]{0,18}$"},
    "description": "The position to go on after; it takes precedence over `after`",
}
SERVER_SENT_EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]{1,18}$"},
        "event": {"type": "string"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": cloudevents.JSON_SCHEMA,
        },
    },
}
"""The last one is `stopping`, without an id and with empty data."""


class EventPage(BaseModel):
    """`next`: the position to go on after. `head`: the last position in the store."""

    items: list[Annotated[dict[str, Any], WithJsonSchema(cloudevents.JSON_SCHEMA)]]
    next: int
    head: int


class EventFilter(NamedTuple):
    """Which events a page has. `streams`, `owner`: none for all. `at`: the instant of recording that it begins with."""

    types: Collection[str]
    streams: Collection[str] | None
    owner: str | None
    at: datetime | None


@dataclass(frozen=True)
class Feed:
    """`types`: those of the service's events that are public. `kinds`: of the streams that have such events."""

    source: str
    types: frozenset[str]
    kinds: Sequence[str]
    organisation: Organisation | None = None
    """None: confined callers see no events."""

    @property
    def shown_types(self) -> frozenset[str]:
        return self.types | (self.organisation.left_type() if self.organisation else frozenset())

    def router(self) -> APIRouter:
        router, types_parameter = APIRouter(tags=["events"]), self.types_parameter()

        @router.get("/events", operation_id="list_events", openapi_extra={"parameters": [types_parameter]})
        async def list_events(
            call: Events,
            after: After = 0,
            limit: Limit = 100,
            types: Types = None,
            subject: Subject = None,
            owner: Owner = None,
            node: Node = None,
            at: At = None,
        ) -> EventPage:
            """List events after a position, or from an instant on, oldest first. A page may be empty because few events
            pass the filters: go on after `next`. With `next` = `head` there are no more yet."""
            chosen = EventFilter(self.chosen_types(types), self.streams(subject), owner, at)
            return await self.list_events(self.within_node(call, node), after, limit, chosen)

        @router.get(
            "/events/stream",
            operation_id="stream_events",
            response_class=StreamingResponse,
            responses={200: {"description": "Events, one by one", "content": {STREAM: {"schema": SERVER_SENT_EVENT}}}},
            openapi_extra={"parameters": [types_parameter, LAST_EVENT_ID]},
        )
        async def stream_events(
            request: Request, call: Events, after: After = 0, types: Types = None, node: Node = None
        ) -> StreamingResponse:
            """Stream events after `Last-Event-ID` (or `after`), and new ones as they come. The last is `stopping`."""
            start = last_event_id(request) or after
            call = self.within_node(call, node)
            await self.current_subtree(call)
            await must_have_position(call.context, start)
            confined = call if call.caller.is_confined else None
            lines = self.lines(call.context, start, self.chosen_types(types), confined)
            return StreamingResponse(lines, media_type=STREAM, headers=dict(call.response.headers))

        return router

    def types_parameter(self) -> dict[str, Any]:
        """The OpenAPI description of `types`, which is different for each service."""
        one = f"({'|'.join(re.escape(name) for name in sorted(self.shown_types))})"
        schema = {"type": "string", "maxLength": LONGEST_TYPES, "pattern": f"^ *{one} *(, *{one} *)*$"}
        meaning = "Comma-separated; absent: all"
        return {"name": "types", "in": "query", "required": False, "schema": schema, "description": meaning}

    def chosen_types(self, types: str | None) -> Collection[str]:
        if types is None:
            return self.types
        chosen = {name.strip() for name in types.split(",")}
        if unknown := chosen - self.shown_types:
            detail = f"{min(unknown)!r} is not among {', '.join(sorted(self.shown_types))}"
            raise InvalidRequest(f"types: {detail}", errors=[{"pointer": "query/types", "detail": detail}])
        return chosen

    def streams(self, subject: str | None) -> Collection[str] | None:
        return None if subject is None else [f"{kind}-{subject}" for kind in self.kinds]

    def within_node(self, call: Call, node: str | None) -> Call:
        """The call as if its key were tied to the node, which must be the key's to act for. Raises `InvalidField`."""
        if node is None:
            return call
        if self.organisation is None or self.organisation.confine is None:
            raise InvalidField("query/node", "the events of this service belong to no node")
        if call.caller.on_behalf_of is not None:
            raise InvalidField("query/node", "a request on behalf of a node asks for no other one")
        return replace(call, caller=replace(call.caller, on_behalf_of=node))

    async def list_events(self, call: Call, after: int, limit: int, chosen: EventFilter) -> EventPage:
        await call.wait_until_readable()
        async with call.context.reads.connect() as tx:
            head = await event_store.position(tx)
            subtree = await self.subtree(call, tx)
            must_not_be_after(head, after)
            if chosen.at is not None:
                after = max(after, await event_store.first_since(tx, chosen.at) - 1)
            end = head if subtree.is_everything else min(head, applied(call))
            found, last = await self.find(tx, subtree, chosen, after, limit, end)
        call.set_head(head)
        items = [cloudevents.to_json(event, self.source) for event in found]
        return EventPage(items=items, next=last, head=head)

    async def current_subtree(self, call: Call) -> None:
        """Raises what `subtree` raises, before an answer has begun."""
        await call.wait_until_readable()
        async with call.context.reads.connect() as tx:
            await self.subtree(call, tx)

    async def subtree(self, call: Call, tx: AsyncConnection) -> Subtree:
        """In this snapshot. Raises `Forbidden` for a confined caller where there are no events for such."""
        if call.caller.is_confined and (self.organisation is None or self.organisation.confine is None):
            raise Forbidden("the events of this service are for callers who see the whole organisation")
        return await call.find_subtree(tx)

    async def find(
        self, tx: AsyncConnection, subtree: Subtree, chosen: EventFilter, after: int, limit: int, end: int
    ) -> tuple[list[StoredEvent], int]:
        """The next events up to the position `end`, and the position up to which they are complete."""
        organisation = self.organisation
        if subtree.is_everything or organisation is None or organisation.confine is None:
            return await find_page(tx, chosen, after, limit, end)
        if chosen.owner is not None and not subtree.includes(chosen.owner):
            return [], end
        stored = chosen._replace(types=organisation.stored_types(chosen.types))
        found: list[StoredEvent] = []
        for _ in range(MOST_PAGES):
            if after >= end:
                break
            page, after = await find_page(tx, stored, after, PAGE, end)
            seen = await organisation.confine(tx, subtree, page)
            found += [event for event in seen if event.type in {*chosen.types, *organisation.left_type()}]
            if len(found) >= limit:
                return found[:limit], found[limit - 1].position
        return found, after

    async def lines(
        self, context: ServiceContext, after: int, types: Collection[str], confined: Call | None = None
    ) -> AsyncIterator[bytes]:
        """Ends by `stopping`, also when the store cannot be read or the caller's node has ended: the next
        connection is answered with that error."""
        yield b": connected\n\n"
        try:
            async for line in self.read_lines(context, after, types, confined):
                yield line
        except (Problem, SQLAlchemyError, OSError) as error:
            log.info("stream_ended", error=type(error).__name__)
        yield b"event: stopping\ndata: {}\n\n"

    async def read_lines(
        self, context: ServiceContext, after: int, types: Collection[str], confined: Call | None
    ) -> AsyncIterator[bytes]:
        """Reads the store up to the end of the feed, then what all listeners share. For each client one page is in
        memory: a slow client is waited for. `confined`: the call of a confined caller, whose part is read from the
        store each time: who is below it may change meanwhile."""
        loop, tail = asyncio.get_running_loop(), context.tail
        silent_since = loop.time()
        with tail.listening():
            while not context.stopping.is_set():
                known = tail.changed.count
                found, end = None if confined else tail.after(after, types), tail.head
                if found is None:
                    found, end = await self.page(context, after, types, confined)
                for line in found:
                    yield line
                has_moved, after = end > after, max(after, end)
                if found:
                    silent_since = loop.time()
                elif loop.time() >= silent_since + HEARTBEAT:
                    yield b": heartbeat\n\n"
                    silent_since = loop.time()
                if not found and not has_moved:
                    await tail.changed.wait(known, silent_since + HEARTBEAT - loop.time())

    async def page(
        self, context: ServiceContext, after: int, types: Collection[str], confined: Call | None
    ) -> tuple[list[bytes], int]:
        """Events from the store, about as many as may be buffered, and the position up to which they are complete."""
        async with context.reads.connect() as tx:
            head = await event_store.position(tx)
            subtree = EVERYTHING if confined is None else await self.subtree(confined, tx)
            last = head if confined is None else min(head, applied(confined))
            found, end = await self.find(tx, subtree, EventFilter(types, None, None, None), after, PAGE, last)
        lines, size = list[bytes](), 0
        for event in found:
            lines.append(server_sent_event(self.source, event))
            size += len(lines[-1])
            if size >= MAX_BUFFERED:
                return lines, event.position
        return lines, end


async def find_page(
    tx: AsyncConnection, chosen: EventFilter, after: int, limit: int, end: int
) -> tuple[list[StoredEvent], int]:
    """The next events up to the position `end`, and the position up to which they are complete: with filters that few
    events pass, it may lie before `end`. The events of one subject are found at once."""
    until = max(after, end) if chosen.streams is not None else event_store.scan_end(after, end)
    page = await event_store.read_types_after(
        tx, chosen.types, after, limit, until=until, streams=chosen.streams, owner=chosen.owner
    )
    return page, page[-1].position if len(page) == limit else until


def applied(call: Call) -> int:
    """What decides whether an event may be seen is in the read models: later events wait for them. Of the snapshot in
    which the caller's subtree was found."""
    return call.frontier.positions.get(call.context.service, 0)


async def must_have_position(context: ServiceContext, position: int) -> None:
    if position:
        async with context.reads.connect() as tx:
            must_not_be_after(await event_store.position(tx), position)


def must_not_be_after(head: int, position: int) -> None:
    """Raises `Conflict` for a position after the last one: its event was lost, and another will have its position."""
    if position > head:
        raise Conflict(
            f"the feed ends at {head}, before position {position}: its store was restored from an older backup, or the "
            f"position is another system's. Go on from 0, or from a position that the backup had",
            code="position_after_head",
        )


def server_sent_event(source: str, event: StoredEvent) -> bytes:
    data = orjson.dumps(cloudevents.to_json(event, source))
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.position, event.type.encode(), data)


def last_event_id(request: Request) -> int | None:
    value = request.headers.get("last-event-id")
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 18):
        errors = [{"pointer": "header/Last-Event-ID", "detail": "not a position"}]
        raise InvalidRequest("Last-Event-ID must be a position", errors=errors)
    return int(value)
