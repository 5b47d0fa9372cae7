"""What a system needs before its services start: tables, the key of its blind indexes, the first API key."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast import database, keys
from funnelcast.durable_files import private_file
from funnelcast.failure import Failed
from shared.rules.clock_and_ids import ClockAndIds
from shared.run import schema
from shared.run.settings import Settings
from shared.store.aliases import BlindIndex

BLIND_INDEX_KEY = "blind-index-key"
"""The name of the key's file in a data folder."""
HAS_TABLES = text("SELECT to_regclass('access.keys') IS NOT NULL")


@dataclass(frozen=True)
class BootstrapResult:
    """`admin_key`: a new one; None when the system has keys already, or when the settings name the key."""

    blind_index: BlindIndex
    admin_key: str | None


async def bootstrap(
    settings: Settings, clock_and_ids: ClockAndIds, postgres: str, services: list[str]
) -> BootstrapResult:
    """Creates what is missing, and leaves the rest as it is."""
    async with database.connect(postgres) as engine:
        blind_index = await load_blind_index(settings, engine)
        await migrate(engine, services)
        configured = secret_text(settings.admin_key)
        created = await keys.create_first(engine, clock_and_ids, configured)
    return BootstrapResult(blind_index, None if configured else created)


async def migrate(engine: AsyncEngine, services: list[str]) -> None:
    """Raises `WrongSchema` when the database is newer than this code."""
    try:
        await schema.migrate(engine, services)
    except CommandError:  # Alembic meets a revision that it does not know
        await schema.check(engine, services)
        raise


async def load_blind_index(settings: Settings, engine: AsyncEngine) -> BlindIndex:
    """The key is in the data folder of an embedded system, and in the settings otherwise."""
    configured = secret_text(settings.blind_index_key)
    if settings.postgres is None:
        return BlindIndex(await load_or_create_key(settings.data / BLIND_INDEX_KEY, configured, engine))
    if configured is None:
        raise Failed(
            "FUNNELCAST_BLIND_INDEX_KEY is needed with a Postgres of your own: at least 32 random characters, "
            "kept safe and never changed, for instance from `openssl rand -hex 32`"
        )
    return BlindIndex(configured.encode())


async def load_or_create_key(file: Path, configured: str | None, engine: AsyncEngine) -> bytes:
    """Refuses another key than before: no person would be found by e-mail again, and each would be taken for new."""
    key = read_key(file)
    if key is None:
        async with engine.connect() as tx:
            in_use = (await tx.execute(HAS_TABLES)).scalar_one()
        if in_use and configured is None:
            raise Failed(f"{file} is missing: put it back, or give its content as FUNNELCAST_BLIND_INDEX_KEY")
        key = write_key(file, configured or secrets.token_urlsafe(32))
    if configured not in (None, key):
        raise Failed(f"FUNNELCAST_BLIND_INDEX_KEY is not the key in {file} that this system was made with")
    return key.encode()


def read_key(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def write_key(file: Path, key: str) -> str:
    """A crash leaves the whole file, or none."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with private_file(unfinished) as stream:
        stream.write(key.encode())
    unfinished.rename(file)
    return key


def secret_text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
