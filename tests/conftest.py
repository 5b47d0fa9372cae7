"""A real Postgres for the whole run, a database of its own for each test."""

import os
import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from shared.run.embedded import FOR_TESTS, embedded_postgres

pytest_plugins = ["tests.kafka"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a server: the one in FUNNELCAST_TEST_POSTGRES, else our own, fast and forgetful."""
    given = os.environ.get("FUNNELCAST_TEST_POSTGRES")
    if given:
        yield given
        return
    async with embedded_postgres(tmp_path_factory.mktemp("postgres"), FOR_TESTS) as server:
        yield server.url


@pytest_asyncio.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    """The URL of an empty database, dropped after the test."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(postgres.replace("+asyncpg", ""))
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        yield f"{postgres.rpartition('/')[0]}/{name}"
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
