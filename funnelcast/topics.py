"""`funnelcast topics`: the topics of all services, before anybody publishes to them."""

import asyncio

from funnelcast import runtime
from funnelcast.failure import Failed
from funnelcast.services import SERVICES
from shared.flow.log import Log, LogUnavailable
from shared.run.settings import Settings

PATIENCE = 60.0
"""Seconds for a Kafka that is just starting."""


async def topics(settings: Settings) -> str:
    """Says what there is now. A topic that is there already keeps its partitions."""
    if not settings.kafka:
        raise Failed("topics are Kafka's: --kafka (FUNNELCAST_KAFKA) says where it is")
    async with runtime.log_of(settings, "") as log:
        for service in SERVICES.values():
            await create(log, service.topic, settings.partitions)
    return f"There are {', '.join(service.topic for service in SERVICES.values())}"


async def create(log: Log, topic: str, partitions: int) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            await log.create_topic(topic, partitions)
            return
        except LogUnavailable as error:
            if asyncio.get_running_loop().time() > end:
                raise Failed(f"Kafka cannot be reached: {error}") from None
        await asyncio.sleep(0.5)
