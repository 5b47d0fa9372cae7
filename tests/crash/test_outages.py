"""Kafka or Postgres away, and back, under load: nothing accepted is lost, and all is caught up soon."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.flow.log import LogUnavailable
from shared.flow.log.kafka import KafkaLog
from shared.flow.watermark import Watermark
from shared.rules.message import BEGINNING
from tests.crash.load import LOCAL, under_load
from tests.crash.sweep import Stage, staged
from tests.crash.system import Apart

AWAY = float(os.environ.get("FUNNELCAST_TEST_AWAY", "10"))
"""Seconds."""
CATCHES_UP = AWAY
"""Seconds. An idle machine of two cores takes half of them; a busy one may not take longer than the outage."""


async def caught_up(stage: Stage, heads: Mapping[str, int]) -> float:
    """Seconds until what was accepted up to there has been everywhere where it belongs."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while late := await stage.looks.behind(heads):
        assert loop.time() < start + 60, late
        await asyncio.sleep(0.05)
    return loop.time() - start


async def acknowledges(address: str) -> float:
    """Seconds until the broker takes a record of anybody: then it is back."""
    loop = asyncio.get_running_loop()
    start, log = loop.time(), KafkaLog(address, watermarks="anybody")
    try:
        while not await is_told(log):
            assert loop.time() < start + 30
            await asyncio.sleep(0.05)
    finally:
        await log.close()
    return loop.time() - start


async def is_told(log: KafkaLog) -> bool:
    try:
        await log.set_watermark("anybody", Watermark(0, BEGINNING))
    except LogUnavailable:
        return False
    return True


@pytest.mark.kafka
@pytest.mark.timeout(180 + 2 * AWAY)
async def test_intake_goes_on_without_kafka_and_all_is_caught_up_when_it_is_back(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert isinstance(stage.system, Apart)
        broker = stage.system.broker
        async with under_load(stage.some, "local", 4, LOCAL):
            broker.kill()
            before, retried = len(stage.some.requests), stage.some.retried
            await asyncio.sleep(AWAY)
            taken, refused = len(stage.some.requests) - before, stage.some.retried - retried
            await asyncio.to_thread(broker.start)
            waited = await acknowledges(broker.address)
            seconds = await caught_up(stage, await stage.looks.heads())
        assert await stage.findings() == []
        print(f"{taken} commands in {AWAY:.0f} s without Kafka, {refused} refused; ", end="")
        print(f"the broker acknowledged {waited:.1f} s after it was up, all was caught up {seconds:.1f} s after that")
        assert taken > AWAY
        assert refused == 0
        assert seconds <= CATCHES_UP, (taken, waited, seconds)


@pytest.mark.kafka
@pytest.mark.timeout(180)
async def test_what_was_accepted_is_there_when_postgres_is_killed_under_load(brokers: None, tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        slowest = 0.0
        async with under_load(stage.some, "postgres-killed", 6):
            for _ in range(3):
                await stage.progress(30)
                await stage.system.others["Postgres"]()
                slowest = max(slowest, await caught_up(stage, await stage.looks.heads()))
        assert await stage.findings() == []
        print(
            f"Postgres killed 3 times, {len(stage.some.requests)} commands, {stage.some.retried} sent again, ", end=""
        )
        print(f"0 lost, caught up after {slowest:.1f} s")
        assert slowest <= CATCHES_UP
