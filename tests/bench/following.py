"""Consumers as a service runs them, from the first event to a position, and then no further."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.flow import read_schema
from shared.flow.consumer import Consumer, Effect, Progress
from shared.flow.projection import apply_all
from shared.flow.source import EventSource
from shared.rules.message import RecordedEvent
from shared.run.service import Service
from shared.run.worker import PROJECTION_BATCH

PATIENCE = 600.0


async def nothing(tx: AsyncConnection, facts: Sequence[RecordedEvent[Any]]) -> None:
    """The projection that everything else is compared with."""


async def made_anew(engine: AsyncEngine, service: Service) -> None:
    """Empty read models that have followed nothing."""
    async with engine.begin() as tx:
        await read_schema.drop(tx, service.read_models)
    await read_schema.ensure_tables(engine, service.read_models, service.projections)


def effect_of(service: Service, source: str) -> Effect:
    return apply_all(service.projections, source)


async def followed(
    engine: AsyncEngine, service: Service, source: str, events: EventSource, effect: Effect, to: int
) -> float:
    """Seconds from the first event to the last."""
    progress = Progress(service.read_models, source)
    parse = service.parsers[source]
    consumer = Consumer(service.read_models, source, events, parse, effect, engine, PROJECTION_BATCH, progress)
    began = perf_counter()
    running = asyncio.create_task(consumer.run())
    try:
        async with asyncio.timeout(PATIENCE):
            while progress.position < to and not running.done():
                await consumer.changed.wait(consumer.changed.count, 0.05)
        seconds = perf_counter() - began
    finally:
        running.cancel()
        await asyncio.wait({running})
        await events.aclose()
    if progress.position < to:
        running.result()
    return seconds


async def counted(engine: AsyncEngine, query: str) -> int:
    async with engine.connect() as tx:
        return int((await tx.execute(text(query))).scalar_one())
