"""P6: from the store to a real Kafka, every record acknowledged by all replicas before the cursor moves."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID

from shared.flow.log.kafka import KafkaLog
from shared.flow.relay import Relay
from shared.store.signal import Signal
from tests.bench.ground import Ground, writing
from tests.bench.rounds import Sample, Side
from tests.bench.stored import LEADS, fill
from tests.bench.table import Row, against_figure, at_least

PUBLISHED = 14_500.0
"""Events a second: the best published figure of a relay from an outbox, on 8 cores."""
PARTITIONS = 12
PATIENCE = 300.0


async def measure(ground: Ground) -> Sequence[Row]:
    log = KafkaLog(await ground.kafka(), watermarks="bench.watermarks")
    async with ground.database() as url, writing(url, "intake") as engine:
        amount = ground.sizes.relayed
        await fill(engine, LEADS, 1, amount)

        def topic_of(mark: UUID) -> str:
            return f"bench.relay.{mark}"

        async def run(mark: UUID) -> Sample:
            relay = Relay("intake", topic_of(mark), PARTITIONS, engine, log, Signal())
            await relay.rewind()
            await log.create_topic(topic_of(mark), PARTITIONS)
            began = perf_counter()
            running = asyncio.create_task(relay.run())
            async with asyncio.timeout(PATIENCE):
                while relay.position < amount and not running.done():
                    await asyncio.sleep(0.01)
            seconds = perf_counter() - began
            running.cancel()
            await asyncio.wait({running})
            return Sample(amount, seconds)

        async def count(mark: UUID) -> int:
            async with log.reader(topic_of(mark), {}) as reader:
                return sum((await reader.ends()).values())

        (ours,) = await ground.rounds.interleaved(Side("ours", run, count))
    await log.close()
    what = f"relay to Kafka, {PARTITIONS} partitions"
    return [against_figure("P6", what, "events/s", ours, "published", PUBLISHED, at_least(1))]
