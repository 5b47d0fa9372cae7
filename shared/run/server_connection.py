"""uvicorn's connection of a client, with limits for clients that send too slowly or do not receive their answer."""

import asyncio
import sys
from asyncio import Transport
from collections.abc import Iterable
from enum import Enum, auto
from typing import Any

import orjson
import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from shared.run.idle_connections import IdleConnections
from shared.web.errors import problems
from shared.web.requests.body import LARGEST_BATCH
from shared.web.requests.limits import client_address

log = structlog.get_logger()
MAX_HEAD = 64 * 1024
"""Bytes of a request line with its headers."""
MAX_MESSAGE = 2 * LARGEST_BATCH
"""Bytes of a request. The connection of a client that goes on sending a refused body is closed here."""
MIN_BODY_RATE = 16 * 1024
"""Bytes a second on average, after the first `patience` seconds."""
MAX_STALL_SECONDS = 60.0
"""Seconds in which a client may receive nothing of its answer. Event streams can be resumed."""


class Receiving(Enum):
    """The part of a request that the client is sending."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class HeadTooLarge(Exception):
    """The head of a request is larger than the limit."""


class SharedState(ServerState):
    """The state that all connections of a server share. `capacity`: how many may be open."""

    def __init__(self, idle: IdleConnections, capacity: int) -> None:
        super().__init__()
        self.idle, self.capacity = idle, capacity


class ServerConnection(HttpToolsProtocol):
    """Records what happens. `check` enforces the limits, once a second for all connections: a timer of each request
    would make every request slower."""

    is_last = False
    receiving = Receiving.NOTHING
    since = 0.0
    received = 0
    unsent = 0
    stalled_since = 0.0
    address = "unknown"

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: SharedState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.shared = server_state

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.begin_part(Receiving.HEAD)
        self.address = client_address({"client": self.client})
        if len(self.connections) > self.shared.capacity and not self.shared.idle.close_longest():
            self.refuse(503, "too many connections")
        else:
            self.shared.idle.add(self, self.address)

    def connection_lost(self, exc: Exception | None) -> None:
        self.shared.idle.remove(self, self.address)
        super().connection_lost(exc)

    def close_idle(self) -> None:
        self.shared.idle.remove(self, self.address)
        self.transport.close()

    def begin_part(self, part: Receiving) -> None:
        self.receiving, self.since, self.received = part, self.loop.time(), 0

    def data_received(self, data: bytes) -> None:
        if self.receiving is Receiving.NOTHING:
            self.begin_part(Receiving.HEAD)
        self.received += len(data)
        super().data_received(data)
        if self.received > MAX_MESSAGE or (self.receiving is Receiving.HEAD and self.received > MAX_HEAD):
            self.refuse(431 if self.receiving is Receiving.HEAD else 413, "the request is too large")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Drops the fields of a trailer: behind the body, after all checks, they would count as headers (RFC 9110
        §6.5.1)."""
        if self.receiving is not Receiving.BODY:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Raises `HeadTooLarge`, which ends the parsing."""
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD:
            raise HeadTooLarge
        self.begin_part(Receiving.BODY)
        self.shared.idle.remove(self, self.address)
        super().on_headers_complete()
        if self.is_last:
            self.close_after_answer()

    def on_message_complete(self) -> None:
        self.receiving = Receiving.NOTHING
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline and not self.transport.is_closing():
            self.shared.idle.add(self, self.address)
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Answers what is not HTTP, and a head that was received whole and is too large."""
        error = sys.exception()
        if error is not None and isinstance(error.__context__, HeadTooLarge):
            self.refuse(431, "the request is too large")
            return
        if self.can_answer():
            self.transport.write(raw_answer(400, "the request cannot be read: it is not HTTP/1.1"))
        self.transport.close()

    def close_after_answer(self) -> None:
        """Makes the current request, or else the next one, the last on this connection."""
        self.is_last = True
        if self.cycle is not None:
            self.cycle.keep_alive = False

    def check(self, now: float, patience: float) -> None:
        """`now`: of the event loop's clock. `patience`: seconds."""
        if self.transport.is_closing():
            return
        if self.is_late(now, patience):
            self.refuse(408, "the request did not come in time")
        elif self.is_stalled(now):
            log.info("connection_closed", why="the client does not receive its answer")
            self.transport.abort()

    def is_late(self, now: float, patience: float) -> bool:
        """While reading is paused, the server is slow, and not the client."""
        if self.receiving is Receiving.NOTHING or self.flow.read_paused:
            return False
        allowed = self.received / MIN_BODY_RATE if self.receiving is Receiving.BODY else 0.0
        return now > self.since + patience + allowed

    def is_stalled(self, now: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self.unsent:
            self.unsent, self.stalled_since = unsent, now
        return unsent > 0 and now > self.stalled_since + MAX_STALL_SECONDS

    def refuse(self, status: int, why: str) -> None:
        """Answers, unless another answer has begun, and closes the connection. A route that reads the body gets a
        disconnect."""
        if self.transport.is_closing():
            return
        log.info("connection_closed", why=why)
        if self.received and self.can_answer():
            self.transport.write(raw_answer(status, why))
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def can_answer(self) -> bool:
        """False while the answer to this request, or to the previous one, is being sent."""
        if self.cycle is None or (self.receiving is Receiving.HEAD and self.cycle.response_complete):
            return True
        return self.receiving is Receiving.BODY and not self.cycle.response_started


def raw_answer(status: int, why: str) -> bytes:
    body = orjson.dumps(problems.problem_body(status, why))
    head = b"content-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return STATUS_LINE[status] + head % (problems.MEDIA_TYPE.encode(), len(body)) + body


def close_after_answers(connections: Iterable[object]) -> None:
    for each in connections:
        if isinstance(each, ServerConnection):
            each.close_after_answer()


def check_connections(connections: Iterable[object], now: float, patience: float) -> None:
    """Checks a copy of the collection, because closing a connection removes it from there. Connections of other
    protocols are left alone."""
    for each in list(connections):
        if isinstance(each, ServerConnection):
            each.check(now, patience)
