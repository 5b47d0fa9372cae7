"""What a system needs before its services start: tables, the key of its blind indexes, the first API key."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast import database, keys
from funnelcast.durable_files import private_file
from funnelcast.failure import Failed
from shared.rules.clock_and_ids import ClockAndIds
from shared.run import schema
from shared.run.settings import Settings
from shared.store.aliases import BlindIndex
from shared.web import access

SHORT = 32
HAS_TABLES = text("SELECT to_regclass('access.keys') IS NOT NULL")


@dataclass(frozen=True)
class Founded:
    """`admin_key`: made just now; none when the system has keys already, or its user gave one."""

    blind_index: BlindIndex
    admin_key: str | None


async def found(settings: Settings, clock_and_ids: ClockAndIds, postgres: str, services: list[str]) -> Founded:
    """Whatever is there already stays as it is."""
    async with database.connected(postgres) as engine:
        blind_index = await blind_of(settings, engine)
        await migrate(engine, services)
        given = secret(settings.admin_key)
        made = await keys.first(engine, clock_and_ids, given)
    return Founded(blind_index, None if given else made)


async def migrate(engine: AsyncEngine, services: list[str]) -> None:
    """Raises `WrongSchema` when the database is newer than this code."""
    try:
        await schema.migrate(engine, services)
    except CommandError:  # Alembic meets a revision that it does not know
        await schema.check(engine, services)
        raise


async def blind_of(settings: Settings, engine: AsyncEngine) -> BlindIndex:
    given = secret(settings.blind_index_key)
    if settings.postgres is None:
        return BlindIndex(await kept_key(settings.data / "blind-index-key", given, engine))
    if given is None:
        raise Failed(
            "FUNNELCAST_BLIND_INDEX_KEY is needed with a Postgres of your own: at least 32 random characters, "
            "kept safe and never changed, for instance from `openssl rand -hex 32`"
        )
    return BlindIndex(given.encode())


async def kept_key(file: Path, given: str | None, engine: AsyncEngine) -> bytes:
    """With another key than before, nobody would be found by e-mail again, and everybody be taken for new."""
    kept = read_key(file)
    if kept is None:
        async with engine.connect() as tx:
            in_use = (await tx.execute(HAS_TABLES)).scalar_one()
        if in_use and given is None:
            raise Failed(f"{file} is missing: put it back, or give what was in it as FUNNELCAST_BLIND_INDEX_KEY")
        kept = write_key(file, given or secrets.token_urlsafe(32))
    if given not in (None, kept):
        raise Failed(f"FUNNELCAST_BLIND_INDEX_KEY is not the key in {file} that this system was made with")
    return kept.encode()


def read_key(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def write_key(file: Path, key: str) -> str:
    """Whole or not at all, whatever happens meanwhile."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with private_file(unfinished) as writing:
        writing.write(key.encode())
    unfinished.rename(file)
    return key


def secret(given: SecretStr | None) -> str | None:
    return given.get_secret_value() if given else None


async def has_keys(engine: AsyncEngine) -> bool:
    async with engine.connect() as tx:
        return bool((await tx.execute(select(func.count()).select_from(access.keys))).scalar_one())
