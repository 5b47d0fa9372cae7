"""A real Postgres for the whole run, a database of its own for each test."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

import asyncpg
import pytest
import pytest_asyncio
import structlog

from funnelcast.embedded_postgres.server import FOR_TESTS, embedded_postgres
from shared.run import application, memory
from shared.run.telemetry import configure_logging
from shared.store import engines
from shared.web.requests.limits import RateLimit
from tests import throwaway
from tests.event_loop import ClosingLoop
from tests.running import migrated, prepared

pytest_plugins = ["tests.kafka"]

THOROUGH = ("bench", "crash", "fuzz", "security", "upgrades")
"""Folders of tests that only `make test-all` runs."""
ALONE = ("bench", "crash")
"""Folders of tests that kill, freeze or measure processes."""
FOLDER = Path(__file__).parent
MEMORY = Path("/dev/shm")  # noqa: S108 - a fresh folder in it, of this user alone
ROOM = 2 << 30
"""Bytes that must be free there: the server's log of changes may grow to one GiB."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(FOLDER).parts[0]
        if folder in THOROUGH and not item.get_closest_marker("harness"):
            item.add_marker(pytest.mark.thorough)
            if folder in ALONE:
                item.add_marker(pytest.mark.alone)


@pytest.fixture(scope="session", autouse=True)
def logging_of_the_product() -> None:
    """Services in the tests' process log as those in their own do. Left alone, structlog would render exceptions with
    the local variables of every frame, for seconds each."""
    configure_logging("info")


@pytest.fixture(scope="session")
def _asyncio_loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """The product's event loop. The plugin's hook for it would make the fixtures of the session anew for each test."""
    return ClosingLoop


@pytest.fixture
def limits_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """By which requests are limited: it stands still until it is moved."""
    now = [100.0]
    monkeypatch.setattr(application, "RateLimit", partial(RateLimit, now=lambda: now[0]))
    return now


@pytest.fixture
def debug_log() -> Iterator[None]:
    """Every request is logged."""
    before = structlog.get_config()
    configure_logging("debug")
    yield
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def patient_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer limits of transactions: on a busy machine an event loop may stand still for seconds, and Postgres would
    end its transactions. tests/crash keeps the product's limits."""
    for limit in ("idle_in_transaction_session_timeout", "lock_timeout"):
        monkeypatch.setitem(engines.WRITER, limit, "60s")


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is room: making a database there costs a third of what it costs on a disk."""
    if not MEMORY.is_dir() or disk_usage(MEMORY).free < ROOM:
        yield tmp_path_factory.mktemp("postgres")
        return
    with TemporaryDirectory(prefix="funnelcast-tests-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def pytest_collection_finish() -> None:
    """Freezes what is collected, as a process of the product does: otherwise a collection on a busy machine outlasts
    the limit of a transaction."""
    memory.freeze_loaded_objects()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(server_folder: Path) -> AsyncIterator[str]:
    """The URL of a server: the one in FUNNELCAST_TEST_POSTGRES, or, for `container`, Postgres 18 in one; else an
    embedded one that forgets what it holds in a crash of the machine."""
    given = os.environ.get("FUNNELCAST_TEST_POSTGRES")
    if given == "container":
        with throwaway.postgres() as url:
            yield url
        return
    if given:
        yield given
        return
    async with embedded_postgres(server_folder, FOR_TESTS) as server:
        yield server.url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def administrator(postgres: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that creates and drops databases."""
    connection = await asyncpg.connect(postgres.replace("+asyncpg", ""))
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def migrated_once(postgres: str, administrator: asyncpg.Connection) -> AsyncIterator[str]:
    """The name of a database at this code's version, to be copied: ten times as quick as migrating each."""
    async with created(administrator) as name:
        await migrated(url_of(postgres, name))
        await prepared(url_of(postgres, name))
        yield name


@pytest_asyncio.fixture(loop_scope="session")
async def database(postgres: str, administrator: asyncpg.Connection, migrated_once: str) -> AsyncIterator[str]:
    """The URL of a database without a row, at this code's version; dropped after the test."""
    async with created(administrator, template=migrated_once) as name:
        yield url_of(postgres, name)


@pytest_asyncio.fixture(loop_scope="session")
async def empty_database(postgres: str, administrator: asyncpg.Connection) -> AsyncIterator[str]:
    """The URL of a database without a table, dropped after the test."""
    async with created(administrator) as name:
        yield url_of(postgres, name)


@asynccontextmanager
async def created(administrator: asyncpg.Connection, *, template: str = "template1") -> AsyncIterator[str]:
    """The name of a database copied as files, which takes a third of the time that a copy through the log takes."""
    name = f"test_{secrets.token_hex(6)}"
    await administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield name
    await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


def url_of(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"
