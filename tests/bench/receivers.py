"""Receivers of webhooks in a process of their own. Each path is an endpoint: those below /dead never answer, those
below /slow after seconds; the others count what they get, and how old it is."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import orjson
import uvloop

from shared.rules.clock_and_ids import ClockAndIds

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
SLOW_SECONDS = 5.0
now = ClockAndIds().now
ages: list[float] = []
"""Seconds from when an event was recorded until it was here."""


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET"):
                answer_count(writer)
                continue
            body = await reader.readexactly(length_of(head))
            endpoint = ENDPOINTS.get(head.split(b" ", 2)[1].split(b"/", 2)[1], count)
            await endpoint(reader, body)
            writer.write(OK)
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


async def count(reader: asyncio.StreamReader, body: bytes) -> None:
    recorded = datetime.fromisoformat(orjson.loads(body)["recordedtime"])
    ages.append((now() - recorded).total_seconds())


async def be_slow(reader: asyncio.StreamReader, body: bytes) -> None:
    await asyncio.sleep(SLOW_SECONDS)


async def be_dead(reader: asyncio.StreamReader, body: bytes) -> None:
    """Answers nothing until the other side gives up."""
    await reader.read()
    raise ConnectionResetError


ENDPOINTS: dict[bytes, Callable[[asyncio.StreamReader, bytes], Awaitable[None]]] = {b"dead": be_dead, b"slow": be_slow}


def answer_count(writer: asyncio.StreamWriter) -> None:
    """The answer with the count, and with the 99th percentile of the ages."""
    late = sorted(ages)[int(len(ages) * 0.99)] if ages else 0.0
    body = orjson.dumps({"count": len(ages), "p99": late})
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def length_of(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def main(port: int) -> None:
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(main(parser.parse_args().port))
