"""P7: read, parse, apply and move the checkpoint, each event exactly once; against the same loop whose projection does
nothing. Once from the service's own store, once from Kafka."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.forecast.service import SERVICE as FORECAST
from services.lead_intake.service import SERVICE as INTAKE
from shared.flow.consumer import Effect
from shared.flow.log.kafka import KafkaLog
from shared.flow.relay import Relay
from shared.flow.source import EventSource, StoreSource
from shared.flow.topic import TopicSource
from shared.run.service import Service
from shared.store.signal import Signal
from tests.bench.following import counted, effect_of, followed, made_anew, nothing
from tests.bench.ground import Ground, Missing, writing
from tests.bench.rounds import Result, Sample, Side, spread
from tests.bench.stored import DEALS, LEADS, fill
from tests.bench.table import Row, alone, at_least, compared

POSITION = "SELECT coalesce(max(position), 0) FROM checkpoints WHERE subscription = '{}' AND source = '{}'"


async def measure(ground: Ground) -> Sequence[Row]:
    rows = await from_the_store(ground)
    try:
        return [*rows, *await from_kafka(ground)]
    except Missing as missing:
        ground.report(f"  without Kafka: {missing}")
        return rows


async def from_the_store(ground: Ground) -> list[Row]:
    amount = ground.sizes.consumed
    async with ground.database() as url, writing(url, f"intake,{INTAKE.read_models}") as engine:
        await fill(engine, LEADS, 1, amount)

        def events() -> EventSource:
            return StoreSource(engine, Signal())

        mine, none = await ground.rounds.interleaved(*sides(engine, INTAKE, "intake", events, amount, "leads"))
    return rows_of("intake's list of leads, from its store", mine, none)


async def from_kafka(ground: Ground) -> list[Row]:
    amount, topic = ground.sizes.consumed, f"bench.deals.{ground.number()}"
    log = KafkaLog(await ground.kafka(), watermarks="bench.watermarks")
    async with ground.database() as url, writing(url, f"forecast,{FORECAST.read_models}") as engine:
        await published(ground, url, log, topic, amount)

        def events() -> EventSource:
            return TopicSource(log, topic, "pipeline")

        mine, none = await ground.rounds.interleaved(*sides(engine, FORECAST, "pipeline", events, amount, "postings"))
    await log.close()
    return rows_of("forecast's ledger of deals, from Kafka", mine, none)


async def published(ground: Ground, url: str, log: KafkaLog, topic: str, amount: int) -> None:
    async with writing(url, "pipeline") as pipeline:
        await fill(pipeline, DEALS, 1, amount)
        await log.create_topic(topic, 12)
        await Relay("pipeline", topic, 12, pipeline, log, Signal()).republish()


def sides(
    engine: AsyncEngine, service: Service, source: str, events: Callable[[], EventSource], amount: int, table: str
) -> list[Side]:
    rows = f"SELECT count(*) FROM {table}"  # noqa: S608
    return [
        side("ours", engine, service, source, events, amount, effect_of(service, source), rows),
        side(
            "a projection that does nothing",
            engine,
            service,
            source,
            events,
            amount,
            nothing,
            POSITION.format(service.read_models, source),
        ),
    ]


def side(
    name: str,
    engine: AsyncEngine,
    service: Service,
    source: str,
    events: Callable[[], EventSource],
    amount: int,
    effect: Effect,
    query: str,
) -> Side:
    async def run(mark: UUID) -> Sample:
        await made_anew(engine, service)
        return Sample(amount, await followed(engine, service, source, events(), effect, amount))

    async def count(mark: UUID) -> int:
        return await counted(engine, query)

    return Side(name, run, count)


def rows_of(what: str, mine: Result, none: Result) -> list[Row]:
    return [
        compared("P7", what, "events/s", mine, none, at_least(0.5)),
        alone("P7", what, "events/s", spread(mine.rates), at_least(15_000, "ours"), void=mine.void),
    ]
