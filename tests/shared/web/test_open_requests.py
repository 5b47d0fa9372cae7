"""A request that goes on for long ends with its key: a stream, a wait, a body that is still being sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from services.pipeline.service import SERVICE
from shared.web.callers import access, open_requests
from tests.running import connected, make_key, served_services, within

DEALS = "/pipeline/v1/opportunities"
STREAM = "/pipeline/v1/events/stream"
DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}
HEAD = (
    b"POST %b HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer %b\r\nContent-Length: 1000\r\n\r\n"
)
SECONDS = 5


@pytest_asyncio.fixture
async def api(database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with served_services(database, [SERVICE]) as (client, _):
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def revoke(database: str, key: str) -> None:
    async with connected(database) as engine, engine.begin() as tx:
        found = (await tx.execute(access.keys.select().where(access.keys.c.hash == access.hash_secret(key)))).one()
        assert await access.revoke(tx, found.key_id)


async def expire(database: str, key: str) -> None:
    its_own = access.keys.c.hash == access.hash_secret(key)
    past = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251 - the service runs by the machine's clock
    async with connected(database) as engine, engine.begin() as tx:
        await tx.execute(access.keys.update().where(its_own).values(expires_at=past))


@asynccontextmanager
async def stream_of(api: httpx.AsyncClient, key: str) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of an event stream that has begun."""
    async with api.stream("GET", STREAM, headers=bearer(key)) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == ": connected"
        yield lines


async def rest_of(lines: AsyncIterator[str]) -> list[str]:
    return [line async for line in lines if line]


async def test_the_event_stream_of_a_revoked_key_ends_and_that_of_another_goes_on(
    api: httpx.AsyncClient, database: str
) -> None:
    key, other = await make_key(database), await make_key(database)
    async with stream_of(api, key) as ending, stream_of(api, other) as lasting:
        await revoke(database, key)
        assert await within(SECONDS, rest_of(ending)) == []
        assert (await api.post(DEALS, json=DEAL)).status_code == 201
        assert "id: 1" in [await within(SECONDS, anext(lasting)) for _ in range(3)]
    assert (await api.get(DEALS, headers=bearer(key))).status_code == 401


async def test_the_event_stream_of_a_key_that_expires_ends(api: httpx.AsyncClient, database: str) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - the service runs by the machine's clock
    key = await make_key(database, expires_at=soon)
    async with stream_of(api, key) as lines:
        await expire(database, key)
        assert await within(SECONDS, rest_of(lines)) == []


async def test_who_waits_for_a_position_with_a_key_that_is_revoked_gets_no_answer_but_401(
    api: httpx.AsyncClient, database: str
) -> None:
    key = await make_key(database)
    never = {"X-Min-Position": "pipeline:999", "Prefer": "wait=30"}
    assert (await api.get(DEALS, headers=bearer(key))).status_code == 200
    waiting = asyncio.ensure_future(api.get(DEALS, headers=bearer(key) | never))
    await revoke(database, key)
    answer = await within(SECONDS, waiting)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_body_that_is_sent_slowly_is_not_taken_after_its_key_was_revoked(
    api: httpx.AsyncClient, database: str
) -> None:
    key = await make_key(database)
    reader, writer = await asyncio.open_connection(api.base_url.host, api.base_url.port)
    try:
        writer.write(HEAD % (DEALS.encode(), key.encode()) + b'{"name": ')
        assert (await api.get(DEALS, headers=bearer(key))).status_code == 200
        await revoke(database, key)
        assert (await within(SECONDS, reader.readline())).startswith(b"HTTP/1.1 401 ")
    finally:
        writer.transport.abort()


async def test_open_requests_outlive_an_outage_of_the_database(
    api: httpx.AsyncClient, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = asyncio.Semaphore(0)

    async def fails(found_by: access.Access, hashes: object) -> dict[str, access.Caller]:
        looks.release()
        raise OSError("the database is away")

    async with stream_of(api, await make_key(database)) as lines:
        monkeypatch.setattr(open_requests, "SECONDS_BETWEEN_LOOKS", 0.01)
        with monkeypatch.context() as away:
            away.setattr(access.Access, "look_up", fails)
            for _ in range(3):
                await within(SECONDS, looks.acquire())
        assert (await api.post(DEALS, json=DEAL)).status_code == 201
        assert "id: 1" in [await within(SECONDS, anext(lines)) for _ in range(3)]
