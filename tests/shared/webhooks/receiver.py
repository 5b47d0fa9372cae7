"""A receiver of webhooks behind a real port, that answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

Behaviour = int | str | Literal["hang", "close", "cut"]
"""A status, or a whole answer. `hang`: no answer. `close`: the connection ends before the answer. `cut`: within it."""


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return dict(orjson.loads(self.body))


@dataclass
class ReceiverServer:
    """`behave`: chooses by the request. `requests`: all that came, also those that got no answer. `connections`: those
    that are open. `accepted`: all there were."""

    behave: Callable[[Request], Behaviour] = lambda request: 200
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    accepted: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [request.message_id for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.accepted += 1
        try:
            while (request := await read_request(reader)) is not None:
                self.requests.append(request)
                if not await self.answer(self.behave(request), writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self.connections -= 1
            writer.close()

    async def answer(self, behaviour: Behaviour, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        if behaviour == "hang":
            await self.stopped.wait()
        elif behaviour == "cut":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        elif isinstance(behaviour, int):
            writer.write(f"HTTP/1.1 {behaviour} Any\r\nContent-Length: 2\r\n\r\nok".encode())
        elif behaviour != "close":
            writer.write(behaviour.encode())
        await writer.drain()
        return isinstance(behaviour, int)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(first.split(" ")[1], headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def receiving(behave: Callable[[Request], Behaviour] = lambda request: 200) -> AsyncIterator[ReceiverServer]:
    made = ReceiverServer(behave)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.stopped.set()
        server.close()
