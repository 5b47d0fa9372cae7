"""The public events of a service as CloudEvents: pages from position 0 on, and a stream that can be resumed."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import orjson
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, WithJsonSchema
from sqlalchemy.exc import SQLAlchemyError

from shared.flow import cloudevents
from shared.rules.event_types import beginnings, matching_types
from shared.rules.message import InvalidField, StoredEvent
from shared.store import event_store
from shared.web.callers.place import EVERYTHING, Organisation, PlaceRule
from shared.web.errors.problems import InvalidRequest, Problem
from shared.web.feed.parameters import (
    LAST_EVENT_ID,
    SERVER_SENT_EVENT,
    STREAM,
    After,
    At,
    Node,
    Owner,
    Subject,
    Types,
    last_event_id,
    types_parameter,
)
from shared.web.feed.query import (
    PAGE,
    EventFilter,
    applied,
    find_events,
    must_have_position,
    must_not_be_after,
    subtree_of,
    wait_until_applied_after,
)
from shared.web.requests.paging import Limit
from shared.web.routing.call import Call
from shared.web.routing.needs import Needs
from shared.web.service_context import ServiceContext

log = structlog.get_logger()
MAX_BUFFERED = 256 * 1024
"""Bytes that may wait for a client to receive them, and one event more."""
HEARTBEAT = 15.0
"""Seconds without an event after which a comment is sent."""
Events = Annotated[Call, Depends(Needs("events:read", place=PlaceRule.SUBTREE))]


class EventPage(BaseModel):
    """`next`: the position to go on after. `head`: the last position in the store."""

    items: list[Annotated[dict[str, Any], WithJsonSchema(cloudevents.JSON_SCHEMA)]]
    next: int
    head: int


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

    @property
    def type_patterns(self) -> list[str]:
        return sorted(self.shown_types | beginnings(self.shown_types))

    def router(self) -> APIRouter:
        router, parameter = APIRouter(tags=["events"]), types_parameter(self.type_patterns)

        @router.get("/events", operation_id="list_events", openapi_extra={"parameters": [parameter]})
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
            openapi_extra={"parameters": [parameter, LAST_EVENT_ID]},
        )
        async def stream_events(
            request: Request, call: Events, after: After = 0, types: Types = None, node: Node = None
        ) -> StreamingResponse:
            """Stream events after `Last-Event-ID` (or `after`), and new ones as they come. The last is `stopping`."""
            last = last_event_id(request)
            start = after if last is None else last
            call = self.within_node(call, node)
            await self.must_have_subtree(call)
            await must_have_position(call.context, start)
            confined = call if call.caller.is_confined else None
            lines = self.lines(call.context, start, self.chosen_types(types), confined)
            return StreamingResponse(lines, media_type=STREAM, headers=dict(call.response.headers))

        return router

    def chosen_types(self, types: str | None) -> Collection[str]:
        if types is None:
            return self.types
        chosen = {name.strip() for name in types.split(",")}
        if unknown := chosen.difference(self.type_patterns):
            detail = f"{min(unknown)!r} is not among {', '.join(self.type_patterns)}"
            raise InvalidRequest(f"types: {detail}", errors=[{"pointer": "query/types", "detail": detail}])
        return matching_types(chosen, self.shown_types)

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
            subtree = await subtree_of(call, tx, self.organisation)
            must_not_be_after(head, after)
            if chosen.at is not None:
                after = max(after, await event_store.first_since(tx, chosen.at) - 1)
            end = head if subtree.is_everything else min(head, applied(call))
            found, last = await find_events(tx, self.organisation, subtree, chosen, after, limit, end)
        call.set_head(head)
        items = [cloudevents.to_json(event, self.source) for event in found]
        return EventPage(items=items, next=last, head=head)

    async def must_have_subtree(self, call: Call) -> None:
        """Raises what `subtree_of` raises, before an answer has begun."""
        await call.wait_until_readable()
        async with call.context.reads.connect() as tx:
            await subtree_of(call, tx, self.organisation)

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
        with tail.listeners.one_more():
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
                    deadline = silent_since + HEARTBEAT
                    if confined and tail.head > after:
                        await wait_until_applied_after(context, after, deadline)
                    else:
                        await tail.changed.wait(known, deadline - loop.time())

    async def page(
        self, context: ServiceContext, after: int, types: Collection[str], confined: Call | None
    ) -> tuple[list[bytes], int]:
        """Events from the store, about as many as may be buffered, and the position up to which they are complete."""
        async with context.reads.connect() as tx:
            head = await event_store.position(tx)
            subtree = EVERYTHING if confined is None else await subtree_of(confined, tx, self.organisation)
            last = head if confined is None else min(head, applied(confined))
            found, end = await find_events(tx, self.organisation, subtree, EventFilter(types), after, PAGE, last)
        lines, size = list[bytes](), 0
        for event in found:
            lines.append(server_sent_event(self.source, event))
            size += len(lines[-1])
            if size >= MAX_BUFFERED:
                return lines, event.position
        return lines, end


def server_sent_event(source: str, event: StoredEvent) -> bytes:
    data = orjson.dumps(cloudevents.to_json(event, source))
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.position, event.type.encode(), data)
