"""Clients of an event stream that take nothing: each costs a bounded memory, and others notice nothing."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import perf_counter

import httpx
import psutil
import pytest
from sqlalchemy import text

from funnelcast.serving.services import SERVICES
from shared.run.process import Server, make_server
from tests.funnelcast.at_work import DEAL
from tests.running import PATIENT, connected, eventually, make_key, running_apps, started

SLOW, EVENTS, SIZE = 48, 600, 20_000
"""Clients; events that wait for them; bytes of each."""
ALLOWED = 1024 * 1024
"""Bytes that each may cost, as promised."""
STREAM = "/pipeline/v1/events/stream"
REQUESTS = 100
BACKLOG = text("""
    INSERT INTO events
        (position, event_id, stream, version, type, data, occurred_at, recorded_at, actor, correlation_id)
    SELECT n, gen_random_uuid(), 'opportunity-' || n, 1, 'opportunity.opened', jsonb_build_object('text', words),
        now(), now(), 'tests', gen_random_uuid()
    FROM generate_series(1, :events) AS n
    JOIN LATERAL (SELECT string_agg(md5(n || '/' || m), '') AS words FROM generate_series(1, :size / 32) AS m)
        AS said ON true""")


@dataclass
class Served:
    """A service with a long feed, which nobody follows but its listeners."""

    api: httpx.AsyncClient
    port: int
    server: Server
    key: str

    @property
    def request(self) -> bytes:
        head = f"GET {STREAM} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {self.key}\r\n\r\n"
        return head.encode()

    @contextmanager
    def slow_client(self) -> Iterator[None]:
        with socket.socket() as taking_nothing:
            taking_nothing.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            taking_nothing.connect(("127.0.0.1", self.port))
            taking_nothing.sendall(self.request)
            yield

    async def stalled(self) -> bool:
        """Whether nothing more can be sent to any of them."""
        unsent = [each.transport.get_write_buffer_size() for each in self.server.server_state.connections]
        return sum(size > 0 for size in unsent) >= SLOW

    async def listened(self, number: int) -> int:
        """The number of events that a client gets who takes all: at least so many."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.request)
        count, rest = 0, b""
        while count < number:
            rest += await reader.read(1 << 20)
            count += rest.count(b"\nid: ")
            rest = rest[-4:]
        writer.close()
        return count

    async def slowest_of_hundred(self) -> float:
        """Seconds that 99 % of writes take at most."""
        times = []
        for _ in range(REQUESTS):
            begun = perf_counter()
            (await self.api.post("/pipeline/v1/opportunities", json=DEAL)).raise_for_status()
            times.append(perf_counter() - begun)
        return sorted(times)[int(0.99 * REQUESTS)]


@asynccontextmanager
async def served(database: str) -> AsyncIterator[Served]:
    async with connected(database, search_path="pipeline") as store, store.begin() as tx:
        await tx.execute(BACKLOG, {"events": EVENTS, "size": SIZE})
    async with running_apps(database, [SERVICES["pipeline"]], work=False) as apps:
        serving = make_server(apps, PATIENT)
        task = asyncio.ensure_future(serving.serve())
        try:
            await eventually(lambda: started(serving))
            port = serving.servers[0].sockets[0].getsockname()[1]
            key = await make_key(database)
            headers = {"Authorization": f"Bearer {key}"}
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as api:
                yield Served(api, port, serving, key)
        finally:
            serving.stop()
            await task


def resident() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


async def cost(here: Served, clients: ExitStack) -> int:
    """Bytes for each slow client; they stay."""
    assert await here.listened(EVENTS) >= EVENTS
    before = resident()
    for _ in range(SLOW):
        clients.enter_context(here.slow_client())
    await eventually(here.stalled)
    return (resident() - before) // SLOW


@pytest.mark.timeout(120)
async def test_slow_listeners_cost_little_and_others_notice_nothing(database: str) -> None:
    async with served(database) as here:
        alone = await here.slowest_of_hundred()
        with ExitStack() as clients:
            each = await cost(here, clients)
            beside = await here.slowest_of_hundred()
            heard = await here.listened(EVENTS + 2 * REQUESTS)
    assert each <= ALLOWED, "a slow client costs too much"
    assert heard == EVENTS + 2 * REQUESTS
    print(
        f"{SLOW} clients that take nothing of {EVENTS * SIZE // 2**20} MiB: {each / 1024:.0f} KiB each; beside them a"
    )
    print(f"listener gets all {heard}; p99 of writes {1000 * beside:.1f} ms, without them {1000 * alone:.1f} ms")


async def test_pages_of_any_size_cost_too_much(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a page's number of events, however large they are."""
    monkeypatch.setattr("shared.web.feed.routes.MAX_BUFFERED", EVENTS * SIZE)
    async with served(database) as here:
        with ExitStack() as clients:
            assert await cost(here, clients) > ALLOWED
