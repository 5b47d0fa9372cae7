"""Sessions stand for the key with which a person signed in, until they or it end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.pipeline.service import SERVICE
from shared.web.callers import access, sessions
from tests.running import Clock, connected, make_key, running_services

DEALS = "/pipeline/v1/opportunities"
ME = "/pipeline/v1/me"
DEAL = {"name": "A", "account": "a", "owner": "ann", "motion": "new_business"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def api(database: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with running_services(database, [SERVICE], clock_and_ids=clock.clock_and_ids(), work=False) as client:
        yield client


def bearer(secret: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@asynccontextmanager
async def transaction(database: str) -> AsyncIterator[AsyncConnection]:
    async with connected(database) as engine, engine.begin() as tx:
        yield tx


async def sign_in(database: str, clock: Clock, key: str) -> str:
    async with transaction(database) as tx:
        token = await sessions.start(tx, clock.new_id(), key, clock.now())
    assert token is not None
    return token


async def key_id(tx: AsyncConnection, key: str) -> UUID:
    query = select(access.keys.c.key_id).where(access.keys.c.hash == access.hash_secret(key))
    return (await tx.execute(query)).scalar_one()


async def status(api: httpx.AsyncClient, secret: str) -> int:
    return (await api.get(ME, headers=bearer(secret))).status_code


async def test_a_session_may_do_what_its_key_may_do(api: httpx.AsyncClient, database: str, clock: Clock) -> None:
    key = await make_key(database, ["pipeline:read"], name="ann", node=None, owner="ann")
    token = await sign_in(database, clock, key)
    as_key, as_session = [(await api.get(ME, headers=bearer(secret))).json() for secret in (key, token)]
    assert as_session.pop("expires_at") == (clock.now() + timedelta(hours=12)).isoformat().replace("+00:00", "Z")
    assert as_key.pop("expires_at") is None
    assert as_session == as_key
    assert (await api.get(DEALS, headers=bearer(token))).status_code == 200
    assert (await api.post(DEALS, json=DEAL, headers=bearer(token))).status_code == 403


async def test_a_session_has_the_place_and_the_idempotency_of_its_key(
    api: httpx.AsyncClient, database: str, clock: Clock
) -> None:
    tied = await sign_in(database, clock, await make_key(database, node="north"))
    assert (await api.get(ME, headers=bearer(tied))).json()["node"] == "north"
    key = await make_key(database)
    token = await sign_in(database, clock, key)
    first = await api.post(DEALS, json=DEAL, headers=bearer(key) | {"Idempotency-Key": "k"})
    again = await api.post(DEALS, json=DEAL, headers=bearer(token) | {"Idempotency-Key": "k"})
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")


async def test_a_session_ends_to_the_second_after_twelve_hours(
    api: httpx.AsyncClient, database: str, clock: Clock
) -> None:
    token = await sign_in(database, clock, await make_key(database))
    clock.pass_by(hours=12, seconds=-1)
    assert await status(api, token) == 200
    clock.pass_by(seconds=1)
    assert await status(api, token) == 401


async def test_a_session_ends_when_its_key_expires(api: httpx.AsyncClient, database: str, clock: Clock) -> None:
    token = await sign_in(database, clock, await make_key(database, expires_at=clock.now() + timedelta(hours=1)))
    assert await status(api, token) == 200
    clock.pass_by(hours=1)
    assert await status(api, token) == 401


async def test_a_session_ends_within_five_seconds_of_signing_out(
    api: httpx.AsyncClient, database: str, clock: Clock
) -> None:
    key = await make_key(database)
    token, other = [await sign_in(database, clock, key) for _ in range(2)]
    assert await status(api, token) == 200
    async with transaction(database) as tx:
        assert await sessions.end(tx, token)
        assert not await sessions.end(tx, token)
        assert await sessions.find(tx, token, clock.now()) is None
    clock.pass_by(seconds=5)
    assert [await status(api, secret) for secret in (token, other, key)] == [401, 200, 200]


@pytest.mark.parametrize("is_rotated", [False, True])
async def test_a_session_ends_within_five_seconds_of_its_key(
    api: httpx.AsyncClient, database: str, clock: Clock, is_rotated: bool
) -> None:
    key = await make_key(database)
    token = await sign_in(database, clock, key)
    async with transaction(database) as tx:
        if is_rotated:
            assert await access.rotate(tx, await key_id(tx, key), clock.new_id())
    assert await status(api, token) == 200
    async with transaction(database) as tx:
        assert await access.revoke(tx, await key_id(tx, key))
        assert await sessions.find(tx, token, clock.now()) is None
    clock.pass_by(seconds=5)
    assert await status(api, token) == 401


async def test_nobody_signs_in_without_a_valid_key(database: str, clock: Clock) -> None:
    expired = await make_key(database, expires_at=clock.now())
    revoked, valid = await make_key(database), await make_key(database)
    async with transaction(database) as tx:
        assert await access.revoke(tx, await key_id(tx, revoked))
        token = await sessions.start(tx, clock.new_id(), valid, clock.now())
        assert token
        for wrong in ("", "fc_unknown", expired, revoked, token, access.hash_secret(valid)):
            assert await sessions.start(tx, clock.new_id(), wrong, clock.now()) is None


async def test_the_token_is_stored_nowhere_and_its_session_is_found_by_it(database: str, clock: Clock) -> None:
    key = await make_key(database)
    token = await sign_in(database, clock, key)
    async with transaction(database) as tx:
        (row,) = (await tx.execute(select(access.sessions))).all()
        assert row.hash == access.hash_secret(token)
        assert token not in str(row)
        found = await sessions.find(tx, token, clock.now())
        assert found == sessions.Session(row.session_id, await key_id(tx, key), clock.now() + timedelta(hours=12))
        assert await sessions.find(tx, row.hash, clock.now()) is None


async def test_signing_in_deletes_sessions_that_have_expired(database: str, clock: Clock) -> None:
    key = await make_key(database)
    for _ in range(3):
        await sign_in(database, clock, key)
    clock.pass_by(hours=12)
    await sign_in(database, clock, key)
    async with transaction(database) as tx:
        assert (await tx.execute(select(func.count()).select_from(access.sessions))).scalar_one() == 1
