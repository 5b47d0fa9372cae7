"""Connections without a key: however many one address opens, others are served. Over real sockets."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from services.pipeline.service import SERVICE
from shared.run.idle_connections import IdleConnections, networks
from shared.run.settings import Settings
from tests.funnelcast import command
from tests.running import eventually, served_services, within

ALIVE = "/pipeline/healthz"
DEALS = "/pipeline/v1/opportunities"
STREAM = "/pipeline/v1/events/stream"
Connected = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Idle:
    """A connection that is told to close."""

    is_closed = False

    def close_idle(self) -> None:
        self.is_closed = True


def test_the_longest_idle_connection_of_an_address_is_closed_first() -> None:
    idle, connections = IdleConnections(per_address=2), [Idle() for _ in range(3)]
    idle.add(connections[0], "192.0.2.1")
    idle.add(connections[1], "192.0.2.1")
    idle.add(Idle(), "192.0.2.2")
    idle.remove(connections[0], "192.0.2.1")
    idle.add(connections[0], "192.0.2.1")
    idle.add(connections[2], "192.0.2.1")
    assert [each.is_closed for each in connections] == [False, True, False]


def test_a_trusted_proxy_may_have_any_number() -> None:
    idle = IdleConnections(per_address=1, trusted=networks("10.0.0.0/8, 2001:db8::1"))
    connections = [Idle() for _ in range(4)]
    for each, address in zip(connections, ["10.1.2.3", "10.1.2.3", "192.0.2.1", "192.0.2.1"], strict=True):
        idle.add(each, address)
    assert [each.is_closed for each in connections] == [False, False, True, False]


def test_nothing_is_kept_of_addresses_that_have_gone() -> None:
    idle = IdleConnections(per_address=1)
    for number in range(100):
        connection = Idle()
        idle.add(connection, f"192.0.2.{number}")
        idle.remove(connection, f"192.0.2.{number}")
    assert (len(idle.by_address), len(idle.all)) == (0, 0)


@asynccontextmanager
async def opened(api: httpx.AsyncClient, count: int) -> AsyncIterator[list[Connected]]:
    """Connections on which nothing is sent."""
    connections = [await asyncio.open_connection(api.base_url.host, api.base_url.port) for _ in range(count)]
    try:
        yield connections
    finally:
        for _, writer in connections:
            writer.transport.abort()


def ended(connections: list[Connected]) -> int:
    return sum(reader.at_eof() for reader, _ in connections)


async def test_silent_connections_of_one_address_are_limited_and_requests_answered(database: str) -> None:
    few = Settings(connections=4, port=0, idle_connections_per_address=10)
    async with served_services(database, [SERVICE], settings=few) as (api, server), opened(api, 100) as connections:

        async def most_have_ended() -> bool:
            return ended(connections) >= 90

        await eventually(most_have_ended, seconds=5)
        assert len(server.server_state.connections) <= 11
        assert (await within(2, api.get(ALIVE))).status_code == 200


async def test_connections_that_are_at_work_are_not_counted_as_idle(database: str) -> None:
    few = Settings(connections=4, port=0, idle_connections_per_address=3)
    async with served_services(database, [SERVICE], settings=few) as (api, _), AsyncExitStack() as streams:
        answers = [await streams.enter_async_context(api.stream("GET", STREAM)) for _ in range(10)]
        lines = [answer.aiter_lines() for answer in answers]
        assert [await anext(each) for each in lines] == [": connected"] * 10
        async with opened(api, 20):
            deal = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
            assert (await api.post(DEALS, json=deal)).status_code == 201
        for each in lines:
            assert "id: 1" in [await within(5, anext(each)) for _ in range(2)]


def test_290_silent_connections_do_not_end_a_process_that_has_300_descriptors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "COMMAND", ("sh", "-c", 'ulimit -n 300; exec "$0" "$@"', *command.COMMAND))
    lead = {"source": "newsletter", "person": {"email": "ada@example.com"}}
    with command.up(tmp_path) as system, ExitStack() as silent:
        url = httpx.URL(system.address)
        for _ in range(290):
            silent.enter_context(socket.create_connection((url.host, url.port)))
        with system.client() as api:
            for _ in range(5):
                assert api.get("/forecast/readyz").status_code == 200
                assert api.post("/intake/v1/leads", json=lead).is_success
        assert system.process.poll() is None


async def test_one_key_cannot_have_all_event_streams(database: str) -> None:
    few = Settings(connections=4, port=0, streams_per_key=2)
    async with served_services(database, [SERVICE], settings=few) as (api, _), AsyncExitStack() as streams:
        answers = [await streams.enter_async_context(api.stream("GET", STREAM)) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert answers[2].headers["Retry-After"] == "1"
        assert (await api.get(DEALS)).status_code == 200


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\xfc", b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\x00" * 99]
)
async def test_what_is_not_http_is_answered_by_a_problem_document(database: str, sent: bytes) -> None:
    async with (
        served_services(database, [SERVICE], settings=Settings(connections=4, port=0)) as (api, _),
        opened(api, 1) as [(reader, writer)],
    ):
        writer.write(sent)
        answer = await within(5, reader.read())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert httpx.Response(400, content=body).json()["status"] == 400


def test_a_process_raises_its_limit_of_descriptors_as_far_as_it_can() -> None:
    program = (
        "import resource; from shared.run import descriptors; limit = resource.RLIMIT_NOFILE;"
        "resource.setrlimit(limit, (64, 500)); descriptors.raise_limit();"
        "print(*resource.getrlimit(limit), descriptors.highest(), descriptors.connections_of_clients())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=command.ROOT)
    assert ran.stdout.split() == ["500", "500", "500", "300"]
