"""Clients that dribble, or take nothing: they are cut, and nobody else notices. Over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle

import httpx
import orjson
import pytest
from structlog.testing import capture_logs
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.pipeline.service import SERVICE
from shared.run import process, server_connection
from shared.run.server_connection import MAX_HEAD, MAX_MESSAGE
from shared.run.settings import Settings
from tests.running import eventually, fresh, served_services, within

DEALS = "/pipeline/v1/opportunities"
DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
PATIENCE = 0.5
LOOK = 1.0
"""Seconds between two looks at all connections."""
BOUND = 4 * (PATIENCE + LOOK)
SLOW_ONES = 40
HEAD = (
    b"POST %b HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    b"Authorization: %b\r\nContent-Length: %d\r\n\r\n"
)


@dataclass
class System:
    api: httpx.AsyncClient

    @property
    def authorization(self) -> bytes:
        return self.api.headers["Authorization"].encode()

    def head(self, length: int) -> bytes:
        return HEAD % (DEALS.encode(), self.authorization, length)


@asynccontextmanager
async def served(database: str, patience: float = PATIENCE) -> AsyncIterator[System]:
    resources = Settings(connections=4, port=0, slow_client_seconds=patience)
    async with served_services(database, [SERVICE], settings=resources) as (api, _):
        yield System(api)


@dataclass
class Slow:
    """The bytes that a slow client got before it was cut, and the seconds until then."""

    heard: bytes
    seconds: float


async def dribble(system: System, first: bytes, drops: Sequence[bytes], every: float = 0.02) -> Slow:
    """Sends bytes slowly until the other side closes."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with connected(system) as (reader, writer):
        hearing = asyncio.ensure_future(all_of(reader))
        try:
            writer.write(first)
            for drop in cycle(drops):
                await asyncio.wait([hearing], timeout=every)
                if hearing.done() or writer.is_closing():  # uvloop refuses to write to what was reset
                    break
                writer.write(drop)
        finally:
            hearing.cancel()
            await asyncio.wait([hearing])
        heard = b"" if hearing.cancelled() else hearing.result()
    return Slow(heard, loop.time() - began)


async def all_of(reader: asyncio.StreamReader) -> bytes:
    heard = b""
    with suppress(ConnectionError):
        while more := await reader.read(65536):
            heard += more
    return heard


@asynccontextmanager
async def connected(system: System) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    url = system.api.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


def never(system: System) -> tuple[bytes, Sequence[bytes]]:
    return b"", [b""]


def head(system: System) -> tuple[bytes, Sequence[bytes]]:
    return b"GET /pipeline/healthz HTTP/1.1\r\nHost: test\r\nX-Slow: ", [b"a"]


def blank_lines(system: System) -> tuple[bytes, Sequence[bytes]]:
    return b"", [b"\r\n"]


def body(system: System) -> tuple[bytes, Sequence[bytes]]:
    return system.head(100_000) + b'{"name": "', [b"a"]


def chunks(system: System) -> tuple[bytes, Sequence[bytes]]:
    length = b"Content-Length: 1\r\n"
    return system.head(1).replace(length, b"Transfer-Encoding: chunked\r\n"), [b"1\r\n", b" ", b"\r\n"]


def refused_body(system: System) -> tuple[bytes, Sequence[bytes]]:
    return system.head(100_000).replace(b"Bearer", b"Wrong"), [b"a"]


def second_head(system: System) -> tuple[bytes, Sequence[bytes]]:
    return b"GET /pipeline/healthz HTTP/1.1\r\nHost: test\r\n\r\nGET ", [b"/"]


WAYS = [never, head, blank_lines, body, chunks, refused_body, second_head]
Way = Callable[[System], tuple[bytes, Sequence[bytes]]]


@pytest.mark.parametrize("way", WAYS)
async def test_who_dribbles_is_cut_and_others_are_served_meanwhile(database: str, way: Way) -> None:
    async with served(database) as system:
        slow = [asyncio.ensure_future(dribble(system, *way(system))) for _ in range(SLOW_ONES)]
        served_meanwhile = 0
        while not all(one.done() for one in slow):
            async with asyncio.timeout(10):
                assert (await system.api.post(DEALS, json=DEAL)).status_code == 201
            served_meanwhile += 1
        cut = [one.result() for one in slow]
        longest = max(one.seconds for one in cut)
        print(f"{way.__name__}: {len(cut)} cut after {longest:.1f} s at most; {served_meanwhile} served meanwhile")
        assert longest <= BOUND
        assert served_meanwhile > 0
        if way in (head, body, chunks):
            heard = {one.heard for one in cut} - {b""}  # who goes on sending may lose what was said
            assert [one[:13] for one in heard] == [b"HTTP/1.1 408 "]
            assert b"application/problem+json" in min(heard)
            assert b"the request did not come in time" in min(heard)
        assert system.api.headers["Authorization"].encode() not in b"".join(one.heard for one in cut)


