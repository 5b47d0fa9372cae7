"""`funnelcast republish`: a topic that lost events, made anew from the store of its service, which lost none."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy.ext.asyncio import AsyncEngine

from funnelcast import database, runtime
from funnelcast.failure import Failed
from funnelcast.services import SERVICES
from shared.flow.lease import HEARTBEAT, end_holder, lease_engine, take_over_lease
from shared.flow.log import Log, LogUnavailable
from shared.flow.log.kafka import ANSWER_TIMEOUT
from shared.flow.relay import Relay
from shared.run import schema
from shared.run.service import Service
from shared.run.settings import Settings
from shared.store import engines
from shared.store.signal import Signal

LAST_WORDS = HEARTBEAT + ANSWER_TIMEOUT + 1
"""Seconds in which a relay that lost its lease notices it, and what it was sending has arrived or never will."""


async def republish(settings: Settings, service: Service) -> str:
    """Running services go on meanwhile, but for the relay of this one, whose work this is for so long."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database.store(settings))
        the_log = await stack.enter_async_context(runtime.log_of(settings, url))
        leases, store = lease_engine(url), engines.writer(url, service.name, connections=2)
        stack.push_async_callback(leases.dispose)
        stack.push_async_callback(store.dispose)
        await schema.check(store, [service.name])
        try:
            reached = await refilled(leases, store, the_log, settings, service)
        except LogUnavailable as error:
            raise Failed(f"the log went away, do it again when it is back: {error}") from None
        await start_readers_anew(leases, service)
    return f"{service.topic} holds the {reached} events of {service.name} again"


async def refilled(leases: AsyncEngine, store: AsyncEngine, the_log: Log, settings: Settings, service: Service) -> int:
    relay = Relay(service.name, service.topic, settings.partitions, store, the_log, Signal())
    await the_log.check()
    async with take_over_lease(leases, f"{service.name} worker") as was_running:
        await relay.rewind()
        if was_running:
            await asyncio.sleep(LAST_WORDS)
        return await relay.republish()


async def start_readers_anew(leases: AsyncEngine, service: Service) -> None:
    """Those that met the hole have stopped for good: with their lease they begin again, from where they were."""
    async with leases.connect() as connection:
        for each in SERVICES.values():
            if service.name in {one.source for one in each.upstream}:
                for name in (f"{each.name} worker", each.read_models):
                    await end_holder(connection, name)
