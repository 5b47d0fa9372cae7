"""Both logs, each real, each with a way to take it away and bring it back."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine

from shared.flow.log import Log
from shared.flow.log.kafka import KafkaLog
from shared.flow.log.postgres import PostgresLog
from shared.flow.log.tables import metadata
from tests.kafka import Broker


class Outage(Protocol):
    away: bool

    async def begin(self) -> None: ...

    async def end(self) -> None: ...


@dataclass
class PostgresOutage:
    """A database that ends its connections and accepts none, as a server that is shutting down."""

    server: str
    database: str
    away: bool = False

    async def begin(self) -> None:
        self.away = True
        await self.execute(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS false")
        await self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", self.database)

    async def end(self) -> None:
        await self.execute(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS true")
        self.away = False

    async def execute(self, statement: str, *arguments: str) -> None:
        connection = await asyncpg.connect(self.server.replace("+asyncpg", ""))
        try:
            await connection.execute(statement, *arguments)
        finally:
            await connection.close()


@dataclass
class KafkaOutage:
    """`kill -9` of the broker."""

    broker: Broker
    away: bool = False

    async def begin(self) -> None:
        self.broker.kill()
        self.away = True

    async def end(self) -> None:
        await asyncio.to_thread(self.broker.start)
        self.away = False


@dataclass
class Ground:
    """The place of a log: `another` is a log of another process there."""

    another: Callable[[], Log]
    outage: Outage


@pytest.fixture
def topic() -> str:
    return f"test.{secrets.token_hex(6)}.v1"


@pytest_asyncio.fixture
async def postgres_ground(postgres: str, empty_database: str) -> AsyncIterator[Ground]:
    engine = create_async_engine(empty_database, connect_args={"timeout": 5})
    async with engine.begin() as tx:
        await tx.exec_driver_sql("CREATE SCHEMA log")
        await tx.run_sync(metadata.create_all)
    yield Ground(lambda: PostgresLog(engine), PostgresOutage(postgres, empty_database.rpartition("/")[2]))
    await engine.dispose()


@pytest.fixture
def kafka_ground(kafka: Broker) -> Ground:
    watermarks = f"test.{secrets.token_hex(6)}.watermarks.v1"
    return Ground(lambda: KafkaLog(kafka.address, watermarks=watermarks), KafkaOutage(kafka))


@pytest_asyncio.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
async def ground(request: pytest.FixtureRequest, postgres_ground: Ground) -> AsyncIterator[Ground]:
    ground: Ground = request.getfixturevalue("kafka_ground") if request.param == "kafka" else postgres_ground
    yield ground
    if ground.outage.away:
        await ground.outage.end()


@pytest_asyncio.fixture
async def log(ground: Ground) -> AsyncIterator[Log]:
    log = ground.another()
    yield log
    await log.close()
