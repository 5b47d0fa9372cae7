"""The key of the blind indexes, by which people are found without their addresses: where it is, and its first one."""

import secrets
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.durable_files import private_file
from funnelcast.failure import Failed
from shared.run.settings import Settings
from shared.store.aliases import BlindIndex

BLIND_INDEX_KEY = "blind-index-key"
"""The name of the key's file in a data folder."""
HAS_TABLES = text("SELECT to_regclass('access.keys') IS NOT NULL")


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
