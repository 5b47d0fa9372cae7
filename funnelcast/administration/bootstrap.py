"""The preparation of a system before its services start: tables, the key of its blind indexes, the first API key."""

from dataclasses import dataclass

from alembic.util import CommandError
from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.administration import database, keys
from funnelcast.administration.blind_index_key import load_blind_index, secret_text
from shared.rules.clock_and_ids import ClockAndIds
from shared.run import schema
from shared.run.settings import Settings
from shared.store.aliases import BlindIndex


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
