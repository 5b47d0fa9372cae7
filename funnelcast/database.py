"""Where the store is: behind a URL, or in a data folder, whether the system runs there or not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
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

OLDEST = 15
PATIENCE = 10.0
VERSION = text("SELECT current_setting('server_version_num')::int / 10000")
UNREACHABLE = (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def opened(settings: Settings, services: Sequence[str] = ()) -> AsyncIterator[AsyncEngine]:
    """A store whose tables are those of this code, the shared ones and those of these services."""
    async with store(settings) as url, connected(url) as engine:
        await schema.check(engine, services)
        yield engine


@asynccontextmanager
async def store(settings: Settings) -> AsyncIterator[str]:
    """The URL of a store that is there: given, or that of the system which runs on the data folder; when none does,
    Postgres is started for as long as this lasts."""
    if settings.postgres:
        yield await answering(settings.postgres)
        return
    if not (settings.data / "postgres").exists():
        raise Failed(f"{settings.data} holds no system: `funnelcast up --data {settings.data}` makes one")
    async with AsyncExitStack() as stack:
        try:
            url = (await stack.enter_async_context(embedded_postgres(settings.data))).url
        except DataFolderInUse as in_use:
            url = await of_running(settings.data, in_use)
        yield url


async def of_running(data: Path, in_use: DataFolderInUse) -> str:
    """Who holds the folder may be just starting, or just stopping."""
    try:
        async with asyncio.timeout(PATIENCE):
            while (url := url_of_running(data)) is None:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise in_use from None
    return url


async def answering(url: str) -> str:
    """The URL as our driver wants it, of a Postgres that answers and is new enough."""
    driven = with_driver(url)
    try:
        async with connected(driven) as engine, engine.connect() as tx:
            version = (await tx.execute(VERSION)).scalar_one()
    except UNREACHABLE as error:
        raise Failed(f"Postgres at {shown(driven)} cannot be reached: {str(error) or type(error).__name__}") from None
    if version < OLDEST:
        raise Failed(f"Postgres {OLDEST} or newer is needed, and {shown(driven)} is {version}")
    return driven


def with_driver(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Failed("the URL of Postgres must look like postgresql://user:password@host:5432/database") from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise Failed(f"{parsed.get_backend_name()} is not Postgres: the URL must begin with postgresql://")
    query = {{"sslmode": "ssl"}.get(name, name): value for name, value in parsed.query.items()}
    return parsed.set(drivername="postgresql+asyncpg", query=query).render_as_string(hide_password=False)


def shown(url: str) -> str:
    """Without the password."""
    parsed = make_url(url)
    return f"{parsed.host}:{parsed.port or 5432}/{parsed.database}"


@asynccontextmanager
async def connected(url: str, **settings: str) -> AsyncIterator[AsyncEngine]:
    """For a command's own few statements."""
    options = {"server_settings": {"application_name": "funnelcast command", **settings}, "timeout": 5}
    engine = create_async_engine(url, poolclass=NullPool, connect_args=options)
    try:
        yield engine
    finally:
        await engine.dispose()
