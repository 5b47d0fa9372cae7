"""A load generator of our own: for a steady rate, which wrk does not keep, and for machines without wrk.

At a steady rate a request's time counts from when it was due, so that waiting in line is not left out.
"""

import argparse
import asyncio
import statistics
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httptools
import orjson
import uvloop

Reply = Callable[[bytes, float], None]


@dataclass
class Line(asyncio.Protocol):
    """One connection: one request at a time."""

    post: "Post"
    due: float = 0.0
    body: bytearray = field(default_factory=bytearray)
    transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport, self.parser = transport, httptools.HttpResponseParser(self)

    def send(self, due: float) -> None:
        self.due = due
        self.transport.write(self.post.request())

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        found, self.body = bytes(self.body), bytearray()
        self.post.answered(self, self.parser.get_status_code(), found)

    def connection_lost(self, error: Exception | None) -> None:
        self.post.broken += not self.post.closed


@dataclass
class Post:
    """Posts to one server. `asks` gives the path and the body of the next request; without a body it is a GET. `rate`
    0: as fast as answers come."""

    address: str
    key: str
    mark: str
    write_requests: Callable[[], tuple[str, bytes]]
    rate: float = 0.0
    reply: Reply = lambda body, due: None
    times: list[float] = field(default_factory=list)
    refused: int = 0
    broken: int = 0
    idle: deque[Line] = field(default_factory=deque)
    waiting: deque[float] = field(default_factory=deque)
    ended: bool = False
    closed: bool = False

    def __post_init__(self) -> None:
        place = urlsplit(self.address)
        self.host, self.port = place.hostname or "", place.port or 80
        self.headers = (
            f" HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {self.key}\r\n"
            f"X-Correlation-Id: {self.mark}\r\n"
        ).encode()

    def request(self) -> bytes:
        path, body = self.write_requests()
        if not body:
            return b"GET " + path.encode() + self.headers + b"\r\n"
        kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        return b"POST " + path.encode() + self.headers + kind + body

    def answered(self, line: Line, status: int, body: bytes) -> None:
        if status in (200, 201):
            self.times.append(perf_counter() - line.due)
            self.reply(body, line.due)
        else:
            self.refused += 1
        if self.waiting:
            line.send(self.waiting.popleft())
        elif self.rate or self.ended:
            self.idle.append(line)
        else:
            line.send(perf_counter())

    async def run(self, connections: int, seconds: float) -> float:
        """Returns how long it took, all answers included."""
        loop = asyncio.get_running_loop()
        lines = [
            (await loop.create_connection(lambda: Line(self), self.host, self.port))[1] for _ in range(connections)
        ]
        began = perf_counter()
        if self.rate:
            self.idle.extend(lines)
            await self.steadily(began, seconds)
        else:
            for line in lines:
                line.send(perf_counter())
            await asyncio.sleep(seconds)
        self.ended = True
        async with asyncio.timeout(30):
            while len(self.idle) + self.broken < connections:
                await asyncio.sleep(0.002)
        spent, self.closed = perf_counter() - began, True
        for line in lines:
            line.transport.close()
        return spent

    async def steadily(self, began: float, seconds: float) -> None:
        for number in range(round(self.rate * seconds)):
            due = began + number / self.rate
            if (ahead := due - perf_counter()) > 0:
                await asyncio.sleep(ahead)
            if self.idle:
                self.idle.popleft().send(due)
            else:
                self.waiting.append(due)


def percentile(times: list[float], percent: int) -> float:
    """Seconds."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] if len(times) > 1 else sum(times)


def main() -> None:
    options = argparse.ArgumentParser()
    for name, kind in {"connections": int, "seconds": float, "rate": float, "first": int}.items():
        options.add_argument(f"--{name}", type=kind, default=0)
    for name in ("address", "path", "key", "mark", "head", "tail"):
        options.add_argument(f"--{name}", default="")
    asked = options.parse_args()
    numbers = iter(range(asked.first + 1, asked.first + 1_000_000_000))

    def write_requests() -> tuple[str, bytes]:
        return asked.path, f"{asked.head}{next(numbers)}{asked.tail}".encode() if asked.head else b""

    post = Post(asked.address, asked.key, asked.mark, write_requests, asked.rate)
    seconds = uvloop.run(post.run(asked.connections, asked.seconds))
    found = {
        "requests": len(post.times),
        "seconds": seconds,
        "refused": post.refused,
        "broken": post.broken,
        "p50": percentile(post.times, 50) * 1000,
        "p99": percentile(post.times, 99) * 1000,
    }
    print(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