@pytest.mark.parametrize("way", [head, body])
async def test_without_our_connection_slow_clients_would_be_waited_for(
    database: str, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: uvicorn's own."""
    monkeypatch.setattr(process, "ServerConnection", HttpToolsProtocol)
    async with served(database) as system:
        with pytest.raises(TimeoutError):
            await within(2 * (PATIENCE + LOOK), dribble(system, *way(system)))


async def test_a_client_that_is_slow_but_sends_is_not_cut(database: str) -> None:
    """A body that comes with 100 KiB a second, for several times the patience."""
    content = b'{"name": "A", "account": "a", "owner": "ann", "motion": "new_business"' + b" " * 200_000 + b"}"
    steps = [content[start : start + 5_000] for start in range(0, len(content), 5_000)]

    async def trickle() -> AsyncIterator[bytes]:
        for step in steps:
            yield step
            await asyncio.sleep(0.05)

    async with served(database) as system:
        answer = await system.api.post(DEALS, content=trickle(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


async def test_an_idle_event_stream_and_a_waiting_request_are_not_cut(database: str) -> None:
    async with served(database) as system, system.api.stream("GET", "/pipeline/v1/events/stream") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == ": connected"
        later = {"X-Min-Position": "pipeline:1", "Prefer": "wait=20"}
        waiting = asyncio.ensure_future(system.api.get(DEALS, headers=later))
        await dribble(system, *head(system))
        await dribble(system, *head(system))
        opened = await system.api.post(DEALS, json=DEAL)
        assert (await waiting).status_code == 200
        found = [await anext(lines) for _ in range(4)]
    assert f"id: {opened.json()['position']}" in found


async def test_a_client_that_takes_nothing_is_cut(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_connection, "MAX_STALL_SECONDS", 1.0)
    asked = b"GET /pipeline/openapi.json HTTP/1.1\r\nHost: test\r\n\r\n"
    async with served(database, patience=30) as system:
        async with connected(system) as (_, writer):
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            for _ in range(300):
                writer.write(asked)
            await eventually(lambda: broken(writer))
        assert (await system.api.get(DEALS)).status_code == 200


async def broken(writer: asyncio.StreamWriter) -> bool:
    """Whether writing finds the other side gone."""
    writer.write(b"GET /pipeline/healthz HTTP/1.1\r\nHost: test\r\n\r\n")
    try:
        await within(0.05, writer.drain())
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return writer.is_closing()


async def test_a_head_or_a_body_without_an_end_is_cut_by_its_size(database: str) -> None:
    async with served(database, patience=60) as system:
        heads = await dribble(system, b"GET / HTTP/1.1\r\n", [b"X-A: %b\r\n" % (b"a" * 8_000)], every=0)
        assert heads.heard.startswith(b"HTTP/1.1 431 "), MAX_HEAD
        url = await dribble(system, b"GET /", [b"a" * 8_000], every=0)
        assert url.heard.startswith(b"HTTP/1.1 431 ")
        refused = await dribble(system, system.head(10**12), [b" " * 256 * 1024], every=0)
        assert b" 413 " in refused.heard or refused.heard == b"", MAX_MESSAGE


@pytest.mark.parametrize("line", [b"GET /%b HTTP/1.1", b"GET / HTTP/1.1\r\nX-A: %b"], ids=["URL", "header"])
async def test_a_head_that_comes_whole_is_cut_by_its_size_too(database: str, line: bytes) -> None:
    async with served(database) as system, connected(system) as (reader, writer):
        fits = b"\r\nHost: test\r\n\r\n"
        writer.write(line % (b"a" * (MAX_HEAD - 200)) + fits)
        assert (await within(10, reader.readline())).split()[1] in (b"401", b"404")
        async with connected(system) as (refused, other):
            other.write(line % (b"a" * (MAX_HEAD + 1)) + fits)
            assert (await within(10, refused.read())).startswith(b"HTTP/1.1 431 ")


async def test_a_client_that_goes_within_a_batch_is_no_error_of_the_service(database: str) -> None:
    async with served(database) as system:
        head = system.head(1_000).replace(b"opportunities HTTP", b"opportunities/batch HTTP")
        with capture_logs() as lines:
            async with connected(system) as (_, writer):
                writer.write(head.replace(b"application/json", b"application/x-ndjson") + b'{"half')
                await writer.drain()

            async def is_counted() -> bool:
                lines = (await system.api.get("/pipeline/metrics")).text.splitlines()
                return any("/batch" in line and 'status="400"' in line for line in lines)

            await eventually(is_counted)
        assert [line for line in lines if line["log_level"] == "error"] == []


async def test_fields_behind_the_body_are_no_headers(database: str) -> None:
    """They come after the checks of headers: with them a caller could change what a proxy has checked."""
    trailer = "Authorization: Bearer other\r\nIdempotency-Key: one\r\nOn-Behalf-Of: ann"
    async with served(database) as system:
        head = system.head(0).decode().replace("Content-Length: 0", "Transfer-Encoding: chunked", 1)
        for account in ("one.example", "two.example"):
            body = orjson.dumps(DEAL | {"account": account}).decode()
            async with connected(system) as (reader, writer):
                writer.write(f"{head}{len(body):x}\r\n{body}\r\n0\r\n{trailer}\r\n\r\n".encode())
                assert (await within(10, reader.readline())).split()[1] == b"201"


async def test_half_a_request_of_a_client_that_goes_is_ignored(database: str) -> None:
    async with served(database) as system:
        first = await system.api.post(DEALS, json=DEAL)
        for _ in range(20):
            async with connected(system) as (_, writer):
                writer.write(system.head(100) + b'{"name": "half')
                await writer.drain()
        after = await system.api.post(DEALS, json=DEAL)
        assert after.json()["position"] == first.json()["position"] + 1
        listed = await system.api.get(DEALS, headers=fresh(after))
    assert len(listed.json()["items"]) == 2
