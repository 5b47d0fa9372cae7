"""`funnelcast migrate`: the store's tables, brought to this code's version."""

from funnelcast import founding, keys, place, roles
from funnelcast.roster import SERVICES
from shared.rules.edge import Edge
from shared.run.settings import Settings


async def migrate(settings: Settings, edge: Edge) -> str:
    """Says what there is now. `FUNNELCAST_ADMIN_KEY`, when given, becomes the first key of a new system;
    `FUNNELCAST_SERVICE_PASSWORDS` makes a Postgres role for each service."""
    given = founding.secret(settings.admin_key)
    async with place.store(settings) as url, place.connected(url) as engine:
        await founding.migrate(engine, list(SERVICES))
        await roles.grant(engine, settings.service_passwords, log_in_postgres=not settings.kafka)
        if given and await keys.first(engine, edge, given):
            return "The tables are those of this version; the first API key is FUNNELCAST_ADMIN_KEY"
        there = await founding.has_keys(engine)
    return "The tables are those of this version" + ("" if there else "; there is no API key: `funnelcast keys create`")
