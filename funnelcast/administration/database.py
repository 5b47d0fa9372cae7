"""The store that a command works on: a Postgres by URL, or the one in a data folder, running or not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from funnelcast.embedded_postgres.errors import DataFolderInUse
from funnelcast.embedded_postgres.server import embedded_postgres, url_of_running
from funnelcast.failure import Failed
from shared.run import schema
from shared.run.settings import Settings

MIN_VERSION = 15
START_TIMEOUT = 10.0
VERSION = text("SELECT current_setting('server_version_num')::int / 10000")
UNREACHABLE = (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """An engine on a store whose shared tables have this version's schema."""
    async with store_url(settings) as url, connect(url) as engine:
        await schema.check(engine, ())
        yield engine


@asynccontextmanager
async def store_url(settings: Settings) -> AsyncIterator[str]:
    """The URL of an existing store. An embedded Postgres that does not run is started for as long as the context
    lasts."""
    if settings.postgres:
        yield await check_server(settings.postgres)
        return
    if not has_cluster(settings.data):
        raise Failed(f"{settings.data} holds no system: `funnelcast up --data {settings.data}` makes one")
    async with AsyncExitStack() as stack:
        try:
            url = (await stack.enter_async_context(embedded_postgres(settings.data))).url
        except DataFolderInUse as in_use:
            url = await url_of_running_system(settings.data, in_use)
        yield url


def has_cluster(data: Path) -> bool:
    return (data / "postgres").exists()


async def url_of_running_system(data: Path, in_use: DataFolderInUse) -> str:
    """Waits, because the process that holds the folder may just start or stop. Raises `in_use` in the end."""
    try:
        async with asyncio.timeout(START_TIMEOUT):
            while (url := url_of_running(data)) is None:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise in_use from None
    return url


async def check_server(url: str) -> str:
    """The URL with the async driver's name, of a Postgres that answers and is new enough. Raises `Failed`."""
    driver_url = with_driver(url)
    try:
        async with connect(driver_url) as engine, engine.connect() as tx:
            version = (await tx.execute(VERSION)).scalar_one()
    except UNREACHABLE as error:
        reason = str(error) or type(error).__name__
        raise Failed(f"Postgres at {without_password(driver_url)} cannot be reached: {reason}") from None
    if version < MIN_VERSION:
        raise Failed(f"Postgres {MIN_VERSION} or newer is needed, and {without_password(driver_url)} is {version}")
    return driver_url


def with_driver(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Failed("the URL of Postgres must look like postgresql://user:password@host:5432/database") from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise Failed(f"{parsed.get_backend_name()} is not Postgres: the URL must begin with postgresql://")
    query = {{"sslmode": "ssl"}.get(name, name): value for name, value in parsed.query.items()}
    return parsed.set(drivername="postgresql+asyncpg", query=query).render_as_string(hide_password=False)


def without_password(url: str) -> str:
    """Host, port and database."""
    parsed = make_url(url)
    return f"{parsed.host}:{parsed.port or 5432}/{parsed.database}"


@asynccontextmanager
async def connect(url: str, **server_settings: str) -> AsyncIterator[AsyncEngine]:
    """An engine without a pool, for the few statements of a command."""
    options = {"server_settings": {"application_name": "funnelcast command", **server_settings}, "timeout": 5}
    engine = create_async_engine(url, poolclass=NullPool, connect_args=options)
    try:
        yield engine
    finally:
        await engine.dispose()
