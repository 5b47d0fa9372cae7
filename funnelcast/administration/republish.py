"""`funnelcast republish`: fills a topic that lost events again, from the store of its service."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast.administration import database
from funnelcast.failure import Failed
from funnelcast.serving import runtime
from funnelcast.serving.services import SERVICES
from shared.flow.lease import HEARTBEAT, end_holder, lease_engine, take_over_lease
from shared.flow.log import Log, LogUnavailable
from shared.flow.log.kafka import ANSWER_TIMEOUT
from shared.flow.relay import Relay
from shared.run import schema
from shared.run.service import Service
from shared.run.settings import Settings
from shared.store import engines
from shared.store.signal import Signal

OLD_RELAY_SECONDS = HEARTBEAT + ANSWER_TIMEOUT + 1
"""The seconds after which a relay that lost its lease has noticed it, and its last batch has arrived or never will."""


async def republish(settings: Settings, service: Service) -> str:
    """Returns a summary. Running services go on; only the relay of this service stands still meanwhile."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database.store_url(settings))
        log = await stack.enter_async_context(runtime.open_log(settings, url))
        leases, store = lease_engine(url), engines.writer(url, service.name, connections=2)
        stack.push_async_callback(leases.dispose)
        stack.push_async_callback(store.dispose)
        await schema.check(store, [service.name])
        try:
            count = await refill(leases, store, log, settings, service)
        except LogUnavailable as error:
            raise Failed(f"the log became unavailable: {error}; run the command again when it is back") from None
        await restart_readers(leases, service)
    return f"{service.topic} holds the {count} events of {service.name} again"


async def refill(leases: AsyncEngine, store: AsyncEngine, log: Log, settings: Settings, service: Service) -> int:
    """Takes the lease of the service's relay, and publishes every event; returns their number."""
    relay = Relay(service.name, service.topic, settings.partitions, store, log, Signal())
    await log.check()
    async with take_over_lease(leases, service.worker_lease) as was_running:
        await relay.rewind()
        if was_running:
            await asyncio.sleep(OLD_RELAY_SECONDS)
        return await relay.republish()


async def restart_readers(leases: AsyncEngine, service: Service) -> None:
    """Consumers that met the hole have stopped for good. When their lease ends, they start again from their
    checkpoints."""
    async with leases.connect() as connection:
        for each in SERVICES.values():
            if service.name in {one.source for one in each.upstream}:
                for name in (each.worker_lease, each.read_models):
                    await end_holder(connection, name)
