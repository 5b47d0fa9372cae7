"""`funnelcast topics`: the Kafka topics of all services, created before any service publishes to them."""

import asyncio

from funnelcast.failure import Failed
from funnelcast.serving import runtime
from funnelcast.serving.services import SERVICES
from shared.flow.log import Log, LogUnavailable
from shared.run.settings import Settings

START_TIMEOUT = 60.0
"""Seconds for a Kafka that is just starting."""


async def topics(settings: Settings) -> str:
    """Creates the topics, and returns a line with their names. An existing topic keeps its partitions."""
    if not settings.kafka:
        raise Failed("topics are Kafka's: name it with --kafka (FUNNELCAST_KAFKA)")
    async with runtime.open_log(settings, "") as log:
        for service in SERVICES.values():
            await create(log, service.topic, settings.partitions)
    return f"The topics exist: {', '.join(service.topic for service in SERVICES.values())}"


async def create(log: Log, topic: str, partitions: int) -> None:
    deadline = asyncio.get_running_loop().time() + START_TIMEOUT
    while True:
        try:
            await log.create_topic(topic, partitions)
            return
        except LogUnavailable as error:
            if asyncio.get_running_loop().time() > deadline:
                raise Failed(f"Kafka cannot be reached: {error}") from None
        await asyncio.sleep(0.5)
