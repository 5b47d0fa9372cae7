"""A road to a server on which messages stand still, or are lost with their connection."""

import asyncio
import struct
from asyncio import StreamReader, StreamWriter
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import make_url

COMMIT = b"COMMIT;"
PIECE = 65_536


class Fate(Enum):
    """The fate of a COMMIT, and with it of its connection."""

    PASSES = "passes"
    LOST = "cut before it arrived"
    RACES = "cut when it was sent"
    UNANSWERED = "cut when it was answered"


@dataclass
class Proxy:
    """`swap`: bytes in the server's answers, and what is put in their place."""

    host: str
    port: int
    swap: tuple[bytes, bytes] = (b"", b"")
    fates: deque[Fate] = field(default_factory=deque)
    """Of the next transactions' ends, first come first; those after them pass."""
    going: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, all connections stay, and nothing arrives."""
    garble: Callable[[bytes], bytes] = bytes
    """What becomes of what the server says."""
    losing: bool = False
    """Whether what stood still is lost, and its connection cut, when all goes on."""
    carrying: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, client: StreamReader, to_client: StreamWriter) -> None:
        self.carrying.add(asyncio.create_task(self.carry(client, to_client)))

    async def passes(self) -> None:
        stood_still = not self.going.is_set()
        await self.going.wait()
        if stood_still and self.losing:
            raise Cut

    async def carry(self, client: StreamReader, to_client: StreamWriter) -> None:
        """One connection. What was sent arrives, also when its sender has gone away meanwhile."""
        server, to_server = await asyncio.open_connection(self.host, self.port)
        try:
            async with asyncio.TaskGroup() as both:
                answers = both.create_task(self.answers(server, to_client))
                await self.sent(client, server, to_server, answers)
                raise Cut
        except* (Cut, OSError):
            pass
        finally:
            to_client.transport.abort()
            to_server.close()

    async def sent(
        self, client: StreamReader, server: StreamReader, to_server: StreamWriter, answers: asyncio.Task[None]
    ) -> None:
        while piece := await client.read(PIECE):
            await self.passes()
            fate = self.fates.popleft() if self.fates and COMMIT in piece else Fate.PASSES
            if fate is Fate.LOST:
                raise Cut
            if fate is Fate.UNANSWERED:
                answers.cancel()
                await asyncio.wait({answers})
            to_server.write(piece)
            await to_server.drain()
            if fate is Fate.UNANSWERED:
                await server.read(PIECE)
            if fate is not Fate.PASSES:
                raise Cut

    async def answers(self, server: StreamReader, to_client: StreamWriter) -> None:
        while piece := await server.read(PIECE):
            await self.passes()
            to_client.write(self.garble(piece.replace(*self.swap) if self.swap[0] else piece))
            with suppress(ConnectionError):
                await to_client.drain()
        raise Cut


class Cut(Exception):
    """This connection ends here."""


@asynccontextmanager
async def listening(proxy: Proxy) -> AsyncIterator[int]:
    """The port of the road's beginning."""
    proxy.going.set()
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in proxy.carrying:
            task.cancel()
        await asyncio.gather(*proxy.carrying, return_exceptions=True)


@asynccontextmanager
async def before_postgres(url: str) -> AsyncIterator[tuple[str, Proxy]]:
    """The URL of the same database, by such a road."""
    place = make_url(url)
    proxy = Proxy(place.host or "127.0.0.1", place.port or 5432)
    async with listening(proxy) as port:
        yield place.set(host="127.0.0.1", port=port).render_as_string(hide_password=False), proxy


@asynccontextmanager
async def before_kafka(address: str) -> AsyncIterator[tuple[str, Proxy]]:
    """Brokers tell their own address: the proxy's is put in its place, or clients would pass it by."""
    host, _, port = address.partition(":")
    proxy = Proxy(host, int(port))
    async with listening(proxy) as near:
        proxy.swap = named(host, int(port)), named(host, near)
        yield f"127.0.0.1:{near}", proxy


def named(host: str, port: int) -> bytes:
    return host.encode() + struct.pack(">i", port)
