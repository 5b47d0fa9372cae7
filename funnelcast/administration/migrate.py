"""`funnelcast migrate`: the store's tables, brought to this code's version."""

from funnelcast.administration import bootstrap, database, keys, roles
from funnelcast.administration.blind_index_key import secret_text
from funnelcast.serving.services import SERVICES
from shared.rules.clock_and_ids import ClockAndIds
from shared.run.settings import Settings


async def migrate(settings: Settings, clock_and_ids: ClockAndIds) -> str:
    """Returns a summary. `FUNNELCAST_ADMIN_KEY` becomes the first key of a new system;
    `FUNNELCAST_SERVICE_PASSWORDS` makes a Postgres role for each service."""
    admin_key = secret_text(settings.admin_key)
    async with database.store_url(settings) as url, database.connect(url) as engine:
        await bootstrap.migrate(engine, list(SERVICES))
        await roles.create_roles(engine, settings.service_passwords, log_in_postgres=not settings.kafka)
        if admin_key and await keys.create_first(engine, clock_and_ids, admin_key):
            return "The tables are those of this version; the first API key is FUNNELCAST_ADMIN_KEY"
        async with engine.connect() as tx:
            hint = "" if await keys.has_keys(tx) else "; there is no API key: `funnelcast keys create`"
    return f"The tables are those of this version{hint}"
