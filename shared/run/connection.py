"""A client's connection, as uvicorn has it; but a client that dribbles, or takes nothing, is not waited for."""

from asyncio import Transport
from collections.abc import Iterable
from enum import Enum, auto

import orjson
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.web import problems
from shared.web.guard import LARGEST_BATCH

log = structlog.get_logger()
MAX_HEAD = 64 * 1024
"""Bytes of a request line with its headers."""
MAX_MESSAGE = 2 * LARGEST_BATCH
"""A client that goes on sending a body which was refused is cut here."""
MIN_BODY_RATE = 16 * 1024
"""Bytes a second, on average, after the first seconds of patience."""
MAX_STALL_SECONDS = 60.0
"""Seconds that a client may take nothing of what it asked for; an event stream can be resumed."""


class Receiving(Enum):
    """What a client is sending just now."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Connection(HttpToolsProtocol):
    """Only notes what happens. `look` judges it, once a second for all connections: a timer for each request would cost
    every request something."""

    last = False
    awaited = Receiving.NOTHING
    since = 0.0
    got = 0
    unsent = 0
    stalled_since = 0.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.await_now(Receiving.HEAD)

    def await_now(self, what: Receiving) -> None:
        self.awaited, self.since, self.got = what, self.loop.time(), 0

    def data_received(self, data: bytes) -> None:
        if self.awaited is Receiving.NOTHING:
            self.await_now(Receiving.HEAD)
        self.got += len(data)
        super().data_received(data)
        if self.got > MAX_MESSAGE or (self.awaited is Receiving.HEAD and self.got > MAX_HEAD):
            self.cut(431 if self.awaited is Receiving.HEAD else 413, "the request is too large")

    def on_headers_complete(self) -> None:
        self.await_now(Receiving.BODY)
        super().on_headers_complete()
        if self.last:
            self.finish()

    def on_message_complete(self) -> None:
        self.awaited = Receiving.NOTHING
        super().on_message_complete()

    def finish(self) -> None:
        """The request that is being answered is the last one, or else the next."""
        self.last = True
        if self.cycle is not None:
            self.cycle.keep_alive = False

    def look(self, now: float, patience: float) -> None:
        if self.transport.is_closing():
            return
        if self.is_late(now, patience):
            self.cut(408, "the request did not come in time")
        elif self.is_stalled(now):
            log.info("client_cut", why="it takes nothing of its answer")
            self.transport.abort()

    def is_late(self, now: float, patience: float) -> bool:
        """While reading is paused, it is we who are slow."""
        if self.awaited is Receiving.NOTHING or self.flow.read_paused:
            return False
        earned = self.got / MIN_BODY_RATE if self.awaited is Receiving.BODY else 0.0
        return now > self.since + patience + earned

    def is_stalled(self, now: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self.unsent:
            self.unsent, self.stalled_since = unsent, now
        return unsent > 0 and now > self.stalled_since + MAX_STALL_SECONDS

    def cut(self, status: int, why: str) -> None:
        """With a reason, unless an answer is on its way already. Whoever reads the body hears that it broke off."""
        if self.transport.is_closing():
            return
        log.info("client_cut", why=why)
        if self.got and self.may_be_told():
            self.transport.write(refusal(status, why))
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def may_be_told(self) -> bool:
        """Not in the middle of an answer to this request, or to the one before."""
        if self.cycle is None or (self.awaited is Receiving.HEAD and self.cycle.response_complete):
            return True
        return self.awaited is Receiving.BODY and not self.cycle.response_started


def refusal(status: int, why: str) -> bytes:
    body = orjson.dumps(problems.problem_body(status, why))
    head = b"content-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return STATUS_LINE[status] + head % (problems.MEDIA_TYPE.encode(), len(body)) + body


def finish(connections: Iterable[object]) -> None:
    for each in connections:
        if isinstance(each, Connection):
            each.finish()


def look_at(connections: Iterable[object], now: float, patience: float) -> None:
    """Those that are still of HTTP; a copy, because cutting one takes it out."""
    for each in list(connections):
        if isinstance(each, Connection):
            each.look(now, patience)
