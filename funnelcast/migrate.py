"""`funnelcast migrate`: the store's tables, brought to this code's version."""

from funnelcast import bootstrap, database, keys, roles
from funnelcast.services import SERVICES
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.settings import Settings


async def migrate(settings: Settings, clock_and_ids: ClockAndIds) -> str:
    """Says what there is now. `FUNNELCAST_ADMIN_KEY`, when given, becomes the first key of a new system;
    `FUNNELCAST_SERVICE_PASSWORDS` makes a Postgres role for each service."""
    given = bootstrap.secret(settings.admin_key)
    async with database.store(settings) as url, database.connected(url) as engine:
        await bootstrap.migrate(engine, list(SERVICES))
        await roles.grant(engine, settings.service_passwords, log_in_postgres=not settings.kafka)
        if given and await keys.first(engine, clock_and_ids, given):
            return "The tables are those of this version; the first API key is FUNNELCAST_ADMIN_KEY"
        there = await bootstrap.has_keys(engine)
    return "The tables are those of this version" + ("" if there else "; there is no API key: `funnelcast keys create`")
