"""A real Postgres for the whole run, a database of its own for each test."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import pytest_asyncio

from funnelcast.embedded_postgres.server import FOR_TESTS, embedded_postgres
from tests import throwaway
from tests.running import migrated

pytest_plugins = ["tests.kafka"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a server: the one in FUNNELCAST_TEST_POSTGRES, or, for `container`, Postgres 18 in one; else our own,
    fast and forgetful."""
    given = os.environ.get("FUNNELCAST_TEST_POSTGRES")
    if given == "container":
        with throwaway.postgres() as url:
            yield url
        return
    if given:
        yield given
        return
    async with embedded_postgres(tmp_path_factory.mktemp("postgres"), FOR_TESTS) as server:
        yield server.url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated_once(postgres: str) -> AsyncIterator[str]:
    """The name of a database at this code's version, to be copied: ten times as quick as migrating each."""
    async with made(postgres) as url:
        await migrated(url)
        yield url.rpartition("/")[2]


@pytest_asyncio.fixture
async def database(postgres: str, migrated_once: str) -> AsyncIterator[str]:
    """The URL of a database without a row, at this code's version; dropped after the test."""
    async with made(postgres, f"TEMPLATE {migrated_once}") as url:
        yield url


@pytest_asyncio.fixture
async def empty_database(postgres: str) -> AsyncIterator[str]:
    """The URL of a database without a table, dropped after the test."""
    async with made(postgres) as url:
        yield url


@asynccontextmanager
async def made(postgres: str, how: str = "") -> AsyncIterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(postgres.replace("+asyncpg", ""))
    try:
        await connection.execute(f"CREATE DATABASE {name} {how}")
        yield f"{postgres.rpartition('/')[0]}/{name}"
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
