"""A broker whose answers arrive garbled: nothing of them is believed, nothing is lost or reordered."""

import random
import secrets
import struct
from contextlib import suppress
from dataclasses import dataclass

import pytest

from shared.flow.log import LogUnavailable
from shared.flow.log.kafka import KafkaLog
from tests.crash.faults.proxy import before_kafka
from tests.crash.faults.road import road
from tests.kafka import Broker

pytestmark = pytest.mark.kafka
ROUNDS, WRITTEN, GARBLED = 4, 60, 4


@dataclass
class Garbler:
    """Garbles so many answers of a road, when they are due: into any bytes, a part of them, or any bytes in their
    second half."""

    chance: random.Random
    due: int = 0
    done: int = 0

    def __call__(self, piece: bytes) -> bytes:
        if not self.due or self.chance.random() < 0.5:
            return piece
        self.due -= 1
        self.done += 1
        return self.chance.choice((self.any_bytes, self.first_half, self.second_half_garbled))(piece)

    def any_bytes(self, piece: bytes) -> bytes:
        return self.chance.randbytes(len(piece))

    def first_half(self, piece: bytes) -> bytes:
        return piece[: len(piece) // 2]

    def second_half_garbled(self, piece: bytes) -> bytes:
        half = len(piece) // 2
        return piece[:half] + self.chance.randbytes(len(piece) - half)


@pytest.mark.timeout(180)
async def test_nothing_is_lost_or_reordered(database: str, kafka: Broker) -> None:
    chance, topic = random.Random(20260302), f"{secrets.token_hex(4)}.events"
    garbler = Garbler(chance)
    async with before_kafka(kafka.address) as (address, proxy):
        proxy.garble = garbler
        async with road(database, KafkaLog(address, watermarks=f"{topic}.watermarks"), topic) as way:
            async with way.open():
                for _ in range(ROUNDS):
                    await way.reaches(await way.write(WRITTEN, chance))
                    garbler.due = GARBLED
                    await way.reaches(await way.write(WRITTEN, chance), seconds=40)
                    garbler.due = 0
            print(f"{garbler.done} answers of a broker garbled: {await way.judge()}")


async def asked_again_and_again(kafka: Broker) -> None:
    async with before_kafka(kafka.address) as (address, proxy):
        proxy.garble = Garbler(random.Random(1)).second_half_garbled
        log = KafkaLog(address)
        for _ in range(20):
            with suppress(LogUnavailable):
                await log.check()
        await log.close()


async def test_such_a_broker_is_away(kafka: Broker) -> None:
    await asked_again_and_again(kafka)


async def test_believing_it_would_end_the_service(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what the client raises over such answers is none of our outages."""
    monkeypatch.setattr("shared.flow.log.kafka.MALFORMED_ANSWER", ())
    with pytest.raises((ValueError, LookupError, TypeError, AssertionError, struct.error)):
        await asked_again_and_again(kafka)
